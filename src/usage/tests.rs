use std::path::{Path, PathBuf};

use super::*;
use crate::error::Exit;
use crate::units::Usd;

/// What the README of a format says of one of its fixtures.
struct Fixture {
    format: &'static Format,
    file: String,
    bytes: Vec<u8>,
    /// Its row of the README, by column.
    told: BTreeMap<String, String>,
}

fn folder(format: &Format) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/usage").join(format.name)
}

/// All fixtures of all formats whose names begin with `stem`.
fn fixtures(stem: &str) -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for format in FORMATS {
        let folder = folder(format);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        let rows: Vec<Vec<String>> = readme
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| {
                line.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect()
            })
            .collect();
        for row in rows.iter().skip(2).filter(|row| row[0].starts_with(stem)) {
            let told = rows[0].iter().cloned().zip(row.iter().cloned()).collect();
            let bytes = std::fs::read(folder.join(&row[0])).unwrap();
            fixtures.push(Fixture { format, file: row[0].clone(), bytes, told });
        }
        assert!(fixtures.iter().any(|f| f.format.name == format.name), "{}", format.name);
    }
    fixtures
}

/// Reads a text as one format, whether it recognizes it or not. For tests of formats.
pub(super) fn read_as(format: &'static Format, text: &str) -> Export {
    read_with(format, text, &Context::default())
}

/// The same with what is known of the file.
pub(super) fn read_with(
    format: &'static Format,
    text: &str,
    context: &Context<'_>,
) -> Export {
    let mut feed = Feed::new(text.as_bytes());
    let mut source = if framing::is_json(feed.ahead(text.len())) {
        Source::Values(Values::new(feed))
    } else {
        Source::Table(Box::new(Table::of(text.as_bytes()).unwrap()))
    };
    let mut parsed = Parsed::new(format.name, context);
    (format.parse)(&mut source, context, &mut parsed);
    Export::new(&Untrusted::from("x"), format, parsed)
}

/// Every plain fixture, read. For tests of what is written.
pub(super) fn plain_exports() -> Vec<Export> {
    fixtures("plain").iter().map(parsed).collect()
}

/// Reads as [`read_export`] does, and also what holds no record at all.
fn parsed(fixture: &Fixture) -> Export {
    let options = ReadOptions { format: Some(fixture.format), ..ReadOptions::default() };
    let feed = framing::decode(Feed::new(&fixture.bytes[..])).unwrap();
    let (format, mut source) = choose(feed, &options).unwrap().unwrap();
    let name = &fixture.file;
    let period = dates::period_in_name(name);
    let context = Context { file_name: name, period, ..Context::default() };
    let mut parsed = Parsed::new(format.name, &context);
    (format.parse)(&mut source, &context, &mut parsed);
    Export::new(&Untrusted::from("x"), format, parsed)
}

fn read(name: &str, bytes: &[u8]) -> Result<Export, Error> {
    read_export(&Untrusted::from(name), bytes, &ReadOptions::default())
}

fn totals(export: &Export) -> BTreeMap<String, String> {
    let (tokens, cost) = (export.tokens(), export.cost());
    let count = |count: Option<u128>| count.map_or("-".to_owned(), |c| c.to_string());
    let money = |money: Option<Usd>| money.map_or("-".to_owned(), |m| m.to_string());
    let cells = [
        ("records", export.records.len().to_string()),
        ("rejected", export.n_rejected.to_string()),
        ("input", count(tokens.input)),
        ("input_unsplit", count(tokens.input_unsplit)),
        ("cache_read", count(tokens.cache_read)),
        ("cache_write", count(tokens.cache_write)),
        ("output", count(tokens.output)),
        ("unclassified", count(tokens.unclassified)),
        ("total", count(tokens.total())),
        ("billed", money(cost.billed)),
        ("list", money(cost.list)),
        ("estimated", money(cost.estimated)),
        ("computed", money(cost.computed)),
    ];
    cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[test]
fn every_fixture_has_the_totals_its_readme_tells() {
    for stem in ["plain", "odd", "broken"] {
        for fixture in fixtures(stem) {
            let mut told = fixture.told.clone();
            told.remove("file");
            let found = totals(&parsed(&fixture));
            assert_eq!(found, told, "{} {}", fixture.format.name, fixture.file);
        }
    }
}

#[test]
fn every_file_among_the_fixtures_is_told_of_in_its_readme() {
    for format in FORMATS {
        let readme = std::fs::read_to_string(folder(format).join("README.md")).unwrap();
        for entry in std::fs::read_dir(folder(format)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                name == "README.md" || readme.contains(&format!("| {name} |")),
                "{name}"
            );
        }
    }
}

