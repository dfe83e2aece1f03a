//! Functions are cut out of files, and changed copies of them put into others.

use std::collections::BTreeMap;

use super::mutations::{Change, changed};
use super::*;
use crate::syntax::DefinitionKind;

/// A function: its file, its lines there, and its text.
pub(super) struct Function {
    pub(super) path: String,
    pub(super) lines: Range<u32>,
    pub(super) text: String,
    is_method: bool,
}

/// Functions, and how many more there were.
#[derive(Default)]
pub(super) struct Functions {
    /// Those that a clone can be as long as.
    pub(super) list: Vec<Function>,
    /// Those of ten lines and more of which fewer tokens or lines are compared than a
    /// clone has: the rest is comments, tables and what repeats in a row.
    pub(super) n_short: usize,
    /// Those that cannot be taken out: a line stands further left than the first.
    pub(super) n_odd: usize,
}

/// A file that has a function among others, and the lines of it there.
pub(super) fn injected(function: &Function, text: &str) -> (String, Range<u32>) {
    let (before, after) = match function.path.rsplit_once('.') {
        Some((_, "rs")) => (
            "fn before(host: Host) -> bool {\n    host.is_before()\n}\n\n",
            "\nfn after() {}\n",
        ),
        Some((_, "ts")) if is_member(text) => (
            "function before(host: Host) {\n  return host.isBefore;\n}\n\nconst holder = {\n",
            "\n};\n\nexport const after = 1;\n",
        ),
        Some((_, "ts")) if function.is_method => (
            "function before(host: Host) {\n  return host.isBefore;\n}\n\nclass Holder {\n",
            "\n}\n\nexport const after = 1;\n",
        ),
        Some((_, "ts")) => (
            "function before(host: Host) {\n  return host.isBefore;\n}\n\nconst ",
            "\n\nexport const after = 1;\n",
        ),
        _ => (
            "def before(host):\n    return not host\n\n\n",
            "\n\nclass After:\n    pass\n",
        ),
    };
    // What a name is given to begins behind `const`; a declaration does without.
    let is_declared = text.starts_with("function ") || text.starts_with("async function");
    let before = if is_declared { before.trim_end_matches("const ") } else { before };
    let start = len_to_u32(before.matches('\n').count());
    let lines = start..start + len_to_u32(text.lines().count());
    (format!("{before}{text}{after}"), lines)
}

/// Whether a function is a member of an object: `name: async () => …`.
fn is_member(text: &str) -> bool {
    let is_of_name = |it: char| it.is_alphanumeric() || "_$'\"".contains(it);
    let rest = text.trim_start_matches("async ").trim_start_matches(is_of_name);
    rest.len() < text.len() && rest.trim_start().starts_with(':')
}

/// Functions of at least ten lines.
pub(super) fn functions(files: &[(String, String)]) -> Functions {
    let mut found = Functions::default();
    for (path, text) in files {
        let language = language_of(path.as_bytes()).unwrap();
        let parsed = Parsers::new().read(language, text.as_bytes());
        let file = file_of(path, text, Preset::Default);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut end = 0;
        for definition in &parsed.definitions {
            let kinds = [DefinitionKind::Function, DefinitionKind::Method];
            let range = definition.lines.clone();
            let is_inner = range.start < end;
            if !kinds.contains(&definition.kind) || range.len() < 10 || is_inner {
                continue;
            }
            end = range.end;
            // Comments behind its last word are beside it.
            let is_beside = |line: &&str| {
                let ink = line.trim();
                ink.is_empty() || ink.starts_with('#') || ink.starts_with("//")
            };
            let all = &lines[range.start as usize..range.end as usize];
            let n_beside = all.iter().rev().take_while(|line| is_beside(line)).count();
            let range = range.start..range.end - len_to_u32(n_beside);
            if range.len() < 10 {
                continue;
            }
            let part = &lines[range.start as usize..range.end as usize];
            let Some(text) = dedented(part) else {
                found.n_odd += 1;
                continue;
            };
            let is_method = definition.kind == DefinitionKind::Method;
            let text = text.trim_start_matches("export ").to_owned();
            let text = text.trim_start_matches("default ").to_owned();
            let text = match text.strip_prefix("const ") {
                Some(rest) if path.ends_with(".ts") => rest.to_owned(),
                _ => text,
            };
            let function = Function { path: path.clone(), lines: range, text, is_method };
            if is_long(&function, &file) {
                found.list.push(function);
            } else {
                found.n_short += 1;
            }
        }
    }
    found
}

