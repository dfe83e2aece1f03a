//! Every writer of a check, given the worst that the author of a change can do.

use std::io;

use serde_json::Value;

use super::super::{check_github, check_gitlab, check_markdown, check_sarif};
use crate::check::{
    ChangeSize, CheckReport, Finding, Level, Measured, Place, Related, Side, Standing,
};
use crate::report::{GapReport, Tool};
use crate::untrusted::Untrusted;

type Writer = fn(&CheckReport, &mut dyn io::Write) -> io::Result<()>;

const WRITERS: &[(&str, Writer)] = &[
    ("markdown", check_markdown::write),
    ("github", check_github::write),
    ("sarif", check_sarif::write),
    ("gitlab", check_gitlab::write),
];

const HOSTILE: &[&[u8]] = &[
    b"src/a.rs",
    b"::error::pwned",
    b"a\n::error file=x::pwned",
    b"a\r::stop-commands::x",
    b" ::set-output name=x::y ##[error]pwned ##vso[task.x]",
    b"a,line=1::pwned%0A::error::pwned",
    b"\x1b]52;c;cHduZWQ=\x07\x1b[2J",
    "\u{202e}sr.a\u{2066}\u{200b}\u{85}".as_bytes(),
    b"<script>alert(1)</script><!-- slopnexus check -->",
    b"@org/team fixes #1 GH-1 https://evil.example/x.png",
    b"`` ``` ` |a| ![x](https://evil.example/)",
    b"=HYPERLINK(\"https://evil.example\")",
    b"javascript:alert(1)//",
    b"../../etc/passwd",
    b"//evil.example/x",
    b"\xff\xfe\0\x80",
    b"\"},{\"x\":\"",
];

fn finding(number: usize, name: &[u8]) -> Finding {
    let line = u32::try_from(number + 1).unwrap();
    let place = |path: &[u8]| Place {
        path: Untrusted::from(path),
        first_line: (!number.is_multiple_of(5)).then_some(line),
        last_line: (!number.is_multiple_of(5)).then_some(line + 2),
    };
    Finding {
        rule: ["new-duplication", "giant-change", "untested-code"][number % 3],
        place: place(name),
        side: if number.is_multiple_of(7) { Side::Base } else { Side::Head },
        symbol: number.is_multiple_of(2).then(|| Untrusted::from(name)),
        message: "31 lines [repeat] what stands elsewhere, 100% of them: too many"
            .to_owned(),
        measured: Some(Measured { value: 31.0, threshold: 20.0, unit: "lines" }),
        related: vec![
            Related::Lines(place(name), Side::Head),
            Related::Commit("0123456789abcdef0123456789abcdef01234567".to_owned()),
        ],
        fingerprint: format!("{:032x}", number / 2),
    }
}

fn report(findings: Vec<(Finding, Standing)>) -> CheckReport {
    CheckReport {
        tool: Tool { name: "slopnexus", version: "0.1.0" },
        repository: ".".to_owned(),
        base: "a".repeat(40),
        head: "b".repeat(40),
        merge_base: "c".repeat(40),
        size: ChangeSize { files: 12, added_lines: 3400, deleted_lines: 20, commits: 4 },
        findings,
        notes: Vec::new(),
        gaps: Vec::new(),
        complete: true,
    }
}

fn standing(number: usize) -> Standing {
    match number % 20 {
        0 => Standing::Counts(Level::Error),
        17 => Standing::Baselined,
        18 => Standing::Suppressed { reason: Untrusted::from("::error::x\n<b>@all") },
        19 => Standing::Exempt,
        other if other % 2 == 0 => Standing::Counts(Level::Warning),
        _ => Standing::Counts(Level::Note),
    }
}

fn hostile() -> CheckReport {
    let of = |n: usize| (finding(n, HOSTILE[n % HOSTILE.len()]), standing(n));
    let mut report = report((0..10_000).map(of).collect());
    let names = HOSTILE.iter().map(|name| Untrusted::from(*name).to_terminal());
    report.notes = names.map(|name| format!("1 finding passes: {name}.")).collect();
    report.complete = false;
    report.gaps = vec![GapReport {
        code: "over-limit",
        scope: "::error::x".to_owned(),
        why: "a\n::error::pwned \u{1b}[2J <b>@all</b>".to_owned(),
        count: 3,
        first: "::error::x".to_owned(),
        incomplete: true,
    }];
    report
}

fn written(writer: Writer, report: &CheckReport) -> String {
    let mut bytes = Vec::new();
    writer(report, &mut bytes).unwrap();
    String::from_utf8(bytes).expect("answers are UTF-8")
}

