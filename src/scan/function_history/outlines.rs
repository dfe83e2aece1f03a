//! Versions, and where functions and tests are in them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::is_in;
use crate::error::Error;
use crate::history::ObjectId;
use crate::history::objects::{ObjectKind, ReadWork};
use crate::history::open::Opened;
use crate::lines::schedule::Progress;
use crate::syntax::{Function, LanguageId, LineKind, Parsers};
use crate::units::len_to_u64;
use crate::untrusted::Untrusted;

/// A version, by its content and language.
pub(super) type Key = (ObjectId, LanguageId);

/// What is known of versions; `None` of those that cannot be read or parsed.
pub(super) type Outlines = FxHashMap<Key, Option<Arc<Outline>>>;

/// Where functions and tests are in a version. Lines are 0-based, ranges half-open.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The functions, by where they begin.
    pub(super) functions: Vec<Function>,
    /// The numbers of those, by their names, of which each has one of its own.
    by_name: FxHashMap<Untrusted, usize>,
    /// Lines in any of them: ranges in order, apart.
    covered: Vec<Range<u32>>,
    /// Lines of code and imports that test no other code, likewise.
    pub(super) product: Vec<Range<u32>>,
    /// Lines of code and imports that do, likewise.
    pub(super) tests: Vec<Range<u32>>,
}

impl Outline {
    fn read(parsers: &mut Parsers, language: LanguageId, bytes: &[u8]) -> Option<Self> {
        let (parsed, inside) = parsers.read_whole(language, bytes);
        if parsed.fallback.is_some() {
            return None;
        }
        let is_code = |line: u32| {
            let kind = parsed.kinds.get(line as usize);
            matches!(kind, Some(LineKind::Code | LineKind::Import))
        };
        let tests = parsed.tests.iter().flat_map(Clone::clone);
        let names = inside.functions.iter().map(|one| one.name.clone());
        Some(Self {
            covered: joined(inside.functions.iter().map(|one| one.lines.clone())),
            product: inside.code,
            tests: joined(tests.filter(|&line| is_code(line)).map(|at| at..at + 1)),
            // From the last to the first: of equal names the first counts.
            by_name: names.zip(0..).collect::<Vec<_>>().into_iter().rev().collect(),
            functions: inside.functions,
        })
    }

    /// The function of a name.
    pub(super) fn function(&self, name: &Untrusted) -> Option<&Function> {
        self.by_name.get(name).map(|&at| &self.functions[at])
    }

    /// Whether a line is in a function.
    pub(super) fn is_in_function(&self, line: u32) -> bool {
        is_in(&self.covered, line)
    }
}

/// Puts ranges together that touch, of those in the order of where they begin.
fn joined(ranges: impl Iterator<Item = Range<u32>>) -> Vec<Range<u32>> {
    let mut joined: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Reads the versions that are not known, each once.
pub(super) fn read(
    opened: &Opened,
    outlines: &mut Outlines,
    wanted: impl Iterator<Item = Key>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<ReadWork, Error> {
    const SLICE_FILES: usize = 16;
    let wanted: BTreeSet<Key> =
        wanted.filter(|key| !outlines.contains_key(key)).collect();
    let wanted: Vec<Key> = wanted.into_iter().collect();
    let slices: Result<Vec<_>, Error> = wanted
        .par_chunks(SLICE_FILES)
        .map(|slice| {
            let mut reader = opened.reader()?;
            let mut parsers = Parsers::new();
            let mut found = Vec::new();
            for (at, &(blob, language)) in slice.iter().enumerate() {
                progress(Progress::Settled(len_to_u64(at)));
                // That it cannot be read is a gap already, where its lines are.
                let bytes = reader.read(blob, ObjectKind::Blob).ok();
                let outline =
                    bytes.and_then(|bytes| Outline::read(&mut parsers, language, &bytes));
                found.push(((blob, language), outline.map(Arc::new)));
            }
            Ok((found, reader.work))
        })
        .collect();
    let mut work = ReadWork::default();
    for (found, read) in slices? {
        outlines.extend(found);
        work.add(read);
    }
    Ok(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_in_another_covers_no_line_twice_and_tests_are_code_alone() {
        let language = crate::syntax::language_of(b"a.rs").expect("it is Rust");
        let text =
            b"fn a() {\n    fn b() {}\n}\n\nfn c() {}\n\n#[cfg(test)]\nmod tests {\n    \
                     // Why.\n    #[test]\n    fn d() {}\n}\n";
        let outline =
            Outline::read(&mut Parsers::new(), language, text).expect("it is parsed");
        let names: Vec<_> =
            outline.functions.iter().map(|one| one.name.to_json_text()).collect();
        assert_eq!(names, ["a", "a.b", "c", "tests.d"]);
        assert_eq!(outline.covered[..2], [0..3, 4..5]);
        assert!(outline.product.iter().all(|range| range.end <= 5));
        assert!(is_in(&outline.tests, 10) && !is_in(&outline.tests, 8));
    }

    #[test]
    fn a_function_is_found_by_its_name_among_many() {
        let language = crate::syntax::language_of(b"a.rs").expect("it is Rust");
        let text: String = (0..2_000).map(|at| format!("fn f{at}() {{}}\n")).collect();
        let text = text + "fn f7() {}\n";
        let outline = Outline::read(&mut Parsers::new(), language, text.as_bytes())
            .expect("it is parsed");
        let line_of = |name: &str| {
            let name = Untrusted::from(name.as_bytes());
            outline.function(&name).map(|one| one.lines.start)
        };
        assert_eq!(outline.by_name.len(), 2_001);
        assert_eq!(line_of("f1234"), Some(1_234));
        assert_eq!((line_of("f7"), line_of("f7#2")), (Some(7), Some(2_000)));
        assert_eq!(line_of("g"), None);
    }
}
