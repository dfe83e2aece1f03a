//! Functions are copied into another file with a change, and must be found there; after
//! Roy and Cordy, "A mutation/injection-based automatic framework for evaluating code
//! clone detection tools" (2009).

use super::injection::{Function, functions, injected, parsed, recall};
use super::*;
use crate::syntax::{Lexeme, LexemeKind};

/// What a copy of a function has that the function has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
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

pub(super) const TYPE_1: [Change; 8] = [
    Change::None,
    Change::MoreSpaces,
    Change::FewerSpaces,
    Change::BlankLines,
    Change::Indentation,
    Change::CommentLines,
    Change::CommentsBehind,
    Change::LineBreaks,
];
pub(super) const TYPE_2: [Change; 4] =
    [Change::NamesAlike, Change::NamesAtRandom, Change::Numbers, Change::Strings];
pub(super) const TYPE_3: [Change; 5] = [
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
pub(super) fn changed(
    function: &Function,
    change: Change,
    n: usize,
    random: &mut Random,
) -> String {
    let path = &function.path;
    let has_braces = !path.ends_with(".py");
    let mark = if has_braces { "//" } else { "#" };
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
            // Of comments and tables in it, too: those of Python stand in their block.
            let mut lines = gap.split('\n');
            let mut text = lines.next().unwrap_or_default().to_owned();
            for line in lines {
                let ink = line.trim_start_matches([' ', '\t']);
                let indent = &line[..line.len() - ink.len()];
                text.push_str(&format!("\n{indent}{indent}{ink}"));
            }
            text
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
                let may_break = has_braces || parts.depths[at] > 0;
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

fn own_files() -> Vec<(String, String)> {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clones");
    let read =
        |name: &str| (name.to_owned(), std::fs::read_to_string(top.join(name)).unwrap());
    vec![read("functions.py"), read("functions.rs"), read("functions.ts")]
}

#[test]
fn copies_that_differ_in_layout_comments_names_and_literals_are_found() {
    let files = own_files();
    let functions = functions(&files).list;
    assert_eq!(functions.len(), 15);
    let streams = parsed(&files);
    for change in TYPE_1.into_iter().chain(TYPE_2) {
        let missed = recall(&streams, &functions, change, 1);
        assert_eq!(missed.len(), 0, "{change:?}");
    }
}

#[test]
fn copies_keep_their_type() {
    let files = own_files();
    let functions = functions(&files).list;
    for (changes, wanted) in
        [(&TYPE_1[..], CloneType::One), (&TYPE_2[..1], CloneType::Two)]
    {
        for &change in changes {
            let text = changed(&functions[0], change, 1, &mut Random(1));
            let (copy, _) = injected(&functions[0], &text);
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
