//! The rules: what each asks, why, and an example on either side of it.

use super::examples::{self, Example};
use super::judge::Judged;
use super::{Finding, Level, copied, lifetimes, shape, whole};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// What it leads to unless a policy says otherwise.
    pub level: Level,
    /// What breaks it, in one sentence.
    pub says: &'static str,
    /// Why it is there.
    pub reason: &'static str,
    /// Whether it compares shares, which say nothing of very small changes.
    pub is_share_based: bool,
    /// What it lets pass.
    pub thresholds: &'static [Threshold],
    /// A change that breaks it.
    pub broken: Example,
    /// One that is like it, and does not.
    pub sound: Example,
    pub(super) find: fn(&Judged<'_>) -> Vec<Finding>,
}

/// What a rule lets pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Its name, as in a policy.
    pub name: &'static str,
    /// Its default.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it is compared with.
    pub what: &'static str,
}

const fn threshold(
    name: &'static str,
    value: f64,
    unit: &'static str,
    what: &'static str,
) -> Threshold {
    Threshold { name, value, unit, what }
}

/// All rules, in the order in which findings are told.
pub static RULES: &[Rule] = &[
    Rule {
        id: "new-duplication",
        level: Level::Error,
        says: "The change adds code that stands elsewhere in the project, or repeats itself.",
        reason: "A copy has to be found and changed each time that the original is. Lines that \
                 the change moves are no copies, and neither are tests of each other, nor \
                 keys with literal values outside of functions. All of the tree where the change begins is compared, so that a copy of a file that \
                 the change does not touch is found, and a copy that takes the place of \
                 another one counts.",
        is_share_based: true,
        thresholds: &[
            threshold(
                "min_lines",
                15.0,
                "lines",
                "added lines of code in copies, below which nothing is said",
            ),
            threshold("max_share", 10.0, "%", "their share of the added lines of code"),
            threshold(
                "max_lines",
                150.0,
                "lines",
                "as many are too many whatever their share",
            ),
            threshold(
                "min_block",
                10.0,
                "lines",
                "added lines of one copy, below which it does not count",
            ),
        ],
        broken: examples::COPY,
        sound: examples::MOVE,
        find: copied::new_duplication,
    },
    Rule {
        id: "placeholder-added",
        level: Level::Warning,
        says: "The change adds code that says it is not written yet.",
        reason: "A body that raises \"not implemented\" passes review, type checks and often \
                 tests, and fails when it is first needed. Interfaces and abstract methods are \
                 no placeholders, and in Python neither are methods that do nothing in a \
                 class with a base, or that are named as a hook.",
        is_share_based: false,
        thresholds: &[],
        broken: examples::STUB,
        sound: examples::ABSTRACT,
        find: shape::placeholder_added,
    },
    Rule {
        id: "failure-swallowed",
        level: Level::Note,
        says: "The change adds code that catches a failure and does nothing about it.",
        reason: "What fails in silence is found late and far away; yet of those read in real \
                 changes few were worth a look (docs/validation.md), so that it is a note. Code that means it can say \
                 so with a suppression and its reason.",
        is_share_based: false,
        thresholds: &[],
        broken: examples::SWALLOWED,
        sound: examples::HANDLED,
        find: shape::failure_swallowed,
    },
    Rule {
        id: "todo-added",
        level: Level::Note,
        says: "The change adds a comment that says something is left to do or makeshift.",
        reason: "Most of them are never done. An issue is found again; a comment seldom is.",
        is_share_based: false,
        thresholds: &[],
        broken: examples::TODO,
        sound: examples::NO_TODO,
        find: shape::todo_added,
    },
    Rule {
        id: "complexity-jump",
        level: Level::Warning,
        says: "A function is much harder to follow than before, or new and hard to follow.",
        reason: "Cognitive complexity (Campbell, SonarSource 2018) counts what a reader has to \
                 keep in mind. A function that was hard to follow before and did not get much \
                 worse is not this change's fault.",
        is_share_based: false,
        thresholds: &[
            threshold("max_complexity", 25.0, "cognitive complexity", "of a function"),
            threshold("max_jump", 10.0, "cognitive complexity", "how much of it is new"),
        ],
        broken: examples::KNOT,
        sound: examples::OLD_KNOT,
        find: shape::complexity_jump,
    },
    Rule {
        id: "length-jump",
        level: Level::Note,
        says: "A function is much longer than before, or new and long.",
        reason: "Long functions are read in part and changed without being understood. Lines \
                 of code count, not blank lines, comments or documentation.",
        is_share_based: false,
        thresholds: &[
            threshold("max_lines", 100.0, "lines", "of code of a function"),
            threshold("max_jump", 50.0, "lines", "how many of them are new"),
        ],
        broken: examples::LONG,
        sound: examples::OLD_LONG,
        find: shape::length_jump,
    },
    Rule {
        id: "young-code-rewritten",
        level: Level::Note,
        says: "Most of the code that the change deletes or rewrites landed within the last 21 \
               days.",
        reason: "Code that is written anew before it settled was merged too early. Days are \
                 counted back from the landing that the change begins at; whose the lines were \
                 is told as a share, and nobody is named. What the change moves, or takes back \
                 as a whole, does not count.",
        is_share_based: true,
        thresholds: &[
            threshold(
                "min_lines",
                30.0,
                "lines",
                "young lines deleted, below which nothing is \
                       said",
            ),
            threshold("max_share", 50.0, "%", "their share of the lines of code deleted"),
        ],
        broken: examples::YOUNG,
        sound: examples::SETTLED,
        find: lifetimes::young_code_rewritten,
    },
    Rule {
        id: "revert-of-fresh-work",
        level: Level::Note,
        says: "The change takes back what landed within the last 21 days.",
        reason: "Taking something back is often right; that it was needed so soon is worth \
                 knowing. It is seen in messages, and in lines: all that a landing added goes, \
                 and all that it deleted is back.",
        is_share_based: false,
        thresholds: &[threshold("min_days", 21.0, "days", "age of what is taken back")],
        broken: examples::TAKEN_BACK,
        sound: examples::TAKEN_BACK_LATE,
        find: lifetimes::revert_of_fresh_work,
    },
    Rule {
        id: "returned-after-revert",
        level: Level::Warning,
        says: "Code that was taken back within the last 90 days comes back.",
        reason: "It was taken back for a reason; whoever reviews its return should know of it. \
                 Lines are compared, whatever the message says.",
        is_share_based: false,
        thresholds: &[threshold(
            "min_share",
            60.0,
            "%",
            "of the lines taken back that come back",
        )],
        broken: examples::RETURNED,
        sound: examples::OTHER_AFTER_REVERT,
        find: lifetimes::returned_after_revert,
    },
    Rule {
        id: "tests-left-behind",
        level: Level::Note,
        says: "The change adds much product code and touches no test, in a project that has \
               tests.",
        reason: "Tests written later are seldom written. Where no tests are, none are asked \
                 for, and neither are they of demos, examples, benchmarks and scripts.",
        is_share_based: false,
        thresholds: &[threshold(
            "max_lines",
            50.0,
            "lines",
            "of product code added, without a test",
        )],
        broken: examples::UNTESTED,
        sound: examples::TESTED,
        find: whole::tests_left_behind,
    },
    Rule {
        id: "giant-change",
        level: Level::Warning,
        says: "The change adds more product code than anybody reviews.",
        reason: "Reviewers find less the more there is to read. Tests do not count, or they \
                 would be left out; neither do lines that move, lines deleted, comments, \
                 generated and copied-in files, data and documentation.",
        is_share_based: false,
        thresholds: &[threshold("max_lines", 800.0, "lines", "of product code added")],
        broken: examples::GIANT,
        sound: examples::BIG_DATA,
        find: whole::giant_change,
    },
    Rule {
        id: "generated-in-review",
        level: Level::Note,
        says: "The change brings many generated or copied-in lines that attributes do not mark.",
        reason: "Nobody reads them, and what has to be read is lost among them. With \
                 `linguist-generated` or `linguist-vendored` in `.gitattributes` hosts fold \
                 them. A file that marks itself as generated in this very change is judged as \
                 any other, and is listed here.",
        is_share_based: false,
        thresholds: &[threshold("max_lines", 300.0, "lines", "generated or copied in")],
        broken: examples::GENERATED,
        sound: examples::MARKED_GENERATED,
        find: whole::generated_in_review,
    },
    Rule {
        id: "dependency-without-lock",
        level: Level::Error,
        says: "A manifest asks for other dependencies, and its lock file does not follow.",
        reason: "What is built is then not what was reviewed, and the next one to build gets \
                 the change of the lock file. Manifests without a lock file are let be.",
        is_share_based: false,
        thresholds: &[],
        broken: examples::NO_LOCK,
        sound: examples::WITH_LOCK,
        find: whole::dependency_without_lock,
    },
    Rule {
        id: "scope-sprawl",
        level: Level::Note,
        says: "The change begins several new projects, or asks for a second library for a job \
               that has one.",
        reason: "Each is a decision of its own, which a change with another purpose hides.",
        is_share_based: false,
        thresholds: &[threshold("max_roots", 1.0, "projects", "begun in one change")],
        broken: examples::SECOND_LIBRARY,
        sound: examples::FIRST_LIBRARY,
        find: whole::scope_sprawl,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_and_names_are_written_as_in_a_policy_and_once() {
        let is_name = |text: &str, also: u8| {
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == also)
        };
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        for rule in RULES {
            assert!(is_name(rule.id, b'-'), "{}", rule.id);
            assert!(
                rule.says.ends_with('.') && rule.reason.ends_with('.'),
                "{}",
                rule.id
            );
            let names: BTreeSet<&str> =
                rule.thresholds.iter().map(|it| it.name).collect();
            assert_eq!(names.len(), rule.thresholds.len(), "{}", rule.id);
            assert!(rule.thresholds.iter().all(|it| is_name(it.name, b'_')));
        }
    }
}
