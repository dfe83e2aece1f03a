//! Spend by place in the code, tool and model. Exports know people and days: that part of
//! a person's spend went to a place is an allocation, and is called one.

use std::collections::BTreeSet;

use serde::Serialize;

use super::grain::Grain;
use super::small_groups::{self, LEAST_PEOPLE};
use crate::cohorts::Scope;
use crate::identity::IdentityId;
use crate::panel::{Allocated, Allocation, CodePlace, Panel, Spent};
use crate::units::{IsoWeek, len_to_u64};

/// Spend of people, divided over what they wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlacesReport {
    /// How it was divided.
    pub how: &'static str,
    /// By repository, top-level directory and kind of work.
    pub by_area_and_kind: Vec<PlaceReport>,
    /// By repository, top-level directory and tool.
    pub by_area_and_tool: Vec<PlaceReport>,
    /// By tool and model.
    pub by_tool_and_model: Vec<PlaceReport>,
    /// Share of the spend of people that can be divided over nothing: no lines of theirs
    /// landed from its week or the next. Rounded; `None` when so few people weigh so much
    /// that it would tell of them.
    pub unallocated_share: Option<f64>,
    /// What shares are rounded to, so that 0 is less than that; `None` where they are
    /// exact, as somebody's own are.
    pub shares_rounded_to: Option<f64>,
    /// People behind the spend.
    pub n_people: u64,
    /// Why there are no rows.
    pub reason: Option<&'static str>,
}

/// A group of places.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlaceReport {
    /// The repository.
    pub repository: Option<String>,
    /// The top-level directory.
    pub area: Option<String>,
    /// The kind of work: what the files are for.
    pub kind: Option<&'static str>,
    /// The tool; null where the export does not say.
    pub tool: Option<String>,
    /// The model, likewise.
    pub model: Option<String>,
    /// Whether these are several groups that are not shown for themselves.
    pub put_together: bool,
    /// How much was allocated, rounded.
    pub amount: f64,
    /// Its share of all spend of people, rounded.
    pub share: f64,
    /// People behind it.
    pub people: u64,
    /// Person-weeks behind it, rounded.
    pub person_weeks: u64,
}

const HOW: &str = "each person's spend of a week divided over the places of the lines they wrote in \
                   that week and the next, in proportion to those that landed (allocated, not seen)";
const FEW: &str = "fewer than five people with usage, or so few weigh so much in it that a figure would \
                   tell of them";

/// A group: repository and area, kind, tool and model, as far as it is told by them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    area: Option<(usize, Vec<u8>)>,
    kind: Option<&'static str>,
    tool: Option<Option<u32>>,
    model: Option<Option<u32>>,
}

/// Divides the spend of a panel.
pub(super) fn report(scope: &Scope<'_>, panel: &Panel, own: bool) -> PlacesReport {
    let weeks = IsoWeek(i32::MIN)..=IsoWeek(i32::MAX);
    let grain = Grain::of_allocations(panel, own);
    let people: BTreeSet<IdentityId> = panel.users().collect();
    let all: i128 = panel.spent.iter().map(|one| one.amount).sum();
    let is_shown = own || (people.len() >= LEAST_PEOPLE && grain.divides(all));
    let of = |key: &dyn Fn(&CodePlace, &Spent) -> Key| match is_shown {
        true => rows(scope, panel, grain, panel.allocate(&weeks, key)),
        false => Vec::new(),
    };
    let area = |place: &CodePlace| Some((place.repository, place.area.bytes().to_vec()));
    let whole = panel.measure.to_f64(all);
    let divided = panel.allocate(&weeks, |_, _| Key::default());
    let (idle, unallocated) = (divided.unallocated.people, divided.unallocated.amount);
    // Who is in it, and who is not, must be five each, or nobody.
    let busy: BTreeSet<IdentityId> =
        divided.groups.values().flat_map(|group| group.people.iter().copied()).collect();
    let is_few = |people: usize| people > 0 && people < LEAST_PEOPLE;
    let only_idle = idle.difference(&busy).count();
    let hides = !own && (is_few(idle.len()) || is_few(only_idle) || is_few(busy.len()));
    PlacesReport {
        how: HOW,
        by_area_and_kind: of(&|place, _| Key {
            area: area(place),
            kind: Some(place.class.as_str()),
            ..Key::default()
        }),
        by_area_and_tool: of(&|place, spent| Key {
            area: area(place),
            tool: Some(spent.tool),
            ..Key::default()
        }),
        by_tool_and_model: of(&|_, spent| Key {
            tool: Some(spent.tool),
            model: Some(spent.model),
            ..Key::default()
        }),
        unallocated_share: (is_shown && !hides && all > 0)
            .then(|| coarse_share(panel, grain, (unallocated, whole))),
        shares_rounded_to: grain
            .step()
            .filter(|_| whole > 0.0)
            .map(|step| super::spend::share_step(panel.measure.to_f64(step) / whole)),
        n_people: len_to_u64(people.len()),
        reason: (!is_shown).then_some(FEW),
    }
}

