//! How often the statistics see what is not there, and how often their intervals hold
//! what is: `cargo run --release --example simulate -- [RUNS] [SEED]` writes the tables
//! of `docs/simulations.md`.

use std::io::{self, Write};

use rayon::prelude::*;
use slopnexus::stats::simulated::{
    CELLS, Disturbance, Outcome, PanelTruth, any_of_family, lives, look, seed_of, units,
};
use slopnexus::stats::{Finding, wilson};

type Cell = (u32, u32);
type Cells = Vec<(Cell, Vec<Outcome>)>;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let runs = arguments.next().and_then(Result::ok).unwrap_or(400);
    let seed = arguments.next().and_then(Result::ok).unwrap_or(1);
    let mut out = io::stdout().lock();
    let of = |cell: Cell, elasticity: f64, disturbance: Disturbance| {
        let (persons, weeks) = cell;
        let truth = PanelTruth { persons, weeks, elasticity, disturbance };
        outcomes(&truth, runs, seed)
    };
    let plain = |elasticity: f64| -> Cells {
        let cells = CELLS.into_iter();
        cells.map(|cell| (cell, of(cell, elasticity, Disturbance::None))).collect()
    };
    let (null, third, one) = (plain(0.0), plain(0.3), plain(1.0));
    false_alarms(&mut out, &null)?;
    findings(&mut out, &null, &third, &one)?;
    coverage(&mut out, &[(0.0, &null), (0.3, &third), (1.0, &one)])?;
    disturbed(&mut out, &of)?;
    power(&mut out, &third, &plain(0.15))?;
    families(&mut out, runs, seed)?;
    survival(&mut out, runs, seed)
}

fn outcomes(truth: &PanelTruth, runs: u64, seed: u64) -> Vec<Outcome> {
    let cell = u64::from(truth.persons * 1_000 + truth.weeks);
    let one = |run| look(truth, seed_of(seed, cell, run));
    (0..runs).into_par_iter().map(one).collect()
}

fn count(hits: impl Iterator<Item = Option<bool>>) -> (u64, u64) {
    hits.flatten().fold((0, 0), |(hits, all), hit| (hits + u64::from(hit), all + 1))
}

fn share((hits, all): (u64, u64)) -> String {
    match wilson(hits, all) {
        Some(_) => format!("{:.3}", ratio(hits, all)),
        None => "none".to_owned(),
    }
}

/// The share with its 95 % interval.
fn share_within((hits, all): (u64, u64)) -> String {
    match wilson(hits, all) {
        Some((low, high)) => {
            format!("{:.3} ({low:.3} to {high:.3}; n {all})", ratio(hits, all))
        }
        None => "none".to_owned(),
    }
}

fn ratio(hits: u64, all: u64) -> f64 {
    slopnexus::units::count_to_f64(hits) / slopnexus::units::count_to_f64(all)
}

fn small(p: Option<f64>) -> Option<bool> {
    p.map(|p| p < 0.05)
}

fn holds(interval: Option<(f64, f64)>, truth: f64) -> Option<bool> {
    interval.map(|(low, high)| low <= truth && truth <= high)
}

fn false_alarms(out: &mut impl Write, null: &[(Cell, Vec<Outcome>)]) -> io::Result<()> {
    writeln!(out, "## Share of p < .05 where there is no association\n")?;
    writeln!(
        out,
        "| persons x weeks | all rows, Spearman | yield with spend | Poisson, model errors \
         | Poisson, sandwich by person | **within, signs flipped** | score, signs flipped \
         | elasticity, jackknife | circular shift | placebo |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for ((persons, weeks), runs) in null {
        let of = |p: &dyn Fn(&Outcome) -> Option<f64>| {
            share(count(runs.iter().map(|one| small(p(one)))))
        };
        let jackknife =
            count(runs.iter().map(|one| holds(one.interval, 0.0).map(|h| !h)));
        writeln!(
            out,
            "| {persons} x {weeks} | {} | {} | {} | {} | **{}** | {} | {} | {} | {} |",
            of(&|one| one.naive_p[0]),
            of(&|one| one.naive_p[1]),
            of(&|one| one.naive_p[2]),
            of(&|one| one.naive_p[3]),
            of(&|one| one.primary_p),
            of(&|one| one.score_p),
            share(jackknife),
            of(&|one| one.shift_p),
            of(&|one| one.placebo_p),
        )?;
    }
    writeln!(out)
}

