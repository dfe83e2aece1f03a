//! A check as workflow commands of GitHub Actions, which become annotations on the changed
//! lines. Ten of a kind are shown for each step, so the worst ten are written and the rest
//! is counted.
//!
//! The escapes are those of the runner: `%`, CR and LF in texts, and `:` and `,` as well in
//! properties (`ActionCommand.cs` of actions/runner).

use std::io::{self, Write};

use super::findings::{by_level, counting, not_judged, place, sentence, side_words};
use super::markdown_text::cut;
use super::number::count;
use crate::check::{CheckReport, Finding, Level, Side};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// How many annotations of a kind GitHub shows for a step.
const OF_A_KIND: usize = 10;

/// How many letters of a message, and of a name in it.
const MESSAGE_LETTERS: usize = 1_000;
const NAME_LETTERS: usize = 200;

/// Writes the commands, one a line, and the notes as plain lines of the log.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &CheckReport, to: &mut dyn Write) -> io::Result<()> {
    let found = counting(report);
    let not_judged = not_judged(report);
    if let Some(why) = &not_judged {
        writeln!(to, "::error title=slopnexus check::{}", data(why))?;
    }
    let mut left: Vec<(&Finding, Level)> = Vec::new();
    for (kind, level) in
        [("error", Level::Error), ("warning", Level::Warning), ("notice", Level::Note)]
    {
        // One error is taken when there is something to say first, and one notice is kept
        // for the count of the rest.
        let is_taken = (level == Level::Error && not_judged.is_some())
            || (level == Level::Note && found.len() > OF_A_KIND);
        let most = OF_A_KIND - usize::from(is_taken);
        let of_kind: Vec<_> = found.iter().filter(|(_, other)| *other == level).collect();
        for (finding, _) in of_kind.iter().take(most) {
            writeln!(to, "{}", command(kind, finding))?;
        }
        left.extend(of_kind.into_iter().skip(most));
    }
    if !left.is_empty() {
        let n = count(len_to_u64(left.len()));
        let levels = by_level(&left);
        let text = format!("{n} more findings are in the full answer: {levels}.");
        writeln!(to, "::notice title=slopnexus check::{}", data(&text))?;
    }
    for note in &report.notes {
        writeln!(
            to,
            "slopnexus: {}",
            Untrusted::from(sentence(note).as_str()).to_terminal()
        )?;
    }
    Ok(())
}

fn command(kind: &str, finding: &Finding) -> String {
    let title = property(finding.rule);
    let message = sentence(&cut(&finding.message, MESSAGE_LETTERS));
    let symbol = match &finding.symbol {
        Some(symbol) => format!(" in {}", cut(&symbol.to_terminal(), NAME_LETTERS)),
        None => String::new(),
    };
    // What is gone has no line to stand on.
    let (file, at) = match finding.side {
        Side::Head => (location(finding), String::new()),
        Side::Base => {
            let place = cut(&place(&finding.place).to_terminal(), NAME_LETTERS);
            (String::new(), format!(" at {place}{}", side_words(finding)))
        }
    };
    let text = data(&format!("{}{symbol}{at}: {message}", finding.rule));
    format!("::{kind} {file}title={title}::{text}")
}

/// `file=…,line=…,endLine=…,`.
fn location(finding: &Finding) -> String {
    let place = &finding.place;
    let mut shown = format!("file={},", property(&place.path.to_terminal()));
    if let Some(first) = place.first_line {
        let last = place.last_line.unwrap_or(first).max(first);
        shown.push_str(&format!("line={first},endLine={last},"));
    }
    shown
}

fn data(text: &str) -> String {
    // A name that is no plain text is shown so, and belongs to no file then.
    let shown = Untrusted::from(text).to_terminal();
    shown.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_reads_something_into_is_escaped() {
        assert_eq!(data("100%\n::stop"), r"100%25\u{a}::stop");
        assert_eq!(property("a,b:c%0A"), "a%2Cb%3Ac%250A");
        assert_eq!(data("x ##[error]y"), r"x #\u{23}[error]y");
    }

    /// The lines of the scripts of a file of steps.
    fn scripts(steps: &str) -> Vec<&str> {
        let depth = |line: &str| line.len() - line.trim_start().len();
        let mut found = Vec::new();
        let mut inside = None;
        for line in steps.lines() {
            if inside.is_some_and(|outer| !line.is_empty() && depth(line) <= outer) {
                inside = None;
            }
            if inside.is_some() {
                found.push(line);
            }
            if line.trim_start().starts_with("run: |") {
                inside = Some(depth(line));
            }
        }
        found
    }

    #[test]
    fn the_action_puts_nothing_from_outside_into_a_script() {
        let action = include_str!("../../action.yml");
        let scripts = scripts(action);
        assert!(scripts.len() > 20, "{scripts:?}");
        for line in scripts {
            assert!(!line.contains("${{"), "{line}");
        }
        assert!(!action.contains("secrets.") && !action.contains("github.token"));
        let n = |text: &str| action.matches(text).count();
        assert_eq!(n(" run: |"), n(" shell: bash"), "each step names its shell");
    }
}
