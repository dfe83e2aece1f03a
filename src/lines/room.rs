//! Room for the lines of a history: memory is taken for each line that lands.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many lines may still land. Shared by threads: which of them finds it full depends
/// on time, but not whether one does.
#[derive(Debug)]
pub struct Room {
    most_lines: u64,
    landed: AtomicU64,
}

impl Room {
    /// Room for so many lines.
    pub fn new(most_lines: u64) -> Self {
        Self { most_lines, landed: AtomicU64::new(0) }
    }

    /// Takes room for lines that land; false when there is none for all of them, and
    /// ever after.
    pub fn take(&self, lines: u64) -> bool {
        let before = self.landed.fetch_add(lines, Ordering::Relaxed);
        before.saturating_add(lines) <= self.most_lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_for_so_many_lines_and_once_full_stays_so() {
        let room = Room::new(10);
        assert!([4, 0, 6, 0].into_iter().all(|lines| room.take(lines)));
        assert!(![1, 0].into_iter().any(|lines| room.take(lines)));
    }
}
