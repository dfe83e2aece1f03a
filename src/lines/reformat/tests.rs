//! Tests of reformatting: what formatters do is form, and anything else is not.

use super::*;
use crate::lines::diff::{DiffWork, WhiteSpace, diff};
use crate::syntax::LineKind;

fn same(path: &str, old: &str, new: &str) -> Option<SameCode> {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let hunks = diff(a, b, WhiteSpace::Exact, &mut DiffWork::default());
    same_code(path.as_bytes(), a, b, &hunks)
}

fn heirs(path: &str, old: &str, new: &str) -> Option<Vec<(u32, u32)>> {
    same(path, old, new).map(|same| same.heirs)
}

/// Each pair is one piece of code in two forms.
#[track_caller]
fn check_same(path: &str, pairs: &[(&str, &str)]) {
    for (old, new) in pairs {
        assert!(heirs(path, old, new).is_some(), "{old}\n---\n{new}");
        assert!(heirs(path, new, old).is_some(), "{new}\n---\n{old}");
    }
}

#[track_caller]
fn check_different(path: &str, pairs: &[(&str, &str)]) {
    for (old, new) in pairs {
        assert_eq!(heirs(path, old, new), None, "{old}\n---\n{new}");
        assert_eq!(heirs(path, new, old), None, "{new}\n---\n{old}");
    }
}

#[test]
fn a_split_line_goes_on_in_all_its_parts() {
    let old = "a = 1\nresult = compute(alpha, beta)\n";
    let new = "a = 1\nresult = compute(\n    alpha,\n    beta,\n)\n";
    assert_eq!(heirs("a.py", old, new), Some(vec![(1, 1), (2, 1), (3, 1), (4, 1)]));
}

#[test]
fn joined_lines_go_on_in_the_first_of_most_tokens_and_the_others_say_where_they_went() {
    let old = "let x = f(\n    alpha,\n    beta + gamma + delta,\n);\n";
    let new = "let x = f(alpha, beta + gamma + delta);\n";
    let (old, new) = (format!("fn m() {{\n{old}}}\n"), format!("fn m() {{\n{new}}}\n"));
    let found = same("a.rs", &old, &new).unwrap();
    assert_eq!(found.heirs, [(1, 1)]);
    assert_eq!(found.joined, [(2, 1), (3, 1), (4, 1)]);
}

#[test]
fn a_comment_is_no_code_and_the_line_it_stands_on_is() {
    let (old, new) = ("x = 1  # one\n# old\n", "x = 1  # eins\n# new\n");
    assert_eq!(heirs("a.py", old, new), Some(vec![(0, 0)]));
}

#[test]
fn what_black_does_is_form() {
    check_same(
        "a.py",
        &[
            ("x = 'it'\n", "x = \"it\"\n"),
            ("x = 'say \"it\"'\n", "x = \"say \\\"it\\\"\"\n"),
            ("x = U'a' + F'{b}' + 0XFF\n", "x = \"a\" + f\"{b}\" + 0xff\n"),
            ("for (x) in (1, 2):\n  print((x))\n", "for (x) in 1, 2:\n    print(x)\n"),
            ("class A():\n  pass\n", "class A:\n    pass\n"),
            ("a = 1; b = 2\n", "a = 1\nb = 2\n"),
            ("if a and \\\n  b: pass\n", "if a and b:\n    pass\n"),
            ("from a import (b, c,)\n", "from a import b, c\n"),
            ("return_ = not (a)\ndel (a, b)\n", "return_ = not a\ndel a, b\n"),
            (
                "def f():\n  '''Doc.\n  More.\n  '''\n",
                "def f():\n    \"\"\"Doc.\n    More.\n    \"\"\"\n",
            ),
            ("x = a if b else c\n", "x = (\n    a\n    if b\n    else c\n)\n"),
            ("f(a,\n  b, **c)\n", "f(\n    a,\n    b,\n    **c,\n)\n"),
            ("a.b = (\n  c\n) = True\n", "a.b = c = True\n"),
            (
                "def f(a: (\n  B[[c], None] | None\n) = d):\n  e\n",
                "def f(a: B[[c], None] | None = d):\n    e\n",
            ),
        ],
    );
}

