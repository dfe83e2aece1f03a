//! The whole module over the samples of `fixtures/languages/`, and over hostile input.

use std::collections::BTreeSet;
use std::path::Path;

use tree_sitter::{Query, QueryCursor, StreamingIterator};

use super::compiled::{Capture, compiled};
use super::*;
use crate::limits::{PARSED_BYTES, SYNTAX_DEPTH};

pub(super) fn of_package(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path:?}: {why}"))
}

/// The sample of a language.
pub(super) fn sample(id: LanguageId) -> String {
    let Language { name, extensions, .. } = id.language();
    of_package(&format!("fixtures/languages/{}.{}", name.to_lowercase(), extensions[0]))
}

/// The notes on a sample: `kind | notes | line`, a line each.
fn notes(id: LanguageId) -> String {
    of_package(&format!("fixtures/languages/{}.notes", id.language().name.to_lowercase()))
}

/// What was read, written as notes are.
fn as_notes(text: &str, parsed: &Parsed) -> String {
    assert_eq!(parsed.fallback, None);
    assert_eq!(parsed.kinds.len(), text.lines().count());
    let mut notes = String::new();
    for (line, (text, kind)) in (0_u32..).zip(text.lines().zip(&parsed.kinds)) {
        let is_test = parsed.tests.iter().any(|range| range.contains(&line));
        let mut beside: Vec<_> = is_test.then(|| "test".to_owned()).into_iter().collect();
        for definition in parsed.definitions.iter().filter(|it| it.lines.start == line) {
            let (kind, name) = (definition.kind.as_str(), definition.name.to_terminal());
            beside.push(format!("{kind} {name} {}", definition.lines.len()));
        }
        let (kind, beside) = (kind.as_str(), beside.join(", "));
        notes.push_str(format!("{kind:7} | {beside:32} | {text}").trim_end());
        notes.push('\n');
    }
    notes
}

fn rust(text: &str) -> Parsed {
    Parsers::new().read(language_of(b"a.rs").unwrap(), text.as_bytes())
}

fn python(text: &str) -> Parsed {
    Parsers::new().read(language_of(b"a.py").unwrap(), text.as_bytes())
}

fn kinds_of(parsed: &Parsed) -> String {
    assert_eq!(parsed.fallback, None);
    parsed.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_query_compiles() {
    for id in LanguageId::all() {
        assert!(compiled(id).is_some(), "{}", id.language().name);
    }
}

#[test]
fn every_pattern_of_every_query_matches_its_sample() {
    for id in LanguageId::all() {
        let grammar = (id.language().grammar)();
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&grammar).unwrap();
        let text = sample(id);
        let tree = parser.parse(&text, None).unwrap();
        assert!(!tree.root_node().has_error(), "{}", id.language().name);
        for (purpose, source) in id.language().queries() {
            let query = Query::new(&grammar, source).unwrap();
            let mut cursor = QueryCursor::new();
            let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
            let mut unmatched: BTreeSet<_> = (0..query.pattern_count()).collect();
            while let Some(found) = matches.next() {
                unmatched.remove(&found.pattern_index);
            }
            let at = |pattern: &usize| &source[query.start_byte_for_pattern(*pattern)..];
            let first = unmatched.first().map(at);
            assert_eq!(first, None, "{} {purpose}", id.language().name);
        }
    }
}

#[test]
fn every_capture_is_in_the_vocabulary() {
    let readme = of_package("queries/README.md");
    let documented: BTreeSet<_> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `@")?.split('`').next())
        .collect();
    let known: BTreeSet<_> = Capture::VOCABULARY.iter().map(|(name, _)| *name).collect();
    assert_eq!(documented, known);
    for id in LanguageId::all() {
        for name in compiled(id).unwrap().query.capture_names() {
            assert!(Capture::named(name).is_some(), "@{name} of {}", id.language().name);
        }
    }
}

#[test]
fn kinds_tests_and_definitions_of_each_sample_are_those_noted_on_its_lines() {
    for id in LanguageId::all() {
        let text = sample(id);
        let parsed = Parsers::new().read(id, text.as_bytes());
        let found = as_notes(&text, &parsed);
        for (found, noted) in found.lines().zip(notes(id).lines()) {
            assert_eq!(found, noted, "{}", id.language().name);
        }
        assert_eq!(found, notes(id));
    }
}

