//! One repository, whole: from its path to its facts. What a worker runs.

mod attested;
mod authors;
pub mod change;
mod checkpoints;
mod clone_history;
mod clones;
mod context;
mod definitions;
mod evidence;
mod function_history;
mod functions;
mod kinds;
mod links;
mod remembered;
pub(crate) mod signals;
mod squashes;
mod undone;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::facts::{
    CacheUse, ChangeFacts, ChangeStatus, CommitFacts, Coverage, FACTS_VERSION, Facts,
    Landing, LifetimeFacts, LineOperationFacts, OperatorBy, StandingFacts, Work,
};
use crate::history::CommitIdx;
use crate::history::ObjectId;
use crate::history::commit::{RawCommit, Signature};
use crate::history::landing_events::LandingEvent;
use crate::history::objects::ObjectReader;
use crate::history::open::{self, Opened, Tip};
use crate::history::pulls::PullHeads;
use crate::history::walk::{self, Commit, History, Reach};
use crate::lines::book::Book;
use crate::lines::instances::{self, Context, Lifetime, Settled};
use crate::lines::operations::{self, Operations};
use crate::lines::records::{self, Recorder, Records};
use crate::lines::schedule::{self, Progress, TrackedHistory};
use crate::lines::tracker::TrackOptions;
use crate::lines::undone::Effect;
use crate::lines::versions::Step;
use crate::problem::{GapKind, Gaps};
use crate::provenance::{CommitText, Provenance, Rules};
use crate::units::{SECONDS_PER_DAY, Timestamp, len_to_u32, len_to_u64};
use crate::untrusted::Untrusted;

/// What to find out about a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanOptions {
    /// The branch, tag or commit to judge; `None` for the default branch.
    pub rev: Option<String>,
    /// The end of observation; `None` for the time of the tip.
    pub as_of: Option<Timestamp>,
    /// When mainline commits landed, where that is known better than by their dates.
    pub landing_events: Vec<LandingEvent>,
    /// A file of rules that go before those that come with the program.
    pub provenance_rules: Option<Vec<u8>>,
    /// Whether to read the mainline alone: what a merge brought is then its own.
    pub first_parent_origins: bool,
    /// Lines as `git blame` sees them.
    pub exact: bool,
    /// Whether to return the lines at the tip.
    pub standing: bool,
    /// Whether to return what each commit changed.
    pub changes: bool,
    /// How many days before the end landings are parsed for kinds of lines; `None` to
    /// leave parsing out.
    pub parsed_days: Option<u32>,
    /// Whether code may be parsed to tell a change of form from one of code.
    pub syntax: bool,
    /// Whether to leave out what commits say about AI and what kinds their lines are:
    /// the origins of lines do not need it.
    pub no_marks: bool,
    /// Whether to look for code that stands in several places.
    pub clones: bool,
    /// Whether to follow the parsed landings for what they copied.
    pub clone_history: bool,
    /// Whether to follow the parsed landings for the functions that they touched.
    pub function_history: bool,
    /// Whether to look at the files of the tip for what they are and how they are run.
    pub tip_files: bool,
    /// Whether to read the AI sessions that the repository holds.
    pub checkpoints: bool,
    /// Where earlier runs kept what they found; `None` to keep nothing.
    pub cache_folder: Option<PathBuf>,
    /// How many threads; `None` for one a core.
    pub jobs: Option<usize>,
    /// Whether repositories of other users may be opened.
    pub allow_foreign_owner: bool,
}

/// Finds out everything about one repository, which may lead nowhere outside of `roots`.
///
/// # Errors
///
/// When it cannot be opened, the revision is not there, or the tip cannot be read.
/// Damage further back is a gap in the facts.
pub fn scan(
    path: &Path,
    roots: &[PathBuf],
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
    threads.install(|| scan_here(path, roots, options, progress))
}

