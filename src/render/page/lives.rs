//! How long lines live, and what became of those that went.

use std::collections::BTreeMap;

use super::{Block, Cell, Chart, Choice, Curve, Drawing, Section, Table, safe};
use crate::render::number::{count, survival};
use crate::render::sentences::{self, OfFew};
use crate::report::{
    GroupsReport, Report, RepositoryReport, ReworkReport, SurvivalPoint, SurvivalReport,
    YearReport,
};
use crate::units::count_to_f64;

/// How many groups have a row.
const MOST_GROUPS: usize = 60;

/// How many repositories have drawings of their own.
const MOST_REPOSITORIES: usize = 12;

pub(super) fn section(report: &Report) -> Section {
    let lives = &report.survival;
    let mut blocks =
        vec![Block::Choice(Choice { label: "Lines", options: curves(report) })];
    let n_hidden = report.repositories.len().saturating_sub(MOST_REPOSITORIES);
    if n_hidden > 0 {
        let text = "Of repositories the largest have drawings; the others have their figures in \
                    the table of repositories.";
        blocks.push(Block::Text(text.to_owned()));
    }
    blocks.extend(sentences::support(lives).map(Block::Text));
    blocks.extend(sentences::mean_life(lives).map(Block::Text));
    if !report.cohort_comparison.sentence.is_empty() && has_cohorts(report) {
        blocks.push(Block::Text(safe(&report.cohort_comparison.sentence)));
        blocks.extend(sentences::before_adoption(report).map(Block::Text));
        blocks.push(Block::Warning(sentences::cohorts_differ(report)));
    }
    blocks.extend(composition(&report.composition));
    blocks.extend(otherwise(lives));
    blocks.extend(sentences::landed_again(lives).map(Block::Text));
    blocks.extend(breakdown(report));
    Section { id: "lives", title: "How long lines live", blocks }
}

fn has_cohorts(report: &Report) -> bool {
    report.cohorts.first().is_some_and(|one| one.survival.n_lines > 0)
}

/// The curves among which one chooses: all lines, marked beside unmarked ones, and those
/// of each repository.
fn curves(report: &Report) -> Vec<(String, Vec<Block>)> {
    let all = vec![("all lines", "all", &report.survival)];
    let mut options = vec![("all".to_owned(), curve_blocks("All lines", &all))];
    if has_cohorts(report) {
        let of = |name: &'static str| {
            if name == "unmarked" { "unmarked" } else { "ai_marked" }
        };
        let cohorts: Vec<_> = report
            .cohorts
            .iter()
            .map(|one| (one.name, of(one.name), &one.survival))
            .collect();
        let blocks = curve_blocks("AI-marked and unmarked lines", &cohorts);
        options.push(("AI-marked and unmarked".to_owned(), blocks));
    }
    if report.repositories.len() > 1 {
        let of_few = OfFew::of(report);
        let all = report.repositories.iter().enumerate();
        let mut largest: Vec<&RepositoryReport> =
            all.filter(|(at, _)| !of_few.hides_lives(*at)).map(|(_, one)| one).collect();
        largest.sort_by_key(|one| std::cmp::Reverse(one.lines.births));
        options.extend(
            largest
                .into_iter()
                .take(MOST_REPOSITORIES)
                .map(|one| of_repository(report, one)),
        );
    }
    options
}

fn curve_blocks(
    title: &str,
    curves: &[(&'static str, &'static str, &SurvivalReport)],
) -> Vec<Block> {
    let mut table = Table::new(
        format!("{title}: share still there by age"),
        &["lines", "#age, days", "#still there (95%)", "#followed", "#people", "explain"],
    );
    for (name, id, lives) in curves {
        push_points(&mut table, name, &lives.survival, &|days| {
            format!("survival:{days}:{id}")
        });
    }
    let drawn = curves.iter().map(|(name, _, lives)| Curve {
        name: (*name).to_owned(),
        points: lives
            .curve
            .iter()
            .map(|at| (at.age_days, at.survival, at.low.zip(at.high)))
            .collect(),
    });
    let drawn: Vec<Curve> = drawn.filter(|curve| curve.points.len() > 1).collect();
    if drawn.is_empty() {
        return vec![Block::Table(table)];
    }
    let has_band =
        drawn.iter().flat_map(|curve| &curve.points).any(|point| point.2.is_some());
    vec![Block::Chart(Chart {
        title: format!("{title}: share still there by age"),
        description: format!(
            "A curve falls where lines went{}. It ends where too little was followed further.",
            if has_band {
                "; the band is the 95% interval by the people who wrote them, or by change \
                 where there are few"
            } else {
                "; there is no interval, since a few people or changes hold most of the lines"
            }
        ),
        drawing: Drawing::Curves(drawn),
        table,
    })]
}

