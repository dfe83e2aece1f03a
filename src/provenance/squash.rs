//! Whether a message stands for several commits pressed into one.

use regex::bytes::Regex;

use super::Squash;
use super::file::{SquashRow, SquashTable};
use super::message;
use super::patterns::{Patterns, compile_one, source};
use super::row::Row;
use crate::error::Error;

/// How a squash is recognised.
#[derive(Debug, Clone)]
pub(super) struct SquashRules {
    subject_suffix: Regex,
    /// The patterns of lines, in the order of [`BULLET`] to [`MERGE_REQUEST`].
    lines: Patterns,
    min_bullets: u32,
}

const BULLET: usize = 0;
const DASHES: usize = 1;
const GIT_HEADER: usize = 2;
const MERGE_REQUEST: usize = 3;

impl SquashRules {
    pub(super) fn compile(table: &SquashTable) -> Result<Self, Error> {
        let [lines @ .., suffix] = rows(table).map(|row| source(row, &row.rule.pattern));
        Ok(Self {
            subject_suffix: compile_one(&suffix)?,
            lines: Patterns::compile(&lines)?,
            min_bullets: table.min_bullets,
        })
    }

    /// Whether one pattern fits a text: those of lines in their order, then that of
    /// subjects.
    pub(super) fn fits(&self, place: usize, text: &[u8]) -> bool {
        if place > MERGE_REQUEST {
            self.subject_suffix.is_match(text)
        } else {
            self.lines.hit(place, text)
        }
    }

    /// What a message says about itself. A merge is no squash, though GitLab's merges
    /// name their request too.
    pub(super) fn state(&self, message: &[u8]) -> Squash {
        let (_, subject) = message::subject(message);
        if subject.starts_with(b"Merge branch ") || subject.starts_with(b"Merge remote-")
        {
            return Squash::None;
        }
        let mut is_squash = self.subject_suffix.is_match(subject);
        let (mut n_bullets, mut n_commits, mut has_dashes) = (0, 0, false);
        for (_, line) in message::lines(message) {
            let line = line.trim_ascii_end();
            n_commits += u32::from(is_commit_line(line));
            for hit in self.lines.hits(line) {
                n_bullets += u32::from(hit == BULLET);
                has_dashes |= hit == DASHES;
                is_squash |= hit == GIT_HEADER || hit == MERGE_REQUEST;
            }
        }
        let is_multi = n_bullets >= self.min_bullets || has_dashes || n_commits > 1;
        match (is_squash, is_multi) {
            (false, _) => Squash::None,
            (true, false) => Squash::Single,
            (true, true) => Squash::Multi,
        }
    }
}

/// The patterns of the table, in the order of [`SquashRules::fits`].
pub(super) fn rows(table: &SquashTable) -> [&Row<SquashRow>; 5] {
    [
        &table.bullet_line,
        &table.dash_rule,
        &table.git_squash_header,
        &table.gitlab_mr_line,
        &table.subject_pr_suffix,
    ]
}

/// `commit <id>`, as `git merge --squash` writes above each message.
fn is_commit_line(line: &[u8]) -> bool {
    line.strip_prefix(b"commit ").is_some_and(|id| {
        matches!(id.len(), 40 | 64) && id.iter().all(u8::is_ascii_hexdigit)
    })
}