#[test]
fn every_plain_fixture_is_recognised_by_its_format_and_by_none_before_it() {
    for fixture in fixtures("plain") {
        let first = read(&fixture.file, &fixture.bytes).map(|export| export.format);
        let first = first.ok();
        assert_eq!(first, Some(fixture.format.name), "{}", fixture.file);
    }
}

#[test]
fn every_odd_fixture_is_read_and_every_broken_one_is_refused_whole() {
    for fixture in fixtures("odd") {
        assert_eq!(
            read(&fixture.file, &fixture.bytes).unwrap().format,
            fixture.format.name
        );
    }
    for fixture in fixtures("broken") {
        let error = read(&fixture.file, &fixture.bytes).unwrap_err();
        assert_eq!(
            (error.exit, error.code),
            (Exit::Input, "E-USAGE"),
            "{}",
            fixture.file
        );
    }
}

#[test]
fn what_is_cut_off_anywhere_never_panics_and_never_gains_tokens() {
    for stem in ["plain", "odd"] {
        for fixture in fixtures(stem) {
            let whole = read(&fixture.file, &fixture.bytes)
                .map_or(Some(0), |e| e.tokens().total());
            for end in 0..fixture.bytes.len() {
                let Ok(export) = read(&fixture.file, &fixture.bytes[..end]) else {
                    continue;
                };
                let part = export.tokens().total();
                assert!(part <= whole, "{} cut at {end}", fixture.file);
            }
        }
    }
}

#[test]
fn a_damaged_byte_anywhere_never_panics_and_the_ledger_still_ties_out() {
    for fixture in fixtures("plain").into_iter().chain(fixtures("odd")) {
        for place in 0..fixture.bytes.len() {
            let mut bytes = fixture.bytes.clone();
            bytes[place] = [b'"', b'\n', 0, 0xff, b'9', b',', b'}'][place % 7];
            let Ok(export) = read("x", &bytes) else { continue };
            settle(&[export], false).unwrap();
        }
    }
}

#[test]
fn names_of_formats_are_distinct_and_found() {
    for format in FORMATS {
        assert_eq!(format_named(format.name).unwrap().name, format.name);
    }
    let names: std::collections::BTreeSet<&str> =
        FORMATS.iter().map(|f| f.name).collect();
    assert_eq!(names.len(), FORMATS.len());
    assert_eq!(format_named("nope").unwrap_err().exit, Exit::Usage);
}

