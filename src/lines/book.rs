//! The book of lives: every line that landed, by number, and what became of it. Plain
//! tables, of one lineage or of all together.

use serde::{Deserialize, Serialize};

use crate::file_class::FileClass;
use crate::history::CommitIdx;
use crate::lines::marks::LineMark;
use crate::lines::runs::{Label, Run};
use crate::syntax::LineKind;
use crate::units::len_to_u32;

/// A line that stands: its number among all lines that landed, and who wrote it, as
/// `git blame` says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// The number of the line.
    pub line: u32,
    /// The commit that wrote it.
    pub origin: CommitIdx,
}

impl Label for Stand {
    fn below(self, lines: u32) -> Self {
        Self { line: self.line + lines, ..self }
    }
}

/// What is known of a line since it landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandedLine {
    /// What kind of line it was.
    pub kind: LineKind,
    /// Whether it may be older than it seems, because history is cut or was unreadable.
    pub birth_unknown: bool,
}

/// Neighbouring lines that landed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Came {
    /// The number of the first.
    pub first: u32,
    /// How many; never zero.
    pub lines: u32,
    /// The mainline number of the commit that brought them in.
    pub landing: u32,
    /// The number of their path.
    pub path: u32,
    /// Where the first stands in its file, from 0 on.
    pub start: u32,
    /// What their file was for.
    pub class: FileClass,
}

/// How lines left a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Left {
    /// Others came in their place.
    Replaced {
        /// The commit that wrote them.
        by: CommitIdx,
        /// The number of the first line that came there.
        came: u32,
    },
    /// Nothing came in their place.
    Deleted,
    /// Their whole file was removed.
    FileDeleted,
    /// Their file became unreadable: they may live on.
    Unreadable,
}

/// When and how lines left a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The mainline number of the commit that removed them.
    pub landing: u32,
    /// How.
    pub left: Left,
    /// The number of the path that their file has now; their own if it is gone.
    pub file: u32,
    /// Where the first of them stood, from 0 on.
    pub start: u32,
}

/// Neighbouring lines of one change that shared their fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// The first of them.
    pub stand: Stand,
    /// How many; never zero.
    pub lines: u32,
    /// The number of the path where they stood last.
    pub path: u32,
    /// How they left; `None` while they stand.
    pub exit: Option<Exit>,
}

/// Stands for who wrote a line by a record of a tool, counted from 1; 0 where none says.
pub type Mark = u16;

/// Lines that landed with a mark, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkedRun {
    /// The first.
    pub first: u32,
    /// How many; never zero.
    pub lines: u32,
    /// Who wrote them.
    pub mark: Mark,
}

/// A line that went and the line that came and stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// The number of the line that went.
    pub from: u32,
    /// The number of the line that came.
    pub to: u32,
}

/// Lines of one file that stand on and of which a landing changed the white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Respaced {
    /// The mainline number of the landing.
    pub landing: u32,
    /// The number of a line of the file.
    pub line: u32,
    /// How many; never zero.
    pub lines: u32,
}

/// Every line that landed and what became of it.
#[derive(Debug, Default)]
pub struct Book {
    /// Each line that landed.
    pub lines: Vec<LandedLine>,
    /// What is remembered of the text of each; empty where nobody will ask.
    pub marks: Vec<LineMark>,
    /// The same lines in blocks, by number.
    pub came: Vec<Came>,
    /// What became of them.
    pub fates: Vec<Fate>,
    /// Lines that go on as another, because only their form changed.
    pub carried: Vec<Link>,
    /// Lines that were edited into another, unless a rule says better.
    pub edited: Vec<Link>,
    /// What each of these edits replaced by what, as a number.
    pub substitutions: Vec<u32>,
    /// Lines of which the white space alone changed.
    pub respaced: Vec<Respaced>,
    /// Lines that went into others by a change of form.
    pub joined: Vec<u32>,
    /// Lines that are pieces of others since a change of form.
    pub split: Vec<u32>,
    /// Lines of which a record says who wrote them; what is said later holds.
    pub attested: Vec<MarkedRun>,
    /// The files at the tip, if asked for: path and lines.
    pub standing: Vec<(u32, Vec<Run<Stand>>)>,
}

impl Book {
    /// The number that the next line to land gets.
    pub fn next_line(&self) -> u32 {
        len_to_u32(self.lines.len())
    }

    /// Adds the book of another lineage; its lines get new numbers.
    pub fn append(&mut self, other: Self) {
        let base = self.next_line();
        let moved = |stand: Stand| Stand { line: stand.line + base, ..stand };
        let linked = |link: Link| Link { from: link.from + base, to: link.to + base };
        let left = |exit: Exit| match exit.left {
            Left::Replaced { by, came } => {
                Exit { left: Left::Replaced { by, came: came + base }, ..exit }
            }
            Left::Deleted | Left::FileDeleted | Left::Unreadable => exit,
        };
        self.lines.extend(other.lines);
        self.marks.extend(other.marks);
        let came = other.came.into_iter();
        self.came.extend(came.map(|came| Came { first: came.first + base, ..came }));
        let fates = other.fates.into_iter().map(|fate| Fate {
            stand: moved(fate.stand),
            exit: fate.exit.map(left),
            ..fate
        });
        self.fates.extend(fates);
        self.carried.extend(other.carried.into_iter().map(linked));
        self.edited.extend(other.edited.into_iter().map(linked));
        self.substitutions.extend(other.substitutions);
        let respaced = other.respaced.into_iter();
        self.respaced
            .extend(respaced.map(|one| Respaced { line: one.line + base, ..one }));
        self.joined.extend(other.joined.into_iter().map(|line| line + base));
        self.split.extend(other.split.into_iter().map(|line| line + base));
        let attested = other.attested.into_iter();
        self.attested
            .extend(attested.map(|run| MarkedRun { first: run.first + base, ..run }));
        for (path, mut runs) in other.standing {
            for run in &mut runs {
                run.label = moved(run.label);
            }
            self.standing.push((path, runs));
        }
    }
}
