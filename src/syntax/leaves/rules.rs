//! What of each language says nothing, because a formatter may change it.

use tree_sitter::Node;

/// The rules of one language, by the kinds of its grammar.
#[derive(Debug)]
pub(super) struct Rules {
    /// The language, as in the table of languages.
    language: &'static str,
    pub(super) is_python: bool,
    /// Literals that are read as one, whatever they are made of.
    pub(super) strings: &'static [&'static str],
    /// Literals in which case says nothing.
    pub(super) numbers: &'static [&'static str],
    /// Lists in which a comma behind the only element says something.
    pub(super) comma_counts: &'static [&'static str],
    /// Children of a block that are not its value.
    pub(super) statements: &'static [&'static str],
    /// Declarations whose order among neighbours says nothing.
    pub(super) sorted: &'static [&'static str],
    /// Nodes whose block may as well be the single value in it.
    pub(super) bare_block_parents: &'static [&'static str],
    /// Nodes that say nothing but what their children say.
    transparent: &'static [&'static str],
    /// Nodes whose own parentheses say nothing.
    parenthesized: &'static [&'static str],
    /// Nodes that say the same as others.
    aliases: &'static [(&'static str, &'static str)],
}

static RULES: [Rules; 2] = [
    Rules {
        language: "Rust",
        is_python: false,
        strings: &["string_literal", "raw_string_literal", "char_literal"],
        numbers: &[],
        comma_counts: &["tuple_expression", "tuple_pattern", "tuple_type"],
        statements: &["let_declaration", "macro_definition", "empty_statement"],
        sorted: &["use_declaration", "mod_item"],
        bare_block_parents: &["match_arm", "closure_expression"],
        transparent: &["parenthesized_expression", "expression_statement"],
        parenthesized: &["parenthesized_expression"],
        aliases: &[],
    },
    Rules {
        language: "Python",
        is_python: true,
        strings: &["string"],
        numbers: &["integer", "float"],
        comma_counts: &["subscript"],
        statements: &[],
        sorted: &[],
        bare_block_parents: &[],
        transparent: &["parenthesized_expression"],
        parenthesized: &[
            "parenthesized_expression",
            "tuple",
            "tuple_pattern",
            "import_from_statement",
            "future_import_statement",
            "with_clause",
        ],
        aliases: &[("expression_list", "tuple"), ("pattern_list", "tuple_pattern")],
    },
];

/// The rules of a language, `None` if it has none.
pub(super) fn rules_of(language: &str) -> Option<&'static Rules> {
    RULES.iter().find(|rules| rules.language == language)
}

impl Rules {
    /// Whether a node says nothing, nor do its children.
    pub(super) fn is_left_out(&self, node: Node<'_>, parent: &str) -> bool {
        match node.kind() {
            // A lone semicolon.
            "empty_statement" => true,
            // `class A():`
            "argument_list" => {
                self.is_python
                    && parent == "class_definition"
                    && node.named_child_count() == 0
            }
            _ => false,
        }
    }

    /// Whether a leaf says nothing; `before` is the child before it.
    pub(super) fn is_dropped_leaf(&self, kind: &str, parent: &str, before: &str) -> bool {
        match kind {
            "(" | ")" => self.parenthesized.contains(&parent),
            ";" if self.is_python => true,
            ";" => {
                parent == "expression_statement"
                    && matches!(
                        before,
                        "return_expression" | "break_expression" | "continue_expression"
                    )
            }
            "{" | "}" | "," => parent == "use_list",
            _ => false,
        }
    }

    /// Whether the beginning and end of a node say something. Inside an import nothing
    /// but its lists does.
    pub(super) fn has_ends(&self, kind: &str, is_in_use: bool) -> bool {
        !is_in_use && !self.transparent.contains(&kind)
    }

    /// The kind under which a node says what it says.
    pub(super) fn alias<'k>(&self, kind: &'k str) -> &'k str {
        let known = self.aliases.iter().find(|(alias, _)| *alias == kind);
        known.map_or(kind, |&(_, kind)| kind)
    }
}
