//! Revisions as people type them: `main`, `origin/main`, `v1.2`, `HEAD~5`, `4f3a2b1^2`.
//!
//! The grammar is that of git's `gitrevisions` manual as far as it names one commit by
//! refs, ids and steps to parents. It is ours and small: nothing is handed to another
//! parser, and nothing is run. What depends on the clone (entries of reflogs, upstreams) or
//! searches messages is refused: it names another commit elsewhere, or tomorrow.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::history::ObjectId;
use crate::history::commit;
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::open::Opened;

/// The fewest digits of an id that is cut short.
const LEAST_DIGITS: usize = 4;
/// How many steps one `~` may take.
const MOST_STEPS: usize = 1_000_000;

/// What follows a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// `~3`: so many first parents.
    Back(usize),
    /// `^2`: the parent of that number; of 0 the commit itself, as of `^{}`.
    Parent(usize),
}

/// Finds the commit that a text names.
///
/// # Errors
///
/// `E-REV` when it names none, more than one, or is not understood; and when refs or
/// objects cannot be read.
pub fn find(opened: &Opened, text: &str) -> Result<ObjectId, Error> {
    let (name, steps) = parse(text).map_err(|why| refused(text, why))?;
    let mut id = named(opened, name)?;
    let mut reader = opened.reader()?;
    for step in steps {
        let (times, number) = match step {
            Step::Back(times) => (times, 1),
            Step::Parent(0) => continue,
            Step::Parent(number) => (1, number),
        };
        for _ in 0..times {
            id = parent(opened, &mut reader, id, number)
                .map_err(|why| refused(text, why))?;
        }
    }
    Ok(id)
}

fn refused(text: &str, why: &str) -> Error {
    let hint = "give a branch, a tag, a full ref name or the id of a commit";
    Error::input("E-REV", "cannot find the revision", why, hint).at(text)
}

/// Cuts a text into a name and the steps from there.
fn parse(text: &str) -> Result<(&str, Vec<Step>), &'static str> {
    if text.contains("..") {
        return Err("it is a range, and one commit is asked for");
    }
    if text.contains("@{") {
        return Err("entries of reflogs and upstreams differ from clone to clone");
    }
    if text.contains(':') {
        return Err("it names no commit by its refs, id and parents");
    }
    let end = text.find(['~', '^']).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut steps = Vec::new();
    while let Some(sign) = rest.chars().next() {
        rest = &rest[sign.len_utf8()..];
        if let Some(after) = rest.strip_prefix('{') {
            let (kind, after) = after.split_once('}').ok_or("a bracket is not closed")?;
            if sign != '^' || !matches!(kind, "" | "commit") {
                return Err("of what stands in brackets only ^{} and ^{commit} are read");
            }
            rest = after;
            continue;
        }
        let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let number: usize = match digits {
            "" => 1,
            digits => digits.parse().map_err(|_| "a number in it is too large")?,
        };
        match sign {
            '~' if number <= MOST_STEPS => steps.push(Step::Back(number)),
            '^' => steps.push(Step::Parent(number)),
            _ => return Err("it is not understood"),
        }
        rest = after;
    }
    Ok((name, steps))
}

/// The commit that a name stands for: a ref, or an id, whole or cut short.
fn named(opened: &Opened, name: &str) -> Result<ObjectId, Error> {
    if let Some(id) = ObjectId::from_hex(name.as_bytes()) {
        return commit_at(opened, name, id);
    }
    let mut found: BTreeMap<ObjectId, String> = BTreeMap::new();
    for full in spellings(name) {
        if let Some((_, id)) = opened.refs().resolve(full.as_bytes())? {
            found.entry(commit_at(opened, name, id)?).or_insert(full);
        }
    }
    // `git describe` puts a short id behind the name of a tag.
    let described = name.rsplit_once("-g").map(|(_, digits)| digits);
    let is_ref = !found.is_empty();
    let short = [Some(name), described.filter(|_| !is_ref)];
    for digits in short.into_iter().flatten().filter(|digits| is_short_id(digits)) {
        for id in opened.objects_beginning_with(&digits.to_ascii_lowercase()) {
            if let Ok(commit) = commit_at(opened, name, id) {
                found.entry(commit).or_insert_with(|| format!("commit {commit}"));
            }
        }
    }
    let mut names = found.values();
    match (found.len(), names.next(), names.next()) {
        (0, ..) => Err(refused(name, "there is no branch, tag or commit of that name")),
        (1, ..) => Ok(found.into_keys().next().unwrap_or(ObjectId([0; 20]))),
        (n, one, other) => {
            let words = |name: Option<&String>| name.cloned().unwrap_or_default();
            let why = format!(
                "it is ambiguous, and can be {n} commits: {} and {} among them",
                words(one),
                words(other)
            );
            Err(refused(name, &why))
        }
    }
}

/// The full names of refs that a name may be short for, as git looks for them.
fn spellings(name: &str) -> Vec<String> {
    const AT_THE_TOP: [&str; 4] = ["HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD"];
    let name = if name == "@" { "HEAD" } else { name };
    if AT_THE_TOP.contains(&name) {
        return vec![name.to_owned()];
    }
    let folders = ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
    let mut all: Vec<String> = folders.iter().map(|it| format!("{it}{name}")).collect();
    all.push(format!("refs/remotes/{name}/HEAD"));
    if name.starts_with("refs/") {
        all.insert(0, name.to_owned());
    }
    all
}

fn is_short_id(text: &str) -> bool {
    (LEAST_DIGITS..40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The commit that an object is, or that a tag leads to.
fn commit_at(opened: &Opened, name: &str, id: ObjectId) -> Result<ObjectId, Error> {
    let tip = opened.peeled(name.as_bytes(), id)?;
    tip.commit.ok_or_else(|| refused(name, "the branch has no commits"))
}

fn parent(
    opened: &Opened,
    reader: &mut ObjectReader<'_>,
    id: ObjectId,
    number: usize,
) -> Result<ObjectId, &'static str> {
    let read = reader.read(id, ObjectKind::Commit).ok();
    let raw = read.and_then(|data| commit::parse(&data));
    let raw = raw.ok_or("a commit on the way to it cannot be read")?;
    let parent = raw.parents.get(number - 1).copied();
    let parent = parent.ok_or("a commit on the way to it has no such parent")?;
    if opened.shallow().contains(&id) {
        return Err("the clone is shallow and ends before it");
    }
    Ok(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_name_and_steps() {
        let steps = |text: &'static str| parse(text).expect("it is understood");
        assert_eq!(steps("main"), ("main", vec![]));
        assert_eq!(steps("a/b~"), ("a/b", vec![Step::Back(1)]));
        assert_eq!(
            steps("@^2~3^^0"),
            (
                "@",
                [Step::Parent(2), Step::Back(3), Step::Parent(1), Step::Parent(0)].into()
            )
        );
        assert_eq!(steps("v1^{}~2"), ("v1", vec![Step::Back(2)]));
        assert_eq!(steps("v1^{commit}"), ("v1", vec![]));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_the_reason() {
        for (text, word) in [
            ("a..b", "range"),
            ("main@{1}", "reflogs"),
            ("@{upstream}", "upstreams"),
            (":/fix", "names no commit"),
            ("main^{/fix}", "brackets"),
            ("main^{tree}", "brackets"),
            ("main^{", "closed"),
            ("main~x", "understood"),
            ("main~99999999999999999999", "too large"),
        ] {
            let why = parse(text).expect_err(text);
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