#[test]
fn definitions_found_in_each_sample_are_those_noted_on_its_lines() {
    for id in LanguageId::all() {
        let kinds = ["function", "method", "class", "module"];
        let of_line = |line: &str| {
            let beside = line.split('|').nth(1).unwrap().trim().to_owned();
            beside
                .split(", ")
                .filter(|it| kinds.iter().any(|kind| it.starts_with(kind)))
                .count()
        };
        let noted: usize = notes(id).lines().map(of_line).sum();
        let parsed = Parsers::new().read(id, sample(id).as_bytes());
        assert_eq!(parsed.definitions.len(), noted, "{}", id.language().name);
    }
}

#[test]
fn numbers_of_kinds_lead_back_to_them() {
    for (number, kind) in (0_u8..).zip(LineKind::ALL) {
        assert_eq!(kind as u8, number);
        assert_eq!(LineKind::from_u8(number), Some(kind));
    }
    assert_eq!(LineKind::from_u8(8), None);
}

#[test]
fn carriage_returns_change_no_kind() {
    for id in LanguageId::all() {
        let text = sample(id);
        let plain = Parsers::new().read(id, text.as_bytes());
        let crlf = Parsers::new().read(id, text.replace('\n', "\r\n").as_bytes());
        assert_eq!(crlf, plain, "{}", id.language().name);
    }
}

#[test]
fn a_missing_last_line_feed_changes_nothing() {
    for id in LanguageId::all() {
        let text = sample(id);
        let ended = Parsers::new().read(id, text.as_bytes());
        let unended = Parsers::new().read(id, text.trim_end().as_bytes());
        assert_eq!(unended, ended, "{}", id.language().name);
    }
}

#[test]
fn an_empty_file_has_no_lines() {
    for id in LanguageId::all() {
        assert_eq!(Parsers::new().read(id, b""), Parsed::default());
    }
}

#[test]
fn every_prefix_and_every_broken_sample_has_a_kind_for_each_line() {
    for id in LanguageId::all() {
        let text = sample(id);
        let mut parsers = Parsers::new();
        for end in (0..text.len()).step_by(61) {
            let prefix = &text.as_bytes()[..end];
            let parsed = parsers.read(id, prefix);
            assert_eq!(parsed.kinds.len(), n_lines(prefix));
            let mut holed = text.clone().into_bytes();
            holed[end] = b"({[\"'/#\\\xff\0"[end % 10];
            let parsed = parsers.read(id, &holed);
            assert_eq!(parsed.kinds.len(), n_lines(&holed));
            let n = u32::try_from(n_lines(&holed)).unwrap();
            assert!(parsed.definitions.iter().all(|it| it.lines.start < it.lines.end));
            assert!(parsed.definitions.iter().all(|it| it.lines.end <= n));
        }
    }
}

/// Texts that grammars may go wrong at, without regard to which. They are short: where a
/// grammar does not recover, the parser takes time and memory that grow as the square of
/// their length.
fn bombs(sample: &str) -> Vec<Vec<u8>> {
    let openings = [
        "(",
        "[",
        "{",
        "<",
        "\"",
        "'",
        "`",
        "\"\"\"",
        "/*",
        "${",
        "#{",
        "<<A",
        "\0",
        "\\",
        "if ",
        "a.b(",
        "a ? ",
        "<a>",
        "#if a",
        "=begin",
        "class A {",
        "@",
    ];
    let mut bombs: Vec<Vec<u8>> =
        openings.iter().map(|open| format!("{open}\n").repeat(60).into_bytes()).collect();
    bombs.push(["(".repeat(500), "\n".into()].concat().repeat(20).into_bytes());
    bombs.push(b"\xff\xfe\n".repeat(60));
    // The same definitions many times.
    bombs.push(sample.repeat(60_000 / sample.len()).into_bytes());
    bombs.extend(
        (0..sample.len()).step_by(7).map(|end| sample.as_bytes()[..end].to_vec()),
    );
    bombs
}

