//! Pairs of texts: what a formatter of each language does leaves the tokens equal, and what
//! changes the meaning does not.

use crate::syntax::{CodeToken, code_tokens, language_of};

/// What a text says, `None` if it cannot be parsed without errors.
fn hashes(path: &str, text: &str) -> Option<Vec<u64>> {
    let language = language_of(path.as_bytes()).unwrap();
    let tokens: Vec<CodeToken> = code_tokens(language, text.as_bytes())?;
    Some(tokens.iter().map(|token| token.hash).collect())
}

#[track_caller]
fn check_form(path: &str, pairs: &[(&str, &str)]) {
    for (one, two) in pairs {
        assert!(hashes(path, one).is_some(), "{path}: {one}");
        assert_eq!(hashes(path, one), hashes(path, two), "{path}: {one}\n---\n{two}");
    }
}

#[track_caller]
fn check_meaning(path: &str, pairs: &[(&str, &str)]) {
    for (one, two) in pairs {
        let (first, second) = (hashes(path, one), hashes(path, two));
        let is_same = first.is_some() && first == second;
        assert!(!is_same, "{path}: {one}\n---\n{two}");
    }
}

const SCRIPTS: [&str; 4] = ["a.js", "a.jsx", "a.ts", "a.tsx"];

#[test]
fn what_prettier_does_is_form() {
    let pairs = [
        ("const a = 'b'\n", "const a = \"b\";\n"),
        ("a = 'it\\'s'\n", "a = \"it's\";\n"),
        ("f(a,\n  b)\n", "f(\n  a,\n  b,\n);\n"),
        ("x = {a:1,b:[1,2]}", "x = {\n  a: 1,\n  b: [1, 2],\n};\n"),
        ("f(x => x + 1)", "f((x) => x + 1);"),
        ("f(async x => { return x })", "f(async (x) => {\n  return x;\n});\n"),
        ("if ((a)) b = (c.d)", "if (a) b = c.d;"),
        ("a = 0XFF + 1E5", "a = 0xff + 1e5;"),
        ("import {a,b} from 'c'", "import { a, b } from \"c\";\n"),
        (
            "return_ = function() { return (a && b) }",
            "return_ = function () {\n  return a && b;\n};",
        ),
        ("a = b\n  .c()\n  .d()", "a = b.c().d();"),
        ("a = b ? c : d", "a = b\n  ? c\n  : d;\n"),
        ("class A { b() {} c = 1\n }", "class A {\n  b() {}\n  c = 1;\n}\n"),
        ("let a = 1 // b\n", "// b, c\nlet a = 1;\n"),
        ("a()\n;[1].map(f)", "a();\n[1].map(f);"),
        ("var {a,b}=c\nfor(;;){break}", "var { a, b } = c;\nfor (;;) {\n  break;\n}\n"),
    ];
    for path in SCRIPTS {
        check_form(path, &pairs);
    }
    let tags = [
        ("a = <b c='d'>e</b>", "a = <b c=\"d\">e</b>;\n"),
        ("a = () => <b>e f</b>", "a = () => (\n  <b>\n    e\n    f\n  </b>\n);\n"),
    ];
    check_form("a.jsx", &tags);
    check_form("a.tsx", &tags);
    let types = [
        (
            "interface A { b: string, c(): void }",
            "interface A {\n  b: string;\n  c(): void;\n}\n",
        ),
        (
            "type A = { b: 1 }\nlet c = (d: A) => d",
            "type A = { b: 1 };\nlet c = (d: A) => d;\n",
        ),
        ("enum A { B, C }", "enum A {\n  B,\n  C,\n}\n"),
        (
            "let a: Map<b,c> = f<d>(x => x as any)",
            "let a: Map<b, c> = f<d>((x) => x as any);",
        ),
    ];
    check_form("a.ts", &types);
    check_form("a.tsx", &types);
}

