//! What a file is for, by its path and its first lines.

use serde::{Deserialize, Serialize};

/// What a file is for. The class of a line is that of its file when the line landed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum FileClass {
    /// Code of the product, and everything that is nothing below.
    Product,
    /// Code that tests other code.
    Test,
    /// Documentation.
    Docs,
    /// Configuration.
    Config,
    /// Builds, deployment and operations.
    Infrastructure,
    /// Written by a program.
    Generated,
    /// Somebody else's code, copied in.
    Vendored,
    /// A lock file of a package manager.
    Lock,
    /// Minified code.
    Minified,
    /// A stored expectation of a test.
    Snapshot,
    /// Data.
    Data,
}

/// All classes, in the order of their numbers.
pub const FILE_CLASSES: [FileClass; 11] = [
    FileClass::Product,
    FileClass::Test,
    FileClass::Docs,
    FileClass::Config,
    FileClass::Infrastructure,
    FileClass::Generated,
    FileClass::Vendored,
    FileClass::Lock,
    FileClass::Minified,
    FileClass::Snapshot,
    FileClass::Data,
];

impl FileClass {
    /// The name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Test => "test",
            Self::Docs => "docs",
            Self::Config => "config",
            Self::Infrastructure => "infrastructure",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Lock => "lock",
            Self::Minified => "minified",
            Self::Snapshot => "snapshot",
            Self::Data => "data",
        }
    }

    /// Whether its lines count as somebody's work.
    pub fn is_countable(self) -> bool {
        matches!(
            self,
            Self::Product | Self::Test | Self::Docs | Self::Config | Self::Infrastructure
        )
    }
}

const LOCK_FILES: &[&str] = &[
    "cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pipfile.lock",
    "gemfile.lock",
    "composer.lock",
    "go.sum",
    "mix.lock",
    "flake.lock",
    "packages.lock.json",
    "gradle.lockfile",
    "podfile.lock",
    "pubspec.lock",
];
const VENDOR_FOLDERS: &[&str] = &[
    "vendor",
    "third_party",
    "third-party",
    "node_modules",
    "dist",
    "build",
    "bower_components",
];
const TEST_FOLDERS: &[&str] =
    &["test", "tests", "__tests__", "spec", "specs", "testing", "testdata", "t"];
const DOC_FOLDERS: &[&str] = &["doc", "docs", "documentation"];
const DOC_ENDINGS: &[&str] = &["md", "rst", "adoc", "txt", "markdown", "tex", "1"];
const CONFIG_ENDINGS: &[&str] =
    &["toml", "yaml", "yml", "ini", "cfg", "conf", "json", "properties", "editorconfig"];
const INFRASTRUCTURE_FOLDERS: &[&str] = &[
    ".github",
    ".gitlab",
    ".circleci",
    ".buildkite",
    "terraform",
    "helm",
    "k8s",
    "deploy",
    ".ci",
    "ci",
];
const INFRASTRUCTURE_FILES: &[&str] = &[
    "dockerfile",
    "makefile",
    "gnumakefile",
    "justfile",
    "cmakelists.txt",
    "jenkinsfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yaml",
    ".travis.yml",
    ".gitlab-ci.yml",
];
const INFRASTRUCTURE_ENDINGS: &[&str] =
    &["tf", "tfvars", "mk", "cmake", "nix", "bazel", "bzl"];
const DATA_ENDINGS: &[&str] =
    &["csv", "tsv", "svg", "geojson", "xml", "po", "pot", "ipynb"];
const MINIFIED_ENDINGS: &[&str] =
    &[".min.js", ".min.css", ".min.mjs", ".js.map", ".css.map"];
const GENERATED_ENDINGS: &[&str] = &[
    ".pb.go",
    ".pb.cc",
    ".pb.h",
    "_pb2.py",
    "_pb2_grpc.py",
    ".g.dart",
    ".designer.cs",
    ".generated.ts",
    "_generated.rs",
];

