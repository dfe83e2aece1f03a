//! Agent Trace (version 0.1 of `cursor/agent-trace`): one JSON record a line, each with
//! the files that a tool wrote to. Its ranges are those at the time of the edit, and its
//! revision is the commit that was checked out then: the parent of the one that holds the
//! lines. So it is evidence of middling strength. Links to conversations are not read.

use serde::Deserialize;

use super::{Attestation, Attester, LineRange, Names, Writer};
use crate::history::ObjectId;
use crate::limits;

/// The rule of these records.
const RULE: &str = "agent-trace";

/// What one record says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The commit that was checked out; `None` when none is named.
    pub revision: Option<ObjectId>,
    /// The path.
    pub path: Vec<u8>,
    /// Who wrote lines.
    pub writers: Vec<Attester>,
    /// The lines.
    pub ranges: Vec<LineRange>,
}

#[derive(Debug, Deserialize)]
struct Record {
    vcs: Option<Vcs>,
    tool: Option<Tool>,
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct Vcs {
    #[serde(rename = "type")]
    system: Option<String>,
    revision: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct File {
    path: String,
    #[serde(default)]
    conversations: Vec<Conversation>,
}

#[derive(Debug, Deserialize)]
struct Conversation {
    contributor: Option<Contributor>,
    #[serde(default)]
    ranges: Vec<Range>,
}

#[derive(Debug, Clone, Deserialize)]
struct Contributor {
    #[serde(rename = "type")]
    kind: Option<String>,
    model_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Range {
    start_line: u32,
    end_line: u32,
    contributor: Option<Contributor>,
}

/// Reads records, one a line. Tells how many make no sense as well.
pub fn traces(bytes: &[u8], names: &mut Names<'_>) -> (Vec<Trace>, u64) {
    let mut found = Vec::new();
    let mut senseless = 0;
    let lines = bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    for line in lines.filter(|line| !line.is_empty()) {
        match serde_json::from_slice::<Record>(line) {
            Ok(record) => senseless += read(record, names, &mut found),
            Err(_) => senseless += 1,
        }
    }
    (found, senseless)
}

/// Reads one record; tells how many of its ranges make no sense.
fn read(record: Record, names: &mut Names<'_>, found: &mut Vec<Trace>) -> u64 {
    let revision = record
        .vcs
        .filter(|vcs| vcs.system.as_deref().is_none_or(|system| system == "git"))
        .and_then(|vcs| ObjectId::from_hex(vcs.revision?.as_bytes()));
    let tool = record.tool.and_then(|tool| tool.name);
    let mut senseless = 0;
    for file in record.files {
        // `.sessions` and the like stand for no file.
        let is_file =
            !matches!(file.path.as_str(), ".sessions" | ".shell-history" | ".unknown");
        if !is_file {
            continue;
        }
        let mut said = Attestation::default();
        let mut ranges = Vec::new();
        for conversation in file.conversations {
            for range in conversation.ranges {
                let by = range.contributor.as_ref().or(conversation.contributor.as_ref());
                let Some(writer) = attester(by, tool.as_deref(), names) else { continue };
                let (first, last) = (range.start_line, range.end_line);
                let fits = u64::from(last) <= limits::VERSION_LINES.value;
                if first < 1 || first > last || !fits {
                    senseless += 1;
                    continue;
                }
                ranges.push(LineRange { first, last, by: said.by(writer) });
            }
        }
        if !ranges.is_empty() {
            let path = file.path.trim_start_matches("./").as_bytes().to_vec();
            found.push(Trace { revision, path, writers: said.writers, ranges });
        }
    }
    senseless
}

/// Who a contributor is; `None` when the record does not know. Mixed work counts as an
/// agent's: the record says that one wrote there.
fn attester(
    contributor: Option<&Contributor>,
    tool: Option<&str>,
    names: &mut Names<'_>,
) -> Option<Attester> {
    let contributor = contributor?;
    let writer = match contributor.kind.as_deref()? {
        "ai" | "mixed" => Writer::Ai,
        "human" => Writer::Human,
        _ => return None,
    };
    let model = contributor.model_id.as_deref();
    // `anthropic/claude-opus-4`: who runs the model is not its name.
    let model = model.map(|model| model.rsplit('/').next().unwrap_or(model));
    let (tool, model) = match writer {
        Writer::Ai => names.of(tool, model),
        Writer::Human => (None, None),
    };
    Some(Attester { record: RULE.to_owned(), writer, tool, model })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Rules;

    #[test]
    fn each_file_of_a_record_is_a_trace_with_its_writers() {
        let revision = "a".repeat(40);
        let text = format!(
            "{{\"version\":\"1.0\",\"vcs\":{{\"type\":\"git\",\"revision\":\"{revision}\"}},\
             \"tool\":{{\"name\":\"cursor\"}},\"files\":[{{\"path\":\"src/a.ts\",\
             \"conversations\":[{{\"url\":\"file:///home/ana/x\",\"contributor\":\
             {{\"type\":\"ai\",\"model_id\":\"anthropic/claude-opus-4-6\"}},\"ranges\":[\
             {{\"start_line\":1,\"end_line\":3}},{{\"start_line\":5,\"end_line\":5,\
             \"contributor\":{{\"type\":\"human\"}}}},{{\"start_line\":0,\"end_line\":2}},\
             {{\"start_line\":7,\"end_line\":9,\"contributor\":{{\"type\":\"unknown\"}}}}]}}]}},\
             {{\"path\":\".sessions\",\"conversations\":[]}}]}}\n\nno json\n"
        );
        let rules = Rules::embedded().unwrap();
        let (found, senseless) = traces(text.as_bytes(), &mut Names::new(&rules));
        assert_eq!(senseless, 2);
        let [trace] = found.as_slice() else { panic!("one file was written to") };
        assert_eq!(trace.revision.map(|id| id.to_string()), Some(revision));
        assert_eq!(trace.path, b"src/a.ts");
        let rows: Vec<_> = trace
            .ranges
            .iter()
            .map(|range| (range.first, range.last, trace.writers[range.by].writer))
            .collect();
        assert_eq!(rows, [(1, 3, Writer::Ai), (5, 5, Writer::Human)]);
        assert_eq!(trace.writers[0].model.as_deref(), Some("claude-opus-4.6"));
        assert!(!format!("{trace:?}").contains("home"));
    }
}
