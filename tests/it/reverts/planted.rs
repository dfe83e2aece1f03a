//! A town of planted reverts and of work that only looks like it: what happened is known, so
//! that what is told can be counted against it, kind by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::git::Repository;
use crate::harness::Place;

/// How many of each kind are planted.
const EACH: usize = 12;

/// What a plot plants, and what is told of it: by, target, kind and effect.
pub(super) type Told = (String, String, String, String);

/// A history in the making, in rounds: messages of one round name ids of the rounds before.
pub(super) struct Town<'p> {
    place: &'p Place,
    pub(super) repository: Repository,
    stream: String,
    mark: u64,
    tip: u64,
    hour: u64,
    ids: BTreeMap<u64, String>,
    /// What each commit was planted as.
    pub(super) labels: BTreeMap<String, &'static str>,
    labelled: Vec<(u64, &'static str)>,
    expected: Vec<(u64, u64, &'static str, &'static str)>,
}

/// An original change, and the versions of its file.
#[derive(Clone)]
struct Plot {
    label: &'static str,
    number: usize,
    mark: u64,
    title: String,
    path: String,
    before: String,
    after: String,
    /// What is left of it when six tenths of it go.
    half: String,
}

/// Lines of a topic; every sixth is one that many files have.
fn lines(topic: &str, from: usize, to: usize) -> String {
    let line = |n: usize| match n % 6 {
        5 => "    return the_result_of_it\n".to_owned(),
        _ => format!("    {topic} = compute({n}, {topic}_{})\n", n * 7),
    };
    (from..to).map(line).collect()
}

impl Plot {
    /// Ten lines in the place of ten, or twelve new ones, by turns.
    fn new(label: &'static str, number: usize) -> Self {
        let base = format!("base{number}");
        let fresh = format!("fresh{number}");
        let old = |from: usize, to: usize| lines(&base, from, to);
        let new = |from: usize, to: usize| lines(&fresh, from, to);
        let is_halved = label.starts_with("two halves");
        // Of five lines that come back one more or less is a fifth: halves are of new lines.
        let (before, n_new, gap) = match number % 2 {
            0 if !is_halved => (old(0, 40), 10, 20),
            _ => (old(0, 40), 12, 10),
        };
        // What went with the first so many new lines.
        let gone = |from: usize, to: usize| {
            if gap == 20 { old(from, to) } else { String::new() }
        };
        let all = [old(0, 10), new(0, n_new), old(gap, 40)].concat();
        let kept = if is_halved { n_new / 2 } else { n_new * 4 / 10 };
        Self {
            label,
            number,
            mark: 0,
            title: format!("Add \"{fresh}\" to it"),
            path: format!("src/plot{number}.py"),
            after: all,
            half: [old(0, 10), new(0, kept), gone(10 + kept, 20), old(gap, 40)].concat(),
            before,
        }
    }

    fn pull(&self) -> usize {
        1_000 + self.number
    }

    fn subject(&self) -> String {
        format!("{} (#{})", self.title, self.pull())
    }
}

impl<'p> Town<'p> {
    pub(super) fn new(place: &'p Place) -> Self {
        Self {
            place,
            repository: Repository::empty(place, "app"),
            stream: String::new(),
            mark: 0,
            tip: 0,
            hour: 0,
            ids: BTreeMap::new(),
            labels: BTreeMap::new(),
            labelled: Vec::new(),
            expected: Vec::new(),
        }
    }

