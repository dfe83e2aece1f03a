//! How a unit grew, quarter by quarter: when one product became five.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::sprawl;
use super::unit::Unit;
use crate::file_class::FileClass;
use crate::units::Timestamp;

/// A unit at the end of a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarterReport {
    /// The quarter, in UTC: `2026-Q1`.
    pub quarter: String,
    /// Programs that stand at the tip and of which a line stood by then; those that are
    /// gone since are not seen.
    pub programs: usize,
    /// Folders right below its own that had lines of the product then.
    pub folders: usize,
    /// Lines of the product that stood then.
    pub product_lines: u64,
}

/// Tells of each quarter in which something landed, oldest first.
pub fn by_quarter(unit: &Unit<'_>) -> Vec<QuarterReport> {
    let born: Vec<Timestamp> =
        sprawl::programs(unit).into_iter().filter_map(|one| one.1).collect();
    let mut lines: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    let mut quarters: BTreeMap<String, Timestamp> = BTreeMap::new();
    for one in unit.lifetimes.iter().filter(|one| one.class == FileClass::Product) {
        let folder = folder_in(&unit.root, &unit.path(one.path));
        let count = i64::try_from(one.lines).unwrap_or(i64::MAX);
        let death = one.death.filter(|it| it.1.is_death()).map(|it| (it.0, -count));
        for (landing, change) in [(one.landing, count)].into_iter().chain(death) {
            let time = unit.landing(landing).time;
            let Some(quarter) = quarter(time) else { continue };
            let last = quarters.entry(quarter.clone()).or_insert(time);
            *last = time.max(*last);
            *lines.entry(quarter).or_default().entry(folder.clone()).or_default() +=
                change;
        }
    }
    let mut standing: BTreeMap<String, i64> = BTreeMap::new();
    let row = |(quarter, changes): (String, BTreeMap<String, i64>)| {
        for (folder, change) in changes {
            *standing.entry(folder).or_default() += change;
        }
        let last = quarters.get(&quarter).copied().unwrap_or(Timestamp(i64::MIN));
        let alive = standing.iter().filter(|it| *it.1 > 0);
        let folders: BTreeSet<&String> =
            alive.map(|it| it.0).filter(|folder| !folder.is_empty()).collect();
        QuarterReport {
            programs: born.iter().filter(|&&at| at <= last).count(),
            folders: folders.len(),
            product_lines: u64::try_from(standing.values().sum::<i64>()).unwrap_or(0),
            quarter,
        }
    };
    lines.into_iter().map(row).collect()
}

/// The folder right below a root that a path stands in; empty for the root itself.
fn folder_in(root: &str, path: &str) -> String {
    let below = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
    below.split_once('/').map_or_else(String::new, |it| it.0.to_owned())
}

/// The quarter of a moment; years with more than four digits are none of a calendar.
fn quarter(time: Timestamp) -> Option<String> {
    let day = time.day().to_iso()?;
    let (year, rest) = day.rsplit_once('-')?.0.rsplit_once('-')?;
    let month: u32 = rest.parse().ok()?;
    Some(format!("{year}-Q{}", month.div_ceil(3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_and_folders_are_named_plainly() {
        assert_eq!(quarter(Timestamp(0)).as_deref(), Some("1970-Q1"));
        assert_eq!(quarter(Timestamp(1_767_225_600 - 1)).as_deref(), Some("2025-Q4"));
        assert_eq!(folder_in("", "a/b/c.py"), "a");
        assert_eq!(folder_in("svc/pay", "svc/pay/x/c.py"), "x");
        assert_eq!(folder_in("svc/pay", "svc/pay/c.py"), "");
    }
}
