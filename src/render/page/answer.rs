//! The answer: three sentences and the figures that they stand on.

use super::{Block, Figure, Section, safe};
use crate::render::number::{count_of, decimal, percent, survival};
use crate::render::sentences;
use crate::report::{Report, SurvivalPoint};

/// How many names of repositories are shown in a heading.
const MOST_NAMES: usize = 3;

/// What the report is about.
pub(super) fn subject(report: &Report) -> String {
    let names = report.repositories.iter().take(MOST_NAMES).map(|one| {
        let branch = one.branch.trim_start_matches("refs/heads/");
        let branch = branch.trim_start_matches("refs/remotes/");
        format!("{} ({})", safe(&one.path), safe(branch))
    });
    let names: Vec<String> = names.collect();
    match report.repositories.len().saturating_sub(MOST_NAMES) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

pub(super) fn section(report: &Report) -> Section {
    let mut said = sentences::answer(report, safe).into_iter();
    let mut blocks: Vec<Block> = said.next().map(Block::Lead).into_iter().collect();
    blocks.extend(said.map(Block::Text));
    if !report.complete {
        let text = "Figures are incomplete: something that should have been counted could not \
                    be read. It is listed under \u{201c}What was left out\u{201d}.";
        blocks.insert(1.min(blocks.len()), Block::Warning(text.to_owned()));
    }
    let figures = figures(report);
    if !figures.is_empty() {
        blocks.insert(1.min(blocks.len()), Block::Figures(figures));
    }
    Section { id: "answer", title: "Did it last?", blocks }
}

fn figures(report: &Report) -> Vec<Figure> {
    let lives = &report.survival;
    let mut figures = Vec::new();
    let at = |days: &str| lives.survival.get(days).filter(|one| one.value.is_some());
    if let Some(point) = at("90").or_else(|| at("30")).or_else(|| at("7")) {
        figures.push(share_figure(point));
    }
    figures.extend(money(report));
    figures
}

fn share_figure(point: &SurvivalPoint) -> Figure {
    let interval = match (point.low, point.high) {
        (Some(low), Some(high)) => {
            format!("95% interval {:.1} to {:.1}", low * 100.0, high * 100.0)
        }
        _ => match point.reason {
            Some(why) if why.starts_with("no interval") => why.to_owned(),
            why => format!("no interval: {}", why.unwrap_or("unknown")),
        },
    };
    Figure {
        value: point.value.map_or_else(|| survival(point), percent),
        label: format!("of lines stand {} days after landing", point.window_days),
        support: format!(
            "{interval}; {} by {}",
            count_of(point.n_lines, "line", "lines"),
            count_of(point.n_people, "person", "people")
        ),
    }
}

/// The money line: seen, tied to landed code, unattributed.
fn money(report: &Report) -> Vec<Figure> {
    let Some(spend) = &report.spend else { return Vec::new() };
    let whole = Figure {
        value: decimal(&spend.counted, spend.shown_places),
        label: format!("in {}, counted, nothing twice", spend.unit),
        support: format!(
            "weeks of {} to {}",
            spend.first_week.as_deref().unwrap_or("?"),
            spend.last_week.as_deref().unwrap_or("?")
        ),
    };
    let part = |row: &crate::report::SpendRow| {
        let shown = matches!(row.place, "tied_to_landed_lines" | "without_landed_lines");
        let (amount, share) = sentences::spend_part(spend, row);
        shown.then(|| Figure {
            value: if share.is_empty() { "a part".to_owned() } else { share },
            label: sentences::place(row.place).to_owned(),
            support: format!("{amount} in {}", spend.unit),
        })
    };
    std::iter::once(whole).chain(spend.rows.iter().filter_map(part)).collect()
}
