//! Histories made up at random, the same for the same seed, and nastier than people
//! make them: whatever git allows and a tracker of lines could get wrong.

pub(crate) mod commits;

use commits::{Commit, Entry, Tree, put};

/// Lines that stand many times in every file, so that blocks can slide.
const COMMON_LINES: [&str; 12] = [
    "",
    "",
    "}",
    "{",
    "    }",
    "else {",
    "return",
    "    return;",
    "  ",
    "\tx += 1;",
    "end",
    "*/",
];

/// Paths, some of them odd: spaces, quotes, a tab, a line feed, no UTF-8, names that
/// sort around the slash, a file where elsewhere a directory is.
const PATHS: [&[u8]; 22] = [
    b"a.rs",
    b"b.py",
    b"src/main.rs",
    b"src/lib.rs",
    b"src/deep/er/x.c",
    b"src/deep/er/y.c",
    b"src-old/main.rs",
    b"src.rs",
    b"doc/read me.md",
    b"doc/\xfcber.txt",
    b"doc/\xc3\xbcber.txt",
    b"odd/qu\"ote",
    b"odd/back\\slash",
    b"odd/ta\tb",
    b"odd/new\nline",
    b"odd/-dash",
    b"odd/:colon",
    b"odd/*star",
    b"lib",
    b"lib/a.rs",
    b"lib/b.rs",
    b"Makefile",
];

const FOLDERS: [&[u8]; 6] = [b"", b"src/", b"lib2/", b"new/place/", b"doc/", b"odd/"];

/// A source of numbers that depends on its seed alone: SplitMix64 by Steele, Lea and
/// Flood (2014).
#[derive(Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("64 bits hold a usize");
        usize::try_from(self.next() % end).expect("it is below a usize")
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A history as it grows.
#[derive(Debug)]
struct Story {
    numbers: Numbers,
    commits: Vec<Commit>,
    /// Where each branch stands; the first is `main`.
    branches: Vec<usize>,
    /// Contents of files that were deleted, to come back.
    graveyard: Vec<(Vec<u8>, Vec<u8>)>,
    unique_lines: u32,
    clock: i64,
}

/// The `git fast-import` stream of the history of this seed.
pub(crate) fn stream(seed: u64) -> Vec<u8> {
    commits::stream(&history(seed))
}

/// The history of this seed.
pub(crate) fn history(seed: u64) -> Vec<Commit> {
    let mut story = Story::new(seed);
    story.start();
    let n_commits = 8 + story.numbers.below(40);
    for _ in 0..n_commits {
        story.step();
    }
    // What happened on the branches should show at the tip, more often than not.
    for branch in 1..story.branches.len() {
        if !story.numbers.one_in(4) {
            story.merge(0, &[story.branches[branch]]);
        }
    }
    story.commits
}

/// What becomes of a tree in `n` commits.
pub(crate) fn changed(seed: u64, tree: &Tree, n: usize) -> Vec<Tree> {
    let mut story = Story::new(seed);
    let mut tree = tree.clone();
    let mut change = || {
        for _ in 0..1 + story.numbers.below(4) {
            story.change(&mut tree);
        }
        tree.clone()
    };
    (0..n).map(|_| change()).collect()
}

/// `n` versions of a file, each edited from the one before.
pub(crate) fn versions(seed: u64, n: usize) -> Vec<Vec<u8>> {
    let mut story = Story::new(seed);
    let mut content = story.new_content();
    let mut next = || {
        story.edit(&mut content);
        content.clone()
    };
    (0..n).map(|_| next()).collect()
}

impl Story {
    fn new(seed: u64) -> Self {
        Self {
            numbers: Numbers(seed),
            commits: Vec::new(),
            branches: Vec::new(),
            graveyard: Vec::new(),
            unique_lines: 0,
            clock: 1_700_000_000,
        }
    }

    fn start(&mut self) {
        let mut tree = Tree::new();
        for _ in 0..1 + self.numbers.below(6) {
            self.create(&mut tree);
        }
        let root = self.commit(0, &[], tree);
        self.branches.push(root);
        for _ in 0..self.numbers.below(4) {
            self.branches.push(root);
        }
        if self.numbers.one_in(6) {
            // A second root, with nothing in common.
            let mut tree = Tree::new();
            self.create(&mut tree);
            let root = self.commit(self.branches.len(), &[], tree);
            self.branches.push(root);
        }
    }