/// Returns the class that the path alone gives.
pub fn by_path(path: &[u8]) -> FileClass {
    let text = String::from_utf8_lossy(path).to_ascii_lowercase();
    let (folders, name) = text.rsplit_once('/').unwrap_or(("", &text));
    let in_folder = |names: &[&str]| folders.split('/').any(|part| names.contains(&part));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if LOCK_FILES.contains(&name) {
        FileClass::Lock
    } else if in_folder(VENDOR_FOLDERS) {
        FileClass::Vendored
    } else if MINIFIED_ENDINGS.iter().any(|end| name.ends_with(end)) {
        FileClass::Minified
    } else if ending == "snap" || in_folder(&["__snapshots__", "snapshots"]) {
        FileClass::Snapshot
    } else if GENERATED_ENDINGS.iter().any(|end| name.ends_with(end)) {
        FileClass::Generated
    } else if DATA_ENDINGS.contains(&ending) {
        FileClass::Data
    } else if is_test_name(name) || in_folder(TEST_FOLDERS) {
        FileClass::Test
    } else if in_folder(INFRASTRUCTURE_FOLDERS)
        || INFRASTRUCTURE_FILES.contains(&name)
        || INFRASTRUCTURE_ENDINGS.contains(&ending)
        || name.starts_with("dockerfile.")
    {
        FileClass::Infrastructure
    } else if DOC_ENDINGS.contains(&ending) || in_folder(DOC_FOLDERS) {
        FileClass::Docs
    } else if CONFIG_ENDINGS.contains(&ending) || name.starts_with('.') {
        FileClass::Config
    } else {
        FileClass::Product
    }
}

fn is_test_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || name.contains(".test.")
        || name.contains(".spec.")
        || matches!(name, "conftest.py" | "tests.rs" | "tests.py")
}

/// Returns the class of a version of a file. What the first twenty lines say about
/// being generated, and lines no person writes, weigh more than the path, except that
/// copied-in and locked files stay what they are.
pub fn of_version(path: &[u8], bytes: &[u8]) -> FileClass {
    let class = by_path(path);
    if !class.is_countable() || class == FileClass::Docs {
        return class;
    }
    if says_generated(bytes) {
        FileClass::Generated
    } else if is_minified(bytes) {
        FileClass::Minified
    } else {
        class
    }
}

/// Whether the first twenty lines carry one of the usual marks of generated files:
/// `generated by`, `@generated`, `do not edit`, in any case.
fn says_generated(bytes: &[u8]) -> bool {
    const HEAD_LINES: usize = 20;
    const HEAD_BYTES: usize = 4_096;
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let end = memchr::memchr_iter(b'\n', head).nth(HEAD_LINES - 1).unwrap_or(head.len());
    let head = head[..end].to_ascii_lowercase();
    let has = |mark: &[u8]| memchr::memmem::find(&head, mark).is_some();
    has(b"generated by") || has(b"@generated") || has(b"do not edit")
}

/// Whether the mean line is over 300 bytes, or one is over 5,000.
fn is_minified(bytes: &[u8]) -> bool {
    const MEAN_LINE_BYTES: usize = 300;
    const LONGEST_LINE_BYTES: usize = 5_000;
    let mut last = 0;
    let mut lines = 0;
    for newline in memchr::memchr_iter(b'\n', bytes) {
        if newline - last > LONGEST_LINE_BYTES {
            return true;
        }
        last = newline;
        lines += 1;
    }
    bytes.len() - last > LONGEST_LINE_BYTES || bytes.len() > (lines + 1) * MEAN_LINE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_class_a_reader_expects() {
        let table = [
            ("src/main.rs", FileClass::Product),
            ("src/tests.rs", FileClass::Test),
            ("tests/it/main.rs", FileClass::Test),
            ("web/app.test.tsx", FileClass::Test),
            ("Cargo.lock", FileClass::Lock),
            ("third_party/zlib/inflate.c", FileClass::Vendored),
            ("README.md", FileClass::Docs),
            (".github/workflows/ci.yml", FileClass::Infrastructure),
            ("Cargo.toml", FileClass::Config),
            ("static/app.min.js", FileClass::Minified),
            ("data/towns.csv", FileClass::Data),
        ];
        for (path, class) in table {
            assert_eq!(by_path(path.as_bytes()), class, "{path}");
        }
    }

    #[test]
    fn the_head_of_a_file_says_that_it_is_generated() {
        let code = b"// Code generated by protoc. DO NOT EDIT.\nfn a() {}\n";
        assert_eq!(of_version(b"src/a.rs", code), FileClass::Generated);
        assert_eq!(of_version(b"src/a.rs", b"fn a() {}\n"), FileClass::Product);
    }

    #[test]
    fn one_enormous_line_makes_a_file_minified() {
        let line = [b'x'; 6_000];
        assert_eq!(of_version(b"src/a.js", &line), FileClass::Minified);
    }

    #[test]
    fn classes_stand_at_their_numbers() {
        for (number, class) in FILE_CLASSES.iter().enumerate() {
            assert_eq!(*class as usize, number);
        }
    }
}
