//! What the bytes of the versions of one lineage say: how many lines there are, what
//! changed between two of them, and what the lines are that came. Bytes are held while
//! they are needed, within bounds, and read again where they were not.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::file_class::FileClass;
use crate::history::objects::{ObjectKind, ObjectReader, Unreadable};
use crate::history::walk::History;
use crate::history::{CommitIdx, ObjectId};
use crate::limits;
use crate::lines::diff::{self, DiffWork, Hunk, LineRange, Tail, WhiteSpace};
use crate::lines::edits::{self, EditWork, substitution};
use crate::lines::marks::LineMark;
use crate::lines::records::{
    self, Part, Recorder, Records, StepRecord, StepText, VersionRecord,
};
use crate::lines::similarity::is_binary;
use crate::lines::tokens::{Lexicon, Text};
use crate::lines::versions::{Graph, Lineage, Step};
use crate::lines::{ignored_revs, reformat};
use crate::problem::{GapKind, Gaps};
use crate::syntax::{self, LineKind};
use crate::units::{len_to_u32, len_to_u64};

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
    pub came: &'a [(LineRange, &'a [u8])],
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

/// What a version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Text { lines: u32 },
    Binary,
    Unreadable(Unreadable),
}

impl Content {
    pub(crate) fn lines(self) -> u32 {
        match self {
            Self::Text { lines } => lines,
            Self::Binary | Self::Unreadable(_) => 0,
        }
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text { .. })
    }
}

/// What a step did to the lines of its file.
pub(crate) struct StepRead {
    /// Added and deleted lines, if they are counted; `None` inside for binary files.
    pub(crate) counts: Option<Option<(u32, u32)>>,
    /// What changed, in steps of the mainline.
    pub(crate) hunks: Rc<[Hunk]>,
    /// Lines that stand on and of which the white space alone changed.
    pub(crate) respaced: u32,
    /// What is known of the lines that came there, if any came.
    pub(crate) text: Option<StepText>,
}

/// What will be asked of the versions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// Lines as they are: white space counts and no rule applies.
    pub(crate) exact: bool,
    /// How many lines each step changed.
    pub(crate) counts: bool,
    /// Whether code may be parsed to tell a change of form from one of code.
    pub(crate) syntax: bool,
    /// The first landing whose lines are parsed for their kinds, if any is.
    pub(crate) parsed_from: Option<u32>,
}

/// The versions of one lineage.
pub(crate) struct Contents<'t, 'r, 'k> {
    graph: &'t Graph,
    reader: &'t mut ObjectReader<'r>,
    kinds: &'t mut KindReader<'k>,
    history: &'t History,
    /// What earlier runs found out.
    known: Option<&'t Records>,
    /// What the next run shall know, if anything is kept.
    pub(crate) recorder: Option<Recorder>,
    asked: Asked,
    lexicons: Vec<Lexicon>,
    texts: FxHashMap<u32, Text>,
    bytes_held: usize,
    contents: FxHashMap<u32, Content>,
    /// How often the bytes of each version are still needed.
    uses: FxHashMap<u32, u32>,
    /// Hunks of the latest pairs, since a version's origins and its step share one.
    hunks: FxHashMap<(u32, u32), Rc<[Hunk]>>,
    /// Whether a version could be read no more, or not as before, of which its lines were
    /// counted.
    pub(crate) is_lost: bool,
    /// What was left out.
    pub(crate) gaps: Gaps,
    /// What it cost.
    pub(crate) work: DiffWork,
    /// Blobs that changed, and those of them that could be read.
    pub(crate) blobs: (u64, u64),
}

/// One lexicon for each way in which versions are compared: first that of origins and
/// lives, last that of counts.
fn lexicons(asked: Asked) -> Vec<Lexicon> {
    if asked.exact {
        vec![Lexicon::new(WhiteSpace::Exact)]
    } else if asked.counts {
        vec![Lexicon::new(WhiteSpace::Ignored), Lexicon::new(WhiteSpace::Exact)]
    } else {
        vec![Lexicon::new(WhiteSpace::Ignored)]
    }
}

