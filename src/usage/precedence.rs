//! Which of two exports counts, where both show the same consumption.
//!
//! Vendors offer several reports of one consumption, and adding them counts it twice.
//! Two records of different formats are taken for the same consumption when they are of
//! the same vendor, tool, person and UTC day; a record that names no person, no tool or no
//! day matches any. The format listed first counts; the other is shadowed, never lost.
//! Tokens, value and bill are settled apart: one report knows who, another what was paid.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::record::{Account, Facets, UsageRecord};
use crate::units::UtcDay;
use crate::untrusted::Untrusted;

/// Formats by how much their word counts for tokens and value, and kinds of reports within
/// a format after it, where one format has several that show the same: what the vendor's own
/// report says of a person's day covers more than logs of one machine, these more than
/// evidence from single commits; a table somebody made comes last.
pub static PRECEDENCE: &[&str] = &[
    "anthropic.claude_code_analytics",
    "anthropic.enterprise_user_usage",
    "anthropic.analytics_usage_v2",
    "anthropic.enterprise_usage",
    "anthropic.messages_usage",
    "anthropic.console_tokens_csv",
    "anthropic.spend_report_csv",
    "anthropic.enterprise_user_cost",
    "anthropic.analytics_cost_v2",
    "anthropic.enterprise_cost",
    "anthropic.cost_report",
    "anthropic.console_cost_csv",
    "anthropic.claude_code_team_csv",
    "anthropic.enterprise_users",
    "anthropic.organization_users",
    "cursor.filtered_usage_events",
    "cursor.usage_csv",
    "cursor.spend",
    "cursor.daily_usage",
    "cursor.ai_code_commits",
    "cursor.ai_code_changes",
    "github.copilot.ai_usage_report",
    "github.copilot.premium_requests",
    "github.copilot.users_1_day",
    "github.copilot.users_28_day",
    "github.billing.usage_items",
    "github.billing.usage_report",
    "github.copilot.org_report",
    "github.copilot.seats",
    "openai.codex_enterprise_usage",
    "openai.usage_completions",
    "openai.completions_csv",
    "openai.costs",
    "openai.organization_users",
    "windsurf.consumption_v2",
    "windsurf.user_page",
    "windsurf.cascade",
    "kiro.user_report",
    "amazonq.by_user",
    "devin.consumption",
    "google.code_assist_log",
    "litellm.spend_logs",
    "litellm.daily_user_spend",
    "litellm.daily_activity",
    "openrouter.generations_csv",
    "openrouter.activity_json",
    "openrouter.daily_csv",
    "aws.bedrock_invocation_log",
    "langfuse.observations",
    "helicone.requests",
    "portkey.logs",
    "vercel.ai_gateway",
    "azure.apim_llm_log",
    "deepseek.amount",
    "claude_code.transcript",
    "codex.rollout",
    "codex.exec_json",
    "github.copilot_cli.events",
    "github.copilot_cli.otel",
    "gemini_cli.session",
    "opencode.message",
    "amp.thread",
    "droid.settings",
    "qwen.chat",
    "cline.cli",
    "cline.vscode",
    "kimi.wire",
    "otel.claude_code",
    "otel.claude_code.metrics",
    "otel.codex",
    "otel.codex.metrics",
    "otel.gemini_cli",
    "otel.gemini_cli.metrics",
    "otel.genai",
    "otel.genai.metrics",
    "prometheus.claude_code",
    "ccusage.report",
    "codeburn.export",
    "repo.entire_checkpoint",
    "repo.git_ai_note",
    "focus.1_x",
    "slopnexus.usage",
];

/// Formats whose word on what was paid counts before that of all others, which follow in
/// the order of [`PRECEDENCE`]: invoices before estimates.
pub static BILL_PRECEDENCE: &[&str] = &[
    "anthropic.cost_report",
    "anthropic.console_cost_csv",
    "anthropic.enterprise_user_cost",
    "anthropic.analytics_cost_v2",
    "anthropic.enterprise_cost",
    "anthropic.spend_report_csv",
    "anthropic.claude_code_team_csv",
    "openai.costs",
];