#[test]
fn what_is_no_export_is_refused_with_what_it_is_and_what_to_do() {
    let refused = |bytes: &[u8]| {
        let error = read("may.csv", bytes).unwrap_err();
        assert_eq!((error.exit, error.code), (Exit::Input, "E-USAGE"));
        error.to_string()
    };
    assert!(refused(b"").contains("it is empty"));
    assert!(refused(b"\x1f\x8b\x08").contains("unpack it first"));
    assert!(refused(b"PK\x03\x04").contains("unpack it first"));
    assert!(refused(b"<html><body>Sign in").contains("web page"));
    assert!(
        refused(br#"{"type":"error","error":{"type":"x"}}"#).contains("error message")
    );
    assert!(refused(br#"{"message":"Bad","documentation_url":"u"}"#).contains("GitHub"));
    assert!(refused(br#"{"download_links":["u"]}"#).contains("download the files"));
    assert!(refused(b"name,colour\nx,y\n").contains("--map"));
    assert!(refused(br#"{"a":1}"#).contains("no known format"));
    assert!(refused(b"{").contains("no known format"));
}

#[test]
fn no_error_quotes_the_export() {
    let secrets = ["hunter2,hunter2\nhunter2,hunter2\n", "{\"hunter2\":\"hunter2\"}"];
    for secret in secrets {
        let error = read("x", secret.as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
    let text = "date,email,cost_usd\n2026-10-05,hunter2,hunter2\nhunter2,hunter2,1\n";
    assert!(!read("x", text.as_bytes()).unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn a_page_without_rows_is_an_export_without_records() {
    let export = read("x", br#"{"data":[],"has_more":false,"next_page":null}"#).unwrap();
    assert_eq!((export.format, export.tier, export.records.len()), (EMPTY, 0, 0));
}

#[test]
fn a_forced_format_that_does_not_fit_is_an_error() {
    let options = ReadOptions {
        format: Some(&cursor::usage_csv::FORMAT),
        ..ReadOptions::default()
    };
    let text = b"date,email,cost_usd\n2026-10-05,ada.okafor@example.com,1\n";
    let error = read_export(&Untrusted::from("x"), &text[..], &options).unwrap_err();
    assert!(error.to_string().contains("it is not cursor.usage_csv"));
}

#[test]
fn a_map_is_for_foreign_tables_and_leaves_the_others_alone() {
    let map = [("Member", "email"), ("When", "date"), ("Spend", "cost_usd")];
    let column_map = map.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
    let options = ReadOptions { column_map, ..ReadOptions::default() };
    let name = Untrusted::from("x");
    let foreign =
        b"Report of May\nWhen,Member,Spend\n2026-10-05,ada.okafor@example.com,1\n";
    let export = read_export(&name, &foreign[..], &options).unwrap();
    assert_eq!((export.records.len(), export.records[0].position), (1, 3));
    for fixture in fixtures("plain") {
        let name = Untrusted::from(fixture.file.as_str());
        let plain = read_export(&name, &fixture.bytes[..], &options).unwrap();
        assert_eq!(plain.format, fixture.format.name);
    }
}

#[test]
fn a_date_beyond_the_last_day_is_rejected() {
    let options =
        ReadOptions { latest: UtcDay::from_ymd(2026, 10, 5), ..ReadOptions::default() };
    let text =
        b"date,email,cost_usd\n2026-10-05,a@example.com,1\n2026-10-06,a@example.com,1\n";
    let export = read_export(&Untrusted::from("x"), &text[..], &options).unwrap();
    assert_eq!(export.n_rejected, 1);
    assert_eq!(export.gaps.list()[0].why, "a date in the future");
    assert_eq!(export.gaps.list()[0].first, Untrusted::from("x:3"));
}

#[test]
fn splitting_a_file_changes_nothing() {
    let header = "date,email,model,cost_usd\n";
    let rows = [
        "2026-10-05,ada.okafor@example.com,a,0.1\n",
        "2026-10-05,lin.zhou@example.com,a,0.2\n",
    ];
    let whole = [read("w", (header.to_owned() + rows[0] + rows[1]).as_bytes()).unwrap()];
    let parts = rows.map(|row| read("p", (header.to_owned() + row).as_bytes()).unwrap());
    assert_eq!(
        settle(&whole, false).unwrap().ledger,
        settle(&parts, false).unwrap().ledger
    );
}

#[test]
fn the_documentation_lists_every_format_as_the_program_has_it() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/usage.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let table = &docs[docs.find("## Formats").unwrap()..];
    let row = |format: &&Format| {
        let about = format.about.replace('|', "\\|");
        format!("| `{}` | {} | {about} |\n", format.name, format.tier)
    };
    let expected: String = FORMATS.iter().map(row).collect();
    assert!(table.contains(&expected), "the table is:\n{expected}");
}

#[test]
fn one_session_seen_four_ways_counts_once() {
    let fixture = |path: &str| {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/usage").join(path);
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        read(&name, &std::fs::read(path).unwrap()).unwrap()
    };
    let views = [
        fixture("claude_code.transcript/plain.jsonl"),
        fixture("ccusage.report/plain.claude-session.json"),
        fixture("repo.entire_checkpoint/plain.json"),
    ];
    for view in &views {
        assert_eq!(view.tokens().total(), Some(35_219), "{}", view.format);
    }
    let settled = settle(&views, false).unwrap();
    assert_eq!(settled.ledger.kept.tokens, 35_219);
    assert_eq!(settled.ledger.shadowed.tokens, 2 * 35_219);
    let counted = settled.kept.iter().filter(|kept| kept.tokens().total().is_some());
    let formats: std::collections::BTreeSet<_> =
        counted.map(|kept| kept.record.format).collect();
    assert!(formats.into_iter().eq(["claude_code.transcript"]));
    assert_eq!(settled.reconciliations.len(), 2);
}
