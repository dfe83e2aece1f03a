//! The team table of Claude Code in the Console: one row a person or key, what they spent
//! in a month, and the lines they accepted. The month stands in the name of the file.

use super::{draft_of, id_of, measured, whole_file};
use crate::untrusted::Untrusted;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Account, AccountKind, Draft, text};
use crate::usage::rows::{Cells, each_row};
use crate::usage::{Context, Format, Parsed};

/// `claude_code_team_….csv`.
pub static FORMAT: Format = Format {
    name: "anthropic.claude_code_team_csv",
    tier: 2,
    about: "Claude Console → Claude Code → Export (claude_code_team….csv)",
    recognizes,
    parse,
};

const SPEND: &str = "spend this month (usd)";

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["user", SPEND])
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_row(source, parsed, |cells, _| read_row(cells, context).map(Some));
}

fn read_row(cells: &Cells<'_>, context: &Context<'_>) -> Result<Draft, &'static str> {
    let mut draft = draft_of(cells.row.line, whole_file(context)?);
    let user = cells.get("user");
    draft.facets.account = match user {
        "" => return Err("a row without user"),
        address if address.contains('@') => Account::of_email(address),
        key => Account {
            kind: AccountKind::ApiKey,
            api_key_name: text(key),
            ..Account::default()
        },
    };
    draft.facets.tool = Some(Untrusted::from("claude_code"));
    draft.cost.billed = cells.dollars(SPEND)?;
    draft.activity.lines_added = cells.count("lines this month")?;
    draft.record_id = id_of(&FORMAT, &draft, &[user.to_lowercase()]);
    measured(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_a_person_or_a_key() {
        let text = "User,Spend this Month (USD),Lines this Month\n\
            Ada@example.com,1,2\nci-key,\"1,000.50\",\n";
        let period = crate::usage::dates::period_in_name("2026-10");
        let context = Context { period, ..Context::default() };
        let export = crate::usage::tests::read_with(&FORMAT, text, &context);
        let keys: Vec<Vec<u8>> =
            export.records.iter().filter_map(|r| r.facets.account.key()).collect();
        assert_eq!(keys, [&b"email:ada@example.com"[..], b"key:ci-key"]);
        assert_eq!(export.records[1].cost().billed.unwrap().to_string(), "1000.50");
    }
}
