//! Logs that tools keep on the machine they run on, and reports made from such logs. None
//! of them says whose machine it is.
//!
//! Logs run to many gigabytes of prompts and answers. A line is looked through for the
//! words of what is counted before it is parsed; of the rest nothing is kept.

use std::collections::HashMap;

use memchr::memmem::Finder;

use super::dates::{self, DateBounds, Moment};
use super::framing::Source;
use super::json::Object;
use super::record::{Account, Draft, Facets, Granularity, Period, text, vendor_of_tool};
use super::{Context, Parsed};
use crate::problem::GapKind;
use crate::units::Timestamp;
use crate::untrusted::Untrusted;

pub mod amp;
pub mod ccusage;
pub mod claude_transcript;
pub mod cline_cli;
pub mod cline_vscode;
pub mod codeburn;
pub mod codex_exec;
pub mod codex_rollout;
pub mod droid;
pub mod gemini_cli;
pub mod kimi;
pub mod opencode;
pub mod qwen;

/// Whether a format is of logs on somebody's own machine, or of reports made from these:
/// of one person, in many files.
pub fn is_own_log(format: &str) -> bool {
    [
        amp::FORMAT.name,
        ccusage::FORMAT.name,
        claude_transcript::FORMAT.name,
        cline_cli::FORMAT.name,
        cline_vscode::FORMAT.name,
        codeburn::FORMAT.name,
        codex_exec::FORMAT.name,
        codex_rollout::FORMAT.name,
        droid::FORMAT.name,
        gemini_cli::FORMAT.name,
        kimi::FORMAT.name,
        opencode::FORMAT.name,
        qwen::FORMAT.name,
    ]
    .contains(&format)
}

/// The tool that readers of logs call by a shorter name, and who bills for it where that
/// is one vendor.
fn set_agent(agent: &str, facets: &mut Facets) {
    let agent = agent.trim().to_lowercase().replace([' ', '-'], "_");
    let tool = match agent.as_str() {
        "claude" => "claude_code",
        "gemini" => "gemini_cli",
        "cursor_agent" => "cursor",
        "cline_cli" => "cline",
        "kimi" => "kimi_cli",
        "qwen" => "qwen_code",
        other => other,
    };
    if !tool.is_empty() {
        facets.tool = Some(Untrusted::from(tool));
        facets.vendor = facets.tool.as_ref().and_then(vendor_of_tool);
    }
}

/// The person whose address a file is called after: `ada.okafor@example.com.json`.
fn account_of_file(file_name: &str) -> Account {
    let stem = [".json", ".csv"].iter().find_map(|end| file_name.strip_suffix(end));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".@_+-".contains(&byte);
    let address = stem.filter(|stem| {
        let domain =
            stem.split_once('@').map(|(local, domain)| (!local.is_empty(), domain));
        stem.bytes().all(is_plain)
            && domain.is_some_and(|(has_local, domain)| {
                has_local && domain.contains('.') && !domain.contains('@')
            })
    });
    address.map(Account::of_email).unwrap_or_default()
}

/// Reads the values of a log in which one of these words stands. What is no JSON, since
/// the tool was stopped in the middle of a line or another wrote between, is left out
/// and counted.
fn each_entry(
    source: &mut Source<'_>,
    parsed: &mut Parsed<'_>,
    words: &[&str],
    mut read: impl FnMut(&Object<'_>, u64, &mut Parsed<'_>) -> Result<(), &'static str>,
) {
    let Source::Values(values) = source else { return };
    let words: Vec<Finder<'_>> = words.iter().map(|word| Finder::new(*word)).collect();
    while let Some(item) = values.next() {
        let position = item.position;
        let text = item.value.map(str::trim_ascii).ok();
        let Some(text) = text.filter(|text| text.starts_with('{') && text.ends_with('}'))
        else {
            let why = "a line of the log that is no JSON is left out";
            parsed.remark(GapKind::UsageRecord, position, why);
            continue;
        };
        if !words.iter().any(|word| word.find(text.as_bytes()).is_some()) {
            continue;
        }
        let done = Object::parse(text).and_then(|entry| read(&entry, position, parsed));
        if let Err(why) = done {
            parsed.reject(position, why);
        }
    }
}

/// The records of a log that writes one of them several times, as it grows: the one that
/// measures most counts, the later of two that measure the same.
#[derive(Debug, Default)]
struct Latest(HashMap<[u8; 16], usize>);

impl Latest {
    fn push(&mut self, parsed: &mut Parsed<'_>, draft: Draft) {
        let position = draft.position;
        let record = match parsed.keep(parsed.format, draft) {
            Ok(record) => record,
            Err(why) => return parsed.reject(position, why),
        };
        let place = *self.0.entry(record.record_id).or_insert(parsed.records.len());
        match parsed.records.get_mut(place) {
            Some(known) if known.amount_order() <= record.amount_order() => {
                *known = record;
            }
            Some(_) => {}
            None => parsed.records.push(record),
        }
    }
}

/// A row of a tool at a moment.
fn draft_at(position: u64, moment: Moment, tool: &str) -> Draft {
    let mut draft = Draft::new(position);
    draft.period = Some(dates::event(moment));
    draft.facets.tool = Some(Untrusted::from(tool));
    draft
}

/// The RFC 3339 moment in a field; `None` where there is none.
fn moment_in(
    entry: &Object<'_>,
    field: &str,
    bounds: &DateBounds,
) -> Result<Option<Moment>, &'static str> {
    entry.text(field)?.map(|text| bounds.moment(&text)).transpose()
}

