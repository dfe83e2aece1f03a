//! Sentences of spend, and of how it goes with durable lines.

use crate::render::number::{count, count_of, decimal, percent, rough, rough_decimal};
use crate::report::{
    AssociationReport, CheckReport, PlacesReport, Report, RulesReport, SpendReport,
    SpendRow, TiersReport,
};
use crate::units::len_to_u64;

/// Where a part of the spend went.
pub(in crate::render) fn place(place: &str) -> &'static str {
    match place {
        "tied_to_landed_lines" => "tied to landed code",
        "without_landed_lines" => "no landed lines: unattributed, not wasted",
        "too_recent" => "too recent: the work may still land",
        "sessions_that_did_not_land" => "sessions that no commit of this branch names",
        "nobody_in_these_repositories" => "people who are not in these repositories",
        "ambiguous_accounts" => "accounts that could be several people",
        "services" => "services, automation, shared keys",
        "undated" => "without a week",
        _ => "put together, as a part has under 5 people",
    }
}

/// How much counts as tied, over the rules in use; `None` when it is not known.
pub(in crate::render) fn rules(rules: &RulesReport, days: u32) -> Option<String> {
    let rough = |share: f64| rough(share, rules.rounded_to);
    let range = |(low, high): (f64, f64)| {
        if (high - low).abs() < f64::EPSILON {
            rough(low)
        } else {
            format!("{} to {}", rough(low), rough(high))
        }
    };
    Some(format!(
        "How much of it counts as tied depends on the rule: over {} in use, {} of the spend of \
         {} in mature weeks came with landed lines, and {} with lines still there after {days} \
         days.",
        count_of(len_to_u64(rules.rules.len()), "rule", "rules"),
        range(rules.tied?),
        count_of(rules.n_people, "person", "people"),
        range(rules.durable?),
    ))
}

/// Whether figures are somebody's own, who asked: they are exact.
pub(in crate::render) fn is_own(report: &Report) -> bool {
    report.inputs.options.contains_key("me")
}

/// The heading over the spend.
pub(in crate::render) fn money_title(report: &Report) -> &'static str {
    if is_own(report) { "Where your own spend went" } else { "Where the spend went" }
}

/// Why nothing is said of spend.
pub(in crate::render) fn no_spend(report: &Report) -> &'static str {
    if report.usage.is_some() {
        "The exports hold no dated spend that can be measured."
    } else {
        "No export of AI usage was given: add --usage FILE to see what the spend tied to."
    }
}

/// A part of the spend and its share of all, as they are shown: what rounding left nothing
/// of is less than its step. What is nobody's is exact.
pub(in crate::render) fn spend_part(
    spend: &SpendReport,
    row: &SpendRow,
) -> (String, String) {
    let is_exact = matches!(row.place, "services" | "sessions_that_did_not_land");
    let step = spend.rounded_to.as_deref().filter(|_| !is_exact);
    let amount = rough_decimal(&row.amount, step, spend.shown_places);
    let whole: Option<f64> = spend.counted.parse().ok().filter(|whole| *whole > 0.0);
    let part = step.and_then(|step| Some(step.parse::<f64>().ok()? / whole?));
    let share = match (row.share, part) {
        (Some(0.0), Some(part)) => format!("<{}", percent(part)),
        (share, _) => share.map_or_else(String::new, percent),
    };
    (amount, share)
}

/// What is said of amounts that are rounded; `None` where they are exact.
pub(in crate::render) fn spend_rounded(spend: &SpendReport) -> Option<String> {
    let step = decimal(spend.rounded_to.as_deref()?, spend.shown_places);
    Some(format!(
        "Parts are rounded to {step}, so that nobody's can be told by subtraction."
    ))
}

/// Records that are in no sum, and why.
pub(in crate::render) fn outside_of_sums(spend: &SpendReport) -> Vec<String> {
    let mut said = Vec::new();
    if spend.outside_records > 0 {
        let records = count_of(spend.outside_records, "record is", "records are");
        said.push(format!(
            "{records} of weeks before or after that, and not in these sums."
        ));
    }
    if spend.unmeasured_records > 0 {
        let records = count_of(spend.unmeasured_records, "record gives", "records give");
        said.push(format!(
            "{records} no amount in this measure and are not in these sums."
        ));
    }
    said
}

