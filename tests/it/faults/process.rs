//! Trouble with the system: signals, lost workers, limits, full disks, closed pipes.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::bombs::limited;
use super::{answer, small, stream};
use crate::git::Repository;
use crate::harness::Place;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A repository that takes long enough to be read for something to happen meanwhile.
fn slow(place: &Place, name: &str) -> Repository {
    Repository::import(place, name, &stream(600, 4_000))
}

/// The program at work, and the worker it has started, which is stopped.
struct AtWork {
    program: Child,
    worker: u32,
}

impl AtWork {
    /// Starts the program and stops its worker as soon as it is there: from then on
    /// nothing happens until something is done about it.
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut command = place.command(arguments);
        let program = command.spawn().expect("the program was built");
        let start = Instant::now();
        let worker = loop {
            if let Some(worker) = child_of(program.id()) {
                break worker;
            }
            assert!(start.elapsed() < PATIENCE, "no worker was started");
            thread::yield_now();
        };
        signal("STOP", worker);
        Self { program, worker }
    }

    /// What the program came to: its exit status, or a signal, and its standard error.
    fn end(mut self) -> (Option<i32>, Option<i32>, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.program.try_wait().expect("it is our child") {
                break status;
            }
            if start.elapsed() > PATIENCE {
                self.program.kill().expect("it is our child");
                panic!("hangs");
            }
            thread::yield_now();
        };
        let mut text = String::new();
        let mut stderr = self.program.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut text).expect("messages are text");
        (status.code(), status.signal(), text)
    }
}

/// The process that `parent` has started, once it is a worker.
fn child_of(parent: u32) -> Option<u32> {
    let processes = fs::read_dir("/proc").expect("the system has a process table");
    let mut ids =
        processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.find(|id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let of_parent =
            after_name.split_ascii_whitespace().nth(1) == Some(&parent.to_string());
        let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        of_parent && command.ends_with(b"\0worker\0")
    })
}

fn signal(name: &str, process: u32) {
    assert!(send(name, process), "{name} to {process}");
}

/// Aborts a process that is stopped. Whether it ends at once or when it goes on depends on
/// the system: there may be nobody left to go on.
fn abort_stopped(process: u32) {
    signal("ABRT", process);
    send("CONT", process);
}

/// Whether there was a process to send it to.
fn send(name: &str, process: u32) -> bool {
    let sent = Command::new("/bin/sh")
        .args(["-c", &format!("kill -{name} {process}")])
        .stderr(Stdio::null())
        .status();
    sent.expect("there is a shell").success()
}

/// Waits until a process is gone or dead.
#[track_caller]
fn must_end(process: u32) {
    let start = Instant::now();
    loop {
        let stat =
            fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        if matches!(after_name.split_ascii_whitespace().next(), None | Some("Z" | "X")) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "it goes on");
        thread::yield_now();
    }
}

#[test]
fn a_signal_ends_the_run_with_its_worker_and_without_half_a_file() {
    let place = super::fresh();
    let _repository = slow(&place, "r");
    fs::create_dir(place.path("out")).expect("the place is ours");
    for (name, status) in [("TERM", 143), ("INT", 130)] {
        for command in [
            &["report", "r", "--format", "json", "--output", "out/x"][..],
            &["lines", "r", "--output", "out/x"],
            &["doctor", "r"],
        ] {
            let at_work = AtWork::start(&place, command);
            let worker = at_work.worker;
            signal(name, at_work.program.id());
            let (code, _, said) = at_work.end();
            assert_eq!(code, Some(status), "{name} {command:?}: {said}");
            must_end(worker);
            let left = fs::read_dir(place.path("out")).expect("it is there").count();
            assert_eq!(left, 0, "{name} {command:?}");
        }
    }
}

#[test]
fn a_worker_that_is_killed_is_an_incomplete_repository() {
    let place = super::fresh();
    let _repository = slow(&place, "r");
    let at_work = AtWork::start(&place, &["report", "r"]);
    signal("KILL", at_work.worker);
    let (code, _, said) = at_work.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("ended by signal 9"), "{said}");
    assert!(said.contains("[E-WORKER]"), "{said}");
    let at_work = AtWork::start(&place, &["report", "r", "--no-syntax"]);
    let worker = at_work.worker;
    abort_stopped(worker);
    let (code, _, said) = at_work.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("ended by signal 6 (aborted)"), "{said}");
}