fn uses(graph: &Graph, lineage: &Lineage) -> FxHashMap<u32, u32> {
    let mut uses: FxHashMap<u32, u32> = FxHashMap::default();
    for &version in &lineage.versions {
        *uses.entry(version).or_default() += 1;
        for &origin in graph.origins(version) {
            *uses.entry(origin).or_default() += 1;
        }
    }
    for &step in &lineage.steps {
        let step = graph.steps[step as usize];
        for version in [step.old, step.new].into_iter().flatten() {
            *uses.entry(version).or_default() += 1;
        }
    }
    uses
}

impl<'t, 'r, 'k> Contents<'t, 'r, 'k> {
    /// The number of the lexicon by which origins and lives see lines.
    const LIVES: usize = 0;
    /// How many bytes of versions are held before they are read again when needed.
    const HELD_BYTES: usize = 160 << 20;
    /// How many bytes of known lines are held before they are forgotten.
    const KNOWN_BYTES: usize = 64 << 20;

    /// Nothing is read yet.
    pub(crate) fn new(
        (history, graph): (&'t History, &'t Graph),
        lineage: &Lineage,
        reader: &'t mut ObjectReader<'r>,
        kinds: &'t mut KindReader<'k>,
        known: Option<&'t Records>,
        asked: Asked,
    ) -> Self {
        Self {
            graph,
            reader,
            kinds,
            history,
            known,
            recorder: known.map(|_| Recorder::default()),
            asked,
            lexicons: lexicons(asked),
            texts: FxHashMap::default(),
            bytes_held: 0,
            contents: FxHashMap::default(),
            uses: uses(graph, lineage),
            hunks: FxHashMap::default(),
            is_lost: false,
            gaps: Gaps::default(),
            work: DiffWork::default(),
            blobs: (0, 0),
        }
    }

    /// What a version holds, and what changed since each version that it came from.
    pub(crate) fn version(&mut self, version: u32) -> (Content, Vec<Rc<[Hunk]>>) {
        let graph = self.graph;
        let facts = graph.versions[version as usize];
        let sources = graph.origins(version);
        let blob = |version: &u32| graph.versions[*version as usize].blob;
        let blobs: Vec<ObjectId> = sources.iter().map(blob).collect();
        let key = (facts.commit, Part::Version(facts.file));
        // Gaps name the path.
        let path = &graph.paths[facts.path as usize];
        let question = self
            .recorder
            .as_ref()
            .and_then(|_| records::question(&(path, facts.blob, blobs)));
        if let Some(record) = self.take::<VersionRecord>(key, question)
            && record.hunks.len() == sources.len()
        {
            return self.known_version(version, record);
        }
        let before = std::mem::take(&mut self.gaps);
        let failures = self.reader.failures;
        let content = self.load(version);
        let hunks: Vec<Rc<[Hunk]>> =
            sources.iter().map(|&source| self.hunks(source, version)).collect();
        let gaps = std::mem::replace(&mut self.gaps, before);
        self.gaps.merge(&gaps);
        let lines = match content {
            Content::Text { lines } => Some(Some(lines)),
            Content::Binary => Some(None),
            Content::Unreadable(_) => None,
        };
        let is_whole = self.reader.failures == failures
            && !sources.iter().any(|&source| self.is_unreadable(source));
        if let (Some(recorder), Some(question), Some(lines), true) =
            (&mut self.recorder, question, lines, is_whole)
        {
            let hunks = hunks.iter().map(|hunks| hunks.to_vec()).collect();
            recorder.add(key, question, &VersionRecord { lines, hunks, gaps });
        }
        (content, hunks)
    }

    fn known_version(
        &mut self,
        version: u32,
        record: VersionRecord,
    ) -> (Content, Vec<Rc<[Hunk]>>) {
        self.gaps.merge(&record.gaps);
        let content =
            record.lines.map_or(Content::Binary, |lines| Content::Text { lines });
        if self.contents.insert(version, content).is_none() {
            self.blobs.0 += 1;
            self.blobs.1 += 1;
        }
        let hunks: Vec<Rc<[Hunk]>> = record.hunks.into_iter().map(Rc::from).collect();
        for (&source, hunks) in self.graph.origins(version).iter().zip(&hunks) {
            self.remember_hunks((source, version), hunks);
        }
        (content, hunks)
    }

