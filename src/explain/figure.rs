//! What a figure of the report is made of: the lines of its cohort, when and why they
//! died, and the landings and deaths that weigh most.
//!
//! The figure is taken from the report. Its parts are added up here anew, from the
//! lifetimes: when both do not come to the same, nothing is said.
//!
//! The share gone by an age is a sum over the deaths until then. Let S be the curve just
//! before a death and n the lines at risk; each line that dies adds S / n (Aalen and
//! Johansen 1978). That is what a death weighs, and all of them add up to the figure.

mod parts;
mod published;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::commit;
use super::git_command::{Git, GitCommand};
use super::id::{FigureId, Measure};
use super::{Answer, Answered, Question};
use crate::cohorts::{self, Scope};
use crate::error::Error;
use crate::facts::Facts;
use crate::identity;
use crate::lines::instances::DeathCause;
use crate::report::{FEW_PEOPLE, SurvivalPoint};
use crate::stats::HORIZONS_DAYS;
use parts::{Parts, Place};

/// What a figure is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureAnswer {
    /// `survival` or `churn`.
    pub measure: &'static str,
    /// The age.
    pub days: u32,
    /// The cohort.
    pub cohort: String,
    /// The figure as the report has it.
    pub figure: SurvivalPoint,
    /// The lines of the cohort by what is known of them at this age.
    pub lines: FigureLines,
    /// Lines that died by then, by cause.
    pub died_by_cause: BTreeMap<&'static str, DiedOf>,
    /// What happened at which ages.
    pub ages: Vec<AgeBand>,
    /// How many mainline commits brought in lines of the cohort.
    pub n_landings: u64,
    /// Those that brought in the most lines.
    pub landings: Vec<Contribution>,
    /// At how many mainline commits lines of the cohort died by then.
    pub n_deaths: u64,
    /// Those that weigh most.
    pub deaths: Vec<Contribution>,
}

/// The lines of a cohort by what is known of them at an age. The parts add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FigureLines {
    /// All of them.
    pub cohort: u64,
    /// Those that died by then.
    pub died: u64,
    /// Those that were last seen alive when they were younger: they landed too late, or
    /// their file became unreadable.
    pub left: u64,
    /// Those that were followed further.
    pub outlived: u64,
    /// Those that were older when observation began.
    pub entered_later: u64,
}

/// Lines that died of one cause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct DiedOf {
    /// How many.
    pub lines: u64,
    /// The share of the cohort that is gone by it, with lines that left taken into
    /// account; the causes add up to the share gone. `None` without a figure.
    pub share: Option<f64>,
}

/// What happened between two ages: above the first, up to the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AgeBand {
    /// Days; from birth on when 0.
    pub from_days: u32,
    /// Days.
    pub to_days: u32,
    /// Lines that died.
    pub died: u64,
    /// Lines last seen alive.
    pub left: u64,
}

/// A mainline commit that a figure is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// The repository.
    pub repository: String,
    /// The commit.
    pub commit: String,
    /// When, on the clock of the branch.
    pub time: Option<String>,
    /// Of a landing the lines of the cohort that it brought in; of a death those that died
    /// there.
    pub lines: u64,
    /// Those of them that died by the age.
    pub died: u64,
    /// The share of the cohort that is gone by those deaths. `None` without a figure.
    pub share: Option<f64>,
    /// The figure without this: had the landing not been, or had the lines that died
    /// been last seen then. `None` without a figure.
    pub value_without: Option<f64>,
    /// What explains it further.
    pub id: String,
}

pub(super) fn explain(question: Question<'_>, id: &FigureId) -> Result<Answered, Error> {
    let repositories = question.repositories;
    let people =
        identity::resolve(&cohorts::git_people(repositories), &[], question.people);
    let scope = Scope::new(repositories, &people);
    let (figure, only) = published::figure(&scope, question, id)?;
    if figure.reason == Some(FEW_PEOPLE) {
        let hint = "ask about all, or about a part that more people wrote";
        return Err(Error::input("E-FEWPEOPLE", "cannot explain", FEW_PEOPLE, hint));
    }
    let cohort = parts::Cohort { name: &id.cohort, only, since: question.since };
    let parts = Parts::of(&scope, &cohort, id.days);
    check(&figure, &parts, id)?;
    let (landings, deaths) = (parts.by_landing(), parts.by_death());
    let is_observed = figure.value.is_some();
    let ranked = |kind: Kind, sums: &BTreeMap<Place, parts::Sum>| {
        let places = most(kind, sums);
        let one = |place| contribution(&parts, id, (kind, place, sums), is_observed);
        places.into_iter().map(one).collect::<Vec<_>>()
    };
    let places: Vec<Place> = most(Kind::Death, &deaths)
        .into_iter()
        .chain(most(Kind::Landing, &landings))
        .collect();
    let answer = FigureAnswer {
        measure: id.measure.as_str(),
        days: id.days,
        cohort: id.cohort.to_words(),
        lines: parts.lines(),
        died_by_cause: by_cause(&parts, is_observed),
        ages: ages(&parts, id.days),
        n_landings: crate::units::len_to_u64(landings.len()),
        landings: ranked(Kind::Landing, &landings),
        n_deaths: crate::units::len_to_u64(deaths.len()),
        deaths: ranked(Kind::Death, &deaths),
        figure,
    };
    Ok(Answered {
        id: format!("{}:{}:{}", id.measure.as_str(), id.days, id.cohort.to_words()),
        repository: only,
        commands: commands(repositories, &places),
        answer: Answer::Figure(answer),
    })
}

