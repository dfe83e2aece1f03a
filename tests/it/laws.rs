//! Everything adds up: the tables of `facts` against git, and against each other.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;

use serde_json::Value;

use crate::git::{FIXTURES, Repository, TreeFile, in_tables};
use crate::harness::Place;
use crate::oracle::for_each_seed;
use crate::random_history;

/// A row of a table.
type Row = serde_json::Map<String, Value>;

/// Lines added and deleted, by path.
type Counts = BTreeMap<String, (u64, u64)>;

/// The tables of one repository, lines as `git blame` sees them.
struct Facts {
    repositories: Vec<Row>,
    commits: Vec<Row>,
    changes: Vec<Row>,
    lifetimes: Vec<Row>,
}

#[test]
fn changes_of_every_fixture_are_those_of_git_numstat() {
    for_each_fixture(check_changes);
}

#[test]
fn changes_of_random_histories_are_those_of_git_numstat() {
    for_each_random_history(check_changes);
}

#[test]
fn births_minus_deaths_stand_at_every_mainline_commit_of_every_fixture() {
    for_each_fixture(check_sums);
}

#[test]
fn births_minus_deaths_stand_at_every_mainline_commit_of_random_histories() {
    for_each_random_history(check_sums);
}

#[test]
fn standing_lifetimes_are_the_rows_of_lines() {
    for_each_fixture(check_standing);
    for_each_random_history(check_standing);
}

#[test]
fn commits_are_those_of_git_and_land_where_the_mainline_first_reaches_them() {
    for_each_fixture(check_commits);
    for_each_random_history(check_commits);
}

fn for_each_fixture(check: impl Fn(&Place, &Repository, &Facts) -> Result<(), String>) {
    let place = Place::new();
    for (name, _) in FIXTURES {
        let repository = Repository::fixture(&place, name);
        let checked = facts(&place, &repository)
            .and_then(|facts| check(&place, &repository, &facts));
        assert_eq!(checked, Ok(()), "fixture {name}");
    }
}

fn for_each_random_history(
    check: impl Fn(&Place, &Repository, &Facts) -> Result<(), String> + Sync,
) {
    for_each_seed(|seed| {
        let place = Place::new();
        let stream = random_history::stream(seed);
        let repository = Repository::import(&place, "random", &stream);
        check(&place, &repository, &facts(&place, &repository)?)
    });
}

fn facts(place: &Place, repository: &Repository) -> Result<Facts, String> {
    let tables = place.path("tables");
    let run = place.run([
        "facts".as_ref(),
        repository.path.as_os_str(),
        "--output".as_ref(),
        tables.as_os_str(),
        "--exact".as_ref(),
        "--no-syntax".as_ref(),
    ]);
    if run.status != Some(0) {
        return Err(format!("facts ended with {:?}: {}", run.status, run.stderr));
    }
    let rows = |table: &str| {
        let text = fs::read_to_string(tables.join(format!("{table}.ndjson")));
        let text = text.map_err(|error| format!("{table}: {error}"))?;
        let rows = text.lines().map(serde_json::from_str);
        rows.collect::<Result<Vec<Row>, _>>().map_err(|error| format!("{table}: {error}"))
    };
    Ok(Facts {
        repositories: rows("repositories")?,
        commits: rows("commits")?,
        changes: rows("changes")?,
        lifetimes: rows("lifetimes")?,
    })
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row[column].as_str().unwrap_or_else(|| panic!("{column} is no text: {row:?}"))
}

fn count(row: &Row, column: &str) -> u64 {
    row[column].as_u64().unwrap_or_else(|| panic!("{column} is no count: {row:?}"))
}

fn check_changes(
    _: &Place,
    repository: &Repository,
    facts: &Facts,
) -> Result<(), String> {
    let mut ours: BTreeMap<&str, Counts> = BTreeMap::new();
    for row in &facts.changes {
        // Binary files have no lines.
        if row["added"].is_null() {
            continue;
        }
        let changed = (count(row, "added"), count(row, "deleted"));
        add(ours.entry(text(row, "commit")).or_default(), text(row, "path"), changed);
    }
    for line in
        String::from_utf8_lossy(&repository.git(["rev-list", "--parents", "HEAD"]))
            .lines()
    {
        let mut ids = line.split(' ');
        let commit = ids.next().expect("git names the commit first");
        let theirs = numstat(repository, ids.next(), commit);
        let ours = ours.remove(commit).unwrap_or_default();
        if ours != theirs {
            return Err(format!(
                "commit {commit}: changes {ours:?}, git says {theirs:?}"
            ));
        }
    }
    let rest: Vec<&&str> = ours.keys().collect();
    if rest.is_empty() {
        Ok(())
    } else {
        Err(format!("commits git does not have: {rest:?}"))
    }
}

