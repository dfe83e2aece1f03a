//! Drawings as vector graphics. The only home of kuva.
//!
//! Colours are names that the style of the page gives a meaning, so that one drawing
//! serves light and dark; lines differ in their dashes, too, and every drawing has its
//! numbers as a table beside it.

use kuva::backend::svg::SvgBackend;
use kuva::plot::treemap::{TreemapColorMode, TreemapNode, TreemapPlot};
use kuva::plot::{BandPlot, BarPlot, ForestPlot, LegendPosition, LinePlot, LineStyle};
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;
use kuva::render::theme::Theme;

use crate::render::page::{Chart, Curve, Drawing};

/// The size of a drawing in its own units.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 360.0;

/// Stand for what a name may hold and the library would read something into: dollars around
/// mathematics, and its own names. No character has these numbers, and `restored` puts back
/// what was there.
const DOLLAR: &str = "\u{fdd1}";
const CLIP: &str = "\u{fdd2}";

/// A name from outside, in which the library sees letters only.
fn plain(name: &str) -> String {
    name.replace('$', DOLLAR).replace(CLIP_NAME, CLIP)
}

fn restored(svg: &str) -> String {
    svg.replace(DOLLAR, "$").replace(CLIP, CLIP_NAME)
}

/// How the library begins the names that it gives to parts of a drawing.
const CLIP_NAME: &str = "kuva-clip-";

/// The drawing with its name and what can be seen in it.
pub(super) fn svg(chart: &Chart, number: u32) -> String {
    let (plots, layout) = match &chart.drawing {
        Drawing::Curves(all) => curves(all),
        Drawing::Stacks { labels, parts, unit } => stacks(labels, parts, unit),
        Drawing::Intervals { rows, unit } => intervals(rows, unit),
        Drawing::Areas(areas) => treemap(areas),
    };
    let layout = layout.with_theme(theme()).with_font_family("inherit");
    let drawn = SvgBackend::new().render_scene(&render_multiple(plots, layout));
    named(&drawn, chart, number)
}

fn theme() -> Theme {
    let color = |name: &str| format!("var(--{name})");
    Theme {
        background: "none".to_owned(),
        axis_color: color("muted"),
        grid_color: color("rule"),
        tick_color: color("muted"),
        text_color: color("ink"),
        legend_bg: "none".to_owned(),
        legend_border: "none".to_owned(),
        pie_leader: color("muted"),
        box_median: color("ink"),
        violin_border: color("muted"),
        colorbar_border: color("muted"),
        font_family: None,
        show_grid: true,
    }
}

/// The color of a part.
fn color(at: usize) -> String {
    format!("var(--part-{})", at % 8 + 1)
}

fn dashes(at: usize) -> LineStyle {
    match at % 4 {
        0 => LineStyle::Solid,
        1 => LineStyle::Dashed,
        2 => LineStyle::DashDot,
        _ => LineStyle::Dotted,
    }
}

fn share_ticks() -> TickFormat {
    TickFormat::Custom(std::sync::Arc::new(|share| format!("{:.0}%", share * 100.0)))
}

/// Steps with bands: a share holds until the next age. Where there is no interval there is
/// no band.
fn curves(all: &[Curve]) -> (Vec<Plot>, Layout) {
    let mut plots = Vec::new();
    let mut lowest = 1.0_f64;
    for (at, curve) in all.iter().enumerate() {
        let runs = curve.points.split(|point| point.2.is_none());
        for run in runs.filter(|run| run.len() > 1) {
            let end = |of: fn((f64, f64)) -> f64| {
                steps(run.iter().filter_map(|point| Some((point.0, of(point.2?)))))
            };
            let (low, high) = (end(|ends| ends.0), end(|ends| ends.1));
            lowest = low.iter().map(|point| point.1).fold(lowest, f64::min);
            let ages = low.iter().map(|point| point.0);
            let band = BandPlot::new(
                ages,
                low.iter().map(|point| point.1),
                high.iter().map(|point| point.1),
            );
            plots.push(Plot::Band(band.with_color(color(at)).with_opacity(0.2)));
        }
        let points = steps(curve.points.iter().map(|point| (point.0, point.1)));
        lowest = points.iter().map(|point| point.1).fold(lowest, f64::min);
        let line = LinePlot::new()
            .with_data(points)
            .with_color(color(at))
            .with_line_style(dashes(at))
            .with_stroke_width(2.5)
            .with_legend(plain(&curve.name));
        plots.push(Plot::Line(line));
    }
    let floor = (lowest * 10.0).floor() / 10.0;
    let layout = Layout::auto_from_plots(&plots)
        .with_width(WIDTH)
        .with_height(HEIGHT)
        .with_x_label("days after landing")
        .with_y_label("share still there")
        .with_x_axis_min(0.0)
        .with_y_axis_min(floor.clamp(0.0, 0.9))
        .with_y_axis_max(1.0)
        .with_y_tick_format(share_ticks())
        .with_legend_position(LegendPosition::OutsideBottomColumns);
    (plots, layout)
}

/// Points with those between them at which a step is taken.
fn steps(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (age, share) in points {
        let before = taken.last().map(|point| (age, point.1));
        taken.extend(before);
        taken.push((age, share));
    }
    taken
}