/// Vendors may count a day without use as no day: a report covers a period when its first
/// and its last record are this many days from the ends of it at most.
const SLACK_DAYS: i32 = 3;

/// A record over more days than this is not compared by its days.
const MOST_DAYS: i32 = 400;

/// What of a record counts, or is shadowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parts(u8);

impl Parts {
    /// Tokens, requests and vendors' units.
    pub const TOKENS: Self = Self(1);
    /// What it would cost at list price or is reckoned to cost.
    pub const VALUE: Self = Self(2);
    /// What was billed.
    pub const BILL: Self = Self(4);
    /// Everything.
    pub const ALL: Self = Self(7);

    /// What a record has.
    pub fn of(record: &UsageRecord) -> Self {
        let cost = record.cost();
        let measured = record.tokens().total().is_some()
            || record.requests().is_some()
            || record.credits().is_some();
        let valued =
            [cost.list, cost.estimated, cost.computed].iter().any(Option::is_some);
        let mut parts = Self::default();
        for (has, part) in [
            (measured, Self::TOKENS),
            (valued, Self::VALUE),
            (cost.billed.is_some(), Self::BILL),
        ] {
            if has {
                parts.0 |= part.0;
            }
        }
        parts
    }

    /// Whether it has all parts of another.
    pub fn has(self, part: Self) -> bool {
        self.0 & part.0 == part.0
    }

    /// What it has and the other has not.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What either has.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A format by which the same consumption of another is shadowed, and on which days: for
/// the line that sets their sums beside each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shadowing {
    /// The format that counts.
    pub winner: &'static str,
    /// The format that does not.
    pub shadowed: &'static str,
    /// Who bills for both.
    pub vendor: Option<Untrusted>,
}

/// Number of a name, 0 for any and none.
type Number = u32;

/// By what records are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    part: Parts,
    vendor: Number,
    tool: Number,
    person: Number,
    day: i32,
}

/// What stands in a [`Key`] for any tool, any person, any day.
const ANY: Number = 0;
const ANY_DAY: i32 = i32::MIN;
/// What stands for a tool that is not named.
const UNNAMED: Number = 1;

/// The numbers of one set of facets.
#[derive(Debug, Clone, Copy)]
struct Who {
    vendor: Number,
    tool: Number,
    person: Number,
    is_vague: bool,
}

/// Who covers what.
pub struct Covered<'p> {
    person: &'p dyn Fn(&Account) -> Option<Vec<u8>>,
    numbers: HashMap<Vec<u8>, Number>,
    who: HashMap<*const Facets, Who>,
    best: HashMap<Key, Rank>,
    /// What was noted already: of a thousand requests of one session on one day, one.
    noted: HashSet<(*const Facets, i32, i32, Parts)>,
    /// From the first to the last day of each format, part, vendor and tool.
    extents: BTreeMap<(&'static str, Number, Number), (i32, i32)>,
}

impl std::fmt::Debug for Covered<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Covered").field("keys", &self.best.len()).finish_non_exhaustive()
    }
}

/// How much a record's word counts, the least first: one that names a person before one
/// that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_vague: bool,
    place: usize,
    format: &'static str,
}

impl<'p> Covered<'p> {
    /// Nothing is covered yet. `person` tells two accounts of one person.
    pub fn new(person: &'p dyn Fn(&Account) -> Option<Vec<u8>>) -> Self {
        Self {
            person,
            numbers: HashMap::new(),
            who: HashMap::new(),
            best: HashMap::new(),
            noted: HashSet::new(),
            extents: BTreeMap::new(),
        }
    }

