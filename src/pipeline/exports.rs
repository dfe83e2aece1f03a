//! Paths → exports, and the records that repositories hold themselves as one more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use crate::discover;
use crate::error::{Error, io_words};
use crate::facts::{CommitFacts, Facts};
use crate::identity::{AccountKey, AccountKind};
use crate::problem::{GapKind, Gaps};
use crate::request::ExportRequest;
use crate::units::{Timestamp, UtcDay, len_to_u64};
use crate::untrusted::Untrusted;
use crate::usage::entire::{self, FoundCheckpoint};
use crate::usage::framing::Refusal;
use crate::usage::unpack::{self, Packing};
use crate::usage::{self, Account, Context, DateBounds, Export, Parsed, ReadOptions};

/// Reads all exports: files, archives, directories of them, standard input.
///
/// # Errors
///
/// When one cannot be read or is refused whole. In a directory or an archive, where
/// anything may lie, what is no export is left out and counted.
pub fn read_exports(
    request: &ExportRequest,
    today: Option<Timestamp>,
) -> Result<Vec<Export>, Error> {
    // A record from the future is a mistake; two days allow for time zones.
    let latest = today.map(|today| UtcDay(today.day().0 + 2));
    let options = ReadOptions { latest, ..request.options.clone() };
    let mut exports = Vec::new();
    for path in &request.paths {
        if path != Path::new("-") && path.is_dir() {
            exports.extend(read_directory(path, &options)?);
        } else {
            exports.extend(read_path(path, &options)?);
        }
    }
    Ok(exports)
}

/// Reads all files of a directory that may be exports; those of one format become one.
fn read_directory(path: &Path, options: &ReadOptions) -> Result<Vec<Export>, Error> {
    let place = path.as_os_str().as_encoded_bytes();
    let refuse = |why: &str| {
        let hint = "give the exports one by one with --usage FILE";
        Error::input("E-USAGE", "cannot read the directory of exports", why, hint)
            .at(place)
    };
    let found = discover::export_files(path).map_err(|why| refuse(&why))?;
    if found.files.is_empty() {
        return Err(refuse("it holds no file that may be an export"));
    }
    let read: Vec<(&PathBuf, Result<Vec<Export>, Error>)> =
        found.files.par_iter().map(|file| (file, read_path(file, options))).collect();
    let n_files = read.len();
    let mut whole = Many::default();
    for (file, exports) in read {
        whole.add(file.as_os_str().as_encoded_bytes(), exports);
    }
    whole.skip(found.skipped, place);
    let name = Untrusted::from(shown_name(path));
    let none =
        || refuse(&format!("none of its {n_files} files is an export that can be read"));
    whole.close(&name).ok_or_else(none)
}

/// Exports out of one directory or archive.
#[derive(Default)]
struct Many {
    by_format: BTreeMap<&'static str, Export>,
    gaps: Gaps,
    n_read: u64,
}

impl Many {
    fn add(&mut self, place: &[u8], exports: Result<Vec<Export>, Error>) {
        let exports = match exports {
            Ok(exports) => exports,
            Err(error) => {
                let why = format!("a file that is no export: {}", error.cause());
                return self.gaps.add(GapKind::UsageFile, &why, place);
            }
        };
        for export in exports {
            self.n_read += 1;
            match self.by_format.get_mut(export.format) {
                Some(known) => {
                    known.records.extend(export.records);
                    known.n_rejected += export.n_rejected;
                    known.gaps.merge(&export.gaps);
                    known.members.extend(export.members);
                }
                None => {
                    self.by_format.insert(export.format, export);
                }
            }
        }
    }

    fn skip(&mut self, count: u64, place: &[u8]) {
        if count > 0 {
            let why =
                "a file whose name is not that of an export (csv, json, jsonl, gz, zip)";
            self.gaps.add_many(GapKind::UsageFile, why, place, count);
        }
    }

    /// What was read, each format under the name of the whole; `None` if nothing was.
    fn close(self, name: &Untrusted) -> Option<Vec<Export>> {
        let mut exports: Vec<Export> = self.by_format.into_values().collect();
        for export in &mut exports {
            export.file = name.clone();
        }
        exports.first_mut()?.gaps.merge(&self.gaps);
        Some(exports)
    }
}

/// Reports show the name of an export, never where it lies.
fn shown_name(path: &Path) -> &[u8] {
    path.file_name().map_or_else(
        || path.as_os_str().as_encoded_bytes(),
        |name| name.as_encoded_bytes(),
    )
}

/// Reads a file, or standard input.
fn read_path(path: &Path, options: &ReadOptions) -> Result<Vec<Export>, Error> {
    let name = Untrusted::from(shown_name(path));
    let refuse = |why: &str| {
        let hint = "give a plain file, or - for standard input";
        Error::input("E-USAGE", "cannot read the usage export", why, hint)
            .at(name.clone())
    };
    if path == Path::new("-") {
        return read_stdin(&name, options);
    }
    // A pipe has no end that could be waited for: only plain files are opened.
    let data = path.metadata().map_err(|why| refuse(&io_words(&why)))?;
    if !data.is_file() {
        return Err(refuse("it is no plain file"));
    }
    let mut file = File::open(path).map_err(|why| refuse(&io_words(&why)))?;
    let modified = data.modified().ok().and_then(|time| {
        let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
        i64::try_from(seconds).ok().map(Timestamp)
    });
    let about = usage::File { name: &name, modified };
    match packing(&mut file).map_err(|why| refuse(&io_words(&why)))? {
        Packing::Plain => {
            usage::read_file(&about, unpack::plain(file), options).map(|e| vec![e])
        }
        Packing::Gzip => {
            usage::read_file(&about, unpack::gunzip(file), options).map(|e| vec![e])
        }
        Packing::Zip => read_archive(&name, file, options),
    }
}

