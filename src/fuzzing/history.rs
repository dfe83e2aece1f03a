//! A file as it grows: a list of edits makes versions, and the lines that came and went
//! are booked as the tracker books them, by hunks and runs.

use super::hunks::{SPACES, check, lines, same};
use crate::lines::diff::{DiffWork, Hunk, WhiteSpace, diff};
use crate::lines::runs::{Label, Run, Runs};

/// How many lines a made-up version may have, and how many versions there may be.
const MOST_LINES: usize = 1_000;
const MOST_VERSIONS: usize = 40;

/// Four bytes make an edit. In both readings of white space births less deaths stand
/// at every version, and each line is the one that its label says was born.
pub fn history(data: &[u8]) {
    let versions = versions(data);
    for space in SPACES {
        follow(&versions, space);
    }
}

/// Where a line was born: version and line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Birth {
    version: u32,
    line: u32,
}

impl Label for Birth {
    fn below(self, lines: u32) -> Self {
        Self { line: self.line + lines, ..self }
    }
}

/// In which version a line was born: the same for many lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version(u32);

impl Label for Version {}

fn follow(versions: &[Vec<u8>], space: WhiteSpace) {
    let mut births: Vec<Birth> = Vec::new();
    let mut counted: Runs<Birth> = Runs::default();
    let mut same_labels: Runs<Version> = Runs::default();
    let mut before: &[u8] = b"";
    for (number, after) in (0_u32..).zip(versions) {
        let hunks = diff(before, after, space, &mut DiffWork::default());
        check(before, after, space, &hunks);
        let (next, dead) = spliced(&births, &hunks, number);
        let came = |start, lines, labels: &mut Runs<Birth>| {
            labels.push(lines, Birth { version: number, line: start });
        };
        counted = booked(&counted, &hunks, came, &dead);
        let came = |_, lines, labels: &mut Runs<Version>| {
            labels.push(lines, Version(number));
        };
        let dead: Vec<Version> =
            dead.iter().map(|birth| Version(birth.version)).collect();
        same_labels = booked(&same_labels, &hunks, came, &dead);
        births = next;
        assert_eq!(births.len(), lines(after).len());
        assert_eq!(by_line(&counted), births);
        let by_version = by_line(&same_labels).into_iter();
        assert!(by_version.eq(births.iter().map(|birth| Version(birth.version))));
        for (line, birth) in lines(after).iter().zip(&births) {
            let born = lines(&versions[birth.version as usize])[birth.line as usize];
            assert!(same(born, line, space), "a line is not the one that was born");
        }
        check_reader(&counted, number);
        check_reader(&same_labels, number);
        before = after;
    }
}

/// The births of each line after hunks, one by one, and those of the lines that died.
fn spliced(before: &[Birth], hunks: &[Hunk], version: u32) -> (Vec<Birth>, Vec<Birth>) {
    let (mut after, mut dead) = (Vec::new(), Vec::new());
    let mut end = 0;
    for hunk in hunks {
        let (start, stop) = (hunk.before.start as usize, hunk.before.end as usize);
        after.extend_from_slice(&before[end..start]);
        dead.extend_from_slice(&before[start..stop]);
        after.extend(
            (hunk.after.start..hunk.after.end).map(|line| Birth { version, line }),
        );
        end = stop;
    }
    after.extend_from_slice(&before[end..]);
    (after, dead)
}

/// The labels after hunks. Births less deaths stand, and the dead are these.
fn booked<T: Label + std::fmt::Debug>(
    labels: &Runs<T>,
    hunks: &[Hunk],
    mut came: impl FnMut(u32, u32, &mut Runs<T>),
    dead: &[T],
) -> Runs<T> {
    let (mut n_born, mut n_died) = (0, 0);
    let mut died: Runs<T> = Runs::default();
    let after = labels.after(
        hunks,
        |start, lines, labels| {
            n_born += lines;
            came(start, lines, labels);
        },
        |hunk, lines, label| {
            assert!(lines > 0 && lines <= hunk.before.lines());
            n_died += lines;
            died.push(lines, label);
        },
    );
    assert_eq!(after.lines(), labels.lines() + n_born - n_died);
    assert_eq!(by_line(&died), dead);
    assert!(after.0.iter().all(|run| run.lines > 0));
    let joins = |pair: &[Run<T>]| pair[0].label.below(pair[0].lines) == pair[1].label;
    assert!(!after.0.windows(2).any(joins), "neighbours of one label are one run");
    after
}

fn by_line<T: Label>(labels: &Runs<T>) -> Vec<T> {
    let lines = |run: &Run<T>| {
        let label = run.label;
        (0..run.lines).map(move |line| label.below(line))
    };
    labels.0.iter().flat_map(lines).collect()
}

/// A reader that stops on the way shows what one does that does not.
fn check_reader<T: Label + std::fmt::Debug>(labels: &Runs<T>, stride: u32) {
    let mut reader = labels.reader();
    let mut seen: Runs<T> = Runs::default();
    let mut end = 0;
    while end < labels.lines() {
        end += stride + 1;
        reader.take(end, |lines, label| seen.push(lines, label));
    }
    assert_eq!(&seen, labels);
    assert_eq!(reader.peek(), None);
}

/// The versions that a list of edits makes, the first of them empty.
fn versions(edits: &[u8]) -> Vec<Vec<u8>> {
    let mut versions = Vec::new();
    let mut file: Vec<Vec<u8>> = Vec::new();
    for edit in edits.chunks(4) {
        let byte = |at: usize| edit.get(at).copied().unwrap_or(0);
        let (place, count, letter) =
            (usize::from(byte(1)), usize::from(byte(2)), byte(3));
        let start = place * (file.len() + 1) / 256;
        let end = file.len().min(start + 1 + count % 16);
        match byte(0) % 8 {
            0 => drop(file.splice(start..start, new_lines(count % 16 + 1, letter))),
            1 => drop(file.drain(start..end)),
            2 => drop(file.splice(start..end, new_lines(count / 16 + 1, letter))),
            3 => {
                let copied = file[start..end].to_vec();
                let target = usize::from(letter) * (file.len() + 1) / 256;
                file.splice(target..target, copied);
            }
            4 => {
                let moved: Vec<Vec<u8>> = file.drain(start..end).collect();
                let target = usize::from(letter) * (file.len() + 1) / 256;
                file.splice(target..target, moved);
            }
            5 => file[start..end].iter_mut().for_each(|line| line.insert(0, b' ')),
            6 => file[start..end].iter_mut().for_each(|line| line.push(b'\r')),
            _ => {
                let mut version = file.join(&b'\n');
                // The last line may be left open.
                version.extend((letter % 2 == 0 && !file.is_empty()).then_some(b'\n'));
                versions.push(version);
            }
        }
        file.truncate(MOST_LINES);
        if versions.len() == MOST_VERSIONS {
            break;
        }
    }
    versions.push(file.join(&b'\n'));
    versions
}

/// Lines that differ or are alike, as the letter says.
fn new_lines(count: usize, letter: u8) -> Vec<Vec<u8>> {
    let line = |number: usize| match letter {
        0..=127 => vec![b'a' + letter % 8],
        _ => format!("{letter} {number}").into_bytes(),
    };
    (0..count).map(line).collect()
}
