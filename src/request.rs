//! The arguments as meant: defaults filled, dates read, formats paired with outputs.

mod audit;

use std::io::Read;
use std::path::{Path, PathBuf};

pub use audit::{AuditRequest, audit};

use crate::cli::{
    BaselineArgs, ChangeArgs, CheckArgs, CheckFormat, Color, ExplainArgs, ExportArgs,
    FactsArgs, LinesArgs, PeopleArgs, ReportArgs, ReportFormat, RepositoryArgs,
    UsageArgs,
};
use crate::error::Error;
use crate::explain::{self, Id};
use crate::history::landing_events;
use crate::identity::{MapRow, parse_map};
use crate::limits;
use crate::policy;
use crate::provenance::Rules;
use crate::scan::ScanOptions;
use crate::scan::change::ChangeOptions;
use crate::teams::Teams;
use crate::units::{SECONDS_PER_DAY, Timestamp, UtcDay};
use crate::usage::prices::PriceTable;
use crate::usage::{self, Period, ReadOptions};

/// How many days before the end landings are parsed for kinds of lines. Lines that
/// landed earlier count as text: parsing a whole history would cost more than all else.
pub const PARSED_DAYS: u32 = 365;

/// Which repositories, and how to read them.
#[derive(Debug, Clone)]
pub struct RepositoryRequest {
    /// Repositories, or directories to search.
    pub paths: Vec<PathBuf>,
    /// How to read each.
    pub options: ScanOptions,
    /// Landings before this moment are left out of estimates.
    pub since: Option<Timestamp>,
    /// The file that says when commits landed.
    pub landing_events: Option<PathBuf>,
    /// The file with more rules by which commits tell of AI.
    pub provenance_rules: Option<PathBuf>,
    /// Whether gaps end the run with exit status 3.
    pub strict: bool,
    /// Whether progress is shown.
    pub progress: bool,
    /// Whether warnings are shown.
    pub warnings: bool,
    /// When to use colour.
    pub color: Color,
}

/// Which exports, and how to read them.
#[derive(Debug, Clone, Default)]
pub struct ExportRequest {
    /// Files, directories, or `-`.
    pub paths: Vec<PathBuf>,
    /// How to read each.
    pub options: ReadOptions,
    /// What tokens cost; `None` for the prices that come with the program.
    pub prices: Option<PriceTable>,
    /// The address of the one person whose usage is looked at, empty for that of git's
    /// configuration; `None` for everybody's.
    pub me: Option<String>,
    /// Who is in which team.
    pub teams: Teams,
    /// Whether sources are known not to overlap.
    pub sum_sources: bool,
    /// Who is who.
    pub people: Vec<MapRow>,
    /// Whether a map of people was given.
    pub has_people: bool,
}

/// Which change, and how to judge it.
#[derive(Debug, Clone)]
pub struct CheckRequest {
    /// The repository.
    pub repository: PathBuf,
    /// How to read the change.
    pub options: ChangeOptions,
    /// Whether warnings are shown.
    pub warnings: bool,
    /// When to use colour.
    pub color: Color,
}

/// An answer's form and place; `None` is standard output.
pub type Outputs<F> = Vec<(F, Option<PathBuf>)>;

/// Reads what `report` was asked.
///
/// # Errors
///
/// For flags that do not go together and values that cannot be read.
pub fn report(
    args: &ReportArgs,
) -> Result<(RepositoryRequest, ExportRequest, Outputs<ReportFormat>), Error> {
    let repository = repository(&args.repository, args.paths.clone())?;
    let mut exports = exports(&args.exports, args.usage.clone())?;
    exports.me.clone_from(&args.me);
    Ok((repository, exports, outputs(&args.format, &args.output, ReportFormat::Text)?))
}

/// Reads what `check` was asked.
///
/// # Errors
///
/// As [`report`].
pub fn check(args: &CheckArgs) -> Result<(CheckRequest, Outputs<CheckFormat>), Error> {
    let request = change(&args.change, args.color)?;
    Ok((request, outputs(&args.format, &args.output, CheckFormat::Text)?))
}

