//! Facts of all repositories → lifespans: columns of numbers that the statistics take,
//! for the whole scope or a cohort of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, LifetimeFacts};
use crate::history::CommitIdx;
use crate::identity::{GitPerson, IdentityId, People};
use crate::lines::instances::DeathCause;
use crate::stats::Lifespan;
use crate::units::{Timestamp, len_to_u32, len_to_u64};

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
    /// Mainline commits that brought in more than [`BULK_LINES`] countable lines.
    bulk: Vec<Vec<bool>>,
}

/// Lines that are looked at together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cohort {
    /// How long they were seen to live, by group.
    pub lifespans: Vec<Lifespan>,
    /// How many people wrote them. Bots, and everybody unknown at once, are groups too,
    /// but no people.
    pub n_people: u64,
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
        let persons = repositories
            .iter()
            .map(|facts| identities.by_ref().take(facts.people.len()).collect())
            .collect();
        Self {
            repositories,
            persons,
            n_persons: len_to_u32(people.persons.len()),
            bulk: repositories.iter().map(bulk_landings).collect(),
        }
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

    /// The cohort of the lines that `wanted` takes. Lines of unknown birth are never
    /// among them: a life cannot be measured from a birth nobody saw.
    pub fn cohort(&self, wanted: impl Fn(usize, &LifetimeFacts) -> bool) -> Cohort {
        let mut grouped: BTreeMap<(u32, u32, i64, bool), u64> = BTreeMap::new();
        let first_changes = self.first_changes();
        for (repository, lifetime) in self.lifetimes() {
            if lifetime.birth_unknown || !wanted(repository, lifetime) {
                continue;
            }
            let facts = &self.repositories[repository];
            let Some(span) = seconds_alive(facts, lifetime) else { continue };
            let cluster = self.cluster(CommitRef { repository, commit: lifetime.origin });
            let change = first_changes[repository] + lifetime.landing;
            let key = (cluster, change, span.seconds, span.died);
            *grouped.entry(key).or_insert(0) += lifetime.lines;
        }
        let to_lifespan = |((cluster, change, seconds, died), lines)| Lifespan {
            entry_days: 0.0,
            exit_days: crate::units::seconds_to_days(seconds),
            died,
            lines,
            cluster,
            change,
        };
        let lifespans: Vec<Lifespan> = grouped.into_iter().map(to_lifespan).collect();
        let people: BTreeSet<u32> = lifespans
            .iter()
            .map(|one| one.cluster)
            .filter(|id| *id < self.n_persons)
            .collect();
        Cohort { n_people: len_to_u64(people.len()), lifespans }
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

fn bulk_landings(facts: &Facts) -> Vec<bool> {
    let mut lines = vec![0; facts.mainline.len()];
    for lifetime in facts.lifetimes.iter().filter(|one| one.is_countable()) {
        lines[lifetime.landing as usize] += lifetime.lines;
    }
    lines.into_iter().map(|lines| lines > BULK_LINES).collect()
}

/// How long a line was seen alive, and whether it died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondsAlive {
    /// From landing to death or to the end of observation.
    pub seconds: i64,
    /// Whether it died; else it was last seen alive.
    pub died: bool,
}

/// Returns how long lines were seen alive. Lines whose file became unreadable were
/// last seen then: they may live on.
pub fn seconds_alive(facts: &Facts, lifetime: &LifetimeFacts) -> Option<SecondsAlive> {
    let landing = facts.mainline.get(lifetime.landing as usize)?.time;
    let (end, died) = match lifetime.death {
        Some((death, cause)) => {
            let time = facts.mainline.get(death as usize)?.time;
            (time, cause != DeathCause::Unreadable)
        }
        None => (facts.as_of?, false),
    };
    Some(SecondsAlive { seconds: (end.0 - landing.0).max(0), died })
}

/// Whether lines are known to stand at age `days`, known not to, or neither yet.
pub fn stands_at(facts: &Facts, lifetime: &LifetimeFacts, days: u32) -> Option<bool> {
    let seen = seconds_alive(facts, lifetime)?;
    let age = i64::from(days) * crate::units::SECONDS_PER_DAY;
    match (seen.died, seen.seconds >= age) {
        // A line that dies at exactly this age does not stand at it.
        (true, _) => Some(seen.seconds > age),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

/// The moment of a landing.
pub fn landing_time(facts: &Facts, lifetime: &LifetimeFacts) -> Option<Timestamp> {
    Some(facts.mainline.get(lifetime.landing as usize)?.time)
}
