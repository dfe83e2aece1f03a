//! Where the lines are, and how long they last there.

use super::{Block, Cell, Chart, Drawing, Section, Table, lives, name, safe};
use crate::render::sentences;
use crate::report::{AreaReport, Report};
use crate::units::count_to_f64;

pub(super) fn section(report: &Report) -> Section {
    let several = report.repositories.len() > 1;
    let areas: Vec<&AreaReport> =
        report.areas.iter().filter(|area| area.lines.alive > 0).collect();
    let columns = [
        "area",
        "#lines that stand",
        "#landed",
        "#still there after 90 days (95%)",
        "explain",
    ];
    let mut table = Table::new("The largest areas", &columns);
    let mut drawn = Vec::new();
    for area in &areas {
        let shown = if several {
            format!("{}: {}", name(report, &area.repository), safe(&area.area))
        } else {
            safe(&area.area)
        };
        let id = format!("survival:90:area:{}", area.area);
        let explain = sentences::id_within(report, &id, &area.repository);
        let is_shown = area.survival_90.value.is_some();
        drawn.push((
            shown.clone(),
            count_to_f64(area.lines.alive),
            area.survival_90.value,
        ));
        table.push(vec![
            Cell::text(shown),
            Cell::count(area.lines.alive),
            Cell::count(area.lines.births),
            lives::point_cell(Some(&area.survival_90)),
            Cell::text(if is_shown { explain } else { String::new() }),
        ]);
    }
    let blocks = match drawn.len() {
        0 => Vec::new(),
        1 => vec![Block::Table(table)],
        _ => vec![Block::Chart(Chart {
            title: "Areas by their size and by how much of them lasts".to_owned(),
            description: "Each box is an area, as large as the lines that stand in it; its \
                          colour says which share of lines is still there 90 days after \
                          landing: from brown (little) to blue (nearly all), grey where that \
                          is not known."
                .to_owned(),
            drawing: Drawing::Areas(drawn),
            table,
        })],
    };
    Section { id: "areas", title: "Where the lines are", blocks }
}
