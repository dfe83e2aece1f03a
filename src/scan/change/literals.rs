//! Lines that are data, though the literal that they are part of is none of the long lists.

/// Whether a line has literals, with keys or without, and nothing else: `text: 'Start',`
/// or `{ id: 1, is_open: true },` as menus and tables of messages have them.
pub(super) fn is_literal(line: &[u8]) -> bool {
    let mut rest = line;
    let mut has_value = false;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'"' | b'\'' | b'`' => {
                has_value = true;
                let Some(after) = past_string(after, first) else { return false };
                after
            }
            b'[' | b'{' => {
                has_value = true;
                after
            }
            b']' | b'}' | b',' | b':' | b';' | b'-' => after,
            _ if first.is_ascii_whitespace() => after,
            _ => {
                let is_part = |byte: &u8| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$')
                };
                let end = rest.iter().position(|byte| !is_part(byte));
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                if is_value(word) {
                    has_value = true;
                } else if word.is_empty() || !after.trim_ascii_start().starts_with(b":") {
                    return false;
                }
                after
            }
        };
    }
    has_value
}

/// What comes after a string that has begun; `None` if it does not end on the line.
fn past_string(rest: &[u8], quote: u8) -> Option<&[u8]> {
    let mut is_escaped = false;
    let is_end = |byte: &u8| {
        let ends = !is_escaped && *byte == quote;
        is_escaped = !is_escaped && *byte == b'\\';
        ends
    };
    let end = rest.iter().position(is_end)?;
    Some(&rest[end + 1..])
}

fn is_value(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] =
        [b"true", b"false", b"null", b"undefined", b"True", b"False", b"None"];
    word.first().is_some_and(u8::is_ascii_digit) || WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::is_literal;

    #[test]
    fn keys_and_values_are_data_and_what_is_called_or_named_is_code() {
        for line in [
            "  { text: 'It\\'s here: go()', link: \"/a\" },",
            "items: [",
            "  max_age: 3.5, is_open: true,",
            "    \"key\": None,",
            "-1, 0x7f,",
        ] {
            assert!(is_literal(line.as_bytes()), "{line}");
        }
        for line in
            ["else:", "run('a');", "name: string;", "x = 1", "a: b + 1", "'open", "});"]
        {
            assert!(!is_literal(line.as_bytes()), "{line}");
        }
    }
}