#[test]
fn what_rustfmt_does_is_form() {
    let in_function = |body: &str| format!("fn f() {{\n{body}\n}}\n");
    for (old, new) in [
        ("match a { B => { c } D => {e()} }", "match a {\n  B => c,\n  D => e(),\n}"),
        ("let x = (a.b);", "let x = a.b;"),
        ("return x", "return x;"),
        ("let f = |x| { g(x) };", "let f = |x| g(x);"),
        ("foo(a, b,);;", "foo(\n    a,\n    b,\n);"),
        ("let x: A<B, C>;", "let x: A<\n    B,\n    C,\n>;"),
        ("vec![1,2]", "vec![\n    1,\n    2,\n]"),
        ("let S{a,b}=c;", "let S { a, b } = c;"),
    ] {
        check_same("a.rs", &[(&in_function(old), &in_function(new))]);
    }
    check_same(
        "a.rs",
        &[
            ("use b::{d,c};\nuse a::{e};\n", "use a::e;\nuse b::{c, d};\n"),
            ("mod b;\nmod a;\n", "mod a;\nmod b;\n"),
            (
                "macro_rules! a { () => {b} }\n",
                "macro_rules! a {\n    () => {\n        b\n    };\n}\n",
            ),
            (
                "macro_rules! a { ($b:expr) => { c(|d| {e(d)}); match $b { F => {g} H => i } } }\n",
                "macro_rules! a { ($b:expr) => { c(|d| e(d)); match $b { F => g,\nH => i, } } }\n",
            ),
            ("fn f<A>()where A:B{}\n", "fn f<A>()\nwhere\n    A: B,\n{\n}\n"),
            (
                "fn f() { assert!(a(move |b| { b + c }), || { d }) }\n",
                "fn f() {\n    assert!(a(move |b| b + c), || d)\n}\n",
            ),
            (
                "fn f() { vec![match a { B => {c} D => e }] }\n",
                "fn f() {\n    vec![match a {\n        B => c,\n        D => e,\n    }]\n}\n",
            ),
        ],
    );
}

#[test]
fn what_changes_the_meaning_of_python_is_not_form() {
    check_different(
        "a.py",
        &[
            // Which block a statement belongs to.
            ("if a:\n    b\n    c\n", "if a:\n    b\nc\n"),
            (
                "if a:\n    if b:\n        c\n    else:\n        d\n",
                "if a:\n    if b:\n        c\nelse:\n    d\n",
            ),
            ("x = (a + b) * c\n", "x = a + b * c\n"),
            ("x = (a,)\n", "x = (a)\n"),
            ("x = a[b,]\n", "x = a[b]\n"),
            ("x = a,\n", "x = a\n"),
            ("(a,) = b\n", "(a) = b\n"),
            ("x: (A | B)[c] = d\n", "x: A | B[c] = d\n"),
            ("x: A[b,] = d\n", "x: A[b] = d\n"),
            ("x: A[b, f(k=(\"a\",))] = d\n", "x: A[b, f(k=(\"a\"))] = d\n"),
            ("x: A | B = d\n", "x: B | A = d\n"),
            ("x: (A, B) = d\n", "x: (A, (B)) = d, e\n"),
            ("x = 'a  b'\n", "x = 'a b'\n"),
            ("x = r'\\''\n", "x = '\\''\n"),
            ("x = '''a\n b'''\n", "x = '''a\n  b'''\n"),
            ("x = 'a'\n", "x = a\n"),
            ("x = R'a'\n", "x = 'a'\n"),
            ("f(a, b)\n", "f(b, a)\n"),
            ("a\n(b)\n", "a(b)\n"),
            ("x = ()\n", "x = \n"),
        ],
    );
}

