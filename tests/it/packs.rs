//! Objects read from packs: as git reads them where they are sound, refused where they
//! are not.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use slopnexus::history::ObjectId;
use slopnexus::history::objects::{ObjectKind, ObjectReader, Unreadable};
use slopnexus::history::open;

use crate::git::{Repository, git_in};
use crate::harness::Place;
use crate::random_history;

fn kind_named(name: &str) -> ObjectKind {
    match name {
        "commit" => ObjectKind::Commit,
        "tree" => ObjectKind::Tree,
        "blob" => ObjectKind::Blob,
        "tag" => ObjectKind::Tag,
        _ => panic!("git knows no {name}"),
    }
}

/// Every object of a repository as git reads it.
fn for_each_object(path: &Path, mut see: impl FnMut(ObjectId, ObjectKind, &[u8])) {
    let mut command = git_in(path);
    command.args(["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    let mut child = command.stderr(Stdio::null()).spawn().expect("git is installed");
    let mut answer = BufReader::new(child.stdout.take().expect("it is piped"));
    let (mut head, mut bytes) = (String::new(), Vec::new());
    while answer.read_line(&mut head).expect("git goes on") > 0 {
        let words: Vec<&str> = head.split_ascii_whitespace().collect();
        let size: usize = words[2].parse().expect("git writes the size");
        bytes.resize(size + 1, 0);
        answer.read_exact(&mut bytes).expect("git writes it all");
        let id = ObjectId::from_hex(words[0].as_bytes()).expect("git writes ids");
        see(id, kind_named(words[1]), &bytes[..size]);
        head.clear();
    }
    assert!(child.wait().expect("git is our child").success());
}

/// Holds that every object is read as git reads it; returns how many there are.
#[track_caller]
fn check_all(path: &Path) -> usize {
    let opened = open::open(path, &["/".into()], true).expect("it is a repository");
    let mut reader = opened.reader().expect("it can be opened");
    let mut n = 0;
    for_each_object(path, |id, kind, bytes| {
        let ours = reader.read(id, kind);
        assert!(ours.is_ok_and(|ours| *ours == bytes), "{id} in {}", path.display());
        n += 1;
    });
    assert!(n > 0, "there is nothing to compare");
    n
}

#[test]
fn objects_are_those_of_git_however_they_are_packed() {
    let styles: [&[&str]; 5] = [
        &["repack", "-adfq", "--depth=50"],
        &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=250"],
        &["-c", "pack.indexVersion=1", "repack", "-adfq"],
        &["-c", "pack.depth=4095", "repack", "-adfq", "--window=3"],
        &["-c", "pack.packSizeLimit=1m", "-c", "pack.compression=0", "repack", "-adfq"],
    ];
    for (seed, style) in (20..).zip(styles) {
        let place = Place::new();
        let stream = random_history::stream(seed);
        let repository = Repository::import(&place, "random", &stream);
        let loose = check_all(&repository.path);
        repository.git(style);
        assert_eq!(check_all(&repository.path), loose, "{style:?}");
    }
}

/// Compares the whole of the repository that `SLOPNEXUS_OBJECTS` names, if it is set.
#[test]
fn objects_of_a_named_repository_are_those_of_git() {
    if let Some(path) = std::env::var_os("SLOPNEXUS_OBJECTS") {
        assert!(check_all(&PathBuf::from(path)) > 0);
    }
}

#[test]
fn objects_of_several_packs_and_of_alternates_are_found() {
    let place = Place::new();
    let odd = place.root().join(OsStr::from_bytes(b"alternate \xff"));
    fs::create_dir(&odd).expect("the directory is ours");
    let far = Repository { path: odd };
    far.git(["init", "--quiet", "--bare", "--initial-branch=main", "."]);
    for seed in 30..33 {
        far.git_with_input(
            ["fast-import", "--quiet", "--force"],
            &random_history::stream(seed),
        );
        far.git(["repack", "-dq"]);
    }
    let near = Repository::empty(&place, "near");
    let mut path = far.path.join("objects").as_os_str().as_bytes().to_vec();
    path.push(b'\n');
    fs::write(near.path.join("objects/info/alternates"), path).expect("it is ours");
    assert!(check_all(&near.path) > 100);
}

fn first_blob(repository: &Repository) -> (String, Vec<u8>) {
    let file = repository.files("HEAD").into_iter().find(|file| file.content.len() > 20);
    let content = file.expect("the history ends with files").content;
    let id = repository.git_with_input(["hash-object", "--stdin"], &content);
    (String::from_utf8_lossy(&id).trim().to_owned(), content)
}

fn read_blob(reader: &mut ObjectReader<'_>, hex: &str) -> Result<Vec<u8>, Unreadable> {
    let id = ObjectId::from_hex(hex.as_bytes()).expect("it is an id");
    reader.read(id, ObjectKind::Blob).map(|bytes| bytes.to_vec())
}

#[test]
fn a_damaged_loose_object_does_not_hide_a_sound_one_in_a_pack() {
    let place = Place::new();
    let repository = Repository::import(&place, "random", &random_history::stream(40));
    let (hex, content) = first_blob(&repository);
    repository.git(["repack", "-adfq"]);
    let folder = repository.path.join("objects").join(&hex[..2]);
    fs::create_dir_all(&folder).expect("it is ours");
    fs::write(folder.join(&hex[2..]), b"damaged").expect("it is ours");
    let opened =
        open::open(&repository.path, &["/".into()], true).expect("it is a repository");
    let mut reader = opened.reader().expect("it can be opened");
    assert_eq!(read_blob(&mut reader, &hex), Ok(content));
}

#[test]
fn objects_are_found_where_a_repack_has_moved_them() {
    let place = Place::new();
    let repository = Repository::import(&place, "random", &random_history::stream(41));
    repository.git(["repack", "-adfq"]);
    let (hex, content) = first_blob(&repository);
    let opened =
        open::open(&repository.path, &["/".into()], true).expect("it is a repository");
    let mut reader = opened.reader().expect("it can be opened");
    let new = repository.git_with_input(["hash-object", "-w", "--stdin"], b"new\n");
    let new = String::from_utf8_lossy(&new).trim().to_owned();
    repository.git(["update-ref", "refs/tags/new", &new]);
    repository.git(["repack", "-adfq", "--depth=3"]);
    assert_eq!(read_blob(&mut reader, &hex), Ok(content));
    assert_eq!(read_blob(&mut reader, &new), Ok(b"new\n".to_vec()));
    assert_eq!(read_blob(&mut reader, &"7".repeat(40)), Err(Unreadable::Missing));
}

/// An entry of a pack that is made by hand.
struct Entry {
    id: u8,
    /// The type as packs number them.
    code: u8,
    /// The size it claims.
    size: u64,
    /// What stands before the stream: where the base is.
    base: Vec<u8>,
    content: Vec<u8>,
}

const BLOB: u8 = 3;
const BACK: u8 = 6;
const BY_NAME: u8 = 7;

fn blob(id: u8, content: &[u8]) -> Entry {
    let size = content.len() as u64;
    Entry { id, code: BLOB, size, base: Vec::new(), content: content.to_vec() }
}

/// A delta of the object with the name `base`.
fn delta(id: u8, base: u8, content: &[u8]) -> Entry {
    let size = content.len() as u64;
    let base = name(base).0.to_vec();
    Entry { id, code: BY_NAME, size, base, content: content.to_vec() }
}

fn name(byte: u8) -> ObjectId {
    ObjectId([byte; 20])
}

/// Seven bits a byte, the lowest first.
fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).expect("it has seven bits");
        number >>= 7;
        bytes.push(if number > 0 { low | 0x80 } else { low });
        if number == 0 {
            return bytes;
        }
    }
}

