//! Bytes of a usage export → records, each with its place, and what was rejected.
//!
//! What the exports of all vendors share is below: framing, numbers, dates, the ledger.
//! What one vendor does differently stands in the file of its format, and only there.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Arc;

use crate::error::Error;
use crate::problem::{GapKind, Gaps};
use crate::units::{Timestamp, UtcDay, len_to_u64};
use crate::untrusted::Untrusted;

pub mod numbers;
pub mod dates;
pub mod record;
pub mod feed;
pub mod json;
pub mod table;
pub mod framing;
pub mod rows;
pub mod unpack;
pub mod anthropic;
pub mod cursor;
pub mod github;
pub mod vendors;
pub mod openai;
pub mod entire;
pub mod local;
pub mod otel;
pub mod gateways;
pub mod focus;
pub mod generic;
pub mod precedence;
pub mod prices;
pub mod ledger;

pub use dates::DateBounds;
pub use framing::{Sample, Source};
pub use ledger::{Entry, Kept, Ledger, Party, Settled, settle, settle_as};
pub use record::{
    Account, AccountKind, Activity, Cost, Credits, Draft, Facets, Flag, Flags,
    Granularity, Period, TokenCounts, TokenSums, UsageRecord,
};

use feed::Feed;
use framing::Refusal;
use json::{Object, Values};
use table::{Head, Table};

