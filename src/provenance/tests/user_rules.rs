//! Rules that a user gives.

use super::*;

/// A private account that is an agent of the user's.
const PRIVATE: &str = r#"
schema = 1
ruleset = "ours"

[[identity]]
id = "ours.builder"
tool = "builder"
email = '^(\d+\+)?acme-builder\[bot\]@users\.noreply\.github\.com$'
class = "agent"
role = "author"
confidence = "high"
example = ['acme-builder[bot] <77+acme-builder[bot]@users.noreply.github.com>']
counter_example = ['acme-deploy[bot] <78+acme-deploy[bot]@users.noreply.github.com>']
"#;

const BUILDER: &str = "acme-builder[bot] <77+acme-builder[bot]@users.noreply.github.com>";

/// The error of a file of rules, on one line.
fn refused(toml: &str) -> String {
    let error = Rules::with(toml.as_bytes()).unwrap_err();
    assert_eq!((error.code, error.exit), ("E-RULES", crate::error::Exit::Usage));
    let shown = error.to_string();
    assert!(!shown.contains('\n') && shown.len() < 1_500, "{shown}");
    shown
}

#[test]
fn a_private_account_can_be_named_an_agent() {
    let ours = Rules::with(PRIVATE.as_bytes()).unwrap();
    let theirs = Rules::embedded().unwrap();
    let of = |rules: &Rules| classify(rules, BUILDER, &rosa(), None, b"fix\n");
    assert_eq!(of(&theirs).class, AiClass::Bot);
    let found = of(&ours);
    assert_eq!(
        (found.class, found.tools),
        (AiClass::Authored, vec!["builder".to_owned()])
    );
    let other = "acme-deploy[bot] <78+acme-deploy[bot]@users.noreply.github.com>";
    assert_eq!(classify(&ours, other, &rosa(), None, b"fix\n").class, AiClass::Bot);
    assert_eq!(ours.ruleset, "2026-11-21 + ours");
}

#[test]
fn a_tool_is_added_by_a_row_and_nothing_else() {
    let row = PRIVATE.split_once("[[identity]]").unwrap().1;
    let mut whole = rules::EMBEDDED.to_vec();
    whole.extend(format!("\n[[identity]]{row}").bytes());
    let found = |rules: &Rules, message: &str| {
        let message = format!("fix\n\n{message}\n");
        classify(rules, &rosa(), &rosa(), None, message.as_bytes())
    };
    let trailer = format!("Co-authored-by: {BUILDER}");
    for rules in [Rules::parse(&whole).unwrap(), Rules::with(PRIVATE.as_bytes()).unwrap()]
    {
        let found = found(&rules, &trailer);
        assert_eq!(found.class, AiClass::Coauthored);
        assert_eq!(found.tools, ["builder"]);
        assert_eq!(found.evidence[0].rule, "ours.builder");
    }
    let file = rules::read(&whole).unwrap();
    assert!(file.tools().contains(&("identity", "ours.builder", "builder")));
}

