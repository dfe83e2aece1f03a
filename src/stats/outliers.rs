//! Units that differ from what the others let expect, both ways, with the same bar: a
//! unit is a team or a workstream, never a person, and a flag asks a question.

use crate::stats::benjamini_hochberg::adjusted;
use crate::stats::gamma::gamma_quantile;
use crate::stats::negative_binomial::{self, Observed, tails};
use crate::stats::person_week::is_sound;
use crate::stats::student_t;
use crate::stats::why_none::WhyNone;
use crate::units::{len_to_f64, len_to_u64};

/// The fewest units that anything is expected of one of them by.
pub const MIN_UNITS: usize = 8;
/// The false discovery rate over all units and both directions.
pub const RATE: f64 = 0.10;
/// The upper end of the ratio must be below this for little durable code,
pub const LITTLE: f64 = 0.5;
/// and the lower end above this for unusually much.
pub const MUCH: f64 = 1.5;
/// The share of spend that must be matched to people before little is said.
pub const MIN_COVERAGE: f64 = 0.90;

/// What a unit spent and left in one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitWindow {
    /// Spend.
    pub spend: f64,
    /// Durable lines.
    pub durable_lines: f64,
    /// Weeks times persons that were active.
    pub person_weeks: f64,
}

/// A unit in two windows, one after the other without overlap. `None` is unknown, and
/// meets no condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// The unit.
    pub unit: u32,
    /// The earlier window.
    pub earlier: UnitWindow,
    /// The later one.
    pub later: UnitWindow,
    /// The share of its spend that is matched to people.
    pub spend_coverage: Option<f64>,
    /// The share of its lines dead after 21 days.
    pub churn: Option<f64>,
    /// The share of its landings that were taken back.
    pub revert_rate: Option<f64>,
    /// The share of its new code that stands elsewhere, too.
    pub duplication: Option<f64>,
}

/// What is expected of a unit in one window, and what there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// Lines expected from the other units' spend and person-weeks.
    pub expected: Option<f64>,
    /// How alike the others are: their variance is mean + mean^2 / theta.
    pub theta: Option<f64>,
    /// Lines over what is expected, drawn towards one as far as units differ anyway.
    pub ratio: Option<f64>,
    /// The lower end of its 90% interval.
    pub low: Option<f64>,
    /// The upper end of its 90% interval.
    pub high: Option<f64>,
    /// The probability of so few lines or fewer, mean and theta being estimates.
    pub p_few: Option<f64>,
    /// The probability of so many lines or more, mean and theta being estimates.
    pub p_many: Option<f64>,
    /// Why there is none.
    pub reason: Option<WhyNone>,
}

/// A question that a unit raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Spend with little durable code here.
    LittleDurable,
    /// Unusually durable use.
    UnusuallyDurable,
}

/// What keeps a flag from being raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unmet {
    /// An interval reaches over the bound in one of the windows, or there is none.
    Interval,
    /// Among so many tests this one is no discovery.
    Discovery,
    /// Spend is not in the top quarter of units in both windows.
    TopQuarter,
    /// Spend is not above the floor in both windows.
    Floor,
    /// Too little of the spend is matched, or that is unknown.
    Coverage,
    /// Churn is above the median of units, or unknown.
    Churn,
    /// Reverts are above the median of units, or unknown.
    Reverts,
    /// Duplication is above the median of units, or unknown.
    Duplication,
}

/// One unit's two windows and what they raise.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitOutlier {
    /// The unit.
    pub unit: u32,
    /// The earlier window.
    pub earlier: Expectation,
    /// The later one.
    pub later: Expectation,
    /// p of so few lines in both windows, adjusted for all tests.
    pub adjusted_p_few: Option<f64>,
    /// p of so many lines in both windows, adjusted for all tests.
    pub adjusted_p_many: Option<f64>,
    /// The question it raises, if any.
    pub flag: Option<Flag>,
    /// What keeps [`Flag::LittleDurable`] from being raised.
    pub little_unmet: Vec<Unmet>,
    /// What keeps [`Flag::UnusuallyDurable`] from being raised.
    pub unusual_unmet: Vec<Unmet>,
}

/// All units, and how many were tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Outliers {
    /// Units in the order given.
    pub units: Vec<UnitOutlier>,
    /// Units with an expectation in both windows.
    pub n_units_tested: u64,
    /// Tests: two for each of them.
    pub n_tests: u64,
}

