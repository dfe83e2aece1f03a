//! Bytes of a file → a table or a row of JSON values, whatever the encoding; and the
//! files that are something else, by what they are.

use std::io::Read;

use super::feed::{Feed, fault};
use super::json::{Object, Values};
use super::table::{Head, Table};

/// An export whose format is known, to be read.
#[derive(Debug)]
pub enum Source<'a> {
    /// Lines of separated fields under a header.
    Table(Box<Table<'a>>),
    /// One JSON value after another.
    Values(Values<'a>),
}

/// What tells the format of an export: how it begins.
#[derive(Debug, Clone, Copy)]
pub enum Sample<'s> {
    /// The header of a table.
    Table(&'s Head),
    /// The first objects.
    Values(&'s [Object<'s>]),
}

impl Sample<'_> {
    /// Whether it is a table that has all these columns.
    pub fn has_columns(self, names: &[&str]) -> bool {
        matches!(self, Self::Table(head) if head.has(names))
    }

    /// Whether it is JSON and one of its first objects passes.
    pub fn any_object(self, passes: impl Fn(&Object<'_>) -> bool) -> bool {
        matches!(self, Self::Values(objects) if objects.iter().any(passes))
    }

    /// Whether it is JSON of which one of the first pages has, among its first rows, an
    /// object that passes.
    pub fn any_row(self, array: &str, passes: impl Fn(&Object<'_>) -> bool) -> bool {
        self.any_object(|page| rows_of(page, array).any(|row| passes(&row)))
    }

    /// Whether it is JSON of which one of the first pages passes and has, in one of its
    /// first buckets, a result that passes.
    pub fn any_result(
        self,
        page_passes: impl Fn(&Object<'_>) -> bool,
        passes: impl Fn(&Object<'_>) -> bool,
    ) -> bool {
        self.any_object(|page| {
            page_passes(page)
                && rows_of(page, "data").any(|bucket| {
                    rows_of(&bucket, "results").any(|result| passes(&result))
                })
        })
    }
}

/// The first rows of a page that are objects.
fn rows_of<'p>(
    page: &Object<'p>,
    array: &str,
) -> impl Iterator<Item = Object<'p>> + use<'p> {
    const ROWS: usize = 200;
    let rows = page.array(array).unwrap_or_default();
    rows.into_iter().take(ROWS).filter_map(|row| Object::parse(row.get()).ok())
}

impl Source<'_> {
    /// Why reading ended before the end of the file, if it did.
    pub fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Table(table) => table.fault(),
            Self::Values(values) => values.fault(),
        }
    }
}

/// Why a file is no export: what it is, and what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// What was seen.
    pub why: &'static str,
    /// What to hand over instead.
    pub hint: &'static str,
}

/// First bytes of what people hand over by mistake.
const MAGIC: [(&[u8], Refusal); 9] = [
    (b"\x1f\x8b", refusal("it looks like gzip", "unpack it first")),
    (
        b"PK\x03\x04",
        refusal("it looks like zip or xlsx", "unpack it first, or save the sheet as CSV"),
    ),
    (b"\x28\xb5\x2f\xfd", refusal("it looks like zstd", "unpack it first")),
    (b"\xfd7zXZ\x00", refusal("it looks like xz", "unpack it first")),
    (b"BZh", refusal("it looks like bzip2", "unpack it first")),
    (b"%PDF", refusal("it is a PDF", "export CSV or JSON instead")),
    (b"PAR1", refusal("it is Parquet", "write it as CSV or NDJSON first")),
    (
        b"SQLite format 3\0",
        refusal(
            "it is a SQLite database",
            "export its rows first: of OpenCode, `sqlite3 opencode.db 'select data from message' > messages.jsonl`; of others, the usage table as CSV",
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        refusal("it is an old Excel workbook", "save the sheet as CSV"),
    ),
];

const fn refusal(why: &'static str, hint: &'static str) -> Refusal {
    Refusal { why, hint }
}

/// How much of a file tells what it is.
const HEAD: usize = 64 << 10;

/// Returns a file as UTF-8: UTF-16 is told by its byte order mark. Bytes that are no
/// UTF-8 are left for the reader of the record they stand in.
pub fn decode<'a>(mut feed: Feed<'a>) -> Result<Feed<'a>, Refusal> {
    let head = feed.ahead(HEAD);
    if let Some((_, refusal)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(*refusal);
    }
    let (mark, unit): (usize, Option<Unit>) = match head {
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => (2, Some(u16::from_be_bytes)),
        _ => (0, None),
    };
    feed.advance(mark);
    let mut feed = match unit {
        Some(unit) => Feed::new(Utf16 { feed, unit, text: Vec::new(), at: 0 }),
        None => feed,
    };
    refuse_what_is_no_data(feed.ahead(HEAD))?;
    if let Some(why) = feed.fault() {
        return Err(refusal(why, "save it again as UTF-8"));
    }
    Ok(feed)
}

