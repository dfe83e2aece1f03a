//! Heavy users beside light ones, and heavy weeks beside light ones of the same
//! person: the two slopes that a pooled one mixes.

use std::collections::BTreeMap;

use crate::stats::jackknife::{natural_interval, standard_error};
use crate::stats::person_week::{PersonWeek, dense, sound};
use crate::stats::rank_association::MIN_PERSONS;
use crate::stats::student_t;
use crate::stats::survival::ends;
use crate::stats::why_none::WhyNone;
use crate::units::{len_to_f64, len_to_u64};

/// A slope with its interval by leaving out one person at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The slope of ln(1 + lines) on ln(1 + spend); its sign is to be read, no percentage.
    pub value: Option<f64>,
    /// The lower end of its 95% interval.
    pub low: Option<f64>,
    /// The upper end of its 95% interval.
    pub high: Option<f64>,
    /// Two-sided, by Student's t on G - 1.
    pub p: Option<f64>,
    /// Why the value, or else the interval, is missing.
    pub reason: Option<WhyNone>,
}

/// The slopes over all rows, within persons and between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mundlak {
    /// All rows together, with week effects: what naive readings see.
    pub pooled: Slope,
    /// On the distance from a person's own mean.
    pub within: Slope,
    /// On a person's mean.
    pub between: Slope,
    /// Persons that enter.
    pub n_persons: u64,
    /// Person-weeks that enter.
    pub n_rows: u64,
}

/// Fits y = within * (z - mean z of the person) + between * mean z + week, and y =
/// pooled * z + week, by least squares (Mundlak 1978), with y = ln(1 + lines) and z =
/// ln(1 + spend).
pub fn mundlak(rows: &[PersonWeek]) -> Mundlak {
    let panel = sound(rows);
    let columns = Columns::of(&panel);
    let all = slopes(&columns.crossed(None));
    let left_out: Vec<[Option<f64>; 3]> = (0..columns.persons.len())
        .map(|person| slopes(&columns.crossed(Some(person))))
        .collect();
    let slope = |which: usize| {
        let left_out: Vec<Option<f64>> = left_out.iter().map(|all| all[which]).collect();
        enclosed(all[which], &left_out)
    };
    Mundlak {
        pooled: slope(0),
        within: slope(1),
        between: slope(2),
        n_persons: len_to_u64(columns.persons.len()),
        n_rows: len_to_u64(panel.len()),
    }
}

fn enclosed(value: Option<f64>, left_out: &[Option<f64>]) -> Slope {
    let mut slope = Slope { value, low: None, high: None, p: None, reason: None };
    let Some(value) = value else {
        slope.reason = Some(WhyNone::NoVariation);
        return slope;
    };
    let left_out: Option<Vec<f64>> = left_out.iter().copied().collect();
    let Some(left_out) = left_out else {
        slope.reason = Some(WhyNone::OnePersonDecides);
        return slope;
    };
    let n = len_to_u64(left_out.len());
    if n < MIN_PERSONS {
        slope.reason = Some(WhyNone::TooFewClusters);
        return slope;
    }
    (slope.low, slope.high, slope.reason) = ends(natural_interval(value, &left_out));
    let error = standard_error(&left_out).filter(|error| *error > 0.0);
    slope.p = error.and_then(|error| student_t::two_sided_p(value / error, n - 1));
    slope
}

/// Distance from the person's mean, that mean, and lines, in logs.
type Row = [f64; 3];
type Crossed = [[f64; 3]; 3];

#[derive(Debug)]
struct Columns {
    rows: Vec<Row>,
    weeks: Vec<usize>,
    persons: Vec<std::ops::Range<usize>>,
    /// Rows and their sum, by week.
    by_week: Vec<(f64, Row)>,
    /// Products of all rows, weeks taken out.
    total: Crossed,
}

impl Columns {
    fn of(panel: &[PersonWeek]) -> Self {
        let weeks = dense(panel.iter().map(|row| row.week));
        let n = len_to_f64(panel.len().max(1));
        // Large means would leave small differences of large numbers.
        let mean = |of: fn(&PersonWeek) -> f64| {
            panel.iter().map(|row| of(row).ln_1p()).sum::<f64>() / n
        };
        let (z_mean, y_mean) = (mean(|row| row.spend), mean(|row| row.durable_lines));
        let mut columns = Self {
            rows: Vec::with_capacity(panel.len()),
            weeks: weeks.iter().map(|&week| week as usize).collect(),
            persons: Vec::new(),
            by_week: Vec::new(),
            total: Crossed::default(),
        };
        for own in panel.chunk_by(|a, b| a.person == b.person) {
            let start = columns.rows.len();
            columns.persons.push(start..start + own.len());
            let z = own.iter().map(|row| row.spend.ln_1p() - z_mean);
            let level = z.clone().sum::<f64>() / len_to_f64(own.len());
            let rows = own.iter().zip(z);
            columns.rows.extend(
                rows.map(|(row, z)| {
                    [z - level, level, row.durable_lines.ln_1p() - y_mean]
                }),
            );
        }
        columns.add_up();
        columns
    }

    fn add_up(&mut self) {
        let n_weeks = self.weeks.iter().max().map_or(0, |&last| last + 1);
        self.by_week = vec![(0.0, Row::default()); n_weeks];
        for (row, &week) in self.rows.iter().zip(&self.weeks) {
            cross(&mut self.total, row, 1.0);
            add_to(&mut self.by_week[week], row, 1.0);
        }
        for week in &self.by_week {
            cross_mean(&mut self.total, week, -1.0);
        }
    }

