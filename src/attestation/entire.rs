//! Checkpoints of the Entire CLI: how many lines of a commit its tool counts as an
//! agent's. By its own documents an estimate for a commit, never of single lines.

use serde::Deserialize;

/// How many of the lines that were committed an agent wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentLines {
    /// Those of the agent.
    pub agent: u64,
    /// All of them.
    pub total: u64,
}

#[derive(Debug, Deserialize)]
struct Session {
    initial_attribution: Option<Count>,
}

#[derive(Debug, Deserialize)]
struct Count {
    agent_lines: u64,
    total_committed: u64,
}

/// Reads the `metadata.json` of a session; `None` when it counts no lines.
///
/// # Errors
///
/// When what it counts cannot be, in words.
pub fn agent_lines(metadata: &[u8]) -> Result<Option<AgentLines>, &'static str> {
    const WRONG: &str = "checkpoint whose count of lines makes no sense, left out";
    let session: Session = serde_json::from_slice(metadata).map_err(|_| WRONG)?;
    let Some(Count { agent_lines, total_committed }) = session.initial_attribution else {
        return Ok(None);
    };
    let is_possible = agent_lines <= total_committed && total_committed < 1 << 40;
    let lines = AgentLines { agent: agent_lines, total: total_committed };
    is_possible.then_some(Some(lines)).ok_or(WRONG)
}

/// The name of the agent of a session, as its `metadata.json` has it.
pub fn session_agent(metadata: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        agent: Option<String>,
    }
    serde_json::from_slice::<Named>(metadata).ok()?.agent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_counts_that_can_be_are_counts() {
        let of = |count: &str| {
            agent_lines(format!("{{\"initial_attribution\":{count}}}").as_bytes())
        };
        let count = |agent, total| Ok(Some(AgentLines { agent, total }));
        assert_eq!(of("{\"agent_lines\":3,\"total_committed\":4}"), count(3, 4));
        assert!(of("{\"agent_lines\":5,\"total_committed\":4}").is_err());
        assert!(of("{\"agent_lines\":-1,\"total_committed\":4}").is_err());
        assert_eq!(of("null"), Ok(None));
        assert!(agent_lines(b"[").is_err());
    }
}
