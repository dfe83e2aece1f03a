//! The report as a page, as Markdown and as a table for spreadsheets.

use std::fmt::Write as _;

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
    for line in csv.lines() {
        for cell in line.split(',') {
            assert!(!cell.trim_matches('"').starts_with('='), "{line}");
        }
    }
    for text in [html, markdown, csv] {
        assert!(!text.contains('\u{202e}'), "the direction of writing is ours");
        assert!(text.contains("202e"), "and what was there is shown");
    }
}

#[test]
fn all_formats_tell_the_same_totals() {
    let place = Place::new();
    let _repository = hostile(&place);
    let json: serde_json::Value =
        serde_json::from_str(&report(&place, "json")).expect("JSON");
    let lines = &json["repositories"][0]["lines"];
    assert_eq!(lines["births"], 600);
    assert_eq!(lines["alive"], 600);
    for format in ["text", "html", "markdown", "csv"] {
        let shown = report(&place, format);
        assert!(
            shown.contains(
                "600 lines that count landed since 2023-11-14; 600 of them stand."
            ),
            "{format}: {shown}"
        );
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
