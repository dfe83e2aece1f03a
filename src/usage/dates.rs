//! Days and moments as exports write them: RFC 3339 or `YYYY-MM-DD`, nothing else.

use super::record::{Granularity, Period};
use crate::units::{Timestamp, UtcDay};

/// The first day a record may begin on, 2015-01-01: no vendor sold tokens before.
const EARLIEST: UtcDay = UtcDay(16_436);

/// The days a record may begin on: from 2015 to `latest`.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateBounds {
    /// The last day a record may begin on; `None` for no such day.
    pub latest: Option<UtcDay>,
}

/// A moment, to the millisecond, which tells two events of one second apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub millis: i64,
}

impl Moment {
    fn floor(self) -> Timestamp {
        Timestamp(self.millis.div_euclid(1_000))
    }

    fn ceil(self) -> Timestamp {
        Timestamp(self.millis.saturating_add(999).div_euclid(1_000))
    }
}

impl DateBounds {
    /// Reads `YYYY-MM-DD`.
    pub fn day(&self, text: &str) -> Result<UtcDay, &'static str> {
        let day = calendar_day(text.trim()).ok_or("a date that is not YYYY-MM-DD")?;
        self.check(day)
    }

    /// Reads an RFC 3339 moment, which names its offset from UTC.
    pub fn moment(&self, text: &str) -> Result<Moment, &'static str> {
        let text = text.trim();
        let shaped =
            text.is_ascii() && text.len() >= 20 && is_dashed(&text.as_bytes()[..10]);
        let parsed = if shaped { text.parse::<jiff::Timestamp>().ok() } else { None };
        let moment = parsed.ok_or("a time that is not RFC 3339 with an offset")?;
        let moment = Moment { millis: moment.as_millisecond() };
        self.check(moment.floor().day())?;
        Ok(moment)
    }

    /// Reads a moment whose offset may be missing and is UTC then: `YYYY-MM-DD HH:MM`,
    /// with seconds or without, with `T` or a blank.
    pub fn moment_utc(&self, text: &str) -> Result<Moment, &'static str> {
        let text = text.trim();
        if let Ok(moment) = self.moment(text) {
            return Ok(moment);
        }
        let shaped =
            text.is_ascii() && text.len() >= 16 && is_dashed(&text.as_bytes()[..10]);
        let text = text.strip_suffix(" UTC").unwrap_or(text);
        let civil =
            if shaped { text.parse::<jiff::civil::DateTime>().ok() } else { None };
        let zoned = civil.and_then(|civil| civil.to_zoned(jiff::tz::TimeZone::UTC).ok());
        let zoned = zoned.ok_or("a time that is not RFC 3339")?;
        let moment = Moment { millis: zoned.timestamp().as_millisecond() };
        self.check(moment.floor().day())?;
        Ok(moment)
    }

    /// Reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970;
    /// which of them, its size tells.
    pub fn epoch(&self, text: &str) -> Result<Moment, &'static str> {
        let bad = "a time that is not a number since 1970";
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(bad);
        }
        let number: i64 = whole.parse().map_err(|_| bad)?;
        let millis = match number {
            100_000_000_000_000_000.. => number / 1_000_000,
            100_000_000_000_000.. => number / 1_000,
            100_000_000_000.. => number,
            _ => number * 1_000 + thousandths(fraction),
        };
        let moment = Moment { millis };
        self.check(moment.floor().day())?;
        Ok(moment)
    }

    /// Reads a day as spreadsheets leave it: `YYYY-MM-DD`, or `M/D/YY`, `M/D/YYYY` and
    /// `MM-DD-YYYY` in the order of the United States.
    pub fn us_day(&self, text: &str) -> Result<UtcDay, &'static str> {
        let text = text.trim();
        if let Some(day) = calendar_day(text) {
            return self.check(day);
        }
        let bad = "a date that is neither YYYY-MM-DD nor M/D/YYYY";
        let separator = if text.contains('/') { '/' } else { '-' };
        let parts: Vec<&str> = text.split(separator).collect();
        let [month, day, year] = parts.as_slice() else { return Err(bad) };
        let number = |text: &str, most: usize| -> Option<i16> {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            if plain && text.len() <= most { text.parse().ok() } else { None }
        };
        let century = match year.len() {
            2 => 2_000,
            4 => 0,
            _ => return Err(bad),
        };
        let year = number(year, 4).ok_or(bad)? + century;
        let small = |text| number(text, 2).and_then(|number| i8::try_from(number).ok());
        let (month, day) = (small(month).ok_or(bad)?, small(day).ok_or(bad)?);
        self.check(UtcDay::from_ymd(year, month, day).ok_or(bad)?)
    }

    /// Reads a day, a week's first day or a month as tools that sum up write them:
    /// `YYYY-MM-DD` or `YYYY-MM`.
    pub fn day_or_month(
        &self,
        text: &str,
    ) -> Result<(Period, Granularity), &'static str> {
        let text = text.trim();
        if text.len() != 7 {
            return Ok((Period::of_day(self.day(text)?), Granularity::Day));
        }
        let month = month_of(text).ok_or("a month that is not YYYY-MM")?;
        self.check(month.start.day())?;
        Ok((month, Granularity::Month))
    }

    /// The half-open period between two moments; unknown granularity is told by its
    /// length and its ends.
    pub fn between(
        &self,
        start: Moment,
        end: Moment,
    ) -> Result<(Period, Granularity), &'static str> {
        if end <= start {
            return Err("a period that ends before it begins");
        }
        let period = Period { start: start.floor(), end: end.ceil() };
        Ok((period, granularity(start, end)))
    }

    /// Reads a day or a moment: a day where it is one, or midnight UTC; else an event.
    pub fn day_or_event(
        &self,
        text: &str,
    ) -> Result<(Period, Granularity), &'static str> {
        if text.trim().len() <= 10 {
            return Ok((Period::of_day(self.day(text)?), Granularity::Day));
        }
        let moment = self.moment(text)?;
        let day = moment.floor().day();
        if moment.millis == day.start().0 * 1_000 {
            return Ok((Period::of_day(day), Granularity::Day));
        }
        Ok((event(moment), Granularity::Event))
    }

    /// Reads both ends of a half-open period, each a day or a moment.
    pub fn range(
        &self,
        start: &str,
        end: &str,
    ) -> Result<(Period, Granularity), &'static str> {
        let start = self.edge(start)?;
        // The end is exclusive, so it may lie a day beyond the last day allowed.
        let end = Self::default().edge(end)?;
        if end <= start {
            return Err("a period that ends before it begins");
        }
        let period = Period { start: start.floor(), end: end.ceil() };
        Ok((period, granularity(start, end)))
    }

    fn edge(&self, text: &str) -> Result<Moment, &'static str> {
        if text.trim().len() <= 10 {
            let day = self.day(text)?;
            return Ok(Moment { millis: day.start().0 * 1_000 });
        }
        self.moment(text)
    }

    fn check(&self, day: UtcDay) -> Result<UtcDay, &'static str> {
        if day < EARLIEST {
            return Err("a date before 2015");
        }
        if self.latest.is_some_and(|latest| day > latest) {
            return Err("a date in the future");
        }
        Ok(day)
    }
}