#[test]
fn what_changes_the_meaning_of_javascript_is_not_form() {
    let pairs = [
        ("x = (a + b) * c", "x = a + b * c"),
        ("x = a - (b - c)", "x = a - b - c"),
        ("x = 'a  b'", "x = 'a b'"),
        ("x = 'a\\nb'", "x = 'anb'"),
        ("x = `a  b`", "x = `a b`"),
        ("x = `a ${b}`", "x = `a${b}`"),
        ("x = / a/", "x = /a/"),
        ("function f() { return\nx }", "function f() { return x }"),
        ("function f() { return x }", "function f() { return; x }"),
        ("for (;;) { break\na }", "for (;;) { break; }"),
        ("a\n++b", "a++\nb"),
        ("a\n++\nb", "a++\nb"),
        ("a = b\n(c)", "a = b;\n(c)"),
        ("a = b\n[c]", "a = b;\n[c]"),
        ("a = b\n/c/d", "a = b;\n/c/d"),
        ("a = b\n-c", "a = b;\n-c"),
        ("a = b\n`c`", "a = b;\n`c`"),
        ("x = [a,,]", "x = [a,]"),
        ("x = [,]", "x = []"),
        ("x = [,a]", "x = [a]"),
        ("(a?.b).c", "a?.b.c"),
        ("(a?.b)()", "a?.b()"),
        ("'use strict'", "('use strict')"),
        ("x = () => {}", "x = () => ({})"),
        ("new (a())()", "new a()()"),
        ("new (a.b().c)()", "new a.b().c()"),
        ("if (a);\nb", "if (a) b"),
        ("while (a) { b; c }", "while (a) { b } c"),
        ("if (a) { if (b) c; else d }", "if (a) { if (b) c } else d"),
        ("async\nfunction f() {}", "async function f() {}"),
        ("f((a, b))", "f(a, b)"),
        ("for (a;;b);", "for (;a;b);"),
        ("for (let a;b;);", "for (let a;;b);"),
        ("x = a ? (b, c) : d", "x = a ? b : d"),
        ("class A { get\nb() {} }", "class A { get; b() {} }"),
        ("class A { a\n[b] = 1 }", "class A { a; [b] = 1 }"),
        ("import a, { b } from 'c'", "import { a, b } from 'c'"),
        ("a = b /* c */ / d", "a = b"),
        ("x = (a) => a", "x = ({ a }) => a"),
        ("x = a ** (b ** c)", "x = (a ** b) ** c"),
        ("x = !(a in b)", "x = !a in b"),
        ("x = { 'a': 1 }", "x = { ['a']: 1 }"),
    ];
    for path in SCRIPTS {
        check_meaning(path, &pairs);
    }
    let tags = [
        ("a = <b>c d</b>", "a = <b>cd</b>"),
        ("a = <b>c  d</b>", "a = <b>c d</b>"),
        ("a = <b>c {d}</b>", "a = <b>c{d}</b>"),
        ("a = <b>c {d}</b>", "a = <b>c\n{d}</b>"),
        ("a = <b c=\"d\\'e\" />", "a = <b c=\"d'e\" />"),
        ("a = <b> </b>", "a = <b></b>"),
    ];
    check_meaning("a.jsx", &tags);
    check_meaning("a.tsx", &tags);
    let types = [
        ("let a: (B | C)[]", "let a: B | C[]"),
        ("let a = (b as C).d", "let a = b as C.d"),
        ("let a = b!\nc", "let a = b\n!c"),
        ("let a: [b, c?]", "let a: [b, c]"),
    ];
    check_meaning("a.ts", &types);
}

#[test]
fn every_language_has_rules() {
    for language in crate::syntax::LANGUAGES {
        assert!(super::rules_of(language.name).is_some(), "{}", language.name);
    }
}

