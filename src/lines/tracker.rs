//! The tracker: works through one lineage of versions in the order of history and
//! writes down when each line was born, landed and died.
//!
//! Two books are kept. *Origins* say for each version which commit wrote each line, as
//! `git blame` would, through all parents. *Lives* say for each path of the mainline
//! which lines stand there, when they landed and what became of them, along first
//! parents. A line is in the second book once, whatever the branches did.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::file_class::FileClass;
use crate::history::CommitIdx;
use crate::history::objects::{ObjectKind, ObjectReader, Unreadable};
use crate::history::walk::History;
use crate::lines::diff::{self, DiffWork, Hunk, Tail, WhiteSpace};
use crate::lines::runs::{RunReader, Runs};
use crate::lines::similarity::is_binary;
use crate::lines::tokens::{Lexicon, Text};
use crate::lines::versions::{Graph, Lineage, Step};
use crate::problem::{GapKind, Gaps};
use crate::syntax::LineKind;
use crate::units::len_to_u64;

/// Why a line is no longer there.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum DeathCause {
    /// Replaced by lines of the person who had written it.
    ModifiedSelf,
    /// Replaced by lines of somebody else, or of nobody known.
    ModifiedOther,
    /// Removed, with nothing in its place.
    Deleted,
    /// Its whole file was removed.
    FileDeleted,
    /// Removed by a bulk event: an import, or more than 10,000 countable lines.
    Bulk,
    /// Removed by a commit that takes back the one that brought it in.
    Reverted,
    /// Its file became unreadable: it may live on, so this censors and does not kill.
    Unreadable,
}

impl DeathCause {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModifiedSelf => "modified_self",
            Self::ModifiedOther => "modified_other",
            Self::Deleted => "deleted",
            Self::FileDeleted => "file_deleted",
            Self::Bulk => "bulk",
            Self::Reverted => "reverted",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A line's label in the book of lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life {
    /// The commit that wrote it.
    pub origin: CommitIdx,
    /// The mainline number of the commit that brought it in.
    pub landing: u32,
    /// What kind of line it was then.
    pub kind: LineKind,
    /// What kind of file it was in then.
    pub class: FileClass,
    /// Whether it may be older than it seems, because history is cut or was unreadable.
    pub birth_unknown: bool,
}

/// Lines that share everything: born together, and the same became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime {
    /// The number of the path where they stood last.
    pub path: u32,
    /// Where they came from.
    pub life: Life,
    /// The mainline number of the commit that removed them, and why; `None` while
    /// they stand: censored, not immortal.
    pub death: Option<(u32, DeathCause)>,
    /// How many lines; never zero.
    pub lines: u64,
}

/// A file at the tip, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingFile {
    /// The number of its path.
    pub path: u32,
    /// For each run of lines the commit that wrote it, as `git blame` says, and the
    /// mainline number of the commit that brought it in.
    pub runs: Vec<(u32, CommitIdx, u32)>,
}

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
#[derive(Debug, Clone, Copy)]
pub struct TrackOptions {
    /// Lines as `git blame` sees them: white space counts, nothing is passed over.
    pub exact: bool,
    /// Whether to return the files at the tip line by line.
    pub standing: bool,
    /// Whether to count the lines of each step.
    pub counts: bool,
}

/// A version that lands, with lines that came.
#[derive(Debug, Clone, Copy)]
pub struct Landed<'a> {
    /// Its path.
    pub path: &'a [u8],
    /// The whole version.
    pub bytes: &'a [u8],
    /// The number of the landing on the mainline.
    pub landing: u32,
    /// The lines that came, in order, each block with its bytes.
    pub came: &'a [(diff::LineRange, &'a [u8])],
}

/// What can be told of the lines that came with a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds {
    /// The kind of each of them, in order and no others; missing ones are text.
    pub kinds: Vec<LineKind>,
    /// The class of their file.
    pub class: FileClass,
    /// Why its syntax could not tell the kinds, if so.
    pub fallback: Option<&'static str>,
}

/// Tells the kinds of the lines that came with a version.
pub type KindReader<'a> = dyn FnMut(&Landed<'_>) -> Kinds + 'a;

