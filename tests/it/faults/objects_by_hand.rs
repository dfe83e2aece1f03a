//! Objects and packs made by hand, right ones and wrong ones: git itself would refuse
//! to write most of what is needed.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::git::Repository;

/// The name of an object.
pub(crate) type Id = [u8; 20];

/// The kinds of entries of a pack, by their numbers.
pub(crate) const BLOB: u8 = 3;
const OFS_DELTA: u8 = 6;
const REF_DELTA: u8 = 7;

/// An id as hexadecimal digits.
pub(crate) fn hex(id: &Id) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text takes anything");
        text
    })
}

/// An id from hexadecimal digits.
pub(crate) fn id(hex: &str) -> Id {
    let pair = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16);
    std::array::from_fn(|at| pair(at).expect("it is hexadecimal"))
}

/// A zlib stream of `data`.
pub(crate) fn deflated(data: &[u8]) -> Vec<u8> {
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::fast());
    stream.write_all(data).expect("memory takes anything");
    stream.finish().expect("memory takes anything")
}

/// The id that git gives an object.
pub(crate) fn id_of(kind: &str, data: &[u8]) -> Id {
    sha1(&[format!("{kind} {}\0", data.len()).as_bytes(), data].concat())
}

/// Writes a loose object and returns its id.
pub(crate) fn loose(repository: &Repository, kind: &str, data: &[u8]) -> Id {
    let id = id_of(kind, data);
    let head = format!("{kind} {}\0", data.len());
    loose_as(repository, &id, &deflated(&[head.as_bytes(), data].concat()));
    id
}

/// Writes the bytes of a loose object under a name, whether they belong to it or not.
pub(crate) fn loose_as(repository: &Repository, id: &Id, bytes: &[u8]) {
    let hex = hex(id);
    let folder = repository.path.join("objects").join(&hex[..2]);
    fs::create_dir_all(&folder).expect("the repository is ours");
    let file = folder.join(&hex[2..]);
    fs::remove_file(&file).ok();
    fs::write(file, bytes).expect("the repository is ours");
}

/// A tree of entries in git's order.
pub(crate) fn tree(entries: &[(&str, &[u8], Id)]) -> Vec<u8> {
    let mut data = Vec::new();
    for (mode, name, id) in entries {
        data.extend([mode.as_bytes(), b" ", name, b"\0", id].concat());
    }
    data
}

/// Commits a tree by hand, on top of `parents`, `number` days after the first, and
/// returns the id.
pub(crate) fn commit(
    repository: &Repository,
    tree: &Id,
    parents: &[Id],
    number: u32,
) -> Id {
    let mut text = format!("tree {}\n", hex(tree));
    for parent in parents {
        writeln!(text, "parent {}", hex(parent)).expect("text takes anything");
    }
    let who = format!(
        "Ana <ana@example.com> {} +0000",
        1_700_000_000 + u64::from(number) * 86_400
    );
    write!(text, "author {who}\ncommitter {who}\n\nby hand\n")
        .expect("text takes anything");
    loose(repository, "commit", text.as_bytes())
}

/// Puts the branch at a commit.
pub(crate) fn set_branch(repository: &Repository, commit: &Id) {
    let file = repository.path.join("refs/heads/main");
    fs::write(file, hex(commit) + "\n").expect("the repository is ours");
}

/// A pack in the making, with its index: git's own tools would refuse to index most
/// of them.
#[derive(Debug, Default)]
pub(crate) struct Pack {
    bytes: Vec<u8>,
    entries: Vec<(Id, usize)>,
}