fn push_points(
    table: &mut Table,
    name: &str,
    points: &BTreeMap<String, SurvivalPoint>,
    id: &dyn Fn(u32) -> String,
) {
    for point in ordered(points) {
        // What is withheld is not explained either.
        let explain = point.value.is_some().then(|| id(point.window_days));
        table.push(vec![
            Cell::text(name),
            Cell::count(point.window_days.into()),
            Cell::number(survival(point), point.value),
            point.at_risk_lines.map_or_else(Cell::default, Cell::count),
            Cell::count(point.n_people),
            Cell::text(explain.unwrap_or_default()),
        ]);
    }
}

fn ordered(points: &BTreeMap<String, SurvivalPoint>) -> Vec<&SurvivalPoint> {
    let mut points: Vec<_> = points.values().collect();
    points.sort_by_key(|point| point.window_days);
    points
}

fn of_repository(report: &Report, one: &RepositoryReport) -> (String, Vec<Block>) {
    let name = super::name(report, &one.path);
    let columns = [
        "repository",
        "#age, days",
        "#still there (95%)",
        "#followed",
        "#people",
        "explain",
    ];
    let caption = format!("{name}: share still there by age");
    let mut table = Table::new(caption.clone(), &columns);
    push_points(&mut table, &name, &one.survival, &|days| {
        sentences::id_within(report, &format!("survival:{days}:all"), &one.path)
    });
    let rows = ordered(&one.survival).into_iter().filter_map(|point| {
        let days = format!("{} days", point.window_days);
        Some((days, point.value?, point.low?, point.high?))
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return (name, vec![Block::Table(table)]);
    }
    let chart = Chart {
        title: caption,
        description: "Each row is an age: the share still there, with its 95% interval."
            .to_owned(),
        drawing: Drawing::Intervals { rows, unit: "share still there" },
        table,
    };
    (name, vec![Block::Chart(chart)])
}

/// Lines standing by the year they landed.
fn composition(years: &[YearReport]) -> Option<Block> {
    if years.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "Lines by the year they landed",
        &["year", "#landed", "#stand", "#share that stands"],
    );
    for year in years {
        let share = (year.landed > 0)
            .then(|| count_to_f64(year.alive) / count_to_f64(year.landed));
        table.push(vec![
            Cell::text(year.year.to_string()),
            Cell::count(year.landed),
            Cell::count(year.alive),
            Cell::share(share),
        ]);
    }
    let part = |of: fn(&YearReport) -> u64| {
        years.iter().map(|year| count_to_f64(of(year))).collect::<Vec<f64>>()
    };
    Some(Block::Chart(Chart {
        title: "Of which years the code is".to_owned(),
        description: "For each year the lines that landed in it: those that stand, and \
                      those that went."
            .to_owned(),
        drawing: Drawing::Stacks {
            labels: years.iter().map(|year| year.year.to_string()).collect(),
            parts: vec![
                ("stand".to_owned(), part(|year| year.alive)),
                ("went".to_owned(), part(|year| year.landed.saturating_sub(year.alive))),
            ],
            unit: "lines",
        },
        table,
    }))
}

/// The same ages, had lives been read otherwise.
fn otherwise(lives: &SurvivalReport) -> Option<Block> {
    let is_observed = lives.survival.get("30").is_some_and(|one| one.value.is_some());
    let mut table = Table::new(
        "Read otherwise",
        &["reading", "#after 30 days (95%)", "#after 90 days (95%)"],
    );
    for (name, points) in [
        ("as above", &lives.survival),
        ("an edited line lives on", &lives.sensitivity.lineage),
        ("but for removed files and bulk", &lives.sensitivity.without_removals),
        ("every change counting the same", &lives.survival_by_change),
    ] {
        let at = |days: &str| point_cell(points.get(days));
        table.push(vec![Cell::text(name), at("30"), at("90")]);
    }
    is_observed.then_some(Block::Table(table))
}

pub(super) fn point_cell(point: Option<&SurvivalPoint>) -> Cell {
    point.map_or_else(Cell::default, |one| Cell::number(survival(one), one.value))
}

