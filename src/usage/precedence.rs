//! Which of two exports counts, where both show the same consumption.
//!
//! Vendors offer several reports of one consumption, and adding them counts it twice.
//! Two records of different formats are taken for the same consumption when they are of
//! the same vendor, tool, person and UTC day; a record that names no person, no tool or no
//! day matches any. The format listed first counts; the other is shadowed, never lost.
//! Tokens, value and bill are settled apart: one report knows who, another what was paid.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::record::{Account, Facets, Flag, Granularity, UsageRecord};
use crate::units::{UtcDay, len_to_u32};
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
    // On plans with seats these show what goes beyond the quota alone: logs know more.
    "anthropic.spend_report_csv",
    "anthropic.enterprise_user_cost",
    "anthropic.analytics_cost_v2",
    "anthropic.enterprise_cost",
    "anthropic.cost_report",
    "anthropic.console_cost_csv",
    "anthropic.claude_code_team_csv",
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

/// Reports of one invoice. Two invoices of one vendor, for its API and for its seats, are
/// both paid; two reports of one invoice are one.
const INVOICES: &[&[&str]] = &[
    &[
        "anthropic.cost_report",
        "anthropic.console_cost_csv",
        "anthropic.claude_code_team_csv",
        "anthropic.messages_usage",
    ],
    &[
        "anthropic.enterprise_user_cost",
        "anthropic.enterprise_cost",
        "anthropic.spend_report_csv",
        "anthropic.enterprise_user_usage",
        "anthropic.enterprise_usage",
    ],
];

/// A day by day report is taken for the whole of a sum over its days when it shows this
/// many hundredths of it at least; else the sum counts, and the days in it do not.
const WHOLE_PERCENT: i128 = 90;

/// A record over more days than this is not compared by its days.
const MOST_DAYS: i32 = 400;

/// What of a record counts, or is shadowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parts(u8);

impl Parts {
    /// Tokens.
    pub const TOKENS: Self = Self(1);
    /// Requests and vendors' units.
    pub const CALLS: Self = Self(2);
    /// What it would cost at list price or is reckoned to cost.
    pub const VALUE: Self = Self(4);
    /// What was billed.
    pub const BILL: Self = Self(8);
    /// Everything.
    pub const ALL: Self = Self(15);

    /// Each of them, which are settled apart: who knows the one need not know the other.
    const EACH: [Self; 4] = [Self::TOKENS, Self::CALLS, Self::VALUE, Self::BILL];

    /// What a record has.
    pub fn of(record: &UsageRecord) -> Self {
        let cost = record.cost();
        let valued =
            [cost.list, cost.estimated, cost.computed].iter().any(Option::is_some);
        let mut parts = Self::default();
        for (has, part) in [
            (record.tokens().total().is_some(), Self::TOKENS),
            (record.requests().is_some() || record.credits().is_some(), Self::CALLS),
            (valued, Self::VALUE),
            (cost.billed.is_some(), Self::BILL),
        ] {
            if has {
                parts.0 |= part.0;
            }
        }
        parts
    }

    /// How much of one part a record has; in what unit depends on the part alone.
    fn amount(self, record: &UsageRecord) -> i128 {
        let cost = record.cost();
        let value = cost.list.or(cost.estimated).or(cost.computed);
        let amount = if self == Self::TOKENS {
            record.tokens().total().map(i128::from)
        } else if self == Self::CALLS {
            record.requests().map(i128::from)
        } else if self == Self::VALUE {
            value.map(|usd| usd.0)
        } else {
            cost.billed.map(|usd| usd.0)
        };
        amount.unwrap_or(0)
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    part: Parts,
    /// Of the bill: which invoice.
    invoice: Number,
    vendor: Number,
    tool: Number,
    person: Number,
    day: i32,
}

/// What stands in a [`Key`] for any tool, any person, any day, and what for a session,
/// whatever its days.
const ANY: Number = 0;
const ANY_DAY: i32 = i32::MIN;
const SESSION: i32 = i32::MAX;
/// What stands for a tool that is not named.
const UNNAMED: Number = 1;

/// The numbers of one set of facets.
#[derive(Debug, Clone, Copy)]
struct Who {
    vendor: Number,
    tool: Number,
    person: Number,
    session: Option<Number>,
    is_vague: bool,
}

/// What two records have in common that are compared alike.
type Alike = (*const Facets, Option<(i32, i32)>, Parts, bool);

/// A part of a record as it is compared.
#[derive(Debug, Clone, Copy)]
struct Claim {
    part: Parts,
    invoice: Number,
    who: Who,
    rank: Rank,
}

/// Who covers what.
pub struct Covered<'p> {
    person: &'p dyn Fn(&Account) -> Option<Vec<u8>>,
    numbers: HashMap<Vec<u8>, Number>,
    who: HashMap<*const Facets, Who>,
    best: HashMap<Key, Rank>,
    /// What was noted already: of a thousand requests of one session on one day, one.
    noted: HashSet<(*const Facets, i32, i32, Parts)>,
    /// What was found already, of records that are compared alike.
    answers: HashMap<Alike, (Parts, Option<Shadowing>)>,
    /// How much each source shows of each day; only where sums over days are compared.
    amounts: HashMap<(Key, Rank), i128>,
}