/// A format of usage exports.
#[derive(Debug)]
pub struct Format {
    /// The name taken by `--usage-format`.
    pub name: &'static str,
    /// How well it is looked after: 1 best, 3 least.
    pub tier: u8,
    /// What it is and where people get it.
    pub about: &'static str,
    /// Tells by its beginning whether an export is of this format.
    pub recognizes: fn(Sample<'_>) -> bool,
    /// Reads a whole export. Never fails: what it cannot read, it rejects.
    pub parse: fn(&mut Source<'_>, &Context<'_>, &mut Parsed<'_>),
}

/// Every supported format, most specific first: the first that recognizes an export
/// reads it. To add one, add a file, a row, a place in [`precedence::PRECEDENCE`], and a
/// folder in `fixtures/usage/`.
pub static FORMATS: &[&Format] = &[
    // Anthropic.
    &anthropic::claude_code_analytics::FORMAT,
    &anthropic::spend_report_csv::FORMAT,
    &anthropic::console_tokens_csv::FORMAT,
    &anthropic::console_cost_csv::FORMAT,
    &anthropic::claude_code_team_csv::FORMAT,
    &anthropic::enterprise_user_usage::FORMAT,
    &anthropic::enterprise_user_cost::FORMAT,
    &anthropic::enterprise_usage::FORMAT,
    &anthropic::enterprise_cost::FORMAT,
    &anthropic::messages_usage::FORMAT,
    &anthropic::cost_report::FORMAT,
    &anthropic::analytics_usage_v2::FORMAT,
    &anthropic::analytics_cost_v2::FORMAT,
    &anthropic::enterprise_users::FORMAT,
    &anthropic::organization_users::FORMAT,
    // Logs of Claude Code, and reports of tools that read logs.
    &local::claude_transcript::FORMAT,
    &local::ccusage::FORMAT,
    &local::codeburn::FORMAT,
    // Cursor, GitHub, and the vendors of whom we know one or two reports.
    &cursor::usage_csv::FORMAT,
    &cursor::filtered_usage_events::FORMAT,
    &cursor::spend::FORMAT,
    &cursor::daily_usage::FORMAT,
    &cursor::ai_code_commits::FORMAT,
    &cursor::ai_code_changes::FORMAT,
    &github::ai_usage_report::FORMAT,
    &github::premium_requests::FORMAT,
    &github::copilot_users::DAYS_28,
    &github::copilot_users::DAY,
    &github::usage_items::FORMAT,
    &github::usage_report::FORMAT,
    &github::org_report::FORMAT,
    &github::seats::FORMAT,
    &github::copilot_cli_events::FORMAT,
    &github::copilot_cli_otel::FORMAT,
    &vendors::windsurf_consumption::FORMAT,
    &vendors::windsurf_users::FORMAT,
    &vendors::windsurf_cascade::FORMAT,
    &vendors::kiro::FORMAT,
    &vendors::amazon_q::FORMAT,
    &vendors::devin::FORMAT,
    &vendors::code_assist::FORMAT,
    // OpenAI.
    &openai::codex_enterprise_usage::FORMAT,
    &openai::usage_completions::FORMAT,
    &openai::costs::FORMAT,
    &openai::completions_csv::FORMAT,
    &openai::organization_users::FORMAT,
    // Logs of tools on one machine.
    &local::codex_rollout::FORMAT,
    &local::codex_exec::FORMAT,
    &local::gemini_cli::FORMAT,
    &local::opencode::FORMAT,
    &local::amp::FORMAT,
    &local::droid::FORMAT,
    &local::qwen::FORMAT,
    &local::cline_cli::FORMAT,
    &local::cline_vscode::FORMAT,
    &local::kimi::FORMAT,
    &entire::FORMAT,
    // OpenTelemetry, gateways and clouds.
    &otel::claude_code::FORMAT,
    &otel::codex::FORMAT,
    &otel::gemini_cli::FORMAT,
    &otel::genai::FORMAT,
    &gateways::litellm_spend_logs::FORMAT,
    &gateways::litellm_daily::USER_SPEND,
    &gateways::litellm_daily::ACTIVITY,
    &gateways::openrouter::GENERATIONS,
    &gateways::openrouter::DAILY,
    &gateways::openrouter::ACTIVITY,
    &gateways::bedrock::FORMAT,
    &gateways::langfuse::FORMAT,
    &gateways::helicone::FORMAT,
    &gateways::portkey::FORMAT,
    &gateways::vercel::FORMAT,
    &gateways::azure::FORMAT,
    &gateways::deepseek::FORMAT,
    &focus::FORMAT,
    &generic::FORMAT,
];

/// What is known of an export beside its content.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'c> {
    /// The days a record may begin on.
    pub bounds: DateBounds,
    /// The name of the file without its folders; never more than a hint.
    pub file_name: &'c str,
    /// The period of rows that have none: what the user said, else what the file is
    /// called after.
    pub period: Option<Period>,
    /// When the file was changed last, where it is a file: the time of logs that have
    /// none.
    pub modified: Option<Timestamp>,
    /// The address of the person whose file it is, for formats that name nobody.
    pub owner: Option<&'c str>,
}

/// What a format made of an export.
#[derive(Debug)]
pub struct Parsed<'c> {
    format: &'static str,
    owner: Option<&'c str>,
    /// What could be read.
    pub records: Vec<UsageRecord>,
    /// How many records could not.
    pub n_rejected: u64,
    /// What is to be said of both: why → how many, and the position of the first.
    counted: BTreeMap<(GapKind, &'static str), (u64, u64)>,
    /// Members of an organisation, where it is a list of them.
    pub members: Vec<Account>,
    facets: HashMap<Arc<Facets>, ()>,
    last_facets: Option<Arc<Facets>>,
}

impl<'c> Parsed<'c> {
    /// Nothing read yet, of an export of this format.
    pub fn new(format: &'static str, context: &Context<'c>) -> Self {
        Self {
            format,
            owner: context.owner,
            records: Vec::new(),
            n_rejected: 0,
            counted: BTreeMap::new(),
            members: Vec::new(),
            facets: HashMap::new(),
            last_facets: None,
        }
    }

    /// Adds a record, or what stands where one should. A record whose own sum
    /// contradicts its parts is kept, and said so.
    pub fn push(&mut self, position: u64, draft: Result<Draft, &'static str>) {
        self.push_as(self.format, position, draft);
    }

    /// The same for exports in which records of several formats stand side by side.
    pub fn push_as(
        &mut self,
        format: &'static str,
        position: u64,
        draft: Result<Draft, &'static str>,
    ) {
        let record = draft.and_then(|draft| self.keep(format, draft));
        match record {
            Ok(record) => self.records.push(record),
            Err(why) => self.reject(position, why),
        }
    }

    /// Counts a record that cannot be read.
    pub fn reject(&mut self, position: u64, why: &'static str) {
        self.n_rejected += 1;
        self.remark(GapKind::UsageRecord, position, why);
    }

