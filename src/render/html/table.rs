//! Tables: plain ones, which a script makes sortable.

use maud::{Markup, html};

use crate::render::page::{Cell, Column, Table};

/// A table from which a filter is worth having.
const MANY_ROWS: usize = 12;

pub(super) fn table(one: &Table) -> Markup {
    if one.rows.is_empty() {
        return html! {};
    }
    let filter = (one.rows.len() >= MANY_ROWS).then_some("");
    html! {
        // A wide table scrolls, and what scrolls can be reached by keyboard.
        div.scroll tabindex="0" role="group" aria-label=(one.caption) data-filter=[filter] {
            table {
                caption { (one.caption) }
                thead { tr { @for column in &one.columns { (head(column)) } } }
                tbody {
                    @for row in &one.rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                (self::cell(cell, &one.columns[at], at == 0))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn head(column: &Column) -> Markup {
    let class = column.is_number.then_some("number");
    html! { th scope="col" class=[class] { (column.name) } }
}

/// From this length on a cell of words asks for room.
const LONG_CHARACTERS: usize = 40;

fn cell(one: &Cell, column: &Column, is_first: bool) -> Markup {
    let is_long = one.text.chars().count() >= LONG_CHARACTERS;
    let class = if column.is_number { Some("number") } else { is_long.then_some("long") };
    if is_first && !column.is_number {
        return html! { th scope="row" class=[class] data-value=[one.value] { (one.text) } };
    }
    let is_id = column.name == "explain" && !one.text.is_empty();
    html! {
        td class=[class] data-value=[one.value] {
            @if is_id { code { (one.text) } } @else { (one.text) }
        }
    }
}
