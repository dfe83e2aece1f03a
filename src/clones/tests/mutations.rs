//! Functions are copied into another file with a change, and must be found there; after
//! Roy and Cordy, "A mutation/injection-based automatic framework for evaluating code
//! clone detection tools" (2009).

use std::collections::BTreeMap;
use std::io::Write;

use super::measure::Tree;
use super::*;
use crate::syntax::{DefinitionKind, Lexeme, LexemeKind};

/// A function: its file, its lines there, and its text.
struct Function {
    path: String,
    lines: Range<u32>,
    text: String,
}

/// What a copy of a function has that the function has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    // Type 1.
    None,
    MoreSpaces,
    FewerSpaces,
    BlankLines,
    Indentation,
    CommentLines,
    CommentsBehind,
    LineBreaks,
    // Type 2.
    NamesAlike,
    NamesAtRandom,
    Numbers,
    Strings,
    // Type 3.
    TokenAdded,
    TokenLost,
    LineAdded,
    LineLost,
    LineChanged,
}

const TYPE_1: [Change; 8] = [
    Change::None,
    Change::MoreSpaces,
    Change::FewerSpaces,
    Change::BlankLines,
    Change::Indentation,
    Change::CommentLines,
    Change::CommentsBehind,
    Change::LineBreaks,
];
const TYPE_2: [Change; 4] =
    [Change::NamesAlike, Change::NamesAtRandom, Change::Numbers, Change::Strings];
const TYPE_3: [Change; 5] = [
    Change::TokenAdded,
    Change::TokenLost,
    Change::LineAdded,
    Change::LineLost,
    Change::LineChanged,
];

fn words(path: &str, text: &str) -> Vec<Lexeme> {
    Parsers::new().lexemes(language_of(path.as_bytes()), text.as_bytes()).list
}

/// The text between neighbouring words, before each word; and what follows the last.
struct Parts {
    gaps: Vec<String>,
    words: Vec<(LexemeKind, String)>,
    /// How many brackets are open before each word.
    depths: Vec<usize>,
    end: String,
}