fn scan_here(
    path: &Path,
    roots: &[PathBuf],
    options: &ScanOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Facts, Error> {
    let opened = open::open(path, roots, options.allow_foreign_owner)?;
    let tip = opened.tip(options.rev.as_deref())?;
    let mut reader = opened.reader()?;
    let mut gaps = Gaps::default();
    let pulls = pulls(&opened, options, &mut gaps);
    let refused = remembered::check_place(options).err();
    let sources = sources(&opened, options, &mut gaps);
    let rules = rules_of(options)?;
    let aside = Aside { pulls: &pulls, sources: &sources, rules: &rules };
    let place = remembered::place(&opened, &tip, options, aside);
    let place = place.filter(|_| refused.is_none());
    let kept = place.as_ref().and_then(|place| {
        let packs = opened.packs();
        remembered::load(place, &rules, &packs, &mut reader)
    });
    let mut facts = match kept {
        Some(facts) => Facts { cache: CacheUse::Kept, ..facts },
        None => {
            let packs = opened.packs();
            let load = |place| remembered::load_records(place, &packs);
            let records = place.as_ref().map(load);
            let failures = opened.failures();
            let (mut facts, kept) =
                find_out(&opened, &tip, options, aside, records.as_ref(), progress)?;
            facts.cache =
                if facts.work.records == 0 { CacheUse::None } else { CacheUse::Resumed };
            if let Some(place) = &place
                && let Err(why) = {
                    let mut packs = records.map_or_else(BTreeSet::new, |one| one.packs());
                    packs.extend(opened.used_packs());
                    let packs = Some(packs).filter(|_| opened.failures() == failures);
                    remembered::keep(place, &facts, kept, packs)
                }
            {
                facts.cache = CacheUse::Unwritable(why);
            }
            facts
        }
    };
    if let Some(why) = refused {
        facts.cache = CacheUse::Unwritable(why);
    }
    facts.gaps.merge(&gaps);
    facts.path = Untrusted::from(path.as_os_str().as_encoded_bytes());
    if let Some(tip) = &mut facts.tip_files {
        // Tags move on their own, too.
        tip.tags = signals::tip::tags(&opened);
        tip.origin = signals::tip::origin(&opened);
    }
    if options.checkpoints {
        // They lie on a branch of their own, which moves on its own.
        let mut gaps = Gaps::default();
        facts.checkpoints = checkpoints::read(&opened, &mut reader, &mut gaps);
        facts.gaps.merge(&gaps);
        opened.check_cost()?;
        if !options.no_marks {
            evidence::from_checkpoints(&mut facts, &rules);
        }
    }
    Ok(facts)
}

/// The heads of pull requests, where they may tell who wrote lines.
fn pulls(opened: &Opened, options: &ScanOptions, gaps: &mut Gaps) -> PullHeads {
    if options.exact || options.first_parent_origins {
        return PullHeads::new();
    }
    opened.pull_heads(gaps)
}

/// The records of who wrote lines, where anybody asks.
fn sources(opened: &Opened, options: &ScanOptions, gaps: &mut Gaps) -> attested::Sources {
    if options.exact || options.no_marks {
        return attested::Sources::default();
    }
    attested::sources(opened, gaps)
}

/// What decides beside the branch that is judged.
#[derive(Clone, Copy)]
struct Aside<'a> {
    /// The heads of pull requests.
    pulls: &'a PullHeads,
    /// The records of who wrote lines.
    sources: &'a attested::Sources,
    /// The rules by which commits are classified.
    rules: &'a Rules,
}

