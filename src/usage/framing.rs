//! Bytes of a file → a table or a row of JSON values, whatever the encoding; and the
//! files that are something else, by what they are.

use std::borrow::Cow;

use super::json::Values;
use super::table::Table;

/// An export before its format is known.
#[derive(Debug)]
pub enum Source<'a> {
    /// Lines of separated fields under a header.
    Table(Table<'a>),
    /// One JSON value after another.
    Values(Values<'a>),
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
        refusal("it is a SQLite database", "export the usage table as CSV first"),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        refusal("it is an old Excel workbook", "save the sheet as CSV"),
    ),
];

const fn refusal(why: &'static str, hint: &'static str) -> Refusal {
    Refusal { why, hint }
}

/// Returns the text of an export as UTF-8: UTF-16 is told by its byte order mark.
/// Bytes that are no UTF-8 are left for the reader of the record they stand in.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    if let Some((_, refusal)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(*refusal);
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(decode_utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(decode_utf16(rest, u16::from_be_bytes)?),
        _ => Cow::Borrowed(bytes),
    };
    refuse_what_is_no_data(&text)?;
    Ok(text)
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Vec<u8>, Refusal> {
    let bad =
        refusal("it begins as UTF-16 and is not valid as that", "save it again as UTF-8");
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(bad);
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    Ok(text.map_err(|_| bad)?.into_bytes())
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
pub fn refuse_saved_answer(values: &Values<'_>) -> Result<(), Refusal> {
    let mut objects = values.objects().peekable();
    if objects.peek().is_none() {
        return Ok(());
    }
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

    #[test]
    fn byte_order_marks_are_understood() {
        assert_eq!(decode(b"\xef\xbb\xbfdate").unwrap().as_ref(), b"date");
        assert_eq!(decode(b"\xff\xfed\0\xe9\0").unwrap().as_ref(), "dé".as_bytes());
        assert_eq!(decode(b"\xfe\xff\0d\0\xe9").unwrap().as_ref(), "dé".as_bytes());
        assert!(decode(b"\xff\xfed\0x").is_err());
        assert!(decode(b"\xff\xfe\x00\xd8\x00\x00").is_err());
    }

    #[test]
    fn what_is_no_export_is_named() {
        let why = |bytes: &[u8]| decode(bytes).unwrap_err();
        assert_eq!(why(b"\x1f\x8b\x08\0").hint, "unpack it first");
        assert_eq!(why(b" \r\n ").why, "it is empty");
        assert_eq!(why(b"\"\"").why, "it is empty");
        assert_eq!(why(b"\xef\xbb\xbf").why, "it is empty");
        assert!(why(b"<!DOCTYPE html><title>Sign in").why.contains("web page"));
    }
}
