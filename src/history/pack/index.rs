//! The index of a pack: where each of its objects begins. Both formats of
//! git's `gitformat-pack` manual are read.

use crate::history::ObjectId;

/// Where the objects of one pack begin.
#[derive(Debug)]
pub(super) struct PackIndex {
    /// For each first byte of an id how many ids begin with that or a smaller one.
    fan_out: Vec<u32>,
    /// The ids, ascending.
    ids: Vec<ObjectId>,
    /// Where each of them begins in the pack.
    offsets: Vec<u64>,
    /// The same, ascending: an entry ends where the next begins.
    sorted: Vec<u64>,
}

impl PackIndex {
    /// Reads an index; `None` when it is damaged or of another format.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        const MAGIC: &[u8] = b"\xfftOc\0\0\0\x02";
        let mut index = match data.strip_prefix(MAGIC) {
            Some(rest) => Self::version_2(rest)?,
            None => Self::version_1(data)?,
        };
        index.sorted.clone_from(&index.offsets);
        index.sorted.sort_unstable();
        Some(index)
    }

    fn version_2(data: &[u8]) -> Option<Self> {
        let fan_out = fan_out(data)?;
        let n = *fan_out.last()? as usize;
        let (ids, rest) = data.get(1_024..)?.split_at_checked(n.checked_mul(20)?)?;
        // A checksum for each object stands between ids and offsets.
        let (near, far) = rest.get(n * 4..)?.split_at_checked(n * 4)?;
        // Two checksums end it.
        let far = far.get(..far.len().checked_sub(40)?)?;
        let far_offset = |offset: u32| match offset.checked_sub(1 << 31) {
            None => Some(u64::from(offset)),
            Some(at) => {
                let at = at as usize * 8;
                Some(u64::from_be_bytes(far.get(at..at + 8)?.try_into().ok()?))
            }
        };
        let ids = ids.chunks_exact(20).map(ObjectId::from_raw).collect::<Option<_>>()?;
        let offsets = near
            .chunks_exact(4)
            .map(|raw| far_offset(number(raw)?))
            .collect::<Option<_>>()?;
        Some(Self { fan_out, ids, offsets, sorted: Vec::new() })
    }

    fn version_1(data: &[u8]) -> Option<Self> {
        let fan_out = fan_out(data)?;
        let n = *fan_out.last()? as usize;
        let rows = data.get(1_024..)?.get(..n.checked_mul(24)?)?.chunks_exact(24);
        let (mut ids, mut offsets) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for row in rows {
            offsets.push(u64::from(number(&row[..4])?));
            ids.push(ObjectId::from_raw(&row[4..])?);
        }
        Some(Self { fan_out, ids, offsets, sorted: Vec::new() })
    }

    /// How many objects the pack has.
    pub(super) fn n_objects(&self) -> usize {
        self.ids.len()
    }

    /// Where an object begins, if the pack has it.
    pub(super) fn offset(&self, id: ObjectId) -> Option<u64> {
        let first = usize::from(id.0[0]);
        let start =
            first.checked_sub(1).map_or(0, |before| self.fan_out[before]) as usize;
        let bucket = self.ids.get(start..self.fan_out[first] as usize)?;
        let at = bucket.binary_search(&id).ok()?;
        Some(self.offsets[start + at])
    }

    /// The ids that begin with these digits, ascending.
    pub(super) fn beginning_with<'i>(
        &'i self,
        digits: &'i str,
    ) -> impl Iterator<Item = ObjectId> + 'i {
        let first = self.ids.partition_point(|id| id.to_string().as_str() < digits);
        let begins = move |id: &&ObjectId| id.to_string().starts_with(digits);
        self.ids[first..].iter().take_while(begins).copied()
    }

    /// Where the entry after the one at `offset` begins, or `end` after the last;
    /// `None` when no entry begins there.
    pub(super) fn next_offset(&self, offset: u64, end: u64) -> Option<u64> {
        let at = self.sorted.binary_search(&offset).ok()?;
        let next = self.sorted.get(at + 1).copied().unwrap_or(end);
        (offset < next && next <= end).then_some(next)
    }
}

/// The 256 counts both formats begin with, which never descend.
fn fan_out(data: &[u8]) -> Option<Vec<u32>> {
    let counts: Vec<u32> =
        data.get(..1_024)?.chunks_exact(4).map(number).collect::<Option<_>>()?;
    counts.is_sorted().then_some(counts)
}

fn number(raw: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(raw.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of the second format with these objects, ascending.
    fn version_2(objects: &[(u8, u32)], far: &[u64]) -> Vec<u8> {
        let mut data = b"\xfftOc\0\0\0\x02".to_vec();
        data.extend(counts(objects));
        data.extend(objects.iter().flat_map(|&(first, _)| [first; 20]));
        data.extend(objects.iter().flat_map(|_| [0; 4]));
        data.extend(objects.iter().flat_map(|&(_, offset)| offset.to_be_bytes()));
        data.extend(far.iter().flat_map(|offset| offset.to_be_bytes()));
        data.extend([0; 40]);
        data
    }

    fn counts(objects: &[(u8, u32)]) -> Vec<u8> {
        let count = |byte: u8| objects.iter().filter(|(first, _)| *first <= byte).count();
        let counts = (0..=255).map(|byte| u32::try_from(count(byte)).unwrap());
        counts.flat_map(u32::to_be_bytes).collect()
    }

    #[test]
    fn an_object_is_found_at_its_offset_and_ends_where_the_next_begins() {
        let objects = [(0, 40), (7, 12), (7 + 1, 1 << 31), (255, 90)];
        let index = PackIndex::parse(&version_2(&objects, &[1 << 33])).unwrap();
        let offset = |first| index.offset(ObjectId([first; 20]));
        assert_eq!((offset(0), offset(7), offset(255)), (Some(40), Some(12), Some(90)));
        assert_eq!((offset(8), offset(9)), (Some(1 << 33), None));
        assert_eq!(index.next_offset(12, 1 << 34), Some(40));
        assert_eq!(index.next_offset(1 << 33, 1 << 34), Some(1 << 34));
        assert_eq!(index.next_offset(13, 1 << 34), None);
        assert_eq!(index.next_offset(90, 80), None);
    }

    #[test]
    fn the_older_format_says_the_same() {
        let objects = [(3, 40_u32), (200, 12)];
        let mut data = counts(&objects);
        for (first, offset) in objects {
            data.extend(offset.to_be_bytes());
            data.extend([first; 20]);
        }
        let index = PackIndex::parse(&data).unwrap();
        assert_eq!(index.offset(ObjectId([200; 20])), Some(12));
        assert_eq!((index.next_offset(12, 99), index.n_objects()), (Some(40), 2));
    }

    #[test]
    fn a_damaged_index_is_none() {
        let whole = version_2(&[(1, 12), (2, 40)], &[]);
        assert!(PackIndex::parse(&whole).is_some());
        for len in 0..whole.len() {
            assert!(PackIndex::parse(&whole[..len]).is_none(), "cut at {len}");
        }
        let mut descending = whole.clone();
        descending[8] = 9;
        assert!(PackIndex::parse(&descending).is_none());
        assert!(PackIndex::parse(&version_2(&[(1, (1 << 31) + 1)], &[5])).is_none());
    }
}
