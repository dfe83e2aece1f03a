//! Who is in an organisation: the addresses behind the opaque ids of usage rows. It has
//! no consumption, only members.

use super::PAGES;
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::{Account, AccountKind, lower, text};
use crate::usage::rows::each_page_row;
use crate::usage::{Context, Format, Parsed};

/// Pages of the API, one after another or in arrays.
pub static FORMAT: Format = Format {
    name: "openai.organization_users",
    tier: 2,
    about: "OpenAI organization users API: who stands behind user-… ids",
    recognizes,
    parse,
};

fn recognizes(sample: Sample<'_>) -> bool {
    sample.any_row("data", |row| {
        row.text("object").is_ok_and(|kind| kind.as_deref() == Some("organization.user"))
    })
}

fn parse(source: &mut Source<'_>, _: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_page_row(source, parsed, PAGES, |row, parsed| {
        let member = read_member(row.row)?;
        parsed.members.push(member);
        Ok(())
    });
}

fn read_member(row: &Object<'_>) -> Result<Account, &'static str> {
    let field = |name| Ok::<_, &str>(row.text(name)?.unwrap_or_default());
    let member = Account {
        kind: AccountKind::User,
        email: lower(&field("email")?),
        account_id: text(&field("id")?),
        display_name: text(&field("name")?),
        ..Account::default()
    };
    if member.account_id.is_none() {
        return Err("a member without an id");
    }
    Ok(member)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::untrusted::Untrusted;
    use crate::usage::{ReadOptions, read_export};

    #[test]
    fn members_without_records_are_an_export() {
        let text = br#"{"object":"list","data":[
            {"object":"organization.user","id":"user-a","email":"Lin.Zhou@example.com","name":"Lin"},
            {"object":"organization.user","email":"nobody@example.com"}],"has_more":false}"#;
        let name = Untrusted::from("users.json");
        let export = read_export(&name, &text[..], &ReadOptions::default()).unwrap();
        assert_eq!(export.format, FORMAT.name);
        assert_eq!((export.records.len(), export.n_rejected), (0, 1));
        assert_eq!(export.members.len(), 1);
        let email = export.members[0].email.clone();
        assert_eq!(email, Some(Untrusted::from("lin.zhou@example.com")));
    }
}
