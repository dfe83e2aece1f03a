use super::*;

fn parsed(text: &str) -> AttributeFile {
    AttributeFile::parse(text.as_bytes(), b".gitattributes", &mut Gaps::default())
}

/// What one file at the root says of `a` for a path.
fn says(text: &str, path: &str) -> Option<State> {
    let file = parsed(text);
    let known = attributes_of(&[(b"", &file)], path.as_bytes());
    known.get(b"a".as_slice()).map(|state| (*state).clone())
}

#[test]
fn the_last_line_that_fits_wins() {
    assert_eq!(says("*.c a\nb.c -a\n", "x/b.c"), Some(State::Unset));
    assert_eq!(says("b.c -a\n*.c a\n", "x/b.c"), Some(State::Set));
    assert_eq!(says("*.c a=1 a=2\n", "b.c"), Some(State::Value(b"2".to_vec())));
    assert_eq!(says("*.c b\n", "b.c"), None);
}

#[test]
fn stars_stay_in_a_folder_and_two_of_them_do_not() {
    let table = [
        ("/x/*.c", "x/y.c", true),
        ("/x/*.c", "x/y/z.c", false),
        ("x/**", "x/y/z.c", true),
        ("**/y/*.c", "y/z.c", true),
        ("x/**/z.c", "x/z.c", true),
        ("x/**/z.c", "x/1/2/z.c", true),
        ("x**z.c", "x/z.c", false),
        ("*.pb.*", "x/y.pb.go", true),
        ("y/z.c", "x/y/z.c", false),
        ("x/", "x/y.c", false),
        ("!x", "x", false),
        (r"\!x", "!x", true),
        ("[[:digit:]][!a-c]", "4d", true),
        ("[[:digit:]][!a-c]", "4b", false),
        ("[[:odd:]]", "o", false),
        ("[]a]", "]", true),
        (r#""x y""#, "x y", true),
        (r#""\170""#, "x", true),
    ];
    for (pattern, path, fits) in table {
        let found = says(&format!("{pattern} a\n"), path);
        assert_eq!(found, fits.then_some(State::Set), "{pattern} {path}");
    }
}

#[test]
fn a_macro_stands_for_what_it_says_unless_it_is_known_already() {
    let text = "[attr]m a=1 -b\n*.c m\nx.c -m\n";
    assert_eq!(says(text, "y.c"), Some(State::Value(b"1".to_vec())));
    assert_eq!(says(text, "x.c"), None);
}

#[test]
fn deeper_files_say_more_and_only_the_root_makes_macros() {
    let root = parsed("*.c a\n");
    let deep = parsed("[attr]m -a\n*.c m\n/z.c -a\n");
    let files: [(&[u8], &AttributeFile); 2] = [(b"", &root), (b"x", &deep)];
    let of =
        |path: &[u8]| attributes_of(&files, path).get(b"a".as_slice()).copied().cloned();
    assert_eq!(of(b"x/y.c"), Some(State::Set));
    assert_eq!(of(b"x/z.c"), Some(State::Unset));
    assert_eq!(of(b"z.c"), Some(State::Set));
}

#[test]
fn a_line_with_a_word_that_is_no_attribute_says_nothing() {
    for line in ["*.c a ä", "*.c a =1", "*.c a --b", "*.c a builtin_x", "# *.c a"] {
        assert_eq!(says(&format!("{line}\n"), "b.c"), None, "{line}");
    }
    assert_eq!(says(&format!("*.c a {}\n", "b ".repeat(1_100)), "b.c"), None);
}

#[test]
fn what_lies_beyond_the_limits_is_counted() {
    let mut gaps = Gaps::default();
    let limit = usize::try_from(ATTRIBUTE_RULES.value).unwrap();
    let text = "*.c a\n".repeat(limit + 3);
    AttributeFile::parse(text.as_bytes(), b".gitattributes", &mut gaps);
    assert_eq!(gaps.list()[0].count, 3);
    let limit = usize::try_from(CONTROL_FILE_BYTES.value).unwrap();
    let mut gaps = Gaps::default();
    let file =
        AttributeFile::parse(&vec![b'\n'; limit + 1], b"x/.gitattributes", &mut gaps);
    assert!(file.rules.is_empty() && gaps.list().len() == 1);
}

#[test]
fn a_hostile_pattern_takes_no_longer_than_another() {
    let pattern = "a*".repeat(1_000);
    let file = parsed(&format!("{pattern}b x\n**/{}c x\n", "*a/**/".repeat(300)));
    let path = "a".repeat(3_000);
    assert!(attributes_of(&[(b"", &file)], path.as_bytes()).is_empty());
    let path = "a/".repeat(2_000);
    assert!(attributes_of(&[(b"", &file)], path.as_bytes()).is_empty());
}
