use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::examples::{Case, Table};
use super::file::RulesFile;
use super::*;

mod spellings;
mod table;
mod traps;
mod user_rules;

/// A whole commit and what it says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    about: String,
    #[serde(default = "rosa")]
    author: String,
    #[serde(default = "rosa")]
    committer: String,
    time: Option<i64>,
    message: String,
    class: String,
    #[serde(default)]
    tools: Vec<String>,
    #[serde(default)]
    models: Vec<String>,
    role: Option<String>,
    confidence: Option<String>,
    #[serde(default = "none")]
    squash: String,
    #[serde(default)]
    contradicted: bool,
    operator: Option<String>,
}

#[derive(Deserialize)]
struct Cases {
    commit: Vec<Whole>,
}

fn rosa() -> String {
    "Rosa Lind <rosa@example.com>".to_owned()
}

fn none() -> String {
    "none".to_owned()
}

fn classify(
    rules: &Rules,
    author: &str,
    committer: &str,
    time: Option<i64>,
    message: &[u8],
) -> Provenance {
    let author = message::person(author.as_bytes());
    let committer = message::person(committer.as_bytes());
    rules.classify(&CommitText {
        author_name: author.name,
        author_email: author.email,
        committer_name: committer.name,
        committer_email: committer.email,
        committer_time: time.map(Timestamp),
        message,
    })
}

/// The rules that come with the program, compiled once.
fn shared() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::embedded().unwrap())
}

fn embedded_file() -> RulesFile {
    rules::read(rules::EMBEDDED).unwrap()
}

#[test]
fn every_rule_matches_its_examples_and_not_its_counter_examples() {
    let rules = Rules::embedded().unwrap();
    let file = embedded_file();
    examples::check(&rules, examples::cases(&file)).unwrap();
    let text = std::str::from_utf8(rules::EMBEDDED).unwrap();
    assert_eq!(examples::cases(&file).count(), text.matches("\nexample = ").count());
}

/// What the whole program finds in an example: rules of commits, or what stands for them.
fn found_by_all(rules: &Rules, case: &Case<'_>, text: &str) -> BTreeSet<String> {
    let message = match case.table {
        Table::Branch => {
            return rules
                .branch_rule(text.as_bytes())
                .map(str::to_owned)
                .into_iter()
                .collect();
        }
        Table::RepoSignal => {
            return rules
                .path_rule(text.as_bytes())
                .map(str::to_owned)
                .into_iter()
                .collect();
        }
        Table::ToolWord => {
            let models = rules.words.models(text.as_bytes());
            let tool = rules.words.tool(text.as_bytes(), &models);
            return BTreeSet::from([format!("word.{tool}")]);
        }
        Table::Model => {
            let models = rules.words.models(text.as_bytes());
            return models.iter().map(|_| case.id.to_owned()).collect();
        }
        Table::Squash => {
            let message = format!("{text} (#1)\n\n{text}\n{text}\n");
            let is_squash = rules.squash.state(message.as_bytes()) != Squash::None;
            return is_squash.then(|| case.id.to_owned()).into_iter().collect();
        }
        Table::Identity | Table::Bot => "subject\n".to_owned(),
        Table::Subject => format!("{text}\n\nbody\n"),
        Table::Trailer | Table::Disclosure | Table::Line | Table::Human => {
            format!("subject\n\nwhy\nso\n\n{text}\n")
        }
    };
    let is_person = matches!(case.table, Table::Identity | Table::Bot);
    let author = if is_person { text.to_owned() } else { rosa() };
    let found = classify(rules, &author, &rosa(), None, message.as_bytes());
    found.evidence.into_iter().map(|piece| piece.rule).collect()
}

/// The first rule in the order of the file wins, so an example could be taken by another:
/// none is.
#[test]
fn every_example_comes_to_its_own_rule_among_all_of_them() {
    let rules = Rules::embedded().unwrap();
    for case in examples::cases(&embedded_file()) {
        for text in case.example {
            let found = found_by_all(&rules, &case, text);
            assert!(found.contains(case.id), "{}: {text}: {found:?}", case.id);
        }
    }
}