#[test]
fn what_changes_the_meaning_of_rust_is_not_form() {
    let in_function = |body: &str| format!("fn f() {{\n{body}\n}}\n");
    for (old, new) in [
        ("(a + b) * c", "a + b * c"),
        ("x", "x;"),
        ("(a,)", "(a)"),
        ("let (a,) = b;", "let (a) = b;"),
        ("match a { B => { c; } }", "match a { B => { c } }"),
        ("match a { B => { let c = d; } }", "match a { B => c = d }"),
        ("{ a } b", "a { b }"),
        ("let x = \"a b\";", "let x = \"ab\";"),
        ("let x = 'a';", "let x = \"a\";"),
    ] {
        check_different("a.rs", &[(&in_function(old), &in_function(new))]);
    }
    check_different(
        "a.rs",
        &[
            ("use a::b;\n", "use b::a;\n"),
            ("use a::{b, c};\n", "use a::b::c;\n"),
            (
                "macro_rules! a { () => { |b| {c; d} } }\n",
                "macro_rules! a { () => { |b| c; d } }\n",
            ),
            // What stands in braces is for the macro to read.
            ("fn f() { a! { B => {c} } }\n", "fn f() { a! { B => c, } }\n"),
            ("fn f() { a! { f(|b| {c}) } }\n", "fn f() { a! { f(|b| c) } }\n"),
            (
                "macro_rules! a { () => { b! { B => {c} } } }\n",
                "macro_rules! a { () => { b! { B => c, } } }\n",
            ),
            // No arm of a match.
            ("fn f() { a!(b => {c}) }\n", "fn f() { a!(b => c) }\n"),
            // What is not there ends nothing.
            ("fn f() { let a = (b; }\n", "fn f() { let a = b; }\n"),
            // No closure, and one that goes on.
            ("fn f() { a!(b | {c == d}) }\n", "fn f() { a!(b | c == d) }\n"),
            ("fn f() { a!(|b| {c + d} * e) }\n", "fn f() { a!(|b| c + d * e) }\n"),
            (
                "macro_rules! a { () => { b {c} } }\n",
                "macro_rules! a { () => { b c } }\n",
            ),
            (
                "macro_rules! a { () => { F => {g} } }\n",
                "macro_rules! a { () => { F => {h} } }\n",
            ),
            (
                "macro_rules! a { () => { F => {} } }\n",
                "macro_rules! a { () => { F => } }\n",
            ),
            ("mod a {}\nmod b {fn c() {}}\n", "mod a {fn c() {}}\nmod b {}\n"),
        ],
    );
}

#[test]
fn what_is_not_parsed_or_not_without_errors_says_nothing() {
    let (old, new) = ("x = f(a,\n  b)\n", "x = f(a, b)\n");
    assert!(heirs("a.py", old, new).is_some());
    assert_eq!(heirs("a.lua", old, new), None);
    assert_eq!(heirs("a.py", &format!("{old})(\n"), &format!("{new})(\n")), None);
    assert_eq!(heirs("a.py", old, old), None);
}

#[test]
fn where_the_grammar_cannot_follow_every_token_says_something() {
    let broken = "let e = f(;\n";
    let with = |text: &str| format!("{broken}{text}");
    let (old, new) = ("a = g(\n  b,\n  c\n);\n", "a = g(b, c);\n");
    assert!(heirs("a.ts", &with(old), &with(new)).is_some());
    for other in ["a = g(b, d);\n", "a = g(c, b);\n", "a = (g(b), c);\n"] {
        assert_eq!(heirs("a.ts", &with(old), &with(other)), None, "{other}");
    }
    for other in ["let e = f();\n", "let e = f((;\n", "let e = f(,;\n"] {
        assert_eq!(heirs("a.ts", &with(old), &format!("{other}{new}")), None, "{other}");
    }
    // Where blocks of Python end is not known then.
    let (old, new) = ("if a:\n  b(\n    c)\n", "if a:\n  b(c)\n");
    assert!(heirs("a.py", old, new).is_some());
    assert_eq!(heirs("a.py", &with(old), &with(new)), None);
}

