//! Which part of a fleet is asked for, and by what it is judged.

use std::collections::BTreeSet;

use super::{
    AS_OF, Value, audit, classes, fleet, names, operated, parsed, prototype, tinies,
    tiny, unit,
};
use crate::harness::Place;

fn shard(place: &Place, folder: &str, part: &str) -> Vec<Value> {
    let part = format!("--shard={part}");
    let answer = place.run(["audit", folder, AS_OF, "--format=json", &part]).ended(0);
    parsed(&answer.out())["units"].as_array().expect("it has units").clone()
}

#[test]
fn parts_of_a_fleet_are_the_whole_and_have_nothing_in_common() {
    let place = Place::new();
    tinies(&place, "fleet", 9);
    let whole = audit(&place, &[]);
    let whole: BTreeSet<String> = whole["units"]
        .as_array()
        .expect("it has units")
        .iter()
        .map(Value::to_string)
        .collect();
    assert_eq!(whole.len(), 9);
    let mut parts: Vec<String> = Vec::new();
    for part in ["1/4", "2/4", "3/4", "4/4"] {
        let rows = shard(&place, "fleet", part);
        parts.extend(rows.iter().map(Value::to_string));
        // Wherever a machine has its fleet, it has the same part of it.
        let elsewhere = place.path("fleet").display().to_string();
        let last = |row: &Value| {
            let path = row["repository"].as_str().expect("it is a text");
            path.rsplit('/').next().map(str::to_owned)
        };
        let there = shard(&place, &elsewhere, part);
        assert!(rows.iter().map(last).eq(there.iter().map(last)), "{part}");
    }
    assert_eq!(parts.len(), 9, "no row is in two parts");
    assert_eq!(parts.into_iter().collect::<BTreeSet<_>>(), whole);
}

#[test]
fn a_part_of_a_fleet_needs_the_day_that_all_of_it_is_judged_on() {
    let place = Place::new();
    tinies(&place, "fleet", 2);
    place.run(["audit", "fleet", "--shard=1/2"]).refused(2, "give the same --as-of");
    for wrong in ["0/2", "3/2", "1", "1/0", "-1/2", "1/2/3"] {
        let part = format!("--shard={wrong}");
        place.run(["audit", "fleet", AS_OF, &part]).refused(2, "write it as 2/8");
    }
}

#[test]
fn what_is_included_and_excluded_is_told_by_how_paths_end() {
    let place = Place::new();
    tinies(&place, "fleet", 3);
    std::fs::create_dir(place.path("fleet/old")).expect("the directory is ours");
    tiny(&place, "fleet/old/r1", 8);
    let names = |more: &[&str]| names(&audit(&place, more));
    assert_eq!(names(&["--include=r1"]), ["fleet/old/r1", "fleet/r1"]);
    assert_eq!(names(&["--include=old/*"]), ["fleet/old/r1"]);
    assert_eq!(names(&["--exclude=old/*", "--exclude=r0"]), ["fleet/r1", "fleet/r2"]);
    assert_eq!(names(&["--include=r*", "--exclude=r1"]), ["fleet/r0", "fleet/r2"]);
    // A part of a name is none, and signs of patterns stand for themselves.
    assert_eq!(names(&["--exclude=1", "--exclude=r."]).len(), 4);
    place.run(["audit", "fleet", "--include=nothing"]).refused(3, "leave none");
    let part = ["audit", "fleet", AS_OF, "--include=nothing", "--shard=1/2"];
    place.run(part).refused(3, "leave none");
}

#[test]
fn a_list_names_repositories_from_where_it_stands() {
    let place = Place::new();
    let names_made = tinies(&place, "fleet", 3);
    let list = "# our services\n\n  r0  \nr2\nr0\n";
    place.write("fleet/list.txt", list);
    let answer =
        place.run(["audit", "--repos=fleet/list.txt", AS_OF, "--format=json"]).ended(0);
    assert_eq!(names(&parsed(&answer.out())), [&*names_made[0], &names_made[2]]);
    place.write("fleet/list.txt", "r0\nis/not/there\n");
    let answer =
        place.run(["audit", "--repos=fleet/list.txt", AS_OF, "--format=json"]).ended(0);
    let answer = parsed(&answer.out());
    assert_eq!(answer["broken"][0]["repository"], "fleet/is/not/there");
    assert_eq!(answer["complete"], false);
    place.write("fleet/list.txt", "# nothing\n");
    place.run(["audit", "--repos=fleet/list.txt"]).refused(2, "it names none");
    place.run(["audit", "--repos=none.txt"]).refused(2, "none.txt");
}