    /// Notes what a record covers; all are noted before any is asked for.
    pub fn add(&mut self, record: &UsageRecord) {
        let Some((first, last)) = days_of(record) else { return };
        let parts = Parts::of(record);
        if !self.noted.insert((Arc::as_ptr(&record.facets), first, last, parts)) {
            return;
        }
        let who = self.who(&record.facets);
        let format = format_of(record);
        for tool in [who.tool, ANY] {
            let extent = self.extents.entry((format, who.vendor, tool));
            let extent = extent.or_insert((first, last));
            *extent = (extent.0.min(first), extent.1.max(last));
        }
        for part in [Parts::TOKENS, Parts::VALUE, Parts::BILL] {
            if parts.has(part) {
                self.note(part, who, rank(record, who, part), first..=last);
            }
        }
    }

    fn note(
        &mut self,
        part: Parts,
        who: Who,
        rank: Rank,
        days: std::ops::RangeInclusive<i32>,
    ) {
        for day in days.chain([ANY_DAY]) {
            for tool in [who.tool, ANY] {
                for person in [who.person, ANY] {
                    let key = Key { part, vendor: who.vendor, tool, person, day };
                    let best = self.best.entry(key).or_insert(rank);
                    *best = (*best).min(rank);
                }
            }
        }
    }

    /// Settles sums over several days against reports by the day: where the report by the
    /// day does not reach as far, the sum counts before it.
    pub fn settle_sums(&mut self, records: &[&UsageRecord]) {
        for record in records {
            let Some((first, last)) = days_of(record).filter(|(f, l)| f < l) else {
                continue;
            };
            let who = self.who(&record.facets);
            for part in [Parts::TOKENS, Parts::VALUE, Parts::BILL] {
                let own = rank(record, who, part);
                let better = (first..=last).filter_map(|day| self.find(part, who, day));
                let better: BTreeSet<Rank> = better
                    .filter(|best| *best < own && best.format != own.format)
                    .collect();
                let reaches = |rank: &Rank| {
                    let extent = self.extents.get(&(rank.format, who.vendor, who.tool));
                    let extent = extent
                        .or_else(|| self.extents.get(&(rank.format, who.vendor, ANY)));
                    extent.is_some_and(|(from, to)| {
                        *from <= first + SLACK_DAYS && *to >= last - SLACK_DAYS
                    })
                };
                if Parts::of(record).has(part)
                    && !better.is_empty()
                    && !better.iter().any(reaches)
                {
                    let first_of_all = Rank { is_vague: false, place: 0, ..own };
                    self.note(part, who, first_of_all, first..=last);
                }
            }
        }
    }

    /// What of a record another format shows too, and by which format.
    pub fn shadowed(&mut self, record: &UsageRecord) -> (Parts, Option<Shadowing>) {
        let who = self.who(&record.facets);
        let (mut parts, mut by) = (Parts::default(), None);
        let days = days_of(record);
        // A sum over several days is the same consumption only as a whole.
        let day = match days {
            Some((first, last)) if first == last => first,
            Some((first, _)) => first,
            None if may_lack_its_day(record) => ANY_DAY,
            None => return (parts, None),
        };
        let several = days.is_some_and(|(first, last)| first < last);
        for part in [Parts::TOKENS, Parts::VALUE, Parts::BILL] {
            if !Parts::of(record).has(part) {
                continue;
            }
            let own = rank(record, who, part);
            let best = if several {
                let days = days.map_or(day..=day, |(first, last)| first..=last);
                days.filter_map(|day| self.find(part, who, day)).min()
            } else {
                self.find(part, who, day)
            };
            if let Some(best) =
                best.filter(|best| *best < own && best.format != own.format)
            {
                parts = parts.and(part);
                by = by.or(Some(Shadowing {
                    winner: best.format,
                    shadowed: own.format,
                    vendor: record.facets.vendor.clone(),
                }));
            }
        }
        (parts, by)
    }

    /// The best that covers a day of somebody's tool, whether it names the tool or not.
    fn find(&self, part: Parts, who: Who, day: i32) -> Option<Rank> {
        let tools = if who.tool == UNNAMED { [ANY, ANY] } else { [who.tool, UNNAMED] };
        let person = if who.is_vague { ANY } else { who.person };
        let key = |tool| Key { part, vendor: who.vendor, tool, person, day };
        tools.iter().filter_map(|tool| self.best.get(&key(*tool)).copied()).min()
    }

