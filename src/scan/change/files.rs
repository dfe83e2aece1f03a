//! The files of a change: what each is for, both versions of it, and what came and went.

use std::collections::BTreeMap;
use std::ops::Range as Lines;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::base_tree::BaseTree;
use super::facts::{ChangedFile, CommentMark, FunctionChange, ManifestChange};
use super::range::Range;
use super::texts::{self, Text};
use super::{Reading, functions, moved, placeholders, strange};
use crate::error::Error;
use crate::facts::ChangeStatus;
use crate::file_class::{self, FileClass};
use crate::history::ObjectId;
use crate::history::attributes::Asserted;
use crate::history::objects::{ObjectBytes, ObjectKind, ObjectReader};
use crate::history::tree::{self, EntryKind, PathChange, TreeCache};
use crate::lines::diff::Hunk;
use crate::lines::renames::{self, Budget, Candidate};
use crate::lines::schedule::Progress;
use crate::syntax::{self, Inside, LanguageId, LineKind, Parsed, Parsers, TOO_DEEP};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// One side of a changed file.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) path: Vec<u8>,
    pub(super) blob: ObjectId,
    /// `None` when it is not looked into.
    pub(super) text: Option<Text>,
    /// What it holds, if its language is parsed and it counts.
    pub(super) parsed: Option<(Parsed, Inside)>,
}

impl Version {
    fn is_binary(&self) -> bool {
        self.text.as_ref().is_some_and(Text::is_binary)
    }
}

/// A changed file.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    pub(super) old: Option<Version>,
    pub(super) new: Option<Version>,
    pub(super) class: FileClass,
    pub(super) language: Option<LanguageId>,
    /// What came in place of what, white space aside.
    pub(super) hunks: Vec<Hunk>,
    /// Lines that came and went by that.
    pub(super) added: Vec<Lines<u32>>,
    pub(super) deleted: Vec<Lines<u32>>,
    /// Of these: lines with the words of lines that the change deletes, or adds.
    pub(super) moved_here: Vec<u32>,
    pub(super) moved_away: Vec<u32>,
    pub(super) functions: Vec<FunctionChange>,
    is_said_generated: bool,
    marks_itself: bool,
    numstat: (u64, u64),
}

impl Changed {
    /// The path that it is known by.
    pub(super) fn path(&self) -> &[u8] {
        let version = self.new.as_ref().or(self.old.as_ref());
        version.map_or(&[], |version| &version.path)
    }

    /// Whether it is code that counts.
    pub(super) fn is_judged(&self) -> bool {
        self.class.is_countable() && self.language.is_some()
    }

    pub(super) fn is_test(&self) -> bool {
        self.class == FileClass::Test
    }

    /// Whether a line is product code.
    pub(super) fn is_product_line(&self, version: &Version, line: u32) -> bool {
        let Some((parsed, _)) = &version.parsed else { return false };
        let kind = parsed.kinds.get(line as usize);
        !self.is_test()
            && matches!(kind, Some(LineKind::Code))
            && !texts::holds(&parsed.tests, line)
    }

    /// Lines of product code that went and do not go on elsewhere in the change.
    pub(super) fn lost_lines(&self) -> Vec<u32> {
        let Some(old) = &self.old else { return Vec::new() };
        let lines = self.deleted.iter().cloned().flatten();
        lines
            .filter(|line| self.is_product_line(old, *line))
            .filter(|line| self.moved_away.binary_search(line).is_err())
            .collect()
    }
}

/// The paths that differ between two trees: of each what stood and stands there. A file
/// that was renamed is one row.
pub(super) struct Pair {
    pub(super) old: Option<(Vec<u8>, EntryKind, ObjectId)>,
    pub(super) new: Option<(Vec<u8>, EntryKind, ObjectId)>,
}

