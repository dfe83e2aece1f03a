//! Git as the oracle: repositories made from streams, and git's own answers about them.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::harness::Place;

/// The histories in `fixtures/repos` and the commit each ends at: the streams hold all
/// dates and names, so the ids never change.
pub(crate) const FIXTURES: &[(&str, &str)] = &[
    ("conflict", "0d7de8c633399cab7bb52722c3077586e1882a36"),
    ("recreated", "482c7a2cd89d9dd6fa879d02bff272e0d763a925"),
    ("rename", "c25d4ac2aec023d318b75bb60fd762098b6d78ab"),
    ("rename_tie", "504f6d3665e3c41551dc2af4556437e3178ec380"),
    ("rewrite", "96b0eb71e7e3caab4cc5b709067c9966f0398b32"),
    ("twice", "9fa65741ceee995af785aca54f97a6c4e4fdec9f"),
    ("white_space", "332949c44021d03be453de4df390f86271153bf9"),
];

/// The modes of regular files, as git writes them.
const REGULAR_MODES: [&str; 2] = ["100644", "100755"];

/// A bare repository made from a `git fast-import` stream.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// Where it is.
    pub(crate) path: PathBuf,
}

/// Which parents of merges are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All.
    All,
    /// The first.
    FirstParents,
}

/// A file at a commit.
#[derive(Debug, Clone)]
pub(crate) struct TreeFile {
    /// Its path.
    pub(crate) path: Vec<u8>,
    /// Its content.
    pub(crate) content: Vec<u8>,
}

/// A path as tables have it: one that is no UTF-8, or begins with a quote, as git
/// quotes it.
pub(crate) fn in_tables(path: &[u8]) -> String {
    let quoted = |&byte: &u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b'\t' => "\\t".to_owned(),
        b'\n' => "\\n".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    };
    match str::from_utf8(path) {
        Ok(path) if !path.starts_with('"') => path.to_owned(),
        _ => format!("\"{}\"", path.iter().map(quoted).collect::<String>()),
    }
}

impl TreeFile {
    /// Whether git takes it for text.
    pub(crate) fn is_text(&self) -> bool {
        !self.content.iter().take(8_000).any(|&byte| byte == 0)
    }

    /// How many lines it has; the last need not end.
    pub(crate) fn n_lines(&self) -> usize {
        let ends = self.content.iter().filter(|&&byte| byte == b'\n').count();
        ends + usize::from(self.content.last().is_some_and(|&byte| byte != b'\n'))
    }
}

impl Repository {
    /// Makes one of the repositories in `fixtures/repos`.
    pub(crate) fn fixture(place: &Place, name: &str) -> Self {
        let file = format!("{}/fixtures/repos/{name}.fi", env!("CARGO_MANIFEST_DIR"));
        let stream = fs::read(&file).expect("the fixture is there");
        Self::import(place, name, &stream)
    }

    /// Makes a repository from a stream.
    pub(crate) fn import(place: &Place, name: &str, stream: &[u8]) -> Self {
        let repository = Self::empty(place, name);
        repository.git_with_input(["fast-import", "--quiet"], stream);
        repository
    }

    /// The same with each object in a file of its own.
    pub(crate) fn import_loose(place: &Place, name: &str, stream: &[u8]) -> Self {
        let repository = Self::empty(place, name);
        repository.git(["config", "fastimport.unpackLimit", "1000000"]);
        repository.git_with_input(["fast-import", "--quiet"], stream);
        repository
    }

    /// Makes a repository without commits.
    pub(crate) fn empty(place: &Place, name: &str) -> Self {
        let path = place.path(name);
        fs::create_dir(&path).expect("the directory is ours");
        let repository = Self { path };
        repository.git(["init", "--quiet", "--bare", "--initial-branch=main", "."]);
        repository
    }

    /// What git answers, which must succeed.
    pub(crate) fn git<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Vec<u8> {
        self.git_with_input(arguments, b"")
    }

