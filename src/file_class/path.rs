//! What a path says about its file.
//!
//! Names and folders of what is copied in follow the list that GitHub's linguist calls
//! vendored, without what there is merely left out of language statistics: fixtures,
//! packaging, configuration.

use super::FileClass;
use crate::history::attributes::Asserted;

const LOCK_FILES: &[&str] = &[
    ".terraform.lock.hcl",
    "berksfile.lock",
    "buf.lock",
    "buildscript-gradle.lockfile",
    "bun.lock",
    "cabal.project.freeze",
    "cargo.lock",
    "cartfile.resolved",
    "chart.lock",
    "composer.lock",
    "conan.lock",
    "conda-lock.yml",
    "deno.lock",
    "devbox.lock",
    "devenv.lock",
    "dub.selections.json",
    "flake.lock",
    "gemfile.lock",
    "gems.locked",
    "glide.lock",
    "go.sum",
    "go.work.sum",
    "gopkg.lock",
    "gradle.lockfile",
    "gradle-dependencies.lock",
    "jsr.lock",
    "mise.lock",
    "mix.lock",
    "module.bazel.lock",
    "move.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.resolved",
    "packages.lock.json",
    "paket.lock",
    "pdm.lock",
    "pipfile.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "pubspec.lock",
    "puppetfile.lock",
    "pylock.toml",
    "rebar.lock",
    "renv.lock",
    "scarb.lock",
    "shard.lock",
    "stack.yaml.lock",
    "symfony.lock",
    "uv.lock",
    "yarn.lock",
];
const VENDOR_FOLDERS: &[&str] = &[
    "vendor",
    "vendors",
    "third_party",
    "vendored",
    "third-party",
    "thirdparty",
    "3rd-party",
    "3rdparty",
    "3rd_party",
    "node_modules",
    "bower",
    "bower_components",
    "flow-typed",
    "jspm_packages",
    "_workspace",
    "carthage",
    "pods",
    "dist",
];
/// Folders with these names at the top of a tree.
const VENDOR_FOLDERS_AT_TOP: &[&str] =
    &["deps", "dependencies", "extern", "external", "externals"];
/// Files that tools copy into every project.
const VENDOR_FILES: &[&str] = &[
    "config.guess",
    "config.sub",
    "cpplint.py",
    "depcomp",
    "erlang.mk",
    "gradlew",
    "gradlew.bat",
    "install-sh",
    "ltmain.sh",
    "aclocal.m4",
    "libtool.m4",
    "ltoptions.m4",
    "ltsugar.m4",
    "ltversion.m4",
    "lt~obsolete.m4",
    "mvnw",
    "mvnw.cmd",
];
const TEST_FOLDERS: &[&str] =
    &["test", "tests", "__tests__", "spec", "specs", "testing", "testdata", "t"];
const DOC_FOLDERS: &[&str] = &["doc", "docs", "documentation"];
const DOC_ENDINGS: &[&str] = &["md", "rst", "adoc", "txt", "markdown", "tex", "1"];
const CONFIG_ENDINGS: &[&str] = &[
    "toml",
    "yaml",
    "yml",
    "ini",
    "cfg",
    "conf",
    "json",
    "properties",
    "editorconfig",
    "xml",
];
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
const DATA_ENDINGS: &[&str] = &["csv", "tsv", "svg", "geojson", "po", "pot", "ipynb"];
/// Endings of what is written by hand when it is small.
const MAYBE_DATA_ENDINGS: &[&str] = &[
    "json", "jsonl", "ndjson", "json5", "xml", "yaml", "yml", "toml", "txt", "sql",
    "dat", "log", "html", "plist", "pem", "hex", "ltsv",
];
const MINIFIED_ENDINGS: &[&str] = &[
    ".min.js", "-min.js", ".min.css", "-min.css", ".min.mjs", ".min.cjs", ".js.map",
    ".css.map", ".mjs.map",
];
const GENERATED_ENDINGS: &[&str] = &[
    ".pb.go",
    ".pb.gw.go",
    ".pb.cc",
    ".pb.h",
    ".pb.swift",
    ".pb.dart",
    "_pb2.py",
    "_pb2.pyi",
    "_pb2_grpc.py",
    "_pb.js",
    "_pb.d.ts",
    "_grpc_pb.js",
    "_pb.rb",
    ".pbobjc.h",
    ".pbobjc.m",
    ".freezed.dart",
    ".g.dart",
    ".gr.dart",
    ".mocks.dart",
    ".g.cs",
    ".designer.cs",
    ".designer.vb",
    ".feature.cs",
    ".generated.cs",
    ".generated.ts",
    ".generated.go",
    "_generated.go",
    ".gen.go",
    "_generated.rs",
];

