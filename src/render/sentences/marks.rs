//! Sentences of what is known of AI.

use super::Encode;
use crate::render::number::{count, count_of, percent};
use crate::report::ProvenanceReport;

/// How many tools are named in a sentence.
const MOST_TOOLS: usize = 5;

/// Commits in which an AI tool is known to have taken part.
pub(in crate::render) fn n_marked(known: &ProvenanceReport) -> u64 {
    let classes = ["authored", "coauthored", "mixed", "assisted"];
    classes.iter().filter_map(|class| known.by_class.get(class)).sum()
}

/// What is known of AI, each a paragraph: marks, what records know, and how much the marks
/// miss.
pub(in crate::render) fn known_of_ai(
    known: &ProvenanceReport,
    encode: Encode,
) -> Vec<String> {
    let mut said = vec![marks(known, encode)];
    said.extend(records(known));
    said.push(recall(known));
    said.extend(squashed_marks(known));
    said.extend(days(known));
    said
}

fn marks(known: &ProvenanceReport, encode: Encode) -> String {
    let mut tools: Vec<(&String, &u64)> = known.by_tool.iter().collect();
    tools.sort_by_key(|(tool, commits)| (std::cmp::Reverse(**commits), *tool));
    let named: Vec<String> = tools
        .iter()
        .take(MOST_TOOLS)
        .map(|(tool, n)| format!("{} {}", encode(tool), count(**n)))
        .collect();
    let named =
        if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    format!(
        "In {} of {} an AI tool is known to have taken part{named}. The others say nothing, \
         which is not the same as human.",
        count(n_marked(known)),
        count_of(known.commits, "commit", "commits"),
    )
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "an unknown share".to_owned(), percent)
}

/// What records know of lines.
fn records(known: &ProvenanceReport) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(records) = &known.records {
        said.push(format!(
            "Records of lines are of {}. Of the {} that they list as an agent's, their \
             commits added {} ({}); of all lines that these commits added, {} are spoken of.",
            count_of(records.commits, "commit", "commits"),
            count_of(records.listed_ai, "line", "lines"),
            count(records.ai),
            share(records.precision),
            share(records.coverage),
        ));
    }
    if known.records_elsewhere > 0 {
        said.push(format!(
            "{} of commits that are neither on this branch nor in a pull request whose head is \
             here: fetching refs/pull/*/head may bring them in.",
            count_of(known.records_elsewhere, "more record is", "more records are"),
        ));
    }
    said
}

fn recall(known: &ProvenanceReport) -> String {
    let recall = &known.recall;
    match recall.reason {
        Some(why) => format!("How much the marks miss is not known: {why}."),
        None => format!(
            "How much the marks show of what records know: {} of {} in which an agent wrote \
             lines carry a mark ({}), with {} of these lines.",
            count(recall.marked_commits),
            count_of(recall.commits, "commit", "commits"),
            share(recall.of_commits),
            share(recall.of_lines),
        ),
    }
}

/// Squashed pull requests that lost their marks; `None` where none had any.
fn squashed_marks(known: &ProvenanceReport) -> Option<String> {
    let squashes = known.squashes.filter(|one| one.with_marks + one.gained > 0)?;
    Some(format!(
        "Squashed pull requests whose commits are here: {}, with a marked commit: {}; {} of \
         those squashes lost the mark, {} carry one for commits without. In them {} of {} are \
         marked.",
        count(squashes.pull_requests),
        count(squashes.with_marks),
        count(squashes.lost),
        count(squashes.claims_too_much),
        count(squashes.marked_commits),
        count_of(squashes.commits, "commit", "commits"),
    ))
}

/// How often people who used AI left a mark.
fn days(known: &ProvenanceReport) -> Option<String> {
    let days = known.days.as_ref()?;
    Some(match (days.with_commits, days.with_marks, days.reason) {
        (Some(all), Some(marked), None) => format!(
            "Of {} with usage and commits, {} have no marked commit ({}).",
            count_of(all, "person-day", "person-days"),
            count(all.saturating_sub(marked)),
            share(days.unmarked_share),
        ),
        (_, _, why) => format!(
            "How often people who used AI left a mark is not shown: {}.",
            why.unwrap_or("unknown")
        ),
    })
}
