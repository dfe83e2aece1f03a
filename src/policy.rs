//! What becomes of findings: levels and thresholds that a repository chose, what was there
//! before, and what comments let pass.
//!
//! Everything here comes from bytes that the caller read from the commit that a change is
//! **for**, never from the change itself; only comments in the code stand in its own text,
//! and those that it adds are listed.

mod baseline;
mod judge;
mod nearest;
mod parse;
mod paths;
mod suppressions;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Level;
use crate::untrusted::Untrusted;

pub use baseline::Baseline;
pub use judge::judge;
pub use parse::parse;
pub use suppressions::Suppressions;

use paths::Patterns;

/// Where the policy of a repository stands, from the top of its tree.
pub const POLICY_FILE: &str = "slopnexus.toml";

/// Where its baseline stands.
pub const BASELINE_FILE: &str = "slopnexus-baseline.json";

/// A change of fewer lines, added and deleted together, is too small for shares.
const SMALL_CHANGE_LINES: u64 = 20;

/// The threshold that makes a rule one by share, and the unit of what is held against it.
const MOST_SHARE: &str = "max_share";
const SHARE_UNIT: &str = "%";

/// A rule as the policy knows it: its id, its level when nothing is said, and the names
/// of its thresholds.
pub type RuleId<'r> = (&'r str, Level, &'r [&'r str]);

/// What a repository wants of changes to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Every rule there is, with its level when nothing is said.
    built_in: BTreeMap<String, Level>,
    /// Those that bound a share.
    share_rules: BTreeSet<String>,
    /// What holds everywhere.
    overall: Rules,
    /// What holds for some paths, the last word last.
    sections: Vec<Section>,
    /// Changed files that need not be understood.
    unanalysed: Patterns,
    /// A change of fewer lines, added and deleted together, is too small for shares.
    pub small_change_lines: u64,
    /// How many findings the comments of one change may let pass, as long as the change
    /// itself adds them; `None` for any number.
    pub max_new_suppressions: Option<u64>,
}

/// What is said of rules, by their ids.
type Rules = BTreeMap<String, Setting>;

/// What is said of one rule.
#[derive(Debug, Clone, Default, PartialEq)]
struct Setting {
    level: Option<Level>,
    thresholds: BTreeMap<String, f64>,
}

/// Rules for some paths.
#[derive(Debug, Clone, PartialEq)]
struct Section {
    patterns: Patterns,
    rules: Rules,
}

impl Policy {
    /// That of a repository which says nothing.
    pub fn built_in(rule_ids: &[RuleId<'_>]) -> Self {
        let built_in = rule_ids.iter().map(|(id, level, _)| ((*id).to_owned(), *level));
        let by_share = rule_ids.iter().filter(|(.., names)| names.contains(&MOST_SHARE));
        Self {
            built_in: built_in.collect(),
            share_rules: by_share.map(|(id, ..)| (*id).to_owned()).collect(),
            overall: Rules::new(),
            sections: Vec::new(),
            unanalysed: Patterns::default(),
            small_change_lines: SMALL_CHANGE_LINES,
            max_new_suppressions: None,
        }
    }

    /// What a broken rule leads to at a path: what the last section says that fits it and
    /// speaks of the rule, else what is said for all, else what is built in;
    /// [`Level::Off`] for a rule that does not exist.
    pub fn level(&self, rule: &str, path: &[u8]) -> Level {
        let said = self.last_said(rule, path, |setting| setting.level);
        said.or(self.built_in.get(rule).copied()).unwrap_or(Level::Off)
    }

    /// What a rule lets pass at a path (empty for what is said of a change as a whole);
    /// `None` when nothing is said, and the rule's own number holds.
    pub fn threshold(&self, rule: &str, name: &str, path: &[u8]) -> Option<f64> {
        self.last_said(rule, path, |setting| setting.thresholds.get(name).copied())
    }

    fn last_said<T>(
        &self,
        rule: &str,
        path: &[u8],
        say: impl Fn(&Setting) -> Option<T>,
    ) -> Option<T> {
        let of_section = |section: &Section| {
            let said = say(section.rules.get(rule)?)?;
            section.patterns.fit(path).then_some(said)
        };
        let of_sections = self.sections.iter().rev().find_map(of_section);
        of_sections.or_else(|| say(self.overall.get(rule)?))
    }

    /// Whether a rule is about shares, which a few lines can throw from one end to the
    /// other.
    fn is_by_share(&self, rule: &str) -> bool {
        self.share_rules.contains(rule)
    }

    /// The highest level that a rule has anywhere: with [`Level::Off`] nobody need look.
    pub fn highest_level(&self, rule: &str) -> Level {
        let everywhere = self.overall.get(rule).and_then(|setting| setting.level);
        let default = self.built_in.get(rule).copied().unwrap_or(Level::Off);
        let some = self.sections.iter().filter_map(|one| one.rules.get(rule)?.level);
        some.chain([everywhere.unwrap_or(default)]).max().unwrap_or(Level::Off)
    }

    /// Whether a changed file that cannot be analysed is let pass.
    pub fn may_stay_unanalysed(&self, path: &[u8]) -> bool {
        self.unanalysed.fit(path)
    }
}

/// Says which files that the gate goes by a change itself changes: they are read as they
/// were before it.
pub fn control_notes<'p>(
    changed: impl IntoIterator<Item = &'p Untrusted>,
) -> Vec<String> {
    let controls = changed.into_iter().filter(|path| is_control(path.bytes()));
    let mut names: Vec<String> = controls.map(Untrusted::to_terminal).collect();
    names.sort();
    let rest = names.len().saturating_sub(judge::MOST_NAMED);
    names.truncate(judge::MOST_NAMED);
    if rest > 0 {
        names.push(format!("{rest} more"));
    }
    if names.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "the change changes what it is judged by: {}; it is judged by these files as they \
         are in the base, and what they say now holds from the next change on",
        names.join(", ")
    )]
}

fn is_control(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let at_top: [&[u8]; 3] =
        [POLICY_FILE.as_bytes(), BASELINE_FILE.as_bytes(), b".mailmap"];
    let owners: [&[u8]; 4] =
        [b"CODEOWNERS", b".github/CODEOWNERS", b".gitlab/CODEOWNERS", b"docs/CODEOWNERS"];
    name == b".gitattributes" || at_top.contains(&path) || owners.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_what_it_is_judged_by_is_said() {
        let paths =
            ["src/a.rs", "slopnexus.toml", "a/.gitattributes", "b/slopnexus.toml"]
                .map(Untrusted::from);
        let notes = control_notes(&paths);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains(": a/.gitattributes, slopnexus.toml; it"), "{notes:?}");
        assert!(control_notes(&paths[..1]).is_empty());
    }

    #[test]
    fn a_repository_that_says_nothing_has_the_built_in_levels() {
        let policy =
            Policy::built_in(&[("a", Level::Warning, &[]), ("b", Level::Off, &[])]);
        let levels = ["a", "b", "none"].map(|rule| policy.level(rule, b"x.rs"));
        assert_eq!(levels, [Level::Warning, Level::Off, Level::Off]);
        assert_eq!(policy.threshold("a", "max", b"x.rs"), None);
        assert_eq!(policy.highest_level("a"), Level::Warning);
    }
}