impl Parts {
    fn of(path: &str, text: &str) -> Self {
        let mut parts =
            Self { gaps: vec![], words: vec![], depths: vec![], end: String::new() };
        let mut at = 0;
        let mut depth: usize = 0;
        for word in words(path, text) {
            let (start, end) = (word.start as usize, word.end as usize);
            parts.gaps.push(text[at..start].to_owned());
            parts.words.push((word.kind, text[start..end].to_owned()));
            parts.depths.push(depth);
            match &text[start..end] {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            at = end;
        }
        text[at..].clone_into(&mut parts.end);
        parts
    }

    fn text(&self) -> String {
        let pairs = self.gaps.iter().zip(&self.words);
        let mut text: String =
            pairs.map(|(gap, (_, word))| format!("{gap}{word}")).collect();
        text.push_str(&self.end);
        text
    }
}

/// A copy of a function with a change at `n` places, of which it makes as many as it can.
fn changed(function: &Function, change: Change, n: usize, random: &mut Random) -> String {
    let path = &function.path;
    let is_rust = path.ends_with(".rs");
    let mark = if is_rust { "//" } else { "#" };
    let mut parts = Parts::of(path, &function.text);
    match change {
        Change::None => {}
        Change::MoreSpaces => {
            for gap in parts.gaps.iter_mut().filter(|gap| *gap == " ") {
                gap.push_str("  ");
            }
        }
        Change::FewerSpaces => {
            for at in 1..parts.words.len() {
                if parts.words[at - 1].1 == "," && parts.gaps[at] == " " {
                    parts.gaps[at].clear();
                }
            }
        }
        Change::BlankLines => in_gaps(&mut parts, |gap| gap.replace('\n', "\n\n  \n")),
        Change::Indentation => in_gaps(&mut parts, |gap| {
            let Some((before, indent)) = gap.rsplit_once('\n') else { return gap.into() };
            format!("{before}\n{indent}{indent}")
        }),
        Change::CommentLines => {
            let comment = format!("\n{mark} A note, for (nobody) at all.\n");
            in_gaps(&mut parts, |gap| gap.replacen('\n', &comment, 1));
        }
        Change::CommentsBehind => {
            let comment = format!(" {mark} let it = be\n");
            in_gaps(&mut parts, |gap| {
                if gap.starts_with('\n') {
                    gap.replacen('\n', &comment, 1)
                } else {
                    gap.into()
                }
            });
        }
        Change::LineBreaks => {
            for at in 1..parts.words.len() {
                let may_break = is_rust || parts.depths[at] > 0;
                if parts.words[at - 1].1 == "," && parts.gaps[at] == " " && may_break {
                    parts.gaps[at] = "\n            ".to_owned();
                }
            }
        }
        Change::NamesAlike => {
            // What is called keeps its name: it may be defined elsewhere.
            let called: Vec<String> = of_kind(&parts, LexemeKind::Callee)
                .map(|at| parts.words[at].1.clone())
                .collect();
            for (kind, word) in &mut parts.words {
                if *kind == LexemeKind::Identifier && !called.contains(word) {
                    word.push_str("_2");
                }
            }
        }
        Change::NamesAtRandom => {
            for at in of_kind(&parts, LexemeKind::Identifier).collect::<Vec<_>>() {
                if random.below(2) == 0 {
                    parts.words[at].1 = format!("name_{}", random.below(9));
                }
            }
        }
        Change::Numbers => replace_all(&mut parts, LexemeKind::Number, "4711"),
        Change::Strings => replace_all(&mut parts, LexemeKind::String, "\"another\""),
        Change::TokenAdded | Change::TokenLost => {
            for _ in 0..n {
                // Not in the signature, which a language may need to see the function.
                let at = parts.words.len() / 4 + random.index(parts.words.len() / 2);
                match change {
                    Change::TokenAdded => parts.words[at].1.push_str(" other"),
                    _ => parts.words[at].1.clear(),
                }
            }
        }
        Change::LineAdded | Change::LineLost | Change::LineChanged => {
            return with_lines(&parts.text(), change, n, random);
        }
    }
    parts.text()
}

fn in_gaps(parts: &mut Parts, change: impl Fn(&str) -> String) {
    for gap in &mut parts.gaps[1..] {
        *gap = change(gap);
    }
}

fn of_kind(parts: &Parts, wanted: LexemeKind) -> impl Iterator<Item = usize> {
    let words = parts.words.iter().enumerate();
    words.filter(move |(_, (kind, _))| *kind == wanted).map(|(at, _)| at)
}

fn replace_all(parts: &mut Parts, wanted: LexemeKind, text: &str) {
    for at in of_kind(parts, wanted).collect::<Vec<_>>() {
        text.clone_into(&mut parts.words[at].1);
    }
}

fn with_lines(text: &str, change: Change, n: usize, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..n {
        let at = 2 + random.index(lines.len() - 3);
        let indent: String = lines[at].chars().take_while(|it| *it == ' ').collect();
        match change {
            Change::LineAdded => lines.insert(at, format!("{indent}other.note(1);")),
            Change::LineLost => drop(lines.remove(at)),
            _ => lines[at] = format!("{indent}changed(other, 2);"),
        }
    }
    lines.join("\n") + "\n"
}

/// A file that has a function among others, and the lines of it there.
fn injected(path: &str, text: &str) -> (String, Range<u32>) {
    let (before, after) = if path.ends_with(".rs") {
        (
            "fn before(host: Host) -> bool {\n    host.is_before()\n}\n\n",
            "\nfn after() {}\n",
        )
    } else {
        ("def before(host):\n    return not host\n\n\n", "\n\nclass After:\n    pass\n")
    };
    let start = len_to_u32(before.lines().count());
    let lines = start..start + len_to_u32(text.lines().count());
    (format!("{before}{text}{after}"), lines)
}

/// Functions of at least ten lines that are long enough to be found.
fn functions(files: &[(String, String)]) -> Vec<Function> {
    let mut found = Vec::new();
    for (path, text) in files {
        let language = language_of(path.as_bytes()).unwrap();
        let parsed = Parsers::new().read(language, text.as_bytes());
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
            let part = &lines[range.start as usize..range.end as usize];
            if let Some(text) = dedented(part) {
                found.push(Function { path: path.clone(), lines: range, text });
            }
        }
    }
    found.retain(is_long);
    found
}

