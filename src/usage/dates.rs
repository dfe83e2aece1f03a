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
