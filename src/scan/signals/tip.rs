//! Files of the tip → what they are, need and say. Every pattern is matched in linear
//! time, and what a file may say is bounded.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use rayon::prelude::*;
use regex::bytes::Regex;

use super::{manifest, patterns, secrets};
use crate::error::Error;
use crate::facts::{SignFacts, SignKind, TipFacts, TipFileFacts};
use crate::file_class::{self, FileClass};
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::limits;
use crate::lines::versions::Graph;
use crate::scan::definitions::TipFile;
use crate::syntax;
use crate::units::{len_to_u32, len_to_u64};
use crate::untrusted::Untrusted;

/// How many signs of one kind a file may give: more say nothing more.
pub(crate) const MOST_SIGNS: usize = 64;
/// How many rules of owners are read, as many as forges read lines.
const MOST_RULES: usize = 50_000;

/// Looks at all files of the tip.
pub(in crate::scan) fn read(
    opened: &Opened,
    graph: &Graph,
    parsed: &[TipFile],
) -> Result<(TipFacts, ReadWork), Error> {
    const SLICE_FILES: usize = 64;
    let mut tip = graph.tip.clone();
    tip.sort_by_key(|one| &graph.paths[one.0 as usize]);
    let parsed: BTreeMap<u32, &TipFile> =
        parsed.iter().map(|file| (file.path, file)).collect();
    let slices: Result<Vec<(TipFacts, ReadWork)>, Error> = tip
        .par_chunks(SLICE_FILES)
        .map(|slice| {
            let mut reader = opened.reader()?;
            let mut found = TipFacts::default();
            for &(path, version) in slice {
                let blob = graph.versions[version as usize].blob;
                let name = graph.paths[path as usize].as_slice();
                let bytes = reader.read(blob, ObjectKind::Blob).ok();
                let file = File {
                    number: path,
                    path: name,
                    bytes: bytes.as_ref().map(|it| it.as_slice()),
                };
                look_at(file, parsed.get(&path).copied(), &mut found);
            }
            Ok((found, reader.work))
        })
        .collect();
    let (mut all, mut read) = (TipFacts::default(), ReadWork::default());
    for (found, work) in slices? {
        all.files.extend(found.files);
        all.manifests.extend(found.manifests);
        all.signs.extend(found.signs);
        all.unread += found.unread;
        read.add(work);
    }
    Ok((all, read))
}

/// The names of tags; `None` when there are too many or they cannot be read.
pub(in crate::scan) fn tags(opened: &Opened) -> Option<Vec<Untrusted>> {
    let found = opened.refs_below("refs/tags/", limits::PULL_HEADS.value).ok()??;
    Some(found.into_keys().map(Untrusted).collect())
}

/// Where a repository was cloned from, without whoever may read it there.
pub(in crate::scan) fn origin(opened: &Opened) -> Option<Untrusted> {
    let link = opened.remote_url("origin")?;
    let link = String::from_utf8(link).ok()?;
    manifest::owner_and_name(&link).map(|name| Untrusted::from(name.as_str()))
}

/// A file of the tip.
#[derive(Clone, Copy)]
pub(super) struct File<'f> {
    pub(super) number: u32,
    pub(super) path: &'f [u8],
    bytes: Option<&'f [u8]>,
}

fn look_at(file: File<'_>, parsed: Option<&TipFile>, found: &mut TipFacts) {
    let mut class = file_class::by_path(file.path);
    let Some(bytes) = file.bytes else {
        found.unread += 1;
        found.files.push(TipFileFacts {
            path: file.number,
            class,
            code_lines: 0,
            test_lines: 0,
        });
        return;
    };
    class = file_class::of_version(file.path, bytes, crate::scan::signals::plain());
    let (code_lines, test_lines) = lines_of(file, bytes, class, parsed);
    found.files.push(TipFileFacts { path: file.number, class, code_lines, test_lines });
    let is_text = memchr::memchr(0, &bytes[..bytes.len().min(8_000)]).is_none();
    // Workflows count whoever writes them.
    if !is_text || !class.is_countable() && !patterns::is_workflow_path(file.path) {
        return;
    }
    if let Some(manifest) = manifest::read(file.number, file.path, bytes) {
        found.manifests.push(manifest);
    }
    signs(file, bytes, class, &mut found.signs);
}

/// Lines of code that tests none and that does.
fn lines_of(
    file: File<'_>,
    bytes: &[u8],
    class: FileClass,
    parsed: Option<&TipFile>,
) -> (u64, u64) {
    // Pages are no code, whatever they are written in.
    if !class.is_countable() || class == FileClass::Docs {
        return (0, 0);
    }
    let whole = match parsed.filter(|file| file.record.is_parsed) {
        Some(file) => {
            let inside = &file.record.inside;
            let own: u64 =
                inside.code.iter().map(|one| u64::from(one.end - one.start)).sum();
            (own, u64::from(inside.test_code_lines))
        }
        None if syntax::language_of(file.path).is_some()
            || patterns::is_code(file.path)
            || class == FileClass::Test && bytes.starts_with(b"#!") =>
        {
            let is_filled = |line: &&[u8]| line.iter().any(u8::is_ascii_alphanumeric);
            let lines = bytes.split(|&byte| byte == b'\n').filter(is_filled).count();
            (len_to_u64(lines), 0)
        }
        None => (0, 0),
    };
    if class == FileClass::Test { (0, whole.0 + whole.1) } else { whole }
}

