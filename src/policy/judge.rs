//! Findings → what becomes of each, and what to know of how it was judged.

use std::collections::BTreeSet;

use super::baseline::Known;
use super::nearest::nearest;
use super::{Baseline, Policy, SHARE_UNIT, Suppressions};
use crate::check::{ChangeSize, Finding, Level, Measured, Standing};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// How many places a note names; the rest is counted.
pub(super) const MOST_NAMED: usize = 5;

/// Sorts findings by what a repository wants: what a comment with a reason lets pass, what
/// was there before and got no worse, what so small a change is not held to, and what
/// counts. Findings of rules that are off where they are go, and are counted. The order
/// stays.
///
/// The notes say everything that somebody should know who reads the answer: which comments
/// of the change itself let something pass among them.
pub fn judge(
    findings: Vec<Finding>,
    policy: &Policy,
    baseline: &Baseline,
    suppressions: &Suppressions,
    size: ChangeSize,
) -> (Vec<(Finding, Standing)>, Vec<String>) {
    let is_small = size.added_lines + size.deleted_lines < policy.small_change_lines;
    let n_new = findings.iter().filter(|one| is_newly_allowed(one, suppressions)).count();
    let accepts_new =
        policy.max_new_suppressions.is_none_or(|most| len_to_u64(n_new) <= most);
    let case = Case { policy, baseline, suppressions, is_small, accepts_new };
    let fingerprints: BTreeSet<String> =
        findings.iter().map(|finding| finding.fingerprint.clone()).collect();
    let mut tally = Tally::default();
    let judged: Vec<_> =
        findings.into_iter().filter_map(|one| case.standing(one, &mut tally)).collect();
    tally.n_stale =
        baseline.n_stale(&fingerprints, |path| suppressions.has_looked_at(path));
    tally.n_over = suppressions.n_over;
    let mut notes = tally.sentences(policy, size);
    notes.extend(unknown_rules(policy, suppressions));
    (judged, notes)
}

fn is_newly_allowed(finding: &Finding, suppressions: &Suppressions) -> bool {
    let comment = suppressions.of(finding);
    comment.is_some_and(|(_, comment)| comment.is_new && comment.reason.is_some())
}

struct Case<'c> {
    policy: &'c Policy,
    baseline: &'c Baseline,
    suppressions: &'c Suppressions,
    is_small: bool,
    accepts_new: bool,
}

/// What was met on the way.
#[derive(Default)]
struct Tally {
    n_off: u64,
    n_exempt: u64,
    n_without_reason: u64,
    n_worse: u64,
    n_stale: usize,
    n_over: u64,
    n_refused: u64,
    /// Findings that comments of the change itself let pass.
    new: Vec<String>,
}

impl Case<'_> {
    fn standing(
        &self,
        mut finding: Finding,
        tally: &mut Tally,
    ) -> Option<(Finding, Standing)> {
        let level = self.policy.level(finding.rule, finding.place.path.bytes());
        if level == Level::Off {
            tally.n_off += 1;
            return None;
        }
        if let Some(reason) = self.allowed(&mut finding, tally) {
            return Some((finding, Standing::Suppressed { reason }));
        }
        match self.baseline.knows(&finding) {
            Known::Yes => return Some((finding, Standing::Baselined)),
            Known::Worse => {
                tally.n_worse += 1;
                finding.message.push_str("; it is worse than in the baseline");
            }
            Known::No => {}
        }
        if self.is_small && self.is_by_share(&finding) {
            tally.n_exempt += 1;
            return Some((finding, Standing::Exempt));
        }
        Some((finding, Standing::Counts(level)))
    }

    /// Whether it is a share that is too large, and no number of lines.
    fn is_by_share(&self, finding: &Finding) -> bool {
        let is_share = |measured: Measured| measured.unit == SHARE_UNIT;
        self.policy.is_by_share(finding.rule) && finding.measured.is_some_and(is_share)
    }

    /// The reason for which a comment lets a finding pass; when one tries and does not, the
    /// finding says why.
    fn allowed(&self, finding: &mut Finding, tally: &mut Tally) -> Option<Untrusted> {
        let (line, comment) = self.suppressions.of(finding)?;
        let Some(reason) = &comment.reason else {
            tally.n_without_reason += 1;
            finding.message.push_str(
                "; a comment would let it pass, and is not accepted: it gives no reason",
            );
            return None;
        };
        if comment.is_new && !self.accepts_new {
            tally.n_refused += 1;
            finding.message.push_str(
                "; a comment would let it pass, and is not accepted: the change adds more \
                 of them than the policy allows",
            );
            return None;
        }
        if comment.is_new {
            let path = finding.place.path.to_terminal();
            tally.new.push(format!("{} at {path}:{line}", finding.rule));
        }
        Some(reason.clone())
    }
}

