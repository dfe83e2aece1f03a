//! Where spend went, and what lasted for it. Figures that break the whole down are shown
//! for five people or more, and as coarsely as it takes to hide each of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::grain::{Grain, round_by_share};
use super::small_groups::{self, LEAST_PEOPLE};
use crate::identity::IdentityId;
use crate::panel::{Destination, Measure, Panel, Placed, RuleShares};
use crate::stats::{Ratio, RatioPart, WhyNone, ratio_jackknife};
use crate::units::{Usd, count_to_f64, len_to_u64};
use crate::verdict::Level;

/// Where the spend went, in one measure.
#[derive(Debug, Clone, Serialize)]
pub struct SpendReport {
    /// What is measured: `billed_usd`, `list_usd` or `weighted_tokens`.
    pub measure: &'static str,
    /// The same in words.
    pub unit: &'static str,
    /// How many decimal places people are shown; the amounts are exact.
    #[serde(skip)]
    pub shown_places: usize,
    /// The weeks that the exports cover, Monday to Sunday, by their Mondays.
    pub first_week: Option<String>,
    /// See [`Self::first_week`].
    pub last_week: Option<String>,
    /// Weeks that any export covers: from its first record to its last.
    pub n_weeks: u64,
    /// All that is counted, nothing twice, exact.
    pub counted: String,
    /// Where it went. Parts with fewer than five people behind them are one, and so
    /// protected against subtraction; together they make all of it, but for rounding.
    pub rows: Vec<SpendRow>,
    /// What amounts below the whole are rounded to, so that two reports cannot be
    /// subtracted; `None` where they are exact, as somebody's own are.
    pub rounded_to: Option<String>,
    /// The same spend under the rules by which it can be given to code.
    pub rules: RulesReport,
    /// Records that give no amount in this measure, and are not in it.
    pub unmeasured_records: u64,
    /// Records of weeks before or after the time looked at, and not in it.
    pub outside_records: u64,
    /// Share of spend whose account is a person of these repositories, rounded; `None`
    /// when unknown, or when so few people weigh so much that it would tell of them.
    pub spend_coverage: Option<f64>,
    /// Share of lines written in these weeks whose author has usage, likewise.
    pub line_coverage: Option<f64>,
    /// People with usage.
    pub n_people: u64,
    /// Mature person-weeks, rounded.
    pub n_mature_person_weeks: u64,
    /// Lines left out of the join because their dates cannot both be right, rounded; `None`
    /// when so few people wrote so many of them that it would tell of them.
    pub suspect_lines: Option<u64>,
    /// Lines that lasted for each unit spent.
    pub durable_yield: YieldReport,
}

/// A part of the spend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpendRow {
    /// Where it went.
    pub place: &'static str,
    /// How much; rounded unless nobody's.
    pub amount: String,
    /// The share of all that is counted.
    pub share: Option<f64>,
}

/// The same spend under several rules: which is used moves the answer, so the answer is a
/// range.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RulesReport {
    /// Each rule, the narrowest first.
    pub rules: Vec<RuleReport>,
    /// The least and the largest share of spend that is tied to landed lines.
    pub tied: Option<(f64, f64)>,
    /// The least and the largest share of spend behind lines that lasted.
    pub durable: Option<(f64, f64)>,
    /// What the shares are rounded to.
    pub rounded_to: Option<f64>,
    /// People behind the spend.
    pub n_people: u64,
    /// Why there are none.
    pub reason: Option<&'static str>,
}

/// What one rule makes of the spend of people in mature weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RuleReport {
    /// Its name.
    pub id: &'static str,
    /// Which lines the spend of a day is held against.
    pub about: &'static str,
    /// Share of spend with landed lines.
    pub tied: f64,
    /// Share of spend behind lines that lasted: of each amount the share of its lines
    /// that did.
    pub durable: f64,
    /// Share of spend whose lines cannot be judged yet.
    pub undecided: f64,
}

