//! A file as it grows: a list of edits makes versions, and the lines that came and went
//! are booked as the tracker books them, by hunks and runs.

use super::hunks::{SPACES, check, lines, same};
use crate::lines::diff::{DiffWork, Hunk, WhiteSpace, diff};
use crate::lines::runs::{Run, Runs};
use crate::units::len_to_u32;

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
type Birth = (u32, u32);

fn follow(versions: &[Vec<u8>], space: WhiteSpace) {
    let mut labels: Runs<u32> = Runs::default();
    let mut births: Vec<Birth> = Vec::new();
    let mut before: &[u8] = b"";
    let (mut n_born, mut n_died) = (0, 0);
    for (number, after) in (0_u32..).zip(versions) {
        let hunks = diff(before, after, space, &mut DiffWork::default());
        check(before, after, space, &hunks);
        let came = |_, lines, labels: &mut Runs<u32>| {
            n_born += lines;
            labels.push(lines, number);
        };
        labels = labels.after(&hunks, came, |_, lines, _| n_died += lines);
        births = spliced(&births, &hunks, number);
        assert_eq!(labels.lines(), n_born - n_died);
        assert_eq!(labels.lines(), len_to_u32(lines(after).len()));
        assert_canonical(&labels.0);
        let by_line = labels.0.iter().flat_map(|run| (0..run.lines).map(|_| run.label));
        assert!(by_line.eq(births.iter().map(|(version, _)| *version)));
        for (line, &(version, born)) in lines(after).iter().zip(&births) {
            let first = lines(&versions[version as usize])[born as usize];
            assert!(same(first, line, space), "a line is not the one that was born");
        }
        check_reader(&labels, number);
        before = after;
    }
}

/// The births of each line, one by one.
fn spliced(before: &[Birth], hunks: &[Hunk], version: u32) -> Vec<Birth> {
    let mut after = Vec::new();
    let mut end = 0;
    for hunk in hunks {
        after.extend_from_slice(&before[end..hunk.before.start as usize]);
        after.extend((hunk.after.start..hunk.after.end).map(|line| (version, line)));
        end = hunk.before.end as usize;
    }
    after.extend_from_slice(&before[end..]);
    after
}

fn assert_canonical(runs: &[Run<u32>]) {
    assert!(runs.iter().all(|run| run.lines > 0));
    assert!(runs.windows(2).all(|pair| pair[0].label != pair[1].label));
}

/// A reader that stops on the way shows what one does that does not.
fn check_reader(labels: &Runs<u32>, stride: u32) {
    let mut reader = labels.reader();
    let mut seen: Runs<u32> = Runs::default();
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
