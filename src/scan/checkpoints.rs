//! Records of AI sessions that a repository holds itself: the checkpoints of Entire, each
//! with a ref of its own, or all on one branch. Only counts, times and names of tools are kept: what
//! people wrote to the tool is not read, and what the tool summed up is dropped.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::facts::CheckpointFacts;
use crate::history::ObjectId;
use crate::history::commit;
use crate::history::objects::{ObjectKind, ObjectReader, Unreadable};
use crate::history::open::Opened;
use crate::history::tree::{self, TreeCache, TreeChanges};
use crate::limits;
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// Where each checkpoint has a ref of its own: `<last two of the id>/<id>`.
const FOLDER: &str = "refs/entire/checkpoints/";

/// Where the branch may be, in the order of trust.
const REFS: [&str; 2] =
    ["refs/heads/entire/checkpoints/v1", "refs/remotes/origin/entire/checkpoints/v1"];

/// The fields of a checkpoint that are kept.
const FIELDS: [&str; 8] = [
    "checkpoint_id",
    "session_id",
    "strategy",
    "branch",
    "created_at",
    "agent",
    "token_usage",
    "initial_attribution",
];

/// The files of a checkpoint: its own, and those of its sessions by their numbers.
type Files = (Option<ObjectId>, BTreeMap<u32, ObjectId>);

/// Reads all checkpoints. Where both layouts hold one, its ref counts.
pub(super) fn read(
    opened: &Opened,
    reader: &mut ObjectReader<'_>,
    gaps: &mut Gaps,
) -> Vec<CheckpointFacts> {
    let mut found = of_branch(opened, reader, gaps);
    found.extend(of_refs(opened, reader, gaps));
    let mut read = |blob: ObjectId, id: &str| match load(reader, blob) {
        Ok(json) => Some(json),
        Err(why) => {
            gaps.add(GapKind::SideFile, why, id.as_bytes());
            None
        }
    };
    found
        .into_iter()
        .filter_map(|(id, (root, sessions))| {
            let metadata = read(root?, &id)?;
            let sessions =
                sessions.into_values().filter_map(|blob| read(blob, &id)).collect();
            Some(CheckpointFacts { metadata, sessions, id })
        })
        .collect()
}

/// The checkpoints on the branch.
fn of_branch(
    opened: &Opened,
    reader: &mut ObjectReader<'_>,
    gaps: &mut Gaps,
) -> BTreeMap<String, Files> {
    let mut checkpoints: BTreeMap<String, Files> = BTreeMap::new();
    let tips = REFS.iter().map(|name| opened.find_ref(name));
    let tip = match tips.filter_map(Result::transpose).next() {
        None => return checkpoints,
        Some(Ok(tip)) => tip,
        Some(Err(_)) => {
            let why = "refs can no longer be read";
            gaps.add(GapKind::SideFile, why, REFS[0].as_bytes());
            return checkpoints;
        }
    };
    let Some(found) = files_of(reader, tip) else {
        let why = "checkpoint branch cannot be read";
        gaps.add(GapKind::SideFile, why, REFS[0].as_bytes());
        return checkpoints;
    };
    for change in &found.changes {
        let Some((id, session)) = checkpoint_path(&change.path) else { continue };
        let Some(blob) = change.new_file() else { continue };
        add_file(checkpoints.entry(id).or_default(), session, blob);
    }
    checkpoints
}

/// The checkpoints with refs of their own.
fn of_refs(
    opened: &Opened,
    reader: &mut ObjectReader<'_>,
    gaps: &mut Gaps,
) -> BTreeMap<String, Files> {
    let mut checkpoints: BTreeMap<String, Files> = BTreeMap::new();
    let Ok(Some(refs)) = opened.refs_below(FOLDER, limits::RECORDS.value) else {
        let why = "refs of checkpoints are too many, or can no longer be read";
        gaps.add(GapKind::SideFile, why, FOLDER.as_bytes());
        return checkpoints;
    };
    for (name, tip) in refs {
        let id = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        if !is_checkpoint_id(id) {
            continue;
        }
        let Some(found) = files_of(reader, tip) else {
            gaps.add(GapKind::SideFile, "checkpoint cannot be read", id);
            continue;
        };
        let id = String::from_utf8_lossy(id).into_owned();
        let files = checkpoints.entry(id).or_default();
        for change in &found.changes {
            let Some(session) = session_path(&change.path) else { continue };
            let Some(blob) = change.new_file() else { continue };
            add_file(files, session, blob);
        }
    }
    checkpoints
}

fn add_file(files: &mut Files, session: Option<u32>, blob: ObjectId) {
    match session {
        Some(number) => _ = files.1.insert(number, blob),
        None => files.0 = Some(blob),
    }
}