/// Lines that lasted for each unit spent, over the whole scope.
#[derive(Debug, Clone, Serialize)]
pub struct YieldReport {
    /// Lines a unit.
    pub unit: String,
    /// The age at which a line counts.
    pub window_days: u32,
    /// Sum of lines over sum of spend, mature weeks in both; `None` when unknown.
    pub value: Option<f64>,
    /// The interval's lower end, people left out one by one.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// The lower bound if all spend that is nobody's were theirs.
    pub bound_low: Option<f64>,
    /// Lines that lasted, in mature weeks; rounded.
    pub durable_lines: Option<u64>,
    /// Lines that landed, in mature weeks; rounded.
    pub landed_lines: Option<u64>,
    /// Spend in mature weeks; rounded.
    pub spend: Option<String>,
    /// People in it.
    pub n_people: u64,
    /// The effective number of them; 0 where nothing is shown.
    pub g_eff: f64,
    /// Why the value or the interval is missing.
    pub reason: Option<&'static str>,
    /// How far it may be used.
    pub level: Level,
}

/// Reports where the spend of a panel went; of somebody's own, exactly.
pub(super) fn report(panel: &Panel, own: bool) -> SpendReport {
    let grain = Grain::of(panel, own);
    let (rows, are_rounded) = rows(panel, grain);
    let monday = |week: Option<&crate::units::IsoWeek>| week?.monday().to_iso();
    SpendReport {
        measure: panel.measure.as_str(),
        unit: unit(panel.measure),
        shown_places: if panel.measure == Measure::WeightedTokens { 0 } else { 2 },
        first_week: monday(panel.coverage.weeks().first()),
        last_week: monday(panel.coverage.weeks().last()),
        n_weeks: len_to_u64(panel.coverage.weeks().len()),
        counted: exact(panel.measure, panel.counted()),
        rows,
        rounded_to: grain
            .step()
            .filter(|_| are_rounded)
            .map(|step| exact(panel.measure, step)),
        rules: rules(panel, grain),
        unmeasured_records: panel.unmeasured_records,
        outside_records: panel.outside_records,
        spend_coverage: spend_coverage(panel, own),
        line_coverage: line_coverage(panel, own),
        n_people: len_to_u64(panel.users().count()),
        n_mature_person_weeks: Grain::of_weeks(panel, own)
            .round_count(len_to_u64(panel.mature().count())),
        suspect_lines: suspect_lines(panel, own),
        durable_yield: durable_yield(panel, grain, own),
    }
}

/// The share of spend whose account is a person of these repositories, as it may be shown:
/// exact where it is all of it, which tells nobody's part, and at least so much elsewhere.
pub(super) fn spend_coverage(panel: &Panel, own: bool) -> Option<f64> {
    let (matched, all) = (panel.matched(), panel.counted());
    let shown = at_least(Grain::of(panel, own), matched, all)?;
    share(panel.measure.to_f64(shown), panel.measure.to_f64(all))
}

/// A part of a whole, never rounded to all of it.
fn at_least(grain: Grain, part: i128, all: i128) -> Option<i128> {
    match grain.floor(part).clamp(0, all.max(0)) {
        _ if part == all => Some(all),
        _ if !grain.divides(all) => None,
        floor => Some(floor),
    }
}

/// The share of spend of people who landed no lines from its week or the next, as it may
/// be shown.
pub(super) fn unattributed(panel: &Panel) -> Option<f64> {
    let grain = Grain::of(panel, false);
    let untied = panel.destinations.get(&Destination::Untied);
    let people = untied.map_or(0, |placed| placed.accounts.len());
    let all = panel.counted();
    if !grain.divides(all) || (people > 0 && people < LEAST_PEOPLE) {
        return None;
    }
    let shown = grain.round(panel.amount(Destination::Untied)).clamp(0, all);
    share(panel.measure.to_f64(shown), panel.measure.to_f64(all))
}

/// Lines whose dates cannot both be right, as they may be shown.
pub(super) fn suspect_lines(panel: &Panel, own: bool) -> Option<u64> {
    let lines = panel.suspect_lines.iter();
    let counts = lines
        .clone()
        .map(|((person, week, repository), lines)| (*person, *week, *repository, *lines));
    let grain = Grain::of_counts(counts, own);
    let all: u64 = lines.map(|(_, lines)| lines).sum();
    let is_shown = all == 0 || grain.divides(i128::from(all));
    is_shown.then(|| grain.round_count(all))
}