    /// Says something of what was read.
    pub fn remark(&mut self, kind: GapKind, position: u64, why: &'static str) {
        let known = self.counted.entry((kind, why)).or_insert((0, position));
        *known = (known.0 + 1, known.1.min(position));
    }

    /// How many records and members could be read.
    fn n_read(&self) -> u64 {
        len_to_u64(self.records.len() + self.members.len())
    }

    fn keep(
        &mut self,
        format: &'static str,
        mut draft: Draft,
    ) -> Result<UsageRecord, &'static str> {
        if draft.tokens.contradicts_total() {
            draft.flags.insert(Flag::TotalMismatch);
            let why = "the sum of the tokens is not the total the export gives";
            self.remark(GapKind::TokenMismatch, draft.position, why);
        }
        let account = &mut draft.facets.account;
        if let Some(owner) = self.owner
            && account.kind == AccountKind::Unknown
            && account.key().is_none()
        {
            *account = Account::of_email(owner);
        }
        let facets = self.shared(std::mem::take(&mut draft.facets));
        UsageRecord::new(format, draft, facets)
    }

    /// The one copy of these facets.
    fn shared(&mut self, facets: Facets) -> Arc<Facets> {
        if let Some(last) = self.last_facets.as_ref().filter(|last| ***last == facets) {
            return Arc::clone(last);
        }
        let shared = match self.facets.get_key_value(&facets) {
            Some((known, ())) => Arc::clone(known),
            None => {
                let new = Arc::new(facets);
                self.facets.insert(Arc::clone(&new), ());
                new
            }
        };
        self.last_facets = Some(Arc::clone(&shared));
        shared
    }
}

/// One export, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The name it was given under.
    pub file: Untrusted,
    /// The name of its format; [`EMPTY`] when it has no records to tell by.
    pub format: &'static str,
    /// How well the format is looked after, 1 to 3; 0 for [`EMPTY`].
    pub tier: u8,
    /// Its records, in its order.
    pub records: Vec<UsageRecord>,
    /// How many records could not be read.
    pub n_rejected: u64,
    /// Why, and all else that was left out, counted by reason.
    pub gaps: Gaps,
    /// Members of an organisation, where it is a list of them.
    pub members: Vec<Account>,
}

/// The format of a page without records, which every API writes alike.
pub const EMPTY: &str = "empty";

/// How exports are to be read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The format to read it as; `None` to tell from the content.
    pub format: Option<&'static Format>,
    /// Columns of a foreign table and the fields of the generic format they hold.
    pub column_map: Vec<(String, String)>,
    /// The last day a record may begin on: two days after today, say. `None` for any.
    pub latest: Option<UtcDay>,
    /// The period of rows that have none, before what the file is called after.
    pub period: Option<Period>,
    /// Whose the files are that name nobody.
    pub owner: Option<String>,
}

/// Returns the format of this name, as taken by `--usage-format`.
pub fn format_named(name: &str) -> Result<&'static Format, Error> {
    FORMATS.iter().copied().find(|format| format.name == name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        let hint = format!("name one of: {}", names.join(", "));
        Error::usage(
            "E-FORMAT",
            "cannot choose a usage format",
            "there is no such one",
            &hint,
        )
    })
}

/// Reads one export. What cannot be read of it is rejected and counted; an error is
/// what holds no record at all that could be read, or mostly damage.
pub fn read_export(
    name: &Untrusted,
    reader: impl Read,
    options: &ReadOptions,
) -> Result<Export, Error> {
    read_file(&File { name, modified: None }, reader, options)
}

/// What is known of a file beside its content.
#[derive(Debug, Clone, Copy)]
pub struct File<'f> {
    /// Its name, for messages and for the dates in it.
    pub name: &'f Untrusted,
    /// When it was changed last.
    pub modified: Option<Timestamp>,
}