    fn who(&mut self, facets: &Arc<Facets>) -> Who {
        let place = Arc::as_ptr(facets);
        if let Some(who) = self.who.get(&place) {
            return *who;
        }
        let person = (self.person)(&facets.account);
        let is_vague = person.is_none();
        let mut number = |kind: &[u8], name: Option<&[u8]>| match name {
            Some(name) => {
                let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX - 2) + 2;
                *self.numbers.entry([kind, name].concat()).or_insert(next)
            }
            None => UNNAMED,
        };
        // A checkpoint that names no agent is of Claude Code, whose tokens it counts as
        // Claude Code counts them.
        let of_checkpoint = facets.checkpoint_id.is_some() && facets.tool.is_none();
        let bytes = |text: &Option<Untrusted>, of_claude: &[u8]| {
            let known = text.as_ref().map(|text| text.bytes().to_vec());
            known.or_else(|| of_checkpoint.then(|| of_claude.to_vec()))
        };
        let who = Who {
            vendor: number(b"v", bytes(&facets.vendor, b"anthropic").as_deref()),
            tool: number(b"t", bytes(&facets.tool, b"claude_code").as_deref()),
            person: number(b"p", person.as_deref()),
            is_vague,
        };
        self.who.insert(place, who);
        who
    }
}

/// The format a record had before it was normalised, if we know that; else its own.
fn format_of(record: &UsageRecord) -> &'static str {
    let known = |name: &[u8]| PRECEDENCE.iter().find(|known| known.as_bytes() == name);
    let source = record.facets.source_format.as_ref();
    source.and_then(|source| known(source.bytes())).copied().unwrap_or(record.format)
}

fn rank(record: &UsageRecord, who: Who, part: Parts) -> Rank {
    let format = format_of(record);
    let place = |list: &[&str]| list.iter().position(|known| *known == format);
    let all = place(PRECEDENCE).unwrap_or(PRECEDENCE.len()) + BILL_PRECEDENCE.len();
    let bill = if part == Parts::BILL { place(BILL_PRECEDENCE) } else { None };
    // Nothing is before the place of a sum that another report does not reach.
    Rank { is_vague: who.is_vague, place: 1 + bill.unwrap_or(all), format }
}

/// The first and the last UTC day of a record.
fn days_of(record: &UsageRecord) -> Option<(i32, i32)> {
    let period = record.period?;
    let last = UtcDay(crate::units::Timestamp(period.end.0 - 1).day().0);
    let days = (period.start.day().0, last.0);
    (days.1 - days.0 <= MOST_DAYS).then_some(days)
}

