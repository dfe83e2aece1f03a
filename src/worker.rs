//! One repository, one process. What reads it may hang or be ended by the system, and a
//! truncated pack ends the process that maps it; safe Rust around them can prevent
//! neither. So the repository is opened by a worker, our own program run again, and
//! what happens to it is one line in the answer of the parent.
//!
//! The worker is told what to do on its standard input, which then stays open: when it
//! ends, the parent is gone. It answers in frames: a length, a kind, the content.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Exit};
use crate::facts::{FACTS_VERSION, Facts};
use crate::limits;
use crate::lines::schedule::Progress;
use crate::problem::GapKind;
use crate::scan::change::{self, CHANGE_VERSION, ChangeFacts, ChangeOptions};
use crate::scan::{self, ScanOptions};
use crate::untrusted::Untrusted;

/// The hidden command that makes the program a worker.
pub const WORKER_COMMAND: &str = "worker";

/// What a worker is told.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    path: Vec<u8>,
    roots: Vec<Vec<u8>>,
    job: Job,
}

/// What there is to find out.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Job {
    /// Everything about a repository.
    Facts(Box<ScanOptions>),
    /// What a change does.
    Change(ChangeOptions),
}

/// What was found out.
#[derive(Debug, Serialize, Deserialize)]
enum Found {
    Facts(Box<Facts>),
    Change(Box<ChangeFacts>),
}

/// What a worker is for.
#[derive(Debug, Clone, Copy)]
pub struct Task<'t> {
    /// The repository.
    pub path: &'t Path,
    /// What was asked for: the repository may lead nowhere outside.
    pub roots: &'t [PathBuf],
    /// How to read it.
    pub options: &'t ScanOptions,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
enum Frame {
    /// It has come this far: stage, done, of how many.
    Progress(u8, u64, u64),
    /// It is done.
    Done(Found),
    /// It cannot go on.
    Failed {
        what: String,
        place: Option<Untrusted>,
        why: String,
        hint: String,
        code: String,
    },
}

/// Runs as a worker: reads the order from `input`, writes frames to `output`.
///
/// # Errors
///
/// When the parent went away.
pub fn serve(
    mut input: impl Read + Send + 'static,
    output: impl Write + Send,
) -> io::Result<()> {
    let order: Order = read_frame(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let output = Mutex::new(output);
    let no_threads = || {
        let hint = "raise the limits on memory and processes";
        let why = "the system refused";
        last_frame(Err(Error::input("E-THREADS", "cannot start threads", why, hint)))
    };
    if end_with_parent(input).is_err() {
        return send(&output, &no_threads());
    }
    let stage = AtomicU64::new(0);
    let done = AtomicU64::new(0);
    let total = AtomicU64::new(0);
    let finished = AtomicBool::new(false);
    let note = |progress: Progress| {
        let (at, now, of) = match progress {
            Progress::Commits(now) => (0, now, 0),
            Progress::Compared(now, of) => (1, now, of),
            Progress::Placed(now, of) => (2, now, of),
            Progress::Versions(now, of) => (3, now, of),
            Progress::Classified(now, of) => (4, now, of),
            Progress::Parsed(now, of) => (5, now, of),
            Progress::Moves(now, of) => (6, now, of),
            Progress::Settled(now) => (7, now, 0),
            Progress::Records(now) => (8, now, 0),
        };
        stage.store(at, Ordering::Relaxed);
        done.store(now, Ordering::Relaxed);
        total.store(of, Ordering::Relaxed);
    };
    let beat = || {
        let mut last = None;
        while !finished.load(Ordering::Relaxed) {
            let now =
                [&stage, &done, &total].map(|counter| counter.load(Ordering::Relaxed));
            if last != Some(now) {
                last = Some(now);
                let stage = u8::try_from(now[0]).unwrap_or(u8::MAX);
                if send(&output, &Frame::Progress(stage, now[1], now[2])).is_err() {
                    return;
                }
            }
            std::thread::park_timeout(Duration::from_millis(200));
        }
    };
    std::thread::scope(|threads| {
        let Ok(heart) = std::thread::Builder::new().spawn_scoped(threads, beat) else {
            return send(&output, &no_threads());
        };
        let result = {
            let _end = EndOfWork(&finished);
            work(&order, &note)
        };
        heart.thread().unpark();
        send(&output, &last_frame(result))
    })
}

fn work(order: &Order, note: &(dyn Fn(Progress) + Sync)) -> Result<Found, Error> {
    let path = path_of(&order.path);
    let roots: Vec<PathBuf> = order.roots.iter().map(|root| path_of(root)).collect();
    match &order.job {
        Job::Facts(options) => scan::scan(&path, &roots, options, note)
            .map(|facts| Found::Facts(Box::new(facts))),
        Job::Change(options) => change::scan_change(&path, &roots, options, note)
            .map(|facts| Found::Change(Box::new(facts))),
    }
}

/// Tells the heart to stop, also when the work ends in a panic.
struct EndOfWork<'f>(&'f AtomicBool);

