//! Rules of the user's own by which commits tell of AI, through the program.

use std::fmt::Write as _;

use serde_json::Value;

use crate::git::Repository;
use crate::harness::{Place, Run};

const RULES: &str = r#"schema = 1
ruleset = "ours-1"

[[identity]]
id = "ours.builder"
tool = "acme-builder"
email = '^(\d+\+)?acme-builder\[bot\]@users\.noreply\.github\.com$'
class = "agent"
role = "author"
confidence = "high"
example = ['acme-builder[bot] <77+acme-builder[bot]@users.noreply.github.com>']
counter_example = ['acme-deploy[bot] <78+acme-deploy[bot]@users.noreply.github.com>']
"#;

const BUILDER: &str = "acme-builder[bot] <77+acme-builder[bot]@users.noreply.github.com>";
const CODEX: &str = "Codex <codex@openai.com>";
const ROSA: &str = "Rosa Lind <rosa@example.com>";

/// A history of three commits: by a private bot, by an agent that the mailmap maps to a
/// person, and by that person.
fn history(place: &Place) {
    let mailmap = "Rosa Lind <rosa@example.com> Codex <codex@openai.com>\n";
    let mut stream = String::new();
    for (number, (author, path, content)) in [
        (BUILDER, "a.txt", "one\n"),
        (CODEX, "b.txt", "two\n"),
        (ROSA, ".mailmap", mailmap),
    ]
    .into_iter()
    .enumerate()
    {
        let time = 1_767_225_600 + number * 86_400;
        let _ = write!(
            stream,
            "commit refs/heads/main\nauthor {author} {time} +0000\n\
             committer {ROSA} {time} +0000\ndata 4\nadd\n\nM 100644 inline {path}\n\
             data {}\n{content}\n",
            content.len()
        );
    }
    Repository::import(place, "history", stream.as_bytes());
}

fn facts(place: &Place, more: &[&str]) -> Run {
    place.run([&["facts", "history", "--output", "tables"], more].concat())
}

/// Class and tools of each commit, in the order of the table.
fn commits(place: &Place, more: &[&str]) -> Vec<(String, Value)> {
    let run = facts(place, more).ended(0);
    assert!(!run.stderr.contains("error"), "{}", run.stderr);
    let table = std::fs::read_to_string(place.path("tables/commits.ndjson"));
    let table = table.expect("it was written");
    let rows = table.lines().map(|row| {
        let row: Value = serde_json::from_str(row).expect("it is JSON");
        (row["ai_class"].as_str().expect("it is a text").to_owned(), row["tools"].clone())
    });
    rows.collect()
}

fn classes(commits: &[(String, Value)]) -> Vec<&str> {
    commits.iter().map(|(class, _)| class.as_str()).collect()
}

#[test]
fn a_private_bot_is_an_agent_by_the_users_rules_and_a_bot_without() {
    let place = Place::new();
    history(&place);
    place.write("rules.toml", RULES);
    let without = commits(&place, &[]);
    assert_eq!(classes(&without), ["bot", "authored", "unknown"]);
    let with = commits(&place, &["--provenance-rules=rules.toml"]);
    assert_eq!(classes(&with), ["authored", "authored", "unknown"]);
    assert_eq!(with[0].1, serde_json::json!(["acme-builder"]));
    assert_eq!(with[1], without[1], "the mailmap changes no class");
}

#[test]
fn the_rules_can_be_given_by_the_environment_and_are_named_in_the_report() {
    let place = Place::new();
    history(&place);
    place.write("rules.toml", RULES);
    let mut command = place.command(["report", "history", "--format=json"]);
    command.env("SLOPNEXUS_PROVENANCE_RULES", "rules.toml");
    let run = crate::harness::finish(&mut command, b"", place.root()).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    assert_eq!(report["inputs"]["options"]["provenance_rules"], "rules.toml");
}

#[test]
fn what_was_kept_with_other_rules_does_not_answer() {
    let place = Place::new();
    history(&place);
    place.write("rules.toml", RULES);
    place.write("more.toml", RULES.replace("acme-builder\"", "acme-other\""));
    let kept = ["--cache-dir=kept", "--no-progress"];
    let with = |file: &str| {
        let flag = format!("--provenance-rules={file}");
        let mut command = place.command(
            [&["facts", "history", "--output", "tables", flag.as_str()], &kept[..]]
                .concat(),
        );
        command.env_remove("SLOPNEXUS_NO_CACHE");
        let run = crate::harness::finish(&mut command, b"", place.root()).ended(0);
        assert!(!run.stderr.contains("cache"), "{}", run.stderr);
        std::fs::read_to_string(place.path("tables/commits.ndjson"))
            .expect("it was written")
    };
    for _ in 0..2 {
        assert!(with("rules.toml").contains("acme-builder"));
        assert!(with("more.toml").contains("acme-other"));
    }
}

#[test]
fn a_file_that_cannot_be_used_ends_the_run_and_says_what_to_do() {
    let place = Place::new();
    history(&place);
    let wrong = [
        ("'^(\\d+\\+)?acme", "'^((\\d+\\+)?acme", "`ours.builder`"),
        ("acme-deploy[bot] <78+acme-deploy", "a <acme-builder", "counter-example"),
        ("class = \"agent\"", "klass = \"agent\"", "`klass`"),
        ("id = \"ours.builder\"", "id = \"claude.code\"", "given twice"),
        (
            "class = \"agent\"",
            "class = \"agent\"\nname = '(\\w{200}){200}'",
            "`ours.builder`",
        ),
        ("schema = 1", "schema = 1\nconfidence = 1", "line 2"),
    ];
    for (from, to, why) in wrong {
        place.write("rules.toml", RULES.replace(from, to));
        let run = facts(&place, &["--provenance-rules=rules.toml"]).ended(2);
        let said = run.stderr.trim_end();
        assert!(said.contains(why), "{why}: {said}");
        assert!(
            said.starts_with("error: cannot") && said.contains("'rules.toml'"),
            "{said}"
        );
        assert!(said.ends_with("[E-RULES]") && said.lines().count() == 1, "{said}");
    }
    place.write("rules.toml", format!("{RULES}#{}", "x".repeat(2 << 20)));
    let run = facts(&place, &["--provenance-rules=rules.toml"]).ended(2);
    assert!(run.stderr.contains("larger than"), "{}", run.stderr);
    let run = facts(&place, &["--provenance-rules=absent.toml"]).ended(2);
    assert!(run.stderr.contains("no such file"), "{}", run.stderr);
}
