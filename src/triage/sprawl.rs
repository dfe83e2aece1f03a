//! W: growth sideways.

use std::collections::{BTreeMap, BTreeSet};

use super::Thresholds;
use super::shape::percent;
use super::signal::{Evidence, Signal, SignalId, State};
use super::unit::Unit;
use crate::facts::{ManifestFacts, SignFacts, SignKind};
use crate::units::{Timestamp, count_to_f64, len_to_u64};

/// Asks for W2 to W5; W1 is asked on the day of the audit.
pub fn signals(unit: &Unit<'_>, at: &Thresholds) -> Vec<Signal> {
    vec![
        Signal::unknown(SignalId::W2, "this version cannot tell"),
        dependencies(unit, at),
        duplication(unit, at),
        Signal::unknown(SignalId::W5, "this version cannot tell"),
    ]
}

/// The programs of a unit, each with when it landed.
pub fn programs<'f>(unit: &Unit<'f>) -> Vec<(&'f SignFacts, Option<Timestamp>)> {
    let mut born: BTreeMap<u32, u32> = BTreeMap::new();
    for one in unit.lifetimes.iter().filter(|one| one.death.is_none()) {
        born.entry(one.path).or_insert(one.landing);
    }
    let mut seen = BTreeSet::new();
    unit.signs(SignKind::EntryPoint)
        .filter(|one| seen.insert(one.path))
        .map(|one| (one, born.get(&one.path).map(|&at| unit.landing(at).time)))
        .collect()
}

/// Packages that do the same job.
const JOBS: &[(&str, &[&str])] = &[
    (
        "HTTP",
        &[
            "axios",
            "got",
            "node-fetch",
            "request",
            "superagent",
            "ky",
            "requests",
            "httpx",
            "aiohttp",
            "urllib3",
            "reqwest",
            "ureq",
            "faraday",
            "httparty",
        ],
    ),
    (
        "databases",
        &[
            "prisma",
            "@prisma/client",
            "typeorm",
            "sequelize",
            "knex",
            "drizzle-orm",
            "mongoose",
            "sqlalchemy",
            "peewee",
            "tortoise-orm",
            "pony",
            "diesel",
            "sqlx",
            "sea-orm",
            "gorm.io/gorm",
            "entgo.io/ent",
        ],
    ),
    (
        "dates",
        &[
            "moment",
            "dayjs",
            "date-fns",
            "luxon",
            "arrow",
            "pendulum",
            "python-dateutil",
            "chrono",
            "time",
            "jiff",
        ],
    ),
    (
        "state",
        &[
            "redux",
            "@reduxjs/toolkit",
            "zustand",
            "mobx",
            "recoil",
            "jotai",
            "valtio",
            "xstate",
        ],
    ),
];

fn dependencies(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let least = at.get("w3_per_1000_lines");
    let all: Vec<&ManifestFacts> = unit.manifests().collect();
    if !all.is_empty() && all.iter().all(|one| !one.is_read) {
        return Signal::unknown(SignalId::W3, "no manifest could be read");
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    let own = all.iter().filter(|one| !is_for_development(unit, one));
    for one in own.flat_map(|one| &one.dependencies) {
        if !one.is_dev && !one.is_local {
            names.insert(one.name.to_json_text().to_ascii_lowercase());
        }
    }
    let code = unit.code_lines();
    if code == 0 {
        return Signal::unknown(SignalId::W3, "there is no code");
    }
    let mut evidence: Vec<Evidence> = Vec::new();
    for (job, packages) in JOBS {
        let same: Vec<&str> =
            packages.iter().copied().filter(|one| names.contains(*one)).collect();
        if same.len() >= 2 {
            let what = format!("{} for {job}", same.join(" and "));
            let path = all.first().map(|one| unit.path(one.path)).unwrap_or_default();
            evidence.push(Evidence::file(&path, None, what));
        }
    }
    let density = count_to_f64(len_to_u64(names.len())) * 1000.0 / count_to_f64(code);
    let is = density >= least || !evidence.is_empty();
    let value = format!(
        "{} direct dependencies, {density:.1} in 1,000 lines; {} with several for it",
        names.len(),
        super::rule::n_of(evidence.len(), "job", "jobs")
    );
    let threshold = format!("{least:.0} in 1,000 lines, or two for one job");
    Signal::new(SignalId::W3, State::of(is), value, threshold, evidence)
}

/// Whether a list of gems stands beside what says what the gem needs: then it is of what
/// developing it takes.
fn is_for_development(unit: &Unit<'_>, manifest: &ManifestFacts) -> bool {
    let path = unit.path(manifest.path);
    let Some(folder) = path.strip_suffix("Gemfile") else { return false };
    unit.manifests().any(|one| {
        let other = unit.path(one.path);
        let name = other.strip_prefix(folder).filter(|name| !name.contains('/'));
        name.is_some_and(|name| name.ends_with(".gemspec"))
    })
}

/// The share of product code that stands elsewhere in the repository, too.
fn duplication(unit: &Unit<'_>, at: &Thresholds) -> Signal {
    let least = at.get("w4_duplication_share");
    let code = unit.code_lines();
    let Some(found) = unit.facts.duplication.as_ref().filter(|_| code > 0) else {
        return Signal::unknown(SignalId::W4, "nothing was compared");
    };
    if !unit.is_parsed() {
        return Signal::unknown(
            SignalId::W4,
            "most of it is of no language that is parsed",
        );
    }
    let mut lines: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut evidence = Vec::new();
    for class in &found.classes {
        let own: Vec<_> = class
            .places
            .iter()
            .filter(|one| unit.has_path[one.path as usize] && !one.is_test)
            .collect();
        for place in &own {
            lines.entry(place.path).or_default().extend(place.start..place.end);
        }
        if let [first, ..] = own.as_slice() {
            let what = format!(
                "{} lines, {} times",
                first.end - first.start,
                class.places.len()
            );
            evidence.push((
                std::cmp::Reverse(first.end - first.start),
                Evidence::file(&unit.path(first.path), Some(first.start), what),
            ));
        }
    }
    evidence.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.path.cmp(&b.1.path)));
    let n: u64 = lines.values().map(|it| len_to_u64(it.len())).sum();
    let is_whole = unit.root.is_empty() && !unit.has_units_below;
    // Places are counted with the comments in them, so of a part of a repository only a
    // bound is known.
    let (n, of) = match found.product.countable_lines {
        lines if is_whole && lines > 0 => (found.product.duplicated_lines, lines),
        _ => (n.min(code), code),
    };
    let share = count_to_f64(n) / count_to_f64(of);
    let mut value = format!("{n} of {of} lines of code: {}", percent(share));
    let mut state = State::of(share >= least);
    if !is_whole && state == State::Yes {
        value = format!("at most {value}");
        state = State::Unknown;
    }
    let evidence = evidence.into_iter().map(|it| it.1).collect();
    Signal::new(SignalId::W4, state, value, percent(least), evidence)
}
