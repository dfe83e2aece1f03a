//! What of each language says nothing, because a formatter may change it.

use tree_sitter::Node;

mod table;

use table::RULES;

/// How strings say what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// As they are written.
    Kept,
    /// As Python has them: see [`super::strings::push_python`].
    Python,
    /// As JavaScript has them: see [`super::strings::push_javascript`].
    JavaScript,
}

/// The rules of one language, by the kinds of its grammar. A rule that may be wrong makes
/// a change of code look like one of form, so what is not sure to say nothing is kept.
#[derive(Debug)]
pub(super) struct Rules {
    /// The language, as in the table of languages.
    language: &'static str,
    pub(super) quotes: Quotes,
    /// What the grammar lets stand anywhere and says nothing. Whatever else it lets stand
    /// anywhere (here documents, directives) is read as it is written.
    pub(super) comments: &'static [&'static str],
    /// Literals that are read as one, whatever they are made of.
    pub(super) strings: &'static [&'static str],
    /// Text between the tags of JSX.
    pub(super) tag_text: &'static [&'static str],
    /// Literals in which case says nothing.
    pub(super) numbers: &'static [&'static str],
    /// Lists in which a comma at the end says nothing; `None` for all of them.
    pub(super) trailing_commas: Option<&'static [&'static str]>,
    /// Lists in which a comma behind the only element says something.
    pub(super) comma_counts: &'static [&'static str],
    /// Nodes whose own semicolons say nothing, since their children begin and end.
    semicolons: &'static [&'static str],
    /// Nodes whose own commas and semicolons say nothing, for the same reason.
    separators: &'static [&'static str],
    /// Whether a statement of nothing but a semicolon says nothing.
    lone_semicolons: bool,
    /// Whether white space between two tokens says something: whether there is some, and
    /// whether it breaks the line.
    pub(super) gaps_count: bool,
    /// What a directive says, up to the end of its line.
    pub(super) directives: &'static [&'static str],
    /// Whether a statement may end where its line does.
    pub(super) lines_end_statements: bool,
    /// Children of a block that are not its value.
    pub(super) statements: &'static [&'static str],
    /// Declarations whose order among neighbours says nothing.
    pub(super) sorted: &'static [&'static str],
    /// Nodes whose block may as well be the single value in it.
    pub(super) bare_block_parents: &'static [&'static str],
    /// Nodes that say nothing but what their children say.
    transparent: &'static [&'static str],
    /// Nodes whose leaves say all: brackets are among them, and stay.
    pub(super) leaves_alone: &'static [&'static str],
    /// Whether braces around a single value say nothing in what is not parsed, too.
    pub(super) bare_trees: bool,
    /// Nodes that say nothing inside of others of their kind.
    flat: &'static [&'static str],
    /// Lists that say nothing around a single element without a comma.
    single: &'static [&'static str],
    /// Nodes whose own parentheses say nothing.
    parenthesized: &'static [&'static str],
    /// Nodes that say the same as others.
    aliases: &'static [(&'static str, &'static str)],
}

/// The rules of a language, `None` if it has none.
pub(super) fn rules_of(language: &str) -> Option<&'static Rules> {
    RULES.iter().find(|rules| rules.language == language)
}

impl Rules {
    /// Whether a node says nothing, nor do its children.
    pub(super) fn is_left_out(&self, node: Node<'_>, parent: &str) -> bool {
        match node.kind() {
            "empty_statement" => self.lone_semicolons,
            // `class A():`
            "argument_list" => {
                self.quotes == Quotes::Python
                    && parent == "class_definition"
                    && node.named_child_count() == 0
            }
            kind => node.is_extra() && self.comments.contains(&kind),
        }
    }

    /// Whether a leaf says nothing; `before` is the child before it, and `around` says
    /// whether the node around it is transparent.
    pub(super) fn is_dropped_leaf(
        &self,
        kind: &str,
        parent: &str,
        before: &str,
        around: bool,
    ) -> bool {
        match kind {
            "(" | ")" => around || self.has_idle_parentheses(parent),
            // `| A | B` is `A | B`.
            "|" => parent == "union_type" && before.is_empty(),
            "&" => parent == "intersection_type" && before.is_empty(),
            ";" if self.quotes == Quotes::Python => true,
            ";" if self.semicolons.contains(&parent) => true,
            ";" | "," if self.separators.contains(&parent) => true,
            ";" => {
                self.lone_semicolons
                    && parent == "expression_statement"
                    && matches!(
                        before,
                        "return_expression" | "break_expression" | "continue_expression"
                    )
            }
            "{" | "}" | "," => parent == "use_list",
            _ => false,
        }
    }

    /// Whether a statement that may do without a semicolon ends with a node.
    pub(super) fn ends_statement(&self, kind: &str) -> bool {
        self.lines_end_statements && self.semicolons.contains(&kind)
    }

    /// Whether the parentheses of a node say nothing although the node does.
    fn has_idle_parentheses(&self, kind: &str) -> bool {
        self.parenthesized.contains(&kind) && !self.transparent.contains(&kind)
    }

    /// Whether a node says nothing but what its children say.
    pub(super) fn is_transparent(&self, node: Node<'_>, parent: &str) -> bool {
        let kind = node.kind();
        if self.lines_end_statements && kind == "formal_parameters" {
            // `(x) => y` is `x => y`.
            return parent == "arrow_function" && holds_name_alone(node);
        }
        if self.lines_end_statements && kind == "required_parameter" {
            return node.child_count() == 1;
        }
        if self.flat.contains(&kind) {
            // `(A | B) | C`, as grammars nest it, is `A | B | C`.
            return parent == kind;
        }
        if self.single.contains(&kind) {
            return node.named_child_count() == 1 && !has_comma(node);
        }
        self.transparent.contains(&kind)
            && !(self.lines_end_statements && parentheses_count(node, parent))
    }

    /// The kind under which a node says what it says.
    pub(super) fn alias<'k>(&self, kind: &'k str) -> &'k str {
        let known = self.aliases.iter().find(|(alias, _)| *alias == kind);
        known.map_or(kind, |&(_, kind)| kind)
    }
}

/// Whether a list has a comma, which makes it one.
fn has_comma(node: Node<'_>) -> bool {
    (0..node.child_count())
        .filter_map(|at| node.child(at))
        .any(|child| child.kind() == ",")
}

/// Whether all that stands between the parentheses is one name.
fn holds_name_alone(node: Node<'_>) -> bool {
    let is_lone = match node.child_count() {
        3 => true,
        4 => node.child(2).is_some_and(|comma| comma.kind() == ","),
        _ => false,
    };
    let Some(only) = node.named_child(0).filter(|_| is_lone) else { return false };
    let name = if only.kind() == "required_parameter" && only.child_count() == 1 {
        only.child(0)
    } else {
        Some(only)
    };
    name.is_some_and(|name| name.kind() == "identifier")
}

/// Whether parentheses of JavaScript say something that the tree does not: `(a?.b).c`
/// fails where `a?.b.c` does not, and a string that stands alone may be a directive.
fn parentheses_count(node: Node<'_>, parent: &str) -> bool {
    const CHAIN: [&str; 5] = [
        "member_expression",
        "subscript_expression",
        "call_expression",
        "non_null_expression",
        "parenthesized_expression",
    ];
    let inner = node.named_child(0).map_or("", |inner| inner.kind());
    let is_chained = CHAIN.contains(&parent) && CHAIN.contains(&inner);
    is_chained || (parent == "expression_statement" && inner == "string")
}
