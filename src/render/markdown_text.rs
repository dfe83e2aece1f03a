//! Text from outside inside Markdown: text and nothing else, no links, no markup, no
//! mentions.

use crate::untrusted::Untrusted;

/// Text as text: whatever Markdown, HTML or a forge would read something into stands behind
/// a backslash or as an entity.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            // Mentions and references of a forge. They are looked for in the finished page,
            // where an entity is the sign itself again, so that a blank of no width breaks
            // them up, as Dependabot and Renovate have it.
            '@' => shown.push_str("@&#8203;"),
            '#' => shown.push_str("#&#8203;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|'
            | '~' => {
                shown.push('\\');
                shown.push(character);
            }
            '\n' | '\r' => shown.push(' '),
            _ => shown.push(character),
        }
    }
    // What would be a link, a list, a heading or a rule at the start of a line.
    let shown = shown.replace("://", "&#58;//").replace("www.", "www&#46;");
    match shown.chars().next() {
        Some('-' | '+' | '=') => format!("\\{shown}"),
        _ => shown,
    }
}

/// A name from outside as code, in which a forge looks for nothing; at most `most` letters
/// of it.
pub(super) fn code(name: &Untrusted, most: usize) -> String {
    let shown = cut(&name.to_terminal(), most);
    let mut longest = 0;
    let mut run = 0;
    for character in shown.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // One blank on each side is no part of the code, when there is one on each.
    let needs_blanks = shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']);
    let blank = if needs_blanks || shown.is_empty() { " " } else { "" };
    format!("{fence}{blank}{shown}{blank}{fence}")
}

/// At most so many letters of a text, with dots where it was cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_text() {
        for (text, shown) in [
            ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
            ("[a](https://x.example)", "\\[a\\]\\(https&#58;//x.example\\)"),
            ("@team see #12", "@&#8203;team see #&#8203;12"),
            ("a|b\nc", "a\\|b c"),
            ("- item", "\\- item"),
            ("`x` *y*", "\\`x\\` \\*y\\*"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }

    #[test]
    fn a_name_stays_inside_its_code() {
        let shown = |name: &str| code(&Untrusted::from(name), 10);
        assert_eq!(shown("src/a.rs"), "`src/a.rs`");
        assert_eq!(shown("a``b`c"), "```a``b`c```");
        assert_eq!(shown("`a`"), "`` `a` ``");
        assert_eq!(shown("a\nb"), r"`a\u{a}b`");
        assert_eq!(shown("abcdefghijklm"), "`abcdefghij…`");
        assert_eq!(shown(""), "`  `");
    }
}