/// The share of lines written in covered weeks whose author has usage, as it may be shown:
/// as that of spend.
fn line_coverage(panel: &Panel, own: bool) -> Option<f64> {
    let (with, all) = panel.lines_with_usage;
    let shown = at_least(Grain::of_lines(panel, own), with.into(), all.into())?;
    share(count_to_f64(u64::try_from(shown).ok()?), count_to_f64(all))
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The parts, and whether any of them is rounded.
fn rows(panel: &Panel, grain: Grain) -> (Vec<SpendRow>, bool) {
    let counted = panel.measure.to_f64(panel.counted());
    let row = |place: &'static str, amount: i128| SpendRow {
        place,
        amount: exact(panel.measure, amount),
        share: share(panel.measure.to_f64(amount), counted),
    };
    let amounts = |places: &[Destination]| -> i128 {
        places.iter().map(|place| panel.amount(*place)).sum()
    };
    let (nobodys, mut shown, mut hidden) =
        shown_places(&panel.destinations, grain == Grain::Exact);
    let of_people = amounts(&shown) + amounts(&hidden);
    if !grain.divides(of_people) {
        hidden.append(&mut shown);
    }
    let is_all = shown.is_empty();
    // More than all is never said.
    let coarse = |amount: i128| grain.round(amount).min(of_people.max(0));
    let as_shown =
        |place: &Destination| row(place_name(*place), coarse(panel.amount(*place)));
    let mut rows: Vec<SpendRow> = shown.iter().map(as_shown).collect();
    if let [only] = hidden[..]
        && is_all
    {
        rows.push(row(place_name(only), of_people));
    } else if !hidden.is_empty() {
        // What is all of it is exact, since the bill is known anyway.
        let together = amounts(&hidden);
        let together = if is_all { together } else { coarse(together) };
        rows.push(row("groups_of_fewer_than_5", together));
    }
    rows.extend(
        nobodys.iter().map(|place| row(place_name(*place), panel.amount(*place))),
    );
    (rows, !is_all)
}

/// The finest share that is shown.
const LEAST_SHARE: f64 = 0.01;

fn rules(panel: &Panel, grain: Grain) -> RulesReport {
    let last = panel.last_mature(panel.age);
    let mature = panel.spent.iter().filter(|one| one.last.week() <= last);
    let people: BTreeSet<IdentityId> = mature.clone().map(|one| one.person).collect();
    let all: i128 = mature.map(|one| one.amount).sum();
    let none = |reason| RulesReport {
        n_people: len_to_u64(people.len()),
        reason: Some(reason),
        ..RulesReport::default()
    };
    if people.is_empty() || all <= 0 {
        return none(NOT_MATURE);
    }
    let step = grain.step().map(|step| panel.measure.to_f64(step));
    let is_own = step.is_none();
    if !is_own && people.len() < LEAST_PEOPLE {
        return none(FEW_SPENDERS);
    }
    if !grain.divides(all) {
        return none(ONE_WEIGHS_TOO_MUCH);
    }
    let least = step.map_or(LEAST_SHARE, |step| step / panel.measure.to_f64(all));
    let least = share_step(least);
    let round = |share: f64| rounded_share(share, least);
    let rules: Vec<RuleReport> = panel
        .under_all_rules()
        .iter()
        .map(|RuleShares { rule, tied, durable, undecided }| RuleReport {
            id: rule.id,
            about: rule.about,
            tied: round(*tied),
            durable: round(*durable),
            undecided: round(*undecided),
        })
        .collect();
    let range = |of: fn(&RuleReport) -> f64| {
        let least = rules.iter().map(of).reduce(f64::min)?;
        Some((least, rules.iter().map(of).fold(least, f64::max)))
    };
    RulesReport {
        tied: range(|rule| rule.tied),
        durable: range(|rule| rule.durable),
        rounded_to: Some(least),
        n_people: len_to_u64(people.len()),
        reason: None,
        rules,
    }
}

/// A share rounded to the next step that divides a whole and is no smaller than `least`.
pub(super) fn rounded_share(share: f64, least: f64) -> f64 {
    let step = share_step(least);
    ((share / step).round() / (1.0 / step).round()).clamp(0.0, 1.0)
}

/// Steps of shares that divide a whole.
pub(super) fn share_step(least: f64) -> f64 {
    const STEPS: [f64; 7] = [0.01, 0.02, 0.05, 0.10, 0.20, 0.25, 0.50];
    STEPS.into_iter().find(|step| *step >= least).unwrap_or(0.50)
}

const NOT_MATURE: &str =
    "no week is mature yet: work needs 28 days to land, and then time to last";
const FEW_SPENDERS: &str = "fewer than five people with usage in mature weeks";
const ONE_WEIGHS_TOO_MUCH: &str =
    "so few people weigh so much in it that a figure would tell of them";

