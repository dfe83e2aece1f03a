//! Where the spend went, whether it goes with durable lines, and where it stands out.

use super::{Block, Cell, Chart, Choice, Drawing, Section, Table, safe, usage};
use crate::render::number::{count, count_of, rough};
use crate::render::sentences;
use crate::report::{
    AssociationReport, EstimateReport, OutliersReport, PlaceReport, PlacesReport, Report,
    SpendReport, TiersReport,
};
use crate::units::count_to_f64;

/// How many rows of places stand in a page.
const MOST_ROWS: usize = 200;

pub(super) fn sections(report: &Report) -> Vec<Section> {
    let title = sentences::money_title(report);
    vec![
        Section { id: "spend", title, blocks: money(report) },
        Section {
            id: "association",
            title: "Did weeks of more spend bring more lines that lasted?",
            blocks: association(&report.association),
        },
        Section {
            id: "outliers",
            title: "Where spend left unusually few or many lines that lasted",
            blocks: report
                .outliers
                .as_ref()
                .map_or_else(Vec::new, |one| outliers(report, one)),
        },
    ]
}

fn money(report: &Report) -> Vec<Block> {
    let Some(spend) = &report.spend else {
        return vec![Block::Text(sentences::no_spend(report).to_owned())];
    };
    let mut blocks = vec![Block::Table(where_it_went(spend))];
    blocks.extend(sentences::spend_rounded(spend).map(Block::Text));
    blocks.extend(sentences::outside_of_sums(spend).into_iter().map(Block::Text));
    blocks.push(Block::Text(sentences::coverage(report, spend)));
    if let Some(text) = sentences::rules(&spend.rules, spend.durable_yield.window_days) {
        blocks.push(Block::Text(text));
        blocks.push(Block::Table(rules(spend)));
    }
    blocks.push(Block::Text(sentences::durable_yield(spend)));
    let own = sentences::is_own(report);
    blocks.extend(report.tiers.as_ref().and_then(|one| tiers(one, own)));
    let concentration = report.tiers.as_ref().and_then(sentences::concentration);
    blocks.extend(concentration.map(Block::Text));
    blocks.extend(
        report.spend_by_place.as_ref().map(|one| places(report, one)).unwrap_or_default(),
    );
    blocks.extend(report.usage.as_ref().map(usage::blocks).unwrap_or_default());
    blocks
}

fn where_it_went(spend: &SpendReport) -> Table {
    let caption = format!(
        "In {}; weeks of {} to {}",
        spend.unit,
        spend.first_week.as_deref().unwrap_or("?"),
        spend.last_week.as_deref().unwrap_or("?"),
    );
    let amount = format!("#{}", spend.unit);
    let mut table = Table::new(caption, &["where", &amount, "#share"]);
    table.push(vec![
        Cell::text("counted, nothing twice"),
        Cell::amount(&spend.counted, spend.shown_places),
        Cell::share(Some(1.0)),
    ]);
    for row in &spend.rows {
        let (amount, share) = sentences::spend_part(spend, row);
        table.push(vec![
            Cell::text(sentences::place(row.place)),
            Cell::number(amount, row.amount.parse().ok()),
            Cell::number(share, row.share),
        ]);
    }
    table
}

fn rules(spend: &SpendReport) -> Table {
    let days = spend.durable_yield.window_days;
    let durable = format!("#still there after {days} days");
    let columns = ["rule", "#with landed lines", durable.as_str(), "#not decided yet"];
    let mut table = Table::new("The share of spend under each rule in use", &columns);
    for rule in &spend.rules.rules {
        let cell =
            |share: f64| Cell::number(rough(share, spend.rules.rounded_to), Some(share));
        table.push(vec![
            Cell::text(rule.about),
            cell(rule.tied),
            cell(rule.durable),
            cell(rule.undecided),
        ]);
    }
    table
}

