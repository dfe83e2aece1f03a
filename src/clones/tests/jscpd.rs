//! Blocks that jscpd reports of a tree, and what is said of them here. Run by hand, with
//! its report of the same folder:
//!
//! ```sh
//! jscpd --mode weak -k 50 -l 5 -x 100000 -z 10mb -f python -r json -o /tmp/out /tmp/tree
//! CLONES_TREE=/tmp/tree CLONES_EXTENSIONS=py CLONES_JSCPD=/tmp/out/jscpd-report.json \
//!     cargo test --release --lib clones::tests::jscpd -- --ignored --nocapture
//! ```

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::Value;

use super::measure::Tree;
use super::*;
use crate::clones::classes::{common_prefix, common_suffix};
use crate::clones::collapse::collapse;
use crate::clones::tokens::{renamed_key, tokens};
use crate::syntax::Lexeme;

/// A file with the words that are compared of it.
struct Read {
    text: Vec<u8>,
    /// All words but comments, as a plain reader sees them.
    all: Vec<Lexeme>,
    /// Without tables, imports and the like.
    kept: Vec<Lexeme>,
    stream: Arc<TokenStream>,
    /// For each token of the stream the byte it begins at.
    starts: Vec<u32>,
}

impl Read {
    fn of(path: &str, text: &[u8]) -> Option<Self> {
        let language = language_of(path.as_bytes());
        let mut parsers = Parsers::new();
        let stream = TokenStream::read(&mut parsers, language, text, Preset::Default);
        let stream = Arc::new(stream.ok()?);
        let kept = parsers.lexemes(language, text).list;
        let numbered: Vec<Lexeme> =
            kept.iter().map(|word| Lexeme { line: word.start, ..*word }).collect();
        let mut left = tokens(&numbered, text, renamed_key);
        collapse(&mut left, Preset::Default.rule().tokens - 1);
        let starts: Vec<u32> = left.iter().map(|token| token.line).collect();
        assert_eq!(starts.len(), stream.n_tokens());
        let all = parsers.lexemes(None, text).list;
        Some(Self { text: text.to_vec(), all, kept, stream, starts })
    }

    /// The byte at a line from 1 and a column from 0, in characters.
    fn byte(&self, place: &Value, first_column: usize) -> u32 {
        let number = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
        let (line, column) = (number("line") - 1, number("column"));
        let mut lines = self.text.split_inclusive(|&byte| byte == b'\n');
        let before: usize = lines.by_ref().take(line).map(<[u8]>::len).sum();
        let line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let ahead = line.chars().take(column.saturating_sub(first_column));
        len_to_u32(before + ahead.map(char::len_utf8).sum::<usize>())
    }

    /// The line of a byte, from 0.
    fn line(&self, byte: u32) -> u32 {
        let before = &self.text[..self.text.len().min(byte as usize)];
        len_to_u32(before.iter().filter(|&&byte| byte == b'\n').count())
    }

    fn tokens_in(&self, bytes: &Range<u32>) -> Range<usize> {
        let at = |byte| self.starts.partition_point(|&start| start < byte);
        at(bytes.start)..at(bytes.end)
    }
}

fn words_in(list: &[Lexeme], bytes: &Range<u32>) -> usize {
    list.iter().filter(|word| bytes.contains(&word.start)).count()
}

/// The longest sequence that two have in common: where it begins, and its length.
fn longest_common(one: &[u64], two: &[u64]) -> (usize, usize, usize) {
    let mut best = (0, 0, 0);
    let mut before = vec![0; two.len() + 1];
    for (at, key) in one.iter().enumerate() {
        let mut row = vec![0; two.len() + 1];
        for (of, _) in two.iter().enumerate().filter(|(_, other)| *other == key) {
            let length: usize = before[of] + 1;
            row[of + 1] = length;
            if length > best.2 {
                best = (at + 1 - length, of + 1 - length, length);
            }
        }
        before = row;
    }
    best
}

/// Whether what two places of one file have in common overlaps itself as soon as it is
/// made as long as it can be: then there are no two whole places of it.
fn overlaps_itself(
    sides: &[(String, Range<u32>); 2],
    [one, two]: [&Read; 2],
    common: &[Range<usize>; 2],
) -> bool {
    let (keys, [here, there]) = (&one.stream.keys, common);
    let ahead = common_prefix(&keys[here.end..], &two.stream.keys[there.end..]);
    let before = common_suffix(&keys[..here.start], &two.stream.keys[..there.start]);
    sides[0].0 == sides[1].0
        && here.start.abs_diff(there.start) < before + here.len() + ahead
}

