//! Functions and placeholders of the samples of `fixtures/languages/functions/`.

use std::collections::BTreeSet;

use tree_sitter::{Query, QueryCursor, StreamingIterator};

use super::*;
use crate::syntax::compiled::{Capture, compiled_whole};
use crate::syntax::tests::{of_package, sample as plain_sample};
use crate::syntax::{Language, LanguageId, Parsers, language_of};

/// The languages that have queries for functions of their own: dialects share them.
fn languages() -> impl Iterator<Item = LanguageId> {
    let mut seen = BTreeSet::new();
    let rows = LanguageId::all().filter(|id| id.language().name != "C header");
    rows.filter(move |id| seen.insert(id.language().complexity))
}

/// The path of the sample of a language, without its ending.
fn sample_of(id: LanguageId) -> String {
    format!("fixtures/languages/functions/{}", id.language().name.to_lowercase())
}

fn sample(id: LanguageId) -> String {
    let Language { extensions, .. } = id.language();
    of_package(&format!("{}.{}", sample_of(id), extensions[0]))
}

/// What was read, written as notes are: before each line the functions that begin on it
/// with their lines of code, cyclomatic and cognitive complexity, depth and parameters,
/// and its placeholders.
fn as_notes(text: &str, inside: &Inside) -> String {
    let mut notes = String::new();
    for (line, text) in (0_u32..).zip(text.lines()) {
        let mut beside = Vec::new();
        for function in inside.functions.iter().filter(|it| it.lines.start == line) {
            let Complexity { cyclomatic, cognitive, depth, parameters } =
                function.complexity;
            let name = function.name.to_terminal();
            let figures = format!("{cyclomatic} {cognitive} {depth} {parameters}");
            beside.push(format!("{name} {}: {figures}", function.code_lines));
        }
        let here = inside.placeholders.iter().filter(|it| it.line == line);
        beside.extend(here.map(|it| it.kind.as_str().to_owned()));
        let beside = beside.join(", ");
        notes.push_str(format!("{beside:38} | {text}").trim_end());
        notes.push('\n');
    }
    notes
}

#[test]
fn functions_and_placeholders_of_each_sample_are_those_noted_on_its_lines() {
    for id in languages() {
        let text = sample(id);
        let (_, inside) = Parsers::new().read_whole(id, text.as_bytes());
        let found = as_notes(&text, &inside);
        assert_eq!(found, of_package(&format!("{}.notes", sample_of(id))));
    }
}

#[test]
fn every_pattern_for_functions_matches_its_sample() {
    let mut all_unmatched = Vec::new();
    for id in languages() {
        let grammar = (id.language().grammar)();
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&grammar).unwrap();
        let text = sample(id);
        let tree = parser.parse(&text, None).unwrap();
        let name = id.language().name;
        assert!(!tree.root_node().has_error(), "{name} {}", tree.root_node().to_sexp());
        for (purpose, source) in id.language().function_queries() {
            let query = match Query::new(&grammar, source) {
                Ok(query) => query,
                Err(why) => panic!("{name} {purpose}: {why}"),
            };
            let mut cursor = QueryCursor::new();
            let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
            let mut unmatched: BTreeSet<_> = (0..query.pattern_count()).collect();
            while let Some(found) = matches.next() {
                unmatched.remove(&found.pattern_index);
            }
            for pattern in unmatched {
                let start = query.start_byte_for_pattern(pattern);
                let end = query.end_byte_for_pattern(pattern);
                all_unmatched.push(format!("{name} {purpose}: {}", &source[start..end]));
            }
        }
    }
    assert_eq!(all_unmatched, [""; 0]);
}

#[test]
fn every_capture_for_functions_is_in_the_vocabulary() {
    for id in LanguageId::all() {
        for name in compiled_whole(id).unwrap().query.capture_names() {
            assert!(Capture::named(name).is_some(), "@{name} of {}", id.language().name);
        }
    }
}

#[test]
fn what_is_read_with_functions_is_what_is_read_without() {
    for id in LanguageId::all() {
        let mut parsers = Parsers::new();
        let text = plain_sample(id);
        let without = parsers.read(id, text.as_bytes());
        assert_eq!(parsers.read_whole(id, text.as_bytes()).0, without);
    }
}

