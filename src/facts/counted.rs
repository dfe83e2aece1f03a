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
}

/// Adds a count to a commit that no record of lines speaks of. All lines of an agent, and
/// the lines are known; none, and the tool's own mark proves nothing; else it is a share.
pub fn add_count(commit: &mut CommitFacts, lines: AgentLines, counter: Counter<'_>) {
    let provenance = &mut commit.provenance;
    let is_known = commit.record.is_some() || provenance.class == AiClass::Bot;
    if lines.total == 0 || is_known || commit.parents.len() > 1 {
        return;
    }
    if lines.agent > 0 {
        counter.agents.iter().for_each(|tool| provenance.add_tool(tool));
        provenance.level = match provenance.level {
            _ if lines.agent == lines.total => EvidenceLevel::E1,
            EvidenceLevel::E0 => EvidenceLevel::E2,
            known => known,
        };
    } else if provenance.class.is_marked()
        && provenance.tools.iter().all(|tool| tool == counter.tool)
    {
        (provenance.class, provenance.level) = (AiClass::Unknown, EvidenceLevel::E0);
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

/// Adds a record to a commit: the strongest evidence there is.
pub fn add_record(commit: &mut CommitFacts, record: RecordFacts) {
    let provenance = &mut commit.provenance;
    if record.ai > 0 && provenance.class != AiClass::Bot {
        provenance.is_contradicted |= provenance.class == AiClass::DeclaredHuman;
        if !provenance.class.is_marked() {
            provenance.class = AiClass::Coauthored;
            provenance.role = Some(Role::Session);
        }
        provenance.confidence = Some(Confidence::Certain);
    }
    provenance.evidence.push(Evidence {
        rule: record.record.clone(),
        place: Place::Record,
        line: None,
        count: u32::try_from(record.ai).unwrap_or(u32::MAX),
    });
    commit.record = Some(record);
}