    /// Writes a commit, on the mainline unless it is on another ref.
    fn write(
        &mut self,
        (reference, parents): (&str, &[u64]),
        message: &str,
        files: &[(&str, Option<&str>)],
    ) -> u64 {
        self.mark += 1;
        self.hour += 1;
        let who = format!("p{0} <p{0}@example.org>", self.mark % 11);
        let stamp = format!("{who} {} +0000", 1_735_776_000 + self.hour * 3_600);
        let _ = write!(
            self.stream,
            "commit {reference}\nmark :{}\nauthor {stamp}\ncommitter {stamp}\ndata {}\n{message}\n",
            self.mark,
            message.len()
        );
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            let _ = writeln!(self.stream, "{word} :{parent}");
        }
        for (path, text) in files {
            let _ = match text {
                Some(text) => writeln!(
                    self.stream,
                    "M 100644 inline {path}\ndata {}\n{text}",
                    text.len()
                ),
                None => writeln!(self.stream, "D {path}"),
            };
        }
        self.stream.push('\n');
        self.mark
    }

    fn land(
        &mut self,
        label: &'static str,
        message: &str,
        files: &[(&str, Option<&str>)],
    ) -> u64 {
        let parents: Vec<u64> = (self.tip > 0).then_some(self.tip).into_iter().collect();
        self.tip = self.write(("refs/heads/main", &parents), message, files);
        self.labelled.push((self.tip, label));
        self.tip
    }

    /// Imports what was written, so that its ids are known.
    fn import(&mut self) {
        let marks = self.place.path("marks");
        let marks = marks.to_str().expect("it is ours");
        self.repository.git_with_input(
            [
                "fast-import",
                "--quiet",
                &format!("--import-marks-if-exists={marks}"),
                &format!("--export-marks={marks}"),
            ],
            self.stream.as_bytes(),
        );
        self.stream.clear();
        let text = std::fs::read_to_string(marks).expect("git wrote it");
        for line in text.lines() {
            let (mark, id) = line.split_once(' ').expect("a mark and an id");
            let mark = mark.trim_start_matches(':').parse().expect("a number");
            self.ids.insert(mark, id.to_owned());
        }
        for (mark, label) in self.labelled.drain(..) {
            self.labels.insert(self.ids[&mark].clone(), label);
        }
    }

    fn expect(&mut self, by: u64, target: u64, kind: &'static str, effect: &'static str) {
        self.expected.push((by, target, kind, effect));
    }

    fn id(&self, plot: &Plot) -> &str {
        &self.ids[&plot.mark]
    }

    /// What was planted, by ids.
    pub(super) fn truth(&self) -> BTreeSet<Told> {
        let row = |&(by, target, kind, effect): &(u64, u64, &str, &str)| {
            let id = |mark: u64| self.ids[&mark].clone();
            (id(by), id(target), kind.to_owned(), effect.to_owned())
        };
        self.expected.iter().map(row).collect()
    }
}

/// The words of a message that says it takes back an original, by spelling.
fn spelling(town: &Town<'_>, plot: &Plot) -> Option<String> {
    let (title, subject, pull) = (&plot.title, plot.subject(), plot.pull());
    let id = town.id(plot);
    let short = &id[..9];
    let text = match plot.label {
        "R1 id" => format!("Revert \"{subject}\"\n\nThis reverts commit {id}.\n"),
        "R1 id, another title" => {
            format!("Go back\n\nThis reverts commit {short}, it is slow.\n")
        }
        "R1 partially" => format!("Calm down\n\nThis partially reverts commit {id}.\n"),
        "R1 id alone" => format!("Go back\n\nThis reverts {id} which is slow.\n"),
        "R1 address" => format!(
            "Go back\n\nThis reverts commit https://forge.example/own/name/commit/{id}.\n"
        ),
        "R1 next line" => format!("Go back\n\nThis reverts commit\n{id}.\n"),
        "R2 quotes" => format!("Revert \"{title}\""),
        "R2 with its number" => format!("Revert \"{subject}\" (#{})", pull + 5_000),
        "R2 area" => format!("[core] Revert \"{title}\" (#{})", pull + 5_000),
        "R2 reverted" => format!("Reverted: \"{title}\""),
        "R2 conventional" => format!("revert(core): {title}"),
        "R2 fixup" => format!("fixup! Revert \"{title}\""),
        "R3 button" => {
            format!("Revert \"{title}\" (#{})\n\nReverts own/name#{pull}\n", pull + 5_000)
        }
        "R3 number" => format!("Go back\n\nReverts #{pull}.\n"),
        "R3 words" => format!("Go back\n\nThis reverts PR #{pull} for now.\n"),
        "R3 subject" => format!("Revert #{pull}: it is slow"),
        "R3 address" => format!(
            "Go back\n\nThis reverts https://forge.example/own/name/pull/{pull}\n"
        ),
        "R4 quotes" => format!("Back out \"{title}\""),
        "R4 words" => format!("Undo what plot {} brought", plot.number),
        "R4 rollback" => format!("rollback: {title}"),
        "unknown id" => {
            let unknown = id.chars().rev().collect::<String>();
            format!("Revert \"Some title\"\n\nThis reverts commit {unknown}.\n")
        }
        "silent" => format!("Simplify plot {}", plot.number),
        _ => return None,
    };
    Some(text)
}