impl Pack {
    /// Adds an entry that says it is of `kind` and has `size` bytes, and holds these.
    pub(crate) fn entry(&mut self, id: Id, kind: u8, size: u64, stream: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.extend(b"PACK\0\0\0\x02\0\0\0\0");
        }
        self.entries.push((id, self.bytes.len()));
        let mut byte = kind << 4 | u8::try_from(size & 15).expect("it is small");
        let mut rest = size >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = u8::try_from(rest & 0x7f).expect("it is small");
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend(stream);
    }

    /// Adds a whole object.
    pub(crate) fn whole(&mut self, id: Id, kind: u8, data: &[u8]) {
        let size = u64::try_from(data.len()).expect("it is small");
        self.entry(id, kind, size, &deflated(data));
    }

    /// Adds a delta on the object with this id.
    pub(crate) fn delta_on(&mut self, id: Id, base: Id, delta: &[u8]) {
        let size = u64::try_from(delta.len()).expect("it is small");
        self.entry(id, REF_DELTA, size, &[&base[..], &deflated(delta)].concat());
    }

    /// Adds a delta on the entry before.
    pub(crate) fn delta_on_last(&mut self, id: Id, delta: &[u8]) {
        let (_, base) = self.entries.last().expect("there is an entry before");
        let mut back = self.bytes.len() - base;
        let mut offset = vec![low_bits(back)];
        while back > 0x7f {
            back = (back >> 7) - 1;
            offset.insert(0, low_bits(back) | 0x80);
        }
        let size = u64::try_from(delta.len()).expect("it is small");
        self.entry(id, OFS_DELTA, size, &[offset, deflated(delta)].concat());
    }

    /// Writes the pack and its index.
    pub(crate) fn write(mut self, repository: &Repository) {
        let number =
            |count: usize| u32::try_from(count).expect("tests are small").to_be_bytes();
        self.bytes[8..12].copy_from_slice(&number(self.entries.len()));
        let checksum = sha1(&self.bytes);
        let ends: Vec<usize> = self.entries[1..]
            .iter()
            .map(|(_, at)| *at)
            .chain([self.bytes.len()])
            .collect();
        let mut rows: Vec<(Id, usize, u32)> = self
            .entries
            .iter()
            .zip(ends)
            .map(|((id, at), end)| {
                let mut crc = flate2::Crc::new();
                crc.update(&self.bytes[*at..end]);
                (*id, *at, crc.sum())
            })
            .collect();
        rows.sort_unstable();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=255 {
            index.extend(number(rows.iter().filter(|row| row.0[0] <= first).count()));
        }
        rows.iter().for_each(|row| index.extend(row.0));
        rows.iter().for_each(|row| index.extend(row.2.to_be_bytes()));
        rows.iter().for_each(|row| index.extend(number(row.1)));
        index.extend(checksum);
        index.extend(sha1(&index));
        self.bytes.extend(checksum);
        let folder = repository.path.join("objects/pack");
        let name = format!("pack-{}", hex(&checksum));
        fs::write(folder.join(format!("{name}.pack")), &self.bytes)
            .expect("the repository is ours");
        fs::write(folder.join(format!("{name}.idx")), &index)
            .expect("the repository is ours");
    }
}

/// A delta that copies from its base and adds new bytes.
#[derive(Debug)]
pub(crate) struct Delta(Vec<u8>);

impl Delta {
    /// One that makes `size` bytes of a base of `base_size`.
    pub(crate) fn new(base_size: usize, size: usize) -> Self {
        let mut bytes = Vec::new();
        for mut rest in [base_size, size] {
            while rest > 0x7f {
                bytes.push(low_bits(rest) | 0x80);
                rest >>= 7;
            }
            bytes.push(low_bits(rest));
        }
        Self(bytes)
    }

    /// Copies `size` bytes of the base, at most 65,535, from `from` on.
    pub(crate) fn copy(mut self, from: usize, size: usize) -> Self {
        let from = u32::try_from(from).expect("tests are small").to_le_bytes();
        let size = u16::try_from(size).expect("a copy is small").to_le_bytes();
        self.0.extend([&[0xbf_u8][..], &from, &size].concat());
        self
    }

    /// Adds bytes, at most 127.
    pub(crate) fn add(mut self, new: &[u8]) -> Self {
        self.0.push(u8::try_from(new.len()).expect("an addition is small"));
        self.0.extend(new);
        self
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn low_bits(number: usize) -> u8 {
    u8::try_from(number & 0x7f).expect("seven bits are a byte")
}

/// SHA-1, as FIPS 180-4 has it: for checksums of packs, not for anybody's safety.
pub(crate) fn sha1(data: &[u8]) -> Id {
    let mut state: [u32; 5] =
        [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let bits = u64::try_from(data.len()).expect("it fits") * 8;
    let tail = data.chunks_exact(64).remainder();
    let mut last = [tail, &[0x80]].concat();
    last.resize(if last.len() > 56 { 120 } else { 56 }, 0);
    last.extend(bits.to_be_bytes());
    for block in data.chunks_exact(64).chain(last.chunks_exact(64)) {
        let mut words = [0_u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes(bytes.try_into().expect("there are four"));
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16])
                .rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (at, word) in words.into_iter().enumerate() {
            let (f, k) = match at {
                0..20 => (b & c | !b & d, 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let next =
                [f, e, k, word].into_iter().fold(a.rotate_left(5), u32::wrapping_add);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (old, new) in state.iter_mut().zip([a, b, c, d, e]) {
            *old = old.wrapping_add(new);
        }
    }
    let mut id = [0; 20];
    for (bytes, word) in id.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    id
}
