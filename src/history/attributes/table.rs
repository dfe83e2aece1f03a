//! Which attributes were in force when: made once for a history, asked for every file
//! that lands.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use super::pattern::Steps;
use super::{AttributeFile, FILE_NAME, State, look_up};
use crate::history::objects::{ObjectKind, ObjectReader};
use crate::history::{ObjectId, ObjectMap};
use crate::limits::{ATTRIBUTE_BYTES, ATTRIBUTE_STEPS, CONTROL_FILE_BYTES};
use crate::problem::{GapKind, Gaps};
use crate::units::len_to_u64;

/// A `.gitattributes` file that a mainline commit wrote or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChange {
    /// The number of the commit on the mainline.
    pub landing: u32,
    /// The folder of the file, as [`folder`] gives it.
    pub folder: Vec<u8>,
    /// What the file holds from there on; `None` when it is gone, or no plain file.
    pub blob: Option<ObjectId>,
}

/// The folder whose attributes a path gives, without a slash at its end; `None` when
/// it is no file of attributes.
pub fn folder(path: &[u8]) -> Option<&[u8]> {
    let folder = path.strip_suffix(FILE_NAME)?;
    if folder.is_empty() { Some(folder) } else { folder.strip_suffix(b"/") }
}

/// What the attributes say that hosts of repositories know: true, false, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asserted {
    /// `linguist-generated`, or `gitlab-generated`.
    pub generated: Option<bool>,
    /// `linguist-vendored`
    pub vendored: Option<bool>,
    /// `linguist-documentation`
    pub documentation: Option<bool>,
}

/// The attributes of a history's mainline.
#[derive(Debug, Default)]
pub struct AttributeTable {
    files: Vec<AttributeFile>,
    /// For each folder what is in force from a landing on: the number of a file.
    by_folder: BTreeMap<Vec<u8>, Vec<(u32, Option<usize>)>>,
    /// For each landing how many steps may be taken for each of its versions.
    steps: Vec<u64>,
    /// What was not looked up to the end.
    cut: Mutex<Gaps>,
}

/// The least that is taken for a version, however many there are: enough to try as many
/// rules as one file may have.
const LEAST_STEPS: u64 = 20_000;

/// How many steps may be taken for a version of each landing, when so many versions
/// landed by it: its share of all, had there been no more. So it depends neither on what
/// comes later nor on who is first, and all together are few.
fn shares(landed: &[u64]) -> Vec<u64> {
    let mut before = 0;
    let share = |versions: &u64| {
        before += versions;
        (ATTRIBUTE_STEPS.value / before.max(1)).max(LEAST_STEPS)
    };
    landed.iter().map(share).collect()
}

impl AttributeTable {
    /// Reads the files of a history. Changes come in the order of the mainline; `landed`
    /// says how many versions each of its commits brought in. What cannot be read gives no
    /// attributes and is a gap.
    pub fn read(
        changes: impl IntoIterator<Item = AttributeChange>,
        landed: &[u64],
        reader: &mut ObjectReader<'_>,
        gaps: &mut Gaps,
    ) -> Self {
        let mut table = Self { steps: shares(landed), ..Self::default() };
        let mut known: ObjectMap<Option<usize>> = HashMap::default();
        let mut bytes = 0;
        for change in changes {
            let file = change.blob.and_then(|blob| {
                let file = known.entry(blob).or_insert_with(|| {
                    table.read_file(blob, &change.folder, &mut bytes, reader, gaps)
                });
                *file
            });
            table.add(change.folder, change.landing, file);
        }
        table
    }

    fn read_file(
        &mut self,
        blob: ObjectId,
        folder: &[u8],
        bytes: &mut u64,
        reader: &mut ObjectReader<'_>,
        gaps: &mut Gaps,
    ) -> Option<usize> {
        let place = [folder, b"/".as_slice(), FILE_NAME].concat();
        let place = place.strip_prefix(b"/").unwrap_or(&place);
        let text = match reader.read(blob, ObjectKind::Blob) {
            Ok(text) => text,
            Err(why) => {
                gaps.add(GapKind::SideFile, why.why(), place);
                return None;
            }
        };
        *bytes += len_to_u64(text.len()).min(CONTROL_FILE_BYTES.value);
        if *bytes > ATTRIBUTE_BYTES.value {
            gaps.add(GapKind::SideFile, "attributes beyond ATTRIBUTE_BYTES", place);
            return None;
        }
        self.files.push(AttributeFile::parse(&text, place, gaps));
        Some(self.files.len() - 1)
    }

