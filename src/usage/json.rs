//! JSON values, one after another, and their fields as the text that was written, so
//! that no amount passes through a floating-point number.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::feed::Feed;
use super::numbers::{self, DecimalSign};
use crate::limits::{USAGE_RECORD_BYTES, USAGE_VALUE_BYTES};
use crate::units::{Usd, len_to_u64};
use crate::untrusted::Untrusted;

/// How many values are looked at to tell what a file is.
const SAMPLE: usize = 20;

/// How deep arrays of values are opened: an array of pages of an array of calls.
const ARRAY_DEPTH: u32 = 3;

/// How much of a file is looked at to tell what it is, unless its first value is longer.
const HEAD: usize = 1 << 20;

const CUT_OFF: &str = "JSON that is cut off";
const INVALID: &str = "invalid JSON";
const TWICE: &str = "a key that is given twice";

/// The values of a file, in its order, arrays of them opened.
#[derive(Debug)]
pub struct Values<'a> {
    feed: Feed<'a>,
    is_lines: bool,
    /// How many arrays around the values are open.
    open_arrays: u32,
    /// Lines, or values, before the next one.
    position: u64,
    /// How much of the window was handed out, to be stepped over.
    taken: usize,
    /// Nothing comes after a value that is cut off.
    ended: bool,
}

/// One value, or what stands where one should.
#[derive(Debug, Clone, Copy)]
pub struct Item<'v> {
    /// A 1-based line where each line is a value, else a 1-based value.
    pub position: u64,
    /// The text of the value, or why it cannot be read.
    pub value: Result<&'v str, &'static str>,
}

/// An object with its fields as text, sorted by key; each key stands in it once.
#[derive(Debug, Default)]
pub struct Object<'a> {
    /// The text it was read from.
    text: &'a str,
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// What comes next in a text.
enum Next {
    /// A value, or something in the place of one.
    Value(Range<usize>),
    /// The text ends within a value or an array.
    CutOff,
    /// Nothing.
    End,
}

impl<'a> Values<'a> {
    /// Splits a file into its values: one document, one a line, or one after another.
    pub fn new(mut feed: Feed<'a>) -> Self {
        let is_lines = is_one_a_line(feed.ahead(HEAD));
        Self { feed, is_lines, open_arrays: 0, position: 0, taken: 0, ended: false }
    }

    /// The values of a text.
    pub fn of(text: &'a [u8]) -> Self {
        Self::new(Feed::new(text))
    }

    /// The first few values as text, which tell the format. Nothing is used up.
    pub fn sample(&mut self) -> Vec<String> {
        let mut want = HEAD;
        loop {
            self.feed.ahead(want);
            let text = self.feed.window();
            let known = text.len();
            let (mut at, mut open_arrays) = (self.taken, self.open_arrays);
            let mut sample = Vec::new();
            while let Next::Value(value) = next_value(text, at, &mut open_arrays) {
                at = value.end;
                let is_whole = at < known || self.feed.is_last();
                if sample.len() == SAMPLE || !is_whole {
                    break;
                }
                let text = text.get(value).unwrap_or_default();
                sample.push(String::from_utf8_lossy(text).into_owned());
            }
            let too_long = len_to_u64(want) > USAGE_VALUE_BYTES.value;
            if !sample.is_empty() || self.feed.is_last() || too_long {
                return sample;
            }
            want *= 2;
        }
    }