    /// What git answers to `input`, which must succeed.
    pub(crate) fn git_with_input<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Vec<u8> {
        let mut command = git_in(&self.path);
        command.args(arguments);
        let mut child = command.spawn().expect("git is installed");
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.to_vec();
        let feeding = thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().expect("git is our child");
        feeding.join().expect("writing does not panic").expect("git reads its input");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {stderr}");
        output.stdout
    }

    /// What git answers, as words.
    pub(crate) fn words<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Vec<String> {
        let text = String::from_utf8(self.git(arguments)).expect("ids are ASCII");
        text.split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// The commit at the tip.
    pub(crate) fn tip(&self) -> String {
        self.words(["rev-parse", "HEAD"]).remove(0)
    }

    /// The first-parent chain, oldest first.
    pub(crate) fn mainline(&self) -> Vec<String> {
        self.words(["rev-list", "--first-parent", "--reverse", "HEAD"])
    }

    /// The regular files at a commit.
    pub(crate) fn files(&self, commit: &str) -> Vec<TreeFile> {
        let list = self.git(["ls-tree", "-r", "-z", commit]);
        let mut files = Vec::new();
        let mut wanted = String::new();
        for entry in list.split(|&byte| byte == 0).filter(|entry| !entry.is_empty()) {
            let tab =
                entry.iter().position(|&byte| byte == b'\t').expect("git writes a tab");
            let head = std::str::from_utf8(&entry[..tab]).expect("ids are ASCII");
            let fields: Vec<&str> = head.split(' ').collect();
            if REGULAR_MODES.contains(&fields[0]) {
                wanted.push_str(fields[2]);
                wanted.push('\n');
                files.push(TreeFile {
                    path: entry[tab + 1..].to_vec(),
                    content: Vec::new(),
                });
            }
        }
        let answers = self.git_with_input(["cat-file", "--batch"], wanted.as_bytes());
        let mut rest = answers.as_slice();
        for file in &mut files {
            (file.content, rest) = next_object(rest);
        }
        files
    }

    /// Which commit wrote each line of a file, as `git blame` says.
    pub(crate) fn blame(&self, commit: &str, path: &[u8]) -> Vec<String> {
        self.blame_along(commit, path, Reach::All)
    }

    /// The same, along these parents of merges.
    pub(crate) fn blame_along(
        &self,
        commit: &str,
        path: &[u8],
        reach: Reach,
    ) -> Vec<String> {
        let how = (reach == Reach::FirstParents).then_some("--first-parent");
        let fixed = ["--root", "--line-porcelain", commit, "--"];
        let words = ["blame"].into_iter().chain(how).chain(fixed).map(OsStr::new);
        let answer = self.git(words.chain([OsStr::from_bytes(path)]));
        let mut origins = Vec::new();
        let mut lines = answer.split(|&byte| byte == b'\n');
        while let Some(head) = lines.next().filter(|head| !head.is_empty()) {
            origins.push(String::from_utf8_lossy(&head[..40]).into_owned());
            // The line itself follows its description, after a tab.
            lines
                .by_ref()
                .find(|line| line.first() == Some(&b'\t'))
                .expect("git shows it");
        }
        origins
    }
}

/// Git in a directory, seeing no configuration but the repository's own.
pub(crate) fn git_in(folder: &Path) -> Command {
    let mut command = Command::new("git");
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Takes the first object off an answer of `git cat-file --batch`.
fn next_object(answer: &[u8]) -> (Vec<u8>, &[u8]) {
    let end =
        answer.iter().position(|&byte| byte == b'\n').expect("git heads each object");
    let head = std::str::from_utf8(&answer[..end]).expect("ids are ASCII");
    let size = head.rsplit(' ').next().and_then(|size| size.parse().ok());
    let size: usize = size.unwrap_or_else(|| panic!("git has no such object: {head}"));
    let start = end + 1;
    (answer[start..start + size].to_vec(), &answer[start + size + 1..])
}
