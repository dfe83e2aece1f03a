//! The report as a page, as Markdown and as a table for spreadsheets.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::demo;
use crate::git::Repository;
use crate::harness::Place;

/// Names of files that would do something if they were more than text.
const NAMES: [&str; 5] = [
    "<script>alert(1)/a.py",
    "=HYPERLINK(1)/a.py",
    "[x](javascript:y)/a.py",
    "a\u{202e}b/a.py",
    "@everyone | #1/a.py",
];

/// A repository whose directories have hostile names, and whose lines are old enough.
fn hostile(place: &Place) -> Repository {
    let mut stream = String::new();
    for (at, name) in NAMES.iter().enumerate() {
        let path = name;
        let lines: String = (0..120).fold(String::new(), |mut text, line| {
            writeln!(text, "value_{at}_{line} = {line}").expect("a string takes all");
            text
        });
        let time = 1_700_000_000 + 86_400 * at;
        writeln!(
            stream,
            "commit refs/heads/main\ncommitter Ana <ana@x.example> {time} +0000\ndata 4\nadd\n\nM 100644 \
             inline \"{path}\"\ndata {}\n{lines}",
            lines.len()
        )
        .expect("a string takes all");
    }
    writeln!(
        stream,
        "commit refs/heads/main\ncommitter Ana <ana@x.example> 1720000000 +0000\ndata 4\nend\n"
    )
    .expect("a string takes all");
    Repository::import(place, "hostile", stream.as_bytes())
}

fn report(place: &Place, format: &str) -> String {
    place.run(["report", "hostile", "--format", format]).ended(0).out()
}

#[test]
fn hostile_names_are_only_text_in_every_format() {
    let place = Place::new();
    let _repository = hostile(&place);
    let html = report(&place, "html");
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    assert!(!html.contains("<script>alert"));
    let markdown = report(&place, "markdown");
    assert!(markdown.contains("&lt;script&gt;alert\\(1\\)"), "{markdown}");
    assert!(markdown.contains("\\[x\\]\\(javascript:y\\)"), "{markdown}");
    assert!(!markdown.contains("@everyone"));
    assert!(markdown.contains("@&#8203;everyone \\| #&#8203;1"), "{markdown}");
    let csv = report(&place, "csv");
    assert!(csv.contains("'=HYPERLINK(1)"), "{csv}");
    for cell in csv_records(&csv).into_iter().skip(1).flatten() {
        let is_number = cell.parse::<f64>().is_ok();
        assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
    }
    for text in [html, markdown, csv] {
        assert!(!text.contains('\u{202e}'), "the direction of writing is ours");
        assert!(text.contains("202e"), "and what was there is shown");
    }
}

/// The rows of tables that a format shows, cell by cell.
fn rows(format: &str, shown: &str) -> Vec<Vec<String>> {
    match format {
        "html" => shown.split("<tr>").skip(1).map(html_cells).collect(),
        "markdown" => {
            let lines = shown.lines().filter_map(|line| line.strip_prefix("| "));
            lines
                .map(|line| line.trim_end_matches(" |").split(" | ").map(plain).collect())
                .collect()
        }
        "csv" => csv_rows(shown),
        _ => {
            let cells = |line: &str| {
                let parts = line
                    .split("  ")
                    .map(|cell| cell.trim_matches([' ', '\u{2588}', '\u{2591}']));
                parts.filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
            };
            shown.lines().map(cells).collect()
        }
    }
}

fn html_cells(row: &str) -> Vec<String> {
    let row = row.split("</tr>").next().unwrap_or_default();
    let cells = row.replace("</th>", "</td>");
    let cells = cells.split("</td>").map(|cell| {
        let mut text = String::new();
        let mut is_tag = false;
        for one in cell.chars() {
            match one {
                '<' => is_tag = true,
                '>' => is_tag = false,
                one if !is_tag => text.push(one),
                _ => {}
            }
        }
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    });
    cells.filter(|cell| !cell.is_empty()).collect()
}

/// Text of Markdown as it is read.
fn plain(cell: &str) -> String {
    let text = cell.replace("&lt;", "<").replace("&gt;", ">").replace("&#8203;", "");
    text.replace("&amp;", "&").replace('\\', "").trim().to_owned()
}

