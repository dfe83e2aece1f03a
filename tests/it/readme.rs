//! The examples of `README.md` are run, and what they print is what it says.

use crate::git::Repository;
use crate::harness::Place;

/// A command shown to readers, and what it is said to print.
struct Example {
    command: String,
    output: String,
}

fn examples(text: &str) -> Vec<Example> {
    let blocks = text.split("```console\n").skip(1);
    blocks
        .map(|block| {
            let block = block.split("```").next().unwrap_or_default();
            let (command, output) =
                block.split_once('\n').expect("a command and its output");
            Example {
                command: command.strip_prefix("$ ").expect("a prompt").to_owned(),
                output: output.to_owned(),
            }
        })
        .collect()
}

#[test]
fn every_example_prints_what_the_readme_shows() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let read = |name: &str| std::fs::read(format!("{root}{name}")).expect("it is there");
    let readme = String::from_utf8(read("README.md")).expect("it is text");
    let examples = examples(&readme);
    assert!(examples.len() >= 3, "the examples were lost");
    let place = Place::new();
    Repository::import(&place, "harbour", &read("fixtures/orgs/harbour/repo.fi"));
    for name in ["usage.csv", "cursor.csv"] {
        place.write(name, read(&format!("fixtures/orgs/harbour/{name}")));
    }
    for example in examples {
        let words: Vec<&str> = example.command.split_whitespace().collect();
        assert_eq!(words[0], "slopnexus");
        let run = place.run(&words[1..]).ended(0);
        assert_eq!(run.out(), example.output, "of: {}", example.command);
    }
}
