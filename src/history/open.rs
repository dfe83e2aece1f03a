//! Opening a repository that may be hostile: nothing outside it is read unasked, nothing
//! in it is executed, and whatever should be a plain file is one.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::error::Error;
use crate::history::control_file::{self, ControlFile};
use crate::history::layout::{self, Layout};
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
    /// The folder of objects, kept open where its path is no UTF-8.
    handle: Option<File>,
    objects: ObjectStore,
    shallow: Vec<ObjectId>,
}

/// A branch to judge: its name as git knows it, and the commit it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The full name of the ref, or the id that was asked for.
    pub name: Vec<u8>,
    /// `None` for a branch without commits.
    pub commit: Option<ObjectId>,
}

/// Sets libgit2 up for hostile repositories. Once a process, before anything opens.
///
/// Hashes of packed objects are not recomputed, which git does not do either; loose
/// objects are read by ourselves, and theirs are.
#[expect(
    unsafe_code,
    reason = "this setting is global to libgit2 and has no other door; the call \
              happens once, before anything is opened and any thread is started"
)]
fn set_up_libgit2() {
    static SET_UP: Once = Once::new();
    SET_UP.call_once(|| {
        // SAFETY: no other thread uses libgit2 yet.
        let set = unsafe { git2::opts::set_mwindow_mapped_limit(1 << 30) };
        debug_assert!(set.is_ok(), "the size is valid");
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
    });
}

/// Opens the repository at `path`, which must be a worktree or a git folder itself:
/// parents are not searched. Of its configuration only the format is read, and nothing
/// that it includes.
///
/// # Errors
///
/// When it is no repository, belongs to another user, has a format that is not
/// supported, or holds a trap where a plain file should be.
pub fn open(path: &Path, allow_foreign_owner: bool) -> Result<Opened, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    open_here(path, allow_foreign_owner).map_err(|error| error.at(shown))
}

fn open_here(path: &Path, allow_foreign_owner: bool) -> Result<Opened, Error> {
    let layout = layout::find(path)?;
    if !allow_foreign_owner {
        owner::check(path, &layout)?;
    }
    for folder in [&layout.git_folder, &layout.common_folder] {
        check_for_traps(folder)?;
    }
    check_format(&layout.common_folder)?;
    let shallow = read_shallow(&layout.common_folder)?;
    let objects = layout.common_folder.join("objects");
    let handle = match objects.to_str() {
        Some(_) => None,
        None => Some(File::open(&objects).map_err(|_| damaged("it has no objects"))?),
    };
    Ok(Opened { objects: ObjectStore::list(&objects), layout, handle, shallow })
}

/// Holds that the repository at `path` leads nowhere outside of `roots`.
///
/// # Errors
///
/// When it does, or when it is none.
pub fn check_within(path: &Path, roots: &[PathBuf]) -> Result<(), Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    layout::find(path)
        .and_then(|layout| layout.check_within(roots))
        .map_err(|error| error.at(shown))
}

/// Refuses links and pipes where git keeps plain files: a pipe would block for ever,
/// a link could lead to a secret.
fn check_for_traps(folder: &Path) -> Result<(), Error> {
    for name in ["HEAD", "config", "packed-refs", "shallow", "info/grafts"] {
        let path = folder.join(name);
        match path.symlink_metadata() {
            Ok(data) if !data.is_file() => return Err(control_file::trap(name)),
            Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
                return Err(layout::unreadable());
            }
            Ok(_) | Err(_) => {}
        }
    }
    match control_file::read(&folder.join("HEAD")) {
        ControlFile::Denied => Err(layout::unreadable()),
        ControlFile::TooLarge => Err(control_file::too_large("HEAD")),
        ControlFile::Absent => Err(damaged("it has no HEAD")),
        ControlFile::Text(_) | ControlFile::NotPlain => Ok(()),
    }
}

