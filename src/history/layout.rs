//! Where the parts of a repository are: a `.git` may be a file or a link, a linked
//! worktree has its refs elsewhere, and objects may be borrowed. All of it is followed,
//! and every step that leads away is known, so that it can be named and refused.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::history::config;
use crate::history::control_file::{self, ControlFile};

/// How many repositories may borrow objects one from the other, as git has it.
const ALTERNATES_DEPTH: usize = 5;

/// Where the parts of a repository are.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Holds `HEAD` and, in a linked worktree, little else.
    pub git_folder: PathBuf,
    /// Holds `config`, `refs` and `objects`.
    pub common_folder: PathBuf,
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
/// Parents are not searched.
///
/// # Errors
///
/// When it is no repository, may not be read, or something stands where git keeps a
/// plain file.
pub fn find(path: &Path) -> Result<Layout, Error> {
    let mut redirects = Vec::new();
    let git_folder = git_folder(path, &mut redirects)?;
    let common_folder = common_folder(&git_folder, &mut redirects)?;
    let objects = common_folder.join("objects");
    for (by, folder) in [
        ("a link in place of objects", objects.clone()),
        ("a link in place of objects/pack", objects.join("pack")),
        ("a link in place of objects/info", objects.join("info")),
        ("a link in place of refs", common_folder.join("refs")),
    ] {
        if folder.symlink_metadata().is_ok_and(|data| data.is_symlink()) {
            redirects.push(Redirect { by, to: real(&folder)?, is_mutual: false });
        }
        if let Err(why) = std::fs::read_dir(&folder)
            && why.kind() == io::ErrorKind::PermissionDenied
        {
            return Err(unreadable());
        }
    }
    borrowed(&objects, &mut redirects)?;
    Ok(Layout { git_folder, common_folder, redirects })
}

impl Layout {
    /// Where the objects are, without links: the same for two worktrees of one
    /// repository. `None` when they are nowhere.
    pub fn objects(&self) -> Option<PathBuf> {
        std::fs::canonicalize(self.common_folder.join("objects")).ok()
    }

    /// Holds that nothing outside of `roots` is read, unless the other side agrees.
    ///
    /// # Errors
    ///
    /// Naming the first folder outside.
    pub fn check_within(&self, roots: &[PathBuf]) -> Result<(), Error> {
        let roots: Vec<PathBuf> =
            roots.iter().filter_map(|root| std::fs::canonicalize(root).ok()).collect();
        let outside = self.redirects.iter().find(|redirect| {
            let inside = roots.iter().any(|root| redirect.to.starts_with(root));
            !inside && !redirect.is_mutual
        });
        let Some(redirect) = outside else { return Ok(()) };
        let to = crate::untrusted::Untrusted::from(redirect.to.as_os_str().as_bytes());
        Err(Error::input(
            "E-REDIRECT",
            "cannot open the repository",
            &format!(
                "{} leads to '{}', outside of what was asked for",
                redirect.by,
                to.to_terminal()
            ),
            "if you trust it, name that folder as well, or a folder above both",
        ))
    }
}

fn git_folder(path: &Path, redirects: &mut Vec<Redirect>) -> Result<PathBuf, Error> {
    let dot_git = path.join(".git");
    let data = match dot_git.symlink_metadata() {
        Ok(data) => data,
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
            return Err(unreadable());
        }
        Err(_) if is_git_folder(path) => return Ok(path.to_path_buf()),
        Err(_) => {
            return Err(Error::input(
                "E-NOREPO",
                "cannot open the repository",
                "there is no .git in it and it is no bare repository",
                "name the top of a working tree, a bare repository, or a directory above them",
            ));
        }
    };
    if data.is_dir() {
        return Ok(dot_git);
    }
    if data.is_symlink() && dot_git.is_dir() {
        let to = real(&dot_git)?;
        redirects.push(Redirect {
            by: "a link in place of .git",
            to: to.clone(),
            is_mutual: false,
        });
        return Ok(to);
    }
    let text = plain(&dot_git, ".git")?;
    let target = text.strip_prefix(b"gitdir: ").ok_or_else(|| {
        broken("its .git is a file that does not say where the repository is")
    })?;
    let folder = real(&path.join(as_path(target)))?;
    let is_mutual = is_worktree_of(&folder, &dot_git) || is_submodule_of(&folder, path);
    redirects.push(Redirect { by: "the file .git", to: folder.clone(), is_mutual });
    Ok(folder)
}

