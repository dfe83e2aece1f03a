//! Paths → exports, and the records that repositories hold themselves as one more.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::facts::{CommitFacts, Facts};
use crate::identity::{AccountKey, AccountKind};
use crate::limits;
use crate::problem::{GapKind, Gaps};
use crate::request::ExportRequest;
use crate::units::{Timestamp, UtcDay, len_to_u64};
use crate::untrusted::Untrusted;
use crate::usage::entire::{self, FoundCheckpoint};
use crate::usage::{self, Account, DateBounds, Export, ReadOptions};

/// Reads all exports, files of a directory by name.
///
/// # Errors
///
/// When one cannot be read or is refused whole.
pub fn read_exports(
    request: &ExportRequest,
    today: Option<Timestamp>,
) -> Result<Vec<Export>, Error> {
    // A record from the future is a mistake; two days allow for time zones.
    let latest = today.map(|today| UtcDay(today.day().0 + 2));
    let options = ReadOptions { latest, ..request.options.clone() };
    let mut exports = Vec::new();
    for path in &request.paths {
        for file in files(path)? {
            let name = Untrusted::from(shown_name(&file));
            let bytes = read(&file).map_err(|error| error.at(name.clone()))?;
            exports.push(usage::read_export(&name, &bytes, &options)?);
        }
    }
    Ok(exports)
}

/// Reports show the name of an export, never where it lies.
fn shown_name(path: &Path) -> &[u8] {
    path.file_name().map_or_else(
        || path.as_os_str().as_encoded_bytes(),
        |name| name.as_encoded_bytes(),
    )
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if path == Path::new("-") || !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let refuse = |why: &str| {
        let hint = "give the exports one by one with --usage FILE";
        let place = path.as_os_str().as_encoded_bytes();
        Error::input("E-USAGE", "cannot read the directory of exports", why, hint)
            .at(place)
    };
    let entries =
        std::fs::read_dir(path).map_err(|why| refuse(&crate::error::io_words(&why)))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|why| refuse(&crate::error::io_words(&why)))?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if entry.path().is_file() && !hidden {
            files.push(entry.path());
        }
    }
    files.sort();
    if files.is_empty() { Err(refuse("it holds no file")) } else { Ok(files) }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let refuse = |why: &str| {
        let hint = "give a plain file, or - for standard input";
        Error::input("E-USAGE", "cannot read the usage export", why, hint)
    };
    let limit = limits::USAGE_FILE_BYTES.value;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)
    } else {
        let data =
            path.metadata().map_err(|why| refuse(&crate::error::io_words(&why)))?;
        if !data.is_file() {
            return Err(refuse("it is no plain file"));
        }
        let file = std::fs::File::open(path)
            .map_err(|why| refuse(&crate::error::io_words(&why)))?;
        file.take(limit + 1).read_to_end(&mut bytes)
    };
    read.map_err(|why| refuse(&crate::error::io_words(&why)))?;
    if len_to_u64(bytes.len()) > limit {
        return Err(refuse("it is larger than 2 GiB; split it by month"));
    }
    Ok(bytes)
}

/// The checkpoints of a repository as one more export; `None` without any.
pub(super) fn from_checkpoints(facts: &Facts) -> Option<Export> {
    if facts.checkpoints.is_empty() {
        return None;
    }
    let mut commits: BTreeMap<&str, &CommitFacts> = BTreeMap::new();
    for commit in &facts.commits {
        for id in &commit.checkpoint_ids {
            commits.entry(id).or_insert(commit);
        }
    }
    let mut export = Export {
        file: Untrusted([facts.path.bytes(), b" (checkpoints)"].concat()),
        format: entire::FORMAT.name,
        tier: entire::FORMAT.tier,
        records: Vec::new(),
        rejected: Vec::new(),
        gaps: Gaps::default(),
    };
    for checkpoint in &facts.checkpoints {
        let commit = commits.get(checkpoint.id.as_str()).copied();
        if commit.is_none() {
            let why =
                "AI session that no commit of this branch names: its tokens are nobody's";
            export.gaps.add(GapKind::IgnoredFeature, why, checkpoint.id.as_bytes());
        }
        add_checkpoint(facts, checkpoint, commit, &mut export);
    }
    Some(export)
}

fn add_checkpoint(
    facts: &Facts,
    checkpoint: &crate::facts::CheckpointFacts,
    commit: Option<&CommitFacts>,
    export: &mut Export,
) {
    let person = commit.and_then(|commit| commit.operator.or(commit.author));
    let author = person.map(|number| &facts.people[number as usize]);
    let email = author.map_or("".into(), |author| author.email.to_json_text());
    let sessions: Vec<&[u8]> = checkpoint.sessions.iter().map(Vec::as_slice).collect();
    let found = FoundCheckpoint {
        metadata: &checkpoint.metadata,
        sessions: &sessions,
        commit: &commit.map_or_else(String::new, |commit| commit.id.to_string()),
        author_email: &email,
        author_time: commit.and_then(|commit| commit.author_time),
        repo: &facts.path,
    };
    match entire::read_checkpoint(&found, &DateBounds::default()) {
        Ok(Some(mut record)) => {
            record.position = len_to_u64(export.records.len()) + 1;
            export.records.push(record);
        }
        Ok(None) => {
            let why = "AI session without token counts";
            export.gaps.add(GapKind::SideFile, why, checkpoint.id.as_bytes());
        }
        Err(why) => export.gaps.add(GapKind::SideFile, why, checkpoint.id.as_bytes()),
    }
}

/// An account of an export as the identity stage compares it.
pub(super) fn account_key(account: &Account) -> AccountKey {
    let text = |text: &Option<Untrusted>| {
        text.as_ref().map(|text| text.to_json_text().into_owned())
    };
    AccountKey {
        email: text(&account.email),
        login: text(&account.login),
        account_id: text(&account.account_id),
        api_key_name: text(&account.api_key_name),
        api_key_id: None,
        display_name: text(&account.display_name),
        kind: match account.kind {
            usage::AccountKind::User => AccountKind::User,
            usage::AccountKind::ApiKey => AccountKind::ApiKey,
            usage::AccountKind::ServiceAccount => AccountKind::ServiceAccount,
            usage::AccountKind::Automation => AccountKind::Automation,
            usage::AccountKind::Organization => AccountKind::Organization,
            usage::AccountKind::DeletedUser | usage::AccountKind::Unknown => {
                AccountKind::Unknown
            }
        },
    }
}
