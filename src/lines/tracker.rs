//! The tracker: works through one lineage of versions in the order of history and
//! writes down when each line was born, landed and left.
//!
//! Two books are kept. *Origins* say for each version which commit wrote each line, as
//! `git blame` would, through all parents. *Lives* say for each path of the mainline
//! which lines stand there, when they landed and what became of them, along first
//! parents. A line is in the second book once, whatever the branches did.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::file_class::FileClass;
use crate::history::objects::ObjectReader;
use crate::history::walk::History;
use crate::lines::attested::{self, Attested, MarkedLines, Written};
use crate::lines::book::{
    Book, Came, Exit, Fate, LandedLine, Left, Link, MarkedRun, Respaced, Stand,
};
use crate::lines::contents::{Asked, Content, Contents, KindReader, StepRead};
use crate::lines::diff::{DiffWork, Hunk};
use crate::lines::edits::substitution;
use crate::lines::heirs::{self, Heirs};
use crate::lines::marks::LineMark;
use crate::lines::origins::{self, Origin};
use crate::lines::records::{Recorder, Records, StepText};
use crate::lines::room::Room;
use crate::lines::runs::{Label, Runs};
use crate::lines::versions::{Graph, Lineage, Step, Version};
use crate::problem::Gaps;
use crate::syntax::LineKind;
use crate::units::len_to_u32;

/// How many lines a step changed, as `git diff --numstat` counts; `None` for binary or
/// unreadable files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The number of the step.
    pub step: u32,
    /// Lines added and deleted.
    pub lines: Option<(u32, u32)>,
}

/// What the tracker is asked.
#[derive(Debug, Clone, Default)]
pub struct TrackOptions {
    /// Lines as `git blame` sees them: white space counts, nothing is passed over.
    pub exact: bool,
    /// Whether to return the files at the tip line by line.
    pub standing: bool,
    /// Whether to count the lines of each step.
    pub counts: bool,
    /// Whether code may be parsed to tell a change of form from one of code.
    pub syntax: bool,
    /// The first landing whose lines are parsed for their kinds, if any is.
    pub parsed_from: Option<u32>,
    /// Landings that are known to change the form of code alone.
    pub form_landings: FxHashSet<u32>,
    /// What records say of the lines of commits.
    pub attested: Attested,
}

/// What the tracker works with.
pub struct Tools<'t, 'r, 'k> {
    /// Reads the blobs.
    pub reader: &'t mut ObjectReader<'r>,
    /// Tells the kinds of lines that land.
    pub kinds: &'t mut KindReader<'k>,
    /// What earlier runs found out; `None` when nothing is kept from run to run.
    pub records: Option<&'t Records>,
    /// What records say of the lines of versions.
    pub marks: &'t FxHashMap<u32, &'t [MarkedLines]>,
    /// Room for the lines that land.
    pub room: &'t Room,
    /// Called after each version, so that progress can be told from a hang.
    pub tick: &'t dyn Fn(),
}

impl std::fmt::Debug for Tools<'_, '_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools").finish_non_exhaustive()
    }
}

/// What one lineage has to say.
#[derive(Debug, Default)]
pub struct Tracked {
    /// The lines that landed, and what became of them.
    pub book: Book,
    /// The changed lines of each step, if asked for.
    pub counts: Vec<Counted>,
    /// The lines that commits with a record wrote, by mark.
    pub written: Vec<Written>,
    /// What was left out.
    pub gaps: Gaps,
    /// What it cost.
    pub work: DiffWork,
    /// Blobs that changed, and those of them that could be read.
    pub blobs: (u64, u64),
    /// What the next run shall know, if anything is kept.
    pub records: Option<Recorder>,
}

/// Why a lineage was not worked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The books do not balance, in words: a fault of this program, or records of an
    /// earlier run that do not tell what the repository does.
    Unbalanced(String),
    /// There is no room for the lines that land.
    TooManyLines,
}

/// Works through one lineage.
///
/// # Errors
///
/// [`Stopped`] says why there is nothing to say of it.
pub fn track(
    history: &History,
    graph: &Graph,
    lineage: &Lineage,
    options: &TrackOptions,
    tools: Tools<'_, '_, '_>,
) -> Result<Tracked, Stopped> {
    let Tools { reader, kinds, records, marks, room, tick } = tools;
    let TrackOptions { exact, counts, syntax, parsed_from, .. } = *options;
    let asked = Asked { exact, counts, syntax, parsed_from };
    let of = (history, graph);
    let mut tracker = Tracker {
        history,
        graph,
        options,
        contents: Contents::new(of, lineage, reader, kinds, records, asked),
        origins: FxHashMap::default(),
        uses: uses(graph, lineage, options.standing),
        lives: FxHashMap::default(),
        counts: Vec::new(),
        book: Book::default(),
        room,
        marks,
        written: Vec::new(),
    };
    let mut steps = lineage.steps.iter().copied().peekable();
    for &version in &lineage.versions {
        let commit = graph.versions[version as usize].commit;
        while let Some(step) =
            steps.next_if(|&step| graph.steps[step as usize].commit < commit)
        {
            tracker.step(step)?;
        }
        tracker.write_origins(version)?;
        tick();
    }
    for step in steps {
        tracker.step(step)?;
    }
    tracker.finish(&lineage.tip)
}

