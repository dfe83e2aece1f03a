//! The whole search against another algorithm, against planted clones, and within its
//! bounds.

use std::sync::Arc;

use super::tokens::Token;
use super::*;
use crate::syntax::{Parsers, language_of};
use crate::units::len_to_u32;

#[expect(
    clippy::single_range_in_vec_init,
    reason = "a change of one range of lines is what is meant"
)]
mod births;
mod bounds;
mod injection;
mod jscpd;
mod measure;
mod mutations;
mod public;
mod rules;
mod suffix_array;

/// An index of texts, by path.
fn index_of(files: &[(&str, String)], preset: Preset) -> Index {
    let mut index = Index::new(preset);
    for (path, text) in files {
        index.insert(path.as_bytes(), file_of(path, text, preset));
    }
    index
}

fn file_of(path: &str, text: &str, preset: Preset) -> IndexedFile {
    let language = language_of(path.as_bytes());
    let stream =
        TokenStream::read(&mut Parsers::new(), language, text.as_bytes(), preset);
    IndexedFile { stream: Arc::new(stream.unwrap()), is_test: false }
}

/// A file of made-up tokens, ten on each line.
fn made_up(keys: &[u64], preset: Preset) -> IndexedFile {
    let per_line = if preset == Preset::GitClear { 1 } else { 10 };
    let token = |(at, &key): (usize, &u64)| Token {
        key,
        text: 0,
        line: len_to_u32(at / per_line),
        last_line: len_to_u32(at / per_line),
    };
    let tokens: Vec<Token> = keys.iter().enumerate().map(token).collect();
    let lines = vec![true; keys.len() / per_line + 1];
    let stream = TokenStream::new(tokens, lines, Vec::new(), preset);
    IndexedFile { stream: Arc::new(stream), is_test: false }
}

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(crate::units::len_to_u64(len))).unwrap()
    }
}
