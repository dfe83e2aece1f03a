//! What to explain, as people write it.
//!
//! ```text
//! line:PATH:N                 a line standing at the tip
//! landing:COMMIT              what a commit brought into the mainline; COMMIT alone is the same
//! deaths:COMMIT[:PATH]        the lines that died there
//! provenance:COMMIT           why a commit counts as AI-marked or not
//! revert:COMMIT               what a commit took back, or what took it back
//! survival:DAYS[:COHORT]      a figure of the report: all, ai_marked, unmarked, area:DIR
//! churn:DAYS[:COHORT]         the same, told as the share that is gone
//! ```

use crate::error::Error;
use crate::stats::HORIZONS_DAYS;
use crate::untrusted::Untrusted;

/// What can be written, for messages.
const FORMS: &str = "write line:PATH:N, landing:COMMIT, deaths:COMMIT[:PATH], provenance:COMMIT, revert:COMMIT, \
                     survival:DAYS[:COHORT] or churn:DAYS[:COHORT]";

/// What can be asked of cohorts, for messages.
const COHORTS: &str = "the cohorts are all, ai_marked, unmarked and area:DIR";

/// What is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// A line standing at the tip.
    Line {
        /// Its path.
        path: Untrusted,
        /// Its number, from 1.
        line: u32,
    },
    /// What a commit brought in.
    Landing(CommitPrefix),
    /// What died at a commit.
    Deaths {
        /// The commit.
        commit: CommitPrefix,
        /// Only lines of this path.
        path: Option<Untrusted>,
    },
    /// Why a commit counts as AI-marked or not.
    Provenance(CommitPrefix),
    /// What a commit took back, or what took it back.
    Revert(CommitPrefix),
    /// A figure of the report.
    Figure(FigureId),
}

/// The first digits of the id of a commit: 7 to 40.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitPrefix {
    digits: Vec<u8>,
}

/// A share of lines at an age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureId {
    /// The share of what.
    pub measure: Measure,
    /// The age.
    pub days: u32,
    /// Of which lines.
    pub cohort: CohortName,
}

/// Which side of the curve a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The share still there.
    Survival,
    /// The share gone.
    Churn,
}

impl Measure {
    /// The word in ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Survival => "survival",
            Self::Churn => "churn",
        }
    }
}

/// A cohort of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CohortName {
    /// All lines that count.
    All,
    /// Lines of commits with a mark of AI.
    AiMarked,
    /// Lines of all others.
    Unmarked,
    /// Lines below a top-level directory.
    Area(Untrusted),
}

impl CohortName {
    /// The word in ids.
    pub fn to_words(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::AiMarked => "ai_marked".to_owned(),
            Self::Unmarked => "unmarked".to_owned(),
            Self::Area(area) => format!("area:{}", area.to_json_text()),
        }
    }
}

impl CommitPrefix {
    /// The fewest digits: fewer say little.
    const FEWEST: usize = 7;

    fn parse(text: &[u8]) -> Option<Self> {
        let digit = |byte: &u8| {
            char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
        };
        let digits: Vec<u8> = text.iter().map(digit).collect::<Option<_>>()?;
        (Self::FEWEST..=40).contains(&digits.len()).then_some(Self { digits })
    }

    /// Whether an id begins with these digits.
    pub fn fits(&self, id: [u8; 20]) -> bool {
        self.digits.iter().enumerate().all(|(at, &digit)| {
            let byte = id[at / 2];
            digit == if at % 2 == 0 { byte >> 4 } else { byte & 15 }
        })
    }
}

/// Reads an id.
///
/// # Errors
///
/// With what can be written, when it is none.
pub fn parse(text: &[u8]) -> Result<Id, Error> {
    let (kind, rest) = split(text);
    match (kind, rest) {
        (b"line", Some(rest)) => line(rest),
        (b"landing", Some(rest)) => commit(rest).map(Id::Landing),
        (b"deaths", Some(rest)) => {
            let (digits, path) = split(rest);
            Ok(Id::Deaths { commit: commit(digits)?, path: path.map(trimmed) })
        }
        (b"provenance", Some(rest)) => commit(rest).map(Id::Provenance),
        (b"revert", Some(rest)) => commit(rest).map(Id::Revert),
        (b"survival", Some(rest)) => figure(Measure::Survival, rest),
        (b"churn", Some(rest)) => figure(Measure::Churn, rest),
        (_, Some(_)) => Err(wrong("no figure or line is named like this")),
        (digits, None) => CommitPrefix::parse(digits)
            .map(Id::Landing)
            .ok_or_else(|| wrong("it is neither the id of a commit nor KIND:WHICH")),
    }
    .map_err(|error| error.at(text))
}

fn wrong(why: &str) -> Error {
    Error::usage("E-ID", "cannot explain", why, FORMS)
}

/// Splits at the first colon.
fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b':', text) {
        Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
        None => (text, None),
    }
}

/// A path from the top of the tree.
fn trimmed(path: &[u8]) -> Untrusted {
    Untrusted::from(path.strip_prefix(b"./").unwrap_or(path))
}

