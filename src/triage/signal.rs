//! A signal: what was asked, what is known, and where to look.

use serde::Serialize;

/// The signals. P is the shape of something made quickly and left, Q what it lacks to be
/// relied on, W growth sideways, X signs of production, Z signs of lasting care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[expect(missing_docs, reason = "each has its words in `SignalId::meaning`")]
pub enum SignalId {
    P1,
    P2,
    P3,
    P4,
    P5,
    P6,
    P7,
    Q1,
    Q2,
    Q3,
    Q4,
    Q5,
    Q6,
    Q7,
    Q8,
    Q9,
    W1,
    W2,
    W3,
    W4,
    W5,
    X1,
    X2,
    X3,
    X4,
    X5,
    X6,
    Z1,
    Z2,
    Z3,
    Z4,
}

impl SignalId {
    /// All of them, in order.
    pub const ALL: [Self; 31] = [
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P4,
        Self::P5,
        Self::P6,
        Self::P7,
        Self::Q1,
        Self::Q2,
        Self::Q3,
        Self::Q4,
        Self::Q5,
        Self::Q6,
        Self::Q7,
        Self::Q8,
        Self::Q9,
        Self::W1,
        Self::W2,
        Self::W3,
        Self::W4,
        Self::W5,
        Self::X1,
        Self::X2,
        Self::X3,
        Self::X4,
        Self::X5,
        Self::X6,
        Self::Z1,
        Self::Z2,
        Self::Z3,
        Self::Z4,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.words().0
    }

    /// What yes means.
    pub fn meaning(self) -> &'static str {
        self.words().1
    }

    /// Whether this version can answer, so that the rule counts it.
    pub fn is_used(self) -> bool {
        !matches!(self, Self::Q6 | Self::W2 | Self::W5)
    }

    /// The letter of its group.
    pub fn group(self) -> char {
        self.as_str().chars().next().unwrap_or('?')
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::P1 => ("P1", "most lines landed within two weeks"),
            Self::P2 => ("P2", "no person changed it for two months"),
            Self::P3 => ("P3", "one person made it"),
            Self::P4 => ("P4", "giant changes made it"),
            Self::P5 => ("P5", "its lines live short"),
            Self::P6 => ("P6", "placeholders stand in it"),
            Self::P7 => ("P7", "it calls itself an experiment"),
            Self::Q1 => ("Q1", "few tests"),
            Self::Q2 => ("Q2", "no workflow runs tests"),
            Self::Q3 => ("Q3", "nobody is named as owner"),
            Self::Q4 => ("Q4", "no lock file"),
            Self::Q5 => ("Q5", "literals that look like secrets"),
            Self::Q6 => ("Q6", "no health check, log or timeout"),
            Self::Q7 => ("Q7", "no page says how to run it"),
            Self::Q8 => ("Q8", "dependencies without any bound"),
            Self::Q9 => ("Q9", "no licence where one is needed"),
            Self::W1 => ("W1", "more and more programs in one project"),
            Self::W2 => ("W2", "new folders that have nothing to do with the old"),
            Self::W3 => ("W3", "many dependencies, or several for one job"),
            Self::W4 => ("W4", "much code stands several times"),
            Self::W5 => ("W5", "modules that nothing uses"),
            Self::X1 => ("X1", "it is made to be operated"),
            Self::X2 => ("X2", "a workflow deploys it"),
            Self::X3 => ("X3", "a clock runs it"),
            Self::X4 => ("X4", "hosts, payments or sign-ins of production"),
            Self::X5 => ("X5", "it has releases"),
            Self::X6 => ("X6", "the inventory lists it"),
            Self::Z1 => ("Z1", "several people keep changing it"),
            Self::Z2 => ("Z2", "it changes in most months"),
            Self::Z3 => ("Z3", "most landings came through a review"),
            Self::Z4 => ("Z4", "tests are there and a workflow runs them"),
        }
    }
}

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody can tell from what is here.
    Unknown,
}

impl State {
    /// Yes or no.
    pub fn of(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// A path in the repository, or none when a commit is meant.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The commit, in full.
    pub commit: Option<String>,
    /// What is there, in words of ours or names that it has. Never a secret.
    pub what: String,
}

impl Evidence {
    /// A file.
    pub fn file(path: &str, line: Option<u32>, what: impl Into<String>) -> Self {
        let line = line.map(|line| line.saturating_add(1));
        Self { path: Some(path.to_owned()), line, commit: None, what: what.into() }
    }

    /// A commit.
    pub fn commit(id: String, what: impl Into<String>) -> Self {
        Self { path: None, line: None, commit: Some(id), what: what.into() }
    }
}

/// An answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signal {
    /// Which one.
    pub id: SignalId,
    /// What is known.
    pub state: State,
    /// What was measured, in words with units; empty when nothing could be.
    pub value: String,
    /// From where on it is yes.
    pub threshold: String,
    /// Where to look, the first few.
    pub evidence: Vec<Evidence>,
    /// How many places there are.
    pub n_evidence: usize,
}

/// How many places are named for one signal.
const MOST_EVIDENCE: usize = 5;

impl Signal {
    /// An answer with its evidence.
    pub fn new(
        id: SignalId,
        state: State,
        value: impl Into<String>,
        threshold: impl Into<String>,
        mut evidence: Vec<Evidence>,
    ) -> Self {
        let n_evidence = evidence.len();
        evidence.truncate(MOST_EVIDENCE);
        let (value, threshold) = (value.into(), threshold.into());
        Self { id, state, value, threshold, evidence, n_evidence }
    }

    /// What nobody can tell, and why.
    pub fn unknown(id: SignalId, why: impl Into<String>) -> Self {
        Self::new(id, State::Unknown, why, "", Vec::new())
    }
}

/// What is known of one signal; unknown when nobody asked.
pub fn state_of(signals: &[Signal], id: SignalId) -> State {
    signals.iter().find(|one| one.id == id).map_or(State::Unknown, |one| one.state)
}