/// Whether what is compared of a function is as long as a clone must be, and nearly all
/// of the function: a table at its end is not compared, nor is what documents it.
fn is_long(function: &Function) -> bool {
    let stream = file_of(&function.path, &function.text, Preset::Default).stream;
    let span = stream.span_of(0..stream.n_tokens());
    let parts = Parts::of(&function.path, &function.text);
    let is_documented =
        parts.gaps.iter().any(|gap| gap.contains("\"\"\"") || gap.contains("'''"));
    if is_documented || span.len() * 10 < function.lines.len() * 9 {
        return false;
    }
    let rule = Preset::Default.rule();
    let n_lines = stream.lines_of(0..stream.n_tokens()).count();
    stream.n_tokens() >= rule.tokens && n_lines >= rule.lines as usize
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

/// How much of some lines an instance of a class covers.
fn share(found: &Range<u32>, wanted: &Range<u32>) -> f64 {
    let common = found.end.min(wanted.end).saturating_sub(found.start.max(wanted.start));
    f64::from(common) / f64::from(wanted.end - wanted.start)
}

/// How many changed copies were found, and of how many; a copy is found when one class
/// covers at least 70% of it and of the function.
fn recall(
    files: &[(String, String)],
    functions: &[Function],
    change: Change,
    n: usize,
) -> (Vec<usize>, usize) {
    let mut random = Random(7);
    let mut index = Index::new(Preset::Default);
    for (path, text) in files {
        index.insert(path.as_bytes(), file_of(path, text, Preset::Default));
    }
    let mut copies = Vec::new();
    for (at, function) in functions.iter().enumerate() {
        let text = changed(function, change, n, &mut random);
        let (_, extension) = function.path.rsplit_once('.').unwrap();
        let path = format!("~copies/{at}.{extension}");
        let (text, lines) = injected(&path, &text);
        index.insert(path.as_bytes(), file_of(&path, &text, Preset::Default));
        copies.push((path, lines));
    }
    let found = index.duplication();
    let mut by_file: BTreeMap<&[u8], Vec<(usize, &Instance)>> = BTreeMap::new();
    for (at, class) in found.classes.iter().enumerate() {
        for it in &class.instances {
            by_file
                .entry(found.files[it.file as usize].bytes())
                .or_default()
                .push((at, it));
        }
    }
    let classes = |path: &str, lines: &Range<u32>| -> Vec<usize> {
        let all = by_file.get(path.as_bytes()).into_iter().flatten();
        all.filter(|(_, it)| share(&it.lines, lines) >= 0.7).map(|(at, _)| *at).collect()
    };
    let is_missed = |at: &usize| {
        let function = &functions[*at];
        let here = classes(&function.path, &function.lines);
        !classes(&copies[*at].0, &copies[*at].1).iter().any(|class| here.contains(class))
    };
    ((0..functions.len()).filter(is_missed).collect(), functions.len())
}

fn own_files() -> Vec<(String, String)> {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clones");
    let read =
        |name: &str| (name.to_owned(), std::fs::read_to_string(top.join(name)).unwrap());
    vec![read("functions.py"), read("functions.rs")]
}

#[test]
fn copies_that_differ_in_layout_comments_names_and_literals_are_found() {
    let files = own_files();
    let functions = functions(&files);
    assert_eq!(functions.len(), 10);
    for change in TYPE_1.into_iter().chain(TYPE_2) {
        let (missed, _) = recall(&files, &functions, change, 1);
        assert_eq!(missed, Vec::<usize>::new(), "{change:?}");
    }
}

#[test]
fn copies_keep_their_type() {
    let files = own_files();
    let functions = functions(&files);
    for (changes, wanted) in
        [(&TYPE_1[..], CloneType::One), (&TYPE_2[..1], CloneType::Two)]
    {
        for &change in changes {
            let text = changed(&functions[0], change, 1, &mut Random(1));
            let (copy, _) = injected("b.py", &text);
            let index = index_of(
                &[files[0].clone(), ("~b.py".to_owned(), copy)]
                    .iter()
                    .map(|(path, text)| (path.as_str(), text.clone()))
                    .collect::<Vec<_>>(),
                Preset::Default,
            );
            let found = index.duplication();
            assert_eq!(found.classes.len(), 1, "{change:?}");
            assert_eq!(found.classes[0].clone_type, wanted, "{change:?}");
        }
    }
}

#[test]
fn functions_that_have_nothing_to_do_with_each_other_are_no_clones() {
    let files = own_files();
    let files: Vec<(&str, String)> =
        files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    for preset in Preset::ALL {
        assert_eq!(index_of(&files, preset).duplication().classes, [], "{preset:?}");
    }
}

#[test]
#[ignore = "reads the tree that CLONES_TREE names"]
fn copies_of_functions_of_a_tree_are_found() {
    let tree = Tree::of_environment();
    let mut files: Vec<(String, String)> = Vec::new();
    for (path, bytes, _) in tree.files {
        files.extend(String::from_utf8(bytes).ok().map(|text| (path, text)));
    }
    let mut out = std::io::stderr();
    for extension in [".rs", ".py"] {
        let mut functions = functions(&files);
        functions.retain(|it| it.path.ends_with(extension));
        let step = functions.len().div_ceil(500).max(1);
        let functions: Vec<Function> = functions.into_iter().step_by(step).collect();
        let told = |change: Change, n: usize| {
            let (missed, of) = recall(&files, &functions, change, n);
            let first: Vec<String> = missed
                .iter()
                .take(3)
                .map(|&at| {
                    format!("{}:{}", functions[at].path, functions[at].lines.start + 1)
                })
                .collect();
            let found = of - missed.len();
            writeln!(
                std::io::stderr(),
                "{extension} {change:?} x{n}: {found} of {of}, not {first:?}"
            )
            .unwrap();
            missed.len()
        };
        let n_missed: usize = TYPE_1.into_iter().map(|change| told(change, 1)).sum();
        writeln!(out, "{extension} type 1: missed {n_missed} of {}", 8 * functions.len())
            .unwrap();
        let n_missed: usize = TYPE_2.into_iter().map(|change| told(change, 1)).sum();
        writeln!(out, "{extension} type 2: missed {n_missed} of {}", 4 * functions.len())
            .unwrap();
        for n in [1, 3, 5] {
            for change in TYPE_3 {
                told(change, n);
            }
        }
    }
}