fn tiers(one: &TiersReport, own: bool) -> Option<Block> {
    if one.tiers.is_empty() {
        return None;
    }
    let columns =
        ["spend", "#people", "#person-weeks", "#lines landed", "#lines that lasted"];
    let caption = match own {
        true => "Mature person-weeks by the spend of the four weeks before them",
        false => {
            "Mature person-weeks by the spend of the four weeks before them (description only; \
             rounded, so that numbers shown alike may differ)"
        }
    };
    let mut table = Table::new(caption, &columns);
    for tier in &one.tiers {
        table.push(vec![
            Cell::text(tier.tier.replace('_', " ")),
            Cell::count(tier.people),
            rough_count(tier.person_weeks, own),
            rough_count(tier.landed_lines, own),
            rough_count(tier.durable_lines, own),
        ]);
    }
    if one.tiers.iter().all(|tier| tier.durable_lines == 0) {
        return Some(Block::Table(table));
    }
    let lasted: Vec<f64> =
        one.tiers.iter().map(|tier| count_to_f64(tier.durable_lines)).collect();
    Some(Block::Chart(Chart {
        title: "Lines that lasted, by the spend of the weeks before them".to_owned(),
        description: "For each tier the lines of its weeks that lasted, rounded so that nobody's \
                      part can be told. There are no intervals, since it describes and compares \
                      nothing: people and their work differ between tiers, and the tiers in how \
                      many weeks they have."
            .to_owned(),
        drawing: Drawing::Stacks {
            labels: one.tiers.iter().map(|tier| tier.tier.replace('_', " ")).collect(),
            parts: vec![("lasted".to_owned(), lasted)],
            unit: "lines",
        },
        table,
    }))
}

/// A count that was rounded, unless somebody's own.
fn rough_count(n: u64, own: bool) -> Cell {
    Cell::number(sentences::rough_count(n, own), Some(count_to_f64(n)))
}

fn places(report: &Report, places: &PlacesReport) -> Vec<Block> {
    let tables = [
        ("area and kind of work", &places.by_area_and_kind),
        ("area and tool", &places.by_area_and_tool),
        ("tool and model", &places.by_tool_and_model),
    ];
    let options: Vec<_> = tables
        .into_iter()
        // Of rows that are all less than a step nothing is said.
        .filter(|(_, rows)| rows.len() > 1 && rows.iter().any(|row| row.share > 0.0))
        .map(|(name, rows)| {
            let table = place_table(report, name, rows, places.shares_rounded_to);
            let mut blocks = vec![Block::Table(table)];
            blocks.extend(super::more(rows.len().saturating_sub(MOST_ROWS)));
            (name.to_owned(), blocks)
        })
        .collect();
    let text = sentences::by_place(places);
    if options.is_empty() {
        let few = "By place, tool and model: not shown, since few people are behind each, or so \
                   much of it that a figure would tell of them.";
        return vec![Block::Text(few.to_owned())];
    }
    vec![Block::Text(text), Block::Choice(Choice { label: "Spend by", options })]
}

fn place_table(
    report: &Report,
    name: &str,
    rows: &[PlaceReport],
    step: Option<f64>,
) -> Table {
    let columns = ["place", "#share", "#people", "#person-weeks"];
    let rounded = step.map_or(String::new(), |step| {
        format!(", shares rounded to {}", rough(step, Some(step)))
    });
    let mut table = Table::new(format!("Spend by {name}{rounded}"), &columns);
    for row in rows.iter().take(MOST_ROWS) {
        table.push(vec![
            Cell::text(place_name(report, row)),
            Cell::number(rough(row.share, step), Some(row.share)),
            Cell::count(row.people),
            rough_count(row.person_weeks, sentences::is_own(report)),
        ]);
    }
    table
}

fn place_name(report: &Report, row: &PlaceReport) -> String {
    if row.put_together {
        return "put together, as a part has under 5 people".to_owned();
    }
    let repository = row.repository.as_deref().map(|path| super::name(report, path));
    let words =
        [row.area.as_deref(), row.kind, row.tool.as_deref(), row.model.as_deref()];
    let words = words.into_iter().flatten().map(safe);
    let words: Vec<String> = repository.into_iter().chain(words).collect();
    if words.is_empty() { "unknown".to_owned() } else { words.join(" · ") }
}

