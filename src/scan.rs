//! One repository, whole: from its path to its facts. What a worker runs.

mod authors;
mod checkpoints;
mod definitions;
mod kinds;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::facts::{
    ChangeFacts, ChangeStatus, CommitFacts, Coverage, FACTS_VERSION, Facts, Landing,
    LifetimeFacts, StandingFacts, Work,
};
use crate::history::ObjectId;
use crate::history::commit::Signature;
use crate::history::objects::ObjectReader;
use crate::history::open::{self, Opened, Tip};
use crate::history::walk::{self, Commit, History};
use crate::lines::schedule::{self, Progress, TrackedHistory};
use crate::lines::tracker::TrackOptions;
use crate::lines::versions::Step;
use crate::problem::Gaps;
use crate::provenance::{CommitText, Provenance, Rules};
use crate::units::{SECONDS_PER_DAY, Timestamp, len_to_u64};
use crate::untrusted::Untrusted;

/// What to find out about a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanOptions {
    /// The branch, tag or commit to judge; `None` for the default branch.
    pub rev: Option<String>,
    /// The end of observation; `None` for the time of the tip.
    pub as_of: Option<Timestamp>,
    /// Lines as `git blame` sees them.
    pub exact: bool,
    /// Whether to return the lines at the tip.
    pub standing: bool,
    /// Whether to return what each commit changed.
    pub changes: bool,
    /// How many days before the end landings are parsed for kinds of lines; `None` to
    /// leave parsing out.
    pub parsed_days: Option<u32>,
    /// Whether to leave out what commits say about AI and what kinds their lines are:
    /// the origins of lines do not need it.
    pub no_marks: bool,
    /// Whether to read the AI sessions that the repository holds.
    pub checkpoints: bool,
    /// How many threads; `None` for one a core.
    pub jobs: Option<usize>,
    /// Whether repositories of other users may be opened.
    pub allow_foreign_owner: bool,
}

