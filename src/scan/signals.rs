//! Files that show that AI tools are configured in a repository, and since when. They are
//! evidence for no commit: most repositories that have them have commits without any mark.

pub(crate) mod manifest;
pub(crate) mod patterns;
pub(super) mod prints;
mod secrets;
pub(super) mod tip;

pub(crate) use tip::MOST_SIGNS;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::facts::SignalFacts;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::limits;
use crate::lines::versions::Graph;
use crate::provenance::Rules;
use crate::units::len_to_u64;

/// No attributes: what a path and its bytes say alone.
fn plain() -> crate::history::attributes::Asserted {
    crate::history::attributes::Asserted::default()
}

/// The settings of Claude Code that a repository shares.
const SETTINGS: &[u8] = b".claude/settings.json";

/// Finds them by path.
pub(super) fn find(graph: &Graph, rules: &Rules) -> Vec<SignalFacts> {
    let rule_of: Vec<Option<&str>> =
        graph.paths.iter().map(|path| rules.path_rule(path)).collect();
    let mut found: BTreeMap<&str, SignalFacts> = BTreeMap::new();
    for step in graph.steps.iter().filter(|step| step.new.is_some()) {
        let (Some(rule), Some(landing)) = (rule_of[step.path as usize], step.landing)
        else {
            continue;
        };
        let one = found.entry(rule).or_insert_with(|| SignalFacts {
            rule: rule.to_owned(),
            files: 0,
            since: None,
        });
        one.since = Some(one.since.map_or(landing, |since| since.min(landing)));
    }
    for &(path, _) in &graph.tip {
        if let Some(one) = rule_of[path as usize].and_then(|rule| found.get_mut(rule)) {
            one.files += 1;
        }
    }
    found.into_values().collect()
}

#[derive(Debug, Deserialize)]
struct Settings {
    #[serde(rename = "includeCoAuthoredBy")]
    include_co_authored_by: Option<bool>,
    attribution: Option<Attribution>,
}

#[derive(Debug, Deserialize)]
struct Attribution {
    commit: Option<String>,
}

/// How a tool is told at the tip to leave no mark in commits, if it is.
pub(super) fn marks_off(reader: &mut ObjectReader<'_>, graph: &Graph) -> Option<String> {
    let is_settings = |tip: &&(u32, u32)| graph.paths[tip.0 as usize] == SETTINGS;
    let &(_, version) = graph.tip.iter().find(is_settings)?;
    let blob = graph.versions[version as usize].blob;
    // One that cannot be read is a gap already, where its lines are.
    let bytes = reader.read(blob, ObjectKind::Blob).ok()?;
    let fits = len_to_u64(bytes.len()) <= limits::CONTROL_FILE_BYTES.value;
    let settings: Settings =
        fits.then(|| serde_json::from_slice(&bytes).ok()).flatten()?;
    if settings.include_co_authored_by == Some(false) {
        return Some("includeCoAuthoredBy is false in .claude/settings.json".to_owned());
    }
    let commit = settings.attribution.and_then(|one| one.commit)?;
    commit
        .trim()
        .is_empty()
        .then(|| "attribution.commit is empty in .claude/settings.json".to_owned())
}
