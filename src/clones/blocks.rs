//! Repeats → classes of places with lines, and the share of lines in them.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::classes::{Repeat, repeats};
use super::index::{Entry, Index, Place};
use super::{CloneClass, CloneType, Density, Duplication, Instance, LineUse, Rule};
use crate::limits::CLONE_CLASSES;
use crate::problem::{GapKind, Gaps};
use crate::units::{len_to_u32, len_to_u64};
use crate::untrusted::Untrusted;

impl Index {
    /// Returns what of the tree is duplicated. Lines are counted of all classes, and of
    /// these the limit `CLONE_CLASSES` is shown: those with the most lines.
    pub fn duplication(&self) -> Duplication {
        let most = usize::try_from(CLONE_CLASSES.value).unwrap_or(usize::MAX);
        self.searched(most)
    }

    /// The same with at most so many classes.
    pub(super) fn searched(&self, most_classes: usize) -> Duplication {
        let found = repeats(self);
        let entries: Vec<(u32, &Entry)> = self.files().collect();
        let mut tree = Tree::new(&entries, self.rule());
        let classes: Vec<CloneClass> =
            found.list.iter().filter_map(|repeat| tree.class(repeat)).collect();
        let lines = tree.lines();
        let (product, tests) = densities(&lines);
        let mut gaps = self.gaps();
        let why = "the search for clones ended at its bound on work";
        gaps.add_many(GapKind::SearchLimit, why, b"", found.unfinished);
        Duplication {
            files: entries.iter().map(|(_, it)| Untrusted::from(&it.path[..])).collect(),
            lines,
            classes: shown(without_shorter(classes), most_classes, &mut gaps),
            product,
            tests,
            work: found.work,
            gaps,
        }
    }
}

/// Leaves out classes all of whose places are those of a class with more of them, line by
/// line: they only share some tokens more on the lines beside.
fn without_shorter(mut classes: Vec<CloneClass>) -> Vec<CloneClass> {
    /// With how many others a class is compared.
    const MOST_LARGER: usize = 16;
    classes.sort_by_key(|class| Reverse((class.instances.len(), class.tokens)));
    let lines = |it: &Instance| (it.file, it.lines.start, it.lines.end);
    let mut by_place: HashMap<(u32, u32, u32), Vec<usize>> = HashMap::new();
    let mut kept: Vec<CloneClass> = Vec::new();
    for class in classes {
        let places: Vec<_> = class.instances.iter().map(lines).collect();
        let has_all = |&larger: &usize| {
            let mut larger = kept[larger].instances.iter().map(lines);
            places.iter().all(|place| larger.any(|it| it == *place))
        };
        if by_place
            .get(&places[0])
            .is_some_and(|known| known.iter().take(MOST_LARGER).any(has_all))
        {
            continue;
        }
        for place in places {
            by_place.entry(place).or_default().push(kept.len());
        }
        kept.push(class);
    }
    kept
}

/// Keeps the classes with the most lines, and puts them in order.
fn shown(mut classes: Vec<CloneClass>, most: usize, gaps: &mut Gaps) -> Vec<CloneClass> {
    let place = |class: &CloneClass| {
        let lines = |it: &Instance| (it.file, it.lines.start, it.lines.end);
        let first = &class.instances[0];
        let all: Vec<_> = class.instances.iter().map(lines).collect();
        (first.file, first.lines.start, Reverse(class.tokens), all)
    };
    if classes.len() > most {
        classes.sort_by_cached_key(|class| {
            let lines = class.instances.iter().map(|it| u64::from(it.countable_lines));
            (Reverse(lines.sum::<u64>()), place(class))
        });
        let why = "clones beyond the limit CLONE_CLASSES are counted and not listed";
        let n_left = len_to_u64(classes.len() - most);
        gaps.add_many(GapKind::SearchLimit, why, b"", n_left);
        classes.truncate(most);
    }
    classes.sort_by_cached_key(place);
    classes
}

/// The files of a tree while lines are marked.
struct Tree<'e> {
    entries: &'e [(u32, &'e Entry)],
    rule: Rule,
    /// The place of each file in the order of paths, by its number.
    ranks: Vec<u32>,
    /// For each file in the order of paths which lines are in a class.
    is_duplicated: Vec<Vec<bool>>,
}

