//! The history of a repository, week by week: who lands what, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{self, load, moment, pick, rng};
use super::code::{self, Function};
use super::manners::{Life, Manner};
use super::people::{self, PEOPLE};
use super::planned::PLANNED;
use crate::stats::rng::Rng;
use crate::units::{Timestamp, UtcDay, len_to_u64};

/// Something that was committed.
#[derive(Debug)]
pub(super) struct Commit {
    /// The number of who wrote it.
    pub(super) person: usize,
    pub(super) time: Timestamp,
    pub(super) message: String,
    /// The files that changed, whole.
    pub(super) files: Vec<(String, String)>,
    /// When and how it was merged, and by whom; `None` when it went onto the branch itself.
    pub(super) merge: Option<Merge>,
}

/// How a commit came to the main branch.
#[derive(Debug)]
pub(super) struct Merge {
    pub(super) person: usize,
    pub(super) time: Timestamp,
    pub(super) message: String,
}

/// A function that stands, with the moment in which it will not do any more.
#[derive(Debug)]
struct Standing {
    function: Function,
    test: Option<String>,
    module: &'static str,
    due: Option<Timestamp>,
}

/// A repository in the making.
struct Workshop {
    manner: &'static Manner,
    rng: Rng,
    /// Functions by their number, which is the order in files.
    functions: BTreeMap<u64, Standing>,
    next_number: u64,
    next_pull: u64,
    /// The files that there are.
    written: BTreeSet<String>,
    commits: Vec<Commit>,
}

/// A time at which somebody may land something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    time: Timestamp,
    person: usize,
    /// How much AI the week has.
    ai: u64,
    /// The same with the week before, which what lands now comes from as well.
    reach: u64,
}

/// Returns the commits of a repository, the first first.
pub(super) fn commits(manner: &'static Manner) -> Vec<Commit> {
    let mut workshop = Workshop {
        manner,
        rng: rng(2, manner.number),
        functions: BTreeMap::new(),
        next_number: 1,
        next_pull: 1,
        written: BTreeSet::new(),
        commits: Vec::new(),
    };
    for week in manner.weeks.clone() {
        workshop.plant(week);
        for turn in turns(manner, week) {
            workshop.land(turn);
        }
    }
    workshop.commits
}

/// When whom of the team lands something in a week, in order, an hour apart.
fn turns(manner: &Manner, week: u32) -> Vec<Turn> {
    let mut turns = Vec::new();
    for (person, one) in PEOPLE.iter().enumerate() {
        let is_there = one.repository == manner.repository
            && one.left_week.is_none_or(|left| week < left);
        let number = len_to_u64(person);
        let now = load(number, week);
        let mut rng = rng(3, number * 1_000 + u64::from(week));
        let is_quiet = week >= manner.quiet_week && rng.below(4) > 0;
        if !is_there || now.is_away || is_quiet {
            continue;
        }
        let before = week.checked_sub(1).map_or(0, |before| load(number, before).ai);
        let reach = now.ai + before;
        // Mondays are for what is planted.
        let weekday = 1 + u32::try_from(rng.below(4)).unwrap_or(0);
        let day = calendar::day(week, weekday);
        turns.push(Turn { time: at(day, number), person, ai: now.ai, reach });
    }
    turns.sort();
    turns
}

/// Somebody's hour of a day: a quarter of an hour after that of the one before them.
fn at(day: UtcDay, person: u64) -> Timestamp {
    moment(day, 8 * 60 + 25 * person)
}

impl Workshop {
    /// Commits the files that are planted in a week.
    fn plant(&mut self, week: u32) {
        let is_now =
            |one: &super::planned::Planned| one.repository == self.manner.repository;
        let now = PLANNED.iter().filter(|one| is_now(one) && one.week == week);
        for (number, planned) in (0..).zip(now) {
            self.commits.push(Commit {
                person: people::number(planned.person),
                time: moment(calendar::day(week, 0), 9 * 60 + 20 * number),
                message: format!("{}\n", planned.message),
                files: vec![(planned.path.to_owned(), planned.text.to_owned())],
                merge: None,
            });
        }
    }

    /// Somebody's landing: what is due is written anew or removed, and new code comes in.
    fn land(&mut self, turn: Turn) {
        let is_marked = turn.ai > 0 && self.rng.below(100) < self.manner.marked_percent;
        let mut touched: Vec<&'static str> = self.mend(turn, is_marked);
        let module = pick(&mut self.rng, self.manner.modules).copied().unwrap_or("main");
        touched.push(module);
        let mut first = None;
        for _ in 0..self.manner.functions + turn.reach / 4 {
            let name = self.add(module, turn.time, is_marked);
            first.get_or_insert(name);
        }
        touched.sort_unstable();
        touched.dedup();
        let files: Vec<(String, String)> =
            touched.into_iter().flat_map(|module| self.files(module)).collect();
        self.written.extend(files.iter().map(|file| file.0.clone()));
        let subject = match first {
            Some(name) => format!("Add {name} to {module}"),
            None => format!("Mend {module}"),
        };
        self.commit(turn, is_marked, &subject, files);
    }

