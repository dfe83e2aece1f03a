//! The list of members of an organisation in the Claude Admin API: it says whose an
//! opaque id is that other reports give.
//!
//! Fields as documented at platform.claude.com, `api/admin/organizations/users`.

use super::account_of;
use crate::usage::framing::{Sample, Source};
use crate::usage::rows::{Pages, each_page_row};
use crate::usage::{Context, Format, Parsed};

/// Pages of `organizations/users`.
pub static FORMAT: Format = Format {
    name: "anthropic.organization_users",
    tier: 2,
    about: "Claude Admin API, organizations/users: who is behind opaque ids",
    recognizes,
    parse,
};

const PAGES: Pages = Pages { arrays: &["data"], bare_rows: false };

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| {
        let kind = row.text("type").ok().flatten();
        kind.as_deref() == Some("user")
            && ["id", "email", "role"].iter().all(|name| row.has(name))
            && !row.has("object")
    })
}

fn parse(source: &mut Source<'_>, _: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let account = account_of(row.row)?;
        if account.account_id.is_none() || account.email.is_none() {
            return Err("a member without id or address");
        }
        parsed.members.push(account);
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::AccountKind;

    #[test]
    fn a_member_has_an_id_and_an_address() {
        let page = r#"{"data":[{"id":"user_1","type":"user","email":"Ada@example.com",
            "name":"Ada","role":"developer","added_at":"2026-10-01T00:00:00Z"},
            {"id":"user_2","type":"user","email":null,"role":"user"}],
            "has_more":false,"first_id":"user_1","last_id":"user_2"}"#;
        let export = crate::usage::tests::read_as(&FORMAT, page);
        assert_eq!((export.members.len(), export.n_rejected), (1, 1));
        let member = &export.members[0];
        assert_eq!(member.kind, AccountKind::User);
        assert_eq!(member.key().unwrap(), b"email:ada@example.com");
        assert_eq!(member.account_id.as_ref().unwrap().bytes(), b"user_1");
    }
}
