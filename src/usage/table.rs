//! Separated fields under a header: one bounded record at a time, so that neither an
//! endless line nor an unclosed quote takes the rest of the file with it.

use std::ops::Range;

use super::numbers::DecimalSign;
use crate::limits::{USAGE_COLUMNS, USAGE_RECORD_BYTES};
use crate::units::len_to_u64;

/// How many lines may stand before the header: a title, a date.
pub const TITLE_LINES: usize = 5;

/// A header and the text below it.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// The names of the columns: trimmed, lower case, single spaces.
    pub header: Vec<String>,
    /// What separates the fields.
    pub delimiter: u8,
    /// Whether each row stands in one quoted field: a known fault of one vendor.
    wrapped: bool,
    text: &'a [u8],
    body: Range<usize>,
    first_line: u64,
}

/// A row with as many fields as the header has, and the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The 1-based line it begins on.
    pub line: u64,
    /// The fields, as they came.
    pub fields: Vec<String>,
}

/// A row that cannot be read: its line, and why.
pub type BadRow = (u64, &'static str);

impl<'a> Table<'a> {
    /// Returns the tables that `text` may be: its header may be the first of its
    /// lines, or stand below a title.
    pub fn candidates(text: &'a [u8]) -> Vec<Self> {
        let (delimiter, wrapped) = sniff(text);
        let mut candidates = Vec::new();
        let mut splitter = Splitter::new(delimiter, wrapped);
        for record in Records::new(text, delimiter).take(TITLE_LINES) {
            let Ok(fields) = splitter.fields(&record, text) else { continue };
            let mut header: Vec<String> = fields.iter().map(|f| column_name(f)).collect();
            while header.last().is_some_and(String::is_empty) {
                header.pop();
            }
            candidates.push(Self {
                header,
                delimiter,
                wrapped,
                text,
                body: record.end..text.len(),
                first_line: record.next_line,
            });
        }
        candidates
    }

    /// Where a column stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Whether all these columns are there.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.column(name).is_some())
    }

    /// Why the header itself cannot be trusted, if so.
    pub fn header_fault(&self) -> Option<&'static str> {
        if len_to_u64(self.header.len()) > USAGE_COLUMNS.value {
            return Some("its header has over 1,000 columns");
        }
        let mut names: Vec<&String> =
            self.header.iter().filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names
            .windows(2)
            .any(|pair| pair[0] == pair[1])
            .then_some("two of its columns have the same name")
    }

    /// How decimals are written: a comma can only be one where it separates nothing.
    pub fn decimal_sign(&self) -> DecimalSign {
        if self.delimiter == b';' { DecimalSign::Comma } else { DecimalSign::Point }
    }

    /// The rows below the header, in order. Blank ones are no rows.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row, BadRow>> + use<'_, 'a> {
        let body = &self.text[self.body.clone()];
        let records =
            Records { line: self.first_line, ..Records::new(body, self.delimiter) };
        let mut splitter = Splitter::new(self.delimiter, self.wrapped);
        records.filter_map(move |record| {
            let fields = splitter.fields(&record, body);
            let row = fields.and_then(|fields| self.fitted(fields, &record));
            match row {
                Ok(fields) if fields.iter().all(|field| field.trim().is_empty()) => None,
                Ok(fields) => Some(Ok(Row { line: record.line, fields })),
                Err(why) => Some(Err((record.line, why))),
            }
        })
    }

    /// The fields of a row as far as the header reaches. Missing ones at its end are
    /// blank, unless the row may have been cut off.
    fn fitted(
        &self,
        mut fields: Vec<String>,
        record: &Record,
    ) -> Result<Vec<String>, &'static str> {
        let width = self.header.len();
        if fields.iter().skip(width).any(|field| !field.trim().is_empty()) {
            return Err("more fields than the header has");
        }
        let blank = fields.iter().all(|field| field.trim().is_empty());
        if fields.len() < width && record.at_end_of_file && !blank {
            return Err("a last row that is cut off");
        }
        fields.resize(width, String::new());
        Ok(fields)
    }
}

/// The name of a column as it is compared: trimmed, lower case, single spaces.
pub fn column_name(field: &str) -> String {
    field.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What separates the fields, and whether whole rows are quoted: whatever splits one
/// of the first lines most often.
fn sniff(text: &[u8]) -> (u8, bool) {
    let mut best = (0, b',', false);
    for delimiter in [b',', b';', b'\t'] {
        for wrapped in [false, true] {
            let mut splitter = Splitter::new(delimiter, wrapped);
            for record in Records::new(text, delimiter).take(TITLE_LINES) {
                let fields = splitter.fields(&record, text);
                let count = fields.map_or(0, |fields| fields.len());
                if count > best.0 {
                    best = (count, delimiter, wrapped);
                }
            }
        }
    }
    (best.1, best.2)
}

/// One record: a line, or several where a quoted field holds line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    line: u64,
    next_line: u64,
    /// Its bytes without the line break.
    bytes: Range<usize>,
    /// Where the next record begins.
    end: usize,
    at_end_of_file: bool,
    fault: Option<&'static str>,
}