/// Divides the places that spend went to into those shown and those put together,
/// because fewer than five people are behind them; those that are nobody's come first of
/// all. Services are nobody's, and who ran a session that did not land is not known:
/// nothing of a person shows there. Somebody's own is all shown.
fn shown_places(
    destinations: &BTreeMap<Destination, Placed>,
    own: bool,
) -> (Vec<Destination>, Vec<Destination>, Vec<Destination>) {
    let is_nobodys = |place: &Destination| {
        matches!(place, Destination::Service | Destination::NotLanded)
    };
    let amount =
        |place: &Destination| destinations.get(place).map_or(0, |one| one.amount);
    let spent = Destination::ALL.into_iter().filter(|place| amount(place) != 0);
    let (nobodys, places): (Vec<_>, Vec<_>) = spent.partition(is_nobodys);
    let accounts: Vec<BTreeSet<&Vec<u8>>> = places
        .iter()
        .map(|place| destinations[place].accounts.keys().collect())
        .collect();
    let least = if own { 1 } else { LEAST_PEOPLE };
    let accounts: Vec<&BTreeSet<_>> = accounts.iter().collect();
    let (shown, hidden) = small_groups::divide_at(&accounts, least);
    let named = |groups: Vec<usize>| -> Vec<Destination> {
        let named: BTreeSet<Destination> =
            groups.into_iter().map(|group| places[group]).collect();
        named.into_iter().collect()
    };
    (nobodys, named(shown), named(hidden))
}

fn place_name(place: Destination) -> &'static str {
    match place {
        Destination::Tied => "tied_to_landed_lines",
        Destination::Untied => "without_landed_lines",
        Destination::TooRecent => "too_recent",
        Destination::NotLanded => "sessions_that_did_not_land",
        Destination::Nobody => "nobody_in_these_repositories",
        Destination::Ambiguous => "ambiguous_accounts",
        Destination::Service => "services",
        Destination::Undated => "undated",
    }
}

fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::BilledUsd => "US dollars, billed",
        Measure::ListUsd => "US dollars, list price or an estimate of it",
        Measure::WeightedTokens => {
            "tokens weighted like prices (input 1, cache write 1.25, cache read 0.1, output 5)"
        }
    }
}

/// What one unit of spend is, where one is added to it.
pub(super) fn scale(measure: Measure) -> &'static str {
    match measure {
        Measure::BilledUsd | Measure::ListUsd => "US dollars",
        Measure::WeightedTokens => "weighted tokens",
    }
}

/// An exact amount as a decimal.
fn exact(measure: Measure, amount: i128) -> String {
    match measure {
        Measure::BilledUsd | Measure::ListUsd => Usd(amount).to_string(),
        Measure::WeightedTokens => Usd(amount * 10_000_000).to_string(),
    }
}

/// What a yield is counted per: a dollar, or a million weighted tokens.
fn per(measure: Measure) -> (f64, &'static str) {
    match measure {
        Measure::BilledUsd | Measure::ListUsd => (1.0, "lines per US dollar"),
        Measure::WeightedTokens => (1e6, "lines per million weighted tokens"),
    }
}