/// An amount of the measure as coarsely as it is shown.
fn coarse(panel: &Panel, grain: Grain, amount: f64) -> f64 {
    match grain.step().map(|step| panel.measure.to_f64(step)) {
        None => amount,
        Some(step) => (amount / step).round() * step,
    }
}

/// A share as coarsely as it is shown: from an amount and its share the whole would follow,
/// which is no total that anybody knows.
fn coarse_share(panel: &Panel, grain: Grain, (part, whole): (f64, f64)) -> f64 {
    let share = if whole > 0.0 { part / whole } else { 0.0 };
    match grain.step().map(|step| panel.measure.to_f64(step)) {
        None => share,
        Some(step) => super::spend::rounded_share(share, step / whole),
    }
}

fn rows(
    scope: &Scope<'_>,
    panel: &Panel,
    grain: Grain,
    allocation: Allocation<Key>,
) -> Vec<PlaceReport> {
    let (keys, groups): (Vec<Key>, Vec<Allocated>) =
        allocation.groups.into_iter().unzip();
    let whole: f64 =
        groups.iter().map(|one| one.amount).sum::<f64>() + allocation.unallocated.amount;
    let people: Vec<&BTreeSet<IdentityId>> =
        groups.iter().map(|group| &group.people).collect();
    let least = if grain == Grain::Exact { 1 } else { LEAST_PEOPLE };
    let (mut shown, hidden) = small_groups::divide_at(&people, least);
    if small_groups::together(&people, &hidden) < least && !hidden.is_empty() {
        // All of it together is still a few people's.
        return Vec::new();
    }
    shown.sort_by(|&one, &two| groups[two].amount.total_cmp(&groups[one].amount));
    let weeks = Grain::of_weeks(panel, grain == Grain::Exact);
    let row = |place: PlaceReport, group: &Allocated| {
        let amount = coarse(panel, grain, group.amount);
        PlaceReport {
            amount,
            share: coarse_share(panel, grain, (group.amount, whole)),
            people: len_to_u64(group.people.len()),
            person_weeks: weeks.round_count(len_to_u64(group.person_weeks.len())),
            ..place
        }
    };
    let mut rows: Vec<PlaceReport> = shown
        .iter()
        .map(|&at| row(named(scope, panel, &keys[at]), &groups[at]))
        .collect();
    if !hidden.is_empty() {
        let mut rest = Allocated::default();
        for &at in &hidden {
            rest.add(&groups[at]);
        }
        let place = PlaceReport { put_together: true, ..PlaceReport::default() };
        rows.push(row(place, &rest));
    }
    rows
}

fn named(scope: &Scope<'_>, panel: &Panel, key: &Key) -> PlaceReport {
    let name = |number: Option<Option<u32>>| {
        let name = &panel.names[number.flatten()? as usize];
        Some(name.to_json_text().into_owned())
    };
    let area = key.area.as_ref();
    PlaceReport {
        repository: area
            .map(|(at, _)| scope.repositories[*at].path.to_json_text().into_owned()),
        area: area.map(|(_, area)| String::from_utf8_lossy(area).into_owned()),
        kind: key.kind,
        tool: name(key.tool),
        model: name(key.model),
        ..PlaceReport::default()
    }
}
