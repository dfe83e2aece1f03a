//! Exports of Cursor: its dashboard and its APIs for administrators.

use super::json::Object;
use super::numbers;
use super::record::{Account, Draft, text};
use super::rows::Cells;
use crate::untrusted::Untrusted;

pub mod usage_csv;
pub mod filtered_usage_events;
pub mod spend;
pub mod daily_usage;
pub mod ai_code_commits;
pub mod ai_code_changes;

/// A record of Cursor of which nothing else is known.
fn draft(position: u64) -> Draft {
    let mut draft = Draft::new(position);
    draft.facets.vendor = Some(Untrusted::from("cursor"));
    draft.facets.tool = Some(Untrusted::from("cursor"));
    draft
}

/// A member of a team: by the address, else by Cursor's own number.
fn member(email: &str, user_id: &str) -> Account {
    let account = Account::of_email(email);
    Account { account_id: text(user_id), ..account }
}

/// One row that an API gives as JSON and, by the same names, as CSV.
#[derive(Debug, Clone, Copy)]
enum Fields<'r> {
    Json(&'r Object<'r>),
    Csv(&'r Cells<'r>),
}

impl Fields<'_> {
    /// The text of a field by its name in JSON; blank when it is absent.
    fn text(&self, name: &str) -> Result<String, &'static str> {
        match self {
            Self::Json(row) => Ok(row.text(name)?.unwrap_or_default().trim().to_owned()),
            Self::Csv(cells) => Ok(cells.get(&snake_case(name)).to_owned()),
        }
    }

    fn count(&self, name: &str) -> Result<Option<u64>, &'static str> {
        match self {
            Self::Json(row) => row.count(name),
            Self::Csv(cells) => {
                let sign = cells.head.decimal_sign();
                numbers::count(cells.get(&snake_case(name)), sign)
            }
        }
    }
}

/// `commitHash` is `commit_hash`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