/// Splits records into their fields, one after another.
#[derive(Debug)]
struct Splitter {
    core: csv_core::Reader,
    wrapped: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter {
    fn new(delimiter: u8, wrapped: bool) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { core, wrapped, text: Vec::new(), ends: Vec::new() }
    }

    /// The fields of a record that stands in `text`.
    fn fields(
        &mut self,
        record: &Record,
        text: &[u8],
    ) -> Result<Vec<String>, &'static str> {
        if let Some(fault) = record.fault {
            return Err(fault);
        }
        let fields = self.split(&text[record.bytes.clone()])?;
        match fields.as_slice() {
            [whole] if self.wrapped => self.split(whole.as_bytes()),
            _ => Ok(fields),
        }
    }

    fn split(&mut self, record: &[u8]) -> Result<Vec<String>, &'static str> {
        let most = usize::try_from(USAGE_COLUMNS.value).unwrap_or(usize::MAX);
        self.text.resize(record.len() + 1, 0);
        self.ends.resize(most, 0);
        self.core.reset();
        let (_, _, written, known) =
            self.core.read_record(record, &mut self.text, &mut self.ends);
        // The end of the input ends the record.
        let (state, _, _, more) = self.core.read_record(
            &[],
            &mut self.text[written..],
            &mut self.ends[known..],
        );
        if state != csv_core::ReadRecordResult::Record {
            return Err("a row of over 1,000 fields");
        }
        let mut start = 0;
        let mut fields = Vec::with_capacity(known + more);
        for end in &self.ends[..known + more] {
            let field = std::str::from_utf8(&self.text[start..*end]);
            fields.push(field.map_err(|_| "not UTF-8")?.to_owned());
            start = *end;
        }
        Ok(fields)
    }
}

/// The records of a text, each within [`USAGE_RECORD_BYTES`].
#[derive(Debug)]
struct Records<'a> {
    text: &'a [u8],
    delimiter: u8,
    place: usize,
    line: u64,
}

impl<'a> Records<'a> {
    fn new(text: &'a [u8], delimiter: u8) -> Self {
        Self { text, delimiter, place: 0, line: 1 }
    }

    /// Where the record at `place` ends, and whether its quotes are closed there.
    fn end_of_record(&self) -> (usize, bool) {
        let limit = usize::try_from(USAGE_RECORD_BYTES.value).unwrap_or(usize::MAX);
        let bytes = &self.text[self.place..];
        let (mut quoted, mut field_start) = (false, true);
        let mut index = 0;
        while index < bytes.len().min(limit.saturating_add(1)) {
            let byte = bytes[index];
            match byte {
                b'"' if quoted && bytes.get(index + 1) == Some(&b'"') => index += 1,
                b'"' if quoted => quoted = false,
                b'"' if field_start => quoted = true,
                b'\n' | b'\r' if !quoted => return (self.place + index, true),
                _ => {}
            }
            field_start = !quoted && byte == self.delimiter;
            index += 1;
        }
        (self.place + index.min(bytes.len()), !quoted)
    }

    /// The end of the line at `place`.
    fn end_of_line(&self) -> usize {
        let rest = &self.text[self.place..];
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.place + end.unwrap_or(rest.len())
    }

    /// Steps over the line break at `end`, if there is one.
    fn after_break(&self, end: usize) -> usize {
        match self.text.get(end..) {
            Some([b'\r', b'\n', ..]) => end + 2,
            Some([_, ..]) => end + 1,
            _ => end,
        }
    }

    fn next_record(&mut self) -> Record {
        let (mut end, closed) = self.end_of_record();
        let limit = USAGE_RECORD_BYTES.value;
        let mut fault = None;
        if !closed {
            // Only the line that opened the quote is lost, not what it swallowed.
            end = self.end_of_line();
            fault = Some("a quote that is never closed");
        }
        if len_to_u64(end - self.place) > limit {
            end = self.end_of_line();
            fault = Some("a row over 1 MiB");
        }
        let next = self.after_break(end);
        let lines = breaks(&self.text[self.place..next]);
        let record = Record {
            line: self.line,
            next_line: self.line + lines,
            bytes: self.place..end,
            end: next,
            at_end_of_file: next == end,
            fault,
        };
        self.place = next;
        self.line += lines;
        record
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while self.place < self.text.len() {
            let record = self.next_record();
            if !self.text[record.bytes.clone()].trim_ascii().is_empty() {
                return Some(record);
            }
        }
        None
    }
}

/// How many line breaks there are: `\n`, `\r\n` or a lone `\r`.
fn breaks(text: &[u8]) -> u64 {
    let carriage = text.iter().filter(|byte| **byte == b'\r').count();
    let feeds = text.iter().filter(|byte| **byte == b'\n').count();
    let pairs = text.windows(2).filter(|pair| pair == b"\r\n").count();
    len_to_u64(carriage + feeds - pairs)
}

#[cfg(test)]
mod tests;
