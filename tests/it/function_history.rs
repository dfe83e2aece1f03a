//! Which landings touched which function: a story, made-up histories in which every line
//! is another, so that what went and came in each function is plain, and sums against the
//! lines that landings brought in and removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::git::Repository;
use crate::harness::Place;
use crate::oracle::for_seeds;
use crate::random_history::{self, Numbers};

/// A history of one file: for each commit, ten days apart, its path and its text.
fn stream(versions: &[(&str, String)]) -> String {
    let mut stream = String::new();
    for (at, (path, text)) in versions.iter().enumerate() {
        let time = 1_767_225_600 + 864_000 * at;
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter a <a@example.org> {time} +0000\ndata 2\nc\n\
             deleteall\nM 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        );
    }
    stream
}

fn table(place: &Place, name: &str) -> Vec<Value> {
    let rows = std::fs::read_to_string(place.path(&format!("tables/{name}.ndjson")));
    let rows = rows.expect("it was written");
    rows.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
}

fn followed(place: &Place) {
    let args = ["facts", "r", "--output=tables", "--function-history", "--no-cache"];
    place.run(args).ended(0).out();
}

/// Two classes with a method of one name each: that of the first grows twice and loses a
/// line, its file is renamed, and that of the other is left alone; a third comes later.
fn story(place: &Place) -> Repository {
    let file = |body: &[&str], more: &str| {
        let body: String = body.iter().map(|line| format!("        {line}\n")).collect();
        format!(
            "class Oven:\n    def heat(self):\n{body}\n\nclass Stove:\n    def heat(self):\n        \
             return self.flame * 2\n{more}"
        )
    };
    let short = file(&["watts = self.coil.watts", "return watts"], "");
    let grown = file(
        &["watts = self.coil.watts", "if self.on:", "    watts += 5", "return watts"],
        "",
    );
    let last = ["if self.on and self.door:", "    power = self.fan", "return power"];
    let late = "\n\nclass Fridge:\n    def heat(self):\n        return None\n";
    let (last, with_late) = (file(&last, ""), file(&last, late));
    let versions = [
        ("kitchen.py", short),
        ("kitchen.py", grown.clone()),
        ("home/kitchen.py", grown),
        ("home/kitchen.py", last),
        ("home/kitchen.py", with_late),
    ];
    Repository::import(place, "r", stream(&versions).as_bytes())
}

#[test]
fn a_function_is_followed_by_its_class_and_name_through_growth_and_a_rename() {
    let place = Place::new();
    let repository = story(&place);
    followed(&place);
    let commits = repository.words(["rev-list", "--reverse", "main"]);
    let rows = table(&place, "function_changes");
    let names: Vec<_> = rows.iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["Oven.heat", "Stove.heat", "Fridge.heat"]);
    let [oven, stove, fridge] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(oven["path"], "home/kitchen.py");
    // It came with the first, grew with the second, and was rewritten with the fourth; the
    // third renamed its file and touched no line.
    assert_eq!((&oven["landings"], &oven["new"]), (&json!(3), &json!(true)));
    assert_eq!(oven["first_landing"], json!(commits[0]));
    assert_eq!(oven["last_landing"], json!(commits[3]));
    assert_eq!((&oven["added_lines"], &oven["deleted_lines"]), (&json!(8), &json!(4)));
    // Two of the lines that went were 30 days old, two 20.
    assert_eq!(oven["removed_lines"], 4);
    assert_eq!(oven["removed_median_days"], 20);
    assert_eq!(
        (&stove["landings"], &stove["last_landing"]),
        (&json!(1), &json!(commits[0]))
    );
    assert_eq!(stove["removed_median_days"], Value::Null);
    assert_eq!(
        (&fridge["landings"], &fridge["first_landing"]),
        (&json!(1), &json!(commits[4]))
    );
}

