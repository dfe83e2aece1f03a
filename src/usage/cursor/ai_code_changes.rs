//! AI Code Tracking of Cursor, changes: the lines of each change its tab completion or
//! its composer made, committed or not. No tokens, no repository.
//!
//! Fields as documented at cursor.com, `analytics/ai-code/changes`, JSON and CSV. The names
//! of files in them are not read.

use super::Fields;
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Activity, Draft, record_id, text};
use crate::usage::rows::{Pages, each_page_row, each_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API, or its CSV.
pub static FORMAT: Format = Format {
    name: "cursor.ai_code_changes",
    tier: 2,
    about: "Cursor AI Code Tracking, analytics/ai-code/changes: pages or CSV",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["items"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["change_id", "source", "total_lines_added"])
        || sample.any_row("items", |row| row.has("changeId") && row.has("source"))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    if matches!(source, Source::Table(_)) {
        return each_row(source, parsed, |cells, _| {
            read_row(Fields::Csv(cells), cells.row.line, context).map(Some)
        });
    }
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let draft = read_row(Fields::Json(row.row), row.position, context)?;
        parsed.push(row.position, Ok(draft));
        Ok(())
    });
}

fn read_row(
    row: Fields<'_>,
    position: u64,
    context: &Context<'_>,
) -> Result<Draft, &'static str> {
    let change = row.text("changeId")?;
    if change.is_empty() {
        return Err("a change without id");
    }
    let (email, user_id) = (row.text("userEmail")?, row.text("userId")?);
    let mut draft = super::draft(position);
    draft.period = Some(dates::event(context.bounds.moment(&row.text("createdAt")?)?));
    draft.facets.account = super::member(&email, &user_id);
    draft.facets.model = text(&row.text("model")?);
    let surface = match row.text("source")?.to_uppercase().as_str() {
        "TAB" => "tab",
        "COMPOSER" => "ide",
        _ => "other",
    };
    draft.facets.surface = text(surface);
    draft.activity = Activity {
        lines_added: row.count("totalLinesAdded")?,
        lines_removed: row.count("totalLinesDeleted")?,
        ..Activity::default()
    };
    let who = if user_id.is_empty() { email.to_lowercase() } else { user_id };
    draft.record_id = record_id(FORMAT.name, &[&change, &who]);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    #[test]
    fn a_change_has_one_id_in_json_and_in_csv_and_names_no_file() {
        let csv = "change_id,user_id,user_email,source,model,total_lines_added,total_lines_deleted,created_at,metadata_json\n\
            7,user_1,ada.okafor@example.com,COMPOSER,m,121,20,2026-10-05T11:48:00Z,\"[{\"\"fileName\"\":\"\"hunter2\"\"}]\"\n";
        let json = r#"{"items":[{"changeId":7,"userId":"user_1","source":"COMPOSER","model":null,"totalLinesAdded":121,"createdAt":"2026-10-05T11:48:00Z","metadata":[{"fileName":"hunter2"}]}]}"#;
        let (csv, json) = (read_as(&FORMAT, csv), read_as(&FORMAT, json));
        assert_eq!(csv.records[0].record_id, json.records[0].record_id);
        assert_eq!(csv.records[0].activity().lines_removed, Some(20));
        assert_eq!(json.records[0].activity().lines_removed, None);
        assert!(!format!("{csv:?}{json:?}").contains("hunter2"));
    }
}