impl Drop for EndOfWork<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Ends the process when the parent's end of the pipe closes: there is nobody left to
/// answer, and a hung library would keep it for ever.
fn end_with_parent(mut input: impl Read + Send + 'static) -> io::Result<()> {
    let wait = move || {
        let mut rest = [0];
        while matches!(input.read(&mut rest), Ok(1)) {}
        #[expect(clippy::disallowed_methods, reason = "the parent is gone")]
        std::process::exit(Exit::Input as i32);
    };
    std::thread::Builder::new().spawn(wait).map(drop)
}

fn last_frame(result: Result<Found, Error>) -> Frame {
    match result {
        Ok(found) => Frame::Done(found),
        Err(error) => Frame::Failed {
            what: error.what,
            place: error.place,
            why: error.why,
            hint: error.hint,
            code: error.code.to_owned(),
        },
    }
}

fn send(output: &Mutex<impl Write>, frame: &Frame) -> io::Result<()> {
    let mut output = output.lock().map_err(|_| io::ErrorKind::BrokenPipe)?;
    write_frame(&mut *output, frame)
}

fn write_frame(output: &mut impl Write, content: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(content).map_err(io::Error::other)?;
    let len = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    output.write_all(&len.to_le_bytes())?;
    output.write_all(&bytes)?;
    output.flush()
}

/// Reads one frame; `None` at a clean end.
fn read_frame<T: for<'d> Deserialize<'d>>(
    input: &mut impl Read,
) -> io::Result<Option<T>> {
    let mut len = [0; 4];
    match input.read_exact(&mut len) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let len = u64::from(u32::from_le_bytes(len));
    if len > limits::FRAME_BYTES.value {
        return Err(io::Error::other("a frame is over the limit"));
    }
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    if crate::units::len_to_u64(bytes.len()) < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
}

/// Has a worker find out everything about a repository.
///
/// # Errors
///
/// What the worker could not do, or what became of the worker: ended by a signal, no
/// progress for too long, too much memory, or `stop` was set.
pub fn run(
    task: Task<'_>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Facts, Error> {
    let attempt = |options: &ScanOptions, progress: &mut dyn FnMut(Progress)| {
        let job = Job::Facts(Box::new(options.clone()));
        match attempt((task.path, task.roots), job, stop, progress)? {
            Found::Facts(facts) => checked(*facts),
            Found::Change(_) => Err(lost("it answered another question")),
        }
    };
    let result = attempt(task.options, progress);
    let parses = task.options.syntax || task.options.parsed_days.is_some();
    let failure = match &result {
        Err(error) if error.code == FAILED && parses => error,
        _ => return result.map_err(plain),
    };
    // Most probably a grammar did it: some take memory by the square of a file's length.
    let options = ScanOptions {
        syntax: false,
        parsed_days: None,
        clones: false,
        clone_history: false,
        function_history: false,
        ..task.options.clone()
    };
    let mut facts = attempt(&options, progress).map_err(|_| plain(failure.clone()))?;
    let why = format!(
        "nothing was parsed, since the analysis with parsing failed: {}; kinds of lines and \
         definitions are unknown, and changes of form alone count as changes",
        failure.why
    );
    facts.gaps.add(
        GapKind::ParserFallback,
        &why,
        task.path.as_os_str().as_encoded_bytes(),
    );
    Ok(facts)
}

