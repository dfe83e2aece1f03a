//! What Cline, Roo Code and Kilo Code show of a task in the editor: `ui_messages.json`.
//! The entry of a request holds its tokens, as JSON in a text.
//!
//! In Cline the classes are disjoint. Roo Code and Kilo Code, which name the protocol
//! of a request, count the cache as input too.

use super::{Latest, draft_at, each_entry, epoch_in, shown, vendor_of_provider};
use crate::units::Usd;
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Draft, record_id};
use crate::usage::rows::divide_input;
use crate::usage::{Context, Format, Parsed};

/// One task a file.
pub static FORMAT: Format = Format {
    name: "cline.vscode",
    tier: 3,
    about: "Cline, Roo Code, Kilo Code tasks: tasks/*/ui_messages.json",
    recognizes,
    parse,
};

/// Requests, and the sum of those that were deleted from view.
const SPENDING: [&str; 2] = ["api_req_started", "deleted_api_reqs"];

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|entry| {
        let kind = entry.text("type").ok().flatten().unwrap_or_default();
        entry.has("ts") && matches!(kind.as_str(), "say" | "ask") && entry.has(&kind)
    })
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut known = Latest::default();
    each_entry(source, parsed, &SPENDING, |entry, position, parsed| {
        let say = entry.text("say")?.unwrap_or_default();
        if !SPENDING.contains(&say.as_str()) {
            return Ok(());
        }
        if let Some(draft) = read_entry(entry, &say, position, context, parsed)? {
            known.push(parsed, draft);
        }
        Ok(())
    });
}

/// Reads a request; `None` where it was stopped before it was counted.
fn read_entry(
    entry: &Object<'_>,
    say: &str,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
) -> Result<Option<Draft>, &'static str> {
    let text = entry.text("text")?.unwrap_or_default();
    if text.trim().is_empty() {
        return Ok(None);
    }
    let request = Object::parse(&text)?;
    let moment = epoch_in(entry, "ts", &context.bounds)?;
    let moment = moment.ok_or("a request without a time")?;
    let mut draft = draft_at(position, moment, "");
    draft.facets.tool = tool_in_name(context.file_name).map(Untrusted::from);
    draft.facets.surface = Some(Untrusted::from("ide"));
    let model = entry.object("modelInfo")?.unwrap_or_default();
    draft.facets.model = model.untrusted("modelId")?;
    let provider = model.text("providerId")?.unwrap_or_default();
    draft.facets.vendor = vendor_of_provider(&provider);
    draft.requests = (say == "api_req_started").then_some(1);
    read_tokens(&request, &mut draft, parsed)?;
    let nothing = draft.tokens.total().is_none_or(|total| total == 0);
    draft.cost.estimated = request.dollars("cost")?.filter(|cost| *cost != Usd::ZERO);
    if nothing && draft.cost.is_unknown() {
        return Ok(None);
    }
    let moment = shown(Some(moment.millis));
    draft.record_id = record_id(FORMAT.name, &[&moment, say]);
    Ok(Some(draft))
}

fn read_tokens(
    request: &Object<'_>,
    draft: &mut Draft,
    parsed: &mut Parsed<'_>,
) -> Result<(), &'static str> {
    let input = request.count("tokensIn")?;
    let read = request.count("cacheReads")?;
    let write = request.count("cacheWrites")?;
    let cache = read.unwrap_or(0) + write.unwrap_or(0);
    let tokens = &mut draft.tokens;
    tokens.output = request.count("tokensOut")?;
    if request.has("apiProtocol") && input.is_some_and(|input| input >= cache) {
        divide_input(tokens, input, read, write, (draft.position, parsed));
    } else {
        (tokens.input, tokens.cache_read, tokens.cache_write) = (input, read, write);
    }
    Ok(())
}

/// The extension in whose folder the file lies, where an archive tells; the entries
/// are the same of all.
fn tool_in_name(name: &str) -> Option<&'static str> {
    const FOLDERS: [(&str, &str); 4] = [
        ("saoudrizwan.claude-dev", "cline"),
        (".cline/", "cline"),
        ("roo-cline", "roo_code"),
        ("kilo-code", "kilo_code"),
    ];
    let name = name.to_lowercase();
    FOLDERS.iter().find(|(folder, _)| name.contains(folder)).map(|(_, tool)| *tool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Export;
    use crate::usage::tests::read_with;

    fn read(request: &str, file_name: &str) -> Export {
        let text = serde_json::to_string(request).unwrap();
        let entries = format!(
            r#"[{{"ts":1791205200000,"type":"say","say":"text","text":"api_req_started"}},
            {{"ts":1791205200123,"type":"say","say":"api_req_started","text":{text}}}]"#
        );
        read_with(&FORMAT, &entries, &Context { file_name, ..Context::default() })
    }

    const CLINE: &str = r#"{"request":"hunter2","tokensIn":300,"tokensOut":20,"cacheReads":100,"cacheWrites":50,"cost":0.01}"#;

    #[test]
    fn classes_are_disjoint_unless_the_protocol_is_named() {
        let cline = read(CLINE, "");
        assert_eq!(cline.tokens().total(), Some(470));
        assert_eq!(cline.cost().estimated.unwrap().to_string(), "0.01");
        let roo = CLINE.replace("\"cost\"", "\"apiProtocol\":\"anthropic\",\"cost\"");
        assert_eq!(read(&roo, "").tokens().total(), Some(320));
        let early = roo.replace("300", "3");
        assert_eq!(read(&early, "").tokens().total(), Some(173));
    }

    #[test]
    fn a_request_that_was_stopped_counts_nothing() {
        let export = read(r#"{"request":"x"}"#, "");
        assert_eq!((export.records.len(), export.n_rejected), (0, 0));
    }

    #[test]
    fn only_the_folder_tells_the_extension() {
        let tool = |name| read(CLINE, name).records[0].facets.tool.clone();
        assert_eq!(tool("ui_messages.json"), None);
        assert_eq!(
            tool("a.zip/rooveterinaryinc.roo-cline/tasks/1/ui_messages.json"),
            Some(Untrusted::from("roo_code"))
        );
    }
}
