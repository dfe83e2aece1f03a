//! Event logs of Copilot CLI, `~/.copilot/session-state/<id>/events.jsonl`: what a session
//! used is told when it is shut down, by model. Prompts in them are not read.
//!
//! Read as in `ryoppippi/ccusage` and `getagentseal/codeburn`. The input includes what was
//! read from and written to the cache. A session that is resumed is shut down again, and
//! newer versions then tell its sums from the beginning, older ones those of the leg.

use std::collections::BTreeMap;

use memchr::memmem;

use super::field;
use crate::problem::GapKind;
use crate::untrusted::Untrusted;
use crate::usage::dates::{self, Moment};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{
    Activity, Credits, Draft, Granularity, Period, record_id, text,
};
use crate::usage::rows::divide_input;
use crate::usage::{Context, Format, Parsed};

/// The events of one session, or of several one after another.
pub static FORMAT: Format = Format {
    name: "github.copilot_cli.events",
    tier: 2,
    about: "Copilot CLI: ~/.copilot/session-state/<id>/events.jsonl",
    recognizes,
    parse,
};

const START: &str = "session.start";
const RESUME: &str = "session.resume";
const SHUTDOWN: &str = "session.shutdown";

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|event| {
        let kind = event.text("type").ok().flatten().unwrap_or_default();
        event.has("data") && matches!(kind.as_str(), START | RESUME | SHUTDOWN)
    })
}

/// What is known of a session so far.
#[derive(Debug, Default)]
struct Session {
    /// Where its last leg began.
    start: Option<Moment>,
    repo: String,
    cwd: String,
    branch: String,
    /// What each model had used when the session was last shut down.
    used: BTreeMap<String, Counters>,
    changed: Lines,
    has_records: bool,
    /// The line on which a leg began that has not ended.
    open_since: Option<u64>,
}

/// Counters of one model, as a shutdown tells them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counters {
    /// Requests, input, cache reads, cache writes, output.
    counts: [Option<u64>; 5],
    /// Premium requests, in billionths.
    cost: Option<i128>,
}

/// Lines of code added and removed.
type Lines = [Option<u64>; 2];

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let Source::Values(values) = source else { return };
    let mut sessions: BTreeMap<String, Session> = BTreeMap::new();
    let mut current = String::new();
    while let Some(item) = values.next() {
        let position = item.position;
        let event = match item.value {
            Ok(line) if !may_count(line) => {
                if !line.trim_start().starts_with('{') {
                    let why = "a line of a log that is no event";
                    parsed.remark(GapKind::UsageRecord, position, why);
                }
                continue;
            }
            Ok(line) => Object::parse(line),
            Err(why) => Err(why),
        };
        let done = event.and_then(|event| {
            read_event(&event, position, &mut current, &mut sessions, context, parsed)
        });
        if let Err(why) = done {
            parsed.reject(position, why);
        }
    }
    for position in sessions.values().filter_map(|session| session.open_since) {
        let why = "a session that was never shut down: what it used is not known";
        parsed.remark(GapKind::NotMeasured, position, why);
    }
}

/// Whether a line can be one of the events that count: most are not, and are long.
fn may_count(line: &str) -> bool {
    [START, RESUME, SHUTDOWN]
        .iter()
        .any(|kind| memmem::find(line.as_bytes(), kind.as_bytes()).is_some())
}

fn read_event(
    event: &Object<'_>,
    position: u64,
    current: &mut String,
    sessions: &mut BTreeMap<String, Session>,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let kind = field(event, "type")?;
    if !matches!(kind.as_str(), START | RESUME | SHUTDOWN) {
        return Ok(());
    }
    let time = event.text("timestamp")?.ok_or("an event without time")?;
    let moment = context.bounds.moment(&time)?;
    let data = event.object("data")?.unwrap_or_default();
    let id = field(&data, "sessionId")?;
    if !id.is_empty() {
        *current = id;
    }
    let session = sessions.entry(current.clone()).or_default();
    if kind != SHUTDOWN {
        session.start = Some(moment);
        session.open_since = Some(position);
        return session.place(&data);
    }
    session.open_since = None;
    session.shut_down(current, moment, &data, position, parsed)
}

