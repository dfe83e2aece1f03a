//! Sessions of the Codex CLI, its desktop app and other frontends: `rollout-*.jsonl`.
//!
//! Of each answer a line tells what it took and what the session took so far. The same
//! line may come again without any new answer. A session that was forked from another
//! begins with a copy of what that one wrote: its lines have the time of the fork, or
//! their own, which is earlier; either way they are not counted again. Input includes
//! what came from the cache, output includes reasoning.

use super::{
    Latest, draft_at, each_entry, moment_in, repository, shown, vendor_of_provider,
};
use crate::untrusted::Untrusted;
use crate::usage::dates::Moment;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, Facets, Flag, Flags, record_id, text};
use crate::usage::rows::divide_input;
use crate::usage::{Context, Format, Parsed};

/// One session a file, or several one after another.
pub static FORMAT: Format = Format {
    name: "codex.rollout",
    tier: 1,
    about: "Codex sessions: rollout-*.jsonl below ~/.codex",
    recognizes,
    parse,
};

/// How long a fork pauses at most while it copies, in milliseconds. No answer comes as
/// fast.
const PAUSE: i64 = 500;

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|line| {
        line.text("type").is_ok_and(|kind| kind.as_deref() == Some("session_meta"))
            && line.object("payload").is_ok_and(|payload| payload.is_some())
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    const WORDS: [&str; 3] = ["\"token_count\"", "\"turn_context\"", "\"session_meta\""];
    let mut session = Session::default();
    let mut known = Latest::default();
    each_entry(source, parsed, &WORDS, |line, position, parsed| {
        let Some(kind) = line.text("type")? else { return Ok(()) };
        if !["session_meta", "turn_context", "event_msg"].contains(&kind.as_str()) {
            return Ok(());
        }
        let Some(payload) = line.object("payload")? else { return Ok(()) };
        let moment = moment_in(line, "timestamp", &context.bounds);
        match kind.as_str() {
            "session_meta" => session.open(&payload, moment.ok().flatten()),
            "turn_context" => {
                session.is_copy(moment.ok().flatten());
                session.turn(&payload)
            }
            "event_msg" if is_count(&payload) => {
                let moment = moment?.ok_or("a count without a time")?;
                let draft = session.count(&payload, position, moment, parsed)?;
                if let Some(draft) = draft {
                    known.push(parsed, draft);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    });
}

fn is_count(payload: &Object<'_>) -> bool {
    payload.text("type").is_ok_and(|kind| kind.as_deref() == Some("token_count"))
}

/// What is known of the session that a line belongs to.
#[derive(Debug, Default)]
struct Session {
    id: String,
    /// The sessions it was forked from.
    parents: Vec<String>,
    facets: Facets,
    flags: Flags,
    /// What it took so far.
    previous: Option<Counts>,
    /// When the latest line was copied, while copying may go on.
    copying: Option<Moment>,
}

impl Session {
    /// Begins a session, unless the line is a copy, or the session goes on after a pause.
    fn open(
        &mut self,
        payload: &Object<'_>,
        moment: Option<Moment>,
    ) -> Result<(), &'static str> {
        let id = payload.text("id")?.or(payload.text("session_id")?).unwrap_or_default();
        let goes_on = !self.id.is_empty() && self.id == id;
        let is_parents = self.copying.is_some() && self.parents.contains(&id);
        if goes_on || is_parents || self.is_copy(moment) {
            return Ok(());
        }
        let source = payload.get("source").map_or("", |source| source.get());
        let is_spawned = source.contains("thread_spawn");
        let mut parents = Vec::new();
        for name in ["forked_from_id", "parent_thread_id"] {
            parents.extend(payload.text(name)?);
        }
        let is_fork = is_spawned || !parents.is_empty();
        *self = Self { id, parents, facets: read_facets(payload)?, ..Self::default() };
        let is_subagent = is_spawned
            || source.contains("\"subagent\"")
            || payload.text("thread_source")?.as_deref() == Some("subagent");
        self.flags.insert_if(is_subagent, Flag::Subagent);
        self.copying = moment.filter(|_| is_fork);
        Ok(())
    }

    fn turn(&mut self, payload: &Object<'_>) -> Result<(), &'static str> {
        if let Some(model) = payload.untrusted("model")? {
            self.facets.model = Some(model);
        }
        if let Some(cwd) = payload.untrusted("cwd")? {
            self.facets.cwd = Some(cwd);
        }
        Ok(())
    }

    /// Whether a line was copied from the session this one was forked from: all of them
    /// are written at once, when it begins.
    fn is_copy(&mut self, moment: Option<Moment>) -> bool {
        let (Some(last), Some(moment)) = (self.copying, moment) else { return false };
        let is_copy = moment.millis < last.millis + PAUSE;
        self.copying = is_copy.then_some(last.max(moment));
        is_copy
    }

    /// Reads what an answer took; `None` where the line has nothing new.
    fn count(
        &mut self,
        payload: &Object<'_>,
        position: u64,
        moment: Moment,
        parsed: &mut Parsed<'_>,
    ) -> Result<Option<Draft>, &'static str> {
        // Without it, the line is about limits only.
        let Some(info) = payload.object("info")? else { return Ok(None) };
        let total = Counts::within(&info, "total_token_usage")?;
        let previous = self.previous;
        self.previous = total.or(previous);
        if self.is_copy(Some(moment)) || (total.is_some() && total == previous) {
            return Ok(None);
        }
        let last = Counts::within(&info, "last_token_usage")?;
        let since = || total.map(|total| total.since(previous));
        let Some(last) = last.or_else(since).filter(|last| !last.is_nothing()) else {
            return Ok(None);
        };
        let mut draft = draft_at(position, moment, "codex");
        draft.facets = Facets { tool: draft.facets.tool, ..self.facets.clone() };
        if let Some(model) = payload.untrusted("model")?.or(info.untrusted("model")?) {
            draft.facets.model = Some(model);
        }
        draft.flags = self.flags;
        draft.requests = Some(1);
        last.fill(&mut draft, parsed);
        let so_far = shown(total.and_then(|total| total.total).or(last.total));
        let parts = [self.id.as_str(), &moment.millis.to_string(), &so_far];
        draft.record_id = record_id(FORMAT.name, &parts);
        Ok(Some(draft))
    }
}

/// Who and where. The commit is the one the session began on: its tokens were spent from
/// there.
fn read_facets(payload: &Object<'_>) -> Result<Facets, &'static str> {
    let provider = payload.text("model_provider")?;
    let git = payload.object("git").ok().flatten().unwrap_or_default();
    let surface = match payload.text("source").ok().flatten().as_deref() {
        Some("cli" | "exec") => Some("cli"),
        Some("vscode") => Some("ide"),
        _ => None,
    };
    Ok(Facets {
        vendor: vendor_of_provider(provider.as_deref().unwrap_or("openai")),
        session_id: payload.untrusted("id")?.or(payload.untrusted("session_id")?),
        model: payload.text("model").ok().flatten().and_then(|model| text(&model)),
        cwd: payload.text("cwd").ok().flatten().and_then(|cwd| text(&cwd)),
        surface: surface.map(Untrusted::from),
        repo: git.text("repository_url")?.and_then(|address| repository(&address)),
        branch: git.untrusted("branch")?,
        commit: git.untrusted("commit_hash")?,
        ..Facets::default()
    })
}

/// Tokens as Codex counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counts {
    input: Option<u64>,
    cached: Option<u64>,
    cache_write: Option<u64>,
    output: Option<u64>,
    reasoning: Option<u64>,
    total: Option<u64>,
}

impl Counts {
    fn within(info: &Object<'_>, name: &str) -> Result<Option<Self>, &'static str> {
        let Some(usage) = info.object(name)? else { return Ok(None) };
        Ok(Some(Self {
            input: usage.count("input_tokens")?,
            cached: usage.count("cached_input_tokens")?,
            cache_write: usage.count("cache_write_input_tokens")?,
            output: usage.count("output_tokens")?,
            reasoning: usage.count("reasoning_output_tokens")?,
            total: usage.count("total_tokens")?,
        }))
    }

    fn classes(&self) -> [Option<u64>; 6] {
        let Self { input, cached, cache_write, output, reasoning, total } = *self;
        [input, cached, cache_write, output, reasoning, total]
    }

    fn is_nothing(&self) -> bool {
        let parts = [self.input, self.cached, self.cache_write, self.output];
        parts.iter().all(|part| part.is_none_or(|part| part == 0))
    }

    /// What was added to an earlier sum; all of it where that was larger, since counting
    /// began anew.
    fn since(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        let pairs = self.classes().into_iter().zip(earlier.classes());
        let mut added = [None; 6];
        for (added, (now, then)) in added.iter_mut().zip(pairs) {
            let Some(now) = now else { continue };
            let Some(more) = now.checked_sub(then.unwrap_or(0)) else { return self };
            *added = Some(more);
        }
        let [input, cached, cache_write, output, reasoning, total] = added;
        Self { input, cached, cache_write, output, reasoning, total }
    }

    fn fill(self, draft: &mut Draft, parsed: &mut Parsed<'_>) {
        let tokens = &mut draft.tokens;
        let at = (draft.position, parsed);
        divide_input(tokens, self.input, self.cached, self.cache_write, at);
        tokens.output = self.output;
        tokens.reported_total = self.total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::tests::read_as;

    fn meta(time: &str, id: &str, more: &str) -> String {
        format!(
            r#"{{"timestamp":"2026-10-05T10:00:{time}Z","type":"session_meta","payload":{{"id":"{id}"{more}}}}}"#
        ) + "\n"
    }

    /// A count of input, of which half is from the cache, and of output.
    fn count(time: &str, total: [u64; 2], last: Option<[u64; 2]>) -> String {
        let usage = |[input, output]: [u64; 2]| {
            format!(
                r#"{{"input_tokens":{input},"cached_input_tokens":{},"output_tokens":{output},"reasoning_output_tokens":{output},"total_tokens":{}}}"#,
                input / 2,
                input + output
            )
        };
        let last = last.map_or("null".to_owned(), usage);
        format!(
            r#"{{"timestamp":"2026-10-05T10:00:{time}Z","type":"event_msg","payload":{{"type":"token_count","info":{{"total_token_usage":{},"last_token_usage":{last}}}}}}}"#,
            usage(total)
        ) + "\n"
    }

    fn read(lines: &[String]) -> Export {
        read_as(&FORMAT, &lines.concat())
    }

    fn totals(export: &Export) -> Vec<u64> {
        export.records.iter().map(|record| record.tokens().total().unwrap()).collect()
    }

    #[test]
    fn the_same_sum_again_is_the_same_answer_again() {
        let export = read(&[
            meta("00.000", "a", ""),
            count("10.000", [100, 10], Some([100, 10])),
            count("11.000", [100, 10], Some([100, 10])),
            count("12.000", [300, 30], Some([200, 20])),
        ]);
        assert_eq!(totals(&export), [110, 220]);
        let tokens = export.records[1].tokens();
        assert_eq!((tokens.input, tokens.cache_read), (Some(100), Some(100)));
        assert_eq!(tokens.output, Some(20), "reasoning is inside output");
    }

    #[test]
    fn without_the_last_answer_the_sums_tell_it_and_a_smaller_sum_is_a_new_count() {
        let export = read(&[
            meta("00.000", "a", ""),
            count("10.000", [100, 10], None),
            count("12.000", [300, 30], None),
            count("14.000", [50, 5], None),
        ]);
        assert_eq!(totals(&export), [110, 220, 55]);
    }

    #[test]
    fn a_fork_counts_nothing_that_it_copied_and_goes_on_from_there() {
        let spawned =
            r#","source":{"subagent":{"thread_spawn":{"parent_thread_id":"a"}}}"#;
        let copied = [
            meta("20.000", "b", spawned),
            meta("20.001", "a", ""),
            count("20.010", [100, 10], Some([100, 10])),
            count("20.011", [300, 30], Some([200, 20])),
        ];
        let export = read(&[&copied[..], &[count("24.000", [310, 31], None)]].concat());
        assert_eq!(totals(&export), [11]);
        let record = &export.records[0];
        assert_eq!(record.facets.session_id, Some(Untrusted::from("b")));
        assert!(record.flags.contains(Flag::Subagent));
        let forked = r#","forked_from_id":"a""#;
        let old = [
            meta("20.000", "b", forked),
            count("03.000", [100, 10], Some([100, 10])),
            count("24.000", [110, 11], Some([10, 1])),
        ];
        assert_eq!(totals(&read(&old)), [11], "copied with its own time");
    }

    #[test]
    fn a_subagent_that_begins_at_zero_loses_nothing() {
        let forked = r#","forked_from_id":"a","thread_source":"subagent""#;
        let lines =
            [meta("20.000", "b", forked), count("22.000", [100, 10], Some([100, 10]))];
        assert_eq!(totals(&read(&lines)), [110]);
    }

    #[test]
    fn sessions_one_after_another_are_told_apart() {
        let export = read(&[
            meta("00.000", "a", ""),
            count("10.000", [100, 10], Some([100, 10])),
            meta("20.000", "b", ""),
            count("30.000", [100, 10], Some([100, 10])),
        ]);
        assert_eq!(totals(&export), [110, 110]);
        assert_ne!(export.records[0].record_id, export.records[1].record_id);
    }

    #[test]
    fn the_same_session_from_two_places_counts_once() {
        let lines =
            [meta("00.000", "a", ""), count("10.000", [100, 10], Some([100, 10]))];
        assert_eq!(totals(&read(&[&lines[..], &lines[..]].concat())), [110]);
    }

    #[test]
    fn torn_lines_are_said_so_and_wrong_counts_are_rejected() {
        let torn = "{\"timestamp\":\"2026-10-05T10:00:1\n".to_owned();
        let wrong = count("12.000", [7, 10], None)
            .replace("\"input_tokens\":7", "\"input_tokens\":-7");
        let export = read(&[
            meta("00.000", "a", ""),
            torn,
            wrong,
            count("13.000", [100, 10], Some([100, 10])),
        ]);
        assert_eq!((totals(&export), export.n_rejected), (vec![110], 1));
        assert_eq!(export.gaps.list().len(), 2);
    }

    #[test]
    fn who_bills_is_the_provider_and_no_password_is_kept() {
        let more = r#","model_provider":"azure","git":{"repository_url":"https://x:hunter2@git.example.com/o/r","commit_hash":"abc","branch":"main"}"#;
        let export = read(&[
            meta("00.000", "a", more),
            count("10.000", [100, 10], Some([100, 10])),
        ]);
        let facets = &export.records[0].facets;
        assert_eq!(facets.vendor, Some(Untrusted::from("azure")));
        assert_eq!(facets.repo, Some(Untrusted::from("https://git.example.com/o/r")));
    }
}
