//! The repositories, a row each; those that could not be read, too.

use super::{Block, Cell, Section, Table, lives, safe};
use crate::render::sentences::{self, OF_FEW, OfFew};
use crate::report::{Report, RepositoryReport};

/// How many repositories have a row in a page; the tables of facts have all.
const MOST_ROWS: usize = 500;

pub(super) fn section(report: &Report) -> Section {
    let columns = [
        "repository",
        "tip",
        "#people",
        "#commits",
        "#lines that landed",
        "#stand",
        "#still there after 30 days (95%)",
        "#after 90 days (95%)",
        "last landing",
    ];
    let of_few = OfFew::of(report);
    let mut table = Table::new("What was read", &columns);
    for (at, one) in report.repositories.iter().enumerate().take(MOST_ROWS) {
        table.push(row(one, of_few.hides_counts(at), of_few.hides_lives(at)));
    }
    let n_hidden = report.repositories.len().saturating_sub(MOST_ROWS);
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(super::more(n_hidden));
    blocks.extend(of_few.said().map(Block::Text));
    blocks.extend(unread(report));
    if report.repositories.len() > 1 {
        let text = "Which of them are prototypes, which of those are in production, and what each \
                    lacks before anyone can be on call for it, slopnexus audit says of the same \
                    paths.";
        blocks.push(Block::Text(text.to_owned()));
    }
    Section { id: "repositories", title: "The repositories", blocks }
}

fn row(one: &RepositoryReport, hides_counts: bool, hides_lives: bool) -> Vec<Cell> {
    let tip = one.tip.as_deref().and_then(|tip| tip.get(..12)).unwrap_or("none");
    let count = |n: u64| if hides_counts { Cell::text(OF_FEW) } else { Cell::count(n) };
    let lives = |days: &str| match hides_lives {
        true => Cell::text(OF_FEW),
        false => lives::point_cell(one.survival.get(days)),
    };
    let last = one.last_landing.as_deref().filter(|_| !hides_counts);
    vec![
        Cell::text(safe(&one.path)),
        Cell::text(tip),
        count(sentences::n_people(one)),
        count(one.commits),
        count(one.lines.births),
        count(one.lines.alive),
        lives("30"),
        lives("90"),
        Cell::text(last.map_or("", super::day)),
    ]
}

/// Those that could not be read, and why.
fn unread(report: &Report) -> Vec<Block> {
    let unread = sentences::unread(report);
    if unread.is_empty() {
        return Vec::new();
    }
    let caption = "Repositories that could not be read: nothing of them is in any figure";
    let mut table = Table::new(caption, &["repository", "why"]);
    for (path, why) in unread.iter().take(MOST_ROWS) {
        table.push(vec![Cell::text(safe(path)), Cell::text(safe(why))]);
    }
    let n_hidden = unread.len().saturating_sub(MOST_ROWS);
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(super::more(n_hidden));
    blocks
}