    fn commit(
        &mut self,
        turn: Turn,
        is_marked: bool,
        subject: &str,
        files: Vec<(String, String)>,
    ) {
        let tool = PEOPLE[turn.person].tool.filter(|_| is_marked);
        let trailer = tool.map(|tool| format!("\n{}\n", tool.trailer()));
        let message = format!("{subject}\n{}", trailer.unwrap_or_default());
        let merge = self.manner.is_merged.then(|| self.merge(turn, subject));
        let (person, time) = (turn.person, turn.time);
        self.commits.push(Commit { person, time, message, files, merge });
    }

    /// Another of the team merges it ten minutes later.
    fn merge(&mut self, turn: Turn, subject: &str) -> Merge {
        let others: Vec<usize> = (0..PEOPLE.len())
            .filter(|one| PEOPLE[*one].repository == self.manner.repository)
            .filter(|one| *one != turn.person)
            .collect();
        let person = pick(&mut self.rng, &others).copied().unwrap_or(turn.person);
        let (number, writer) = (self.next_pull, PEOPLE[turn.person].name.to_lowercase());
        self.next_pull += 1;
        Merge {
            person,
            time: Timestamp(turn.time.0 + 600),
            message: format!(
                "Merge pull request #{number} from tern/{writer}-{number}\n\n{subject}\n"
            ),
        }
    }

    /// Writes anew or removes what is due, and tells in which modules.
    fn mend(&mut self, turn: Turn, is_marked: bool) -> Vec<&'static str> {
        const MOST: usize = 9;
        let is_due = |one: &Standing| one.due.is_some_and(|due| due <= turn.time);
        let due: Vec<u64> = self
            .functions
            .iter()
            .filter(|(_, one)| is_due(one))
            .map(|(number, _)| *number)
            .take(MOST)
            .collect();
        let mut touched = Vec::new();
        for number in due {
            let Some(old) = self.functions.remove(&number) else { continue };
            touched.push(old.module);
            if self.rng.below(3) > 0 {
                let name = old.function.name;
                let again = self.standing(&name, old.module, turn.time, is_marked);
                self.functions.insert(number, again);
            }
        }
        touched
    }

    fn add(&mut self, module: &'static str, time: Timestamp, is_marked: bool) -> String {
        let number = self.next_number;
        self.next_number += 1;
        let name = code::name(&mut self.rng, number);
        let standing = self.standing(&name, module, time, is_marked);
        self.functions.insert(number, standing);
        name
    }

    fn standing(
        &mut self,
        name: &str,
        module: &'static str,
        time: Timestamp,
        is_marked: bool,
    ) -> Standing {
        let function = self.function(name, module);
        let test = self.manner.is_tested.then(|| function.test(&mut self.rng));
        let life = if is_marked { self.manner.marked } else { self.manner.unmarked };
        Standing { function, test, module, due: self.due(time, life) }
    }

    /// A function: written, copied from another module, or neither.
    fn function(&mut self, name: &str, module: &str) -> Function {
        let is_sloppy = self.rng.below(100) < self.manner.sloppy_percent;
        if is_sloppy && self.rng.below(3) == 0 {
            let others: Vec<&Function> = self
                .functions
                .values()
                .filter(|one| one.module != module && one.function.body.len() > 300)
                .map(|one| &one.function)
                .collect();
            if let Some(other) = pick(&mut self.rng, &others) {
                return Function { name: name.to_owned(), body: other.body.clone() };
            }
        }
        if is_sloppy && self.rng.below(4) == 0 {
            return code::stub(&mut self.rng, name);
        }
        code::function(&mut self.rng, name, is_sloppy)
    }

    fn due(&mut self, time: Timestamp, life: Life) -> Option<Timestamp> {
        let is_doomed = self.rng.below(100) < life.doomed_percent;
        let days = life.first_day + self.rng.below(life.spread_days);
        let seconds = i64::try_from(days * 86_400).ok()?;
        is_doomed.then_some(Timestamp(time.0 + seconds))
    }

    /// The files of a module as they are now. It has a few, so that a landing leaves most
    /// of it as it was.
    fn files(&self, module: &'static str) -> Vec<(String, String)> {
        let parts = 0..self.manner.files_a_module;
        let files = parts.flat_map(|part| self.files_of_part(module, part));
        // What nothing was ever in is no file yet.
        files
            .filter(|(path, text)| !text.is_empty() || self.written.contains(path))
            .collect()
    }

    fn files_of_part(&self, module: &'static str, part: u64) -> Vec<(String, String)> {
        let is_here = |number: u64, one: &Standing| {
            one.module == module && number % self.manner.files_a_module == part
        };
        let here = || {
            let all = self.functions.iter();
            all.filter(|(number, one)| is_here(**number, one)).map(|(_, one)| one)
        };
        let number = if part == 0 { String::new() } else { format!("_{}", part + 1) };
        let code: Vec<String> = here().map(|one| one.function.text()).collect();
        let mut files = vec![(format!("{module}{number}.py"), code.join("\n\n"))];
        if self.manner.is_tested {
            let tests: Vec<&str> = here().filter_map(|one| one.test.as_deref()).collect();
            let (_, name) = module.split_once('/').unwrap_or(("", module));
            files.push((format!("tests/test_{name}{number}.py"), tests.join("\n\n")));
        }
        files
    }
}
