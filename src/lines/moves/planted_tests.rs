//! Moves planted in made-up files: how many are found, and how many are found that are
//! none. What lines went and came is what the comparison of versions says.

use super::*;
use crate::lines::diff::{DiffWork, LineRange, WhiteSpace, diff};
use crate::stats::rng::Rng;
use crate::units::{len_to_f64, len_to_u32};

const VERBS: [&str; 8] =
    ["load", "parse", "check", "merge", "write", "close", "count", "visit"];
const NOUNS: [&str; 9] =
    ["config", "user", "path", "index", "token", "cache", "event", "row", "state"];
/// Lines that stand in every program.
const COMMON: [&str; 8] =
    ["", "}", "return None", "else {", "return result", "});", "// TODO", "pass"];

/// A line and what it is, whatever was done to it.
#[derive(Debug, Clone)]
struct Line {
    id: usize,
    text: String,
}

#[derive(Debug)]
struct Story {
    rng: Rng,
    next_id: usize,
    /// The lines of real files to take text from; files are made up where there are none.
    real: Vec<Vec<String>>,
}

/// How many lines stand behind the first of a block at least.
const LEAST_BEHIND: usize = 15;

/// How a block is changed on its way.
#[derive(Debug, Clone, Copy)]
enum Change {
    Nothing,
    Indented,
    OneLineEdited,
    /// A whole function, under another name and further in, as a method is.
    RenamedAndIndented,
}

impl Story {
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.rng.below(n as u64)).unwrap()
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }

    fn statement(&mut self) -> String {
        if !self.real.is_empty() {
            let file = self.below(self.real.len());
            let line = self.below(self.real[file].len());
            return self.real[file][line].clone();
        }
        if self.below(4) == 0 {
            return format!("    {}", self.pick(&COMMON));
        }
        let (verb, noun, other) =
            (self.pick(&VERBS), self.pick(&NOUNS), self.pick(&NOUNS));
        match self.below(3) {
            0 => format!("    let {noun} = {verb}_{other}({other}, {});", self.below(30)),
            1 => format!("    {verb}_{noun}(&{other});"),
            _ => format!("    if {noun}.{verb}({other}) > {} {{", self.below(9)),
        }
    }

    fn line(&mut self, text: String) -> Line {
        self.next_id += 1;
        Line { id: self.next_id, text }
    }

    fn file(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        if !self.real.is_empty() {
            let file = self.below(self.real.len());
            let texts = self.real[file].clone();
            return texts.into_iter().map(|text| self.line(text)).collect();
        }
        for _ in 0..4 + self.below(8) {
            let name = format!("fn {}_{}() {{", self.pick(&VERBS), self.pick(&NOUNS));
            lines.push(self.line(name));
            for _ in 0..3 + self.below(12) {
                let text = self.statement();
                lines.push(self.line(text));
            }
            lines.extend(["}", ""].map(|text| self.line(text.to_owned())));
        }
        lines
    }

    /// Edits that have nothing to do with the move: outside the block, lines go and
    /// come.
    fn work_on(&mut self, file: &mut Vec<Line>, planted: &[usize]) {
        for _ in 0..self.below(6) {
            let at = self.below(file.len());
            let lines = self.below(4).min(file.len() - 1 - at);
            if file[at..=at + lines].iter().any(|line| planted.contains(&line.id)) {
                continue;
            }
            file.drain(at..at + lines);
            for _ in 0..self.below(6) {
                let text = self.statement();
                let line = self.line(text);
                file.insert(at, line);
            }
        }
    }

    /// Moves a block with at least five countable lines, and returns what it is made of.
    fn plant(
        &mut self,
        files: &mut [Vec<Line>],
        across: bool,
        change: Change,
    ) -> Vec<usize> {
        let from = self.below(files.len());
        let to = if across { (from + 1) % files.len() } else { from };
        let block = match change {
            Change::RenamedAndIndented => self.take_function(&mut files[from]),
            _ => self.take_block(&mut files[from]),
        };
        let block = self.changed(block, change);
        let planted = block.iter().map(|line| line.id).collect();
        let at = self.below(files[to].len() + 1);
        files[to].splice(at..at, block);
        planted
    }

    fn take_block(&mut self, file: &mut Vec<Line>) -> Vec<Line> {
        let start = self.below(file.len() - LEAST_BEHIND);
        let most = 5 + self.below(26);
        let mut end = (start + most).min(file.len());
        while n_countable(&file[start..end]) < 5 && end < file.len() {
            end += 1;
        }
        file.drain(start..end).collect()
    }

    /// Takes a function with at least five countable lines, if there is one.
    fn take_function(&mut self, file: &mut Vec<Line>) -> Vec<Line> {
        let mut ranges = Vec::new();
        let mut start = None;
        for (at, line) in file.iter().enumerate() {
            if line.text.starts_with("fn ") {
                start = Some(at);
            } else if line.text == "}"
                && let Some(start) = start.take()
            {
                ranges.push(start..at + 1);
            }
        }
        ranges.retain(|range| n_countable(&file[range.clone()]) >= 5);
        if ranges.is_empty() {
            return Vec::new();
        }
        let range = ranges[self.below(ranges.len())].clone();
        file.drain(range).collect()
    }

    fn changed(&mut self, mut block: Vec<Line>, change: Change) -> Vec<Line> {
        let indent = |block: &mut Vec<Line>| {
            block.iter_mut().for_each(|line| line.text.insert_str(0, "    "));
        };
        match change {
            Change::Nothing => {}
            Change::Indented => indent(&mut block),
            Change::OneLineEdited => {
                let at = self.below(block.len());
                let text = self.statement();
                block[at] = self.line(text);
            }
            Change::RenamedAndIndented => {
                if !block.is_empty() {
                    let name = format!("pub fn {}_anew(&self) {{", self.pick(&NOUNS));
                    block[0] = self.line(name);
                }
                indent(&mut block);
            }
        }
        block
    }
}

