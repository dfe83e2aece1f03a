//! Who is who, for the keeper of the map of people.

use std::io::{self, Write};

use super::number::{big_count, count, count_of, percent};
use super::text::{paragraph, safe, section};
use crate::report::people::{PeopleReport, UnmatchedAccount};

/// How many authors without usage are named; the JSON has all.
const AUTHORS_SHOWN: usize = 20;

/// Writes who was matched by what, who was not and what hangs on it, and who has no usage.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(people: &PeopleReport, to: &mut dyn Write) -> io::Result<()> {
    coverage(people, to)?;
    section(to, "Accounts that are a person's")?;
    for row in &people.matched {
        let person = safe(&row.person);
        writeln!(to, "  {person}  ←  {}  by {}", safe(&row.account), words_of(row.by))?;
        if let Some(also) = &row.also {
            let text = format!(
                "its login is that of {}: one person under two addresses? Say so in the map.",
                safe(also)
            );
            paragraph(to, "      ", &text)?;
        }
    }
    none_of(people.matched.is_empty(), to)?;
    section(to, "Accounts that are nobody's yet")?;
    for row in &people.unmatched {
        unmatched(row, to)?;
    }
    none_of(people.unmatched.is_empty(), to)?;
    if !people.unmatched.is_empty() {
        let text = "Put them into a map: slopnexus people … --format map > people.csv, fill \
                    in the addresses, and give it with --people people.csv.";
        paragraph(to, "  ", text)?;
    }
    section(to, "Services, automation and shared keys: never a person's")?;
    for row in &people.services {
        unmatched(row, to)?;
    }
    none_of(people.services.is_empty(), to)?;
    authors(people, to)?;
    teams(people, to)?;
    for email in &people.disputed {
        let text = format!(
            "The map gives {} to two people: it is nobody's until one row goes.",
            safe(email)
        );
        paragraph(to, "", &text)?;
    }
    Ok(())
}

fn coverage(people: &PeopleReport, to: &mut dyn Write) -> io::Result<()> {
    section(to, "How much is known of whom")?;
    let coverage = &people.coverage;
    let shares = [
        ("of people in these repositories", coverage.assigned),
        ("of services and automation", coverage.service),
        ("of nobody yet", coverage.unassigned),
    ];
    for (words, share) in shares {
        let share =
            share.map_or("     -".to_owned(), |share| format!("{:>6}", percent(share)));
        writeln!(to, "  {share} of {} {words}", measure_words(coverage.measure))?;
    }
    let lines = coverage.lines.map_or("-".to_owned(), percent);
    writeln!(to, "  {lines:>6} of landed lines written by somebody with usage")?;
    let text = format!(
        "{} of {} have usage.",
        count(coverage.n_with_usage),
        count_of(
            coverage.n_authors,
            "person with commits or in the map",
            "people with commits"
        )
    );
    paragraph(to, "  ", &text)
}

fn measure_words(measure: &str) -> &str {
    match measure {
        "billed_usd" => "what was billed",
        "list_usd" => "the value at list price",
        _ => "all tokens",
    }
}

fn words_of(by: &str) -> &str {
    match by {
        "map" => "the map",
        "email" => "address",
        "login" => "login",
        "alias" => "the address its own stands for",
        "principal" => "the address in its principal",
        "key_name" => "the name of its key",
        other => other,
    }
}

fn none_of(is_none: bool, to: &mut dyn Write) -> io::Result<()> {
    if is_none { writeln!(to, "  none") } else { Ok(()) }
}

fn unmatched(row: &UnmatchedAccount, to: &mut dyn Write) -> io::Result<()> {
    let account = if row.account.is_empty() {
        "records that name nobody".to_owned()
    } else {
        safe(&row.account)
    };
    let amounts = [
        row.billed_usd.as_ref().map(|usd| format!("billed USD {usd}")),
        row.value_usd.as_ref().map(|usd| format!("worth USD {usd}")),
        row.tokens.map(|tokens| format!("{} tokens", big_count(tokens))),
    ];
    let amounts: Vec<String> = amounts.into_iter().flatten().collect();
    let hangs =
        if amounts.is_empty() { "no amounts".to_owned() } else { amounts.join(", ") };
    let records = count_of(row.records, "record", "records");
    paragraph(to, "  ", &format!("{account}: {}; {records}, {hangs}", row.why))?;
    match &row.suggestion {
        Some(person) => {
            let text = format!(
                "{} goes by the same name. Names alone join nobody: decide in the map.",
                safe(person)
            );
            paragraph(to, "      ", &text)
        }
        None => Ok(()),
    }
}

fn authors(people: &PeopleReport, to: &mut dyn Write) -> io::Result<()> {
    section(to, "Authors without usage")?;
    for author in people.without_usage.iter().take(AUTHORS_SHOWN) {
        let commits = count_of(author.commits, "commit", "commits");
        writeln!(to, "  {}  {commits}", safe(&author.person))?;
    }
    none_of(people.without_usage.is_empty(), to)?;
    let more = people.without_usage.len().saturating_sub(AUTHORS_SHOWN);
    if more > 0 {
        writeln!(to, "  and {more} more, all in --format json")?;
    }
    Ok(())
}

fn teams(people: &PeopleReport, to: &mut dyn Write) -> io::Result<()> {
    if people.teams.is_empty() {
        return Ok(());
    }
    section(to, "Teams")?;
    for member in &people.teams {
        let team = member.team.as_deref().map_or("no team".to_owned(), safe);
        writeln!(to, "  {team}  {}", safe(&member.person))?;
    }
    Ok(())
}

/// Writes a map of people to be filled in: what is suggested stands there as a comment,
/// since nothing may come of a name alone.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write_map(people: &PeopleReport, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "canonical_email,kind,value")?;
    writeln!(to, "# Put the address of a person before the comma and take away the #.")?;
    for row in &people.unmatched {
        let (Some(kind), Some(value)) = (row.kind, &row.value) else { continue };
        let person = row.suggestion.as_deref().unwrap_or("");
        if row.suggestion.is_some() {
            writeln!(to, "# The same name, and no more:")?;
        }
        writeln!(to, "#{},{kind},{}", csv_field(person), csv_field(value))?;
    }
    for row in people.matched.iter().filter(|row| row.also.is_some()) {
        let also = row.also.as_deref().unwrap_or_default();
        let (person, also) = (csv_field(&row.person), csv_field(also));
        writeln!(to, "#{person},git_email,{also}")?;
    }
    Ok(())
}

/// A field of CSV on one line: what a terminal would not show is escaped, and a formula is
/// disarmed.
fn csv_field(text: &str) -> String {
    let text = safe(text);
    let text =
        if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '#']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}