/// One bar for each label, its parts one above the other.
fn stacks(
    labels: &[String],
    parts: &[(String, Vec<f64>)],
    unit: &str,
) -> (Vec<Plot>, Layout) {
    let mut bars = BarPlot::new();
    for (at, label) in labels.iter().enumerate() {
        let values = parts.iter().enumerate();
        let values: Vec<(f64, String)> = values
            .filter_map(|(part, (_, values))| Some((*values.get(at)?, color(part))))
            .collect();
        bars = bars.with_group(plain(label), values);
    }
    let names: Vec<String> = parts.iter().map(|(name, _)| plain(name)).collect();
    let names = names.iter().map(String::as_str).collect();
    let plots = vec![Plot::Bar(bars.with_legend(names).with_stacked().with_width(0.8))];
    let layout = Layout::auto_from_plots(&plots)
        .with_width(WIDTH)
        .with_height(HEIGHT + 40.0)
        .with_y_label(unit)
        .with_y_tick_format(TickFormat::Custom(std::sync::Arc::new(short_count)))
        .with_legend_position(LegendPosition::OutsideBottomColumns);
    let layout =
        if labels.len() > 10 { layout.with_x_tick_rotate(-45.0) } else { layout };
    (plots, layout)
}

/// `1.2 M`, `340 k`.
fn short_count(n: f64) -> String {
    let short = |n: f64, unit: &str| {
        let text = format!("{n:.1}");
        format!("{} {unit}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    match n.abs() {
        size if size >= 1e6 => short(n / 1e6, "M"),
        size if size >= 1e3 => short(n / 1e3, "k"),
        _ => format!("{n:.0}"),
    }
}

/// A row each: the value as a mark, the interval as a line.
fn intervals(rows: &[(String, f64, f64, f64)], unit: &str) -> (Vec<Plot>, Layout) {
    let mut forest = ForestPlot::new().with_color(color(0)).with_show_null_line(false);
    for (name, value, low, high) in rows {
        forest = forest.with_row(plain(&shortened(name)), *value, *low, *high);
    }
    let plots = vec![Plot::Forest(forest)];
    let height = crate::units::len_to_f64(rows.len()) * 26.0 + 80.0;
    let layout = Layout::auto_from_plots(&plots)
        .with_width(WIDTH)
        .with_height(height)
        .with_x_label(unit)
        .with_x_tick_format(share_ticks());
    (plots, layout)
}

/// A name that fits beside a drawing; the table has all of it.
fn shortened(name: &str) -> String {
    const MOST: usize = 28;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    let skip = name.chars().count() - MOST + 1;
    std::iter::once('…').chain(name.chars().skip(skip)).collect()
}

fn treemap(areas: &[(String, f64, Option<f64>)]) -> (Vec<Plot>, Layout) {
    let mut map = TreemapPlot::new()
        .with_color_mode(TreemapColorMode::Explicit)
        .with_tooltips(false)
        .with_colorbar(false);
    for (name, size, share) in areas {
        map = map.with_node(TreemapNode::leaf_colored(
            plain(name),
            *size,
            format!("var(--share-{})", class_of(*share)),
        ));
    }
    let plots = vec![Plot::Treemap(map)];
    let layout = Layout::auto_from_plots(&plots).with_width(WIDTH).with_height(HEIGHT);
    (plots, layout)
}

/// The class of a share: of five, or none. White words are readable on all of them.
fn class_of(share: Option<f64>) -> &'static str {
    match share {
        None => "unknown",
        Some(share) if share < 0.5 => "1",
        Some(share) if share < 0.7 => "2",
        Some(share) if share < 0.8 => "3",
        Some(share) if share < 0.9 => "4",
        Some(_) => "5",
    }
}

/// The drawing as an image with a name and a description, as large as there is room.
fn named(svg: &str, chart: &Chart, number: u32) -> String {
    let Some((head, content)) = svg.split_once('>') else { return String::new() };
    let size = |name: &str| {
        let (_, rest) = head.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(size, _)| size.to_owned())
    };
    let (width, height) = (size("width"), size("height"));
    let view = format!(
        "0 0 {} {}",
        width.unwrap_or_else(|| WIDTH.to_string()),
        height.unwrap_or_else(|| HEIGHT.to_string())
    );
    // What made the drawing is no part of it.
    let content = match content.split_once("-->") {
        Some((comment, rest)) if comment.trim_start().starts_with("<!--") => rest,
        _ => content,
    };
    let content = restored(&renumbered(content, number));
    let (title, description) = (format!("t{number}"), format!("d{number}"));
    let words = maud::html! {
        title id=(title) { (chart.title) }
        desc id=(description) { (chart.description) }
    };
    format!(
        "<svg role=\"img\" viewBox=\"{view}\" aria-labelledby=\"{title} {description}\" \
         fill=\"var(--ink)\">{}{content}",
        words.into_string()
    )
}

/// The names within a drawing, which are numbered through the life of the program,
/// numbered by drawing: the same report is the same bytes, and no two drawings share one.
fn renumbered(content: &str, number: u32) -> String {
    let mut shown = String::with_capacity(content.len());
    let mut seen: Vec<&str> = Vec::new();
    let mut parts = content.split(CLIP_NAME);
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let at = seen.iter().position(|known| *known == name).unwrap_or_else(|| {
            seen.push(name);
            seen.len() - 1
        });
        shown.push_str(&format!("c{number}-{at}"));
        shown.push_str(rest);
    }
    shown
}