/// Has a worker find out what a change does. One that fails is not tried again with less:
/// a change that was not looked at is not judged.
///
/// # Errors
///
/// As [`run`].
pub fn run_change(
    place: (&Path, &[PathBuf]),
    options: &ChangeOptions,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<ChangeFacts, Error> {
    let found = attempt(place, Job::Change(options.clone()), stop, progress);
    match found.map_err(plain)? {
        Found::Change(facts) if facts.version == CHANGE_VERSION => Ok(*facts),
        Found::Change(_) => Err(lost("it speaks another version")),
        Found::Facts(_) => Err(lost("it answered another question")),
    }
}

/// Marks that the worker itself failed, and not that somebody ended it.
const FAILED: &str = "E-WORKER-FAILED";

/// The error as others see it.
fn plain(error: Error) -> Error {
    let code = if error.code == FAILED { "E-WORKER" } else { error.code };
    Error { code, ..error }
}

fn attempt(
    (path, roots): (&Path, &[PathBuf]),
    job: Job,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Found, Error> {
    let bytes = |path: &Path| path.as_os_str().as_encoded_bytes().to_vec();
    let shown = path.as_os_str().as_encoded_bytes();
    let mut worker = start()
        .map_err(|why| lost(&format!("it cannot be started ({why})")).at(shown))?;
    let order = Order {
        path: bytes(path),
        roots: roots.iter().map(|root| bytes(root)).collect(),
        job,
    };
    let mut input = worker.stdin.take();
    let ordered = input.as_mut().map(|input| write_frame(input, &order));
    let result = match (ordered, listen(&mut worker)) {
        (Some(Ok(())), Ok(frames)) => wait(&mut worker, &frames, stop, progress),
        (_, Err(why)) => Err(lost(&format!("it cannot be listened to ({why})"))),
        (None | Some(Err(_)), _) => Err(Error { code: ENDED, ..lost("it ended") }),
    };
    if matches!(&result, Err(error) if error.code == ENDED) {
        // What ended it is only known when it is not we who end it.
        let_it_end(&mut worker);
    }
    // Whatever happened, it is over: a worker that is done does not mind.
    let killed = worker.kill();
    drop(input);
    let status = worker.wait();
    match result {
        Err(error) if error.code == ENDED => {
            drop(killed);
            let status = status.ok();
            let error = lost(&how_it_ended(status)).at(shown);
            Err(if crashed(status) { Error { code: FAILED, ..error } } else { error })
        }
        Err(error) if error.place.is_none() => Err(error.at(shown)),
        other => other,
    }
}

/// Waits a moment for a worker that has closed its output.
fn let_it_end(worker: &mut Child) {
    const MOST_WAITS: u32 = 100;
    for _ in 0..MOST_WAITS {
        match worker.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(10)),
            Ok(Some(_)) | Err(_) => return,
        }
    }
}

/// Marks that the worker's frames ended before its answer.
const ENDED: &str = "E-WORKER-ENDED";

fn start() -> io::Result<Child> {
    let program = std::env::current_exe()?;
    Command::new(program)
        .arg(WORKER_COMMAND)
        .env_clear()
        // Huge pages are cleared whole, and much of them is never used: a tenth of the
        // time of a long history.
        .env("MIMALLOC_ALLOW_THP", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// Reads the worker's frames in a thread of its own, so that waiting can time out.
fn listen(worker: &mut Child) -> io::Result<mpsc::Receiver<io::Result<Frame>>> {
    let (sender, frames) = mpsc::channel();
    let mut output = worker.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let listen = move || {
        loop {
            let frame = read_frame(&mut output).transpose();
            let Some(frame) = frame else { return };
            if matches!(&frame, Err(why) if why.kind() == io::ErrorKind::UnexpectedEof) {
                // Ended while it wrote: how it ended says more than half a frame.
                return;
            }
            let failed = frame.is_err();
            if sender.send(frame).is_err() || failed {
                return;
            }
        }
    };
    std::thread::Builder::new().spawn(listen).map(|_| frames)
}

fn wait(
    worker: &mut Child,
    frames: &mpsc::Receiver<io::Result<Frame>>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Found, Error> {
    let mut beat = Beat::now(worker.id());
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(lost("the run was stopped"));
        }
        match frames.recv_timeout(Duration::from_millis(50)) {
            Ok(Ok(Frame::Progress(stage, done, total))) => {
                beat = Beat::now(worker.id());
                progress(to_progress(stage, done, total));
            }
            Ok(Ok(Frame::Done(found))) => return Ok(found),
            Ok(Ok(Frame::Failed { what, place, why, hint, code })) => {
                let code = known_code(&code);
                return Err(Error { what, place, why, hint, code, exit: Exit::Input });
            }
            Ok(Err(_)) => return Err(lost("it sent a damaged frame")),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(Error { code: ENDED, ..lost("it ended") });
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if beat.is_too_long_ago(worker.id()) {
                    let why = "it made no progress for 30 seconds and was ended";
                    return Err(Error { code: FAILED, ..lost(why) });
                }
                if memory_bytes(worker.id()) > Some(limits::WORKER_MEMORY_BYTES.value) {
                    let why = "it took more memory than its limit and was ended";
                    return Err(Error { code: FAILED, ..lost(why) });
                }
            }
        }
    }
}

