//! Any number of a report, back to the commits and lines it is made of, with the git
//! commands that show them.
//!
//! What is said here is what the tables of facts say, added up anew. A figure is taken
//! from the report itself, and what it is said to be made of must come to the same.
//! People are in none of it: git shows who wrote a commit.

mod commit;
mod deaths;
mod figure;
mod git_command;
mod id;
mod landing;
mod line;
mod lookup;
mod provenance;
mod reverts;

use serde::Serialize;

pub use commit::{CommitAnswer, DiffCount, EvidenceAnswer, LineCounts};
pub use deaths::{DeathRow, DeathsAnswer};
pub use figure::{AgeBand, Contribution, DiedOf, FigureAnswer, FigureLines};
pub use git_command::GitCommand;
pub use id::{CohortName, CommitPrefix, FigureId, Id, Measure, parse};
pub use landing::{BroughtCommit, LandingAnswer, LaterDeath};
pub use line::{LineAnswer, MovedFrom, SameLines};
pub use provenance::{LineRow, ProvenanceAnswer, PulledAnswer, RecordAnswer};
pub use reverts::{RevertAnswer, RevertLines, RevertRow};

use crate::error::Error;
use crate::facts::Facts;
use crate::identity::MapRow;
use crate::problem::Gaps;
use crate::report::{GapReport, PURPOSE, Tool, gap_reports};
use crate::units::Timestamp;
use crate::untrusted::Untrusted;

/// The version of the answer's shape.
pub const EXPLAIN_SCHEMA: &str = "slopnexus.explain/1";

/// What is asked, and of what.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// What to explain.
    pub id: &'q Id,
    /// The repositories in which to look it up.
    pub repositories: &'q [Facts],
    /// For a line: its repository as `git blame` sees lines, unless they were read so
    /// in the first place.
    pub as_blamed: Option<&'q Facts>,
    /// Gaps beside those of the repositories.
    pub gaps: &'q [(String, Gaps)],
    /// Who is who, as the report was told.
    pub people: &'q [MapRow],
    /// Landings before this moment are left out of figures.
    pub since: Option<Timestamp>,
}

/// What a number is made of.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// [`EXPLAIN_SCHEMA`].
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// What is explained: the id in full.
    pub id: String,
    /// [`PURPOSE`].
    pub purpose: &'static str,
    /// The repositories it is about.
    pub repositories: Vec<RepositoryAnswer>,
    /// Whether lines are those of `git blame`, so that the commands show just what is
    /// said. Else lines that moved, or changed only their form, are followed further
    /// than git does.
    pub exact: bool,
    /// Whether the mainline alone was read: what a merge brought counts as written by it.
    pub first_parent_origins: bool,
    /// Whether nothing that should have been counted is missing.
    pub complete: bool,
    /// What was left out.
    pub gaps: Vec<GapReport>,
    /// The evidence.
    #[serde(flatten)]
    pub answer: Answer,
    /// How git shows it.
    pub commands: Vec<GitCommand>,
}

/// A repository that an explanation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepositoryAnswer {
    /// The path it was named by.
    pub path: String,
    /// The branch that was judged.
    pub branch: String,
    /// The commit at its tip.
    pub tip: Option<String>,
    /// The end of observation.
    pub as_of: Option<String>,
    /// How many landings have a time that was given for them; `None` when no times were
    /// given.
    pub landings_by_event: Option<u64>,
}

/// The evidence, by what was asked.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Where a line comes from.
    Line(LineAnswer),
    /// What a commit brought in.
    Landing(LandingAnswer),
    /// What died at a commit.
    Deaths(DeathsAnswer),
    /// Why a commit counts as AI-marked or not.
    Provenance(ProvenanceAnswer),
    /// What a commit took back, or what took it back.
    Revert(RevertAnswer),
    /// What a figure is made of.
    Figure(FigureAnswer),
}

/// An answer, before it is put into its frame.
struct Answered {
    /// The id in full.
    id: String,
    /// The repository, if it is of one.
    repository: Option<usize>,
    answer: Answer,
    commands: Vec<GitCommand>,
}

/// Finds the repository in which a line stands.
///
/// # Errors
///
/// When it stands in none, or in several.
pub fn repository_of_line(
    repositories: &[Facts],
    path: &Untrusted,
    line: u32,
) -> Result<usize, Error> {
    lookup::line(repositories, path, line)
}

/// Explains.
///
/// # Errors
///
/// When nothing is named like this, or several things are; and when what a figure is
/// made of does not come to the figure.
pub fn explain(question: Question<'_>) -> Result<Explanation, Error> {
    let answered = match question.id {
        Id::Line { path, line } => line::explain(question, path, *line)?,
        Id::Landing(commit) => landing::explain(question.repositories, commit)?,
        Id::Deaths { commit, path } => {
            deaths::explain(question.repositories, commit, path.as_ref())?
        }
        Id::Provenance(commit) => provenance::explain(question.repositories, commit)?,
        Id::Revert(commit) => reverts::explain(question.repositories, commit)?,
        Id::Figure(id) => figure::explain(question, id)?,
    };
    let about = match answered.repository {
        Some(at) => std::slice::from_ref(&question.repositories[at]),
        None => question.repositories,
    };
    let of_repositories = about
        .iter()
        .flat_map(|facts| gap_reports(&facts.path.to_json_text(), &facts.gaps));
    let of_others =
        question.gaps.iter().flat_map(|(scope, gaps)| gap_reports(scope, gaps));
    let gaps: Vec<GapReport> = of_repositories.chain(of_others).collect();
    Ok(Explanation {
        schema: EXPLAIN_SCHEMA,
        tool: Tool { name: "slopnexus", version: env!("CARGO_PKG_VERSION") },
        id: answered.id,
        purpose: PURPOSE,
        repositories: about.iter().map(repository).collect(),
        exact: about.iter().all(|facts| facts.exact),
        first_parent_origins: about.iter().any(|facts| facts.first_parent_origins),
        complete: gaps.iter().all(|gap| !gap.incomplete),
        gaps,
        answer: answered.answer,
        commands: answered.commands,
    })
}

fn repository(facts: &Facts) -> RepositoryAnswer {
    RepositoryAnswer {
        path: facts.path.to_json_text().into_owned(),
        branch: facts.branch.to_json_text().into_owned(),
        tip: facts.tip.map(|tip| tip.to_string()),
        as_of: facts.as_of.and_then(Timestamp::to_rfc3339),
        landings_by_event: facts.landings_by_event,
    }
}
