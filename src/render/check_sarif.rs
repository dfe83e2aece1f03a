//! A check as SARIF 2.1.0, as GitHub's code scanning takes it: one run, rules with help,
//! fingerprints of our own, paths as relative URIs, and no more results than are shown.
//!
//! Only findings that count are results: code scanning shows a suppressed result as any
//! other. How many were left out stands among the notifications of the run.

mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::findings::{
    by_rule, counting, not_judged, passed, sentence, short_id, side_words, write_json,
};
use super::markdown_text::cut;
use super::number::count;
use crate::check::{CheckReport, Finding, Level, Place, RULES, Related, Side};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;
use uri::relative_uri;

/// How many results of a run GitHub keeps.
const RESULTS: usize = 5_000;

/// How many bytes of results are written: GitHub takes files of at most 10 MB, packed.
const RESULT_BYTES: usize = 9_000_000;

/// How many other places of a finding are named, and how many commits.
const RELATED: usize = 20;
const COMMITS: usize = 5;

/// How many letters of a message, and of a name; rules may have 1,024 of description.
const MESSAGE_LETTERS: usize = 1_000;
const NAME_LETTERS: usize = 200;

/// The folder that paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// Writes the log.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let found = counting(report);
    let rules: BTreeMap<&str, Level> =
        found.iter().rev().map(|(finding, level)| (finding.rule, *level)).collect();
    let index: BTreeMap<&str, usize> =
        rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results = results(&found, &index)?;
    let left = &found[results.len()..];
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "rules": rules.iter().map(|(id, level)| rule(id, *level)).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": "slopnexus/check/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {
                "description": {"text": "The top of the repository."}
            }},
            "invocations": [{
                "executionSuccessful": report.complete,
                "toolExecutionNotifications": notifications(report, left),
            }],
            "properties": {
                "base": short_id(&report.base),
                "head": short_id(&report.head),
                "mergeBase": short_id(&report.merge_base),
            },
            "results": results,
        }],
    });
    write_json(&log, to)
}

/// What code scanning shows of a rule beside each of its findings.
fn rule(id: &str, level: Level) -> Value {
    let RuleWords { says, reason } = rule_words(id);
    json!({
        "id": id,
        "name": id,
        "shortDescription": {"text": cut(&says, MESSAGE_LETTERS)},
        "fullDescription": {"text": cut(&says, MESSAGE_LETTERS)},
        "help": {"text": reason, "markdown": reason},
        "defaultConfiguration": {"level": word(level)},
        "properties": {"tags": ["maintainability"], "problem.severity": severity(level)},
    })
}

/// What a rule asks, and why.
struct RuleWords {
    says: String,
    reason: String,
}

fn rule_words(id: &str) -> RuleWords {
    let rule = RULES.iter().find(|rule| rule.id == id);
    RuleWords {
        says: rule.map_or_else(
            || format!("The change breaks the rule {id}."),
            |rule| rule.says.to_owned(),
        ),
        reason: rule.map_or_else(
            || format!("The reason, with examples, is in `docs/rules.md` under `{id}`."),
            |rule| {
                format!("{} Examples are in `docs/rules.md` under `{id}`.", rule.reason)
            },
        ),
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "note",
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "recommendation",
    }
}

/// The worst findings, within both limits.
fn results(
    found: &[(&Finding, Level)],
    index: &BTreeMap<&str, usize>,
) -> io::Result<Vec<Value>> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut results = Vec::new();
    let mut n_bytes = 0;
    for (finding, level) in found.iter().take(RESULTS) {
        let ordinal = seen.entry(&finding.fingerprint).or_default();
        *ordinal += 1;
        let result = result(finding, *level, index, *ordinal);
        let mut bytes = Vec::new();
        write_json(&result, &mut bytes)?;
        n_bytes += bytes.len();
        if n_bytes > RESULT_BYTES {
            break;
        }
        results.push(result);
    }
    Ok(results)
}