impl std::fmt::Debug for Covered<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Covered").field("keys", &self.best.len()).finish_non_exhaustive()
    }
}

/// How much a record's word counts, the least first: one that names a person before one
/// that does not, but for bills; one format before another; what counts by the day before
/// what counts by the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Rank {
    is_vague: bool,
    place: usize,
    grain: Granularity,
    format: &'static str,
}

impl Rank {
    /// Whether two records are of one source, which never shows the same twice.
    fn is_same_source(&self, other: &Self) -> bool {
        (self.format, self.grain) == (other.format, other.grain)
    }
}

impl<'p> Covered<'p> {
    /// Who covers what among these records. `person` tells two accounts of one person.
    pub fn of(
        records: &[&UsageRecord],
        person: &'p dyn Fn(&Account) -> Option<Vec<u8>>,
    ) -> Self {
        let mut covered = Self {
            person,
            numbers: HashMap::new(),
            who: HashMap::new(),
            best: HashMap::new(),
            noted: HashSet::new(),
            answers: HashMap::new(),
            amounts: HashMap::new(),
        };
        let has_sums = records.iter().any(|one| days_of(one).is_some_and(|(f, l)| f < l));
        for record in records {
            covered.add(record, has_sums);
        }
        covered.settle_sums(records);
        covered
    }

    fn add(&mut self, record: &UsageRecord, has_sums: bool) {
        let Some((first, last)) = days_of(record) else { return };
        let parts = Parts::of(record);
        let is_new = self.noted.insert((Arc::as_ptr(&record.facets), first, last, parts));
        if has_sums && first == last {
            for claim in self.claims(record) {
                for person in [claim.who.person, ANY] {
                    let key = claim.key(claim.who.tool, person, first);
                    let amount = self.amounts.entry((key, claim.rank)).or_insert(0);
                    *amount += claim.part.amount(record);
                }
            }
        }
        if is_new {
            for claim in self.claims(record) {
                self.note(claim, first..=last);
            }
        }
    }

    /// The parts of a record, as they are compared.
    fn claims(&mut self, record: &UsageRecord) -> Vec<Claim> {
        let who = self.who(&record.facets);
        let parts = Parts::of(record);
        let claim = |part: Parts| {
            let rank = rank(record, who, part);
            let invoice = if part == Parts::BILL { invoice_of(rank.format) } else { 0 };
            Claim { part, invoice, who, rank }
        };
        Parts::EACH.into_iter().filter(|part| parts.has(*part)).map(claim).collect()
    }

    fn note(&mut self, claim: Claim, days: std::ops::RangeInclusive<i32>) {
        let mut keep = |key: Key| {
            let best = self.best.entry(key).or_insert(claim.rank);
            *best = (*best).min(claim.rank);
        };
        for day in days.chain([ANY_DAY]) {
            for tool in [claim.who.tool, ANY] {
                for person in [claim.who.person, ANY] {
                    keep(claim.key(tool, person, day));
                }
            }
        }
        if let Some(session) = claim.who.session {
            keep(claim.key(ANY, session, SESSION));
        }
    }

    /// Settles sums over several days against reports by the day: where these show far
    /// less than the sum, they are a part of it, and the sum counts before them.
    fn settle_sums(&mut self, records: &[&UsageRecord]) {
        let mut first_of_all = Vec::new();
        for record in records {
            let Some((first, last)) = days_of(record).filter(|(f, l)| f < l) else {
                continue;
            };
            for claim in self.claims(record) {
                let amount = claim.part.amount(record);
                let shown = self.most_shown(&claim, first..=last);
                if shown.is_some_and(|shown| shown * 100 < amount * WHOLE_PERCENT) {
                    first_of_all.push((claim, first, last));
                }
            }
        }
        for (claim, first, last) in first_of_all {
            let rank = Rank { is_vague: false, place: 0, ..claim.rank };
            self.note(Claim { rank, ..claim }, first..=last);
        }
    }

    /// How much the source that shows most of the days of a sum shows of it, among those
    /// that count before it; `None` without any.
    fn most_shown(
        &self,
        claim: &Claim,
        days: std::ops::RangeInclusive<i32>,
    ) -> Option<i128> {
        let person = if claim.who.is_vague { ANY } else { claim.who.person };
        let mut shown: BTreeMap<Rank, i128> = BTreeMap::new();
        for day in days {
            let best = self.find(claim, day).filter(|best| claim.gives_way_to(best));
            let Some(best) = best else { continue };
            for tool in [claim.who.tool, UNNAMED] {
                let key = claim.key(tool, person, day);
                let amount = self.amounts.get(&(key, best)).copied();
                *shown.entry(best).or_default() += amount.unwrap_or(0);
                if tool == UNNAMED {
                    break;
                }
            }
        }
        shown.into_values().max()
    }

