//! Sentences that several writers of the report share. What comes from outside passes an
//! encoder, which is that of the writer.

mod marks;
mod operations;
mod repositories;
mod spend;
mod usage;

use std::collections::BTreeMap;

use super::number::{count, count_of, percent, survival};
use crate::facts::SquashFacts;
use crate::report::{HalfLifeReport, Report, SurvivalReport};
use crate::verdict::Level;

pub(super) use marks::*;
pub(super) use operations::*;
pub(super) use repositories::*;
pub(super) use spend::*;
pub(super) use usage::*;

/// Makes text from outside harmless.
pub(super) type Encode = fn(&str) -> String;

/// What lasted, what the money has to do with it, how sure that is: each a paragraph.
pub(super) fn answer(report: &Report, encode: Encode) -> Vec<String> {
    let lines = total_lines(report);
    if lines.0 == 0 {
        return vec![nothing(report).to_owned()];
    }
    let since = match report.inputs.options.get("since") {
        Some(since) => format!("since {} (--since)", day(since)),
        None => format!("since {}", first_landing(report)),
    };
    let landed = format!(
        "{} that count landed {since}; {} of them stand.",
        count_of(lines.0, "line", "lines"),
        count(lines.1)
    );
    let mut said = vec![lasting(report), landed];
    said.extend(late_entries(report));
    said.extend(given_times(report, encode));
    said.extend(writers(report));
    said.extend(report.verdicts.iter().map(|verdict| verdict.sentence.clone()));
    said
}

fn nothing(report: &Report) -> &'static str {
    let none = report.repositories.iter().all(|repository| repository.tip.is_none());
    if none && report.inputs.options.contains_key("as_of") {
        "No commit had landed by then (--as-of), so there is nothing to say."
    } else if none {
        "There are no commits yet, so there is nothing to say."
    } else {
        "No line that counts has landed, so there is nothing to say."
    }
}

/// What was done with lines older than the time looked at.
fn late_entries(report: &Report) -> Option<String> {
    let late = report.repositories.iter().filter_map(|one| one.late_entries);
    let (lines, went) =
        late.fold((0, 0), |sum, one| (sum.0 + one.births, sum.1 + one.deaths));
    (lines > 0).then(|| {
        format!(
            "{} stood by then; {} of them went. How long lines live is told as they died since \
             that day, at every age: older ones are followed from then on, at the age they had \
             (delayed entry).",
            count_of(lines, "older line", "older lines"),
            count(went),
        )
    })
}

/// What is to be known of who wrote lines.
fn writers(report: &Report) -> Option<String> {
    if report.inputs.options.contains_key("first_parent_origins") {
        let text = "Only the mainline was read (--first-parent-origins): what a merge brought \
                    counts as written by whoever merged it.";
        return Some(text.to_owned());
    }
    let squashes = report.repositories.iter().filter_map(|one| one.squashes);
    let sum = squashes.reduce(SquashFacts::and)?;
    Some(format!(
        "Of {} whose subjects name a pull request, {} could be led back to the commits of \
         its head: {} that count are of those.",
        count_of(sum.landings, "landing", "landings"),
        count(sum.recovered),
        count_of(sum.lines, "line", "lines"),
    ))
}

/// Where the times of landings are from, if they were given.
fn given_times(report: &Report, encode: Encode) -> Option<String> {
    let file = report.inputs.options.get("landing_events")?;
    let given: u64 =
        report.repositories.iter().filter_map(|one| one.landings_by_event).sum();
    let landings: u64 = report.repositories.iter().map(|one| one.landings).sum();
    Some(format!(
        "The landing times of {} of {} landings are from {} (--landing-events).",
        count(given),
        count(landings),
        encode(file)
    ))
}

/// The first sentence of a report: how much is there after the longest of the usual
/// ages, and the half-life.
fn lasting(report: &Report) -> String {
    let at =
        |days: &str| report.survival.survival.get(days).filter(|one| one.value.is_some());
    let Some(point) = at("90").or_else(|| at("30")).or_else(|| at("7")) else {
        return "How long a line lives cannot be said yet: too little was followed for a week."
            .to_owned();
    };
    format!(
        "{} days after landing, {} of lines are still there.{}",
        point.window_days,
        survival(point),
        half_life(&report.survival.half_life)
    )
}

fn half_life(half: &HalfLifeReport) -> String {
    let interval = match (half.low, half.high) {
        (Some(low), Some(high)) => {
            format!("95% interval {} to {}", days_in_words(low), days_in_words(high))
        }
        (Some(low), None) => format!("at least {}", days_in_words(low)),
        _ => "no interval".to_owned(),
    };
    match (half.days, half.survival) {
        (Some(days), _) => {
            format!(" Half of them are gone after {} ({interval}).", days_in_words(days))
        }
        (None, Some(share)) => format!(
            " Half-life: not reached{}; {} are still there after {}, as far as this history \
             shows.",
            if half.low.is_some() { format!(" ({interval})") } else { String::new() },
            percent(share),
            days_in_words(half.age_days.unwrap_or_default())
        ),
        (None, None) => String::new(),
    }
}