fn line(text: &[u8]) -> Result<Id, Error> {
    let why = "a line is its path, a colon and its number, counted from 1";
    let colon = memchr::memrchr(b':', text).ok_or_else(|| wrong(why))?;
    let line = number(&text[colon + 1..]).filter(|&line| line > 0);
    match (line, trimmed(&text[..colon])) {
        (Some(line), path) if !path.bytes().is_empty() => Ok(Id::Line { path, line }),
        _ => Err(wrong(why)),
    }
}

fn commit(text: &[u8]) -> Result<CommitPrefix, Error> {
    CommitPrefix::parse(text)
        .ok_or_else(|| wrong("a commit is 7 to 40 hexadecimal digits of its id"))
}

fn figure(measure: Measure, text: &[u8]) -> Result<Id, Error> {
    let (days, cohort) = split(text);
    let ages = HORIZONS_DAYS.map(|days| days.to_string()).join(", ");
    let days =
        number(days).filter(|days| HORIZONS_DAYS.contains(days)).ok_or_else(|| {
            let hint = format!("the report has {ages} days");
            Error::usage("E-ID", "cannot explain", "the report has no such age", &hint)
        })?;
    let cohort = match cohort.map(split) {
        None => CohortName::All,
        Some((b"area", Some(area))) => {
            CohortName::Area(trimmed(area.strip_suffix(b"/").unwrap_or(area)))
        }
        Some((name, None)) => cohort_named(name)?,
        Some((_, Some(_))) => return Err(no_cohort()),
    };
    Ok(Id::Figure(FigureId { measure, days, cohort }))
}

/// The report writes `AI-marked` where its keys say `ai_marked`.
fn cohort_named(name: &[u8]) -> Result<CohortName, Error> {
    match name.to_ascii_lowercase().as_slice() {
        b"all" => Ok(CohortName::All),
        b"ai_marked" | b"ai-marked" => Ok(CohortName::AiMarked),
        b"unmarked" => Ok(CohortName::Unmarked),
        _ => Err(no_cohort()),
    }
}

fn no_cohort() -> Error {
    let why = "the report has no such cohort";
    Error::usage("E-ID", "cannot explain", why, COHORTS)
}

fn number(text: &[u8]) -> Option<u32> {
    let is_plain = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_plain)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_hint(text: &[u8]) -> (&'static str, String) {
        let error = parse(text).unwrap_err();
        assert_eq!(error.exit, crate::error::Exit::Usage);
        (error.code, error.hint)
    }

    #[test]
    fn a_line_may_stand_in_a_path_with_colons_and_no_utf8() {
        let id = parse(b"line:./od\xff:d/x.rs:12").unwrap();
        let path = Untrusted(b"od\xff:d/x.rs".to_vec());
        assert_eq!(id, Id::Line { path, line: 12 });
    }

    #[test]
    fn a_commit_alone_is_its_landing_and_a_prefix_fits_by_half_bytes() {
        let Id::Landing(prefix) = parse(b"Ab12cd3").unwrap() else { panic!("a landing") };
        let mut id = [0; 20];
        id[..4].copy_from_slice(&[0xab, 0x12, 0xcd, 0x3f]);
        assert!(prefix.fits(id));
        id[3] = 0x4f;
        assert!(!prefix.fits(id));
        assert_eq!(parse(b"landing:ab12cd3").unwrap(), Id::Landing(prefix));
    }

    #[test]
    fn deaths_take_the_rest_for_a_path() {
        let Id::Deaths { path, .. } = parse(b"deaths:ab12cd3:a:b").unwrap() else {
            panic!("deaths")
        };
        assert_eq!(path, Some(Untrusted::from("a:b")));
    }

    #[test]
    fn cohorts_are_named_as_the_report_names_them() {
        let cohort = |text: &[u8]| match parse(text).unwrap() {
            Id::Figure(figure) => figure.cohort,
            other => panic!("no figure: {other:?}"),
        };
        assert_eq!(cohort(b"survival:30"), CohortName::All);
        assert_eq!(cohort(b"churn:21:AI-marked"), CohortName::AiMarked);
        assert_eq!(cohort(b"churn:21:unmarked"), CohortName::Unmarked);
        let area = CohortName::Area(Untrusted::from("src"));
        assert_eq!(cohort(b"survival:90:area:src/"), area);
    }

    #[test]
    fn what_is_no_id_is_refused_with_what_can_be_written() {
        let wrong: [&[u8]; 10] = [
            b"",
            b"abc",
            b"ab12cd",
            b"line:a.rs",
            b"line:a.rs:0",
            b"line::3",
            b"line:a.rs:+3",
            b"landing:HEAD",
            b"deaths:xyz1234:a",
            b"cost:3",
        ];
        for text in wrong {
            let (code, hint) = code_and_hint(text);
            assert_eq!(code, "E-ID");
            assert!(hint.contains("deaths:COMMIT[:PATH]"), "{text:?}: {hint}");
        }
        assert!(code_and_hint(b"survival:31").1.contains("7, 14, 21, 30"));
        assert!(code_and_hint(b"survival:30:team").1.contains("ai_marked"));
        assert!(code_and_hint(b"survival:30:team:x").1.contains("ai_marked"));
    }
}
