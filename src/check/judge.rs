//! What a change does → what rules have against it.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_128;

use super::rules::{RULES, Rule};
use super::{Finding, Measured, Place, Related, Side};
use crate::scan::change::ChangeFacts;
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// What a policy sets a threshold to: of the rule, by its name, for a path (empty for what
/// is told of the change as a whole). `None` leaves it at its default.
pub type Thresholds<'t> = &'t dyn Fn(&Rule, &str, &[u8]) -> Option<f64>;

/// Changes of fewer lines are not judged by shares: one line would be a tenth of it.
pub fn least_lines_for_shares() -> u64 {
    20
}

/// Returns what all rules have against a change, in the order of the rules, then by path and
/// line, whatever their levels. No two findings have one fingerprint.
pub fn judge(change: &ChangeFacts, thresholds: Thresholds<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        let mut found = (rule.find)(&Judged { change, rule, thresholds });
        found.sort_by(|one, two| {
            let key = |it: &Finding| (it.place.clone(), it.symbol.clone());
            key(one).cmp(&key(two)).then_with(|| one.fingerprint.cmp(&two.fingerprint))
        });
        findings.extend(found);
    }
    number_alike(&mut findings);
    findings
}

/// What is said twice word for word is told apart by which of them it is.
fn number_alike(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in findings {
        let n = seen.entry(finding.fingerprint.clone()).or_default();
        if *n > 0 {
            let text = format!("{} {n}", finding.fingerprint);
            finding.fingerprint = format!("{:032x}", xxh3_128(text.as_bytes()));
        }
        *n += 1;
    }
}

/// A change before a rule.
pub(super) struct Judged<'j> {
    pub(super) change: &'j ChangeFacts,
    pub(super) rule: &'static Rule,
    thresholds: Thresholds<'j>,
}

/// What a finding is made of.
pub(super) struct Draft<'d> {
    pub(super) path: &'d Untrusted,
    pub(super) lines: Option<(u32, u32)>,
    pub(super) side: Side,
    pub(super) symbol: Option<&'d Untrusted>,
    pub(super) message: String,
    pub(super) measured: Option<Measured>,
    pub(super) related: Vec<Related>,
    /// What tells it from others at that path and symbol, without line numbers.
    pub(super) words: &'d [u64],
}

impl Judged<'_> {
    /// A threshold of the rule, for a path.
    pub(super) fn threshold(&self, name: &str, path: &Untrusted) -> f64 {
        let set = (self.thresholds)(self.rule, name, path.bytes());
        let default = self.rule.thresholds.iter().find(|it| it.name == name);
        set.or(default.map(|it| it.value)).unwrap_or(f64::INFINITY)
    }

    /// A threshold for the change as a whole.
    pub(super) fn overall(&self, name: &str) -> f64 {
        self.threshold(name, &Untrusted::default())
    }

    pub(super) fn finding(&self, draft: Draft<'_>) -> Finding {
        let Draft { path, lines, side, symbol, message, measured, related, words } =
            draft;
        let mut bytes = Vec::new();
        let symbol_bytes = symbol.map_or(&b""[..], Untrusted::bytes);
        for part in [self.rule.id.as_bytes(), path.bytes(), symbol_bytes] {
            bytes.extend(len_to_u64(part.len()).to_le_bytes());
            bytes.extend(part);
        }
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        Finding {
            rule: self.rule.id,
            place: Place {
                path: path.clone(),
                first_line: lines.map(|lines| lines.0),
                last_line: lines.map(|lines| lines.1),
            },
            side,
            symbol: symbol.cloned(),
            message,
            measured,
            related,
            fingerprint: format!("{:032x}", xxh3_128(&bytes)),
        }
    }
}

/// A share in percent; 0 of nothing.
pub(super) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    crate::units::count_to_f64(part) / crate::units::count_to_f64(whole) * 100.0
}

/// `1 line`, `2 lines`.
pub(super) fn lines(n: u64) -> String {
    if n == 1 { "1 line".to_owned() } else { format!("{n} lines") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_has_two_fingerprints_and_the_first_keeps_its_own() {
        let finding = |fingerprint: &str| Finding {
            rule: "todo-added",
            place: Place { path: "a".into(), first_line: None, last_line: None },
            side: Side::Head,
            symbol: None,
            message: String::new(),
            measured: None,
            related: Vec::new(),
            fingerprint: fingerprint.to_owned(),
        };
        let mut list = ["one", "one", "two", "one"].map(finding);
        number_alike(&mut list);
        assert_eq!((&*list[0].fingerprint, &*list[2].fingerprint), ("one", "two"));
        assert_eq!(list[1].fingerprint.len(), 32);
        assert_ne!(list[1].fingerprint, list[3].fingerprint);
    }
}