/// How often the origins of each version are still needed.
fn uses(graph: &Graph, lineage: &Lineage, standing: bool) -> FxHashMap<u32, u32> {
    let mut uses: FxHashMap<u32, u32> = FxHashMap::default();
    for &version in &lineage.versions {
        for &origin in graph.origins(version) {
            *uses.entry(origin).or_default() += 1;
        }
    }
    for &step in &lineage.steps {
        let step = graph.steps[step as usize];
        if let Some(new) = step.new.filter(|_| step.landing.is_some()) {
            *uses.entry(new).or_default() += 1;
        }
    }
    if standing {
        for &(_, version) in &lineage.tip {
            *uses.entry(version).or_default() += 1;
        }
    }
    uses
}

struct Tracker<'t, 'r, 'k> {
    history: &'t History,
    graph: &'t Graph,
    options: &'t TrackOptions,
    contents: Contents<'t, 'r, 'k>,
    origins: FxHashMap<u32, Rc<Runs<Origin>>>,
    uses: FxHashMap<u32, u32>,
    lives: FxHashMap<u32, Runs<Stand>>,
    counts: Vec<Counted>,
    book: Book,
    room: &'t Room,
    marks: &'t FxHashMap<u32, &'t [MarkedLines]>,
    written: Vec<Written>,
}

