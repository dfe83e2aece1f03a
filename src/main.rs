//! Arguments in, answer out, exit status. Everything the program takes from the world
//! besides its arguments is taken here: the day, signals, the terminal.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use slopnexus::cli::{self, Cli, Parsed};
use slopnexus::commands;
use slopnexus::error::Exit;
use slopnexus::pipeline::Outside;
use slopnexus::units::Timestamp;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The stack of the program where the system gives it less than [`LEAST_STACK_BYTES`]: what
/// systems usually give.
const STACK_BYTES: usize = 8 << 20;

/// Reading the arguments of all commands takes some 60,000 bytes.
const LEAST_STACK_BYTES: usize = 1 << 20;

fn main() -> ExitCode {
    if stack_limit_bytes().is_none_or(|limit| limit >= LEAST_STACK_BYTES) {
        return run();
    }
    let program = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    match program.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has said what it is.
        Ok(Err(_)) => ExitCode::from(101),
        Err(_) => fail(
            "error: cannot start: there is no room for a stack [E-START]\n",
            Exit::Input,
        ),
    }
}

/// What the first thread may use as its stack (`ulimit -s`); `None` where the system sets no
/// bound or does not say.
fn stack_limit_bytes() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max stack size"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn run() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Parsed::Run(cli) => cli,
        Parsed::Print(text) => return print(&text),
        Parsed::Wrong(message) => return fail(&message, Exit::Usage),
    };
    fail_over_the_size_limit();
    let (stop, signal) = stop_on_signals();
    end_soon_after_signal(Arc::clone(&stop), Arc::clone(&signal));
    let bar = progress_bar(&cli);
    let show = |words: &str| bar.set_message(words.to_owned());
    let warn = |words: &str| bar.suspend(|| tell("warning", words));
    let note = |words: &str| bar.suspend(|| tell("note", words));
    let outside = Outside {
        stop: &stop,
        progress: &show,
        warn: &warn,
        note: &note,
        today: today(),
    };
    let result = commands::run(&cli, &outside);
    bar.finish_and_clear();
    match result {
        Ok(Exit::Interrupted) => stopped(signal.load(Ordering::Relaxed)),
        Ok(exit) => ExitCode::from(exit as u8),
        Err(_) if stop.load(Ordering::Relaxed) => stopped(signal.load(Ordering::Relaxed)),
        Err(error) => fail(&format!("{error}\n"), error.exit),
    }
}

fn print(text: &str) -> ExitCode {
    match slopnexus::output::write(None, |to| to.write_all(text.as_bytes())) {
        Ok(()) => ExitCode::from(Exit::Done as u8),
        Err(error) => fail(&format!("{error}\n"), error.exit),
    }
}

fn tell(how: &str, words: &str) {
    // Nobody may be reading; the answer does not depend on it.
    match writeln!(anstream::stderr(), "{how}: {words}") {
        Ok(()) | Err(_) => {}
    }
}

fn fail(message: &str, exit: Exit) -> ExitCode {
    // If nobody reads standard error, the exit status still says it.
    match anstream::stderr().write_all(message.as_bytes()) {
        Ok(()) | Err(_) => ExitCode::from(exit as u8),
    }
}

fn stopped(signal: usize) -> ExitCode {
    let exit = if signal == 15 { Exit::Terminated } else { Exit::Interrupted };
    ExitCode::from(exit as u8)
}

/// Writing beyond the limit on the size of files is then an error, as any other, and
/// not the end of the program in the middle of a file.
fn fail_over_the_size_limit() {
    let unused = Arc::new(AtomicBool::new(false));
    let set = signal_hook::flag::register(libc::SIGXFSZ, unused);
    debug_assert!(set.is_ok(), "this signal can be handled");
}

/// A flag that SIGINT and SIGTERM set, and the number of the signal.
fn stop_on_signals() -> (Arc<AtomicBool>, Arc<AtomicUsize>) {
    let stop = Arc::new(AtomicBool::new(false));
    let number = Arc::new(AtomicUsize::new(0));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let value = usize::try_from(signal).unwrap_or(0);
        let set = signal_hook::flag::register_usize(signal, Arc::clone(&number), value)
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)));
        // Without the handler the signal ends the program at once, which is as good.
        debug_assert!(set.is_ok(), "these signals can be handled");
    }
    (stop, number)
}

/// Ends the program a little after a signal, if it has not ended by itself: reading
/// standard input or writing to a slow reader does not see the flag.
fn end_soon_after_signal(stop: Arc<AtomicBool>, signal: Arc<AtomicUsize>) {
    use std::time::Duration;
    let watch = move || {
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(1_500));
        let exit = if signal.load(Ordering::Relaxed) == 15 {
            Exit::Terminated
        } else {
            Exit::Interrupted
        };
        #[expect(clippy::disallowed_methods, reason = "main is stuck in the system")]
        std::process::exit(exit as i32);
    };
    // Without this thread the flag alone ends the run, if a little later.
    let started = std::thread::Builder::new().spawn(watch);
    drop(started);
}

/// The progress line: on a terminal only, and gone when the answer comes.
fn progress_bar(cli: &Cli) -> indicatif::ProgressBar {
    let wanted = cli::wants_progress(cli) && std::io::stderr().is_terminal();
    if !wanted {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new_spinner();
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

/// The moment of the run: a bound on dates in exports, and nothing else.
fn today() -> Option<Timestamp> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let now = std::time::SystemTime::now();
    let since_1970 = now.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp(i64::try_from(since_1970.as_secs()).ok()?))
}
