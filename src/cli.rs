//! The arguments as typed. The only home of clap.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Did the tokens buy code that lasted?
///
/// Reads git histories, computes the exact lifetime of every line that landed, joins
/// it with exports of AI usage, and says what lasted, what did not, and what nobody
/// can know yet.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit status: 0 done (gaps are listed in the answer), 1 a policy was broken, \
                  2 wrong flags, 3 nothing could be analysed or written."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Did the tokens buy code that lasted, and where did they not?
    Report(ReportArgs),
    /// Does this change add slop?
    Check(CheckArgs),
    /// Which findings are known and may stay, as long as they get no worse?
    Baseline(BaselineArgs),
    /// Where does each line standing at the tip come from?
    Lines(LinesArgs),
    /// The tables behind everything, for your own SQL
    Facts(FactsArgs),
    /// Which of these projects are prototypes, which of those are in production?
    Audit(AuditArgs),
    /// What is in these exports, and does every dollar tie out?
    Usage(UsageArgs),
    /// Who in the exports is who in git, and who is nobody?
    People(PeopleArgs),
    /// Which commits and lines is this number made of?
    Explain(ExplainArgs),
    /// What does it say of a made-up organisation?
    Demo(DemoArgs),
    /// Can it run here, and what would be left out?
    Doctor(DoctorArgs),
    /// All limits on what is read, with their reasons
    Limits,
    /// Analyses one repository for the parent process
    #[command(hide = true, name = "worker")]
    Worker,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that can show it, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Flags of every command that reads repositories.
#[derive(Debug, Default, Args)]
pub struct RepositoryArgs {
    /// Branch, tag or full commit id to judge [default: the remote's default branch,
    /// else HEAD]
    #[arg(long, value_name = "REF", env = "SLOPNEXUS_REV")]
    pub rev: Option<String>,
    /// Count only what landed from this day on (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", env = "SLOPNEXUS_SINCE")]
    pub since: Option<String>,
    /// End of observation, a day or RFC 3339 [default: the time of the tip]
    #[arg(long, value_name = "DATE", env = "SLOPNEXUS_AS_OF")]
    pub as_of: Option<String>,
    /// When mainline commits really landed, such as by being deployed: CSV with
    /// commit,time [default: when they were committed]
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_LANDING_EVENTS")]
    pub landing_events: Option<PathBuf>,
    /// More rules by which commits tell of AI, before those that come with the program
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_PROVENANCE_RULES")]
    pub provenance_rules: Option<PathBuf>,
    /// Lines as `git blame` sees them: no white-space rule, nothing passed over
    #[arg(long)]
    pub exact: bool,
    /// For very large histories: read the mainline alone; what a merge brought then
    /// counts as written by the merge
    #[arg(long, env = "SLOPNEXUS_FIRST_PARENT_ORIGINS")]
    pub first_parent_origins: bool,
    /// Leave parsing out: kinds of lines and definitions are then unknown
    #[arg(long)]
    pub no_syntax: bool,
    /// Follow the landings of the last months for code that they copied, repeated, moved
    /// and cleaned up; takes about as long as the rest
    #[arg(long, env = "SLOPNEXUS_CLONE_HISTORY")]
    pub clone_history: bool,
    /// Follow the landings of the last months for the functions that they touched; takes up
    /// to about as long as the rest
    #[arg(long, env = "SLOPNEXUS_FUNCTION_HISTORY")]
    pub function_history: bool,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", env = "SLOPNEXUS_JOBS")]
    pub jobs: Option<usize>,
    /// Open repositories that belong to other users
    #[arg(long, env = "SLOPNEXUS_ALLOW_FOREIGN_OWNER")]
    pub allow_foreign_owner: bool,
    /// Where to keep what was found out for the next run [default: slopnexus in the
    /// user's cache directory]
    #[arg(long, value_name = "DIR", env = "SLOPNEXUS_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Keep nothing, and use nothing that was kept
    #[arg(long, env = "SLOPNEXUS_NO_CACHE")]
    pub no_cache: bool,
    /// Gaps in the data become exit status 3
    #[arg(long, env = "SLOPNEXUS_STRICT")]
    pub strict: bool,
    /// No progress line
    #[arg(long, env = "SLOPNEXUS_NO_PROGRESS")]
    pub no_progress: bool,
    /// Only errors on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// When to use colour
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        env = "SLOPNEXUS_COLOR"
    )]
    pub color: Color,
}

