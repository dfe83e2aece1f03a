//! Records of git-ai: its notes (`specs/git_ai_standard_v3.0.0.md` in
//! `git-ai-project/git-ai`), and the files of its first versions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Attestation, AttestedFile, Attester, LineRange, Names, Writer};
use crate::limits;

/// The rule of the notes.
const NOTE: &str = "git-ai.v3";

/// The rule of the first versions.
const LEGACY: &str = "git-ai.legacy";

/// What ends the list of lines.
const DIVIDER: &[u8] = b"---";

/// Tools that are none: what tests of git-ai write.
const TEST_TOOLS: [&str; 3] = ["mock_ai", "mock-ai", "test-agent"];

/// What follows the list of lines, as far as it is read: each session by itself, so that
/// one that makes no sense leaves the others.
#[derive(Debug, Default, Deserialize)]
struct Metadata<'n> {
    #[serde(default, borrow)]
    prompts: BTreeMap<String, &'n RawValue>,
    #[serde(default, borrow)]
    sessions: BTreeMap<String, &'n RawValue>,
}

/// What is read of a session. `messages` are not.
#[derive(Debug, Default, Deserialize)]
struct Session {
    agent_id: Option<Agent>,
}

#[derive(Debug, Deserialize)]
struct Operated {
    human_author: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Agent {
    tool: Option<String>,
    model: Option<String>,
}

/// Reads a note: the list of lines, a divider, and what the keys in it stand for. Without
/// the last nobody knows who is meant, and the lines are nobody's.
pub fn note(bytes: &[u8], names: &mut Names<'_>) -> Attestation {
    let mut found = Attestation::default();
    let (lines, rest) = split(bytes);
    let metadata: Option<Metadata<'_>> = serde_json::from_slice(rest).ok();
    found.senseless += u64::from(metadata.is_none());
    let sessions =
        metadata.iter().flat_map(|all| all.sessions.values().chain(all.prompts.values()));
    let operator =
        |one: &&RawValue| serde_json::from_str::<Operated>(one.get()).ok()?.human_author;
    found.operator = sessions.into_iter().find_map(operator).map(String::into_bytes);
    let mut known: BTreeMap<&[u8], Option<usize>> = BTreeMap::new();
    for line in lines.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            continue;
        }
        let Some(entry) = line.strip_prefix(b"  ") else {
            let path = path(line);
            found.files.push(AttestedFile { path, ranges: Vec::new() });
            continue;
        };
        let Some(at) = entry.iter().position(|&byte| byte == b' ') else {
            found.senseless += 1;
            continue;
        };
        let (key, ranges) = (entry[..at].trim_ascii(), &entry[at + 1..]);
        let by = match known.get(key) {
            Some(by) => *by,
            None => {
                let by = writer(key, metadata.as_ref(), names, &mut found);
                known.insert(key, by);
                by
            }
        };
        if let Some(by) = by {
            add_ranges(ranges, by, &mut found);
        }
    }
    found
}

/// The list of lines and what follows the divider.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let end = at + line.len();
        if line.trim_ascii_end() == DIVIDER {
            return (&bytes[..at], &bytes[end..]);
        }
        at = end;
    }
    (bytes, &[])
}

/// A path stands in quotes where it holds blanks.
fn path(line: &[u8]) -> Vec<u8> {
    match line {
        [b'"', path @ .., b'"'] => path.to_vec(),
        path => path.to_vec(),
    }
}

/// Whom a key stands for; `None` for tools that are none, and where nothing says who is
/// meant. A key of an agent that its record says nothing of is some agent's.
fn writer(
    key: &[u8],
    metadata: Option<&Metadata<'_>>,
    names: &mut Names<'_>,
    found: &mut Attestation,
) -> Option<usize> {
    let key = String::from_utf8_lossy(key);
    let attester =
        |writer, tool, model| Attester { record: NOTE.to_owned(), writer, tool, model };
    if key.starts_with("h_") || key == "human" {
        return Some(found.by(attester(Writer::Human, None, None)));
    }
    let metadata = metadata?;
    let session = match key.split_once("::") {
        Some((session, _)) => metadata.sessions.get(session),
        None => metadata.prompts.get(&*key).or_else(|| metadata.sessions.get(&*key)),
    };
    let session = session.and_then(|one| serde_json::from_str::<Session>(one.get()).ok());
    let Some(agent) = session.and_then(|session| session.agent_id) else {
        return Some(found.by(attester(Writer::Ai, None, None)));
    };
    if agent.tool.as_deref().is_some_and(|tool| TEST_TOOLS.contains(&tool)) {
        return None;
    }
    let (tool, model) = names.of(agent.tool.as_deref(), agent.model.as_deref());
    Some(found.by(attester(Writer::Ai, tool, model)))
}

