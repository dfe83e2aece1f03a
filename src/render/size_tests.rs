//! How large a report on many repositories gets, whatever is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::{html, markdown, report_csv, text};
use crate::cohorts::Scope;
use crate::facts::{DuplicationFacts, Facts, FunctionsFacts};
use crate::identity;
use crate::panel::made_up;
use crate::report::{
    self, GapReport, HotspotReport, Inputs, PlaceReport, Report, RepositoryReport,
};
use crate::untrusted::Untrusted;

const REPOSITORIES: usize = 500;

/// A report on an organisation of which nothing is small.
fn large() -> Report {
    let facts: Vec<Facts> = (0..REPOSITORIES)
        .map(|at| Facts {
            path: Untrusted::from(
                format!("/srv/git/department-{}/a-rather-long-name-{at}", at % 20)
                    .as_str(),
            ),
            functions: Some(FunctionsFacts::default()),
            duplication: Some(DuplicationFacts::default()),
            ..Facts::default()
        })
        .collect();
    let people = identity::resolve(&[], &[], &[]);
    let scope = Scope::new(&facts, &people);
    let mut report = report::build(Inputs {
        scope: &scope,
        usage: None,
        panel: Some(made_up::panel(60, 30, 500)),
        spend_days: BTreeSet::new(),
        gaps: Vec::new(),
        since: None,
        own: false,
        options: BTreeMap::new(),
    });
    report.repositories.iter_mut().for_each(fill);
    report.gaps = (0..20_000).map(gap).collect();
    let places = report.spend_by_place.as_mut().unwrap();
    places.by_area_and_kind = (0..5_000).map(place).collect();
    places.by_area_and_tool = (0..5_000).map(place).collect();
    report
}

fn fill(one: &mut RepositoryReport) {
    one.tip = Some("0123456789".repeat(4));
    one.last_landing = Some("2026-03-29T10:00:00Z".to_owned());
    (one.commits, one.lines.births, one.lines.alive) = (123_456, 1_234_567, 1_000_000);
    assert!(!one.survival.is_empty());
    for point in one.survival.values_mut() {
        (point.value, point.low, point.high) = (Some(0.912), Some(0.901), Some(0.923));
        (point.n_people, point.at_risk_lines) = (40, Some(1_234_567));
    }
    let hotspot = |at: usize| HotspotReport {
        name: format!("a_function_with_a_long_name_{at}"),
        place: format!("a/folder/of/some/depth/file_{at}.rs:1200-1400"),
        landings: None,
        standing_landings: 40,
        lines: 200,
        cognitive: 90,
        removed_median_days: Some(40),
    };
    let functions = one.functions.as_mut().unwrap();
    functions.hotspots = (0..10).map(hotspot).collect();
    (functions.product.functions, functions.tests.functions) = (40_000, 9_000);
    one.duplication.as_mut().unwrap().classes = 400;
}

fn gap(at: usize) -> GapReport {
    GapReport {
        code: "W-MISSING",
        scope: format!("/srv/git/department-{}/a-rather-long-name-{at}", at % 20),
        why: "object is not in the repository, as in a partial clone".to_owned(),
        count: 12,
        first: format!("some/folder/with/a/file_{at}.rs"),
        incomplete: true,
    }
}

fn place(at: usize) -> PlaceReport {
    PlaceReport {
        repository: Some(format!("/srv/git/department-{}/name-{at}", at % 20)),
        area: Some(format!("area_{at}")),
        kind: Some("source"),
        share: 0.01,
        people: 6,
        person_weeks: 40,
        ..PlaceReport::default()
    }
}

#[test]
fn a_report_on_five_hundred_repositories_fits_a_mail_and_counts_what_it_leaves_out() {
    let report = large();
    let written = |write: fn(&Report, &mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut bytes = Vec::new();
        write(&report, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    for (name, shown, most) in [
        ("html", written(html::write), 2_000_000),
        ("markdown", written(markdown::write), 1_000_000),
        ("csv", written(report_csv::write), 3_000_000),
        ("text", written(text::write), 100_000),
    ] {
        assert!(shown.len() <= most, "{name}: {} bytes", shown.len());
        let n_hidden = if name == "text" { "19,940 more" } else { "19,700 more" };
        assert!(shown.contains(n_hidden), "{name} says how many gaps have no row");
        assert!(shown.contains("a-rather-long-name-1"), "{name}");
    }
    let shown = written(html::write);
    assert!(shown.contains("4,800 more"), "places");
    assert!(shown.contains("4,800 more are in --format json."), "hotspots");
}