impl Tracker<'_, '_, '_> {
    fn used_origins(&mut self, version: u32) {
        let Some(uses) = self.uses.get_mut(&version) else { return };
        *uses -= 1;
        if *uses == 0 {
            self.origins.remove(&version);
        }
    }

    /// Writes the origins of a version: its lines come from the first parent that has
    /// them, and what no parent has was written by this commit.
    fn write_origins(&mut self, version: u32) -> Result<(), Stopped> {
        let Version { commit, out_of_sight, .. } = self.graph.versions[version as usize];
        let (content, hunks) = self.contents.version(version);
        let sources = self.graph.origins(version);
        let unknown = self.history.commits[commit.at()].is_cut
            || out_of_sight
            || sources.iter().any(|&source| self.contents.is_unreadable(source));
        let own = Origin { commit, unknown, mark: 0 };
        let of = |source: &u32| self.origins.get(source).cloned().unwrap_or_default();
        let mut known: Vec<Rc<Runs<Origin>>> = sources.iter().map(of).collect();
        if let Some(last) = known.last_mut().filter(|_| self.graph.is_squashed(version)) {
            *last = Rc::new(self.of_pull(last, own));
        }
        let sides: Vec<_> = known.iter().zip(&hunks).collect();
        let origins = origins::merged(&sides, content.lines(), own);
        let origins = self.attest(version, origins, own);
        for &source in sources {
            self.used_origins(source);
            self.contents.release(source);
        }
        self.balance(origins.lines(), content.lines(), version)?;
        if self.uses.get(&version).is_some_and(|&uses| uses > 0) {
            self.origins.insert(version, Rc::new(origins));
        }
        self.contents.release(version);
        Ok(())
    }

    /// Marks the lines of which a record of the commit says who wrote them.
    fn attest(
        &mut self,
        version: u32,
        origins: Runs<Origin>,
        own: Origin,
    ) -> Runs<Origin> {
        let Some(marks) = self.marks.get(&version) else { return origins };
        let (origins, written) = attested::marked(&origins, own, marks);
        self.written.extend(written);
        origins
    }

    /// The origins that the head of a pull request tells of the lines of a squash: those
    /// of its own commits, which are the ones between the squash and its parent.
    fn of_pull(&self, origins: &Runs<Origin>, own: Origin) -> Runs<Origin> {
        let parent = self.history.commits[own.commit.at()].first_parent();
        let is_of_pull = |origin: Origin| {
            !origin.unknown
                && origin.commit < own.commit
                && parent.is_none_or(|parent| origin.commit > parent)
        };
        let mut told = Runs::default();
        for run in &origins.0 {
            // Whether the birth is known is a matter of the squash alone.
            let known = Origin { unknown: own.unknown, ..run.label };
            told.push(run.lines, if is_of_pull(run.label) { known } else { own });
        }
        told
    }

    fn balance(&self, counted: u32, lines: u32, version: u32) -> Result<(), Stopped> {
        if counted == lines {
            return Ok(());
        }
        let version = &self.graph.versions[version as usize];
        let commit = self.history.commits[version.commit.at()].id;
        let why =
            format!("{counted} lines are accounted for where {lines} stand, at {commit}");
        Err(Stopped::Unbalanced(why))
    }

    fn step(&mut self, number: u32) -> Result<(), Stopped> {
        let step = self.graph.steps[number as usize];
        let is_form = step
            .landing
            .is_some_and(|landing| self.options.form_landings.contains(&landing));
        let read = self.contents.step(step, is_form);
        self.counts.extend(read.counts.map(|lines| Counted { step: number, lines }));
        if let Some(landing) = step.landing {
            self.live(step, landing, read)?;
        }
        for version in [step.old, step.new].into_iter().flatten() {
            self.contents.release(version);
        }
        if let Some(new) = step.new.filter(|_| step.landing.is_some()) {
            self.used_origins(new);
        }
        Ok(())
    }

    /// Applies a mainline step to the book of lives.
    fn live(&mut self, step: Step, landing: u32, read: StepRead) -> Result<(), Stopped> {
        let before = self.lives.remove(&step.old_path).unwrap_or_default();
        let Some(new) = step.new else {
            // It may still be there, where nothing can be read.
            let left =
                if step.out_of_sight { Left::Unreadable } else { Left::FileDeleted };
            let mut exit = Exit { landing, left, file: step.old_path, start: 0 };
            for run in &before.0 {
                self.left(step.old_path, run.label, run.lines, exit);
                exit.start += run.lines;
            }
            return Ok(());
        };
        let content = self.contents.content(new);
        let StepRead { hunks, respaced: lines, text, .. } = read;
        if let Some(run) = before.0.first().filter(|_| lines > 0) {
            self.book.respaced.push(Respaced { landing, line: run.label.line, lines });
        }
        let origins = self.origins.get(&new).cloned().unwrap_or_default();
        if !self.room.take(hunks.iter().map(|hunk| u64::from(hunk.after.lines())).sum()) {
            return Err(Stopped::TooManyLines);
        }
        let first = self.book.next_line();
        self.born(step, landing, &hunks, (&origins, text.as_ref()));
        let mut edited = Vec::new();
        let numbers = heirs::numbers_of(&hunks, first);
        if let Some(text) = text {
            self.link(&text, &before, &numbers);
            self.book.marks.extend(text.marks);
            edited = text.edited;
        }
        if !self.options.exact {
            self.book.marks.resize(self.book.lines.len(), LineMark::of(b""));
        }
        let mut next = first;
        let mut reader = origins.reader();
        let mut went = Vec::new();
        let after = before.after(
            &hunks,
            |start, lines, result| {
                reader.skip(start);
                reader.take(start + lines, |lines, origin| {
                    result.push(lines, Stand { line: next, origin: origin.commit });
                    next += lines;
                });
            },
            |hunk, lines, stand| went.push((*hunk, lines, stand)),
        );
        let unreadable = matches!(content, Content::Unreadable(_));
        let heirs =
            Heirs { edited, numbers, origins: origins.starts(), lines: origins.lines() };
        self.went(step, landing, &went, unreadable.then_some(Left::Unreadable), &heirs);
        self.balance(after.lines(), content.lines(), new)?;
        let may_change = self.may_change_origins(step, new);
        let after = if may_change && self.origins.contains_key(&new) {
            if !self.marks.is_empty() {
                self.book.attested.extend(attested::changed(&after, &origins));
            }
            origins::relabeled(&after, &origins)
        } else {
            after
        };
        self.lives.insert(step.path, after);
        Ok(())
    }

    /// Whether lines that are kept may have other origins now: a merge can take the
    /// file of another parent, in which somebody else wrote the same lines.
    fn may_change_origins(&self, step: Step, new: u32) -> bool {
        let written_here = self.graph.versions[new as usize].commit == step.commit;
        let from_old = step.old.is_some_and(|old| self.graph.origins(new) == [old]);
        step.old.is_some() && step.old != Some(new) && !(written_here && from_old)
    }

    /// Gives numbers to the lines that came with a step and writes down what is known
    /// of them.
    fn born(
        &mut self,
        step: Step,
        landing: u32,
        hunks: &[Hunk],
        (origins, text): (&Runs<Origin>, Option<&StepText>),
    ) {
        let class = text.map_or(FileClass::Product, |text| text.class);
        // Without its first parent a landing seems to bring in the whole tree, whatever
        // other parents say of who wrote it.
        let commit = &self.history.commits[step.commit.at()];
        let is_boundary = commit.is_cut && commit.first_parent().is_none();
        let after_gap = is_boundary
            || step.out_of_sight
            || step.old.is_some_and(|old| self.contents.is_unreadable(old));
        let mut kinds = text.into_iter().flat_map(|text| text.kinds.iter().copied());
        let mut origins = origins.reader();
        for came in hunks.iter().map(|hunk| hunk.after).filter(|came| !came.is_empty()) {
            let Book { lines, came: blocks, attested, .. } = &mut self.book;
            blocks.push(Came {
                first: len_to_u32(lines.len()),
                lines: came.lines(),
                landing,
                path: step.path,
                start: came.start,
                class,
            });
            origins.skip(came.start);
            origins.take(came.end, |n, origin| {
                let birth_unknown = origin.unknown || after_gap;
                if origin.mark != 0 {
                    let first = len_to_u32(lines.len());
                    attested.push(MarkedRun { first, lines: n, mark: origin.mark });
                }
                lines.extend((0..n).map(|_| LandedLine {
                    kind: kinds.next().unwrap_or(LineKind::Text),
                    birth_unknown,
                }));
            });
        }
    }

    /// Writes down which lines go on as others, by the numbers of both. `before` has the
    /// lines that stood before, `came` the numbers of those that came.
    fn link(&mut self, text: &StepText, before: &Runs<Stand>, came: &[(u32, u32)]) {
        let StepText { carried, edited, substitutions, joined, split, .. } = text;
        if carried.is_empty() && edited.is_empty() && joined.is_empty() {
            return;
        }
        let went = before.starts();
        let old = |line: u32| {
            let (start, stand) = went[went.partition_point(|at| at.0 <= line) - 1];
            stand.below(line - start).line
        };
        let new = |line: u32| heirs::number_of(came, line);
        let link = |&(went, came): &(u32, u32)| Link { from: old(went), to: new(came) };
        self.book.carried.extend(carried.iter().map(link));
        self.book.edited.extend(edited.iter().map(link));
        self.book.substitutions.extend(substitutions);
        self.book.substitutions.resize(self.book.edited.len(), substitution::NONE);
        self.book.joined.extend(joined.iter().map(|&line| old(line)));
        self.book.split.extend(split.iter().map(|&line| new(line)));
    }

    /// Writes down the lines that went.
    fn went(
        &mut self,
        step: Step,
        landing: u32,
        went: &[(Hunk, u32, Stand)],
        left: Option<Left>,
        heirs: &Heirs,
    ) {
        let mut at = 0;
        for &(hunk, lines, stand) in went {
            at = at.max(hunk.before.start);
            let mut start = at;
            while start < at + lines {
                let (gone, same) = heirs.of(&hunk, start, at + lines);
                let exit =
                    Exit { landing, left: left.unwrap_or(gone), file: step.path, start };
                self.left(step.old_path, stand.below(start - at), same, exit);
                start += same;
            }
            at += lines;
        }
    }

    fn left(&mut self, path: u32, stand: Stand, lines: u32, exit: Exit) {
        self.book.fates.push(Fate { stand, lines, path, exit: Some(exit) });
    }

    fn finish(mut self, tip: &[(u32, u32)]) -> Result<Tracked, Stopped> {
        self.contents.finish();
        if self.contents.is_lost {
            let why = "a version that had so many lines can be read no more";
            return Err(Stopped::Unbalanced(why.to_owned()));
        }
        for &(path, version) in tip {
            let Some(lives) = self.lives.remove(&path) else {
                let path = String::from_utf8_lossy(&self.graph.paths[path as usize])
                    .into_owned();
                let why = format!("a file stands at the tip without a life: {path}");
                return Err(Stopped::Unbalanced(why));
            };
            for run in &lives.0 {
                let (stand, lines) = (run.label, run.lines);
                self.book.fates.push(Fate { stand, lines, path, exit: None });
            }
            if self.options.standing
                && let Some(origins) = self.origins.get(&version)
            {
                let lives = origins::relabeled(&lives, origins);
                self.book.standing.push((path, lives.0));
            }
        }
        if !self.lives.is_empty() {
            let n = self.lives.len();
            let why = format!("{n} files live on that are not at the tip");
            return Err(Stopped::Unbalanced(why));
        }
        Ok(Tracked {
            book: self.book,
            counts: self.counts,
            written: self.written,
            gaps: self.contents.gaps,
            work: self.contents.work,
            blobs: self.contents.blobs,
            records: self.contents.recorder,
        })
    }
}
