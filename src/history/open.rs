//! Opening a repository that may be hostile: nothing outside it is read unasked, nothing
//! in it is executed, and whatever should be a plain file is one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use crate::error::Error;
use crate::history::control_file::{self, ControlFile};
use crate::history::folder::{Closed, Folder};
use crate::history::layout::{self, Layout};
use crate::history::mark::{FileMark, PackMark};
use crate::history::objects::{ObjectKind, ObjectReader, ObjectStore};
use crate::history::pulls::{self, PullHeads};
use crate::history::refs::{Ref, Refs};
use crate::history::{ObjectId, config, owner};
use crate::problem::{GapKind, Gaps};
use crate::untrusted::Untrusted;

/// A repository that could be opened.
#[derive(Debug)]
pub struct Opened {
    layout: Layout,
    objects: ObjectStore,
    shallow: Vec<ObjectId>,
    has_replacements: bool,
}

/// A branch to judge: its name as git knows it, and the commit it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The full name of the ref, or the id that was asked for.
    pub name: Vec<u8>,
    /// `None` for a branch without commits.
    pub commit: Option<ObjectId>,
}

/// Opens the repository at `path`, which must be a worktree or a git folder itself:
/// parents are not searched, and nothing outside of `roots` is read. Of its
/// configuration only the format is read, and nothing that it includes.
///
/// # Errors
///
/// When it is no repository, belongs to another user, leads outside, has a format that
/// is not supported, or holds a trap where a plain file should be.
pub fn open(
    path: &Path,
    roots: &[PathBuf],
    allow_foreign_owner: bool,
) -> Result<Opened, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    open_here(path, roots, allow_foreign_owner).map_err(|error| error.at(shown))
}

fn open_here(
    path: &Path,
    roots: &[PathBuf],
    allow_foreign_owner: bool,
) -> Result<Opened, Error> {
    let layout = layout::find(path, roots)?;
    if !allow_foreign_owner {
        owner::check(path, &layout)?;
    }
    for folder in [&layout.git_folder, &layout.common_folder] {
        check_for_traps(folder)?;
    }
    check_format(&layout.common_folder)?;
    let shallow = read_shallow(&layout.common_folder)?;
    let has_replacements = refs(&layout).any_below("refs/replace/")?;
    let objects = ObjectStore::list(&layout.objects);
    Ok(Opened { layout, objects, shallow, has_replacements })
}

fn refs(layout: &Layout) -> Refs<'_> {
    Refs {
        git_folder: &layout.git_folder,
        common_folder: &layout.common_folder,
        linked_refs: layout.linked_refs.as_deref(),
    }
}

/// Refuses links and pipes where git keeps plain files: a pipe would block for ever,
/// a link could lead to a secret.
fn check_for_traps(folder: &Folder) -> Result<(), Error> {
    for name in ["HEAD", "config", "packed-refs", "shallow", "info/grafts"] {
        match folder.kind(Path::new(name)) {
            Ok(FileType::RegularFile) | Err(Closed::Absent | Closed::NotPlain) => {}
            Ok(_) => return Err(control_file::trap(name)),
            Err(Closed::Denied) => return Err(layout::unreadable()),
            Err(Closed::Failed) => return Err(control_file::failed(name)),
        }
    }
    match control_file::read(folder, "HEAD") {
        ControlFile::Denied => Err(layout::unreadable()),
        ControlFile::TooLarge => Err(control_file::too_large("HEAD")),
        ControlFile::Absent => Err(damaged("it has no HEAD")),
        ControlFile::NotPlain => Err(control_file::trap("HEAD")),
        ControlFile::Failed => Err(control_file::failed("HEAD")),
        ControlFile::Text(_) => Ok(()),
    }
}

/// Refuses formats that are not understood, as git asks of every reader.
fn check_format(common_folder: &Folder) -> Result<(), Error> {
    let text = match control_file::read(common_folder, "config") {
        ControlFile::Text(text) => text,
        ControlFile::Absent => return Ok(()),
        ControlFile::Denied => return Err(layout::unreadable()),
        ControlFile::NotPlain => return Err(control_file::trap("config")),
        ControlFile::TooLarge => return Err(control_file::too_large("config")),
        ControlFile::Failed => return Err(control_file::failed("config")),
    };
    let values = config::parse(&text).map_err(|config::BadLine(line)| {
        damaged(&format!("line {line} of its config is no configuration"))
    })?;
    let version = config::all(&values, "core", "repositoryformatversion").last();
    if version.is_some_and(|version| !matches!(version, b"0" | b"1")) {
        return Err(unsupported());
    }
    for value in values.iter().filter(|value| value.section == "extensions") {
        check_extension(&value.key, &value.value, version == Some(b"1".as_slice()))?;
    }
    Ok(())
}

