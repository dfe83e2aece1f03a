//! Commits as plain data, and the stream for `git fast-import` that makes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entry {
    /// A regular file.
    File { executable: bool, content: Vec<u8> },
    /// A symbolic link and where it leads.
    Link(Vec<u8>),
    /// A submodule, at the commit whose digits are all this one.
    Submodule(u8),
}

/// What stands where.
pub(crate) type Tree = BTreeMap<Vec<u8>, Entry>;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    /// The branch it was made on; the first is `main`.
    pub(crate) branch: String,
    /// The numbers of its parents, which come before it.
    pub(crate) parents: Vec<usize>,
    /// What stands.
    pub(crate) tree: Tree,
    /// Author and committer.
    pub(crate) who: &'static str,
    /// When, in seconds since 1970.
    pub(crate) time: i64,
    /// The time zones of author and committer.
    pub(crate) zones: [&'static str; 2],
    /// Its message.
    pub(crate) message: String,
}

/// The stream that makes these commits.
pub(crate) fn stream(commits: &[Commit]) -> Vec<u8> {
    let mut stream = Vec::new();
    for (number, commit) in commits.iter().enumerate() {
        write_commit(&mut stream, number, commit);
    }
    stream
}

/// Puts an entry where it can stand: what is in the way goes, be it a directory at the
/// path or a file where a directory must be.
pub(crate) fn put(tree: &mut Tree, path: Vec<u8>, entry: Entry) {
    let as_folder = [&path, b"/".as_slice()].concat();
    tree.retain(|other, _| {
        !other.starts_with(&as_folder)
            && !path.starts_with(&[other, b"/".as_slice()].concat())
    });
    tree.insert(path, entry);
}

/// Writes a commit; commit `n` has the mark `n + 1`.
fn write_commit(stream: &mut Vec<u8>, number: usize, commit: &Commit) {
    let Commit { branch, parents, tree, who, time, zones, message } = commit;
    let mut head = format!("reset refs/heads/{branch}\n");
    if let Some(parent) = parents.first() {
        _ = writeln!(head, "from :{}", parent + 1);
    }
    _ = write!(
        head,
        "\ncommit refs/heads/{branch}\nmark :{}\nauthor {who} {time} {}\n\
         committer {who} {time} {}\ndata {}\n{message}",
        number + 1,
        zones[0],
        zones[1],
        message.len(),
    );
    for (at, parent) in parents.iter().enumerate() {
        let word = if at == 0 { "from" } else { "merge" };
        _ = writeln!(head, "{word} :{}", parent + 1);
    }
    head.push_str("deleteall\n");
    stream.extend(head.into_bytes());
    for (path, entry) in tree {
        write_entry(stream, path, entry);
    }
    stream.push(b'\n');
}

fn write_entry(stream: &mut Vec<u8>, path: &[u8], entry: &Entry) {
    let path: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    let (mode, content) = match entry {
        Entry::File { executable: false, content } => ("100644", content),
        Entry::File { executable: true, content } => ("100755", content),
        Entry::Link(target) => ("120000", target),
        Entry::Submodule(digit) => {
            let id = char::from(*digit).to_string().repeat(40);
            stream.extend(format!("M 160000 {id} \"{path}\"\n").into_bytes());
            return;
        }
    };
    stream.extend(
        format!("M {mode} inline \"{path}\"\ndata {}\n", content.len()).into_bytes(),
    );
    stream.extend_from_slice(content);
    stream.push(b'\n');
}