/// Rows of the one table of cells put together again.
fn csv_rows(shown: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for record in csv_records(shown).into_iter().skip(1) {
        let key = record[..3].to_vec();
        match rows.last_mut().filter(|(last, _)| *last == key) {
            Some((_, row)) => row.push(record[4].clone()),
            None => rows.push((key, vec![record[4].clone()])),
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The records of a table (RFC 4180).
fn csv_records(shown: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut rest = shown.chars().peekable();
    while let Some(one) = rest.next() {
        match (one, is_quoted) {
            ('"', true) if rest.peek() == Some(&'"') => {
                cell.push('"');
                rest.next();
            }
            ('"', _) => is_quoted = !is_quoted,
            (',', false) => record.push(std::mem::take(&mut cell)),
            ('\n', false) => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            (one, _) => cell.push(one),
        }
    }
    records
}

/// `1,234,567`, and so of an amount.
fn thousands(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if fraction.is_empty() { text } else { format!("{text}.{fraction}") }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no count: {value}"))
}

fn listed(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// The sum of a count over the repositories.
fn sum(report: &Value, of: impl Fn(&Value) -> &Value) -> u64 {
    listed(&report["repositories"]).iter().map(|one| of(one).as_u64().unwrap_or(0)).sum()
}

/// A share with its interval, as people read it.
fn with_interval(point: &Value) -> String {
    let part = |name: &str| point[name].as_f64().map(|share| share * 100.0);
    let star = if point["clustered_by"] == "person" { "" } else { "*" };
    match (part("value"), part("low"), part("high")) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.1}% ({low:.1} to {high:.1}){star}")
        }
        (value, _, _) => format!("{:.1}% (no interval)", value.expect("it is known")),
    }
}

/// The figures of a report that every format shows, each with the words in its row.
fn headline(report: &Value) -> Vec<Vec<String>> {
    let count = |n: u64| thousands(&n.to_string());
    let spend = &report["spend"];
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let mut expected = vec![vec![
        "counted, nothing twice".to_owned(),
        thousands(&text(&spend["counted"])),
    ]];
    for (place, words) in [
        ("tied_to_landed_lines", "tied to landed code"),
        ("without_landed_lines", "no landed lines: unattributed, not wasted"),
        ("services", "services, automation, shared keys"),
    ] {
        let row = listed(&spend["rows"]).iter().find(|row| row["place"] == place);
        expected.extend(row.map(|row| {
            let share = row["share"].as_f64().expect("it has a share") * 100.0;
            vec![
                words.to_owned(),
                thousands(&text(&row["amount"])),
                format!("{share:.1}%"),
            ]
        }));
    }
    assert!(expected.len() > 2, "{spend}");
    for (cause, words) in [
        ("modified_self", "rewritten by who wrote them"),
        ("modified_other", "rewritten by somebody else"),
        ("deleted", "removed, nothing in their place"),
    ] {
        let lines = sum(report, |one| &one["deaths_by_cause"][cause]);
        expected.push(vec![words.to_owned(), count(lines)]);
    }
    for year in listed(&report["composition"]) {
        let (landed, alive) = (number(&year["landed"]), number(&year["alive"]));
        expected.push(vec![year["year"].to_string(), count(landed), count(alive)]);
    }
    for (reading, points) in [
        ("as above", &report["survival"]["survival"]),
        ("an edited line lives on", &report["survival"]["sensitivity"]["lineage"]),
    ] {
        let ages = ["30", "90"].map(|days| with_interval(&points[days]));
        expected.push([vec![reading.to_owned()], ages.to_vec()].concat());
    }
    let total = &report["line_operations"]["total"];
    expected.push(
        ["added", "deleted", "updated", "moved"]
            .map(|name| count(number(&total[name])))
            .to_vec(),
    );
    expected
}

#[test]
fn all_formats_tell_the_same_totals() {
    let report: Value = serde_json::from_str(&demo::shown("json")).expect("JSON");
    let (births, alive) = (
        sum(&report, |one| &one["lines"]["births"]),
        sum(&report, |one| &one["lines"]["alive"]),
    );
    let (births, alive) = (births.to_string(), alive.to_string());
    let landed = format!("{} lines that count landed since", thousands(&births));
    let stand = format!("{} of them stand.", thousands(&alive));
    let kept = &report["usage"]["ledger"]["kept"]["records"];
    let verdict = report["verdicts"][0]["sentence"].as_str().expect("it is text");
    let expected = headline(&report);
    for format in ["text", "html", "markdown", "csv"] {
        let shown = demo::shown(format);
        let found = rows(format, &shown);
        for row in &expected {
            let is_here = |one: &Vec<String>| row.iter().all(|cell| one.contains(cell));
            assert!(found.iter().any(is_here), "{format} has no row with {row:?}");
        }
        // Sentences, in one line.
        let said = plain(&shown.split_whitespace().collect::<Vec<_>>().join(" "));
        for sentence in [&landed, &stand] {
            assert!(said.contains(sentence.as_str()), "{format}: {sentence}");
        }
        let verdict = plain(&verdict.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(said.contains(&verdict), "{format}: {verdict}");
        let ledger = match format {
            "text" => format!("= {} counted", thousands(&kept.to_string())),
            _ => "= kept".to_owned(),
        };
        assert!(said.contains(&ledger), "{format}: {ledger}");
    }
}

/// The words that a shell makes of an id with a path behind it.
fn id_and_path(cell: &str) -> Vec<&str> {
    assert!(
        !cell.contains(['\'', '$', '\\', '"']),
        "names of the demo are plain: {cell}"
    );
    cell.split(' ').collect()
}

#[test]
fn every_id_of_the_page_is_explained_with_commands_that_git_runs() {
    let shown = demo::shown("csv");
    let ids: BTreeSet<String> = csv_records(&shown)
        .into_iter()
        .filter(|record| record[3] == "explain" && !record[4].is_empty())
        .map(|record| record[4].clone())
        .collect();
    assert!(ids.len() > 30, "{ids:?}");
    let page = demo::shown("html");
    let ids_of_page = page.matches("<code>").count();
    assert!(ids_of_page >= ids.len(), "{ids_of_page}");
    let mut asked = BTreeSet::new();
    for id in &ids {
        assert!(page.contains(&format!("<code>{id}</code>")), "{id}");
        let explained = demo::explained(&id_and_path(id));
        let commands = listed(&explained["commands"]);
        assert!(!commands.is_empty(), "{id}: {explained}");
        for command in commands {
            let command = command["command"].as_str().expect("it is text");
            asked.insert(command.to_owned());
        }
    }
    for command in asked {
        demo::git_runs(&command);
    }
}

#[test]
fn what_could_not_be_read_has_a_row_and_what_one_person_wrote_has_no_numbers() {
    let place = Place::new();
    let one_of = |name: &str, authors: &[&str]| {
        let mut stream = String::new();
        for (at, author) in authors.iter().enumerate() {
            let time = 1_700_000_000 + 86_400 * at;
            writeln!(
                stream,
                "commit refs/heads/main\ncommitter {author} <{author}@x.example> {time} +0000\n\
                 data 3\nadd\nM 100644 inline {author}.py\ndata 24\nvalue = 1\nother = {at}\n# 4\n"
            )
            .expect("a string takes all");
        }
        Repository::import(&place, name, stream.as_bytes())
    };
    let _repositories = [
        one_of("solo", &["Ana"]),
        one_of("pair", &["Ben", "Cleo"]),
        one_of("lost", &["Dan"]),
    ];
    let head = ["lost/HEAD", "lost/.git/HEAD"].map(|name| place.path(name));
    let head = head.iter().find(|path| path.is_file()).expect("it is a repository");
    std::fs::write(head, "nonsense").expect("it is ours");
    for format in ["html", "markdown", "csv"] {
        let all = ["report", "solo", "pair", "lost", "--no-syntax", "--format", format];
        let shown = place.run(all).ended(0).out();
        let rows = rows(format, &shown);
        let row = |name: &str| {
            let row =
                rows.iter().rfind(|row| row.first().is_some_and(|cell| cell == name));
            row.unwrap_or_else(|| panic!("{format} has no {name}: {rows:?}"))
        };
        assert!(row("lost")[1].contains("[E-"), "{format}: {:?}", row("lost"));
        // The next smallest goes along.
        for name in ["solo", "pair"] {
            let cells = row(name).iter().filter(|cell| *cell == "withheld: few people");
            assert_eq!(cells.count(), 6, "{format}: {:?}", row(name));
        }
        assert!(shown.contains("no-syntax"), "{format}");
    }
}

#[test]
fn one_run_writes_all_formats() {
    let place = Place::new();
    let _repository = hostile(&place);
    let formats = ["html", "markdown", "csv", "json", "text"];
    let mut arguments = vec!["report".to_owned(), "hostile".to_owned()];
    for format in formats {
        arguments.extend(["--format", format, "--output"].map(str::to_owned));
        arguments.push(format!("out.{format}"));
    }
    let _run = place.run(arguments).ended(0);
    for format in formats {
        let alone = report(&place, format);
        let together = std::fs::read_to_string(place.path(&format!("out.{format}")));
        assert_eq!(together.expect("the file"), alone, "{format}");
    }
}
