//! When mainline commits really landed, such as by being deployed, as a team knows it:
//! CSV with the columns `commit,time`.

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::history::ObjectId;
use crate::limits;
use crate::units::{Timestamp, len_to_u64};

/// The columns of the file, in order.
const COLUMNS: [&str; 2] = ["commit", "time"];

/// How many digits of an id are enough to name a commit, and how many it has.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=40;

/// The moment at which a commit landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandingEvent {
    /// The first digits of its id, the others 0.
    prefix: ObjectId,
    /// How many digits were given.
    digits: u8,
    /// When it landed.
    pub time: Timestamp,
}

impl LandingEvent {
    /// The ids that begin with the digits given, in the order of a sorted list.
    fn matches(self, id: ObjectId) -> bool {
        let digit = |id: ObjectId, at: u8| {
            let byte = id.0[usize::from(at / 2)];
            if at.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
        };
        (0..self.digits).all(|at| digit(self.prefix, at) == digit(id, at))
    }

    /// Where in a sorted list the ids are that the event can mean.
    pub fn among<T>(
        self,
        sorted: &[T],
        id: impl Fn(&T) -> ObjectId,
    ) -> std::ops::Range<usize> {
        let start = sorted.partition_point(|one| id(one) < self.prefix);
        let n = sorted[start..].partition_point(|one| self.matches(id(one)));
        start..start + n
    }
}

impl std::fmt::Display for LandingEvent {
    /// The digits that were given.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = self.prefix.to_string();
        f.write_str(&id[..usize::from(self.digits)])
    }
}

/// Reads the file at `path`. It is configuration: what is wrong with it stops the run.
///
/// # Errors
///
/// When it cannot be read, is over the limit, or a row makes no sense.
pub fn read(path: &Path) -> Result<Vec<LandingEvent>, Error> {
    let shown = path.as_os_str().as_encoded_bytes();
    let refuse = |why: &str, hint: &str| {
        Error::usage("E-EVENTS", "cannot read the landing events", why, hint).at(shown)
    };
    let limit = limits::LANDING_EVENTS_BYTES.value;
    let mut text = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut text))
        .map_err(|why| {
            refuse(&crate::error::io_words(&why), "check the path and the permissions")
        })?;
    if len_to_u64(text.len()) > limit {
        let why = format!("it is over the limit of {limit} bytes");
        return Err(refuse(&why, "leave out commits that are not on the branch"));
    }
    parse(&text).map_err(|error| error.at(shown))
}

/// Reads the text of such a file. The events come out in the order of ids.
///
/// # Errors
///
/// When a row makes no sense, or two name one commit.
pub fn parse(text: &[u8]) -> Result<Vec<LandingEvent>, Error> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text);
    let header = reader.byte_headers().map_err(|error| not_csv(&error))?;
    if !header.iter().eq(COLUMNS.map(str::as_bytes)) {
        return Err(bad_row(1, "its columns are not commit,time"));
    }
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| not_csv(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((event(&record).map_err(|why| bad_row(line, why))?, line));
    }
    rows.sort_by_key(|(event, line)| (event.prefix, event.digits, *line));
    for pair in rows.windows(2) {
        let [(one, first), (other, second)] = pair else { continue };
        if one.matches(other.prefix) {
            let (first, second) = (first.min(second), first.max(second));
            let why = format!("it names the same commit as line {first}");
            return Err(bad_row(*second, &why));
        }
    }
    Ok(rows.into_iter().map(|(event, _)| event).collect())
}

fn event(record: &csv::ByteRecord) -> Result<LandingEvent, &'static str> {
    let hex = record.get(0).unwrap_or_default();
    let mut whole = [b'0'; 40];
    let has_digits = DIGITS.contains(&hex.len());
    let prefix = has_digits.then(|| {
        whole[..hex.len()].copy_from_slice(hex);
        ObjectId::from_hex(&whole)
    });
    let prefix =
        prefix.flatten().ok_or("its commit is no id of 7 to 40 hexadecimal digits")?;
    let digits = u8::try_from(hex.len()).map_err(|_| "its commit is too long")?;
    let time = record.get(1).and_then(moment).ok_or(
        "its time is neither RFC 3339 (2026-11-22T08:30:00Z) nor seconds since 1970",
    )?;
    Ok(LandingEvent { prefix, digits, time })
}

/// A moment within the years of a calendar.
fn moment(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let seconds = text.parse().ok();
    let rfc3339 = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
    let time = Timestamp(seconds.or_else(rfc3339)?);
    time.year().map(|_| time)
}

/// The error of a file that is no CSV of two columns; the file's text is not shown.
fn not_csv(error: &csv::Error) -> Error {
    let line = error.position().map_or(0, csv::Position::line);
    bad_row(line, "it is not CSV of two columns")
}

fn bad_row(line: u64, why: &str) -> Error {
    Error::usage(
        "E-EVENTS",
        "cannot read the landing events",
        &format!("line {line}: {why}"),
        "mend or remove the line",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0d7de8c633399cab7bb52722c3077586e1882a36";

    fn why(rows: &str) -> String {
        parse(format!("commit,time\n{rows}").as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn times_are_moments_or_seconds_and_commits_may_be_short() {
        let text = format!(
            "\u{feff}commit,time\r\n# deployed\r\n{ID}, 2025-01-02T03:04:05+01:00\r\n\
             \"ABCDEF1\",86400\r\n"
        );
        let events = parse(text.as_bytes()).unwrap();
        let times: Vec<i64> = events.iter().map(|event| event.time.0).collect();
        assert_eq!(times, [1_735_783_445, 86_400]);
        let ids = [
            "0d7de8c633399cab7bb52722c3077586e1882a36",
            "abcdef0",
            "abcdef1",
            "abcdef19",
        ]
        .map(|hex| ObjectId::from_hex(format!("{hex:0<40}").as_bytes()).unwrap());
        assert_eq!(events[0].among(&ids, |id| *id), 0..1);
        assert_eq!(events[1].among(&ids, |id| *id), 2..4);
    }

    #[test]
    fn what_is_wrong_stops_the_run_and_names_the_line() {
        assert!(why("abcdef,1\n").contains("line 2: its commit is no id"));
        assert!(why("abcdefg,1\n").contains("line 2: its commit is no id"));
        assert!(why(&format!("{ID}0,1\n")).contains("line 2: its commit is no id"));
        assert!(why("abcdef1,1\nabcdef2,yesterday\n").contains("line 3: its time"));
        // Milliseconds are a year that no calendar has.
        assert!(why("abcdef1,1735689600000\n").contains("line 2: its time"));
        assert!(why("abcdef1,2025-01-02\n").contains("line 2: its time"));
        assert!(why("abcdef1,1,2\n").contains("two columns"));
        assert!(why("abcdef1\n").contains("two columns"));
        assert!(parse(b"sha,time\n").unwrap_err().to_string().contains("line 1"));
        assert!(parse(b"").unwrap_err().to_string().contains("line 1"));
    }

    #[test]
    fn a_commit_has_one_time_however_it_is_written() {
        let rows = format!("{ID},1\n1234567,2\n0D7DE8C,3\n");
        assert!(why(&rows).contains("line 4: it names the same commit as line 2"));
    }
}