    /// What an earlier run recorded, if it answers to this question.
    fn take<T: serde::de::DeserializeOwned>(
        &mut self,
        key: (CommitIdx, Part),
        question: Option<u64>,
    ) -> Option<T> {
        let id = self.history.commits[key.0.at()].id;
        self.known?.take(id, key, question?, self.recorder.as_mut()?)
    }

    /// What a step did. `is_form` says that the commit is known to change form alone.
    pub(crate) fn step(&mut self, step: Step, is_form: bool) -> StepRead {
        let blob = |version: u32| self.graph.versions[version as usize].blob;
        let key = (step.commit, Part::Step(step.file));
        let question = self.recorder.as_ref().and_then(|_| {
            let path = &self.graph.paths[step.path as usize];
            let is_code = || syntax::language_of(path);
            let parsed = step.landing.is_some_and(|landing| {
                self.asked.parsed_from.is_some_and(|first| landing >= first)
                    && is_code().is_some()
            });
            // Only where it landed was the text asked for. From another tip the same
            // commit may be on the mainline that was on a branch.
            let place = (path, step.landing.is_some());
            let versions = (step.old.map(blob), step.new.map(blob));
            records::question(&(place, versions, is_form, parsed))
        });
        if let Some(record) = self.take::<StepRecord>(key, question) {
            return self.known_step(step, record);
        }
        let before = std::mem::take(&mut self.gaps);
        let failures = self.reader.failures;
        let read = self.read_step(step, is_form);
        let gaps = std::mem::replace(&mut self.gaps, before);
        self.gaps.merge(&gaps);
        let mut versions = [step.old, step.new].into_iter().flatten();
        let is_whole = self.reader.failures == failures
            && !versions.any(|version| self.is_unreadable(version));
        if let (Some(recorder), Some(question), true) =
            (&mut self.recorder, question, is_whole)
        {
            let own = step.landing.is_none() || self.graph.says_of_step(step);
            let hunks = (!own).then(|| read.hunks.to_vec());
            let StepRead { counts, text, respaced, .. } = &read;
            let (counts, respaced, text) = (*counts, *respaced, text.clone());
            let record = StepRecord { counts, hunks, respaced, text, gaps };
            recorder.add(key, question, &record);
        }
        read
    }

    fn known_step(&mut self, step: Step, record: StepRecord) -> StepRead {
        self.gaps.merge(&record.gaps);
        let hunks = match record.hunks {
            Some(hunks) => hunks.into(),
            None => self.step_hunks(step),
        };
        let StepRecord { counts, respaced, text, .. } = record;
        StepRead { counts, hunks, respaced, text }
    }

    fn read_step(&mut self, step: Step, is_form: bool) -> StepRead {
        let counts = self.asked.counts.then(|| self.numstat(step));
        let hunks = self.step_hunks(step);
        let respaced = self.respaced(step, &hunks);
        let text = self.step_text(step, &hunks, is_form);
        StepRead { counts, hunks, respaced, text }
    }

    /// How many lines stand on in a step of the mainline of which the white space changed.
    fn respaced(&mut self, step: Step, hunks: &[Hunk]) -> u32 {
        let (Some(old), Some(new)) = (step.old, step.new) else { return 0 };
        let blob = |version: u32| self.graph.versions[version as usize].blob;
        if step.landing.is_none() || self.asked.exact || blob(old) == blob(new) {
            return 0;
        }
        self.load_both(old, new);
        match (self.texts.get(&old), self.texts.get(&new)) {
            (Some(old), Some(new)) => n_respaced(old, new, hunks),
            _ => 0,
        }
    }

    /// What changed in a step of the mainline.
    fn step_hunks(&mut self, step: Step) -> Rc<[Hunk]> {
        let Some(new) = step.new.filter(|_| step.landing.is_some()) else {
            return Rc::default();
        };
        if let Some(old) = step.old {
            return self.hunks(old, new);
        }
        let all = LineRange { start: 0, end: self.content(new).lines() };
        let none = LineRange { start: 0, end: 0 };
        Rc::new([Hunk { before: none, after: all }])
    }

    /// What a version holds; its bytes need not be at hand.
    pub(crate) fn content(&mut self, version: u32) -> Content {
        match self.contents.get(&version) {
            Some(&content) => content,
            None => self.load(version),
        }
    }

