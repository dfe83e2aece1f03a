//! Separated fields under a header: one bounded record at a time, so that neither an
//! endless line nor an unclosed quote takes the rest of the file with it.

use std::ops::Range;

use super::feed::Feed;
use super::numbers::DecimalSign;
use crate::limits::{USAGE_COLUMNS, USAGE_RECORD_BYTES};
use crate::units::len_to_u64;

/// How many lines may stand before the header: a title, a date.
pub const TITLE_LINES: usize = 5;

/// The header of a table, and how its rows are written.
#[derive(Debug, Clone)]
pub struct Head {
    /// The names of the columns: trimmed, lower case, single spaces.
    pub names: Vec<String>,
    /// What separates the fields.
    pub delimiter: u8,
    /// Whether each row stands in one quoted field: a known fault of one vendor.
    wrapped: bool,
    /// How many bytes and lines it takes, with what stands before it.
    bytes: usize,
    lines: u64,
}

/// A header and the rows below it.
#[derive(Debug)]
pub struct Table<'a> {
    /// The header.
    pub head: Head,
    feed: Feed<'a>,
    splitter: Splitter,
    /// The 1-based line of the next row.
    line: u64,
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

impl Head {
    /// Returns the headers that a file may have, by how it begins: the first of its
    /// lines, or one below a title.
    pub fn candidates(text: &[u8]) -> Vec<Self> {
        let (delimiter, wrapped) = sniff(text);
        let mut candidates = Vec::new();
        let mut splitter = Splitter::new(delimiter, wrapped);
        for record in Records::new(text, delimiter).take(TITLE_LINES) {
            let Ok(fields) = splitter.fields(&record, text) else { continue };
            let mut names: Vec<String> = fields.iter().map(|f| column_name(f)).collect();
            while names.last().is_some_and(String::is_empty) {
                names.pop();
            }
            let lines = record.next_line - 1;
            candidates.push(Self { names, delimiter, wrapped, bytes: record.end, lines });
        }
        candidates
    }

    /// Where a column stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column == name)
    }

    /// Whether all these columns are there.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.column(name).is_some())
    }

    /// Why the header itself cannot be trusted, if so.
    pub fn fault(&self) -> Option<&'static str> {
        if len_to_u64(self.names.len()) > USAGE_COLUMNS.value {
            return Some("its header has over 1,000 columns");
        }
        let mut names: Vec<&String> =
            self.names.iter().filter(|name| !name.is_empty()).collect();
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

    /// The fields of a row as far as the header reaches. Missing ones at its end are
    /// blank, unless the row may have been cut off.
    fn fitted(
        &self,
        mut fields: Vec<String>,
        at_end_of_file: bool,
    ) -> Result<Vec<String>, &'static str> {
        let width = self.names.len();
        if fields.iter().skip(width).any(|field| !field.trim().is_empty()) {
            return Err("more fields than the header has");
        }
        let blank = fields.iter().all(|field| field.trim().is_empty());
        if fields.len() < width && at_end_of_file && !blank {
            return Err("a last row that is cut off");
        }
        fields.resize(width, String::new());
        Ok(fields)
    }
}

impl<'a> Table<'a> {
    /// The table below one of the [`Head::candidates`] of the same file.
    pub fn new(head: Head, mut feed: Feed<'a>) -> Self {
        feed.advance(head.bytes);
        let splitter = Splitter::new(head.delimiter, head.wrapped);
        let line = head.lines + 1;
        Self { head, feed, splitter, line }
    }

    /// The table of a text whose first line is its header.
    pub fn of(text: &'a [u8]) -> Option<Self> {
        let mut feed = Feed::new(text);
        let head = Head::candidates(feed.ahead(text.len())).into_iter().next()?;
        Some(Self::new(head, feed))
    }

    /// The next row below the header. Blank ones are no rows.
    pub fn next_row(&mut self) -> Option<Result<Row, BadRow>> {
        loop {
            let limit = usize::try_from(USAGE_RECORD_BYTES.value).unwrap_or(usize::MAX);
            // A record, its line break, and what tells that it is not the last.
            let text = self.feed.ahead(limit.saturating_add(3));
            let mut records =
                Records { line: self.line, ..Records::new(text, self.head.delimiter) };
            let Some(record) = records.next() else {
                // Nothing but blank lines, as far as the window reaches.
                let (skipped, lines) = (text.len(), breaks(text));
                self.line += lines;
                self.feed.advance(skipped);
                if self.feed.is_last() {
                    return None;
                }
                continue;
            };
            let fields = self.splitter.fields(&record, text);
            let row = fields.and_then(|f| self.head.fitted(f, record.at_end_of_file));
            let is_cut = record.fault.is_some() && record.at_end_of_file;
            self.line = record.next_line;
            self.feed.advance(record.end);
            if is_cut {
                self.skip_line();
            }
            match row {
                Ok(fields) if fields.iter().all(|field| field.trim().is_empty()) => {}
                Ok(fields) => return Some(Ok(Row { line: record.line, fields })),
                Err(why) => return Some(Err((record.line, why))),
            }
        }
    }

    /// Steps over the rest of a line that is longer than a window.
    fn skip_line(&mut self) {
        loop {
            let text = self.feed.ahead(1);
            let end = text.iter().position(|byte| *byte == b'\n');
            let (known, found) = (text.len(), end.is_some());
            self.feed.advance(end.map_or(known, |end| end + 1));
            if found {
                self.line += 1;
            }
            if found || known == 0 {
                return;
            }
        }
    }

    /// Why reading ended before the end of the file, if it did.
    pub fn fault(&self) -> Option<&'static str> {
        self.feed.fault()
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
