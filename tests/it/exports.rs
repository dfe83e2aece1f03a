//! Exports through the program: packed, in folders, damaged, hostile.

use std::io::Write;

use serde_json::Value;

use crate::harness::{Place, Run};

const HEADER: &str =
    "date,email,model,tool,input_tokens,output_tokens,cost_usd,cost_basis\n";

fn rows(n: usize) -> String {
    let row = |at: usize| {
        let (day, tokens) = (1 + at % 28, at + 1);
        format!("2026-01-{day:02},p{at}@example.com,m,api,{tokens},0,0.01,billed\n")
    };
    HEADER.to_owned() + &(0..n).map(row).collect::<String>()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    to.write_all(bytes).expect("it is memory");
    to.finish().expect("it is memory")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default();
        to.start_file(*name, options).expect("it is memory");
        to.write_all(bytes).expect("it is memory");
    }
    to.finish().expect("it is memory").into_inner()
}

fn json(run: &Run) -> Value {
    serde_json::from_slice(&run.stdout).expect("it is JSON")
}

/// The ledger of a run of `usage`, which must have ended well.
#[track_caller]
fn ledger(place: &Place, arguments: &[&str]) -> Value {
    let all = [&["usage", "--format", "json"], arguments].concat();
    json(&place.run(all).ended(0))["ledger"].clone()
}

#[test]
fn an_export_is_the_same_plain_packed_in_a_folder_and_on_standard_input() {
    let place = Place::new();
    let text = rows(40);
    place.write("plain.csv", &text);
    place.write("packed.csv.gz", gzip(text.as_bytes()));
    place.write(
        "packed.zip",
        zip(&[("a/usage.csv", text.as_bytes()), ("a/me.png", b"\x89PNG")]),
    );
    std::fs::create_dir_all(place.path("folder/deep")).expect("the directory is ours");
    place.write("folder/deep/usage.csv", &text);
    place.write("folder/.hidden.csv", "not looked at");
    let plain = ledger(&place, &["plain.csv"]);
    assert_eq!(plain["kept"]["tokens"], 820);
    assert_eq!(plain["kept"]["billed_usd"], "0.40");
    for name in ["packed.csv.gz", "packed.zip", "folder"] {
        assert_eq!(ledger(&place, &[name]), plain, "{name}");
    }
    for input in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let run =
            place.run_with_input(["usage", "-", "--format", "json"], &input).ended(0);
        assert_eq!(json(&run)["ledger"], plain);
    }
    // All of them together are the same, seen five times and counted once.
    let all = ledger(&place, &["plain.csv", "packed.csv.gz", "packed.zip", "folder"]);
    assert_eq!(all["kept"], plain["kept"]);
    assert_eq!(all["shadowed"]["records"], 120);
}

#[test]
fn what_is_no_export_in_a_folder_or_an_archive_is_counted_and_alone_it_is_refused() {
    let place = Place::new();
    let secret = b"hunter2 is no export\n";
    place.write("mixed.zip", zip(&[("a.csv", rows(3).as_bytes()), ("b.csv", secret)]));
    let run = place.run(["usage", "mixed.zip", "--format", "json"]).ended(0);
    let answer = json(&run);
    assert_eq!(answer["ledger"]["kept"]["records"], 3);
    let problems = &answer["files"][0]["problems"];
    assert_eq!(problems[0]["code"], "W-FILE", "{problems}");
    assert!(!run.out().contains("hunter2") && !run.stderr.contains("hunter2"));
    place.write("nothing.zip", zip(&[("b.csv", secret)]));
    place.run(["usage", "nothing.zip"]).refused(3, "none of its 1 files");
    place.write("book.xlsx", zip(&[("[Content_Types].xml", b"<x/>")]));
    place.run(["usage", "book.xlsx"]).refused(3, "Excel workbook");
    place.write("broken.zip", b"PK\x03\x04 and nothing more");
    place.run(["usage", "broken.zip"]).refused(3, "zip archive");
}

#[test]
fn bombs_are_refused_by_name() {
    let place = Place::new();
    // A gibibyte of zeros in a megabyte, and as many lines of one good row.
    let zeros = vec![b'0'; 1 << 30];
    place.write("zeros.csv.gz", gzip(&zeros));
    drop(zeros);
    place.run(["usage", "zeros.csv.gz"]).refused(3, "zeros.csv.gz");
    place.write("columns.csv", "a,".repeat(100_000) + "b\n1,2\n");
    place.run(["usage", "columns.csv"]).refused(3, "columns");
    place.write("nested.json", "[".repeat(1_000_000));
    place.run(["usage", "nested.json"]).refused(3, "nested.json");
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    place.write("deep.json", deep);
    place.run(["usage", "deep.json"]).refused(3, "deep.json");
}

