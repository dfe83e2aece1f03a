//! Packed exports: gzip and zip, unpacked as they are read, within bounds.

use std::cell::Cell;
use std::io::{BufReader, Read, Seek};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::feed::fault;
use super::framing::Refusal;
use crate::limits::{USAGE_FILE_BYTES, USAGE_FILES, USAGE_UNPACK_RATIO};
use crate::units::{Timestamp, len_to_u64};
use crate::untrusted::Untrusted;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// As one gzip stream, or several.
    Gzip,
    /// As a zip archive.
    Zip,
}

/// Tells by its first four bytes how a file is packed.
pub fn packing(head: &[u8]) -> Packing {
    match head {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [b'P', b'K', 3, 4, ..] => Packing::Zip,
        _ => Packing::Plain,
    }
}

/// What a plain file holds, up to the limit.
pub fn plain<'a>(reader: impl Read + 'a) -> impl Read + 'a {
    Bounded { inner: reader, packed: None, unpacked: 0 }
}

/// What a gzip file holds.
pub fn gunzip<'a>(reader: impl Read + 'a) -> impl Read + 'a {
    let packed = Rc::new(Cell::new(0));
    let counted = Counted { inner: BufReader::new(reader), bytes: Rc::clone(&packed) };
    Bounded { inner: MultiGzDecoder::new(counted), packed: Some(packed), unpacked: 0 }
}

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive.
    pub name: Untrusted,
    /// When it was changed last, in a time zone that archives do not tell: UTC is taken.
    pub modified: Option<Timestamp>,
}

/// Hands out the files of an archive, in its order. Directories and links are no files.
///
/// # Errors
///
/// What `read` returns; or that the archive cannot be read.
pub fn each_member<E>(
    archive: impl Read + Seek,
    refuse: impl Fn(Refusal) -> E,
    mut read: impl FnMut(&Member, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    let broken = || {
        refuse(Refusal {
            why: "it is a zip archive that cannot be read",
            hint: "pack it again, or unpack it and give the folder",
        })
    };
    let mut archive = zip::ZipArchive::new(archive).map_err(|_| broken())?;
    if len_to_u64(archive.len()) > USAGE_FILES.value {
        return Err(refuse(Refusal {
            why: "it is an archive of more than 200,000 files",
            hint: "pack less into it",
        }));
    }
    if archive.index_for_name("[Content_Types].xml").is_some() {
        return Err(refuse(Refusal {
            why: "it is an Excel workbook",
            hint: "save the sheet as CSV",
        }));
    }
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(|_| broken())?;
        if !file.is_file() || file.is_symlink() {
            continue;
        }
        let member = Member {
            name: Untrusted::from(file.name_raw()),
            modified: file.last_modified().and_then(timestamp),
        };
        let packed = Rc::new(Cell::new(file.compressed_size()));
        let mut bounded = Bounded { inner: file, packed: Some(packed), unpacked: 0 };
        read(&member, &mut bounded)?;
    }
    Ok(())
}

fn timestamp(time: zip::DateTime) -> Option<Timestamp> {
    let date = jiff::civil::datetime(
        i16::try_from(time.year()).ok()?,
        i8::try_from(time.month()).ok().filter(|month| (1..=12).contains(month))?,
        i8::try_from(time.day()).ok().filter(|day| (1..=28).contains(day))?,
        i8::try_from(time.hour()).ok().filter(|hour| *hour < 24)?,
        i8::try_from(time.minute()).ok().filter(|minute| *minute < 60)?,
        0,
        0,
    );
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(zoned.timestamp().as_second()))
}

/// Counts what was read of a packed file.
struct Counted<R> {
    inner: R,
    bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes.set(self.bytes.get() + len_to_u64(count));
        Ok(count)
    }
}

/// Ends with a fault where a file unpacks to more than it may.
struct Bounded<R> {
    inner: R,
    packed: Option<Rc<Cell<u64>>>,
    unpacked: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        /// What any file may unpack to, however small it is.
        const FREE: u64 = 256 << 20;
        let count = self.inner.read(buffer)?;
        self.unpacked += len_to_u64(count);
        if self.unpacked > USAGE_FILE_BYTES.value {
            return Err(fault("a file of more than 64 GiB: the rest is not read"));
        }
        let packed = self.packed.as_ref().map(|packed| packed.get());
        let most = packed.map(|packed| packed.saturating_mul(USAGE_UNPACK_RATIO.value));
        if most.is_some_and(|most| self.unpacked > most.saturating_add(FREE)) {
            return Err(fault("a file that unpacks to far more than logs do: a bomb"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to =
            flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn gzip_of_several_streams_is_read_whole() {
        let both = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(packing(&both), Packing::Gzip);
        let mut text = String::new();
        gunzip(&both[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "one\ntwo\n");
    }

    #[test]
    fn a_bomb_ends_with_a_fault_and_not_with_memory() {
        let bomb = gzip(&vec![b'0'; 600 << 20]);
        let mut reader = gunzip(&bomb[..]);
        let error = std::io::copy(&mut reader, &mut std::io::sink()).unwrap_err();
        assert!(error.to_string().contains("bomb"));
    }

    #[test]
    fn what_is_cut_off_is_an_error_and_not_an_end() {
        let packed = gzip(&b"some text, some more text".repeat(1_000));
        let mut reader = gunzip(&packed[..packed.len() / 2]);
        assert!(std::io::copy(&mut reader, &mut std::io::sink()).is_err());
    }

    #[test]
    fn files_of_an_archive_come_in_its_order_and_workbooks_are_refused() {
        let archive = |names: &[&str]| {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for name in names {
                let options = zip::write::SimpleFileOptions::default();
                zip.start_file(*name, options).unwrap();
                zip.write_all(name.as_bytes()).unwrap();
            }
            zip.finish().unwrap()
        };
        let mut seen = Vec::new();
        each_member(
            archive(&["b.csv", "a/c.json"]),
            |refusal| refusal,
            |member, reader| {
                let mut text = String::new();
                reader.read_to_string(&mut text).unwrap();
                seen.push((member.name.clone(), text));
                Ok(())
            },
        )
        .unwrap();
        let expected = ["b.csv", "a/c.json"].map(|name| (name.into(), name.to_owned()));
        assert_eq!(seen, expected);
        let workbook = archive(&["[Content_Types].xml"]);
        let refused =
            each_member(workbook, |refusal| refusal, |_, _| Ok(())).unwrap_err();
        assert_eq!(refused.why, "it is an Excel workbook");
        let broken = each_member(
            std::io::Cursor::new(b"PK\x03\x04 and no more".to_vec()),
            |refusal| refusal,
            |_, _| Ok(()),
        );
        assert!(broken.is_err());
    }
}
