//! Sessions of the Gemini CLI, as one JSON document or as lines that are added to it.
//!
//! Lines write a message anew whenever it changes, change what is known of the session
//! (`$set`), or take messages back (`$rewindTo`): what was taken back was still spent.
//! Input includes what came from the cache; thoughts and tool results are beside it.

use super::{Latest, draft_at, each_entry, moment_in};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Facets, Flag, Flags, TokenCounts, record_id};
use crate::usage::rows::divide_input;
use crate::usage::{Context, Format, Parsed};

/// One session a file, or several one after another.
pub static FORMAT: Format = Format {
    name: "gemini_cli.session",
    tier: 2,
    about: "Gemini CLI sessions: ~/.gemini/tmp/*/chats/session-*.json or .jsonl",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|line| {
        line.has("projectHash") && (line.has("messages") || line.has("startTime"))
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    const WORDS: [&str; 2] = ["\"tokens\"", "\"sessionId\""];
    let mut session = Session::default();
    let mut known = Latest::default();
    each_entry(source, parsed, &WORDS, |line, position, parsed| {
        let set = line.object("$set")?;
        let line = set.as_ref().unwrap_or(line);
        session.set(line)?;
        let mut add = |message: &Object<'_>, parsed: &mut Parsed<'_>| match session
            .message(message, position, context, parsed)
        {
            Ok(Some(draft)) => known.push(parsed, draft),
            Ok(None) => {}
            Err(why) => parsed.reject(position, why),
        };
        if line.has("type") {
            add(line, parsed);
        }
        for message in line.array("messages")? {
            match Object::parse(message.get()) {
                Ok(message) => add(&message, parsed),
                Err(why) => parsed.reject(position, why),
            }
        }
        Ok(())
    });
}

/// What is known of the session that a message belongs to.
#[derive(Debug, Default)]
struct Session {
    id: String,
    facets: Facets,
    flags: Flags,
}

impl Session {
    fn set(&mut self, line: &Object<'_>) -> Result<(), &'static str> {
        let Some(id) = line.text("sessionId")? else { return Ok(()) };
        if id != self.id {
            *self = Self { id, ..Self::default() };
            self.facets.session_id = super::text(&self.id);
            self.facets.vendor = Some(Untrusted::from("google"));
        }
        if let Some(project) = line.untrusted("projectHash")? {
            self.facets.workspace = Some(project);
        }
        let kind = line.text("kind").ok().flatten();
        self.flags.insert_if(kind.as_deref() == Some("subagent"), Flag::Subagent);
        Ok(())
    }

    /// Reads a message; `None` when it is no answer, or one not yet counted.
    fn message(
        &self,
        message: &Object<'_>,
        position: u64,
        context: &Context<'_>,
        parsed: &mut Parsed<'_>,
    ) -> Result<Option<Draft>, &'static str> {
        if message.text("type").ok().flatten().as_deref() != Some("gemini") {
            return Ok(None);
        }
        let Some(tokens) = message.object("tokens")? else { return Ok(None) };
        let moment = moment_in(message, "timestamp", &context.bounds)?;
        let moment = moment.ok_or("a message without a time")?;
        let mut draft = draft_at(position, moment, "gemini_cli");
        draft.facets = Facets { tool: draft.facets.tool, ..self.facets.clone() };
        draft.facets.vendor = Some(Untrusted::from("google"));
        draft.facets.model = message.untrusted("model")?;
        draft.flags = self.flags;
        draft.requests = Some(1);
        draft.tokens = read_tokens(&tokens, position, parsed)?;
        if draft.tokens.total().is_none_or(|total| total == 0) {
            return Ok(None);
        }
        let id = message.text("id")?.unwrap_or_else(|| moment.millis.to_string());
        draft.record_id = record_id(FORMAT.name, &[&self.id, &id]);
        Ok(Some(draft))
    }
}

fn read_tokens(
    counts: &Object<'_>,
    position: u64,
    parsed: &mut Parsed<'_>,
) -> Result<TokenCounts, &'static str> {
    let mut tokens = TokenCounts::default();
    let input = counts.count("input")?;
    let cached = counts.count("cached")?;
    let beside = [counts.count("thoughts")?, counts.count("tool")?];
    let [thoughts, tool] = beside.map(|count| count.unwrap_or(0));
    let output = counts.count("output")?;
    tokens.output = output.map(|output| output + thoughts);
    tokens.reported_total = counts.count("total")?;
    let sum = input.unwrap_or(0) + output.unwrap_or(0) + thoughts + tool;
    let with_cached = sum + cached.unwrap_or(0);
    if sum != with_cached && tokens.reported_total == Some(with_cached) {
        // Its own total says that what came from the cache is beside the input.
        (tokens.input, tokens.cache_read) = (input, cached);
    } else {
        divide_input(&mut tokens, input, cached, None, (position, parsed));
    }
    let all = if tokens.input_unsplit.is_some() {
        &mut tokens.input_unsplit
    } else {
        &mut tokens.input
    };
    *all = all.map(|input| input + tool);
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::tests::read_as;

    const META: &str = "{\"sessionId\":\"s\",\"projectHash\":\"h\",\"startTime\":\"2026-10-05T11:00:00Z\"}\n";

    fn message(id: &str, tokens: &str) -> String {
        format!(
            "{{\"id\":\"{id}\",\"timestamp\":\"2026-10-05T11:00:20Z\",\"type\":\"gemini\",\"model\":\"m\",\"tokens\":{{{tokens}}}}}\n"
        )
    }

    fn read(lines: &[String]) -> Export {
        read_as(&FORMAT, &(META.to_owned() + &lines.concat()))
    }

    const TOKENS: &str = "\"input\":100,\"output\":10,\"cached\":60,\"thoughts\":5,\"tool\":7,\"total\":122";

    #[test]
    fn thoughts_are_output_and_tool_results_are_input() {
        let tokens = read(&[message("a", TOKENS)]).records[0].tokens();
        assert_eq!((tokens.input, tokens.cache_read), (Some(47), Some(60)));
        assert_eq!((tokens.output, tokens.total()), (Some(15), Some(122)));
    }

    #[test]
    fn a_message_written_anew_counts_once_and_what_was_taken_back_was_spent() {
        let rewound = "{\"$rewindTo\":\"a\",\"sessionId\":null}\n".to_owned();
        let export = read(&[
            message("a", ""),
            message("a", TOKENS),
            message("a", TOKENS),
            rewound,
            message("b", TOKENS),
        ]);
        assert_eq!(export.tokens().total(), Some(244));
    }

    #[test]
    fn messages_that_a_line_sets_are_read_and_never_twice() {
        let one = message("a", TOKENS);
        let set = format!("{{\"$set\":{{\"messages\":[{}]}}}}\n", one.trim());
        assert_eq!(read(&[one, set.clone()]).records.len(), 1);
        assert_eq!(read(&[set]).tokens().total(), Some(122));
    }

    #[test]
    fn the_total_tells_when_the_cache_is_beside_the_input() {
        let beside = "\"input\":100,\"output\":10,\"cached\":60,\"thoughts\":0,\"tool\":0,\"total\":170";
        let export = read(&[message("a", beside)]);
        assert_eq!(export.tokens().total(), Some(170));
        assert!(export.gaps.is_empty());
    }
}