/// Reads what `baseline` was asked.
///
/// # Errors
///
/// As [`report`].
pub fn baseline(args: &BaselineArgs) -> Result<CheckRequest, Error> {
    change(&args.change, Color::Never)
}

fn change(args: &ChangeArgs, color: Color) -> Result<CheckRequest, Error> {
    check_jobs(args.jobs)?;
    Ok(CheckRequest {
        repository: args.repository.clone(),
        options: ChangeOptions {
            base: args.base.clone(),
            head: args.head.clone(),
            controls: [policy::POLICY_FILE, policy::BASELINE_FILE]
                .map(str::to_owned)
                .to_vec(),
            cache_folder: cache_folder(args.no_cache, args.cache_dir.as_ref()),
            jobs: args.jobs,
            allow_foreign_owner: args.allow_foreign_owner,
            parses_all: false,
        },
        warnings: !args.quiet,
        color,
    })
}

/// Reads what `lines` was asked.
///
/// # Errors
///
/// As [`report`].
pub fn lines(args: &LinesArgs) -> Result<RepositoryRequest, Error> {
    let mut request = repository(&args.common, vec![args.repository.clone()])?;
    request.options.standing = true;
    request.options.no_marks = true;
    request.options.checkpoints = false;
    request.options.clones = false;
    request.options.clone_history = false;
    request.options.function_history = false;
    request.options.parsed_days = None;
    Ok(request)
}

/// Reads what `facts` was asked.
///
/// # Errors
///
/// As [`report`].
pub fn facts(args: &FactsArgs) -> Result<RepositoryRequest, Error> {
    let mut request = repository(&args.repository, args.paths.clone())?;
    request.options.changes = true;
    Ok(request)
}

/// Reads what `explain` was asked. Repositories are read as the command reads them whose
/// number is explained, so that what it kept serves here, and people are matched as for
/// the report.
///
/// # Errors
///
/// As [`report`], and for what is no id.
pub fn explain(
    args: &ExplainArgs,
) -> Result<(Id, RepositoryRequest, Vec<MapRow>), Error> {
    let (id, paths) = id_and_paths(args);
    let id = explain::parse(&id)?;
    let mut request = repository(&args.repository, paths)?;
    match &id {
        Id::Figure(_) | Id::Provenance(_) | Id::Revert(_) => {}
        Id::Landing(_) | Id::Deaths { .. } => request.options.changes = true,
        Id::Line { .. } => {
            request.options.changes = true;
            request.options.standing = true;
        }
    }
    Ok((id, request, people(args.people.as_deref())?))
}

/// What is asked, and of which paths: `provenance COMMIT` is written in two words too.
fn id_and_paths(args: &ExplainArgs) -> (Vec<u8>, Vec<PathBuf>) {
    let id = args.id.as_encoded_bytes();
    match args.paths.split_first() {
        Some((commit, paths)) if id == b"provenance" => {
            let id = [id, b":", commit.as_os_str().as_encoded_bytes()].concat();
            let here = || vec![PathBuf::from(".")];
            (id, if paths.is_empty() { here() } else { paths.to_vec() })
        }
        _ => (id.to_vec(), args.paths.clone()),
    }
}

/// Reads what `people` was asked. Repositories are read as `report` reads them, so that
/// what it kept serves here.
///
/// # Errors
///
/// As [`report`].
pub fn people_of(args: &PeopleArgs) -> Result<(RepositoryRequest, ExportRequest), Error> {
    let repository = repository(&args.repository, args.paths.clone())?;
    Ok((repository, exports(&args.exports, args.usage.clone())?))
}

/// Reads what `usage` was asked.
///
/// # Errors
///
/// As [`report`].
pub fn usage(args: &UsageArgs) -> Result<ExportRequest, Error> {
    exports(&args.exports, args.files.clone())
}

