//! Sizes of functions, told by figures that stand in the test.

use super::sizes::sizes;
use crate::facts::FunctionFacts;
use crate::syntax::{Complexity, DefinitionKind, Function};
use crate::untrusted::Untrusted;

/// A function of a path, with its lines, all of them code, and its cognitive complexity.
fn function(path: u32, lines: std::ops::Range<u32>, cognitive: u32) -> FunctionFacts {
    FunctionFacts {
        path,
        function: Function {
            kind: DefinitionKind::Function,
            name: Untrusted::from("f"),
            code_lines: lines.end - lines.start,
            lines,
            complexity: Complexity { cyclomatic: 1, cognitive, depth: 0, parameters: 0 },
            is_test: false,
        },
        landings: None,
    }
}

#[test]
fn a_long_function_inside_a_long_one_counts_its_lines_once() {
    let functions = [
        function(0, 0..100, 3),
        function(0, 10..80, 16),
        function(0, 100..160, 15),
        function(1, 10..80, 0),
    ];
    let report = sizes(&functions, 340, false);
    // 60 lines and a complexity of 15 are neither long nor hard.
    assert_eq!((report.long_functions, report.hard_functions), (3, 1));
    assert_eq!(report.long_share, Some(0.5));
    assert_eq!(report.hard_share, Some(70.0 / 340.0));
    assert_eq!((report.lines.median, report.lines.p90), (Some(70), Some(100)));
    assert_eq!((report.cognitive.median, report.cognitive.max), (Some(3), Some(16)));
}

#[test]
fn nothing_has_no_median_and_no_share() {
    let report = sizes(&[], 0, false);
    assert_eq!(
        (report.functions, report.lines.median, report.long_share),
        (0, None, None)
    );
}