/// Holds that the parts are those of the figure.
fn check(figure: &SurvivalPoint, parts: &Parts<'_>, id: &FigureId) -> Result<(), Error> {
    let value = value_of(id.measure, parts.survival());
    let is_same = figure.value.is_none_or(|figure| (figure - value).abs() < 1e-12);
    if is_same && figure.n_lines == parts.lines().cohort {
        return Ok(());
    }
    let why = "what the figure is made of does not come to the figure";
    let hint = "report a bug, with the versions of this program and of its kept facts";
    Err(Error::input("E-PARTS", "cannot explain", why, hint))
}

fn value_of(measure: Measure, survival: f64) -> f64 {
    match measure {
        Measure::Survival => survival,
        Measure::Churn => 1.0 - survival,
    }
}

/// What a contribution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Landing,
    Death,
}

/// How many are listed of each.
const MOST_LISTED: usize = 10;

/// The landings that brought in the most lines, or the deaths that weigh most; of equals
/// the earlier.
fn most(kind: Kind, sums: &BTreeMap<Place, parts::Sum>) -> Vec<Place> {
    let mut places: Vec<Place> = sums.keys().copied().collect();
    places.sort_by(|one, other| {
        let (a, b) = (&sums[one], &sums[other]);
        let by_weight = match kind {
            Kind::Landing => Reverse(a.lines).cmp(&Reverse(b.lines)),
            Kind::Death => b.share.total_cmp(&a.share),
        };
        by_weight.then_with(|| one.cmp(other))
    });
    places.truncate(MOST_LISTED);
    places
}

fn contribution(
    parts: &Parts<'_>,
    id: &FigureId,
    (kind, place, sums): (Kind, Place, &BTreeMap<Place, parts::Sum>),
    is_observed: bool,
) -> Contribution {
    let facts = &parts.repositories[place.repository];
    let sum = &sums[&place];
    let commit = commit::landing_id(facts, place.landing);
    let (word, without) = match kind {
        Kind::Landing => ("landing", parts.without_landing(place)),
        Kind::Death => ("deaths", parts.without_death(place)),
    };
    Contribution {
        repository: facts.path.to_json_text().into_owned(),
        time: commit::landing_time(facts, place.landing),
        lines: sum.lines,
        died: sum.died,
        share: is_observed.then_some(sum.share),
        value_without: is_observed.then(|| value_of(id.measure, without)),
        id: format!("{word}:{commit}"),
        commit,
    }
}

fn by_cause(parts: &Parts<'_>, is_observed: bool) -> BTreeMap<&'static str, DiedOf> {
    let row = |(cause, sum): (DeathCause, parts::Sum)| {
        let share = is_observed.then_some(sum.share);
        (cause.as_str(), DiedOf { lines: sum.died, share })
    };
    parts.by_cause().into_iter().map(row).collect()
}

/// The ages of the report up to the one asked about.
fn ages(parts: &Parts<'_>, days: u32) -> Vec<AgeBand> {
    let ends = HORIZONS_DAYS.into_iter().filter(|&end| end <= days);
    let mut from_days = 0;
    let band = |to_days: u32| {
        let (died, left) = parts.between(from_days, to_days);
        let band = AgeBand { from_days, to_days, died, left };
        from_days = to_days;
        band
    };
    ends.map(band).collect()
}

/// How many commits have commands.
const MOST_SHOWN: usize = 3;

/// The heaviest deaths and landings, each commit once.
fn commands(repositories: &[Facts], places: &[Place]) -> Vec<GitCommand> {
    let mut shown: Vec<Place> = Vec::new();
    for place in places {
        if !shown.contains(place) && shown.len() < MOST_SHOWN {
            shown.push(*place);
        }
    }
    let command = |place: Place| {
        let facts = &repositories[place.repository];
        let commit = facts.mainline[place.landing as usize].commit;
        GitCommand {
            shows: "what git counts in a commit of these",
            command: Git::new(facts).numstat(commit),
            names: None,
        }
    };
    shown.into_iter().map(command).collect()
}
