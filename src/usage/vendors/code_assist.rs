//! Cloud Logging entries of Gemini Code Assist: who asked it something, and when. They hold
//! no tokens; their prompts and answers are not read.
//!
//! Fields as in cloud.google.com, "View Gemini Code Assist logs". Several entries can be of
//! one request.

use std::collections::HashSet;

use super::field;
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, AccountKind, Draft, lower, record_id, text};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Entries in an array, one a line, or in pages of the API.
pub static FORMAT: Format = Format {
    name: "google.code_assist_log",
    tier: 3,
    about: "Cloud Logging of Gemini Code Assist: who used it when, activity only",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["entries"], bare_rows: true };
const RESOURCE: &str = "cloudaicompanion.googleapis.com";

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(is_entry) || sample.any_row("entries", is_entry)
}

fn is_entry(entry: &Object<'_>) -> bool {
    let resource = entry.object("resource").ok().flatten();
    let kind = resource.and_then(|resource| resource.text("type").ok().flatten());
    kind.is_some_and(|kind| kind.starts_with(RESOURCE))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    let mut known = HashSet::new();
    each_page_row(source, parsed, PAGES, |row, parsed| {
        if !is_entry(row.row) {
            return Err("an entry of another service");
        }
        let labels = row.row.object("labels")?.unwrap_or_default();
        let product = field(&labels, "product")?;
        if !product.is_empty() && !product.contains("code_assist") {
            return Ok(());
        }
        let draft = read_entry(row.row, &labels, row.position, context)?;
        if known.insert(draft.record_id) {
            parsed.push(row.position, Ok(draft));
        }
        Ok(())
    });
}

fn read_entry(
    entry: &Object<'_>,
    labels: &Object<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let time = entry.text("timestamp")?.ok_or("an entry without time")?;
    let moment = context.bounds.moment(&time)?;
    let user = field(labels, "user_id")?;
    let mut draft = super::draft(position, "google", "gemini_code_assist");
    draft.period = Some(dates::event(moment));
    draft.facets.surface = text("ide");
    draft.facets.account = if user.contains('@') {
        Account::of_email(&user)
    } else {
        let kind = if user.is_empty() { AccountKind::Unknown } else { AccountKind::User };
        Account { kind, account_id: text(&user), ..Account::default() }
    };
    draft.activity.prompts = Some(1);
    let request = field(labels, "request_id")?;
    let id = if request.is_empty() { field(entry, "insertId")? } else { request };
    let user = lower(&user).map(|user| user.to_json_text().into_owned());
    let user = user.unwrap_or_default();
    draft.record_id = if id.is_empty() {
        record_id(FORMAT.name, &[&moment.millis.to_string(), &user])
    } else {
        record_id(FORMAT.name, &[&id])
    };
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, more: &str) -> String {
        format!(
            r#"{{"resource":{{"type":"cloudaicompanion.googleapis.com/Instance"}},"labels":{{"product":"code_assist","user_id":"Lin@example.com","request_id":"{id}"}},"timestamp":"2026-10-05T14:10:00Z"{more}}}"#
        )
    }

    #[test]
    fn entries_of_one_request_are_one_record_without_what_was_asked() {
        let prompt = r#","jsonPayload":{"prompt":"hunter2"}"#;
        let text =
            format!("[{},{},{}]", entry("a", ""), entry("a", prompt), entry("b", ""));
        let export = crate::usage::tests::read_as(&FORMAT, &text);
        assert_eq!((export.records.len(), export.n_rejected), (2, 0));
        assert_eq!(export.records[0].activity().prompts, Some(1));
        assert_eq!(export.records[0].tokens().total(), None);
        assert!(!format!("{export:?}").contains("hunter2"));
    }

    #[test]
    fn pages_of_the_api_are_read_as_well() {
        let text = format!(r#"{{"entries":[{}]}}"#, entry("a", ""));
        assert_eq!(crate::usage::tests::read_as(&FORMAT, &text).records.len(), 1);
    }
}
