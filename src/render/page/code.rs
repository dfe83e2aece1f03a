//! The code as it stands: functions, what stands in for code, and what stands twice.

use super::{Block, Cell, Section, Table, cut, name, safe, with_more};
use crate::render::sentences::{self, OF_FEW, OfFew};
use crate::report::{DensityReport, DuplicationReport, FunctionsReport, Report};

/// How many repositories and hotspots have rows.
const MOST_ROWS: usize = 200;

/// How many repositories have a paragraph.
const MOST_SAID: usize = 24;

pub(super) fn section(report: &Report) -> Section {
    let mut blocks: Vec<Block> = Vec::new();
    let not_parsed = sentences::not_parsed(report);
    blocks.extend(not_parsed.map(|text| Block::Text(text.to_owned())));
    blocks.extend(duplication(report));
    blocks.extend(presets(report));
    blocks.extend(functions(report));
    blocks.extend(function_history(report));
    blocks.extend(hotspots(report));
    blocks.extend(placeholders(report));
    Section { id: "code", title: "The code as it stands", blocks }
}

fn duplication(report: &Report) -> Vec<Block> {
    let columns = [
        "repository",
        "#product lines",
        "#of them in several places",
        "#share",
        "#test lines",
        "#share of tests",
        "#AI-marked lines",
        "#share of AI-marked",
        "#all other lines",
        "#share of all others",
    ];
    let caption = "What stands in several places: 50 tokens on 5 lines at least, names, \
                   strings and numbers apart";
    let mut table = Table::new(caption, &columns);
    let mut largest = Table::new(
        "The largest pieces that stand in several places",
        &["#tokens", "#places", "where"],
    );
    let (rows, more) = cut(with(report, |one| one.duplication.as_ref()), MOST_ROWS);
    for (name, found, is_of_few) in rows {
        table.push(density_row(&name, found, is_of_few));
        if report.repositories.len() > 1 {
            continue;
        }
        for one in &found.largest {
            let places: Vec<String> =
                one.places.iter().map(|place| safe(place)).collect();
            largest.push(vec![
                Cell::count(one.tokens.into()),
                Cell::count(one.n_places),
                Cell::text(places.join(", ")),
            ]);
        }
    }
    let mut blocks = with_more(table, more);
    blocks.extend(with_more(largest, None));
    blocks
}

