//! Who has a seat of Copilot: logins, and sometimes their addresses. Members and no records.
//!
//! Columns of the activity report and fields of the REST API (`copilot/billing/seats`) as
//! in docs.github.com.

use super::field;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, AccountKind, lower, text};
use crate::usage::rows::{Pages, each_page_row, each_row};
use crate::usage::{Context, Format, Parsed};

/// The CSV of the activity report, or pages of the API.
pub static FORMAT: Format = Format {
    name: "github.copilot.seats",
    tier: 3,
    about: "Copilot seats: the activity report (CSV) or copilot/billing/seats",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["seats"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.has_columns(&["login", "last_surface_used"])
        || sample.any_row("seats", |seat| seat.has("assignee"))
        || sample.any_object(|page| page.has("seats") && page.has("total_seats"))
}

fn parse(source: &mut Source<'_>, _: &Context<'_>, parsed: &mut Parsed<'_>) {
    if matches!(source, Source::Table(_)) {
        return each_row(source, parsed, |cells, parsed| {
            let login = lower(cells.get("login"));
            let login = login.ok_or("a seat without login")?;
            let kind = AccountKind::User;
            let member = Account { kind, login: Some(login), ..Account::default() };
            parsed.members.push(member);
            Ok(None)
        });
    }
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let assignee = row.row.object("assignee")?.ok_or("a seat without assignee")?;
        // A team or an organisation that was given seats is no person.
        if matches!(field(&assignee, "type")?.as_str(), "" | "User") {
            parsed.members.push(read_member(&assignee)?);
        }
        Ok(())
    });
}

fn read_member(assignee: &Object<'_>) -> Result<Account, &'static str> {
    let login = lower(&field(assignee, "login")?).ok_or("a seat without login")?;
    Ok(Account {
        kind: AccountKind::User,
        login: Some(login),
        account_id: text(&field(assignee, "id")?),
        email: lower(&field(assignee, "email")?),
        display_name: text(&field(assignee, "name")?),
        ..Account::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::untrusted::Untrusted;
    use crate::usage::{ReadOptions, read_export};

    #[test]
    fn an_export_of_members_alone_is_an_export() {
        let text = b"report_time,login,last_authenticated_at,last_activity_at,last_surface_used\n\
            2026-10-06T00:10:00Z,AdaOkafor-ex,,,vscode\n2026-10-06T00:10:00Z,,,,\n";
        let options = ReadOptions::default();
        let export = read_export(&Untrusted::from("x"), &text[..], &options).unwrap();
        assert_eq!(export.format, FORMAT.name);
        assert_eq!((export.records.len(), export.n_rejected), (0, 1));
        assert_eq!(export.members[0].key().unwrap(), b"login:adaokafor-ex");
    }

    #[test]
    fn a_seat_of_a_team_is_no_person() {
        let export = crate::usage::tests::read_as(
            &FORMAT,
            r#"{"total_seats":2,"seats":[{"assignee":{"login":"A","id":1,"type":"User","email":"A@example.com"}},{"assignee":{"slug":"t","type":"Team"}}]}"#,
        );
        assert_eq!((export.members.len(), export.n_rejected), (1, 0));
        assert_eq!(export.members[0].email, Some(Untrusted::from("a@example.com")));
        assert!(export.gaps.is_empty());
    }

    #[test]
    fn a_page_that_tells_of_more_seats_than_were_given_is_said_so() {
        let export = crate::usage::tests::read_as(
            &FORMAT,
            r#"{"total_seats":2,"seats":[{"assignee":{"login":"A"}}]}"#,
        );
        assert_eq!(export.gaps.list().len(), 1);
    }
}
