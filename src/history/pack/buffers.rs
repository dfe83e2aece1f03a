//! Memory that is used again: objects of like sizes come and go, and memory fresh from
//! the system costs more than the object that is put there.

/// Empty buffers, by how much room they have.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    sizes: Vec<Vec<Vec<u8>>>,
    bytes: usize,
}

impl Buffers {
    /// How many bytes are kept.
    const MOST_BYTES: usize = 8 << 20;
    /// Smaller buffers are not worth it.
    const LEAST_BYTES: usize = 512;

    /// A buffer with room for `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Vec<u8> {
        if len < Self::LEAST_BYTES {
            return Vec::with_capacity(len);
        }
        let (size, room) = size_above(len);
        match self.sizes.get_mut(size).and_then(Vec::pop) {
            Some(buffer) => {
                self.bytes -= buffer.capacity();
                buffer
            }
            None => Vec::with_capacity(room),
        }
    }

    /// Takes a buffer back.
    pub(super) fn give(&mut self, mut buffer: Vec<u8>) {
        let room = buffer.capacity();
        if room < Self::LEAST_BYTES || self.bytes + room > Self::MOST_BYTES {
            return;
        }
        // One that is a little too small for its size is good for the one below.
        let (size, full) = size_above(room);
        let size = if room == full { size } else { size - 1 };
        if self.sizes.len() <= size {
            self.sizes.resize_with(size + 1, Vec::new);
        }
        buffer.clear();
        self.bytes += room;
        self.sizes[size].push(buffer);
    }
}

/// The size a length belongs to, of four for each power of two, and its room.
fn size_above(len: usize) -> (usize, usize) {
    let power = (len - 1).ilog2();
    let step = 1 << (power - 2);
    let steps = len.div_ceil(step);
    ((power as usize) * 4 + steps - 4, steps * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_has_the_room_asked_for_and_at_most_a_quarter_more() {
        for len in 512..70_000 {
            let (size, room) = size_above(len);
            assert!(room >= len && room <= len + len / 4 + 1, "{len}: {room}");
            assert_eq!(size_above(room), (size, room));
            assert!(size_above(room + 1).0 == size + 1);
        }
    }

    #[test]
    fn buffers_come_back_empty_and_never_too_small() {
        let mut buffers = Buffers::default();
        for len in [600, 1_000, 5_000, 512] {
            buffers.give(vec![1; len]);
            let again = buffers.take(len);
            assert!(again.is_empty() && again.capacity() >= len);
        }
        let known = buffers.bytes;
        let buffer = buffers.take(3_000);
        let room = buffer.capacity();
        buffers.give(buffer);
        assert_eq!(buffers.bytes, known + room);
        assert_eq!(buffers.take(2_900).capacity(), room);
        assert_eq!(buffers.bytes, known);
        buffers.give(vec![0; Buffers::MOST_BYTES + 1]);
        assert_eq!(buffers.bytes, known, "it would be all there is");
    }
}