/// All spellings, and the silent one.
const SPELLINGS: [&str; 22] = [
    "R1 id",
    "R1 id, another title",
    "R1 partially",
    "R1 id alone",
    "R1 address",
    "R1 next line",
    "R2 quotes",
    "R2 with its number",
    "R2 area",
    "R2 reverted",
    "R2 conventional",
    "R2 fixup",
    "R3 button",
    "R3 number",
    "R3 words",
    "R3 subject",
    "R3 address",
    "R4 quotes",
    "R4 words",
    "R4 rollback",
    "unknown id",
    "silent",
];

/// Kinds with a course of their own.
const COURSES: [&str; 12] = [
    "partial, said",
    "partial, silent",
    "conflict",
    "revert of a revert",
    "reland",
    "reland by id",
    "reland with changes",
    "two halves, one reland",
    "squash, id of its pull request",
    "merge",
    "list of ids",
    "range of ids",
];

/// Work that is no revert.
const OTHERS: [&str; 9] = [
    "edit",
    "rewrite",
    "rewrite, shorter",
    "move",
    "indent",
    "removal",
    "another repository",
    "candidate",
    "step of a squash",
];

/// Writes the town: originals, what takes them back, what brings them back.
pub(super) fn town(place: &Place) -> Town<'_> {
    let mut town = Town::new(place);
    let mut plots = Vec::new();
    let labels = SPELLINGS.iter().chain(&COURSES).chain(&OTHERS);
    for &label in labels {
        plots.extend((0..EACH).map(|_| label));
    }
    let mut plots: Vec<Plot> =
        plots.into_iter().enumerate().map(|(n, label)| Plot::new(label, n)).collect();
    // All at once, so that no file is imported.
    let bases: Vec<(&str, Option<&str>)> = plots
        .iter()
        .map(|plot| (plot.path.as_str(), Some(plot.before.as_str())))
        .collect();
    town.land("start", "start", &bases);
    for plot in &mut plots {
        plot.mark = original(&mut town, plot);
    }
    town.import();
    let mut taken = Vec::new();
    for plot in &plots {
        let by = match spelling(&town, plot) {
            Some(message) => {
                let files = [(plot.path.as_str(), Some(plot.before.as_str()))];
                let by = town.land(plot.label, &message, &files);
                let kind = if plot.label == "silent" { "silent" } else { "revert" };
                town.expect(by, plot.mark, kind, "full");
                by
            }
            None => second(&mut town, plot),
        };
        taken.push((plot.clone(), by));
    }
    lists(&mut town, &plots);
    town.import();
    for (plot, by) in &taken {
        third(&mut town, plot, *by);
    }
    town.import();
    town
}

fn original(town: &mut Town<'_>, plot: &Plot) -> u64 {
    let files = [(plot.path.as_str(), Some(plot.after.as_str()))];
    match plot.label {
        "squash, id of its pull request" => {
            let head = format!("refs/pull/{}/head", plot.pull());
            let parents = [town.tip];
            let step = [(plot.path.as_str(), Some(plot.half.as_str()))];
            let first = town.write((&head, &parents), "first step", &step);
            town.write((&head, &[first]), "second step", &files);
            town.land(plot.label, &plot.subject(), &files)
        }
        "merge" => {
            let branch = format!("refs/heads/branch{}", plot.number);
            let step = [(plot.path.as_str(), Some(plot.half.as_str()))];
            let parents = [town.tip];
            let first = town.write((&branch, &parents), "first step", &step);
            let last = town.write((&branch, &[first]), "second step", &files);
            let message = format!("Merge branch 'branch{}'", plot.number);
            let parents = [town.tip, last];
            town.tip = town.write(("refs/heads/main", &parents), &message, &files);
            town.labelled.push((town.tip, plot.label));
            town.tip
        }
        "removal" => {
            let path = format!("old/plot{}.py", plot.number);
            let text = lines(&format!("whole{}", plot.number), 0, 30);
            town.land(plot.label, &plot.subject(), &[(&path, Some(&text))])
        }
        _ => town.land(plot.label, &plot.subject(), &files),
    }
}

