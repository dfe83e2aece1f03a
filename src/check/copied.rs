//! Code that stands in several places.

use std::collections::BTreeSet;

use super::judge::{Draft, Judged, lines, percent};
use super::{Finding, Measured, Place, Related, Side};
use crate::scan::change::Copied;
use crate::units::count_to_f64;

/// `new-duplication`
pub(super) fn new_duplication(judged: &Judged<'_>) -> Vec<Finding> {
    let copies = listed(judged);
    let new: u64 = copies.iter().map(|copy| copy.added_lines).sum();
    let added = judged.change.product.added_lines;
    let share = percent(new, added);
    let (max_share, max_lines) =
        (judged.overall("max_share"), judged.overall("max_lines"));
    let is_much = count_to_f64(new) >= judged.overall("min_lines") && share > max_share;
    if !is_much && count_to_f64(new) <= max_lines {
        return Vec::new();
    }
    let measured = if is_much {
        Measured { value: share, threshold: max_share, unit: "%" }
    } else {
        Measured { value: count_to_f64(new), threshold: max_lines, unit: "lines" }
    };
    let of_change = format!(
        "of {} of code added {new} ({share:.0}%) are in such copies",
        lines(added)
    );
    let finding = |copy: &&Copied| {
        let place = Place {
            path: copy.of_path.clone(),
            first_line: Some(copy.of_first_line),
            last_line: Some(copy.of_last_line),
        };
        let side = if copy.in_base { Side::Base } else { Side::Head };
        judged.finding(Draft {
            path: &copy.path,
            lines: Some((copy.first_line, copy.last_line)),
            side: Side::Head,
            symbol: copy.symbol.as_ref(),
            message: format!("{}; {of_change}", of_copy(copy)),
            measured: Some(measured),
            related: vec![Related::Lines(place, side)],
            words: &[copy.digest],
        })
    };
    copies.iter().map(finding).collect()
}

/// The copies that are long enough. Of two that the change adds, each like the other, one is
/// the copy.
fn listed<'c>(judged: &Judged<'c>) -> Vec<&'c Copied> {
    let is_long = |copy: &&Copied| {
        let least = judged.threshold("min_block", &copy.path);
        !copy.is_test && count_to_f64(copy.added_lines) >= least
    };
    let mut seen = BTreeSet::new();
    let mut listed = Vec::new();
    for copy in judged.change.copies.iter().filter(is_long) {
        let here = (&copy.path, copy.first_line, copy.last_line);
        let there = (&copy.of_path, copy.of_first_line, copy.of_last_line);
        if copy.in_base || !seen.contains(&(there, here)) {
            listed.push(copy);
        }
        seen.insert((here, there));
    }
    listed
}

fn of_copy(copy: &Copied) -> String {
    let n = lines(copy.added_lines);
    let how = match copy.is_renamed {
        true => "but for names, strings and numbers",
        false => "word for word",
    };
    if copy.in_base {
        format!("{n} added here stand in the project already, {how}")
    } else {
        format!("{n} added here are added at another place, too, {how}")
    }
}