fn association(one: &AssociationReport) -> Vec<Block> {
    if one.status == "not_computable" {
        return Vec::new();
    }
    let mut gates = Table::new(
        "What has to hold before anything is said",
        &["condition", "#needed", "#found", "met"],
    );
    for gate in &one.gates {
        let number = |value: f64| match gate.is_share {
            true => format!("{:.0}%", value * 100.0),
            false if value.fract() == 0.0 => format!("{value:.0}"),
            false => format!("{value:.1}"),
        };
        // The one share of which less is asked, and which is one person's.
        let (bound, unknown) = match gate.id {
            "largest_person" => ("at most", "not shown: it is one person's"),
            _ => ("at least", "unknown"),
        };
        let found = gate.found.map_or_else(|| unknown.to_owned(), number);
        gates.push(vec![
            Cell::text(gate.asks),
            Cell::number(format!("{bound} {}", number(gate.needed)), Some(gate.needed)),
            Cell::number(found, gate.found),
            Cell::text(if gate.passed { "yes" } else { "no" }),
        ]);
    }
    let mut blocks = vec![Block::Table(gates)];
    let rank = &one.rank_association;
    if rank.value.is_none() {
        let why = rank.reason.unwrap_or("too little is known");
        blocks.push(Block::Text(format!("No estimate: {why}.")));
        return blocks;
    }
    blocks.push(Block::Text(format!(
        "Held against the lines of a week: {}. {}, {}; people's levels and the weeks' are taken \
         out, and people are never compared.",
        one.exposure,
        count_of(one.n_people, "person", "people"),
        count_of(one.n_weeks, "week", "weeks"),
    )));
    blocks.push(Block::Table(estimates(one)));
    blocks.extend(sentences::estimates_rounded(one).map(Block::Text));
    blocks
}

fn estimates(one: &AssociationReport) -> Table {
    let columns = [
        "reading",
        "#estimate",
        "#95% interval",
        "#p",
        "#people",
        "#smallest detectable",
    ];
    let mut table = Table::new("The estimate, and all that stands beside it", &columns);
    table.push(estimate_row("rank association within people", &one.rank_association));
    table.push(estimate_row("elasticity", &one.elasticity));
    for check in &one.checks {
        table.push(estimate_row(sentences::check(check), &check.estimate));
    }
    if let Some(p) = one.circular_shift_p {
        let mut row = vec![Cell::default(); 6];
        row[0] = Cell::text("spend turned round in time");
        row[3] = Cell::number(p.to_string(), Some(p));
        table.push(row);
    }
    table
}

fn estimate_row(name: &str, one: &EstimateReport) -> Vec<Cell> {
    let unknown = || one.reason.unwrap_or("unknown").to_owned();
    let interval = match (one.low, one.high) {
        (Some(low), Some(high)) => format!("{low:+.2} to {high:+.2}"),
        _ => "no interval".to_owned(),
    };
    let value = one.value.map_or_else(unknown, |value| format!("{value:+.2}"));
    let detectable = one.mde.map_or_else(String::new, |mde| format!("{mde:.2}"));
    vec![
        Cell::text(name),
        Cell::number(value, one.value),
        Cell::text(interval),
        Cell::number(one.p.map_or_else(String::new, |p| p.to_string()), one.p),
        Cell::count(one.n_people),
        Cell::number(detectable, one.mde),
    ]
}

fn outliers(report: &Report, one: &OutliersReport) -> Vec<Block> {
    if let Some(why) = one.reason {
        return vec![Block::Text(format!("Not looked for: {why}."))];
    }
    let mut blocks = vec![Block::Text(format!(
        "{} with five people or more were looked at, in two spans of eight weeks, both ways \
         ({} tests, false discovery rate {:.0}%).",
        count_of(one.n_units_tested, "place", "places"),
        count(one.n_tests),
        one.rate * 100.0
    ))];
    if one.flags.is_empty() {
        blocks.push(Block::Text("None stands out.".to_owned()));
        return blocks;
    }
    let columns = [
        "place",
        "what stands out",
        "#times what other places let expect",
        "#people",
        "commits to learn from",
    ];
    let mut table =
        Table::new("What stands out, with every innocent reason below", &columns);
    for flag in &one.flags {
        let words = match flag.flag {
            "little_durable_code" => "spend with little durable code in this repository",
            _ => "unusually durable",
        };
        table.push(vec![
            Cell::text(format!(
                "{}: {}",
                super::name(report, &flag.repository),
                safe(&flag.area)
            )),
            Cell::text(words),
            Cell::number(
                flag.ratio.map_or("?".to_owned(), |it| format!("{it:.1}")),
                flag.ratio,
            ),
            Cell::count(flag.people),
            Cell::text(safe(&flag.exemplars.join(" "))),
        ]);
    }
    blocks.push(Block::Table(table));
    let reasons = one.innocent_reasons.join("; ");
    blocks.push(Block::Warning(format!("It may well be: {reasons}.")));
    blocks
}
