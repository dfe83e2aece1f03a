//! OpenTelemetry of AI tools in its JSON form, as the Collector's `file` exporter writes
//! it: one export request a line, an array of them, or one over many lines.
//!
//! Fields as in the OTLP specification: 64-bit integers are strings, and what a resource
//! says holds for everything below it. One file may hold several tools; whichever format
//! it was recognised as, all of them are read, each record as its own tool's format.

use super::framing::{Sample, Source};
use super::json::Object;
use super::{Context, Parsed};

pub mod claude_code;
pub mod codex;
pub mod gemini_cli;
pub mod genai;
mod gather;
mod item;
mod points;
mod requests;

use gather::Gathered;

/// What a line must hold to matter: the names of what is read.
const NEEDLES: [&str; 9] = [
    "api_request",
    "claude_code.",
    "git_commit_id",
    "response.completed",
    "codex.turn.token_usage",
    "gemini_cli.api_response",
    "gemini_cli.token.usage",
    "gen_ai.usage.",
    "gen_ai.client.token.usage",
];

/// Whether it is telemetry in which one of these names stands.
fn recognizes(sample: Sample<'_>, names: &[&str]) -> bool {
    sample.any_object(|object| {
        let text = object.text_of_whole().as_bytes();
        let is_named =
            |name: &&str| memchr::memmem::find(text, name.as_bytes()).is_some();
        requests::is_request(object) && names.iter().any(is_named)
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let Source::Values(values) = source else { return };
    let mut gathered = Gathered::default();
    while let Some(item) = values.next() {
        let position = item.position;
        let read = item.value.and_then(|text| {
            let is_named = |name: &&str| {
                memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some()
            };
            // Most of what tools send says nothing of usage.
            if !NEEDLES.iter().any(is_named) {
                return Ok(());
            }
            let request = Object::parse(text)?;
            requests::read(&request, position, context, parsed, &mut gathered)
        });
        if let Err(why) = read {
            parsed.reject(position, why);
        }
    }
    gathered.settle(parsed);
}

#[cfg(test)]
mod tests;