impl<'e> Tree<'e> {
    fn new(entries: &'e [(u32, &'e Entry)], rule: Rule) -> Self {
        let n_numbers = entries.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        let mut ranks = vec![0; n_numbers as usize];
        for (rank, (number, _)) in (0..).zip(entries) {
            ranks[*number as usize] = rank;
        }
        Self { entries, rule, ranks, is_duplicated: vec![Vec::new(); entries.len()] }
    }

    /// The class of a repeat, if two of its places have lines enough.
    fn class(&mut self, repeat: &Repeat) -> Option<CloneClass> {
        let tokens = repeat.tokens as usize;
        let mut places: Vec<(Instance, Place)> = repeat
            .places
            .iter()
            .map(|&place| (self.instance(place, tokens), place))
            .filter(|(instance, _)| instance.countable_lines >= self.rule.lines)
            .collect();
        if places.len() < 2 {
            return None;
        }
        let texts: Vec<&[u32]> =
            places.iter().map(|&(_, place)| self.texts(place, tokens)).collect();
        for (at, same) in first_equals(&texts).into_iter().enumerate() {
            places[at].0.same_as = same;
        }
        for &(_, place) in &places {
            self.mark(place, tokens);
        }
        let instances: Vec<Instance> = places.into_iter().map(|(it, _)| it).collect();
        let is_one = instances.iter().all(|instance| instance.same_as == 0);
        let clone_type = if is_one { CloneType::One } else { CloneType::Two };
        Some(CloneClass { clone_type, tokens: repeat.tokens, instances })
    }

    fn entry(&self, place: Place) -> (u32, &'e Entry) {
        let rank = self.ranks[place.file as usize];
        (rank, self.entries[rank as usize].1)
    }

    fn texts(&self, place: Place, tokens: usize) -> &'e [u32] {
        let start = place.offset as usize;
        &self.entry(place).1.stream().texts[start..start + tokens]
    }

    fn instance(&self, place: Place, tokens: usize) -> Instance {
        let (file, entry) = self.entry(place);
        let stream = entry.stream();
        let start = place.offset as usize;
        let lines = stream.span_of(start..start + tokens);
        Instance {
            file,
            is_test: entry.file.is_test(lines.start),
            lines,
            countable_lines: len_to_u32(stream.lines_of(start..start + tokens).count()),
            same_as: 0,
        }
    }

    fn mark(&mut self, place: Place, tokens: usize) {
        let (rank, entry) = self.entry(place);
        let stream = entry.stream();
        let marks = &mut self.is_duplicated[rank as usize];
        if marks.is_empty() {
            marks.resize(stream.is_countable.len(), false);
        }
        let start = place.offset as usize;
        for line in stream.lines_of(start..start + tokens) {
            marks[line as usize] = true;
        }
    }

    /// What the lines of each file are.
    fn lines(&self) -> Vec<Vec<LineUse>> {
        let files = self.entries.iter().zip(&self.is_duplicated);
        files.map(|((_, entry), marks)| line_uses(entry, marks)).collect()
    }
}

fn line_uses(entry: &Entry, is_duplicated: &[bool]) -> Vec<LineUse> {
    let line_use = |(line, &is_countable): (u32, &bool)| {
        let is_duplicated = is_duplicated.get(line as usize) == Some(&true);
        match (is_countable, entry.file.is_test(line), is_duplicated) {
            (false, _, _) => LineUse::Uncounted,
            (true, false, false) => LineUse::Alone,
            (true, false, true) => LineUse::Duplicated,
            (true, true, false) => LineUse::AloneInTest,
            (true, true, true) => LineUse::DuplicatedInTest,
        }
    };
    (0..).zip(&entry.stream().is_countable).map(line_use).collect()
}

/// Lines of product code and of tests.
fn densities(lines: &[Vec<LineUse>]) -> (Density, Density) {
    let (mut product, mut tests) = (Density::default(), Density::default());
    for line in lines.iter().flatten().filter(|line| line.is_countable()) {
        let density = if line.is_test() { &mut tests } else { &mut product };
        density.add(1, line.is_duplicated());
    }
    (product, tests)
}

/// For each text the place of the first that equals it.
fn first_equals(texts: &[&[u32]]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&at| texts[at]);
    let mut firsts = vec![0; texts.len()];
    for equal in order.chunk_by(|&one, &two| texts[one] == texts[two]) {
        for &at in equal {
            firsts[at] = len_to_u32(equal[0]);
        }
    }
    firsts
}
