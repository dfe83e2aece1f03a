//! One normalised row of an export, in units every vendor's rows share.

use std::sync::Arc;

use crate::units::{Timestamp, Usd, UtcDay};
use crate::untrusted::Untrusted;

/// What many records of an export have in common: who, with what, where. Shared among
/// them, so that a million requests of one session keep one copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facets {
    /// The format it had before somebody normalised it, where it says so; or the kind of
    /// report within its format, where that has several that show the same.
    pub source_format: Option<Untrusted>,
    /// How fine the source counts.
    pub granularity: Granularity,
    /// Whose it is, as the source names them.
    pub account: Account,
    /// Who bills: `anthropic`, `cursor`, …, in lower case.
    pub vendor: Option<Untrusted>,
    /// The tool: `claude_code`, `cursor`, …, in lower case.
    pub tool: Option<Untrusted>,
    /// Where in the tool: `ide`, `cli`, `cloud_agent`, `chat`, ….
    pub surface: Option<Untrusted>,
    /// The model, as exported.
    pub model: Option<Untrusted>,
    /// The session, thread or cloud agent.
    pub session_id: Option<Untrusted>,
    /// The repository, as `owner/name` or URL.
    pub repo: Option<Untrusted>,
    /// The directory the tool worked in.
    pub cwd: Option<Untrusted>,
    /// The branch it worked on.
    pub branch: Option<Untrusted>,
    /// The commit the tokens went to, or were spent from, in hex.
    pub commit: Option<Untrusted>,
    /// The checkpoint that a commit's trailer names.
    pub checkpoint_id: Option<Untrusted>,
    /// The workspace, project or cost centre the source books it under.
    pub workspace: Option<Untrusted>,
}

/// One row of an export as its format reads it: who spent how much, with which tool,
/// when. `None` is unknown, never zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// See [`UsageRecord::record_id`].
    pub record_id: [u8; 16],
    /// Where it stands in its file: a 1-based line or record.
    pub position: u64,
    /// When, or `None` where the source does not say.
    pub period: Option<Period>,
    /// Who, with what, where.
    pub facets: Facets,
    /// Billable calls of a model.
    pub requests: Option<u64>,
    /// Tokens by class.
    pub tokens: TokenCounts,
    /// Money, by what it means.
    pub cost: Cost,
    /// The vendor's own unit, where it has one.
    pub credits: Option<Credits>,
    /// What the tool says it did, which says nothing of what survived.
    pub activity: Activity,
    /// What else is known.
    pub flags: Flags,
}

/// One row of an export. Token classes are disjoint and may be added.
///
/// Small on purpose: exports have millions of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageRecord {
    /// The same for the same consumption in any export of the same format: xxh3-128
    /// of what the format names as its key.
    pub record_id: [u8; 16],
    /// The format it was read as, one of [`super::FORMATS`].
    pub format: &'static str,
    /// Where it stands in its file: a 1-based line or record.
    pub position: u64,
    /// When, or `None` where the source does not say.
    pub period: Option<Period>,
    /// Who, with what, where.
    pub facets: Arc<Facets>,
    /// What else is known.
    pub flags: Flags,
    requests: u64,
    tokens: [u64; 7],
    cost: [i64; 4],
    credits: Option<Box<Credits>>,
    activity: Option<Box<Activity>>,
}

/// What stands in a record for a count that is not known.
const NO_COUNT: u64 = u64::MAX;
/// What stands in a record for an amount that is not known.
const NO_AMOUNT: i64 = i64::MIN;