fn repository(
    args: &RepositoryArgs,
    paths: Vec<PathBuf>,
) -> Result<RepositoryRequest, Error> {
    check_jobs(args.jobs)?;
    let options = ScanOptions {
        rev: args.rev.clone(),
        as_of: args
            .as_of
            .as_deref()
            .map(|text| moment("--as-of", text, true))
            .transpose()?,
        landing_events: args
            .landing_events
            .as_deref()
            .map(landing_events::read)
            .transpose()?
            .unwrap_or_default(),
        provenance_rules: args.provenance_rules.as_deref().map(rules).transpose()?,
        first_parent_origins: args.first_parent_origins,
        exact: args.exact,
        checkpoints: true,
        clones: !args.no_syntax && !args.exact,
        clone_history: args.clone_history && !args.no_syntax && !args.exact,
        function_history: args.function_history && !args.no_syntax && !args.exact,
        syntax: !args.no_syntax,
        parsed_days: (!args.no_syntax).then_some(PARSED_DAYS),
        jobs: args.jobs,
        allow_foreign_owner: args.allow_foreign_owner,
        cache_folder: cache_folder(args.no_cache, args.cache_dir.as_ref()),
        ..ScanOptions::default()
    };
    Ok(RepositoryRequest {
        paths,
        options,
        since: args
            .since
            .as_deref()
            .map(|text| moment("--since", text, false))
            .transpose()?,
        landing_events: args.landing_events.clone(),
        provenance_rules: args.provenance_rules.clone(),
        strict: args.strict,
        progress: !args.no_progress && !args.quiet,
        warnings: !args.quiet,
        color: args.color,
    })
}

fn check_jobs(jobs: Option<usize>) -> Result<(), Error> {
    if jobs != Some(0) {
        return Ok(());
    }
    let why = "0 threads can do nothing";
    Err(Error::usage("E-JOBS", "cannot use --jobs", why, "give 1 or more"))
}

/// Where the user's programs keep what they can find out again; `None` when nothing is
/// to be kept, or nothing says where.
fn cache_folder(no_cache: bool, given: Option<&PathBuf>) -> Option<PathBuf> {
    if no_cache {
        return None;
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    given.cloned().or_else(|| {
        let folder = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")));
        folder.map(|folder| folder.join("slopnexus"))
    })
}

/// Reads a day or a moment. A day given as an end counts whole.
fn moment(flag: &str, text: &str, is_end: bool) -> Result<Timestamp, Error> {
    if let Some(day) = civil_day(text) {
        let end = if is_end { SECONDS_PER_DAY - 1 } else { 0 };
        return Ok(Timestamp(day.start().0 + end));
    }
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(|time| Timestamp(time.as_second())).map_err(|_| {
        Error::usage(
            "E-DATE",
            &format!("cannot read {flag}"),
            "it is neither a day nor a moment",
            "write it as 2026-11-22 or 2026-11-22T08:30:00Z",
        )
    })
}

fn civil_day(text: &str) -> Option<UtcDay> {
    let date: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok())??;
    UtcDay::from_ymd(date.year(), date.month(), date.day())
}

fn exports(args: &ExportArgs, paths: Vec<PathBuf>) -> Result<ExportRequest, Error> {
    let format = args.usage_format.as_deref().map(usage::format_named).transpose()?;
    let column_map =
        args.map.iter().map(|pair| column(pair)).collect::<Result<_, _>>()?;
    let people = people(args.people.as_deref())?;
    Ok(ExportRequest {
        paths,
        options: ReadOptions {
            format,
            column_map,
            latest: None,
            period: args.period.as_deref().map(period).transpose()?,
            owner: args.owner.as_deref().map(owner).transpose()?,
        },
        prices: args.prices.as_deref().map(prices).transpose()?,
        me: None,
        teams: args.teams.as_deref().map(teams).transpose()?.unwrap_or_default(),
        sum_sources: args.sum_sources,
        people,
        has_people: args.people.is_some(),
    })
}

