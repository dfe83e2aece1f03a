//! The table of a team's users in Windsurf: names and addresses. Members and no records.
//!
//! Fields as `faros-ai/airbyte-connectors` reads them from `UserPageAnalytics`.

use super::field;
use crate::usage::framing::{Sample, Source};
use crate::usage::record::{Account, AccountKind, lower, text};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// One answer of the API.
pub static FORMAT: Format = Format {
    name: "windsurf.user_page",
    tier: 3,
    about: "Windsurf API, UserPageAnalytics: who is in the team",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["userTableStats"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_object(|page| page.has("userTableStats"))
}

fn parse(source: &mut Source<'_>, _: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let email = lower(&field(row.row, "email")?).ok_or("a user without address")?;
        parsed.members.push(Account {
            kind: AccountKind::User,
            email: Some(email),
            display_name: text(&field(row.row, "name")?),
            api_key_id: text(&field(row.row, "apiKey")?),
            ..Account::default()
        });
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_members_and_not_usage() {
        let export = crate::usage::tests::read_as(
            &FORMAT,
            r#"{"userTableStats":[{"name":"Lin","email":"Lin@example.com","activeDays":12},{"name":"x"}]}"#,
        );
        assert_eq!((export.members.len(), export.records.len()), (1, 0));
        assert_eq!(export.members[0].key().unwrap(), b"email:lin@example.com");
        assert_eq!(export.n_rejected, 1);
    }
}