impl UsageRecord {
    /// Keeps a draft; its facets are those given. An amount of over nine thousand
    /// million dollars in one row is an error.
    pub fn new(
        format: &'static str,
        draft: Draft,
        facets: Arc<Facets>,
    ) -> Result<Self, &'static str> {
        let TokenCounts { input, cache_read, cache_write, output, .. } = draft.tokens;
        let TokenCounts { input_unsplit, unclassified, cache_write_1h, .. } =
            draft.tokens;
        let classes = [
            input,
            cache_read,
            cache_write,
            output,
            input_unsplit,
            unclassified,
            cache_write_1h,
        ];
        let Cost { billed, list, estimated, computed } = draft.cost;
        let mut cost = [NO_AMOUNT; 4];
        for (kept, amount) in cost.iter_mut().zip([billed, list, estimated, computed]) {
            let Some(amount) = amount else { continue };
            let nanos = i64::try_from(amount.0).ok().filter(|nanos| *nanos != NO_AMOUNT);
            *kept = nanos.ok_or("an amount over nine thousand million dollars")?;
        }
        let has_activity = draft.activity != Activity::default();
        Ok(Self {
            record_id: draft.record_id,
            format,
            position: draft.position,
            period: draft.period,
            facets,
            flags: draft.flags,
            requests: draft.requests.unwrap_or(NO_COUNT),
            tokens: classes.map(|class| class.unwrap_or(NO_COUNT)),
            cost,
            credits: draft.credits.map(Box::new),
            activity: has_activity.then(|| Box::new(draft.activity)),
        })
    }

    /// Billable calls of a model.
    pub fn requests(&self) -> Option<u64> {
        (self.requests != NO_COUNT).then_some(self.requests)
    }

    /// Tokens by class; the total that the source printed was checked and is gone.
    pub fn tokens(&self) -> TokenCounts {
        let [input, cache_read, cache_write, output, unsplit, unclassified, hour] =
            self.tokens.map(|count| (count != NO_COUNT).then_some(count));
        TokenCounts {
            input,
            cache_read,
            cache_write,
            output,
            input_unsplit: unsplit,
            unclassified,
            cache_write_1h: hour,
            reported_total: None,
        }
    }

    /// Money, by what it means.
    pub fn cost(&self) -> Cost {
        let [billed, list, estimated, computed] =
            self.cost.map(|nanos| (nanos != NO_AMOUNT).then_some(Usd(i128::from(nanos))));
        Cost { billed, list, estimated, computed }
    }

    /// The vendor's own unit, where it has one.
    pub fn credits(&self) -> Option<&Credits> {
        self.credits.as_deref()
    }

    /// What the tool says it did.
    pub fn activity(&self) -> Activity {
        self.activity.as_deref().copied().unwrap_or_default()
    }

    /// What it measures, apart from who, when and with what.
    pub fn measures(&self) -> impl PartialEq + '_ {
        (self.requests, self.tokens, self.cost, &self.credits, &self.activity)
    }

    /// The order in which repeats of one record are kept: what measures most goes last.
    pub fn amount_order(&self) -> (Option<u64>, Cost, Option<u64>) {
        (self.tokens().total(), self.cost(), self.requests())
    }

    /// Adds what another row of the same key measures. An error leaves it as it was.
    pub fn add(&mut self, more: &Self) -> Result<(), &'static str> {
        const TOO_MUCH: &str = "rows of one key whose sum is too large";
        let mut sum = self.clone();
        sum.requests = plus(self.requests, more.requests).ok_or(TOO_MUCH)?;
        for (count, more) in sum.tokens.iter_mut().zip(more.tokens) {
            *count = plus(*count, more).ok_or(TOO_MUCH)?;
        }
        for (amount, more) in sum.cost.iter_mut().zip(more.cost) {
            *amount = match (*amount, more) {
                (NO_AMOUNT, other) | (other, NO_AMOUNT) => other,
                (one, two) => one.checked_add(two).ok_or(TOO_MUCH)?,
            };
        }
        sum.credits = match (sum.credits.take(), more.credits.clone()) {
            (Some(one), Some(two)) if one.unit == two.unit => {
                let nanos = one.nanos.checked_add(two.nanos).ok_or(TOO_MUCH)?;
                Some(Box::new(Credits { nanos, ..*one }))
            }
            (Some(_), Some(_)) => return Err("rows of one key in different units"),
            (one, two) => one.or(two),
        };
        let mut activity = sum.activity();
        activity.add(&more.activity());
        sum.activity = (activity != Activity::default()).then(|| Box::new(activity));
        sum.flags.extend(more.flags);
        *self = sum;
        Ok(())
    }

    /// Sets what a table of prices says it costs.
    pub fn set_computed(&mut self, amount: Usd) {
        if let Ok(nanos) = i64::try_from(amount.0) {
            self.cost[3] = nanos;
        }
    }
}