#[test]
fn a_rule_without_examples_is_an_error_that_names_it() {
    for key in ["example", "counter_example"] {
        let text = std::str::from_utf8(rules::EMBEDDED).unwrap();
        let place = text.find("id = \"squash.git\"").unwrap();
        let end = place + text[place..].find(&format!("\n{key} =")).unwrap() + 1;
        let broken = format!("{}unknown_{}", &text[..end], &text[end..]);
        let error = Rules::parse(broken.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("`squash.git`") && error.contains(key), "{error}");
        let line = text[end..].find('\n').unwrap() + end;
        let without = format!("{}{}", &text[..end], &text[line + 1..]);
        let error = Rules::parse(without.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("`squash.git`") && error.contains(key), "{error}");
    }
}

#[test]
fn whole_commits_say_what_they_say() {
    let rules = Rules::embedded().unwrap();
    let text = include_str!("../../fixtures/provenance/commits.toml");
    for case in toml::from_str::<Cases>(text).unwrap().commit {
        let message = case.message.as_bytes();
        let found = classify(&rules, &case.author, &case.committer, case.time, message);
        let about = &case.about;
        assert_eq!(found.class.as_str(), case.class, "{about}: {found:?}");
        assert_eq!(found.tools, case.tools, "{about}");
        assert_eq!(found.models, case.models, "{about}");
        assert_eq!(found.role.map(Role::as_str), case.role.as_deref(), "{about}");
        if let Some(confidence) = &case.confidence {
            let found = found.confidence.map(Confidence::as_str);
            assert_eq!(found, Some(confidence.as_str()), "{about}");
        }
        assert_eq!(found.squash.as_str(), case.squash, "{about}");
        assert_eq!(found.is_contradicted, case.contradicted, "{about}");
        let operator = found.operator.map(|(name, email)| {
            let (name, email) =
                (String::from_utf8_lossy(&name), String::from_utf8_lossy(&email));
            format!("{name} <{email}>")
        });
        assert_eq!(operator, case.operator, "{about}");
    }
}

#[test]
fn evidence_counts_repeats_and_names_the_first_line() {
    let rules = Rules::embedded().unwrap();
    let trailer = "Co-Authored-By: Claude <noreply@anthropic.com>\n";
    let message = format!("a (#1)\n\n* b\n\n{trailer}\n* c\n\n{trailer}");
    let found = classify(&rules, &rosa(), &rosa(), None, message.as_bytes());
    let expected = Evidence {
        rule: "claude.code".to_owned(),
        place: Place::CoAuthor,
        line: Some(5),
        count: 2,
    };
    assert_eq!(found.evidence, [expected]);
}

#[test]
fn a_message_is_read_up_to_its_limit_and_any_bytes_are_taken() {
    let rules = Rules::embedded().unwrap();
    let limit = usize::try_from(crate::limits::MESSAGE_BYTES.value).unwrap();
    let mut message = b"a\n\n\xff\xfe: \xff\nMade-with: Cursor\n".to_vec();
    assert!(classify(&rules, &rosa(), &rosa(), None, &message).class.is_marked());
    message.splice(3..3, std::iter::repeat_n(b'\n', limit));
    assert!(!classify(&rules, &rosa(), &rosa(), None, &message).class.is_marked());
}

#[test]
fn people_agents_and_bots_are_told_apart() {
    let rules = Rules::embedded().unwrap();
    let kind = |name: &str, email: &str| rules.kind_of(name.as_bytes(), email.as_bytes());
    assert_eq!(kind("Claude", "noreply@anthropic.com"), PersonKind::Agent);
    assert_eq!(kind("bors", "bors@rust-lang.org"), PersonKind::Bot);
    assert_eq!(kind("Rosa (aider)", "rosa@example.com"), PersonKind::Person);
    assert_eq!(kind("Claude Martin", "claude@example.com"), PersonKind::Person);
}

