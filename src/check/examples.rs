//! For each rule a change that breaks it and one that is like it and does not. A test makes
//! repositories of them and runs the program there; the page of rules shows the words.

use std::fmt::Write;

/// A history that ends with the change.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What the change does, in words.
    pub what: &'static str,
    /// The commits; the last one is the change.
    pub history: fn() -> Vec<Step>,
}

/// A commit, with all files as they stand then.
#[derive(Debug, Clone)]
pub struct Step {
    /// The day that it landed on.
    pub day: u32,
    /// Its message.
    pub message: String,
    /// Path and content.
    pub files: Vec<(&'static str, String)>,
}

type Files = Vec<(&'static str, String)>;

fn step(day: u32, message: &str, files: Files) -> Step {
    Step { day, message: message.to_owned(), files }
}

/// What stood, and what stands.
fn change(before: Files, after: Files) -> Vec<Step> {
    vec![step(0, "begin", before), step(1, "change", after)]
}

/// A function of Python of so many lines that are like no others.
fn function(name: &str, list: &str, of: &str, lines: u32) -> String {
    let mut text = format!("def {name}({list}):\n    total = 0\n");
    for line in 0..lines {
        let _ = writeln!(text, "    total += {of}_step_{line}({list}, total, {line})");
    }
    text + "    return total\n"
}

fn with(mut files: Files, path: &'static str, text: impl Into<String>) -> Files {
    files.retain(|(known, _)| *known != path);
    files.push((path, text.into()));
    files
}

fn project() -> Files {
    vec![
        ("app/core.py", function("collect", "orders", "core", 40)),
        ("app/other.py", function("spread", "points", "other", 40)),
        (
            "tests/test_core.py",
            "def test_collect():\n    assert collect([]) == 0\n".into(),
        ),
    ]
}

pub(super) const COPY: Example = Example {
    what: "A new file has a function of another one, which the change does not touch, under \
           other names.",
    history: || {
        let copy = function("gather", "bills", "core", 40);
        change(project(), with(project(), "app/new.py", copy))
    },
};

pub(super) const MOVE: Example = Example {
    what: "The same function goes to the new file.",
    history: || {
        let mut after = project();
        after[0].1 = "from app.new import collect\n".into();
        let moved = function("collect", "orders", "core", 40);
        change(project(), with(after, "app/new.py", moved))
    },
};

pub(super) const STUB: Example = Example {
    what: "`def export(self): raise NotImplementedError`, in a class of its own.",
    history: || {
        let text =
            "class Report:\n    def export(self):\n        raise NotImplementedError\n";
        change(project(), with(project(), "app/report.py", text))
    },
};

pub(super) const ABSTRACT: Example = Example {
    what: "The same below `@abstractmethod`.",
    history: || {
        let text = "from abc import ABC, abstractmethod\n\n\nclass Report(ABC):\n    \
                    @abstractmethod\n    def export(self):\n        raise NotImplementedError\n";
        change(project(), with(project(), "app/report.py", text))
    },
};

pub(super) const SWALLOWED: Example = Example {
    what: "`try: send(order)` with `except Exception: pass`.",
    history: || {
        let text = "def save(order):\n    try:\n        send(order)\n    except Exception:\n        \
                    pass\n";
        change(project(), with(project(), "app/save.py", text))
    },
};

pub(super) const HANDLED: Example = Example {
    what: "The same, where the handler logs the failure and raises it again.",
    history: || {
        let text = "def save(order):\n    try:\n        send(order)\n    except Exception:\n        \
                    log(order)\n        raise\n";
        change(project(), with(project(), "app/save.py", text))
    },
};

pub(super) const TODO: Example = Example {
    what: "`# TODO: currencies`",
    history: || {
        let text = "def price(order):\n    # TODO: currencies\n    return order.price\n";
        change(project(), with(project(), "app/price.py", text))
    },
};

pub(super) const NO_TODO: Example = Example {
    what: "`# Prices are in euros.`",
    history: || {
        let text =
            "def price(order):\n    # Prices are in euros.\n    return order.price\n";
        change(project(), with(project(), "app/price.py", text))
    },
};

/// Conditions one in another.
fn knot(depth: u32, last: &str) -> String {
    let mut text = "def decide(order):\n".to_owned();
    for level in 0..depth {
        let indent = "    ".repeat(level as usize + 1);
        let _ = writeln!(text, "{indent}if order.level_{level}:");
    }
    let _ = writeln!(text, "{}{last}", "    ".repeat(depth as usize + 1));
    text
}

pub(super) const KNOT: Example = Example {
    what: "Seven conditions one in another, where there were two.",
    history: || {
        let before = with(project(), "app/decide.py", knot(2, "return 1"));
        change(before, with(project(), "app/decide.py", knot(7, "return 1")))
    },
};

pub(super) const OLD_KNOT: Example = Example {
    what: "An eighth condition in a function that had seven, and was as bad before: it adds \
           8, and 10 may be added.",
    history: || {
        let before = with(project(), "app/decide.py", knot(7, "return 1"));
        change(before, with(project(), "app/decide.py", knot(8, "return 1")))
    },
};

pub(super) const LONG: Example = Example {
    what: "A new function of 122 lines.",
    history: || {
        let text = function("everything", "orders", "long", 119);
        change(project(), with(project(), "app/long.py", text))
    },
};

pub(super) const OLD_LONG: Example = Example {
    what: "Ten more lines in it.",
    history: || {
        let text = |lines| function("everything", "orders", "long", lines);
        let before = with(project(), "app/long.py", text(119));
        change(before, with(project(), "app/long.py", text(129)))
    },
};

/// A function is added, and rewritten after so many days.
fn rewritten(days: u32) -> Vec<Step> {
    let added = with(project(), "app/new.py", function("draft", "items", "draft", 40));
    let after = with(project(), "app/new.py", function("draft", "items", "again", 40));
    vec![
        step(0, "begin", project()),
        step(100, "add a draft", added.clone()),
        step(100 + days, "elsewhere", with(added, "app/else.py", "VALUE = 1\n")),
        step(101 + days, "change", with(after, "app/else.py", "VALUE = 1\n")),
    ]
}

pub(super) const YOUNG: Example = Example {
    what: "Forty lines that landed five days ago are written anew.",
    history: || rewritten(5),
};

pub(super) const SETTLED: Example =
    Example { what: "The same after a month.", history: || rewritten(30) };

/// A function is added, and taken back after so many days.
fn taken_back(days: u32) -> Vec<Step> {
    let added = with(project(), "app/new.py", function("draft", "items", "draft", 40));
    let elsewhere = |files| with(files, "app/else.py", "VALUE = 1\n");
    vec![
        step(0, "begin", project()),
        step(100, "add a draft", added.clone()),
        step(100 + days, "elsewhere", elsewhere(added)),
        step(101 + days, "Revert \"add a draft\"", elsewhere(project())),
    ]
}

pub(super) const TAKEN_BACK: Example = Example {
    what: "`Revert \"add a draft\"`, five days after that landed.",
    history: || taken_back(5),
};

pub(super) const TAKEN_BACK_LATE: Example =
    Example { what: "The same after a month.", history: || taken_back(30) };

pub(super) const RETURNED: Example = Example {
    what: "A function that was taken back three days ago comes back in a commit that says \
           `improve things`.",
    history: || {
        let mut history = taken_back(5);
        let files = history[2].files.clone();
        history.push(step(109, "improve things", files));
        history
    },
};

pub(super) const OTHER_AFTER_REVERT: Example = Example {
    what: "Another function comes after it was taken back.",
    history: || {
        let mut history = taken_back(5);
        let other = function("draft", "items", "fresh", 40);
        let files = with(history[3].files.clone(), "app/new.py", other);
        history.push(step(109, "improve things", files));
        history
    },
};

pub(super) const UNTESTED: Example = Example {
    what: "A new function of 63 lines, and no test.",
    history: || {
        let text = function("feature", "orders", "feature", 60);
        change(project(), with(project(), "app/feature.py", text))
    },
};

pub(super) const TESTED: Example = Example {
    what: "The same with one test.",
    history: || {
        let text = function("feature", "orders", "feature", 60);
        let after = with(project(), "app/feature.py", text);
        let test = "def test_feature():\n    assert feature([]) == 0\n";
        change(project(), with(after, "tests/test_feature.py", test))
    },
};

pub(super) const GIANT: Example = Example {
    what: "1,103 lines of code in one new file.",
    history: || {
        let text = function("giant", "orders", "giant", 1_100);
        change(project(), with(project(), "app/giant.py", text))
    },
};

pub(super) const BIG_DATA: Example = Example {
    what: "2,000 lines of a table in a CSV file.",
    history: || {
        let mut text = String::new();
        for row in 0..2_000 {
            let _ = writeln!(text, "{row},a,b");
        }
        change(project(), with(project(), "app/table.csv", text))
    },
};

/// A change that brings a file of somebody else's code.
fn vendored(attributes: &str) -> Vec<Step> {
    let before = with(project(), ".gitattributes", attributes);
    let text = function("other", "items", "vendored", 400);
    change(before.clone(), with(before, "vendor/library.py", text))
}

pub(super) const GENERATED: Example =
    Example { what: "403 lines in `vendor/`.", history: || vendored("*.png binary\n") };

pub(super) const MARKED_GENERATED: Example = Example {
    what: "The same, where `.gitattributes` said `vendor/** linguist-vendored` before.",
    history: || vendored("vendor/** linguist-vendored\n"),
};

/// A dependency is added, and what becomes of the lock file.
fn dependency(lock: &str) -> Vec<Step> {
    let manifest =
        |list: &str| format!("[package]\nname = \"app\"\n\n[dependencies]\n{list}");
    let before = with(project(), "Cargo.toml", manifest("log = \"0.4\"\n"));
    let before = with(before, "Cargo.lock", "version = 4\n");
    let after =
        with(before.clone(), "Cargo.toml", manifest("log = \"0.4\"\nrand = \"0.9\"\n"));
    change(before, with(after, "Cargo.lock", lock))
}

pub(super) const NO_LOCK: Example = Example {
    what: "`Cargo.toml` asks for `rand`, and `Cargo.lock` is as it was.",
    history: || dependency("version = 4\n"),
};

pub(super) const WITH_LOCK: Example = Example {
    what: "Both change.",
    history: || {
        dependency("version = 4\n\n[[package]]\nname = \"rand\"\nversion = \"0.9.0\"\n")
    },
};

/// A library for dates is added.
fn dates(others: &str) -> Vec<Step> {
    let manifest = |list: &str| format!("{{\"dependencies\": {{{list}}}}}\n");
    let before = with(project(), "package.json", manifest(others));
    let list = [others, "\"dayjs\": \"1\""].join(", ");
    change(before.clone(), with(before, "package.json", manifest(&list)))
}

pub(super) const SECOND_LIBRARY: Example = Example {
    what: "`dayjs` in a project that has `moment`.",
    history: || dates("\"moment\": \"2\""),
};

pub(super) const FIRST_LIBRARY: Example = Example {
    what: "`dayjs` in a project that has no library for dates.",
    history: || dates("\"express\": \"5\""),
};
