//! Refs: one file each, or a line of `packed-refs`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::FileType;

use crate::error::Error;
use crate::history::control_file::{self, ControlFile};
use crate::history::folder::{Closed, Folder};
use crate::history::{ObjectId, layout};
use crate::limits;

/// How many refs may name one another in a row, as git has it.
const MOST_STEPS: usize = 5;

/// The longest line of `packed-refs` that is read, in bytes; names of refs are paths.
const LINE_BYTES: u64 = 8_192;

/// The refs of one repository.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refs<'r> {
    /// Holds `HEAD`.
    pub(super) git_folder: &'r Folder,
    /// Holds all others.
    pub(super) common_folder: &'r Folder,
    /// The folder `refs`, when it is not in the common folder.
    pub(super) linked_refs: Option<&'r Folder>,
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
    ///
    /// # Errors
    ///
    /// When the list of packed refs cannot be read: nobody knows what is in it.
    pub(super) fn read(&self, name: &[u8]) -> Result<Ref, Error> {
        if !is_sound(name) {
            return Ok(Ref::Broken);
        }
        let (folder, below) = self.place(name);
        match control_file::read(folder, below) {
            ControlFile::Text(text) => return Ok(parse(&text)),
            ControlFile::Failed => return Err(control_file::failed("refs")),
            ControlFile::Denied | ControlFile::TooLarge => return Ok(Ref::Broken),
            // A folder of refs may have the name that a packed one had.
            ControlFile::NotPlain if folder.kind(below) != Ok(FileType::Directory) => {
                return Ok(Ref::Broken);
            }
            ControlFile::Absent | ControlFile::NotPlain => {}
        }
        let packed = self.find_packed(|packed, _| packed == name)?;
        Ok(packed.map_or(Ref::Absent, |(_, id)| Ref::Object(id)))
    }

    /// The folder that a ref, or a folder of refs, is in, and the path to it.
    fn place<'n>(&self, name: &'n [u8]) -> (&Folder, &'n Path) {
        let path = Path::new(OsStr::from_bytes(name));
        match (name.strip_prefix(b"refs/"), self.linked_refs) {
            (None, _) => (self.git_folder, path),
            (Some(_), None) => (self.common_folder, path),
            (Some(rest), Some(refs)) => (refs, Path::new(OsStr::from_bytes(rest))),
        }
    }

    /// Reads the ref with this full name if it is a file of its own that holds an id.
    pub(super) fn read_loose(&self, name: &[u8]) -> Option<ObjectId> {
        let (folder, below) = self.place(name);
        match control_file::read(folder, below) {
            ControlFile::Text(text) => match parse(&text) {
                Ref::Object(id) => Some(id),
                Ref::Symbolic(_) | Ref::Absent | Ref::Broken => None,
            },
            _ => None,
        }
    }

    /// The names in a folder of refs; none when it is no folder or cannot be read.
    pub(super) fn names_in(&self, folder: &[u8]) -> Vec<Vec<u8>> {
        let (top, below) = self.place(folder);
        let listed = top.folder(below).and_then(|folder| folder.list());
        let names = listed.into_iter().flatten();
        names.map(|(name, _)| name.into_encoded_bytes()).collect()
    }

    /// The refs below `folder`, such as `refs/notes/`, that stand at objects themselves, by
    /// name; `None` when there are more than `most`. Folders are looked into `depth` levels
    /// deep.
    ///
    /// # Errors
    ///
    /// As [`Refs::read`].
    pub(super) fn below(
        &self,
        folder: &[u8],
        depth: u32,
        most: usize,
    ) -> Result<Option<BTreeMap<Vec<u8>, ObjectId>>, Error> {
        let mut found = BTreeMap::new();
        let over = self.find_packed(|name, id| {
            if name.starts_with(folder) {
                found.insert(name.to_vec(), id);
            }
            found.len() > most
        })?;
        let mut folders =
            vec![(folder.strip_suffix(b"/").unwrap_or(folder).to_vec(), depth)];
        let mut n_seen = 0;
        while let Some((folder, depth)) = folders.pop() {
            for name in self.names_in(&folder) {
                n_seen += 1;
                if n_seen > most {
                    return Ok(None);
                }
                let name = [&folder, &b"/"[..], &name].concat();
                // A file of its own is newer than the list.
                match self.read_loose(&name) {
                    Some(id) => {
                        found.insert(name, id);
                    }
                    None if depth > 1 => folders.push((name, depth - 1)),
                    None => {}
                }
            }
        }
        Ok(Some(found).filter(|found| over.is_none() && found.len() <= most))
    }

    /// Follows a ref to the object it stands at, with the name of the last ref on the
    /// way. `None` when it leads nowhere.
    ///
    /// # Errors
    ///
    /// As [`Refs::read`].
    pub(super) fn resolve(
        &self,
        name: &[u8],
    ) -> Result<Option<(Vec<u8>, ObjectId)>, Error> {
        let mut name = name.to_vec();
        for _ in 0..=MOST_STEPS {
            match self.read(&name)? {
                Ref::Object(id) => return Ok(Some((name, id))),
                Ref::Symbolic(next) => name = next,
                Ref::Absent | Ref::Broken => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether there is any ref below `folder`, such as `refs/replace/`.
    ///
    /// # Errors
    ///
    /// As [`Refs::read`].
    pub(super) fn any_below(&self, folder: &str) -> Result<bool, Error> {
        let (top, below) = self.place(folder.as_bytes());
        let holds_some = match top.folder(below) {
            Ok(folder) => has_file(folder),
            Err(Closed::Absent) => false,
            Err(_) => true,
        };
        let is_packed = |name: &[u8], _| name.starts_with(folder.as_bytes());
        Ok(holds_some || self.find_packed(is_packed)?.is_some())
    }

    /// The first ref of `packed-refs` that is wanted. Lines that make no sense are
    /// passed over.
    pub(super) fn find_packed(
        &self,
        mut wanted: impl FnMut(&[u8], ObjectId) -> bool,
    ) -> Result<Option<(Vec<u8>, ObjectId)>, Error> {
        let Some(file) = self.open_packed()? else { return Ok(None) };
        let mut text = BufReader::new(file);
        let mut line = Vec::new();
        let mut starts = true;
        loop {
            line.clear();
            let n_bytes = text
                .by_ref()
                .take(LINE_BYTES)
                .read_until(b'\n', &mut line)
                .map_err(|_| control_file::failed("packed-refs"))?;
            if n_bytes == 0 {
                return Ok(None);
            }
            // What follows in a line that is too long is no line.
            let is_line = std::mem::replace(&mut starts, line.ends_with(b"\n"));
            let Some((hex, name)) = line.split_at_checked(40).filter(|_| is_line) else {
                continue;
            };
            let name = name.strip_prefix(b" ").map(<[u8]>::trim_ascii_end);
            if let (Some(id), Some(name)) = (ObjectId::from_hex(hex), name)
                && wanted(name, id)
            {
                return Ok(Some((name.to_vec(), id)));
            }
        }
    }

    /// Opens `packed-refs`; `None` when there is none.
    fn open_packed(&self) -> Result<Option<File>, Error> {
        let name = "packed-refs";
        let file = match self.common_folder.file(Path::new(name)) {
            Ok(file) => file,
            Err(Closed::Absent) => return Ok(None),
            Err(Closed::Denied) => return Err(layout::unreadable()),
            Err(Closed::NotPlain) => return Err(control_file::trap(name)),
            Err(Closed::Failed) => return Err(control_file::failed(name)),
        };
        let len = file.metadata().map_err(|_| control_file::failed(name))?.len();
        if len > limits::PACKED_REFS_BYTES.value {
            let why = "its packed-refs is larger than 256 MiB";
            let hint = "it may be hostile; leave it out";
            return Err(Error::input("E-OPEN", "cannot open the repository", why, hint));
        }
        Ok(Some(file))
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
fn has_file(folder: Arc<Folder>) -> bool {
    let mut waiting = vec![folder];
    let mut seen = 0;
    while let Some(folder) = waiting.pop() {
        // One that cannot be listed may have some.
        let Ok(names) = folder.list() else { return true };
        for (name, kind) in names {
            seen += 1;
            let below = (kind == FileType::Directory && seen < limits::REFS.value)
                .then(|| folder.folder(Path::new(&name)).ok());
            match below.flatten() {
                Some(below) => waiting.push(below),
                None => return true,
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