/// Adds `1-10,15` to the last file.
fn add_ranges(text: &[u8], by: usize, found: &mut Attestation) {
    for part in text.split(|&byte| byte == b',') {
        let part = part.trim_ascii();
        let range = std::str::from_utf8(part).ok().and_then(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some((first.parse().ok()?, last.parse().ok()?))
        });
        add(range, by, found);
    }
}

/// Adds a range to the last file, if it is one.
fn add(range: Option<(u32, u32)>, by: usize, found: &mut Attestation) {
    // No file that is read has more lines.
    let fits = |last: &u32| u64::from(*last) <= limits::VERSION_LINES.value;
    let range = range.filter(|(first, last)| *first >= 1 && first <= last && fits(last));
    match (found.files.last_mut(), range) {
        (Some(file), Some((first, last))) => {
            file.ranges.push(LineRange { first, last, by });
        }
        _ => found.senseless += 1,
    }
}

#[derive(Debug, Deserialize)]
struct LegacyRecord {
    files: BTreeMap<String, LegacyFile>,
}

#[derive(Debug, Deserialize)]
struct LegacyFile {
    #[serde(default)]
    authors: Vec<LegacyAuthor>,
}

#[derive(Debug, Deserialize)]
struct LegacyAuthor {
    author: String,
    #[serde(default)]
    lines: Vec<LegacyLines>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum LegacyLines {
    One(u32),
    Range(u32, u32),
}

/// Reads a file of the first versions: JSON, or what notes hold. An author is a tool, a
/// model, or else a person.
pub fn legacy(bytes: &[u8], names: &mut Names<'_>) -> Attestation {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        let mut found = note(bytes, names);
        for writer in &mut found.writers {
            LEGACY.clone_into(&mut writer.record);
        }
        return found;
    }
    let mut found = Attestation::default();
    let Ok(record) = serde_json::from_slice::<LegacyRecord>(bytes) else {
        found.senseless += 1;
        return found;
    };
    for (path, file) in record.files {
        let path = path.into_bytes();
        found.files.push(AttestedFile { path, ranges: Vec::new() });
        for author in file.authors {
            let name = author.author.trim();
            let is_tool = names.rules.is_tool(name.as_bytes());
            let is_model = names.rules.is_model(name.as_bytes()) || is_short_model(name);
            let (tool, model) = match (is_tool, is_model) {
                (true, _) => names.of(Some(name), None),
                (false, true) => names.of(None, Some(name)),
                (false, false) => (None, None),
            };
            let is_ai = is_tool || is_model;
            let writer = if is_ai { Writer::Ai } else { Writer::Human };
            let record = LEGACY.to_owned();
            let by = found.by(Attester { record, writer, tool, model });
            for lines in author.lines {
                let range = match lines {
                    LegacyLines::One(line) => (line, line),
                    LegacyLines::Range(first, last) => (first, last),
                };
                add(Some(range), by, &mut found);
            }
        }
    }
    found
}