/// The sum of two counts either of which may be unknown; `None` when it is over 10^15.
fn plus(one: u64, two: u64) -> Option<u64> {
    const LARGEST: u64 = 1_000_000_000_000_000;
    match (one, two) {
        (NO_COUNT, other) | (other, NO_COUNT) => Some(other),
        _ => one.checked_add(two).filter(|sum| *sum <= LARGEST),
    }
}

impl Draft {
    /// A row of which nothing is known but its place.
    pub fn new(position: u64) -> Self {
        Self {
            record_id: [0; 16],
            position,
            period: None,
            facets: Facets::default(),
            requests: None,
            tokens: TokenCounts::default(),
            cost: Cost::default(),
            credits: None,
            activity: Activity::default(),
            flags: Flags::default(),
        }
    }

    /// Whether it measures anything.
    pub fn has_measure(&self) -> bool {
        self.tokens.total().is_some()
            || self.requests.is_some()
            || !self.cost.is_unknown()
            || self.credits.is_some()
            || self.activity != Activity::default()
    }
}

impl Default for Facets {
    fn default() -> Self {
        Self {
            source_format: None,
            granularity: Granularity::Event,
            account: Account::default(),
            vendor: None,
            tool: None,
            surface: None,
            model: None,
            session_id: None,
            repo: None,
            cwd: None,
            branch: None,
            commit: None,
            checkpoint_id: None,
            workspace: None,
        }
    }
}

/// What a tool says it did. Lines here were written by a tool, not seen in git.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Activity {
    /// Sessions or threads.
    pub sessions: Option<u64>,
    /// Prompts, messages or turns of a person.
    pub prompts: Option<u64>,
    /// Lines that were suggested.
    pub lines_suggested: Option<u64>,
    /// Lines that were accepted or written.
    pub lines_added: Option<u64>,
    /// Lines that were removed.
    pub lines_removed: Option<u64>,
    /// Suggestions taken.
    pub accepts: Option<u64>,
    /// Suggestions turned down.
    pub rejects: Option<u64>,
    /// Commits made by the tool.
    pub commits: Option<u64>,
    /// Pull requests made by the tool.
    pub pull_requests: Option<u64>,
}

impl Activity {
    /// Adds what else the tool did.
    pub fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.sessions, more.sessions),
            (&mut self.prompts, more.prompts),
            (&mut self.lines_suggested, more.lines_suggested),
            (&mut self.lines_added, more.lines_added),
            (&mut self.lines_removed, more.lines_removed),
            (&mut self.accepts, more.accepts),
            (&mut self.rejects, more.rejects),
            (&mut self.commits, more.commits),
            (&mut self.pull_requests, more.pull_requests),
        ];
        for (sum, count) in pairs {
            *sum = total(&[*sum, count]);
        }
    }
}

/// The sum of the counts that are known; `None` when none is.
pub fn total(counts: &[Option<u64>]) -> Option<u64> {
    counts.iter().copied().flatten().reduce(u64::saturating_add)
}

/// A stretch of time, half-open. Both ends are rounded outwards to whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The first moment in it.
    pub start: Timestamp,
    /// The first moment after it; always later than `start`.
    pub end: Timestamp,
}

impl Period {
    /// The whole of one UTC day.
    pub fn of_day(day: UtcDay) -> Self {
        Self { start: day.start(), end: UtcDay(day.0.saturating_add(1)).start() }
    }

    /// The one UTC day it lies in, or `None` when it spans several.
    pub fn single_day(&self) -> Option<UtcDay> {
        let last = Timestamp(self.end.0 - 1).day();
        (self.start.day() == last).then_some(last)
    }
}

/// How fine a source counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// One request.
    Event,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A UTC day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// A session, however long.
    Session,
    /// Any other stretch.
    Range,
}