/// Adds a count, unless it is of no line: whether a change of mode alone is a row is of
/// no concern here.
fn add(counts: &mut Counts, path: &str, (added, deleted): (u64, u64)) {
    if added + deleted > 0 {
        let sum = counts.entry(path.to_owned()).or_default();
        *sum = (sum.0 + added, sum.1 + deleted);
    }
}

/// What git counts for the regular text files of a commit against its first parent.
fn numstat(repository: &Repository, parent: Option<&str>, commit: &str) -> Counts {
    let fixed = ["diff-tree", "-r", "--raw", "--no-abbrev", "--numstat", "-M", "-z"];
    let compared = parent.into_iter().chain([commit]);
    let only_id = if parent.is_some() { None } else { Some("--root") };
    let answer = repository.git(fixed.into_iter().chain(only_id).chain(compared));
    let mut fields = answer.split(|&byte| byte == 0).peekable();
    let lossy = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    if parent.is_none() {
        // For a root, git says again which commit it is.
        fields.next();
    }
    let mut entries = Vec::new();
    while let Some(head) = fields.next_if(|field| field.starts_with(b":")) {
        let head: Vec<String> = lossy(head).split(' ').map(str::to_owned).collect();
        let renamed = head[4].starts_with('R');
        let path = fields.by_ref().nth(usize::from(renamed)).expect("git names the path");
        entries.push((head, in_tables(path)));
    }
    let mut counts = Counts::new();
    for (head, path) in entries {
        let stat = lossy(fields.next().expect("git counts each entry"));
        let stat: Vec<&str> = stat.split('\t').collect();
        if stat[2].is_empty() {
            // A rename: both paths follow.
            fields.by_ref().nth(1).expect("git names both paths");
        }
        let is_file = |mode: &str| mode.ends_with("100644") || mode.ends_with("100755");
        let regular = [head[0].as_str(), &head[1]].map(is_file);
        let changed = if head[4] == "T" {
            // A file that became a link is gone, one that was a link is new.
            let lines = |side: usize| {
                let file = regular[side].then(|| {
                    let content = repository.git(["cat-file", "blob", &head[2 + side]]);
                    TreeFile { path: Vec::new(), content }
                });
                file.filter(TreeFile::is_text).map_or(0, |file| file.n_lines() as u64)
            };
            (lines(1), lines(0))
        } else if regular.contains(&true) && stat[0] != "-" {
            let number = |text: &str| text.parse().expect("git writes numbers");
            (number(stat[0]), number(stat[1]))
        } else {
            continue;
        };
        add(&mut counts, &path, changed);
    }
    counts
}

/// Whether the lines of a row stand after the mainline commit of this number.
fn stands(row: &Row, numbers: &BTreeMap<&str, usize>, at: usize) -> bool {
    let died = row["death"].as_str().map(|death| numbers[death]);
    numbers[text(row, "landing")] <= at && died.is_none_or(|died| died > at)
}