/// What a plot with a course of its own does next; other work is no revert.
fn second(town: &mut Town<'_>, plot: &Plot) -> u64 {
    let path = plot.path.as_str();
    let (before, half) = (Some(plot.before.as_str()), Some(plot.half.as_str()));
    let id = town.id(plot).to_owned();
    let number = plot.number;
    match plot.label {
        "partial, said" => {
            let message = format!("Less of it\n\nThis reverts parts of commit {id}.\n");
            let by = town.land(plot.label, &message, &[(path, half)]);
            town.expect(by, plot.mark, "revert", "partial");
            by
        }
        "partial, silent" => {
            let by =
                town.land(plot.label, &format!("Trim plot {number}"), &[(path, half)]);
            town.expect(by, plot.mark, "silent", "partial");
            by
        }
        "conflict" => {
            // Two of its lines were edited since, and others are new beside the undoing.
            let edited = plot.after.replacen("compute(1,", "count(1,", 1);
            let edited =
                edited.replacen(&format!("fresh{number} = compute(2,"), "x = f(2,", 1);
            town.land(
                plot.label,
                &format!("Polish plot {number}"),
                &[(path, Some(&edited))],
            );
            let resolution = lines("resolved", number * 50, number * 50 + 9);
            let resolved = format!("{}{resolution}", plot.before);
            let message =
                format!("Revert \"{}\"\n\nThis reverts commit {id}.\n", plot.subject());
            let by = town.land(plot.label, &message, &[(path, Some(&resolved))]);
            town.expect(by, plot.mark, "revert", "full");
            by
        }
        "squash, id of its pull request" => {
            let head = format!("refs/pull/{}/head", plot.pull());
            let pulled = town.repository.words(["rev-parse", &head]).remove(0);
            let message = format!("Go back\n\nThis reverts commit {pulled}.\n");
            let by = town.land(plot.label, &message, &[(path, before)]);
            town.expect(by, plot.mark, "revert", "full");
            by
        }
        "merge" => {
            let message = format!(
                "Revert \"Merge branch 'branch{number}'\"\n\nThis reverts commit {id}, reversing\n\
                 changes made to {}.\n",
                town.repository.words(["rev-parse", &format!("{id}^1")]).remove(0)
            );
            let by = town.land(plot.label, &message, &[(path, before)]);
            town.expect(by, plot.mark, "revert", "full");
            by
        }
        "revert of a revert" | "reland" | "reland by id" | "reland with changes" => {
            let message = format!("Revert \"{}\"", plot.subject());
            let by = town.land(plot.label, &message, &[(path, before)]);
            town.expect(by, plot.mark, "revert", "full");
            by
        }
        "two halves, one reland" => {
            let message = format!("Revert \"{}\"", plot.subject());
            let first = town.land(plot.label, &message, &[(path, half)]);
            let by = town.land(plot.label, &message, &[(path, before)]);
            town.expect(first, plot.mark, "revert", "partial");
            town.expect(by, plot.mark, "revert", "full");
            town.expected.push((first, by, "halves", ""));
            by
        }
        "list of ids" | "range of ids" => 0,
        _ => other(town, plot),
    }
}