fn packing(file: &mut File) -> std::io::Result<Packing> {
    let mut head = [0; 4];
    let mut known = 0;
    while known < head.len() {
        match file.read(&mut head[known..])? {
            0 => break,
            count => known += count,
        }
    }
    file.rewind()?;
    Ok(unpack::packing(&head[..known]))
}

fn read_stdin(name: &Untrusted, options: &ReadOptions) -> Result<Vec<Export>, Error> {
    let about = usage::File { name, modified: None };
    let mut feed = usage::feed::Feed::new(std::io::stdin().lock());
    let export = match unpack::packing(feed.ahead(4)) {
        Packing::Gzip => usage::read_file(&about, unpack::gunzip(feed), options)?,
        Packing::Plain | Packing::Zip => {
            usage::read_file(&about, unpack::plain(feed), options)?
        }
    };
    Ok(vec![export])
}

fn read_archive(
    name: &Untrusted,
    file: File,
    options: &ReadOptions,
) -> Result<Vec<Export>, Error> {
    let refuse = |refusal: Refusal| {
        let what = "cannot read the usage export";
        Error::input("E-USAGE", what, refusal.why, refusal.hint).at(name.clone())
    };
    let mut whole = Many::default();
    let (mut n_files, mut skipped) = (0_u64, 0);
    unpack::each_member(file, refuse, |member, reader| {
        if !discover::may_be_export(member.name.bytes()) {
            skipped += 1;
            return Ok(());
        }
        n_files += 1;
        let place = [name.bytes(), b"/", member.name.bytes()].concat();
        let shown = Untrusted(place.clone());
        let about = usage::File { name: &shown, modified: member.modified };
        let mut feed = usage::feed::Feed::new(reader);
        let read = match unpack::packing(feed.ahead(4)) {
            Packing::Gzip => usage::read_file(&about, unpack::gunzip(feed), options),
            Packing::Plain | Packing::Zip => usage::read_file(&about, feed, options),
        };
        whole.add(&place, read.map(|export| vec![export]));
        Ok(())
    })?;
    whole.skip(skipped, name.bytes());
    whole.close(name).ok_or_else(|| {
        let why = format!("none of its {n_files} files is an export that can be read");
        let hint = "unpack it and give one of the files to see why";
        Error::input("E-USAGE", "cannot read the usage export", &why, hint)
            .at(name.clone())
    })
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
        n_rejected: 0,
        gaps: Gaps::default(),
        members: Vec::new(),
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
        Ok(Some(mut draft)) => {
            draft.position = len_to_u64(export.records.len()) + 1;
            let mut parsed = Parsed::new(entire::FORMAT.name, &Context::default());
            parsed.push(draft.position, Ok(draft));
            export.records.append(&mut parsed.records);
        }
        Ok(None) => {
            let why = "AI session without token counts";
            export.gaps.add(GapKind::SideFile, why, checkpoint.id.as_bytes());
        }
        Err(why) => export.gaps.add(GapKind::SideFile, why, checkpoint.id.as_bytes()),
    }
}

/// Members of organisations, where lists of them are among the exports: they know the
/// addresses behind vendors' ids.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// The addresses of each id and login.
    emails: BTreeMap<Vec<u8>, BTreeSet<Untrusted>>,
}

impl Members {
    /// The members that any export lists.
    pub(super) fn of(exports: &[Export]) -> Self {
        let mut members = Self::default();
        for member in exports.iter().flat_map(|export| &export.members) {
            let Some(email) = &member.email else { continue };
            for key in ids(member) {
                members.emails.entry(key).or_default().insert(email.clone());
            }
        }
        members
    }

    /// An account as the identity stage compares it, with the address of the one member
    /// who has its id.
    pub(super) fn key_of(&self, account: &Account) -> AccountKey {
        let mut key = account_key(account);
        let known: BTreeSet<&Untrusted> =
            ids(account).iter().filter_map(|id| self.emails.get(id)).flatten().collect();
        if let (None, [email]) =
            (&key.email, known.into_iter().collect::<Vec<_>>().as_slice())
        {
            key.email = Some(email.to_json_text().into_owned());
        }
        key
    }
}

/// What an account is known by at its vendor.
fn ids(account: &Account) -> Vec<Vec<u8>> {
    let ids = [
        ("login:", &account.login),
        ("account:", &account.account_id),
        ("key_id:", &account.api_key_id),
    ];
    let known = ids.into_iter().filter_map(|(kind, id)| Some((kind, id.as_ref()?)));
    known.map(|(kind, id)| [kind.as_bytes(), id.bytes()].concat()).collect()
}

/// An account of an export as the identity stage compares it.
fn account_key(account: &Account) -> AccountKey {
    let text = |text: &Option<Untrusted>| {
        text.as_ref().map(|text| text.to_json_text().into_owned())
    };
    AccountKey {
        email: text(&account.email),
        login: text(&account.login),
        account_id: text(&account.account_id).or(text(&account.principal)),
        api_key_name: text(&account.api_key_name),
        api_key_id: text(&account.api_key_id),
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