/// Flags of every command that reads exports.
#[derive(Debug, Default, Args)]
pub struct ExportArgs {
    /// Columns of a foreign table and the fields they hold: Day=date,Member=email,...
    #[arg(long, value_name = "COLUMN=FIELD,...", value_delimiter = ',')]
    pub map: Vec<String>,
    /// Read exports as this format instead of telling it from their content
    #[arg(long, value_name = "ID")]
    pub usage_format: Option<String>,
    /// Add up sources that could be the same usage: only if you know they are not
    #[arg(long)]
    pub sum_sources: bool,
    /// Who is who: CSV with canonical_email,kind,value
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_PEOPLE")]
    pub people: Option<PathBuf>,
    /// Prices of tokens in the shape of LiteLLM's table, in place of ours
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_PRICES")]
    pub prices: Option<PathBuf>,
    /// Who is in which team: CSV with team,kind,value (email, login, path), or a CODEOWNERS file
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_TEAMS")]
    pub teams: Option<PathBuf>,
    /// Whose the logs and personal exports are that name nobody
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,
    /// The days of exports that tell none, both inclusive: 2026-10-01..2026-10-31
    #[arg(long, value_name = "FROM..TO")]
    pub period: Option<String>,
}

/// `report`
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Repositories, or directories to search for them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// An export of AI usage, a directory of them, or - for standard input
    #[arg(long, value_name = "FILE|DIR|-", env = "SLOPNEXUS_USAGE")]
    pub usage: Vec<PathBuf>,
    /// Of the usage only your own, by your address: that of git's configuration unless given
    #[arg(long, value_name = "EMAIL", num_args = 0..=1, default_missing_value = "")]
    pub me: Option<String>,
    /// How to write; may be repeated, each with its --output
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<ReportFormat>,
    /// Where to write; may be repeated, one for each --format
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// As for the other commands that read repositories.
    #[command(flatten)]
    pub repository: RepositoryArgs,
    /// As for the other commands that read exports.
    #[command(flatten)]
    pub exports: ExportArgs,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
    /// One page for people: a file that opens offline, in any browser
    Html,
    /// For a wiki or the summary of a step in CI
    Markdown,
    /// For spreadsheets: a row for each cell of its tables
    Csv,
}

/// `check`
#[derive(Debug, Args)]
#[command(after_help = "\
What lies between the best common ancestor of base and head, and the head, is judged by the
rules in docs/rules.md. Exit status: 0 passed, 1 a rule at level error was broken, 2 wrong flags
or configuration, 3 it could not be judged.")]
pub struct CheckArgs {
    /// What to judge, and how to read it.
    #[command(flatten)]
    pub change: ChangeArgs,
    /// How to write; may be repeated, each with its --output
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<CheckFormat>,
    /// Where to write; may be repeated, one for each --format
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// When to use colour
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        env = "SLOPNEXUS_COLOR"
    )]
    pub color: Color,
}

/// `baseline`
#[derive(Debug, Args)]
#[command(after_help = "\
Give the same --base to write and to update: a finding that no change in between is about is not
found again, and goes. What the policy has off and what comments let pass is not in a baseline.")]
pub struct BaselineArgs {
    /// Whether to begin anew or to tighten the one of the base
    #[arg(value_enum)]
    pub action: BaselineAction,
    /// What to judge, and how to read it.
    #[command(flatten)]
    pub change: ChangeArgs,
    /// Where to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What to do with a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BaselineAction {
    /// All that counts now
    Write,
    /// The one of the base without what is gone, and with numbers that got better
    Update,
}

