//! JSON values, one after another, and their fields as the text that was written, so
//! that no amount passes through a floating-point number.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::numbers::{self, DecimalSign};
use crate::limits::USAGE_RECORD_BYTES;
use crate::units::{Usd, len_to_u64};

/// How many values are looked at to tell what a file is.
const SAMPLE: usize = 20;

/// How deep arrays of values are opened: an array of pages of an array of calls.
const ARRAY_DEPTH: u32 = 3;

/// The values of a file, in its order, arrays of them opened.
#[derive(Debug, Default)]
pub struct Values<'a> {
    /// The values, or why there is none.
    pub items: Vec<Item<'a>>,
}

/// One value, or what stands where one should.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// A 1-based line where each line is a value, else a 1-based value.
    pub position: u64,
    /// The text of the value, or why it cannot be read.
    pub value: Result<&'a str, &'static str>,
}

/// An object with its fields as text; each key stands in it once.
#[derive(Debug, Default)]
pub struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Values<'a> {
    /// Splits a file into its values: one document, one a line, or one after another.
    pub fn split(text: &'a [u8]) -> Self {
        if is_one_a_line(text) { Self::of_lines(text) } else { Self::of_stream(text) }
    }

    /// The objects among the first few values.
    pub fn objects(&self) -> impl Iterator<Item = Object<'a>> {
        let values = self.items.iter().filter_map(|item| item.value.ok());
        values.take(SAMPLE).filter_map(|value| Object::parse(value).ok())
    }

    fn of_lines(text: &'a [u8]) -> Self {
        let mut values = Self::default();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            let position = len_to_u64(index) + 1;
            if !line.is_empty() {
                values.push_stream(line, |_| position);
            }
        }
        values
    }

    fn of_stream(text: &'a [u8]) -> Self {
        let mut values = Self::default();
        values.push_stream(text, |count| len_to_u64(count) + 1);
        values
    }

    /// Adds the values of `text`, up to the first that cannot be read.
    fn push_stream(&mut self, text: &'a [u8], position: impl Fn(usize) -> u64) {
        let Ok(text) = std::str::from_utf8(text) else {
            self.reject(position(self.items.len()), "not UTF-8");
            return;
        };
        let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        for value in stream {
            match value {
                Ok(value) => self.push(value, &position, ARRAY_DEPTH),
                Err(error) => {
                    let cut_off = error.is_eof();
                    let why =
                        if cut_off { "JSON that is cut off" } else { "invalid JSON" };
                    self.reject(position(self.items.len()), why);
                    return;
                }
            }
        }
    }

    fn push(
        &mut self,
        value: &'a RawValue,
        position: &impl Fn(usize) -> u64,
        depth: u32,
    ) {
        if depth > 0 && value.get().starts_with('[') {
            match array(value) {
                Ok(values) => {
                    for value in values {
                        self.push(value, position, depth - 1);
                    }
                }
                Err(why) => self.reject(position(self.items.len()), why),
            }
            return;
        }
        let position = position(self.items.len());
        self.items.push(Item { position, value: Ok(value.get()) });
    }

    fn reject(&mut self, position: u64, why: &'static str) {
        self.items.push(Item { position, value: Err(why) });
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
        serde_json::from_str(text).map_err(|error| {
            let twice = error.to_string().starts_with(TWICE);
            if twice { TWICE } else { "a value that is not an object" }
        })
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
        self.0.contains_key(key)
    }

    /// The text of a field; `None` when it is absent or null.
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.get(key).copied().filter(|value| value.get() != "null")
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

const TWICE: &str = "a key that is given twice";

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    if fields.insert(key, value).is_some() {
                        return Err(A::Error::custom(TWICE));
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(u64, Result<&str, &'static str>)> {
        let values = Values::split(text.as_bytes());
        values.items.iter().map(|item| (item.position, item.value)).collect()
    }

    #[test]
    fn values_come_one_a_line_or_one_after_another_or_in_arrays() {
        assert_eq!(
            shapes("{\"a\":1}\n\n{\"a\":2}\n"),
            [(1, Ok("{\"a\":1}")), (3, Ok("{\"a\":2}"))]
        );
        assert_eq!(
            shapes("{\"a\":1}{\"a\":2}"),
            [(1, Ok("{\"a\":1}")), (2, Ok("{\"a\":2}"))]
        );
        assert_eq!(shapes("[[{}],\n [{}]]"), [(1, Ok("{}")), (2, Ok("{}"))]);
        assert_eq!(shapes("{\n}\n{\n}"), [(1, Ok("{\n}")), (2, Ok("{\n}"))]);
    }

    #[test]
    fn one_bad_line_costs_one_line_and_a_cut_document_its_rest() {
        let lines = shapes("{\"a\":1}\n{\"a\":\n{\"a\":3}\n");
        assert_eq!(lines[1], (2, Err("JSON that is cut off")));
        assert_eq!(lines[2], (3, Ok("{\"a\":3}")));
        assert_eq!(
            shapes("{\n}\n{\n\"a\":"),
            [(1, Ok("{\n}")), (2, Err("JSON that is cut off"))]
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
