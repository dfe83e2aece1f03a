//! Tests of reformatting: what formatters do is form, and anything else is not.

use super::*;
use crate::lines::diff::{DiffWork, WhiteSpace, diff};

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