/// Looks for units that differ from what is expected of them, in both windows.
///
/// Expected lines are exp(a + b ln(1 + spend)) a person-week, fitted without the unit; far
/// from the others b is from none to proportional.
/// With theta from Pearson's chi-square of the others, lines are negative binomial and
/// R = (lines + theta) / (expected + theta), with the 5% and 95% points of a gamma
/// distribution of shape lines + theta and rate expected + theta (Clayton and Kaldor
/// 1987). p is the larger of the two windows'; Benjamini and Hochberg's rate is kept
/// over all units and both directions.
pub fn outliers(units: &[Unit], spend_floor: f64) -> Outliers {
    let earlier = expectations(units, |unit| unit.earlier);
    let later = expectations(units, |unit| unit.later);
    let both = |of: fn(&Expectation) -> Option<f64>| -> Vec<Option<f64>> {
        let pairs = earlier.iter().zip(&later);
        pairs.map(|(a, b)| Some(of(a)?.max(of(b)?))).collect()
    };
    let (few, many) = (both(|one| one.p_few), both(|one| one.p_many));
    let n_units_tested = len_to_u64(few.iter().flatten().count());
    let (few, many) = adjust(&few, &many);
    let bars = Bars::of(units, spend_floor);
    let found = (0..units.len())
        .map(|i| judge(&units[i], (earlier[i], later[i]), (few[i], many[i]), &bars));
    Outliers { units: found.collect(), n_units_tested, n_tests: 2 * n_units_tested }
}

/// Adjusts all p of both directions together.
fn adjust(
    few: &[Option<f64>],
    many: &[Option<f64>],
) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let all: Vec<f64> = few.iter().chain(many).map(|p| p.unwrap_or(f64::NAN)).collect();
    let known = |p: f64| (!p.is_nan()).then_some(p);
    let mut all: Vec<Option<f64>> = adjusted(&all).into_iter().map(known).collect();
    let many = all.split_off(few.len());
    (all, many)
}

fn expectations(units: &[Unit], window: fn(&Unit) -> UnitWindow) -> Vec<Expectation> {
    let observe = |unit: &Unit| {
        let window = window(unit);
        let sound = is_sound(window.spend)
            && is_sound(window.durable_lines)
            && is_sound(window.person_weeks)
            && window.person_weeks > 0.0;
        sound.then(|| Observed {
            covariate: window.spend.ln_1p(),
            offset: window.person_weeks.ln(),
            count: window.durable_lines,
        })
    };
    let observed: Vec<Option<Observed>> = units.iter().map(observe).collect();
    (0..units.len()).map(|index| expectation(&observed, index)).collect()
}

fn expectation(observed: &[Option<Observed>], index: usize) -> Expectation {
    let none = |reason| Expectation {
        expected: None,
        theta: None,
        ratio: None,
        low: None,
        high: None,
        p_few: None,
        p_many: None,
        reason: Some(reason),
    };
    let Some(own) = observed[index] else { return none(WhyNone::NotGiven) };
    let others = observed.iter().enumerate().filter(|(other, _)| *other != index);
    let others: Vec<Observed> = others.filter_map(|(_, other)| *other).collect();
    if others.len() + 1 < MIN_UNITS {
        return none(WhyNone::TooFewUnits);
    }
    if others.iter().all(|other| other.count <= 0.0) {
        return none(WhyNone::NoLines);
    }
    let Some(model) = negative_binomial::fit(&others, Some(own.covariate)) else {
        return none(WhyNone::NotComputable);
    };
    let expected = model.mean(&own);
    if !(expected.is_finite() && expected > 0.0) {
        return none(WhyNone::NotComputable);
    }
    let Some(theta) = model.theta else {
        return Expectation { expected: Some(expected), ..none(WhyNone::NoVariation) };
    };
    let (shape, rate) = (own.count + theta, expected + theta);
    let tails = tails(own.count, expected, theta);
    // What is expected is uncertain itself, relative to how units differ anyway.
    let inflation = 1.0 + model.uncertainty(&own) / (theta.recip() + expected.recip());
    let studentised = |p| studentised(p, inflation, len_to_u64(others.len()) - 2);
    Expectation {
        expected: Some(expected),
        theta: Some(theta),
        ratio: Some(shape / rate),
        low: gamma_quantile(0.05, shape).map(|x| x / rate),
        high: gamma_quantile(0.95, shape).map(|x| x / rate),
        p_few: studentised(tails.0),
        p_many: studentised(tails.1),
        reason: None,
    }
}

