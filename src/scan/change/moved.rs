//! Lines that went at one place of a change and came at another.

use super::files::Changed;
use super::texts::{self, Bag};

/// Finds lines that went at one place of the change and came at another: from tests to
/// tests, and from other code to other code.
pub(super) fn find(files: &mut [Changed]) {
    for is_test in [false, true] {
        let (mut deleted, mut added) =
            (bag_of(files, is_test, false), bag_of(files, is_test, true));
        for file in files.iter_mut() {
            let here = moved(file, is_test, true, &mut deleted);
            let away = moved(file, is_test, false, &mut added);
            file.moved_here.extend(here);
            file.moved_away.extend(away);
        }
    }
    for file in files {
        file.moved_here.sort_unstable();
        file.moved_away.sort_unstable();
    }
}

fn bag_of(files: &[Changed], is_test: bool, is_new: bool) -> Bag {
    let mut bag = Bag::default();
    for file in files {
        changed_lines(file, is_test, is_new).for_each(|(_, digest)| bag.add(digest));
    }
    bag
}

/// The lines of a file, added or deleted, of which a bag has one.
fn moved(file: &Changed, is_test: bool, is_new: bool, bag: &mut Bag) -> Vec<u32> {
    let lines = changed_lines(file, is_test, is_new);
    lines.filter(|(_, digest)| bag.take(*digest)).map(|(line, _)| line).collect()
}

/// The countable lines that came or went, of tests or of other code, with their words.
fn changed_lines(
    file: &Changed,
    is_test: bool,
    is_new: bool,
) -> impl Iterator<Item = (u32, u64)> {
    let (version, ranges) = match is_new {
        true => (&file.new, &file.added),
        false => (&file.old, &file.deleted),
    };
    let text = version.as_ref().and_then(|it| it.text.as_ref());
    let tests = version.as_ref().and_then(|it| it.parsed.as_ref()).map(|it| &it.0.tests);
    let lines = ranges.iter().cloned().flatten();
    lines.filter_map(move |line| {
        let text = text.filter(|text| text.counts(line))?;
        let is_in_test = file.is_test() || tests.is_some_and(|it| texts::holds(it, line));
        (is_in_test == is_test).then(|| (line, text.digest(line)))
    })
}
