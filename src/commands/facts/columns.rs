//! The columns of all tables, with their types; `docs/facts.md` says what they are.

use crate::render::tables::{Column, Kind};

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn time(name: &'static str) -> Column {
    Column { name, kind: Kind::Time }
}

const fn count(name: &'static str) -> Column {
    Column { name, kind: Kind::Count }
}

const fn share(name: &'static str) -> Column {
    Column { name, kind: Kind::Share }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

const fn list(name: &'static str) -> Column {
    Column { name, kind: Kind::List }
}

/// Columns of `repositories`.
pub(super) const REPOSITORIES: &[Column] = &[
    text("schema"),
    text("id"),
    text("path"),
    text("branch"),
    text("tip"),
    time("as_of"),
    time("first_landing"),
    time("last_landing"),
    count("commits"),
    count("landings"),
    count("landings_by_event"),
    count("births"),
    count("deaths"),
    count("alive"),
    flag("first_parent_origins"),
    count("squash_landings"),
    count("squash_recovered"),
    count("squash_lines"),
    count("blobs"),
    count("blobs_read"),
    list("gaps"),
];

/// Columns of `commits`.
pub(super) const COMMITS: &[Column] = &[
    text("repo"),
    text("id"),
    list("parents"),
    text("author"),
    time("author_time"),
    time("committer_time"),
    text("landing"),
    time("landing_time"),
    flag("bulk"),
    text("ai_class"),
    list("tools"),
    list("models"),
    text("role"),
    text("confidence"),
    list("evidence"),
    text("squash"),
    count("pull_request"),
    text("operator"),
    text("operator_by"),
    text("ai_class_by_marks"),
    text("evidence_level"),
    share("ai_share_low"),
    share("ai_share_high"),
    text("ai_share_basis"),
    text("record"),
    count("record_listed_ai"),
    count("record_added"),
    count("record_ai"),
    count("record_human"),
    count("pulled_commits"),
    count("pulled_marked"),
];

/// Columns of `changes`.
pub(super) const CHANGES: &[Column] = &[
    text("repo"),
    text("commit"),
    text("path"),
    text("old_path"),
    text("status"),
    count("added"),
    count("deleted"),
    text("language"),
    text("file_class"),
];

/// Columns of `reverts`.
pub(super) const REVERTS: &[Column] = &[
    text("repo"),
    text("kind"),
    text("by"),
    text("by_landing"),
    text("target"),
    text("target_landing"),
    text("found_by"),
    text("effect"),
    count("born"),
    count("alive"),
    count("killed"),
    count("deleted"),
    count("restored"),
    count("changed"),
];

/// Columns of `line_operations`.
pub(super) const LINE_OPERATIONS: &[Column] = &[
    text("repo"),
    text("landing"),
    time("landing_time"),
    flag("bulk"),
    flag("counted"),
    count("added"),
    count("deleted"),
    count("updated"),
    count("moved"),
    count("copied"),
    count("find_and_replaced"),
    count("reformatted"),
    count("no_op_added"),
    count("no_op_deleted"),
    count("respaced"),
    count("unknown_added"),
    count("unknown_deleted"),
];

/// Columns of `clones`.
pub(super) const CLONES: &[Column] = &[
    text("repo"),
    text("preset"),
    count("class"),
    count("clone_type"),
    count("tokens"),
    text("path"),
    count("first_line"),
    count("last_line"),
    count("countable_lines"),
    flag("test"),
];

/// Columns of `duplication`.
pub(super) const DUPLICATION: &[Column] = &[
    text("repo"),
    text("preset"),
    text("origin"),
    text("landing"),
    time("landing_time"),
    flag("ai_marked"),
    flag("test"),
    count("countable_lines"),
    count("duplicated_lines"),
];

/// Columns of `clone_births`.
pub(super) const CLONE_BIRTHS: &[Column] = &[
    text("repo"),
    text("landing"),
    time("landing_time"),
    flag("bulk"),
    flag("test"),
    count("added_lines"),
    count("copied_lines"),
    count("repeated_lines"),
    count("moved_lines"),
    count("edited_lines"),
    count("resolved_gone_lines"),
    count("resolved_alone_lines"),
];

/// Columns of `lifetimes`.
pub(super) const LIFETIMES: &[Column] = &[
    text("repo"),
    text("origin"),
    text("landing"),
    text("death"),
    text("cause"),
    text("path"),
    text("kind"),
    text("file_class"),
    flag("birth_unknown"),
    flag("edited"),
    flag("copied"),
    flag("relanded"),
    flag("reformatted"),
    text("lineage_death"),
    text("overwritten_by"),
    text("evidence_level"),
    flag("ai_marked"),
    text("writer"),
    text("writer_tool"),
    text("writer_model"),
    flag("counted"),
    count("lines"),
];

/// Columns of `functions`.
pub(super) const FUNCTIONS: &[Column] = &[
    text("repo"),
    text("path"),
    text("name"),
    text("kind"),
    count("first_line"),
    count("last_line"),
    count("lines"),
    count("code_lines"),
    count("cyclomatic"),
    count("cognitive"),
    count("depth"),
    count("parameters"),
    flag("test"),
    count("standing_landings"),
    text("first_landing"),
    text("last_landing"),
    time("last_landing_time"),
];

/// Columns of `placeholders`.
pub(super) const PLACEHOLDERS: &[Column] = &[
    text("repo"),
    text("path"),
    count("line"),
    text("kind"),
    flag("test"),
    text("commit"),
    text("landing"),
];

/// Columns of `function_changes`.
pub(super) const FUNCTION_CHANGES: &[Column] = &[
    text("repo"),
    text("path"),
    text("name"),
    flag("test"),
    count("landings"),
    count("added_lines"),
    count("deleted_lines"),
    text("first_landing"),
    time("first_landing_time"),
    text("last_landing"),
    time("last_landing_time"),
    flag("new"),
    count("cyclomatic_before"),
    count("cyclomatic"),
    count("cognitive_before"),
    count("cognitive"),
    count("code_lines_before"),
    count("code_lines"),
    count("removed_lines"),
    count("removed_median_days"),
];

/// Columns of `function_landings`.
pub(super) const FUNCTION_LANDINGS: &[Column] = &[
    text("repo"),
    text("landing"),
    time("landing_time"),
    flag("bulk"),
    flag("product"),
    flag("tests"),
    count("added_in_functions"),
    count("added_outside"),
    count("added_not_parsed"),
    count("deleted_in_functions"),
    count("deleted_outside"),
    count("deleted_not_parsed"),
];
