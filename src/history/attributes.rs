//! git's attributes, as `.gitattributes` files in the tree of a commit give them:
//! never those of a working tree, of `$GIT_DIR/info` or of a system.
//!
//! The format is that of `gitattributes(5)`. What git does not say of a commit's tree,
//! but of every checkout, holds here too: a byte order mark is passed over.

mod index;
mod pattern;
mod table;

use std::collections::HashMap;

use crate::limits::{ATTRIBUTE_RULES, CONTROL_FILE_BYTES};
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;
use index::RuleIndex;
use pattern::{Pattern, Steps};
pub use table::{Asserted, AttributeChange, AttributeTable, folder};

/// What a file is called that gives attributes.
pub const FILE_NAME: &[u8] = b".gitattributes";

/// What a rule says of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// `attr`
    Set,
    /// `-attr`
    Unset,
    /// `!attr`: as if no rule had named it.
    Unspecified,
    /// `attr=value`
    Value(Vec<u8>),
}

/// An attribute and what a rule says of it.
type Assignment = (Vec<u8>, State);

/// A line: files, and what it says of them.
#[derive(Debug, Clone)]
struct Rule {
    pattern: Pattern,
    states: Vec<Assignment>,
}

/// One `.gitattributes` file, read.
#[derive(Debug, Clone, Default)]
pub struct AttributeFile {
    rules: Vec<Rule>,
    /// Where to find those that can be for a path.
    index: RuleIndex,
    /// Attributes that stand for others when they are set.
    macros: HashMap<Vec<u8>, Vec<Assignment>>,
}

/// What a line can be.
enum Line {
    Rule(Rule),
    Macro(Vec<u8>, Vec<Assignment>),
}

