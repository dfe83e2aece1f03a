//! An explanation for people in a terminal: the evidence, then how git shows it.

mod figure;
mod provenance;
mod reverts;

use std::io::{self, Write};

use super::number::{count, count_of};
use super::sentences::day;
use super::text::{DIM, TITLE, WARN, paragraph, safe, section, unbroken};
use crate::explain::{
    Answer, CommitAnswer, DeathsAnswer, DiffCount, Explanation, GitCommand,
    LandingAnswer, LineAnswer, LineCounts,
};

/// How many rows of a table are shown; JSON has all.
const MOST_ROWS: usize = 20;

/// Writes an explanation.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(explanation: &Explanation, to: &mut dyn Write) -> io::Result<()> {
    headline(explanation, to)?;
    match &explanation.answer {
        Answer::Line(line) => self::line(line, explanation.exact, to)?,
        Answer::Landing(landing) => self::landing(landing, to)?,
        Answer::Deaths(deaths) => self::deaths(deaths, to)?,
        Answer::Provenance(answer) => provenance::write(answer, to)?,
        Answer::Revert(answer) => reverts::write(answer, to)?,
        Answer::Figure(figure) => figure::write(figure, to)?,
    }
    commands(&explanation.commands, to)?;
    if explanation.first_parent_origins {
        let text = "Only the mainline was read (--first-parent-origins): what a merge brought \
                    counts as written by the merge.";
        paragraph(to, "  ", text)?;
    }
    let by_event =
        explanation.repositories.iter().filter_map(|one| one.landings_by_event);
    if let Some(n) = by_event.reduce(|sum, one| sum + one) {
        let landings = count_of(n, "landing was", "landings were");
        let text = format!(
            "The times of {landings} given (--landing-events): git shows others."
        );
        paragraph(to, "  ", &text)?;
    }
    for gap in explanation.gaps.iter().filter(|gap| gap.incomplete) {
        let text = format!(
            "Incomplete: {} × {} [{}]",
            count(gap.count),
            safe(&gap.why),
            gap.code
        );
        write!(to, "{WARN}")?;
        paragraph(to, "  ", &text)?;
        write!(to, "{WARN:#}")?;
    }
    Ok(())
}

fn headline(explanation: &Explanation, to: &mut dyn Write) -> io::Result<()> {
    write!(to, "{TITLE}{}{TITLE:#}", safe(&explanation.id))?;
    match explanation.repositories.as_slice() {
        [one] => write!(to, "  in {}", safe(&one.path))?,
        several => write!(to, "  in {} repositories", several.len())?,
    }
    let as_of =
        explanation.repositories.iter().filter_map(|one| one.as_of.as_deref()).max();
    match as_of {
        Some(as_of) => writeln!(to, "{DIM}  as of {}{DIM:#}", day(as_of)),
        None => writeln!(to),
    }
}

/// The first digits of an id: enough to find it by.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn day_of(time: Option<&str>) -> &str {
    time.map_or("an unknown day", day)
}

/// `3 lines, 2 of which count`.
fn counted(counts: LineCounts) -> String {
    let lines = count_of(counts.lines, "line", "lines");
    match counts.counted {
        all if all == counts.lines => lines,
        some => format!("{lines} ({} that count)", count(some)),
    }
}

/// What a commit says of AI, in a clause.
fn marks(commit: &CommitAnswer) -> String {
    if commit.evidence.is_empty() {
        return "it says nothing of AI".to_owned();
    }
    let rules: Vec<String> = commit
        .evidence
        .iter()
        .map(|one| match one.line {
            Some(line) => format!("{} (line {line} of its message)", unbroken(&one.rule)),
            None => format!("{} ({})", unbroken(&one.rule), one.place),
        })
        .collect();
    let tools = match commit.tools.as_slice() {
        [] => String::new(),
        tools => format!(", {}", unbroken(&tools.join(", "))),
    };
    format!(
        "{}: {}{tools}, by the rules {}",
        if commit.ai_marked { "AI-marked" } else { "unmarked" },
        commit.ai_class,
        rules.join(", ")
    )
}