    /// The next value, or why it cannot be read.
    #[expect(clippy::should_implement_trait, reason = "each item borrows the window")]
    pub fn next(&mut self) -> Option<Item<'_>> {
        self.feed.advance(std::mem::take(&mut self.taken));
        let found = if self.ended {
            None
        } else if self.is_lines {
            self.next_line()
        } else {
            self.next_in_stream()
        };
        let value = match found? {
            Ok(range) => {
                // The line break goes with its line.
                self.taken = range.end + usize::from(self.is_lines);
                let bytes = self.feed.window().get(range).unwrap_or_default();
                std::str::from_utf8(bytes).map_err(|_| "not UTF-8")
            }
            Err(why) => Err(why),
        };
        Some(Item { position: self.position, value })
    }

    /// Why reading ended before the end of the file, if it did.
    pub fn fault(&self) -> Option<&'static str> {
        self.feed.fault()
    }

    fn next_line(&mut self) -> Option<Result<Range<usize>, &'static str>> {
        let (mut searched, mut skipping) = (0, false);
        loop {
            let text = self.feed.window();
            if let Some(end) = memchr::memchr(b'\n', &text[searched..]) {
                let end = searched + end;
                self.position += 1;
                if skipping {
                    self.feed.advance(end + 1);
                    return Some(Err("a line over 64 MiB"));
                }
                if !text[..end].trim_ascii().is_empty() {
                    return Some(Ok(0..end));
                }
                self.feed.advance(end + 1);
                searched = 0;
                continue;
            }
            if self.feed.is_last() {
                self.ended = true;
                let rest = text.len();
                let blank = text.trim_ascii().is_empty();
                self.position += 1;
                let line = if skipping { Err("a line over 64 MiB") } else { Ok(0..rest) };
                return (!blank).then_some(line);
            }
            searched = text.len();
            if len_to_u64(searched) > USAGE_VALUE_BYTES.value {
                self.feed.advance(searched);
                (searched, skipping) = (0, true);
            }
            self.feed.ahead(searched * 2 + 1);
        }
    }

    fn next_in_stream(&mut self) -> Option<Result<Range<usize>, &'static str>> {
        loop {
            let text = self.feed.window();
            let known = text.len();
            let mut open_arrays = self.open_arrays;
            let next = next_value(text, 0, &mut open_arrays);
            let is_last = self.feed.is_last();
            let failure = match next {
                Next::Value(value) if value.end < known || is_last => {
                    self.open_arrays = open_arrays;
                    self.position += 1;
                    return Some(Ok(value));
                }
                Next::End if is_last => {
                    self.ended = true;
                    return None;
                }
                _ if is_last => CUT_OFF,
                _ if len_to_u64(known) > USAGE_VALUE_BYTES.value => "a value over 64 MiB",
                _ => {
                    self.feed.ahead(known * 2 + 1);
                    continue;
                }
            };
            self.ended = true;
            self.position += 1;
            return Some(Err(failure));
        }
    }
}

/// Finds the next value from `at` on. Arrays around values are opened: their brackets
/// and commas are stepped over, and how many are open is kept.
fn next_value(text: &[u8], mut at: usize, open_arrays: &mut u32) -> Next {
    loop {
        match text.get(at) {
            None if *open_arrays > 0 => return Next::CutOff,
            None => return Next::End,
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b',') if *open_arrays > 0 => at += 1,
            Some(b']') if *open_arrays > 0 => {
                *open_arrays -= 1;
                at += 1;
            }
            Some(b'[') if *open_arrays < ARRAY_DEPTH => {
                *open_arrays += 1;
                at += 1;
            }
            Some(_) => break,
        }
    }
    match end_of_value(text, at) {
        Some(end) => Next::Value(at..end),
        None => Next::CutOff,
    }
}

/// Where the value that begins at `at` ends; `None` when it is cut off. What is no JSON
/// ends where its line does.
fn end_of_value(text: &[u8], at: usize) -> Option<usize> {
    if !matches!(text.get(at), Some(b'{' | b'[')) {
        let length =
            text[at..].iter().position(|byte| matches!(byte, b'\n' | b',' | b']' | b'{'));
        return Some(length.map_or(text.len(), |length| at + length.max(1)));
    }
    let (mut depth, mut place) = (0_usize, at);
    while let Some(byte) = text.get(place) {
        match byte {
            b'"' => place = end_of_string(text, place)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(place + 1);
                }
            }
            _ => {}
        }
        place += 1;
    }
    None
}