impl Tally {
    fn sentences(self, policy: &Policy, size: ChangeSize) -> Vec<String> {
        let mut notes = Vec::new();
        let mut say = |n: u64, sentence: String| {
            if n > 0 {
                notes.push(sentence);
            }
        };
        let n_lines = size.added_lines + size.deleted_lines;
        say(
            self.n_exempt,
            format!(
                "small change: {n_lines} lines, fewer than {}; {} by share and not \
                 held against it",
                policy.small_change_lines,
                counted(self.n_exempt, "finding is", "findings are")
            ),
        );
        let n_new = len_to_u64(self.new.len());
        let lets = counted(n_new, "finding passes", "findings pass");
        let named = named(self.new);
        say(n_new, format!("{lets} by comments that this change itself adds: {named}"));
        say(
            self.n_refused,
            format!(
                "comments that this change adds are not accepted: {} more than the policy \
                 allows",
                counted(self.n_refused, "finding would pass,", "findings would pass,")
            ),
        );
        say(
            self.n_without_reason,
            format!(
                "{} in spite of a comment, which gives no reason",
                counted(self.n_without_reason, "finding counts", "findings count")
            ),
        );
        say(
            self.n_worse,
            format!(
                "{} the baseline, and worse than there: the baseline does not cover that",
                counted(self.n_worse, "finding is in", "findings are in")
            ),
        );
        let n_stale = len_to_u64(self.n_stale);
        say(
            n_stale,
            format!(
                "{} in the files of this change: `slopnexus baseline update` takes that out",
                counted(
                    n_stale,
                    "entry of the baseline is no longer found",
                    "entries of the baseline are no longer found"
                )
            ),
        );
        say(
            self.n_off,
            format!(
                "{} not shown: the policy has the rule off there",
                counted(self.n_off, "finding is", "findings are")
            ),
        );
        say(
            self.n_over,
            format!(
                "{} beyond the limit SUPPRESSIONS, and not read",
                counted(self.n_over, "comment is", "comments are")
            ),
        );
        notes
    }
}

/// Comments that name rules which do not exist let nothing pass, and mean something.
fn unknown_rules(policy: &Policy, suppressions: &Suppressions) -> Option<String> {
    let names = || policy.built_in.keys().map(String::as_str);
    let unknown =
        suppressions.named().filter(|(.., rule)| !policy.built_in.contains_key(*rule));
    let shown: Vec<String> = unknown
        .map(|(path, line, rule)| {
            let place = format!("{}:{line}", path.to_terminal());
            match nearest(rule, names()) {
                Some(meant) => format!("{place} (did you mean `{meant}`?)"),
                None => place,
            }
        })
        .collect();
    (!shown.is_empty())
        .then(|| format!("comments allow rules that do not exist: {}", named(shown)))
}

/// `1 finding is`, `3 findings are`.
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The first few, and how many more.
fn named(mut all: Vec<String>) -> String {
    let rest = all.len().saturating_sub(MOST_NAMED);
    all.truncate(MOST_NAMED);
    if rest > 0 {
        all.push(format!("{rest} more"));
    }
    all.join(", ")
}