/// What the tracker works with.
pub struct Tools<'t, 'r, 'k> {
    /// Reads the blobs.
    pub reader: &'t mut ObjectReader<'r>,
    /// Tells the kinds of lines that land.
    pub kinds: &'t mut KindReader<'k>,
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
    /// The lifetimes.
    pub lifetimes: Vec<Lifetime>,
    /// The files at the tip, if asked for.
    pub standing: Vec<StandingFile>,
    /// The changed lines of each step, if asked for.
    pub counts: Vec<Counted>,
    /// What was left out.
    pub gaps: Gaps,
    /// What it cost.
    pub work: DiffWork,
    /// Blobs that changed, and those of them that could be read.
    pub blobs: (u64, u64),
}

/// What a version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Text { lines: u32 },
    Binary,
    Unreadable(Unreadable),
}

impl Content {
    fn lines(self) -> u32 {
        match self {
            Self::Text { lines } => lines,
            Self::Binary | Self::Unreadable(_) => 0,
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Text { .. })
    }
}

/// A path, a life, and how it ended; `None` while it goes on.
type Ended = (u32, Life, Option<(u32, DeathCause)>);

/// The commit that wrote a line, with a mark when it may be older.
type Origin = (CommitIdx, bool);

/// Works through one lineage.
///
/// # Errors
///
/// When the books do not balance: a fault of this program, never of a repository.
pub fn track(
    history: &History,
    graph: &Graph,
    lineage: &Lineage,
    options: TrackOptions,
    tools: Tools<'_, '_, '_>,
) -> Result<Tracked, String> {
    let Tools { reader, kinds, tick } = tools;
    let mut tracker = Tracker {
        history,
        graph,
        options,
        reader,
        kinds,
        lexicons: lexicons(options),
        texts: FxHashMap::default(),
        bytes_held: 0,
        contents: FxHashMap::default(),
        origins: FxHashMap::default(),
        uses: uses(graph, lineage, options),
        hunks: FxHashMap::default(),
        lives: FxHashMap::default(),
        ended: FxHashMap::default(),
        result: Tracked::default(),
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

/// One lexicon for each way in which versions are compared.
fn lexicons(options: TrackOptions) -> Vec<Lexicon> {
    if options.exact {
        vec![Lexicon::new(WhiteSpace::Exact)]
    } else if options.counts {
        vec![Lexicon::new(WhiteSpace::Ignored), Lexicon::new(WhiteSpace::Exact)]
    } else {
        vec![Lexicon::new(WhiteSpace::Ignored)]
    }
}

/// How often the bytes and the origins of each version are still needed.
#[derive(Debug, Clone, Copy, Default)]
struct Uses {
    bytes: u32,
    origins: u32,
}

fn uses(graph: &Graph, lineage: &Lineage, options: TrackOptions) -> FxHashMap<u32, Uses> {
    let mut uses: FxHashMap<u32, Uses> = FxHashMap::default();
    for &version in &lineage.versions {
        uses.entry(version).or_default().bytes += 1;
        for &origin in graph.origins(version) {
            let origin = uses.entry(origin).or_default();
            origin.bytes += 1;
            origin.origins += 1;
        }
    }
    for &step in &lineage.steps {
        let step = graph.steps[step as usize];
        for version in [step.old, step.new].into_iter().flatten() {
            uses.entry(version).or_default().bytes += 1;
        }
        if let Some(new) = step.new.filter(|_| step.landing.is_some()) {
            uses.entry(new).or_default().origins += 1;
        }
    }
    if options.standing {
        for &(_, version) in &lineage.tip {
            uses.entry(version).or_default().origins += 1;
        }
    }
    uses
}

struct Tracker<'t, 'r, 'k> {
    history: &'t History,
    graph: &'t Graph,
    options: TrackOptions,
    reader: &'t mut ObjectReader<'r>,
    kinds: &'t mut KindReader<'k>,
    lexicons: Vec<Lexicon>,
    texts: FxHashMap<u32, Text>,
    bytes_held: usize,
    contents: FxHashMap<u32, Content>,
    origins: FxHashMap<u32, Rc<Runs<Origin>>>,
    uses: FxHashMap<u32, Uses>,
    /// Hunks of the latest pairs, since a version's origins and its step share one.
    hunks: FxHashMap<(u32, u32), Rc<[Hunk]>>,
    lives: FxHashMap<u32, Runs<Life>>,
    ended: FxHashMap<Ended, u64>,
    result: Tracked,
}

impl Tracker<'_, '_, '_> {
    /// How many bytes of versions are held before they are read again when needed.
    const HELD_BYTES: usize = 160 << 20;
    /// How many bytes of known lines are held before they are forgotten.
    const KNOWN_BYTES: usize = 64 << 20;

    /// Makes sure that the bytes of a version are at hand.
    fn load(&mut self, version: u32) -> Content {
        if let Some(&content) = self.contents.get(&version)
            && (self.texts.contains_key(&version) || !content.is_text())
        {
            return content;
        }
        let facts = &self.graph.versions[version as usize];
        let read = self.reader.read(facts.blob, ObjectKind::Blob);
        if !self.contents.contains_key(&version) {
            self.result.blobs.0 += 1;
            self.result.blobs.1 += u64::from(read.is_ok());
        }
        let content = match read {
            Ok(bytes) if is_binary(&bytes) && !self.options.exact => Content::Binary,
            Ok(bytes) => {
                let origin = self.graph.origins(version).first();
                let beside = origin.and_then(|origin| self.texts.get(origin));
                let text = Text::read(bytes, beside, &mut self.lexicons);
                let lines = text.n_lines();
                self.bytes_held += text.bytes_held();
                self.texts.insert(version, text);
                Content::Text { lines }
            }
            Err(why) => {
                let place = &self.graph.paths[facts.path as usize];
                let words = format!("file version is {}", why.why());
                if !self.contents.contains_key(&version) {
                    self.result.gaps.add(why.gap(), &words, place);
                }
                Content::Unreadable(why)
            }
        };
        self.contents.insert(version, content);
        content
    }

    fn load_both(&mut self, old: u32, new: u32) -> (Content, Content) {
        let known: usize = self.lexicons.iter().map(Lexicon::bytes).sum();
        if self.bytes_held > Self::HELD_BYTES || known > Self::KNOWN_BYTES {
            // What is still needed is read again; its numbers go with the lexicons.
            self.texts.clear();
            self.bytes_held = 0;
            self.count_hashed();
            self.lexicons = lexicons(self.options);
        }
        (self.load(old), self.load(new))
    }

    fn used_bytes(&mut self, version: u32) {
        let Some(uses) = self.uses.get_mut(&version) else { return };
        uses.bytes -= 1;
        if uses.bytes == 0
            && let Some(text) = self.texts.remove(&version)
        {
            self.bytes_held -= text.bytes_held();
        }
    }

    fn used_origins(&mut self, version: u32) {
        let Some(uses) = self.uses.get_mut(&version) else { return };
        uses.origins -= 1;
        if uses.origins == 0 {
            self.origins.remove(&version);
        }
    }

    fn hunks(&mut self, old: u32, new: u32) -> Rc<[Hunk]> {
        if let Some(hunks) = self.hunks.get(&(old, new)) {
            return Rc::clone(hunks);
        }
        let space =
            if self.options.exact { WhiteSpace::Exact } else { WhiteSpace::Ignored };
        let hunks: Rc<[Hunk]> = self.compare(old, new, space, Tail::Cut).into();
        // A pair is needed twice at most, and soon.
        const MOST_PAIRS: usize = 64;
        if self.hunks.len() > MOST_PAIRS {
            self.hunks.clear();
        }
        self.hunks.insert((old, new), Rc::clone(&hunks));
        hunks
    }

    fn count_hashed(&mut self) {
        let hashed: u64 = self.lexicons.iter().map(|lexicon| lexicon.lines_hashed).sum();
        self.result.work.lines_hashed += hashed;
    }

    fn compare(
        &mut self,
        old: u32,
        new: u32,
        space: WhiteSpace,
        tail: Tail,
    ) -> Vec<Hunk> {
        if old == new {
            return Vec::new();
        }
        let (one, two) = self.load_both(old, new);
        if one.is_text() && two.is_text() {
            let (one, two) = (&self.texts[&old], &self.texts[&new]);
            let mut lexicons = self.lexicons.iter_mut().enumerate();
            if let Some((number, lexicon)) =
                lexicons.find(|(_, known)| known.space() == space)
            {
                let (one, two) = (one.lines(number), two.lines(number));
                return diff::compare(one, two, tail, lexicon, &mut self.result.work);
            }
            return diff::diff(one.bytes(), two.bytes(), space, &mut self.result.work);
        }
        // Nothing to compare line by line: all lines went, all lines came.
        let all = |content: Content| diff::LineRange { start: 0, end: content.lines() };
        vec![Hunk { before: all(one), after: all(two) }]
    }

    /// Writes the origins of a version: its lines come from the first parent that has
    /// them, and what no parent has was written by this commit.
    fn write_origins(&mut self, version: u32) -> Result<(), String> {
        let commit = self.graph.versions[version as usize].commit;
        let content = self.load(version);
        let cut = self.history.commits[commit.at()].is_cut;
        let mut unknown = cut;
        let sources = self.graph.origins(version).to_vec();
        let mut hunks = Vec::with_capacity(sources.len());
        for &source in &sources {
            hunks.push(self.hunks(source, version));
            unknown |= matches!(self.contents[&source], Content::Unreadable(_));
        }
        let own = (commit, unknown);
        let origins = self.merged_origins(&sources, &hunks, content.lines(), own);
        for source in sources {
            self.used_origins(source);
            self.used_bytes(source);
        }
        self.balance(origins.lines(), content.lines(), version)?;
        if self.uses.get(&version).is_some_and(|uses| uses.origins > 0) {
            self.origins.insert(version, Rc::new(origins));
        }
        self.used_bytes(version);
        Ok(())
    }

    fn merged_origins(
        &self,
        sources: &[u32],
        hunks: &[Rc<[Hunk]>],
        lines: u32,
        own: Origin,
    ) -> Runs<Origin> {
        let none = Runs::default();
        let origins = |source: &u32| self.origins.get(source).map_or(&none, Rc::as_ref);
        match (sources, hunks) {
            ([], _) => Runs::uniform(lines, own),
            ([source], [hunks]) => {
                let born = |_, lines, result: &mut Runs<Origin>| result.push(lines, own);
                origins(source).after(hunks, born, |_, _, _| {})
            }
            _ => {
                let mut found: Option<Runs<Option<Origin>>> = None;
                for (source, hunks) in sources.iter().zip(hunks) {
                    let inherited = inherited(origins(source), hunks);
                    found = Some(match found {
                        None => inherited,
                        Some(known) => first_known(&known, &inherited),
                    });
                }
                let mut origins = Runs::default();
                for run in found.iter().flat_map(|found| &found.0) {
                    origins.push(run.lines, run.label.unwrap_or(own));
                }
                origins
            }
        }
    }

    fn balance(&self, counted: u32, lines: u32, version: u32) -> Result<(), String> {
        if counted == lines {
            return Ok(());
        }
        let version = &self.graph.versions[version as usize];
        let commit = self.history.commits[version.commit.at()].id;
        Err(format!("{counted} lines are accounted for where {lines} stand, at {commit}"))
    }

    fn step(&mut self, number: u32) -> Result<(), String> {
        let step = self.graph.steps[number as usize];
        if self.options.counts {
            let lines = self.count(step);
            self.result.counts.push(Counted { step: number, lines });
        }
        if let Some(landing) = step.landing {
            self.live(step, landing)?;
        }
        for version in [step.old, step.new].into_iter().flatten() {
            self.used_bytes(version);
        }
        if let Some(new) = step.new.filter(|_| step.landing.is_some()) {
            self.used_origins(new);
        }
        Ok(())
    }

    fn count(&mut self, step: Step) -> Option<(u32, u32)> {
        let contents: Vec<Content> = [step.old, step.new]
            .into_iter()
            .flatten()
            .map(|version| self.load(version))
            .collect();
        let binary = [step.old, step.new].into_iter().flatten().any(|version| {
            self.texts.get(&version).is_none_or(|text| is_binary(text.bytes()))
        });
        if binary || contents.iter().any(|content| !content.is_text()) {
            return None;
        }
        match (step.old, step.new) {
            (Some(old), Some(new)) => {
                let hunks = self.compare(old, new, WhiteSpace::Exact, Tail::Kept);
                let added = hunks.iter().map(|hunk| hunk.after.lines()).sum();
                let deleted = hunks.iter().map(|hunk| hunk.before.lines()).sum();
                Some((added, deleted))
            }
            (None, Some(new)) => Some((self.contents[&new].lines(), 0)),
            (Some(old), None) => Some((0, self.contents[&old].lines())),
            (None, None) => Some((0, 0)),
        }
    }

    /// Applies a mainline step to the book of lives.
    fn live(&mut self, step: Step, landing: u32) -> Result<(), String> {
        let before = self.lives.remove(&step.old_path).unwrap_or_default();
        let Some(new) = step.new else {
            for run in &before.0 {
                self.end(
                    step.old_path,
                    run.label,
                    run.lines,
                    Some((landing, DeathCause::FileDeleted)),
                );
            }
            return Ok(());
        };
        let content = self.load(new);
        let hunks = match step.old {
            Some(old) => self.hunks(old, new),
            None => {
                let all = diff::LineRange { start: 0, end: content.lines() };
                let none = diff::LineRange { start: 0, end: 0 };
                Rc::new([Hunk { before: none, after: all }])
            }
        };
        let births = self.births(step, new, landing, &hunks);
        let unreadable = matches!(content, Content::Unreadable(_));
        let mut deaths = Vec::new();
        let mut origins = births.origins.reader();
        let mut kinds = births.kinds.iter().copied();
        let after = before.after(
            &hunks,
            |start, lines, result| {
                origins.skip(start);
                births.push(&mut origins, &mut kinds, start + lines, result);
            },
            |hunk, lines, label| deaths.push((hunk.after, lines, label)),
        );
        let mut origins = births.origins.reader();
        for (after, lines, label) in deaths {
            let cause = if unreadable {
                DeathCause::Unreadable
            } else {
                // Who wrote the lines that came in the same hunk, if any came.
                origins.skip(after.start);
                let writer = origins.peek().filter(|_| !after.is_empty());
                self.cause(label.origin, writer.map(|(commit, _)| commit))
            };
            self.end(step.old_path, label, lines, Some((landing, cause)));
        }
        self.balance(after.lines(), content.lines(), new)?;
        let origins =
            self.origins.get(&new).filter(|_| self.may_change_origins(step, new));
        let after = match origins {
            Some(origins) => relabeled(&after, origins),
            None => after,
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

    /// Who wrote the lines that came with a version and of what kind they are.
    fn births(&mut self, step: Step, new: u32, landing: u32, hunks: &[Hunk]) -> Births {
        let came = hunks.iter().map(|hunk| hunk.after).filter(|came| !came.is_empty());
        if came.clone().next().is_none() {
            return Births::default();
        }
        self.load(new);
        let path = &self.graph.paths[step.path as usize];
        let Some(text) = self.texts.get(&new) else { return Births::default() };
        let bytes = text.bytes();
        let came: Vec<_> = came.map(|came| (came, text.block(came))).collect();
        let landed = Landed { path, bytes, landing, came: &came };
        let Kinds { kinds, class, fallback } = (self.kinds)(&landed);
        if let Some(why) = fallback {
            self.result.gaps.add(GapKind::ParserFallback, why, path);
        }
        let after_gap = step.old.is_some_and(|old| {
            matches!(self.contents.get(&old), Some(Content::Unreadable(_)))
        });
        let origins = self.origins.get(&new).cloned().unwrap_or_default();
        Births { origins, landing, kinds, class, after_gap }
    }

    fn cause(&self, origin: CommitIdx, writer: Option<CommitIdx>) -> DeathCause {
        let Some(writer) = writer else { return DeathCause::Deleted };
        let person = |commit: CommitIdx| {
            let author = self.history.commits[commit.at()].author.as_ref();
            author.map(|author| author.email.to_ascii_lowercase())
        };
        match (person(origin), person(writer)) {
            (Some(one), Some(two)) if one == two => DeathCause::ModifiedSelf,
            _ => DeathCause::ModifiedOther,
        }
    }

    fn end(
        &mut self,
        path: u32,
        life: Life,
        lines: u32,
        death: Option<(u32, DeathCause)>,
    ) {
        *self.ended.entry((path, life, death)).or_insert(0) += u64::from(lines);
    }

    fn finish(mut self, tip: &[(u32, u32)]) -> Result<Tracked, String> {
        self.count_hashed();
        for &(path, version) in tip {
            let Some(lives) = self.lives.remove(&path) else {
                let path = String::from_utf8_lossy(&self.graph.paths[path as usize])
                    .into_owned();
                return Err(format!("a file stands at the tip without a life: {path}"));
            };
            if self.options.standing
                && let Some(origins) = self.origins.get(&version)
            {
                self.result.standing.push(standing_file(path, origins, &lives));
            }
            for run in &lives.0 {
                self.end(path, run.label, run.lines, None);
            }
        }
        if !self.lives.is_empty() {
            return Err(format!(
                "{} files live on that are not at the tip",
                self.lives.len()
            ));
        }
        self.result.lifetimes = self
            .ended
            .into_iter()
            .map(|((path, life, death), lines)| Lifetime {
                path,
                life,
                death,
                lines: len_to_u64(usize::try_from(lines).unwrap_or(usize::MAX)),
            })
            .collect();
        self.result.lifetimes.sort_unstable();
        Ok(self.result)
    }
}

/// The origins of the lines that a version has from one of several sources.
fn inherited(origins: &Runs<Origin>, hunks: &[Hunk]) -> Runs<Option<Origin>> {
    let mut labels = Runs::default();
    for run in &origins.0 {
        labels.push(run.lines, Some(run.label));
    }
    labels.after(hunks, |_, lines, result| result.push(lines, None), |_, _, _| {})
}

/// Keeps what is known and fills what is not.
fn first_known(
    known: &Runs<Option<Origin>>,
    more: &Runs<Option<Origin>>,
) -> Runs<Option<Origin>> {
    let mut merged = Runs::default();
    let mut more = more.reader();
    let mut end = 0;
    for run in &known.0 {
        end += run.lines;
        match run.label {
            Some(_) => {
                merged.push(run.lines, run.label);
                more.skip(end);
            }
            None => more.take(end, |lines, label| merged.push(lines, label)),
        }
    }
    merged
}

/// Gives lives the origins that `git blame` names now. Who wrote a line is a matter of
/// the whole history so far; when it landed is not.
fn relabeled(lives: &Runs<Life>, origins: &Runs<Origin>) -> Runs<Life> {
    let mut result = Runs::default();
    let mut reader = lives.reader();
    let mut end = 0;
    for run in &origins.0 {
        end += run.lines;
        let (origin, _) = run.label;
        reader.take(end, |lines, life| result.push(lines, Life { origin, ..life }));
    }
    result
}

fn standing_file(path: u32, origins: &Runs<Origin>, lives: &Runs<Life>) -> StandingFile {
    let mut runs: Runs<(CommitIdx, u32)> = Runs::default();
    let mut lives = lives.reader();
    let mut end = 0;
    for run in &origins.0 {
        end += run.lines;
        lives.take(end, |lines, life| runs.push(lines, (run.label.0, life.landing)));
    }
    let to_row = |run: &crate::lines::runs::Run<(CommitIdx, u32)>| {
        (run.lines, run.label.0, run.label.1)
    };
    StandingFile { path, runs: runs.0.iter().map(to_row).collect() }
}

/// What is known of the lines that came with a version that lands.
struct Births {
    origins: Rc<Runs<Origin>>,
    landing: u32,
    kinds: Vec<LineKind>,
    class: FileClass,
    after_gap: bool,
}

impl Default for Births {
    fn default() -> Self {
        Self {
            origins: Rc::default(),
            landing: 0,
            kinds: Vec::new(),
            class: FileClass::Product,
            after_gap: false,
        }
    }
}

impl Births {
    fn push(
        &self,
        origins: &mut RunReader<'_, Origin>,
        kinds: &mut impl Iterator<Item = LineKind>,
        end: u32,
        result: &mut Runs<Life>,
    ) {
        origins.take(end, |lines, (origin, unknown)| {
            for _ in 0..lines {
                let life = Life {
                    origin,
                    landing: self.landing,
                    kind: kinds.next().unwrap_or(LineKind::Text),
                    class: self.class,
                    birth_unknown: unknown || self.after_gap,
                };
                result.push(1, life);
            }
        });
    }
}
