//! Inflating zlib streams into a length that is known before.

use flate2::{Decompress, FlushDecompress, Status};

/// Inflates one stream after the other.
#[derive(Debug)]
pub(super) struct Inflater(Decompress);

/// What more of a stream did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inflated {
    /// The stream ended, and its checksum is right.
    End,
    /// More of it is wanted.
    More,
    /// It is damaged, or longer than there is room for.
    Damaged,
}

impl Inflater {
    /// At the start of a stream.
    pub(super) fn new() -> Self {
        Self(Decompress::new(true))
    }

    /// Goes to the start of another stream.
    pub(super) fn restart(&mut self) {
        self.0.reset(true);
    }

    /// Inflates what follows of the stream into the spare room of `made`, which never
    /// grows beyond it.
    pub(super) fn feed(&mut self, mut stream: &[u8], made: &mut Vec<u8>) -> Inflated {
        loop {
            let (read, written) = (self.0.total_in(), made.len());
            // Wanting it whole spares the copy of a window for what might follow.
            let Ok(status) = self.0.decompress_vec(stream, made, FlushDecompress::Finish)
            else {
                return Inflated::Damaged;
            };
            if status == Status::StreamEnd {
                return Inflated::End;
            }
            let Ok(used) = usize::try_from(self.0.total_in() - read) else {
                return Inflated::Damaged;
            };
            stream = &stream[used..];
            if stream.is_empty() {
                return Inflated::More;
            }
            if used == 0 && made.len() == written {
                return Inflated::Damaged;
            }
        }
    }
}
