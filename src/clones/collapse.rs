//! Tables of code: a sequence of tokens that repeats more than twice in a row is kept
//! twice. The fields of two structures, or two runs of assignments, are no clones of
//! each other; and what repeats itself would be a clone of itself at every step.

use super::tokens::Token;

/// Leaves out all but two of the repetitions of each sequence of up to `longest` tokens
/// that repeats in a row; what is left of a last repetition stays. Shorter sequences
/// come first. Returns how many tokens were left out.
///
/// Takes time in proportion to `longest` times the tokens, whatever they are.
pub(super) fn collapse(tokens: &mut Vec<Token>, longest: usize) -> u64 {
    let mut left_out = 0;
    for period in 1..=longest {
        left_out += collapse_period(tokens, period);
    }
    left_out
}

fn collapse_period(tokens: &mut Vec<Token>, period: usize) -> u64 {
    let mut left_out: Vec<(usize, usize)> = Vec::new();
    let mut equal = 0;
    for at in period..=tokens.len() {
        let repeats =
            tokens.get(at).is_some_and(|token| token.key == tokens[at - period].key);
        if repeats {
            equal += 1;
            continue;
        }
        if equal >= 2 * period {
            // <--u--><--u--><--u--><--u--><-  a sequence of tokens
            //        <--------equal--------->
            //               <-------->        is left out
            let start = at - equal + period;
            let end = start + (equal / period - 1) * period;
            tokens[start - 1].last_line = tokens[end - 1].last_line;
            left_out.push((start, end));
        }
        equal = 0;
    }
    remove(tokens, &left_out)
}

fn remove(tokens: &mut Vec<Token>, ranges: &[(usize, usize)]) -> u64 {
    let Some(&(mut kept, _)) = ranges.first() else { return 0 };
    let before = tokens.len();
    let nexts = ranges.iter().skip(1).map(|&(start, _)| start).chain([before]);
    for (&(_, end), next) in ranges.iter().zip(nexts) {
        tokens.copy_within(end..next, kept);
        kept += next - end;
    }
    tokens.truncate(kept);
    crate::units::len_to_u64(before - kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::len_to_u32;

    fn collapsed(text: &str, longest: usize) -> String {
        let token = |(at, byte): (usize, u8)| Token {
            key: u64::from(byte),
            text: 0,
            line: len_to_u32(at),
            last_line: len_to_u32(at),
        };
        let mut tokens: Vec<Token> = text.bytes().enumerate().map(token).collect();
        let left_out = collapse(&mut tokens, longest);
        assert_eq!(left_out, crate::units::len_to_u64(text.len() - tokens.len()));
        let letter = |token: &Token| char::from(text.as_bytes()[token.line as usize]);
        tokens.iter().map(letter).collect()
    }

    #[test]
    fn a_sequence_that_repeats_is_kept_twice_with_what_is_left_of_it() {
        for (text, wanted) in [
            ("", ""),
            ("xaay", "xaay"),
            ("xaaaaaay", "xaay"),
            ("xababy", "xababy"),
            ("xabababababy", "xababy"),
            ("xabcabcabcabcaby", "xabcabcaby"),
            ("aaabbbaaabbbaaabbb", "aabbaabb"),
            ("aaaxxxaaa", "aaxxaa"),
        ] {
            assert_eq!(collapsed(text, 4), wanted, "{text}");
        }
        assert_eq!(collapsed("abcabcabc", 2), "abcabcabc");
    }
}