/// What kind of account consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// A person.
    User,
    /// A key, which may or may not be one person's.
    ApiKey,
    /// An account no person stands behind.
    ServiceAccount,
    /// A scheduled or triggered agent.
    Automation,
    /// The organisation as a whole.
    Organization,
    /// A person who is gone, without a name.
    DeletedUser,
    /// The source does not say.
    #[default]
    Unknown,
}

/// Whose consumption it is, as the source names them. All of it personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// What kind of account.
    pub kind: AccountKind,
    /// The address, trimmed and in lower case.
    pub email: Option<Untrusted>,
    /// The forge login, trimmed and in lower case.
    pub login: Option<Untrusted>,
    /// The vendor's opaque id.
    pub account_id: Option<Untrusted>,
    /// A name for people; it never joins anything.
    pub display_name: Option<Untrusted>,
    /// The name of the key.
    pub api_key_name: Option<Untrusted>,
    /// The vendor's id of the key.
    pub api_key_id: Option<Untrusted>,
    /// A principal of the cloud, such as an ARN of AWS.
    pub principal: Option<Untrusted>,
}

impl Account {
    /// A person known by an address.
    pub fn of_email(email: &str) -> Self {
        Self { kind: AccountKind::User, email: lower(email), ..Self::default() }
    }

    /// The strongest key the source gives, with its kind before it, or `None` when
    /// nothing in it can be joined.
    pub fn key(&self) -> Option<Vec<u8>> {
        let keys: [(&str, &Option<Untrusted>); 6] = [
            ("email:", &self.email),
            ("login:", &self.login),
            ("account:", &self.account_id),
            ("principal:", &self.principal),
            ("key:", &self.api_key_name),
            ("key_id:", &self.api_key_id),
        ];
        let (kind, value) = keys.iter().find_map(|(k, v)| Some((k, v.as_ref()?)))?;
        Some([kind.as_bytes(), value.bytes()].concat())
    }
}

/// Tokens by class. The classes are disjoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenCounts {
    /// Read by the model, neither from nor into the cache.
    pub input: Option<u64>,
    /// Read from the cache.
    pub cache_read: Option<u64>,
    /// Written to the cache.
    pub cache_write: Option<u64>,
    /// Written by the model, its reasoning included.
    pub output: Option<u64>,
    /// Read by the model, with an unknown share from the cache.
    pub input_unsplit: Option<u64>,
    /// Tokens of which only the sum is known.
    pub unclassified: Option<u64>,
    /// Of those written to the cache, what is kept there for an hour, which costs more.
    /// Part of [`Self::cache_write`], never added.
    pub cache_write_1h: Option<u64>,
    /// The sum the source prints, to check ours against. Never added.
    pub reported_total: Option<u64>,
}

impl TokenCounts {
    /// The sum of all classes, or `None` when none is known.
    pub fn total(&self) -> Option<u64> {
        let classes = [
            self.input,
            self.cache_read,
            self.cache_write,
            self.output,
            self.input_unsplit,
            self.unclassified,
        ];
        // Each count is below 10^15, so six of them cannot overflow.
        classes.into_iter().flatten().reduce(|total, count| total + count)
    }

    /// The classes of a prompt that should contain what came from the cache and went
    /// into it, and whether it does. One that is too small to is taken as it is. Where
    /// nothing is told of the cache, its share of the prompt is unknown.
    pub fn of_prompt(
        prompt: Option<u64>,
        cache_read: Option<u64>,
        cache_write: Option<u64>,
    ) -> (Self, bool) {
        let mut tokens = Self { cache_read, cache_write, ..Self::default() };
        if cache_read.is_none() && cache_write.is_none() {
            tokens.input_unsplit = prompt;
            return (tokens, true);
        }
        // Each count is below 10^15, so the two cannot overflow.
        let cached = cache_read.unwrap_or(0) + cache_write.unwrap_or(0);
        let rest = prompt.and_then(|prompt| prompt.checked_sub(cached));
        tokens.input = rest.or(prompt);
        (tokens, prompt.is_none() || rest.is_some())
    }

