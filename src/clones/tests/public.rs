//! The same of functions of public repositories, and what functions that are unlike are
//! said to share. Run by hand, with folders that hold trees:
//!
//! ```sh
//! CLONES_TREE=/tmp/trees CLONES_EXTENSIONS=py cargo test --release --lib clones::tests::public -- --ignored --nocapture
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::injection::{Function, Missed, functions, parsed, recall};
use super::measure::Tree;
use super::mutations::{Change, TYPE_1, TYPE_2, TYPE_3};
use super::*;
use crate::clones::tokens::{renamed_key, tokens};

/// How many functions are changed, at equal distances from the first to the last.
const MOST_FUNCTIONS: usize = 1_000;

/// The texts of the tree that can be read.
fn texts() -> Vec<(String, String)> {
    let is_whole = |(path, text): &(String, String)| {
        let language = language_of(path.as_bytes());
        let mut parsers = Parsers::new();
        TokenStream::read(&mut parsers, language, text.as_bytes(), Preset::Default)
            .is_ok()
    };
    let files = Tree::of_environment().files.into_iter();
    let text = |(path, bytes, _): (String, Vec<u8>, _)| {
        Some((path, String::from_utf8(bytes).ok()?))
    };
    files.filter_map(text).filter(is_whole).collect()
}

#[test]
#[ignore = "reads the tree that CLONES_TREE names"]
fn copies_of_functions_of_a_tree_are_found() {
    let [one, two] = recalls([("type 1", &TYPE_1, 1), ("type 2", &TYPE_2, 1)]);
    assert!(one.of > 0 && two.of > 0);
    assert_eq!(one.found, one.of, "type 1");
    assert!(two.found * 100 >= two.of * 98, "type 2: {} of {}", two.found, two.of);
}

/// What is not looked for is told, and nothing asked of it.
#[test]
#[ignore = "reads the tree that CLONES_TREE names"]
fn copies_of_functions_of_a_tree_with_other_words_are_told() {
    let recalls = recalls([1, 3, 5].map(|n| ("type 3", &TYPE_3[..], n)));
    assert!(recalls.iter().all(|recall| recall.of > 0));
}

/// How many changed copies were found, of how many.
struct Recall {
    found: usize,
    of: usize,
}

fn recalls<const N: usize>(asked: [(&str, &[Change], usize); N]) -> [Recall; N] {
    let files = texts();
    let streams = parsed(&files);
    let found = functions(&files);
    let mut out = std::io::stderr();
    writeln!(
        out,
        "{} files; {} functions, {} more with too little to compare, {} that cannot be \
         taken out",
        files.len(),
        found.list.len(),
        found.n_short,
        found.n_odd
    )
    .unwrap();
    let step = found.list.len().div_ceil(MOST_FUNCTIONS).max(1);
    let functions: Vec<Function> = found.list.into_iter().step_by(step).collect();
    let texts_by_path: BTreeMap<&str, &str> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let told = |change: Change, n: usize| {
        let missed = recall(&streams, &functions, change, n);
        let mut reasons: BTreeMap<&str, (usize, String)> = BTreeMap::new();
        for one in &missed {
            let function = &functions[one.function];
            let (why, place) = why_missed(function, one, &texts_by_path);
            let place = format!("{}:{} {place}", function.path, function.lines.start + 1);
            let reason = reasons.entry(why).or_insert((0, String::new()));
            reason.0 += 1;
            if reason.0 <= 3 {
                reason.1 += &format!("\n        {place}");
            }
        }
        let (of, n_found) = (functions.len(), functions.len() - missed.len());
        let mut out = std::io::stderr();
        writeln!(out, "{change:?} x{n}: {n_found} of {of}").unwrap();
        for (why, (n, places)) in reasons {
            writeln!(out, "    {n} {why}{places}").unwrap();
        }
        missed.len()
    };
    asked.map(|(name, changes, n)| {
        let n_missed: usize = changes.iter().map(|&change| told(change, n)).sum();
        let of = changes.len() * functions.len();
        let recall = Recall { found: of - n_missed, of };
        writeln!(std::io::stderr(), "{name} x{n}: {} of {of}", recall.found).unwrap();
        recall
    })
}

