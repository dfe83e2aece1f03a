//! Facts of all repositories → lifespans: columns of numbers that the statistics take,
//! for the whole scope or a cohort of it.

mod life;
mod removal;

use std::collections::{BTreeMap, BTreeSet};

pub use life::{Reading, Seen, View, death_time, landing_time, seen, stands_at};
pub use removal::RemovedBy;

use crate::facts::{Facts, LifetimeFacts};
use crate::history::CommitIdx;
use crate::identity::{GitPerson, IdentityId, People};
use crate::stats::Lifespan;
use crate::units::{len_to_u32, len_to_u64, seconds_to_days};

/// Lines that one change brings in beyond which it is a bulk event: an import, a move
/// of vendored code, a reformatting. Reported apart.
pub const BULK_LINES: u64 = 10_000;

/// A commit of the scope: which repository, which commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitRef {
    /// The place of the repository.
    pub repository: usize,
    /// The commit in it.
    pub commit: CommitIdx,
}

/// All repositories of a report and the people in them.
#[derive(Debug)]
pub struct Scope<'f> {
    /// The facts of each repository.
    pub repositories: &'f [Facts],
    /// For each repository and each of its people the person, if it is one.
    persons: Vec<Vec<Option<IdentityId>>>,
    n_persons: u32,
    /// For each repository and each of its landings the one person whose work it was.
    landed_by: Vec<Vec<Option<IdentityId>>>,
    /// The team of each person; empty where no teams are known.
    teams: Vec<Option<usize>>,
    /// Mainline commits that are bulk events, or brought in more than [`BULK_LINES`]
    /// countable lines.
    bulk: Vec<Vec<bool>>,
}

/// Lines that are looked at together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cohort {
    /// How long they were seen to live, by group.
    pub lifespans: Vec<Lifespan>,
    /// Who removed them, one for each of the lifespans; without meaning where none died.
    pub removed_by: Vec<RemovedBy>,
    /// The people who wrote them. Bots, and everybody unknown at once, are groups too,
    /// but no people.
    pub people: BTreeSet<IdentityId>,
}

impl Cohort {
    /// How many people wrote them.
    pub fn n_people(&self) -> u64 {
        len_to_u64(self.people.len())
    }
}

/// Returns the git identities of all repositories in the order of [`Scope::new`], for
/// [`crate::identity::resolve`].
pub fn git_people(repositories: &[Facts]) -> Vec<GitPerson> {
    let mut people = Vec::new();
    for facts in repositories {
        let mut commits = vec![0; facts.people.len()];
        for author in facts.commits.iter().filter_map(|commit| commit.author) {
            commits[author as usize] += 1;
        }
        people.extend(facts.people.iter().zip(commits).map(|(author, commits)| {
            GitPerson {
                name: author.name.0.clone(),
                email: author.email.0.clone(),
                commits,
                is_automation: author.is_automation,
            }
        }));
    }
    people
}

impl<'f> Scope<'f> {
    /// The scope of `repositories`, whose git identities were resolved to `people`.
    pub fn new(repositories: &'f [Facts], people: &People) -> Self {
        let mut identities = people.git_person.iter().copied();
        let persons: Vec<Vec<_>> = repositories
            .iter()
            .map(|facts| identities.by_ref().take(facts.people.len()).collect())
            .collect();
        let landed_by = repositories
            .iter()
            .zip(&persons)
            .map(|(facts, persons)| removal::landing_persons(facts, persons))
            .collect();
        Self {
            repositories,
            persons,
            landed_by,
            n_persons: len_to_u32(people.persons.len()),
            teams: Vec::new(),
            bulk: repositories.iter().map(bulk_landings).collect(),
        }
    }

    /// The same with the team of each person, by number.
    #[must_use]
    pub fn with_teams(self, teams: Vec<Option<usize>>) -> Self {
        Self { teams, ..self }
    }

    /// Whether any teams are known.
    pub fn has_teams(&self) -> bool {
        self.teams.iter().any(Option::is_some)
    }

    /// The person whose work a commit is: the operator of an agent, else the author.
    pub fn person(&self, at: CommitRef) -> Option<IdentityId> {
        let commit = &self.repositories[at.repository].commits[at.commit.at()];
        let number = commit.operator.or(commit.author)?;
        self.persons[at.repository][number as usize]
    }

    /// Whether a line landed in a bulk event.
    pub fn is_bulk(&self, repository: usize, lifetime: &LifetimeFacts) -> bool {
        self.bulk[repository][lifetime.landing as usize]
    }