/// What the lines of a file say.
fn signs(file: File<'_>, bytes: &[u8], class: FileClass, to: &mut Vec<SignFacts>) {
    let mut counts: BTreeMap<SignKind, usize> = BTreeMap::new();
    let mut add = |line: Option<usize>, kind: SignKind, word: &[u8]| {
        let n = counts.entry(kind).or_default();
        *n += 1;
        // Of rules the last that fits counts, so all are needed.
        let most = match kind {
            SignKind::Owner | SignKind::Unowned => MOST_RULES,
            _ => MOST_SIGNS,
        };
        if *n <= most {
            const MOST_WORD_BYTES: usize = 200;
            let word = &word[..word.len().min(MOST_WORD_BYTES)];
            let word = if secrets::is_in(word) { b"(not shown)" } else { word };
            let word = Untrusted::from(word);
            to.push(SignFacts {
                path: file.number,
                line: line.map(len_to_u32),
                kind,
                word,
            });
        }
    };
    let aside = patterns::is_aside(file.path) || class == FileClass::Test;
    if !aside {
        if let Some((kind, word)) = patterns::by_path(file.path) {
            add(None, kind, word.as_bytes());
        }
        entry_points(file.path, bytes, &mut add);
        if class == FileClass::Product {
            each_match(placeholder_text(), bytes, &mut |line, _| {
                add(Some(line), SignKind::PlaceholderText, b"placeholder text");
            });
        }
    }
    secrets::find(file.path, bytes, &mut |line, word| {
        add(Some(line), SignKind::Secret, word.as_bytes());
    });
    for (kind, pattern, ours) in patterns::of_file(file.path, aside) {
        each_place(pattern.get(), bytes, &mut |line, place| {
            let (around, word) = (line_around(bytes, place.start), &bytes[place]);
            if says(kind, around, word) {
                add(Some(line), kind, ours.map_or(word, str::as_bytes));
            }
        });
    }
    if patterns::is_readme(file.path) {
        patterns::self_named(bytes, &mut |line, word| {
            add(Some(line), SignKind::SelfNamed, word);
        });
    }
    if patterns::is_codeowners(file.path) {
        for (line, rule) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let mut words =
                rule.split(u8::is_ascii_whitespace).filter(|it| !it.is_empty());
            let (pattern, owner) = (words.next(), words.next());
            let is_rule = |it: &&[u8]| !it.starts_with(b"#") && !it.starts_with(b"[");
            if let Some(pattern) = pattern.filter(is_rule) {
                let is_owned = owner.is_some_and(|it| !it.starts_with(b"#"));
                let kind = if is_owned { SignKind::Owner } else { SignKind::Unowned };
                add(Some(line), kind, pattern);
            }
        }
    }
}

/// Whether a word on its line says what it seems to.
fn says(kind: SignKind, line: &[u8], word: &[u8]) -> bool {
    match kind {
        SignKind::RunsTests => !patterns::runs_nothing(line),
        SignKind::Deploys => {
            word.starts_with(b"environment:") || !patterns::runs_nothing(line)
        }
        SignKind::Production => !patterns::is_sample_host(word),
        _ => true,
    }
}

/// Takes a sign: the line if there is one, the kind, and the word.
type Add<'a> = dyn FnMut(Option<usize>, SignKind, &[u8]) + 'a;

fn entry_points(path: &[u8], bytes: &[u8], add: &mut Add<'_>) {
    if let Some(word) = patterns::entry_by_path(path) {
        add(None, SignKind::EntryPoint, word.as_bytes());
        return;
    }
    let Some((pattern, word)) = patterns::entry_in(path) else { return };
    let mut first = true;
    each_match(pattern, bytes, &mut |line, _| {
        if std::mem::take(&mut first) {
            add(Some(line), SignKind::EntryPoint, word.as_bytes());
        }
    });
}

/// Calls for each match: its line, counted from 0, and its first group, or all of it.
pub(super) fn each_match(
    pattern: &Regex,
    bytes: &[u8],
    found: &mut dyn FnMut(usize, &[u8]),
) {
    each_place(pattern, bytes, &mut |line, place| found(line, &bytes[place]));
}

/// The same with the place of it.
fn each_place(pattern: &Regex, bytes: &[u8], found: &mut dyn FnMut(usize, Range<usize>)) {
    let (mut line, mut at) = (0, 0);
    for captures in pattern.captures_iter(bytes) {
        let Some(whole) = captures.get(0) else { continue };
        let one = captures.get(1).unwrap_or(whole);
        line += memchr::memchr_iter(b'\n', &bytes[at..one.start()]).count();
        at = one.start();
        found(line, one.range());
    }
}

/// The line that a place of a file begins on.
fn line_around(bytes: &[u8], at: usize) -> &[u8] {
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |it| it + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |it| at + it);
    &bytes[start..end]
}

fn placeholder_text() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        patterns::pattern(
            r#"(?i)["'`](?:[^"'`\n]{0,80}\b)?(lorem ipsum|changeme|change-me|dummy[ _-]?(?:data|value|text|user)|mock[ _-]?(?:data|value|response|user)|your[-_ ](?:api[-_ ]?)?key[-_ ]here|placeholder (?:text|data|value))\b"#,
        )
    })
}