fn findings(
    out: &mut impl Write,
    null: &[(Cell, Vec<Outcome>)],
    third: &[(Cell, Vec<Outcome>)],
    one: &[(Cell, Vec<Outcome>)],
) -> io::Result<()> {
    writeln!(out, "## Findings\n")?;
    writeln!(
        out,
        "| persons x weeks | V3 at elasticity 0 | V2 at 0 | V3 at 0.3 | V3 at 1.0 | V2 at 0.3 or 1.0 |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|")?;
    let are = |runs: &[Outcome], finding: Finding| {
        count(runs.iter().map(|one| Some(one.finding == finding)))
    };
    for (((persons, weeks), null), ((_, third), (_, one))) in
        null.iter().zip(third.iter().zip(one))
    {
        let (a, b) = (are(third, Finding::NoneLarger), are(one, Finding::NoneLarger));
        writeln!(
            out,
            "| {persons} x {weeks} | {} | {} | {} | {} | {} |",
            share_within(are(null, Finding::Associated)),
            share(are(null, Finding::NoneLarger)),
            share(are(third, Finding::Associated)),
            share(are(one, Finding::Associated)),
            share((a.0 + b.0, a.1 + b.1)),
        )?;
    }
    writeln!(out)
}

fn coverage(out: &mut impl Write, planted: &[(f64, &Cells)]) -> io::Result<()> {
    writeln!(out, "## Coverage of 95 % intervals\n")?;
    writeln!(
        out,
        "| persons x weeks | elasticity planted | interval of elasticity holds it | mean estimate | interval of the rank association holds 0 |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|")?;
    for (truth, cells) in planted {
        for ((persons, weeks), runs) in *cells {
            let covered = count(runs.iter().map(|one| holds(one.interval, *truth)));
            let rank = count(runs.iter().map(|one| holds(one.primary, 0.0)));
            let rank = if *truth > 0.0 { "-".to_owned() } else { share(rank) };
            writeln!(
                out,
                "| {persons} x {weeks} | {truth:.1} | {} | {} | {rank} |",
                share_within(covered),
                mean(runs.iter().filter_map(|one| one.elasticity)),
            )?;
        }
    }
    writeln!(out)
}

fn mean(values: impl Iterator<Item = f64>) -> String {
    let values: Vec<f64> = values.collect();
    let n = slopnexus::units::len_to_f64(values.len());
    format!("{:.3}", values.iter().sum::<f64>() / n)
}

fn disturbed(
    out: &mut impl Write,
    of: &impl Fn(Cell, f64, Disturbance) -> Vec<Outcome>,
) -> io::Result<()> {
    writeln!(out, "## The same with usage that is not seen as it was, 20 x 26\n")?;
    writeln!(
        out,
        "| usage | elasticity planted | interval holds it | mean estimate | bounds of a yield hold it | V3 |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|")?;
    let kinds = [
        ("one person in eight unmatched", Disturbance::Unmatched),
        ("up to a seventh of a week booked a week late", Disturbance::LocalTime),
        ("days and weeks off, one in three weeks", Disturbance::PartTime),
    ];
    for (name, disturbance) in kinds {
        for truth in [0.0, 0.3, 1.0] {
            let runs = of((20, 26), truth, disturbance);
            writeln!(
                out,
                "| {name} | {truth:.1} | {} | {} | {} | {} |",
                share_within(count(runs.iter().map(|one| holds(one.interval, truth)))),
                mean(runs.iter().filter_map(|one| one.elasticity)),
                share(count(runs.iter().map(|one| Some(one.bounds_hold)))),
                share_within(count(
                    runs.iter().map(|one| Some(one.finding == Finding::Associated))
                )),
            )?;
        }
    }
    writeln!(out)
}

