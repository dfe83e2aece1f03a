//! Numbers as people read them.

use crate::report::{FEW_PEOPLE, SurvivalPoint};

/// `1,234,567`.
pub fn count(n: u64) -> String {
    big_count(u128::from(n))
}

/// The same for sums that no 64 bits need hold.
pub fn big_count(n: u128) -> String {
    let digits = n.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 line`, `2 lines`.
pub fn count_of(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `93.4%`. What is shown as nothing is none, and what is shown as all of it is all.
pub fn percent(share: f64) -> String {
    match format!("{:.1}%", share * 100.0) {
        nothing if nothing == "0.0%" && share > 0.0 => "<0.1%".to_owned(),
        all if all == "100.0%" && share < 1.0 => ">99.9%".to_owned(),
        shown => shown,
    }
}

/// A share that was rounded to a step where it was made: `25%`, and `<5%` where nothing
/// was left of it. Exact where there is no step.
pub fn rough(share: f64, step: Option<f64>) -> String {
    let whole = |share: f64| format!("{:.0}%", share * 100.0);
    match step {
        None => percent(share),
        Some(step) if share <= 0.0 => format!("<{}", whole(step)),
        Some(_) => whole(share),
    }
}

/// An amount that was rounded to a step where it was made: `1,200`, and `<400` where
/// nothing was left of it.
pub fn rough_decimal(amount: &str, step: Option<&str>, places: usize) -> String {
    let is_nothing = amount.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match step.filter(|_| is_nothing) {
        Some(step) => format!("<{}", decimal(step, places)),
        None => decimal(amount, places),
    }
}

/// A value with its interval: `93.4% (91.0 to 95.2)`, with a star when the interval is
/// by change and not by person.
pub fn survival(point: &SurvivalPoint) -> String {
    match (point.value, point.low, point.high) {
        (Some(value), Some(low), Some(high)) => {
            let mark = if point.clustered_by == "person" { "" } else { "*" };
            format!(
                "{} ({:.1} to {:.1}){mark}",
                percent(value),
                low * 100.0,
                high * 100.0
            )
        }
        (Some(value), _, _) => format!("{} (no interval)", percent(value)),
        _ if point.reason == Some(FEW_PEOPLE) => "withheld: few people".to_owned(),
        _ => "not observed yet".to_owned(),
    }
}

/// An exact decimal amount, thousands separated, rounded to `places` (half up):
/// `1,204.11`.
pub fn decimal(amount: &str, places: usize) -> String {
    let (sign, digits) =
        amount.strip_prefix('-').map_or(("", amount), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut kept: String =
        fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
    kept.insert_str(0, whole);
    let up = fraction.chars().nth(places).is_some_and(|digit| digit >= '5');
    let Ok(units) = kept.parse::<u128>() else { return amount.to_owned() };
    let padded = format!("{:0width$}", units + u128::from(up), width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    if places == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_none_and_all_is_all() {
        assert_eq!(percent(0.0), "0.0%");
        assert_eq!(percent(0.000_499), "<0.1%");
        assert_eq!(percent(0.000_6), "0.1%");
        assert_eq!(percent(0.999_6), ">99.9%");
        assert_eq!(percent(1.0), "100.0%");
    }

    #[test]
    fn what_rounding_left_nothing_of_is_less_than_its_step() {
        assert_eq!(rough(0.0, Some(0.05)), "<5%");
        assert_eq!(rough(0.25, Some(0.05)), "25%");
        assert_eq!(rough(0.0, None), "0.0%");
        assert_eq!(rough_decimal("0.00", Some("400"), 2), "<400.00");
        assert_eq!(rough_decimal("0.00", None, 2), "0.00");
        assert_eq!(rough_decimal("800", Some("400"), 0), "800");
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn amounts_are_rounded_and_not_cut() {
        assert_eq!(decimal("1204.1099", 2), "1,204.11");
        assert_eq!(decimal("-0.5", 2), "-0.50");
        assert_eq!(decimal("0.999", 2), "1.00");
        assert_eq!(decimal("845121318.55", 0), "845,121,319");
        assert_eq!(decimal("0.00", 0), "0");
    }
}
