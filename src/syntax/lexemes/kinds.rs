//! What a node of a grammar is, by the name of its kind. Grammars name alike, so that a
//! language needs a query only for what its grammar names otherwise.

use std::sync::OnceLock;

use crate::syntax::{LANGUAGES, LanguageId};

/// What to do with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// Look at its children; without any it is a word.
    Inner,
    /// A name, if it has no children.
    Identifier,
    /// A word, whatever it is made of.
    String,
    /// A word, whatever it is made of.
    Number,
    /// Nothing to compare.
    Comment,
}

/// Returns what the nodes of a language are, by the numbers of their kinds.
pub(super) fn kinds(language: LanguageId) -> &'static [NodeKind] {
    static KINDS: [OnceLock<Vec<NodeKind>>; LANGUAGES.len()] =
        [const { OnceLock::new() }; LANGUAGES.len()];
    KINDS[language.index()].get_or_init(|| {
        let grammar = (language.language().grammar)();
        let number = |id| u16::try_from(id).unwrap_or(u16::MAX);
        let kind = |id| match grammar.node_kind_for_id(id) {
            Some(name) if grammar.node_kind_is_named(id) => by_name(name),
            _ => NodeKind::Inner,
        };
        (0..grammar.node_kind_count()).map(|id| kind(number(id))).collect()
    })
}

/// What the name of a kind says.
fn by_name(name: &str) -> NodeKind {
    const NAMES: [&str; 8] = [
        "name",
        "variable",
        "metavariable",
        "variable_name",
        "instance_variable",
        "class_variable",
        "global_variable",
        "constant",
    ];
    const STRINGS: [&str; 4] = ["string", "char", "heredoc", "rune"];
    const NUMBERS: [&str; 7] =
        ["integer", "float", "number", "numeric", "decimal", "rational", "imaginary"];
    let has = |part: &&str| name.contains(*part);
    if has(&"comment") || matches!(name, "line_continuation" | "shebang") {
        NodeKind::Comment
    } else if name.ends_with("identifier") || NAMES.contains(&name) {
        NodeKind::Identifier
    } else if has(&"type") || has(&"pattern") || has(&"content") {
        NodeKind::Inner
    } else if STRINGS.iter().any(has) || matches!(name, "regex" | "regexp") {
        NodeKind::String
    } else if NUMBERS.iter().any(has) || name == "int_literal" {
        NodeKind::Number
    } else {
        NodeKind::Inner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_kinds_say_what_they_are_in_every_grammar() {
        let expected = [
            ("identifier", NodeKind::Identifier),
            ("shorthand_field_identifier", NodeKind::Identifier),
            ("template_string", NodeKind::String),
            ("char_literal", NodeKind::String),
            ("decimal_integer_literal", NodeKind::Number),
            ("float", NodeKind::Number),
            ("int_literal", NodeKind::Number),
            ("floating_point_type", NodeKind::Inner),
            ("block_comment", NodeKind::Comment),
            ("call_expression", NodeKind::Inner),
            ("boolean_literal", NodeKind::Inner),
        ];
        for (name, kind) in expected {
            assert_eq!(by_name(name), kind, "{name}");
        }
    }
}