    /// Whether the source's own sum contradicts ours by more than 0.5 % and by more
    /// than two tokens: the cheapest sign that a vendor changed its meaning.
    pub fn contradicts_total(&self) -> bool {
        let (Some(total), Some(reported)) = (self.total(), self.reported_total) else {
            return false;
        };
        let off = total.abs_diff(reported);
        off > 2 && u128::from(off) * 200 > u128::from(reported)
    }
}

/// Sums of tokens by class, exact however many records there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenSums {
    /// Read by the model, neither from nor into the cache.
    pub input: Option<u128>,
    /// Read from the cache.
    pub cache_read: Option<u128>,
    /// Written to the cache.
    pub cache_write: Option<u128>,
    /// Written by the model.
    pub output: Option<u128>,
    /// Read by the model, with an unknown share from the cache.
    pub input_unsplit: Option<u128>,
    /// Tokens of which only the sum is known.
    pub unclassified: Option<u128>,
}

impl TokenSums {
    /// Adds the tokens of a record.
    pub fn add(&mut self, tokens: &TokenCounts) {
        let pairs = [
            (&mut self.input, tokens.input),
            (&mut self.cache_read, tokens.cache_read),
            (&mut self.cache_write, tokens.cache_write),
            (&mut self.output, tokens.output),
            (&mut self.input_unsplit, tokens.input_unsplit),
            (&mut self.unclassified, tokens.unclassified),
        ];
        for (sum, count) in pairs {
            if let Some(count) = count {
                *sum = Some(sum.unwrap_or(0) + u128::from(count));
            }
        }
    }

    /// The sum of all classes, or `None` when none is known.
    pub fn total(&self) -> Option<u128> {
        let classes = [
            self.input,
            self.cache_read,
            self.cache_write,
            self.output,
            self.input_unsplit,
            self.unclassified,
        ];
        classes.into_iter().flatten().reduce(|total, sum| total + sum)
    }
}

/// Money in US dollars, by what it means. The four are never added to each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// What the invoice gets.
    pub billed: Option<Usd>,
    /// What it would cost at list price.
    pub list: Option<Usd>,
    /// What the vendor or the tool reckons.
    pub estimated: Option<Usd>,
    /// Tokens times a table of prices.
    pub computed: Option<Usd>,
}

impl Cost {
    /// Whether no amount is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// Adds another amount of each meaning.
    pub fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.billed, more.billed),
            (&mut self.list, more.list),
            (&mut self.estimated, more.estimated),
            (&mut self.computed, more.computed),
        ];
        for (sum, amount) in pairs {
            if let Some(amount) = amount {
                *sum = Some(sum.unwrap_or(Usd::ZERO) + amount);
            }
        }
    }
}

/// An amount of a vendor's own unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credits {
    /// Billionths of one unit.
    pub nanos: i128,
    /// The unit: `github_ai_credit`, `cursor_request`, ….
    pub unit: Untrusted,
}

/// What else is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// The request failed or was stopped.
    Errored,
    /// Nothing was charged.
    Free,
    /// Paid for with the user's own key.
    Byok,
    /// Covered by a plan.
    Included,
    /// Nobody was watching: a cloud agent or an automation.
    Headless,
    /// Part of it was spent by subagents.
    Subagent,
    /// The tool chose the model.
    AutoModel,
    /// The whole organisation's.
    OrgLevel,
    /// Spread by a rule, not measured.
    Allocated,
    /// More pages followed that were not given.
    IncompletePage,
    /// The tokens are reckoned, not counted.
    EstimatedTokens,
    /// The source's own sum contradicts its parts.
    TotalMismatch,
    /// Its day is of a time zone the source does not name; UTC was taken.
    TzAssumed,
    /// The vendor may still revise it.
    Provisional,
}

