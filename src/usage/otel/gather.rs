//! Telemetry of one export, gathered until it is known which of it says the same: events
//! before metrics, a tool's own before what every program may send.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::item::{Item, shown};
use super::points::{Added, Counters, Measure, Point, Temporality, series};
use super::{claude_code, codex, gemini_cli, genai};
use crate::problem::GapKind;
use crate::units::{Timestamp, Usd};
use crate::untrusted::Untrusted;
use crate::usage::Parsed;
use crate::usage::dates::{self, Moment};
use crate::usage::record::{Activity, Draft, Granularity, Period, record_id};

/// All that was read of an export.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    found: Vec<Found>,
    /// Points of metrics, those of one record together.
    sums: BTreeMap<SumKey, Sum>,
    counters: Counters,
    /// First points of running counts, until it is known when the export begins.
    firsts: Vec<First>,
    earliest: Option<Moment>,
    /// The best telemetry there is of a session, an account, a service.
    best: HashMap<String, u8>,
    /// Sessions whose commits are known one by one.
    commits: BTreeSet<Untrusted>,
}

/// One record of an event or a span.
#[derive(Debug)]
struct Found {
    format: &'static str,
    rank: u8,
    scope: String,
    draft: Draft,
}

/// What makes points one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SumKey {
    format: &'static str,
    rank: u8,
    /// Account, session and service.
    who: String,
    /// When it was told, in milliseconds.
    millis: i64,
    /// Model and kind of caller; blank for activity, which is not told by model.
    what: String,
    is_spend: bool,
}

/// Points of one record.
#[derive(Debug)]
struct Sum {
    scope: String,
    draft: Draft,
    since: Moment,
    until: Moment,
    amounts: Amounts,
}

/// Amounts by what they measure, before they are made disjoint.
#[derive(Debug, Clone, Default)]
pub(super) struct Amounts(Vec<(Measure, i128)>);

#[derive(Debug)]
struct First {
    key: SumKey,
    scope: String,
    draft: Draft,
    start: Option<Moment>,
    until: Moment,
    measure: Measure,
    amount: i128,
}

impl Amounts {
    fn add(&mut self, measure: Measure, amount: i128) {
        match self.0.iter_mut().find(|(known, _)| *known == measure) {
            Some((_, sum)) => *sum += amount,
            None => self.0.push((measure, amount)),
        }
    }

    /// A count, if anything was told of it.
    pub(super) fn count(&self, measure: Measure) -> Option<u64> {
        let found = self.0.iter().find(|(known, _)| *known == measure);
        found.and_then(|(_, amount)| u64::try_from(*amount).ok())
    }

    fn cost(&self) -> Option<Usd> {
        let found = self.0.iter().find(|(known, _)| *known == Measure::Cost);
        found.map(|(_, amount)| Usd(*amount))
    }

    fn activity(&self) -> Activity {
        Activity {
            sessions: self.count(Measure::Sessions),
            lines_added: self.count(Measure::LinesAdded),
            lines_removed: self.count(Measure::LinesRemoved),
            accepts: self.count(Measure::Accepts),
            rejects: self.count(Measure::Rejects),
            commits: self.count(Measure::Commits),
            pull_requests: self.count(Measure::PullRequests),
            ..Activity::default()
        }
    }
}

impl Gathered {
    /// Notes a time at which something was told.
    pub(super) fn see(&mut self, moment: Moment) {
        self.earliest =
            Some(self.earliest.map_or(moment, |earliest| earliest.min(moment)));
    }

    /// Adds what one event or span spent. `rank` is how good such telemetry is of it.
    pub(super) fn add(
        &mut self,
        item: &Item<'_>,
        format: &'static str,
        rank: u8,
        draft: Draft,
    ) {
        let scope = self.note(item, format, rank, &draft);
        let mut draft = draft;
        draft.facets.source_format =
            kind_of(format, rank).map(|kind| Untrusted::from(kind.as_str()));
        self.found.push(Found { format, rank, scope, draft });
    }

    /// Adds a commit that a tool made in a session. It is no spend.
    pub(super) fn add_commit(&mut self, format: &'static str, draft: Draft) {
        self.commits.extend(draft.facets.session_id.clone());
        let scope = String::new();
        self.found.push(Found { format, rank: 0, scope, draft });
    }

