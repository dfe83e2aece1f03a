//! What stands at the tip beside lines: files, manifests, and signs of what the code is
//! for and how it is run.

use serde::{Deserialize, Serialize};

use crate::file_class::FileClass;
use crate::untrusted::Untrusted;

/// What stands at the tip beside lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TipFacts {
    /// The files, in the order of their paths.
    pub files: Vec<TipFileFacts>,
    /// What they say they are made of, in the order of paths.
    pub manifests: Vec<ManifestFacts>,
    /// Lines that say something, in the order of paths.
    pub signs: Vec<SignFacts>,
    /// Files that could not be looked at, being missing, broken or too large.
    pub unread: u64,
    /// The names of tags; `None` when there are too many, or they cannot be read.
    pub tags: Option<Vec<Untrusted>>,
    /// Where it was cloned from, as `owner/name`, where its configuration says so.
    pub origin: Option<Untrusted>,
    /// Fingerprints of its code, in the order of their hashes.
    pub prints: Vec<PrintFacts>,
    /// Only fingerprints below this were kept; `None` when all were.
    pub prints_below: Option<u64>,
    /// Landings whose subjects say that something is mended, in order.
    pub mends: Vec<u32>,
}

/// A fingerprint of code: two pieces that are alike but for names and literals have one in
/// common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintFacts {
    /// What it is.
    pub hash: u64,
    /// The number of the path it stands in.
    pub path: u32,
    /// The first line it is made of, counted from 0.
    pub start: u32,
    /// The line after the last.
    pub end: u32,
    /// The mainline number of the landing since which all of it stands there.
    pub landing: u32,
}

/// A file at the tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TipFileFacts {
    /// The number of its path.
    pub path: u32,
    /// What it is for.
    pub class: FileClass,
    /// Lines of code and imports that test no other code: of a language that is not
    /// parsed, those that are not blank. 0 for files that are no code.
    pub code_lines: u64,
    /// Lines of code and imports that do.
    pub test_lines: u64,
}

/// A file in which a package manager is told what a project is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFacts {
    /// The number of its path.
    pub path: u32,
    /// The package manager: `cargo`, `npm`, …
    pub system: String,
    /// What the package is called, where it says so.
    pub name: Option<Untrusted>,
    /// Whether it names a licence.
    pub has_licence: bool,
    /// Whether it names somebody who maintains it.
    pub has_maintainer: bool,
    /// Whether it could be understood; if not, nothing else here is known.
    pub is_read: bool,
    /// What the project needs, in the order of the text.
    pub dependencies: Vec<DependencyFacts>,
}

/// Something that a project needs, and names itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DependencyFacts {
    /// Its name.
    pub name: Untrusted,
    /// The line that first names it, counted from 0; `None` when none is found.
    pub line: Option<u32>,
    /// The repository that it comes from, as `owner/name`, where one is named.
    pub repository: Option<Untrusted>,
    /// Whether one version alone will do.
    pub is_exact: bool,
    /// Whether any version at all will do.
    pub is_unbounded: bool,
    /// Whether it is needed for development alone.
    pub is_dev: bool,
    /// Whether it is a path in the same repository.
    pub is_local: bool,
}

/// A line that says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignFacts {
    /// The number of its path.
    pub path: u32,
    /// The line, counted from 0; `None` when the file as a whole says it.
    pub line: Option<u32>,
    /// What it says.
    pub kind: SignKind,
    /// A word for it: of ours, or a name of a path, an image, a repository or a host.
    /// Never a secret: what looks like one is not kept, wherever it stands.
    pub word: Untrusted,
}

/// What a line says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum SignKind {
    /// A program begins here.
    EntryPoint,
    /// A literal that looks like a secret.
    Secret,
    /// A workflow runs tests.
    RunsTests,
    /// A workflow deploys.
    Deploys,
    /// Something is run by the clock.
    Schedule,
    /// A workflow is run by the clock: the product, or care of it.
    ScheduledWorkflow,
    /// Something is run in operation: a container, a cluster, a cloud.
    Operation,
    /// A host, a payment or a sign-in of production.
    Production,
    /// An image that is run or built upon.
    Image,
    /// The project says of itself that it is an experiment.
    SelfNamed,
    /// Documentation says how to run or deploy it.
    RunSection,
    /// A rule says that somebody owns paths: the word is the pattern.
    Owner,
    /// A rule says that nobody owns paths: the word is the pattern.
    Unowned,
    /// Something of another repository is used: the word is its `owner/name`.
    Uses,
    /// A literal that stands for something else: mock, dummy, lorem ipsum.
    PlaceholderText,
}