/// Why a block is reported there, and what is said of it here.
fn judged(
    reads: &BTreeMap<String, Read>,
    found: &BTreeMap<String, Vec<(usize, Range<u32>)>>,
    sides: &[(String, Range<u32>); 2],
) -> &'static str {
    let rule = Preset::Default.rule();
    let Some([one, two]) = sides
        .each_ref()
        .map(|(path, _)| reads.get(path))
        .into_iter()
        .collect::<Option<Vec<_>>>()
        .and_then(|both| <[&Read; 2]>::try_from(both).ok())
    else {
        return "file not compared: generated, vendored, data, or too large";
    };
    let ranges = [one.tokens_in(&sides[0].1), two.tokens_in(&sides[1].1)];
    let keys =
        |read: &Read, range: &Range<usize>| read.stream.keys[range.clone()].to_vec();
    let (at, of, n) = longest_common(&keys(one, &ranges[0]), &keys(two, &ranges[1]));
    let common = [
        ranges[0].start + at..ranges[0].start + at + n,
        ranges[1].start + of..ranges[1].start + of + n,
    ];
    let lines =
        |read: &Read, range: &Range<usize>| read.stream.lines_of(range.clone()).count();
    let n_lines = lines(one, &common[0]).min(lines(two, &common[1]));
    if n >= rule.tokens && n_lines >= rule.lines as usize {
        let sides_lines = [one, two].into_iter().zip(&common);
        let classes: Vec<Vec<usize>> = sides_lines
            .zip(sides)
            .map(|((read, range), (path, _))| {
                let wanted: Vec<u32> = read.stream.lines_of(range.clone()).collect();
                let here = found.get(path).into_iter().flatten();
                here.filter(|(_, lines)| wanted.iter().all(|line| lines.contains(line)))
                    .map(|(class, _)| *class)
                    .collect()
            })
            .collect();
        let is_found = classes[0].iter().any(|class| classes[1].contains(class));
        let is_found_in_parts = [one, two].into_iter().zip(&common).zip(sides).all(
            |((read, range), (path, _))| {
                let here = || found.get(path).into_iter().flatten();
                let mut lines = read.stream.lines_of(range.clone());
                lines.all(|line| here().any(|(_, lines)| lines.contains(&line)))
            },
        );
        return match (is_found, is_found_in_parts) {
            (true, _) => "covered",
            (_, true) if overlaps_itself(sides, [one, two], &common) => {
                "covered by several pieces: it overlaps itself, made as long as it can be"
            }
            (false, true) => "not covered by one class, and does not overlap itself",
            (false, false) => "not covered",
        };
    }
    let least = |count: &dyn Fn(&Read, &Range<u32>) -> usize| {
        count(one, &sides[0].1).min(count(two, &sides[1].1))
    };
    let all = least(&|read, bytes| words_in(&read.all, bytes));
    let kept = least(&|read, bytes| words_in(&read.kept, bytes));
    if n >= rule.tokens {
        "fewer than 5 whole countable lines"
    } else if all < rule.tokens {
        "fewer than 50 words: jscpd counts more tokens"
    } else if kept < rule.tokens {
        "fewer than 50 words without imports, tables, documentation and attributes"
    } else if ranges[0].len().min(ranges[1].len()) < rule.tokens {
        "fewer than 50 words without repetition"
    } else {
        "fewer than 50 words in a row are alike: what is left out differs"
    }
}

#[test]
#[ignore = "reads the tree and the report that CLONES_TREE and CLONES_JSCPD name"]
fn blocks_of_another_program_are_covered_or_explained() {
    let report = std::env::var("CLONES_JSCPD").expect("CLONES_JSCPD names a report");
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let tree = Tree::of_environment();
    let (index, _) = tree.index(Preset::Default);
    let duplication = index.searched(usize::MAX);
    assert!(duplication.gaps.is_empty());
    let mut found: BTreeMap<String, Vec<(usize, Range<u32>)>> = BTreeMap::new();
    for (at, class) in duplication.classes.iter().enumerate() {
        for it in &class.instances {
            let path = duplication.files[it.file as usize].bytes();
            let path = String::from_utf8_lossy(path).into_owned();
            found.entry(path).or_default().push((at, it.lines.clone()));
        }
    }
    let reads: BTreeMap<String, Read> = tree
        .files
        .iter()
        .filter_map(|(path, text, _)| Some((path.clone(), Read::of(path, text)?)))
        .collect();
    // Version 5 counts lines from 1 and columns from 0, version 4 columns from 1.
    let blocks = report["duplicates"].as_array().unwrap();
    let is_four = blocks.iter().all(|it| it.get("kind").is_none());
    let mut counts: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for block in blocks {
        let side = |name: &str| {
            let side = &block[name];
            let path = side["name"].as_str().unwrap();
            let path = path.split_once("trees/").map_or(path, |(_, path)| {
                path.split_once('/').map_or(path, |(_, path)| path)
            });
            let bytes = reads.get(path).map(|read| {
                let column = usize::from(is_four);
                let start = read.byte(&side["startLoc"], column);
                start..read.byte(&side["endLoc"], column).max(start)
            });
            (path.to_owned(), bytes.unwrap_or(0..0))
        };
        let sides = [side("firstFile"), side("secondFile")];
        let why = judged(&reads, &found, &sides);
        let place = format!(
            "{}:{} {}:{}",
            sides[0].0,
            block["firstFile"]["start"],
            sides[1].0,
            block["secondFile"]["start"]
        );
        if why.starts_with("not") || why.starts_with("covered by") {
            let lines = |side: &(String, Range<u32>)| {
                let of = |byte| reads[&side.0].line(byte);
                let (start, end) = (of(side.1.start), of(side.1.end));
                let here = found.get(&side.0).into_iter().flatten();
                let here = here.filter(|(_, it)| it.start <= end && start < it.end);
                let here: Vec<String> = here
                    .map(|(at, it)| format!("#{at} {}-{}", it.start + 1, it.end))
                    .collect();
                format!("{}:{}-{} in {}", side.0, start + 1, end + 1, here.join(", "))
            };
            writeln!(
                std::io::stderr(),
                "{why}: {} | {}",
                lines(&sides[0]),
                lines(&sides[1])
            )
            .unwrap();
        }
        let count = counts.entry(why).or_insert((0, place));
        count.0 += 1;
    }
    let mut out = std::io::stderr();
    writeln!(out, "{} blocks", blocks.len()).unwrap();
    for (why, (n, place)) in &counts {
        writeln!(out, "{n:6} {why} ({place})").unwrap();
    }
    let n_compared = counts.get("covered").map_or(0, |it| it.0);
    assert!(n_compared > 0, "of {} blocks none is covered", blocks.len());
    assert!(counts.keys().all(|why| !why.starts_with("not covered")));
}
