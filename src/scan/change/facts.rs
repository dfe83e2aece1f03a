//! What a change does, as plain data.

use serde::{Deserialize, Serialize};

use crate::clones::BirthCounts;
use crate::facts::{CacheUse, ChangeStatus};
use crate::file_class::FileClass;
use crate::history::ObjectId;
use crate::problem::Gaps;
use crate::syntax::PlaceholderKind;
use crate::untrusted::Untrusted;

/// What a change does. Lines are 1-based here, both ends counted, as tools show them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeFacts {
    /// The version of this shape.
    pub version: u32,
    /// The commit that the change is for.
    pub base: ObjectId,
    /// Where it ends.
    pub head: ObjectId,
    /// Where it begins: the best common ancestor of both.
    pub merge_base: ObjectId,
    /// How many other common ancestors are as good.
    pub other_merge_bases: u32,
    /// Commits that lead to the head and not to the base.
    pub commits: u64,
    /// The files, in the order of their paths.
    pub files: Vec<ChangedFile>,
    /// What became of duplication in code that does not test other code.
    pub product: BirthCounts,
    /// The same in code that does.
    pub tests: BirthCounts,
    /// Added lines that stand elsewhere, too; the longest first.
    pub copies: Vec<Copied>,
    /// Lines deleted that were young, by file.
    pub young: Vec<YoungLines>,
    /// Landings of the last [`super::YOUNG_DAYS`] days that the change takes back.
    pub taken_back: Vec<TakenBack>,
    /// Code taken back in the last [`super::RETURN_DAYS`] days that the change brings back.
    pub returned: Vec<Returned>,
    /// Whether there are tests where the change begins: by the paths of files, and, when
    /// it adds product code and touches no test, by what is in them.
    pub has_tests: bool,
    /// Files that say how to judge, as they stand where the change begins.
    pub controls: Vec<Control>,
    /// What of the change could not be looked at, by path.
    pub unanalysed: Vec<Unanalysed>,
    /// What else was left out or ignored.
    pub remarks: Gaps,
    /// What was taken over from an earlier run.
    pub cache: CacheUse,
}

/// A changed file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// Its path; of a deleted file the one it had.
    pub path: Untrusted,
    /// What happened to it.
    pub status: ChangeStatus,
    /// Where it was, if it was elsewhere.
    pub old_path: Option<Untrusted>,
    /// What it is for.
    pub class: FileClass,
    /// Whether attributes where the change begins say that a program or somebody else
    /// wrote it.
    pub is_said_generated: bool,
    /// Whether the change itself marks it as generated, which was not believed.
    pub marks_itself: bool,
    /// Whether its language is parsed.
    pub is_code: bool,
    /// Whether its language is not known, and it was code before or may be.
    pub may_be_code: bool,
    /// Lines added, as `git diff --numstat` counts them.
    pub added_lines: u64,
    /// Lines deleted, in the same way.
    pub deleted_lines: u64,
    /// Lines of code added that test no other code and did not move within the change.
    pub added_product_lines: u64,
    /// Lines of code added or deleted that test other code.
    pub changed_test_lines: u64,
    /// Functions that are new, or longer or more complex than before.
    pub functions: Vec<FunctionChange>,
    /// Placeholders on lines that the change added.
    pub placeholders: Vec<AddedPlaceholder>,
    /// What it says of dependencies, if it is a manifest.
    pub manifest: Option<ManifestChange>,
    /// Lines that speak to this program, at the head.
    pub marks: Vec<CommentMark>,
}

/// How large a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionSize {
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Lines of code.
    pub code_lines: u32,
}

/// A function that grew, or is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionChange {
    /// Its name with those of what it stands in.
    pub name: Untrusted,
    /// Its first line.
    pub first_line: u32,
    /// Its last line.
    pub last_line: u32,
    /// What it was before; `None` if it is new.
    pub before: Option<FunctionSize>,
    /// What it is.
    pub after: FunctionSize,
    /// Whether it tests other code.
    pub is_test: bool,
}

