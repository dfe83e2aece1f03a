//! Raw commits.

use crate::history::commit::{self, RawCommit, Signature};
use crate::limits::{MESSAGE_BYTES, PARENTS};
use crate::units::len_to_u64;

/// A commit that is read is within the limits, its message is a part of the object, and
/// what was read of it can be written and read again.
pub fn commit(data: &[u8]) {
    let Some(read) = commit::parse(data) else {
        assert!(!data.starts_with(format!("tree {}\n", "0".repeat(40)).as_bytes()));
        return;
    };
    assert!(len_to_u64(read.parents.len()) <= PARENTS.value);
    assert!(len_to_u64(read.message.len()) <= MESSAGE_BYTES.value);
    let whole = len_to_u64(read.message.len()) < MESSAGE_BYTES.value;
    assert!(!whole || data.ends_with(&read.message));
    for who in [&read.author, &read.committer].into_iter().flatten() {
        assert!(!who.name.contains(&b'<') && !who.email.contains(&b'>'));
        assert!(who.seconds.is_none_or(|seconds| seconds >= 0));
    }
    let again = commit::parse(&written(&read));
    assert_eq!(again, Some(RawCommit { lost_parents: false, ..read }));
}

fn written(commit: &RawCommit) -> Vec<u8> {
    let mut data = format!("tree {}\n", commit.tree).into_bytes();
    for parent in &commit.parents {
        data.extend(format!("parent {parent}\n").into_bytes());
    }
    let people = [(&commit.author, "author"), (&commit.committer, "committer")];
    for (who, key) in people {
        let Some(Signature { name, email, seconds }) = who else { continue };
        data.extend([key.as_bytes(), b" ", name, b" <", email, b">"].concat());
        if let Some(seconds) = seconds {
            data.extend(format!(" {seconds} +0000").into_bytes());
        }
        data.push(b'\n');
    }
    data.push(b'\n');
    data.extend(&commit.message);
    data
}