impl Session {
    /// Reads where it works.
    fn place(&mut self, data: &Object<'_>) -> Result<(), &'static str> {
        let Some(place) = data.object("context")? else { return Ok(()) };
        self.repo = field(&place, "repository")?;
        self.cwd = field(&place, "cwd")?;
        self.branch = field(&place, "branch")?;
        Ok(())
    }

    /// Adds what was used since it was last shut down.
    fn shut_down(
        &mut self,
        id: &str,
        end: Moment,
        data: &Object<'_>,
        position: u64,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        let changed = read_changes(data)?;
        let lines = since(changed, self.changed);
        let mut activity = Activity {
            lines_added: lines[0],
            lines_removed: lines[1],
            ..Activity::default()
        };
        let mut legs = Vec::new();
        let metrics = data.object("modelMetrics")?.unwrap_or_default();
        for (model, metrics) in metrics.fields() {
            let used = Counters::read(&Object::parse(metrics.get())?)?;
            legs.push((model.to_owned(), used));
        }
        // Nothing is noted of a shutdown that is rejected.
        self.changed = changed;
        for (model, used) in legs {
            let before = self.used.insert(model.clone(), used).unwrap_or_default();
            let leg = used.since(before);
            if leg.is_nothing() {
                continue;
            }
            let mut draft = self.draft(id, &model, end, position);
            leg.measure(&mut draft, parsed);
            draft.activity = std::mem::take(&mut activity);
            draft.activity.sessions = (!self.has_records).then_some(1);
            self.has_records = true;
            parsed.push(position, Ok(draft));
        }
        self.start = Some(end);
        Ok(())
    }

    fn draft(&self, id: &str, model: &str, end: Moment, position: u64) -> Draft {
        let mut draft = super::draft(position);
        let start = self.start.filter(|start| *start < end);
        draft.period = Some(start.map_or(dates::event(end), |start| Period {
            start: dates::event(start).start,
            end: dates::event(end).end,
        }));
        let facets = &mut draft.facets;
        facets.granularity = Granularity::Session;
        facets.tool = Some(Untrusted::from("copilot_cli"));
        facets.surface = Some(Untrusted::from("cli"));
        facets.model = text(model);
        facets.session_id = text(id);
        facets.repo = text(&self.repo);
        facets.cwd = text(&self.cwd);
        facets.branch = text(&self.branch);
        let end = end.millis.to_string();
        draft.record_id = record_id(FORMAT.name, &[id, &end, model]);
        draft
    }
}

impl Counters {
    fn read(metrics: &Object<'_>) -> Result<Self, &'static str> {
        let requests = metrics.object("requests")?.unwrap_or_default();
        let usage = metrics.object("usage")?.unwrap_or_default();
        let counts = [
            requests.count("count")?,
            usage.count("inputTokens")?,
            usage.count("cacheReadTokens")?,
            usage.count("cacheWriteTokens")?,
            usage.count("outputTokens")?,
        ];
        Ok(Self { counts, cost: requests.nanos("cost")? })
    }

    /// What came since: the difference, or all of it where any counter went back.
    fn since(self, before: Self) -> Self {
        let counts = since(self.counts, before.counts);
        if counts == self.counts {
            return self;
        }
        let cost = match (self.cost, before.cost) {
            (Some(now), Some(before)) if now >= before => Some(now - before),
            (cost, _) => cost,
        };
        Self { counts, cost }
    }

    fn is_nothing(&self) -> bool {
        self.counts.iter().all(|count| matches!(count, None | Some(0)))
    }

    /// Sets requests, tokens and credits.
    fn measure(&self, draft: &mut Draft, parsed: &mut Parsed<'_>) {
        let [requests, input, cache_read, cache_write, output] = self.counts;
        draft.requests = requests;
        draft.tokens.output = output;
        let place = (draft.position, parsed);
        divide_input(&mut draft.tokens, input, cache_read, cache_write, place);
        let unit = Untrusted::from(super::PREMIUM_REQUEST);
        draft.credits = self.cost.map(|nanos| Credits { nanos, unit });
    }
}

/// Each counter less what it was before; as they are where any of them went back, since
/// then they began anew.
fn since<const N: usize>(
    now: [Option<u64>; N],
    before: [Option<u64>; N],
) -> [Option<u64>; N] {
    let went_back = now
        .iter()
        .zip(before)
        .any(|(now, before)| now.unwrap_or(0) < before.unwrap_or(0));
    if went_back {
        return now;
    }
    let mut counts = now;
    for (count, before) in counts.iter_mut().zip(before) {
        *count = count.map(|count| count - before.unwrap_or(0));
    }
    counts
}

fn read_changes(data: &Object<'_>) -> Result<Lines, &'static str> {
    let changes = data.object("codeChanges")?.unwrap_or_default();
    Ok([changes.count("linesAdded")?, changes.count("linesRemoved")?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;

    fn start(id: &str) -> String {
        format!(
            r#"{{"type":"session.start","timestamp":"2026-10-05T16:00:00Z","data":{{"sessionId":"{id}","context":{{"cwd":"/w","repository":"o/r","branch":"b"}}}}}}"#
        ) + "\n"
    }

    fn shutdown(minute: u32, input: u64, read: u64, output: u64, added: u64) -> String {
        format!(
            r#"{{"type":"session.shutdown","timestamp":"2026-10-05T16:{minute:02}:00Z","data":{{"modelMetrics":{{"m":{{"requests":{{"count":{output},"cost":{output}}},"usage":{{"inputTokens":{input},"outputTokens":{output},"cacheReadTokens":{read},"cacheWriteTokens":0}}}}}},"codeChanges":{{"linesAdded":{added},"linesRemoved":0}}}}}}"#
        ) + "\n"
    }

    fn read(text: &str) -> Export {
        crate::usage::tests::read_as(&FORMAT, text)
    }

    fn totals(export: &Export) -> Vec<Option<u64>> {
        export.records.iter().map(|record| record.tokens().total()).collect()
    }

    #[test]
    fn legs_that_tell_sums_are_told_apart_and_legs_that_begin_anew_are_taken_as_they_are()
    {
        let sums =
            start("s") + &shutdown(10, 100, 60, 5, 7) + &shutdown(20, 150, 90, 9, 7);
        let export = read(&sums);
        assert_eq!(totals(&export), [Some(105), Some(54)]);
        assert_eq!(export.records[1].tokens().input, Some(20));
        assert_eq!(export.records[1].activity().lines_added, Some(0));
        assert_eq!(export.records[1].credits().unwrap().nanos, 4_000_000_000);
        let anew =
            start("s") + &shutdown(10, 100, 60, 5, 7) + &shutdown(20, 150, 30, 9, 2);
        assert_eq!(totals(&read(&anew)), [Some(105), Some(159)]);
        assert_eq!(read(&anew).records[1].activity().lines_added, Some(2));
    }

    #[test]
    fn a_leg_that_used_nothing_is_no_record_and_a_session_counts_once() {
        let twice = start("s") + &shutdown(10, 9, 0, 1, 0) + &shutdown(20, 9, 0, 1, 0);
        let export = read(&(twice + &shutdown(30, 19, 0, 2, 0)));
        assert_eq!(totals(&export), [Some(10), Some(11)]);
        let sessions: Vec<_> =
            export.records.iter().map(|record| record.activity().sessions).collect();
        assert_eq!(sessions, [Some(1), None]);
    }

    #[test]
    fn sessions_one_after_another_are_not_compared() {
        let text = start("a")
            + &shutdown(10, 100, 0, 5, 0)
            + &start("b")
            + &shutdown(20, 150, 0, 9, 0);
        assert_eq!(totals(&read(&text)), [Some(105), Some(159)]);
    }

    #[test]
    fn a_session_without_an_end_and_lines_that_are_no_events_are_said_so() {
        let export = read(&(start("a") + "warning: slow\n" + &start("b")));
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
        let kinds: Vec<GapKind> = export.gaps.list().iter().map(|gap| gap.kind).collect();
        assert!(kinds.contains(&GapKind::NotMeasured), "{kinds:?}");
        assert!(kinds.contains(&GapKind::UsageRecord), "{kinds:?}");
    }

    #[test]
    fn input_that_is_less_than_the_cache_is_said_so_and_is_none() {
        let export = read(&(start("s") + &shutdown(10, 5, 60, 1, 0)));
        assert_eq!(export.records[0].tokens().input, Some(0));
        assert_eq!(export.gaps.list()[0].kind, GapKind::TokenMismatch);
    }

    #[test]
    fn what_was_said_in_a_session_is_not_kept() {
        let said = r#"{"type":"assistant.message","timestamp":"2026-10-05T16:01:00Z","data":{"content":"hunter2 session.start"}}"#;
        let export = read(&(start("s") + said + "\n" + &shutdown(10, 1, 0, 1, 0)));
        assert!(!format!("{export:?}").contains("hunter2"));
    }
}