/// Whether `folder` is kept for the linked worktree whose file `.git` this is.
fn is_worktree_of(folder: &Path, dot_git: &Path) -> bool {
    let ControlFile::Text(text) = control_file::read(&folder.join("gitdir")) else {
        return false;
    };
    let named = folder.join(as_path(&text));
    same(&named, dot_git)
}

/// Whether `folder` is kept for the submodule that is checked out at `path`.
fn is_submodule_of(folder: &Path, path: &Path) -> bool {
    let ControlFile::Text(text) = control_file::read(&folder.join("config")) else {
        return false;
    };
    let Ok(values) = config::parse(&text) else { return false };
    let worktree = config::all(&values, "core", "worktree").last();
    worktree.is_some_and(|named| same(&folder.join(OsStr::from_bytes(named)), path))
}

fn common_folder(
    git_folder: &Path,
    redirects: &mut Vec<Redirect>,
) -> Result<PathBuf, Error> {
    let file = git_folder.join("commondir");
    if file.symlink_metadata().is_err() {
        return Ok(git_folder.to_path_buf());
    }
    let text = plain(&file, "commondir")?;
    let common = real(&git_folder.join(as_path(&text)))?;
    // The main repository keeps a folder for each of its worktrees, and none else can
    // make one there.
    let kept = common.join("worktrees");
    let is_mutual =
        std::fs::canonicalize(git_folder).is_ok_and(|real| real.parent() == Some(&kept));
    redirects.push(Redirect { by: "the file commondir", to: common.clone(), is_mutual });
    Ok(common)
}

/// Notes the folders that objects are borrowed from, and those from which these borrow.
fn borrowed(objects: &Path, redirects: &mut Vec<Redirect>) -> Result<(), Error> {
    let mut waiting = vec![(objects.to_path_buf(), 0)];
    let mut seen = BTreeSet::new();
    while let Some((folder, depth)) = waiting.pop() {
        let file = folder.join("info").join("alternates");
        if depth >= ALTERNATES_DEPTH || file.symlink_metadata().is_err() {
            continue;
        }
        let text = plain(&file, "objects/info/alternates")?;
        for line in text.split(|&byte| byte == b'\n') {
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            // One that is not there lends nothing.
            let Ok(to) = std::fs::canonicalize(folder.join(OsStr::from_bytes(line)))
            else {
                continue;
            };
            if seen.insert(to.clone()) {
                let by = "the file objects/info/alternates";
                redirects.push(Redirect { by, to: to.clone(), is_mutual: false });
                waiting.push((to, depth + 1));
            }
        }
    }
    Ok(())
}

/// Reads what must be a plain file.
fn plain(path: &Path, name: &str) -> Result<Vec<u8>, Error> {
    match control_file::read(path) {
        ControlFile::Text(text) => Ok(text),
        ControlFile::Denied => Err(unreadable()),
        ControlFile::Absent => Err(broken(&format!("its {name} cannot be read"))),
        ControlFile::NotPlain => Err(control_file::trap(name)),
        ControlFile::TooLarge => Err(control_file::too_large(name)),
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

fn real(path: &Path) -> Result<PathBuf, Error> {
    std::fs::canonicalize(path).map_err(|why| match why.kind() {
        io::ErrorKind::PermissionDenied => unreadable(),
        _ => broken("it says that it is elsewhere, and nothing is there"),
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
