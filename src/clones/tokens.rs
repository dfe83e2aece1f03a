//! A version of a file → its tokens, as they are compared.

use std::ops::Range;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::Preset;
use super::collapse::collapse;
use super::fingerprints::{Fingerprint, fingerprints};
use crate::syntax::{
    Fallback, LanguageId, Lexeme, LexemeKind, LineKind, Parsers, n_lines, text_kinds,
};
use crate::units::len_to_u32;

/// The tokens of a version of a file, under one preset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenStream {
    /// For each token a hash of what is compared. Tokens with one hash are equal.
    pub(super) keys: Vec<u64>,
    /// For each token a hash of what it says.
    pub(super) texts: Vec<u32>,
    /// For each token the line it begins on.
    pub(super) lines: Vec<u32>,
    /// For each line whether it counts.
    pub(super) is_countable: Vec<bool>,
    /// The lines of code that tests other code: ranges in order.
    pub(super) tests: Vec<Range<u32>>,
    /// Tokens of tables, left out: a sequence that repeats is kept twice.
    pub(super) collapsed: u64,
    /// Tokens behind which such repetitions are left out, and the line the last begins on.
    runs: Vec<(u32, u32)>,
}

/// A token on its way into a stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) key: u64,
    pub(super) text: u32,
    pub(super) line: u32,
    /// The line of the last token that was left out behind it; its own without any.
    pub(super) last_line: u32,
}

impl TokenStream {
    /// Reads a version of a file. What the grammar of the language cannot follow is
    /// compared word by word as it stands, and so is a text without a language. A
    /// version that is too large or minified is not read.
    pub fn read(
        parsers: &mut Parsers,
        language: Option<LanguageId>,
        bytes: &[u8],
        preset: Preset,
    ) -> Result<Self, Fallback> {
        let [stream] = Self::read_for(parsers, language, bytes, [preset])?;
        Ok(stream)
    }

    /// Reads a version of a file once, for several presets.
    pub fn read_for<const N: usize>(
        parsers: &mut Parsers,
        language: Option<LanguageId>,
        bytes: &[u8],
        presets: [Preset; N],
    ) -> Result<[Self; N], Fallback> {
        let lexemes = parsers.lexemes(language, bytes);
        match lexemes.fallback {
            Some(why @ (Fallback::TooLarge | Fallback::Minified)) => return Err(why),
            Some(Fallback::TooMuchWork | Fallback::NoGrammar) | None => {}
        }
        let is_countable: Vec<bool> =
            text_kinds(bytes).into_iter().map(LineKind::is_countable).collect();
        Ok(presets.map(|preset| {
            let tokens = match preset {
                Preset::Default => tokens(&lexemes.list, bytes, renamed_key),
                Preset::Sonar => tokens(&lexemes.list, bytes, named_key),
                Preset::GitClear => lines(bytes, &is_countable),
            };
            Self::new(tokens, is_countable.clone(), lexemes.tests.clone(), preset)
        }))
    }

    pub(super) fn new(
        mut tokens: Vec<Token>,
        is_countable: Vec<bool>,
        tests: Vec<Range<u32>>,
        preset: Preset,
    ) -> Self {
        let collapsed = collapse(&mut tokens, preset.rule().tokens - 1);
        let run = |(at, token): (usize, &Token)| {
            (token.last_line > token.line).then(|| (len_to_u32(at), token.last_line))
        };
        Self {
            runs: tokens.iter().enumerate().filter_map(run).collect(),
            keys: tokens.iter().map(|token| token.key).collect(),
            texts: tokens.iter().map(|token| token.text).collect(),
            lines: tokens.iter().map(|token| token.line).collect(),
            is_countable,
            tests,
            collapsed,
        }
    }

    /// How many tokens there are to compare.
    pub fn n_tokens(&self) -> usize {
        self.keys.len()
    }

    /// For each token the hash of what is compared, which for a word that counts is
    /// [`xxh3_64`] of the word, and the line that it begins on, 0-based.
    pub fn keys_and_lines(&self) -> (&[u64], &[u32]) {
        (&self.keys, &self.lines)
    }

    /// Its fingerprints in pairs of neighbours, each with its lines, 0-based and half-open;
    /// without code that tests other code. What two versions have in common so is about as
    /// long as a clone at least.
    pub fn prints(&self, preset: Preset) -> Vec<(u64, Range<u32>)> {
        let rule = preset.rule();
        let kept = fingerprints(&self.keys, rule);
        let print = |(first, second): (&Fingerprint, &Fingerprint)| {
            let bytes = [first.hash.to_le_bytes(), second.hash.to_le_bytes()].concat();
            let last = second.offset as usize + rule.gram - 1;
            let lines = self.lines[first.offset as usize]..self.lines[last] + 1;
            // One that follows itself is of a table.
            let says = first.hash != second.hash && !self.is_test(lines.start);
            says.then(|| (xxh3_64(&bytes), lines))
        };
        kept.iter().zip(kept.iter().skip(1)).filter_map(print).collect()
    }

    /// The low halves of its fingerprints under the preset that it was read with: two
    /// versions with a clone in common have one in common.
    pub fn fingerprints(&self, preset: Preset) -> Vec<u32> {
        let kept = fingerprints(&self.keys, preset.rule());
        kept.into_iter().map(|one| low_bits(one.hash)).collect()
    }