#[test]
fn a_worker_that_aborts_while_it_may_parse_is_asked_again_without() {
    let place = super::fresh();
    let _repository = slow(&place, "r");
    let at_work = AtWork::start(&place, &["report", "r"]);
    let worker = at_work.worker;
    abort_stopped(worker);
    let (code, _, said) = at_work.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("nothing was parsed"), "{said}");
    assert!(said.contains("signal 6 (aborted)"), "{said}");
}

#[test]
fn one_lost_worker_does_not_take_the_others_down() {
    let place = super::fresh();
    fs::create_dir(place.path("all")).expect("the place is ours");
    let _slow = slow(&place, "all/a");
    let _small = small(&place, "all/b");
    let arguments =
        ["report", "all", "--jobs", "1", "--format", "json", "--output", "report.json"];
    let at_work = AtWork::start(&place, &arguments);
    signal("KILL", at_work.worker);
    let (code, _, said) = at_work.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("[W-WORKER]"), "{said}");
    let report = fs::read(place.path("report.json")).expect("it was written");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    super::says(&report, "W-WORKER", false);
    assert_eq!(report["repositories"].as_array().expect("a list").len(), 1);
}

#[test]
fn a_worker_that_rests_a_little_changes_nothing() {
    let place = super::fresh();
    let _repository = slow(&place, "r");
    let control = place.run(["lines", "r"]).ended(0);
    let at_work = AtWork::start(&place, &["lines", "r", "--output", "lines.tsv"]);
    signal("CONT", at_work.worker);
    let (code, _, said) = at_work.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        fs::read(place.path("lines.tsv")).expect("it was written"),
        control.stdout
    );
}

#[test]
#[ignore = "waits for half a minute: that is how long a worker may show no progress"]
fn a_worker_that_hangs_is_ended() {
    let place = super::fresh();
    let _repository = slow(&place, "r");
    let at_work = AtWork::start(&place, &["report", "r"]);
    let worker = at_work.worker;
    let (code, _, said) = at_work.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("no progress"), "{said}");
    must_end(worker);
}

#[test]
fn a_worker_ends_when_its_parent_is_killed() {
    let place = super::fresh();
    let _repository = slow(&place, "r");
    place.write("report.txt", "the old one");
    let at_work = AtWork::start(
        &place,
        &["report", "r", "--output", "report.txt", "--format", "text"],
    );
    let worker = at_work.worker;
    signal("KILL", at_work.program.id());
    let (_, by, _) = at_work.end();
    assert_eq!(by, Some(9));
    send("CONT", worker);
    must_end(worker);
    let report = fs::read(place.path("report.txt")).expect("it is still there");
    assert_eq!(report, b"the old one");
}