    fn add(&mut self, folder: Vec<u8>, landing: u32, file: Option<usize>) {
        self.by_folder.entry(folder).or_default().push((landing, file));
    }

    /// What is said of a path at a landing.
    pub fn at(&self, path: &[u8], landing: u32) -> Asserted {
        if self.by_folder.is_empty() {
            return Asserted::default();
        }
        let ends = std::iter::once(0).chain(memchr::memchr_iter(b'/', path));
        let files: Vec<(&[u8], &AttributeFile)> = ends
            .filter_map(|end| {
                let history = self.by_folder.get(&path[..end])?;
                let later = history.partition_point(|(from, _)| *from <= landing);
                let (_, file) = history.get(later.checked_sub(1)?)?;
                Some((&path[..end], &self.files[(*file)?]))
            })
            .collect();
        let share = self.steps.get(landing as usize).copied();
        let mut steps = Steps::new(share.unwrap_or(LEAST_STEPS));
        let known = look_up(&files, path, &mut steps);
        if !steps.are_over() {
            return asserted(&known);
        }
        if let Ok(mut cut) = self.cut.lock() {
            cut.add(GapKind::SideFile, "attributes beyond ATTRIBUTE_STEPS", path);
        }
        Asserted::default()
    }

    /// Versions whose attributes cost too much to find out. They have none.
    pub fn gaps(&self) -> Gaps {
        self.cut.lock().map_or_else(|cut| cut.into_inner().clone(), |cut| cut.clone())
    }
}

fn asserted(attributes: &HashMap<&[u8], &State>) -> Asserted {
    let of = |name: &[u8]| {
        attributes.get(name).and_then(|state| match state {
            State::Set => Some(true),
            State::Unset => Some(false),
            State::Value(value) if value == b"true" => Some(true),
            State::Value(value) if value == b"false" => Some(false),
            State::Value(_) | State::Unspecified => None,
        })
    };
    Asserted {
        generated: of(b"linguist-generated").or_else(|| of(b"gitlab-generated")),
        vendored: of(b"linguist-vendored"),
        documentation: of(b"linguist-documentation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of one file at the root; so many versions land with the only commit.
    fn table(text: &str, landed: u64) -> AttributeTable {
        let file = AttributeFile::parse(text.as_bytes(), FILE_NAME, &mut Gaps::default());
        AttributeTable {
            files: vec![file],
            by_folder: [(Vec::new(), vec![(0, Some(0))])].into(),
            steps: shares(&[landed]),
            ..AttributeTable::default()
        }
    }

    #[test]
    fn thousands_of_long_endings_are_looked_up_and_not_tried() {
        let rule = format!("*{}b linguist-generated\n", "a".repeat(120));
        let table = table(&rule.repeat(7_000), 1_000);
        let path = |end: &str| format!("x/{}{end}", "a".repeat(200));
        let steps = |end: &str| {
            let mut steps = Steps::new(u64::MAX);
            look_up(&[(b"", &table.files[0])], path(end).as_bytes(), &mut steps);
            Steps::new(u64::MAX).taken_until(steps)
        };
        assert!(steps("a") < 100, "one ending is looked up: {}", steps("a"));
        assert_eq!(table.at(path("a").as_bytes(), 0), Asserted::default());
        assert_eq!(table.at(path("b").as_bytes(), 0).generated, Some(true));
        assert!(table.gaps().is_empty(), "{:?}", table.gaps());
    }

    #[test]
    fn patterns_that_cost_too_much_say_nothing_and_are_counted() {
        let rule = format!("*{}*b*a linguist-generated\n", "a".repeat(60));
        let text = [rule.repeat(9_000).as_str(), "*.go linguist-generated\n"].concat();
        let table = table(&text, 1_000_000);
        for number in 0..300 {
            let path = format!("{}{number}a", "a".repeat(230));
            assert_eq!(table.at(path.as_bytes(), 0), Asserted::default());
        }
        let gaps = table.gaps().list();
        assert_eq!((gaps.len(), gaps[0].count), (1, 300));
        assert_eq!(table.at(b"x.go", 0).generated, Some(true), "it costs little");
    }

    #[test]
    fn what_a_version_may_cost_depends_on_what_landed_before_it_alone() {
        let all = ATTRIBUTE_STEPS.value;
        assert_eq!(shares(&[1, 1]), [all, all / 2]);
        assert_eq!(shares(&[1, 1, 1 << 40]), [all, all / 2, LEAST_STEPS]);
        assert_eq!(shares(&[0]), [all]);
    }
}
