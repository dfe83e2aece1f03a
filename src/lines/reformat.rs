//! Lines of a version in which a formatter changed the form of the code and nothing
//! else.

use std::collections::{BTreeMap, BTreeSet};

use crate::lines::diff::{Hunk, LineRange};
use crate::syntax::{CodeToken, LanguageId, code_tokens, language_of};

/// What became of the lines of a version whose form alone changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SameCode {
    /// Lines that came and the line that went that most of their tokens were on, in the
    /// order of the lines that came. One line that went may stand behind several.
    pub heirs: Vec<(u32, u32)>,
    /// Lines that went and stand behind none, because they were joined with others, and
    /// the line that most of their tokens are on now, in order. It may have stood before:
    /// of lines that say the same, a comparison of lines keeps the wrong one at times.
    pub joined: Vec<(u32, u32)>,
    /// Lines that came whose tokens were all on lines that stand, in order.
    pub split: Vec<u32>,
}

/// Returns for each line that came and has tokens of code the line that went most of
/// these were on, the first of equals, when the form of a file changed and its code did
/// not. `None` when the code changed, or may have: when the language is not parsed, or
/// either version not without errors.
///
/// White space, comments, commas at the end of lists, semicolons that say nothing and
/// parentheses around an expression are not code; in Rust nor is the order of
/// neighbouring imports, nor are braces around the single value of a match arm or a
/// closure; in Python nor are which quotes a string has, the case of its prefix and of
/// numbers, and white space in documentation.
pub fn same_code(
    path: &[u8],
    old: &[u8],
    new: &[u8],
    hunks: &[Hunk],
) -> Option<SameCode> {
    let language = language_of(path)?;
    if !may_be_same(language, old, new, hunks) {
        return None;
    }
    let before = code_tokens(language, old)?;
    let after = code_tokens(language, new)?;
    let hashes = |tokens: &[CodeToken]| tokens.iter().map(|token| token.hash).collect();
    let (hashes_before, hashes_after): (Vec<u64>, Vec<u64>) =
        (hashes(&before), hashes(&after));
    (hashes_before == hashes_after).then(|| {
        let mut same = align(&before, &after, hunks);
        join_idle(&mut same, language, &lines(old), &before, hunks);
        same
    })
}

/// Whether what is left of the hunks when all that a formatter may change is taken out
/// has the same bytes, in whatever order. Once with comments and once without: a comment
/// cannot be told from a string here, and either way is cheap.
fn may_be_same(language: LanguageId, old: &[u8], new: &[u8], hunks: &[Hunk]) -> bool {
    let (old, new) = (lines(old), lines(new));
    let comment = language.language().line_comment.as_bytes();
    let ink = |lines: &[&[u8]], range: fn(&Hunk) -> LineRange, comment: Option<&[u8]>| {
        let mut counts = [0_u32; 256];
        for line in hunks.iter().flat_map(|hunk| part(lines, range(hunk))) {
            let end = comment.and_then(|mark| find(line, mark)).unwrap_or(line.len());
            for &byte in &line[..end] {
                counts[usize::from(byte.to_ascii_lowercase())] += 1;
            }
        }
        (0..=u8::MAX)
            .filter(|&byte| is_code(byte))
            .map(|byte| counts[usize::from(byte)])
            .collect::<Vec<u32>>()
    };
    [None, Some(comment)].into_iter().any(|comment| {
        let before = ink(&old, |hunk| hunk.before, comment);
        before.iter().any(|&n| n > 0) && before == ink(&new, |hunk| hunk.after, comment)
    })
}

/// Whether a formatter leaves such bytes as they are.
fn is_code(byte: u8) -> bool {
    // `u` is a prefix of strings that says nothing.
    // Unions of types may begin with their sign.
    !matches!(byte, b'\t'..=b'\r' | b' ' | b'u' | b'|' | b'&')
        && !matches!(byte, b',' | b'(' | b')' | b'{' | b'}' | b';' | b'"' | b'\'' | b'\\')
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}

fn part<'l, 't>(lines: &'l [&'t [u8]], range: LineRange) -> &'l [&'t [u8]] {
    lines.get(range.start as usize..range.end as usize).unwrap_or(&[])
}