fn power(
    out: &mut impl Write,
    third: &[(Cell, Vec<Outcome>)],
    small_one: &[(Cell, Vec<Outcome>)],
) -> io::Result<()> {
    writeln!(out, "## Power of the primary test, and what it says it could see\n")?;
    writeln!(
        out,
        "| persons x weeks | at elasticity 0.30 | at 0.15 | mean smallest visible rank association | mean smallest visible elasticity |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|")?;
    for (((persons, weeks), third), (_, small_one)) in third.iter().zip(small_one) {
        let seen = |runs: &[Outcome]| count(runs.iter().map(|one| small(one.primary_p)));
        writeln!(
            out,
            "| {persons} x {weeks} | {} | {} | {} | {} |",
            share_within(seen(third)),
            share(seen(small_one)),
            mean(third.iter().filter_map(|one| one.smallest_visible.0)),
            mean(third.iter().filter_map(|one| one.smallest_visible.1)),
        )?;
    }
    writeln!(out)
}

fn families(out: &mut impl Write, runs: u64, seed: u64) -> io::Result<()> {
    writeln!(out, "## Families of 20 without anything to find, rate .10\n")?;
    writeln!(out, "| family | any discovery | any flag |")?;
    writeln!(out, "|---|--:|--:|")?;
    let teams = (0..runs)
        .into_par_iter()
        .map(|run| Some(any_of_family(20, (12, 12), seed_of(seed, 900, run))));
    let teams = count(teams.collect::<Vec<_>>().into_iter());
    writeln!(out, "| 20 teams of 12 x 12 | {} | - |", share_within(teams))?;
    for (name, theta, is_lasting) in [
        ("20 units, theta 4, another factor each window", 4.0, false),
        ("20 units, theta 4, the same factor in both windows", 4.0, true),
        ("20 units, theta 1.5, the same factor in both windows", 1.5, true),
    ] {
        let found: Vec<_> = (0..runs)
            .into_par_iter()
            .map(|run| units::look(20, theta, is_lasting, seed_of(seed, 901, run)))
            .collect();
        let discovery = count(found.iter().map(|one| Some(one.any_discovery)));
        let flag = count(found.iter().map(|one| Some(one.any_flag)));
        writeln!(
            out,
            "| {name} | {} | {} |",
            share_within(discovery),
            share_within(flag)
        )?;
    }
    writeln!(out)
}

fn survival(out: &mut impl Write, runs: u64, seed: u64) -> io::Result<()> {
    writeln!(out, "## Survival\n")?;
    writeln!(out, "| authors | interval of S(90) holds it | two alike told apart |")?;
    writeln!(out, "|--:|--:|--:|")?;
    let truth = lives::truth();
    for authors in [8, 12, 20] {
        let cell = u64::from(authors);
        let each = |look: &(dyn Fn(u64) -> Option<bool> + Sync)| -> (u64, u64) {
            let seeds = (0..runs).into_par_iter().map(|run| seed_of(seed, cell, run));
            count(seeds.map(look).collect::<Vec<_>>().into_iter())
        };
        writeln!(
            out,
            "| {authors} | {} | {} |",
            share_within(each(&|seed| lives::interval_holds_truth(authors, truth, seed))),
            share_within(each(&|seed| lives::same_are_told_apart(authors, seed))),
        )?;
    }
    writeln!(
        out,
        "\nTwo cohorts in other places, difference in S(30), 15 authors each:\n"
    )?;
    let found: Vec<_> = (0..runs)
        .into_par_iter()
        .filter_map(|run| lives::confounded(15, seed_of(seed, 77, run)))
        .collect();
    writeln!(
        out,
        "| mean error of the standardised difference | mean error of the naive one | \
         interval holds the truth |\n|--:|--:|--:|\n| {} | {} | {} |",
        mean(found.iter().map(|one| one.standardised - one.truth)),
        mean(found.iter().map(|one| one.naive - one.truth)),
        share_within(count(found.iter().map(|one| one.holds))),
    )
}
