//! Who wrote which lines, by the records that tools leave in a repository: bytes in,
//! plain data out. What people said to a tool stands in some of them: it is passed over
//! while reading, and never held.
//!
//! A record tells which lines of a file somebody wrote at some time. It can list lines
//! that its commit did not touch, so what it says counts for lines that the commit added
//! and for no others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::lines::attested::MarkedLines;
use crate::lines::book::Mark;
use crate::provenance::Rules;

mod agent_trace;
mod entire;
mod git_ai;

pub use agent_trace::{Trace, traces};
pub use entire::{AgentLines, agent_lines, session_agent};
pub use git_ai::{legacy, note};

/// Who wrote a line.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// An agent.
    Ai,
    /// A person, whom the tool saw type.
    Human,
}

impl Writer {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ai => "ai",
            Self::Human => "human",
        }
    }
}

/// One who wrote lines, as a record has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attester {
    /// The id of the rule that says where such records lie.
    pub record: String,
    /// Whether it is an agent.
    pub writer: Writer,
    /// The tool, by the names of the rules; `None` when unknown.
    pub tool: Option<String>,
    /// The model; `None` when unknown.
    pub model: Option<String>,
}

/// Lines that somebody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRange {
    /// The first, counted from 1.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// The place of the writer among those of the attestation.
    pub by: usize,
}

/// What a record says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedFile {
    /// The path.
    pub path: Vec<u8>,
    /// The lines, in the order of the record; they may overlap.
    pub ranges: Vec<LineRange>,
}

/// What one record says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attestation {
    /// Who wrote lines.
    pub writers: Vec<Attester>,
    /// The lines.
    pub files: Vec<AttestedFile>,
    /// Name and address of the person who ran the tool, `Name <address>`; `None` when
    /// nobody is named.
    pub operator: Option<Vec<u8>>,
    /// How many parts of it make no sense: lines, ranges, keys.
    pub senseless: u64,
    /// How many writers are named by a key that the record says nothing about.
    pub unnamed: u64,
}

impl Attestation {
    /// The place of a writer, who is added if need be.
    fn by(&mut self, writer: Attester) -> usize {
        let known = self.writers.iter().position(|known| *known == writer);
        known.unwrap_or_else(|| {
            self.writers.push(writer);
            self.writers.len() - 1
        })
    }
}

/// Ranges as lines apart from each other, in order. Where several writers are named for a
/// line, an agent goes before a person, then the first before the others. `mark` says what
/// stands for a writer; those without a mark are left out.
pub fn apart(
    ranges: &[LineRange],
    writers: &[Attester],
    mark: impl Fn(usize) -> Option<Mark>,
) -> Vec<MarkedLines> {
    let mut events = Vec::with_capacity(2 * ranges.len());
    for (order, range) in ranges.iter().enumerate() {
        let Some(mark) = mark(range.by) else { continue };
        let rank = (writers[range.by].writer, order, mark);
        events.push((range.first - 1, true, rank));
        events.push((range.last, false, rank));
    }
    events.sort_unstable();
    let mut lines: Vec<MarkedLines> = Vec::new();
    let mut open = BTreeSet::new();
    let mut start = 0;
    for (at, opens, rank) in events {
        if let Some(&(_, _, mark)) = open.first()
            && at > start
        {
            match lines.last_mut() {
                Some(last) if (last.end, last.mark) == (start, mark) => last.end = at,
                _ => lines.push(MarkedLines { start, end: at, mark }),
            }
        }
        start = at;
        if opens {
            open.insert(rank);
        } else {
            open.remove(&rank);
        }
    }
    lines
}

/// How many lines are marked.
pub fn n_lines(lines: &[MarkedLines]) -> u64 {
    lines.iter().map(|one| u64::from(one.end - one.start)).sum()
}

/// A tool and a model by the names of the rules, from those a record gives. Names that
/// stand for no model are none.
fn known_names(
    rules: &Rules,
    tool: Option<&str>,
    model: Option<&str>,
) -> (Option<String>, Option<String>) {
    const NO_MODELS: [&str; 7] =
        ["", "unknown", "default", "auto", "<synthetic>", "synthetic", "tab"];
    let model = model.map(|name| name.trim_matches('"').trim().to_lowercase());
    let model = model.filter(|name| !NO_MODELS.contains(&name.as_str()));
    let model = model
        .map(|name| rules.model_named(name.as_bytes()).unwrap_or_else(|| cut(&name)));
    let tool = tool.map(str::trim).filter(|name| !name.is_empty()).map(|name| {
        // Records are made by tools, so that the name of the model is that of its tool.
        let name = if name.eq_ignore_ascii_case("claude") { "claude code" } else { name };
        let known = rules.tool_named(name.as_bytes());
        known.map_or_else(|| cut(&name.to_lowercase()), str::to_owned)
    });
    (tool, model)
}

/// A name that is in no rule, within bounds.
fn cut(name: &str) -> String {
    const MOST_CHARACTERS: usize = 60;
    name.chars().take(MOST_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(writer: Writer) -> Attester {
        Attester { record: "r".to_owned(), writer, tool: None, model: None }
    }

    #[test]
    fn an_agent_goes_before_a_person_and_the_first_before_the_others() {
        let writers = [writer(Writer::Human), writer(Writer::Ai), writer(Writer::Ai)];
        let range = |first, last, by| LineRange { first, last, by };
        let ranges = [range(1, 10, 0), range(3, 4, 1), range(4, 6, 2), range(6, 6, 1)];
        let lines = apart(&ranges, &writers, |by| Mark::try_from(by + 1).ok());
        let lines: Vec<_> =
            lines.iter().map(|one| (one.start, one.end, one.mark)).collect();
        assert_eq!(lines, [(0, 2, 1), (2, 4, 2), (4, 6, 3), (6, 10, 1)]);
    }

    #[test]
    fn as_many_ranges_as_a_record_can_hold_are_put_apart_in_one_pass() {
        let writers = [writer(Writer::Ai), writer(Writer::Human)];
        let range = |at: u32| LineRange {
            first: 1 + at % 7,
            last: 500_000 - at,
            by: (at % 2) as usize,
        };
        let ranges: Vec<LineRange> = (0..200_000).map(range).collect();
        let lines = apart(&ranges, &writers, |by| Mark::try_from(by + 1).ok());
        assert_eq!(n_lines(&lines), 500_000);
    }

    #[test]
    fn names_of_records_are_those_of_the_rules() {
        let rules = Rules::embedded().unwrap();
        let named = |tool, model| known_names(&rules, Some(tool), Some(model));
        let expected =
            (Some("claude-code".to_owned()), Some("claude-fable-5".to_owned()));
        assert_eq!(named("claude", "claude-fable-5"), expected);
        assert_eq!(named("github-copilot", "unknown").1, None);
        assert_eq!(
            named("Brand New Tool", "\"x-1\""),
            (Some("brand new tool".to_owned()), Some("x-1".to_owned()))
        );
    }
}
