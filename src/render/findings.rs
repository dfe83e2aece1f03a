//! What the writers of a check have in common: which findings count, worst first, and how
//! many do not.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::markdown_text::cut;
use super::number::{count, count_of};
use crate::check::{CheckReport, Finding, Level, Place, Side, Standing};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// How many letters of a place are shown in a sentence.
const PLACE_LETTERS: usize = 200;

/// The findings that count, worst first; in the report's order otherwise.
pub(super) fn counting(report: &CheckReport) -> Vec<(&Finding, Level)> {
    let of = |(finding, standing)| match standing {
        &Standing::Counts(level) if level != Level::Off => Some((finding, level)),
        _ => None,
    };
    let mut found: Vec<(&Finding, Level)> = report
        .findings
        .iter()
        .map(|(finding, standing)| (finding, standing))
        .filter_map(of)
        .collect();
    found.sort_by_key(|(_, level)| std::cmp::Reverse(*level));
    found
}

/// What is known and does not count: `3 in the baseline, 2 let pass by comments`; `None`
/// when everything counts.
pub(super) fn passed(report: &CheckReport) -> Option<String> {
    let n = |is: fn(&Standing) -> bool| {
        len_to_u64(report.findings.iter().filter(|(_, standing)| is(standing)).count())
    };
    let parts = [
        (n(|one| matches!(one, Standing::Baselined)), "in the baseline"),
        (n(|one| matches!(one, Standing::Suppressed { .. })), "let pass by comments"),
        (n(|one| matches!(one, Standing::Exempt)), "by share in a small change"),
    ];
    let some = parts.iter().filter(|(n, _)| *n > 0);
    let words: Vec<String> =
        some.map(|(n, what)| format!("{} {what}", count(*n))).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// `2 errors, 1 warning`; empty when there are none.
pub(super) fn by_level(found: &[(&Finding, Level)]) -> String {
    let words = [
        (Level::Error, "error", "errors"),
        (Level::Warning, "warning", "warnings"),
        (Level::Note, "note", "notes"),
    ];
    let of = |(level, one, many): &(Level, &str, &str)| {
        let n = found.iter().filter(|(_, other)| other == level).count();
        (n > 0).then(|| count_of(len_to_u64(n), one, many))
    };
    words.iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

/// How many findings each rule has, most first.
pub(super) fn by_rule(found: &[(&Finding, Level)]) -> Vec<(&'static str, u64)> {
    let mut rules: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (finding, _) in found {
        *rules.entry(finding.rule).or_default() += 1;
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    rules
}

/// `src/a.rs:12`, or `src/a.rs` for a whole file.
pub(super) fn place(place: &Place) -> Untrusted {
    let mut shown = place.path.clone();
    if let Some(line) = place.first_line {
        shown.0.extend(format!(":{line}").bytes());
    }
    shown
}

/// That a finding is about the tree before; empty for the one after.
pub(super) fn side_words(finding: &Finding) -> &'static str {
    match finding.side {
        Side::Head => "",
        Side::Base => " (as it was before the change)",
    }
}

/// A message or a note as a sentence: with a full stop, if it has no end.
pub(super) fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{text}{end}")
}

/// The start of a commit's id; only digits of it.
pub(super) fn short_id(id: &str) -> String {
    id.chars().filter(char::is_ascii_hexdigit).take(12).collect()
}

/// What could not be looked at, in a sentence; `None` when all was.
pub(super) fn not_judged(report: &CheckReport) -> Option<String> {
    if report.complete {
        return None;
    }
    let gaps = report.gaps.iter().filter(|gap| gap.incomplete);
    let n: u64 = gaps.clone().map(|gap| gap.count).sum();
    let what = "the change could not be judged";
    let Some(first) = gaps.clone().next() else { return Some(what.to_owned()) };
    let why = Untrusted::from(first.why.as_str()).to_terminal();
    let place = cut(&Untrusted::from(first.first.as_str()).to_terminal(), PLACE_LETTERS);
    let parts = count_of(n, "part", "parts");
    let which = format!("{parts} of it could not be looked at, the first '{place}'");
    Some(format!("{what}: {which}: {why}"))
}

/// Writes JSON in ASCII, so that no name in it can turn, hide or end anything in a log.
/// Outside strings JSON has none but ASCII, and inside an escape is the same.
pub(super) fn write_json(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string(value).map_err(io::Error::other)?;
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => plain.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    plain.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    to.write_all(plain.replace("##", "#\\u0023").as_bytes())?;
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests;