/// All files of a commit; `None` when its tree cannot be read.
fn files_of(reader: &mut ObjectReader<'_>, tip: ObjectId) -> Option<TreeChanges> {
    let data = reader.read(tip, ObjectKind::Commit).ok()?;
    let root = commit::parse(&data)?;
    let found = tree::compare(reader, &mut TreeCache::default(), None, Some(root.tree));
    let is_readable = |found: &TreeChanges| {
        !found.unreadable.iter().any(|folder| folder.path.is_empty())
    };
    found.ok().filter(is_readable)
}

/// Tells of `metadata.json` or `0/metadata.json` the session that it is of, if of one.
fn session_path(path: &[u8]) -> Option<Option<u32>> {
    match path.strip_suffix(b"metadata.json")? {
        b"" => Some(None),
        number => {
            let number = std::str::from_utf8(number.strip_suffix(b"/")?).ok()?;
            Some(Some(number.parse().ok()?))
        }
    }
}

/// Tells the id that `ab/cdef…/metadata.json` or `ab/cdef…/0/metadata.json` is of, and
/// the session, if it is of one.
fn checkpoint_path(path: &[u8]) -> Option<(String, Option<u32>)> {
    let mut parts = path.splitn(3, |&byte| byte == b'/');
    let id = [parts.next()?, parts.next()?].concat();
    let session = session_path(parts.next()?)?;
    is_checkpoint_id(&id).then(|| (String::from_utf8_lossy(&id).into_owned(), session))
}

fn is_checkpoint_id(id: &[u8]) -> bool {
    matches!(id.len(), 12 | 26) && id.iter().all(u8::is_ascii_alphanumeric)
}

fn load(reader: &mut ObjectReader<'_>, blob: ObjectId) -> Result<Vec<u8>, &'static str> {
    let json = reader.read(blob, ObjectKind::Blob).map_err(Unreadable::why)?;
    if len_to_u64(json.len()) > limits::CONTROL_FILE_BYTES.value {
        return Err("checkpoint over the size limit, left out");
    }
    let fields: BTreeMap<&str, &RawValue> = serde_json::from_slice(&json)
        .map_err(|_| "checkpoint is no JSON object, left out")?;
    let kept: BTreeMap<&str, &RawValue> =
        fields.into_iter().filter(|(name, _)| FIELDS.contains(name)).collect();
    serde_json::to_vec(&kept).map_err(|_| "checkpoint cannot be written again, left out")
}

/// Returns the ids of the checkpoints that a message names: `Entire-Checkpoint: <id>`,
/// on any line, since a squash buries them.
pub(super) fn ids_in(message: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"entire-checkpoint:";
    const MOST: usize = 100;
    let mut ids: Vec<String> = Vec::new();
    if memchr::memmem::find(&message.to_ascii_lowercase(), KEY).is_none() {
        return ids;
    }
    for line in message.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii().trim_ascii_start();
        let Some(key) = line.get(..KEY.len()) else { continue };
        let value = line[KEY.len()..].trim_ascii();
        if key.eq_ignore_ascii_case(KEY) && is_checkpoint_id(value) && ids.len() < MOST {
            ids.push(String::from_utf8_lossy(value).into_owned());
        }
    }
    ids.sort();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squash_names_all_its_checkpoints() {
        let message = b"Add refunds (#7)\n\n* one\n\n  Entire-Checkpoint: a3b2c4d5e6f7\n\n* two\n\nentire-checkpoint: 00c9e2351016\nEntire-Checkpoint: too-short\n";
        assert_eq!(ids_in(message), ["00c9e2351016", "a3b2c4d5e6f7"]);
    }

    #[test]
    fn only_metadata_is_looked_at() {
        let id = "a3b2c4d5e6f7".to_owned();
        let path = checkpoint_path;
        assert_eq!(path(b"a3/b2c4d5e6f7/metadata.json"), Some((id.clone(), None)));
        assert_eq!(path(b"a3/b2c4d5e6f7/0/metadata.json"), Some((id.clone(), Some(0))));
        assert_eq!(path(b"a3/b2c4d5e6f7/12/metadata.json"), Some((id, Some(12))));
        for other in [
            "a3/b2c4d5e6f7/0/full.jsonl",
            "a3/b2c4d5e6f7/x/metadata.json",
            "a3/b2/metadata.json",
        ] {
            assert_eq!(path(other.as_bytes()), None, "{other}");
        }
        assert_eq!(session_path(b"metadata.json"), Some(None));
        assert_eq!(session_path(b"3/metadata.json"), Some(Some(3)));
        assert_eq!(session_path(b"3/full.jsonl"), None);
    }
}