/// When a worker last showed progress.
struct Beat {
    at: Instant,
    /// The processor time it had taken by then; `None` when it cannot be told.
    cpu: Option<Duration>,
}

impl Beat {
    fn now(worker: u32) -> Self {
        Self { at: Instant::now(), cpu: cpu_time(worker) }
    }

    /// Whether it should have shown progress since. On a busy machine a worker waits for
    /// its turn, and that is no fault of what it reads: only one that took no processor
    /// time at all hangs, and only one that took as much as the limit goes round in circles.
    fn is_too_long_ago(&self, worker: u32) -> bool {
        let waited = self.at.elapsed();
        let stall = Duration::from_millis(limits::STALL_MILLIS.value);
        if waited <= stall {
            return false;
        }
        let taken = self.cpu.zip(cpu_time(worker));
        let is_starved = taken.is_some_and(|(before, now)| {
            let taken = now.saturating_sub(before);
            !taken.is_zero() && taken < stall
        });
        !is_starved || waited > Duration::from_millis(limits::STARVED_MILLIS.value)
    }
}

/// The facts, if they are ours and hold together.
fn checked(facts: Facts) -> Result<Facts, Error> {
    if facts.version != FACTS_VERSION {
        return Err(lost("it speaks another version"));
    }
    if !facts.is_sound() {
        return Err(lost("what it found does not hold together"));
    }
    Ok(facts)
}

fn to_progress(stage: u8, done: u64, total: u64) -> Progress {
    match stage {
        0 => Progress::Commits(done),
        1 => Progress::Compared(done, total),
        2 => Progress::Placed(done, total),
        4 => Progress::Classified(done, total),
        5 => Progress::Parsed(done, total),
        6 => Progress::Moves(done, total),
        7 => Progress::Settled(done),
        8 => Progress::Records(done),
        _ => Progress::Versions(done, total),
    }
}

/// Codes are static; one that we do not know is a fault between versions.
fn known_code(code: &str) -> &'static str {
    const CODES: [&str; 17] = [
        "E-NOREPO",
        "E-PERM",
        "E-REDIRECT",
        "E-OWNER",
        "E-FORMAT",
        "E-OPEN",
        "E-TRAP",
        "E-SHALLOW",
        "E-REV",
        "E-HEAD",
        "E-TIP",
        "E-BRANCH",
        "E-COST",
        "E-THREADS",
        "E-RULES",
        "E-BASE",
        "E-CACHE",
    ];
    CODES.into_iter().find(|known| *known == code).unwrap_or("E-WORKER")
}

fn lost(why: &str) -> Error {
    let hint =
        "the repository is reported as incomplete; check it with 'git fsck' in a copy";
    Error::input("E-WORKER", "the analysis worker failed", why, hint)
}

fn how_it_ended(status: Option<ExitStatus>) -> String {
    use std::os::unix::process::ExitStatusExt;
    let Some(status) = status else { return "it ended".to_owned() };
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            format!("it was ended by signal {signal}{}", signal_name(signal))
        }
        (None, Some(code)) => format!("it ended with status {code}"),
        (None, None) => "it ended".to_owned(),
    }
}