#[test]
fn rules_of_every_kind_go_before_those_of_the_program() {
    let text = r#"
schema = 1
ruleset = "ours"
[[bot]]
id = "ours.bot"
name = '^claude$'
email = '^noreply@anthropic\.com$'
kind = "ours"
example = ['Claude <noreply@anthropic.com>']
counter_example = ['Claude Opus 4.6 <noreply@anthropic.com>']
[[trailer]]
id = "ours.session"
tool = "builder"
key = '^made-with$'
value = '^cursor'
role = "session"
confidence = "high"
example = ['Made-with: Cursor']
counter_example = ['Made-with: love']
[[line]]
id = "ours.line"
tool = "builder"
pattern = '^built by the builder$'
role = "session"
confidence = "high"
example = ['built by the builder']
counter_example = ['built by a builder']
[[human]]
id = "ours.human"
pattern = '^hand-made$'
confidence = "medium"
example = ['hand-made']
counter_example = ['hand-made by Claude']
[[subject]]
id = "ours.subject"
tool = "builder"
pattern = '^builder: '
role = "author"
confidence = "high"
example = ['builder: add']
counter_example = ['rebuilder: add']
[[branch]]
id = "ours.branch"
tool = "builder"
pattern = '^builder/'
confidence = "high"
example = ['builder/x']
counter_example = ['a/builder/x']
[[repo_signal]]
id = "ours.signal"
tool = "builder"
path = '^BUILDER\.md$'
example = ['BUILDER.md']
counter_example = ['docs/BUILDER.md']
[[tool_word]]
id = "ours.word"
tool = "builder"
pattern = '\bcopilot builder\b'
example = ['Copilot Builder']
counter_example = ['Copilot']
[[model]]
id = "ours.model"
vendor = "ours"
pattern = '\b(?P<family>acme)-(?P<version>[0-9]+)'
example = ['acme-7']
counter_example = ['acme']
[[disclosure]]
id = "ours.disclosure"
key = '^acme-ai$'
value_ai = '.*'
role = "assisted"
confidence = "high"
example = ['Acme-AI: acme-7']
counter_example = ['Acme-AI:']
"#;
    let rules = Rules::with(text.as_bytes()).unwrap();
    let rule_of = |message: &str| {
        let found = classify(&rules, &rosa(), &rosa(), None, message.as_bytes());
        found.evidence.first().map(|one| one.rule.clone()).unwrap_or_default()
    };
    assert_eq!(rule_of("a\n\nMade-with: Cursor\n"), "ours.session");
    assert_eq!(rule_of("a\n\nbuilt by the builder\n"), "ours.line");
    assert_eq!(rule_of("a\n\nhand-made\n"), "ours.human");
    assert_eq!(rule_of("builder: a\n"), "ours.subject");
    assert_eq!(rules.branch_rule(b"builder/x"), Some("ours.branch"));
    assert_eq!(rules.path_rule(b"BUILDER.md"), Some("ours.signal"));
    let found = classify(
        &rules,
        &rosa(),
        &rosa(),
        None,
        b"a\n\nAcme-AI: acme-7 via Copilot Builder\n",
    );
    assert_eq!(
        (found.tools, found.models),
        (vec!["builder".to_owned()], vec!["acme-7".to_owned()])
    );
    // Agents are asked about before bots, whoever names them.
    let claude =
        classify(&rules, "Claude <noreply@anthropic.com>", &rosa(), None, b"a\n");
    assert_eq!(claude.class, AiClass::Authored);
}