#[test]
fn lines_outside_hunks_stand_for_themselves() {
    let old = "a = 1\nb = f(1,\n  2)\nc = 3\n";
    let new = "a = 1\nb = f(1, 2)\nc = 3\n";
    assert_eq!(heirs("a.py", old, new), Some(vec![(1, 1)]));
}

#[test]
fn what_prettier_does_is_form() {
    check_same(
        "a.ts",
        &[
            ("a = `x ${b ? \"y\" : \"z\"} ${c}`;\n", "a = `x ${b ? 'y' : 'z'} ${c}`;\n"),
            ("a(\n  `b ${c}`\n);\n", "a(`b ${c}`);\n"),
            ("type A =\n  | B\n  | C;\n", "type A = B | C;\n"),
            ("a: B = c => d;\n", "a: B = (c) => d;\n"),
            ("a = b => c;\n", "a = (\n  b,\n) => c;\n"),
            ("function f() { a++; b(); }\n", "function f() {\n  a++\n  b()\n}\n"),
            ("for (i = 0; i < 5; i++\n) {}\n", "for (i = 0; i < 5; i++) {}\n"),
        ],
    );
    check_same(
        "a.tsx",
        &[(
            "a = (\n  <A>\n    {b}\n    <C d={e}\n    />\n  </A>\n);\n",
            "a = <A>\n  {b}\n  <C d={e} />\n</A>;\n",
        )],
    );
}

#[test]
fn what_changes_the_meaning_of_typescript_is_not_form() {
    check_different(
        "a.ts",
        &[
            ("a = `x ${b}`;\n", "a = `x  ${b}`;\n"),
            ("a = `${b} ${c}`;\n", "a = `${b}${c}`;\n"),
            ("a = ` ${b}`;\n", "a = `${b} `;\n"),
            ("a = `\n${b}`;\n", "a = `${b}`;\n"),
            ("a = ` `;\n", "a = ``;\n"),
            ("a = `${b + c}`;\n", "a = `${c + b}`;\n"),
            ("a = `'${b}`;\n", "a = `\"${b}`;\n"),
            ("type A = B | C;\n", "type A = B & C;\n"),
            ("type A = B | C & D;\n", "type A = (B | C) & D;\n"),
            ("type A = B | C;\n", "type A = C | B;\n"),
            ("function f() {\n  return\n  a;\n}\n", "function f() {\n  return a;\n}\n"),
            ("a\n++b\n", "a++\nb\n"),
            ("a = (b, c) => d;\n", "a = (b) => d;\n"),
        ],
    );
}

#[test]
fn a_line_joined_with_one_that_stood_before_is_no_death() {
    let old = "f(\n    a,\n    b,\n)\nf(a, c)\nf(\n    d,\n)  # e\n";
    let new = "f(a, b)\nf(\n    a,\n    c,\n)\nf(d)  # e\n";
    let found = same("a.py", old, new).unwrap();
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let hunks = diff(a, b, WhiteSpace::Exact, &mut DiffWork::default());
    let went: Vec<u32> =
        hunks.iter().flat_map(|hunk| hunk.before.start..hunk.before.end).collect();
    let known = |line: &u32| {
        found.heirs.iter().any(|(_, old)| old == line)
            || found.joined.iter().any(|(old, _)| old == line)
    };
    let lost: Vec<u32> = went.into_iter().filter(|line| !known(line)).collect();
    assert_eq!(lost, [0_u32; 0]);
    let came: Vec<u32> =
        hunks.iter().flat_map(|hunk| hunk.after.start..hunk.after.end).collect();
    let born = |line: &u32| {
        !found.heirs.iter().any(|(new, _)| new == line) && !found.split.contains(line)
    };
    assert!(!came.iter().any(born));
}