/// Flags of every command that judges a change.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// The repository
    #[arg(default_value = ".")]
    pub repository: PathBuf,
    /// The branch, tag, ref or commit that the change is for, as git would find it:
    /// origin/main, HEAD~5, a short id
    #[arg(long, value_name = "REV", env = "SLOPNEXUS_BASE")]
    pub base: String,
    /// Where the change ends [default: HEAD]
    #[arg(long, value_name = "REV", env = "SLOPNEXUS_HEAD")]
    pub head: Option<String>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", env = "SLOPNEXUS_JOBS")]
    pub jobs: Option<usize>,
    /// Open repositories that belong to other users
    #[arg(long, env = "SLOPNEXUS_ALLOW_FOREIGN_OWNER")]
    pub allow_foreign_owner: bool,
    /// Where to keep what was found out for the next run [default: slopnexus in the
    /// user's cache directory]
    #[arg(long, value_name = "DIR", env = "SLOPNEXUS_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Keep nothing, and use nothing that was kept
    #[arg(long, env = "SLOPNEXUS_NO_CACHE")]
    pub no_cache: bool,
    /// No progress line
    #[arg(long, env = "SLOPNEXUS_NO_PROGRESS")]
    pub no_progress: bool,
    /// Only errors on standard error
    #[arg(short, long)]
    pub quiet: bool,
}

/// Formats of the answer of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
    /// A comment of at most fifteen lines, its marker first
    Markdown,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitLab Code Quality
    Gitlab,
}

/// How an answer is written that is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
}

/// `lines`
#[derive(Debug, Args)]
pub struct LinesArgs {
    /// The repository
    #[arg(default_value = ".")]
    pub repository: PathBuf,
    /// Only these files or directories; may be repeated
    #[arg(long, value_name = "PATH")]
    pub path: Vec<OsString>,
    /// tsv or ndjson
    #[arg(long, value_enum, default_value = "tsv")]
    pub format: LinesFormat,
    /// Where to write
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// As for the other commands that read repositories.
    #[command(flatten)]
    pub common: RepositoryArgs,
}

/// Formats of `lines`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LinesFormat {
    /// Tab-separated, without a header
    Tsv,
    /// One JSON object a line
    Ndjson,
}

/// `facts`
#[derive(Debug, Args)]
pub struct FactsArgs {
    /// Repositories, or directories to search for them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The directory for the tables; it is made if need be
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// ndjson, csv or parquet
    #[arg(long, value_enum, default_value = "ndjson")]
    pub format: FactsFormat,
    /// File of the key for pseudonyms; it is made if need be [default:
    /// slopnexus/pseudonym.key in the user's data directory]
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_PSEUDONYM_KEY")]
    pub pseudonym_key: Option<PathBuf>,
    /// As for the other commands that read repositories.
    #[command(flatten)]
    pub repository: RepositoryArgs,
}

/// Formats of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FactsFormat {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated, with a header
    Csv,
    /// Typed columns, compressed, for DuckDB, pandas, Spark and their kin
    Parquet,
}

/// In which form `usage` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UsageFormat {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
    /// What counts, normalised: one record a line, which can be read again
    Ndjson,
    /// What counts, as rows of FOCUS 1.2
    Focus,
}

/// `usage`
#[derive(Debug, Args)]
pub struct UsageArgs {
    /// Exports, directories of them, or - for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// text, json, or what counts as ndjson or focus (CSV)
    #[arg(long, value_enum, default_value = "text")]
    pub format: UsageFormat,
    /// Where to write
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Rejected records become exit status 3
    #[arg(long, env = "SLOPNEXUS_STRICT")]
    pub strict: bool,
    /// As for the other commands that read exports.
    #[command(flatten)]
    pub exports: ExportArgs,
}

/// In which form `people` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PeopleFormat {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
    /// A map of people for --people, to be filled in
    Map,
}

/// `people`
#[derive(Debug, Args)]
pub struct PeopleArgs {
    /// Repositories, or directories to search for them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// An export of AI usage, a directory of them, or - for standard input
    #[arg(long, value_name = "FILE|DIR|-", env = "SLOPNEXUS_USAGE")]
    pub usage: Vec<PathBuf>,
    /// text, json, or map: what --people takes, to be filled in
    #[arg(long, value_enum, default_value = "text")]
    pub format: PeopleFormat,
    /// Where to write
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// As for the other commands that read exports.
    #[command(flatten)]
    pub exports: ExportArgs,
    /// As for the other commands that read repositories.
    #[command(flatten)]
    pub repository: RepositoryArgs,
}