#[test]
fn a_rule_that_does_not_do_what_its_examples_say_is_refused() {
    let wrong =
        PRIVATE.replace("example = ['acme-builder[bot]", "example = ['acme-buildr[bot]");
    let wrong = wrong.replace("<77+acme-builder", "<77+acme-buildr");
    let error = refused(&wrong);
    assert!(
        error.contains("`ours.builder`") && error.contains("does not fit its example"),
        "{error}"
    );
    assert!(error.contains("acme-buildr[bot]"), "{error}");
    let wrong = PRIVATE.replace("acme-deploy", "acme-builder");
    assert!(refused(&wrong).contains("fits its counter-example"), "{}", refused(&wrong));
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_the_rule() {
    let with = |from: &str, to: &str| refused(&PRIVATE.replace(from, to));
    for (from, to, why) in [
        ("class = \"agent\"", "class = \"agnet\"", "`ours.builder`"),
        ("confidence = \"high\"", "", "`ours.builder`"),
        ("tool = ", "tol = ", "`ours.builder`"),
        ("id = \"ours.builder\"", "", "no `id`"),
        ("id = \"ours.builder\"", "id = \"zed\"", "`zed`: the id is given twice"),
        ("schema = 1", "schema = 9", "schema 1"),
        ("ruleset = \"ours\"", "", "ruleset"),
        (
            "[[identity]]",
            "[confidence]\ncertain = 1\nhigh = 1\nmedium = 1\nlow = 1\nhint = 1\n[[identity]]",
            "`confidence`",
        ),
        ("'^(\\d+", "'^((\\d+", "`ours.builder`"),
        ("tool = \"builder\"", "tool = \"\\u001b[31m\"", "`ours.builder`"),
        ("tool = \"builder\"", "tool = \"builder\"\nname = '.*'\nemail_ = ''", "email_"),
        ("schema = 1", "schema = 1 1", "line 2"),
    ] {
        let error = with(from, to);
        assert!(error.contains(why), "{to}: {error}");
        assert!(error.ends_with("[E-RULES]") && !error.contains('\u{1b}'), "{error}");
    }
    assert!(Rules::with(b"\xff").is_err());
}

#[test]
fn a_rule_for_everybody_is_refused() {
    let start = PRIVATE.find("email = ").unwrap();
    let end = start + PRIVATE[start..].find('\n').unwrap();
    let text = format!("{}email = '.*'{}", &PRIVATE[..start], &PRIVATE[end..]);
    assert!(refused(&text).contains("`ours.builder`: it fits everybody"));
}

#[test]
fn patterns_that_cost_too_much_are_refused_by_name() {
    let bombs = [
        r"(\w{200}){200}",
        r"((((a{200}){200}){200}){200}){200}",
        r"(?:\p{L}{500}){50}x",
    ];
    for bomb in bombs {
        let text = PRIVATE
            .replace("class = \"agent\"", &format!("name = '{bomb}'\nclass = \"agent\""));
        let error = refused(&text);
        assert!(error.contains("`ours.builder`"), "{error}");
    }
    let deep = "(".repeat(5_000) + &")".repeat(5_000);
    let text = PRIVATE
        .replace("class = \"agent\"", &format!("name = '{deep}'\nclass = \"agent\""));
    assert!(refused(&text).contains("`ours.builder`"));
}

/// A line rule with a number, `size` bytes of which come from repeating.
fn numbered(number: usize, pattern: &str) -> String {
    format!(
        "[[line]]\nid = \"r{number}\"\ntool = \"t\"\npattern = '^r{number}{pattern}$'\n\
         role = \"session\"\nconfidence = \"low\"\nexample = ['x']\ncounter_example = ['y']\n"
    )
}

#[test]
fn many_patterns_that_are_too_large_together_are_refused() {
    let rules: String = (0..3_000).map(|number| numbered(number, r"\w{20}")).collect();
    let error = refused(&format!("schema = 1\nruleset = \"ours\"\n{rules}"));
    assert!(error.contains("too large together"), "{error}");
}

#[test]
fn files_beyond_the_limits_are_refused() {
    let large = format!("{PRIVATE}#{}\n", "x".repeat(1 << 20));
    assert!(refused(&large).contains("larger than 1048576 bytes"));
    let small = |number: usize| {
        format!(
            "[[repo_signal]]\nid='r{number}'\ntool='t'\npath='a'\nexample=['a']\n\
             counter_example=['b']\n"
        )
    };
    let rules: String = (0..10_001).map(small).collect();
    let error = refused(&format!("schema = 1\nruleset = \"ours\"\n{rules}"));
    assert!(error.contains("more than 10000 rules"), "{error}");
}

#[test]
fn a_digest_stands_for_all_rules() {
    let digest_with = |user: &str| Rules::with(user.as_bytes()).unwrap().digest();
    let other = PRIVATE.replace("\"ours\"", "\"ours.2\"");
    let all =
        [Rules::embedded().unwrap().digest(), digest_with(PRIVATE), digest_with(&other)];
    assert_eq!(all[0], digest(None));
    assert_eq!(all[1], digest(Some(PRIVATE.as_bytes())));
    assert_eq!(BTreeSet::from(all).len(), 3);
    assert_eq!(all[1], digest_with(PRIVATE), "it is stable");
}