#[test]
fn what_formatters_of_other_languages_do_is_form() {
    check_form(
        "a.go",
        &[
            (
                "package a\nfunc f(){a:=1;b(a,2);return}\n",
                "package a\n\nfunc f() {\n\ta := 1\n\tb(a, 2)\n\treturn\n}\n",
            ),
            (
                "package a\nimport(\"c\"\n\"b\")\n",
                "package a\n\nimport (\n\t\"b\"\n\t\"c\"\n)\n",
            ),
            (
                "package a\nvar x = f(a, b)\n",
                "package a\n\n// Doc.\nvar x = f(\n\ta,\n\tb,\n)\n",
            ),
            (
                "package a\nfunc f() { if (a) { b() } }",
                "package a\n\nfunc f() {\n\tif a {\n\t\tb()\n\t}\n}\n",
            ),
            (
                "package a\ntype A struct{b int;c int}\nvar d=0XF\n",
                "package a\n\ntype A struct {\n\tb int\n\tc int\n}\n\nvar d = 0xF\n",
            ),
        ],
    );
    check_form(
        "a.java",
        &[
            (
                "import b.B;import a.A;class C{int f(int a,int b){return a;}}",
                "import a.A;\nimport b.B;\n\n/** Doc. */\nclass C {\n  int f(\n      int a, int b) {\n    return a;\n  }\n}\n",
            ),
            (
                "class A { int[] b = {1,2}; }",
                "class A {\n  int[] b = {\n    1, 2,\n  };\n}\n",
            ),
            ("enum A { B, C }", "enum A {\n  B,\n  C,\n}\n"),
        ],
    );
    for path in ["a.c", "a.cpp"] {
        check_form(
            path,
            &[
                (
                    "int f(int a){if(a)return 1;return g(a,b);}",
                    "int\nf(int a)\n{\n\tif (a)\n\t\treturn 1;\n\treturn g(a,\n\t         b); // c\n}\n",
                ),
                ("int a[]={1,2};char*b;", "int a[] = {\n    1,\n    2,\n};\nchar *b;\n"),
                ("#ifdef A\n  int a;\n#endif\n", "#ifdef A\nint a;\n\n#endif\n"),
            ],
        );
    }
    check_form(
        "a.cs",
        &[(
            "using B;using A;class C{int[] D={1,2};void E(){F(1,2);}}",
            "using A;\nusing B;\n\nclass C\n{\n    int[] D = {\n        1,\n        2,\n    };\n\n    void E()\n    {\n        F(1,\n            2);\n    }\n}\n",
        )],
    );
    check_form(
        "a.php",
        &[(
            "<?php\nfunction f($a){return [1,2];}",
            "<?php\n\n// c\nfunction f($a)\n{\n    return [\n        1,\n        2,\n    ];\n}\n",
        )],
    );
    let indented = [
        (
            "a.rb",
            "def f(a)\nif a\nb 1\nend\nend\n",
            "def f(a)\n  # c\n  if a\n    b 1\n\n  end\nend\n",
        ),
        (
            "a.sh",
            "f() {\nif a; then\nb  c\nfi\n}\n",
            "f() {\n  if a; then # c\n    b  c\n\n  fi\n}\n",
        ),
        (
            "a.kt",
            "fun f() {\nif (a) {\nb()\n}\n}\n",
            "fun f() {\n    if (a) {\n        // c\n        b()\n    }\n}\n",
        ),
        (
            "a.swift",
            "func f() {\nif a {\nb()\n}\n}\n",
            "func f() {\n  if a {\n    // c\n    b()\n  }\n}\n",
        ),
        (
            "a.scala",
            "class A {\ndef f = {\nb(1)\n}\n}\n",
            "class A {\n  def f = {\n    // c\n    b(1)\n  }\n}\n",
        ),
    ];
    for (path, one, two) in indented {
        check_form(path, &[(one, two)]);
    }
}

#[test]
fn what_changes_the_meaning_of_go_is_not_form() {
    let in_function = |body: &str| format!("package a\nfunc f() {{\n{body}\n}}\n");
    for (one, two) in [
        ("x = (a + b) * c", "x = a + b * c"),
        ("x = a - (b - c)", "x = a - b - c"),
        ("return\nx", "return x"),
        ("break\nL", "break L"),
        ("f\n(x)", "f(x)"),
        ("x = a\n-b", "x = a - b"),
        ("x = (*T)(a)", "x = *T(a)"),
        ("x = \"a  b\"", "x = \"a b\""),
        ("x = `a\n  b`", "x = `a\nb`"),
        ("x = \"a\\n\"", "x = \"an\""),
        ("x = 'a'", "x = \"a\""),
        ("for a; b; {}", "for ; a; b {}"),
        ("for a; ; {}", "for ; a; {}"),
        ("if a {\n b\n c\n}", "if a {\n b\n}\nc"),
        ("x = a[b:]", "x = a[:b]"),
        ("f(a...)", "f(a)"),
        ("if a := b; c {}", "if c {}"),
    ] {
        check_meaning("a.go", &[(&in_function(one), &in_function(two))]);
    }
    check_meaning(
        "a.go",
        &[
            ("package a\nimport b \"c\"\n", "package a\nimport \"c\"\n"),
            ("package a\nfunc f() (a, b int)\n", "package a\nfunc f() (a int)\n"),
        ],
    );
}