#[test]
fn an_inventory_says_what_runs_in_production() {
    let place = Place::new();
    std::fs::create_dir(place.path("fleet")).expect("the directory is ours");
    let container = &operated()[..1];
    prototype(container, "by hand").done(&place, "fleet/parcel");
    prototype(container, "by hand").done(&place, "fleet/letter");
    let state = |answer: &Value, name: &str| {
        let signals = unit(answer, name)["signals"].clone();
        let signals = signals.as_array().expect("it has signals").clone();
        let x6 = signals.into_iter().find(|one| one["id"] == "X6");
        x6.expect("it is asked")["state"].as_str().expect("it is a text").to_owned()
    };
    let without = audit(&place, &[]);
    assert_eq!(state(&without, "fleet/parcel"), "unknown");
    let all_poc = [("fleet/letter", "poc"), ("fleet/parcel", "poc")];
    let owned = |rows: [(&str, &str); 2]| {
        rows.map(|(name, class)| (name.to_owned(), class.to_owned()))
    };
    assert_eq!(classes(&without), owned(all_poc));
    let csv = "path,environment\n./fleet/parcel/,Production\nletter,staging\n";
    place.write("runs.csv", csv);
    let with = audit(&place, &["--inventory=runs.csv"]);
    assert_eq!(state(&with, "fleet/parcel"), "yes");
    assert_eq!(state(&with, "fleet/letter"), "no");
    let one = [("fleet/parcel", "poc_in_production"), ("fleet/letter", "poc")];
    assert_eq!(classes(&with), owned(one));
    place.write("runs.csv", "path,environment\nfleet/parcle,prod-eu\n");
    let with = audit(&place, &["--inventory=runs.csv"]);
    assert_eq!(with["unplaced"], serde_json::json!(["fleet/parcle"]));
    for wrong in ["", "path\n", "path,environment\na\n"] {
        place.write("runs.csv", wrong);
        place
            .run(["audit", "fleet", "--inventory=runs.csv"])
            .refused(2, "cannot read the inventory");
    }
}

#[test]
fn a_class_that_must_not_be_there_is_status_1() {
    let place = Place::new();
    fleet(&place);
    let run = |class: &str, more: &[&str]| {
        let class = format!("--fail-on={class}");
        let fixed = ["audit", "fleet", AS_OF, &class];
        place.run(fixed.iter().chain(more)).status
    };
    assert_eq!(run("poc-in-production", &[]), Some(1));
    assert_eq!(run("poc", &[]), Some(1));
    assert_eq!(run("poc", &["--include=healthy", "--include=operated"]), Some(0));
    assert_eq!(run("poc", &["--strict"]), Some(3));
    // What cannot be read may be what must not be there.
    assert_eq!(run("slopnexus", &["--exclude=sprawl"]), Some(3));
    let clean = ["--exclude=sprawl", "--exclude=broken"];
    assert_eq!(run("slopnexus", &clean), Some(0));
}

#[test]
fn a_threshold_changes_the_class_and_is_told() {
    let place = Place::new();
    std::fs::create_dir(place.path("fleet")).expect("the directory is ours");
    prototype(&[], "by hand").done(&place, "fleet/parcel");
    let answer = audit(&place, &["--threshold=poc_shape_signals=8"]);
    assert_eq!(classes(&answer)[0].1, "not_flagged");
    let rows = answer["thresholds"].as_array().expect("they are listed");
    let row = rows.iter().find(|one| one["name"] == "poc_shape_signals");
    assert_eq!(row.expect("it is listed")["value"], 8.0);
    let text = place
        .run(["audit", "fleet", AS_OF, "--threshold=poc_shape_signals=8"])
        .ended(0)
        .out();
    assert!(text.contains("not 4"), "{text}");
}