fn is_countable(line: &Line) -> bool {
    LineMark::of(line.text.as_bytes()).is_countable()
}

fn n_countable(lines: &[Line]) -> usize {
    lines.iter().filter(|line| is_countable(line)).count()
}

fn text(file: &[Line]) -> String {
    file.iter().map(|line| format!("{}\n", line.text)).collect()
}

fn marks(file: &[Line], range: LineRange) -> Vec<LineMark> {
    let lines = &file[range.start as usize..range.end as usize];
    lines.iter().map(|line| LineMark::of(line.text.as_bytes())).collect()
}

/// Lines of one side of a step: file, first line, marks.
type Part = (u32, u32, Vec<LineMark>);

fn blocks<'a>(parts: &'a [Part], paths: &'a [String]) -> Vec<Block<'a>> {
    let block = |(file, start, marks): &'a Part| Block {
        file: *file,
        path: paths[*file as usize].as_bytes(),
        start: *start,
        marks,
    };
    parts.iter().map(block).collect()
}

/// What one step made of lines: pairs of what stood there and what stands there now,
/// kept lines and moved lines apart; countable lines only.
fn linked(before: &[Vec<Line>], after: &[Vec<Line>]) -> [Vec<(usize, usize)>; 2] {
    let (mut went, mut came) = (Vec::new(), Vec::new());
    let mut kept = Vec::new();
    for (file, (old, new)) in (0..).zip(before.iter().zip(after)) {
        let (old_text, new_text) = (text(old), text(new));
        let (a, b) = (old_text.as_bytes(), new_text.as_bytes());
        let (mut at_old, mut at_new) = (0, 0);
        let mut hunks = diff(a, b, WhiteSpace::Exact, &mut DiffWork::default());
        let ends = |lines: &[Line]| {
            let end = len_to_u32(lines.len());
            LineRange { start: end, end }
        };
        hunks.push(crate::lines::diff::Hunk { before: ends(old), after: ends(new) });
        for hunk in hunks {
            let (olds, news) = (at_old..hunk.before.start, at_new..hunk.after.start);
            kept.extend(
                olds.zip(news).map(|(a, b)| (&old[a as usize], &new[b as usize])),
            );
            (at_old, at_new) = (hunk.before.end, hunk.after.end);
            went.push((file, hunk.before.start, marks(old, hunk.before)));
            came.push((file, hunk.after.start, marks(new, hunk.after)));
        }
    }
    let paths: Vec<String> = (0..before.len()).map(|n| format!("src/{n}.rs")).collect();
    let (went_blocks, came_blocks) = (blocks(&went, &paths), blocks(&came, &paths));
    let mut moved = Vec::new();
    for run in find_moves(&went_blocks, &came_blocks) {
        let (from, to) = (&went[run.from.0 as usize], &came[run.to.0 as usize]);
        let old = &before[from.0 as usize][(from.1 + run.from.1) as usize..];
        let new = &after[to.0 as usize][(to.1 + run.to.1) as usize..];
        moved.extend(old.iter().zip(new).take(run.lines as usize));
    }
    [kept, moved].map(|pairs| {
        let countable = pairs
            .into_iter()
            .filter(|(line, _)| LineMark::of(line.text.as_bytes()).is_countable());
        countable.map(|(one, two)| (one.id, two.id)).collect()
    })
}