    fn step(&mut self) {
        let branch = self.numbers.below(self.branches.len());
        if self.commits.len() > 3 && self.numbers.one_in(4) {
            let n_others =
                if self.numbers.one_in(4) { 2 + self.numbers.below(2) } else { 1 };
            // Not only tips: a commit merged once can be merged again from further
            // back, and both ways, which makes histories cross.
            let recent = self.commits.len().min(8);
            let others: Vec<usize> = (0..n_others)
                .map(|_| self.commits.len() - 1 - self.numbers.below(recent))
                .collect();
            self.merge(branch, &others);
            return;
        }
        let parent = self.branches[branch];
        let mut tree = self.commits[parent].tree.clone();
        for _ in 0..1 + self.numbers.below(4) {
            self.change(&mut tree);
        }
        self.branches[branch] = self.commit(branch, &[parent], tree);
    }

    /// Does one thing to a tree.
    fn change(&mut self, tree: &mut Tree) {
        match self.numbers.below(20) {
            0..=7 => self.edit_some(tree),
            8 | 9 => self.create(tree),
            10 => self.delete(tree),
            11 | 12 => self.rename(tree),
            13 => self.copy(tree),
            14 => self.recreate(tree),
            15 => self.split(tree),
            16 => self.move_folder(tree),
            17 => self.change_mode(tree),
            18 => self.swap(tree),
            _ => self.put_odd_entry(tree),
        }
    }

    fn edit_some(&mut self, tree: &mut Tree) {
        if let Some(path) = self.some_file(tree)
            && let Some(Entry::File { content, .. }) = tree.get_mut(&path)
        {
            for _ in 0..1 + self.numbers.below(3) {
                self.edit(content);
            }
        }
    }

    fn create(&mut self, tree: &mut Tree) {
        let path = self.new_path();
        let content = self.new_content();
        put(tree, path, Entry::File { executable: false, content });
    }

    fn delete(&mut self, tree: &mut Tree) {
        if let Some(path) = self.some_file(tree)
            && let Some(Entry::File { content, .. }) = tree.remove(&path)
        {
            self.graveyard.push((path, content));
        }
    }

    /// Moves a file, unchanged, changed a little, or changed beyond recognition.
    fn rename(&mut self, tree: &mut Tree) {
        let Some(from) = self.some_file(tree) else { return };
        let Some(mut entry) = tree.remove(&from) else { return };
        if let Entry::File { content, .. } = &mut entry {
            for _ in 0..*self.numbers.pick(&[0, 0, 1, 2, 9]) {
                self.edit(content);
            }
        }
        let to = self.new_path();
        put(tree, to, entry);
        if self.numbers.one_in(5) {
            // The old name is taken again at once.
            let content = self.new_content();
            put(tree, from, Entry::File { executable: false, content });
        }
    }

    fn copy(&mut self, tree: &mut Tree) {
        let Some(from) = self.some_file(tree) else { return };
        let Some(Entry::File { mut content, executable }) = tree.get(&from).cloned()
        else {
            return;
        };
        if self.numbers.one_in(2) {
            self.edit(&mut content);
        }
        let to = self.new_path();
        put(tree, to, Entry::File { executable, content });
    }

    fn recreate(&mut self, tree: &mut Tree) {
        if self.graveyard.is_empty() {
            return self.delete(tree);
        }
        let (path, mut content) = self.numbers.pick(&self.graveyard).clone();
        if self.numbers.one_in(2) {
            self.edit(&mut content);
        }
        put(tree, path, Entry::File { executable: false, content });
    }

    /// One file becomes two that are like it.
    fn split(&mut self, tree: &mut Tree) {
        let Some(from) = self.some_file(tree) else { return };
        let Some(Entry::File { content, executable }) = tree.remove(&from) else {
            return;
        };
        for _ in 0..2 {
            let mut part = content.clone();
            if self.numbers.one_in(2) {
                self.edit(&mut part);
            }
            let to = self.new_path();
            put(tree, to, Entry::File { executable, content: part });
        }
    }

    fn move_folder(&mut self, tree: &mut Tree) {
        let Some(inside) = self.some_file(tree) else { return };
        let Some(slash) = inside.iter().position(|&byte| byte == b'/') else { return };
        let folder = &inside[..=slash];
        let to = *self.numbers.pick(&FOLDERS);
        let moved: Vec<Vec<u8>> =
            tree.keys().filter(|path| path.starts_with(folder)).cloned().collect();
        for from in moved {
            let Some(mut entry) = tree.remove(&from) else { continue };
            if let Entry::File { content, .. } = &mut entry
                && self.numbers.one_in(4)
            {
                self.edit(content);
            }
            put(tree, [to, &from[folder.len()..]].concat(), entry);
        }
    }