/// Finds out everything that the tip, the options and the pull requests decide. With
/// records of earlier runs, those for the next are returned too.
fn find_out(
    opened: &Opened,
    tip: &Tip,
    options: &ScanOptions,
    Aside { pulls, sources, rules }: Aside<'_>,
    records: Option<&Records>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Facts, Option<Vec<u8>>), Error> {
    let mut facts = Facts {
        version: FACTS_VERSION,
        branch: Untrusted(tip.name.clone()),
        exact: options.exact,
        first_parent_origins: options.first_parent_origins,
        ..Facts::default()
    };
    opened.remark(&mut facts.gaps);
    let mut reader = opened.reader()?;
    let Some(mut history) =
        read_history(&mut reader, opened, tip, options, &mut facts.gaps, progress)
    else {
        return Ok((facts, None));
    };
    if !pulls.is_empty() {
        let place = squashes::Place { shallow: opened.shallow(), pulls, progress };
        let found = squashes::recover(&mut reader, place, history, &mut facts.gaps);
        (history, facts.squashes) = (found.0, Some(found.1));
    }
    if options.first_parent_origins {
        remark_merges(&history, &mut facts.gaps);
    }
    let as_of = options.as_of.or(history.clock.last().copied());
    facts.as_of = as_of;
    let has_events = !options.landing_events.is_empty();
    facts.landings_by_event = has_events.then(|| len_to_u64(history.n_given_times));
    facts.parsed_since = options.parsed_days.zip(as_of).map(|(days, as_of)| {
        Timestamp(as_of.0.saturating_sub(i64::from(days) * SECONDS_PER_DAY))
    });
    let tip_commit = history.commits.last();
    facts.tip = tip_commit.map(|commit| commit.id);
    facts.links = links::count(&mut reader, tip_commit);
    let mut provenance = if options.no_marks {
        vec![Provenance::default(); history.commits.len()]
    } else {
        classify(&history, rules, progress)
    };
    if !options.no_marks {
        evidence::from_branches(&history, rules, &mut provenance, &mut facts.gaps);
    }
    let mut attested = if options.exact || options.no_marks {
        attested::Records::default()
    } else {
        attested::read((&mut reader, sources), &history, rules, &mut facts.gaps, progress)
    };
    let mailmap = authors::read_mailmap(&mut reader, tip_commit, &mut facts.gaps);
    let people = authors::number(&history, rules, &provenance, &mailmap);
    let kinds =
        kinds::Kinds::new(opened, &history, facts.parsed_since, !options.no_marks);
    let track = TrackOptions {
        exact: options.exact,
        // Functions and placeholders are told who wrote their lines.
        standing: options.standing || options.parsed_days.is_some(),
        counts: options.changes,
        syntax: options.syntax,
        parsed_from: facts
            .parsed_since
            .map(|since| len_to_u32(history.clock.partition_point(|&time| time < since))),
        form_landings: if options.exact {
            FxHashSet::default()
        } else {
            context::form_landings(&mut reader, &history, tip_commit, &mut facts.gaps)
        },
        attested: std::mem::take(&mut attested.attested),
    };
    let no_records = Records::default();
    let mut tracked = schedule::track_history(
        opened,
        &history,
        &track,
        &|graph| kinds.reader(graph),
        records,
        progress,
    )?;
    let mut definitions = Vec::new();
    let mut product_code = functions::ProductCode::new();
    if options.parsed_days.is_some() {
        let known = records.unwrap_or(&no_records);
        let (found, read) =
            definitions::count(opened, &tracked.graph, &kinds, known, progress)?;
        facts.definitions = definitions::sum(&found);
        facts.functions = Some(functions::table(&found, &tracked.graph));
        product_code = functions::product_code(&found, &tracked.graph);
        if options.tip_files {
            let (found, read) = signals::tip::read(opened, &tracked.graph, &found)?;
            facts.tip_files = Some(found);
            reader.work.add(read);
        }
        definitions = found.into_iter().map(|file| (file.blob, file.record)).collect();
        reader.work.add(read);
    }
    let (mut asked, mut prints) = (FxHashMap::default(), Vec::new());
    if options.clones {
        let (gaps, with_prints) = (&mut facts.gaps, options.tip_files);
        let (found, read) =
            clones::find(opened, &tracked.graph, with_prints, gaps, progress)?;
        facts.duplication = Some(found.facts);
        (asked, prints) = (found.asked, found.prints);
        reader.work.add(read);
    }
    if let Some(from) = track.parsed_from.filter(|_| options.clone_history) {
        let gaps = &mut facts.gaps;
        let (rows, read) = clone_history::follow(opened, &tracked, from, gaps, progress)?;
        facts.clone_births = Some(rows);
        reader.work.add(read);
    }
    if let Some(from) = track.parsed_from.filter(|_| options.function_history)
        && let Some(table) = &facts.functions
    {
        let (of, gaps) = ((&tracked, &history.clock[..]), &mut facts.gaps);
        let (found, read) =
            function_history::follow(opened, of, from, table, gaps, progress)?;
        facts.function_history = Some(found);
        reader.work.add(read);
    }
    facts.gaps.merge(&kinds.gaps());
    let recorder = tracked.records.take().filter(|_| kinds.gaps().is_empty());
    facts.work.records = recorder.as_ref().map_or(0, Recorder::taken);
    let id = |commit: CommitIdx| history.commits[commit.at()].id;
    let (known, used) = (records.unwrap_or(&no_records), opened.used_packs());
    let kept = recorder.map(|recorder| {
        let paths = &tracked.graph.paths;
        records::write(recorder, (known, &used), id, paths, definitions)
    });
    let kept = kept.transpose().map_err(|why| {
        let hint = "run with --no-cache, and report this as a bug";
        Error::input("E-CACHE", "what was found cannot be kept", &why.to_string(), hint)
    })?;
    facts.work.versions_parsed = kinds.parsed();
    facts.work.commits = len_to_u64(history.commits.len());
    facts.work.objects_read = reader.work.objects;
    facts.work.blobs_read = reader.work.blobs;
    facts.work.bytes_read = reader.work.bytes;
    let taken = undone::taken(&history, &mut facts.gaps);
    let context = context::read(&history, &people, &tracked.graph, &taken, asked);
    fill_commits(&mut facts, &history, provenance, people);
    if !options.no_marks {
        facts.signals = signals::find(&tracked.graph, rules);
        facts.marks_off = signals::marks_off(&mut reader, &tracked.graph);
    }
    attested.count(&tracked.tracked.written);
    let effects = fill_lines(&mut facts, tracked, &context, progress);
    functions::add_landings(&mut facts, &product_code);
    signals::prints::add(&mut facts, prints, &history);
    if !options.standing {
        facts.standing = Vec::new();
    }
    facts.reverts = undone::rows(&history, &taken, &effects);
    evidence::from_records(&mut facts, &attested);
    if !options.no_marks {
        evidence::from_pulls(&mut facts);
    }
    evidence::operators(&mut facts, &attested);
    facts.writers = attested.writers;
    facts.records_elsewhere = attested.elsewhere;
    opened.check_cost()?;
    Ok((facts, kept))
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
    let reach =
        if options.first_parent_origins { Reach::FirstParents } else { Reach::All };
    let mut read = |tip: ObjectId, gaps: &mut Gaps| {
        let mut report = |commits| progress(Progress::Commits(commits));
        walk::read(reader, tip, reach, opened.shallow(), gaps, &mut report)
    };
    let mut found = Gaps::default();
    let mut history = read(tip.commit?, &mut found);
    let given = walk::given_times(&history, &options.landing_events, gaps);
    walk::run_clock(&mut history, &given, &mut found);
    let within = |time: &Timestamp| options.as_of.is_none_or(|as_of| *time <= as_of);
    let n_landings = history.clock.partition_point(within);
    if n_landings == history.mainline.len() {
        gaps.merge(&found);
        return Some(history);
    }
    // Read again from the last landing, so that branches that land later are not in it.
    let last = history.mainline.get(n_landings.checked_sub(1)?)?;
    let mut history = read(history.commits[last.at()].id, gaps);
    walk::run_clock(&mut history, &given, gaps);
    Some(history)
}

