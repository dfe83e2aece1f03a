//! The operator's own map of who is who: `canonical_email,kind,value`.

use super::folded;
use crate::error::Error;

/// What a row of the map gives to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapKind {
    /// An address in histories.
    GitEmail,
    /// A login on GitHub.
    GithubLogin,
    /// A vendor's id of an account.
    AccountId,
    /// OpenAI's id of a user.
    OpenaiUserId,
    /// The name of a key.
    ApiKeyName,
    /// A vendor's id of a key.
    ApiKeyId,
    /// A principal of AWS.
    IamArn,
    /// A name as shown.
    DisplayName,
    /// A domain whose addresses are those of another: both as `@example.com`.
    DomainAlias,
    /// A domain in whose addresses what follows a `+` does not count; the value is `yes`.
    PlusAddresses,
}

/// All kinds, by the names the map has for them.
const KINDS: &[(&str, MapKind)] = &[
    ("git_email", MapKind::GitEmail),
    ("github_login", MapKind::GithubLogin),
    ("account_id", MapKind::AccountId),
    ("openai_user_id", MapKind::OpenaiUserId),
    ("api_key_name", MapKind::ApiKeyName),
    ("api_key_id", MapKind::ApiKeyId),
    ("iam_arn", MapKind::IamArn),
    ("display_name", MapKind::DisplayName),
    ("domain_alias", MapKind::DomainAlias),
    ("plus_addresses", MapKind::PlusAddresses),
];

/// The columns of the map, in order.
const COLUMNS: [&str; 3] = ["canonical_email", "kind", "value"];

/// One row of the map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MapRow {
    /// The address that stands for the person, in lower case.
    pub canonical_email: String,
    /// What is given.
    pub kind: MapKind,
    /// The value, as written but for blanks at its ends.
    pub value: String,
}

/// Reads a map. It is configuration: what is wrong with it stops the run. Lines that
/// begin with `#` are comments.
pub fn parse_map(text: &[u8]) -> Result<Vec<MapRow>, Error> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text);
    let header = reader.headers().map_err(|error| not_csv(&error))?;
    if header != COLUMNS.as_slice() {
        return Err(bad_map(1, "its columns are not canonical_email,kind,value"));
    }
    reader
        .records()
        .map(|record| row(&record.map_err(|error| not_csv(&error))?))
        .collect()
}

fn row(record: &csv::StringRecord) -> Result<MapRow, Error> {
    let line = record.position().map_or(0, csv::Position::line);
    let field = |place: usize| record.get(place).unwrap_or_default();
    let kind = KINDS.iter().find(|(name, _)| *name == field(1)).map(|(_, kind)| *kind);
    let Some(kind) = kind else {
        let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        return Err(bad_map(line, &format!("its kind is none of {}", known.join(", "))));
    };
    let canonical_email = folded(field(0).as_bytes());
    if !canonical_email.contains('@') {
        return Err(bad_map(line, "its canonical_email is no address"));
    }
    let of_domain = matches!(kind, MapKind::DomainAlias | MapKind::PlusAddresses);
    if of_domain != canonical_email.starts_with('@') {
        return Err(bad_map(
            line,
            "a domain is written as @example.com, and only one is",
        ));
    }
    if field(2).is_empty() {
        return Err(bad_map(line, "its value is empty"));
    }
    // Spreadsheets disarm what could be a formula with an apostrophe; so do we.
    let value = match field(2).strip_prefix('\'') {
        Some(value) if value.starts_with(['=', '+', '-', '@']) => value,
        _ => field(2),
    };
    Ok(MapRow { canonical_email, kind, value: value.to_owned() })
}

/// The error of a file that is no CSV of three columns; the file's text is not shown.
fn not_csv(error: &csv::Error) -> Error {
    let line = error.position().map_or(0, csv::Position::line);
    bad_map(line, "it is not CSV of three columns in UTF-8")
}

fn bad_map(line: u64, why: &str) -> Error {
    Error::usage(
        "E-PEOPLE",
        "cannot read the map of people",
        &format!("line {line}: {why}"),
        "mend the line",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_comments_quotes_and_blanks() {
        let text = "\u{feff}canonical_email,kind,value\n# a comment\n\
            Rosa@Example.com , github_login,\"ro,sa\"\n";
        let expected = MapRow {
            canonical_email: "rosa@example.com".to_owned(),
            kind: MapKind::GithubLogin,
            value: "ro,sa".to_owned(),
        };
        assert_eq!(parse_map(text.as_bytes()).unwrap(), [expected]);
    }

    #[test]
    fn what_is_wrong_stops_the_run_and_names_the_line() {
        let why = |rows: &str| {
            let text = format!("canonical_email,kind,value\n{rows}");
            parse_map(text.as_bytes()).unwrap_err().to_string()
        };
        assert!(why("a@b.c,nickname,x\n").contains("line 2: its kind"));
        assert!(why("a@b.c,git_email,x@y.z\nnobody,git_email,x\n").contains("line 3"));
        assert!(why("a@b.c,git_email,\n").contains("empty"));
        assert!(why("a@b.c,git_email\n").contains("three columns"));
        assert!(parse_map(b"email,login\n").is_err());
    }
}