/// What differs between two trees.
pub(super) struct Pairs {
    pub(super) list: Vec<Pair>,
    /// Directories that cannot be read, and why.
    pub(super) unreadable: Vec<(Vec<u8>, &'static str)>,
}

/// Compares two trees and finds renames, as `git diff -M` does. `None` when they are over
/// the limits.
pub(super) fn pairs(
    reader: &mut ObjectReader<'_>,
    trees: &mut TreeCache,
    old: Option<ObjectId>,
    new: ObjectId,
) -> Option<Pairs> {
    let found = tree::compare(reader, trees, old, Some(new)).ok()?;
    let unreadable = found.unreadable.iter().map(|it| (it.path.clone(), it.why.why()));
    let unreadable = unreadable.collect();
    let changes = found.changes;
    let which = |is_new: bool| -> Vec<usize> {
        let wanted = |change: &PathChange| {
            !change.out_of_sight
                && if is_new { change.old.is_none() } else { change.new.is_none() }
        };
        (0..changes.len()).filter(|&at| wanted(&changes[at])).collect()
    };
    let candidates = |which: &[usize]| -> Vec<Candidate<'_>> {
        let candidate = |&at: &usize| {
            let (kind, blob) = changes[at].old.or(changes[at].new)?;
            Some(Candidate { path: &changes[at].path, kind, blob })
        };
        which.iter().filter_map(candidate).collect()
    };
    let (deleted, created) = (which(false), which(true));
    let mut budget = Budget::default();
    let renames =
        renames::find(reader, &candidates(&deleted), &candidates(&created), &mut budget);
    let mut source_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (target, source) in renames.paired.iter().enumerate() {
        if let Some(source) = source {
            source_of.insert(created[target], deleted[*source]);
        }
    }
    let used: std::collections::BTreeSet<usize> = source_of.values().copied().collect();
    let side = |change: &PathChange, side: Option<(EntryKind, ObjectId)>| {
        side.map(|(kind, id)| (change.path.clone(), kind, id))
    };
    let pair = |(at, change): (usize, &PathChange)| {
        let old = match source_of.get(&at) {
            Some(&source) => side(&changes[source], changes[source].old),
            None => side(change, change.old),
        };
        Pair { old, new: side(change, change.new) }
    };
    let list = changes.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(pair);
    Some(Pairs { list: list.collect(), unreadable })
}

