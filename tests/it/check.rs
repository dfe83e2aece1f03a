//! Changes and what is said of them: the examples of every rule, and the same verdict
//! wherever it is asked for.

use std::fmt::Write as _;

use serde_json::Value;
use slopnexus::check::examples::Step;
use slopnexus::check::{Level, RULES};
use slopnexus::scan::change::{ChangeOptions, scan_change};

use crate::git::Repository;
use crate::harness::{Place, Run};

/// A stream of commits one after the other on a branch; the first one follows `from`.
pub(crate) fn commits(branch: &str, from: Option<&str>, steps: &[Step]) -> String {
    let mut stream = String::new();
    let mut from = from.map(|from| format!("from {from}\n"));
    for step in steps {
        let time = 1_767_225_600 + i64::from(step.day) * 86_400;
        let _ = write!(
            stream,
            "commit refs/heads/{branch}\ncommitter A <a@example.org> {time} +0000\ndata {}\n\
             {}\n{}deleteall\n",
            step.message.len(),
            step.message,
            from.take().unwrap_or_default(),
        );
        for (path, text) in &step.files {
            let _ =
                writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
    }
    stream
}

/// A history whose last step is a branch of its own, `change`, from `main`.
pub(crate) fn repository(place: &Place, name: &str, steps: &[Step]) -> Repository {
    let (last, before) = steps.split_last().expect("there is a change");
    let last = [last.clone()];
    let stream = commits("main", None, before)
        + &commits("change", Some("refs/heads/main"), &last);
    Repository::import(place, name, stream.as_bytes())
}

pub(crate) fn answer(run: &Run) -> Value {
    serde_json::from_slice(&run.stdout).unwrap_or_else(|why| {
        panic!("it is no JSON ({why}): {} {}", run.out(), run.stderr)
    })
}

pub(crate) fn check(place: &Place, name: &str, base: &str, head: &str) -> Run {
    place.run(["check", name, "--base", base, "--head", head, "--format", "json"])
}

/// The rules that have something against a change.
pub(crate) fn rules(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().expect("it is a list");
    let mut rules: Vec<String> = findings
        .iter()
        .filter(|finding| finding["standing"] == "counts")
        .map(|finding| finding["rule"].as_str().expect("it is a word").to_owned())
        .collect();
    rules.dedup();
    rules
}

#[test]
fn every_rule_is_broken_by_its_example_and_not_by_the_other() {
    for rule in RULES {
        for (example, breaks) in [(&rule.broken, true), (&rule.sound, false)] {
            let place = Place::new();
            let _repository = repository(&place, "app", &(example.history)());
            let run = check(&place, "app", "main", "change");
            let answer = answer(&run);
            assert_eq!(
                rules(&answer).contains(&rule.id.to_owned()),
                breaks,
                "{}: {} {answer:#}",
                rule.id,
                example.what
            );
            let is_broken = breaks && rule.level == Level::Error;
            assert_eq!(run.status, Some(i32::from(is_broken)), "{}", rule.id);
            assert_eq!(answer["complete"], true, "{}", rule.id);
        }
    }
}

#[test]
fn a_check_says_on_main_what_it_said_on_the_branch_cold_and_warm() {
    for rule in RULES {
        let place = Place::new();
        let steps = (rule.broken.history)();
        let repository = repository(&place, "app", &steps);
        let day = steps.last().expect("there is a change").day;
        let merge = format!(
            "commit refs/heads/merged\ncommitter B <b@example.org> {} +0000\ndata 5\nmerge\n\
             from refs/heads/main\nmerge refs/heads/change\ndeleteall\n",
            1_767_225_600 + i64::from(day + 3) * 86_400
        );
        let mut merge = merge;
        for (path, text) in &steps.last().expect("there is a change").files {
            let _ =
                writeln!(merge, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        }
        repository.git_with_input(["fast-import", "--quiet"], merge.as_bytes());
        let said = |base: &str, head: &str| {
            let run = check(&place, "app", base, head);
            (answer(&run)["findings"].clone(), run.status)
        };
        let cold = said("main", "change");
        assert_eq!(said("main", "change"), cold, "{}: again", rule.id);
        let tip = repository.words(["rev-parse", "merged", "merged^1"]);
        assert_eq!(said(&tip[1], &tip[0]), cold, "{}: on main", rule.id);
    }
}

#[test]
fn a_base_may_be_named_in_any_way_that_git_finds_a_commit_by() {
    let place = Place::new();
    let steps =
        &RULES.iter().find(|it| it.id == "returned-after-revert").expect("a rule").broken;
    let repository = repository(&place, "app", &(steps.history)());
    repository.git(["tag", "light", "main"]);
    repository.git([
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "tag",
        "-am",
        "x",
        "v1",
        "main",
    ]);
    repository.git(["update-ref", "refs/remotes/origin/main", "main"]);
    repository.git([
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/main",
    ]);
    let id = repository.words(["rev-parse", "main"]).remove(0);
    let names = [
        "main",
        "heads/main",
        "refs/heads/main",
        "light",
        "tags/v1",
        "v1",
        "v1^{}",
        "v1^{commit}",
        "origin/main",
        "origin",
        "change~1",
        "change^",
        "change~",
        "main^0",
        &id,
        &id[..7],
        &id[..12].to_ascii_uppercase(),
        "v1-0-gABBREV",
    ];
    for name in names {
        let name = name.replace("ABBREV", &id[..9]);
        let git = repository.words(["rev-parse", &format!("{name}^{{commit}}")]);
        assert_eq!(git, [id.as_str()], "{name}");
        let answer = answer(&check(&place, "app", &name, "change"));
        assert_eq!(answer["base"], id.as_str(), "{name}");
    }
    let older = repository.words(["rev-parse", "main~2"]).remove(0);
    assert_eq!(answer(&check(&place, "app", "v1~2", "change"))["base"], older.as_str());
}

#[test]
fn a_name_that_is_ambiguous_or_leads_nowhere_is_refused_with_the_reason() {
    let place = Place::new();
    let rule = RULES.iter().find(|it| it.id == "returned-after-revert").expect("a rule");
    let repository = repository(&place, "app", &(rule.broken.history)());
    repository.git(["tag", "main", "main~1"]);
    for (name, word) in [
        ("main", "ambiguous"),
        ("refs/heads/main~99", "no such parent"),
        ("refs/heads/main^2", "no such parent"),
        ("main..change", "range"),
        ("change@{1}", "reflogs"),
        (":/change", "names no commit"),
        ("nothing", "no branch, tag or commit"),
        ("--upload-pack=x", "no branch, tag or commit"),
        ("../../HEAD", "range"),
    ] {
        let base = format!("--base={name}");
        let run = place.run(["check", "app", base.as_str(), "--head", "change"]);
        run.refused(3, "E-BASE");
        assert!(run.stderr.contains(word), "{name}: {}", run.stderr);
    }
}

#[test]
fn what_is_parsed_of_the_base_changes_nothing_of_what_is_found() {
    for rule in RULES {
        for example in [&rule.broken, &rule.sound] {
            let place = Place::new();
            let repository = repository(&place, "app", &(example.history)());
            let found = |parses_all| {
                let options = ChangeOptions {
                    base: "main".to_owned(),
                    head: Some("change".to_owned()),
                    parses_all,
                    ..ChangeOptions::default()
                };
                let roots = [place.root().to_owned()];
                scan_change(&repository.path, &roots, &options, &|_| ())
                    .expect("it is sound")
            };
            assert_eq!(found(false), found(true), "{}: {}", rule.id, example.what);
        }
    }
}

#[test]
fn a_baseline_is_written_where_it_is_asked_for_and_only_gets_smaller() {
    let rule = RULES.iter().find(|it| it.id == "new-duplication").expect("a rule");
    let mut history = (rule.broken.history)();
    let baseline = |place: &Place, action: &str| {
        let arguments = ["baseline", action, "app", "--base", "main", "--head", "change"];
        place.run(arguments).ended(0).out()
    };
    let place = Place::new();
    let _first = repository(&place, "app", &history);
    let written = baseline(&place, "write");
    let lines: Vec<&str> =
        written.lines().filter(|it| it.contains("fingerprint")).collect();
    assert_eq!(lines.len(), 1, "{written}");
    assert!(
        lines[0].contains("\"rule\":\"new-duplication\",\"path\":\"app/new.py\""),
        "{written}"
    );
    assert_eq!(
        baseline(&place, "update").matches("fingerprint").count(),
        0,
        "nothing comes in"
    );
    for step in &mut history {
        step.files.push(("slopnexus-baseline.json", written.clone()));
    }
    let place = Place::new();
    let _second = repository(&place, "app", &history);
    let known = answer(&check(&place, "app", "main", "change").ended(0));
    assert_eq!(known["findings"][0]["standing"], "baselined", "{known:#}");
    assert_eq!(baseline(&place, "update"), written);
    let last = history[1].files.iter_mut().find(|(path, _)| *path == "app/new.py");
    last.expect("it is there").1 = "x = 1\n".to_owned();
    let place = Place::new();
    let _third = repository(&place, "app", &history);
    assert_eq!(baseline(&place, "update").matches("fingerprint").count(), 0);
}

#[test]
fn a_baseline_is_not_made_of_what_cannot_be_looked_at() {
    let place = Place::new();
    let rule = RULES.iter().find(|it| it.id == "todo-added").expect("a rule");
    let mut history = (rule.broken.history)();
    history[1].files.push(("app/odd.py", "x = '\0'\n".to_owned()));
    let _repository = repository(&place, "app", &history);
    let arguments = ["baseline", "write", "app", "--base", "main", "--head", "change"];
    place.run(arguments).refused(3, "E-UNANALYSED");
}

/// What the last of some steps, on a branch of its own, is told.
fn told(steps: &[Step]) -> Vec<String> {
    let place = Place::new();
    let _repository = repository(&place, "app", steps);
    rules(&answer(&check(&place, "app", "main", "change")))
}

fn step(day: u32, message: &str, files: &[(&'static str, String)]) -> Step {
    Step { day, message: message.to_owned(), files: files.to_vec() }
}

/// A function of Python with a comment above each of its lines.
fn explained(name: &str, n_lines: u32) -> String {
    let mut text = format!("def {name}(items):\n");
    for line in 0..n_lines {
        let _ = writeln!(text, "    # Because of {name}, reason {line}.");
        let _ = writeln!(text, "    items.put({name}_{line}(items))");
    }
    text
}

#[test]
fn a_landing_with_as_many_comments_as_code_is_seen_to_be_taken_back() {
    let before = explained("first", 10);
    let after = before.clone() + "\n\n" + &explained("second", 10);
    let steps = [
        step(0, "begin", &[("app/a.py", before.clone())]),
        step(5, "add the second", &[("app/a.py", after)]),
        step(8, "simplify", &[("app/a.py", before)]),
    ];
    assert_eq!(told(&steps), ["revert-of-fresh-work"]);
}

#[test]
fn a_landing_that_moved_code_is_taken_back_by_moving_it_back() {
    let (first, second) = (explained("first", 10), explained("second", 10));
    let both = first.clone() + "\n\n" + &second;
    let before = [("app/a.py", both), ("app/b.py", "import a\n".to_owned())];
    let after = [
        ("app/a.py", first),
        ("app/b.py", "import a\n\n\n".to_owned() + &second + "\n\nsecond(a.items)\n"),
    ];
    let steps = [
        step(0, "begin", &before),
        step(5, "move the second", &after),
        step(8, "simplify", &before),
    ];
    assert_eq!(told(&steps), ["revert-of-fresh-work"]);
}

#[test]
fn a_menu_in_another_language_is_data_and_a_copied_function_is_not() {
    let menu = |last: &str| {
        let mut text = "export const menu = {\n".to_owned();
        for part in 0..15 {
            let _ = writeln!(text, "  part{part}: [");
            for page in 0..3 {
                let name = format!("{part}-{page}");
                let _ = writeln!(text, "    {{ text: 'Page {name}', link: '/{name}' }},");
            }
            text += "  ],\n";
        }
        text + last + "};\n"
    };
    let code = |name: &str| {
        let mut text = format!("export function {name}(items) {{\n");
        for line in 0..18 {
            let _ = writeln!(text, "  items.put(step{line}(items, {line}));");
        }
        text + "}\n"
    };
    let before = [("app/en.ts", menu("")), ("app/run.ts", code("run"))];
    let translated = [before.as_slice(), &[("app/de.ts", menu("  last: 1,\n"))]].concat();
    let copied = [before.as_slice(), &[("app/go.ts", code("go"))]].concat();
    let change = |after: &[(&'static str, String)]| {
        told(&[step(0, "begin", &before), step(1, "change", after)])
    };
    assert_eq!(change(&translated), [""; 0]);
    assert_eq!(change(&copied), ["new-duplication"]);
}

#[test]
fn lines_that_moved_days_before_are_as_old_as_they_were() {
    let (first, second) = (explained("first", 10), explained("second", 40));
    let both = first.clone() + "\n\n" + &second;
    let rewritten = |text: String| {
        told(&[
            step(0, "begin", &[("app/a.py", both.clone())]),
            step(40, "cut it out", &[("app/a.py", first.clone()), ("app/b.py", text)]),
            step(
                45,
                "write it anew",
                &[("app/a.py", first.clone()), ("app/b.py", explained("third", 40))],
            ),
        ])
    };
    assert_eq!(rewritten(second.clone()), [""; 0]);
    assert_eq!(rewritten(explained("other", 40)), ["young-code-rewritten"]);
}
