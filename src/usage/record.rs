//! One normalised row of an export, in units every vendor's rows share.

use std::collections::BTreeSet;

use crate::units::{Timestamp, Usd, UtcDay};
use crate::untrusted::Untrusted;

/// One row of an export: who spent how much, with which tool, when.
///
/// Token classes are disjoint and may be added. `None` is unknown, never zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageRecord {
    /// The same for the same consumption in any export of the same format: xxh3-128
    /// of what the format names as its key.
    pub record_id: [u8; 16],
    /// The format it was read as, one of [`super::FORMATS`].
    pub format: &'static str,
    /// The format it had before somebody normalised it, where it says so.
    pub source_format: Option<Untrusted>,
    /// Where it stands in its file: a 1-based line or record.
    pub position: u64,
    /// When, or `None` where the source does not say.
    pub period: Option<Period>,
    /// How fine the source counts.
    pub granularity: Granularity,
    /// Whose it is, as the source names them.
    pub account: Account,
    /// Who bills: `anthropic`, `cursor`, …, in lower case.
    pub vendor: Option<Untrusted>,
    /// The tool: `claude_code`, `cursor`, …, in lower case.
    pub tool: Option<Untrusted>,
    /// The model, as exported.
    pub model: Option<Untrusted>,
    /// The session, thread or cloud agent.
    pub session_id: Option<Untrusted>,
    /// The repository, as `owner/name` or URL.
    pub repo: Option<Untrusted>,
    /// The commit the tokens went to, in hex.
    pub commit: Option<Untrusted>,
    /// The checkpoint that a commit's trailer names.
    pub checkpoint_id: Option<Untrusted>,
    /// Billable calls of a model.
    pub requests: Option<u64>,
    /// Tokens by class.
    pub tokens: TokenCounts,
    /// Money, by what it means.
    pub cost: Cost,
    /// The vendor's own unit, where it has one.
    pub credits: Option<Credits>,
    /// What else is known.
    pub flags: BTreeSet<Flag>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
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
}

impl Account {
    /// A person known by an address.
    pub fn of_email(email: &str) -> Self {
        Self { kind: AccountKind::User, email: lower(email), ..Self::default() }
    }

    /// The strongest key the source gives, with its kind before it, or `None` when
    /// nothing in it can be joined.
    pub fn key(&self) -> Option<Vec<u8>> {
        let keys: [(&str, &Option<Untrusted>); 4] = [
            ("email:", &self.email),
            ("login:", &self.login),
            ("account:", &self.account_id),
            ("key:", &self.api_key_name),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
}

impl UsageRecord {
    /// A record of which nothing is known but its format and its place.
    pub fn new(format: &'static str, position: u64) -> Self {
        Self {
            record_id: [0; 16],
            format,
            source_format: None,
            position,
            period: None,
            granularity: Granularity::Event,
            account: Account::default(),
            vendor: None,
            tool: None,
            model: None,
            session_id: None,
            repo: None,
            commit: None,
            checkpoint_id: None,
            requests: None,
            tokens: TokenCounts::default(),
            cost: Cost::default(),
            credits: None,
            flags: BTreeSet::new(),
        }
    }

    /// What it measures, apart from who, when and with what.
    pub fn measures(&self) -> (Option<u64>, &TokenCounts, &Cost, Option<&Credits>) {
        (self.requests, &self.tokens, &self.cost, self.credits.as_ref())
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
        _ => return None,
    };
    Some(Untrusted::from(vendor))
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
    fn a_period_lies_in_one_day_up_to_midnight() {
        let day = UtcDay(20_000);
        assert_eq!(Period::of_day(day).single_day(), Some(day));
        let longer =
            Period { start: day.start(), end: Timestamp(day.start().0 + 86_401) };
        assert_eq!(longer.single_day(), None);
    }
}
