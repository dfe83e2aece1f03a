//! Who wrote which lines, by the records that tools leave in a repository: bytes in,
//! plain data out. What people said to a tool stands in some of them: it is passed over
//! while reading, and never held.
//!
//! A record tells which lines of a file somebody wrote at some time. It can list lines
//! that its commit did not touch, so what it says counts for lines that the commit added
//! and for no others.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::lines::attested::MarkedLines;
use crate::lines::book::Mark;
use crate::provenance::Rules;
use crate::units::len_to_u64;

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
    /// The places of the writers.
    places: BTreeMap<Attester, usize>,
}

impl Attestation {
    /// The place of a writer, who is added if need be.
    pub fn by(&mut self, writer: Attester) -> usize {
        *self.places.entry(writer).or_insert_with_key(|writer| {
            self.writers.push(writer.clone());
            self.writers.len() - 1
        })
    }
}

/// Names that records give to tools and models, by the rules, each looked up once.
#[derive(Debug)]
pub struct Names<'r> {
    rules: &'r Rules,
    tools: BTreeMap<String, Option<String>>,
    models: BTreeMap<String, Option<String>>,
}

/// What a name stands for that is in no rule and is no plain word: it could hold anything.
const OTHER: &str = "other";

impl<'r> Names<'r> {
    /// Names by these rules.
    pub fn new(rules: &'r Rules) -> Self {
        Self { rules, tools: BTreeMap::new(), models: BTreeMap::new() }
    }

    /// The tool; `None` where none is named.
    fn tool(&mut self, name: &str) -> Option<String> {
        let rules = self.rules;
        looked_up(&mut self.tools, name, |name| {
            // Records are made by tools, so that the name of the model is that of its tool.
            let name =
                if name.eq_ignore_ascii_case("claude") { "claude code" } else { name };
            let known = rules.tool_named(name.as_bytes()).map(str::to_owned);
            Some(known.unwrap_or_else(|| plain(name)))
        })
    }

    /// The model; `None` where none is named.
    fn model(&mut self, name: &str) -> Option<String> {
        const NO_MODELS: [&str; 6] =
            ["unknown", "default", "auto", "<synthetic>", "synthetic", "tab"];
        let rules = self.rules;
        looked_up(&mut self.models, name.trim_matches('"'), |name| {
            let lower = name.to_lowercase();
            let is_model = !NO_MODELS.contains(&lower.as_str());
            is_model.then(|| {
                rules.model_named(lower.as_bytes()).unwrap_or_else(|| plain(&lower))
            })
        })
    }

    /// The names of an agent's tool and model.
    fn of(
        &mut self,
        tool: Option<&str>,
        model: Option<&str>,
    ) -> (Option<String>, Option<String>) {
        (tool.and_then(|name| self.tool(name)), model.and_then(|name| self.model(name)))
    }
}

/// A name as it is known, or as it is found to be; too many are all [`OTHER`].
fn looked_up(
    known: &mut BTreeMap<String, Option<String>>,
    name: &str,
    find: impl FnOnce(&str) -> Option<String>,
) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    if let Some(found) = known.get(name) {
        return found.clone();
    }
    if len_to_u64(known.len()) >= limits::WRITERS.value {
        return Some(OTHER.to_owned());
    }
    let found = find(name);
    known.insert(name.to_owned(), found.clone());
    found
}

/// A name that is in no rule, if it is a plain word: what people write is none, and an
/// address is none.
fn plain(name: &str) -> String {
    const MOST_CHARACTERS: usize = 40;
    let is_word = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':')
    };
    let fits = name.len() <= MOST_CHARACTERS && name.bytes().all(is_word);
    if fits { name.to_ascii_lowercase() } else { OTHER.to_owned() }
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
    fn names_of_records_are_those_of_the_rules_or_plain_words() {
        let rules = Rules::embedded().unwrap();
        let mut names = Names::new(&rules);
        let mut named = |tool, model| {
            let (tool, model) = names.of(Some(tool), Some(model));
            (tool.unwrap_or_default(), model.unwrap_or_default())
        };
        let pair = |tool: &str, model: &str| (tool.to_owned(), model.to_owned());
        assert_eq!(
            named("claude", "claude-fable-5"),
            pair("claude-code", "claude-fable-5")
        );
        assert_eq!(named("github-copilot", "unknown").1, "");
        assert_eq!(named("Brand-New", "\"x-1\""), pair("brand-new", "x-1"));
        let said = "ana@corp.example said: the password is hunter2";
        assert_eq!(named(said, "a model of mine"), pair("other", "other"));
    }

    #[test]
    fn as_many_names_as_there_may_be_writers_are_kept_apart() {
        let rules = Rules::embedded().unwrap();
        let mut names = Names::new(&rules);
        let found: BTreeSet<Option<String>> =
            (0..12_000).map(|n| names.tool(&format!("tool-{n}"))).collect();
        assert_eq!(found.len(), 10_001);
    }
}