    fn change_mode(&mut self, tree: &mut Tree) {
        if let Some(path) = self.some_file(tree)
            && let Some(Entry::File { executable, content }) = tree.get_mut(&path)
        {
            *executable = !*executable;
            if self.numbers.one_in(2) {
                self.edit(content);
            }
        }
    }

    /// Two files change names.
    fn swap(&mut self, tree: &mut Tree) {
        let (Some(one), Some(two)) = (self.some_file(tree), self.some_file(tree)) else {
            return;
        };
        if let (Some(first), Some(second)) =
            (tree.get(&one).cloned(), tree.get(&two).cloned())
        {
            tree.insert(one, second);
            tree.insert(two, first);
        }
    }

    /// A link, a submodule or a binary file, often where a text file stood.
    fn put_odd_entry(&mut self, tree: &mut Tree) {
        let some = self.some_file(tree).filter(|_| self.numbers.one_in(2));
        let path = some.unwrap_or_else(|| self.new_path());
        let entry = match self.numbers.below(4) {
            0 => Entry::Link(b"a.rs".to_vec()),
            1 => Entry::Link(b"src/\nmain.rs".to_vec()),
            2 => Entry::Submodule(b"abc"[self.numbers.below(3)]),
            _ => {
                let mut content = self.new_content();
                content.push(0);
                Entry::File { executable: false, content }
            }
        };
        put(tree, path, entry);
    }

    fn some_file(&mut self, tree: &Tree) -> Option<Vec<u8>> {
        let files: Vec<&Vec<u8>> = tree
            .iter()
            .filter(|(_, entry)| matches!(entry, Entry::File { .. }))
            .map(|(path, _)| path)
            .collect();
        (!files.is_empty()).then(|| (*self.numbers.pick(&files)).clone())
    }

    fn new_path(&mut self) -> Vec<u8> {
        if self.numbers.one_in(4) {
            let (folder, n) = (*self.numbers.pick(&FOLDERS), self.numbers.below(9));
            return [folder, format!("new{n}.rs").as_bytes()].concat();
        }
        self.numbers.pick(&PATHS).to_vec()
    }

    fn new_content(&mut self) -> Vec<u8> {
        let n_lines = match self.numbers.below(8) {
            0 => 0,
            1 => 1,
            2 => 2 + self.numbers.below(4),
            7 => 60 + self.numbers.below(120),
            _ => 5 + self.numbers.below(40),
        };
        let mut content: Vec<u8> = (0..n_lines).flat_map(|_| self.line()).collect();
        if self.numbers.one_in(6) {
            content.pop();
        }
        content
    }

    /// A line with its end.
    fn line(&mut self) -> Vec<u8> {
        let mut line = if self.numbers.one_in(3) {
            self.numbers.pick(&COMMON_LINES).as_bytes().to_vec()
        } else if self.numbers.one_in(3) {
            // Said before, somewhere.
            let n = self.numbers.below(40);
            format!("let value_{n} = {n};").into_bytes()
        } else {
            self.unique_lines += 1;
            let indent = "    ".repeat(self.numbers.below(3));
            format!("{indent}call_number({});", self.unique_lines).into_bytes()
        };
        if self.numbers.one_in(25) {
            line.extend([0xe9, 0x80, 0xff]);
        }
        line.extend(if self.numbers.one_in(25) { b"\r\n".as_slice() } else { b"\n" });
        line
    }

    /// Changes a text in one of the ways people and tools do.
    fn edit(&mut self, content: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> =
            content.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        let at = self.numbers.below(lines.len() + 1);
        let most = (lines.len() - at).min(6);
        let n = self.numbers.below(most + 1);
        match self.numbers.below(12) {
            0..=2 => {
                let new: Vec<_> =
                    (0..=self.numbers.below(5)).map(|_| self.line()).collect();
                lines.splice(at..at, new);
            }
            3 => drop(lines.splice(at..at + n, [])),
            4 | 5 => {
                let new: Vec<_> = (0..=n).map(|_| self.line()).collect();
                lines.splice(at..at + n, new);
            }
            // Twice the same block: which of the two is new?
            6 => {
                let block = lines[at..at + n].to_vec();
                lines.splice(at..at, block);
            }
            7 => {
                let block: Vec<_> = lines.drain(at..at + n).collect();
                let to = self.numbers.below(lines.len() + 1);
                lines.splice(to..to, block);
            }
            8 => lines[at..at + n]
                .iter_mut()
                .for_each(|line| line.splice(0..0, *b"    ").for_each(drop)),
            9 => lines[at..at + n].reverse(),
            10 => lines.iter_mut().for_each(toggle_carriage_return),
            _ => {
                if let Some(last) = lines.last_mut()
                    && last.pop_if(|byte| *byte == b'\n').is_none()
                {
                    last.push(b'\n');
                }
            }
        }
        // A line that was last and had no end gets one when others follow it.
        if let Some((_, before)) = lines.split_last_mut() {
            let open = before.iter_mut().filter(|line| line.last() != Some(&b'\n'));
            open.for_each(|line| line.push(b'\n'));
        }
        *content = lines.concat();
    }

