//! The report as a page: what is said, in which order, before it is written as HTML,
//! Markdown or a table. All three say the same because they are made of the same.
//!
//! ```text
//! Report -> Page { answer, sections { blocks: text, tables, charts } } -> bytes
//! ```
//!
//! Text from outside is made harmless for eyes here (nothing invisible, nothing that turns
//! the direction of writing); the writers add what their language needs.

mod answer;
mod closing;
mod code;
pub(super) mod fleet;
mod lives;
mod marks;
mod operations;
mod places;
mod repositories;
mod spend;
mod usage;

use super::sentences::day;
use crate::report::Report;
use crate::untrusted::Untrusted;

/// All that is said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    /// What it is about: names of repositories.
    pub(super) subject: String,
    /// The end of observation, a day.
    pub(super) as_of: Option<String>,
    /// The sections, the answer first.
    pub(super) sections: Vec<Section>,
    /// What it is for, and what made it.
    pub(super) colophon: String,
}

/// One part of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    /// Its name within the page: letters and hyphens.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What it says.
    pub(super) blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// What matters most: large.
    Lead(String),
    /// A paragraph.
    Text(String),
    /// A paragraph that asks for care.
    Warning(String),
    /// A table.
    Table(Table),
    /// A drawing of numbers, with their table.
    Chart(Chart),
    /// Figures in large digits.
    Figures(Vec<Figure>),
    /// One of several at a time, each with its name. Written one after the other where
    /// nothing can be chosen.
    Choice(Choice),
    /// Words and what they mean.
    Terms(Vec<(&'static str, &'static str)>),
}

/// Several things of which one is looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    /// What is chosen.
    pub(super) label: &'static str,
    /// The things by name.
    pub(super) options: Vec<(String, Vec<Block>)>,
}

/// A figure in large digits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    /// The figure with its unit.
    pub(super) value: String,
    /// What it is of.
    pub(super) label: String,
    /// Its interval and n, or why there is none.
    pub(super) support: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// What it shows.
    pub(super) caption: String,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Its rows, each as wide as there are columns.
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// Its name, with the unit if the cells have none.
    pub(super) name: String,
    /// Whether it holds numbers.
    pub(super) is_number: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    /// What is shown.
    pub(super) text: String,
    /// The number it is sorted by.
    pub(super) value: Option<f64>,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chart {
    /// What it shows, for its heading.
    pub(super) title: String,
    /// What can be seen in it, for those who do not see it.
    pub(super) description: String,
    /// What is drawn.
    pub(super) drawing: Drawing,
    /// The same numbers.
    pub(super) table: Table,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drawing {
    /// Shares over age, as steps with bands.
    Curves(Vec<Curve>),
    /// Parts of a whole over time, one above the other: labels, then each part.
    Stacks {
        /// Labels along the way.
        labels: Vec<String>,
        /// The parts, from below.
        parts: Vec<(String, Vec<f64>)>,
        /// What is counted.
        unit: &'static str,
    },
    /// Shares with intervals, a row each: name, value, lower and upper end.
    Intervals {
        /// The rows.
        rows: Vec<(String, f64, f64, f64)>,
        /// What the numbers are.
        unit: &'static str,
    },
    /// Sizes as areas, and a share as their colour: name, size, share.
    Areas(Vec<(String, f64, Option<f64>)>),
}

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// Its name.
    pub(super) name: String,
    /// Its points, in order of age.
    pub(super) points: Vec<CurvePoint>,
}

/// Age in days, share, and the ends of its interval.
pub(super) type CurvePoint = (f64, f64, Option<(f64, f64)>);

