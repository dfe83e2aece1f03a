//! The rules of each language, a row each.

use super::{Quotes, Rules};

/// Every token of a language says something. Rows start from this.
const STRICT: Rules = Rules {
    language: "",
    quotes: Quotes::Kept,
    comments: &["comment"],
    strings: &[],
    tag_text: &[],
    numbers: &[],
    trailing_commas: Some(&[]),
    comma_counts: &[],
    semicolons: &[],
    separators: &[],
    lone_semicolons: false,
    gaps_count: false,
    directives: &[],
    lines_end_statements: false,
    statements: &[],
    sorted: &[],
    bare_block_parents: &[],
    transparent: &[],
    leaves_alone: &[],
    bare_trees: false,
    flat: &[],
    single: &[],
    parenthesized: &[],
    aliases: &[],
};

/// In these languages white space may say something, or where a line ends. What is left to
/// a formatter are comments, empty lines and how lines are indented.
const SPACED: Rules = Rules { gaps_count: true, ..STRICT };

/// C and C++, as clang-format writes them. Parentheses say something: they keep a macro
/// from being one (`(max)(a, b)`), and a type from being deduced (`decltype((a))`).
const C: Rules = Rules {
    language: "C",
    strings: &[
        "string_literal",
        "raw_string_literal",
        "char_literal",
        "user_defined_literal",
    ],
    trailing_commas: Some(&["initializer_list", "enumerator_list"]),
    directives: &["preproc_arg"],
    ..STRICT
};

/// JavaScript, as prettier writes it. Semicolons may be left out because statements and
/// members begin and end; see [`super::super::lines`] for what ends with its line.
const JAVASCRIPT: Rules = Rules {
    language: "JavaScript",
    quotes: Quotes::JavaScript,
    strings: &["string", "regex", "template_literal_type"],
    tag_text: &["jsx_text"],
    numbers: &["number"],
    trailing_commas: Some(&[
        "array",
        "object",
        "arguments",
        "formal_parameters",
        "object_pattern",
        "array_pattern",
        "named_imports",
        "export_clause",
        "type_arguments",
        "type_parameters",
        "enum_body",
        "tuple_type",
    ]),
    semicolons: &[
        "expression_statement",
        "variable_declaration",
        "lexical_declaration",
        "return_statement",
        "break_statement",
        "continue_statement",
        "throw_statement",
        "debugger_statement",
        "import_statement",
        "export_statement",
        "do_statement",
        "class_body",
        "type_alias_declaration",
        "function_signature",
    ],
    separators: &["object_type", "interface_body"],
    lines_end_statements: true,
    transparent: &["parenthesized_expression"],
    flat: &["union_type", "intersection_type"],
    ..STRICT
};

pub(super) static RULES: &[Rules] = &[
    Rules {
        language: "Rust",
        comments: &["line_comment", "block_comment"],
        strings: &["string_literal", "raw_string_literal", "char_literal"],
        trailing_commas: None,
        comma_counts: &["tuple_expression", "tuple_pattern", "tuple_type"],
        lone_semicolons: true,
        semicolons: &["macro_definition"],
        statements: &["let_declaration", "macro_definition", "empty_statement"],
        sorted: &["use_declaration", "mod_item"],
        bare_block_parents: &["match_arm", "closure_expression"],
        bare_trees: true,
        transparent: &["parenthesized_expression", "expression_statement"],
        parenthesized: &["parenthesized_expression"],
        ..STRICT
    },
    Rules {
        language: "Python",
        quotes: Quotes::Python,
        comments: &["comment", "line_continuation"],
        strings: &["string"],
        numbers: &["integer", "float"],
        trailing_commas: None,
        comma_counts: &["subscript", "type_parameter", "tuple", "expression_list"],
        leaves_alone: &["type"],
        transparent: &["parenthesized_expression"],
        parenthesized: &[
            "parenthesized_expression",
            "tuple",
            "tuple_pattern",
            "import_from_statement",
            "future_import_statement",
            "with_clause",
        ],
        single: &["tuple_pattern"],
        aliases: &[("expression_list", "tuple"), ("pattern_list", "tuple_pattern")],
        ..STRICT
    },
    JAVASCRIPT,
    Rules { language: "JSX", ..JAVASCRIPT },
    Rules { language: "TypeScript", ..JAVASCRIPT },
    Rules { language: "TSX", ..JAVASCRIPT },
    // As gofmt writes it.
    Rules {
        language: "Go",
        strings: &["raw_string_literal", "interpreted_string_literal", "rune_literal"],
        numbers: &["int_literal", "float_literal", "imaginary_literal"],
        trailing_commas: Some(&["argument_list", "parameter_list", "literal_value"]),
        semicolons: &[
            "source_file",
            "block",
            "statement_list",
            "import_spec_list",
            "var_spec_list",
            "const_declaration",
            "type_declaration",
            "field_declaration_list",
            "interface_type",
        ],
        sorted: &["import_spec"],
        transparent: &["parenthesized_expression"],
        ..STRICT
    },
    Rules {
        language: "Java",
        comments: &["line_comment", "block_comment"],
        strings: &["string_literal", "character_literal", "template_expression"],
        trailing_commas: Some(&[
            "array_initializer",
            "element_value_array_initializer",
            "enum_body",
        ]),
        sorted: &["import_declaration"],
        ..STRICT
    },
    C,
    Rules { language: "C++", ..C },
    Rules { language: "C header", ..C },
    Rules {
        language: "C#",
        strings: &[
            "string_literal",
            "verbatim_string_literal",
            "raw_string_literal",
            "interpolated_string_expression",
            "character_literal",
        ],
        trailing_commas: Some(&[
            "initializer_expression",
            "enum_member_declaration_list",
        ]),
        sorted: &["using_directive"],
        ..STRICT
    },
    Rules {
        language: "Ruby",
        strings: &[
            "string",
            "regex",
            "subshell",
            "string_array",
            "symbol_array",
            "delimited_symbol",
            "character",
            "uninterpreted",
        ],
        ..SPACED
    },
    Rules {
        language: "PHP",
        strings: &[
            "string",
            "encapsed_string",
            "heredoc",
            "nowdoc",
            "shell_command_expression",
            "text",
        ],
        trailing_commas: Some(&[
            "array_creation_expression",
            "arguments",
            "formal_parameters",
            "match_block",
        ]),
        sorted: &["namespace_use_declaration"],
        ..STRICT
    },
    Rules {
        language: "Bash",
        strings: &[
            "string",
            "raw_string",
            "ansi_c_string",
            "translated_string",
            "heredoc_redirect",
            "expansion",
            "arithmetic_expansion",
            "regex",
        ],
        ..SPACED
    },
    Rules {
        language: "Kotlin",
        comments: &["line_comment", "block_comment"],
        strings: &["string_literal", "multiline_string_literal", "character_literal"],
        ..SPACED
    },
    Rules {
        language: "Swift",
        comments: &["comment", "multiline_comment"],
        strings: &[
            "line_string_literal",
            "multi_line_string_literal",
            "raw_string_literal",
            "regex_literal",
        ],
        ..SPACED
    },
    Rules {
        language: "Scala",
        comments: &["comment", "block_comment"],
        strings: &[
            "string",
            "interpolated_string_expression",
            "interpolated_string",
            "character_literal",
        ],
        ..SPACED
    },
];