/// Says which merges have branches that were not read.
fn remark_merges(history: &History, gaps: &mut Gaps) {
    for commit in history.commits.iter().filter(|commit| commit.n_parents > 1) {
        let why = "merge whose branch was not read (--first-parent-origins): what it brought \
                   counts as written by it";
        gaps.add(GapKind::FirstParentOrigins, why, commit.id.to_string().as_bytes());
    }
}

/// The rules by which commits are classified.
fn rules_of(options: &ScanOptions) -> Result<Rules, Error> {
    match &options.provenance_rules {
        None => Rules::embedded(),
        Some(user) => Rules::with(user),
    }
}

fn classify(
    history: &History,
    rules: &Rules,
    progress: &(dyn Fn(Progress) + Sync),
) -> Vec<Provenance> {
    const SLICE_COMMITS: usize = 1_024;
    let total = len_to_u64(history.commits.len());
    let done = AtomicU64::new(0);
    let slices: Vec<Vec<Provenance>> = history
        .commits
        .par_chunks(SLICE_COMMITS)
        // Each thread has its own rules: sharing the matchers would make it wait.
        .map_init(
            || rules.clone(),
            |rules, slice| {
                let found =
                    slice.iter().map(|commit| classify_commit(rules, commit)).collect();
                let n = len_to_u64(slice.len());
                progress(Progress::Classified(
                    done.fetch_add(n, Ordering::Relaxed) + n,
                    total,
                ));
                found
            },
        )
        .collect();
    slices.into_iter().flatten().collect()
}

fn classify_commit(rules: &Rules, commit: &Commit) -> Provenance {
    let who = (commit.author.as_ref(), commit.committer.as_ref());
    let mut provenance = classify_text(rules, who, &commit.message);
    if commit.n_parents > 1 {
        // A merge says something about the branch it brings, not about lines of its own.
        let none = crate::provenance::AiClass::Unknown;
        (provenance.class, provenance.by_marks) = (none, none);
        provenance.level = crate::provenance::EvidenceLevel::E0;
    }
    provenance
}

/// As [`scan`] classifies the commit, apart from what merges are.
fn classify_raw(rules: &Rules, commit: &RawCommit) -> Provenance {
    let who = (commit.author.as_ref(), commit.committer.as_ref());
    classify_text(rules, who, &commit.message)
}