/// Puts the report in order.
pub(super) fn page(report: &Report) -> Page {
    let none = report.repositories.iter().all(|repository| repository.tip.is_none());
    let mut sections = vec![answer::section(report)];
    if !none {
        sections.extend(spend::sections(report));
        sections.push(lives::section(report));
        sections.push(lives::deaths(report));
        sections.push(marks::section(report));
        sections.push(operations::section(report));
        sections.push(code::section(report));
        sections.push(places::section(report));
        sections.push(repositories::section(report));
    }
    sections.push(closing::left_out(report));
    sections.push(closing::how_to_read(report));
    sections.push(closing::glossary());
    sections.retain(|section| !section.blocks.is_empty());
    sections.iter_mut().flat_map(|section| &mut section.blocks).for_each(tidy);
    Page {
        subject: answer::subject(report),
        as_of: report.as_of.as_deref().map(|time| day(time).to_owned()),
        sections,
        colophon: format!(
            "Made by {} {} {}. This page asks nothing of any network.",
            report.tool.name, report.tool.version, report.purpose
        ),
    }
}

/// Takes out of tables the columns in which nothing stands.
fn tidy(block: &mut Block) {
    match block {
        Block::Table(table) => table.without_empty_columns(),
        Block::Chart(chart) => chart.table.without_empty_columns(),
        Block::Choice(choice) => {
            choice.options.iter_mut().flat_map(|option| &mut option.1).for_each(tidy);
        }
        _ => {}
    }
}

/// The name of a repository: the last part of its path, where no other ends alike.
fn name(report: &Report, path: &str) -> String {
    super::sentences::short_name(report, path, safe)
}

/// What is said of rows that have no room.
fn more(n_hidden: usize) -> Option<Block> {
    let n_hidden = super::number::count(crate::units::len_to_u64(n_hidden));
    let text = format!("{n_hidden} more are in --format json.");
    (n_hidden != "0").then_some(Block::Text(text))
}

/// The first of some rows, and what is said of the others.
fn cut<T>(rows: impl IntoIterator<Item = T>, most: usize) -> (Vec<T>, Option<Block>) {
    let mut rows: Vec<T> = rows.into_iter().collect();
    let n_hidden = rows.len().saturating_sub(most);
    rows.truncate(most);
    (rows, more(n_hidden))
}

/// A table with what is said of rows that have no room in it; nothing without rows.
fn with_more(table: Table, more: Option<Block>) -> Vec<Block> {
    if table.rows.is_empty() {
        return Vec::new();
    }
    std::iter::once(Block::Table(table)).chain(more).collect()
}

/// Text from outside, with everything invisible made visible.
pub(super) fn safe(text: &str) -> String {
    Untrusted::from(text).to_terminal()
}

impl Cell {
    /// Words.
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None }
    }

    /// A number, shown with its thousands apart.
    fn count(n: u64) -> Self {
        let value = Some(crate::units::count_to_f64(n));
        Self { text: super::number::count(n), value }
    }

    /// A share, or nothing when it is unknown.
    fn share(share: Option<f64>) -> Self {
        let text = share.map_or_else(|| "unknown".to_owned(), super::number::percent);
        Self { text, value: share }
    }

    /// An exact decimal amount, rounded for eyes.
    fn amount(amount: &str, places: usize) -> Self {
        let text = super::number::decimal(amount, places);
        Self { text, value: amount.parse().ok() }
    }

    /// Something written out that is sorted by a number.
    fn number(text: impl Into<String>, value: Option<f64>) -> Self {
        Self { text: text.into(), value }
    }
}

impl Table {
    /// A table whose columns are of words, or of numbers where the name begins with `#`.
    fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        let column = |name: &&str| Column {
            name: name.trim_start_matches('#').to_owned(),
            is_number: name.starts_with('#'),
        };
        Self {
            caption: caption.into(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    fn without_empty_columns(&mut self) {
        let is_empty = |at: usize| self.rows.iter().all(|row| row[at].text.is_empty());
        for at in
            (0..self.columns.len()).rev().filter(|&at| is_empty(at)).collect::<Vec<_>>()
        {
            self.columns.remove(at);
            self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
        }
    }

    /// Adds a row, which is as wide as the table.
    fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "{}", self.caption);
        self.rows.push(row);
    }
}