#[test]
fn what_changes_the_meaning_of_languages_of_the_family_of_c_is_not_form() {
    let pairs = [
        ("x = (a + b) * c;", "x = a + b * c;"),
        ("x = \"a  b\";", "x = \"a b\";"),
        ("x = \"a\\n\";", "x = \"an\";"),
        ("x = 'a';", "x = 'b';"),
        ("if (a) { b(); c(); }", "if (a) { b(); } c();"),
        ("if (a); b();", "if (a) b();"),
        ("if (a) { if (b) c(); else d(); }", "if (a) { if (b) c(); } else d();"),
        ("x = a - -b;", "x = a-- - b;"),
        ("x = a ? (b ? c : d) : e;", "x = a ? b : (c ? d : e);"),
    ];
    for (one, two) in pairs {
        let java = |body: &str| format!("class A {{ void f() {{ {body} }} }}");
        let c = |body: &str| format!("void f(void) {{ {body} }}");
        check_meaning("a.java", &[(&java(one), &java(two))]);
        check_meaning("a.cs", &[(&java(one), &java(two))]);
        check_meaning("a.c", &[(&c(one), &c(two))]);
        check_meaning("a.cpp", &[(&c(one), &c(two))]);
        // Names without a dollar are constants, which may be computed with as well.
        let php =
            |body: &str| format!("<?php function f() {{ {} }}", body.replace('x', "$x"));
        check_meaning("a.php", &[(&php(one), &php(two))]);
    }
    for path in ["a.c", "a.cpp"] {
        check_meaning(
            path,
            &[
                ("#define A(b) \\\n  c\n", "#define A(b)\n  c\n"),
                ("#define A b\n", "#define A\nb\n"),
                ("#define A(b) c\n", "#define A(b)\nc\n"),
                ("#define A (b)\n", "#define A(b)\n"),
                ("#define A b\nint c;\n", "#define A b int c;\n"),
                ("#define A b \\\n  c\n", "#define A b\nc\n"),
                ("int a = (max)(b, c);", "int a = max(b, c);"),
                ("#if A\nint a;\n#endif\nint b;\n", "#if A\nint a;\nint b;\n#endif\n"),
                ("char *a = \"b\" \"c\";", "char *a = \"b c\";"),
                ("// a \\\nint b;\n", "// a\nint b;\n"),
            ],
        );
    }
    check_meaning(
        "a.java",
        &[
            (
                "class A { String b = \"\"\"\n  c\n  \"\"\"; }",
                "class A { String b = \"\"\"\n  c\n\"\"\"; }",
            ),
            ("class A { int b; int c; }", "class A { int c; int b; }"),
        ],
    );
    check_meaning(
        "a.cs",
        &[
            (
                "class A {\n#if B\nint c;\n#endif\nint d;\n}\n",
                "class A {\n#if B\nint c;\nint d;\n#endif\n}\n",
            ),
            (
                "class A {\n#pragma warning disable\nint c;\n}\n",
                "class A {\n#pragma warning restore\nint c;\n}\n",
            ),
            ("class A { string b = $\"{ c}\"; }", "class A { string b = $\"{c} \"; }"),
        ],
    );
    check_meaning(
        "a.php",
        &[
            ("<?php a(); ?>\n<b> c</b>\n", "<?php a(); ?>\n<b>c</b>\n"),
            ("<?php [$a, , $b] = $c;", "<?php [$a, $b] = $c;"),
            ("<?php $a = <<<B\n  c\n  B;\n", "<?php $a = <<<B\n  c\nB;\n"),
        ],
    );
}