fn thousandths(fraction: &str) -> i64 {
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    digits.parse().unwrap_or(0)
}

/// The calendar month of `YYYY-MM`.
fn month_of(text: &str) -> Option<Period> {
    let first = calendar_day(&format!("{text}-01"))?;
    // No month has more than 31 days, and none fewer than 28.
    let next = (28..=31)
        .map(|days| UtcDay(first.0 + days))
        .find(|day| day.to_iso().is_some_and(|iso| iso.ends_with("-01")))?;
    Some(Period { start: first.start(), end: next.start() })
}

/// The period that a file is called after: two days, both inclusive, or one month. Days
/// in it are taken as UTC. `None` where the name tells no period, or more than one.
pub fn period_in_name(name: &str) -> Option<Period> {
    let days = days_in(name);
    match days.as_slice() {
        [first, last] if first <= last => {
            Some(Period { start: first.start(), end: UtcDay(last.0 + 1).start() })
        }
        [day] => Some(Period::of_day(*day)),
        [] => month_in(name),
        _ => None,
    }
}

/// The days in a name: `YYYY-MM-DD` or `YYYY_MM_DD`, no digit before or after.
fn days_in(name: &str) -> Vec<UtcDay> {
    let dashed = name.replace('_', "-");
    let mut days = Vec::new();
    let mut at = 0;
    while let Some(text) = dashed.get(at..at + 10) {
        let day = if stands_alone(&dashed, at, 10) { calendar_day(text) } else { None };
        at += if day.is_some() { 10 } else { 1 };
        days.extend(day.filter(|day| *day >= EARLIEST));
        while !dashed.is_char_boundary(at) {
            at += 1;
        }
    }
    days
}