fn json(writer: Writer, report: &CheckReport) -> Value {
    serde_json::from_str(&written(writer, report)).unwrap()
}

#[test]
fn names_are_inert_in_every_answer() {
    let report = hostile();
    for (name, writer) in WRITERS {
        let text = written(*writer, &report);
        for character in text.chars().filter(|character| *character != '\n') {
            let shown = Untrusted::from(character.to_string().as_str()).to_terminal();
            assert_eq!(shown, character.to_string(), "{name} shows it as it is");
        }
        assert!(!text.contains("##[") && !text.contains("##vso["), "{name}");
        let is_ours = |line: &str| {
            let kinds = ["::error ", "::warning ", "::notice "];
            *name == "github" && kinds.iter().any(|kind| line.starts_with(kind))
        };
        for line in text.lines().filter(|line| !is_ours(line)) {
            assert!(!line.trim_start().starts_with("::"), "{name}: {line}");
        }
        assert_eq!(text, written(*writer, &report), "{name}: the same bytes");
    }
}

#[test]
fn a_comment_has_fifteen_lines_at_most_and_its_mark_first_and_once() {
    let text = written(check_markdown::write, &hostile());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], check_markdown::MARKER);
    assert_eq!(lines.len(), 15, "{text}");
    assert!(text.len() < 20_000, "{}", text.len());
    assert!(lines[1].contains("could not be judged"), "{text}");
    assert!(text.contains("8,494 more: `"), "{text}");
    let all: Vec<_> = HOSTILE
        .iter()
        .flat_map(|name| {
            (1..4).map(|n| (finding(n, name), Standing::Counts(Level::Error)))
        })
        .collect();
    for few in all.chunks(6) {
        let text = written(check_markdown::write, &report(few.to_vec()));
        let outside_code = without_code(&text);
        for sign in ["<script", "@org", "#1", "https://", "![x]", "javascript"] {
            assert!(!outside_code.contains(sign), "{sign}: {outside_code}");
        }
        let marks = text.lines().filter(|line| line.starts_with("<!--")).count();
        assert_eq!(marks, 1);
    }
}

/// Markdown without its spans of code, as CommonMark finds them: from a run of backticks
/// to the next run of the same length.
fn without_code(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        left.push_str(&rest[..at]);
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let after = &rest[at + run..];
        let closing = runs(after).find(|(_, length)| *length == run);
        match closing {
            Some((end, _)) => rest = &after[end + run..],
            None => {
                left.push_str(&rest[at..at + run]);
                rest = after;
            }
        }
    }
    left + rest
}

/// Runs of backticks: where each begins, and its length.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let starts = text.match_indices('`').map(|(at, _)| at);
    let is_first = |at: &usize| !text[..*at].ends_with('`');
    let length = |at: usize| text[at..].len() - text[at..].trim_start_matches('`').len();
    starts.filter(is_first).map(move |at| (at, length(at)))
}

#[test]
fn a_comment_is_silent_when_all_is_well() {
    let passed = vec![(finding(1, b"a"), Standing::Baselined)];
    for findings in [Vec::new(), passed] {
        let text = written(check_markdown::write, &report(findings));
        assert_eq!(text, "<!-- slopnexus check -->\nslopnexus: nothing to say.\n");
    }
    let mut report = report(Vec::new());
    report.notes.push("This change changes what it is judged by.".to_owned());
    let text = written(check_markdown::write, &report);
    assert!(text.contains("passes") && text.contains("judged by"), "{text}");
}

#[test]
fn a_comment_says_what_was_judged_against_what() {
    let findings = vec![
        (finding(1, b"src/a.rs"), Standing::Counts(Level::Error)),
        (finding(2, b"src/b.rs"), Standing::Exempt),
    ];
    let text = written(check_markdown::write, &report(findings));
    assert_eq!(
        text,
        "<!-- slopnexus check -->\n\
         **slopnexus: this change is stopped. 1 error.**\n\
         \n\
         - **error** `giant-change` at `src/a.rs:2`: 31 lines \\[repeat\\] what stands \
         elsewhere, 100% of them: too many.\n\
         \n\
         Judged: 12 files in 4 commits, 3,400 lines added and 20 deleted, from \
         `cccccccccccc` to `bbbbbbbbbbbb` against the base `aaaaaaaaaaaa`. Not counted: 1 \
         by share in a small change.\n"
    );
}

