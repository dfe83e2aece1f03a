//! What was there before somebody began to look: findings that are known and stay, as long
//! as they get no worse.
//!
//! One finding a line, sorted by its fingerprint, so that two branches that take findings
//! out of it merge without a conflict more often than not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::BASELINE_FILE;
use crate::check::{Finding, Measured, Standing};
use crate::error::Error;
use crate::limits;
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

const SCHEMA: &str = "slopnexus.baseline/1";

/// Findings that are known, by their fingerprints.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

/// A known finding. The path and symbol are for people; what tells it is the fingerprint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fingerprint: String,
    rule: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    symbol: Option<String>,
    /// What was measured; `None` for a rule that measures nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    /// The unit of that: a rule may measure one thing here and another there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    findings: Vec<Entry>,
}

/// How a finding stands to a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is not in it.
    No,
    /// It is, and is no worse than it was.
    Yes,
    /// It is, and got worse.
    Worse,
}

impl Baseline {
    /// Reads a baseline. Without a file there is [`Baseline::default`].
    ///
    /// # Errors
    ///
    /// When it is not of this form, names a finding twice, or is too large: with the line,
    /// never with what stands there.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        if len_to_u64(text.len()) > limits::BASELINE_BYTES.value {
            let why = format!("it is larger than {} bytes", limits::BASELINE_BYTES.value);
            return Err(bad(None, &why));
        }
        let file: File = serde_json::from_slice(text)
            .map_err(|why| bad(Some(why.line()), "it is no baseline of this program"))?;
        if file.schema != SCHEMA {
            return Err(bad(None, &format!("its schema is not {SCHEMA}")));
        }
        let mut entries = BTreeMap::new();
        for entry in file.findings {
            if !is_fingerprint(&entry.fingerprint) {
                return Err(bad(None, "a fingerprint is not 32 hexadecimal digits"));
            }
            if entries.insert(entry.fingerprint.clone(), entry).is_some() {
                return Err(bad(None, "it has the same fingerprint twice"));
            }
        }
        Ok(Self { entries })
    }

    /// A baseline of everything that counts now, or is in the one before and no worse.
    /// What a comment lets pass needs no line here.
    pub fn of(judged: &[(Finding, Standing)]) -> Self {
        let is_kept = |standing: &Standing| {
            matches!(standing, Standing::Counts(_) | Standing::Baselined)
        };
        let mut baseline = Self::default();
        for (finding, _) in judged.iter().filter(|(_, standing)| is_kept(standing)) {
            let entry = Entry::of(finding);
            let worst = match baseline.entries.get(&entry.fingerprint) {
                Some(known) => worse(known.value, entry.value, finding.measured),
                None => entry.value,
            };
            let entry = Entry { value: worst, ..entry };
            baseline.entries.insert(entry.fingerprint.clone(), entry);
        }
        baseline
    }

    /// The ratchet: entries that were looked for and not found go, values get better and
    /// never worse, and nothing comes in. `is_looked_at` says whether the file of an entry,
    /// by its path as [`Untrusted::to_table_path`] writes it, was looked at.
    #[must_use]
    pub fn update(
        &self,
        findings: &[Finding],
        is_looked_at: impl Fn(&str) -> bool,
    ) -> Self {
        let mut entries = self.entries.clone();
        let found: BTreeSet<&str> =
            findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        entries.retain(|id, entry| {
            found.contains(id.as_str()) || !is_looked_at(&entry.path)
        });
        for finding in findings {
            let now = Self::of(&[(finding.clone(), Standing::Baselined)]);
            let Some(entry) = entries.get_mut(&finding.fingerprint) else { continue };
            let Some(now) = now.entries.into_values().next() else { continue };
            if entry.unit != now.unit {
                continue;
            }
            let worst = worse(entry.value, now.value, finding.measured);
            let is_tighter = worst == entry.value;
            let value = if is_tighter { now.value } else { entry.value };
            *entry = Entry { value, ..now };
        }
        Self { entries }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// When `to` cannot be written.
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "{{\n\"schema\": \"{SCHEMA}\",\n\"findings\": [")?;
        for (place, entry) in self.entries.values().enumerate() {
            let comma = if place + 1 < self.entries.len() { "," } else { "" };
            let line = serde_json::to_string(entry).map_err(io::Error::other)?;
            writeln!(to, "{line}{comma}")?;
        }
        writeln!(to, "]\n}}")
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How a finding stands to it.
    pub(super) fn knows(&self, finding: &Finding) -> Known {
        let entry = self.entries.get(&finding.fingerprint);
        let Some(entry) = entry.filter(|entry| entry.rule == finding.rule) else {
            return Known::No;
        };
        match (entry.value, finding.measured) {
            // What was measured otherwise says nothing of this.
            (_, Some(now)) if entry.unit.as_deref() != Some(now.unit) => Known::No,
            (Some(before), Some(now)) if is_worse(before, now) => Known::Worse,
            _ => Known::Yes,
        }
    }

    /// How many entries have a file that was looked at, and are not among the findings.
    pub(super) fn n_stale(
        &self,
        findings: &BTreeSet<String>,
        is_looked_at: impl Fn(&str) -> bool,
    ) -> usize {
        let is_stale = |entry: &&Entry| {
            !findings.contains(&entry.fingerprint) && is_looked_at(&entry.path)
        };
        self.entries.values().filter(is_stale).count()
    }
}

impl Entry {
    fn of(finding: &Finding) -> Self {
        Self {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule.to_owned(),
            path: finding.place.path.to_table_path().into_owned(),
            symbol: finding.symbol.as_ref().map(|name| name.to_json_text().into_owned()),
            value: finding.measured.map(|measured| measured.value),
            unit: finding.measured.map(|measured| measured.unit.to_owned()),
        }
    }
}