/// A path in lower case, taken apart.
struct Parts<'t> {
    folders: &'t str,
    name: &'t str,
    ending: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        let (folders, name) = text.rsplit_once('/').unwrap_or(("", text));
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Self { folders, name, ending }
    }

    fn is_below(&self, names: &[&str]) -> bool {
        self.folders.split('/').any(|part| names.contains(&part))
    }

    fn is_below_top(&self, names: &[&str]) -> bool {
        self.folders.split('/').next().is_some_and(|top| names.contains(&top))
    }

    fn ends_with_one_of(&self, ends: &[&str]) -> bool {
        ends.iter().any(|end| self.name.ends_with(end))
    }

    fn is_vendored(&self) -> bool {
        self.is_below(VENDOR_FOLDERS)
            || self.is_below_top(VENDOR_FOLDERS_AT_TOP)
            || VENDOR_FILES.contains(&self.name)
            || self.folders.ends_with("gradle/wrapper")
            || self.folders.ends_with(".yarn/releases")
            || self.folders.ends_with(".mvn/wrapper")
    }

    fn is_generated(&self) -> bool {
        self.ends_with_one_of(GENERATED_ENDINGS)
            || self.is_coverage()
            || (self.name.starts_with("zz_generated.") && self.ending == "go")
    }

    /// Pages about which lines tests reached. A folder `coverage` may hold a program, too,
    /// so of that pages and their style alone are meant, and at the top alone.
    fn is_coverage(&self) -> bool {
        self.is_below(&["htmlcov", "lcov-report"])
            || self.is_below_top(&["coverage"]) && matches!(self.ending, "html" | "css")
    }

    fn is_test(&self) -> bool {
        let stem = self.name.split('.').next().unwrap_or(self.name);
        stem.starts_with("test_")
            || stem.ends_with("_test")
            || stem.ends_with("_tests")
            || self.name.contains(".test.")
            || self.name.contains(".spec.")
            || matches!(self.name, "conftest.py" | "tests.rs" | "tests.py")
            || self.is_below(TEST_FOLDERS)
    }

    /// `build` at the top holds scripts as often as what they make, so it is no reason
    /// to leave anything out; deeper it is a name like any other.
    fn is_infrastructure(&self) -> bool {
        self.is_below(INFRASTRUCTURE_FOLDERS)
            || self.is_below_top(&["build"])
            || INFRASTRUCTURE_FILES.contains(&self.name)
            || INFRASTRUCTURE_ENDINGS.contains(&self.ending)
            || self.name.starts_with("dockerfile.")
    }

    fn is_docs(&self) -> bool {
        let is_text = DOC_ENDINGS.contains(&self.ending) && !self.is_requirements();
        is_text || self.is_below(DOC_FOLDERS)
    }

    /// `requirements.txt` and its kin, which are no texts.
    fn is_requirements(&self) -> bool {
        let starts = ["requirements", "constraints"];
        let is_one = starts.iter().any(|start| self.name.starts_with(start));
        is_one && matches!(self.ending, "txt" | "in")
    }

    fn is_config(&self) -> bool {
        CONFIG_ENDINGS.contains(&self.ending)
            || self.name.starts_with('.')
            || self.is_requirements()
    }
}

/// Returns the class of a path, where the attributes leave it open.
pub(super) fn class(path: &[u8], said: Asserted) -> FileClass {
    let text = String::from_utf8_lossy(path).to_ascii_lowercase();
    let parts = Parts::of(&text);
    if LOCK_FILES.contains(&parts.name) || parts.name.ends_with(".opam.locked") {
        FileClass::Lock
    } else if said.vendored.unwrap_or_else(|| parts.is_vendored()) {
        FileClass::Vendored
    } else if said.generated.unwrap_or_else(|| parts.is_generated()) {
        FileClass::Generated
    } else if said.generated.is_none() && parts.ends_with_one_of(MINIFIED_ENDINGS) {
        FileClass::Minified
    } else if matches!(parts.ending, "snap" | "ambr" | "storyshot")
        || parts.is_below(&["__snapshots__"])
    {
        FileClass::Snapshot
    } else if DATA_ENDINGS.contains(&parts.ending) {
        FileClass::Data
    } else {
        counted(&parts, said)
    }
}

/// The class of a file that counts.
fn counted(parts: &Parts<'_>, said: Asserted) -> FileClass {
    if said.documentation == Some(true) {
        FileClass::Docs
    } else if parts.is_test() {
        FileClass::Test
    } else if parts.is_infrastructure() {
        FileClass::Infrastructure
    } else if said.documentation.is_none() && parts.is_docs() {
        FileClass::Docs
    } else if parts.is_config() {
        FileClass::Config
    } else {
        FileClass::Product
    }
}

/// Whether a file of this name is data when it is large.
pub(super) fn may_be_data(path: &[u8]) -> bool {
    let text = String::from_utf8_lossy(path).to_ascii_lowercase();
    MAYBE_DATA_ENDINGS.contains(&Parts::of(&text).ending)
}