/// The figures of the functions of a text: name, cyclomatic and cognitive complexity.
fn figures(path: &str, text: &str) -> Vec<(String, u32, u32)> {
    let language = language_of(path.as_bytes()).unwrap();
    let (parsed, inside) = Parsers::new().read_whole(language, text.as_bytes());
    assert_eq!(parsed.fallback, None);
    let figure = |it: &Function| {
        let name = it.name.to_terminal().to_string();
        (name, it.complexity.cyclomatic, it.complexity.cognitive)
    };
    inside.functions.iter().map(figure).collect()
}

/// The examples of the paper that defines cognitive complexity, rewritten after what it
/// says of them: the sum of primes (7) and words for numbers (1).
#[test]
fn the_examples_of_the_paper_have_the_figures_it_gives() {
    let primes = "class A { int sumOfPrimes(int max) { int total = 0;
        OUT: for (int i = 1; i <= max; ++i) {
            for (int j = 2; j < i; ++j) { if (i % j == 0) { continue OUT; } }
            total += i;
        }
        return total; } }";
    assert_eq!(figures("a.java", primes), [("A.sumOfPrimes".into(), 4, 7)]);
    let words = "class A { String getWords(int number) { switch (number) {
        case 1: return \"one\";
        case 2: return \"a couple\";
        case 3: return \"a few\";
        default: return \"lots\"; } } }";
    assert_eq!(figures("a.java", words), [("A.getWords".into(), 4, 1)]);
}

/// Its examples of nesting, of runs of operators, and of functions inside functions.
#[test]
fn nesting_and_runs_of_operators_add_what_the_paper_says() {
    let nested = "class A { void myMethod() { try {
        if (condition1) { for (int i = 0; i < 10; i++) { while (condition2) { } } }
        } catch (Exception e) { if (condition2) { } } } }";
    assert_eq!(figures("a.java", nested), [("A.myMethod".into(), 6, 9)]);
    let lambda = "class A { void m() { Runnable r = () -> { if (c) { } }; } }";
    assert_eq!(figures("a.java", lambda), [("A.m".into(), 2, 2)]);
    for (condition, runs) in [
        ("a && b", 1),
        ("a && b && c && d", 1),
        ("a || b && c || d", 3),
        ("a && !(b && c)", 2),
        ("a && ( (b && c) )", 1),
        ("f(a && b) && c", 2),
        ("a && b || c && d || e", 4),
        ("a && // b\n (b && c)", 1),
        ("(a && b /* ) || */) && c", 1),
        ("a && /* b */ (b || c) && // d\n (d || e)", 4),
    ] {
        let text = format!("class A {{ void m() {{ if ({condition}) {{ }} }} }}");
        assert_eq!(figures("a.java", &text)[0].2, 1 + runs, "{condition}");
    }
}

#[test]
fn a_function_inside_another_counts_for_both_and_adds_its_nesting_to_the_outer() {
    let text = "def a():\n  def b():\n    def c():\n      if x:\n        pass\n";
    let expected = [("a", 1, 3), ("a.b", 1, 2), ("a.b.c", 2, 1)];
    let expected = expected.map(|(name, one, two)| (name.to_owned(), one, two));
    assert_eq!(figures("a.py", text), expected);
    let siblings =
        "def a():\n  def b():\n    if x: pass\n  if x: pass\ndef c():\n  if x: pass\n";
    let expected = [("a", 2, 3), ("a.b", 2, 1), ("c", 2, 1)];
    let expected = expected.map(|(name, one, two)| (name.to_owned(), one, two));
    assert_eq!(figures("a.py", siblings), expected);
}

#[test]
fn hostile_text_has_functions_or_says_why_not_and_ends() {
    let nested =
        format!("fn f() {{\n{}\n1\n{}\n}}", "(".repeat(100_000), ")".repeat(100_000));
    let nested = nested.replace("((((((((", "((((((((\n");
    let minified = format!("function f(){{{}}}", "if(a&&b){c()}".repeat(80_000));
    let ladder = format!("def f():\n  x = {}1\n", "1 if a and b else ".repeat(2_000));
    let functions =
        format!("{}{}", "function f(){if(a){\n".repeat(2_000), "}}\n".repeat(2_000));
    let mut parsers = Parsers::new();
    for (path, text) in
        [("a.rs", &nested), ("a.js", &minified), ("a.py", &ladder), ("a.js", &functions)]
    {
        let language = language_of(path.as_bytes()).unwrap();
        let (parsed, inside) = parsers.read_whole(language, text.as_bytes());
        assert_eq!(parsed.fallback.is_some(), inside.functions.is_empty(), "{path}");
    }
}