/// All flags with their names in the normalised form.
pub const FLAGS: &[(&str, Flag)] = &[
    ("errored", Flag::Errored),
    ("free", Flag::Free),
    ("byok", Flag::Byok),
    ("included", Flag::Included),
    ("headless", Flag::Headless),
    ("subagent", Flag::Subagent),
    ("auto_model", Flag::AutoModel),
    ("org_level", Flag::OrgLevel),
    ("allocated", Flag::Allocated),
    ("incomplete_page", Flag::IncompletePage),
    ("estimated_tokens", Flag::EstimatedTokens),
    ("total_mismatch", Flag::TotalMismatch),
    ("tz_assumed", Flag::TzAssumed),
    ("provisional", Flag::Provisional),
];

/// A set of flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(u32);

impl Flags {
    /// Adds a flag.
    pub fn insert(&mut self, flag: Flag) {
        self.0 |= 1 << (flag as u32);
    }

    /// Adds a flag where it holds.
    pub fn insert_if(&mut self, holds: bool, flag: Flag) {
        if holds {
            self.insert(flag);
        }
    }

    /// Adds all flags of another set.
    pub fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether a flag is there.
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << (flag as u32)) != 0
    }

    /// The names of the flags that are there, in the order of [`FLAGS`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        FLAGS.iter().filter(move |(_, flag)| self.contains(*flag)).map(|(name, _)| *name)
    }
}

/// The id of a record: the hash of the parts that make it the same consumption. Each
/// part carries its length, so that no text in one can pass for another.
pub fn record_id(format: &str, parts: &[&str]) -> [u8; 16] {
    let mut recipe = format.to_owned();
    for part in parts {
        recipe.push_str(&format!("|{}:{part}", part.len()));
    }
    xxhash_rust::xxh3::xxh3_128(recipe.as_bytes()).to_be_bytes()
}

/// Text as it came, without white space around it; `None` when nothing is left.
pub fn text(value: &str) -> Option<Untrusted> {
    let value = value.trim();
    (!value.is_empty()).then(|| Untrusted::from(value))
}

/// Text in lower case without white space around it; `None` when nothing is left.
pub fn lower(value: &str) -> Option<Untrusted> {
    text(&value.to_lowercase())
}

/// The id of a tool: lower case, words joined by `_`: `Claude Code` is `claude_code`.
pub fn tool_id(name: &str) -> Option<Untrusted> {
    text(&name.trim().to_lowercase().replace([' ', '-'], "_"))
}

/// Who bills for a tool we know.
pub fn vendor_of_tool(tool: &Untrusted) -> Option<Untrusted> {
    let vendor = match tool.bytes() {
        b"claude_code" => "anthropic",
        b"codex" => "openai",
        b"copilot" | b"copilot_cli" => "github",
        b"cursor" => "cursor",
        b"gemini_cli" => "google",
        b"kiro" => "aws",
        b"amp" => "amp",
        b"droid" => "factory",
        b"kimi_cli" => "moonshot",
        _ => return None,
    };
    Some(Untrusted::from(vendor))
}

/// Who bills, by the name that gateways and telemetry give to a provider of models.
pub fn vendor_of_provider(provider: &str) -> Option<Untrusted> {
    let name = provider.trim().to_lowercase().replace(['-', ' '], "_");
    let vendor = match name.as_str() {
        "anthropic" | "anthropic_text" => "anthropic",
        "openai" | "text_completion_openai" => "openai",
        "aws"
        | "bedrock"
        | "bedrock_converse"
        | "aws.bedrock"
        | "amazon_bedrock"
        | "amazon"
        | "amazon_web_services"
        | "sagemaker" => "aws",
        "google" | "gemini" | "vertex_ai" | "vertex_ai_beta" | "vertexai"
        | "google_ai_studio" | "google_vertex" | "google_cloud" | "gcp.vertex_ai"
        | "gcp.gemini" | "gcp.gen_ai" => "google",
        "azure" | "azure_ai" | "azure_text" | "az.ai.openai" | "az.ai.inference"
        | "azure.ai.openai" | "azure.ai.inference" | "azure_openai" | "microsoft" => {
            "azure"
        }
        "github" | "github_copilot" => "github",
        _ => return lower(provider),
    };
    Some(Untrusted::from(vendor))
}

