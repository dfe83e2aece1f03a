//! What an edit replaced by what: the same in many lines is a find-and-replace.

use xxhash_rust::xxh3::Xxh3;

use crate::lines::edits::tokens;
use crate::lines::marks::is_letter;

/// Stands for an edit that is no one substitution.
pub const NONE: u32 = 0;

/// Returns a number for what turns one line into the other, which edits have in common
/// that replace the same tokens by the same; [`NONE`] for an edit that is more than one
/// such substitution, or of marks alone.
///
/// A substitution is of one token, wherever it stands in the line, where both lines have
/// the same number of tokens; else it is of all that stands between the tokens that the
/// lines begin with and those that they end with.
pub fn substitution(went: &[u8], came: &[u8]) -> u32 {
    let (went, came): (Vec<&[u8]>, Vec<&[u8]>) =
        (tokens(went).collect(), tokens(came).collect());
    match one_token(&went, &came) {
        Some((old, new)) => number(&[old], &[new]),
        None => {
            let (old, new) = between(&went, &came);
            number(old, new)
        }
    }
}

/// The token that another stands for wherever two lines differ.
fn one_token<'t>(went: &[&'t [u8]], came: &[&'t [u8]]) -> Option<(&'t [u8], &'t [u8])> {
    if went.len() != came.len() {
        return None;
    }
    let mut differing = went.iter().zip(came).filter(|(old, new)| old != new);
    let (old, new) = differing.next()?;
    differing.all(|other| other == (old, new)).then_some((*old, *new))
}

/// What stands between what two lines begin and end with.
fn between<'l, 't>(
    went: &'l [&'t [u8]],
    came: &'l [&'t [u8]],
) -> (&'l [&'t [u8]], &'l [&'t [u8]]) {
    let is_equal = |(old, new): &(&&[u8], &&[u8])| old == new;
    let start = went.iter().zip(came).take_while(is_equal).count();
    let (went, came) = (&went[start..], &came[start..]);
    let end = went.iter().rev().zip(came.iter().rev()).take_while(is_equal).count();
    (&went[..went.len() - end], &came[..came.len() - end])
}

fn number(old: &[&[u8]], new: &[&[u8]]) -> u32 {
    let has_letter = |token: &&[u8]| token.iter().any(|&byte| is_letter(byte));
    if !old.iter().chain(new).any(has_letter) {
        return NONE;
    }
    let mut hash = Xxh3::new();
    for side in [old, new] {
        for token in side {
            hash.update(token);
            hash.update(&[0]);
        }
        hash.update(&[1]);
    }
    let [a, b, c, d, ..] = hash.digest().to_le_bytes();
    u32::from_le_bytes([a, b, c, d]).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(went: &str, came: &str) -> u32 {
        substitution(went.as_bytes(), came.as_bytes())
    }

    #[test]
    fn one_token_replaced_by_one_is_the_same_substitution_anywhere() {
        let renamed = of("let total = price(item);", "let total = cost(item);");
        assert_ne!(renamed, NONE);
        assert_eq!(of("    price(a) + price(b)", "    cost(a) + cost(b)"), renamed);
        assert_ne!(of("price(a)", "fee(a)"), renamed);
        assert_ne!(of("cost(a)", "price(a)"), renamed);
    }

    #[test]
    fn a_run_of_tokens_is_replaced_as_one() {
        let shorter = of("use std::sync::Arc;", "use Arc;");
        assert_ne!(shorter, NONE);
        assert_eq!(of("x: std::sync::Arc<u8>,", "x: Arc<u8>,"), shorter);
        assert_ne!(of("use Arc;", "use std::sync::Arc;"), shorter);
    }

    #[test]
    fn two_renames_in_one_line_are_one_run_that_other_lines_hardly_share() {
        let both = of("copy(from, to)", "copy(source, target)");
        assert_ne!(both, of("copy(from, here)", "copy(source, here)"));
        assert_ne!(both, of("copy(there, to)", "copy(there, target)"));
    }

    #[test]
    fn marks_alone_are_no_substitution() {
        assert_eq!(of("let a = b", "let a = b;"), NONE);
        assert_eq!(of("a = b", "a = b"), NONE);
        assert_ne!(of("a = b", "a = 2"), NONE);
    }
}
