//! Counts and amounts as exports write them, read exactly: never through a
//! floating-point number.

use crate::units::Usd;

/// The largest count, and the largest amount in dollars, that is believed.
const LARGEST: u64 = 1_000_000_000_000_000;

/// Words that stand where an amount would, and mean that there is none.
const NO_AMOUNT: [&str; 11] = [
    "", "-", "--", "nan", "null", "none", "n/a", "included", "free", "\u{2013}",
    "\u{2014}",
];

/// What separates the whole from its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    /// `1,204.11`
    Point,
    /// `1.204,11`, and also `1204.11` where it can mean only one thing: the files that
    /// are separated by `;`.
    Comma,
}

/// A decimal as written: `digits` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: u128,
    scale: i32,
}

/// Reads a token or request count: a whole number from 0 to 10^15, also as `1,234`,
/// `1098.0` or `1.2E+07`. Blank is `None`; the error says what is wrong.
pub fn count(text: &str, sign: DecimalSign) -> Result<Option<u64>, &'static str> {
    let text = unguarded(text);
    if matches!(text, "" | "-" | "null") {
        return Ok(None);
    }
    let plain = count_without_groups(text, sign)?;
    let decimal = Decimal::parse(&plain).ok_or("a count that is not a number")?;
    if decimal.negative && decimal.digits != 0 {
        return Err("a negative count");
    }
    let whole = decimal.whole().ok_or("a count that is not a whole number")?;
    let count = u64::try_from(whole).ok().filter(|count| *count <= LARGEST);
    count.map(Some).ok_or("a count over 10^15")
}

/// Reads an amount in dollars. Words such as `Included` and `-` are `None`. Digits
/// beyond a billionth of a dollar are rounded to the nearest, halves away from zero.
pub fn dollars(text: &str, sign: DecimalSign) -> Result<Option<Usd>, &'static str> {
    Ok(scaled(text, sign, 9)?.map(Usd))
}

/// Reads an amount in cents, which may have a fraction.
pub fn cents(text: &str, sign: DecimalSign) -> Result<Option<Usd>, &'static str> {
    Ok(scaled(text, sign, 7)?.map(Usd))
}

/// Reads a decimal of any unit, in billionths.
pub fn nanos(text: &str, sign: DecimalSign) -> Result<Option<i128>, &'static str> {
    scaled(text, sign, 9)
}

/// Reads a price in dollars for one token, in millionths of a millionth.
pub fn picos(text: &str) -> Result<Option<i128>, &'static str> {
    scaled(text, DecimalSign::Point, 12)
}

/// Whether the text is a word that stands for no amount.
pub fn is_no_amount(text: &str) -> bool {
    NO_AMOUNT.contains(&text.trim().to_lowercase().as_str())
}

fn scaled(
    text: &str,
    sign: DecimalSign,
    places: i32,
) -> Result<Option<i128>, &'static str> {
    let text = unguarded(text);
    if is_no_amount(text) {
        return Ok(None);
    }
    let plain = amount_without_groups(&without_currency(text), sign)?;
    let decimal = Decimal::parse(&plain).ok_or("an amount that is not a number")?;
    let largest = i128::from(LARGEST) * 1_000_000_000_000;
    let amount = decimal.at_scale(places).filter(|amount| amount.abs() <= largest);
    amount.map(Some).ok_or("an amount over 10^15")
}

/// Drops white space and the apostrophe with which spreadsheets disarm formulas.
fn unguarded(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

/// Drops `$` and `US$`, before or after a sign.
fn without_currency(text: &str) -> String {
    let (minus, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let rest = rest.strip_prefix("US$").or_else(|| rest.strip_prefix('$'));
    match rest {
        Some(rest) => format!("{minus}{}", rest.trim_start()),
        None => text.to_owned(),
    }
}

fn amount_without_groups(text: &str, sign: DecimalSign) -> Result<String, &'static str> {
    match sign {
        DecimalSign::Point => without_groups(text, ',', '.'),
        DecimalSign::Comma if text.contains(',') => without_groups(text, '.', ','),
        DecimalSign::Comma => match looks_grouped(text) {
            Some(1) => Err("an amount that could be thousands or a fraction"),
            Some(_) => Ok(text.replace('.', "")),
            None => Ok(text.to_owned()),
        },
    }
}

fn count_without_groups(text: &str, sign: DecimalSign) -> Result<String, &'static str> {
    match sign {
        DecimalSign::Point => without_groups(text, ',', '.'),
        DecimalSign::Comma if text.contains(',') => without_groups(text, '.', ','),
        DecimalSign::Comma => match looks_grouped(text) {
            // One thousand, or one and no thousandths.
            Some(1) if text.ends_with(".000") => {
                Err("a count that could be thousands or a fraction")
            }
            Some(_) => Ok(text.replace('.', "")),
            None => Ok(text.to_owned()),
        },
    }
}

/// How many points stand in `text`, if it reads as digits in groups of three.
fn looks_grouped(text: &str) -> Option<usize> {
    let unsigned = text.trim_start_matches(['-', '+']);
    if unsigned.starts_with('0') || !unsigned.contains('.') {
        return None;
    }
    without_groups(unsigned, '.', ',').ok()?;
    Some(unsigned.matches('.').count())
}