/// A finding for tests.
#[cfg(test)]
pub(super) fn made(rule: &'static str, number: u32, value: f64) -> Finding {
    use crate::check::{Place, Side};
    Finding {
        rule,
        place: Place {
            path: Untrusted::from("src/a.rs"),
            first_line: Some(number),
            last_line: Some(number),
        },
        side: Side::Head,
        symbol: Some(Untrusted::from("f")),
        message: "it is too much".to_owned(),
        measured: Some(Measured { value, threshold: 10.0, unit: "lines" }),
        related: Vec::new(),
        fingerprint: format!("{number:032x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RuleId, parse};
    use super::*;

    const RULES: &[RuleId<'static>] = &[
        ("alpha-rule", Level::Warning, &["max_share"]),
        ("beta-rule", Level::Error, &[]),
    ];
    const LARGE: ChangeSize =
        ChangeSize { files: 1, added_lines: 400, deleted_lines: 0, commits: 1 };

    fn policy(text: &str) -> Policy {
        parse(text.as_bytes(), RULES).unwrap()
    }

    fn comments(text: &str, is_new: bool) -> Suppressions {
        let mut suppressions = Suppressions::default();
        suppressions.add_file(&Untrusted::from("src/a.rs"), text.as_bytes(), |_| is_new);
        suppressions
    }

    fn standings(judged: &[(Finding, Standing)]) -> Vec<Standing> {
        judged.iter().map(|(_, standing)| standing.clone()).collect()
    }

    #[test]
    fn what_counts_has_the_level_of_its_path() {
        let policy =
            policy("[[paths]]\nmatch = [\"src/\"]\nrules.alpha-rule = \"note\"\n");
        let findings = vec![made("alpha-rule", 1, 20.0), made("beta-rule", 2, 20.0)];
        let (judged, notes) =
            judge(findings, &policy, &Baseline::default(), &comments("", false), LARGE);
        let wanted = [Standing::Counts(Level::Note), Standing::Counts(Level::Error)];
        assert_eq!(standings(&judged), wanted);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn findings_of_rules_that_are_off_are_counted() {
        let policy = policy("[rules]\nalpha-rule = \"off\"\n");
        let findings = vec![made("alpha-rule", 1, 20.0)];
        let (judged, notes) =
            judge(findings, &policy, &Baseline::default(), &comments("", false), LARGE);
        assert!(judged.is_empty());
        assert_eq!(notes, ["1 finding is not shown: the policy has the rule off there"]);
    }

    #[test]
    fn a_comment_with_a_reason_lets_pass_and_one_of_the_change_is_listed() {
        let text = "x // slopnexus: allow(alpha-rule) as the protocol has it\n\
                    y // slopnexus: allow(beta-rule)";
        let findings = || vec![made("alpha-rule", 1, 20.0), made("beta-rule", 2, 20.0)];
        let policy = policy("");
        let none = Baseline::default();
        let (judged, notes) =
            judge(findings(), &policy, &none, &comments(text, false), LARGE);
        let reason = Untrusted::from("as the protocol has it");
        assert_eq!(judged[0].1, Standing::Suppressed { reason: reason.clone() });
        assert_eq!(judged[1].1, Standing::Counts(Level::Error));
        assert!(judged[1].0.message.ends_with("it gives no reason"));
        assert_eq!(
            notes,
            ["1 finding counts in spite of a comment, which gives no reason"]
        );
        let (judged, notes) =
            judge(findings(), &policy, &none, &comments(text, true), LARGE);
        assert_eq!(judged[0].1, Standing::Suppressed { reason });
        assert!(notes[0].ends_with("itself adds: alpha-rule at src/a.rs:1"), "{notes:?}");
    }

    #[test]
    fn a_policy_may_bound_the_comments_that_a_change_adds() {
        let text = "x // slopnexus: allow(alpha-rule) as the protocol has it";
        let policy = policy("[check]\nmax_new_suppressions = 0\n");
        let judged = |is_new| {
            let findings = vec![made("alpha-rule", 1, 20.0)];
            let comments = comments(text, is_new);
            judge(findings, &policy, &Baseline::default(), &comments, LARGE)
        };
        let (new, notes) = judged(true);
        assert_eq!(new[0].1, Standing::Counts(Level::Warning));
        assert!(notes[0].starts_with("comments that this change adds are not accepted"));
        assert!(matches!(judged(false).0[0].1, Standing::Suppressed { .. }));
    }

    #[test]
    fn what_is_in_the_baseline_passes_until_it_gets_worse() {
        let (before, _) = judge(
            vec![
                made("alpha-rule", 1, 20.0),
                made("alpha-rule", 2, 20.0),
                made("beta-rule", 3, 1.0),
            ],
            &policy(""),
            &Baseline::default(),
            &comments("", false),
            LARGE,
        );
        let baseline = Baseline::of(&before);
        let now = vec![made("alpha-rule", 1, 20.0), made("alpha-rule", 2, 21.0)];
        let (judged, notes) =
            judge(now, &policy(""), &baseline, &comments("", false), LARGE);
        assert_eq!(
            standings(&judged),
            [Standing::Baselined, Standing::Counts(Level::Warning)]
        );
        assert!(notes[0].starts_with("1 finding is in the baseline, and worse"));
        assert!(notes[1].starts_with("1 entry of the baseline is no longer found"));
        let (_, notes) =
            judge(Vec::new(), &policy(""), &baseline, &Suppressions::default(), LARGE);
        assert!(notes.is_empty(), "files that nobody looked at: {notes:?}");
    }

    #[test]
    fn shares_are_not_held_against_a_small_change_which_is_said() {
        let share = |value| {
            let mut finding = made("alpha-rule", 1, value);
            finding.measured = finding.measured.map(|one| Measured { unit: "%", ..one });
            finding
        };
        let judged = |n: u64| {
            let size = ChangeSize { added_lines: n, deleted_lines: 9, ..LARGE };
            let findings = vec![share(50.0), made("beta-rule", 2, 20.0)];
            judge(findings, &policy(""), &Baseline::default(), &comments("", false), size)
        };
        let (small, notes) = judged(10);
        assert_eq!(standings(&small), [Standing::Exempt, Standing::Counts(Level::Error)]);
        assert_eq!(
            notes,
            ["small change: 19 lines, fewer than 20; 1 finding is by share and not \
              held against it"]
        );
        let (large, notes) = judged(11);
        assert_eq!(standings(&large)[0], Standing::Counts(Level::Warning));
        assert!(notes.is_empty());
    }

    #[test]
    fn a_number_of_lines_is_held_against_a_small_change_and_so_is_a_share_of_others() {
        let mut share = made("beta-rule", 1, 50.0);
        share.measured = share.measured.map(|one| Measured { unit: "%", ..one });
        let findings = vec![share, made("alpha-rule", 2, 20.0)];
        let size = ChangeSize { added_lines: 1, ..LARGE };
        let (judged, notes) = judge(
            findings,
            &policy(""),
            &Baseline::default(),
            &comments("", false),
            size,
        );
        let wanted = [Standing::Counts(Level::Error), Standing::Counts(Level::Warning)];
        assert_eq!(standings(&judged), wanted);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn a_comment_for_a_rule_that_does_not_exist_is_said() {
        let text = "x // slopnexus: allow(alpha-rul) as the protocol has it";
        let (_, notes) = judge(
            Vec::new(),
            &policy(""),
            &Baseline::default(),
            &comments(text, true),
            LARGE,
        );
        assert!(
            notes[0].ends_with("src/a.rs:1 (did you mean `alpha-rule`?)"),
            "{notes:?}"
        );
    }

    #[test]
    fn notes_stay_short_however_much_there_is_to_say() {
        let text =
            "x // slopnexus: allow(alpha-rule) as the protocol has it\n".repeat(900);
        let findings = (1..=900).map(|line| made("alpha-rule", line, 20.0)).collect();
        let (_, notes) = judge(
            findings,
            &policy(""),
            &Baseline::default(),
            &comments(&text, true),
            LARGE,
        );
        assert!(notes[0].starts_with("900 findings pass by comments"));
        assert!(notes[0].ends_with("src/a.rs:5, 895 more"), "{notes:?}");
    }
}