/// Whether it ended of itself: aborted, for want of memory say, or by a fault.
fn crashed(status: Option<ExitStatus>) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let signal = status.and_then(|status| status.signal());
    matches!(signal, Some(4 | 6 | 7 | 8 | 11))
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        6 => " (aborted)",
        7 => " (bus error)",
        9 => " (killed; the system may be short of memory)",
        11 => " (segmentation fault)",
        _ => "",
    }
}

/// The memory a process holds, from the process table; `None` when it cannot be told.
fn memory_bytes(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// The processor time a process has taken, its threads together, from the process table;
/// `None` when it cannot be told.
fn cpu_time(process: u32) -> Option<Duration> {
    // The table counts in hundredths of a second on every Linux, whatever the kernel's own
    // clock; fields 14 and 15, of which the name in brackets is the second.
    const TICK_MILLIS: u64 = 10;
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = text.rsplit(')').next()?.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis(user.saturating_add(system).saturating_mul(TICK_MILLIS)))
}

/// A flag that ends all workers when it is set.
pub type Stop = Arc<AtomicBool>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_was_cut_off_is_an_error_and_not_an_answer() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, &Frame::Progress(1, 2, 3)).unwrap();
        assert!(matches!(
            read_frame::<Frame>(&mut bytes.as_slice()),
            Ok(Some(Frame::Progress(1, 2, 3)))
        ));
        for cut in 1..bytes.len() {
            let read = read_frame::<Frame>(&mut &bytes[..cut]);
            assert!(!matches!(read, Ok(Some(_))), "cut at {cut}");
        }
    }

    #[test]
    fn a_worker_that_ends_in_the_middle_of_a_frame_has_ended_and_sent_no_damage() {
        let start = |script: &str| {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap()
        };
        let mut worker = start(r"printf '\005\000\000\000ab'");
        assert!(listen(&mut worker).unwrap().recv().is_err());
        let mut worker = start(r"printf '\001\000\000\000\377'");
        assert!(matches!(listen(&mut worker).unwrap().recv(), Ok(Err(_))));
    }

    #[test]
    fn facts_with_numbers_that_stand_for_nothing_are_a_failed_worker() {
        let mut facts = crate::cohorts::tests::history(3, 2);
        facts.version = FACTS_VERSION;
        assert!(checked(facts.clone()).is_ok());
        facts.commits[0].author = Some(9);
        assert_eq!(checked(facts.clone()).map(drop).unwrap_err().code, "E-WORKER");
        facts.commits[0].author = None;
        facts.version += 1;
        assert!(checked(facts).is_err());
    }

    #[test]
    fn the_memory_of_a_process_can_be_told() {
        let held = memory_bytes(std::process::id()).unwrap();
        assert!((1 << 20..1 << 40).contains(&held), "{held}");
        assert_eq!(memory_bytes(u32::MAX), None);
    }

    /// Takes processor time until the process table says more than `before`.
    fn work_beyond(before: Duration) -> Duration {
        let mut sum = 0_u64;
        loop {
            let now = cpu_time(std::process::id()).unwrap();
            if now > before {
                return now;
            }
            sum = (0..100_000).fold(sum, |sum, one| std::hint::black_box(sum ^ one));
        }
    }

    #[test]
    fn the_processor_time_of_a_process_can_be_told() {
        let before = cpu_time(std::process::id()).unwrap();
        assert!(work_beyond(before) > before);
        assert_eq!(cpu_time(u32::MAX), None);
    }

    #[test]
    fn a_worker_that_waits_for_its_turn_does_not_hang() {
        let stall = Duration::from_millis(limits::STALL_MILLIS.value);
        let Some(long_ago) = Instant::now().checked_sub(stall * 2) else { return };
        let own = std::process::id();
        let beat = |cpu| Beat { at: long_ago, cpu };
        // One that has taken a little since, one that has taken nothing, and who knows.
        let now = work_beyond(Duration::ZERO);
        assert!(!beat(Some(Duration::ZERO)).is_too_long_ago(own) || now >= stall);
        assert!(beat(Some(now + stall)).is_too_long_ago(own));
        assert!(beat(None).is_too_long_ago(own));
        assert!(!Beat::now(own).is_too_long_ago(own));
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_it_is_allocated() {
        let read = read_frame::<Frame>(&mut &[0xff, 0xff, 0xff, 0xff][..]);
        assert!(read.is_err());
    }
}
