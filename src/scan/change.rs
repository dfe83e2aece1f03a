//! What a change does, read for being judged: the trees where it began and where it ends,
//! and what landed shortly before. What a worker runs for `check`.
//!
//! Whoever wrote the change wrote everything on its side. So all that decides how it is
//! read, attributes among it, is of the branch that it is for, as that stands now (whoever
//! wrote it chose the commit where it began); and what cannot be looked at on its side is
//! named, file by file, and never passed over.

mod base_index;
mod base_rows;
mod base_tree;
mod copies;
mod facts;
mod files;
mod functions;
mod landings;
mod literals;
mod manifests;
mod moved;
mod origins;
mod placeholders;
mod range;
mod reverts;
mod strange;
mod texts;
mod words;
mod young;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::history::objects::ObjectReader;
use crate::history::open;
use crate::history::tree::TreeCache;
use crate::lines::schedule::Progress;
use crate::problem::Gaps;

use base_index::Question;
use base_tree::BaseTree;
pub use facts::{
    AddedPlaceholder, ChangeFacts, ChangedFile, CommentMark, Control, Copied,
    FunctionChange, FunctionSize, ManifestChange, Returned, TakenBack, Unanalysed,
    YoungLines,
};

/// The version of the frames that carry [`ChangeFacts`].
pub const CHANGE_VERSION: u32 = 1;

/// How many days code is young: what changes within them was changed before it settled.
pub const YOUNG_DAYS: u32 = 21;

/// How many days back something that was taken back is known again when it returns.
pub const RETURN_DAYS: u32 = 90;

/// What to find out about a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeOptions {
    /// The branch, tag or commit that the change is for.
    pub base: String,
    /// Where it ends; `None` for `HEAD`.
    pub head: Option<String>,
    /// Files at the root to be returned as they stand at the base.
    pub controls: Vec<String>,
    /// Where earlier runs kept what they found; `None` to keep nothing.
    pub cache_folder: Option<PathBuf>,
    /// How many threads; `None` for one a core.
    pub jobs: Option<usize>,
    /// Whether repositories of other users may be opened.
    pub allow_foreign_owner: bool,
    /// Whether to parse every file where the change begins, also those whose words say that
    /// they hold nothing of it: for tests, since the answer is the same.
    pub parses_all: bool,
}

/// Finds out what a change does. The repository may lead nowhere outside of `roots`.
///
/// # Errors
///
/// When the repository cannot be opened, a revision is not there, or the two have no common
/// ancestor that is here. What of the change cannot be looked at is part of the answer.
pub fn scan_change(
    path: &Path,
    roots: &[PathBuf],
    options: &ChangeOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<ChangeFacts, Error> {
    let mut threads = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = options.jobs {
        threads = threads.num_threads(jobs);
    }
    let threads = threads.build().map_err(|_| {
        let hint = "lower --jobs, or the limits of the process";
        Error::input("E-THREADS", "cannot start threads", "the system refused", hint)
    })?;
    threads.install(|| scan_here(path, roots, options, progress))
}

/// What the parts of the reading share.
struct Reading<'r> {
    reader: ObjectReader<'r>,
    trees: TreeCache,
    /// What could not be looked at, and does not belong to the change.
    remarks: Gaps,
    unanalysed: Vec<Unanalysed>,
    progress: &'r (dyn Fn(Progress) + Sync),
}

impl Reading<'_> {
    fn cannot(&mut self, path: &[u8], why: &str) {
        self.unanalysed.push(Unanalysed { path: path.into(), why: why.to_owned() });
    }
}

fn scan_here(
    path: &Path,
    roots: &[PathBuf],
    options: &ChangeOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<ChangeFacts, Error> {
    let opened = open::open(path, roots, options.allow_foreign_owner)?;
    let mut reading = Reading {
        reader: opened.reader()?,
        trees: TreeCache::default(),
        remarks: Gaps::default(),
        unanalysed: Vec::new(),
        progress,
    };
    opened.remark(&mut reading.remarks);
    let range = range::find(&opened, &mut reading, options)?;
    let base = BaseTree::read(&mut reading, &range)?;
    let mut files = files::read(&mut reading, &base, &range)?;
    let code = copies::read(&reading, &files);
    let question = Question {
        asks_tests: files::has_untested_code(&files),
        parses_all: options.parses_all,
        ..code.question()
    };
    let known = base_rows::open(&opened, options)?;
    let (index, kept) =
        base_index::find(&opened, known, (&base, &question), &mut reading)?;
    let found = copies::find(&mut reading, &base, index.candidates, &code);
    let landings = landings::before(&opened, &mut reading, &range);
    let young = young::find(&mut reading, &landings, &range, &mut files);
    let taken_back = reverts::taken_back(&mut reading, &landings, &range, &young, &files);
    let returned = reverts::returned(&mut reading, &landings, &files);
    let manifests = manifests::read(&base, &files);
    let controls = base.controls(&mut reading, &range, &options.controls);
    opened.check_cost()?;
    let Reading { remarks, mut unanalysed, .. } = reading;
    unanalysed.sort();
    unanalysed.dedup();
    Ok(ChangeFacts {
        version: CHANGE_VERSION,
        base: range.base,
        head: range.head,
        merge_base: range.merge_base,
        other_merge_bases: range.other_merge_bases,
        commits: range.n_commits,
        files: files::facts(&files, &manifests),
        product: found.product,
        tests: found.tests,
        copies: found.copies,
        young: young.rows,
        taken_back,
        returned,
        has_tests: index.has_tests,
        controls,
        unanalysed,
        remarks,
        cache: kept,
    })
}
