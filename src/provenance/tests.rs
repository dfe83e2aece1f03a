use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::file::RulesFile;
use super::*;

#[derive(Deserialize)]
struct Examples {
    example: Vec<Example>,
}

/// Texts that a rule must fit, and texts that it must not.
#[derive(Deserialize)]
struct Example {
    rule: String,
    hit: Vec<String>,
    miss: Vec<String>,
}

fn examples() -> Vec<Example> {
    let text = include_str!("../../fixtures/provenance/examples.toml");
    toml::from_str::<Examples>(text).unwrap().example
}

/// A whole commit and what it says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
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
    commit: Vec<Case>,
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

/// The rules that an example fits.
fn rules_of(rules: &Rules, example: &str) -> BTreeSet<String> {
    let (place, text) = example.split_once(": ").unwrap_or((example, ""));
    let only = |rule: Option<&str>| rule.map(str::to_owned).into_iter().collect();
    let message = match place {
        "branch" => return only(rules.branch_rule(text.as_bytes())),
        "path" => return only(rules.path_rule(text.as_bytes())),
        "model" => return rules.words.model_rules(text.as_bytes()),
        "author" => "subject\n".to_owned(),
        "subject" => format!("{text}\n\nbody\n"),
        "co-author" => format!("subject\n\nwhy\nso\n\nCo-authored-by: {text}\n"),
        "trailer" | "line" => format!("subject\n\nwhy\nso\n\n{text}\n"),
        _ => panic!("{example}: there is no such place"),
    };
    let author = if place == "author" { text.to_owned() } else { rosa() };
    let found = classify(rules, &author, &rosa(), None, message.as_bytes());
    found.evidence.into_iter().map(|piece| piece.rule).collect()
}

#[test]
fn every_rule_fits_its_hits_and_none_of_its_misses() {
    let rules = Rules::embedded().unwrap();
    for example in examples() {
        for hit in &example.hit {
            let found = rules_of(&rules, hit);
            assert!(found.contains(&example.rule), "{}: {hit}: {found:?}", example.rule);
        }
        for miss in &example.miss {
            let found = rules_of(&rules, miss);
            assert!(
                !found.contains(&example.rule),
                "{}: {miss}: {found:?}",
                example.rule
            );
        }
    }
}

#[test]
fn every_rule_with_a_pattern_has_a_hit_and_a_miss() {
    let file: RulesFile = toml::from_str(include_str!("rules.toml")).unwrap();
    let ids: BTreeSet<String> = file
        .identity
        .into_iter()
        .map(|row| row.id)
        .chain(file.bot.into_iter().map(|row| row.id))
        .chain(file.trailer.into_iter().map(|row| row.id))
        .chain(file.disclosure.into_iter().map(|row| row.id))
        .chain(file.line.into_iter().map(|row| row.id))
        .chain(file.human.into_iter().map(|row| row.id))
        .chain(file.subject.into_iter().map(|row| row.id))
        .chain(file.branch.into_iter().map(|row| row.id))
        .chain(file.repo_signal.into_iter().map(|row| row.id))
        .chain(file.model.into_iter().map(|row| row.id))
        .collect();
    let complete =
        examples().into_iter().filter(|e| !e.hit.is_empty() && !e.miss.is_empty());
    let shown: BTreeSet<String> = complete.map(|example| example.rule).collect();
    assert_eq!(ids, shown);
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