    /// What of a record another source shows too, and by which format.
    pub fn shadowed(&mut self, record: &UsageRecord) -> (Parts, Option<Shadowing>) {
        let days = days_of(record);
        let tz_assumed = record.flags.contains(Flag::TzAssumed);
        let of_others =
            (Arc::as_ptr(&record.facets), days, Parts::of(record), tz_assumed);
        if let Some(answer) = self.answers.get(&of_others) {
            return answer.clone();
        }
        let answer = self.find_shadows(record);
        self.answers.insert(of_others, answer.clone());
        answer
    }

    fn find_shadows(&mut self, record: &UsageRecord) -> (Parts, Option<Shadowing>) {
        let (mut parts, mut by) = (Parts::default(), None);
        let days = match days_of(record) {
            // A day of a zone that is not told may be the one before or after in UTC.
            Some((first, last)) if record.flags.contains(Flag::TzAssumed) => {
                first - 1..=last + 1
            }
            Some((first, last)) => first..=last,
            None if may_lack_its_day(record) => ANY_DAY..=ANY_DAY,
            None => return (parts, None),
        };
        for claim in self.claims(record) {
            let found = days.clone().filter_map(|day| self.find(&claim, day));
            let best = found.chain(self.find_session(&claim)).min();
            if let Some(best) = best.filter(|best| claim.gives_way_to(best)) {
                parts = parts.and(claim.part);
                by = by.or(Some(Shadowing {
                    winner: best.format,
                    shadowed: claim.rank.format,
                    vendor: record.facets.vendor.clone(),
                }));
            }
        }
        (parts, by)
    }

    /// The best that covers a day of somebody's tool, whether it names the tool or not.
    fn find(&self, claim: &Claim, day: i32) -> Option<Rank> {
        let who = claim.who;
        let tools = if who.tool == UNNAMED { [ANY, ANY] } else { [who.tool, UNNAMED] };
        let person = if who.is_vague { ANY } else { who.person };
        let best = |tool, person| self.best.get(&claim.key(tool, person, day)).copied();
        let own = tools.iter().filter_map(|tool| best(*tool, person)).min();
        // What names nobody gives way to who does, but for an invoice, and for a sum that
        // shows far more than the days in it.
        let of_all = tools.iter().filter_map(|tool| best(*tool, UNNAMED));
        let of_all = of_all.filter(|rank| !rank.is_vague).min();
        own.into_iter().chain(of_all).min()
    }

    /// The best that shows the same session, whoever it names.
    fn find_session(&self, claim: &Claim) -> Option<Rank> {
        let key = claim.key(ANY, claim.who.session?, SESSION);
        self.best.get(&key).copied()
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
                let next = len_to_u32(self.numbers.len()).saturating_add(2);
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
        let session = facets.session_id.as_ref().map(|session| session.bytes().to_vec());
        let who = Who {
            vendor: number(b"v", bytes(&facets.vendor, b"anthropic").as_deref()),
            tool: number(b"t", bytes(&facets.tool, b"claude_code").as_deref()),
            person: number(b"p", person.as_deref()),
            session: session.map(|session| number(b"s", Some(&session))),
            is_vague,
        };
        self.who.insert(place, who);
        who
    }
}

impl Claim {
    fn key(&self, tool: Number, person: Number, day: i32) -> Key {
        let Self { part, invoice, who, .. } = *self;
        Key { part, invoice, vendor: who.vendor, tool, person, day }
    }

    /// Whether another source shows the same and counts before this one.
    fn gives_way_to(&self, best: &Rank) -> bool {
        *best < self.rank && !best.is_same_source(&self.rank)
    }
}

/// Which invoice a format reports, by number; of all others their vendor's one.
fn invoice_of(format: &str) -> Number {
    let place = INVOICES.iter().position(|formats| formats.contains(&format));
    place.map_or(0, |place| len_to_u32(place) + 1)
}

/// The format a record had before it was normalised, if we know that; else its own.
pub fn format_of(record: &UsageRecord) -> &'static str {
    let known = |name: &[u8]| PRECEDENCE.iter().find(|known| known.as_bytes() == name);
    let source = record.facets.source_format.as_ref();
    source.and_then(|source| known(source.bytes())).copied().unwrap_or(record.format)
}

fn rank(record: &UsageRecord, who: Who, part: Parts) -> Rank {
    let format = format_of(record);
    let place = |list: &[&str]| list.iter().position(|known| *known == format);
    let all = place(PRECEDENCE).unwrap_or(PRECEDENCE.len()) + BILL_PRECEDENCE.len();
    let bill = if part == Parts::BILL { place(BILL_PRECEDENCE) } else { None };
    // Nothing is before the place of a sum that shows more than the days in it. An invoice
    // counts whether it names people or not.
    Rank {
        is_vague: who.is_vague && part != Parts::BILL,
        place: 1 + bill.unwrap_or(all),
        grain: record.facets.granularity,
        format,
    }
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
mod tests;
