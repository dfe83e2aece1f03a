//! What `audit` was asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::{Outputs, RepositoryRequest, outputs, repository};
use crate::cli::{AuditArgs, ClassName, ReportFormat};
use crate::error::Error;
use crate::triage::inventory::plain;
use crate::triage::{Class, Inventory, Thresholds};

/// Which fleet, and by what it is judged.
#[derive(Debug, Clone)]
pub struct AuditRequest {
    /// Which repositories, and how to read them.
    pub repository: RepositoryRequest,
    /// Only repositories whose paths fit one of these, if there are any.
    pub include: Vec<Regex>,
    /// None whose path fits one of these.
    pub exclude: Vec<Regex>,
    /// Which part of the fleet, from 1 on, of how many.
    pub shard: Option<(u32, u32)>,
    /// What is known to run in production; `None` when nobody said.
    pub inventory: Option<Inventory>,
    /// From where on something counts as much.
    pub thresholds: Thresholds,
    /// Classes that end the run with exit status 1.
    pub fail_on: Vec<Class>,
}

/// Reads what `audit` was asked.
///
/// # Errors
///
/// For flags that do not go together, and values and files that cannot be read.
pub fn audit(args: &AuditArgs) -> Result<(AuditRequest, Outputs<ReportFormat>), Error> {
    let mut paths = args.paths.clone();
    if let Some(file) = &args.repos {
        paths.extend(listed(file)?);
    }
    if paths.is_empty() && args.repos.is_none() {
        paths.push(PathBuf::from("."));
    }
    let mut repository = repository(&args.repository, paths)?;
    if repository.options.exact || !repository.options.syntax {
        let why = "the signals need kinds of lines";
        let hint = "leave out --exact and --no-syntax";
        return Err(Error::usage("E-FLAGS", "cannot audit so", why, hint));
    }
    let shard = args.shard.as_deref().map(shard).transpose()?;
    if shard.is_some() && repository.options.as_of.is_none() {
        // The newest landing of each part would be another day.
        let why = "the parts of a fleet have no day of the audit in common";
        let hint = "give the same --as-of to each of them";
        return Err(Error::usage("E-SHARD", "cannot use --shard alone", why, hint));
    }
    repository.options.tip_files = true;
    repository.options.checkpoints = false;
    let mut thresholds = Thresholds::default();
    args.threshold.iter().try_for_each(|one| thresholds.set(one))?;
    let request = AuditRequest {
        repository,
        include: globs(&args.include)?,
        exclude: globs(&args.exclude)?,
        shard,
        inventory: args.inventory.as_deref().map(inventory).transpose()?,
        thresholds,
        fail_on: args.fail_on.iter().copied().map(class).collect(),
    };
    Ok((request, outputs(&args.format, &args.output, ReportFormat::Text)?))
}

fn class(name: ClassName) -> Class {
    match name {
        ClassName::PocInProduction => Class::PocInProduction,
        ClassName::Slopnexus => Class::Slopnexus,
        ClassName::Poc => Class::Poc,
        ClassName::Unclear => Class::Unclear,
    }
}

/// Patterns in which `*` stands for any text, for the end of a path.
fn globs(all: &[String]) -> Result<Vec<Regex>, Error> {
    let glob = |text: &String| {
        let parts: Vec<String> = text.split('*').map(regex::escape).collect();
        Regex::new(&format!("(?:^|/){}/?$", parts.join(".*"))).map_err(|_| {
            let hint = "write it as team-*/legacy";
            let what = "cannot use --include or --exclude";
            Error::usage("E-GLOB", what, "a pattern is too long", hint)
        })
    };
    all.iter().map(glob).collect()
}

/// Reads `2/8`.
fn shard(text: &str) -> Result<(u32, u32), Error> {
    let parts = text.split_once('/');
    let numbers = parts.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers.filter(|&(number, of): &(u32, u32)| number >= 1 && number <= of).ok_or_else(
        || {
            let why = "it is not a number of a shard, and how many there are";
            Error::usage("E-SHARD", "cannot read --shard", why, "write it as 2/8")
        },
    )
}

fn text_of(path: &Path, what: &str) -> Result<String, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    std::fs::read_to_string(path).map_err(|why| {
        let hint = "check the path and the permissions";
        let why = crate::error::io_words(&why);
        Error::usage("E-FLEET", what, &why, hint).at(shown)
    })
}

/// Reads a list of repositories: a path a line; `#` begins a comment.
fn listed(file: &Path) -> Result<Vec<PathBuf>, Error> {
    let text = text_of(file, "cannot read the list of repositories")?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let is_path = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines = text.lines().map(str::trim).filter(is_path);
    let paths: Vec<PathBuf> = lines.map(|line| folder.join(line)).collect();
    if paths.is_empty() {
        let what = "cannot read the list of repositories";
        let hint = "write a path on each line";
        let shown = file.as_os_str().as_encoded_bytes();
        return Err(Error::usage("E-FLEET", what, "it names none", hint).at(shown));
    }
    Ok(paths)
}

/// Reads what runs where: CSV with `path,environment`. Environments whose first word is
/// production, prod or live are production; the others are known, and are not.
fn inventory(file: &Path) -> Result<Inventory, Error> {
    const WHAT: &str = "cannot read the inventory";
    let bad = |why: &str| {
        let shown = file.as_os_str().as_encoded_bytes();
        let hint = "write it as CSV with path,environment";
        Error::usage("E-INVENTORY", WHAT, why, hint).at(shown)
    };
    let text = text_of(file, WHAT)?;
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| bad("it has no header"))?.clone();
    let at = |name: &str| headers.iter().position(|one| one.eq_ignore_ascii_case(name));
    let (Some(path), Some(environment)) = (at("path"), at("environment")) else {
        return Err(bad("it has no columns path and environment"));
    };
    let mut found = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|_| bad("a row is no CSV of these columns"))?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        let environment = field(environment).to_ascii_lowercase();
        let first = environment.split(|c: char| !c.is_alphanumeric()).next();
        let is = matches!(first, Some("production" | "prod" | "live"));
        let path = plain(field(path));
        if path.is_empty() || environment.is_empty() {
            return Err(bad("a row has no path or no environment"));
        }
        *found.entry(path.to_owned()).or_insert(false) |= is;
    }
    Ok(Inventory(found))
}