    /// Adds a point of a metric.
    pub(super) fn add_point(
        &mut self,
        item: &Item<'_>,
        start: Option<Moment>,
        temporality: Temporality,
        point: Point,
    ) {
        let Point { measure, amount, format, rank } = point;
        if measure == Measure::Part {
            return;
        }
        let is_spend = measure.is_spend();
        let (draft, caller) = match format {
            _ if format == claude_code::FORMAT.name => claude_code::base(item),
            _ if format == codex::FORMAT.name => (codex::base(item), ""),
            _ if format == gemini_cli::FORMAT.name => (gemini_cli::base(item), ""),
            _ => (genai::base(item), ""),
        };
        let scope = self.note_if(is_spend, item, format, rank, &draft);
        let model = shown(draft.facets.model.as_ref());
        let what = if is_spend { format!("{model}|{caller}") } else { String::new() };
        let who = who_of(item, &draft);
        let millis = item.moment.millis;
        let key = SumKey { format, rank, who, millis, what, is_spend };
        let added = match temporality {
            Temporality::Delta => {
                Added::Since(start.unwrap_or(item.moment).min(item.moment), amount)
            }
            Temporality::Cumulative => {
                self.counters.add(series(item, start), item.moment, amount)
            }
        };
        let until = item.moment;
        match added {
            Added::Nothing => {}
            // A count that rests says nothing new.
            Added::Since(_, 0) if temporality == Temporality::Cumulative => {}
            Added::Since(since, amount) => {
                let sum = Sum::new(scope, draft, since, until);
                self.sum(key, sum, measure, amount);
            }
            Added::First => {
                let first = First { key, scope, draft, start, until, measure, amount };
                self.firsts.push(first);
            }
        }
    }

    fn sum(&mut self, key: SumKey, new: Sum, measure: Measure, amount: i128) {
        let since = new.since;
        let sum = self.sums.entry(key).or_insert(new);
        sum.since = sum.since.min(since);
        sum.amounts.add(measure, amount);
    }

    fn note_if(
        &mut self,
        is_spend: bool,
        item: &Item<'_>,
        format: &'static str,
        rank: u8,
        draft: &Draft,
    ) -> String {
        if is_spend { self.note(item, format, rank, draft) } else { String::new() }
    }

    /// Notes that there is telemetry of this rank of a session, an account, a service;
    /// returns the narrowest of them, by which it is compared.
    fn note(
        &mut self,
        item: &Item<'_>,
        format: &'static str,
        rank: u8,
        draft: &Draft,
    ) -> String {
        let session = draft.facets.session_id.as_ref();
        let account = draft.facets.account.key().map(Untrusted);
        let mut scopes = Vec::new();
        // What every program may send names no session in its metrics.
        if format != genai::FORMAT.name {
            scopes.extend(session.map(|s| format!("{format}|s|{}", shown(Some(s)))));
            scopes.extend(account.map(|a| format!("{format}|a|{}", shown(Some(&a)))));
        }
        scopes.push(format!("{format}|{}", item.or_blank("service.name")));
        for scope in &scopes {
            let best = self.best.entry(scope.clone()).or_insert(rank);
            *best = (*best).min(rank);
        }
        scopes.swap_remove(0)
    }

