//! One page for people: self-contained, readable offline, without scripts, in print, by
//! keyboard and by screen reader. It asks nothing of any network, and its content security
//! policy forbids it to.

mod charts;
mod table;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::page::{self, Block, Chart, Choice, Figure, Page, Section};
use crate::audit::AuditReport;
use crate::report::Report;

/// How the page looks.
const STYLE: &str = include_str!("html/page.css");

/// What sorts and filters tables; all else works without it.
const SCRIPT: &str = include_str!("html/page.js");

/// The digest of [`SCRIPT`] that the policy lets through; a test holds it.
const SCRIPT_SHA256: &str = "tGN7Qx0IY1l2ErRlBRHhBiMxQ23oU0mIYdaD4G4jtXE=";

/// Writes the page.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(document(&page::page(report)).into_string().as_bytes())?;
    to.write_all(b"\n")
}

/// Writes the page of a fleet.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn write_audit(report: &AuditReport, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(document(&page::fleet::page(report)).into_string().as_bytes())?;
    to.write_all(b"\n")
}

fn document(page: &Page) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
         script-src 'sha256-{SCRIPT_SHA256}'; base-uri 'none'; form-action 'none'"
    );
    let mut drawn = Drawn::default();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { "slopnexus: " (page.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#answer" { "To the answer" }
                (header(page))
                main { @for one in &page.sections { (section(one, &mut drawn)) } }
                footer { p { (page.colophon) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn header(page: &Page) -> Markup {
    html! {
        header {
            p.brand { "slopnexus" }
            h1 { (page.subject) }
            @if let Some(as_of) = &page.as_of {
                p.as-of { "as of " time datetime=(as_of) { (as_of) } }
            }
            nav aria-label="Sections" {
                ul { @for one in &page.sections { li { a href={ "#" (one.id) } { (one.title) } } } }
            }
        }
    }
}

/// How many things that need a name of their own were drawn.
#[derive(Debug, Default)]
struct Drawn {
    charts: u32,
    choices: u32,
}

fn section(one: &Section, drawn: &mut Drawn) -> Markup {
    let heading = format!("{}-heading", one.id);
    html! {
        section id=(one.id) aria-labelledby=(heading) {
            h2 id=(heading) { (one.title) }
            (blocks(&one.blocks, drawn))
        }
    }
}

fn blocks(all: &[Block], drawn: &mut Drawn) -> Markup {
    html! { @for one in all { (block(one, drawn)) } }
}

fn block(one: &Block, drawn: &mut Drawn) -> Markup {
    match one {
        Block::Lead(text) => html! { p.lead { (text) } },
        Block::Text(text) => html! { p { (text) } },
        Block::Warning(text) => html! { p.care { strong { "Mind: " } (text) } },
        Block::Table(one) => table::table(one),
        Block::Chart(one) => chart(one, drawn),
        Block::Figures(all) => figures(all),
        Block::Choice(one) => choice(one, drawn),
        Block::Terms(terms) => html! {
            dl { @for (term, meaning) in terms { dt { (term) } dd { (meaning) } } }
        },
    }
}

fn figures(all: &[Figure]) -> Markup {
    html! {
        ul.figures {
            @for one in all {
                li {
                    span.value { (one.value) } " "
                    span.label { (one.label) } " "
                    span.support { (one.support) }
                }
            }
        }
    }
}

/// A drawing with its words, and the same numbers as a table below it.
fn chart(one: &Chart, drawn: &mut Drawn) -> Markup {
    drawn.charts += 1;
    html! {
        figure {
            figcaption {
                h3 { (one.title) }
                p { (one.description) }
            }
            // A wide drawing scrolls, and what scrolls can be reached by keyboard.
            div.drawing tabindex="0" role="group" aria-label=(one.title) {
                (PreEscaped(charts::svg(one, drawn.charts)))
            }
            details {
                summary { "The same numbers as a table" }
                (table::table(&one.table))
            }
        }
    }
}

/// Buttons of which one is pressed, and what belongs to it: style alone shows it, so that
/// no script is needed. In print all of them stand one after the other.
fn choice(one: &Choice, drawn: &mut Drawn) -> Markup {
    if let [(_, only)] = one.options.as_slice() {
        return blocks(only, drawn);
    }
    drawn.choices += 1;
    let group = format!("choice-{}", drawn.choices);
    html! {
        fieldset.choice {
            legend { (one.label) }
            @for (at, (name, _)) in one.options.iter().enumerate() {
                input type="radio" name=(group) id={ (group) "-" (at) } checked[at == 0];
                label for={ (group) "-" (at) } { (name) }
            }
            @for (name, content) in &one.options {
                div.option {
                    p.option-name { (name) }
                    (blocks(content, drawn))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
