//! Why a commit counts as AI-marked or not, for people in a terminal.

use std::io::{self, Write};

use super::{day_of, short};
use crate::explain::{LineRow, ProvenanceAnswer};
use crate::facts::AiShare;
use crate::render::number::{count, count_of};
use crate::render::text::{DIM, paragraph, safe, section};

pub(super) fn write(answer: &ProvenanceAnswer, to: &mut dyn Write) -> io::Result<()> {
    section(to, "What is known of it")?;
    let commit = &answer.commit;
    let has_agents_lines = answer.record.as_ref().is_some_and(|record| record.ai > 0);
    let marked = match (commit.ai_marked, has_agents_lines) {
        (true, _) => "AI-marked",
        (false, true) => "AI-marked line by line",
        (false, false) => "unmarked",
    };
    let text = format!(
        "{}, landed {}: {} ({marked}).",
        short(&commit.id),
        day_of(commit.landing_time.as_deref()),
        commit.ai_class,
    );
    paragraph(to, "  ", &text)?;
    let names = |label: &str, names: &[String]| {
        let named: Vec<String> =
            names.iter().map(|name| safe(name).to_string()).collect();
        (!named.is_empty()).then(|| format!("{label}: {}", named.join(", ")))
    };
    let mut said: Vec<String> = [
        names("tools", &commit.tools),
        names("models", &commit.models),
        commit.role.map(|role| format!("role: {role}")),
        commit.confidence.map(|sure| format!("confidence: {sure}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let of_which =
        if has_agents_lines { " of lines that no record speaks of" } else { "" };
    said.push(format!("evidence level{of_which}: {}", answer.evidence_level));
    said.push(format!("squash: {}", answer.squash));
    said.push(format!("whose bill: {}", answer.operator));
    if answer.class_by_marks != commit.ai_class {
        said.push(format!("by its own text alone: {}", answer.class_by_marks));
    }
    paragraph(to, "  ", &format!("{}.", said.join("; ")))?;
    if let Some(share) = &answer.ai_share {
        paragraph(to, "  ", &share_in_words(share))?;
    }
    for reason in &answer.because {
        paragraph(to, "  ", reason)?;
    }
    evidence(answer, to)?;
    records(answer, to)?;
    lines(&answer.lines, to)
}

fn share_in_words(share: &AiShare) -> String {
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    let range = if share.low < share.high {
        format!("{} to {}", percent(share.low), percent(share.high))
    } else {
        percent(share.low)
    };
    let basis = match share.basis {
        "lines" => "by a record of its lines",
        "count" => "by a tool's own count",
        _ => "an assumption from its class: no record speaks of its lines",
    };
    format!("Share of its lines that may be an agent's: {range}, {basis}.")
}

fn evidence(answer: &ProvenanceAnswer, to: &mut dyn Write) -> io::Result<()> {
    if answer.commit.evidence.is_empty() {
        return Ok(());
    }
    writeln!(
        to,
        "\n  {DIM}{:<28} {:<13} {:>6} {:>7}{DIM:#}",
        "rule", "place", "line", "times"
    )?;
    for found in &answer.commit.evidence {
        let line = found.line.map_or_else(String::new, |line| line.to_string());
        writeln!(
            to,
            "  {:<28} {:<13} {line:>6} {:>7}",
            safe(&found.rule),
            found.place,
            count(u64::from(found.count))
        )?;
    }
    Ok(())
}

fn records(answer: &ProvenanceAnswer, to: &mut dyn Write) -> io::Result<()> {
    if let Some(record) = answer.record.as_ref().filter(|record| !record.of_lines) {
        let text = format!(
            "The record ({}) counts {}, of which {} are an agent's; it does not say which.",
            safe(&record.record),
            count_of(record.added, "line", "lines"),
            count(record.ai)
        );
        writeln!(to)?;
        paragraph(to, "  ", &text)?;
    }
    if let Some(record) = answer.record.as_ref().filter(|record| record.of_lines) {
        let text = format!(
            "The record ({}) lists {} of an agent and {} of a person; of the {} that the commit \
             added, {} are an agent's and {} a person's.",
            safe(&record.record),
            count_of(record.listed_ai, "line", "lines"),
            count(record.listed_human),
            count(record.added),
            count(record.ai),
            count(record.human)
        );
        writeln!(to)?;
        paragraph(to, "  ", &text)?;
    }
    if let Some(pull) = &answer.pull_request {
        let text = format!(
            "Its pull request has {} that are no bot's, of which {} marked.",
            count_of(pull.commits, "commit", "commits"),
            count(pull.marked)
        );
        writeln!(to)?;
        paragraph(to, "  ", &text)?;
    }
    Ok(())
}

fn lines(rows: &[LineRow], to: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n  {DIM}{:>8} {:>8}  level  who{DIM:#}", "landed", "counted")?;
    for row in rows {
        let who = match row.writer {
            Some("ai") => row.tool.as_deref().unwrap_or("an agent"),
            Some(_) => "a person",
            None if row.ai_marked => "not recorded; AI-marked by its commit",
            None => "not recorded; unmarked",
        };
        let model = row
            .model
            .as_deref()
            .map_or_else(String::new, |model| format!(" ({})", safe(model)));
        writeln!(
            to,
            "  {:>8} {:>8}  {:<5}  {}{model}",
            count(row.counts.lines),
            count(row.counts.counted),
            row.level,
            safe(who)
        )?;
    }
    Ok(())
}