/// Drops the separators of groups of three digits before the decimal sign, and turns
/// that sign into a point.
fn without_groups(text: &str, group: char, point: char) -> Result<String, &'static str> {
    if !text.contains(group) {
        return Ok(text.replace(point, "."));
    }
    let whole_end = text.find([point, 'e', 'E']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(whole_end);
    let mut groups = whole.trim_start_matches(['-', '+']).split(group);
    let first = groups.next().unwrap_or_default();
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = (1..=3).contains(&first.len())
        && all_digits(first)
        && groups.all(|part| part.len() == 3 && all_digits(part))
        && !rest.contains(group);
    if !well_formed {
        return Err("a number with separators in odd places");
    }
    Ok(format!("{}{}", whole.replace(group, ""), rest.replacen(point, ".", 1)))
}

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`, of at most 36 significant digits.
    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) if exponent.len() <= 4 => {
                (mantissa, exponent.parse::<i32>().ok()?)
            }
            Some(_) => return None,
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = digits.trim_start_matches('0');
        if significant.len() > 36 {
            return None;
        }
        let value = if significant.is_empty() { 0 } else { significant.parse().ok()? };
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        Some(Self { negative, digits: value, scale })
    }

    /// The value, if it has no fraction.
    fn whole(&self) -> Option<u128> {
        if self.digits == 0 {
            return Some(0);
        }
        let power = 10_u128.checked_pow(self.scale.unsigned_abs());
        if self.scale <= 0 {
            return Some(
                power.and_then(|p| self.digits.checked_mul(p)).unwrap_or(u128::MAX),
            );
        }
        let power = power?;
        self.digits.is_multiple_of(power).then(|| self.digits / power)
    }

    /// The value times ten to the power of `places`, rounded to the nearest, halves
    /// away from zero. `None` when it does not fit.
    fn at_scale(&self, places: i32) -> Option<i128> {
        let shift = places.checked_sub(self.scale)?;
        let power = 10_u128.checked_pow(shift.unsigned_abs());
        let magnitude = match power {
            _ if self.digits == 0 => 0,
            Some(power) if shift >= 0 => self.digits.checked_mul(power)?,
            Some(power) => {
                let rest = self.digits % power;
                self.digits / power + u128::from(rest >= power - rest)
            }
            None if shift < 0 => 0,
            None => return None,
        };
        let amount = i128::try_from(magnitude).ok()?;
        Some(if self.negative { -amount } else { amount })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Option<u64>, &'static str> {
        count(text, DecimalSign::Point)
    }

    fn usd(text: &str) -> Option<i128> {
        dollars(text, DecimalSign::Point).unwrap().map(|amount| amount.0)
    }

    #[test]
    fn counts_are_read_in_every_form_spreadsheets_leave() {
        for (text, value) in [
            ("0", 0),
            ("1,234", 1_234),
            ("12,345,678", 12_345_678),
            ("1098.0", 1_098),
            ("1.2E+07", 12_000_000),
            (" 7 ", 7),
            ("1000000000000000", 1_000_000_000_000_000),
            ("-0", 0),
        ] {
            assert_eq!(tokens(text), Ok(Some(value)), "{text}");
        }
        assert_eq!(tokens(""), Ok(None));
        assert_eq!(tokens("1000000000000001"), Err("a count over 10^15"));
    }

    #[test]
    fn counts_that_are_no_counts_are_errors_and_not_guesses() {
        for text in [
            "-1", "1.5", "1,23", "1,2345", "12a", "1e99", "NaN", "0x10", "1e", "١٢",
            "1 000",
        ] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(usd("0.050523"), Some(50_523_000));
        assert_eq!(usd("$1,204.11"), Some(1_204_110_000_000));
        assert_eq!(usd("-$0.10"), Some(-100_000_000));
        assert_eq!(usd("US$ 3"), Some(3_000_000_000));
        assert_eq!(usd("1.5e-05"), Some(15_000));
        assert_eq!(usd("0.1"), Some(100_000_000));
        assert_eq!(
            cents("21.512345", DecimalSign::Point).unwrap(),
            Some(Usd(215_123_450))
        );
    }

    #[test]
    fn digits_beyond_a_billionth_are_rounded_to_the_nearest() {
        assert_eq!(usd("0.19000000000000003"), Some(190_000_000));
        assert_eq!(usd("0.0000000005"), Some(1));
        assert_eq!(usd("-0.0000000005"), Some(-1));
        assert_eq!(usd("0.00000000049"), Some(0));
        assert_eq!(usd("1e-60"), Some(0));
    }

    #[test]
    fn words_are_no_amounts_and_other_words_are_errors() {
        for word in ["", "-", "--", "NaN", "null", "Included", "Free"] {
            assert_eq!(usd(word), None, "{word}");
        }
        assert!(dollars("twelve", DecimalSign::Point).is_err());
        assert!(dollars("1e400", DecimalSign::Point).is_err());
    }

    #[test]
    fn european_numbers_are_read_only_where_they_can_mean_one_thing() {
        let euro = |text| dollars(text, DecimalSign::Comma).map(|a| a.map(|a| a.0));
        assert_eq!(euro("1.204,11"), Ok(Some(1_204_110_000_000)));
        assert_eq!(euro("12,5"), Ok(Some(12_500_000_000)));
        assert_eq!(euro("0.125"), Ok(Some(125_000_000)));
        assert_eq!(euro("1204.11"), Ok(Some(1_204_110_000_000)));
        assert!(euro("1.204").is_err());
        assert_eq!(count("1.234", DecimalSign::Comma), Ok(Some(1_234)));
        assert!(count("1.000", DecimalSign::Comma).is_err());
    }

    #[test]
    fn the_apostrophe_that_disarms_a_formula_is_dropped() {
        assert_eq!(usd("'-1.5"), Some(-1_500_000_000));
        assert!(dollars("'1.5", DecimalSign::Point).is_err());
    }
}
