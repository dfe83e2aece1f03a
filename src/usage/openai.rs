//! Exports of OpenAI: the usage and cost of an organisation, Codex for enterprises.
//!
//! Fields as in `openai/openai-openapi`. The input counts what the cache was read for
//! and written with; buckets are half-open, in seconds since 1970.

use super::Parsed;
use super::dates::DateBounds;
use super::framing::Sample;
use super::json::Object;
use super::record::{Account, AccountKind, Draft, Flag, Granularity, Period, record_id};
use super::rows::{Cells, Pages, divide_input};
use crate::untrusted::Untrusted;

pub mod codex_enterprise_usage;
pub mod completions_csv;
pub mod costs;
pub mod organization_users;
pub mod usage_completions;

const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

/// Whether the rows of one of the first pages mention a word. All of them are looked
/// through: the first hours of a day may be buckets without results.
fn mentions(sample: Sample<'_>, word: &str) -> bool {
    sample.any_object(|page| {
        page.get("data").is_some_and(|rows| {
            memchr::memmem::find(rows.get().as_bytes(), word.as_bytes()).is_some()
        })
    })
}

/// The period of a bucket.
fn period_of(
    bucket: &Object<'_>,
    bounds: &DateBounds,
) -> Result<(Period, Granularity), &'static str> {
    let start = bucket.text("start_time")?.ok_or("a bucket without start_time")?;
    let end = bucket.text("end_time")?.ok_or("a bucket without end_time")?;
    // The end is exclusive, so it may lie a day beyond the last day allowed.
    bounds.between(bounds.epoch(&start)?, DateBounds::default().epoch(&end)?)
}

/// What names who and where in a row of usage or cost, as far as it was grouped by it.
#[derive(Debug, Clone, Default)]
struct Dimensions {
    project: String,
    user: String,
    key: String,
    model: String,
}

impl Dimensions {
    /// Fills in whose a row is. A key whose owner is not told may be one person's; what
    /// names neither is the organisation's.
    fn fill(&self, draft: &mut Draft) {
        let text = super::record::text;
        draft.facets.vendor = Some(Untrusted::from("openai"));
        draft.facets.workspace = text(&self.project);
        draft.facets.model = text(&self.model);
        let mut account = Account {
            account_id: text(&self.user),
            api_key_id: text(&self.key),
            ..Account::default()
        };
        account.kind = match (&account.account_id, &account.api_key_id) {
            (Some(_), _) => AccountKind::User,
            (None, Some(_)) => AccountKind::ApiKey,
            (None, None) => AccountKind::Organization,
        };
        draft.flags.insert_if(account.kind == AccountKind::Organization, Flag::OrgLevel);
        draft.facets.account = account;
    }
}

/// Tokens as the API and the CSV count them.
#[derive(Debug, Clone, Copy)]
struct Counts {
    input: Option<u64>,
    cached: Option<u64>,
    cache_write: Option<u64>,
    uncached: Option<u64>,
    output: Option<u64>,
}

impl Counts {
    /// Fills in the classes. The sum of the input is trusted before its parts, which
    /// older exports lack.
    fn fill(
        self,
        draft: &mut Draft,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), &'static str> {
        let Self { input, cached, cache_write, uncached, output } = self;
        let tokens = &mut draft.tokens;
        tokens.output = output;
        if uncached.is_some() && (input.is_none() || cached.is_none()) {
            (tokens.input, tokens.cache_read) = (uncached, cached);
            tokens.cache_write = cache_write;
        } else {
            let at = (draft.position, parsed);
            divide_input(tokens, input, cached, cache_write, at);
        }
        tokens.reported_total = input.zip(output).map(|(input, output)| input + output);
        tokens.total().map(|_| ()).ok_or("a row without token counts")
    }
}

/// The id of a row: its bucket and everything it is grouped by.
fn id_of(
    format: &str,
    period: Option<Period>,
    dimensions: &Dimensions,
    more: &[&str],
) -> [u8; 16] {
    let edge = |edge: Option<i64>| edge.map(|at| at.to_string()).unwrap_or_default();
    let start = edge(period.map(|period| period.start.0));
    let end = edge(period.map(|period| period.end.0));
    let Dimensions { project, user, key, model } = dimensions;
    let mut parts: Vec<&str> = vec![&start, &end, project, user, key, model];
    parts.extend(more);
    record_id(format, &parts)
}

/// How a row of a table names its period: as moments, or as seconds since 1970, which
/// spreadsheets round.
fn period_of_cells(
    cells: &Cells<'_>,
    bounds: &DateBounds,
) -> Result<(Period, Granularity), &'static str> {
    let any = DateBounds::default();
    let start = match cells.get("start_time_iso") {
        "" => bounds.epoch(cells.get("start_time"))?,
        iso => bounds.moment(iso)?,
    };
    let end = match cells.get("end_time_iso") {
        "" => any.epoch(cells.get("end_time"))?,
        iso => any.moment(iso)?,
    };
    bounds.between(start, end)
}