/// Survival by when lines landed, in which language and in what kind of file.
fn breakdown(report: &Report) -> Option<Block> {
    let found = &report.breakdown;
    let groups = [
        ("when they landed", "quarter", &found.by_landing_quarter),
        ("language", "language", &found.by_language),
        ("kind of file", "kind of file", &found.by_file_class),
        ("area", "area", &found.by_area),
    ];
    let options: Vec<_> = groups
        .into_iter()
        .filter(|(_, _, groups)| groups.rows.len() > 1)
        .map(|(title, name, groups)| {
            (title.to_owned(), group_blocks(title, name, groups))
        })
        .collect();
    (!options.is_empty()).then_some(Block::Choice(Choice { label: "By", options }))
}

fn group_blocks(title: &str, name: &str, groups: &GroupsReport) -> Vec<Block> {
    let caption = format!("Lines still there by {title}");
    let columns =
        [name, "#lines", "#people", "#after 30 days (95%)", "#after 90 days (95%)"];
    let mut table = Table::new(caption.clone(), &columns);
    let together = groups.put_together.iter().map(|one| ("put together", one));
    // Quarters are in order of time, all others the largest first.
    let n_hidden = groups.rows.len().saturating_sub(MOST_GROUPS);
    let shown = match name {
        "quarter" => &groups.rows[n_hidden..],
        _ => &groups.rows[..groups.rows.len() - n_hidden],
    };
    let named = shown.iter().map(|one| (one.name.as_str(), one));
    let mut drawn = Vec::new();
    for (name, row) in named.chain(together) {
        let name = safe(name);
        let at = |days: &str| row.survival.get(days);
        let people = row.survival.values().next().map_or(0, |point| point.n_people);
        let interval = at("30").and_then(|one| Some((one.value?, one.low?, one.high?)));
        drawn.extend(interval.map(|(value, low, high)| (name.clone(), value, low, high)));
        table.push(vec![
            Cell::text(name),
            Cell::count(row.lines.births),
            Cell::count(people),
            point_cell(at("30")),
            point_cell(at("90")),
        ]);
    }
    let mut blocks = Vec::new();
    drawn.truncate(24);
    blocks.push(if drawn.len() > 1 {
        Block::Chart(Chart {
            title: format!("{caption}, after 30 days"),
            description:
                "Each row is a group: the share still there after 30 days, with \
                          its 95% interval."
                    .to_owned(),
            drawing: Drawing::Intervals {
                rows: drawn,
                unit: "share still there after 30 days",
            },
            table,
        })
    } else {
        Block::Table(table)
    });
    blocks.extend(super::more(n_hidden));
    if groups.n_without_row > 0 {
        let text = "Groups that fewer than five people wrote have no row of their own.";
        blocks.push(Block::Text(text.to_owned()));
    }
    blocks
}

/// What became of lines that went, and rework as others define it.
pub(super) fn deaths(report: &Report) -> Section {
    let lives = &report.survival;
    let mut blocks: Vec<Block> =
        sentences::churn(lives).map(Block::Text).into_iter().collect();
    let rows = sentences::deaths(report);
    let total: u64 = rows.iter().map(|row| row.1).sum();
    if total > 0 {
        let caption =
            format!("What became of the {} lines that stand no more", count(total));
        let mut table = Table::new(caption, &["cause", "#lines", "#share"]);
        for (words, lines) in rows {
            let share = count_to_f64(lines) / count_to_f64(total);
            table.push(vec![
                Cell::text(words),
                Cell::count(lines),
                Cell::share(Some(share)),
            ]);
        }
        blocks.push(Block::Table(table));
    }
    if let Some(rework) = lives.churn.rework.last() {
        blocks.extend(rework_blocks(rework));
    }
    Section { id: "deaths", title: "What died, and why", blocks }
}

fn rework_blocks(rework: &ReworkReport) -> Vec<Block> {
    let columns = [
        "like",
        "#share",
        "#by who wrote them",
        "#by others",
        "#taken back",
        "definition",
        "#of lines",
    ];
    let period = match rework.period {
        "last_365_days" => "the last 365 days",
        _ => "all that was looked at",
    };
    let caption = format!("Rework like others define it, over {period}");
    let mut table = Table::new(caption, &columns);
    for share in &rework.shares {
        let part = |of: Option<f64>| Cell::share(of);
        let whom = share.by_whom;
        table.push(vec![
            Cell::text(share.like),
            part(share.value),
            part(whom.map(|one| one.same_author)),
            part(whom.map(|one| one.others)),
            part(whom.map(|one| one.revert)),
            Cell::text(share.definition),
            Cell::count(share.denominator_lines),
        ]);
    }
    if table.rows.iter().all(|row| row[1].value.is_none()) {
        return Vec::new();
    }
    vec![Block::Table(table), Block::Warning(rework.warning.to_owned())]
}
