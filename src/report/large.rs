//! What the report makes of a large organisation's panel: 2,000 people, 104 weeks, 500
//! repositories. Run by hand, under a timer of the system:
//!
//! ```sh
//! cargo test --release --lib --no-run
//! /usr/bin/time -v target/release/deps/slopnexus-… report::large --ignored
//! ```

use super::{association, outliers, places, spend, tiers};
use crate::cohorts::Scope;
use crate::facts::Facts;
use crate::identity;
use crate::panel::made_up;

#[test]
#[ignore = "takes seconds, and is there to be measured"]
fn a_panel_of_a_large_organisation_is_reported_on_whole() {
    let facts: Vec<Facts> = (0..500).map(|_| Facts::default()).collect();
    let people = identity::resolve(&[], &[], &[]);
    let scope = Scope::new(&facts, &people);
    let panel = made_up::panel(2_000, 104, 500);
    assert_eq!(panel.weeks.len(), 2_000 * 104);
    let report = spend::report(&panel, false);
    assert!(report.n_mature_person_weeks > 190_000, "{}", report.n_mature_person_weeks);
    let judged = association::report(Some(&panel), Vec::new(), false);
    assert_eq!(judged.report.n_people, 2_000);
    assert!(!tiers::report(&panel, false).tiers.is_empty());
    let placed = places::report(&scope, &panel, false);
    assert!(placed.n_people > 1_000, "{}", placed.n_people);
    let found = outliers::report(&scope, &panel);
    assert!(found.n_units_tested > 100, "{}", found.n_units_tested);
}