/// Whether what is compared of a function is as long as a clone must be: alone, and in
/// its file, where of functions in a row that are alike two are compared.
fn is_long(function: &Function, file: &IndexedFile) -> bool {
    let rule = Preset::Default.rule();
    let is_enough = |stream: &TokenStream, range: Range<usize>| {
        let n_lines = stream.lines_of(range.clone()).count();
        range.len() >= rule.tokens && n_lines >= rule.lines as usize
    };
    let alone = file_of(&function.path, &function.text, Preset::Default).stream;
    let at = |line: u32| file.stream.lines.partition_point(|&it| it < line);
    let here = at(function.lines.start)..at(function.lines.end);
    is_enough(&alone, 0..alone.n_tokens()) && is_enough(&file.stream, here)
}

/// The lines without the indentation of the first; `None` if another has less.
fn dedented(lines: &[&str]) -> Option<String> {
    let indent: String = lines[0].chars().take_while(|it| *it == ' ').collect();
    let line = |line: &&str| match line.strip_prefix(&indent) {
        Some(rest) => Some(rest.to_owned()),
        None => line.trim().is_empty().then(|| "\n".to_owned()),
    };
    lines.iter().map(line).collect()
}

/// Files with their tokens, so that a tree is read once.
pub(super) fn parsed(files: &[(String, String)]) -> Vec<(String, IndexedFile)> {
    let file = |(path, text): &(String, String)| {
        (path.clone(), file_of(path, text, Preset::Default))
    };
    files.iter().map(file).collect()
}

/// Whether an instance covers 70% of all lines of a fragment, whatever is on them.
fn covers(it: &Instance, lines: &Range<u32>) -> bool {
    let end = it.lines.end.min(lines.end);
    let n_covered = end.saturating_sub(it.lines.start.max(lines.start)) as usize;
    n_covered * 10 >= lines.len() * 7
}

/// A changed copy that was not found.
pub(super) struct Missed {
    /// Which function it is of.
    pub(super) function: usize,
    /// The file that it stands in, and its lines there.
    pub(super) text: String,
    pub(super) lines: Range<u32>,
}

/// The changed copies that were not found; a copy is found when one class covers at least
/// 70% of the lines of it and of the function.
pub(super) fn recall(
    files: &[(String, IndexedFile)],
    functions: &[Function],
    change: Change,
    n: usize,
) -> Vec<Missed> {
    let mut random = Random(7);
    let mut index = Index::new(Preset::Default);
    for (path, file) in files {
        index.insert(path.as_bytes(), file.clone());
    }
    let mut wanted: Vec<[(String, Range<u32>); 2]> = Vec::new();
    let mut copies: Vec<(String, Range<u32>)> = Vec::new();
    for (at, function) in functions.iter().enumerate() {
        let text = changed(function, change, n, &mut random);
        let (_, extension) = function.path.rsplit_once('.').unwrap();
        let path = format!("~copies/{at}.{extension}");
        let (text, lines) = injected(function, &text);
        let copy = file_of(&path, &text, Preset::Default);
        wanted.push([
            (function.path.clone(), function.lines.clone()),
            (path.clone(), lines.clone()),
        ]);
        index.insert(path.as_bytes(), copy);
        copies.push((text, lines));
    }
    let found = index.searched(usize::MAX);
    let mut by_file: BTreeMap<&[u8], Vec<(usize, &Instance)>> = BTreeMap::new();
    for (at, class) in found.classes.iter().enumerate() {
        for it in &class.instances {
            let path = found.files[it.file as usize].bytes();
            by_file.entry(path).or_default().push((at, it));
        }
    }
    let classes = |(path, lines): &(String, Range<u32>)| -> Vec<usize> {
        let all = by_file.get(path.as_bytes()).into_iter().flatten();
        all.filter(|(_, it)| covers(it, lines)).map(|(at, _)| *at).collect()
    };
    let is_missed = |[function, copy]: &[(String, Range<u32>); 2]| {
        let here = classes(function);
        !classes(copy).iter().any(|class| here.contains(class))
    };
    let all = wanted.iter().zip(copies).enumerate();
    all.filter(|(_, (wanted, _))| is_missed(wanted))
        .map(|(function, (_, (text, lines)))| Missed { function, text, lines })
        .collect()
}