/// How much of the spend and of the lines is of people whom both sides know.
pub(in crate::render) fn coverage(report: &Report, spend: &SpendReport) -> String {
    let share = |share: Option<f64>| match share {
        None => "a share not shown".to_owned(),
        Some(share) if is_own(report) => percent(share),
        // They were rounded, and what to is not said of lines.
        Some(0.0) => "little or none".to_owned(),
        Some(1.0) => "all or nearly all".to_owned(),
        Some(share) => format!("about {:.0}%", share * 100.0),
    };
    format!(
        "Of people in these repositories: {} of the spend; of people with usage: {} of the lines \
         written in these weeks (rounded, so that nobody's part can be told).",
        share(spend.spend_coverage),
        share(spend.line_coverage)
    )
}

/// Where in the code the spend may have gone.
pub(in crate::render) fn by_place(places: &PlacesReport) -> String {
    let unallocated = places.unallocated_share.map_or_else(
        || "an unknown part".to_owned(),
        |share| rough(share, places.shares_rounded_to),
    );
    format!(
        "Where in the code it may have gone: divided by the lines that landed from that week \
         and the next, {unallocated} over nothing."
    )
}

/// A count of what is there, rounded where it was made: one that came to nothing is few.
/// Somebody's own are exact.
pub(in crate::render) fn rough_count(n: u64, is_own: bool) -> String {
    if n == 0 && !is_own { "few".to_owned() } else { count(n) }
}

/// Durable lines for what they cost.
pub(in crate::render) fn durable_yield(spend: &SpendReport) -> String {
    let one = &spend.durable_yield;
    let days = one.window_days;
    let Some(value) = one.value else {
        return format!(
            "Durable yield (lines still there {days} days after landing, per spend): {}.",
            one.reason.unwrap_or("unknown")
        );
    };
    let interval = match (one.low, one.high) {
        (Some(low), Some(high)) => {
            format!("95% interval {} to {}", ratio(low), ratio(high))
        }
        _ => one.reason.unwrap_or("no interval").to_owned(),
    };
    let bound = one.bound_low.map_or(String::new(), |low| {
        format!("; {} if all spend of unknown people were theirs", ratio(low))
    });
    format!(
        "Durable yield: about {} {} still there after {days} days ({interval}{bound}; \
         {}, mature weeks only). Comparable within these repositories and this \
         time only, and never a target.",
        ratio(value),
        one.unit,
        count_of(one.n_people, "person", "people")
    )
}

/// A ratio with the digits that it has: it was rounded where it was made.
fn ratio(value: f64) -> String {
    let digits: usize = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{value:.digits$}");
    // What is not nothing is not shown as nothing.
    if value != 0.0 && text.parse() == Ok(0.0) {
        return format!("{value:.1e}");
    }
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// What a reading of the association is.
pub(in crate::render) fn check(check: &CheckReport) -> &'static str {
    match check.id {
        "pooled" => "all together (slope)",
        "within" => "within people (slope)",
        "between" => "between people (slope)",
        "without_largest_person" => "without the largest person",
        "spend_this_week" => "spend of the week alone",
        "spend_week_before" => "spend of the week before",
        "spend_two_weeks" => "spend of two weeks",
        "spend_four_weeks" => "spend of four weeks",
        "other_age" => "lines at another age",
        "without_bulk" => "without bulk changes",
        "full_weeks" => "full weeks of work alone",
        "beside_days" => "with days of work held equal",
        "placebo" => "next month's spend (placebo)",
        _ => "the same, beside this month's",
    }
}

/// How much of the use is in few weeks; `None` when it is not known.
pub(in crate::render) fn concentration(tiers: &TiersReport) -> Option<String> {
    let most = &tiers.concentration;
    // They were rounded, and what to is not said.
    let about = |share: f64| match share {
        0.0 => "little or none".to_owned(),
        share => format!("about {:.0}%", share * 100.0),
    };
    Some(format!(
        "The tenth of person-weeks with most spend, of {}, has {} of it and {} of the \
         durable lines. Concentration is not waste.",
        count_of(most.n_people, "person", "people"),
        about(most.spend_share?),
        about(most.lines_share?)
    ))
}

/// How estimates of the association are rounded, and what they could have shown.
pub(in crate::render) fn estimates_rounded(one: &AssociationReport) -> Option<String> {
    let step = one.rounded_to?;
    Some(format!(
        "Rounded to {step}, so that nobody's part can be told; p is rounded up. Smallest \
         elasticity these numbers could have shown: {}.",
        one.elasticity.mde.map_or("unknown".to_owned(), |mde| format!("{mde:.2}"))
    ))
}
