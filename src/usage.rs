//! Bytes of a usage export → records, each with its place, and what was rejected.
//!
//! What the exports of all vendors share is below: framing, numbers, dates, the ledger.
//! What one vendor does differently stands in the file of its format, and only there.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::problem::{GapKind, Gaps};
use crate::units::{Usd, UtcDay};
use crate::untrusted::Untrusted;

pub mod numbers;
pub mod dates;
pub mod record;
pub mod json;
pub mod table;
pub mod framing;
pub mod claude_code_analytics;
pub mod cursor_csv;
pub mod entire;
pub mod generic;
pub mod precedence;
pub mod ledger;

pub use dates::DateBounds;
pub use framing::Source;
pub use ledger::{Entry, Kept, Ledger, Party, Settled, settle, settle_as};
pub use record::{
    Account, AccountKind, Cost, Credits, Flag, Granularity, Period, TokenCounts,
    UsageRecord,
};

use framing::Refusal;
use json::Values;
use table::Table;

/// A format of usage exports.
#[derive(Debug)]
pub struct Format {
    /// The name taken by `--usage-format`.
    pub name: &'static str,
    /// How well it is looked after: 1 best, 3 least.
    pub tier: u8,
    /// What it is and where people get it.
    pub about: &'static str,
    /// Tells whether an export is of this format.
    pub recognizes: fn(&Source<'_>) -> bool,
    /// Reads a whole export. Never fails: what it cannot read, it rejects.
    pub parse: fn(&Source<'_>, &DateBounds) -> Parsed,
}

/// Every supported format, most specific first: the first that recognizes an export
/// reads it. To add one, add a file, a row, and a folder in `fixtures/usage/`.
pub static FORMATS: &[&Format] = &[
    &cursor_csv::FORMAT,
    &claude_code_analytics::FORMAT,
    &entire::FORMAT,
    &generic::FORMAT,
];

/// What a format made of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// What could be read.
    pub records: Vec<UsageRecord>,
    /// What could not.
    pub rejected: Vec<Rejected>,
    /// What is to be said about records that were read.
    pub remarks: Vec<Remark>,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejected {
    /// Its 1-based line or record.
    pub position: u64,
    /// Why, in words of ours: never text of the export.
    pub why: &'static str,
}

/// Something to be said about a record that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What kind of thing.
    pub kind: GapKind,
    /// Its 1-based line or record.
    pub position: u64,
    /// What, in words of ours.
    pub why: &'static str,
}

impl Parsed {
    /// Adds a record, or what stands where one should. A record whose own sum
    /// contradicts its parts is kept, and said so.
    pub fn push(&mut self, position: u64, record: Result<UsageRecord, &'static str>) {
        match record {
            Ok(mut record) => {
                if record.tokens.contradicts_total() {
                    record.flags.insert(Flag::TotalMismatch);
                    let why = "the sum of the tokens is not the total the export gives";
                    self.remark(GapKind::TokenMismatch, position, why);
                }
                self.records.push(record);
            }
            Err(why) => self.rejected.push(Rejected { position, why }),
        }
    }

