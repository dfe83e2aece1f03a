//! What is said of repositories one by one: which have too few people behind them, and
//! which could not be read.

use std::collections::BTreeSet;

use crate::problem::GapKind;
use crate::report::{LEAST_PEOPLE, Report, RepositoryReport};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// Why a row has no figures.
pub(in crate::render) const OF_FEW: &str = "withheld: few people";

/// Repositories of which figures would be those of few people. Of a report on one there
/// are none: its figures are those of the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::render) struct OfFew {
    /// By their places: those of which it is not said what became of their lines, as of
    /// areas, since fewer than five people wrote them.
    lives: BTreeSet<usize>,
    /// Those of which nothing is counted: one person wrote them, or one such would be told
    /// by subtraction. Of more people it is code that anybody reads from git.
    counts: BTreeSet<usize>,
}

impl OfFew {
    /// Finds them.
    pub(in crate::render) fn of(report: &Report) -> Self {
        if report.repositories.len() < 2 {
            return Self::default();
        }
        let people: Vec<u64> = report.repositories.iter().map(n_people).collect();
        let counts = of_one(&people);
        let least = len_to_u64(LEAST_PEOPLE);
        let is_few = |at: &usize| people[*at] > 0 && people[*at] < least;
        let lives = (0..people.len()).filter(is_few).chain(counts.iter().copied());
        Self { lives: lives.collect(), counts }
    }

    /// Whether it is not said what became of the lines of the repository at this place.
    pub(in crate::render) fn hides_lives(&self, at: usize) -> bool {
        self.lives.contains(&at)
    }

    /// Whether nothing of it is counted.
    pub(in crate::render) fn hides_counts(&self, at: usize) -> bool {
        self.counts.contains(&at)
    }

    /// What is said below a table from which figures are missing.
    pub(in crate::render) fn said(&self) -> Option<String> {
        (!self.lives.is_empty()).then(|| {
            "Of repositories that fewer than five people wrote it is not said how long lines \
             live, and of those of one person nothing is counted; where that would be one \
             repository alone, the one of the next fewest people goes with it, so that none \
             follows by subtraction. A report on such a repository alone has its figures."
                .to_owned()
        })
    }
}

/// The places of those with one person behind them; where it is one alone, with the one of
/// the next fewest people.
fn of_one(people: &[u64]) -> BTreeSet<usize> {
    let mut hidden: BTreeSet<usize> =
        (0..people.len()).filter(|&at| people[at] == 1).collect();
    if hidden.len() == 1 {
        let rest = (0..people.len()).filter(|&at| people[at] > 1);
        hidden.extend(rest.min_by_key(|&at| (people[at], at)));
    }
    hidden
}

/// How many people wrote the lines of a repository.
pub(in crate::render) fn n_people(one: &RepositoryReport) -> u64 {
    one.survival.values().map(|point| point.n_people).max().unwrap_or(0)
}

/// Repositories that could not be read, with why.
pub(in crate::render) fn unread(report: &Report) -> Vec<(&str, &str)> {
    let codes = [GapKind::Worker.code(), GapKind::Repository.code()];
    let is_read = |scope: &str| report.repositories.iter().any(|one| one.path == scope);
    let gaps = report.gaps.iter().filter(|gap| codes.contains(&gap.code));
    gaps.filter(|gap| gap.scope != "search" && !is_read(&gap.scope))
        .map(|gap| (gap.scope.as_str(), gap.why.as_str()))
        .collect()
}

/// How many repositories are named in a command.
const MOST_PATHS: usize = 12;

/// The command that leads an id of this report back to commits.
pub(in crate::render) fn explain_command(report: &Report) -> String {
    let options = &report.inputs.options;
    let word = |text: &str| Untrusted::from(text).to_shell_word();
    let mut command = "slopnexus explain ID".to_owned();
    for one in report.repositories.iter().take(MOST_PATHS) {
        command.push_str(&format!(" {}", word(&one.path)));
    }
    if report.repositories.len() > MOST_PATHS {
        command.push_str(" \u{2026}");
    }
    for (name, flag) in [
        ("as_of", "--as-of"),
        ("since", "--since"),
        ("rev", "--rev"),
        ("landing_events", "--landing-events"),
        ("provenance_rules", "--provenance-rules"),
    ] {
        if let Some(value) = options.get(name) {
            command.push_str(&format!(" {flag} {}", word(value)));
        }
    }
    let is = |name: &str| options.get(name).is_some_and(|value| value == "true");
    for (is_given, flag) in [
        (is("exact"), "--exact"),
        (is("first_parent_origins"), "--first-parent-origins"),
        (not_parsed(report).is_some(), "--no-syntax"),
    ] {
        if is_given {
            command.push_str(&format!(" {flag}"));
        }
    }
    command
}

/// What is said of ids and of the command that takes them.
pub(in crate::render) fn about_ids(report: &Report) -> String {
    format!(
        "What stands in a column named explain leads back to commits and to the git commands \
         that show them, where the report was made: {} (an id with a repository behind it is \
         of that one alone, and the people are those of --people, where it was given).",
        explain_command(report)
    )
}

/// The id of a figure of one repository, with its path for a shell; without, where there is
/// no other.
pub(in crate::render) fn id_within(report: &Report, id: &str, path: &str) -> String {
    // Both are to be copied into a shell.
    let id = Untrusted::from(id).to_shell_word();
    match report.repositories.as_slice() {
        [_] => id,
        _ => format!("{id} {}", Untrusted::from(path).to_shell_word()),
    }
}

/// What is not known since code was not parsed.
pub(in crate::render) fn not_parsed(report: &Report) -> Option<&'static str> {
    let is_parsed = report.inputs.options.contains_key("parsed_days");
    (!is_parsed).then_some(
        "Code was not parsed (--no-syntax): comments count as lines of code, and of functions, \
         of what stands in for code and of what stands in several places nothing is known.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_repository_of_one_person_follows_by_subtraction() {
        let at = |places: &[usize]| places.iter().copied().collect::<BTreeSet<usize>>();
        assert_eq!(of_one(&[9, 1, 6, 0]), at(&[1, 2]));
        assert_eq!(of_one(&[9, 1, 1, 6]), at(&[1, 2]));
        assert_eq!(of_one(&[9, 2, 0]), at(&[]));
    }
}