/// Whether a name is `o` and a number: a model, as some records name it.
fn is_short_model(name: &str) -> bool {
    let digits = name.strip_prefix('o').and_then(|rest| rest.split('-').next());
    digits.is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Rules;

    fn rules() -> Rules {
        Rules::embedded().unwrap()
    }

    const NOTE_TEXT: &str = "src/main.rs\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15-20\n  \
        h_31dce776f88375 35-40\n\"a b.rs\"\n  0123456789abcdef 7\n  fedcba9876543210 8\n\n---\n\
        {\"schema_version\":\"authorship/3.0.0\",\"prompts\":{\"0123456789abcdef\":{\"agent_id\":\
        {\"tool\":\"cursor\",\"id\":\"x\",\"model\":\"default\"},\"human_author\":null,\
        \"messages\":[{\"text\":\"secret\"}]}},\"sessions\":{\"s_c9883b05a2487d\":{\"agent_id\":\
        {\"tool\":\"claude\",\"id\":\"y\",\"model\":\"claude-opus-4-6\"},\"human_author\":\
        \"Ana <ana@example.org>\"}},\"humans\":{}}";

    #[test]
    fn a_note_names_its_writers_by_session_person_and_prompt() {
        let found = note(NOTE_TEXT.as_bytes(), &mut Names::new(&rules()));
        let of = |file: usize| {
            let ranges = found.files[file].ranges.iter();
            let row = |range: &LineRange| {
                let by = &found.writers[range.by];
                (range.first, range.last, by.writer, by.tool.clone(), by.model.clone())
            };
            ranges.map(row).collect::<Vec<_>>()
        };
        let claude = (Some("claude-code".to_owned()), Some("claude-opus-4.6".to_owned()));
        let (tool, model) = claude;
        assert_eq!(
            of(0),
            [
                (1, 10, Writer::Ai, tool.clone(), model.clone()),
                (15, 20, Writer::Ai, tool, model),
                (35, 40, Writer::Human, None, None),
            ]
        );
        assert_eq!(found.files[1].path, b"a b.rs");
        assert_eq!(
            of(1),
            [
                (7, 7, Writer::Ai, Some("cursor".to_owned()), None),
                (8, 8, Writer::Ai, None, None),
            ]
        );
        assert_eq!(found.senseless, 0);
        assert_eq!(found.operator.as_deref(), Some(&b"Ana <ana@example.org>"[..]));
        assert!(!format!("{found:?}").contains("secret"));
    }

    #[test]
    fn what_makes_no_sense_in_a_note_is_counted_and_the_rest_is_read() {
        let text =
            b"  h_1 1-2\na.rs\n  h_1 0-3,4-2,x,5,99999999999\n  lonely\n---\nno json";
        let found = note(text, &mut Names::new(&rules()));
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.files[0].ranges, [LineRange { first: 5, last: 5, by: 0 }]);
        assert_eq!(found.senseless, 7);
    }

    #[test]
    fn tools_of_tests_write_nothing() {
        let text = "a.rs\n  0123456789abcdef 1-3\n---\n{\"prompts\":{\"0123456789abcdef\":\
            {\"agent_id\":{\"tool\":\"mock_ai\",\"model\":\"m\"}}}}";
        let found = note(text.as_bytes(), &mut Names::new(&rules()));
        assert_eq!(found.files[0].ranges, []);
        assert_eq!(found.writers, []);
    }

    #[test]
    fn the_first_versions_name_a_tool_a_model_or_a_person() {
        let text = br#"{"files":{"src/x.rs":{"file":"src/x.rs","authors":[
            {"author":"Cursor","lines":[2,[40,44]],"agent_metadata":null},
            {"author":"o3","lines":[3]},
            {"author":"Ana Lopez","lines":[50]}]}},"schema_version":"authorship/0.0.1"}"#;
        let found = legacy(text, &mut Names::new(&rules()));
        let rows: Vec<_> = found.files[0]
            .ranges
            .iter()
            .map(|range| (range.first, range.last, found.writers[range.by].writer))
            .collect();
        assert_eq!(
            rows,
            [
                (2, 2, Writer::Ai),
                (40, 44, Writer::Ai),
                (3, 3, Writer::Ai),
                (50, 50, Writer::Human),
            ]
        );
        let rules = rules();
        let mut names = Names::new(&rules);
        assert_eq!(legacy(b"{\"files\":3}", &mut names).senseless, 1);
        assert_eq!(
            legacy(b"a.rs\n  h_1 1\n---\n{}", &mut names).writers[0].record,
            LEGACY
        );
    }

    #[test]
    fn one_session_that_makes_no_sense_leaves_the_others() {
        let text = "a.rs\n  0123456789abcdef 1-3\n  s_00000000000001::t_1 4\n---\n{\"prompts\":\
            {\"0123456789abcdef\":{\"agent_id\":{\"tool\":\"mock_ai\"},\"human_author\":{}}},\
            \"sessions\":{\"s_00000000000001\":{\"agent_id\":{\"tool\":\"codex\"}}}}";
        let found = note(text.as_bytes(), &mut Names::new(&rules()));
        assert_eq!(found.files[0].ranges, [LineRange { first: 4, last: 4, by: 0 }]);
        assert_eq!(found.writers[0].tool.as_deref(), Some("codex"));
    }

    #[test]
    fn a_person_named_like_a_tool_is_a_person() {
        for name in
            ["Claude Dupont", "Jules Verne", "Devin Lee", "Kiro T <k@example.org>"]
        {
            let text = format!(
                r#"{{"files":{{"a":{{"authors":[{{"author":"{name}","lines":[1]}}]}}}}}}"#
            );
            let found = legacy(text.as_bytes(), &mut Names::new(&rules()));
            assert_eq!(found.writers[0].writer, Writer::Human, "{name}");
        }
    }
}
