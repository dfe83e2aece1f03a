//! The hermetic run: the real program, with nothing of the machine around it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Far longer than any run takes: a run that is not over by then hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A directory of its own for one test, and the way to run the program in it.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    keeps_facts: bool,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a run that is not looked at tests nothing"]
pub(crate) struct Run {
    /// What it wrote to standard output.
    pub(crate) stdout: Vec<u8>,
    /// What it wrote to standard error, with the directory shown as `[ROOT]`.
    pub(crate) stderr: String,
    /// Its exit status; `None` when a signal ended it.
    pub(crate) status: Option<i32>,
}

impl Run {
    /// The run, which must have ended with `status`.
    #[track_caller]
    pub(crate) fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "standard error: {}", self.stderr);
        self
    }

    /// Holds that the run was refused in one line of standard error that has `words` in
    /// it, with nothing on standard output.
    #[track_caller]
    pub(crate) fn refused(&self, status: i32, words: &str) {
        assert_eq!(self.status, Some(status), "standard error: {}", self.stderr);
        assert_eq!(
            self.stderr.lines().count(),
            1,
            "one line is promised: {}",
            self.stderr
        );
        assert!(self.stderr.starts_with("error: "), "no error: {}", self.stderr);
        assert!(self.stderr.contains(words), "{words:?} is not in: {}", self.stderr);
        assert!(self.stdout.is_empty(), "an error is no answer: {}", self.out());
    }

    /// Standard output as text.
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

impl Place {
    /// An empty directory with an empty home in it.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("the system has room for a directory");
        for name in ["home", "bin"] {
            fs::create_dir(folder.path().join(name)).expect("the directory is ours");
        }
        Self { folder, keeps_facts: true }
    }

    /// The same, where no run uses what an earlier one has kept.
    pub(crate) fn without_cache(self) -> Self {
        Self { keeps_facts: false, ..self }
    }

    /// The directory.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Writes a file into the directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("the directory is ours");
        path
    }

    /// Runs the program in the directory, with nothing on its standard input.
    pub(crate) fn run<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run {
        self.run_with_input(arguments, b"")
    }

    /// Runs the program in the directory, with `input` on its standard input.
    pub(crate) fn run_with_input<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Run {
        let mut command = self.command(arguments);
        finish(&mut command, input, self.root())
    }

    /// The program with its arguments, not started yet. It finds no other program, no
    /// configuration and no usual time zone.
    pub(crate) fn command<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slopnexus"));
        let arguments: Vec<OsString> =
            arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", self.path("bin"))
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("LC_ALL", "C")
            .env("TZ", "Pacific/Chatham")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !self.keeps_facts {
            command.env("SLOPNEXUS_NO_CACHE", "true");
        }
        command
    }
}

/// Runs a command to its end, or ends it when it hangs.
pub(crate) fn finish(command: &mut Command, input: &[u8], root: &Path) -> Run {
    let mut child = command.spawn().expect("the program was built");
    let stdout = drain(child.stdout.take().expect("it is piped"));
    let stderr = drain(child.stderr.take().expect("it is piped"));
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    // A program that does not read its input is within its rights.
    let feeding = thread::spawn(move || stdin.write_all(&input).is_ok());
    let Ok(stdout) = stdout.recv_timeout(PATIENCE) else {
        child.kill().expect("it is our child");
        panic!("hangs: {command:?}");
    };
    let stderr = stderr.recv_timeout(PATIENCE).expect("it ends with standard output");
    let status = child.wait().expect("it is our child");
    feeding.join().expect("writing does not panic");
    let root = root.to_str().expect("temporary directories have plain names");
    let stderr = String::from_utf8_lossy(&stderr).replace(root, "[ROOT]");
    Run { stdout, stderr, status: status.code() }
}

fn drain(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe of a child can be read");
        sender.send(bytes).is_ok()
    });
    receiver
}
