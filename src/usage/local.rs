//! Logs that tools keep on the machine they run on, and reports made from such logs. None
//! of them says whose machine it is.

use super::record::{Account, Facets, vendor_of_tool};
use crate::untrusted::Untrusted;

pub mod ccusage;
pub mod claude_transcript;
pub mod codeburn;

/// The tool that readers of logs call by a shorter name, and who bills for it where that
/// is one vendor.
fn set_agent(agent: &str, facets: &mut Facets) {
    let agent = agent.trim().to_lowercase().replace([' ', '-'], "_");
    let tool = match agent.as_str() {
        "claude" => "claude_code",
        "gemini" => "gemini_cli",
        "cursor_agent" => "cursor",
        other => other,
    };
    if !tool.is_empty() {
        facets.tool = Some(Untrusted::from(tool));
        facets.vendor = facets.tool.as_ref().and_then(vendor_of_tool);
    }
}

/// The person whose address a file is called after: `ada.okafor@example.com.json`.
fn account_of_file(file_name: &str) -> Account {
    let stem = [".json", ".csv"].iter().find_map(|end| file_name.strip_suffix(end));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".@_+-".contains(&byte);
    let address = stem.filter(|stem| {
        let domain =
            stem.split_once('@').map(|(local, domain)| (!local.is_empty(), domain));
        stem.bytes().all(is_plain)
            && domain.is_some_and(|(has_local, domain)| {
                has_local && domain.contains('.') && !domain.contains('@')
            })
    });
    address.map(Account::of_email).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_called_after_a_person() {
        let key = |name| account_of_file(name).key();
        assert_eq!(key("Ada@example.com.json").unwrap(), b"email:ada@example.com");
        for name in ["ada@example.json", "report of ada@example.com.json", "x.json"] {
            assert_eq!(key(name), None, "{name}");
        }
    }

    #[test]
    fn a_session_is_the_same_in_the_transcript_and_in_the_report_of_it() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| {
            let bytes = std::fs::read(folder.join("fixtures/usage").join(path)).unwrap();
            let options = crate::usage::ReadOptions::default();
            let name = Untrusted::from("x.json");
            let export = crate::usage::read_export(&name, &bytes[..], &options).unwrap();
            let session = export.records[0].facets.session_id.clone();
            (export, session)
        };
        let (transcript, one) = read("claude_code.transcript/plain.jsonl");
        let (report, two) = read("ccusage.report/plain.claude-session.json");
        assert_eq!(transcript.tokens().total(), Some(35_219));
        assert_eq!(report.tokens(), transcript.tokens());
        assert!(one.is_some());
        assert_eq!(one, two);
        let both = [transcript, report];
        let settled = crate::usage::settle(&both, false).unwrap();
        assert_eq!(settled.ledger.kept.tokens, 35_219);
    }
}
