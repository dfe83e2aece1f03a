//! Small repositories that become large when they are read.

use super::objects_by_hand::{self as hand, Id};
use super::{gaps, report, says, small};
use crate::git::Repository;
use crate::harness::{Place, Run, finish};

/// Runs the program under a limit that a shell can set; the worker has it as well.
#[track_caller]
pub(super) fn limited(place: &Place, limit: &str, arguments: &[&str]) -> Run {
    let program = place.command(arguments);
    let mut command = std::process::Command::new("/bin/sh");
    command
        .args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(place.root())
        .env_clear()
        .env("HOME", place.path("home"))
        .env("NO_COLOR", "1")
        .env("SLOPNEXUS_NO_CACHE", "true")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    finish(&mut command, b"", place.root())
}

/// Puts commits of these trees on top of the branch.
fn commit_all(repository: &Repository, trees: &[Id]) {
    let mut tip = hand::id(&repository.tip());
    for (number, tree) in (20..).zip(trees) {
        tip = hand::commit(repository, tree, &[tip], number);
    }
    hand::set_branch(repository, &tip);
}

/// A tree of ten times the same tree of ten times the same, and so on: its one file
/// stands in it 10^`levels` times.
fn bomb(repository: &Repository, content: &[u8], levels: u32) -> Id {
    let names: Vec<Vec<u8>> =
        (0..10).map(|name| format!("d{name}").into_bytes()).collect();
    let mut id = hand::loose(repository, "blob", content);
    let mut mode = "100644";
    for _ in 0..levels {
        let entries: Vec<_> =
            names.iter().map(|name| (mode, name.as_slice(), id)).collect();
        id = hand::loose(repository, "tree", &hand::tree(&entries));
        mode = "40000";
    }
    id
}

#[test]
fn a_tree_that_unfolds_to_billions_is_left_out() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let trees = [b"let a;\n", b"let b;\n"].map(|text| bomb(&repository, text, 10));
    commit_all(&repository, &trees);
    let arguments = ["report", "r", "--format", "json", "--jobs", "2"];
    // The grammars alone take 60 MB of it.
    let run = limited(&place, "ulimit -v 800000", &arguments).ended(0);
    let report = serde_json::from_slice(&run.stdout).expect("the report is JSON");
    says(&report, "W-SIZE", false);
}

#[test]
fn a_path_of_thousands_of_directories_is_left_out() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let trees = [b"let a;\n", b"let b;\n"].map(|text| {
        let blob = hand::loose(&repository, "blob", text);
        let tree = |mode, name: &[u8], id| {
            hand::loose(&repository, "tree", &hand::tree(&[(mode, name, id)]))
        };
        let bottom = tree("100644", b"end.rs", blob);
        (0..5_000).fold(bottom, |below, _| tree("40000", b"d", below))
    });
    commit_all(&repository, &trees);
    says(&report(&place, "r"), "W-SIZE", false);
}

#[test]
fn a_directory_of_100_000_entries_is_read() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let [one, two] =
        [b"let a;\n", b"let b;\n"].map(|text| hand::loose(&repository, "blob", text));
    let names: Vec<Vec<u8>> =
        (0..100_000).map(|name| format!("f{name:06}.rs").into_bytes()).collect();
    let with = |changed: usize| {
        let entries: Vec<_> = (0..)
            .zip(&names)
            .map(|(number, name)| {
                let id = if number < changed { two } else { one };
                ("100644", name.as_slice(), id)
            })
            .collect();
        hand::loose(&repository, "tree", &hand::tree(&entries))
    };
    commit_all(&repository, &[0, 1, 30_000].map(with));
    let report = report(&place, "r");
    assert!(gaps(&report).is_empty(), "{:?}", gaps(&report));
    let lines = place.run(["lines", "r"]).ended(0).stdout;
    let n_lines = lines.iter().filter(|&&byte| byte == b'\n').count();
    assert_eq!(n_lines, 100_000);
}

/// Six kilobytes that begin a comment of another language over and over: the parser's
/// search for a way out takes memory by the square of that.
#[test]
fn a_file_that_takes_the_memory_of_the_parser_costs_the_parsing_alone() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let bomb = hand::loose(&repository, "blob", &b"/*\n".repeat(4_000));
    let plain = hand::loose(&repository, "blob", b"let a;\n");
    let entries: [(&str, &[u8], Id); 2] =
        [("100644", b"a.rs", plain), ("100644", b"bomb.py", bomb)];
    let tree = hand::loose(&repository, "tree", &hand::tree(&entries));
    commit_all(&repository, &[tree]);
    let arguments = ["report", "r", "--format", "json", "--jobs", "1"];
    let run = limited(&place, "ulimit -v 2000000", &arguments).ended(0);
    let report = serde_json::from_slice(&run.stdout).expect("the report is JSON");
    says(&report, "W-PARSER", false);
}

/// 100,000 brackets in each other, the brackets on many lines.
#[test]
fn code_nested_too_deep_to_look_at_is_said() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let brackets = |bracket: &str| format!("{}\n", bracket.repeat(50)).repeat(2_000);
    let nested = format!("{}1\n{}", brackets("("), brackets(")"));
    let code = format!("fn f() {{\n{nested}}}\n");
    let file = hand::loose(&repository, "blob", code.as_bytes());
    let tree = hand::loose(
        &repository,
        "tree",
        &hand::tree(&[("100644", b"a.rs".as_slice(), file)]),
    );
    commit_all(&repository, &[tree]);
    says(&report(&place, "r"), "W-PARSER", false);
}

/// They are one object: what is true of one is true of all, and nothing is compared with
/// each of the others.
#[test]
fn ten_thousand_files_of_the_same_bytes_are_read_within_the_limits() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let code: String = (0..20).map(|at| format!("let a{at} = first({at});\n")).collect();
    let one = hand::loose(&repository, "blob", code.as_bytes());
    let other = hand::loose(&repository, "blob", (code + "let b = 1;\n").as_bytes());
    let tree = |prefix: &str, blob| {
        let names: Vec<Vec<u8>> = (0..10_000)
            .map(|name| format!("{prefix}{name:05}.rs").into_bytes())
            .collect();
        let entries: Vec<_> =
            names.iter().map(|name| ("100644", name.as_slice(), blob)).collect();
        hand::loose(&repository, "tree", &hand::tree(&entries))
    };
    // They come, all are renamed, and all are changed at once.
    commit_all(&repository, &[tree("f", one), tree("g", one), tree("g", other)]);
    let arguments = ["report", "r", "--format", "json", "--jobs", "2"];
    let run = limited(&place, "ulimit -v 2000000", &arguments).ended(0);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    for code in gaps(&report).keys() {
        let is_limit = ["W-SEARCH", "W-SIZE"].contains(&code.as_str());
        assert!(is_limit, "{:?}", gaps(&report));
    }
    let lines = place.run(["lines", "r"]).ended(0).stdout;
    assert_eq!(lines.iter().filter(|&&byte| byte == b'\n').count(), 210_000);
}