#[test]
fn what_changes_the_meaning_where_white_space_says_something_is_not_form() {
    check_meaning(
        "a.rb",
        &[
            ("foo [1]", "foo[1]"),
            ("a -b", "a - b"),
            ("a\n-b", "a -b"),
            ("return\nx", "return x"),
            ("p (a).b", "p(a).b"),
            ("x = <<A\n b\nA\n", "x = <<A\nb\nA\n"),
            ("x = %w[a b]", "x = %w[ab]"),
            ("x = 'a\\n'", "x = \"a\\n\""),
            ("x = \"a  b\"", "x = \"a b\""),
            ("a, = b", "a = b"),
            ("f { |a,| a }", "f { |a| a }"),
            ("if a\n b\n c\nend", "if a\n b\nend\nc"),
        ],
    );
    check_meaning(
        "a.sh",
        &[
            ("a=b c\n", "a=bc\n"),
            ("echo a\n", "echo 'a'\n"),
            ("echo \"a  b\"\n", "echo \"a b\"\n"),
            ("echo ${a:-b  c}\n", "echo ${a:-b c}\n"),
            ("echo ${a:-b\n  c}\n", "echo ${a:-b\nc}\n"),
            ("cat <<A\n b\nA\n", "cat <<A\nb\nA\n"),
            ("cat <<A\n$b  $c\nA\n", "cat <<A\n$b $c\nA\n"),
            ("a\nb\n", "a b\n"),
            ("a & b\n", "a && b\n"),
            ("echo a\\\nb\n", "echo a\nb\n"),
            ("if a; then b; fi\nc\n", "if a; then b; c; fi\n"),
            ("[[ a =~ b\\ c ]]\n", "[[ a =~ b\\  c ]]\n"),
        ],
    );
    check_meaning(
        "a.kt",
        &[
            ("fun f(): Int {\n return\n x\n}\n", "fun f(): Int {\n return x\n}\n"),
            ("fun f() {\n x = a\n -b\n}\n", "fun f() {\n x = a - b\n}\n"),
            ("val a = \"b  c\"\n", "val a = \"b c\"\n"),
            ("val a = (b + c) * d\n", "val a = b + c * d\n"),
        ],
    );
    check_meaning(
        "a.swift",
        &[
            ("let a = b -c\n", "let a = b - c\n"),
            ("func f() {\n return\n x\n}\n", "func f() {\n return x\n}\n"),
            ("let a = \"b  c\"\n", "let a = \"b c\"\n"),
            ("let a = \"\"\"\n  b\n  \"\"\"\n", "let a = \"\"\"\n  b\n\"\"\"\n"),
            ("let a = (b + c) * d\n", "let a = b + c * d\n"),
        ],
    );
    check_meaning(
        "a.scala",
        &[
            ("def f =\n  a\n  b\n", "def f =\n  a\nb\n"),
            (
                "def f =\n  if a then\n    b\n  c\n",
                "def f =\n  if a then\n    b\n    c\n",
            ),
            ("val a = \"\"\"b\n  c\"\"\"\n", "val a = \"\"\"b\nc\"\"\"\n"),
            ("val a = (b + c) * d\n", "val a = b + c * d\n"),
            ("val a = s\"b  $c\"\n", "val a = s\"b $c\"\n"),
        ],
    );
}

/// Whether a character of a sample says nothing: a comma at the end of a list, or part of
/// a comment beside code.
fn is_idle(sample: &str, at: usize) -> bool {
    let line = sample[..at].rfind('\n').map_or(0, |feed| feed + 1);
    let here = &sample[at..];
    // With the character itself and the next: it may begin the comment.
    let before = &sample[line..(at + 2).min(sample.len())];
    let rest = here[1..].trim_start();
    let ends_list =
        here.starts_with(',') && rest.starts_with([')', ']', '}', '>', '/', '#']);
    let in_comment = ["//", "/*", "#"].iter().any(|mark| before.contains(mark));
    ends_list || in_comment
}

#[test]
fn a_character_less_is_no_form_but_for_commas_at_an_end_and_comments() {
    use crate::syntax::{LanguageId, LineKind, Parsers};
    for id in LanguageId::all() {
        let language = id.language();
        let path = format!("a.{}", language.extensions[0]);
        let sample = crate::syntax::tests::sample(id);
        let kinds = Parsers::new().read(id, sample.as_bytes()).kinds;
        let whole = hashes(&path, &sample);
        assert!(whole.is_some(), "{}", language.name);
        for (at, character) in sample.char_indices().step_by(10) {
            let kind = kinds[sample[..at].matches('\n').count().min(kinds.len() - 1)];
            let is_code = matches!(kind, LineKind::Code | LineKind::Data);
            if character.is_ascii_whitespace() || !is_code || is_idle(&sample, at) {
                continue;
            }
            let less = [&sample[..at], &sample[at + character.len_utf8()..]].concat();
            assert_ne!(
                hashes(&path, &less),
                whole,
                "{}: {}",
                language.name,
                &sample[at..]
            );
        }
    }
}
