//! Where the parts of a repository are: a `.git` may be a file or a link, a linked
//! worktree has its refs elsewhere, and objects may be borrowed. All of it is followed,
//! and every step that leads away is known, so that it can be named and refused.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FileType;

use crate::error::Error;
use crate::history::config;
use crate::history::control_file::{self, ControlFile};
use crate::history::folder::{Closed, Folder};

mod objects;

pub use objects::ObjectFolder;

/// Where the parts of a repository are: found once, and held open from then on.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Holds `HEAD` and, in a linked worktree, little else.
    pub git_folder: Arc<Folder>,
    /// Holds `config` and `packed-refs`.
    pub common_folder: Arc<Folder>,
    /// The folder `refs`, when a link stands in its place.
    pub linked_refs: Option<Arc<Folder>>,
    /// Where its objects are, then those it borrows, each folder once.
    pub objects: Vec<ObjectFolder>,
    /// The steps that lead away from where the repository was named.
    pub redirects: Vec<Redirect>,
}

/// A step that leads away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// What leads away, in words of ours.
    pub by: &'static str,
    /// Where to; real, without links.
    pub to: PathBuf,
    /// Whether the other side names this one in turn, as for linked worktrees and
    /// submodules: nobody but its owner can have made it so.
    pub is_mutual: bool,
}

/// Whether `path` looks like something to open: a worktree with `.git`, or a bare
/// repository.
pub fn looks_like_repository(path: &Path) -> bool {
    path.join(".git").symlink_metadata().is_ok() || is_git_folder(path)
}

/// Whether `path` itself is a git folder.
pub fn is_git_folder(path: &Path) -> bool {
    path.join("HEAD").symlink_metadata().is_ok_and(|data| data.is_file())
        && path.join("objects").is_dir()
        && path.join("refs").is_dir()
}

/// Finds the parts of the repository at `path`: a worktree or a git folder itself.
/// Parents are not searched, and nothing outside of `roots` is read, unless the other
/// side agrees.
///
/// # Errors
///
/// When it is no repository, may not be read, leads outside, or something stands where
/// git keeps a plain file.
pub fn find(path: &Path, roots: &[PathBuf]) -> Result<Layout, Error> {
    let roots = roots.iter().filter_map(|root| std::fs::canonicalize(root).ok());
    let mut steps = Steps { roots: &roots.collect::<Vec<_>>(), redirects: Vec::new() };
    let top = Folder::open(path).map_err(|why| match why {
        Closed::Denied => unreadable(),
        Closed::Failed => control_file::failed("folder"),
        Closed::Absent | Closed::NotPlain => no_repository(),
    })?;
    steps.check("a link on the way to it", top.path())?;
    let git_folder = git_folder(&top, &mut steps)?;
    let common_folder = common_folder(&git_folder, &mut steps)?;
    let linked = steps.linked(&common_folder, "objects", Path::new("objects"))?;
    let own = match linked {
        Some(linked) => linked,
        None => common_folder
            .folder(Path::new("objects"))
            .map_err(|_| broken("it has no objects"))?,
    };
    let objects = objects::find(own, &mut steps)?;
    let linked_refs = steps.linked(&common_folder, "refs", Path::new("refs"))?;
    let redirects = steps.redirects;
    Ok(Layout { git_folder, common_folder, linked_refs, objects, redirects })
}

impl Layout {
    /// Where its own objects are: the same for two worktrees of one repository.
    pub fn own_objects(&self) -> Option<&Path> {
        self.objects.first().map(|own| own.folder().path())
    }
}

/// The steps so far, each of which was allowed.
struct Steps<'r> {
    /// Real paths.
    roots: &'r [PathBuf],
    redirects: Vec<Redirect>,
}

impl Steps<'_> {
    /// Takes a step that leads away, unless it leads outside.
    fn take(
        &mut self,
        by: &'static str,
        to: &Path,
        is_mutual: bool,
    ) -> Result<(), Error> {
        if !is_mutual {
            self.check(by, to)?;
        }
        self.redirects.push(Redirect { by, to: to.to_path_buf(), is_mutual });
        Ok(())
    }

    fn check(&self, by: &str, to: &Path) -> Result<(), Error> {
        if self.roots.iter().any(|root| to.starts_with(root)) {
            return Ok(());
        }
        let to = crate::untrusted::Untrusted::from(to.as_os_str().as_bytes());
        let why = format!(
            "{by} leads to '{}', outside of what was asked for",
            to.to_terminal()
        );
        let hint = "if you trust it, name that folder as well, or a folder above both";
        Err(Error::input("E-REDIRECT", "cannot open the repository", &why, hint))
    }

    /// The folder that a link leads to, when one stands at `below`. Either way what
    /// is there may be listed.
    fn linked(
        &mut self,
        folder: &Folder,
        name: &str,
        below: &Path,
    ) -> Result<Option<Arc<Folder>>, Error> {
        match folder.kind(below) {
            Ok(FileType::Symlink) => {
                let to = real(&folder.path().join(below))?;
                self.take(by_link(name), to.path(), false)?;
                check_listed(&to).map(|()| Some(to))
            }
            Ok(FileType::Directory) => match folder.folder(below) {
                Ok(folder) => check_listed(&folder).map(|()| None),
                Err(Closed::Denied) => Err(unreadable()),
                Err(_) => Err(control_file::failed(name)),
            },
            Err(Closed::Denied) => Err(unreadable()),
            Err(Closed::Failed) => Err(control_file::failed(name)),
            Ok(_) | Err(Closed::Absent | Closed::NotPlain) => Ok(None),
        }
    }
}

