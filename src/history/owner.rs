//! Whose a repository is. What another user can write, they can also arm, so it is not
//! opened unless its owner is trusted.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::Error;
use crate::history::layout::Layout;
use crate::untrusted::Untrusted;

/// Holds that the repository at `path` belongs to the user of this process: the
/// folder, its `.git`, and what that leads to, as git asks it.
///
/// # Errors
///
/// When one of them is of somebody else, or it cannot be told.
pub(super) fn check(path: &Path, layout: &Layout) -> Result<(), Error> {
    let unknown = |_: io::Error| {
        let hint = "if you trust it, run again with --allow-foreign-owner";
        let why = "it cannot be told whose it is";
        Error::input("E-OWNER", "cannot open the repository", why, hint)
    };
    let own = own_user().map_err(unknown)?;
    let dot_git = path.join(".git");
    let mut owners = vec![
        path.metadata().map_err(unknown)?.uid(),
        layout.git_folder.metadata().map_err(unknown)?.uid(),
        layout.common_folder.metadata().map_err(unknown)?.uid(),
    ];
    owners.extend(dot_git.symlink_metadata().ok().map(|data| data.uid()));
    let Some(owner) = owners.into_iter().find(|owner| *owner != own) else {
        return Ok(());
    };
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let shown = Untrusted::from(real.as_os_str().as_bytes()).to_shell_word();
    Err(Error::input(
        "E-OWNER",
        "cannot open the repository",
        &format!("it is owned by another user (uid {owner}, running as {own})"),
        &format!(
            "if you trust it, run again with --allow-foreign-owner, or: \
             git config --global --add safe.directory {shown}"
        ),
    ))
}

/// The user of this process: whoever makes a pipe owns it.
fn own_user() -> io::Result<u32> {
    let (end, _) = io::pipe()?;
    Ok(std::fs::File::from(OwnedFd::from(end)).metadata()?.uid())
}