    /// Merges commits into a branch: each path from some parent, mixed from several, or
    /// settled by hand.
    fn merge(&mut self, branch: usize, others: &[usize]) {
        let mut parents = vec![self.branches[branch]];
        for &other in others {
            if !parents.contains(&other) {
                parents.push(other);
            }
        }
        if parents.len() < 2 {
            return;
        }
        let mut paths: Vec<Vec<u8>> = parents
            .iter()
            .flat_map(|&parent| self.commits[parent].tree.keys().cloned())
            .collect();
        paths.sort();
        paths.dedup();
        let mut tree = Tree::new();
        for path in paths {
            if let Some(entry) = self.merged(&parents, &path) {
                put(&mut tree, path, entry);
            }
        }
        if self.numbers.one_in(4) {
            self.change(&mut tree);
        }
        self.branches[branch] = self.commit(branch, &parents, tree);
    }

    fn merged(&mut self, parents: &[usize], path: &[u8]) -> Option<Entry> {
        let sides: Vec<Option<Entry>> = parents
            .iter()
            .map(|&parent| self.commits[parent].tree.get(path).cloned())
            .collect();
        if sides.iter().all(|side| *side == sides[0]) {
            return sides[0].clone();
        }
        let texts: Vec<&Vec<u8>> = sides
            .iter()
            .flatten()
            .filter_map(|side| match side {
                Entry::File { content, .. } => Some(content),
                Entry::Link(_) | Entry::Submodule(_) => None,
            })
            .collect();
        if texts.len() < 2 || self.numbers.one_in(3) {
            return self.numbers.pick(&sides).clone();
        }
        let texts: Vec<Vec<u8>> = texts.into_iter().cloned().collect();
        let mut content = self.mixed(&texts);
        if self.numbers.one_in(3) {
            self.edit(&mut content);
        }
        Some(Entry::File { executable: false, content })
    }

    /// Takes turns between texts, a block from each.
    fn mixed(&mut self, texts: &[Vec<u8>]) -> Vec<u8> {
        let texts: Vec<Vec<&[u8]>> = texts
            .iter()
            .map(|text| text.split_inclusive(|&byte| byte == b'\n').collect())
            .collect();
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let mut mixed: Vec<u8> = Vec::new();
        let mut at = 0;
        while at < longest {
            let to = at + 1 + self.numbers.below(8);
            let text = self.numbers.pick(&texts);
            for line in text.iter().take(to).skip(at) {
                if mixed.last().is_some_and(|&byte| byte != b'\n') {
                    mixed.push(b'\n');
                }
                mixed.extend_from_slice(line);
            }
            at = to;
        }
        mixed
    }

    /// Adds a commit and returns its number.
    fn commit(&mut self, branch: usize, parents: &[usize], tree: Tree) -> usize {
        let number = self.commits.len();
        // Clocks go wrong: some commits share a second, some go back.
        self.clock += *self.numbers.pick(&[0, 1, 60, 3_600, 90_000, -7_200]);
        let who = *self.numbers.pick(&[
            "Ana <ana@x.org>",
            "Ben <ben@x.org>",
            "Mia <mia@y.org>",
        ]);
        let branch =
            if branch == 0 { "main".to_owned() } else { format!("branch{branch}") };
        self.commits.push(Commit {
            message: format!("commit {number} on {branch}\n"),
            branch,
            parents: parents.to_vec(),
            tree,
            who,
            time: self.clock,
            zones: ["+0100"; 2],
        });
        number
    }
}

fn toggle_carriage_return(line: &mut Vec<u8>) {
    if line.ends_with(b"\r\n") {
        line.remove(line.len() - 2);
    } else if line.ends_with(b"\n") {
        line.insert(line.len() - 1, b'\r');
    }
}