/// `audit`
#[derive(Debug, Args)]
#[command(after_help = "\
Every repository, and every project in one that has a manifest of its own, is a unit. Each signal is
yes, no or unknown, with where to look; the class follows from how many are yes. The day of the audit
is that of --as-of, else of the newest landing of the fleet.")]
pub struct AuditArgs {
    /// Repositories, or directories to search for them [default: .]
    pub paths: Vec<PathBuf>,
    /// More of them: a file with a path a line
    #[arg(long, value_name = "FILE")]
    pub repos: Option<PathBuf>,
    /// Only repositories whose path ends so; * is any text; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// None whose path ends so; * is any text; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// One part of the fleet of several, by a hash of the path: 2/8
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// What runs in production: CSV with path,environment
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_INVENTORY")]
    pub inventory: Option<PathBuf>,
    /// Another value for a threshold; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub threshold: Vec<String>,
    /// Exit status 1 when a unit is of this class; may be repeated
    #[arg(long, value_name = "CLASS")]
    pub fail_on: Vec<ClassName>,
    /// text, json, html, markdown or csv; may be repeated, each with its --output
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<ReportFormat>,
    /// Where to write; may be repeated, one for each --format
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// As for the other commands that read repositories.
    #[command(flatten)]
    pub repository: RepositoryArgs,
}

/// Classes that can end a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClassName {
    /// It runs, and lacks what it takes
    PocInProduction,
    /// It grows sideways
    Slopnexus,
    /// It was made quickly and left
    Poc,
    /// Too much is unknown
    Unclear,
}

/// `explain`
#[derive(Debug, Args)]
#[command(after_help = "\
What can be explained:
  line:PATH:N              a line standing at the tip; the path is from the top of the repository
  landing:COMMIT           what a commit brought in, and what became of it; COMMIT alone is the same
  deaths:COMMIT[:PATH]     which lines died there
  revert:COMMIT            what a commit took back, or what took it back
  survival:DAYS[:COHORT]   a figure of the report: COHORT is all, ai_marked, unmarked or area:DIR
  churn:DAYS[:COHORT]      the same, told as the share that is gone

COMMIT is at least 7 digits of an id. The commands printed are for git, to be run in a shell.")]
pub struct ExplainArgs {
    /// What to explain, as below
    pub id: OsString,
    /// Repositories, or directories to search for them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// text or json
    #[arg(long, value_enum, default_value = "text")]
    pub format: AnswerFormat,
    /// Where to write
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// As for the other commands that read repositories.
    #[command(flatten)]
    pub repository: RepositoryArgs,
    /// Who is who, as for the report: CSV with canonical_email,kind,value
    #[arg(long, value_name = "FILE", env = "SLOPNEXUS_PEOPLE")]
    pub people: Option<PathBuf>,
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// A folder that is new or empty
    #[arg(long, value_name = "DIR", default_value = "slopnexus-demo")]
    pub output: PathBuf,
}

/// `doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Repositories, or directories to search for them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Open repositories that belong to other users
    #[arg(long, env = "SLOPNEXUS_ALLOW_FOREIGN_OWNER")]
    pub allow_foreign_owner: bool,
}

/// What parsing the arguments came to.
#[derive(Debug)]
pub enum Parsed {
    /// A command to run.
    Run(Box<Cli>),
    /// Help or a version, to print on standard output.
    Print(String),
    /// Wrong flags: the message for standard error.
    Wrong(String),
}

/// Parses the arguments.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Parsed {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => Parsed::Run(Box::new(cli)),
        Err(error) if error.use_stderr() => Parsed::Wrong(error.render().to_string()),
        Err(help) => Parsed::Print(help.render().to_string()),
    }
}

/// Whether a command shows how far it has come.
pub fn wants_progress(cli: &Cli) -> bool {
    let shows = |args: &RepositoryArgs| !args.no_progress && !args.quiet;
    match &cli.command {
        Command::Report(args) => shows(&args.repository),
        Command::Lines(args) => shows(&args.common),
        Command::Facts(args) => shows(&args.repository),
        Command::People(args) => shows(&args.repository),
        Command::Explain(args) => shows(&args.repository),
        Command::Check(CheckArgs { change, .. })
        | Command::Baseline(BaselineArgs { change, .. }) => {
            !change.no_progress && !change.quiet
        }
        Command::Demo(_) | Command::Doctor(_) => true,
        Command::Audit(args) => shows(&args.repository),
        Command::Usage(_) | Command::Limits | Command::Worker => false,
    }
}
