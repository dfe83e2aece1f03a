//! Words of Rust, Python and others, of broken code and of plain text.

use std::collections::BTreeSet;

use tree_sitter::{Query, QueryCursor, StreamingIterator};

use super::*;
use crate::syntax::language_of;

const RUST: &str = r##"#![allow(missing_docs)]
use std::fmt;

/// Documentation.
#[derive(Debug)]
struct Pair(u32); // a comment

fn area(width: f64) -> u64 {
    let text = r#"raw"#;
    std::mem::drop(text);
    inner::of::<u8>(1); plain::<u8>(); it.parse::<u8>();
    log::warn!("a {}", side(width));
    self.shape.scale(width, 2.5);
    vec![1]
}

#[test]
fn fact() { assert!(area(1.0) > b'a'); }
"##;

const PYTHON: &str = r#"
import os
from a import b

@cache
@app.route("/")
def area(width: int):
    """Documentation."""
    size = f"{width}" if True else 1.5
    return self.shape.scale(len(size), \
        [1, 2])
"#;

const JAVASCRIPT: &str = "import a from 'b'\n\
    const area = (width) => scale(shape.side(width), new Map(), new inner.Shape(1))\n";

const GO: &str = "package a\n\nfunc area(width int) int {\n\
    \treturn scale(shape.Side(width), 2)\n}\n";

fn words(path: &str, text: &str) -> String {
    let lexemes = Parsers::new().lexemes(language_of(path.as_bytes()), text.as_bytes());
    assert_eq!(lexemes.fallback, None);
    let word = |it: &Lexeme| {
        let text = String::from_utf8(it.text(text.as_bytes()).to_vec()).unwrap();
        match it.kind {
            LexemeKind::Plain => text,
            LexemeKind::Identifier => format!("{text}$i"),
            LexemeKind::Callee => format!("{text}$c"),
            LexemeKind::String => format!("{text}$s"),
            LexemeKind::Number => format!("{text}$n"),
        }
    };
    lexemes.list.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_of_rust_are_names_callees_strings_numbers_and_the_rest() {
    let wanted = "struct Pair$i ( u32 ) ; \
        fn area$i ( width$i : f64 ) -> u64 { \
        let text$i = r#\"raw\"#$s ; \
        std$i :: mem$i :: drop$c ( text$i ) ; \
        inner$i :: of$c :: < u8 > ( 1$n ) ; plain$c :: < u8 > ( ) ; \
        it$i . parse$c :: < u8 > ( ) ; \
        log$i :: warn$c ! ( \"a {}\"$s , side$c ( width$i ) ) ; \
        self . shape$i . scale$c ( width$i , 2.5$n ) ; \
        vec$c ! [ 1$n ] } \
        fn fact$i ( ) { assert$c ! ( area$c ( 1.0$n ) > b'a'$s ) ; }";
    assert_eq!(words("a.rs", RUST), wanted);
    let lexemes = Parsers::new().lexemes(language_of(b"a.rs"), RUST.as_bytes());
    assert_eq!(lexemes.tests.first(), Some(&(16..18)));
    assert_eq!(lexemes.tests.len(), 1);
    let lines: Vec<u32> = lexemes.list.iter().map(|word| word.line).collect();
    assert!(lines.is_sorted() && lines[0] == 5 && lines.last() == Some(&17));
}

#[test]
fn words_of_python_are_names_callees_strings_numbers_and_the_rest() {
    let wanted = "@ cache$c @ app$i . route$c ( \"/\"$s ) \
        def area$i ( width$i : int$i ) : \
        size$i = f\"{width}\"$s if True else 1.5$n \
        return self$i . shape$i . scale$c ( len$c ( size$i ) , [ 1$n , 2$n ] )";
    assert_eq!(words("a.py", PYTHON), wanted);
}

#[test]
fn words_of_other_languages_tell_what_is_called_too() {
    let wanted = "const area$i = ( width$i ) => scale$c ( shape$i . side$c ( width$i ) , \
        new Map$c ( ) , new inner$i . Shape$c ( 1$n ) )";
    for path in ["a.js", "a.jsx", "a.ts", "a.tsx"] {
        assert_eq!(words(path, JAVASCRIPT), wanted, "{path}");
    }
    let wanted = "package a$i func area$i ( width$i int$i ) int$i { \
        return scale$c ( shape$i . Side$c ( width$i ) , 2$n ) }";
    assert_eq!(words("a.go", GO), wanted);
}

#[test]
fn a_literal_list_of_more_than_twenty_elements_is_left_out() {
    let list = |n: usize| format!("x = [{}]\n", vec!["1"; n].join(", "));
    assert_eq!(words("a.py", &list(20)).matches("$n").count(), 20);
    assert_eq!(words("a.py", &list(21)), "x$i =");
}

#[test]
fn what_a_grammar_cannot_follow_is_scanned() {
    let text =
        "fn a() { one(); }\n<<<<<<< ours\nlet é = = = ;\n>>>>>>> theirs\nfn b() {}\n";
    let found = words("a.rs", text);
    for word in ["fn a$i", "< < ours", "let é =", "> > theirs", "fn b"] {
        assert!(found.contains(word), "{found}");
    }
    let ink = |text: &str| text.split_whitespace().collect::<String>();
    let unmarked = found.replace("$i", "").replace("$c", "");
    assert_eq!(ink(&unmarked), ink(text));
}

#[test]
fn a_text_without_a_grammar_is_scanned_and_one_too_large_is_not() {
    assert_eq!(words("a.txt", "let a = 1\n"), "let a = 1");
    let minified = vec![b'a'; 5_000];
    let lexemes = Parsers::new().lexemes(language_of(b"a.rs"), &minified);
    assert_eq!(lexemes.fallback, Some(Fallback::Minified));
    assert!(lexemes.list.is_empty());
}

#[test]
fn every_pattern_of_every_query_for_words_matches_the_sample_here() {
    for (name, source) in marks::QUERIES {
        let sample = match name {
            "Rust" => RUST,
            "Python" => PYTHON,
            "Go" => GO,
            _ => JAVASCRIPT,
        };
        let id = LanguageId::all().find(|id| id.language().name == name).unwrap();
        assert!(marks::marking(id).is_some(), "{name}");
        let grammar = (id.language().grammar)();
        let tree = Parsers::new().tree(id, sample.as_bytes()).unwrap();
        let query = Query::new(&grammar, source).unwrap();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(&query, tree.root_node(), sample.as_bytes());
        let mut unmatched: BTreeSet<_> = (0..query.pattern_count()).collect();
        while let Some(found) = matches.next() {
            unmatched.remove(&found.pattern_index);
        }
        assert_eq!(unmatched, BTreeSet::new(), "{name}");
    }
}

#[test]
fn every_language_has_words_with_or_without_a_query() {
    for id in LanguageId::all() {
        assert!(marks::marking(id).is_some(), "{}", id.language().name);
    }
}

#[test]
fn comments_of_python_change_no_words_however_far_they_are_indented() {
    let plain = "class A:\n    def f(self):\n        self.all: deque[\n            \
                 tuple[int, str]\n        ] = deque()\n        @wraps(f)\n        \
                 def g(x):\n            return x \\\n                + 1\n        \
                 total = (\n            1\n        )\n        return g(total)\n";
    let commented: String =
        plain.split_inclusive('\n').map(|line| format!("{line}# A (note\n")).collect();
    // What follows `\\` is its line, and no comment.
    let commented = commented.replace("\\\n# A (note\n", "\\\n");
    assert_eq!(words("a.py", &commented), words("a.py", plain));
}
