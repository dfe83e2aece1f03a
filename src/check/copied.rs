//! Code that stands in several places.

use super::judge::{Draft, Judged, lines, percent};
use super::{Finding, Measured, Place, Related, Side};
use crate::scan::change::Copied;
use crate::units::count_to_f64;

/// `new-duplication`
pub(super) fn new_duplication(judged: &Judged<'_>) -> Vec<Finding> {
    let counts = judged.change.product;
    let new = counts.copied_lines + counts.repeated_lines;
    let share = percent(new, counts.added_lines);
    let (min_lines, max_share) =
        (judged.overall("min_lines"), judged.overall("max_share"));
    let is_much = count_to_f64(new) >= min_lines && share > max_share;
    if !is_much && count_to_f64(new) <= judged.overall("max_lines") {
        return Vec::new();
    }
    let measured = if share > max_share {
        Measured { value: share, threshold: max_share, unit: "%" }
    } else {
        let threshold = judged.overall("max_lines");
        Measured { value: count_to_f64(new), threshold, unit: "lines" }
    };
    let of_change = format!(
        "the change adds {} of code of which {new} ({share:.0}%) stand elsewhere",
        lines(counts.added_lines)
    );
    let copies = judged.change.copies.iter().filter(|copy| !copy.is_test);
    let is_listed = |copy: &&Copied| {
        count_to_f64(copy.added_lines) >= judged.threshold("min_block", &copy.path)
    };
    copies
        .filter(is_listed)
        .map(|copy| {
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
        })
        .collect()
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