/// Reads `2026-10-01..2026-10-31`, both days inclusive.
fn period(text: &str) -> Result<Period, Error> {
    let days = text.split_once("..").and_then(|(from, to)| {
        Some((civil_day(from)?, civil_day(to)?)).filter(|(from, to)| from <= to)
    });
    let Some((from, to)) = days else {
        return Err(Error::usage(
            "E-DATE",
            "cannot read --period",
            "it is not two days, the first of them first",
            "write it as 2026-10-01..2026-10-31",
        ));
    };
    Ok(Period { start: from.start(), end: UtcDay(to.0 + 1).start() })
}

/// Reads a file of provenance rules, and holds that it can be used.
fn rules(path: &Path) -> Result<Vec<u8>, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    let refused = |why: &str, hint: &str| {
        Error::usage("E-RULES", "cannot read the provenance rules", why, hint).at(shown)
    };
    let file = std::fs::File::open(path).map_err(|why| {
        refused(&crate::error::io_words(&why), "check the path and the permissions")
    })?;
    // One byte more tells a file that is too large, whatever its size is said to be.
    let mut text = Vec::new();
    file.take(limits::RULES_BYTES.value + 1).read_to_end(&mut text).map_err(|why| {
        refused(&crate::error::io_words(&why), "check the path and the permissions")
    })?;
    Rules::with(&text).map_err(|error| error.at(shown))?;
    Ok(text)
}

/// Reads who is in which team.
fn teams(path: &Path) -> Result<Teams, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    let text = std::fs::read(path).map_err(|why| {
        let hint = "check the path and the permissions";
        let what = "cannot read the teams";
        Error::usage("E-TEAMS", what, &crate::error::io_words(&why), hint).at(shown)
    })?;
    Teams::parse(&text).map_err(|error| error.at(shown))
}

/// Reads a table of prices.
fn prices(path: &Path) -> Result<PriceTable, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    let text = std::fs::read(path).map_err(|why| {
        let hint = "check the path and the permissions";
        let what = "cannot read the prices";
        Error::usage("E-PRICES", what, &crate::error::io_words(&why), hint).at(shown)
    })?;
    PriceTable::parse(&text).map_err(|error| error.at(shown))
}

fn owner(text: &str) -> Result<String, Error> {
    if text.contains('@') && !text.contains(char::is_whitespace) {
        return Ok(text.to_owned());
    }
    Err(Error::usage(
        "E-OWNER",
        "cannot use --owner",
        "it is no address",
        "give the address that the owner's commits carry",
    ))
}

/// Reads who is who.
fn people(path: Option<&Path>) -> Result<Vec<MapRow>, Error> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let shown = path.as_os_str().as_encoded_bytes();
    let text = std::fs::read(path).map_err(|why| {
        let hint = "check the path and the permissions";
        let what = "cannot read the map of people";
        Error::usage("E-PEOPLE", what, &crate::error::io_words(&why), hint).at(shown)
    })?;
    parse_map(&text).map_err(|error| error.at(shown))
}

fn column(pair: &str) -> Result<(String, String), Error> {
    let parts = pair
        .split_once('=')
        .filter(|(column, field)| !column.is_empty() && !field.is_empty());
    parts.map(|(column, field)| (column.to_owned(), field.to_owned())).ok_or_else(|| {
        let why = "a part of it is not COLUMN=FIELD";
        Error::usage(
            "E-MAP",
            "cannot read --map",
            why,
            "write it as Day=date,Member=email",
        )
    })
}

fn outputs<F: Copy>(
    formats: &[F],
    files: &[PathBuf],
    usual: F,
) -> Result<Outputs<F>, Error> {
    let usual = [usual];
    let formats = if formats.is_empty() { &usual[..] } else { formats };
    if files.len() > formats.len() || formats.len() > files.len() + 1 {
        return Err(Error::usage(
            "E-OUTPUT",
            "cannot pair --format with --output",
            "there is not one --output for each --format",
            "repeat both in pairs; one --format may be without and goes to standard output",
        ));
    }
    let files = files.iter().cloned().map(Some).chain(std::iter::once(None));
    Ok(formats.iter().copied().zip(files).collect())
}
