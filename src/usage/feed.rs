//! The bytes of an export through a window: as much of it as one record needs, and never
//! the whole file.

use std::fmt;
use std::io::Read;

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// A file that is read from front to back.
pub struct Feed<'a> {
    reader: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// Where in the buffer that begins which was not used yet.
    start: usize,
    ended: bool,
    fault: Option<&'static str>,
}

impl fmt::Debug for Feed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ahead = self.buffer.len() - self.start;
        f.debug_struct("Feed").field("ahead", &ahead).finish_non_exhaustive()
    }
}

impl<'a> Feed<'a> {
    /// Reads from the first byte on.
    pub fn new(reader: impl Read + 'a) -> Self {
        Self {
            reader: Box::new(reader),
            buffer: Vec::new(),
            start: 0,
            ended: false,
            fault: None,
        }
    }

    /// What comes next: at least `want` bytes, or all that is left.
    pub fn ahead(&mut self, want: usize) -> &[u8] {
        while self.buffer.len() - self.start < want && !self.ended {
            self.read_more();
        }
        &self.buffer[self.start..]
    }

    /// What was looked at last, without reading on.
    pub fn window(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Steps over bytes that were seen.
    pub fn advance(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.buffer.len());
    }

    /// Whether [`Self::window`] reaches the end of the file.
    pub fn is_last(&self) -> bool {
        self.ended
    }

    /// Why reading ended before the end of the file, if it did.
    pub fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    fn read_more(&mut self) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let known = self.buffer.len();
        self.buffer.resize(known + CHUNK.max(known), 0);
        let mut filled = known;
        while filled < self.buffer.len() {
            match self.reader.read(&mut self.buffer[filled..]) {
                Ok(0) => self.ended = true,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.fault = Some(fault_words(&error));
                }
            }
            if self.ended {
                break;
            }
        }
        self.buffer.truncate(filled);
    }
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let ahead = self.ahead(1);
        let count = ahead.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ahead[..count]);
        self.advance(count);
        match self.fault {
            Some(why) if count == 0 && !buffer.is_empty() => Err(fault(why)),
            _ => Ok(count),
        }
    }
}

/// Readers of ours put what is wrong into the error; the system's own errors have one
/// sentence for all, since the records before them are what matters.
fn fault_words(error: &std::io::Error) -> &'static str {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
        Some(Fault(why)) => why,
        None => "the rest of the file cannot be read or unpacked",
    }
}

/// Why a reader of ours gave up.
#[derive(Debug)]
struct Fault(&'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Fault {}

/// The error of a reader of ours, in words that [`Feed::fault`] gives back.
pub fn fault(why: &'static str) -> std::io::Error {
    std::io::Error::other(Fault(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_what_is_asked_and_ends_with_the_file() {
        let bytes: Vec<u8> = (0..=250).cycle().take(3 * CHUNK).collect();
        let mut feed = Feed::new(&bytes[..]);
        assert!(feed.ahead(10).len() >= 10);
        assert!(!feed.is_last());
        feed.advance(5);
        let rest = feed.ahead(usize::MAX >> 1).to_vec();
        assert_eq!(rest, bytes[5..]);
        assert!(feed.is_last());
        feed.advance(usize::MAX);
        assert_eq!(feed.ahead(1), b"");
    }

    #[test]
    fn what_stands_before_a_failure_can_be_read() {
        struct Breaks(bool);
        impl Read for Breaks {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(fault("a tooth broke"));
                }
                buffer[..3].copy_from_slice(b"abc");
                Ok(3)
            }
        }
        let mut feed = Feed::new(Breaks(false));
        assert_eq!(feed.ahead(10), b"abc");
        assert_eq!(feed.fault(), Some("a tooth broke"));
    }
}