#[test]
fn a_worker_that_is_told_nonsense_ends() {
    let place = super::fresh();
    for input in [
        &b""[..],
        b"nonsense",
        &[0xff; 64],
        &[0, 0, 0, 0],
        &[3, 0, 0, 0, 1],
        &[4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
    ] {
        place.run_with_input(["worker"], input).refused(3, "[E-WORKER]");
    }
}

#[test]
fn a_full_disk_is_an_error_of_one_line() {
    let place = super::fresh();
    let _repository = small(&place, "r");
    for arguments in [
        &["report", "r"][..],
        &["lines", "r"],
        &["doctor", "r"],
        &["limits"],
        &["--help"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = place.command(arguments);
        command.stdout(full.expect("the system has one"));
        let output = command.output().expect("the program was built");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("[E-OUTPUT]"), "{said}");
    }
}

#[test]
fn standard_output_that_is_closed_is_no_panic() {
    let place = super::fresh();
    let _repository = small(&place, "r");
    for close in [">&-", "2>&-", ">&- 2>&-", "<&-"] {
        let run = limited(&place, &format!("exec {close}"), &["report", "r"]);
        assert!(matches!(run.status, Some(0 | 3)), "{close}: {:?}", run.status);
        assert!(!run.stderr.contains("panicked"), "{close}: {}", run.stderr);
    }
}

#[test]
fn a_limit_on_the_size_of_files_leaves_the_old_answer() {
    let place = super::fresh();
    let _repository = small(&place, "r");
    fs::create_dir(place.path("out")).expect("the place is ours");
    place.write("out/x", "the old one");
    for arguments in [
        &["report", "r", "--format", "json", "--output", "out/x"][..],
        &["lines", "r", "--output", "out/x"],
    ] {
        limited(&place, "ulimit -f 1", arguments).refused(3, "[E-OUTPUT]");
        assert_eq!(fs::read(place.path("out/x")).expect("it is there"), b"the old one");
        let left = fs::read_dir(place.path("out")).expect("it is there").count();
        assert_eq!(left, 1, "nothing else is left there");
    }
    limited(&place, "ulimit -f 1", &["facts", "r", "--output", "tables"])
        .refused(3, "[E-OUTPUT]");
}

/// A real full disk: a file system of its own, of 64 KiB.
#[test]
fn a_disk_that_fills_up_leaves_the_old_answer() {
    let place = super::fresh();
    let _repository = Repository::import(&place, "r", &stream(40, 1_000));
    fs::create_dir(place.path("disk")).expect("the place is ours");
    let program = place.command(["lines", "r", "--output", "disk/x"]);
    let script = format!(
        "mount -t tmpfs -o size=64k none disk && echo old > disk/x || exit 99\n\
         {} lines r --output disk/x; status=$?; ls -A disk; cat disk/x; exit $status",
        program.get_program().to_string_lossy()
    );
    let run = Command::new("unshare")
        .args(["-Urm", "/bin/sh", "-c", &script])
        .current_dir(place.root())
        .stdin(Stdio::null())
        .output();
    let Ok(run) = run else {
        super::skipped("there is no unshare");
        return;
    };
    let (said, shown) =
        (String::from_utf8_lossy(&run.stderr), String::from_utf8_lossy(&run.stdout));
    if run.status.code() == Some(99) || said.contains("unshare failed") {
        super::skipped("no file system can be mounted here");
        return;
    }
    assert_eq!(run.status.code(), Some(3), "{said}");
    assert!(said.contains("[E-OUTPUT]"), "{said}");
    assert_eq!(shown, "x\nold\n", "{said}");
}

#[test]
fn an_answer_is_not_written_through_a_link() {
    let place = super::fresh();
    let _repository = small(&place, "r");
    let precious = place.write("precious", "keep me");
    for target in [precious.clone(), place.path("gone")] {
        fs::remove_file(place.path("link")).ok();
        symlink(target, place.path("link")).expect("the place is ours");
        for arguments in [
            &["report", "r", "--format", "json", "--output", "link"][..],
            &["lines", "r", "--output", "link"],
        ] {
            place.run(arguments).refused(3, "[E-OUTPUT]");
        }
    }
    assert_eq!(fs::read(precious).expect("it is there"), b"keep me");
    assert!(!place.path("gone").exists(), "it was written through the link");
}

/// Whatever is short, the answer is the same or it is said that there is none.
#[track_caller]
fn check_short(limits: &[&str]) {
    let place = super::fresh();
    let repository = small(&place, "r");
    repository.git(["repack", "-dq"]);
    let control = answer(&place, "r").lines;
    for limit in limits {
        let run = limited(&place, limit, &["lines", "r", "--exact"]);
        match run.status {
            Some(0) if run.stderr.is_empty() => assert!(run.stdout == control, "{limit}"),
            Some(0) => assert!(run.stderr.contains("[W-"), "{limit}: {}", run.stderr),
            Some(3) => assert!(run.stderr.contains("[E-"), "{limit}: {}", run.stderr),
            other => panic!("{limit}: {other:?}: {}", run.stderr),
        }
    }
}

#[test]
fn few_open_files_are_enough_or_an_error() {
    check_short(&[
        "ulimit -n 8",
        "ulimit -n 10",
        "ulimit -n 12",
        "ulimit -n 16",
        "ulimit -n 64",
    ]);
}

#[test]
fn little_memory_is_enough_or_an_error() {
    // With less, threads of the standard library may find no room for their own stacks,
    // and end the process before any code of ours runs in them.
    check_short(&["ulimit -v 200000", "ulimit -v 300000", "ulimit -v 1000000"]);
}

#[test]
fn a_small_stack_is_enough_or_an_error() {
    check_short(&["ulimit -s 64", "ulimit -s 512"]);
}
