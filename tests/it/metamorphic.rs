//! Histories that differ in what must not matter, or matters in a known way: what is
//! said of one follows from what is said of the other, whatever they hold.

mod lives;
mod plain;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::Place;
use crate::oracle::for_seeds;
use crate::random_history::commits::{Commit, Entry, Tree};
use crate::random_history::{self, Numbers};
use lives::{Row, WAYS, as_they_are, same, sums, tell, text, without};
use plain::Plain;

/// How many pairs of histories are compared, unless `SLOPNEXUS_SEEDS` says otherwise.
const SEEDS: u64 = 8;

/// Adds a commit on top of `main`, a day after it, and says where.
fn land(history: &mut Vec<Commit>, name: &str, change: impl FnOnce(Tree) -> Tree) {
    let tip = history.iter().rposition(|commit| commit.branch == "main");
    let tip = tip.expect("main has commits");
    let Commit { tree, time, .. } = history[tip].clone();
    history.push(Commit {
        parents: vec![tip],
        tree: change(tree),
        time: time + 86_400,
        message: format!("{name}\n"),
        ..history[tip].clone()
    });
}

/// Tells two histories in both ways, and compares what is said.
fn compare(
    one: &[Commit],
    two: &[Commit],
    ways: &[&[&str]],
    check: impl Fn(&lives::Told, &lives::Told) -> Result<(), String>,
) -> Result<(), String> {
    let place = Place::new().without_cache();
    for way in ways {
        let (one, two) = (tell(&place, "one", one, way)?, tell(&place, "two", two, way)?);
        check(&one, &two).map_err(|why| format!("{way:?}: {why}"))?;
    }
    Ok(())
}

#[test]
fn moving_the_whole_tree_bears_and_kills_no_line_and_keeps_origins_and_landings() {
    for_seeds(SEEDS, |seed| {
        let before = random_history::history(seed);
        let mut after = before.clone();
        let moved =
            |(path, entry): (Vec<u8>, Entry)| ([b"all/", &path[..]].concat(), entry);
        land(&mut after, "move", |tree| tree.into_iter().map(moved).collect());
        compare(&before, &after, &WAYS, |before, after| {
            let into = |row: &mut Row| {
                if row["death"].is_null() {
                    let path = match text(row, "path").strip_prefix('"') {
                        Some(quoted) => format!("\"all/{quoted}"),
                        None => format!("all/{}", text(row, "path")),
                    };
                    row.insert("path".to_owned(), path.into());
                }
                true
            };
            let (before, after) =
                (sums(&before.lives, into), sums(&after.lives, as_they_are));
            same("lifetimes", &before, &after)
        })
    });
}

#[test]
fn lives_do_not_depend_on_the_ids_of_commits() {
    for_seeds(SEEDS, |seed| {
        let before = random_history::history(seed);
        let mut after = before.clone();
        for commit in &mut after {
            commit.message += "\nThe same again.\n";
        }
        compare(&before, &after, &WAYS, all_is_the_same)
    });
}

#[test]
fn time_zones_of_authors_and_committers_change_nothing() {
    const ZONES: [&str; 5] = ["-1200", "+0000", "+0545", "+1245", "+1400"];
    for_seeds(SEEDS, |seed| {
        let before = random_history::history(seed);
        let mut numbers = Numbers(seed);
        let mut after = before.clone();
        for commit in &mut after {
            commit.zones = [*numbers.pick(&ZONES), *numbers.pick(&ZONES)];
        }
        compare(&before, &after, &WAYS, all_is_the_same)
    });
}

fn all_is_the_same(before: &lives::Told, after: &lives::Told) -> Result<(), String> {
    let all = |rows: &[Row]| sums(rows, as_they_are);
    same("commits", &all(&before.commits), &all(&after.commits))?;
    same("lifetimes", &all(&before.lives), &all(&after.lives))?;
    is_equal("report", &trimmed(&before.report()?), &trimmed(&after.report()?))
}

/// Leaves out of a report what it may say otherwise: which of several commits it names
/// as an example, and how many changes there are.
fn trimmed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !["first", "n_changes"].contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), trimmed(value)))
            .collect(),
        Value::Array(values) => values.iter().map(trimmed).collect(),
        other => other.clone(),
    }
}

/// Holds that two values are equal, and says where they are not.
fn is_equal(place: &str, one: &Value, two: &Value) -> Result<(), String> {
    match (one, two) {
        (Value::Object(ones), Value::Object(twos)) if ones.keys().eq(twos.keys()) => {
            ones.iter().try_for_each(|(key, one)| {
                is_equal(&format!("{place}.{key}"), one, &twos[key])
            })
        }
        _ if one == two => Ok(()),
        _ => Err(format!("{place} is {one} before and {two} after")),
    }
}