/// A placeholder that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedPlaceholder {
    /// What sort.
    pub kind: PlaceholderKind,
    /// Its line.
    pub line: u32,
    /// The function that it stands in.
    pub symbol: Option<Untrusted>,
    /// Whether it stands in code that tests other code.
    pub is_test: bool,
    /// A hash of the words of its line.
    pub digest: u64,
}

/// Added lines that stand elsewhere, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The file that has them.
    pub path: Untrusted,
    /// The first line of the whole match.
    pub first_line: u32,
    /// Its last line.
    pub last_line: u32,
    /// The function that it begins in.
    pub symbol: Option<Untrusted>,
    /// How many lines of it the change added and no longer match explains.
    pub added_lines: u64,
    /// Where else they stand.
    pub of_path: Untrusted,
    /// The first line there.
    pub of_first_line: u32,
    /// The last line there.
    pub of_last_line: u32,
    /// Whether they stood there before, or the change adds them there, too.
    pub in_base: bool,
    /// Whether names, strings or numbers differ.
    pub is_renamed: bool,
    /// How many tokens are equal.
    pub tokens: u32,
    /// Whether they test other code.
    pub is_test: bool,
    /// A hash of the words of the match.
    pub digest: u64,
}

/// Lines that the change deleted, and how many of them were young.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YoungLines {
    /// The path that they had where the change begins.
    pub path: Untrusted,
    /// Lines of code deleted that do not go on elsewhere in the change.
    pub deleted: u64,
    /// Those of them that landed less than [`super::YOUNG_DAYS`] days before.
    pub young: u64,
    /// Those of these that landed by the work of an author of the change.
    pub by_same_author: u64,
    /// The first young line.
    pub first_line: Option<u32>,
    /// The last one.
    pub last_line: Option<u32>,
    /// The landings that brought them in, by id.
    pub landings: Vec<ObjectId>,
}

/// A landing that the change takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// The landing.
    pub landing: ObjectId,
    /// How many seconds before the beginning of the change it landed.
    pub age_seconds: i64,
    /// Whether a message says so; else what becomes of the lines does.
    pub is_said: bool,
    /// A file of it that the change touches.
    pub path: Untrusted,
}

/// Code that was taken back and comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The landing that took it back.
    pub taken_by: ObjectId,
    /// How many seconds before the beginning of the change it landed.
    pub age_seconds: i64,
    /// How many lines it took back.
    pub taken_lines: u64,
    /// How many of them the change brings back.
    pub lines: u64,
    /// The file that gets most of them.
    pub path: Untrusted,
}

/// What a change of a manifest does to dependencies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestChange {
    /// The package manager.
    pub ecosystem: String,
    /// Whether a change of what it asks for has to show in the lock file.
    pub must_show_in_lock: bool,
    /// The lock files that were there for it.
    pub locks: Vec<Untrusted>,
    /// Whether one of them is changed, or made, with it.
    pub lock_is_changed: bool,
    /// Whether no other manifest stood in its folder.
    pub is_new_root: bool,
    /// Dependencies that are new in it.
    pub added: Vec<Untrusted>,
    /// All other dependencies that it had and still has.
    pub others: Vec<Untrusted>,
}

/// A line of a comment that speaks to this program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentMark {
    /// Its line.
    pub line: u32,
    /// What it says, cut after 500 bytes.
    pub text: Untrusted,
    /// Whether the change added it.
    pub is_added: bool,
}

/// A file that says how to judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// What it holds where the change begins; `None` if it is not there.
    pub content: Option<Vec<u8>>,
    /// Why it cannot be used, though it is there.
    pub fault: Option<String>,
    /// Whether the change touches it.
    pub is_changed: bool,
}

/// A changed file that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unanalysed {
    /// Its path.
    pub path: Untrusted,
    /// Why, in words of ours.
    pub why: String,
}