#[test]
fn each_damaged_record_is_rejected_with_its_place_and_its_reason_and_no_value() {
    let place = Place::new();
    let mut text = rows(20);
    for bad in [
        "2026-01-02,x@example.com,m,api,-5,0,1,billed\n",
        "2026-01-02,x@example.com,m,api,9223372036854775808,0,1,billed\n",
        "2026-01-02,x@example.com,m,api,NaN,0,1,billed\n",
        "2026-01-02,x@example.com,m,api,1,0,hunter2,billed\n",
        "yesterday,x@example.com,m,api,1,0,1,billed\n",
    ] {
        text.push_str(bad);
    }
    // A line of ten million letters costs itself, not what follows it.
    text.push_str(&format!("2026-01-02,{},m,api,1,0,1,billed\n", "x".repeat(10_000_000)));
    text.push_str("2026-01-03,last@example.com,m,api,1000,0,1,billed\n");
    place.write("some.csv", &text);
    let run = place.run(["usage", "some.csv", "--format", "json"]).ended(0);
    let answer = json(&run);
    assert_eq!(answer["files"][0]["records"], 21);
    assert_eq!(answer["files"][0]["rejected"], 6);
    assert_eq!(answer["ledger"]["kept"]["tokens"], 210 + 1_000);
    let firsts: Vec<&str> = answer["files"][0]["problems"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|problem| problem["first"].as_str().expect("it is text"))
        .collect();
    for line in 22..=27 {
        assert!(firsts.contains(&format!("some.csv:{line}").as_str()), "{firsts:?}");
    }
    assert!(!run.out().contains("hunter2") && !run.stderr.contains("hunter2"));
    place.run(["usage", "some.csv", "--strict"]).ended(3).out();
    // Mostly damage: nothing of it is believed.
    let damage =
        HEADER.to_owned() + &"yesterday,x@example.com,m,api,1,0,1,billed\n".repeat(3);
    place
        .write("damage.csv", damage + "2026-01-03,a@example.com,m,api,1000,0,1,billed\n");
    place.run(["usage", "damage.csv"]).refused(3, "only 1 can be read and 3 cannot");
}

#[test]
fn a_key_given_twice_rejects_its_record_since_either_could_be_meant() {
    let place = Place::new();
    let line = |tokens: &str| {
        format!(
            "{{\"schema\":\"slopnexus.usage/1\",\"period_start\":\"2026-01-02\",\"tool\":\"api\",\
             \"identity\":{{\"kind\":\"user\",\"email\":\"a@example.com\"}},\"tokens\":{{{tokens}}}}}\n"
        )
    };
    let text = line("\"input\":1") + &line("\"input\":2,\"input\":3");
    place.write("twice.ndjson", text);
    let run = place.run(["usage", "twice.ndjson", "--format", "json"]).ended(0);
    let file = &json(&run)["files"][0];
    assert_eq!((&file["records"], &file["rejected"]), (&Value::from(1), &Value::from(1)));
}

#[test]
fn prices_of_the_users_take_the_place_of_ours_and_unpriced_models_are_listed() {
    let place = Place::new();
    place.write("usage.csv", rows(5));
    let prices =
        r#"{"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}"#;
    place.write("prices.json", prices);
    let arguments = ["usage", "usage.csv", "--format", "json"];
    let ours = json(&place.run(arguments).ended(0));
    assert_eq!(ours["prices"]["unpriced_models"][0]["model"], "m");
    assert_eq!(ours["ledger"]["kept"]["computed_usd"], Value::Null);
    let theirs = [&arguments[..], &["--prices", "prices.json"]].concat();
    let theirs = json(&place.run(theirs).ended(0));
    // 15 tokens at a millionth of a dollar.
    assert_eq!(theirs["ledger"]["kept"]["computed_usd"], "0.000015");
    place.write("prices.json", "[]");
    place.run(["usage", "usage.csv", "--prices", "prices.json"]).refused(2, "prices");
}

#[test]
fn what_is_written_normalised_is_read_again_with_the_same_sums() {
    let place = Place::new();
    place.write("usage.csv", rows(30));
    let before = ledger(&place, &["usage.csv"]);
    for (format, name) in [("ndjson", "again.ndjson"), ("focus", "focus.csv")] {
        let written = place.run(["usage", "usage.csv", "--format", format]).ended(0);
        place.write(name, &written.stdout);
    }
    assert_eq!(ledger(&place, &["again.ndjson"])["kept"], before["kept"]);
    // The same again beside what it was made of counts once.
    assert_eq!(ledger(&place, &["again.ndjson", "usage.csv"])["kept"], before["kept"]);
    let focus = ledger(&place, &["focus.csv"]);
    assert_eq!(focus["kept"]["billed_usd"], before["kept"]["billed_usd"]);
    assert_eq!(focus["kept"]["tokens"], before["kept"]["tokens"]);
}
