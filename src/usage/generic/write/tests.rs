use super::*;
use crate::usage::tests::{plain_exports, read_as};
use crate::usage::{Export, UsageRecord};

fn written(export: &Export) -> String {
    let kept = |record| Kept { file: &export.file, record, parts: Parts::ALL };
    let kept: Vec<Kept<'_>> = export.records.iter().map(kept).collect();
    let mut bytes = Vec::new();
    write(&kept, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// All of a record but where it stood and what read it.
fn content(record: &UsageRecord) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut facets = (*record.facets).clone();
    facets.source_format = None;
    let measures = (record.requests(), record.tokens(), record.cost());
    let rest = (record.credits().cloned(), record.activity(), record.flags);
    (record.record_id, record.period, facets, measures, rest)
}

fn measures(record: &UsageRecord) -> bool {
    !Parts::of(record).is_empty() || record.activity() != Activity::default()
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let mut n_formats = std::collections::BTreeSet::new();
    for export in plain_exports() {
        let text = written(&export);
        if text.is_empty() {
            assert!(!export.records.iter().any(measures), "{}", export.format);
            continue;
        }
        n_formats.insert(export.format);
        let again = read_as(&FORMAT, &text);
        assert_eq!(again.n_rejected, 0, "{} {:?}", export.format, again.gaps);
        let before: Vec<_> = export.records.iter().filter(|r| measures(r)).collect();
        assert_eq!(before.len(), again.records.len(), "{}", export.format);
        for (one, two) in before.into_iter().zip(&again.records) {
            assert_eq!(content(one), content(two), "{}", export.format);
            if one.format != FORMAT.name {
                let own = Untrusted::from(one.format);
                let source = one.facets.source_format.clone().unwrap_or(own);
                assert_eq!(two.facets.source_format, Some(source));
            }
        }
        // And once more, nothing at all changes.
        let thrice = read_as(&FORMAT, &written(&again));
        assert_eq!(thrice.records, again.records, "{}", export.format);
    }
    assert!(n_formats.len() > 50, "{}", n_formats.len());
}

#[test]
fn only_the_parts_that_count_are_written() {
    let text = "date,email,tool,input_tokens,requests,cost_usd\n\
        2026-10-05,a@example.com,api,7,1,1.5\n";
    let export = read_as(&FORMAT, text);
    let line_of = |parts| {
        let kept = Kept { file: &export.file, record: &export.records[0], parts };
        let mut bytes = Vec::new();
        write(&[kept], &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let value = line_of(Parts::VALUE);
    assert!(value.contains("estimated_usd") && !value.contains("requests"));
    assert!(!line_of(Parts::TOKENS).contains("cost"));
    assert_eq!(line_of(Parts::BILL), "");
}

/// What is wrong with a value by the part of JSON Schema that ours uses.
fn faults(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let names = |key: &str| match &schema[key] {
        Value::Array(names) => names.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !names("type").iter().any(|name| name == kind) {
        wrong.push(format!("{at}: {kind}"));
    }
    if !schema["enum"].is_null() && !names("enum").contains(value) {
        wrong.push(format!("{at}: {value}"));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex::Regex::new(pattern).unwrap().is_match(text)
    {
        wrong.push(format!("{at}: {text} is not {pattern}"));
    }
    for item in value.as_array().into_iter().flatten() {
        wrong.extend(faults(&schema["items"], item, &format!("{at}[]")));
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(key) {
            Some(schema) => wrong.extend(faults(schema, value, &format!("{at}.{key}"))),
            None => wrong.push(format!("{at}.{key}: not in the schema")),
        }
    }
    for name in names("required") {
        if value.get(name.as_str().unwrap()).is_none() {
            wrong.push(format!("{at}: no {name}"));
        }
    }
    wrong
}

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/usage-record.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_line_is_as_the_schema_says() {
    let schema = schema();
    for export in plain_exports() {
        for line in written(&export).lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(faults(&schema, &value, ""), Vec::<String>::new(), "{line}");
        }
    }
}

#[test]
fn the_schema_names_every_flag_and_can_be_broken() {
    let schema = schema();
    let flags: Vec<&str> = crate::usage::record::FLAGS.iter().map(|f| f.0).collect();
    assert_eq!(schema["properties"]["flags"]["items"]["enum"], serde_json::json!(flags));
    let line = serde_json::json!({"schema": "slopnexus.usage/2", "tokens": {"input": "1"}, "x": 1});
    assert_eq!(faults(&schema, &line, "").len(), 8);
}
