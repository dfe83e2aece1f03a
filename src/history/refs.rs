//! Refs: one file each, or a line of `packed-refs`.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::history::ObjectId;
use crate::history::control_file::{self, ControlFile};
use crate::limits;

/// How many refs may name one another in a row, as git has it.
const MOST_STEPS: usize = 5;

/// The longest line of `packed-refs` that is read, in bytes; names of refs are paths.
const LINE_BYTES: u64 = 8_192;

/// The refs of one repository.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refs<'r> {
    /// Holds `HEAD`.
    pub(super) git_folder: &'r Path,
    /// Holds all others.
    pub(super) common_folder: &'r Path,
}

/// What a ref says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ref {
    /// An object.
    Object(ObjectId),
    /// Another ref, by its full name.
    Symbolic(Vec<u8>),
    /// There is no such ref.
    Absent,
    /// It is there and says nothing that can be understood.
    Broken,
}

impl Refs<'_> {
    /// Whether a name can be that of a ref: it is also a path, and must not lead away.
    pub(super) fn can_be_named(name: &[u8]) -> bool {
        is_sound(name)
    }

    /// Reads the ref with this full name.
    pub(super) fn read(&self, name: &[u8]) -> Ref {
        if !is_sound(name) {
            return Ref::Broken;
        }
        let folder =
            if name.starts_with(b"refs/") { self.common_folder } else { self.git_folder };
        let file = folder.join(std::ffi::OsStr::from_bytes(name));
        match control_file::read(&file) {
            ControlFile::Text(text) => parse(&text),
            ControlFile::NotPlain if !file.is_dir() => Ref::Broken,
            ControlFile::Denied | ControlFile::TooLarge => Ref::Broken,
            ControlFile::Absent | ControlFile::NotPlain => self
                .find_packed(|packed, _| packed == name)
                .map_or(Ref::Absent, |(_, id)| Ref::Object(id)),
        }
    }

    /// Reads the ref with this full name if it is a file of its own that holds an id.
    pub(super) fn read_loose(&self, name: &[u8]) -> Option<ObjectId> {
        let file = self.common_folder.join(std::ffi::OsStr::from_bytes(name));
        match control_file::read(&file) {
            ControlFile::Text(text) => match parse(&text) {
                Ref::Object(id) => Some(id),
                Ref::Symbolic(_) | Ref::Absent | Ref::Broken => None,
            },
            _ => None,
        }
    }

    /// Follows a ref to the object it stands at, with the name of the last ref on the
    /// way. `None` when it leads nowhere.
    pub(super) fn resolve(&self, name: &[u8]) -> Option<(Vec<u8>, ObjectId)> {
        let mut name = name.to_vec();
        for _ in 0..=MOST_STEPS {
            match self.read(&name) {
                Ref::Object(id) => return Some((name, id)),
                Ref::Symbolic(next) => name = next,
                Ref::Absent | Ref::Broken => return None,
            }
        }
        None
    }

    /// Whether there is any ref below `folder`, such as `refs/replace/`.
    pub(super) fn any_below(&self, folder: &str) -> bool {
        has_file(self.common_folder.join(folder))
            || self.find_packed(|name, _| name.starts_with(folder.as_bytes())).is_some()
    }

    /// The first ref of `packed-refs` that is wanted. Lines that make no sense are
    /// passed over.
    pub(super) fn find_packed(
        &self,
        mut wanted: impl FnMut(&[u8], ObjectId) -> bool,
    ) -> Option<(Vec<u8>, ObjectId)> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(self.common_folder.join("packed-refs"))
            .ok()?;
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut text = BufReader::new(file.take(limits::PACKED_REFS_BYTES.value));
        let mut line = Vec::new();
        loop {
            line.clear();
            let n_bytes =
                text.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).ok()?;
            if n_bytes == 0 {
                return None;
            }
            let Some((hex, name)) = line.split_at_checked(40) else { continue };
            let name = name.strip_prefix(b" ").map(<[u8]>::trim_ascii_end);
            if let (Some(id), Some(name)) = (ObjectId::from_hex(hex), name)
                && wanted(name, id)
            {
                return Some((name.to_vec(), id));
            }
        }
    }
}

fn parse(text: &[u8]) -> Ref {
    if let Some(name) = text.strip_prefix(b"ref:") {
        return Ref::Symbolic(name.trim_ascii().to_vec());
    }
    let (hex, rest) = text.split_at_checked(40).unwrap_or((text, b""));
    let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
    ObjectId::from_hex(hex).filter(|_| ends).map_or(Ref::Broken, Ref::Object)
}

fn is_sound(name: &[u8]) -> bool {
    let special = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    let plain = |part: &[u8]| {
        !part.is_empty()
            && part[0] != b'.'
            && !part.windows(2).any(|pair| pair == b"..")
            && !part.ends_with(b".lock")
            && !part.iter().any(u8::is_ascii_control)
    };
    let is_ref =
        name.starts_with(b"refs/") && name.split(|&byte| byte == b'/').all(plain);
    is_ref || (!name.is_empty() && name.iter().all(special))
}

/// Whether there is a file in a folder or below it. Links are not followed.
fn has_file(folder: PathBuf) -> bool {
    let mut waiting = vec![folder];
    let mut seen = 0;
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            seen += 1;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && seen < limits::REFS.value => {
                    waiting.push(entry.path());
                }
                Ok(_) | Err(_) => return true,
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_is_an_id_another_ref_or_broken() {
        let hex = "0d7de8c633399cab7bb52722c3077586e1882a36";
        let id = ObjectId::from_hex(hex.as_bytes()).unwrap();
        assert_eq!(parse(format!("{hex}\n").as_bytes()), Ref::Object(id));
        assert_eq!(
            parse(format!("{hex}\tbranch 'main' of x").as_bytes()),
            Ref::Object(id)
        );
        assert_eq!(
            parse(b"ref: refs/heads/main\n"),
            Ref::Symbolic(b"refs/heads/main".to_vec())
        );
        for text in ["", "root:x:0:0", &hex[1..], &format!("{hex}0")] {
            assert_eq!(parse(text.as_bytes()), Ref::Broken, "{text}");
        }
    }

    #[test]
    fn a_name_that_leads_away_is_no_ref() {
        for name in ["HEAD", "FETCH_HEAD", "refs/heads/main", "refs/heads/a.b-c/\u{e9}"] {
            assert!(is_sound(name.as_bytes()), "{name}");
        }
        for name in [
            "",
            "main",
            "config",
            "refs/",
            "refs//a",
            "refs/../config",
            "refs/heads/..",
            "/etc/passwd",
            "refs/heads/a..b",
            "refs/heads/.a",
            "refs/heads/a.lock",
            "refs/heads/a\0b",
            "../HEAD",
        ] {
            assert!(!is_sound(name.as_bytes()), "{name}");
        }
    }
}