#[test]
fn lines_of_brackets_are_joined_with_what_stands_before_them_and_comments_are_not() {
    let old = "f(a\n)  # b\n(\n  c\n)\n";
    let found = same("a.py", old, "f(a)\nc\n").unwrap();
    assert_eq!(
        (found.heirs, found.joined),
        (vec![(0, 0), (1, 3)], vec![(1, 0), (2, 0), (4, 1)])
    );
    let old = "f(\n  a);\n/* b\n} c\n*/\n";
    let found = same("a.ts", old, "f(a);\n/* b\n} d\n*/\n").unwrap_or_default();
    assert_eq!(found.joined.iter().filter(|(went, _)| *went > 1).count(), 0);
}

#[test]
fn a_hundred_thousand_short_lines_are_joined_in_one_walk() {
    let n = 50_000;
    let old = "f(a\n)\n".repeat(n);
    let found = same("a.py", &old, &"f(a)\n".repeat(n)).unwrap();
    assert_eq!(found.heirs.len(), n);
    assert_eq!(found.joined.len(), n);
}

/// Files below a folder, as paths from it, in order.
fn files_below(
    folder: &std::path::Path,
    from: &std::path::Path,
    found: &mut Vec<String>,
) {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files_below(&path, from, found);
        } else {
            found.push(path.strip_prefix(from).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// For releases: `SLOPNEXUS_FORMS` names a folder with the folders `before` and `after`, of
/// which the second holds the files of the first as a formatter writes them. Prints which
/// lines of code the comparison of forms leaves as gone.
#[test]
#[ignore = "needs a folder of files in two forms, which SLOPNEXUS_FORMS names"]
#[expect(clippy::print_stderr, reason = "asked for by hand")]
fn real_files_that_a_formatter_wrote_lose_few_lines() {
    let folder = std::env::var_os("SLOPNEXUS_FORMS").expect("it names a folder");
    let folder = std::path::Path::new(&folder);
    let mut paths = Vec::new();
    files_below(&folder.join("before"), &folder.join("before"), &mut paths);
    let (mut n_files, mut n_lines, mut n_lost) = (0, 0, 0);
    for path in paths {
        let text = |form: &str| std::fs::read(folder.join(form).join(&path)).ok();
        let (Some(a), Some(b)) = (text("before"), text("after")) else { continue };
        let Some(language) = language_of(path.as_bytes()).filter(|_| a != b) else {
            continue;
        };
        (n_files, n_lines) = (n_files + 1, n_lines + lines(&a).len());
        let hunks = diff(&a, &b, WhiteSpace::Ignored, &mut DiffWork::default());
        let found = same_code(path.as_bytes(), &a, &b, &hunks);
        let parsed = crate::syntax::Parsers::new().read(language, &a);
        let stands = |line: &u32| {
            found.as_ref().is_some_and(|found| {
                let joined = found.joined.iter().map(|pair| pair.0);
                found
                    .heirs
                    .iter()
                    .map(|pair| pair.1)
                    .chain(joined)
                    .any(|old| old == *line)
            })
        };
        let is_code = |line: &u32| {
            matches!(parsed.kinds[*line as usize], LineKind::Code | LineKind::Import)
        };
        let went = hunks.iter().flat_map(|hunk| hunk.before.start..hunk.before.end);
        let lost: Vec<u32> = went.filter(is_code).filter(|line| !stands(line)).collect();
        n_lost += lost.len();
        if !lost.is_empty() {
            eprintln!("{path}: {} lost, same code: {}", lost.len(), found.is_some());
        }
    }
    eprintln!("{n_files} files, {n_lines} lines, {n_lost} lost");
}
