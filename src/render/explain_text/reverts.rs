//! What a commit took back, for people in a terminal.

use std::io::{self, Write};

use super::super::number::count;
use super::super::text::{paragraph, section};
use super::{MOST_ROWS, day_of, marks, more, short};
use crate::explain::{RevertAnswer, RevertLines, RevertRow};

pub(super) fn write(answer: &RevertAnswer, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What took back what")?;
    let asked = &answer.asked;
    let text = format!(
        "{} landed on {}; {}.",
        short(&asked.id),
        day_of(asked.landing_time.as_deref()),
        marks(asked)
    );
    paragraph(to, "  ", &text)?;
    for row in answer.rows.iter().take(MOST_ROWS) {
        writeln!(to)?;
        paragraph(to, "  ", &sentence(row))?;
        let text = match &row.lines {
            Some(lines) => of_lines(lines),
            None => "Too little became of the lines to say more.".to_owned(),
        };
        paragraph(to, "  ", &text)?;
    }
    more(answer.rows.len(), to)
}

fn sentence(row: &RevertRow) -> String {
    let by = format!("{} of {}", short(&row.by), day_of(row.by_time.as_deref()));
    let does = match row.kind {
        "revert" => "says that it takes back",
        "reland" => "says that it brings back what was taken back by",
        "silent" => "undid, without a word,",
        "hotfix" => "mended, within three days,",
        _ => "names, as what it suspects of the fault it mends,",
    };
    let Some(target) = &row.target else {
        return format!("{by} {does} what is not here.");
    };
    let how = match row.found_by {
        Some("id") => ", found by its id",
        Some("pull_commit") => ", found by a commit of its pull request",
        Some("pull_number") => ", found by the number of its pull request",
        Some("subject") => ", found by its subject",
        Some("lines") => ", found by the lines alone",
        _ => "",
    };
    let agrees = match row.effect {
        Some("full") => "The lines agree: in full.",
        Some("partial") => "The lines agree: by half or more.",
        Some("removal") => "Its files went again: undone, or done with.",
        _ => "The lines do not say that it was taken back.",
    };
    let when = day_of(row.target_time.as_deref());
    format!("{by} {does} {} of {when}{how}. {agrees}", short(target))
}

fn of_lines(lines: &RevertLines) -> String {
    format!(
        "Of {} lines of the earlier that stood, {} went; of {} that it had removed, {} came \
         back. The later changed {} in all.",
        count(lines.alive),
        count(lines.killed),
        count(lines.deleted),
        count(lines.restored),
        count(lines.changed)
    )
}