#[test]
fn what_a_function_was_before_the_followed_time_is_told_and_the_report_says_who_grew() {
    let place = Place::new();
    let text = |body: &str, n: usize| {
        format!(
            "def pay(order):\n{body}    return order\n\n\ndef idle():\n    return {n}\n"
        )
    };
    let grown = "    if order.open and order.due:\n        order.paid = True\n        order.open = \
                 False\n";
    // The first is more than a year before the last.
    let mut versions = vec![("a.py", text("", 0)); 39];
    versions.push(("a.py", text(grown, 0)));
    Repository::import(&place, "r", stream(&versions).as_bytes());
    followed(&place);
    let rows = table(&place, "function_changes");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let figures = ["cognitive_before", "cognitive", "code_lines_before", "code_lines"];
    assert_eq!(figures.map(|name| rows[0][name].as_u64()), [0, 2, 2, 5].map(Some));
    assert_eq!(rows[0]["new"], false);
    let args = ["report", "r", "--format=json", "--function-history", "--no-cache"];
    let run = place.run(args).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["functions"];
    let growth = json!({"n": 1, "grew": 1, "shrank": 0, "before": 0, "after": 2});
    assert_eq!(found["history"]["cognitive"], growth);
    assert_eq!(
        (&found["history"]["touched"], &found["history"]["new"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(found["hotspots"][0]["name"], "pay");
    assert_eq!(found["hotspots"][0]["landings"], 1);
    assert_eq!(found["why_no_history"], Value::Null);
    let text = place.run(["report", "r", "--function-history"]).ended(0).out();
    assert!(text.contains("touched often"), "{text}");
}

#[test]
fn without_the_option_the_table_is_empty_and_the_report_says_why() {
    let place = Place::new();
    story(&place);
    place.run(["facts", "r", "--output=tables"]).ended(0).out();
    assert_eq!(table(&place, "function_changes"), Vec::<Value>::new());
    let run = place.run(["report", "r", "--format=json"]).ended(0);
    let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
    let found = &report["repositories"][0]["functions"];
    assert_eq!(found["history"], Value::Null);
    let why = found["why_no_history"].as_str().expect("it says why");
    assert!(why.contains("--function-history"), "{why}");
}

#[test]
fn tests_inside_files_of_the_product_count_as_tests_where_landings_are_followed() {
    let place = Place::new();
    let text = |product: u32, test: u32| {
        format!(
            "pub fn sum() -> u32 {{\n    {product}\n}}\n\n#[cfg(test)]\nmod tests {{\n    \
             #[test]\n    fn sums() {{\n        assert_eq!(super::sum(), {test});\n    }}\n}}\n"
        )
    };
    let versions = [(1, 1), (2, 1), (3, 3), (3, 4)];
    let versions = versions.map(|(product, test)| ("src/sum.rs", text(product, test)));
    Repository::import(&place, "r", stream(&versions).as_bytes());
    let months = |more: &[&str]| {
        let run = place.run(["report", "r", "--format=json"].iter().chain(more)).ended(0);
        let report: Value = serde_json::from_slice(&run.stdout).expect("it is JSON");
        let months = report["repositories"][0]["functions"]["tested_by_month"].clone();
        (months[0]["product_landings"].clone(), months[0]["with_tests"].clone())
    };
    // By files, the last touched the product, and none tests. By lines, three touched the
    // product, and of these the first and the third tests.
    assert_eq!(months(&[]), (json!(4), json!(0)));
    assert_eq!(months(&["--function-history"]), (json!(3), json!(2)));
}

/// A file of functions and of lines outside of them; no line is there twice.
#[derive(Clone, Default)]
struct Module {
    functions: BTreeMap<usize, Vec<usize>>,
    outside: Vec<usize>,
}

impl Module {
    fn text(&self) -> String {
        let mut text: String =
            self.outside.iter().map(|line| format!("top_{line} = {line}\n")).collect();
        for (name, body) in &self.functions {
            let _ = writeln!(text, "def f{name}():");
            body.iter().for_each(|line| {
                let _ = writeln!(text, "    x_{line} = {line}");
            });
        }
        text
    }

    /// The lines of each function, and those outside under no name.
    fn lines(&self) -> BTreeMap<Option<usize>, BTreeSet<String>> {
        let mut lines = BTreeMap::new();
        for (&name, body) in &self.functions {
            let body = body.iter().map(|line| format!("    x_{line} = {line}"));
            let head = format!("def f{name}():");
            lines.insert(Some(name), body.chain([head]).collect());
        }
        let outside = self.outside.iter().map(|line| format!("top_{line} = {line}"));
        lines.insert(None, outside.collect());
        lines
    }

    /// Changes something: a body, what is outside, or which functions there are.
    fn change(&mut self, numbers: &mut Numbers, next: &mut usize) {
        let mut new = || {
            *next += 1;
            *next
        };
        for _ in 0..=numbers.below(3) {
            let name = numbers.below(5);
            match numbers.below(6) {
                0 => drop(self.functions.remove(&name)),
                1 => self.outside.insert(numbers.below(self.outside.len() + 1), new()),
                2 if !self.outside.is_empty() => {
                    self.outside.remove(numbers.below(self.outside.len()));
                }
                3 => {
                    let body = self.functions.entry(name).or_default();
                    if body.len() > 1 {
                        body.remove(numbers.below(body.len()));
                    } else {
                        body.push(new());
                    }
                }
                _ => {
                    let body = self.functions.entry(name).or_default();
                    body.insert(numbers.below(body.len() + 1), new());
                }
            }
        }
    }
}

/// Landings that touched, lines added, lines deleted.
type Counts = BTreeMap<Option<usize>, (u64, u64, u64)>;

/// What went from and came into each function, by sets of lines.
fn expected(modules: &[Module]) -> Counts {
    let mut counts = Counts::new();
    let mut before: BTreeMap<Option<usize>, BTreeSet<String>> = BTreeMap::new();
    for module in modules {
        let after = module.lines();
        let names: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
        for name in names {
            let none = BTreeSet::new();
            let old = before.get(&name).unwrap_or(&none);
            let new = after.get(&name).unwrap_or(&none);
            let added = new.difference(old).count() as u64;
            let deleted = old.difference(new).count() as u64;
            let count = counts.entry(name).or_default();
            count.0 += u64::from(added + deleted > 0);
            count.1 += added;
            count.2 += deleted;
        }
        before = after;
    }
    counts
}

#[test]
fn in_random_histories_each_function_has_the_lines_that_its_landings_added_and_deleted() {
    for_seeds(20, |seed| {
        let (mut numbers, mut next) = (Numbers(seed), 0);
        let mut module = Module::default();
        let (mut modules, mut versions, mut path) = (Vec::new(), Vec::new(), "a.py");
        for at in 0..12 {
            if at == 6 {
                // A rename alone: whatever else changes could hide it.
                path = "b/c.py";
            } else {
                module.change(&mut numbers, &mut next);
                while module.text().is_empty() {
                    module.change(&mut numbers, &mut next);
                }
            }
            modules.push(module.clone());
            versions.push((path, module.text()));
        }
        let place = Place::new();
        Repository::import(&place, "r", stream(&versions).as_bytes());
        followed(&place);
        let expected = expected(&modules);
        let count = |row: &Value, name: &str| row[name].as_u64().expect("it is a count");
        let said: Counts = table(&place, "function_changes")
            .iter()
            .map(|row| {
                let name = row["name"].as_str().expect("it has a name");
                let figures = ["landings", "added_lines", "deleted_lines"];
                let [landings, added, deleted] = figures.map(|name| count(row, name));
                (name[1..].parse().ok(), (landings, added, deleted))
            })
            .collect();
        let standing = modules.last().expect("there is one").functions.keys();
        let wanted: Counts =
            standing.map(|&name| (Some(name), expected[&Some(name)])).collect();
        if said != wanted {
            return Err(format!("{said:?}, not {wanted:?}"));
        }
        let landings = table(&place, "function_landings");
        let sum = |name: &str| landings.iter().map(|row| count(row, name)).sum::<u64>();
        let outside = (sum("added_outside"), sum("deleted_outside"));
        let (_, added, deleted) = expected[&None];
        if outside != (added, deleted) || sum("added_not_parsed") > 0 {
            return Err(format!("{outside:?} outside, not {:?}", (added, deleted)));
        }
        Ok(())
    });
}

#[test]
fn lines_in_functions_and_outside_are_all_lines_that_each_landing_brought_in_or_removed()
{
    let columns_of = |rows: Vec<Value>, added: &[&str], deleted: &[&str]| {
        let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for row in rows {
            let sum = |columns: &[&str]| -> u64 {
                columns.iter().filter_map(|column| row[*column].as_u64()).sum()
            };
            let landing = row["landing"].as_str().expect("it is text").to_owned();
            let of = sums.entry(landing).or_default();
            *of = (of.0 + sum(added), of.1 + sum(deleted));
        }
        sums.retain(|_, sums| *sums != (0, 0));
        sums
    };
    for_seeds(20, |seed| {
        let place = Place::new();
        Repository::import(&place, "r", &random_history::stream(seed));
        followed(&place);
        let both = ["updated", "moved", "find_and_replaced", "reformatted"];
        let all = columns_of(
            table(&place, "line_operations"),
            &[&both[..], &["added", "copied", "no_op_added", "unknown_added"]].concat(),
            &[&both[..], &["deleted", "no_op_deleted"]].concat(),
        );
        let found = columns_of(
            table(&place, "function_landings"),
            &["added_in_functions", "added_outside", "added_not_parsed"],
            &["deleted_in_functions", "deleted_outside", "deleted_not_parsed"],
        );
        let first = found.keys().next();
        if first.is_none() || found.iter().any(|(landing, sums)| all[landing] != *sums) {
            return Err(format!("{found:?}, not {all:?}"));
        }
        Ok(())
    });
}