impl AttributeFile {
    /// Reads a file. Lines that git ignores are ignored; what lies beyond the limits is
    /// left out and counted under `place`.
    pub fn parse(text: &[u8], place: &[u8], gaps: &mut Gaps) -> Self {
        let mut file = Self::default();
        if len_to_u64(text.len()) > CONTROL_FILE_BYTES.value {
            gaps.add(GapKind::SideFile, "attributes beyond CONTROL_FILE_BYTES", place);
            return file;
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        // As for git, the file ends at the first NUL.
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        let mut over = 0;
        for line in text.split(|&byte| byte == b'\n') {
            match parse_line(line) {
                Some(Line::Macro(name, states)) => {
                    file.macros.insert(name, states);
                }
                Some(Line::Rule(_)) if file.is_full() => over += 1,
                Some(Line::Rule(rule)) => file.rules.push(rule),
                None => {}
            }
        }
        let why = "rules of attributes beyond ATTRIBUTE_RULES";
        gaps.add_many(GapKind::SideFile, why, place, over);
        file.index = RuleIndex::new(file.rules.iter().map(|rule| &rule.pattern));
        file
    }

    fn is_full(&self) -> bool {
        len_to_u64(self.rules.len()) >= ATTRIBUTE_RULES.value
    }
}

/// Returns what files say of the attributes of `path`: each file with the folder that
/// it stands in (no slash at the end), the root first. Attributes that are not in the
/// answer are unspecified.
pub fn attributes_of<'f>(
    files: &[(&[u8], &'f AttributeFile)],
    path: &[u8],
) -> HashMap<&'f [u8], &'f State> {
    look_up(files, path, &mut Steps::new(u64::MAX))
}

/// The same with so many steps; when they are over, the answer is not whole.
fn look_up<'f>(
    files: &[(&[u8], &'f AttributeFile)],
    path: &[u8],
    steps: &mut Steps,
) -> HashMap<&'f [u8], &'f State> {
    let mut known: HashMap<&[u8], &State> = HashMap::default();
    // Only the root may define macros.
    let root = files.first().filter(|(folder, _)| folder.is_empty());
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    // What comes later says more, so that the first word found is the last one said.
    for (folder, file) in files.iter().rev() {
        let inside = match folder {
            [] => Some(path),
            _ => path.strip_prefix(*folder).and_then(|rest| rest.strip_prefix(b"/")),
        };
        let Some(inside) = inside else { continue };
        let pattern = |rule: u32| &file.rules[rule as usize].pattern;
        for rule in file.index.rules_for(inside, name, pattern, steps) {
            let states = &file.rules[rule as usize].states;
            let mut todo: Vec<&Assignment> = states.iter().collect();
            while let Some((name, state)) = todo.pop() {
                if !steps.take(ASSIGNMENT_STEPS) {
                    return known;
                }
                if known.contains_key(name.as_slice()) {
                    continue;
                }
                known.insert(name, state);
                if *state == State::Set
                    && let Some(states) = root.and_then(|(_, root)| root.macros.get(name))
                {
                    todo.extend(states);
                }
            }
        }
    }
    known
}

/// What it costs to look one word of a rule up, in comparisons of bytes.
const ASSIGNMENT_STEPS: u64 = 16;

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn skip_blank(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_blank(byte)).unwrap_or(text.len());
    &text[start..]
}

/// Splits a text where its first word ends.
fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| is_blank(byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// Reads a line; `None` when git ignores it.
fn parse_line(line: &[u8]) -> Option<Line> {
    /// git ignores lines that are longer.
    const LONGEST_LINE: usize = 2_047;
    const MACRO: &[u8] = b"[attr]";
    let text = skip_blank(line);
    if text.is_empty() || text[0] == b'#' || line.len() > LONGEST_LINE {
        return None;
    }
    let (name, rest) = match unquote(text) {
        Some((name, rest)) => (name, rest),
        None => {
            let (name, rest) = first_word(text);
            (name.to_vec(), rest)
        }
    };
    let states = parse_states(rest)?;
    if name.len() > MACRO.len() && name.starts_with(MACRO) {
        let (name, _) = first_word(skip_blank(&name[MACRO.len()..]));
        return is_name(name).then(|| Line::Macro(name.to_vec(), states));
    }
    Some(Line::Rule(Rule { pattern: Pattern::parse(&name)?, states }))
}

/// Reads a pattern in quotes, as C has them; what follows it is left over.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut plain = Vec::new();
    loop {
        match rest {
            [b'"', tail @ ..] => return Some((plain, tail)),
            [
                b'\\',
                high @ b'0'..=b'3',
                mid @ b'0'..=b'7',
                low @ b'0'..=b'7',
                tail @ ..,
            ] => {
                plain.push(((high - b'0') << 6) | ((mid - b'0') << 3) | (low - b'0'));
                rest = tail;
            }
            [b'\\', letter, tail @ ..] => {
                plain.push(escaped(*letter)?);
                rest = tail;
            }
            [byte, tail @ ..] => {
                plain.push(*byte);
                rest = tail;
            }
            [] => return None,
        }
    }
}

fn escaped(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' => letter,
        _ => return None,
    })
}

/// Reads what a line says; `None` when one word of it is no attribute.
fn parse_states(text: &[u8]) -> Option<Vec<Assignment>> {
    let mut states = Vec::new();
    let mut rest = skip_blank(text);
    while !rest.is_empty() {
        let (word, tail) = first_word(rest);
        states.push(parse_state(word)?);
        rest = skip_blank(tail);
    }
    Some(states)
}

fn parse_state(word: &[u8]) -> Option<Assignment> {
    let (name, value) = match memchr::memchr(b'=', word) {
        Some(equals) => (&word[..equals], Some(&word[equals + 1..])),
        None => (word, None),
    };
    let (name, state) = match (name, value) {
        ([b'-', name @ ..], _) => (name, State::Unset),
        ([b'!', name @ ..], _) => (name, State::Unspecified),
        (name, Some(value)) => (name, State::Value(value.to_vec())),
        (name, None) => (name, State::Set),
    };
    is_name(name).then(|| (name.to_vec(), state))
}

fn is_name(name: &[u8]) -> bool {
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !name.is_empty()
        && name[0] != b'-'
        && !name.starts_with(b"builtin_")
        && name.iter().all(is_letter)
}

#[cfg(test)]
mod tests;