fn bad(line: Option<usize>, why: &str) -> Error {
    let place = match line {
        Some(line) => format!("{BASELINE_FILE}:{line}"),
        None => BASELINE_FILE.to_owned(),
    };
    let hint = "write it again with `slopnexus baseline write`";
    Error::usage("E-BASELINE", "cannot read the baseline", why, hint).at(place.as_str())
}

fn is_fingerprint(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 32 && text.bytes().all(is_digit)
}

/// Whether a rule's number got worse: away from what it lets pass, on the side that breaks
/// it. What is as bad up to rounding is not worse.
fn is_worse(before: f64, now: Measured) -> bool {
    let slack = 1e-9 * before.abs().max(1.0);
    match is_floor(now) {
        true => now.value < before - slack,
        false => now.value > before + slack,
    }
}

/// Whether a rule is broken by too little.
fn is_floor(measured: Measured) -> bool {
    measured.value < measured.threshold
}

/// The worse of two values of the same finding; one that is not known says nothing.
fn worse(
    one: Option<f64>,
    other: Option<f64>,
    measured: Option<Measured>,
) -> Option<f64> {
    let (Some(one), Some(other), Some(measured)) = (one, other, measured) else {
        return one.or(other);
    };
    Some(if is_floor(measured) { one.min(other) } else { one.max(other) })
}

/// A path as entries have it.
pub(super) fn path_of(path: &Untrusted) -> String {
    path.to_table_path().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::judge::made;
    use super::*;
    use crate::check::Level;

    fn counting(findings: &[Finding]) -> Baseline {
        let judged: Vec<_> = findings
            .iter()
            .map(|finding| (finding.clone(), Standing::Counts(Level::Warning)))
            .collect();
        Baseline::of(&judged)
    }

    fn written(baseline: &Baseline) -> String {
        let mut text = Vec::new();
        baseline.write(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again_one_finding_a_line_sorted() {
        let baseline = counting(&[made("b", 2, 30.0), made("a", 1, 20.0)]);
        let text = written(&baseline);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 7, "{text}");
        assert_eq!(
            lines[3],
            r#"{"fingerprint":"00000000000000000000000000000001","rule":"a","path":"src/a.rs","symbol":"f","value":20.0,"unit":"lines"},"#
        );
        assert_eq!(Baseline::parse(text.as_bytes()).unwrap(), baseline);
        let none = Baseline::default();
        assert_eq!(Baseline::parse(written(&none).as_bytes()).unwrap(), none);
    }

    #[test]
    fn a_finding_is_known_until_it_gets_worse() {
        let baseline = counting(&[made("a", 1, 20.0)]);
        assert_eq!(baseline.knows(&made("a", 1, 20.0)), Known::Yes);
        assert_eq!(baseline.knows(&made("a", 1, 19.0)), Known::Yes);
        assert_eq!(baseline.knows(&made("a", 1, 20.5)), Known::Worse);
        assert_eq!(baseline.knows(&made("a", 2, 20.0)), Known::No);
        assert_eq!(baseline.knows(&made("b", 1, 20.0)), Known::No);
    }

    #[test]
    fn a_rule_broken_by_too_little_gets_worse_downwards() {
        let floor = |value| {
            let mut finding = made("a", 1, value);
            finding.measured = Some(Measured { value, threshold: 50.0, unit: "%" });
            finding
        };
        let baseline = counting(&[floor(30.0)]);
        assert_eq!(baseline.knows(&floor(40.0)), Known::Yes);
        assert_eq!(baseline.knows(&floor(20.0)), Known::Worse);
    }

    #[test]
    fn numbers_of_different_units_are_not_compared() {
        let baseline = counting(&[made("a", 1, 20.0)]);
        let mut share = made("a", 1, 99.0);
        share.measured = share.measured.map(|one| Measured { unit: "%", ..one });
        assert_eq!(baseline.knows(&share), Known::No, "it says nothing of a share");
        assert_eq!(baseline.update(&[share], |_| true), baseline);
    }

    #[test]
    fn an_update_only_tightens() {
        let baseline = counting(&[
            made("a", 1, 20.0),
            made("a", 2, 20.0),
            made("a", 3, 20.0),
            made("a", 4, 20.0),
        ]);
        let now = [made("a", 1, 15.0), made("a", 2, 25.0), made("a", 9, 99.0)];
        let updated = baseline.update(&now, |_| true);
        assert_eq!(updated, counting(&[made("a", 1, 15.0), made("a", 2, 20.0)]));
        let elsewhere = baseline.update(&[], |path| path != "src/a.rs");
        assert_eq!(elsewhere, baseline, "what was not looked at stays");
    }

    #[test]
    fn what_is_no_baseline_is_refused_without_showing_it() {
        let entry =
            |id: &str| format!(r#"{{"fingerprint":"{id}","rule":"a","path":"p"}}"#);
        let id = "0123456789abcdef0123456789abcdef";
        let file = |findings: &str| {
            format!(r#"{{"schema":"slopnexus.baseline/1","findings":[{findings}]}}"#)
        };
        assert_eq!(Baseline::parse(file(&entry(id)).as_bytes()).unwrap().len(), 1);
        let twice = format!("{},{}", entry(id), entry(id));
        let infinite = entry(id).replace('}', r#","value":1e999}"#);
        for text in [
            String::new(),
            "hunter2".to_owned(),
            r#"{"hunter2":1}"#.to_owned(),
            file(&entry("hunter2")),
            file(&twice),
            file(&infinite),
            file(&"[".repeat(100_000)),
            file("").replace("/1", "/hunter2"),
        ] {
            let why = Baseline::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(why.contains("[E-BASELINE]") && !why.contains("hunter2"), "{why}");
        }
    }
}
