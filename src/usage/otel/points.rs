//! What a point of a metric measures, and how points of a running count become what was
//! spent between them.

use std::collections::HashMap;

use super::item::{Item, Service};
use super::{claude_code, codex, gemini_cli, genai};
use crate::usage::dates::Moment;
use crate::usage::numbers::{self, DecimalSign};

/// Whether a point tells what was spent since the point before it, or since a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temporality {
    Delta,
    Cumulative,
}

/// What a point counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Input,
    Output,
    CacheRead,
    CacheWrite,
    /// Reasoning that is not in the output.
    Thoughts,
    /// What tools added to the prompt, beside it.
    Tool,
    /// All classes together.
    Total,
    /// Billionths of a dollar.
    Cost,
    LinesAdded,
    LinesRemoved,
    Commits,
    PullRequests,
    Sessions,
    Accepts,
    Rejects,
    /// A part of another class, which is not added.
    Part,
}

/// What a point says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// What it counts.
    pub measure: Measure,
    /// How much: a count, or billionths of a dollar.
    pub amount: i128,
    /// The format of the tool it is of.
    pub format: &'static str,
    /// How good the telemetry is, the best first.
    pub rank: u8,
}

impl Temporality {
    /// By number or name, as the specification has both.
    pub(super) fn named(text: Option<&str>) -> Result<Self, &'static str> {
        match text {
            Some("1" | "AGGREGATION_TEMPORALITY_DELTA") => Ok(Self::Delta),
            Some("2" | "AGGREGATION_TEMPORALITY_CUMULATIVE") => Ok(Self::Cumulative),
            _ => Err("a metric that does not say whether its points are deltas or sums"),
        }
    }
}

impl Measure {
    /// Whether it is of tokens or money, which events tell as well.
    pub(super) fn is_spend(self) -> bool {
        !matches!(
            self,
            Self::LinesAdded
                | Self::LinesRemoved
                | Self::Commits
                | Self::PullRequests
                | Self::Sessions
                | Self::Accepts
                | Self::Rejects
        )
    }
}

/// Whether a metric is read at all.
pub(super) fn is_ours(metric: &str) -> bool {
    claude_code::METRICS.contains(&metric)
        || [codex::METRIC, gemini_cli::METRIC, genai::METRIC].contains(&metric)
}

/// What a point measures; `None` when it is not of interest.
pub(super) fn measure(
    item: &Item<'_>,
    written: &str,
) -> Result<Option<Point>, &'static str> {
    let (format, rank, measure) = match item.name {
        codex::METRIC => (codex::FORMAT.name, 1, codex::measure(item)),
        gemini_cli::METRIC => (gemini_cli::FORMAT.name, 1, gemini_cli::measure(item)),
        genai::METRIC => (format_of(item.service()), 4, genai::measure(item)),
        _ => (claude_code::FORMAT.name, 1, claude_code::measure(item)),
    };
    let Some(measure) = measure? else { return Ok(None) };
    let sign = DecimalSign::Point;
    let amount = if measure == Measure::Cost {
        numbers::dollars(written, sign)?.map(|amount| amount.0)
    } else {
        numbers::count(written, sign)?.map(i128::from)
    };
    let amount = amount.ok_or("a point without a value")?;
    Ok(Some(Point { measure, amount, format, rank }))
}

/// The format of a tool's telemetry.
pub(super) fn format_of(service: Service) -> &'static str {
    match service {
        Service::ClaudeCode => claude_code::FORMAT.name,
        Service::Codex => codex::FORMAT.name,
        Service::GeminiCli => gemini_cli::FORMAT.name,
        Service::Other => genai::FORMAT.name,
    }
}

/// Running counts, each by its metric, its attributes and its start.
#[derive(Debug, Default)]
pub(super) struct Counters(HashMap<String, Counter>);

#[derive(Debug, Clone, Copy)]
struct Counter {
    seen: Moment,
    amount: i128,
}

/// What a point adds to a running count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// Nothing: it was seen before, or is late.
    Nothing,
    /// The first that is seen: all that was counted from the start on.
    First,
    /// What was spent since a moment.
    Since(Moment, i128),
}

impl Counters {
    /// Takes the next point of a running count. One that fell began again at zero.
    pub(super) fn add(&mut self, series: String, seen: Moment, amount: i128) -> Added {
        let now = Counter { seen, amount };
        let Some(before) = self.0.get_mut(&series) else {
            self.0.insert(series, now);
            return Added::First;
        };
        if seen <= before.seen {
            return Added::Nothing;
        }
        let since = before.seen;
        let added = if amount < before.amount { amount } else { amount - before.amount };
        *before = now;
        Added::Since(since, added)
    }
}

/// What tells a running count from others: the metric, all attributes, and its start.
pub(super) fn series(item: &Item<'_>, start: Option<Moment>) -> String {
    let mut series = format!("{}|{}", item.name, start.map_or(0, |start| start.millis));
    for level in item.levels {
        series.push('|');
        for (key, value) in level.pairs() {
            series.push_str(&format!("{}:{key}={}:{value},", key.len(), value.len()));
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Moment {
        Moment { millis }
    }

    #[test]
    fn a_running_count_adds_its_growth_and_begins_again_when_it_falls() {
        let mut counters = Counters::default();
        let mut add = |seen, amount| counters.add("s".to_owned(), at(seen), amount);
        assert_eq!(add(10, 100), Added::First);
        assert_eq!(add(20, 150), Added::Since(at(10), 50));
        assert_eq!(add(20, 150), Added::Nothing);
        assert_eq!(add(15, 120), Added::Nothing, "late points were counted");
        assert_eq!(add(30, 40), Added::Since(at(20), 40));
        assert_eq!(add(40, 40), Added::Since(at(30), 0));
    }

    #[test]
    fn temporality_is_told_by_number_and_by_name_and_never_guessed() {
        assert_eq!(Temporality::named(Some("1")), Ok(Temporality::Delta));
        let name = Some("AGGREGATION_TEMPORALITY_CUMULATIVE");
        assert_eq!(Temporality::named(name), Ok(Temporality::Cumulative));
        assert!(Temporality::named(Some("0")).is_err());
        assert!(Temporality::named(None).is_err());
    }
}