#[test]
fn ten_annotations_of_a_kind_are_written_and_the_rest_is_counted() {
    let text = written(check_github::write, &hostile());
    let n = |kind: &str| text.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!([n("::error "), n("::warning "), n("::notice ")], [10, 10, 10]);
    let rest = "8,472 more findings are in the full answer: 491 errors, 3,990 warnings, \
                3,991 notes.";
    assert!(text.contains(rest), "{text}");
    let few: Vec<_> = (1..4)
        .map(|n| (finding(n, b"src/a,b:c.rs"), Standing::Counts(Level::Note)))
        .collect();
    let text = written(check_github::write, &report(few));
    assert_eq!(
        text.lines().next(),
        Some(
            "::notice file=src/a%2Cb%3Ac.rs,line=2,endLine=4,title=giant-change::\
             giant-change: 31 lines [repeat] what stands elsewhere, 100%25 of them: too \
             many."
        )
    );
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn a_sarif_log_stays_within_what_code_scanning_takes() {
    let text = written(check_sarif::write, &hostile());
    assert!(text.len() < 10_000_000, "GitHub takes 10 MB packed: {}", text.len());
    let log: Value = serde_json::from_str(&text).unwrap();
    let runs = log["runs"].as_array().unwrap();
    assert_eq!((log["version"].as_str(), runs.len()), (Some("2.1.0"), 1));
    let run = &runs[0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5_000);
    let levels: Vec<&str> =
        results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(
        levels.iter().filter(|level| **level == "error").count(),
        500,
        "all of them"
    );
    assert_eq!(levels.iter().filter(|level| **level == "note").count(), 500);
    assert!(levels.is_sorted_by_key(|level| {
        ["error", "warning", "note"].iter().position(|one| one == level)
    }));
    let said = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(said.contains("3,500 more findings are not in this file"), "{said}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 3);
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            let text = rule[text]["text"].as_str().unwrap();
            assert!((1..=1_024).contains(&text.chars().count()), "{text}");
        }
        assert!(rule["name"].as_str().unwrap().len() <= 255);
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        assert!(rule["properties"]["security-severity"].is_null());
    }
    check_results(results, rules);
}

fn check_results(results: &[Value], rules: &[Value]) {
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
        assert!(fingerprints.insert(hash.as_str().unwrap()), "{hash} is there twice");
        let related = result["relatedLocations"].as_array();
        assert!(related.is_none_or(|related| related.len() <= 100));
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1);
        for location in locations.iter().chain(related.into_iter().flatten()) {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            let is_plain =
                |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
            assert!(uri.bytes().all(is_plain) && !uri.starts_with('/'), "{uri}");
            assert!(uri.split('/').all(|part| !["", ".", ".."].contains(&part)), "{uri}");
            let number = |name: &str| place["region"][name].as_u64().unwrap();
            assert!(number("startLine") >= 1 && number("endLine") >= number("startLine"));
            assert!(number("startColumn") == 1 && number("endColumn") == 1);
        }
    }
}

#[test]
fn long_names_do_not_make_a_sarif_log_too_large() {
    let long = |n: usize| {
        let name: Vec<u8> = (0..4_000)
            .map(|at| u8::try_from(128 + (at * 7 + n * 13) % 127).unwrap())
            .collect();
        (finding(n, &name), Standing::Counts(Level::Warning))
    };
    let report = report((1..2_000).map(long).collect());
    let text = written(check_sarif::write, &report);
    assert!(text.len() < 10_000_000, "{}", text.len());
    assert!(text.contains("more findings are not in this file"));
}

#[test]
fn a_sarif_log_without_findings_is_one_run_without_results() {
    let log = json(check_sarif::write, &report(Vec::new()));
    let run = &log["runs"][0];
    assert_eq!(run["results"], serde_json::json!([]));
    assert_eq!(run["automationDetails"]["id"], "slopnexus/check/");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn a_code_quality_report_is_one_array_of_unique_fingerprints() {
    let all = json(check_gitlab::write, &hostile());
    let issues = all.as_array().unwrap();
    assert_eq!(issues.len(), 8_500);
    let mut seen = std::collections::BTreeSet::new();
    for issue in issues {
        assert!(seen.insert(issue["fingerprint"].as_str().unwrap()), "{issue}");
        let severity = issue["severity"].as_str().unwrap();
        assert!(["critical", "minor", "info"].contains(&severity));
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        let description = issue["description"].as_str().unwrap();
        assert!(description.starts_with(issue["check_name"].as_str().unwrap()));
    }
    assert_eq!(written(check_gitlab::write, &report(Vec::new())), "[]\n");
}
