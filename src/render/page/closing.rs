//! What was left out, how to read the rest, and the words.

use super::{Block, Cell, Section, Table, safe};
use crate::render::sentences;
use crate::report::Report;

/// How many gaps have a row.
const MOST_GAPS: usize = 300;

pub(super) fn left_out(report: &Report) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(sentences::filtered_lines(report).map(Block::Text));
    if report.gaps.is_empty() {
        let text = "Nothing else: everything that was there could be read.";
        blocks.push(Block::Text(text.to_owned()));
    } else {
        if !report.complete {
            let text = "Figures are incomplete: something that should have been counted could \
                        not be read.";
            blocks.push(Block::Warning(text.to_owned()));
        }
        blocks.push(Block::Table(gaps(report)));
        blocks.extend(super::more(report.gaps.len().saturating_sub(MOST_GAPS)));
    }
    Section { id: "left-out", title: "What was left out", blocks }
}

fn gaps(report: &Report) -> Table {
    let columns = ["what", "where", "why", "#how often", "first", "figures incomplete"];
    let mut table = Table::new("Gaps", &columns);
    // What makes figures incomplete comes first.
    let (incomplete, other): (Vec<_>, Vec<_>) =
        report.gaps.iter().partition(|gap| gap.incomplete);
    for gap in incomplete.into_iter().chain(other).take(MOST_GAPS) {
        table.push(vec![
            Cell::text(gap.code),
            Cell::text(safe(&gap.scope)),
            Cell::text(safe(&gap.why)),
            Cell::count(gap.count),
            Cell::text(safe(&gap.first)),
            Cell::text(if gap.incomplete { "yes" } else { "no" }),
        ]);
    }
    table
}

pub(super) fn how_to_read(report: &Report) -> Section {
    let mut blocks: Vec<Block> =
        report.limits.iter().map(|limit| Block::Text((*limit).to_owned())).collect();
    for text in [
        "A star after an interval says that it is by change and not by person, since fewer than \
         eight people wrote these lines; people may differ more than it shows.",
        "There is no interval where a few people hold most of the lines.",
    ] {
        blocks.push(Block::Text(text.to_owned()));
    }
    blocks.push(Block::Text(sentences::about_ids(report)));
    blocks.push(Block::Text(format!("This report is {}.", report.purpose)));
    Section { id: "how-to-read", title: "How to read this", blocks }
}

pub(super) fn glossary() -> Section {
    let terms = vec![
        ("landing", "the commit of the mainline that brought a line in"),
        (
            "survival",
            "the share of lines still there at an age, counting what is not yet known as not known (Kaplan and Meier)",
        ),
        ("churn", "the share of landed lines gone by an age: one less survival"),
        ("durable", "still there at an age of 30 days or more"),
        (
            "followed",
            "lines that are old enough for that age, and stood until just before it",
        ),
        (
            "95% interval",
            "the values that this data does not speak against, people or changes taken as the units that live and die together",
        ),
        (
            "AI-marked",
            "a commit, its record or its pull request says that an AI tool took part",
        ),
        ("unmarked", "nothing says so, which is not the same as human"),
        (
            "unattributed",
            "spend that no landed line can be tied to; it may have gone into reviews, design or learning",
        ),
        (
            "mature week",
            "a week old enough for its lines to have reached the age that is asked for",
        ),
        (
            "duplication",
            "code that stands in two places or more with the same tokens, names and values apart",
        ),
        (
            "cognitive complexity",
            "how hard a function is to follow: breaks in the flow, more where they are nested",
        ),
        (
            "not enough evidence",
            "the data could not show what is asked, whatever is true",
        ),
    ];
    Section { id: "words", title: "Words", blocks: vec![Block::Terms(terms)] }
}