/// What stands behind a curve.
pub(super) fn support(lives: &SurvivalReport) -> Option<String> {
    let point = lives.survival.get("30")?;
    let groups = match point.clustered_by {
        "person" => format!("{} people and bots", count(point.n_groups)),
        _ => count_of(point.n_groups, "change", "changes"),
    };
    Some(format!(
        "{} in {} by {}. {} over {groups}, who count as {:.1} independent ones{}.",
        count_of(point.n_lines, "line", "lines"),
        count_of(point.n_changes, "change", "changes"),
        count_of(point.n_people, "person", "people"),
        if point.low.is_some() { "Intervals are" } else { "An interval would be" },
        point.g_eff,
        point.reason.map_or(String::new(), |why| format!("; at 30 days {why}")),
    ))
}

/// How many days a line lives out of its first ones.
pub(super) fn mean_life(lives: &SurvivalReport) -> Option<String> {
    let mean = &lives.mean_life;
    let value = mean.value?;
    let interval = match (mean.low, mean.high) {
        (Some(low), Some(high)) => format!(" (95% interval {low:.1} to {high:.1})"),
        _ => " (no interval)".to_owned(),
    };
    let window = mean.window_days;
    Some(format!(
        "Of its first {window:.0} days a line lives {value:.1} on average{interval}."
    ))
}

/// Lines gone after three weeks, and by whom.
pub(super) fn churn(lives: &SurvivalReport) -> Option<String> {
    let (point, whom) =
        lives.churn.points.get("21").zip(lives.churn.by_whom.get("21"))?;
    let team = whom
        .same_team
        .map_or(String::new(), |share| format!(" ({} by the same team)", percent(share)));
    Some(format!(
        "Churn: {} of lines are gone 21 days after landing. By who wrote them {}, by others {}{team}, \
         taken back {}, by nobody known {}.",
        survival(point),
        percent(whom.same_author),
        percent(whom.others),
        percent(whom.revert),
        percent(whom.unknown)
    ))
}

/// Lines that died in all repositories by cause, the most first, with the words for it.
pub(super) fn deaths(report: &Report) -> Vec<(&'static str, u64)> {
    let mut causes: BTreeMap<&'static str, u64> = BTreeMap::new();
    for repository in &report.repositories {
        for (cause, lines) in &repository.deaths_by_cause {
            *causes.entry(cause).or_insert(0) += lines;
        }
    }
    let mut rows: Vec<_> = causes.into_iter().collect();
    rows.sort_by_key(|(cause, lines)| (std::cmp::Reverse(*lines), *cause));
    rows.into_iter().map(|(cause, lines)| (cause_words(cause), lines)).collect()
}

fn cause_words(cause: &'static str) -> &'static str {
    match cause {
        "modified_self" => "rewritten by who wrote them",
        "modified_other" => "rewritten by somebody else",
        "deleted" => "removed, nothing in their place",
        "file_deleted" => "removed with their file",
        "bulk" => "removed by a bulk event",
        "reverted" => "taken back by a revert",
        "reformatted" => "sight lost: formatted anew",
        "unreadable" => "sight lost: unreadable file",
        unnamed => unnamed,
    }
}

/// The day of a time.
pub(super) fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// A span of days, in years when it is long.
pub(super) fn days_in_words(days: f64) -> String {
    if days >= 730.0 {
        format!("{:.1} years", days / 365.25)
    } else {
        format!("{days:.0} days")
    }
}

/// Lines that landed and lines that stand.
pub(super) fn total_lines(report: &Report) -> (u64, u64) {
    let births = report.repositories.iter().map(|one| one.lines.births).sum();
    let alive = report.repositories.iter().map(|one| one.lines.alive).sum();
    (births, alive)
}

/// The name of a repository: the last part of its path, where no other ends alike.
pub(super) fn short_name(report: &Report, path: &str, encode: Encode) -> String {
    let last = |path: &str| {
        let path = path.trim_end_matches('/');
        path.rsplit('/').next().unwrap_or(path).to_owned()
    };
    let short = last(path);
    let alike = report.repositories.iter().filter(|one| last(&one.path) == short).count();
    let is_telling = alike == 1 && !matches!(short.as_str(), "" | "." | ".." | "repo");
    if is_telling { encode(&short) } else { encode(path) }
}

fn first_landing(report: &Report) -> String {
    let first =
        report.repositories.iter().filter_map(|one| one.first_landing.as_deref()).min();
    first.map_or("the beginning", day).to_owned()
}

/// Why the two cohorts are not alike, and what is in neither.
pub(super) fn cohorts_differ(report: &Report) -> String {
    let bulk = match report.bulk.changes {
        0 => String::new(),
        changes => format!(
            " Left out of both as imports rather than work (such as more than {} lines at \
             once): {}, {} in all.",
            count(report.bulk.more_than_lines),
            count_of(changes, "change", "changes"),
            count_of(report.bulk.lines, "line", "lines"),
        ),
    };
    format!("The two differ in tasks, people and places.{bulk}")
}

/// How the people differed before there was AI; `None` where that cannot be told.
pub(super) fn before_adoption(report: &Report) -> Option<String> {
    let before = report.before_adoption.as_ref()?;
    let is_told = before.level != Some(Level::V0);
    is_told.then(|| {
        format!(
            "In the two years before the first mark, a difference of people and not of AI: {}",
            before.sentence
        )
    })
}

/// Lines that died and came back.
pub(super) fn landed_again(lives: &SurvivalReport) -> Option<String> {
    let again = lives.sensitivity.landed_again_lines;
    (again > 0).then(|| {
        let lines = count_of(again, "line", "lines");
        format!("{lines} landed again after they had died: the first instance counts.")
    })
}