fn line(line: &LineAnswer, exact: bool, to: &mut dyn Write) -> io::Result<()> {
    section(to, "Where it comes from")?;
    let origin = &line.origin;
    let written = format!(
        "{} wrote it on {}; {}.",
        short(&origin.id),
        day_of(origin.author_time.as_deref()),
        marks(origin)
    );
    paragraph(to, "  ", &written)?;
    let landing = &line.landing;
    let by =
        if landing.id == origin.id { "It landed by itself" } else { "It landed with" };
    let with = if landing.id == origin.id {
        String::new()
    } else {
        format!(" {}", short(&landing.id))
    };
    let age = line.age_days.map_or(String::new(), |age| format!(", {age:.0} days ago"));
    let bulk = if line.is_bulk { ", in a bulk event" } else { "" };
    let elsewhere = match &line.landed_in {
        Some(path) if *path != line.path => format!(", in {}", unbroken(path)),
        _ => String::new(),
    };
    let when = day_of(landing.landing_time.as_deref());
    paragraph(to, "  ", &format!("{by}{with} on {when}{age}{bulk}{elsewhere}."))?;
    if let Some(pull) = line.pull_request {
        let text = format!(
            "Its commit is of pull request {pull}, whose head is kept as a ref; what landed is \
             the squash of it."
        );
        paragraph(to, "  ", &text)?;
    }
    if let Some(mover) = &line.moved_by {
        let text = format!(
            "git blame names {}, since it moved with {} or changed only its form there. That \
             is not to write it.",
            short(&line.blame_origin),
            short(mover)
        );
        paragraph(to, "  ", &text)?;
        moved_from(line, to)?;
    } else if line.blame_origin != origin.id {
        paragraph(to, "  ", "git blame names the squash.")?;
    } else if !exact {
        paragraph(to, "  ", "git blame names the same commit.")?;
    }
    same_lines(line, to)
}

fn moved_from(line: &LineAnswer, to: &mut dyn Write) -> io::Result<()> {
    for place in &line.moved_from {
        let text = format!(
            "Of that origin, {} left {} with {}.",
            count_of(place.lines, "line", "lines"),
            unbroken(&place.path),
            short(&place.left)
        );
        paragraph(to, "  ", &text)?;
    }
    Ok(())
}

fn same_lines(line: &LineAnswer, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "\n  {DIM}Lines of the same commit and landing in this file:{DIM:#}")?;
    for row in &line.same_lines {
        let flags = [
            (!row.counted, "not counted"),
            (row.edited, "edited from others"),
            (row.copied, "copied"),
            (row.relanded, "landed again"),
            (row.birth_unknown, "perhaps older"),
        ];
        let flags: Vec<&str> =
            flags.iter().filter(|(is, _)| *is).map(|(_, words)| *words).collect();
        let flags = if flags.is_empty() {
            String::new()
        } else {
            format!(" ({})", flags.join(", "))
        };
        writeln!(
            to,
            "  {:>8}  {}, {}{flags}",
            count(row.lines),
            row.kind,
            row.file_class
        )?;
    }
    Ok(())
}

/// The commit that was asked about, if a merge brought it in.
fn asked(asked: Option<&CommitAnswer>, to: &mut dyn Write) -> io::Result<()> {
    let Some(asked) = asked else { return Ok(()) };
    let text = format!(
        "{} was written on {} and landed with this one; {}.",
        short(&asked.id),
        day_of(asked.author_time.as_deref()),
        marks(asked)
    );
    paragraph(to, "  ", &text)
}

/// What the mainline commit is, and what git counts in it.
fn landed(
    commit: &CommitAnswer,
    is_bulk: bool,
    diff: &DiffCount,
    to: &mut dyn Write,
) -> io::Result<()> {
    let what = match commit.parents {
        0 => "the first commit",
        1 => "a commit of the mainline",
        _ => "a merge",
    };
    let text = format!(
        "{} is {what} of {}{}; {}.",
        short(&commit.id),
        day_of(commit.landing_time.as_deref()),
        if is_bulk { ", a bulk event" } else { "" },
        marks(commit)
    );
    paragraph(to, "  ", &text)?;
    let unread = match diff.files_without_lines {
        0 => String::new(),
        n => format!(", {} without numbers", count_of(n, "file", "files")),
    };
    let text = format!(
        "git counts {} added and {} deleted in {}{unread}.",
        count_of(diff.added, "line", "lines"),
        count(diff.deleted),
        count_of(diff.files, "file", "files")
    );
    paragraph(to, "  ", &text)
}

fn landing(landing: &LandingAnswer, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What it brought in")?;
    landed(&landing.landing, landing.is_bulk, &landing.diff, to)?;
    asked(landing.asked.as_ref(), to)?;
    let went_on = match landing.went_on_lines {
        None | Some(0) => String::new(),
        Some(n) => format!(
            " {} of the added are no new ones: they moved, or changed only their form.",
            count(n)
        ),
    };
    let text = format!(
        "Born: {}. Standing: {}.{went_on}",
        counted(landing.born),
        count(landing.standing.lines)
    );
    paragraph(to, "  ", &text)?;
    origins(landing, to)?;
    became(landing, to)
}