fn month_in(name: &str) -> Option<Period> {
    let dashed = name.replace('_', "-");
    let starts = (0..dashed.len()).filter(|at| stands_alone(&dashed, *at, 7));
    let mut months = starts.filter_map(|at| month_of(dashed.get(at..at + 7)?));
    let month = months.next()?;
    (months.next().is_none() && month.start.day() >= EARLIEST).then_some(month)
}

/// Whether no digit stands right before or after a stretch of a name.
fn stands_alone(name: &str, at: usize, length: usize) -> bool {
    let bytes = name.as_bytes();
    let is_digit = |place: Option<usize>| {
        place.and_then(|place| bytes.get(place)).is_some_and(u8::is_ascii_digit)
    };
    !is_digit(at.checked_sub(1)) && !is_digit(at.checked_add(length))
}

/// The period of one event: the second it lies in.
pub fn event(moment: Moment) -> Period {
    let start = moment.floor();
    Period { start, end: Timestamp(start.0 + 1) }
}

fn calendar_day(text: &str) -> Option<UtcDay> {
    if text.len() != 10 || !is_dashed(text.as_bytes()) {
        return None;
    }
    UtcDay::from_ymd(
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    )
}

fn is_dashed(date: &[u8]) -> bool {
    date.iter().enumerate().all(|(place, byte)| match place {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

/// How fine a period is, by its length and its ends.
pub fn grain(period: Period) -> Granularity {
    let moment = |time: Timestamp| Moment { millis: time.0.saturating_mul(1_000) };
    granularity(moment(period.start), moment(period.end))
}

fn granularity(start: Moment, end: Moment) -> Granularity {
    const HOUR: i64 = 3_600_000;
    let aligned = |step: i64| start.millis.rem_euclid(step) == 0;
    match end.millis - start.millis {
        length if length <= 1_000 => Granularity::Event,
        60_000 if aligned(60_000) => Granularity::Minute,
        HOUR if aligned(HOUR) => Granularity::Hour,
        length if length == 24 * HOUR && aligned(24 * HOUR) => Granularity::Day,
        length if length == 7 * 24 * HOUR && aligned(24 * HOUR) => Granularity::Week,
        _ if is_month(start, end) => Granularity::Month,
        _ => Granularity::Range,
    }
}

fn is_month(start: Moment, end: Moment) -> bool {
    let first = |moment: Moment| {
        let day = moment.floor().day();
        let midnight = moment.millis == day.start().0 * 1_000;
        midnight && day.to_iso().is_some_and(|iso| iso.ends_with("-01"))
    };
    first(start) && first(end) && end.floor().day().0 - start.floor().day().0 <= 31
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: DateBounds = DateBounds { latest: None };

    #[test]
    fn only_iso_days_and_rfc_3339_moments_are_read() {
        assert_eq!(ANY.day("2026-10-05"), Ok(UtcDay::from_ymd(2026, 10, 5).unwrap()));
        for text in [
            "6/1/26",
            "2026-13-01",
            "2026-02-30",
            "20261005",
            "2026-1-5",
            "",
            "é026-10-05",
        ] {
            assert!(ANY.day(text).is_err(), "{text}");
        }
        assert!(ANY.moment("2026-10-05T09:15:30.512Z").is_ok());
        assert!(ANY.moment("2026-10-05 09:15:30+02:00").is_ok());
        for text in
            ["2026-10-05T09:15:30", "1759655730512", "yesterday", "2026-10-05T99:00:00Z"]
        {
            assert!(ANY.moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_without_an_offset_and_numbers_since_1970_are_utc() {
        let noon = ANY.moment("2026-10-05T12:00:00Z").unwrap();
        for text in ["2026-10-05 12:00", "2026-10-05T12:00:00", "2026-10-05 12:00:00.000"]
        {
            assert_eq!(ANY.moment_utc(text), Ok(noon), "{text}");
        }
        assert!(ANY.moment_utc("2026-10-05").is_err());
        for text in
            ["1791201600", "1791201600000", "1791201600000000", "1791201600000000000"]
        {
            assert_eq!(ANY.epoch(text), Ok(noon), "{text}");
        }
        assert_eq!(ANY.epoch("1791201600.25").unwrap().millis, noon.millis + 250);
        for text in ["", "-1", "12", "1e9", "99999999999999999999"] {
            assert!(ANY.epoch(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spreadsheets_days_are_read_in_the_order_of_the_united_states() {
        let day = UtcDay::from_ymd(2026, 6, 1);
        for text in ["6/1/26", "06/01/2026", "06-01-2026", "2026-06-01"] {
            assert_eq!(ANY.us_day(text).ok(), day, "{text}");
        }
        for text in ["13/1/26", "6/1", "1/1/126", "6/31/26", "x/1/26"] {
            assert!(ANY.us_day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_of_files_tell_periods_of_which_both_ends_count() {
        let days = |name| {
            period_in_name(name).map(|p| (p.start.day().to_iso(), p.end.day().to_iso()))
        };
        let october = Some((Some("2026-10-01".into()), Some("2026-11-01".into())));
        for name in [
            "spend-report-00000000-0000-4000-8000-00000000a001-2026-10-01-to-2026-10-31.csv",
            "claude_code_team_2026_10_01_to_2026_10_31.csv",
            "claude_api_tokens_2026_10.csv",
            "usage 2026-10.json",
        ] {
            assert_eq!(days(name), october, "{name}");
        }
        assert_eq!(days("2026-10-05.json").unwrap().1.unwrap(), "2026-10-06");
        for name in
            ["usage.csv", "120261005", "2026-10-31-to-2026-10-01.csv", "2026-13.csv", "é"]
        {
            assert_eq!(days(name), None, "{name}");
        }
    }

    #[test]
    fn an_offset_moves_an_event_to_its_utc_day() {
        let (period, grain) = ANY.day_or_event("2026-10-05T01:00:00+02:00").unwrap();
        assert_eq!(period.single_day(), UtcDay::from_ymd(2026, 10, 4));
        assert_eq!(grain, Granularity::Event);
    }

    #[test]
    fn dates_before_2015_or_after_the_last_day_are_errors() {
        assert_eq!(EARLIEST, UtcDay::from_ymd(2015, 1, 1).unwrap());
        let bounds = DateBounds { latest: UtcDay::from_ymd(2026, 11, 23) };
        assert!(bounds.day("2026-11-23").is_ok());
        assert_eq!(bounds.day("2026-11-24"), Err("a date in the future"));
        assert_eq!(bounds.moment("2014-12-31T23:59:59Z"), Err("a date before 2015"));
        assert!(bounds.range("2026-11-23", "2026-11-24").is_ok());
    }

    #[test]
    fn a_period_knows_how_fine_it_is() {
        let grain = |start, end| ANY.range(start, end).unwrap().1;
        assert_eq!(grain("2026-10-05", "2026-10-06"), Granularity::Day);
        assert_eq!(grain("2026-10-05", "2026-10-12"), Granularity::Week);
        assert_eq!(grain("2026-10-01", "2026-11-01"), Granularity::Month);
        assert_eq!(grain("2026-10-02", "2026-11-01"), Granularity::Range);
        assert_eq!(
            grain("2026-10-05T09:00:05.100Z", "2026-10-05T09:00:05.101Z"),
            Granularity::Event
        );
        assert!(ANY.range("2026-10-05", "2026-10-05").is_err());
    }

    #[test]
    fn a_period_within_one_second_still_has_a_length() {
        let (period, _) =
            ANY.range("2026-10-05T09:00:05.100Z", "2026-10-05T09:00:05.101Z").unwrap();
        assert_eq!(period.end.0 - period.start.0, 1);
    }
}
