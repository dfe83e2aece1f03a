//! One normalised row of an export, in units every vendor's rows share.

use std::sync::Arc;

use crate::units::{Timestamp, Usd, UtcDay};
use crate::untrusted::Untrusted;

mod amounts;
mod flags;
mod names;

pub use amounts::{Activity, Cost, Credits, TokenCounts, TokenSums, total};
pub use flags::{FLAGS, Flag, Flags};
pub use names::{tool_of_client, vendor_of_provider, vendor_of_tool};

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