    /// How many mainline commits are bulk events.
    pub fn n_bulk(&self) -> u64 {
        len_to_u64(self.bulk.iter().flatten().filter(|bulk| **bulk).count())
    }

    /// All lifetimes of the scope with the place of their repository.
    pub fn lifetimes(&self) -> impl Iterator<Item = (usize, &'f LifetimeFacts)> {
        let numbered = self.repositories.iter().enumerate();
        numbered.flat_map(|(number, facts)| {
            facts.lifetimes.iter().map(move |one| (number, one))
        })
    }

    /// The group whose lines may live and die together: the person, else the automation
    /// by itself, else everybody unknown at once.
    fn cluster(&self, at: CommitRef) -> u32 {
        if let Some(person) = self.person(at) {
            return person.0;
        }
        let commit = &self.repositories[at.repository].commits[at.commit.at()];
        let first = self.n_persons + 1;
        match commit.operator.or(commit.author) {
            None => self.n_persons,
            Some(number) => {
                let before: usize =
                    self.persons[..at.repository].iter().map(Vec::len).sum();
                first + len_to_u32(before) + number
            }
        }
    }

    /// The cohort of the lines that `wanted` takes, as far as they were seen.
    pub fn cohort(
        &self,
        view: View,
        wanted: impl Fn(usize, &LifetimeFacts) -> bool,
    ) -> Cohort {
        let all = |at: usize, one: &'f LifetimeFacts| wanted(at, one).then_some(());
        self.cohorts_by(view, all).remove(&()).unwrap_or_default()
    }

    /// The cohorts of the lines for which `key` has an answer, by that answer.
    pub fn cohorts_by<K: Ord>(
        &self,
        view: View,
        key: impl Fn(usize, &'f LifetimeFacts) -> Option<K>,
    ) -> BTreeMap<K, Cohort> {
        let mut numbers: BTreeMap<K, usize> = BTreeMap::new();
        let mut rows: Vec<(usize, Row, u64)> = Vec::new();
        let first_changes = self.first_changes();
        for (repository, lifetime) in self.lifetimes() {
            let facts = &self.repositories[repository];
            let Some(key) = key(repository, lifetime) else { continue };
            let Some(seen) = seen(facts, lifetime, view) else { continue };
            let cluster = self.cluster(CommitRef { repository, commit: lifetime.origin });
            let change = first_changes[repository] + lifetime.landing;
            let removed_by = self.removed_by(repository, lifetime);
            let next = numbers.len();
            let number = *numbers.entry(key).or_insert(next);
            rows.push((number, (cluster, change, seen, removed_by), lifetime.lines));
        }
        rows.sort_unstable();
        let cohort = |(key, number)| {
            let start = rows.partition_point(|row| row.0 < number);
            let end = rows.partition_point(|row| row.0 <= number);
            (key, self.to_cohort(&rows[start..end]))
        };
        numbers.into_iter().map(cohort).collect()
    }

    /// The cohort of rows in order; those that are alike become one lifespan.
    fn to_cohort(&self, rows: &[(usize, Row, u64)]) -> Cohort {
        let mut cohort = Cohort::default();
        for alike in rows.chunk_by(|one, next| one.1 == next.1) {
            let (cluster, change, seen, removed_by) = alike[0].1;
            let lines = alike.iter().map(|row| row.2).sum();
            cohort.lifespans.push(Lifespan {
                entry_days: seconds_to_days(seen.from),
                exit_days: seconds_to_days(seen.to),
                died: seen.died,
                lines,
                cluster,
                change,
            });
            cohort.removed_by.push(removed_by);
            if cluster < self.n_persons {
                cohort.people.insert(IdentityId(cluster));
            }
        }
        cohort
    }

    fn first_changes(&self) -> Vec<u32> {
        let mut first = 0;
        let next = |facts: &Facts| {
            let this = first;
            first += len_to_u32(facts.mainline.len());
            this
        };
        self.repositories.iter().map(next).collect()
    }
}

/// Lines of a cluster and a change that were seen alike and removed alike.
type Row = (u32, u32, Seen, RemovedBy);

fn bulk_landings(facts: &Facts) -> Vec<bool> {
    let mut lines = vec![0; facts.mainline.len()];
    for lifetime in facts.lifetimes.iter().filter(|one| one.is_countable()) {
        lines[lifetime.landing as usize] += lifetime.lines;
    }
    let landings = facts.mainline.iter().zip(lines);
    landings.map(|(landing, lines)| landing.is_bulk || lines > BULK_LINES).collect()
}

#[cfg(test)]
pub(crate) mod tests;
