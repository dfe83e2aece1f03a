//! Who there is, what they work on and what they are billed for.

use std::fmt::Write as _;

/// Tools that the organisation buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Claude,
    Cursor,
    Copilot,
}

impl Tool {
    /// The trailer that it leaves in commits.
    pub(super) fn trailer(self) -> &'static str {
        match self {
            Self::Claude => "Co-Authored-By: Claude <noreply@anthropic.com>",
            Self::Cursor => "Co-authored-by: Cursor <cursoragent@cursor.com>",
            Self::Copilot => {
                "Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>"
            }
        }
    }
}

/// Somebody.
#[derive(Debug)]
pub(super) struct Person {
    /// Their name, and that of their address at example.org.
    pub(super) name: &'static str,
    /// The repository they work on; empty for nobody's.
    pub(super) repository: &'static str,
    /// The tool they are billed for.
    pub(super) tool: Option<Tool>,
    /// The week in which they left.
    pub(super) left_week: Option<u32>,
}

impl Person {
    /// The address that their commits carry.
    pub(super) fn address(&self) -> String {
        format!("{}@example.org", self.name.to_lowercase())
    }

    /// The account by which Copilot knows them.
    pub(super) fn login(&self) -> String {
        format!("{}-tern", self.name.to_lowercase())
    }
}

const fn person(
    name: &'static str,
    repository: &'static str,
    tool: Option<Tool>,
) -> Person {
    Person { name, repository, tool, left_week: None }
}

/// Whom a Cursor account with a private address belongs to, which only the map knows.
pub(super) const PRIVATE: (&str, &str) = ("Kai", "kai.at.home@example.net");
/// An account that nobody knows.
pub(super) const UNKNOWN_LOGIN: &str = "zed-contractor";
/// The account of a machine.
pub(super) const SERVICE_LOGIN: &str = "tern-ci[bot]";

/// Everybody.
pub(super) const PEOPLE: &[Person] = &[
    person("Ana", "bookings", Some(Tool::Claude)),
    person("Ben", "bookings", Some(Tool::Cursor)),
    person("Chi", "bookings", Some(Tool::Copilot)),
    person("Dev", "bookings", Some(Tool::Claude)),
    person("Eva", "bookings", Some(Tool::Copilot)),
    person("Flo", "bookings", None),
    person("Gus", "tidetable", Some(Tool::Claude)),
    person("Hal", "tidetable", Some(Tool::Claude)),
    person("Ivy", "tidetable", Some(Tool::Copilot)),
    person("Jon", "tidetable", Some(Tool::Claude)),
    person("Kai", "tidetable", Some(Tool::Cursor)),
    Person { left_week: Some(46), ..person("Lou", "fareoracle", Some(Tool::Cursor)) },
    person("Mia", "fareoracle", Some(Tool::Claude)),
    person("Ned", "fareoracle", Some(Tool::Cursor)),
    person("Oto", "fareoracle", Some(Tool::Copilot)),
    person("Pia", "fareoracle", Some(Tool::Cursor)),
    person("Tom", "fareoracle", Some(Tool::Claude)),
    person("Uma", "tidetable", Some(Tool::Cursor)),
    Person { left_week: Some(24), ..person("Quy", "deckbot", Some(Tool::Claude)) },
    Person { left_week: Some(24), ..person("Rae", "deckbot", Some(Tool::Copilot)) },
    // Wrote the first words of the service, and has landed nothing since.
    person("Sol", "", Some(Tool::Claude)),
];

/// The number of the person of a name.
pub(super) fn number(name: &str) -> usize {
    PEOPLE.iter().position(|person| person.name == name).unwrap_or(0)
}

/// The map of people: what addresses do not tell.
pub(super) fn map() -> String {
    let mut text = "canonical_email,kind,value\n".to_owned();
    for person in PEOPLE.iter().filter(|one| one.tool == Some(Tool::Copilot)) {
        put(&mut text, &format!("{},github_login,{}", person.address(), person.login()));
    }
    let (name, address) = PRIVATE;
    put(&mut text, &format!("{}@example.org,git_email,{address}", name.to_lowercase()));
    text
}

/// The teams: those who work on one repository.
pub(super) fn teams() -> String {
    let mut text = "team,kind,value\n".to_owned();
    for person in PEOPLE.iter().filter(|one| !one.repository.is_empty()) {
        put(&mut text, &format!("{},email,{}", person.repository, person.address()));
    }
    text
}

/// Puts a line at the end of a text.
pub(super) fn put(text: &mut String, line: &str) {
    // A string takes everything.
    match writeln!(text, "{line}") {
        Ok(()) | Err(_) => {}
    }
}