type Unit = fn([u8; 2]) -> u16;

/// UTF-16 as UTF-8, a piece at a time.
struct Utf16<'a> {
    feed: Feed<'a>,
    unit: Unit,
    text: Vec<u8>,
    at: usize,
}

impl Utf16<'_> {
    fn refill(&mut self) -> std::io::Result<()> {
        const PIECE: usize = 64 << 10;
        self.text.clear();
        self.at = 0;
        let bytes = self.feed.ahead(PIECE);
        let mut whole = bytes.len().min(PIECE) & !1;
        let unit = |at: usize| (self.unit)([bytes[at], bytes[at + 1]]);
        // A pair of units is not torn apart.
        if whole >= 2
            && bytes.len() > whole + 1
            && (0xd800..0xdc00).contains(&unit(whole - 2))
        {
            whole -= 2;
        }
        if whole == 0 && !bytes.is_empty() {
            return Err(fault(NOT_UTF16));
        }
        let units = (0..whole).step_by(2).map(unit);
        let text: Result<String, _> = char::decode_utf16(units).collect();
        self.text = text.map_err(|_| fault(NOT_UTF16))?.into_bytes();
        self.feed.advance(whole);
        Ok(())
    }
}

const NOT_UTF16: &str = "it begins as UTF-16 and is not valid as that";

impl Read for Utf16<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.text.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn refuse_what_is_no_data(text: &[u8]) -> Result<(), Refusal> {
    let text = text.trim_ascii();
    if text.is_empty() || text == b"\"\"" || text == b"null" {
        return Err(refusal("it is empty", "export it again for a period with usage"));
    }
    let head = text[..text.len().min(512)].to_ascii_lowercase();
    if head.starts_with(b"<!doctype") || head.starts_with(b"<html") {
        return Err(refusal(
            "it is a web page, perhaps a login page",
            "sign in and download the file itself",
        ));
    }
    if head.starts_with(b"<?xml") {
        return Err(refusal("it is XML", "export CSV or JSON instead"));
    }
    Ok(())
}

/// Tells whether the text is JSON by its first character; a table never begins so.
pub fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Recognises an answer that was saved although it is not the data: an error, or a
/// document that only points to the data.
pub fn refuse_saved_answer(objects: &[Object<'_>]) -> Result<(), Refusal> {
    let mut answer = Ok(());
    for object in objects {
        answer = match () {
            () if object.has("download_links") => Err(refusal(
                "it only lists the download links of a report",
                "download the files behind the links, which expire, and name those",
            )),
            () if object.has("error") && !object.has("data") => Err(refusal(
                "it is an error message of an API, not data",
                "check the key and its rights, and export again",
            )),
            () if object.has("message") && object.has("documentation_url") => {
                Err(refusal(
                    "it is an error message of GitHub, not data",
                    "check the token and its rights, and export again",
                ))
            }
            () => return Ok(()),
        };
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
        decode(Feed::new(bytes)).map(|mut feed| feed.ahead(1 << 20).to_vec())
    }

    #[test]
    fn byte_order_marks_are_understood() {
        assert_eq!(decoded(b"\xef\xbb\xbfdate").unwrap(), b"date");
        assert_eq!(decoded(b"\xff\xfed\0\xe9\0").unwrap(), "dé".as_bytes());
        assert_eq!(decoded(b"\xfe\xff\0d\0\xe9").unwrap(), "dé".as_bytes());
        assert!(decoded(b"\xff\xfed\0x").is_err());
        assert!(decoded(b"\xff\xfe\x00\xd8\x00\x00").is_err());
    }

    #[test]
    fn utf_16_is_not_torn_apart_between_pieces() {
        for shift in 0..3 {
            let text = "x".repeat(shift) + &"\u{1f600}é".repeat(40_000);
            let bytes: Vec<u8> = std::iter::once(0xfeff_u16)
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect();
            assert_eq!(decoded(&bytes).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn what_is_no_export_is_named() {
        let why = |bytes: &[u8]| decoded(bytes).unwrap_err();
        assert_eq!(why(b"\x28\xb5\x2f\xfd\0").hint, "unpack it first");
        assert_eq!(why(b" \r\n ").why, "it is empty");
        assert_eq!(why(b"\"\"").why, "it is empty");
        assert_eq!(why(b"\xef\xbb\xbf").why, "it is empty");
        assert!(why(b"<!DOCTYPE html><title>Sign in").why.contains("web page"));
    }
}
