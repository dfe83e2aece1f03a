//! What a new policy would change, in effect.

use std::collections::BTreeSet;

use super::{Policy, Setting};
use crate::check::Level;

/// What holds after a change of the policy that did not before, one sentence a rule. What
/// sections say of paths is compared as a whole. Nothing here was decided by the new one.
pub fn differences(old: &Policy, new: &Policy) -> Vec<String> {
    let mut found = Vec::new();
    let rules: BTreeSet<&String> = old.built_in.keys().collect();
    for rule in rules {
        let level = |policy: &Policy| {
            let said = policy.overall.get(rule).and_then(|setting| setting.level);
            said.or(policy.built_in.get(rule).copied()).unwrap_or(Level::Off)
        };
        if level(old) != level(new) {
            found.push(format!("{rule}: {} to {}", word(level(old)), word(level(new))));
        }
        let none = Setting::default();
        let thresholds = |policy: &Policy| {
            policy.overall.get(rule).unwrap_or(&none).thresholds.clone()
        };
        let (before, after) = (thresholds(old), thresholds(new));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names.into_iter().filter(|name| before.get(*name) != after.get(*name))
        {
            let shown = |value: Option<&f64>| match value {
                Some(value) => value.to_string(),
                None => "built in".to_owned(),
            };
            let (before, after) = (shown(before.get(name)), shown(after.get(name)));
            found.push(format!("{rule}, {name}: {before} to {after}"));
        }
    }
    if old.sections != new.sections {
        let (before, after) = (old.sections.len(), new.sections.len());
        found.push(format!(
            "sections of paths: {before} before, {after} after, not alike"
        ));
    }
    if old.unanalysed != new.unanalysed {
        found.push("which files need not be analysed".to_owned());
    }
    if old.small_change_lines != new.small_change_lines {
        let (before, after) = (old.small_change_lines, new.small_change_lines);
        found.push(format!("small_change_lines: {before} to {after}"));
    }
    if old.max_new_suppressions != new.max_new_suppressions {
        found.push("max_new_suppressions".to_owned());
    }
    found
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RuleId, parse};
    use super::*;

    const RULES: &[RuleId<'static>] = &[("alpha-rule", Level::Warning, &["max"])];

    #[test]
    fn what_a_new_policy_relaxes_is_said() {
        let policy = |text: &str| parse(text.as_bytes(), RULES).unwrap();
        let old = policy("[rules.alpha-rule]\nmax = 10\n");
        let new = policy(
            "[check]\nsmall_change_lines = 500\n[rules.alpha-rule]\nlevel = \"off\"\nmax = 99\n\
             [[paths]]\nmatch = [\"a/\"]\n",
        );
        assert!(differences(&old, &old).is_empty());
        assert_eq!(
            differences(&old, &new),
            [
                "alpha-rule: warning to off",
                "alpha-rule, max: 10 to 99",
                "sections of paths: 0 before, 1 after, not alike",
                "small_change_lines: 20 to 500",
            ]
        );
    }

    #[test]
    fn saying_what_is_built_in_changes_nothing() {
        let said = parse(b"[rules]\nalpha-rule = \"warning\"\n", RULES).unwrap();
        assert!(differences(&Policy::built_in(RULES), &said).is_empty());
    }
}
