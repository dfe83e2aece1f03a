//! What stands in macros of Rust: tokens that the grammar leaves as they are.

/// A tree of tokens, and what is known of those in it so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TokenTree {
    /// Whether what it stands in is given to a macro in braces, of which rustfmt leaves
    /// every token: the macro may look at them one by one.
    is_kept: bool,
    behind: Behind,
    parameters: Parameters,
    /// Whether it is in braces itself: only there do arms of a match stand.
    is_braced: bool,
}

/// What a tree stands behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Behind {
    /// Nothing that makes its braces say nothing.
    #[default]
    Else,
    /// The arrow of a match arm.
    Arrow,
    /// The parameters of a closure.
    Closure,
}

/// Where the parameters of a closure stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Parameters {
    #[default]
    Nowhere,
    Begun,
    Ended,
}

/// Stands for the kind of the word `move`, which the grammar has among the names.
pub(super) const MOVE: &str = "move";

impl TokenTree {
    /// A tree in another, or in what is no tree; `first` is the kind of its first token,
    /// `last` are the kinds of the two before it.
    pub(super) fn inside(self, is_call: bool, first: &str, last: [&str; 2]) -> Self {
        // `name! {}`, and `macro_rules! name {}` inside of a macro.
        let is_call = is_call || last[0] == "!" || last == ["identifier", "!"];
        let behind = match last[0] {
            "=>" if self.is_braced => Behind::Arrow,
            "|" | "||" if self.parameters == Parameters::Ended => Behind::Closure,
            _ => Behind::Else,
        };
        let is_kept = self.is_kept || (is_call && first == "{");
        let is_braced = first == "{";
        Self { is_kept, behind, parameters: Parameters::Nowhere, is_braced }
    }

    /// Notes the next token; `last` is the kind of the one before. Only where no value
    /// can have ended does `|` begin the parameters of a closure for sure.
    pub(super) fn note(&mut self, kind: &str, last: &str) {
        const BEFORE_VALUES: [&str; 11] =
            ["", "(", "[", "{", ",", ";", "=", "=>", ":", "return", MOVE];
        let may_begin = BEFORE_VALUES.contains(&last);
        self.parameters = match (self.parameters, kind) {
            (Parameters::Begun, "|") => Parameters::Ended,
            (Parameters::Begun, _) => Parameters::Begun,
            (_, "|") if may_begin => Parameters::Begun,
            (_, "||") if may_begin => Parameters::Ended,
            _ => Parameters::Nowhere,
        };
    }

    /// What it stands behind, where a formatter writes what stands in it.
    pub(super) fn behind(self) -> Behind {
        if self.is_kept { Behind::Else } else { self.behind }
    }
}
