//! Histories without doubt: no line stands twice, and none comes back, so that there is
//! one way only to tell what changed.

use std::collections::BTreeMap;

use crate::random_history::Numbers;
use crate::random_history::commits::{Commit, Entry, Tree};

/// People enough to be told apart from their changes.
pub(super) const PEOPLE: [&str; 10] = [
    "Ana <ana@x.org>",
    "Ben <ben@x.org>",
    "Cid <cid@x.org>",
    "Dea <dea@x.org>",
    "Eli <eli@x.org>",
    "Fay <fay@x.org>",
    "Gus <gus@x.org>",
    "Ida <ida@x.org>",
    "Jon <jon@x.org>",
    "Mia <mia@x.org>",
];

/// Files as they grow: each line is a number of its own.
#[derive(Debug)]
pub(super) struct Plain {
    numbers: Numbers,
    /// The lines of each file.
    pub(super) files: BTreeMap<u8, Vec<u64>>,
    lines: u64,
}

impl Plain {
    /// No files.
    pub(super) fn new(seed: u64) -> Self {
        Self { numbers: Numbers(seed), files: BTreeMap::new(), lines: 0 }
    }

    fn new_lines(&mut self, n: usize) -> Vec<u64> {
        let first = self.lines;
        self.lines += n as u64;
        (first..self.lines).collect()
    }

    /// Changes some of the files; seldom, one goes, and often, one comes. Returns which
    /// were touched.
    pub(super) fn change(&mut self) -> Vec<u8> {
        let mut touched = Vec::new();
        for file in 0..6 {
            match self.numbers.below(16) {
                0 => drop(self.files.remove(&file)),
                1..6 => continue,
                _ => {}
            }
            touched.push(file);
            for _ in 0..1 + self.numbers.below(3) {
                self.edit(file);
            }
        }
        touched
    }

    fn edit(&mut self, file: u8) {
        let n_new = self.numbers.below(30);
        let new = self.new_lines(n_new);
        let length = self.files.get(&file).map_or(0, Vec::len);
        let at = self.numbers.below(length + 1);
        let n_gone = self.numbers.below((length - at).min(12) + 1);
        self.files.entry(file).or_default().splice(at..at + n_gone, new);
    }

    /// The files as a tree.
    pub(super) fn tree(&self) -> Tree {
        let file = |(file, lines): (&u8, &Vec<u64>)| {
            let text: String =
                lines.iter().map(|line| format!("line_{line} = {line}\n")).collect();
            let entry = Entry::File { executable: false, content: text.into_bytes() };
            (format!("src/f{file}.py").into_bytes(), entry)
        };
        self.files.iter().map(file).collect()
    }
}

/// A commit on `main` on top of the one before, six days after it.
pub(super) fn commit(number: usize, tree: Tree) -> Commit {
    let day = i64::try_from(number).expect("tests are small") * 6;
    Commit {
        branch: "main".to_owned(),
        parents: number.checked_sub(1).into_iter().collect(),
        tree,
        who: PEOPLE[number % PEOPLE.len()],
        time: 1_700_000_000 + day * 86_400,
        zones: ["+0000"; 2],
        message: format!("commit {number}\n"),
    }
}
