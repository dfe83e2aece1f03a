//! Kinds of lines that land: parsed inside the window, by their letters outside it; and
//! the class of their file, by the attributes in force where they land.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use rustc_hash::FxHashMap;

use crate::file_class;
use crate::history::ObjectId;
use crate::history::attributes::{self, AttributeChange, AttributeTable};
use crate::history::open::Opened;
use crate::history::walk::History;
use crate::lines::contents::{KindReader, Kinds as LandedKinds};
use crate::lines::versions::Graph;
use crate::problem::{GapKind, Gaps};
use crate::syntax::{self, LineKind, Parsers};
use crate::units::Timestamp;

/// Parsers that threads take and give back, and the attributes of the history.
pub(super) struct Kinds<'h> {
    opened: &'h Opened,
    history: &'h History,
    since: Option<Timestamp>,
    wanted: bool,
    free: Mutex<Vec<Parsers>>,
    parsed: AtomicU64,
    attributes: OnceLock<(AttributeTable, Gaps)>,
}

impl<'h> Kinds<'h> {
    /// Kinds of the landings of a history; those after `since` are parsed. Unless
    /// kinds are wanted, every line is text.
    pub(super) fn new(
        opened: &'h Opened,
        history: &'h History,
        since: Option<Timestamp>,
        wanted: bool,
    ) -> Self {
        let (free, parsed) = (Mutex::new(Vec::new()), AtomicU64::new(0));
        let attributes = OnceLock::new();
        Self { opened, history, since, wanted, free, parsed, attributes }
    }

    /// How many versions were parsed.
    pub(super) fn parsed(&self) -> u64 {
        self.parsed.load(Ordering::Relaxed)
    }

    /// What was left out of the attributes.
    pub(super) fn gaps(&self) -> Gaps {
        let Some((table, gaps)) = self.attributes.get() else { return Gaps::default() };
        let mut all = gaps.clone();
        all.merge(&table.gaps());
        all
    }

    /// Works with a parser of this thread's own.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Parsers) -> T) -> T {
        let free = self.free.lock().map_or(None, |mut free| free.pop());
        let mut parsers = free.unwrap_or_default();
        self.parsed.fetch_add(1, Ordering::Relaxed);
        let result = work(&mut parsers);
        if let Ok(mut free) = self.free.lock() {
            free.push(parsers);
        }
        result
    }

    /// A reader of kinds for one thread.
    pub(super) fn reader(&self, graph: &Graph) -> Box<KindReader<'_>> {
        if !self.wanted {
            return Box::new(|landed| {
                let class = file_class::by_path(landed.path);
                LandedKinds { kinds: Vec::new(), class, fallback: None }
            });
        }
        let (attributes, _) = self.attributes.get_or_init(|| self.read_attributes(graph));
        Box::new(move |landed| {
            let said = attributes.at(landed.path, landed.landing);
            let class = file_class::of_version(landed.path, landed.bytes, said);
            let time = self.history.clock[landed.landing as usize];
            let parsed = self.since.is_some_and(|since| time >= since);
            let Some(language) = syntax::language_of(landed.path).filter(|_| parsed)
            else {
                let blocks = landed.came.iter();
                let kinds = blocks.flat_map(|(_, block)| syntax::text_kinds(block));
                return LandedKinds { kinds: kinds.collect(), class, fallback: None };
            };
            let parsed = self.with(|parsers| parsers.read(language, landed.bytes));
            let came = landed.came.iter().flat_map(|(lines, _)| lines.start..lines.end);
            // Past the last line that the parser knows, nothing is known but the text.
            let kind = |line: u32| parsed.kinds.get(line as usize).copied();
            let kinds = came.map(|line| kind(line).unwrap_or(LineKind::Text)).collect();
            let too_deep = parsed.too_deep.then_some(syntax::TOO_DEEP);
            let fallback = parsed.fallback.map(syntax::Fallback::why).or(too_deep);
            LandedKinds { kinds, class, fallback }
        })
    }

    /// Reads the attributes that stood in the trees of the mainline. They are files like
    /// others, so the graph knows which landing brought which; links are none.
    fn read_attributes(&self, graph: &Graph) -> (AttributeTable, Gaps) {
        let mut gaps = Gaps::default();
        match self.opened.reader() {
            Ok(mut reader) => {
                let changes = attribute_changes(graph);
                let landed = self.landed_versions(graph);
                let table =
                    AttributeTable::read(changes, &landed, &mut reader, &mut gaps);
                (table, gaps)
            }
            Err(_) => {
                let why = "attributes could not be read";
                gaps.add(GapKind::SideFile, why, attributes::FILE_NAME);
                (AttributeTable::default(), gaps)
            }
        }
    }
}

impl Kinds<'_> {
    /// How many versions each mainline commit brought in.
    fn landed_versions(&self, graph: &Graph) -> Vec<u64> {
        let mut landed = vec![0; self.history.clock.len()];
        let versions = graph.steps.iter().filter(|step| step.new.is_some());
        for landing in versions.filter_map(|step| step.landing) {
            landed[landing as usize] += 1;
        }
        landed
    }
}

/// What the mainline did to files of attributes, in its order.
fn attribute_changes(graph: &Graph) -> Vec<AttributeChange> {
    let folders: FxHashMap<u32, &[u8]> = (0..)
        .zip(&graph.paths)
        .filter_map(|(number, path)| Some((number, attributes::folder(path)?)))
        .collect();
    let mut changes = Vec::new();
    for step in graph.steps.iter().filter(|_| !folders.is_empty()) {
        let Some(landing) = step.landing else { continue };
        let mut add = |path: u32, blob: Option<ObjectId>| {
            if let Some(folder) = folders.get(&path) {
                changes.push(AttributeChange { landing, folder: folder.to_vec(), blob });
            }
        };
        if step.old_path != step.path {
            add(step.old_path, None);
        }
        add(step.path, step.new.map(|new| graph.versions[new as usize].blob));
    }
    changes
}
