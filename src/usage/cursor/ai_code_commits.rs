//! AI Code Tracking of Cursor, commits: how many lines of each commit its tab completion
//! and its composer wrote. No tokens; the commit is named by its hash.
//!
//! Fields as documented at cursor.com, `analytics/ai-code/commits`, JSON and CSV.

use super::Fields;
use crate::usage::dates;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Activity, Draft, record_id, text, total};
use crate::usage::rows::{Pages, each_page_row, each_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of the API, or its CSV.
pub static FORMAT: Format = Format {
    name: "cursor.ai_code_commits",
    tier: 2,
    about: "Cursor AI Code Tracking, analytics/ai-code/commits: pages or CSV",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["items"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["commit_hash", "composer_lines_added"])
        || sample.any_row("items", |row| {
            row.has("commitHash") && row.has("composerLinesAdded")
        })
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
    let commit = row.text("commitHash")?.to_lowercase();
    let is_hash = (7..=64).contains(&commit.len())
        && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash {
        return Err("a commit that is not a hash");
    }
    let (committed, created) = (row.text("commitTs")?, row.text("createdAt")?);
    let time = if committed.is_empty() { &created } else { &committed };
    let (email, user_id) = (row.text("userEmail")?, row.text("userId")?);
    let repo = row.text("repoName")?;
    let mut draft = super::draft(position);
    draft.period = Some(dates::event(context.bounds.moment(time)?));
    draft.facets.account = super::member(&email, &user_id);
    draft.facets.commit = text(&commit);
    draft.facets.repo = text(&repo);
    draft.facets.branch = text(&row.text("branchName")?);
    // What people typed between is not the tool's. A sum of parts is known where all are.
    let by_tool = total(&[row.count("tabLinesAdded")?, row.count("composerLinesAdded")?]);
    let by_people = row.count("nonAiLinesAdded")?;
    let parts = by_tool.zip(by_people).map(|(tool, people)| tool.saturating_add(people));
    draft.activity = Activity {
        lines_added: by_tool,
        lines_committed: row.count("totalLinesAdded")?.or(parts),
        lines_removed: total(&[
            row.count("tabLinesDeleted")?,
            row.count("composerLinesDeleted")?,
        ]),
        ..Activity::default()
    };
    let who = if user_id.is_empty() { email.to_lowercase() } else { user_id };
    draft.record_id = record_id(FORMAT.name, &[&commit, &who, &repo]);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::read_as;

    const CSV: &str = "commit_hash,user_id,user_email,repo_name,tab_lines_added,\
        composer_lines_added,non_ai_lines_added,message,commit_ts,created_at\n";
    const HASH: &str = "9F1C2D3E4B5A69788796A5B4C3D2E1F00F1E2D3C";

    #[test]
    fn a_commit_has_one_id_in_json_and_in_csv() {
        let csv = format!(
            "{CSV}{HASH},user_1,ada.okafor@example.com,o/r,40,121,53,\"a,\nb\",,2026-10-05T12:01:31Z\n"
        );
        let json = format!(
            r#"{{"items":[{{"commitHash":"{HASH}","userId":"user_1","repoName":"o/r","tabLinesAdded":40,"composerLinesAdded":121,"nonAiLinesAdded":53,"commitTs":null,"createdAt":"2026-10-05T12:01:31Z"}}]}}"#
        );
        let (csv, json) = (read_as(&FORMAT, &csv), read_as(&FORMAT, &json));
        assert_eq!((csv.n_rejected, json.n_rejected), (0, 0));
        assert_eq!(csv.records[0].record_id, json.records[0].record_id);
        assert_eq!(csv.records[0].activity().lines_added, Some(161));
        assert_eq!(csv.records[0].activity().lines_committed, Some(214));
        assert_eq!(csv.records[0].activity(), json.records[0].activity());
        let commit = csv.records[0].facets.commit.as_ref().unwrap();
        assert_eq!(commit.bytes(), HASH.to_lowercase().as_bytes());
    }

    #[test]
    fn a_sum_of_parts_is_known_where_all_parts_are() {
        let rows =
            format!("{CSV}{HASH},u,a@example.com,o/r,1,1,,,,2026-10-05T12:01:31Z\n");
        let read = read_as(&FORMAT, &rows);
        assert_eq!(read.records[0].activity().lines_committed, None);
    }

    #[test]
    fn what_is_no_hash_is_no_commit() {
        let row = format!("{CSV}HEAD,u,a@example.com,o/r,1,1,1,,,2026-10-05T12:01:31Z\n");
        assert_eq!(read_as(&FORMAT, &row).n_rejected, 1);
    }

    #[test]
    fn messages_of_commits_are_not_kept() {
        let row = format!(
            "{CSV}{HASH},u,a@example.com,o/r,1,1,1,hunter2,,2026-10-05T12:01:31Z\n"
        );
        assert!(!format!("{:?}", read_as(&FORMAT, &row)).contains("hunter2"));
    }
}