/// A checkpoint that no commit names has no day; what it holds is evidence only.
fn may_lack_its_day(record: &UsageRecord) -> bool {
    record.format == super::entire::FORMAT.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::FORMATS;
    use crate::usage::record::{Draft, Period};

    fn record(
        format: &'static str,
        day: Option<i32>,
        person: Option<&str>,
    ) -> UsageRecord {
        let mut draft = Draft::new(1);
        draft.facets.vendor = Some(Untrusted::from("anthropic"));
        draft.facets.tool = Some(Untrusted::from("claude_code"));
        draft.tokens.input = Some(1);
        draft.period = day.map(|day| Period::of_day(UtcDay(day)));
        draft.facets.account = person.map(Account::of_email).unwrap_or_default();
        kept(format, draft)
    }

    fn kept(format: &'static str, mut draft: Draft) -> UsageRecord {
        let facets = Arc::new(std::mem::take(&mut draft.facets));
        UsageRecord::new(format, draft, facets).unwrap()
    }

    fn month(format: &'static str, first: i32, person: Option<&str>) -> UsageRecord {
        let mut one = record(format, Some(first), person);
        one.period = Some(Period {
            start: UtcDay(first).start(),
            end: UtcDay(first + 30).start(),
        });
        one
    }

    /// What is shadowed of each, once all are known.
    fn shadows(records: &[UsageRecord]) -> Vec<Parts> {
        let mut covered = Covered::new(&Account::key);
        for record in records {
            covered.add(record);
        }
        covered.settle_sums(&records.iter().collect::<Vec<_>>());
        records.iter().map(|record| covered.shadowed(record).0).collect()
    }

    const ANALYTICS: &str = "anthropic.claude_code_analytics";
    const ADA: Option<&str> = Some("ada.okafor@example.com");
    const LIN: Option<&str> = Some("lin.zhou@example.com");
    const NONE: Parts = Parts(0);

    #[test]
    fn every_format_has_its_place() {
        for format in FORMATS {
            assert!(PRECEDENCE.contains(&format.name), "{}", format.name);
        }
        assert!(BILL_PRECEDENCE.iter().all(|name| PRECEDENCE.contains(name)));
    }

    #[test]
    fn the_same_person_tool_and_day_count_once() {
        let generic = |day, person| record("slopnexus.usage", Some(day), person);
        let mut other_tool = generic(20_000, ADA);
        Arc::make_mut(&mut other_tool.facets).tool = Some(Untrusted::from("chat"));
        let mut any_tool = generic(20_000, ADA);
        Arc::make_mut(&mut any_tool.facets).tool = None;
        let records = [
            record(ANALYTICS, Some(20_000), ADA),
            generic(20_000, ADA),
            generic(20_001, ADA),
            generic(20_000, LIN),
            other_tool,
            any_tool,
        ];
        let expected = [NONE, Parts::TOKENS, NONE, NONE, NONE, Parts::TOKENS];
        assert_eq!(shadows(&records), expected);
    }

    #[test]
    fn what_names_nobody_is_shadowed_by_what_names_somebody() {
        let records = [
            record("slopnexus.usage", Some(20_000), ADA),
            record("anthropic.messages_usage", Some(20_000), None),
            record("anthropic.messages_usage", Some(20_001), None),
        ];
        assert_eq!(shadows(&records), [NONE, Parts::TOKENS, NONE]);
    }

    #[test]
    fn bill_and_tokens_are_settled_apart() {
        let mut tokens = record("anthropic.enterprise_user_usage", Some(20_000), ADA);
        tokens = with_bill(&tokens, 5);
        let mut both =
            with_bill(&record("anthropic.enterprise_user_cost", Some(20_000), ADA), 7);
        both.position = 2;
        assert_eq!(shadows(&[tokens, both]), [Parts::BILL, Parts::TOKENS]);
    }

    fn with_bill(record: &UsageRecord, nanos: i128) -> UsageRecord {
        let mut draft = Draft::new(1);
        draft.facets = (*record.facets).clone();
        draft.tokens = record.tokens();
        draft.period = record.period;
        draft.cost.billed = Some(crate::units::Usd(nanos));
        kept(record.format, draft)
    }

    #[test]
    fn a_sum_over_a_month_gives_way_only_to_what_reaches_as_far() {
        let days =
            |last: i32| (20_001..=last).map(|day| record(ANALYTICS, Some(day), ADA));
        let sum = month("anthropic.spend_report_csv", 20_000, ADA);
        let mut whole: Vec<UsageRecord> = days(20_028).collect();
        whole.push(sum.clone());
        let shadowed = shadows(&whole);
        assert_eq!(shadowed.last(), Some(&Parts::TOKENS));
        assert!(shadowed[..28].iter().all(|parts| *parts == NONE));
        let mut part: Vec<UsageRecord> = days(20_010).collect();
        part.push(sum);
        let shadowed = shadows(&part);
        assert_eq!(shadowed.last(), Some(&NONE));
        assert!(shadowed[..10].iter().all(|parts| *parts == Parts::TOKENS));
    }

    #[test]
    fn only_a_checkpoint_may_lack_its_day() {
        let records = [
            record(ANALYTICS, Some(20_000), ADA),
            record("repo.entire_checkpoint", None, None),
            record("slopnexus.usage", None, None),
        ];
        assert_eq!(shadows(&records), [NONE, Parts::TOKENS, NONE]);
    }
}