fn origins(landing: &LandingAnswer, to: &mut dyn Write) -> io::Result<()> {
    let flags = [
        (landing.edited_lines, "edited from lines that died here"),
        (landing.copied_lines, "also stood elsewhere"),
        (landing.relanded_lines, "had landed before and had died"),
    ];
    let flags: Vec<String> = flags
        .iter()
        .filter(|(lines, _)| *lines > 0)
        .map(|(lines, words)| format!("{} {words}", count(*lines)))
        .collect();
    if !flags.is_empty() {
        paragraph(to, "  ", &format!("Of those born, {}.", flags.join("; ")))?;
    }
    writeln!(to, "\n  {DIM}{:>8} {:>8}  written by{DIM:#}", "born", "stand")?;
    for row in landing.commits.iter().take(MOST_ROWS) {
        let class = if row.ai_class == "unknown" { "" } else { row.ai_class };
        let note = if row.came_with_it { class } else { "(landed apart from it)" };
        let text = format!(
            "  {:>8} {:>8}  {} {note}",
            count(row.born.lines),
            count(row.standing.lines),
            short(&row.id)
        );
        writeln!(to, "{}", text.trim_end())?;
    }
    more(landing.commits.len(), to)
}

fn became(landing: &LandingAnswer, to: &mut dyn Write) -> io::Result<()> {
    if !landing.deaths.is_empty() {
        writeln!(
            to,
            "\n  {DIM}{:>8}  {:<16}{:>9}  {:<12}at{DIM:#}",
            "died", "cause", "age", "on"
        )?;
    }
    for row in landing.deaths.iter().take(MOST_ROWS) {
        let age = format!("{:.0} days", row.age_days);
        writeln!(
            to,
            "  {:>8}  {:<16}{age:>9}  {:<12}{}",
            count(row.counts.lines),
            row.cause,
            day_of(row.time.as_deref()),
            short(&row.death)
        )?;
    }
    more(landing.deaths.len(), to)?;
    if landing.removed.lines > 0 {
        let text = format!(
            "{} died here: slopnexus explain deaths:{}",
            count_of(landing.removed.lines, "older line", "older lines"),
            short(&landing.landing.id)
        );
        writeln!(to)?;
        paragraph(to, "  ", &text)?;
    }
    Ok(())
}

fn more(rows: usize, to: &mut dyn Write) -> io::Result<()> {
    match rows.saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {more} more rows, in --format json{DIM:#}"),
    }
}

fn deaths(deaths: &DeathsAnswer, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What died there")?;
    landed(&deaths.landing, deaths.is_bulk, &deaths.diff, to)?;
    asked(deaths.asked.as_ref(), to)?;
    let went_on = match deaths.went_on_lines {
        None | Some(0) => String::new(),
        Some(n) => format!(
            " {} of the deleted go on: they moved, or changed only their form.",
            count(n)
        ),
    };
    let causes: Vec<String> = deaths
        .by_cause
        .iter()
        .map(|(cause, counts)| format!("{} {cause}", count(counts.lines)))
        .collect();
    let causes = if causes.is_empty() {
        String::new()
    } else {
        format!(": {}", causes.join(", "))
    };
    let text = format!("Died: {}{causes}.{went_on}", counted(deaths.died));
    paragraph(to, "  ", &text)?;
    if !deaths.rows.is_empty() {
        writeln!(
            to,
            "\n  {DIM}{:>8}  {:<16}{:>9}  {:<13} {:<13} where{DIM:#}",
            "lines", "cause", "age", "written by", "landed with"
        )?;
    }
    for row in deaths.rows.iter().take(MOST_ROWS) {
        let age = format!("{:.0} days", row.age_days);
        writeln!(
            to,
            "  {:>8}  {:<16}{age:>9}  {:<13} {:<13} {}{}",
            count(row.counts.lines),
            row.cause,
            short(&row.origin),
            short(&row.landing),
            safe(&row.path),
            if row.edited { " (edited)" } else { "" }
        )?;
    }
    more(deaths.rows.len(), to)
}

fn commands(commands: &[GitCommand], to: &mut dyn Write) -> io::Result<()> {
    if commands.is_empty() {
        return Ok(());
    }
    section(to, "How git shows it")?;
    let mut shown = "";
    for command in commands {
        if command.shows != shown {
            writeln!(to, "  {DIM}{}{DIM:#}", command.shows)?;
            shown = command.shows;
        }
        writeln!(to, "    {}", command.command)?;
    }
    let text = "git may run programs that a repository's configuration names: look at what you \
                do not trust in a clone of your own.";
    paragraph(to, "  ", text)
}