/// Where the closing quote is of the string that opens at `at`.
fn end_of_string(text: &[u8], at: usize) -> Option<usize> {
    let mut place = at + 1;
    loop {
        place += memchr::memchr2(b'"', b'\\', text.get(place..)?)?;
        if text[place] == b'"' {
            return Some(place);
        }
        place += 2;
    }
}

/// Whether each line is a value of its own: most of the first lines are.
fn is_one_a_line(text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let sample: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).take(SAMPLE).collect();
    let is_object = |line: &&&[u8]| {
        line.starts_with(b"{") && serde_json::from_slice::<&RawValue>(line).is_ok()
    };
    sample.iter().filter(is_object).count() * 2 > sample.len()
}

impl<'a> Object<'a> {
    /// Reads an object; one with a key given twice is an error, since either value
    /// could be meant.
    pub fn parse(text: &'a str) -> Result<Self, &'static str> {
        let fields = serde_json::from_str(text).map(|Fields(fields)| fields);
        let fields =
            fields.map_err(|error: serde_json::Error| match error.classify() {
                serde_json::error::Category::Eof => CUT_OFF,
                serde_json::error::Category::Syntax => INVALID,
                _ if error.to_string().starts_with(TWICE) => TWICE,
                serde_json::error::Category::Data | serde_json::error::Category::Io => {
                    "a value that is not an object"
                }
            })?;
        Ok(Self { text, fields })
    }

    /// The text of the whole object.
    pub fn text_of_whole(&self) -> &'a str {
        self.text
    }

    /// Reads one record, which may not be larger than [`USAGE_RECORD_BYTES`].
    pub fn record(text: &'a str) -> Result<Self, &'static str> {
        if len_to_u64(text.len()) > USAGE_RECORD_BYTES.value {
            return Err("a record over 1 MiB");
        }
        Self::parse(text)
    }

    /// Whether the key is there, even with null.
    pub fn has(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.fields.binary_search_by(|(known, _)| known.as_ref().cmp(key)).ok()
    }

    /// Its fields, by key.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.fields.iter().map(|(key, value)| (key.as_ref(), *value))
    }

    /// The text of a field; `None` when it is absent or null.
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.place(key)
            .map(|place| self.fields[place].1)
            .filter(|value| value.get() != "null")
    }

    /// A string, or a number as it was written.
    pub fn text(&self, key: &str) -> Result<Option<String>, &'static str> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let written = value.get();
        match written.as_bytes().first() {
            Some(b'"') => {
                let text = serde_json::from_str(written);
                text.map(Some).map_err(|_| "a string that is not valid")
            }
            Some(b'{' | b'[' | b't' | b'f') => Err("a field of the wrong type"),
            _ => Ok(Some(written.to_owned())),
        }
    }

    /// A count, as number or string.
    pub fn count(&self, key: &str) -> Result<Option<u64>, &'static str> {
        self.number(key, numbers::count)
    }

    /// An amount in dollars, as number or string.
    pub fn dollars(&self, key: &str) -> Result<Option<Usd>, &'static str> {
        self.number(key, numbers::dollars)
    }

    /// An amount in cents, as number or string.
    pub fn cents(&self, key: &str) -> Result<Option<Usd>, &'static str> {
        self.number(key, numbers::cents)
    }

    /// A decimal of any unit, in billionths.
    pub fn nanos(&self, key: &str) -> Result<Option<i128>, &'static str> {
        self.number(key, numbers::nanos)
    }

    /// An object within.
    pub fn object(&self, key: &str) -> Result<Option<Self>, &'static str> {
        self.get(key).map(|value| Object::parse(value.get())).transpose()
    }

    /// The values of an array; absent is empty.
    pub fn array(&self, key: &str) -> Result<Vec<&'a RawValue>, &'static str> {
        self.get(key).map_or(Ok(Vec::new()), array)
    }

    /// The objects of an array; absent is empty; anything else in it is an error.
    pub fn objects(&self, key: &str) -> Result<Vec<Self>, &'static str> {
        self.array(key)?.iter().map(|value| Object::parse(value.get())).collect()
    }

    /// Text without white space around it; `None` when it is absent or blank.
    pub fn untrusted(&self, key: &str) -> Result<Option<Untrusted>, &'static str> {
        Ok(self.text(key)?.as_deref().and_then(super::record::text))
    }

    /// Whether the field is `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.get() == "true")
    }

    fn number<T>(
        &self,
        key: &str,
        read: fn(&str, DecimalSign) -> Result<Option<T>, &'static str>,
    ) -> Result<Option<T>, &'static str> {
        match self.text(key)? {
            Some(text) => read(&text, DecimalSign::Point),
            None => Ok(None),
        }
    }
}

