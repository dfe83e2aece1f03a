//! What ties units of a fleet to each other, by their names: a common past, and who
//! stands on whom.

use std::collections::BTreeSet;

use serde::Serialize;

use super::UnitReport;
use crate::dependence::{Edge, How};
use crate::lineage::{Kinship, Link, MissingFix};
use crate::units::Timestamp;

/// How many units or places are told of one unit; how many there are is told as well.
const MOST_ROWS: usize = 50;

/// Two units with a common past.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KinReport {
    /// `one_history`, `began_as_copy`, `took_over` or `shares`.
    pub kinship: &'static str,
    /// The unit that had it first, by dates; either, where these do not say.
    pub first: String,
    /// The other.
    pub second: String,
    /// The day since which the second has any of it; of one history the last day on which
    /// both were the same, as far as known.
    pub day: Option<String>,
    /// Fingerprints in common.
    pub fingerprints: usize,
    /// Lines of the second that these are made of.
    pub lines: usize,
    /// The share of the fingerprints of the first that the second has as well.
    pub share_of_first: f64,
    /// The share of the fingerprints of the second that the first has as well.
    pub share_of_second: f64,
    /// Where to look, the files with most in common: `path:line` in each.
    pub places: Vec<[String; 2]>,
    /// What says that it mends something, on one side alone.
    pub missing_fixes: Vec<FixReport>,
}

/// A change that says it mends something, in one of two copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixReport {
    /// The unit that has it.
    pub mended: String,
    /// The file there.
    pub path: String,
    /// The commit, in full.
    pub commit: String,
    /// When it landed.
    pub day: Option<String>,
    /// The unit that has not.
    pub missing: String,
    /// The file there, which was not touched since.
    pub missing_path: String,
}

/// A unit that another stands on, or that stands on another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NeedReport {
    /// The other unit.
    pub unit: String,
    /// By what: `cargo package`, `repository`, `image`, ….
    pub by: String,
    /// What stands there.
    pub name: String,
    /// The file that says so, in the repository of the one that needs the other.
    pub path: String,
    /// The line, counted from 1; `None` when none is known.
    pub line: Option<u32>,
}

fn day(time: Timestamp) -> Option<String> {
    time.day().to_iso()
}

/// Tells of units with a common past.
pub(super) fn kin(links: &[Link], names: &[String]) -> Vec<KinReport> {
    let row = |link: &Link| {
        let [first, second] = [link.first, link.second].map(|unit| names[unit].clone());
        let fix = |it: &MissingFix| {
            let (has, lacks) =
                if it.is_in_first { (&first, &second) } else { (&second, &first) };
            FixReport {
                mended: has.clone(),
                path: it.path.clone(),
                commit: it.commit.clone(),
                day: day(it.time),
                missing: lacks.clone(),
                missing_path: it.missing_in.clone(),
            }
        };
        let places = link.places.iter();
        KinReport {
            kinship: match link.kinship {
                Kinship::OneHistory => "one_history",
                Kinship::BeganAsCopy => "began_as_copy",
                Kinship::TookOver => "took_over",
                Kinship::Shares => "shares",
            },
            day: link.at.and_then(day),
            fingerprints: link.prints,
            lines: link.lines,
            share_of_first: link.shares[0],
            share_of_second: link.shares[1],
            places: places
                .map(|pair| pair.clone().map(|(path, line)| format!("{path}:{line}")))
                .collect(),
            missing_fixes: link.missing_fixes.iter().map(fix).collect(),
            first,
            second,
        }
    };
    links.iter().map(row).collect()
}

/// Tells each unit which others stand on it, and on which it stands.
pub(super) fn add_needs(units: &mut [UnitReport], edges: &[Edge], names: &[String]) {
    let row = |edge: &Edge, other: usize| NeedReport {
        unit: names[other].clone(),
        by: match &edge.how {
            How::Package(system) => format!("{system} package"),
            How::Repository => "repository".to_owned(),
            How::Image => "image".to_owned(),
        },
        name: edge.name.clone(),
        path: edge.path.clone(),
        line: edge.line,
    };
    for edge in edges {
        units[edge.needed].needed_by.push(row(edge, edge.by));
        units[edge.by].needs.push(row(edge, edge.needed));
    }
    for one in units {
        one.n_needed_by = n_units(&one.needed_by);
        one.n_needs = n_units(&one.needs);
        for rows in [&mut one.needed_by, &mut one.needs] {
            rows.sort();
            rows.truncate(MOST_ROWS);
        }
    }
}

fn n_units(rows: &[NeedReport]) -> usize {
    rows.iter().map(|one| &one.unit).collect::<BTreeSet<_>>().len()
}