fn by_link(name: &str) -> &'static str {
    match name {
        "objects" => "a link in place of objects",
        "objects/pack" => "a link in place of objects/pack",
        "objects/info" => "a link in place of objects/info",
        "refs" => "a link in place of refs",
        _ => "a link in place of .git",
    }
}

fn check_listed(folder: &Folder) -> Result<(), Error> {
    match folder.check_listed() {
        Ok(()) => Ok(()),
        Err(Closed::Denied) => Err(unreadable()),
        Err(_) => Err(control_file::failed("folders")),
    }
}

fn no_repository() -> Error {
    Error::input(
        "E-NOREPO",
        "cannot open the repository",
        "there is no .git in it and it is no bare repository",
        "name the top of a working tree, a bare repository, or a directory above them",
    )
}

fn git_folder(top: &Arc<Folder>, steps: &mut Steps<'_>) -> Result<Arc<Folder>, Error> {
    let dot_git = Path::new(".git");
    match top.kind(dot_git) {
        Ok(FileType::Directory) => top.folder(dot_git).map_err(|why| match why {
            Closed::Denied => unreadable(),
            _ => control_file::failed(".git"),
        }),
        Ok(FileType::Symlink) => match Folder::open(&top.path().join(dot_git)) {
            Ok(folder) => {
                steps.take(by_link(".git"), folder.path(), false)?;
                Ok(folder)
            }
            Err(Closed::Denied) => Err(unreadable()),
            Err(_) => Err(control_file::trap(".git")),
        },
        Ok(_) => named_git_folder(top, steps),
        Err(Closed::Denied) => Err(unreadable()),
        Err(Closed::Absent) if is_git_folder(top.path()) => Ok(Arc::clone(top)),
        Err(Closed::Failed) => Err(control_file::failed(".git")),
        Err(Closed::Absent | Closed::NotPlain) => Err(no_repository()),
    }
}

/// The folder that a file `.git` names.
fn named_git_folder(top: &Folder, steps: &mut Steps<'_>) -> Result<Arc<Folder>, Error> {
    let text = plain(top, Path::new(".git"), ".git")?;
    let target = text.strip_prefix(b"gitdir: ").ok_or_else(|| {
        broken("its .git is a file that does not say where the repository is")
    })?;
    let folder = real(&top.path().join(as_path(target)))?;
    let is_mutual = is_worktree_of(&folder, &top.path().join(".git"))
        || is_submodule_of(&folder, top.path());
    steps.take("the file .git", folder.path(), is_mutual)?;
    Ok(folder)
}

/// Whether `folder` is kept for the linked worktree whose file `.git` this is.
fn is_worktree_of(folder: &Folder, dot_git: &Path) -> bool {
    let ControlFile::Text(text) = control_file::read(folder, "gitdir") else {
        return false;
    };
    let named = folder.path().join(as_path(&text));
    same(&named, dot_git)
}

/// Whether `folder` is kept for the submodule that is checked out at `path`.
fn is_submodule_of(folder: &Folder, path: &Path) -> bool {
    let ControlFile::Text(text) = control_file::read(folder, "config") else {
        return false;
    };
    let Ok(values) = config::parse(&text) else { return false };
    let worktree = config::all(&values, "core", "worktree").last();
    worktree
        .is_some_and(|named| same(&folder.path().join(OsStr::from_bytes(named)), path))
}

fn common_folder(
    git_folder: &Arc<Folder>,
    steps: &mut Steps<'_>,
) -> Result<Arc<Folder>, Error> {
    let file = Path::new("commondir");
    if git_folder.kind(file) == Err(Closed::Absent) {
        return Ok(Arc::clone(git_folder));
    }
    let text = plain(git_folder, file, "commondir")?;
    let common = real(&git_folder.path().join(as_path(&text)))?;
    // The main repository keeps a folder for each of its worktrees, and none else can
    // make one there.
    let is_mutual = git_folder.path().parent() == Some(&common.path().join("worktrees"));
    steps.take("the file commondir", common.path(), is_mutual)?;
    Ok(common)
}

/// Reads what must be a plain file.
fn plain(folder: &Folder, below: &Path, name: &str) -> Result<Vec<u8>, Error> {
    match control_file::read(folder, below) {
        ControlFile::Text(text) => Ok(text),
        ControlFile::Denied => Err(unreadable()),
        ControlFile::Absent => Err(broken(&format!("its {name} cannot be read"))),
        ControlFile::NotPlain => Err(control_file::trap(name)),
        ControlFile::TooLarge => Err(control_file::too_large(name)),
        ControlFile::Failed => Err(control_file::failed(name)),
    }
}

/// The path a file of one line names.
fn as_path(text: &[u8]) -> &Path {
    let end = text.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
    Path::new(OsStr::from_bytes(&text[..end.map_or(0, |end| end + 1)]))
}

fn same(one: &Path, two: &Path) -> bool {
    let data = |path: &Path| path.metadata().map(|data| (data.dev(), data.ino()));
    matches!((data(one), data(two)), (Ok(one), Ok(two)) if one == two)
}

fn real(path: &Path) -> Result<Arc<Folder>, Error> {
    Folder::open(path).map_err(|why| match why {
        Closed::Denied => unreadable(),
        Closed::Failed => control_file::failed("folders"),
        Closed::Absent | Closed::NotPlain => {
            broken("it says that it is elsewhere, and nothing is there")
        }
    })
}

fn broken(why: &str) -> Error {
    let hint = "run 'git fsck' in a copy of it, and check the permissions";
    Error::input("E-OPEN", "cannot open the repository", why, hint)
}

/// Something of the repository may not be read by this user.
pub(super) fn unreadable() -> Error {
    Error::input(
        "E-PERM",
        "cannot open the repository",
        "this user may not read it",
        "run as a user who may, or change the permissions",
    )
}