/// The moment in a field that counts seconds or milliseconds since 1970.
fn epoch_in(
    entry: &Object<'_>,
    field: &str,
    bounds: &DateBounds,
) -> Result<Option<Moment>, &'static str> {
    entry.text(field)?.map(|text| bounds.epoch(&text)).transpose()
}

/// When a log was written that has no time in it: the period the user gave, else when
/// its file was changed last.
fn time_of_file(context: &Context<'_>) -> Result<(Period, Granularity), &'static str> {
    if let Some(period) = context.period {
        let is_day = period.single_day().is_some();
        let granularity = if is_day { Granularity::Day } else { Granularity::Range };
        return Ok((period, granularity));
    }
    let Some(Timestamp(start)) = context.modified else {
        return Err("no time in the log, and none is known of its file: \
                    give --period FROM..TO");
    };
    let moment = Moment { millis: start.saturating_mul(1_000) };
    Ok((dates::event(moment), Granularity::Session))
}

/// Who bills for the models of a provider, as tools name them.
fn vendor_of_provider(provider: &str) -> Option<Untrusted> {
    let name = provider.trim().to_lowercase().replace('_', "-");
    let vendor = match name.as_str() {
        "claude" | "anthropic" => "anthropic",
        "openai" | "openai-native" | "openai-codex" | "codex" => "openai",
        "gemini" | "google" | "google-ai" | "google-vertex" | "vertex" | "vertex-ai" => {
            "google"
        }
        "amazon-bedrock" | "aws-bedrock" | "bedrock" => "aws",
        "copilot" | "github-copilot" | "github-models" | "vscode-lm" => "github",
        other => return text(other),
    };
    Some(Untrusted::from(vendor))
}

/// The address of a repository without a password in it.
fn repository(address: &str) -> Option<Untrusted> {
    let address = address.trim();
    let Some((scheme, rest)) = address.split_once("://") else { return text(address) };
    let authority = rest.find('/').unwrap_or(rest.len());
    let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
    text(&format!("{scheme}://{}", &rest[host..]))
}

/// What stands for an unknown part of the id of a record.
fn shown<T: ToString>(part: Option<T>) -> String {
    part.map(|part| part.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_a_repository_is_kept() {
        let kept = |address| repository(address).map(|text| text.bytes().to_vec());
        assert_eq!(
            kept("https://ada:hunter2@git.example.com/o/r@x.git").unwrap(),
            b"https://git.example.com/o/r@x.git"
        );
        assert_eq!(kept("git@github.com:o/r.git").unwrap(), b"git@github.com:o/r.git");
        assert_eq!(kept("https://a:hunter2@h").unwrap(), b"https://h");
        assert_eq!(kept(" "), None);
    }

    #[test]
    fn a_provider_has_the_name_of_whoever_bills() {
        let vendor = |name| vendor_of_provider(name).map(|text| text.bytes().to_vec());
        assert_eq!(vendor("Google_Vertex").unwrap(), b"google");
        assert_eq!(vendor("amazon-bedrock").unwrap(), b"aws");
        assert_eq!(vendor("openrouter").unwrap(), b"openrouter");
        assert_eq!(vendor(" "), None);
    }

    #[test]
    fn a_file_may_be_called_after_a_person() {
        let key = |name| account_of_file(name).key();
        assert_eq!(key("Ada@example.com.json").unwrap(), b"email:ada@example.com");
        for name in ["ada@example.json", "report of ada@example.com.json", "x.json"] {
            assert_eq!(key(name), None, "{name}");
        }
    }

    #[test]
    fn a_session_is_the_same_in_the_transcript_and_in_the_report_of_it() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| {
            let bytes = std::fs::read(folder.join("fixtures/usage").join(path)).unwrap();
            let options = crate::usage::ReadOptions::default();
            let name = Untrusted::from("x.json");
            let export = crate::usage::read_export(&name, &bytes[..], &options).unwrap();
            let session = export.records[0].facets.session_id.clone();
            (export, session)
        };
        let (transcript, one) = read("claude_code.transcript/plain.jsonl");
        let (report, two) = read("ccusage.report/plain.claude-session.json");
        assert_eq!(transcript.tokens().total(), Some(35_219));
        assert_eq!(report.tokens(), transcript.tokens());
        assert!(one.is_some());
        assert_eq!(one, two);
        let both = [transcript, report];
        let settled = crate::usage::settle(&both, false).unwrap();
        assert_eq!(settled.ledger.kept.tokens, 35_219);
    }

    #[test]
    fn a_session_of_codex_is_the_same_in_its_log_and_in_the_report_of_it() {
        assert_eq!(
            kept("codex.rollout/plain.jsonl", "ccusage.report/plain.codex-daily.json"),
            22_500
        );
    }

    #[test]
    fn a_session_of_gemini_is_the_same_as_a_document_and_as_lines() {
        assert_eq!(
            kept("gemini_cli.session/plain.json", "gemini_cli.session/plain.jsonl"),
            30_490
        );
    }

    /// The tokens that count of two exports, each of which has all of them.
    fn kept(one: &str, other: &str) -> u128 {
        let exports = [one, other].map(|path| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            let bytes = std::fs::read(folder.join("fixtures/usage").join(path)).unwrap();
            let options = crate::usage::ReadOptions::default();
            crate::usage::read_export(&Untrusted::from("x"), &bytes[..], &options)
                .unwrap()
        });
        assert_eq!(exports[0].tokens().total(), exports[1].tokens().total());
        crate::usage::settle(&exports, false).unwrap().ledger.kept.tokens
    }
}