#[test]
fn a_history_put_on_top_of_a_root_of_its_own_keeps_its_lives() {
    for_seeds(SEEDS, |seed| {
        let before = random_history::history(seed);
        let mut root = before[0].clone();
        let content = b"nothing else says this\n".to_vec();
        let base = (b"base.txt".to_vec(), Entry::File { executable: false, content });
        root.tree = Tree::from([base.clone()]);
        root.message = "base\n".to_owned();
        root.time -= 86_400 * 30;
        let mut after = vec![root];
        for mut commit in before.clone() {
            commit.parents.iter_mut().for_each(|parent| *parent += 1);
            if commit.parents.is_empty() {
                commit.parents.push(0);
            }
            commit.tree.extend([base.clone()]);
            after.push(commit);
        }
        compare(&before, &after, &WAYS, |before, after| {
            let own = |row: &mut Row| text(row, "path") != "base.txt";
            same("lifetimes", &sums(&before.lives, own), &sums(&after.lives, own))
        })
    });
}

#[test]
fn converting_all_line_ends_bears_and_kills_no_line() {
    for_seeds(SEEDS, |seed| {
        for end in [b"\n".as_slice(), b"\r\n"] {
            let before = random_history::history(seed);
            let mut after = before.clone();
            land(&mut after, "convert", |mut tree| {
                tree.values_mut().for_each(|entry| convert(entry, end));
                tree
            });
            compare(&before, &after, &WAYS[1..], |before, after| {
                let all = |rows: &[Row]| sums(rows, as_they_are);
                same("lifetimes", &all(&before.lives), &all(&after.lives))
            })?;
        }
        Ok(())
    });
}

fn convert(entry: &mut Entry, end: &[u8]) {
    let Entry::File { content, .. } = entry else { return };
    let lines = content.split_inclusive(|&byte| byte == b'\n').map(|line| {
        let Some(line) = line.strip_suffix(b"\n") else { return line.to_vec() };
        [line.strip_suffix(b"\r").unwrap_or(line), end].concat()
    });
    *content = lines.collect::<Vec<_>>().concat();
}

/// A history, the branch that is to land on it, and the landing itself: all by one
/// person, since who wrote what the branch only passed through is another question.
fn landed(
    seed: u64,
    parents_of_landing: impl Fn(usize, usize) -> Vec<usize>,
) -> Vec<Commit> {
    let mut history = random_history::history(seed);
    history.iter_mut().for_each(|commit| commit.who = plain::PEOPLE[0]);
    let base = history.iter().rposition(|commit| commit.branch == "main");
    let base = base.expect("main has commits");
    let mut tip = base;
    for (number, tree) in
        random_history::changed(seed + 1_000_000, &history[base].tree, 4)
            .into_iter()
            .enumerate()
    {
        let branch = "work".to_owned();
        let message = format!("work {number}\n");
        let parents = vec![tip];
        let time = history[base].time + 3_600;
        tip = history.len();
        history.push(Commit {
            branch,
            message,
            parents,
            tree,
            time,
            ..history[base].clone()
        });
    }
    history.push(Commit {
        message: "landing\n".to_owned(),
        parents: parents_of_landing(base, tip),
        tree: history[tip].tree.clone(),
        time: history[base].time + 86_400,
        ..history[base].clone()
    });
    history
}

#[test]
fn a_merge_and_a_squash_of_the_same_work_bear_and_kill_the_same_lines() {
    for_seeds(SEEDS, |seed| {
        let merge = landed(seed, |base, tip| vec![base, tip]);
        let squash = landed(seed, |base, _| vec![base]);
        compare(&squash, &merge, &WAYS, |squash, merge| {
            let lives = |row: &mut Row| {
                // A merge leads on to who wrote the lines on the branch.
                without(row, &["origin"]);
                true
            };
            same("lifetimes", &sums(&squash.lives, lives), &sums(&merge.lives, lives))?;
            let landed = |row: &mut Row| text(row, "landing") == "landing";
            let of_branch = |row: &mut Row| {
                let origin = text(row, "origin").to_owned();
                if origin.starts_with("work ") {
                    row.insert("origin".to_owned(), "landing".into());
                }
                landed(row) && (origin.starts_with("work ") || origin == "landing")
            };
            // What the branch wrote is what the squash wrote, save where the steps of
            // the branch lead further back than their sum does.
            let (squash, merge) =
                (sums(&squash.lives, landed), sums(&merge.lives, of_branch));
            let more =
                merge.iter().find(|(row, n)| squash.get(*row).is_none_or(|all| all < n));
            more.map_or(Ok(()), |more| Err(format!("the branch wrote more: {more:?}")))
        })
    });
}