fn find(line: &[u8], mark: &[u8]) -> Option<usize> {
    memchr::memmem::find(line, mark)
}

/// Reads off the tokens, which are equal, which lines stand for which.
fn align(before: &[CodeToken], after: &[CodeToken], hunks: &[Hunk]) -> SameCode {
    let (went, came) = (
        hunks.iter().map(|hunk| hunk.before).collect::<Vec<_>>(),
        hunks.iter().map(|hunk| hunk.after).collect::<Vec<_>>(),
    );
    // For each line on the one side how many tokens it shares with which on the other.
    let mut shared: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for (old, new) in before.iter().zip(after) {
        if let (Some(old), Some(new)) = (old.line, new.line) {
            *shared.entry((new, old)).or_default() += 1;
        }
    }
    let within = |n: &(&(u32, u32), &u32)| holds(&came, n.0.0) && holds(&went, n.0.1);
    let heirs = majorities(shared.iter().filter(within));
    let standing: BTreeSet<u32> = heirs.iter().map(|&(_, old)| old).collect();
    let known: BTreeSet<u32> = heirs.iter().map(|&(new, _)| new).collect();
    let mut split: Vec<u32> = shared.keys().map(|&(new, _)| new).collect();
    split.dedup();
    split.retain(|&new| holds(&came, new) && !known.contains(&new));
    let turned: BTreeMap<(u32, u32), u32> =
        shared.into_iter().map(|((new, old), n)| ((old, new), n)).collect();
    let mut joined = majorities(turned.iter());
    joined.retain(|(old, _)| holds(&went, *old) && !standing.contains(old));
    SameCode { heirs, joined, split }
}

/// Lines that went and have nothing but what a formatter may leave out, such as a bracket
/// with a comment behind it, are joined with what came of the tokens before them.
fn join_idle(
    same: &mut SameCode,
    language: LanguageId,
    old: &[&[u8]],
    before: &[CodeToken],
    hunks: &[Hunk],
) {
    let with_tokens: BTreeSet<u32> =
        before.iter().filter_map(|token| token.line).collect();
    let mut behind: BTreeMap<u32, u32> = same.joined.iter().copied().collect();
    // Of several lines that one became, the first goes on for it.
    behind.extend(same.heirs.iter().rev().map(|&(new, old)| (old, new)));
    let went = hunks.iter().flat_map(|hunk| hunk.before.start..hunk.before.end);
    for line in went.filter(|line| !with_tokens.contains(line)) {
        let is_idle = old.get(line as usize).is_some_and(|text| is_idle(language, text));
        let last = with_tokens.range(..line).next_back();
        if let (true, Some(&new)) = (is_idle, last.and_then(|last| behind.get(last))) {
            same.joined.push((line, new));
        }
    }
    same.joined.sort_unstable();
}

/// Whether a line has brackets and separators, and behind them a comment at most.
fn is_idle(language: LanguageId, line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_rest = |byte: &u8| {
        !matches!(byte, b'(' | b')' | b'{' | b'}' | b',' | b';' | b'\\')
            && !byte.is_ascii_whitespace()
    };
    let rest = line.iter().position(is_rest).map_or(&[][..], |at| &line[at..]);
    let comment = language.language().line_comment.as_bytes();
    line.len() > rest.len()
        && (rest.is_empty() || rest.starts_with(comment) || rest.starts_with(b"/*"))
}

/// Whether one of the ranges, which are in order, holds a line.
fn holds(ranges: &[LineRange], line: u32) -> bool {
    let after = ranges.partition_point(|range| range.start <= line);
    after > 0 && line < ranges[after - 1].end
}

/// For each first line the second it shares most tokens with, the first of equals.
fn majorities<'s>(
    shared: impl Iterator<Item = (&'s (u32, u32), &'s u32)>,
) -> Vec<(u32, u32)> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    let mut most = 0;
    for (&(one, two), &n) in shared {
        match found.last_mut() {
            Some(last) if last.0 == one => {
                if n > most {
                    (*last, most) = ((one, two), n);
                }
            }
            _ => {
                found.push((one, two));
                most = n;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