/// The tool behind a name that a client gives itself: of a program, or a user agent.
/// `None` for those we do not know.
pub fn tool_of_client(name: &str) -> Option<Untrusted> {
    const TOOLS: [(&str, &str); 11] = [
        ("claude-cli", "claude_code"),
        ("claude-code", "claude_code"),
        ("copilot-cli", "copilot_cli"),
        ("copilot", "copilot"),
        ("codex", "codex"),
        ("gemini-cli", "gemini_cli"),
        ("geminicli", "gemini_cli"),
        ("opencode", "opencode"),
        ("cursor", "cursor"),
        ("cline", "cline"),
        ("kiro", "kiro"),
    ];
    let name = name.trim().to_lowercase().replace([' ', '_'], "-");
    let known = TOOLS.iter().find(|(client, _)| name.contains(client));
    known.map(|(_, tool)| Untrusted::from(*tool))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_known_is_no_total_and_zero_known_is_a_total_of_zero() {
        let mut tokens = TokenCounts::default();
        assert_eq!(tokens.total(), None);
        tokens.input = Some(0);
        assert_eq!(tokens.total(), Some(0));
        tokens.reported_total = Some(9);
        assert_eq!(tokens.total(), Some(0));
    }

    #[test]
    fn a_total_is_contradicted_beyond_half_a_percent_and_two_tokens() {
        let tokens = |input, reported| TokenCounts {
            input: Some(input),
            reported_total: Some(reported),
            ..TokenCounts::default()
        };
        assert!(!tokens(12, 10).contradicts_total());
        assert!(tokens(13, 10).contradicts_total());
        assert!(!tokens(1_005, 1_000).contradicts_total());
        assert!(tokens(1_006, 1_000).contradicts_total());
    }

    #[test]
    fn no_text_in_one_part_of_an_id_passes_for_another() {
        assert_ne!(record_id("f", &["a|1:b"]), record_id("f", &["a", "b"]));
        assert_ne!(record_id("f", &["", "a"]), record_id("f", &["a", ""]));
    }

    #[test]
    fn an_account_is_known_by_its_strongest_key_and_never_by_a_display_name() {
        let mut account = Account { display_name: text("Ada"), ..Account::default() };
        assert_eq!(account.key(), None);
        account.api_key_name = text("ci");
        assert_eq!(account.key().unwrap(), b"key:ci");
        account.email = lower(" Ada.Okafor@Example.com ");
        assert_eq!(account.key().unwrap(), b"email:ada.okafor@example.com");
    }

    #[test]
    fn rows_of_one_key_are_added_up_and_unknown_stays_unknown() {
        let kept = |input, nanos: i128, unit| {
            let mut draft = Draft::new(1);
            draft.tokens.input = input;
            draft.cost.list = Some(Usd(nanos));
            draft.credits = Some(Credits { nanos, unit: Untrusted::from(unit) });
            draft.activity.accepts = input;
            UsageRecord::new("f", draft, Arc::default()).unwrap()
        };
        let mut sum = kept(Some(1), 5, "c");
        sum.add(&kept(None, 7, "c")).unwrap();
        sum.add(&kept(Some(2), -1, "c")).unwrap();
        assert_eq!((sum.tokens().input, sum.tokens().output), (Some(3), None));
        assert_eq!((sum.cost().list, sum.cost().billed), (Some(Usd(11)), None));
        assert_eq!((sum.credits().unwrap().nanos, sum.activity().accepts), (11, Some(3)));
        let before = sum.clone();
        assert!(sum.add(&kept(Some(1), 1, "other")).is_err());
        assert!(sum.add(&kept(Some(1_000_000_000_000_000), 1, "c")).is_err());
        assert_eq!(sum, before);
    }

    #[test]
    fn a_period_lies_in_one_day_up_to_midnight() {
        let day = UtcDay(20_000);
        assert_eq!(Period::of_day(day).single_day(), Some(day));
        let longer =
            Period { start: day.start(), end: Timestamp(day.start().0 + 86_401) };
        assert_eq!(longer.single_day(), None);
    }
}