    /// Hands over what counts.
    pub(super) fn settle(mut self, parsed: &mut Parsed<'_>) {
        self.settle_firsts(parsed);
        let Self { found, sums, best, commits, .. } = self;
        let counts =
            |scope: &String, rank: u8| best.get(scope).is_none_or(|best| *best == rank);
        let found = found.into_iter().filter(|found| counts(&found.scope, found.rank));
        let mut records: Vec<(&'static str, Draft)> =
            found.map(|found| (found.format, found.draft)).collect();
        let (spend, activity): (Vec<_>, Vec<_>) =
            sums.into_iter().partition(|(key, _)| key.is_spend);
        // What a tool did is told beside what it spent: once, with the first of it.
        let mut beside = HashMap::new();
        for (key, sum) in spend {
            if counts(&sum.scope, key.rank) {
                let draft = finish(&key, sum, parsed);
                beside.entry((key.format, key.who, key.millis)).or_insert(records.len());
                records.push((key.format, draft));
            }
        }
        for (key, mut sum) in activity {
            if sum.draft.facets.session_id.as_ref().is_some_and(|s| commits.contains(s)) {
                sum.amounts.0.retain(|(measure, _)| *measure != Measure::Commits);
            }
            let draft = finish(&key, sum, parsed);
            match beside.get(&(key.format, key.who, key.millis)) {
                _ if draft.activity == Activity::default() => {}
                Some(place) => records[*place].1.activity = draft.activity,
                None => records.push((key.format, draft)),
            }
        }
        records.sort_by_key(|(_, draft)| draft.position);
        for (format, draft) in records {
            parsed.push_as(format, draft.position, Ok(draft));
        }
    }

    /// A running count that began while the export was being written is known from zero
    /// on. Of one that began before, an earlier export may have told the beginning.
    fn settle_firsts(&mut self, parsed: &mut Parsed<'_>) {
        for first in std::mem::take(&mut self.firsts) {
            let First { key, scope, draft, start, until, measure, amount } = first;
            if amount == 0 {
                continue;
            }
            let start = start.filter(|start| Some(*start) >= self.earliest);
            let Some(start) = start else {
                let why = "a running count began before the export: what it held by then is left out";
                parsed.remark(GapKind::UsageRecord, draft.position, why);
                continue;
            };
            self.sum(key, Sum::new(scope, draft, start, until), measure, amount);
        }
    }
}

impl Sum {
    fn new(scope: String, draft: Draft, since: Moment, until: Moment) -> Self {
        Self { scope, draft, since, until, amounts: Amounts::default() }
    }
}

/// What tells telemetry that is not a tool's best from its best, in whatever file.
fn kind_of(format: &str, rank: u8) -> Option<String> {
    let own = genai::FORMAT.name;
    match rank {
        1 => Some(format!("{format}.metrics")),
        4 => Some(format!("{own}.metrics")),
        2 | 3 => (format != own).then(|| own.to_owned()),
        _ => None,
    }
}

fn who_of(item: &Item<'_>, draft: &Draft) -> String {
    let account = draft.facets.account.key().map(Untrusted);
    let parts = [
        shown(account.as_ref()),
        shown(draft.facets.session_id.as_ref()),
        item.or_blank("service.name").to_owned(),
        item.or_blank("organization.id").to_owned(),
    ];
    parts.join("|")
}

/// The record of a sum of points.
fn finish(key: &SumKey, sum: Sum, parsed: &mut Parsed<'_>) -> Draft {
    let Sum { mut draft, since, until, amounts, .. } = sum;
    let (period, granularity) = period_of(since, until);
    draft.period = Some(period);
    draft.facets.granularity = granularity;
    draft.cost.estimated = amounts.cost();
    draft.activity = amounts.activity();
    if key.is_spend {
        // Events may lie in a file of their own.
        draft.facets.source_format =
            kind_of(key.format, key.rank).map(|kind| Untrusted::from(kind.as_str()));
        draft.tokens = match key.format {
            format if format == claude_code::FORMAT.name => claude_code::tokens(&amounts),
            format if format == codex::FORMAT.name => {
                codex::tokens_of_points(&amounts, draft.position, parsed)
            }
            format if format == gemini_cli::FORMAT.name && key.rank == 1 => {
                gemini_cli::tokens_of_points(&amounts, draft.position, parsed)
            }
            _ => genai::tokens_of_points(&amounts),
        };
    }
    let millis = key.millis.to_string();
    let is_spend = if key.is_spend { "spend" } else { "activity" };
    let parts = ["points", is_spend, &key.who, &key.what, &millis];
    draft.record_id = record_id(key.format, &parts);
    draft
}

/// The stretch between two points. Short ones are of the day they end on.
fn period_of(since: Moment, until: Moment) -> (Period, Granularity) {
    const HOUR: i64 = 3_600_000;
    let length = until.millis - since.millis;
    if length <= 0 {
        return (dates::event(until), Granularity::Event);
    }
    let mut start = Timestamp(since.millis.div_euclid(1_000));
    let end = Timestamp(until.millis.div_euclid(1_000).max(start.0) + 1);
    let end = if until.millis % 1_000 == 0 { Timestamp(end.0 - 1) } else { end };
    let end = Timestamp(end.0.max(start.0 + 1));
    if length <= HOUR {
        start = start.max(Timestamp(end.0 - 1).day().start());
    }
    let granularity = match length {
        ..=1_000 => Granularity::Event,
        1_001..=60_000 => Granularity::Minute,
        60_001..=HOUR => Granularity::Hour,
        _ => Granularity::Session,
    };
    (Period { start, end }, granularity)
}