    /// Products of rows with week effects taken out, of all persons or all but one:
    /// only the weeks of that one change.
    fn crossed(&self, left_out: Option<usize>) -> Crossed {
        let mut crossed = self.total;
        let Some(person) = left_out else { return crossed };
        let mut changed: BTreeMap<usize, (f64, Row)> = BTreeMap::new();
        for index in self.persons[person].clone() {
            let week = self.weeks[index];
            cross(&mut crossed, &self.rows[index], -1.0);
            let rest = changed.entry(week).or_insert(self.by_week[week]);
            add_to(rest, &self.rows[index], -1.0);
        }
        for (week, rest) in &changed {
            cross_mean(&mut crossed, &self.by_week[*week], 1.0);
            cross_mean(&mut crossed, rest, -1.0);
        }
        crossed
    }
}

fn cross(to: &mut Crossed, row: &Row, times: f64) {
    for (line, a) in to.iter_mut().zip(row) {
        line.iter_mut().zip(row).for_each(|(value, b)| *value += times * a * b);
    }
}

fn cross_mean(to: &mut Crossed, (n, sum): &(f64, Row), times: f64) {
    if *n > 0.5 {
        cross(to, sum, times / n);
    }
}

fn add_to((n, sum): &mut (f64, Row), row: &Row, times: f64) {
    *n += times;
    sum.iter_mut().zip(row).for_each(|(value, part)| *value += times * part);
}

/// Pooled, within and between; `None` where spend does not vary.
fn slopes(crossed: &Crossed) -> [Option<f64>; 3] {
    let [[aa, ab, ay], [_, bb, by], _] = *crossed;
    let (zz, zy) = (aa + 2.0 * ab + bb, ay + by);
    let determinant = aa * bb - ab * ab;
    // What rounding leaves of nothing is below this, in logs.
    let some = |value: f64, of: f64| value > 1e-10 * (1.0 + of);
    let both = some(aa, bb) && some(bb, aa) && determinant > 1e-10 * aa * bb;
    let within = if both {
        Some((ay * bb - by * ab) / determinant)
    } else {
        (some(aa, bb) && !some(bb, aa)).then(|| ay / aa)
    };
    let between = both.then(|| (by * aa - ay * ab) / determinant);
    [some(zz, 0.0).then(|| zy / zz), within, between]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::elasticity::tests::stored;

    #[test]
    fn slopes_and_errors_equal_those_of_least_squares_on_dummies() {
        let sets = stored();
        let mut n = 0;
        for line in include_str!("../../fixtures/stats/mundlak.tsv").lines() {
            if line.starts_with('#') {
                continue;
            }
            let numbers: Vec<f64> =
                line.split('\t').map(|number| number.parse().unwrap()).collect();
            let rows = &sets[n].rows;
            let got = mundlak(rows);
            let slopes = [got.pooled, got.within, got.between];
            for (i, slope) in slopes.iter().enumerate() {
                assert!((slope.value.unwrap() - numbers[1 + i]).abs() < 1e-9, "set {n}");
                let half_width = slope.high.unwrap() - slope.value.unwrap();
                let t = student_t::quantile(0.975, got.n_persons - 1).unwrap();
                assert!((half_width / t - numbers[4 + i]).abs() < 1e-8, "set {n}");
            }
            n += 1;
        }
        assert_eq!(n, 8);
    }

    #[test]
    fn heavy_users_may_differ_from_light_ones_though_weeks_do_not() {
        let rows: Vec<PersonWeek> = (0..10)
            .flat_map(|person: u32| (0..12).map(move |week: i32| (person, week)))
            .map(|(person, week)| {
                let level = f64::from(person);
                // Spend and lines of a person's weeks go opposite ways.
                let turn = f64::from((person.cast_signed() + week) % 4) * 0.3;
                let spend = (1.0 + level * 0.5 + turn).exp();
                let noise = f64::from((person.cast_signed() * 7 + week * 5) % 11) * 0.02;
                let durable_lines = (2.0 + level - 0.5 * turn + noise).exp();
                PersonWeek { person, week, spend, durable_lines }
            })
            .collect();
        let got = mundlak(&rows);
        assert!(got.between.low.unwrap() > 1.0 && got.within.high.unwrap() < -0.3);
        assert!(got.pooled.value.unwrap() > 1.0);
    }

    #[test]
    fn what_does_not_vary_has_no_slope() {
        let row = |person: u32, week: i32, spend| PersonWeek {
            person,
            week,
            spend,
            durable_lines: f64::from(person) + f64::from(week),
        };
        let all = |of: &dyn Fn(u32, i32) -> f64| -> Vec<PersonWeek> {
            let rows = (0..9).flat_map(|p| (0..12).map(move |w| (p, w)));
            rows.map(|(p, w)| row(p, w, of(p, w))).collect()
        };
        let constant = mundlak(&all(&|_, _| 4.0));
        for slope in [constant.pooled, constant.within, constant.between] {
            assert_eq!((slope.value, slope.reason), (None, Some(WhyNone::NoVariation)));
        }
        let by_week = mundlak(&all(&|_, week| f64::from(week)));
        assert_eq!(by_week.pooled.value, None);
        let empty = mundlak(&[]);
        assert_eq!((empty.within.value, empty.n_rows), (None, 0));
    }
}
