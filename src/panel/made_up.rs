//! A panel of a large organisation, made up without a repository.

use super::{
    AGES_DAYS, CodePlace, Coverage, Lines, Panel, PersonWeek, PlacedLines, Spent, Window,
};
use crate::file_class::FileClass;
use crate::identity::IdentityId;
use crate::panel::{Destination, Measure, Placed};
use crate::stats::rng::Rng;
use crate::units::{IsoWeek, Timestamp, UtcDay};
use crate::untrusted::Untrusted;
use std::collections::BTreeMap;

/// The first week.
const FIRST: i32 = 2_800;

/// So many people in so many weeks, each week in one of these repositories.
pub(crate) fn panel(people: u32, weeks: i32, repositories: u32) -> Panel {
    let as_of = Timestamp(UtcDay(IsoWeek(FIRST + weeks + 12).monday().0).start().0);
    let mut panel = Panel {
        measure: Measure::BilledUsd,
        age: 2,
        window: Window { since: None, as_of },
        weeks: BTreeMap::new(),
        days: BTreeMap::new(),
        spent: Vec::new(),
        names: vec![Untrusted::from("claude_code"), Untrusted::from("m-1")],
        places: places(repositories),
        placed_lines: BTreeMap::new(),
        active: BTreeMap::new(),
        coverage: Coverage::of_all((0..weeks).map(|week| IsoWeek(FIRST + week))),
        by_week: BTreeMap::new(),
        destinations: BTreeMap::new(),
        nobody_mature: 0,
        unmeasured_records: 0,
        outside_records: 0,
        lines_with_usage: (0, 0),
        suspect_lines: BTreeMap::new(),
        squashed_lines: (0, 0),
        n_repositories: usize::try_from(repositories).unwrap(),
        landed: BTreeMap::new(),
    };
    let mut rng = Rng::seeded(1);
    for person in 0..people {
        for week in 0..weeks {
            add(&mut panel, IdentityId(person), IsoWeek(FIRST + week), &mut rng);
        }
    }
    panel
}

fn places(repositories: u32) -> Vec<CodePlace> {
    let place = |at: u32| CodePlace {
        repository: usize::try_from(at / 4).unwrap(),
        area: Untrusted::from(format!("area{}", at % 4).as_str()),
        class: FileClass::Product,
    };
    (0..repositories * 4).map(place).collect()
}

fn add(panel: &mut Panel, person: IdentityId, week: IsoWeek, rng: &mut Rng) {
    let n_places = u64::try_from(panel.places.len()).unwrap();
    let landed = rng.below(200);
    let standing = [landed - landed / 8, landed - landed / 6, landed / 2, landed / 3];
    let lines = Lines { landed, standing, undecided: [0; AGES_DAYS.len()] };
    let spend = i128::from(rng.below(40)) * 1_000_000_000;
    panel
        .weeks
        .insert((person, week), PersonWeek { spend, lines, ..PersonWeek::default() });
    panel.active.insert((person, week), 0b11);
    let day = UtcDay(week.monday().0);
    panel.days.insert((person, day), lines);
    // Eight people work in the same few places.
    let home = u64::from(person.0 / 8) * 13 + rng.below(3);
    let place = u32::try_from(home % n_places).unwrap();
    panel.placed_lines.insert((person, week, place), PlacedLines { landed, code: lines });
    let repository = panel.places[usize::try_from(place).unwrap()].repository;
    panel.landed.entry((person, week)).or_default().insert(repository);
    panel.lines_with_usage.0 += landed;
    panel.lines_with_usage.1 += landed;
    let account = format!("person {}", person.0).into_bytes();
    *panel.by_week.entry(week).or_default().entry(account.clone()).or_default() += spend;
    let tied: &mut Placed = panel.destinations.entry(Destination::Tied).or_default();
    tied.amount += spend;
    *tied.accounts.entry(account).or_default() += spend;
    let (tool, model) = (Some(0), Some(1));
    panel.spent.push(Spent { person, first: day, last: day, tool, model, amount: spend });
}
