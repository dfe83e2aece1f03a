//! Fingerprints of the code at the tip, each with since when what it is made of stands
//! there: by these, units of a fleet are compared without their code.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::facts::{Facts, PrintFacts};
use crate::file_class::FileClass;
use crate::history::walk::History;
use crate::reverts::says_mend;
use crate::units::len_to_u32;

/// How many fingerprints of one repository are kept: those that are least. As they are
/// hashes, that is a sample, and the same one of what two repositories have in common.
const MOST_PRINTS: usize = 16_384;

/// The fingerprints of a file, with the lines of each.
pub(in crate::scan) type FilePrints = (u32, Vec<(u64, Range<u32>)>);

/// Adds them to the facts of a repository whose lines at the tip are known.
pub(in crate::scan) fn add(facts: &mut Facts, found: Vec<FilePrints>, history: &History) {
    let Some(tip) = &mut facts.tip_files else { return };
    let classes: FxHashMap<u32, FileClass> =
        tip.files.iter().map(|it| (it.path, it.class)).collect();
    let is_product = |path: &u32| classes.get(path) == Some(&FileClass::Product);
    let found: FxHashMap<u32, Vec<(u64, Range<u32>)>> =
        found.into_iter().filter(|it| is_product(&it.0)).collect();
    let mut prints = Vec::new();
    for file in &facts.standing {
        let Some(of_file) = found.get(&file.path) else { continue };
        let landed: Vec<u32> = file
            .runs
            .iter()
            .flat_map(|&(lines, _, landing)| std::iter::repeat_n(landing, lines as usize))
            .collect();
        prints.extend(of_file.iter().filter_map(|(hash, lines)| {
            let range = lines.start as usize..lines.end as usize;
            // It stands so since the last of its lines came.
            let landing = landed.get(range)?.iter().copied().max()?;
            let (start, end) = (lines.start, lines.end);
            Some(PrintFacts { hash: *hash, path: file.path, start, end, landing })
        }));
    }
    prints.sort_by_key(|it| (it.hash, it.path, it.start));
    tip.prints_below = prints.get(MOST_PRINTS).map(|it| it.hash);
    if let Some(below) = tip.prints_below {
        prints.retain(|it| it.hash < below);
    }
    tip.prints = prints;
    tip.mends = mends(history);
}

/// The landings whose subjects say that something is mended.
fn mends(history: &History) -> Vec<u32> {
    let says = |landing: &usize| {
        let commit = &history.commits[history.mainline[*landing].at()];
        let subject = commit.message.split(|&byte| byte == b'\n').next();
        subject.is_some_and(says_mend)
    };
    (0..history.mainline.len()).filter(says).map(len_to_u32).collect()
}
