//! Whose repositories git trusts here, though they belong to other users: the values
//! of `safe.directory`. As git does, only configuration of the system and of the user
//! is asked, never that of a repository. Includes are not followed.

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::history::{config, control_file};

/// Folders whose repositories may be of other users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedFolders {
    /// Values as written, with `~/` replaced.
    values: Vec<Vec<u8>>,
}

impl TrustedFolders {
    /// Reads them from the places that git reads. A file that cannot be read trusts
    /// nobody, and is no error: it is not ours.
    pub fn of_this_user() -> Self {
        let home = env::var_os("HOME").map(PathBuf::from);
        let mut trusted = Self::default();
        for file in files(home.as_deref()) {
            if let control_file::ControlFile::Text(text) = control_file::read_path(&file)
            {
                trusted.add(&text, home.as_deref());
            }
        }
        trusted
    }

    /// The address this user commits under, by the same files; the last one says it.
    pub fn address_of_this_user() -> Option<String> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let mut address = None;
        for file in files(home.as_deref()) {
            if let control_file::ControlFile::Text(text) = control_file::read_path(&file)
                && let Ok(values) = config::parse(&text)
                && let Some(value) = config::all(&values, "user", "email").last()
            {
                address = String::from_utf8(value.to_vec()).ok();
            }
        }
        address.filter(|address| address.contains('@'))
    }

    fn add(&mut self, text: &[u8], home: Option<&Path>) {
        let Ok(values) = config::parse(text) else { return };
        for value in config::all(&values, "safe", "directory") {
            match value.strip_prefix(b"~/") {
                // An empty value takes back all before it.
                None if value.is_empty() => self.values.clear(),
                None => self.values.push(value.to_vec()),
                Some(rest) => {
                    let path = home.map(|home| home.join(OsStr::from_bytes(rest)));
                    self.values.extend(path.map(|path| path.into_os_string().into_vec()));
                }
            }
        }
    }

    /// Whether the repository at `path` is in one of them.
    pub fn holds(&self, path: &Path) -> bool {
        let Ok(real) = std::fs::canonicalize(path) else { return false };
        self.values.iter().any(|value| is_held(&real, value))
    }
}

/// Whether a value holds the repository at a real path. As for git, a path that is not
/// absolute says nothing: it would be another one in each folder. The one exception is
/// the folder that this process is in.
fn is_held(real: &Path, value: &[u8]) -> bool {
    if value == b"*" {
        return true;
    }
    if !value.starts_with(b"/") && value != b"." {
        return false;
    }
    let (folder, is_below) =
        value.strip_suffix(b"/*").map_or((value, false), |above| (above, true));
    // What is left of `/*` is the top.
    let folder = if folder.is_empty() { b"/".as_slice() } else { folder };
    let Ok(folder) = std::fs::canonicalize(OsStr::from_bytes(folder)) else {
        return false;
    };
    if is_below { real != folder && real.starts_with(&folder) } else { real == folder }
}

/// The files, from the system's to the user's, whose values come last.
fn files(home: Option<&Path>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if env::var_os("GIT_CONFIG_NOSYSTEM").is_none() {
        let system = env::var_os("GIT_CONFIG_SYSTEM");
        files.push(system.map_or_else(|| PathBuf::from("/etc/gitconfig"), PathBuf::from));
    }
    if let Some(global) = env::var_os("GIT_CONFIG_GLOBAL") {
        files.push(PathBuf::from(global));
        return files;
    }
    let xdg = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    files.extend(
        xdg.or_else(|| home.map(|home| home.join(".config")))
            .map(|folder| folder.join("git").join("config")),
    );
    files.extend(home.map(|home| home.join(".gitconfig")));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(text: &str) -> TrustedFolders {
        let mut trusted = TrustedFolders::default();
        trusted.add(text.as_bytes(), Some(Path::new("/")));
        trusted
    }

    #[test]
    fn a_folder_is_trusted_by_its_path_by_one_above_it_or_with_all() {
        let src = env!("CARGO_MANIFEST_DIR");
        let path = PathBuf::from(src).join("src");
        let holds = |value: &str| {
            trusted(&format!("[safe]\n\tdirectory = {value}\n")).holds(&path)
        };
        assert!(holds("*"));
        assert!(holds(&format!("{src}/src")));
        assert!(holds(&format!("{src}/*")));
        assert!(holds(&format!("~{src}/src")));
        assert!(!holds(src));
        assert!(!holds(&format!("{src}/src/*")));
        assert!(!holds(&format!("{src}/tests")));
        assert!(!holds(""));
    }

    #[test]
    fn a_path_that_is_not_absolute_trusts_nobody_but_the_folder_we_are_in() {
        let here = env::current_dir().unwrap();
        let src = here.join("src");
        let holds = |value: &str, path: &Path| {
            trusted(&format!("[safe]\n\tdirectory = {value}\n")).holds(path)
        };
        for value in ["src", "./src", "./*", "../*", "", "~nobody"] {
            assert!(!holds(value, &src), "{value}");
        }
        assert!(holds(".", &here));
        assert!(!holds(".", &src));
        assert!(holds("/*", &src));
    }

    #[test]
    fn an_empty_value_takes_back_all_before_it() {
        let text = "[safe]\n\tdirectory = *\n\tdirectory =\n";
        assert_eq!(trusted(text), TrustedFolders::default());
    }

    #[test]
    fn a_file_that_is_no_configuration_trusts_nobody() {
        let text = "[safe]\n\tdirectory = *\nnonsense nonsense\n";
        assert_eq!(trusted(text), TrustedFolders::default());
    }
}
