//! Records of AI sessions that a repository holds itself: the checkpoints of Entire,
//! on a branch of their own. Only counts, times and names of tools are kept: what
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

/// Reads all checkpoints.
pub(super) fn read(
    opened: &Opened,
    reader: &mut ObjectReader<'_>,
    gaps: &mut Gaps,
) -> Vec<CheckpointFacts> {
    let tips = REFS.iter().map(|name| opened.find_ref(name));
    let tip = match tips.filter_map(Result::transpose).next() {
        None => return Vec::new(),
        Some(Ok(tip)) => tip,
        Some(Err(_)) => {
            let why = "refs can no longer be read";
            gaps.add(GapKind::SideFile, why, REFS[0].as_bytes());
            return Vec::new();
        }
    };
    let root =
        reader.read(tip, ObjectKind::Commit).ok().and_then(|data| commit::parse(&data));
    let found = root.map(|root| {
        tree::compare(reader, &mut TreeCache::default(), None, Some(root.tree))
    });
    let is_readable = |found: &TreeChanges| {
        !found.unreadable.iter().any(|folder| folder.path.is_empty())
    };
    let found = found.and_then(Result::ok).filter(is_readable);
    let Some(found) = found else {
        gaps.add(
            GapKind::SideFile,
            "checkpoint branch cannot be read",
            REFS[0].as_bytes(),
        );
        return Vec::new();
    };
    let mut checkpoints: BTreeMap<String, (Option<ObjectId>, Vec<ObjectId>)> =
        BTreeMap::new();
    for change in &found.changes {
        let Some((id, is_session)) = checkpoint_path(&change.path) else { continue };
        let Some(blob) = change.new_file() else { continue };
        let checkpoint = checkpoints.entry(id).or_default();
        if is_session {
            checkpoint.1.push(blob);
        } else {
            checkpoint.0 = Some(blob);
        }
    }
    let mut read = |blob: ObjectId, id: &str| match load(reader, blob) {
        Ok(json) => Some(json),
        Err(why) => {
            gaps.add(GapKind::SideFile, why, id.as_bytes());
            None
        }
    };
    checkpoints
        .into_iter()
        .filter_map(|(id, (root, sessions))| {
            let metadata = read(root?, &id)?;
            let sessions =
                sessions.into_iter().filter_map(|blob| read(blob, &id)).collect();
            Some(CheckpointFacts { metadata, sessions, id })
        })
        .collect()
}

/// Tells the id that `ab/cdef…/metadata.json` or `ab/cdef…/0/metadata.json` is of,
/// and whether it is a session's.
fn checkpoint_path(path: &[u8]) -> Option<(String, bool)> {
    let path = std::str::from_utf8(path).ok()?;
    let parts: Vec<&str> = path.split('/').collect();
    let (head, tail, is_session) = match parts.as_slice() {
        [head, tail, "metadata.json"] => (head, tail, false),
        [head, tail, number, "metadata.json"] if number.parse::<u32>().is_ok() => {
            (head, tail, true)
        }
        _ => return None,
    };
    let id = format!("{head}{tail}");
    is_checkpoint_id(id.as_bytes()).then_some((id, is_session))
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
        assert_eq!(
            checkpoint_path(b"a3/b2c4d5e6f7/metadata.json"),
            Some((id.clone(), false))
        );
        assert_eq!(checkpoint_path(b"a3/b2c4d5e6f7/0/metadata.json"), Some((id, true)));
        assert_eq!(checkpoint_path(b"a3/b2c4d5e6f7/0/full.jsonl"), None);
    }
}
