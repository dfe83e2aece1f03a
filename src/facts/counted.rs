//! What tools count of the lines of a commit: how many an agent wrote, never which.

use super::{CommitFacts, RecordFacts};
use crate::attestation::AgentLines;
use crate::provenance::{AiClass, Confidence, Evidence, EvidenceLevel, Place, Role};

/// A tool that counts lines.
#[derive(Debug, Clone, Copy)]
pub struct Counter<'c> {
    /// The id of the rule that says where its records lie.
    pub record: &'c str,
    /// The tool as the marks of a commit name it.
    pub tool: &'c str,
    /// The agents that it counts for, by the names of the rules.
    pub agents: &'c [String],
    /// Lines that the commit wrote and that landed.
    pub landed: u64,
}

/// Adds a count to a commit that no record of lines speaks of. Where all lines are an
/// agent's, and as many were counted as landed, each is known. Else half of them make the
/// commit marked; fewer make no line so, and neither does the tool's own mark then.
pub fn add_count(commit: &mut CommitFacts, lines: AgentLines, counter: Counter<'_>) {
    let provenance = &mut commit.provenance;
    let is_known = commit.record.is_some() || provenance.class == AiClass::Bot;
    if lines.total == 0 || is_known || commit.parents.len() > 1 {
        return;
    }
    let is_only_mark = provenance.tools.iter().all(|tool| tool == counter.tool);
    let is_half = lines.agent.saturating_mul(2) >= lines.total;
    provenance.level = match provenance.level {
        _ if lines.agent == lines.total && lines.total >= counter.landed => {
            EvidenceLevel::E1
        }
        EvidenceLevel::E0 if is_half => EvidenceLevel::E2,
        _ if is_only_mark && !is_half => EvidenceLevel::E0,
        known => known,
    };
    if lines.agent > 0 {
        counter.agents.iter().for_each(|tool| provenance.add_tool(tool));
    } else if provenance.class.is_marked() && is_only_mark {
        provenance.class = AiClass::Unknown;
        provenance.tools.clear();
    }
    let record = RecordFacts {
        record: counter.record.to_owned(),
        of_lines: false,
        listed_ai: lines.agent,
        listed_human: lines.total - lines.agent,
        written: lines.total,
        ai: lines.agent,
        human: lines.total - lines.agent,
    };
    add_record(commit, record);
}

/// How sure a record of this kind is.
fn confidence(record: &str) -> Confidence {
    match record {
        "git-ai.v3" => Confidence::Certain,
        "agent-trace" => Confidence::Medium,
        _ => Confidence::High,
    }
}

/// Adds a record to a commit: the strongest evidence there is.
pub fn add_record(commit: &mut CommitFacts, record: RecordFacts) {
    let provenance = &mut commit.provenance;
    if record.ai > 0 && provenance.class != AiClass::Bot {
        provenance.is_contradicted |= provenance.class == AiClass::DeclaredHuman;
        if !provenance.class.is_marked() {
            provenance.class = AiClass::Coauthored;
            provenance.role = Some(Role::Session);
        }
        provenance.confidence =
            provenance.confidence.max(Some(confidence(&record.record)));
    }
    provenance.evidence.push(Evidence {
        rule: record.record.clone(),
        place: Place::Record,
        line: None,
        count: u32::try_from(record.ai).unwrap_or(u32::MAX),
    });
    commit.record = Some(record);
}
