//! Numbers and their units, and the only conversions between them.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// Seconds in a day, as the survival clock counts them.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// A moment: seconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The UTC day this moment lies in.
    pub fn day(self) -> UtcDay {
        let day = self.0.div_euclid(SECONDS_PER_DAY);
        UtcDay(i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Days from `earlier` to this moment; negative when this one comes first.
    pub fn days_since(self, earlier: Self) -> f64 {
        seconds_to_days(self.0.saturating_sub(earlier.0))
    }

    /// The year in UTC, or `None` outside the years a calendar can show.
    pub fn year(self) -> Option<i16> {
        let moment = jiff::Timestamp::from_second(self.0).ok()?;
        Some(moment.to_zoned(jiff::tz::TimeZone::UTC).year())
    }

    /// RFC 3339 in UTC, or `None` outside the years a calendar can show.
    pub fn to_rfc3339(self) -> Option<String> {
        Some(jiff::Timestamp::from_second(self.0).ok()?.to_string())
    }
}

/// A day in UTC: days since 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UtcDay(pub i32);

impl UtcDay {
    /// The day of a civil date, or `None` when there is no such date.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Timestamp(zoned.timestamp().as_second()).day())
    }

    /// The ISO week (Monday to Sunday) this day lies in.
    pub fn week(self) -> IsoWeek {
        // 1970-01-01 was a Thursday, so the first Monday on the axis is day -3.
        IsoWeek(self.0.saturating_add(3).div_euclid(7))
    }

    /// The first moment of this day.
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * SECONDS_PER_DAY)
    }

    /// `YYYY-MM-DD`, or `None` outside the years a calendar can show.
    pub fn to_iso(self) -> Option<String> {
        let moment = jiff::Timestamp::from_second(self.start().0).ok()?;
        Some(moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
    }
}

/// An ISO week in UTC: weeks since the Monday before 1970-01-01.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct IsoWeek(pub i32);

impl IsoWeek {
    /// The Monday this week begins with.
    pub fn monday(self) -> UtcDay {
        UtcDay(self.0.saturating_mul(7).saturating_sub(3))
    }
}

/// An amount of US dollars, exact to the nano-dollar.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Usd(pub i128);

/// Nano-dollars in one dollar.
pub const NANOS_PER_USD: i128 = 1_000_000_000;

impl Usd {
    /// Nothing spent: known to be zero, not unknown.
    pub const ZERO: Self = Self(0);

    /// The amount as a floating-point number of dollars, for estimates only:
    /// sums stay exact.
    #[expect(clippy::cast_precision_loss, reason = "estimates need no more than 53 bits")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_USD as f64
    }
}

impl fmt::Display for Usd {
    /// Writes the exact decimal without a currency sign, with at least two
    /// decimal places: `12.50`, `-0.000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let unit = NANOS_PER_USD.unsigned_abs();
        let mut fraction = format!("{:09}", nanos % unit);
        while fraction.len() > 2 && fraction.ends_with('0') {
            fraction.pop();
        }
        write!(f, "{sign}{}.{fraction}", nanos / unit)
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| total + amount)
    }
}

/// Turns seconds into days of 86,400 seconds.
#[expect(clippy::cast_precision_loss, reason = "2^53 seconds are 285 million years")]
pub fn seconds_to_days(seconds: i64) -> f64 {
    seconds as f64 / SECONDS_PER_DAY as f64
}

/// Turns a count into a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn count_to_f64(count: u64) -> f64 {
    count as f64
}

/// Turns a length into a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
pub fn len_to_f64(len: usize) -> f64 {
    len as f64
}

/// Turns a length into a 32-bit count; a length over four thousand million
/// cannot occur below the limits of [`crate::limits`] and saturates.
pub fn len_to_u32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Turns a length into a 64-bit count.
pub fn len_to_u64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_shown_exactly_and_with_two_places_at_least() {
        assert_eq!(Usd(12_500_000_000).to_string(), "12.50");
        assert_eq!(Usd(-1_000).to_string(), "-0.000001");
        assert_eq!(Usd(0).to_string(), "0.00");
    }

    #[test]
    fn weeks_begin_on_monday() {
        let monday = UtcDay::from_ymd(2026, 11, 16).unwrap();
        assert_eq!(monday.week().monday(), monday);
        assert_eq!(UtcDay(monday.0 + 6).week(), monday.week());
        assert_eq!(UtcDay(monday.0 - 1).week().0, monday.week().0 - 1);
    }

    #[test]
    fn days_before_1970_are_negative() {
        assert_eq!(Timestamp(-1).day(), UtcDay(-1));
        assert_eq!(UtcDay(0).to_iso().as_deref(), Some("1970-01-01"));
    }
}
