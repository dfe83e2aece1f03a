//! The page of rules: `docs/rules.md` is what this makes of the table.

use std::fmt::Write;

use super::Level;
use super::judge::least_lines_for_shares;
use super::rules::{RULES, Rule};

/// The text of the page.
pub fn page() -> String {
    let mut text = HEAD.replace("{least}", &least_lines_for_shares().to_string());
    text.push_str("| rule | default | what breaks it |\n|---|---|---|\n");
    for rule in RULES {
        row(&mut text, rule);
    }
    for rule in RULES {
        section(&mut text, rule);
    }
    text
}

const HEAD: &str = "\
# The rules of `slopnexus check`

<!-- Made of the table in src/check/rules.rs; a test holds that both say the same. -->

A change is judged: what lies between the best common ancestor of base and head, and the head.
Never a person, never spend, never whether a machine wrote it. All that decides how the change is
read (attributes, policy, baseline) is taken from the base as it stands now, so that a change can
neither relax its own judgement nor choose an older one.

Tests, documentation, lock files, data, generated and copied-in files are no product code; what a
file is follows from its path, from the attributes of the base, and from what it said of itself
before and still says. A file of a known language that cannot be read or parsed (NUL bytes, a link,
minified lines, nesting beyond the limit, a Git LFS pointer, line ends that git does not count) is
named, and so are a link or submodule in place of code and a new submodule; the check then ends with
status 3: what was not looked at does not pass.

Rules that compare shares say nothing of changes of fewer than {least} lines. The answer says so when
it was so, and it is so on a branch as on main.

";

fn row(text: &mut String, rule: &Rule) {
    let _ = writeln!(
        text,
        "| [`{0}`](#{0}) | {1} | {2} |",
        rule.id,
        level(rule.level),
        rule.says
    );
}

fn section(text: &mut String, rule: &Rule) {
    let _ = write!(text, "\n## {}\n\n{} {}\n\n", rule.id, rule.says, rule.reason);
    if rule.is_share_based {
        text.push_str("It compares shares.\n\n");
    }
    if !rule.thresholds.is_empty() {
        text.push_str("| threshold | default | |\n|---|--:|---|\n");
        for one in rule.thresholds {
            let _ = writeln!(
                text,
                "| `{}` | {} {} | {} |",
                one.name, one.value, one.unit, one.what
            );
        }
        text.push('\n');
    }
    let _ = write!(
        text,
        "- Breaks it: {}\n- Does not: {}\n",
        rule.broken.what, rule.sound.what
    );
}

/// The word for a level.
fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_rules_says_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
        let known = std::fs::read_to_string(path).unwrap_or_default();
        let made = super::page();
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/target/rules.md");
        if known != made {
            std::fs::write(beside, made).unwrap();
            panic!(
                "docs/rules.md is out of date; what it should be is in target/rules.md"
            );
        }
    }
}