fn check_extension(key: &str, value: &[u8], is_version_1: bool) -> Result<(), Error> {
    let refuse = |why: &str, hint: &str| {
        Err(Error::input("E-FORMAT", "cannot open the repository", why, hint))
    };
    match (key, value.to_ascii_lowercase().as_slice()) {
        (
            "noop" | "noop-v1" | "preciousobjects" | "partialclone" | "worktreeconfig"
            | "relativeworktrees",
            _,
        )
        | ("objectformat", b"sha1")
        | ("refstorage", b"files") => Ok(()),
        ("objectformat", b"sha256") => refuse(
            "its objects are named by SHA-256, which is not supported yet",
            "leave it out for now",
        ),
        ("refstorage", b"reftable") => refuse(
            "its refs are in the reftable format, which is not supported yet",
            "run 'git refs migrate --ref-format=files' in a copy of it",
        ),
        ("objectformat" | "refstorage" | "compatobjectformat", _) => Err(unsupported()),
        // Before version 1 nobody had to understand an extension.
        _ if !is_version_1 => Ok(()),
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Error {
    Error::input(
        "E-FORMAT",
        "cannot open the repository",
        "it uses a repository format that is not supported",
        "compare its core.repositoryFormatVersion and extensions with git's manual",
    )
}

fn damaged(why: &str) -> Error {
    let hint = "run 'git fsck' in a copy of it, and check the permissions";
    Error::input("E-OPEN", "cannot open the repository", why, hint)
}

fn read_shallow(common_folder: &Folder) -> Result<Vec<ObjectId>, Error> {
    let refuse = |why: &str| {
        let hint = "fetch the full history again: git fetch --unshallow";
        Error::input("E-SHALLOW", "cannot read the shallow boundary", why, hint)
    };
    let text = match control_file::read(common_folder, "shallow") {
        ControlFile::Text(text) => text,
        ControlFile::Absent => return Ok(Vec::new()),
        _ => return Err(refuse("the file is unreadable")),
    };
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    let ids = lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| {
        ObjectId::from_hex(line)
            .ok_or_else(|| refuse(&format!("line {} is no commit id", at + 1)))
    });
    ids.collect()
}

impl Opened {
    /// A reader of its objects; one for each thread.
    ///
    /// # Errors
    ///
    /// As [`Opened::check_cost`].
    pub fn reader(&self) -> Result<ObjectReader<'_>, Error> {
        self.check_cost()?;
        Ok(ObjectReader::new(&self.objects))
    }

    /// Holds that reading it did not cost more than it may; otherwise what was read
    /// since is not worth anything.
    ///
    /// # Errors
    ///
    /// When it did.
    pub fn check_cost(&self) -> Result<(), Error> {
        if !self.objects.cost.is_over() {
            return Ok(());
        }
        let why = "it takes far more work than its size allows";
        let hint = "it may be hostile; leave it out";
        Err(Error::input("E-COST", "cannot read the repository", why, hint))
    }

    /// What tells this repository from others that had, or will have, its path: the
    /// folders that hold its refs and its configuration.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn marks(&self) -> io::Result<[FileMark; 2]> {
        let mark = |folder: &Folder| -> io::Result<FileMark> {
            Ok(FileMark::new(folder.path(), &folder.metadata()?))
        };
        Ok([mark(&self.layout.git_folder)?, mark(&self.layout.common_folder)?])
    }

    /// The real path of its git folder.
    pub fn git_folder(&self) -> &Path {
        self.layout.git_folder.path()
    }

    /// The address of a remote, as the configuration has it; it may hold a password.
    pub fn remote_url(&self, remote: &str) -> Option<Vec<u8>> {
        let folder = &self.layout.common_folder;
        let ControlFile::Text(text) = control_file::read(folder, "config") else {
            return None;
        };
        let values = config::parse(&text).ok()?;
        let section = format!("remote.{remote}");
        config::all(&values, &section, "url").last().map(<[u8]>::to_vec)
    }

    /// The packs that there are.
    pub fn packs(&self) -> BTreeSet<PackMark> {
        self.objects.all_packs()
    }

    /// The packs that something was read from by now.
    pub fn used_packs(&self) -> BTreeSet<PackMark> {
        self.objects.used_packs()
    }

    /// How often an object that was asked for was not there, or damaged, by now.
    pub fn failures(&self) -> u64 {
        self.objects.failures()
    }

    /// The commits a shallow clone ends at.
    pub fn shallow(&self) -> &[ObjectId] {
        &self.shallow
    }

    /// Remarks on what is special about the repository: features that change what git
    /// shows and are ignored here, since what is measured is what the commits say,
    /// where its parts are when they are elsewhere, and what stands where its objects
    /// should be.
    pub fn remark(&self, gaps: &mut Gaps) {
        let mut ignored = |feature: &str| {
            gaps.add(GapKind::IgnoredFeature, "ignored", feature.as_bytes());
        };
        if self.has_replacements {
            ignored("replace refs");
        }
        let grafts = self.layout.common_folder.kind(Path::new("info/grafts"));
        if grafts == Ok(FileType::RegularFile) {
            ignored("grafts");
        }
        for redirect in &self.layout.redirects {
            let why = format!("{} leads elsewhere, and is followed", redirect.by);
            let to = redirect.to.as_os_str().as_encoded_bytes();
            gaps.add(GapKind::Redirect, &why, to);
        }
        for path in self.objects.strange() {
            let why = "objects in it are left out: it, or the pack of that name, is a link, \
                       damaged, too large or unreadable";
            gaps.add(GapKind::CorruptObject, why, path.as_os_str().as_encoded_bytes());
        }
    }

    /// The heads of pull requests that it holds.
    pub fn pull_heads(&self, gaps: &mut Gaps) -> PullHeads {
        pulls::heads(self.refs(), gaps)
    }

    /// The objects whose ids begin with these digits, in small letters.
    pub(super) fn objects_beginning_with(&self, digits: &str) -> BTreeSet<ObjectId> {
        self.objects.beginning_with(digits)
    }

    pub(super) fn refs(&self) -> Refs<'_> {
        refs(&self.layout)
    }

    fn shown(&self) -> &[u8] {
        self.layout.git_folder.path().as_os_str().as_encoded_bytes()
    }

    /// Finds the branch to judge: `wanted`, or the remote's default branch if there is
    /// one, else `HEAD`.
    ///
    /// # Errors
    ///
    /// When there is no such ref or commit.
    pub fn tip(&self, wanted: Option<&str>) -> Result<Tip, Error> {
        let Some(wanted) = wanted else { return self.default_tip() };
        if let Some(commit) = ObjectId::from_hex(wanted.as_bytes()) {
            return self.peeled(wanted.as_bytes(), commit);
        }
        let spellings = ["", "refs/heads/", "refs/tags/", "refs/remotes/"];
        let names = spellings.iter().map(|folder| format!("{folder}{wanted}"));
        for name in names.filter(|name| name == "HEAD" || name.starts_with("refs/")) {
            if let Some((full_name, id)) = self.refs().resolve(name.as_bytes())? {
                return self.peeled(&full_name, id);
            }
        }
        let error = Error::input(
            "E-REV",
            "cannot find the revision",
            "there is no branch, tag or commit of that name",
            "give a branch, a full ref name or a full commit id with --rev",
        );
        Err(error.at(wanted))
    }

    fn default_tip(&self) -> Result<Tip, Error> {
        let refs = self.refs();
        for name in [b"refs/remotes/origin/HEAD".as_slice(), b"HEAD"] {
            if let Some((full_name, id)) = refs.resolve(name)? {
                return self.peeled(&full_name, id);
            }
            let Ref::Symbolic(target) = refs.read(name)? else { continue };
            // A branch that is there and leads nowhere is broken, not young.
            if refs.read(&target)? != Ref::Absent {
                return self.broken(&target, "it is there but leads to no commit");
            }
            if name == b"HEAD" {
                if refs.any_below("refs/")? {
                    let why = "there is no such branch, while there are others";
                    return self.broken(&target, why);
                }
                return Ok(Tip { name: target, commit: None });
            }
        }
        self.broken(b"HEAD", "it names neither a branch nor a commit")
    }

    fn broken(&self, name: &[u8], why: &str) -> Result<Tip, Error> {
        // What is no name of a ref may be the content of any file.
        let known = name == b"HEAD" || Refs::can_be_named(name);
        let name = if known { name } else { b"the branch of HEAD" };
        let what = format!("cannot read {}", Untrusted::from(name).to_terminal());
        let hint = "mend it with git in a copy, or name another branch with --rev";
        Err(Error::input("E-BRANCH", &what, why, hint).at(self.shown()))
    }

    /// Follows annotated tags to the commit.
    pub(super) fn peeled(&self, name: &[u8], mut id: ObjectId) -> Result<Tip, Error> {
        const MOST_TAGS: usize = 16;
        let mut reader = self.reader()?;
        for _ in 0..MOST_TAGS {
            match reader.read(id, ObjectKind::Tag) {
                Ok(tag) => match tagged(&tag) {
                    Some(target) => id = target,
                    None => break,
                },
                Err(_not_a_tag) => break,
            }
        }
        match reader.read(id, ObjectKind::Commit) {
            Ok(_) => Ok(Tip { name: name.to_vec(), commit: Some(id) }),
            Err(why) => Err(Error::input(
                "E-TIP",
                "cannot read the commit at the tip",
                why.why(),
                "check the repository with 'git fsck', or name another branch with --rev",
            )
            .at(id.to_string().as_str())),
        }
    }

    /// The refs below a folder of refs, such as `refs/notes/`, by name; `None` when there are
    /// more than `most`.
    ///
    /// # Errors
    ///
    /// When refs can no longer be read.
    pub fn refs_below(
        &self,
        folder: &str,
        most: u64,
    ) -> Result<Option<BTreeMap<Vec<u8>, ObjectId>>, Error> {
        const DEPTH: u32 = 4;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.refs().below(folder.as_bytes(), DEPTH, most)
    }

    /// The commit or object a ref stands at, or `None` when there is no such ref.
    ///
    /// # Errors
    ///
    /// When refs can no longer be read.
    pub fn find_ref(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        Ok(self.refs().resolve(name.as_bytes())?.map(|(_, id)| id))
    }
}

fn tagged(tag: &[u8]) -> Option<ObjectId> {
    let line = tag.split(|&byte| byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?)
}