fn check_sums(_: &Place, repository: &Repository, facts: &Facts) -> Result<(), String> {
    let mainline = repository.mainline();
    let numbers: BTreeMap<&str, usize> =
        mainline.iter().map(String::as_str).zip(0..).collect();
    for (at, commit) in mainline.iter().enumerate() {
        let standing = facts.lifetimes.iter().filter(|row| stands(row, &numbers, at));
        let ours: u64 = standing.map(|row| count(row, "lines")).sum();
        let files = repository.files(commit);
        let theirs: usize = files.iter().map(TreeFile::n_lines).sum();
        if ours != theirs as u64 {
            return Err(format!("at {commit} {ours} lines stand, git has {theirs}"));
        }
    }
    let mut ours: BTreeMap<String, u64> = BTreeMap::new();
    for row in facts.lifetimes.iter().filter(|row| row["death"].is_null()) {
        *ours.entry(text(row, "path").to_owned()).or_default() += count(row, "lines");
    }
    let mut theirs: BTreeMap<String, u64> = BTreeMap::new();
    for file in repository.files("HEAD").iter().filter(|file| file.n_lines() > 0) {
        let path = in_tables(&file.path);
        *theirs.entry(path).or_default() += file.n_lines() as u64;
    }
    if ours != theirs {
        return Err(format!("at the tip {ours:?} stand, git has {theirs:?}"));
    }
    let total = |died: fn(&Row) -> bool| -> u64 {
        facts
            .lifetimes
            .iter()
            .filter(|row| died(row))
            .map(|row| count(row, "lines"))
            .sum()
    };
    let [repository] = facts.repositories.as_slice() else {
        return Err(format!("not one repository: {:?}", facts.repositories));
    };
    let sums = (total(|_| true), total(|row| !row["death"].is_null()));
    let said = ["births", "deaths", "alive"].map(|column| count(repository, column));
    if said == [sums.0, sums.1, sums.0 - sums.1] {
        Ok(())
    } else {
        Err(format!("births, deaths, alive are {said:?}, rows say {sums:?}"))
    }
}

/// Standing lifetimes are the rows of `lines`, counted.
///
fn check_standing(
    place: &Place,
    repository: &Repository,
    facts: &Facts,
) -> Result<(), String> {
    let mut ours: BTreeMap<[String; 3], u64> = BTreeMap::new();
    for row in facts.lifetimes.iter().filter(|row| row["death"].is_null()) {
        let key =
            ["path", "origin", "landing"].map(|column| text(row, column).to_owned());
        *ours.entry(key).or_default() += count(row, "lines");
    }
    let lines = ["--exact", "--no-syntax", "--format", "ndjson"].map(OsStr::new);
    let run = place
        .run([OsStr::new("lines"), repository.path.as_os_str()].iter().chain(&lines));
    let mut rows: BTreeMap<[String; 3], u64> = BTreeMap::new();
    for line in run.ended(0).out().lines() {
        let row: Row = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let key =
            ["path", "origin", "landing"].map(|column| text(&row, column).to_owned());
        *rows.entry(key).or_default() += 1;
    }
    if ours == rows {
        return Ok(());
    }
    let different = rows.iter().find(|(key, n)| ours.get(*key) != Some(n));
    Err(format!("`lines` counts {different:?}, which is no sum of standing lifetimes"))
}

fn check_commits(
    _: &Place,
    repository: &Repository,
    facts: &Facts,
) -> Result<(), String> {
    let mainline = repository.mainline();
    let landings = landings(repository, &mainline);
    let ours: BTreeMap<String, String> = facts
        .commits
        .iter()
        .map(|row| (text(row, "id").to_owned(), text(row, "landing").to_owned()))
        .collect();
    if ours != landings {
        return Err(format!("commits and landings {ours:?}, git says {landings:?}"));
    }
    let numbers: BTreeMap<&str, usize> =
        mainline.iter().map(String::as_str).zip(0..).collect();
    for row in &facts.lifetimes {
        let landing = numbers[text(row, "landing")];
        let death = row["death"].as_str().map(|death| numbers[death]);
        if death.is_some_and(|death| death <= landing) {
            return Err(format!("lines die before they land: {row:?}"));
        }
    }
    Ok(())
}

/// The mainline commit that first reaches each commit. Git is asked for parents only:
/// its own `A ^B` errs where clocks do.
fn landings(repository: &Repository, mainline: &[String]) -> BTreeMap<String, String> {
    let list = repository.git(["rev-list", "--parents", "HEAD"]);
    let list = String::from_utf8(list).expect("ids are ASCII");
    let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in list.lines() {
        let mut ids = line.split(' ');
        parents.insert(ids.next().expect("git names the commit first"), ids.collect());
    }
    let mut landings = BTreeMap::new();
    for landing in mainline {
        let mut waiting = vec![landing.as_str()];
        while let Some(commit) = waiting.pop() {
            if !landings.contains_key(commit) {
                landings.insert(commit.to_owned(), landing.clone());
                waiting.extend(&parents[commit]);
            }
        }
    }
    landings
}