fn array(value: &RawValue) -> Result<Vec<&RawValue>, &'static str> {
    serde_json::from_str(value.get()).map_err(|_| "a field that is not an array")
}

/// A key, borrowed unless it is written with escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(key))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(key.to_owned()))
            }
        }
        deserializer.deserialize_str(Text).map(Key)
    }
}

/// The fields of an object, sorted by key.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Key(key), value)) =
                    map.next_entry::<Key<'de>, &RawValue>()?
                {
                    fields.push((key, value));
                }
                fields.sort_unstable_by(|one, two| one.0.cmp(&two.0));
                if fields.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                    return Err(A::Error::custom(TWICE));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Pairs).map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(u64, Result<String, &'static str>)> {
        let mut values = Values::of(text.as_bytes());
        let mut shapes = Vec::new();
        while let Some(item) = values.next() {
            let value =
                item.value.and_then(|text| Object::parse(text).map(|_| text.to_owned()));
            shapes.push((item.position, value));
        }
        shapes
    }

    fn ok(text: &str) -> Result<String, &'static str> {
        Ok(text.to_owned())
    }

    #[test]
    fn values_come_one_a_line_or_one_after_another_or_in_arrays() {
        assert_eq!(
            shapes("{\"a\":1}\n\n{\"a\":2}\n"),
            [(1, ok("{\"a\":1}")), (3, ok("{\"a\":2}"))]
        );
        assert_eq!(
            shapes("{\"a\":1}{\"a\":2}"),
            [(1, ok("{\"a\":1}")), (2, ok("{\"a\":2}"))]
        );
        assert_eq!(shapes("[[{}],\n [{}]]"), [(1, ok("{}")), (2, ok("{}"))]);
        assert_eq!(shapes("{\n}\n{\n}"), [(1, ok("{\n}")), (2, ok("{\n}"))]);
    }

    #[test]
    fn one_bad_line_costs_one_line_and_a_cut_document_its_rest() {
        let lines = shapes("{\"a\":1}\n{\"a\":\n{\"a\":3}\n");
        assert_eq!(lines[1], (2, Err("JSON that is cut off")));
        assert_eq!(lines[2], (3, ok("{\"a\":3}")));
        assert_eq!(
            shapes("{\n}\n{\n\"a\":"),
            [(1, ok("{\n}")), (2, Err("JSON that is cut off"))]
        );
    }

    #[test]
    fn deep_nesting_is_an_answer_and_not_a_crash() {
        let deep = "[".repeat(200_000);
        assert_eq!(shapes(&deep), [(1, Err("JSON that is cut off"))]);
        let closed = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(shapes(&closed).len(), 1);
    }

    #[test]
    fn a_key_given_twice_is_an_error_and_not_a_choice() {
        assert_eq!(Object::parse(r#"{"a":1,"\u0061":2}"#).unwrap_err(), TWICE);
        assert!(Object::parse("[1]").is_err());
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let object = Object::parse(
            r#"{"a": 1470000000000.1, "b": "0.1", "c": null, "d": {}, "e": 9007199254740993}"#,
        )
        .unwrap();
        assert_eq!(object.cents("a"), Ok(Some(Usd(14_700_000_000_001_000_000))));
        assert_eq!(object.dollars("b"), Ok(Some(Usd(100_000_000))));
        assert_eq!(object.count("c"), Ok(None));
        assert!(object.count("d").is_err());
        assert!(object.count("e").is_err(), "over 10^15");
    }
}
