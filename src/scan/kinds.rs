//! Kinds of lines that land: parsed inside the window, by their letters outside it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::file_class;
use crate::history::walk::History;
use crate::lines::contents::{KindReader, Kinds as LandedKinds};
use crate::syntax::{self, LineKind, Parsers};
use crate::units::Timestamp;

/// Parsers that threads take and give back.
pub(super) struct Kinds<'h> {
    history: &'h History,
    since: Option<Timestamp>,
    wanted: bool,
    free: Mutex<Vec<Parsers>>,
    parsed: AtomicU64,
}

impl<'h> Kinds<'h> {
    /// Kinds of the landings of a history; those after `since` are parsed. Unless
    /// kinds are wanted, every line is text.
    pub(super) fn new(
        history: &'h History,
        since: Option<Timestamp>,
        wanted: bool,
    ) -> Self {
        let (free, parsed) = (Mutex::new(Vec::new()), AtomicU64::new(0));
        Self { history, since, wanted, free, parsed }
    }

    /// How many versions were parsed.
    pub(super) fn parsed(&self) -> u64 {
        self.parsed.load(Ordering::Relaxed)
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
    pub(super) fn reader(&self) -> Box<KindReader<'_>> {
        Box::new(move |landed| {
            if !self.wanted {
                let class = file_class::by_path(landed.path);
                return LandedKinds { kinds: Vec::new(), class, fallback: None };
            }
            let class = file_class::of_version(landed.path, landed.bytes);
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
            let fallback = parsed.fallback.map(syntax::Fallback::why);
            LandedKinds { kinds, class, fallback }
        })
    }
}