/// Work that only looks like taking something back.
fn other(town: &mut Town<'_>, plot: &Plot) -> u64 {
    let path = plot.path.as_str();
    let number = plot.number;
    let after = plot.after.as_str();
    let fresh = format!("fresh{number}");
    let block = |text: &str| -> String {
        let is_new = |line: &&str| line.contains(&fresh);
        text.split_inclusive('\n').filter(is_new).collect()
    };
    let without: String =
        after.split_inclusive('\n').filter(|line| !line.contains(&fresh)).collect();
    let subject = format!("Work on plot {number}");
    match plot.label {
        "edit" => {
            let text = after.replacen(&format!("{fresh} = compute(3"), "three = f(3", 1);
            town.land(plot.label, &subject, &[(path, Some(&text))])
        }
        "rewrite" => {
            let text =
                after.replace(&format!("{fresh} = compute("), "value = other_words(");
            town.land(plot.label, &subject, &[(path, Some(&text))])
        }
        "rewrite, shorter" => {
            let text = format!("{without}{}", lines(&format!("short{number}"), 0, 2));
            town.land(plot.label, &subject, &[(path, Some(&text))])
        }
        "move" => {
            let to = format!("moved/plot{number}.py");
            let moved = block(after);
            town.land(
                plot.label,
                &subject,
                &[(path, Some(&without)), (&to, Some(&moved))],
            )
        }
        "indent" => {
            let text: String =
                after.split_inclusive('\n').map(|line| format!("    {line}")).collect();
            town.land(plot.label, &subject, &[(path, Some(&text))])
        }
        "removal" => {
            let path = format!("old/plot{number}.py");
            town.land(plot.label, &subject, &[(&path, None)])
        }
        "another repository" => {
            let message = format!("{subject}\n\nReverts other/place#{}\n", plot.pull());
            let text = after.replacen(&format!("{fresh} = compute(3"), "three = f(3", 1);
            town.land(plot.label, &message, &[(path, Some(&text))])
        }
        "candidate" => {
            let text = after.replacen(&format!("{fresh} = compute(3"), "three = f(3", 1);
            town.land(
                plot.label,
                &format!("Undo: {}", plot.title),
                &[(path, Some(&text))],
            )
        }
        _ => {
            let message = format!(
                "Widen plot {number} (#{})\n\n* Widen it\n\n* Revert \"Widen it\"\n\n\
                 This reverts commit {}.\n",
                plot.pull() + 7_000,
                "0123456789abcdef".repeat(3).get(..40).expect("it is long")
            );
            let text = format!("{after}{}", lines(&format!("wide{number}"), 0, 9));
            town.land(plot.label, &message, &[(path, Some(&text))])
        }
    }
}

/// Messages that name several: three at once by their ids, and three by their range.
fn lists(town: &mut Town<'_>, plots: &[Plot]) {
    for label in ["list of ids", "range of ids"] {
        let plots: Vec<&Plot> = plots.iter().filter(|plot| plot.label == label).collect();
        for three in plots.chunks(3) {
            let ids: Vec<&str> = three.iter().map(|plot| town.id(plot)).collect();
            let message = match label {
                "list of ids" => format!(
                    "Go back\n\nThis reverts commits {}, {}\nand {}.\n",
                    &ids[0][..12],
                    &ids[1][..12],
                    &ids[2][..12]
                ),
                _ => {
                    format!("Go back\n\nThis reverts commits {}^..{}.\n", ids[0], ids[2])
                }
            };
            let files: Vec<(&str, Option<&str>)> = three
                .iter()
                .map(|plot| (plot.path.as_str(), Some(plot.before.as_str())))
                .collect();
            let by = town.land(label, &message, &files);
            three.iter().for_each(|plot| town.expect(by, plot.mark, "revert", "full"));
        }
    }
}

/// What brings back what was taken back by `revert`.
fn third(town: &mut Town<'_>, plot: &Plot, revert: u64) {
    let path = plot.path.as_str();
    let after = Some(plot.after.as_str());
    let reapply = format!("Reapply \"{}\"", plot.subject());
    match plot.label {
        "revert of a revert" => {
            let message = format!("Revert \"Revert \"{}\"\"", plot.subject());
            let by = town.land(plot.label, &message, &[(path, after)]);
            town.expect(by, revert, "revert", "full");
        }
        "reland" => {
            let by = town.land(plot.label, &reapply, &[(path, after)]);
            town.expect(by, revert, "reland", "full");
        }
        "reland by id" => {
            let message =
                format!("Reland it\n\nThis reverts commit {}.\n", town.ids[&revert]);
            let by = town.land(plot.label, &message, &[(path, after)]);
            town.expect(by, revert, "reland", "full");
        }
        "reland with changes" => {
            let words = format!("fresh{} = compute(", plot.number);
            let changed = plot.after.replacen(&words, "value = better_words(", 4);
            let by = town.land(plot.label, &reapply, &[(path, Some(&changed))]);
            town.expect(by, revert, "reland", "partial");
        }
        "two halves, one reland" => {
            let by = town.land(plot.label, &reapply, &[(path, after)]);
            let halves =
                town.expected.iter().position(|row| row.2 == "halves" && row.1 == revert);
            let (first, ..) = town.expected.remove(halves.expect("it was planted"));
            town.expect(by, revert, "reland", "full");
            town.expect(by, first, "reland", "full");
        }
        _ => {}
    }
}