    /// The same of clones that hold a token of some lines: 0-based ranges in order.
    pub fn fingerprints_near(&self, preset: Preset, lines: &[Range<u32>]) -> Vec<u32> {
        let rule = preset.rule();
        // Of every clone that holds a token, as many tokens around it as a clone has at
        // least hold a fingerprint.
        let near: Vec<Range<usize>> = lines
            .iter()
            .map(|range| {
                let first = self.lines.partition_point(|line| *line < range.start);
                let end = self.lines.partition_point(|line| *line < range.end);
                first.saturating_sub(rule.tokens)..end + rule.tokens
            })
            .collect();
        let is_near = |offset: u32| near.iter().any(|it| it.contains(&(offset as usize)));
        let kept = fingerprints(&self.keys, rule).into_iter();
        kept.filter(|one| is_near(one.offset)).map(|one| low_bits(one.hash)).collect()
    }

    /// A hash of what the tokens of some lines say, wherever these stand.
    pub fn digest(&self, lines: Range<u32>) -> u64 {
        let at = |line: u32| self.lines.partition_point(|it| *it < line);
        let words = &self.texts[at(lines.start)..at(lines.end).max(at(lines.start))];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        xxh3_64(&bytes)
    }

    /// Whether some of it is code that tests other code.
    pub fn has_tests(&self) -> bool {
        !self.tests.is_empty()
    }

    /// Whether a line counts: whether it has a letter or a digit.
    pub(super) fn is_countable(&self, line: u32) -> bool {
        self.is_countable.get(line as usize).copied().unwrap_or(false)
    }

    /// Whether a line is code that tests other code.
    pub(super) fn is_test(&self, line: u32) -> bool {
        let next = self.tests.partition_point(|range| range.end <= line);
        self.tests.get(next).is_some_and(|range| range.contains(&line))
    }

    /// The part of a range whose tokens make up whole lines: not those at its ends that
    /// share their line with tokens beside the range.
    pub(super) fn whole_lines(&self, range: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = range;
        if start > 0 && start < end {
            let before = self.lines[start - 1];
            let cut = self.lines[start..end].iter().take_while(|it| **it == before);
            start += cut.count();
        }
        if let Some(after) = self.lines.get(end) {
            let cut = self.lines[start..end].iter().rev().take_while(|it| *it == after);
            end -= cut.count();
        }
        start..end
    }

    /// The countable lines whose tokens all lie in a range, in order.
    pub(super) fn lines_of(&self, range: Range<usize>) -> impl Iterator<Item = u32> {
        let mut last = None;
        self.lines[self.whole_lines(range)].iter().copied().filter(move |&line| {
            last.replace(line) != Some(line) && self.is_countable(line)
        })
    }

    /// The lines from the first to the last that lie in a range whole, and those of the
    /// repetitions that are left out behind it.
    pub(super) fn span_of(&self, range: Range<usize>) -> Range<u32> {
        let whole = self.whole_lines(range);
        match self.lines[whole.clone()] {
            [first, ..] => first..self.last_line(whole.end - 1) + 1,
            [] => 0..0,
        }
    }

    fn last_line(&self, token: usize) -> u32 {
        let run = self.runs.binary_search_by_key(&len_to_u32(token), |(at, _)| *at);
        run.map_or(self.lines[token], |run| self.runs[run].1)
    }
}

pub(super) fn tokens(
    list: &[Lexeme],
    bytes: &[u8],
    key: impl Fn(LexemeKind, &[u8]) -> u64,
) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(list.len());
    for (at, word) in list.iter().enumerate() {
        let text = word.text(bytes);
        // Formatters add and remove a comma before the end of a list.
        let next = list.get(at + 1).map(|next| next.text(bytes));
        if text == b"," && matches!(next, Some(b")" | b"]" | b"}")) {
            continue;
        }
        let key = key(word.kind, text);
        let (text, line) = (low_bits(xxh3_64(text)), word.line);
        tokens.push(Token { key, text, line, last_line: line });
    }
    tokens
}

/// A name is any name, a string any string, a number any number.
pub(super) fn renamed_key(kind: LexemeKind, text: &[u8]) -> u64 {
    match kind {
        LexemeKind::Identifier => xxh3_64_with_seed(b"$i", 1),
        _ => named_key(kind, text),
    }
}

/// A string is any string, a number any number.
fn named_key(kind: LexemeKind, text: &[u8]) -> u64 {
    match kind {
        LexemeKind::String => xxh3_64_with_seed(b"$s", 1),
        LexemeKind::Number => xxh3_64_with_seed(b"$n", 1),
        LexemeKind::Plain | LexemeKind::Identifier | LexemeKind::Callee => xxh3_64(text),
    }
}

/// Countable lines as tokens; what is compared is their words.
fn lines(bytes: &[u8], is_countable: &[bool]) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(n_lines(bytes));
    let mut words = Vec::new();
    let lines = bytes.split(|&byte| byte == b'\n').zip(is_countable).enumerate();
    for (at, (line, _)) in lines.filter(|(_, (_, is_countable))| **is_countable) {
        words.clear();
        for word in line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
            words.extend_from_slice(word);
            words.push(b' ');
        }
        let key = xxh3_64(&words);
        let (text, line) = (low_bits(key), len_to_u32(at));
        tokens.push(Token { key, text, line, last_line: line });
    }
    tokens
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
fn low_bits(hash: u64) -> u32 {
    hash as u32
}