/// Refuses formats that are not understood, as git asks of every reader.
fn check_format(common_folder: &Path) -> Result<(), Error> {
    let text = match control_file::read(&common_folder.join("config")) {
        ControlFile::Text(text) => text,
        ControlFile::Absent => return Ok(()),
        ControlFile::Denied => return Err(layout::unreadable()),
        ControlFile::NotPlain => return Err(control_file::trap("config")),
        ControlFile::TooLarge => return Err(control_file::too_large("config")),
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

/// Reads a small plain file without following a link or blocking on a pipe; `None`
/// when it is absent, no plain file, unreadable or over the limit.
pub fn read_control_file(path: &Path) -> Option<Vec<u8>> {
    match control_file::read(path) {
        ControlFile::Text(text) => Some(text),
        _ => None,
    }
}

fn read_shallow(common_folder: &Path) -> Result<Vec<ObjectId>, Error> {
    let path = common_folder.join("shallow");
    if path.symlink_metadata().is_err() {
        return Ok(Vec::new());
    }
    let refuse = |why: &str| {
        let hint = "fetch the full history again: git fetch --unshallow";
        Error::input("E-SHALLOW", "cannot read the shallow boundary", why, hint)
    };
    let text =
        read_control_file(&path).ok_or_else(|| refuse("the file is unreadable"))?;
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
    /// When the repository changed so that it can no longer be opened.
    pub fn reader(&self) -> Result<ObjectReader<'_>, Error> {
        set_up_libgit2();
        // libgit2 is given the objects alone: it never sees configuration, refs or
        // working trees, and so cannot be led by them.
        let objects = self.layout.common_folder.join("objects");
        let path = match &self.handle {
            // git2 takes text for this path; this one has a name that is text.
            Some(handle) => format!("/proc/self/fd/{}", handle.as_raw_fd()),
            None => objects.to_string_lossy().into_owned(),
        };
        let repository = git2::Odb::new().and_then(|odb| {
            odb.add_disk_alternate(&path)?;
            git2::Repository::from_odb(odb)
        });
        let repository =
            repository.map_err(|_| damaged("its objects cannot be opened"))?;
        Ok(ObjectReader::new(repository, &self.objects))
    }

    /// The commits a shallow clone ends at.
    pub fn shallow(&self) -> &[ObjectId] {
        &self.shallow
    }

    /// Remarks on what is special about the repository: features that change what git
    /// shows and are ignored here, since what is measured is what the commits say, and
    /// where its parts are when they are elsewhere.
    pub fn remark(&self, gaps: &mut Gaps) {
        let mut ignored = |feature: &str| {
            gaps.add(GapKind::IgnoredFeature, "ignored", feature.as_bytes());
        };
        if self.refs().any_below("refs/replace/") {
            ignored("replace refs");
        }
        if self.layout.common_folder.join("info").join("grafts").is_file() {
            ignored("grafts");
        }
        for redirect in &self.layout.redirects {
            let why = format!("{} leads elsewhere, and is followed", redirect.by);
            let to = redirect.to.as_os_str().as_encoded_bytes();
            gaps.add(GapKind::Redirect, &why, to);
        }
    }

    /// The heads of pull requests that it holds.
    pub fn pull_heads(&self, gaps: &mut Gaps) -> PullHeads {
        pulls::heads(self.refs(), gaps)
    }

    fn refs(&self) -> Refs<'_> {
        Refs {
            git_folder: &self.layout.git_folder,
            common_folder: &self.layout.common_folder,
        }
    }

    fn shown(&self) -> &[u8] {
        self.layout.git_folder.as_os_str().as_encoded_bytes()
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
            if let Some((full_name, id)) = self.refs().resolve(name.as_bytes()) {
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
            if let Some((full_name, id)) = refs.resolve(name) {
                return self.peeled(&full_name, id);
            }
            let Ref::Symbolic(target) = refs.read(name) else { continue };
            // A branch that is there and leads nowhere is broken, not young.
            if refs.read(&target) != Ref::Absent {
                return self.broken(&target, "it is there but leads to no commit");
            }
            if name == b"HEAD" {
                if refs.any_below("refs/") {
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
    fn peeled(&self, name: &[u8], mut id: ObjectId) -> Result<Tip, Error> {
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

    /// The commit or object a ref stands at, or `None` when there is no such ref.
    pub fn find_ref(&self, name: &str) -> Option<ObjectId> {
        self.refs().resolve(name.as_bytes()).map(|(_, id)| id)
    }
}

fn tagged(tag: &[u8]) -> Option<ObjectId> {
    let line = tag.split(|&byte| byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?)
}