/// Reads the files of a change.
///
/// # Errors
///
/// When the trees are over the limits: nothing is known of the change then.
pub(super) fn read(
    reading: &mut Reading<'_>,
    base: &BaseTree,
    range: &Range,
) -> Result<Vec<Changed>, Error> {
    let found = pairs(
        &mut reading.reader,
        &mut reading.trees,
        Some(range.old_tree),
        range.new_tree,
    );
    let Some(found) = found else {
        let hint = "split the change";
        let why = "its trees are over the limits on entries or work";
        return Err(Error::input("E-COST", "cannot judge the change", why, hint));
    };
    for (path, why) in &found.unreadable {
        reading.cannot(path, &format!("directory is {why}"));
    }
    strange::name(reading, &found.list);
    let mut files: Vec<Changed> =
        found.list.iter().filter_map(|pair| file(reading, base, pair)).collect();
    let (done, total) = (AtomicU64::new(0), len_to_u64(files.len()));
    let parse = |file: &mut Changed| {
        let mut parsers = Parsers::new();
        let mut gaps: Vec<&'static str> = Vec::new();
        if file.is_judged() {
            parse(&mut parsers, file, &mut gaps);
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        (reading.progress)(Progress::Parsed(done, total));
        gaps
    };
    let faults: Vec<Vec<&'static str>> = files.par_iter_mut().map(parse).collect();
    for (file, faults) in files.iter().zip(faults) {
        for why in faults {
            reading.unanalysed.push(super::Unanalysed {
                path: Untrusted::from(file.path()),
                why: why.to_owned(),
            });
        }
    }
    moved::find(&mut files);
    functions::compare(&mut files);
    Ok(files)
}

/// A changed file, not parsed yet; `None` for what is no file on either side.
fn file(reading: &mut Reading<'_>, base: &BaseTree, pair: &Pair) -> Option<Changed> {
    let is_file = |side: &Option<(Vec<u8>, EntryKind, ObjectId)>| {
        side.clone().filter(|(_, kind, _)| *kind == EntryKind::File)
    };
    let (mut old, new) = (is_file(&pair.old), is_file(&pair.new));
    let path = new.as_ref().or(old.as_ref()).map(|(path, ..)| path.clone())?;
    let language = syntax::language_of(&path);
    let is_renamed = pair.old.as_ref().is_some_and(|(old, ..)| *old != path);
    if is_renamed && language.is_some() {
        // What was no code is no reason not to look at code that is made of it.
        old = old.filter(|(path, ..)| syntax::language_of(path).is_some());
    }
    let is_code_path = |side: &(Vec<u8>, EntryKind, ObjectId)| {
        syntax::language_of(&side.0).is_some() || super::manifests::is_manifest(&side.0)
    };
    let mut version = |side: Option<(Vec<u8>, EntryKind, ObjectId)>, is_new: bool| {
        let (path, _, blob) = side?;
        let read = reading.reader.read(blob, ObjectKind::Blob);
        let text = match read {
            Ok(bytes) => Some(Text::new(bytes)),
            Err(why) => {
                if is_code_path(&(path.clone(), EntryKind::File, blob)) {
                    let side = if is_new { "it" } else { "its version before" };
                    reading.cannot(&path, &format!("{side} is {}", why.why()));
                } else {
                    let why_not = "changed file that is not code, not counted";
                    reading.remarks.add(why.gap(), why_not, &path);
                }
                None
            }
        };
        Some(Version { path, blob, text, parsed: None })
    };
    let (mut old, new) = (version(old, false), version(new, true));
    if is_renamed && old.as_ref().is_some_and(Version::is_binary) {
        old = None;
    }
    let said = base.said(&path);
    let is_said_generated = said.generated == Some(true) || said.vendored == Some(true);
    let (class, marks_itself) =
        class(base, &path, old.as_ref(), new.as_ref(), said, language.is_some());
    let mut changed = Changed {
        old,
        new,
        class,
        language,
        hunks: Vec::new(),
        added: Vec::new(),
        deleted: Vec::new(),
        moved_here: Vec::new(),
        moved_away: Vec::new(),
        functions: Vec::new(),
        is_said_generated,
        marks_itself,
        numstat: (0, 0),
    };
    compare(&mut changed, reading);
    Some(changed)
}

/// What a file is for. What the version before says of itself is believed; what only the
/// change says is not, or anybody could take code out of sight.
fn class(
    base: &BaseTree,
    path: &[u8],
    old: Option<&Version>,
    new: Option<&Version>,
    said: Asserted,
    is_code: bool,
) -> (FileClass, bool) {
    let bytes = |version: Option<&Version>| -> Option<ObjectBytes> {
        version?.text.as_ref().map(|text| ObjectBytes::clone(&text.bytes))
    };
    let by_path = file_class::of_version(path, b"", said);
    // Of a file that stays where it is, and says no less than before.
    let stays = old.filter(|old| new.is_none_or(|new| new.path == old.path));
    if let (Some(old), Some(before)) = (stays, bytes(old)) {
        let class = file_class::of_version(&old.path, &before, base.said(&old.path));
        let after = bytes(new).map(|bytes| file_class::of_version(path, &bytes, said));
        if !class.is_countable() && after.is_none_or(|after| !after.is_countable()) {
            return (class, false);
        }
    }
    let Some(bytes) = bytes(new).filter(|_| by_path.is_countable()) else {
        return (by_path, false);
    };
    match file_class::of_version(path, &bytes, said) {
        FileClass::Generated => (by_path, true),
        class if is_code && !class.is_countable() => (by_path, false),
        class => (class, false),
    }
}

/// Finds what came and went.
fn compare(file: &mut Changed, reading: &mut Reading<'_>) {
    let empty = || Text::new(ObjectBytes::default());
    let text = |version: &Option<Version>| match version {
        Some(version) => version.text.clone(),
        None => Some(empty()),
    };
    let (Some(mut old), Some(new)) = (text(&file.old), text(&file.new)) else { return };
    if new.is_binary() {
        if file.language.is_some() && file.class.is_countable() {
            let path = file.path().to_vec();
            reading.cannot(&path, "it has NUL bytes, as binary files and UTF-16 have");
        }
        return;
    }
    if old.is_binary() {
        // Nobody could look at it then: all of it is new.
        old = if file.new.is_some() { empty() } else { return };
    }
    file.numstat = texts::numstat(&old, &new);
    if file.is_judged() {
        let hunks = texts::hunks(&old, &new);
        file.added = texts::ranges(&hunks, true);
        file.deleted = texts::ranges(&hunks, false);
        file.hunks = hunks;
        if file.added.iter().cloned().flatten().any(|line| new.has_lone_return(line)) {
            let path = file.path().to_vec();
            reading.cannot(&path, "it has line ends that git does not count as such");
        }
    }
}

fn parse(parsers: &mut Parsers, file: &mut Changed, faults: &mut Vec<&'static str>) {
    let (class, bare) = (file.class, file.added.is_empty() && file.deleted.is_empty());
    for (version, is_new) in [(&mut file.old, false), (&mut file.new, true)] {
        let Some(version) = version else { continue };
        let Some(language) = syntax::language_of(&version.path) else { continue };
        let Some(text) = &version.text else { continue };
        if text.is_binary() {
            continue;
        }
        let (parsed, inside) = parsers.read_whole(language, &text.bytes);
        if is_new && !bare && class.is_countable() {
            let starts = b"version https://git-lfs.github.com/spec/v";
            if text.bytes.len() < 1_024 && text.bytes.starts_with(starts) {
                faults.push("Git LFS stands where code would");
            }
            faults.extend(parsed.fallback.map(syntax::Fallback::why));
            faults.extend(parsed.too_deep.then_some(TOO_DEEP));
            let odd = "more than half of it does not follow the grammar of its language";
            let is_product = class != FileClass::Test;
            faults.extend((parsed.mostly_errors && is_product).then_some(odd));
        }
        version.parsed = Some((parsed, inside));
    }
}

/// The files as plain data; `manifests` by path.
pub(super) fn facts(
    files: &[Changed],
    manifests: &BTreeMap<Vec<u8>, ManifestChange>,
) -> Vec<ChangedFile> {
    let mut facts: Vec<ChangedFile> =
        files.iter().map(|file| of_file(file, manifests)).collect();
    facts.sort_by(|one, two| one.path.cmp(&two.path));
    facts
}

fn of_file(file: &Changed, manifests: &BTreeMap<Vec<u8>, ManifestChange>) -> ChangedFile {
    let old_path = match (&file.old, &file.new) {
        (Some(old), Some(new)) if old.path != new.path => Some(old.path.clone()),
        _ => None,
    };
    let status = match (&file.old, &file.new) {
        (None, _) => ChangeStatus::Added,
        (_, None) => ChangeStatus::Deleted,
        _ if old_path.is_some() => ChangeStatus::Renamed,
        _ => ChangeStatus::Modified,
    };
    ChangedFile {
        path: Untrusted::from(file.path()),
        status,
        old_path: old_path.map(Untrusted),
        class: file.class,
        is_said_generated: file.is_said_generated,
        marks_itself: file.marks_itself,
        is_code: file.language.is_some(),
        may_be_code: may_be_code(file),
        added_lines: file.numstat.0,
        deleted_lines: file.numstat.1,
        added_product_lines: added_product_lines(file),
        changed_test_lines: changed_test_lines(file),
        functions: file.functions.clone(),
        placeholders: placeholders::added(file),
        manifest: manifests.get(file.path()).cloned(),
        marks: marks(file),
    }
}

/// Whether a file without a known language was code before, or would be by its name in
/// small letters.
fn may_be_code(file: &Changed) -> bool {
    let was_code =
        file.old.as_ref().is_some_and(|old| syntax::language_of(&old.path).is_some());
    let small = file.path().to_ascii_lowercase();
    file.language.is_none()
        && file.new.is_some()
        && (was_code || syntax::language_of(&small).is_some())
}

/// Whether a change adds product code and touches no test.
pub(super) fn has_untested_code(files: &[Changed]) -> bool {
    files.iter().any(|file| added_product_lines(file) > 0)
        && files.iter().all(|file| changed_test_lines(file) == 0)
}

fn added_product_lines(file: &Changed) -> u64 {
    let Some(new) = &file.new else { return 0 };
    let lines = file.added.iter().cloned().flatten();
    let is_new = |line: &u32| {
        file.is_product_line(new, *line) && file.moved_here.binary_search(line).is_err()
    };
    len_to_u64(lines.filter(is_new).count())
}

fn changed_test_lines(file: &Changed) -> u64 {
    let n = |version: &Option<Version>, ranges: &[Lines<u32>]| {
        let Some(version) = version else { return 0 };
        let Some((parsed, _)) = &version.parsed else { return 0 };
        let is_test = |line: &u32| {
            let kind = parsed.kinds.get(*line as usize);
            kind.is_some_and(|kind| kind.is_countable())
                && (file.is_test() || texts::holds(&parsed.tests, *line))
        };
        len_to_u64(ranges.iter().cloned().flatten().filter(is_test).count())
    };
    // Stored expectations and data of tests are tests, too.
    let whole = match file.class {
        FileClass::Snapshot => file.numstat.0 + file.numstat.1,
        FileClass::Test if file.language.is_none() => file.numstat.0 + file.numstat.1,
        _ => 0,
    };
    whole + n(&file.old, &file.deleted) + n(&file.new, &file.added)
}

/// Comments that speak to this program.
fn marks(file: &Changed) -> Vec<CommentMark> {
    const WORD: &[u8] = b"slopnexus:";
    const MOST_BYTES: usize = 500;
    const MOST_MARKS: usize = 1_000;
    let text = file.new.as_ref().and_then(|new| new.text.as_ref());
    let Some(text) = text.filter(|_| file.is_judged()) else { return Vec::new() };
    let speaks = |line: &u32| memchr::memmem::find(text.line(*line), WORD).is_some();
    let lines = (0..text.n_lines()).filter(speaks).take(MOST_MARKS);
    lines
        .map(|line| {
            let bytes = text.line(line).trim_ascii();
            CommentMark {
                line: line + 1,
                text: Untrusted::from(&bytes[..bytes.len().min(MOST_BYTES)]),
                is_added: texts::holds(&file.added, line),
            }
        })
        .collect()
}