    /// What a version holds; its bytes are at hand afterwards if it is text.
    fn load(&mut self, version: u32) -> Content {
        if let Some(&content) = self.contents.get(&version)
            && (self.texts.contains_key(&version) || !content.is_text())
        {
            return content;
        }
        let facts = &self.graph.versions[version as usize];
        let read = self.reader.read(facts.blob, ObjectKind::Blob);
        let is_first = !self.contents.contains_key(&version);
        if is_first {
            self.blobs.0 += 1;
        }
        let read = read.and_then(|bytes| {
            let is_text = self.asked.exact || !is_binary(&bytes);
            let is_over = is_text && has_more_lines(&bytes, limits::VERSION_LINES.value);
            if is_over { Err(Unreadable::TooLarge) } else { Ok(bytes) }
        });
        self.blobs.1 += u64::from(is_first && read.is_ok());
        let content = match read {
            Ok(bytes) if is_binary(&bytes) && !self.asked.exact => Content::Binary,
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
                if is_first {
                    self.gaps.add(why.gap(), &words, place);
                }
                Content::Unreadable(why)
            }
        };
        let before = self.contents.insert(version, content);
        self.is_lost |= before.is_some_and(|before| before != content);
        content
    }

    /// Whether a version, once loaded, turned out to be unreadable.
    pub(crate) fn is_unreadable(&self, version: u32) -> bool {
        matches!(self.contents.get(&version), Some(Content::Unreadable(_)))
    }

    fn load_both(&mut self, old: u32, new: u32) -> (Content, Content) {
        let known: usize = self.lexicons.iter().map(Lexicon::bytes).sum();
        if self.bytes_held > Self::HELD_BYTES || known > Self::KNOWN_BYTES {
            // What is still needed is read again; its numbers go with the lexicons.
            self.texts.clear();
            self.bytes_held = 0;
            self.count_hashed();
            self.lexicons = lexicons(self.asked);
        }
        (self.load(old), self.load(new))
    }

    /// Says that the bytes of a version were used once more.
    pub(crate) fn release(&mut self, version: u32) {
        let Some(uses) = self.uses.get_mut(&version) else { return };
        *uses -= 1;
        if *uses == 0
            && let Some(text) = self.texts.remove(&version)
        {
            self.bytes_held -= text.bytes_held();
        }
    }

    /// What changed between two versions, as origins and lives see it.
    fn hunks(&mut self, old: u32, new: u32) -> Rc<[Hunk]> {
        if let Some(hunks) = self.hunks.get(&(old, new)) {
            return Rc::clone(hunks);
        }
        let hunks: Rc<[Hunk]> = self.compare(old, new, Self::LIVES, Tail::Cut).into();
        self.remember_hunks((old, new), &hunks);
        hunks
    }

    fn remember_hunks(&mut self, pair: (u32, u32), hunks: &Rc<[Hunk]>) {
        // A pair is needed twice at most, and soon.
        const MOST_PAIRS: usize = 64;
        if self.hunks.len() > MOST_PAIRS {
            self.hunks.clear();
        }
        self.hunks.insert(pair, Rc::clone(hunks));
    }

    fn count_hashed(&mut self) {
        let hashed: u64 = self.lexicons.iter().map(|lexicon| lexicon.lines_hashed).sum();
        self.work.lines_hashed += hashed;
    }

    fn compare(&mut self, old: u32, new: u32, lexicon: usize, tail: Tail) -> Vec<Hunk> {
        if old == new {
            return Vec::new();
        }
        let (one, two) = self.load_both(old, new);
        if one.is_text() && two.is_text() {
            let (one, two) = (&self.texts[&old], &self.texts[&new]);
            let (one, two) = (one.lines(lexicon), two.lines(lexicon));
            let given_up = self.work.given_up;
            let known = &mut self.lexicons[lexicon];
            let hunks = diff::compare(one, two, tail, known, &mut self.work);
            if self.work.given_up > given_up {
                let path = self.graph.versions[new as usize].path;
                self.gaps.add(
                    GapKind::OverLimit,
                    "versions differ too much to be compared; all lines between their equal ends count as replaced",
                    &self.graph.paths[path as usize],
                );
            }
            return hunks;
        }
        // Nothing to compare line by line: all lines went, all lines came.
        let all = |content: Content| LineRange { start: 0, end: content.lines() };
        vec![Hunk { before: all(one), after: all(two) }]
    }

    /// How many lines a step added and deleted, as `git diff --numstat` counts; `None`
    /// for binary and unreadable files.
    fn numstat(&mut self, step: Step) -> Option<(u32, u32)> {
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
                // The last lexicon is the one by which git counts.
                let exact = self.lexicons.len() - 1;
                let hunks = self.compare(old, new, exact, Tail::Kept);
                let added = hunks.iter().map(|hunk| hunk.after.lines()).sum();
                let deleted = hunks.iter().map(|hunk| hunk.before.lines()).sum();
                Some((added, deleted))
            }
            (None, Some(new)) => Some((self.contents[&new].lines(), 0)),
            (Some(old), None) => Some((0, self.contents[&old].lines())),
            (None, None) => Some((0, 0)),
        }
    }

    /// What the text says of the lines that came with a mainline step; `None` when none
    /// came. `is_form` says that the commit is known to change form alone.
    fn step_text(
        &mut self,
        step: Step,
        hunks: &[Hunk],
        is_form: bool,
    ) -> Option<StepText> {
        let (new, landing) = (step.new?, step.landing?);
        let came = hunks.iter().map(|hunk| hunk.after).filter(|came| !came.is_empty());
        came.clone().next()?;
        let old = step.old.filter(|_| !self.asked.exact);
        match old {
            Some(old) => _ = self.load_both(old, new),
            None => _ = self.load(new),
        }
        let path = &self.graph.paths[step.path as usize];
        let text = self.texts.get(&new)?;
        let came: Vec<_> = came.map(|came| (came, text.block(came))).collect();
        let landed = Landed { path, bytes: text.bytes(), landing, came: &came };
        let Kinds { kinds, class, fallback } = (self.kinds)(&landed);
        if let Some(why) = fallback {
            self.gaps.add(GapKind::ParserFallback, why, path);
        }
        let lines = came.iter().flat_map(|(_, block)| split(block));
        let marks =
            if self.asked.exact { Vec::new() } else { lines.map(LineMark::of).collect() };
        let mut read = StepText {
            class,
            kinds,
            marks,
            carried: Vec::new(),
            edited: Vec::new(),
            substitutions: Vec::new(),
            joined: Vec::new(),
            split: Vec::new(),
        };
        if let Some(old) = old.and_then(|old| self.texts.get(&old)) {
            let same_code = self.asked.syntax
                && apply_same_code(&mut read, path, (old.bytes(), text.bytes()), hunks);
            let mut form = FxHashSet::default();
            if is_form {
                form = apply_form(&mut read, (old, text), hunks);
            }
            if !same_code {
                let work = apply_edits(&mut read, (old, text), hunks, &form);
                tell_limits(&mut self.gaps, work, path);
            }
        }
        Some(read)
    }

    /// Ends the work; what it cost is complete afterwards.
    pub(crate) fn finish(&mut self) {
        self.count_hashed();
    }
}

