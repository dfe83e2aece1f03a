//! What is known of who wrote a commit, beyond its own text.

use serde::{Deserialize, Serialize};

use super::CommitFacts;
use crate::provenance::AiClass;
use crate::units::count_to_f64;

/// What a record says of the lines of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFacts {
    /// The id of the rule that says where such records lie.
    pub record: String,
    /// Whether it speaks of single lines, and not of how many there are.
    pub of_lines: bool,
    /// Lines that it lists as an agent's, whoever added them.
    pub listed_ai: u64,
    /// Lines that it lists as a person's.
    pub listed_human: u64,
    /// Lines that the commit wrote; of a tool that counts, all that it counted.
    pub written: u64,
    /// Those of them that are an agent's.
    pub ai: u64,
    /// Those of them that are a person's.
    pub human: u64,
}

/// The commits of a pull request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulledFacts {
    /// How many there are, without merges and without those of bots.
    pub commits: u64,
    /// Those that are marked, by all evidence there is.
    pub marked: u64,
    /// Those that are marked by author, committer and message.
    pub by_marks: u64,
}

/// What tells whose work, and whose bill, a commit is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatorBy {
    /// Its author, committer and message.
    #[default]
    Text,
    /// A record about it.
    Record,
    /// Whoever brought it to the mainline.
    Landing,
}

impl OperatorBy {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "commit",
            Self::Record => "record",
            Self::Landing => "landing",
        }
    }
}

/// Which part of the lines of a commit may be an agent's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AiShare {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
    /// What that rests on: `lines` of a record, the `count` of a tool, or nothing but what
    /// the class of the commit makes one `assume`.
    pub basis: &'static str,
}

impl CommitFacts {
    /// The share of its lines that may be an agent's; `None` where nothing says that one
    /// took part.
    pub fn ai_share(&self) -> Option<AiShare> {
        let share = |part: u64, all: u64| count_to_f64(part) / count_to_f64(all);
        if let Some(record) = self.record.as_ref().filter(|record| record.written > 0) {
            let low = share(record.ai, record.written);
            let high = share(record.written - record.human, record.written);
            return Some(if record.of_lines {
                AiShare { low, high, basis: "lines" }
            } else {
                AiShare { low, high: low, basis: "count" }
            });
        }
        let low = match self.provenance.class {
            AiClass::Authored | AiClass::Coauthored => 0.5,
            AiClass::Mixed | AiClass::Assisted => 0.0,
            _ => return None,
        };
        Some(AiShare { low, high: 1.0, basis: "assumed" })
    }
}
