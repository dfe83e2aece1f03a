//! Exports that say of commits how many of their lines a tool wrote: Cursor's AI Code
//! Tracking. They name commits by id, so that squashed and rebased ones are not found.

use std::collections::{BTreeMap, BTreeSet};

use crate::attestation::AgentLines;
use crate::facts::Facts;
use crate::facts::counted::{Counter, add_count};
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;
use crate::usage::Export;

/// The format, and the id of the evidence.
const FEED: &str = "cursor.ai_code_commits";

/// The tool, by the name of the rules.
const TOOL: &str = "cursor";

/// Adds what exports count to the commits that they name. Rows of several people of one
/// commit add up. Returns what could not be used.
pub(super) fn apply(repositories: &mut [Facts], exports: &[Export]) -> Gaps {
    let mut gaps = Gaps::default();
    let mut counts: BTreeMap<String, AgentLines> = BTreeMap::new();
    let feeds = exports.iter().filter(|export| export.format == FEED);
    let mut seen = BTreeSet::new();
    for record in feeds.flat_map(|export| &export.records) {
        // Two exports may show the same row.
        if !seen.insert(record.record_id) {
            continue;
        }
        let activity = record.activity();
        let Some(commit) = &record.facets.commit else { continue };
        let (Some(agent), Some(total)) = (activity.lines_added, activity.lines_committed)
        else {
            let why = "row that names a commit without all its counts of lines: says nothing \
                       of the commit";
            gaps.add(GapKind::IgnoredFeature, why, b"");
            continue;
        };
        let sum = counts.entry(commit.to_json_text().into_owned()).or_default();
        sum.agent = sum.agent.saturating_add(agent.min(total));
        sum.total = sum.total.saturating_add(total);
    }
    let agents = [TOOL.to_owned()];
    let mut found = BTreeSet::new();
    for facts in repositories {
        let landed = facts.landed_lines();
        for (commit, landed) in facts.commits.iter_mut().zip(landed) {
            if let Some(lines) = counts.get(&commit.id.to_string()) {
                found.insert(commit.id);
                let counter =
                    Counter { record: FEED, tool: TOOL, agents: &agents, landed };
                add_count(commit, *lines, counter);
            }
        }
    }
    let elsewhere = len_to_u64(counts.len() - found.len());
    let why = "commit of an export that is not here: squashed or rebased since, or of another \
               repository";
    gaps.add_many(GapKind::IgnoredFeature, why, b"", elsewhere);
    gaps
}