/// Reads one export with what is known of its file.
pub fn read_file(
    file: &File<'_>,
    reader: impl Read,
    options: &ReadOptions,
) -> Result<Export, Error> {
    let at = |error: Error| error.at(file.name.clone());
    let refuse = |refusal: Refusal| at(unreadable(refusal.why, refusal.hint));
    let feed = framing::decode(Feed::new(reader)).map_err(refuse)?;
    let Some((format, mut source)) = choose(feed, options).map_err(at)? else {
        return Ok(empty_export(file.name));
    };
    // In an archive the path stands before the name.
    let name = file.name.bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let file_name = String::from_utf8_lossy(name);
    let context = Context {
        bounds: DateBounds { latest: options.latest },
        file_name: &file_name,
        period: options.period.or_else(|| dates::period_in_name(&file_name)),
        modified: file.modified,
        owner: options.owner.as_deref(),
    };
    let mut parsed = Parsed::new(format.name, &context);
    (format.parse)(&mut source, &context, &mut parsed);
    if let Some(why) = source.fault() {
        parsed.reject(0, why);
    }
    if parsed.n_rejected > parsed.n_read() {
        return Err(at(mostly_damage(format, &parsed)));
    }
    Ok(Export::new(file.name, format, parsed))
}

impl Export {
    fn new(file: &Untrusted, format: &Format, parsed: Parsed<'_>) -> Self {
        let mut gaps = Gaps::default();
        for ((kind, why), (count, first)) in parsed.counted {
            gaps.add_many(kind, why, &place(file, first), count);
        }
        Self {
            file: file.clone(),
            format: format.name,
            tier: format.tier,
            records: parsed.records,
            n_rejected: parsed.n_rejected,
            gaps,
            members: parsed.members,
        }
    }

    /// The tokens of all its records, by class; `None` where no record gives any.
    pub fn tokens(&self) -> TokenSums {
        let mut sums = TokenSums::default();
        for record in &self.records {
            sums.add(&record.tokens());
        }
        sums
    }

    /// The money of all its records, by meaning; `None` where no record gives any.
    pub fn cost(&self) -> Cost {
        let mut sum = Cost::default();
        for record in &self.records {
            sum.add(&record.cost());
        }
        sum
    }

    /// The vendors' own units of all its records, in billionths, by unit.
    pub fn credits(&self) -> BTreeMap<Untrusted, i128> {
        let mut sums = BTreeMap::new();
        for credits in self.records.iter().filter_map(UsageRecord::credits) {
            *sums.entry(credits.unit.clone()).or_insert(0) += credits.nanos;
        }
        sums
    }

    /// From the first to the last moment of its records; `None` without dates.
    pub fn period(&self) -> Option<Period> {
        let periods = self.records.iter().filter_map(|record| record.period);
        periods.reduce(|all, one| Period {
            start: all.start.min(one.start),
            end: all.end.max(one.end),
        })
    }

    /// How many accounts its records name.
    pub fn n_accounts(&self) -> usize {
        let keys = self.records.iter().filter_map(|record| record.facets.account.key());
        keys.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// A place in an export, for messages: `name:position`.
pub(crate) fn place(file: &Untrusted, position: u64) -> Vec<u8> {
    [file.bytes(), format!(":{position}").as_bytes()].concat()
}

/// Chooses the format, and among the places where a header may stand the one it
/// knows. `None` means an export without records.
fn choose<'a>(
    mut feed: Feed<'a>,
    options: &ReadOptions,
) -> Result<Option<(&'static Format, Source<'a>)>, Error> {
    const HEAD: usize = 6 << 20;
    if framing::is_json(feed.ahead(HEAD)) {
        return choose_values(Values::new(feed), options);
    }
    let heads = Head::candidates(feed.window());
    let known = heads.iter().find_map(|head| {
        let sample = Sample::Table(head);
        let format = candidates(options).find(|format| (format.recognizes)(sample))?;
        Some((format, head.clone()))
    });
    let (format, head) = match known {
        Some(known) => known,
        None => (&generic::FORMAT, choose_by_map(heads, options)?),
    };
    if let Some(why) = head.fault() {
        return Err(unreadable(why, "export it again, or mend its header"));
    }
    Ok(Some((format, Source::Table(Box::new(Table::new(head, feed))))))
}

fn choose_values<'a>(
    mut values: Values<'a>,
    options: &ReadOptions,
) -> Result<Option<(&'static Format, Source<'a>)>, Error> {
    let sample = values.sample();
    let objects: Vec<Object<'_>> =
        sample.iter().filter_map(|text| Object::parse(text).ok()).collect();
    let refusal = framing::refuse_saved_answer(&objects);
    refusal.map_err(|refusal| unreadable(refusal.why, refusal.hint))?;
    let known = candidates(options)
        .find(|format| (format.recognizes)(Sample::Values(objects.as_slice())));
    match known {
        Some(format) => Ok(Some((format, Source::Values(values)))),
        None if sample.is_empty() && values.next().is_none() => Ok(None),
        None if !sample.is_empty()
            && objects.iter().all(is_empty_page)
            && objects.len() == sample.len() =>
        {
            Ok(None)
        }
        None => Err(unknown_format(false, options.format)),
    }
}