/// The parts that repositories have, with their names, and whether they are of few people.
/// Those of one person have none.
fn with<'r, T: 'r>(
    report: &'r Report,
    part: impl Fn(&'r crate::report::RepositoryReport) -> Option<&'r T> + 'r,
) -> impl Iterator<Item = (String, &'r T, bool)> {
    let of_few = OfFew::of(report);
    report.repositories.iter().enumerate().filter_map(move |(at, one)| {
        let part = part(one).filter(|_| !of_few.hides_counts(at))?;
        Some((name(report, &one.path), part, of_few.hides_lives(at)))
    })
}

fn density_row(name: &str, found: &DuplicationReport, is_of_few: bool) -> Vec<Cell> {
    let share = |density: &DensityReport| Cell::share(density.share);
    let by_mark = |cell: Cell| if is_of_few { Cell::text(OF_FEW) } else { cell };
    let debt = &found.debt;
    vec![
        Cell::text(name),
        Cell::count(found.product.countable_lines),
        Cell::count(found.product.duplicated_lines),
        share(&found.product),
        Cell::count(found.tests.countable_lines),
        share(&found.tests),
        by_mark(Cell::count(debt.ai_marked.countable_lines)),
        by_mark(share(&debt.ai_marked)),
        by_mark(Cell::count(debt.unmarked.countable_lines)),
        by_mark(share(&debt.unmarked)),
    ]
}

/// What others' rules count of the same files.
fn presets(report: &Report) -> Vec<Block> {
    let caption = "What other presets count: each counts something else, and none is to be \
                   compared with another";
    let columns = [
        "repository",
        "preset",
        "#product lines",
        "#of them in several places",
        "#share",
        "#share of tests",
    ];
    let mut table = Table::new(caption, &columns);
    let (rows, more) = cut(with(report, |one| one.duplication.as_ref()), MOST_ROWS);
    for (name, found, _) in rows {
        for one in &found.other_presets {
            table.push(vec![
                Cell::text(name.as_str()),
                Cell::text(safe(&one.preset)),
                Cell::count(one.product.countable_lines),
                Cell::count(one.product.duplicated_lines),
                Cell::share(one.product.share),
                Cell::share(one.tests.share),
            ]);
        }
    }
    with_more(table, more)
}

/// What landings did to functions, or why that is not known: once, where it is the same of
/// all.
fn function_history(report: &Report) -> Vec<Block> {
    let found = with(report, |one| one.functions.as_ref());
    let said = found
        .filter_map(|(name, found, _)| Some((name, sentences::function_history(found)?)));
    let said: Vec<(String, String)> = said.take(MOST_SAID).collect();
    let is_same = said.windows(2).all(|two| two[0].1 == two[1].1);
    match said.first() {
        Some((_, text)) if is_same => vec![Block::Text(text.clone())],
        _ => said
            .into_iter()
            .map(|(name, text)| Block::Text(format!("{name}: {text}")))
            .collect(),
    }
}

fn functions(report: &Report) -> Vec<Block> {
    let columns = [
        "repository",
        "#functions",
        "#of tests",
        "#half have at most, lines",
        "#a tenth more than, lines",
        "#code in functions over 60 lines",
        "#code in functions of cognitive complexity over 15",
    ];
    let mut table = Table::new("Functions of the product", &columns);
    let (rows, more) = cut(with(report, |one| one.functions.as_ref()), MOST_ROWS);
    for (name, found, _) in rows {
        let sizes = &found.product;
        let figure =
            |of: Option<u32>| of.map_or_else(Cell::default, |it| Cell::count(it.into()));
        table.push(vec![
            Cell::text(name),
            Cell::count(sizes.functions),
            Cell::count(found.tests.functions),
            figure(sizes.lines.median),
            figure(sizes.lines.p90),
            Cell::share(sizes.long_share),
            Cell::share(sizes.hard_share),
        ]);
    }
    with_more(table, more)
}

fn hotspots(report: &Report) -> Vec<Block> {
    let columns = [
        "function",
        "where",
        "#landings",
        "#lines",
        "#cognitive complexity",
        "#median age of what went, days",
    ];
    let is_followed = with(report, |one| one.functions.as_ref())
        .any(|(_, found, _): (_, &FunctionsReport, _)| found.history.is_some());
    let caption = if is_followed {
        "Hard to follow, and touched often"
    } else {
        "Hardest to follow for how many landings left lines in them"
    };
    let mut table = Table::new(caption, &columns);
    let several = report.repositories.len() > 1;
    let found = with(report, |one| one.functions.as_ref());
    let found =
        found.flat_map(|(repository, found, _): (String, &FunctionsReport, _)| {
            found.hotspots.iter().map(move |one| (repository.clone(), one))
        });
    let (found, more) = cut(found, MOST_ROWS);
    for (repository, one) in found {
        let days = one.removed_median_days;
        table.push(vec![
            Cell::text(safe(&one.name)),
            Cell::text(if several {
                format!("{repository}: {}", safe(&one.place))
            } else {
                safe(&one.place)
            }),
            Cell::count(one.landings.unwrap_or(one.standing_landings).into()),
            Cell::count(one.lines.into()),
            Cell::count(one.cognitive.into()),
            days.map_or_else(Cell::default, |days| Cell::count(days.into())),
        ]);
    }
    with_more(table, more)
}

fn placeholders(report: &Report) -> Vec<Block> {
    let kinds = [
        ("stub", "#stubs"),
        ("swallowed", "#failures nothing is done about"),
        ("unwrap", "#values taken for granted"),
        ("todo", "#comments of what is left to do"),
    ];
    let mut columns = vec!["code", "#lines of code"];
    columns.extend(kinds.iter().map(|kind| kind.1));
    let mut table =
        Table::new("What stands in for code, per 1,000 lines of it", &columns);
    let (rows, more) = cut(with(report, |one| one.functions.as_ref()), MOST_ROWS);
    for (name, found, is_of_few) in rows {
        let of = &found.placeholders;
        for (part, rates) in [
            ("product", &of.product),
            ("tests", &of.tests),
            ("AI-marked", &of.ai_marked),
            ("unmarked", &of.unmarked),
        ] {
            if is_of_few && matches!(part, "AI-marked" | "unmarked") {
                continue;
            }
            let rate = |kind: &str| rates.per_1000_lines.get(kind).copied();
            let cell = |rate: Option<f64>| {
                Cell::number(
                    rate.map_or_else(|| "unknown".to_owned(), |it| format!("{it:.1}")),
                    rate,
                )
            };
            let mut row = vec![
                Cell::text(format!("{name}: {part}")),
                Cell::count(rates.code_lines),
            ];
            row.extend(kinds.iter().map(|kind| cell(rate(kind.0))));
            table.push(row);
        }
    }
    with_more(table, more)
}