/// The share of planted lines that were found, and of found moves that are none.
fn figures(across: bool, change: Change, real: &[Vec<String>]) -> (f64, f64) {
    let mut story = Story { rng: Rng::seeded(42), next_id: 0, real: real.to_vec() };
    let (mut n_planted, mut n_found, mut n_moved, mut n_false) = (0, 0, 0, 0);
    for _ in 0..300 {
        let before: Vec<Vec<Line>> = (0..3).map(|_| story.file()).collect();
        let mut after = before.clone();
        let planted = story.plant(&mut after, across, change);
        if planted.len() < 5 {
            continue;
        }
        after.iter_mut().for_each(|file| story.work_on(file, &planted));
        let [kept, moved] = linked(&before, &after);
        let is_old_and_countable = |id: &&usize| {
            let mut old = before.iter().flatten();
            old.any(|line| line.id == **id && is_countable(line))
        };
        for id in planted.iter().filter(is_old_and_countable) {
            n_planted += 1;
            let pair = (*id, *id);
            n_found += usize::from(kept.contains(&pair) || moved.contains(&pair));
        }
        n_moved += moved.len();
        n_false += moved.iter().filter(|(one, two)| one != two).count();
    }
    let share = |part: usize, of: usize| len_to_f64(part) / len_to_f64(of);
    assert!(n_planted > 1_000, "{n_planted} lines are too few");
    (share(n_found, n_planted), share(n_false, n_moved))
}

#[test]
fn planted_moves_are_found_and_hardly_any_others() {
    for across in [false, true] {
        for change in [
            Change::Nothing,
            Change::Indented,
            Change::OneLineEdited,
            Change::RenamedAndIndented,
        ] {
            let (found, wrong) = figures(across, change, &[]);
            assert!(found >= 0.95, "across {across}, {change:?}: found {found:.4}");
            assert!(wrong <= 0.01, "across {across}, {change:?}: wrong {wrong:.4}");
        }
    }
}

/// Files of at least 80 lines below a folder, in order.
fn real_files(folder: &std::path::Path, found: &mut Vec<Vec<String>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            real_files(&path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            found.extend(Some(lines).filter(|lines| (80..2_000).contains(&lines.len())));
        }
    }
}

/// On real text, for releases: `SLOPNEXUS_SOURCES` names a folder of it. Lines that are
/// equal stand in many places there, so a move is false when it is not the planted line,
/// though it says the same.
#[test]
#[ignore = "needs a folder of sources, which SLOPNEXUS_SOURCES names"]
#[expect(clippy::print_stderr, reason = "asked for by hand")]
fn moves_planted_in_real_text_are_found() {
    let folder = std::env::var_os("SLOPNEXUS_SOURCES").expect("it names a folder");
    let mut real = Vec::new();
    real_files(std::path::Path::new(&folder), &mut real);
    assert!(real.len() >= 10, "{} files", real.len());
    for across in [false, true] {
        for change in [Change::Nothing, Change::Indented, Change::OneLineEdited] {
            let (found, wrong) = figures(across, change, &real);
            eprintln!("across {across}, {change:?}: found {found:.4}, wrong {wrong:.4}");
        }
    }
}
