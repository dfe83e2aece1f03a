//! The branch that a merge brought in, and what its name says.

use super::message;
use super::{Confidence, Rules};

/// What the name of a branch says of the commits that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchRule {
    /// The id of the rule.
    pub id: String,
    /// The tool that names branches so.
    pub tool: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// The name of the branch that a merge says it brought in; `None` where it names none.
/// The owner of a fork is left out.
pub fn merged_branch(message: &[u8]) -> Option<&[u8]> {
    let (_, subject) = message::subject(message);
    if let Some(rest) = subject.strip_prefix(b"Merge pull request #") {
        // `12 from owner/branch`
        let at = memchr::memmem::find(rest, b" from ")?;
        let source = rest[at + 6..].trim_ascii();
        let slash = source.iter().position(|&byte| byte == b'/')?;
        return Some(&source[slash + 1..]);
    }
    if let Some(rest) = subject.strip_prefix(b"Merged in ") {
        // Bitbucket: `branch (pull request #12)`
        return rest.split(|&byte| byte == b' ').next().filter(|name| !name.is_empty());
    }
    let quoted = |start: &[u8]| {
        let rest = subject.strip_prefix(start)?;
        let end = rest.iter().position(|&byte| byte == b'\'')?;
        Some(&rest[..end])
    };
    if let Some(name) = quoted(b"Merge remote-tracking branch '") {
        // `origin/branch`
        let slash = name.iter().position(|&byte| byte == b'/')?;
        return Some(&name[slash + 1..]);
    }
    quoted(b"Merge branch '")
}

impl Rules {
    /// What the name of a branch says. It speaks for the commits that only the branch
    /// had, never for one commit by its text.
    pub fn branch(&self, name: &[u8]) -> Option<BranchRule> {
        let id = self.branch_rule(name)?;
        let rule = self.branch_rules.iter().find(|rule| rule.id == id)?;
        if rule.tool != "from-prefix" {
            return Some(rule.clone());
        }
        let prefix = name.split(|&byte| byte == b'/').next().unwrap_or(name);
        let tool = self.tool_named(prefix).unwrap_or(super::words::UNKNOWN_TOOL);
        Some(BranchRule { tool: tool.to_owned(), ..rule.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_name_the_branch_they_brought_in() {
        for (subject, expected) in [
            ("Merge pull request #12 from ana/codex/fix-it", Some("codex/fix-it")),
            ("Merge branch 'claude/x-1' into main", Some("claude/x-1")),
            ("Merge branch 'main' into codex/y", Some("main")),
            (
                "Merge remote-tracking branch 'origin/devin/1712345678-a'",
                Some("devin/1712345678-a"),
            ),
            ("Merged in copilot/fix (pull request #3)", Some("copilot/fix")),
            ("Merge pull request #12 from ana", None),
            ("Merge commit 'abc'", None),
            ("Add codex/ branches", None),
        ] {
            let name = merged_branch(subject.as_bytes());
            assert_eq!(name, expected.map(str::as_bytes), "{subject}");
        }
    }

    #[test]
    fn a_branch_named_after_a_person_says_nothing() {
        let rules = Rules::embedded().unwrap();
        let tool = |name: &str| rules.branch(name.as_bytes()).map(|rule| rule.tool);
        assert_eq!(tool("codex/fix-it").as_deref(), Some("codex"));
        assert_eq!(tool("kiro/fix-it").as_deref(), Some("kiro"));
        assert_eq!(tool("devin/1712345678-fix").as_deref(), Some("devin"));
        for name in
            ["charlie/fix", "devin/fix", "ai/x", "agent/x", "continue/x", "feature/codex"]
        {
            assert_eq!(tool(name), None, "{name}");
        }
    }
}