/// The tokens of some lines of a text, before what repeats is left out and after.
fn tokens_of(path: &str, text: &str, lines: &Range<u32>) -> [Vec<(u64, u32)>; 2] {
    let words = Parsers::new().lexemes(language_of(path.as_bytes()), text.as_bytes());
    let all = tokens(&words.list, text.as_bytes(), renamed_key);
    let all = all.iter().map(|token| (token.key, token.line));
    let stream = file_of(path, text, Preset::Default).stream;
    let left = stream.keys.iter().copied().zip(stream.lines.iter().copied());
    let is_wanted = |(_, line): &(u64, u32)| lines.contains(line);
    [all.filter(is_wanted).collect(), left.filter(is_wanted).collect()]
}

/// Why a copy was not found, and where it begins to differ.
fn why_missed(
    function: &Function,
    copy: &Missed,
    texts: &BTreeMap<&str, &str>,
) -> (&'static str, String) {
    let text = texts[function.path.as_str()];
    let here = tokens_of(&function.path, text, &function.lines);
    let there = tokens_of(&function.path, &copy.text, &copy.lines);
    let line = |text: &str, at: Option<&(u64, u32)>| {
        let line = at.and_then(|(_, line)| text.lines().nth(*line as usize));
        line.unwrap_or_default().trim().to_owned()
    };
    let words = ["its words differ", "what repeats differs"];
    for (why, (one, two)) in words.into_iter().zip(here.iter().zip(&there)) {
        let pairs = one.iter().map(|it| it.0).zip(two.iter().map(|it| it.0));
        let same = pairs.take_while(|(one, two)| one == two).count();
        if same < one.len().max(two.len()) {
            let lines = [line(text, one.get(same)), line(&copy.text, two.get(same))];
            let of = one.len();
            return (why, format!("after {same} of {of}: {lines:?}"));
        }
    }
    ("its tokens are the same", format!("{}", here[1].len()))
}

/// All sequences of this many tokens of a function, before what repeats is left out.
fn grams(function: &Function, n: usize) -> Option<BTreeSet<Vec<u64>>> {
    let bytes = function.text.as_bytes();
    let language = language_of(function.path.as_bytes());
    let words = Parsers::new().lexemes(language, bytes).list;
    let tokens = tokens(&words, bytes, renamed_key);
    let keys: Vec<u64> = tokens.iter().map(|token| token.key).collect();
    let all: BTreeSet<Vec<u64>> = keys.windows(n).map(<[u64]>::to_vec).collect();
    // One that repeats itself would be like itself.
    (all.len() + n == keys.len() + 1).then_some(all)
}

#[test]
#[ignore = "reads the tree that CLONES_TREE names"]
fn functions_of_a_tree_that_share_fewer_than_forty_tokens_are_no_clones() {
    const MOST_COMMON: usize = 40;
    let mut known: BTreeSet<Vec<u64>> = BTreeSet::new();
    let mut index = Index::new(Preset::Default);
    let mut n_functions = 0;
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for function in functions(&texts()).list {
        let Some(grams) = grams(&function, MOST_COMMON) else { continue };
        if !known.is_disjoint(&grams) {
            continue;
        }
        known.extend(grams);
        n_functions += 1;
        let (_, extension) = function.path.rsplit_once('.').unwrap();
        let path = format!("{n_functions:05}.{extension}");
        let file = file_of(&path, &function.text, Preset::Default);
        let place = format!("{}:{}", function.path, function.lines.start + 1);
        places.insert(path.clone(), place);
        index.insert(path.as_bytes(), file);
    }
    let found = index.duplication();
    writeln!(
        std::io::stderr(),
        "{n_functions} functions, {} tokens, {} classes",
        index.n_tokens(),
        found.classes.len()
    )
    .unwrap();
    for it in found.classes.iter().flat_map(|class| &class.instances) {
        let path = String::from_utf8_lossy(found.files[it.file as usize].bytes());
        writeln!(std::io::stderr(), "{}:{:?}", places[path.as_ref()], it.lines).unwrap();
    }
    assert!(n_functions > 0);
    assert_eq!(found.classes, []);
}