/// Whether a text has more lines than so many.
fn has_more_lines(text: &[u8], most: u64) -> bool {
    len_to_u64(text.len()) > most
        && len_to_u64(memchr::memchr_iter(b'\n', text).count()) > most
}

/// The lines of a block, each with its end.
fn split(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    block.split_inclusive(|&byte| byte == b'\n')
}

/// How many of the lines between hunks, which are equal without white space, differ in it.
fn n_respaced(old: &Text, new: &Text, hunks: &[Hunk]) -> u32 {
    let end = |text: &Text| LineRange { start: text.n_lines(), end: text.n_lines() };
    let behind = Hunk { before: end(old), after: end(new) };
    let (mut at_old, mut at_new, mut respaced) = (0, 0, 0);
    for hunk in hunks.iter().chain([&behind]) {
        let before = old.block(LineRange { start: at_old, end: hunk.before.start });
        let after = new.block(LineRange { start: at_new, end: hunk.after.start });
        if before != after {
            let pairs = split(before).zip(split(after));
            respaced += len_to_u32(pairs.filter(|(one, two)| one != two).count());
        }
        (at_old, at_new) = (hunk.before.end, hunk.after.end);
    }
    respaced
}

/// Finds the lines that go on as others where the form of the code alone changed;
/// false when more did.
fn apply_same_code(
    read: &mut StepText,
    path: &[u8],
    (old, new): (&[u8], &[u8]),
    hunks: &[Hunk],
) -> bool {
    let is_replaced = |hunk: &Hunk| !hunk.before.is_empty() && !hunk.after.is_empty();
    if !hunks.iter().any(is_replaced) {
        return false;
    }
    let Some(same) = reformat::same_code(path, old, new, hunks) else { return false };
    // One line can become several; the first of them goes on for it.
    let mut gone = FxHashSet::default();
    for (came, went) in same.heirs {
        if gone.insert(went) {
            read.carried.push((went, came));
        } else {
            read.split.push(came);
        }
    }
    read.split.extend(same.split);
    read.joined = same.joined.into_iter().map(|(went, _)| went).collect();
    true
}