/// Lines over spend, sum over sum, mature weeks in both. Never a mean of ratios.
fn durable_yield(panel: &Panel, grain: Grain, own: bool) -> YieldReport {
    let (per, unit) = per(panel.measure);
    let mut people: BTreeMap<IdentityId, (u64, u64, i128)> = BTreeMap::new();
    for (person, _, cell) in panel.mature() {
        let sums = people.entry(person).or_default();
        sums.0 += cell.lines.standing[panel.age];
        sums.1 += cell.lines.landed;
        sums.2 += cell.spend;
    }
    let parts: Vec<RatioPart> = people
        .values()
        .map(|(durable, _, spend)| RatioPart {
            numerator: count_to_f64(*durable),
            denominator: panel.measure.to_f64(*spend) / per,
        })
        .collect();
    let ratio = ratio_jackknife(&parts);
    let durable_lines: u64 = people.values().map(|sums| sums.0).sum();
    let landed_lines: u64 = people.values().map(|sums| sums.1).sum();
    let spend: i128 = people.values().map(|sums| sums.2).sum();
    let all = panel.measure.to_f64(spend + panel.nobody_mature) / per;
    let lines = Grain::of_lines(panel, own);
    let divides = lines.divides(i128::from(landed_lines));
    let withheld = why_withheld(people.len(), spend, grain)
        .or((!people.is_empty() && !divides).then_some(ONE_WEIGHS_TOO_MUCH));
    let shown = |value: Option<f64>| value.filter(|_| withheld.is_none());
    // The largest writer's part of the lines must not be told by the quotient.
    let lines_part = lines.step().map_or(0.0, |step| {
        let step = u64::try_from(step).map_or(f64::INFINITY, count_to_f64);
        step / count_to_f64(durable_lines.max(1))
    });
    let coarse = |value: f64| match grain.step() {
        None => value,
        Some(step) => {
            let part = panel.measure.to_f64(step) / panel.measure.to_f64(spend);
            round_by_share(value, part.max(lines_part))
        }
    };
    let count = |count: u64| withheld.is_none().then(|| lines.round_count(count));
    let bound =
        (panel.nobody_mature > 0 && all > 0.0).then(|| count_to_f64(durable_lines) / all);
    YieldReport {
        unit: unit.to_owned(),
        window_days: panel.durable_days(),
        value: shown(ratio.value).map(coarse),
        low: shown(ratio.low).map(coarse),
        high: shown(ratio.high).map(coarse),
        bound_low: shown(bound).map(coarse),
        durable_lines: count(durable_lines),
        landed_lines: count(landed_lines),
        spend: withheld.is_none().then(|| exact(panel.measure, grain.round(spend))),
        n_people: ratio.n_people,
        // What is finer would tell of one person's part.
        g_eff: match withheld {
            Some(_) => 0.0,
            None if own => ratio.effective_people,
            None => ratio.effective_people.round(),
        },
        reason: if people.is_empty() {
            Some(NOT_MATURE)
        } else {
            withheld.or_else(|| ratio.reason.map(WhyNone::message))
        },
        level: yield_level(&ratio),
    }
}

/// Why nothing may be said of the spend of so many people; `None` when it may.
fn why_withheld(n_people: usize, spend: i128, grain: Grain) -> Option<&'static str> {
    if grain == Grain::Exact || n_people == 0 {
        None
    } else if n_people < LEAST_PEOPLE {
        Some(FEW_SPENDERS)
    } else if !grain.divides(spend) {
        Some(ONE_WEIGHS_TOO_MUCH)
    } else {
        None
    }
}

fn yield_level(ratio: &Ratio) -> Level {
    if ratio.value.is_none() { Level::V0 } else { Level::V1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places with an amount of one and these accounts.
    fn spent(places: &[(Destination, &[u8])]) -> BTreeMap<Destination, Placed> {
        let placed = |accounts: &[u8]| Placed {
            amount: 1,
            accounts: accounts.iter().map(|account| (vec![*account], 1)).collect(),
        };
        places.iter().map(|(place, accounts)| (*place, placed(accounts))).collect()
    }

    #[test]
    fn a_part_of_few_people_takes_another_along_so_that_nobody_can_subtract() {
        let (nobodys, shown, hidden) = shown_places(
            &spent(&[
                (Destination::Tied, &[1, 2, 3, 4, 5, 6, 7]),
                (Destination::Untied, &[1, 2, 3, 4, 5]),
                (Destination::TooRecent, &[9]),
                (Destination::Service, &[50]),
            ]),
            false,
        );
        assert_eq!(
            (nobodys, shown),
            (vec![Destination::Service], vec![Destination::Tied])
        );
        assert_eq!(hidden, [Destination::Untied, Destination::TooRecent]);
    }

    #[test]
    fn parts_of_five_people_are_shown() {
        let all = spent(&[
            (Destination::Tied, &[1, 2, 3, 4, 5]),
            (Destination::Untied, &[3, 4, 5, 6, 7]),
        ]);
        let (_, shown, hidden) = shown_places(&all, false);
        assert_eq!((shown.len(), hidden.len()), (2, 0));
    }

    #[test]
    fn small_parts_that_make_five_people_together_hide_no_other() {
        let (_, shown, hidden) = shown_places(
            &spent(&[
                (Destination::Tied, &[1, 2, 3, 4, 5]),
                (Destination::Untied, &[6, 7, 8]),
                (Destination::Nobody, &[9, 10]),
            ]),
            false,
        );
        assert_eq!(shown, [Destination::Tied]);
        assert_eq!(hidden.len(), 2);
    }
}