/// The formats that come into question.
fn candidates(options: &ReadOptions) -> impl Iterator<Item = &'static Format> + use<> {
    let forced = options.format;
    FORMATS.iter().copied().filter(move |f| forced.is_none_or(|w| w.name == f.name))
}

/// Reads a foreign table by the names the user gave to its columns.
fn choose_by_map(heads: Vec<Head>, options: &ReadOptions) -> Result<Head, Error> {
    let generic = options.format.is_none_or(|format| format.name == generic::FORMAT.name);
    if options.column_map.is_empty() || !generic {
        return Err(unknown_format(true, options.format));
    }
    let mut fault = None;
    for head in heads {
        match generic::map_columns(head, &options.column_map) {
            Ok(head) => return Ok(head),
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    Err(fault.unwrap_or_else(|| unknown_format(true, options.format)))
}

/// Whether it is a page without rows, or of buckets without any.
fn is_empty_page(page: &Object<'_>) -> bool {
    const ROWS: [&str; 4] = ["data", "usageEvents", "items", "results"];
    let is_empty = |of: &Object<'_>, rows: &str| {
        of.has(rows) && of.array(rows).is_ok_and(|rows| rows.is_empty())
    };
    let holds_nothing = |bucket: &serde_json::value::RawValue| {
        Object::parse(bucket.get()).is_ok_and(|bucket| is_empty(&bucket, "results"))
    };
    ROWS.iter().any(|rows| is_empty(page, rows))
        || (page.has("data")
            && page.array("data").is_ok_and(|rows| rows.into_iter().all(holds_nothing)))
}

fn empty_export(name: &Untrusted) -> Export {
    Export {
        file: name.clone(),
        format: EMPTY,
        tier: 0,
        records: Vec::new(),
        n_rejected: 0,
        gaps: Gaps::default(),
        members: Vec::new(),
    }
}

fn unreadable(why: &str, hint: &str) -> Error {
    Error::input("E-USAGE", "cannot read the usage export", why, hint)
}

fn unknown_format(is_table: bool, forced: Option<&Format>) -> Error {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    let why = match forced {
        Some(format) => format!("it is not {}", format.name),
        None if is_table => "its columns are those of no known format".to_owned(),
        None => "its fields are those of no known format".to_owned(),
    };
    let hint = if is_table {
        "name its columns with --map COLUMN=FIELD,... (date, email, tool, total_tokens, \
         cost_usd, ...)"
            .to_owned()
    } else {
        format!(
            "known are {}; or write it as CSV and name its columns with --map",
            names.join(", ")
        )
    };
    unreadable(&why, &hint)
}

fn mostly_damage(format: &Format, parsed: &Parsed<'_>) -> Error {
    let rejected =
        parsed.counted.iter().filter(|((kind, _), _)| *kind == GapKind::UsageRecord);
    let first = rejected.min_by_key(|(_, (_, first))| *first);
    let (why_first, position) =
        first.map_or(("", 0), |((_, why), (_, first))| (*why, *first));
    let n_read = parsed.n_read();
    let why = match n_read {
        0 => format!(
            "none of its {} records as {} can be read; the first, at {position}, is {why_first}",
            parsed.n_rejected, format.name
        ),
        _ => format!(
            "of its records as {} only {n_read} can be read and {} cannot; the first of them, \
             at {position}, is {why_first}",
            format.name, parsed.n_rejected
        ),
    };
    unreadable(&why, "export it again, or choose the format with --usage-format")
}

#[cfg(test)]
mod tests;
