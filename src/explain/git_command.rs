//! The git commands that show what is said: ready to be run in a shell, whatever the
//! repository calls its files.

use serde::Serialize;

use crate::facts::Facts;
use crate::history::CommitIdx;
use crate::untrusted::Untrusted;

/// The tree without files, which git knows without having it: what a first commit is
/// compared with.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// How versions are compared: without programs that the repository's configuration names,
/// and as git does unless that says otherwise, which would show something else than was
/// said.
const COMPARE: &str = " --no-ext-diff --no-textconv --submodule=short \
                       --diff-algorithm=myers --indent-heuristic";

/// Objects that are not here are not fetched: a partial clone would run what its
/// configuration says to reach another host. (`--no-lazy-fetch` says it better, to git
/// 2.45 and later alone; others refuse the whole command.)
const FETCH_NOTHING: &str = "GIT_ALLOW_PROTOCOL=none ";

/// The same for blame, which has no flags for it; it passes over no commit. (An empty
/// `blame.ignoreRevsFile` would take nothing back: git sorts the files it is given.)
const BLAME: &str = " -c diff.algorithm=myers -c diff.indentHeuristic=true \
                     blame --no-textconv --no-ignore-revs-file";

/// How commits are told: in git's own form, without a program that checks signatures.
const TELL: &str = " --no-show-signature --format=medium";

/// A command to run, and what to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GitCommand {
    /// What it shows.
    pub shows: &'static str,
    /// The command, for a shell.
    pub command: String,
    /// The commit that its output names, where it names one.
    pub names: Option<String>,
}

/// Makes the commands for one repository.
#[derive(Debug, Clone, Copy)]
pub(super) struct Git<'f> {
    facts: &'f Facts,
}

impl<'f> Git<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        Self { facts }
    }

    /// What git says of a line at a commit.
    pub(super) fn blame_line(self, commit: &str, path: &Untrusted, line: u32) -> String {
        let path = path.to_shell_word();
        let how = self.reach();
        format!(
            "{}{BLAME}{how} -L {line},{line} --root {commit} -- {path}",
            self.git(&[])
        )
    }

    /// What git says of all lines of a file at a commit, moves and white space left out
    /// of account. Of one line alone it would not see that it moved: too few letters.
    pub(super) fn blame_moves(self, commit: &str, path: &Untrusted) -> String {
        let path = path.to_shell_word();
        let how = self.reach();
        format!("{}{BLAME}{how} -w -M -C --root {commit} -- {path}", self.git(&[]))
    }

    /// What git says of all lines of a file before a commit.
    pub(super) fn blame_before(self, commit: CommitIdx, path: &Untrusted) -> String {
        let id = self.id(commit);
        let (how, path) = (self.reach(), path.to_shell_word());
        format!("{}{BLAME}{how} --root {id}^1 -- {path}", self.git(&[]))
    }

    /// What a commit changed against its first parent, in these files or in all.
    pub(super) fn show(self, commit: CommitIdx, paths: &[&Untrusted]) -> String {
        let id = self.id(commit);
        let how = as_text(paths);
        let git = self.git(paths);
        format!("{git} show{TELL}{COMPARE} --first-parent{how} -M {id}{}", words(paths))
    }

    /// A note of a commit, up to what people said to the tool.
    pub(super) fn note(self, commit: CommitIdx, name: &str) -> String {
        let id = self.id(commit);
        format!("{} notes --ref={name} show {id} | sed '/^---$/,$d'", self.git(&[]))
    }

    /// What a commit says of itself.
    pub(super) fn message(self, commit: CommitIdx) -> String {
        format!("{} show{TELL} -s {}", self.git(&[]), self.id(commit))
    }

    /// The files that a commit changed, with numbers of lines.
    pub(super) fn numstat(self, commit: CommitIdx) -> String {
        format!("{} diff{COMPARE} --numstat -M {}", self.git(&[]), self.range(commit))
    }

    /// The lines that a commit changed, as `git blame` compares: without context.
    pub(super) fn diff(self, commit: CommitIdx, paths: &[&Untrusted]) -> String {
        let range = self.range(commit);
        let how = as_text(paths);
        format!("{} diff{COMPARE}{how} -U0 -M {range}{}", self.git(paths), words(paths))
    }

    /// The same with both sides changed over: what would take it back.
    pub(super) fn upside_down(self, commit: CommitIdx) -> String {
        let range = self.range(commit);
        format!("{} diff{COMPARE} -R -U0 -M {range}", self.git(&[]))
    }

    /// The commits that a landing brought in.
    pub(super) fn brought(self, commit: CommitIdx) -> String {
        let id = self.id(commit);
        let range = if self.has_parent(commit) { format!("{id}^1..{id}") } else { id };
        format!("{} log --no-show-signature --oneline {range}", self.git(&[]))
    }

    /// Which parents of merges git follows: those that were read.
    fn reach(self) -> &'static str {
        if self.facts.first_parent_origins { " --first-parent" } else { "" }
    }

    fn id(self, commit: CommitIdx) -> String {
        self.facts.commits[commit.at()].id.to_string()
    }

    fn has_parent(self, commit: CommitIdx) -> bool {
        !self.facts.commits[commit.at()].parents.is_empty()
    }

    fn range(self, commit: CommitIdx) -> String {
        let id = self.id(commit);
        if self.has_parent(commit) {
            format!("{id}^1 {id}")
        } else {
            format!("{EMPTY_TREE} {id}")
        }
    }

    /// Git in the repository, without the pager and the monitor of files that its
    /// configuration names. Names that would be taken for patterns are not.
    fn git(self, paths: &[&Untrusted]) -> String {
        let folder = match self.facts.path.bytes() {
            b"." => String::new(),
            _ => format!(" -C {}", self.facts.path.to_shell_word()),
        };
        let is_pattern = |path: &&Untrusted| {
            let bytes = path.bytes();
            bytes.starts_with(b":") || bytes.iter().any(|byte| b"*?[\\".contains(byte))
        };
        let literal =
            if paths.iter().any(is_pattern) { " --literal-pathspecs" } else { "" };
        format!("{FETCH_NOTHING}git --no-pager -c core.fsmonitor=false{folder}{literal}")
    }
}

/// Files that are asked for by name had lines; git shows them even if the other side
/// is binary.
fn as_text(paths: &[&Untrusted]) -> &'static str {
    if paths.is_empty() { "" } else { " --text" }
}

fn words(paths: &[&Untrusted]) -> String {
    if paths.is_empty() {
        return String::new();
    }
    let words: Vec<String> = paths.iter().map(|path| path.to_shell_word()).collect();
    format!(" -- {}", words.join(" "))
}