/// A history without doubt and five commits of work on it, landed at once.
fn plain_work(seed: u64) -> (Vec<Commit>, Vec<Commit>, u64) {
    let mut plain = Plain::new(seed);
    let mut base = Vec::new();
    for number in 0..8 {
        plain.change();
        base.push(plain::commit(number, plain.tree()));
    }
    let lines = |plain: &Plain| -> BTreeSet<u64> {
        plain.files.values().flatten().copied().collect()
    };
    let before = lines(&plain);
    let mut seen = BTreeSet::new();
    let mut forward = base.clone();
    for number in 8..13 {
        plain.change();
        seen.extend(lines(&plain));
        let mut commit = plain::commit(number, plain.tree());
        (commit.who, commit.time) = (plain::PEOPLE[0], base[7].time + 86_400);
        commit.message = format!("work {number}\n");
        forward.push(commit);
    }
    let after = lines(&plain);
    let inside =
        seen.iter().filter(|line| !before.contains(line) && !after.contains(line));
    let n_inside = inside.count() as u64;
    let mut squash = base;
    let last = forward.last().expect("there is work").clone();
    squash.push(Commit { parents: vec![7], message: "work\n".to_owned(), ..last });
    (squash, forward, n_inside)
}

#[test]
fn a_fast_forward_adds_to_a_squash_the_lines_that_lived_on_the_branch_alone() {
    for_seeds(SEEDS, |seed| {
        let (squash, forward, n_inside) = plain_work(seed);
        compare(&squash, &forward, &WAYS[..1], |squash, forward| {
            let is_inside = |row: &Row| {
                ["landing", "death"]
                    .iter()
                    .all(|column| text(row, column).starts_with("work "))
            };
            let as_one = |row: &mut Row| {
                let is_inside = is_inside(row);
                for column in ["origin", "landing", "death", "lineage_death"] {
                    if text(row, column).starts_with("work ") {
                        row.insert(column.to_owned(), "work".into());
                    }
                }
                // Lines can go one by one before their file does.
                without(row, &["cause", "overwritten_by"]);
                !is_inside
            };
            let inside = sums(&forward.lives, |row| is_inside(row));
            let found: u64 = inside.values().sum();
            if found != n_inside {
                return Err(format!("{found} lines lived inside, not {n_inside}"));
            }
            same("lifetimes", &sums(&squash.lives, as_one), &sums(&forward.lives, as_one))
        })
    });
}

#[test]
fn commits_that_touch_different_files_can_change_places() {
    for_seeds(SEEDS, |seed| {
        let n_files = 4;
        let n_versions = 6;
        let files: Vec<Vec<Vec<u8>>> = (0..n_files)
            .map(|file| random_history::versions(seed * 10 + file, n_versions))
            .collect();
        let ordered = |order: u64| {
            let mut numbers = Numbers(order);
            let mut left: Vec<_> = files.iter().map(|versions| versions.iter()).collect();
            let mut history: Vec<Commit> = Vec::new();
            let mut tree = Tree::new();
            while left.iter().any(|versions| versions.len() > 0) {
                let file = numbers.below(left.len());
                let number = n_versions - left[file].len();
                let Some(content) = left[file].next() else { continue };
                let content = content.clone();
                tree.insert(
                    format!("src/f{file}.rs").into_bytes(),
                    Entry::File { executable: false, content },
                );
                let mut commit = plain::commit(history.len(), tree.clone());
                commit.time = 1_700_000_000;
                commit.message = format!("version {number} of {file}\n");
                commit.who = plain::PEOPLE[(number + file) % 3];
                history.push(commit);
            }
            history
        };
        compare(&ordered(seed), &ordered(seed + 1), &WAYS, |before, after| {
            let lives = |row: &mut Row| {
                // Which of two equal lines repeats the other is for the order to say.
                without(row, &["copied", "relanded"]);
                true
            };
            same("lifetimes", &sums(&before.lives, lives), &sums(&after.lives, lives))
        })
    });
}

#[test]
fn a_commit_split_in_two_of_the_same_time_leaves_survival_as_it_was() {
    for_seeds(SEEDS, |seed| {
        let mut plain = Plain::new(seed);
        let (mut whole, mut split) = (Vec::new(), Vec::<Commit>::new());
        let mut before = Tree::new();
        for number in 0..30 {
            let touched = plain.change();
            let commit = plain::commit(number, plain.tree());
            let half = touched[..touched.len() / 2].iter();
            let mut tree = before;
            for path in half.map(|file| format!("src/f{file}.py").into_bytes()) {
                match commit.tree.get(&path) {
                    Some(entry) => drop(tree.insert(path, entry.clone())),
                    None => drop(tree.remove(&path)),
                }
            }
            for tree in [tree, commit.tree.clone()] {
                let parents = split.len().checked_sub(1).into_iter().collect();
                split.push(Commit { parents, tree, ..commit.clone() });
            }
            before = commit.tree.clone();
            whole.push(commit);
        }
        compare(&whole, &split, &WAYS, |whole, split| {
            let all = |rows: &[Row]| sums(rows, as_they_are);
            same("lifetimes", &all(&whole.lives), &all(&split.lives))?;
            let [whole, split] = [whole.report()?, split.report()?]
                .map(|report| report["repositories"][0].clone());
            for figure in ["lines", "survival", "mean_life", "half_life"] {
                is_equal(figure, &trimmed(&whole[figure]), &trimmed(&split[figure]))?;
            }
            let survival = &whole["survival"]["7"]["value"];
            if survival.is_f64() {
                Ok(())
            } else {
                Err(format!("no survival: {survival}"))
            }
        })
    });
}
