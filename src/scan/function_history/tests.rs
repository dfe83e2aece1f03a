use super::*;
use crate::history::CommitIdx;

fn step(path: u32) -> Step {
    Step {
        commit: CommitIdx(0),
        landing: Some(0),
        file: 0,
        old_path: path,
        path,
        old: Some(0),
        new: Some(1),
        out_of_sight: false,
    }
}

#[test]
fn files_that_are_never_parsed_take_nothing_of_the_limit() {
    let paths = [&b"README.md"[..], b"vendor/a.rs", b"a.json"].map(<[u8]>::to_vec);
    let mut graph = Graph::default();
    graph.paths.extend(paths);
    let mut lines = Lines::default();
    for path in 0..3 {
        lines.add_line(0, path);
        assert!(lines.touch(0, &step(path)));
        assert_eq!(versions(&graph, &lines, &step(path)), []);
    }
}

#[test]
fn the_oldest_landings_are_left_out_until_the_versions_of_the_others_fit() {
    let landings: Vec<Landing> = (5..10).map(|landing| (landing, Vec::new())).collect();
    // The landing 7 alone has versions to parse.
    let n_versions = |landing: &Landing| if landing.0 == 7 { 3 } else { 0 };
    for (most, first, kept) in [(3, 4, 5), (2, 8, 2)] {
        let (mut landings, mut gaps) = (landings.clone(), Gaps::default());
        assert_eq!(within_limit(&mut landings, n_versions, (4, most), &mut gaps), first);
        assert_eq!(landings.len(), kept);
        assert_eq!(gaps == Gaps::default(), kept == 5);
    }
}
