//! Loose objects.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::history::ObjectId;
use crate::history::objects::ObjectKind;
use crate::history::probe::{id_of, read_loose};
use crate::units::len_to_u64;

/// Larger objects are refused.
pub(super) const LIMIT: u64 = 1 << 20;

const KINDS: [(&[u8], ObjectKind); 4] = [
    (b"commit", ObjectKind::Commit),
    (b"tree", ObjectKind::Tree),
    (b"blob", ObjectKind::Blob),
    (b"tag", ObjectKind::Tag),
];

/// After the first byte stands a file as it is, or what is in it before it is deflated.
/// What is sound is read, and what is read is what the stream holds, under its own id
/// and no other.
pub fn loose_object(data: &[u8]) {
    let Some((&mode, data)) = data.split_first() else { return };
    let file = if mode % 2 == 0 { data.to_vec() } else { deflated(data) };
    let mut content = Vec::new();
    let mut stream = ZlibDecoder::new(file.as_slice()).take(2 * LIMIT);
    let is_whole = stream.read_to_end(&mut content).is_ok();
    let (head, body) = super::split_at(&content, 0);
    let fits = len_to_u64(body.len()) <= LIMIT;
    let mut ids = KINDS
        .map(|(_, kind)| {
            id_of(kind, body).expect("no collision is known that is a line long")
        })
        .to_vec();
    ids.push(ObjectId([1; 20]));
    let read = read_loose(&file, &ids, LIMIT);
    assert!(read.last().is_some_and(Result::is_err), "no object has this id");
    for ((name, kind), read) in KINDS.into_iter().zip(read) {
        let proper = [name, b" ", body.len().to_string().as_bytes()].concat();
        let sound = is_whole && fits && head == proper && content.contains(&0);
        assert!(read.is_ok() || !sound, "a sound object is read");
        if let Ok((found, bytes)) = read {
            assert_eq!((found, bytes.as_slice()), (kind, body));
            assert!(is_whole && fits);
        }
    }
}

/// A zlib stream of this content.
pub(super) fn deflated(content: &[u8]) -> Vec<u8> {
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::fast());
    stream.write_all(content).expect("memory takes it");
    stream.finish().expect("memory takes it")
}