fn head(code: u8, size: u64) -> Vec<u8> {
    let low = u8::try_from(size & 0x0f).expect("it has four bits") | code << 4;
    if size < 16 {
        return vec![low];
    }
    let mut bytes = vec![low | 0x80];
    bytes.extend(varint(size >> 4));
    bytes
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Makes a repository that holds one pack with these entries.
fn packed(place: &Place, entries: &[Entry]) -> Repository {
    let numbered = entries.iter().map(|entry| (name(entry.id), entry));
    let encoded = numbered.map(|(id, entry)| {
        let parts =
            [head(entry.code, entry.size), entry.base.clone(), deflated(&entry.content)];
        (id, parts.concat())
    });
    packed_as(place, &encoded.collect::<Vec<_>>())
}

/// Makes a repository that holds one pack with these names and entries.
fn packed_as(place: &Place, entries: &[(ObjectId, Vec<u8>)]) -> Repository {
    let repository = Repository::empty(place, "packed");
    let n = u32::try_from(entries.len()).expect("tests are small");
    let mut pack = [&b"PACK\0\0\0\x02"[..], &n.to_be_bytes()].concat();
    let mut places = Vec::new();
    for (id, bytes) in entries {
        let offset = u32::try_from(pack.len()).expect("tests are small");
        places.push((*id, offset));
        pack.extend(bytes);
    }
    pack.extend([0; 20]);
    places.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255 {
        let count = places.iter().filter(|(id, _)| id.0[0] <= first).count();
        index.extend(u32::try_from(count).expect("tests are small").to_be_bytes());
    }
    index.extend(places.iter().flat_map(|(id, _)| id.0));
    index.extend(vec![0; places.len() * 4]);
    index.extend(places.iter().flat_map(|(_, offset)| offset.to_be_bytes()));
    index.extend([0; 40]);
    let folder = repository.path.join("objects/pack");
    fs::write(folder.join("pack-1.pack"), pack).expect("it is ours");
    fs::write(folder.join("pack-1.idx"), index).expect("it is ours");
    repository
}

/// What each of the entries reads as.
fn read_entries<const N: usize>(
    entries: &[Entry],
    wanted: [u8; N],
) -> [Result<Vec<u8>, Unreadable>; N] {
    let place = Place::new();
    let repository = packed(&place, entries);
    let opened =
        open::open(&repository.path, &["/".into()], true).expect("it is a repository");
    let mut reader = opened.reader().expect("it can be opened");
    wanted.map(|id| reader.read(name(id), ObjectKind::Blob).map(|bytes| bytes.to_vec()))
}

/// The delta that copies `len` bytes and says so.
fn copy(len: u8) -> Vec<u8> {
    vec![len, len, 0x90, len]
}

#[test]
fn deltas_of_deltas_are_read_and_what_they_are_made_from() {
    let entries = [
        delta(3, 2, &[4, 5, 0x90, 4, 1, b'!']),
        delta(2, 1, &[3, 4, 0x91, 1, 2, 2, b'x', b'y']),
        blob(1, b"abc"),
        blob(4, b""),
    ];
    let expected =
        [&b"bcxy!"[..], b"bcxy", b"abc", b""].map(|content| Ok(content.to_vec()));
    assert_eq!(read_entries(&entries, [3, 2, 1, 4]), expected);
}

#[test]
fn chains_that_meet_themselves_are_damaged_and_do_not_hang() {
    let entries = [
        delta(1, 1, &copy(3)),
        delta(2, 3, &copy(3)),
        delta(3, 4, &copy(3)),
        delta(4, 2, &copy(3)),
        delta(5, 2, &copy(3)),
    ];
    let all = read_entries(&entries, [1, 2, 5, 4, 3]);
    assert_eq!(all, [const { Err(Unreadable::Corrupt) }; 5]);
}

#[test]
fn what_claims_another_size_is_refused_before_it_is_inflated() {
    let huge = |entry: Entry| Entry { size: 1 << 40, ..entry };
    let result = [varint(3), varint(1 << 30), vec![0x90, 3]].concat();
    let entries = [
        huge(blob(1, b"abc")),
        huge(delta(2, 4, &copy(3))),
        delta(3, 4, &result),
        blob(4, b"abc"),
        Entry { size: 2, ..blob(5, &vec![7; 1 << 20]) },
        Entry { size: 9, ..blob(6, b"abc") },
        delta(7, 4, &[9, 3, 0x90, 3]),
        delta(8, 1, &copy(3)),
    ];
    let [one, two, three, four, rest @ ..] =
        read_entries(&entries, [1, 2, 3, 4, 5, 6, 7, 8]);
    for large in [one, two, three] {
        assert_eq!(large, Err(Unreadable::TooLarge));
    }
    assert_eq!(four, Ok(b"abc".to_vec()));
    let corrupt = || Err(Unreadable::Corrupt);
    assert_eq!(rest, [corrupt(), corrupt(), corrupt(), Err(Unreadable::TooLarge)]);
}

#[test]
fn a_base_that_is_elsewhere_or_no_entry_is_damage() {
    let back =
        |id, back: u8| Entry { code: BACK, base: vec![back], ..blob(id, &copy(3)) };
    let entries =
        [blob(1, b"abc"), back(2, 3), back(3, 0), back(4, 127), delta(5, 99, &copy(3))];
    let all = read_entries(&entries, [2, 3, 4, 5]);
    assert_eq!(all, [const { Err(Unreadable::Corrupt) }; 4]);
}

#[test]
fn a_chain_of_20_000_deltas_is_read_and_one_beyond_the_limit_is_not() {
    let id = |number: u32| {
        let mut id = [0; 20];
        id[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
        id[4..8].copy_from_slice(&number.to_be_bytes());
        ObjectId(id)
    };
    let mut entries = vec![(id(0), [head(BLOB, 3), deflated(b"abc")].concat())];
    let content = deflated(&copy(3));
    for number in 1..=60_000 {
        let base = id(number - 1).0;
        entries.push((id(number), [&head(BY_NAME, 4), &base[..], &content].concat()));
    }
    let place = Place::new();
    let repository = packed_as(&place, &entries);
    let opened =
        open::open(&repository.path, &["/".into()], true).expect("it is a repository");
    let mut reader = opened.reader().expect("it can be opened");
    let read = reader.read(id(60_000), ObjectKind::Blob);
    assert_eq!(read, Err(Unreadable::TooLarge));
    let read = reader.read(id(20_000), ObjectKind::Blob);
    assert_eq!(read.map(|bytes| bytes.to_vec()), Ok(b"abc".to_vec()));
}

/// Every object of a damaged pack must be as it was or refused.
fn check_damaged(path: &Path, sound: &[(ObjectId, ObjectKind, Vec<u8>)]) -> usize {
    let opened = open::open(path, &["/".into()], true).expect("it is a repository");
    let mut reader = opened.reader().expect("it can be opened");
    let mut refused = 0;
    for (id, kind, bytes) in sound {
        match reader.read(*id, *kind) {
            Ok(read) => assert!(*read == *bytes, "{id} reads as something else"),
            Err(_) => refused += 1,
        }
    }
    refused
}

#[test]
fn a_pack_that_is_cut_off_or_has_a_wrong_byte_gives_right_objects_or_none() {
    let place = Place::new();
    let repository = Repository::import(&place, "random", &random_history::stream(43));
    repository.git(["repack", "-adfq", "--depth=50"]);
    let mut sound = Vec::new();
    for_each_object(&repository.path, |id, kind, bytes| {
        sound.push((id, kind, bytes.to_vec()));
    });
    let folder = repository.path.join("objects/pack");
    let entries = fs::read_dir(&folder).expect("it is there");
    let paths = entries.map(|entry| entry.expect("it is there").path());
    let pack = paths
        .into_iter()
        .find(|path| path.extension() == Some(OsStr::new("pack")))
        .expect("it was packed");
    let whole = fs::read(&pack).expect("it is there");
    fs::remove_file(&pack).expect("it is ours");
    for len in (12..whole.len()).step_by(whole.len() / 16) {
        fs::write(&pack, &whole[..len]).expect("it is ours");
        assert!(check_damaged(&repository.path, &sound) > 0, "cut at {len}");
    }
    let mut refused = 0;
    for at in (12..whole.len() - 20).step_by(whole.len() / 128) {
        let mut wrong = whole.clone();
        wrong[at] ^= 1 << (at % 8);
        fs::write(&pack, &wrong).expect("it is ours");
        refused += check_damaged(&repository.path, &sound);
    }
    assert!(refused > 0, "damage is noticed");
    fs::write(&pack, &whole).expect("it is ours");
    assert_eq!(check_damaged(&repository.path, &sound), 0);
}