/// The tail of a count whose mean and theta are estimated from few other units, as the
/// normal distribution's place of `p` in Student's: what is true of residuals that are
/// studentised by a fit without them (Cook and Weisberg 1982). Taken as known, the two
/// would make three times as many discoveries of nothing as there may be.
fn studentised(p: f64, inflation: f64, df: u64) -> Option<f64> {
    let tail = p.min(1.0 - p).max(1e-15);
    if tail >= 0.5 {
        return Some(p);
    }
    // The square of a normal number is gamma with shape 1/2 and scale 2.
    let z = (2.0 * gamma_quantile(1.0 - 2.0 * tail, 0.5)? / inflation).sqrt();
    let tail = 0.5 * student_t::two_sided_p(z, df)?;
    Some(if p < 0.5 { tail } else { 1.0 - tail })
}

/// What units are held against.
#[derive(Debug)]
struct Bars {
    floor: f64,
    top_quarter: [Option<f64>; 2],
    churn: Option<f64>,
    revert_rate: Option<f64>,
    duplication: Option<f64>,
}

impl Bars {
    fn of(units: &[Unit], floor: f64) -> Self {
        let of = |value: fn(&Unit) -> Option<f64>, p: f64| {
            percentile(&units.iter().filter_map(value).collect::<Vec<f64>>(), p)
        };
        Self {
            floor,
            top_quarter: [
                of(|unit| Some(unit.earlier.spend), 0.75),
                of(|unit| Some(unit.later.spend), 0.75),
            ],
            churn: of(|unit| unit.churn, 0.5),
            revert_rate: of(|unit| unit.revert_rate, 0.5),
            duplication: of(|unit| unit.duplication, 0.5),
        }
    }
}

/// The value below which the share `p` of the values lies, between two of them by
/// proportion; what is not finite is left out. `None` without values.
pub(super) fn percentile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted: Vec<f64> =
        values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * len_to_f64(last);
    let below = (0..last).take_while(|&index| len_to_f64(index + 1) <= place).count();
    let above = sorted.get(below + 1).copied().unwrap_or(sorted[below]);
    Some(sorted[below] + (place - len_to_f64(below)) * (above - sorted[below]))
}

fn judge(
    unit: &Unit,
    (earlier, later): (Expectation, Expectation),
    (few, many): (Option<f64>, Option<f64>),
    bars: &Bars,
) -> UnitOutlier {
    let unmet = |conditions: &[(bool, Unmet)]| -> Vec<Unmet> {
        conditions.iter().filter(|(is_met, _)| !is_met).map(|(_, unmet)| *unmet).collect()
    };
    let in_both = |of: &dyn Fn(&Expectation) -> bool| of(&earlier) && of(&later);
    let is_found = |p: Option<f64>| p.is_some_and(|p| p <= RATE);
    let spends = [unit.earlier.spend, unit.later.spend];
    let reaches =
        |(spend, bar): (&f64, &Option<f64>)| bar.is_some_and(|bar| *spend >= bar);
    let is_no_more = |value: Option<f64>, bar: Option<f64>| {
        value.zip(bar).is_some_and(|(value, bar)| value <= bar)
    };
    let little_unmet = unmet(&[
        (in_both(&|one| one.high.is_some_and(|high| high < LITTLE)), Unmet::Interval),
        (is_found(few), Unmet::Discovery),
        (spends.iter().zip(&bars.top_quarter).all(reaches), Unmet::TopQuarter),
        (spends.iter().all(|spend| *spend > bars.floor), Unmet::Floor),
        (unit.spend_coverage.is_some_and(|c| c >= MIN_COVERAGE), Unmet::Coverage),
    ]);
    let unusual_unmet = unmet(&[
        (in_both(&|one| one.low.is_some_and(|low| low > MUCH)), Unmet::Interval),
        (is_found(many), Unmet::Discovery),
        (is_no_more(unit.churn, bars.churn), Unmet::Churn),
        (is_no_more(unit.revert_rate, bars.revert_rate), Unmet::Reverts),
        (is_no_more(unit.duplication, bars.duplication), Unmet::Duplication),
    ]);
    let flag = match (little_unmet.is_empty(), unusual_unmet.is_empty()) {
        (true, _) => Some(Flag::LittleDurable),
        (false, true) => Some(Flag::UnusuallyDurable),
        (false, false) => None,
    };
    UnitOutlier {
        unit: unit.unit,
        earlier,
        later,
        adjusted_p_few: few,
        adjusted_p_many: many,
        flag,
        little_unmet,
        unusual_unmet,
    }
}

#[cfg(test)]
mod tests;
