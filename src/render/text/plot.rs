//! Small drawings for a terminal.

use std::io::{self, Write};

use crate::report::CurvePoint;
use crate::units::len_to_f64;

/// A bar of at most `width` cells for a share of the whole.
pub(super) fn bar(share: f64, width: usize) -> String {
    "█".repeat(cells(share, width))
}

/// A bar for `part` and, lighter, for the rest of `whole`; both are shares of `width`.
pub(super) fn two_part_bar(part: f64, whole: f64, width: usize) -> String {
    let (part, whole) = (cells(part, width), cells(whole, width));
    format!("{}{}", "█".repeat(part), "░".repeat(whole.saturating_sub(part)))
}

/// How many cells a share fills; a share above zero fills one at least.
fn cells(share: f64, width: usize) -> usize {
    let exact = share.clamp(0.0, 1.0) * len_to_f64(width);
    let full = (0..width).filter(|&cell| len_to_f64(cell) + 0.5 <= exact).count();
    if share > 0.0 { full.max(1) } else { 0 }
}

/// The least that a curve is drawn for.
const SHORTEST_DAYS: f64 = 7.0;

/// Draws a survival curve as steps. The axis says how far it is observed.
pub(super) fn curve(points: &[CurvePoint], to: &mut dyn Write) -> io::Result<()> {
    const ROWS: usize = 8;
    const COLUMNS: u32 = 60;
    // A curve of less than a week says nothing that the table does not.
    let last = points.last().filter(|last| last.age_days >= SHORTEST_DAYS);
    let Some(last) = last else {
        return writeln!(to, "  Too little was followed to draw a curve.");
    };
    // The scale begins at a round share below the lowest point, and says so.
    let lowest = points.iter().map(|point| point.survival).fold(1.0, f64::min);
    let floor =
        (0..10).map(|tenth| f64::from(tenth) / 10.0).rfind(|&tenth| tenth <= lowest);
    let floor = floor.unwrap_or(0.0).min(0.9);
    let height = |survival: f64| (survival - floor) / (1.0 - floor) * len_to_f64(ROWS);
    // A column shows what holds at its age: the latest point up to there.
    let at = |column: u32| {
        let age_days = last.age_days * f64::from(column) / f64::from(COLUMNS);
        let before = points.iter().take_while(|point| point.age_days <= age_days);
        before.last().map_or(1.0, |point| point.survival)
    };
    let columns: Vec<f64> = (0..=COLUMNS).map(at).collect();
    for row in (0..ROWS).rev() {
        let base = len_to_f64(row);
        let label = floor + (base + 1.0) / len_to_f64(ROWS) * (1.0 - floor);
        let drawn: String =
            columns.iter().map(|survival| cell(height(*survival) - base)).collect();
        writeln!(to, "  {:>5.0}% ┤{}", label * 100.0, drawn.trim_end())?;
    }
    let axis = "─".repeat(columns.len());
    writeln!(to, "  {:>5.0}% └{axis}", floor * 100.0)?;
    let end = crate::render::sentences::days_in_words(last.age_days);
    let space = columns.len().saturating_sub("landed".len() + end.len());
    writeln!(to, "         landed{}{end} later", " ".repeat(space))
}

/// The part of one cell that is filled, in eighths.
fn cell(fill: f64) -> char {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let full = (1_u32..=8)
        .filter(|&eighth| f64::from(eighth) / 8.0 - 1.0 / 16.0 <= fill)
        .count();
    EIGHTHS[full.min(8)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_above_zero_is_seen() {
        assert_eq!(bar(0.001, 10), "█");
        assert_eq!(bar(0.0, 10), "");
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(two_part_bar(0.25, 0.5, 8), "██░░");
    }

    #[test]
    fn a_cell_fills_by_eighths() {
        assert_eq!((cell(-1.0), cell(0.5), cell(3.0)), (' ', '▄', '█'));
    }
}