#[test]
fn degrees_of_confidence_have_rising_probabilities() {
    let rules = Rules::embedded().unwrap();
    let degrees = [
        Confidence::Hint,
        Confidence::Low,
        Confidence::Medium,
        Confidence::High,
        Confidence::Certain,
    ];
    assert!(degrees.is_sorted_by(|a, b| rules.probability(*a) < rules.probability(*b)));
}

#[test]
fn models_are_named_alike_however_they_are_spelt() {
    let rules = Rules::embedded().unwrap();
    let spellings: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("Claude Opus 4.6 (1M context)", &["claude-opus-4.6"][..]),
        ("Claude Code 2.1.63 / Claude Opus 4.6", &["claude-opus-4.6"]),
        ("claude-opus-4-6", &["claude-opus-4.6"]),
        ("claude-sonnet-4-20250514", &["claude-sonnet-4"]),
        ("Claude 3.5 Sonnet", &["claude-sonnet-3.5"]),
        ("Opus 4.7", &["claude-opus-4.7"]),
        ("GPT-5.6 Sol", &["gpt-5.6-sol"]),
        ("aider (vertex_ai/gemini-2.5-pro-exp-03-25)", &["gemini-2.5-pro"]),
        ("Kimi K2.7 Code", &["kimi-k2.7"]),
        ("Crush:qwen3.7-max", &["qwen-3.7"]),
        ("Claude", &[]),
    ]);
    for (text, expected) in spellings {
        let named = rules.words.models(text.as_bytes());
        let named: Vec<&str> = named.iter().map(|model| model.name.as_str()).collect();
        assert_eq!(named, expected, "{text}");
    }
}

#[test]
fn a_rules_file_with_a_mistake_stops_the_run_and_names_the_rule() {
    let text = include_str!("rules.toml");
    let broken = text.replace(r"'^aider: '", r"'^aider: ('");
    let error = Rules::parse(broken.as_bytes()).unwrap_err();
    assert_eq!((error.code, error.exit), ("E-RULES", crate::error::Exit::Usage));
    assert!(Rules::parse(text.replace("schema   = 1", "schema = 2").as_bytes()).is_err());
    let repeated = text.replace(r#"id = "amp""#, r#"id = "zed""#);
    let error = Rules::parse(repeated.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("`zed`"), "{error}");
    let unknown = text.replace("min_bullets", "min_bullet");
    assert!(Rules::parse(unknown.as_bytes()).is_err());
}

/// For measuring: classifies the commits of a file, five times where nothing is written.
/// `benches/README.md` says how to make the file, and how to read what it costs.
#[test]
#[ignore = "measures; wants SLOPNEXUS_COMMITS, a file of commits"]
fn commits_of_a_file_are_classified() {
    let file = std::env::var_os("SLOPNEXUS_COMMITS").expect("it names a file");
    let commits = std::fs::read(file).unwrap();
    let rules = Rules::embedded().unwrap();
    let classified = || commits.split(|byte| *byte == 0).map(|text| of_log(&rules, text));
    match std::env::var_os("SLOPNEXUS_CLASSIFIED") {
        Some(file) => {
            let lines: String =
                classified().map(|found| format!("{found:?}\n")).collect();
            std::fs::write(file, lines).unwrap();
        }
        None => {
            let marked = || classified().filter(|found| found.class.is_marked()).count();
            let all: BTreeSet<usize> = (0..5).map(|_| marked()).collect();
            assert_eq!(all.len(), 1);
        }
    }
}

/// Classifies `name 1 mail 1 committer's name 1 mail 1 time 1 message`, where 1 is a byte.
fn of_log(rules: &Rules, text: &[u8]) -> Provenance {
    let mut fields = text.splitn(6, |byte| *byte == 1);
    let mut field = || fields.next().unwrap_or_default();
    rules.classify(&CommitText {
        author_name: field(),
        author_email: field(),
        committer_name: field(),
        committer_email: field(),
        committer_time: std::str::from_utf8(field())
            .ok()
            .and_then(|time| time.parse().ok())
            .map(Timestamp),
        message: field(),
    })
}
