//! Opening a repository that may be hostile: nothing outside it is read, nothing in it
//! is executed, and whatever should be a plain file is one.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::error::Error;
use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ObjectReader, ObjectStore};
use crate::limits;
use crate::untrusted::Untrusted;

/// A repository that could be opened.
#[derive(Debug)]
pub struct Opened {
    /// The folder that holds `HEAD`, `refs` and, unless it is a linked worktree,
    /// `objects`.
    git_folder: PathBuf,
    common_folder: PathBuf,
    objects: ObjectStore,
    shallow: Vec<ObjectId>,
    allow_foreign_owner: bool,
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
/// Configuration outside the repository is not searched for: an unreadable one would
/// stop every repository from opening, and none of it should change a number. Hashes
/// of packed objects are not recomputed, which git does not do either; loose objects
/// are read by ourselves, and theirs are.
#[expect(
    unsafe_code,
    reason = "these settings are global to libgit2 and have no other door; the call \
              happens once, before any repository is opened and any thread is started"
)]
fn set_up_libgit2(allow_foreign_owner: bool) {
    static SET_UP: Once = Once::new();
    SET_UP.call_once(|| {
        use git2::ConfigLevel::{Global, ProgramData, System, XDG};
        for level in [System, Global, XDG, ProgramData] {
            // SAFETY: no other thread uses libgit2 yet.
            let set = unsafe { git2::opts::set_search_path(level, "") };
            debug_assert!(set.is_ok(), "an empty search path is always valid");
        }
        // SAFETY: as above. Older gits write this extension into partial clones.
        let set = unsafe { git2::opts::set_extensions(&["partialclone"]) };
        debug_assert!(set.is_ok(), "the name is valid");
        // SAFETY: as above.
        let set = unsafe { git2::opts::set_mwindow_mapped_limit(1 << 30) };
        debug_assert!(set.is_ok(), "the size is valid");
        if allow_foreign_owner {
            // SAFETY: as above.
            let set = unsafe { git2::opts::set_verify_owner_validation(false) };
            debug_assert!(set.is_ok(), "the flag is valid");
        }
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
    });
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

/// Opens the repository at `path`, which must be a worktree or a git folder itself:
/// parents are not searched.
///
/// # Errors
///
/// When it is no repository, belongs to another user, has a format that is not
/// supported, or holds a trap where a plain file should be.
pub fn open(path: &Path, allow_foreign_owner: bool) -> Result<Opened, Error> {
    set_up_libgit2(allow_foreign_owner);
    let shown = path.as_os_str().as_encoded_bytes();
    if !looks_like_repository(path) {
        let error = Error::input(
            "E-NOREPO",
            "cannot open the repository",
            "there is no .git in it and it is no bare repository",
            "name the top of a working tree, a bare repository, or a directory above them",
        );
        return Err(error.at(shown));
    }
    let dot_git = path.join(".git");
    let start =
        if dot_git.symlink_metadata().is_ok() { dot_git } else { path.to_path_buf() };
    check_for_traps(&start).map_err(|error| error.at(shown))?;
    let repository = open_libgit2(&start, shown)?;
    let git_folder = repository.path().to_path_buf();
    let common_folder = repository.commondir().to_path_buf();
    for folder in [&git_folder, &common_folder] {
        check_for_traps(folder).map_err(|error| error.at(shown))?;
    }
    let shallow = read_shallow(&common_folder).map_err(|error| error.at(shown))?;
    Ok(Opened {
        objects: ObjectStore::list(&common_folder.join("objects")),
        git_folder,
        common_folder,
        shallow,
        allow_foreign_owner,
    })
}

fn open_libgit2(start: &Path, shown: &[u8]) -> Result<git2::Repository, Error> {
    let none: [&std::ffi::OsStr; 0] = [];
    let flags = git2::RepositoryOpenFlags::NO_SEARCH;
    git2::Repository::open_ext(start, flags, none)
        .map_err(|error| explain(&error).at(shown))
}

/// Turns libgit2's refusal into words; its own text may quote a file.
fn explain(error: &git2::Error) -> Error {
    let what = "cannot open the repository";
    let text = error.message();
    if error.code() == git2::ErrorCode::Owner {
        return Error::input(
            "E-OWNER",
            what,
            "it is owned by another user",
            "if you trust it, run again with --allow-foreign-owner",
        );
    }
    if text.contains("refstorage") {
        return Error::input(
            "E-FORMAT",
            what,
            "its refs are in the reftable format, which is not supported yet",
            "run 'git refs migrate --ref-format=files' in a copy of it",
        );
    }
    if text.contains("object format") || text.contains("objectformat") {
        return Error::input(
            "E-FORMAT",
            what,
            "its objects are named by SHA-256, which is not supported yet",
            "leave it out for now",
        );
    }
    if text.contains("extension") || text.contains("repository version") {
        return Error::input(
            "E-FORMAT",
            what,
            "it uses a repository format that is not supported",
            "compare its core.repositoryFormatVersion and extensions with git's manual",
        );
    }
    Error::input(
        "E-OPEN",
        what,
        "git's own files in it are missing, unreadable or damaged",
        "run 'git fsck' in a copy of it, and check the permissions",
    )
}

/// Refuses links and pipes where git keeps plain files: a pipe would block for ever,
/// a link could lead to a secret.
fn check_for_traps(folder: &Path) -> Result<(), Error> {
    if folder.symlink_metadata().is_ok_and(|data| data.is_file()) {
        return Ok(());
    }
    let files = [
        "HEAD",
        "config",
        "packed-refs",
        "objects/info/alternates",
        "shallow",
        "info/grafts",
    ];
    for name in files {
        let Ok(data) = folder.join(name).symlink_metadata() else { continue };
        let kind = data.file_type();
        let trap =
            kind.is_symlink() || kind.is_fifo() || kind.is_socket() || kind.is_dir();
        if trap {
            return Err(Error::input(
                "E-TRAP",
                "cannot open the repository",
                &format!("its {name} is not a plain file"),
                "it may be hostile; leave it out, or replace that entry by a plain file",
            ));
        }
        if name == "config" && data.len() > limits::CONTROL_FILE_BYTES.value {
            return Err(Error::input(
                "E-TRAP",
                "cannot open the repository",
                "its config is larger than 1 MiB",
                "it may be hostile; leave it out",
            ));
        }
    }
    Ok(())
}

/// Reads a small plain file without following a link or blocking on a pipe; `None`
/// when it is absent, no plain file, unreadable or over the limit.
pub fn read_control_file(path: &Path) -> Option<Vec<u8>> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
        .ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    let limit = limits::CONTROL_FILE_BYTES.value;
    file.take(limit + 1).read_to_end(&mut text).ok()?;
    (crate::units::len_to_u64(text.len()) <= limit).then_some(text)
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
        set_up_libgit2(self.allow_foreign_owner);
        let shown = self.git_folder.as_os_str().as_encoded_bytes();
        Ok(ObjectReader::new(open_libgit2(&self.git_folder, shown)?, &self.objects))
    }

    /// The commits a shallow clone ends at.
    pub fn shallow(&self) -> &[ObjectId] {
        &self.shallow
    }

    /// Features of the repository that change what git shows and that are ignored
    /// here: what is measured is what the commits say.
    pub fn ignored_features(&self) -> Vec<&'static str> {
        let mut ignored = Vec::new();
        let replaced = self.common_folder.join("refs").join("replace");
        if std::fs::read_dir(replaced).is_ok_and(|mut entries| entries.next().is_some()) {
            ignored.push("replace refs");
        }
        if self.common_folder.join("info").join("grafts").is_file() {
            ignored.push("grafts");
        }
        ignored
    }

    /// Finds the branch to judge: `wanted`, or the remote's default branch if there is
    /// one, else `HEAD`.
    ///
    /// # Errors
    ///
    /// When there is no such ref or commit.
    pub fn tip(&self, wanted: Option<&str>) -> Result<Tip, Error> {
        let shown = self.git_folder.as_os_str().as_encoded_bytes();
        let repository = open_libgit2(&self.git_folder, shown)?;
        let Some(wanted) = wanted else { return self.default_tip(&repository) };
        if let Some(commit) = ObjectId::from_hex(wanted.as_bytes()) {
            return self.peeled(wanted.as_bytes(), commit);
        }
        let spellings = ["", "refs/heads/", "refs/tags/", "refs/remotes/"];
        let names = spellings.iter().map(|folder| format!("{folder}{wanted}"));
        for name in names.filter(|name| name == "HEAD" || name.starts_with("refs/")) {
            if let Some((full_name, id)) = resolve(&repository, &name) {
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

    fn default_tip(&self, repository: &git2::Repository) -> Result<Tip, Error> {
        let shown = self.git_folder.as_os_str().as_encoded_bytes();
        let broken = |name: &[u8], why: &str| {
            let what = format!("cannot read {}", Untrusted::from(name).to_terminal());
            let hint = "mend it with git in a copy, or name another branch with --rev";
            Err(Error::input("E-BRANCH", &what, why, hint).at(shown))
        };
        for name in ["refs/remotes/origin/HEAD", "HEAD"] {
            if let Some((full_name, id)) = resolve(repository, name) {
                return self.peeled(&full_name, id);
            }
            let Some(target) = symbolic_target(repository, name) else { continue };
            // A branch that is there and leads nowhere is broken, not young.
            let file = self.common_folder.join(String::from_utf8_lossy(&target).as_ref());
            if file.symlink_metadata().is_ok() {
                return broken(&target, "the ref is there but names no commit");
            }
            if name == "HEAD" {
                return match repository.references().map(|mut refs| refs.next().is_some())
                {
                    Ok(false) => Ok(Tip { name: target, commit: None }),
                    _ => {
                        broken(&target, "there is no such branch, while there are others")
                    }
                };
            }
        }
        broken(b"HEAD", "it names neither a branch nor a commit")
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
        let shown = self.git_folder.as_os_str().as_encoded_bytes();
        let repository = open_libgit2(&self.git_folder, shown).ok()?;
        resolve(&repository, name).map(|(_, id)| id)
    }
}

fn resolve(repository: &git2::Repository, name: &str) -> Option<(Vec<u8>, ObjectId)> {
    let reference = repository.find_reference(name).ok()?.resolve().ok()?;
    let id = ObjectId::from_raw(reference.target()?.as_bytes())?;
    Some((reference.name_bytes().to_vec(), id))
}

fn symbolic_target(repository: &git2::Repository, name: &str) -> Option<Vec<u8>> {
    let reference = repository.find_reference(name).ok()?;
    reference.symbolic_target_bytes().map(<[u8]>::to_vec)
}

fn tagged(tag: &[u8]) -> Option<ObjectId> {
    let line = tag.split(|&byte| byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?)
}