/// Finds out everything about one repository.
///
/// # Errors
///
/// When it cannot be opened, the revision is not there, or the tip cannot be read.
/// Damage further back is a gap in the facts.
pub fn scan(
    path: &Path,
    options: &ScanOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, Error> {
    let mut threads = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = options.jobs {
        threads = threads.num_threads(jobs);
    }
    let threads = threads.build().map_err(|_| {
        let hint = "lower --jobs, or the limits of the process";
        Error::input("E-THREADS", "cannot start threads", "the system refused", hint)
    })?;
    threads.install(|| scan_here(path, options, progress))
}

fn scan_here(
    path: &Path,
    options: &ScanOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, Error> {
    let opened = open::open(path, options.allow_foreign_owner)?;
    let tip = opened.tip(options.rev.as_deref())?;
    let mut facts = Facts {
        version: FACTS_VERSION,
        path: Untrusted::from(path.as_os_str().as_encoded_bytes()),
        branch: Untrusted(tip.name.clone()),
        exact: options.exact,
        ..Facts::default()
    };
    opened.remark(&mut facts.gaps);
    let mut reader = opened.reader()?;
    let Some(history) =
        read_history(&mut reader, &opened, &tip, options, &mut facts.gaps, progress)
    else {
        return Ok(facts);
    };
    let as_of = options.as_of.or(history.clock.last().copied());
    facts.as_of = as_of;
    facts.parsed_since = options.parsed_days.zip(as_of).map(|(days, as_of)| {
        Timestamp(as_of.0.saturating_sub(i64::from(days) * SECONDS_PER_DAY))
    });
    let tip_commit = history.commits.last();
    facts.tip = tip_commit.map(|commit| commit.id);
    let provenance = if options.no_marks {
        vec![Provenance::default(); history.commits.len()]
    } else {
        classify(&history, progress)?
    };
    let mailmap = authors::read_mailmap(&mut reader, tip_commit, &mut facts.gaps);
    let people = authors::number(&history, &provenance, &mailmap)?;
    let kinds = kinds::Kinds::new(&history, facts.parsed_since, !options.no_marks);
    let track = TrackOptions {
        exact: options.exact,
        standing: options.standing,
        counts: options.changes,
    };
    let tracked =
        schedule::track_history(&opened, &history, track, &|| kinds.reader(), progress)?;
    if options.checkpoints {
        facts.checkpoints = checkpoints::read(&opened, &mut reader, &mut facts.gaps);
    }
    if options.parsed_days.is_some() {
        facts.definitions =
            definitions::count(&opened, &tracked.graph, &kinds, progress)?;
    }
    facts.work.versions_parsed = kinds.parsed();
    facts.work.commits = len_to_u64(history.commits.len());
    facts.work.objects_read = reader.work.objects;
    facts.work.bytes_read = reader.work.bytes;
    fill_commits(&mut facts, &history, provenance, people);
    fill_lines(&mut facts, tracked);
    Ok(facts)
}

/// Reads the history up to the end of observation; `None` when there is nothing yet.
fn read_history(
    reader: &mut ObjectReader<'_>,
    opened: &Opened,
    tip: &Tip,
    options: &ScanOptions,
    gaps: &mut Gaps,
    progress: &(dyn Fn(Progress) + Sync),
) -> Option<History> {
    let mut read = |tip: ObjectId, gaps: &mut Gaps| {
        let mut report = |commits| progress(Progress::Commits(commits));
        walk::read(reader, tip, opened.shallow(), gaps, &mut report)
    };
    let mut found = Gaps::default();
    let history = read(tip.commit?, &mut found);
    let within = |time: &Timestamp| options.as_of.is_none_or(|as_of| *time <= as_of);
    let n_landings = history.clock.partition_point(within);
    if n_landings == history.mainline.len() {
        gaps.merge(&found);
        return Some(history);
    }
    // Read again from the last landing, so that branches that land later are not in it.
    let last = history.mainline.get(n_landings.checked_sub(1)?)?;
    Some(read(history.commits[last.at()].id, gaps))
}

fn classify(
    history: &History,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Provenance>, Error> {
    const SLICE_COMMITS: usize = 1_024;
    let rules = Rules::embedded()?;
    let total = len_to_u64(history.commits.len());
    let done = AtomicU64::new(0);
    let slices: Vec<Vec<Provenance>> = history
        .commits
        .par_chunks(SLICE_COMMITS)
        .map(|slice| {
            // Each thread has its own rules: sharing the matchers would make it wait.
            let rules = rules.clone();
            let found =
                slice.iter().map(|commit| classify_commit(&rules, commit)).collect();
            let n = len_to_u64(slice.len());
            progress(Progress::Classified(
                done.fetch_add(n, Ordering::Relaxed) + n,
                total,
            ));
            found
        })
        .collect();
    Ok(slices.into_iter().flatten().collect())
}

fn classify_commit(rules: &Rules, commit: &Commit) -> Provenance {
    let raw = |who: &Option<Signature>| {
        let who = who.as_ref();
        who.map_or((Vec::new(), Vec::new()), |who| (who.name.clone(), who.email.clone()))
    };
    let (author, committer) = (raw(&commit.author), raw(&commit.committer));
    let mut provenance = rules.classify(&CommitText {
        author_name: &author.0,
        author_email: &author.1,
        committer_name: &committer.0,
        committer_email: &committer.1,
        committer_time: commit.committer_time(),
        message: &commit.message,
    });
    if commit.n_parents > 1 {
        // A merge says something about the branch it brings, not about lines of its own.
        provenance.class = crate::provenance::AiClass::Unknown;
    }
    provenance
}

fn fill_commits(
    facts: &mut Facts,
    history: &History,
    provenance: Vec<Provenance>,
    people: authors::Numbered,
) {
    let landings = history.landings();
    facts.mainline = history
        .mainline
        .iter()
        .zip(&history.clock)
        .map(|(&commit, &time)| Landing { commit, time, is_bulk: false })
        .collect();
    let columns =
        history.commits.iter().zip(provenance).zip(landings).zip(people.columns);
    facts.commits = columns
        .map(|(((commit, mut provenance), landing), (author, operator))| {
            // The operator is a number among the people from here on.
            provenance.operator = None;
            CommitFacts {
                id: commit.id,
                parents: commit.parents.clone(),
                author,
                operator,
                author_time: commit
                    .author
                    .as_ref()
                    .and_then(|who| who.seconds)
                    .map(Timestamp),
                committer_time: commit.committer_time(),
                landing,
                provenance,
                checkpoint_ids: checkpoints::ids_in(&commit.message),
            }
        })
        .collect();
    facts.people = people.people;
}

fn fill_lines(facts: &mut Facts, history: TrackedHistory) {
    let TrackedHistory { graph, tracked, read, trees_read } = history;
    let mut merged: BTreeMap<_, u64> = BTreeMap::new();
    for lifetime in &tracked.lifetimes {
        *merged.entry((lifetime.path, lifetime.life, lifetime.death)).or_insert(0) +=
            lifetime.lines;
    }
    facts.lifetimes = merged
        .into_iter()
        .map(|((path, life, death), lines)| LifetimeFacts {
            origin: life.origin,
            landing: life.landing,
            death,
            path,
            kind: life.kind,
            class: life.class,
            birth_unknown: life.birth_unknown,
            overwritten_by: None,
            lineage_death: death.map(|(landing, _)| landing),
            birth: crate::facts::Birth::default(),
            lines,
        })
        .collect();
    facts.changes = tracked
        .counts
        .iter()
        .filter_map(|counted| change(graph.steps[counted.step as usize], counted.lines))
        .collect();
    facts.standing = tracked
        .standing
        .into_iter()
        .map(|file| StandingFacts { path: file.path, runs: file.runs })
        .collect();
    facts.gaps.merge(&tracked.gaps);
    facts.blobs = Coverage { wanted: tracked.blobs.0, found: tracked.blobs.1 };
    facts.work = Work {
        trees_read,
        objects_read: facts.work.objects_read + read.objects,
        bytes_read: facts.work.bytes_read + read.bytes,
        versions: len_to_u64(graph.versions.len()),
        bytes_compared: tracked.work.bytes_compared,
        lines_hashed: tracked.work.lines_hashed,
        ..facts.work
    };
    facts.paths = graph.paths.into_iter().map(Untrusted).collect();
}

fn change(step: Step, lines: Option<(u32, u32)>) -> Option<ChangeFacts> {
    let status = match (step.old, step.new) {
        (None, None) => return None,
        (None, Some(_)) => ChangeStatus::Added,
        (Some(_), None) => ChangeStatus::Deleted,
        (Some(_), Some(_)) if step.old_path != step.path => ChangeStatus::Renamed,
        (Some(_), Some(_)) => ChangeStatus::Modified,
    };
    Some(ChangeFacts {
        commit: step.commit,
        path: step.path,
        old_path: (status == ChangeStatus::Renamed).then_some(step.old_path),
        status,
        lines,
    })
}