#[test]
fn hostile_text_of_any_language_has_a_kind_for_each_line_and_ends() {
    for id in LanguageId::all() {
        let mut parsers = Parsers::new();
        for text in bombs(&sample(id)) {
            let parsed = parsers.read(id, &text);
            assert_eq!(parsed.kinds.len(), n_lines(&text), "{}", id.language().name);
            // Tokens are there or not; the last may begin where the text ends.
            let tokens = code_tokens(id, &text).unwrap_or_default();
            let last = tokens.iter().filter_map(|token| token.line).max();
            assert!(last.is_none_or(|line| line as usize <= n_lines(&text)));
        }
    }
}

#[test]
fn a_version_is_read_the_same_after_one_that_was_given_up() {
    let mut parsers = Parsers::new();
    for id in LanguageId::all() {
        let text = sample(id);
        let first = parsers.read(id, text.as_bytes());
        parsers.read(id, "(\n".repeat(20_000).as_bytes());
        parsers.read(id, endless_comments().as_bytes());
        assert_eq!(parsers.read(id, text.as_bytes()), first, "{}", id.language().name);
    }
}

/// Python that takes too much work: before each comment, the scanner looks through all
/// that follow.
fn endless_comments() -> String {
    format!("class A:\n{} 'x'\n", " #\n".repeat(400_000))
}

#[test]
fn bytes_that_are_not_utf_8_hide_nothing() {
    let id = language_of(b"a.rs").unwrap();
    let parsed =
        Parsers::new().read(id, b"// \xff\xfe\nfn a() {\n    \"\xe9\";\n}\nfn b() {}\n");
    assert_eq!(kinds_of(&parsed), "comment code code trivial code");
    assert_eq!(parsed.definitions.len(), 2);
}

#[test]
fn an_error_leaves_the_rest_of_the_file_as_it_is() {
    let item = "/// A.\nfn a() {}\n";
    let parsed = rust(&format!("{item}{item}let ) = ;\n// B.\n{item}{item}"));
    let item = "doc code";
    assert_eq!(kinds_of(&parsed), format!("{item} {item} code comment {item} {item}"));
    assert_eq!(parsed.definitions.len(), 4);
    assert!(!parsed.mostly_errors);
}

#[test]
fn a_file_of_another_language_is_mostly_errors() {
    let parsed =
        rust("<?php $a -> $b; ?> </html> <<< $$ \\ \u{a7} ) ] }\n".repeat(9).as_str());
    assert!(parsed.mostly_errors);
    assert_eq!(parsed.kinds.len(), 9);
}

#[test]
fn nesting_of_any_depth_neither_overflows_nor_hangs() {
    let open_and_close = |depth| ["(".repeat(depth), ")".repeat(depth)].join("\n1\n");
    for depth in [100, 20_000, 100_000] {
        let nested = open_and_close(depth).replace("((((((((", "((((((((\n");
        for parsed in [rust(&format!("fn f() {{\n{nested}\n}}")), python(&nested)] {
            assert_eq!(parsed.fallback, None);
            assert_eq!(parsed.too_deep, depth as u64 > SYNTAX_DEPTH.value);
        }
        // Left open, they are errors, which may cost too much to look through.
        let open = "(\n".repeat(depth);
        for parsed in [rust(&open), python(&open)] {
            assert_eq!(parsed.kinds, vec![LineKind::Trivial; depth]);
        }
    }
}

/// Reads a file in every way there is, which must end and tell of each line.
fn read_in_every_way(id: LanguageId, text: &[u8]) -> Parsed {
    let parsed = Parsers::new().read(id, text);
    assert_eq!(parsed.kinds.len(), n_lines(text), "{}", id.language().name);
    assert!(code_tokens(id, text).is_none_or(|tokens| tokens.len() <= text.len()));
    parsed
}