    /// Adds a remark.
    pub fn remark(&mut self, kind: GapKind, position: u64, why: &'static str) {
        self.remarks.push(Remark { kind, position, why });
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
    /// What was rejected, in its order.
    pub rejected: Vec<Rejected>,
    /// The same and all else that was left out, counted by reason.
    pub gaps: Gaps,
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
/// what holds no record at all that could be read.
pub fn read_export(
    name: &Untrusted,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<Export, Error> {
    let refuse =
        |refusal: Refusal| unreadable(refusal.why, refusal.hint).at(name.clone());
    let text = framing::decode(bytes).map_err(refuse)?;
    let sources = if framing::is_json(&text) {
        let values = Values::split(&text);
        framing::refuse_saved_answer(&values).map_err(refuse)?;
        vec![Source::Values(values)]
    } else {
        Table::candidates(&text).into_iter().map(Source::Table).collect()
    };
    let (format, source) =
        choose(sources, options).map_err(|error| error.at(name.clone()))?;
    let Some(format) = format else { return Ok(empty_export(name)) };
    let parsed = (format.parse)(&source, &DateBounds { latest: options.latest });
    if parsed.records.is_empty() && !parsed.rejected.is_empty() {
        return Err(all_rejected(format, &parsed).at(name.clone()));
    }
    Ok(Export::new(name, format, parsed))
}

impl Export {
    fn new(file: &Untrusted, format: &Format, parsed: Parsed) -> Self {
        let mut gaps = Gaps::default();
        let rejected = parsed.rejected.iter();
        let rejected = rejected.map(|r| (GapKind::UsageRecord, r.why, r.position));
        let remarks = parsed.remarks.iter().map(|r| (r.kind, r.why, r.position));
        let mut counted: BTreeMap<(GapKind, &str), (u64, u64)> = BTreeMap::new();
        for (kind, why, position) in rejected.chain(remarks) {
            let known = counted.entry((kind, why)).or_insert((0, position));
            *known = (known.0 + 1, known.1.min(position));
        }
        for ((kind, why), (count, first)) in counted {
            gaps.add_many(kind, why, &place(file, first), count);
        }
        Self {
            file: file.clone(),
            format: format.name,
            tier: format.tier,
            records: parsed.records,
            rejected: parsed.rejected,
            gaps,
        }
    }

    /// The tokens of all its records, by class; `None` where no record gives any.
    pub fn tokens(&self) -> TokenCounts {
        let sum = |class: fn(&TokenCounts) -> Option<u64>| {
            let known = self.records.iter().filter_map(|record| class(&record.tokens));
            known.reduce(u64::saturating_add)
        };
        TokenCounts {
            input: sum(|tokens| tokens.input),
            cache_read: sum(|tokens| tokens.cache_read),
            cache_write: sum(|tokens| tokens.cache_write),
            output: sum(|tokens| tokens.output),
            input_unsplit: sum(|tokens| tokens.input_unsplit),
            unclassified: sum(|tokens| tokens.unclassified),
            reported_total: sum(|tokens| tokens.reported_total),
        }
    }

    /// The money of all its records, by meaning; `None` where no record gives any.
    pub fn cost(&self) -> Cost {
        let sum = |meaning: fn(&Cost) -> Option<Usd>| {
            let known = self.records.iter().filter_map(|record| meaning(&record.cost));
            known.reduce(|total, amount| total + amount)
        };
        Cost {
            billed: sum(|cost| cost.billed),
            list: sum(|cost| cost.list),
            estimated: sum(|cost| cost.estimated),
            computed: sum(|cost| cost.computed),
        }
    }

    /// The vendors' own units of all its records, in billionths, by unit.
    pub fn credits(&self) -> BTreeMap<Untrusted, i128> {
        let mut sums = BTreeMap::new();
        for credits in self.records.iter().filter_map(|record| record.credits.as_ref()) {
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
        let keys = self.records.iter().filter_map(|record| record.account.key());
        keys.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// A place in an export, for messages: `name:position`.
pub(crate) fn place(file: &Untrusted, position: u64) -> Vec<u8> {
    [file.bytes(), format!(":{position}").as_bytes()].concat()
}

/// Chooses the format, and among the places where a header may stand the one it
/// knows. No format means an export without records.
fn choose<'a>(
    sources: Vec<Source<'a>>,
    options: &ReadOptions,
) -> Result<(Option<&'static Format>, Source<'a>), Error> {
    let forced = options.format;
    let formats = || {
        FORMATS.iter().copied().filter(move |f| forced.is_none_or(|w| w.name == f.name))
    };
    let known = sources.iter().enumerate().find_map(|(place, source)| {
        let format = formats().find(|format| (format.recognizes)(source))?;
        Some((place, format))
    });
    if let Some((place, format)) = known {
        let source = sources.into_iter().nth(place);
        let source = source.unwrap_or(Source::Values(Values::default()));
        check_header(&source)?;
        return Ok((Some(format), source));
    }
    if sources.iter().any(is_without_records) {
        return Ok((None, Source::Values(Values::default())));
    }
    choose_by_map(sources, options)
}

/// Reads a foreign table by the names the user gave to its columns.
fn choose_by_map<'a>(
    sources: Vec<Source<'a>>,
    options: &ReadOptions,
) -> Result<(Option<&'static Format>, Source<'a>), Error> {
    let is_table = sources.iter().any(|source| matches!(source, Source::Table(_)));
    let generic = options.format.is_none_or(|format| format.name == generic::FORMAT.name);
    if options.column_map.is_empty() || !is_table || !generic {
        return Err(unknown_format(is_table, options.format));
    }
    let mut fault = None;
    for source in sources {
        let Source::Table(table) = source else { continue };
        match generic::map_columns(table, &options.column_map) {
            Ok(table) => {
                let source = Source::Table(table);
                check_header(&source)?;
                return Ok((Some(&generic::FORMAT), source));
            }
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    Err(fault.unwrap_or_else(|| unknown_format(is_table, options.format)))
}

fn check_header(source: &Source<'_>) -> Result<(), Error> {
    match source {
        Source::Table(table) => match table.header_fault() {
            Some(why) => Err(unreadable(why, "export it again, or mend its header")),
            None => Ok(()),
        },
        Source::Values(_) => Ok(()),
    }
}

/// Whether these are only pages without rows.
fn is_without_records(source: &Source<'_>) -> bool {
    let Source::Values(values) = source else { return false };
    let is_empty_page = |item: &json::Item<'_>| {
        let page = item.value.and_then(json::Object::parse);
        page.is_ok_and(|page| {
            page.has("data") && page.array("data").is_ok_and(|d| d.is_empty())
        })
    };
    values.items.iter().all(is_empty_page)
}

fn empty_export(name: &Untrusted) -> Export {
    Export {
        file: name.clone(),
        format: EMPTY,
        tier: 0,
        records: Vec::new(),
        rejected: Vec::new(),
        gaps: Gaps::default(),
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

fn all_rejected(format: &Format, parsed: &Parsed) -> Error {
    let first = parsed.rejected.first();
    let (position, why) = first.map_or((0, "no record"), |r| (r.position, r.why));
    let why = format!(
        "none of its {} records as {} can be read; the first, at {position}, is {why}",
        parsed.rejected.len(),
        format.name
    );
    unreadable(&why, "export it again, or choose the format with --usage-format")
}

#[cfg(test)]
mod tests;