/// Says what pairing edits left out.
fn tell_limits(gaps: &mut Gaps, work: EditWork, path: &[u8]) {
    let narrowed = "hunk too large to pair each edited line with each; lines far from their \
                    place count as deleted and added";
    let overlong = "line too long to tell what it was edited into; it counts as deleted and \
                    added";
    gaps.add_many(GapKind::SearchLimit, narrowed, path, work.narrowed_hunks);
    gaps.add_many(GapKind::SearchLimit, overlong, path, work.overlong_lines);
}

/// In a commit that changes form alone, finds the lines that go on as others, among those
/// of which nothing is known yet. A hunk in which one does is a change of form: its other
/// lines that went are joined with those that came. Returns the first lines before of
/// such hunks.
fn apply_form(
    read: &mut StepText,
    (old, new): (&Text, &Text),
    hunks: &[Hunk],
) -> FxHashSet<u32> {
    let mut form = FxHashSet::default();
    let mut gone: FxHashSet<u32> = read.carried.iter().map(|pair| pair.0).collect();
    gone.extend(&read.joined);
    let mut here: FxHashSet<u32> = read.carried.iter().map(|pair| pair.1).collect();
    here.extend(&read.split);
    for hunk in hunks {
        let (went, went_text) = lines_beside(old, hunk.before, &gone);
        let (came, came_text) = lines_beside(new, hunk.after, &here);
        let heirs = ignored_revs::inherit(&went_text, &came_text);
        if heirs.is_empty() && went.len() == hunk.before.lines() as usize {
            continue;
        }
        for (came_at, went_at) in heirs {
            let (went, came) = (went[went_at as usize], came[came_at as usize]);
            if gone.insert(went) {
                read.carried.push((went, came));
            } else {
                read.split.push(came);
            }
        }
        let is_left = |line: &u32| !gone.contains(line);
        read.joined.extend(went.into_iter().filter(is_left));
        form.insert(hunk.before.start);
    }
    form
}

/// The lines of a range that are not among `known`, with their places.
fn lines_beside<'t>(
    text: &'t Text,
    range: LineRange,
    known: &FxHashSet<u32>,
) -> (Vec<u32>, Vec<&'t [u8]>) {
    let lines = (range.start..).zip(split(text.block(range)));
    lines.filter(|(line, _)| !known.contains(line)).unzip()
}

/// Finds the lines that were edited into others, but in hunks that begin at a line in
/// `form`. Returns what it cost.
fn apply_edits(
    read: &mut StepText,
    (old, new): (&Text, &Text),
    hunks: &[Hunk],
    form: &FxHashSet<u32>,
) -> EditWork {
    let mut work = EditWork::default();
    for hunk in hunks {
        let is_replaced = !hunk.before.is_empty() && !hunk.after.is_empty();
        if !is_replaced || form.contains(&hunk.before.start) {
            continue;
        }
        let went: Vec<&[u8]> = split(old.block(hunk.before)).collect();
        let came: Vec<&[u8]> = split(new.block(hunk.after)).collect();
        let place = |(went, came): (u32, u32)| {
            (hunk.before.start + went, hunk.after.start + came)
        };
        let pairs = edits::pair_edits_counted(&went, &came, &mut work);
        read.substitutions.extend(pairs.iter().map(|&(old, new)| {
            substitution::substitution(went[old as usize], came[new as usize])
        }));
        read.edited.extend(pairs.into_iter().map(place));
    }
    work
}