fn result(
    finding: &Finding,
    level: Level,
    index: &BTreeMap<&str, usize>,
    ordinal: u32,
) -> Value {
    let fingerprint = format!("{}:{ordinal}", finding.fingerprint);
    let mut location = physical(&finding.place, finding.side);
    if let Some(symbol) = &finding.symbol {
        let name = cut(&symbol.to_terminal(), NAME_LETTERS);
        location["logicalLocations"] = json!([{"fullyQualifiedName": name}]);
    }
    let related = related(finding);
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule),
        "level": word(level),
        "message": {"text": message(finding, related.len())},
        "locations": [location],
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "slopnexus/v1": fingerprint,
        },
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(measured) = finding.measured {
        result["properties"] = json!({
            "value": measured.value, "threshold": measured.threshold, "unit": measured.unit,
        });
    }
    result
}

/// The message, with a link to each related place. Its own brackets are no links.
fn message(finding: &Finding, n_related: usize) -> String {
    let message = cut(&finding.message, MESSAGE_LETTERS);
    let message = sentence(&format!("{message}{}", side_words(finding)));
    let mut text = message.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    if n_related > 0 {
        let links: Vec<String> =
            (1..=n_related).map(|id| format!("[{id}]({id})")).collect();
        text.push_str(&format!(" See {}.", links.join(", ")));
    }
    let commits = finding.related.iter().filter_map(|related| match related {
        Related::Commit(id) => Some(short_id(id)),
        Related::Lines(..) => None,
    });
    let commits: Vec<String> = commits.take(COMMITS).collect();
    if !commits.is_empty() {
        text.push_str(&format!(" Commits: {}.", commits.join(", ")));
    }
    text
}

/// Other lines, as they can be found in the head.
fn related(finding: &Finding) -> Vec<Value> {
    let lines = finding.related.iter().filter_map(|related| match related {
        Related::Lines(place, Side::Head) => Some(place),
        Related::Lines(_, Side::Base) | Related::Commit(_) => None,
    });
    let location = |(at, place): (usize, &Place)| {
        let mut location = physical(place, Side::Head);
        location["id"] = (at + 1).into();
        location
    };
    lines.take(RELATED).enumerate().map(location).collect()
}

/// Lines of a file. Code scanning asks for all four numbers; columns are not known, and the
/// first one of a line stands for it. A whole file, and lines that are gone, are shown at
/// its first line.
fn physical(place: &Place, side: Side) -> Value {
    let (first, last) = match (side, place.first_line) {
        (Side::Head, Some(first)) => {
            (first.max(1), place.last_line.unwrap_or(first).max(first).max(1))
        }
        _ => (1, 1),
    };
    json!({"physicalLocation": {
        "artifactLocation": {"uri": relative_uri(place.path.bytes()), "uriBaseId": ROOT},
        "region": {"startLine": first, "startColumn": 1, "endLine": last, "endColumn": 1},
    }})
}

/// What was not sent, what could not be looked at, and what to know.
fn notifications(report: &CheckReport, left: &[(&Finding, Level)]) -> Vec<Value> {
    let said = |level: &str, text: &str| {
        let text = Untrusted::from(sentence(text).as_str()).to_terminal();
        json!({"level": level, "message": {"text": cut(&text, MESSAGE_LETTERS)}})
    };
    let mut all = Vec::new();
    all.extend(not_judged(report).map(|why| said("error", &why)));
    if !left.is_empty() {
        let rules: Vec<String> = by_rule(left)
            .iter()
            .map(|(rule, n)| format!("{rule} {}", count(*n)))
            .collect();
        let n = count(len_to_u64(left.len()));
        let text =
            format!("{n} more findings are not in this file: {}.", rules.join(", "));
        all.push(said("warning", &text));
    }
    all.extend(
        passed(report).map(|words| said("note", &format!("Not counted: {words}."))),
    );
    all.extend(report.notes.iter().map(|note| said("note", note)));
    all
}
