//! The corpora that fuzzing left behind, replayed: each input goes down another path of
//! the code, and a finding that was mended stays mended.

use std::fs;
use std::path::Path;

use super::TARGETS;

#[test]
fn what_fuzzing_found_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz");
    for (name, check) in TARGETS {
        let inputs = fs::read_dir(folder.join(name)).expect("every target has a corpus");
        let paths: Vec<_> = inputs.map(|input| input.unwrap().path()).collect();
        assert!(paths.len() > 10, "{name}: {} inputs", paths.len());
        for path in paths {
            let data = fs::read(&path).unwrap();
            let held = std::panic::catch_unwind(|| check(&data));
            assert!(held.is_ok(), "{}", path.display());
        }
    }
}

#[test]
fn every_corpus_belongs_to_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz");
    for corpus in fs::read_dir(folder).expect("there are corpora") {
        let name = corpus.unwrap().file_name();
        assert!(TARGETS.iter().any(|(target, _)| name == *target), "{name:?}");
    }
}
