//! How long and complex functions are.

use serde::Serialize;

use super::{history, share};
use crate::facts::{Facts, FunctionChangeFacts, FunctionFacts};
use crate::units::len_to_u64;

/// A function of more lines is long.
const LONG_LINES: u32 = 60;

/// A function of greater cognitive complexity is hard to follow: the threshold of
/// SonarSource's rules for most languages.
const HARD_COGNITIVE: u32 = 15;

/// How many functions are listed.
const HOTSPOTS: usize = 10;

/// How long and complex functions are. Medians and 90th percentiles are nearest ranks:
/// each is the figure of a function; `None` without functions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SizesReport {
    /// How many functions there are.
    pub functions: u64,
    /// Lines of code and imports, inside of functions or not.
    pub code_lines: u64,
    /// Lines from the first to the last of a function.
    pub lines: Spread,
    /// Cyclomatic complexity.
    pub cyclomatic: Spread,
    /// Cognitive complexity.
    pub cognitive: Spread,
    /// Functions of more than 60 lines.
    pub long_functions: u64,
    /// The share of the lines of code that stand in them; `None` without lines.
    pub long_share: Option<f64>,
    /// Functions of a cognitive complexity of more than 15.
    pub hard_functions: u64,
    /// The share of the lines of code that stand in them; `None` without lines.
    pub hard_share: Option<f64>,
}

/// How a figure spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Half of the functions have at most this.
    pub median: Option<u32>,
    /// Nine of ten have at most this.
    pub p90: Option<u32>,
    /// The greatest.
    pub max: Option<u32>,
}

/// A function that many landings touched and that is hard to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HotspotReport {
    /// Its path, first and last line.
    pub place: String,
    /// Its name after those of what it stands in.
    pub name: String,
    /// Its lines.
    pub lines: u32,
    /// Its cognitive complexity.
    pub cognitive: u32,
    /// Landings that brought in what stands in it: at least as many touched it.
    pub standing_landings: u32,
    /// Landings that touched it in the followed time; `None` unless they were followed.
    pub landings: Option<u32>,
    /// How old half of the lines at most were that those removed for good, in days; `None`
    /// without any of a known age.
    pub removed_median_days: Option<u32>,
}

/// Describes the functions that test other code, or those that do not.
pub(super) fn sizes(
    functions: &[FunctionFacts],
    code_lines: u64,
    tests: bool,
) -> SizesReport {
    let of = || functions.iter().filter(move |one| one.function.is_test == tests);
    let n =
        |is: fn(&FunctionFacts) -> bool| len_to_u64(of().filter(|one| is(one)).count());
    let lines =
        |is: fn(&FunctionFacts) -> bool| share(lines_within(of(), is), code_lines);
    SizesReport {
        functions: len_to_u64(of().count()),
        code_lines,
        lines: spread(of().map(length)),
        cyclomatic: spread(of().map(|one| one.function.complexity.cyclomatic)),
        cognitive: spread(of().map(|one| one.function.complexity.cognitive)),
        long_functions: n(is_long),
        long_share: lines(is_long),
        hard_functions: n(is_hard),
        hard_share: lines(is_hard),
    }
}

fn length(one: &FunctionFacts) -> u32 {
    one.function.lines.end - one.function.lines.start
}

fn is_long(one: &FunctionFacts) -> bool {
    length(one) > LONG_LINES
}

fn is_hard(one: &FunctionFacts) -> bool {
    one.function.complexity.cognitive > HARD_COGNITIVE
}

/// Lines of code in functions of a sort. One inside another is counted with it.
fn lines_within<'f>(
    functions: impl Iterator<Item = &'f FunctionFacts>,
    is: fn(&FunctionFacts) -> bool,
) -> u64 {
    let (mut sum, mut outer) = (0, None);
    for one in functions.filter(|one| is(one)) {
        let is_inside = outer
            .is_some_and(|(path, end)| path == one.path && one.function.lines.end <= end);
        if !is_inside {
            sum += u64::from(one.function.code_lines);
            outer = Some((one.path, one.function.lines.end));
        }
    }
    sum
}

fn spread(figures: impl Iterator<Item = u32>) -> Spread {
    let mut figures: Vec<u32> = figures.collect();
    figures.sort_unstable();
    let rank = |of_ten: usize| {
        let rank = (figures.len() * of_ten).div_ceil(10);
        figures.get(rank.checked_sub(1)?).copied()
    };
    Spread { median: rank(5), p90: rank(9), max: figures.last().copied() }
}

/// The functions of the product by landings that touched them times cognitive complexity,
/// the greatest first; none of those where that is nothing or unknown. Unless landings
/// were followed, by those that left lines in them.
pub(super) fn hotspots(facts: &Facts, functions: &[FunctionFacts]) -> Vec<HotspotReport> {
    let mut hot: Vec<(&FunctionFacts, Option<&FunctionChangeFacts>)> =
        if facts.function_history.is_some() {
            history::changed(facts).map(|(one, change)| (one, Some(change))).collect()
        } else {
            functions.iter().map(|one| (one, None)).collect()
        };
    hot.retain(|&(one, change)| !one.function.is_test && heat(one, change) > 0);
    hot.sort_by_key(|&(one, change)| std::cmp::Reverse(heat(one, change)));
    hot.iter().take(HOTSPOTS).map(|&(one, change)| hotspot(facts, one, change)).collect()
}

fn heat(one: &FunctionFacts, change: Option<&FunctionChangeFacts>) -> u64 {
    let standing = one.landings.map_or(0, |it| it.n);
    let landings = change.map_or(standing, |change| change.landings);
    u64::from(landings) * u64::from(one.function.complexity.cognitive)
}

fn hotspot(
    facts: &Facts,
    one: &FunctionFacts,
    change: Option<&FunctionChangeFacts>,
) -> HotspotReport {
    let path = facts.paths[one.path as usize].to_json_text();
    let lines = &one.function.lines;
    HotspotReport {
        place: format!("{path}:{}-{}", lines.start + 1, lines.end),
        name: one.function.name.to_json_text().into_owned(),
        lines: length(one),
        cognitive: one.function.complexity.cognitive,
        standing_landings: one.landings.map_or(0, |it| it.n),
        landings: change.map(|change| change.landings),
        removed_median_days: change.and_then(|change| change.removed_median_days),
    }
}