#[test]
fn a_hundred_thousand_brackets_in_each_other_are_left_out_in_every_language() {
    for id in LanguageId::all() {
        let brackets = |bracket: &str| format!("{}\n", bracket.repeat(50)).repeat(2_000);
        let nested = format!("{}1\n{}", brackets("("), brackets(")"));
        let text = match id.language().name {
            "Go" => format!("package a\n\nvar b = {nested}"),
            "PHP" => format!("<?php\n$a = {nested};\n"),
            "Java" | "C#" => format!("class A {{ int b = {nested}; }}\n"),
            "Rust" => format!("const A: u8 = {nested};\n"),
            "C" | "C++" | "C header" => format!("int a = {nested};\n"),
            _ => format!("a = {nested}"),
        };
        let (parsed, inside) = Parsers::new().read_whole(id, text.as_bytes());
        assert_eq!(parsed.kinds.len(), n_lines(text.as_bytes()));
        let is_said =
            parsed.fallback.is_some() || parsed.too_deep || parsed.mostly_errors;
        assert!(is_said, "{}: {:?}", id.language().name, parsed.fallback);
        assert!(inside.functions.is_empty());
    }
}

#[test]
fn a_minified_megabyte_of_any_language_is_text() {
    for id in LanguageId::all() {
        let text = sample(id).replace('\n', " ").repeat(1 + (1 << 20) / sample(id).len());
        let parsed = read_in_every_way(id, text.as_bytes());
        assert_eq!(parsed.fallback, Some(Fallback::Minified), "{}", id.language().name);
        assert_eq!(parsed.kinds, [LineKind::Text]);
    }
}

#[test]
fn bytes_that_are_no_text_hide_no_lines_in_any_language() {
    for id in LanguageId::all() {
        let text = sample(id);
        let before = read_in_every_way(id, text.as_bytes());
        let latin = [text.as_bytes(), b"\xff\xfe\xe9 \xc3\n"].concat();
        let parsed = read_in_every_way(id, &latin);
        assert_eq!(parsed.fallback, None, "{}", id.language().name);
        assert!(parsed.definitions.len() >= before.definitions.len() / 2);
        let spoiled: Vec<u8> = (0..)
            .zip(text.bytes())
            .map(|(at, byte)| if at % 7 == 0 && byte != b'\n' { 0xff } else { byte })
            .collect();
        read_in_every_way(id, &spoiled);
    }
}

#[test]
fn a_file_over_the_limit_is_text() {
    let text = "fn a() {}\n".repeat(1_800_000);
    let parsed = rust(&text);
    assert_eq!(parsed.fallback, Some(Fallback::TooLarge));
    assert_eq!(parsed.kinds, vec![LineKind::Text; 1_800_000]);
    assert!(parsed.definitions.is_empty());
    let limit = usize::try_from(PARSED_BYTES.value).unwrap();
    assert_eq!(rust(&text[..limit / 10 * 10]).fallback, None);
}

#[test]
fn a_file_of_very_long_lines_is_text() {
    let line = |n_bytes: usize| "a".repeat(n_bytes - 1) + "\n";
    assert_eq!(rust(&line(1_000)).fallback, None);
    assert_eq!(rust(&line(1_001)).fallback, Some(Fallback::Minified));
    assert_eq!(rust(&(line(1_900) + "\n")).fallback, None);
}

#[test]
fn a_file_that_takes_too_much_work_is_text() {
    assert_eq!(python(&endless_comments()).fallback, Some(Fallback::TooMuchWork));
    // A bracket that is never closed has all the others as siblings.
    let brackets = "[\n".repeat(400_000);
    assert_eq!(python(&brackets).fallback, Some(Fallback::TooMuchWork));
}

#[test]
fn a_file_of_attributes_ends() {
    let attributes = "#[cfg(test)]\n".repeat(100_000);
    assert_eq!(rust(&attributes).tests, []);
    let tests = rust(&(attributes + "fn f() {}\nfn g() {}\n")).tests;
    assert_eq!((tests.len(), tests[0].clone()), (1, 0..100_001));
}

#[test]
fn lists_are_data_from_twenty_one_elements_on() {
    let list = |n: usize| format!("A = [\n{}]\n", "  (1, 2),\n".repeat(n));
    assert_eq!(python(&list(20)).kinds[1], LineKind::Code);
    assert_eq!(python(&list(21)).kinds[1], LineKind::Data);
    let unended = format!("A = [\n{}1]\n", "# 1\n1,\n".repeat(20));
    assert_eq!(python(&unended).kinds[2], LineKind::Data);
}

#[test]
fn a_byte_order_mark_hides_no_documentation() {
    assert_eq!(kinds_of(&rust("\u{feff}//! A.\nfn a() {}\n")), "doc code");
}