fn classify_text(
    rules: &Rules,
    (author, committer): (Option<&Signature>, Option<&Signature>),
    message: &[u8],
) -> Provenance {
    let name =
        |who: Option<&'_ Signature>| who.map_or(Vec::new(), |who| who.name.clone());
    let email =
        |who: Option<&'_ Signature>| who.map_or(Vec::new(), |who| who.email.clone());
    rules.classify(&CommitText {
        author_name: &name(author),
        author_email: &email(author),
        committer_name: &name(committer),
        committer_email: &email(committer),
        committer_time: committer.and_then(|who| who.seconds).map(Timestamp),
        message,
    })
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
    let on_mainline: FxHashSet<ObjectId> =
        history.mainline.iter().map(|at| history.commits[at.at()].id).collect();
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
                pull: commit.pull,
                is_squash: commit.pull.is_none()
                    && on_mainline.contains(&commit.id)
                    && squashes::is_squash(commit),
                provenance,
                record: None,
                pulled: None,
                operator_by: OperatorBy::Text,
                checkpoint_ids: checkpoints::ids_in(&commit.message),
            }
        })
        .collect();
    facts.people = people.people;
}

fn fill_lines(
    facts: &mut Facts,
    history: TrackedHistory,
    context: &Context,
    progress: &(dyn Fn(Progress) + Sync),
) -> Vec<Effect> {
    let TrackedHistory { graph, tracked, links, read, trees_read, records: _ } = history;
    let done = AtomicU64::new(0);
    let tick = || progress(Progress::Settled(done.fetch_add(1, Ordering::Relaxed) + 1));
    let settled = instances::settle(&tracked.book, links, context, &tick);
    for (landing, is_bulk) in facts.mainline.iter_mut().zip(&settled.is_bulk) {
        landing.is_bulk = *is_bulk;
    }
    let row = |(one, lines): (Lifetime, u64)| LifetimeFacts {
        origin: one.origin,
        landing: one.landing,
        death: one.death,
        path: one.path,
        kind: one.kind,
        class: one.class,
        birth_unknown: one.birth_unknown,
        overwritten_by: one.overwritten_by,
        lineage_death: one.lineage_death,
        birth: one.birth,
        mark: one.mark,
        lines,
    };
    facts.line_operations =
        line_operations(&tracked.book, &settled, facts.mainline.len());
    facts.lifetimes = settled.lifetimes.into_iter().map(row).collect();
    if let Some(squashes) = &mut facts.squashes {
        let commits = &facts.commits;
        let is_pulled = |one: &&LifetimeFacts| {
            one.is_countable() && commits[one.origin.at()].pull.is_some()
        };
        let lines = facts.lifetimes.iter().filter(is_pulled).map(|one| one.lines);
        squashes.lines = lines.sum();
    }
    facts.changes = tracked
        .counts
        .iter()
        .filter_map(|counted| change(graph.steps[counted.step as usize], counted.lines))
        .collect();
    if let Some(duplication) = &mut facts.duplication {
        duplication.debt = clones::debt(&settled.asked);
    }
    facts.standing = settled
        .standing
        .into_iter()
        .map(|file| StandingFacts { path: file.path, runs: file.runs })
        .collect();
    facts.gaps.merge(&tracked.gaps);
    facts.gaps.merge(&settled.gaps);
    facts.blobs = Coverage { wanted: tracked.blobs.0, found: tracked.blobs.1 };
    facts.work = Work {
        trees_read,
        objects_read: facts.work.objects_read + read.objects,
        blobs_read: facts.work.blobs_read + read.blobs,
        bytes_read: facts.work.bytes_read + read.bytes,
        versions: len_to_u64(graph.versions.len()),
        bytes_compared: tracked.work.bytes_compared,
        lines_hashed: tracked.work.lines_hashed,
        ..facts.work
    };
    facts.paths = graph.paths.into_iter().map(Untrusted).collect();
    settled.effects
}

/// What landings did to lines, without those that did nothing.
fn line_operations(
    book: &Book,
    settled: &Settled,
    n_landings: usize,
) -> Vec<LineOperationFacts> {
    let found = operations::find(book, &settled.links, &settled.copied, n_landings);
    let rows = (0..).zip(found).flat_map(|(landing, of)| {
        [(true, of.counted), (false, of.excluded)].map(|(counted, operations)| {
            LineOperationFacts { landing, counted, operations }
        })
    });
    rows.filter(|row| row.operations != Operations::default()).collect()
}

fn change(step: Step, lines: Option<(u32, u32)>) -> Option<ChangeFacts> {
    if step.out_of_sight {
        // Whether anything changed is not known, which is a gap.
        return None;
    }
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
