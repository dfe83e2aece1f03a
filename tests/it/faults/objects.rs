//! Objects that are missing, damaged, or not what their name says.

use std::fs;

use super::objects_by_hand::{self as hand, BLOB, Delta, Pack};
use super::{answer, gaps, pack_file, packed, replace, report, says, small};
use crate::git::Repository;
use crate::harness::Place;

/// The id of what a revision names.
fn id_of(repository: &Repository, what: &str) -> hand::Id {
    hand::id(&repository.words(["rev-parse", what]).remove(0))
}

fn file_of(repository: &Repository, id: &hand::Id) -> std::path::PathBuf {
    let hex = hand::hex(id);
    repository.path.join("objects").join(&hex[..2]).join(&hex[2..])
}

/// Holds that one file version at the tip, spoilt so, is said to be damaged and costs
/// nothing else.
#[track_caller]
fn check_spoilt(spoil: impl Fn(&[u8], &[u8]) -> Vec<u8>) {
    let place = super::fresh();
    let repository = small(&place, "r");
    let others = |place: &Place| -> Vec<String> {
        let lines = place.run(["lines", "r", "--exact"]).ended(0).out();
        let others = lines.lines().filter(|line| !line.starts_with("src/f1.rs"));
        others.map(str::to_owned).collect()
    };
    let control = others(&place);
    assert!(control.len() > 100, "{}", control.len());
    let id = id_of(&repository, "HEAD:src/f1.rs");
    let data = repository.git(["cat-file", "blob", "HEAD:src/f1.rs"]);
    let stored = fs::read(file_of(&repository, &id)).expect("it is loose");
    hand::loose_as(&repository, &id, &spoil(&data, &stored));
    let spoilt = report(&place, "r");
    says(&spoilt, "W-CORRUPT", false);
    assert_eq!(gaps(&spoilt)["W-CORRUPT"], 1);
    assert_eq!(others(&place), control);
}

#[test]
fn an_empty_object_is_damaged() {
    check_spoilt(|_, _| Vec::new());
}

#[test]
fn an_object_with_one_bit_flipped_is_damaged() {
    check_spoilt(|_, stored| {
        let mut stored = stored.to_vec();
        let middle = stored.len() / 2;
        stored[middle] ^= 1;
        stored
    });
}

#[test]
fn an_object_of_another_content_is_damaged() {
    check_spoilt(|data, _| {
        let other = [data, b"let more = 1;\n"].concat();
        let head = format!("blob {}\0", other.len());
        hand::deflated(&[head.as_bytes(), &other].concat())
    });
}

#[test]
fn an_object_that_says_it_is_shorter_is_damaged() {
    check_spoilt(|data, _| {
        let head = format!("blob {}\0", data.len() - 10);
        hand::deflated(&[head.as_bytes(), data].concat())
    });
}

#[test]
fn an_object_that_says_it_is_longer_is_damaged() {
    check_spoilt(|data, _| {
        let head = format!("blob {}\0", data.len() + 10);
        hand::deflated(&[head.as_bytes(), data].concat())
    });
}

#[test]
fn an_object_of_another_kind_is_damaged() {
    check_spoilt(|data, _| {
        let head = format!("tree {}\0", data.len());
        hand::deflated(&[head.as_bytes(), data].concat())
    });
}

/// Holds that one file version, in whose place something else stands, is said to be
/// damaged and costs nothing else.
#[track_caller]
fn check_replaced(put: impl Fn(&std::path::Path)) {
    let place = super::fresh();
    let repository = small(&place, "r");
    let file = file_of(&repository, &id_of(&repository, "HEAD:src/f1.rs"));
    fs::remove_file(&file).expect("it is loose");
    put(&file);
    let report = report(&place, "r");
    says(&report, "W-CORRUPT", false);
    assert_eq!(gaps(&report)["W-CORRUPT"], 1);
}

#[test]
fn a_pipe_a_link_or_a_folder_in_place_of_an_object_is_damaged_and_does_not_hang() {
    check_replaced(mkfifo);
    check_replaced(|file| {
        std::os::unix::fs::symlink("/dev/zero", file).expect("it is ours");
    });
    check_replaced(|file| fs::create_dir(file).expect("it is ours"));
}

fn mkfifo(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo is installed").success(), "{}", path.display());
}

#[test]
fn pipes_among_the_packs_are_left_out_and_do_not_hang() {
    for name in ["multi-pack-index", "pack-1.idx", "pack-1.pack", "pack-1.rev"] {
        let place = super::fresh();
        let repository = packed(&place, "r");
        let control = answer(&place, "r");
        mkfifo(&repository.path.join("objects/pack").join(name));
        assert_eq!(control, answer(&place, "r"), "{name}");
        let is_index = name == "pack-1.idx";
        assert_eq!(report(&place, "r")["complete"], !is_index, "{name}");
    }
    let place = super::fresh();
    let repository = packed(&place, "r");
    let pack = pack_file(&repository, ".pack");
    fs::remove_file(&pack).expect("the repository is ours");
    mkfifo(&pack);
    place.run(["report", "r"]).refused(3, "[E-TIP]");
}

/// A commit in a pack must have its name.
#[test]
fn a_commit_of_another_content_is_damaged() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let (one, two) = ([0x11; 20], [0x22; 20]);
    let tree = hand::hex(&id_of(&repository, "HEAD^{tree}"));
    let commit = |parent: &hand::Id| {
        let who = "Ana <ana@example.com> 1700000000 +0000";
        format!(
            "tree {tree}\nparent {}\nauthor {who}\ncommitter {who}\n\nm\n",
            hand::hex(parent)
        )
    };
    let mut pack = Pack::default();
    // Each is the parent of the other.
    pack.whole(one, 1, commit(&two).as_bytes());
    pack.whole(two, 1, commit(&one).as_bytes());
    pack.write(&repository);
    hand::set_branch(&repository, &one);
    place.run(["report", "r"]).refused(3, "[E-TIP]");
}

/// git has it everywhere, and writes it nowhere.
#[test]
fn the_empty_tree_need_not_be_there() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let empty = hand::id_of("tree", b"");
    let commit = hand::commit(&repository, &empty, &[id_of(&repository, "HEAD")], 40);
    hand::set_branch(&repository, &commit);
    assert!(gaps(&report(&place, "r")).is_empty());
}

#[test]
fn an_object_that_says_it_is_enormous_is_left_out_unread() {
    for size in ["4611686018427387904", "18446744073709551616", "-1"] {
        let place = super::fresh();
        let repository = small(&place, "r");
        let id = id_of(&repository, "HEAD:src/f1.rs");
        let head = format!("blob {size}\0");
        hand::loose_as(&repository, &id, &hand::deflated(head.as_bytes()));
        let gaps = gaps(&report(&place, "r"));
        let n_left_out: u64 =
            ["W-SIZE", "W-CORRUPT"].iter().filter_map(|code| gaps.get(*code)).sum();
        assert_eq!(n_left_out, 1, "{size}: {gaps:?}");
    }
}

#[test]
fn a_missing_version_at_the_tip_is_said_to_be_missing() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let id = id_of(&repository, "HEAD:src/f1.rs");
    fs::remove_file(file_of(&repository, &id)).expect("it is loose");
    let report = report(&place, "r");
    says(&report, "W-MISSING", false);
    assert_eq!(gaps(&report)["W-MISSING"], 1);
}

#[test]
fn what_is_after_a_missing_parent_is_reported() {
    let place = super::fresh();
    let repository = small(&place, "r");
    let id = id_of(&repository, "HEAD~3");
    fs::remove_file(file_of(&repository, &id)).expect("it is loose");
    let report = report(&place, "r");
    says(&report, "W-SHALLOW", false);
    let first = report["gaps"][0]["first"].as_str().expect("it says where");
    assert_eq!(first, hand::hex(&id));
    drop(place.run(["facts", "r", "--output", "tables"]).ended(0));
    let commits = fs::read_to_string(place.path("tables/commits.ndjson"));
    assert_eq!(commits.expect("it was written").lines().count(), 3);
}

#[test]
fn a_version_of_more_lines_than_the_limit_is_left_out_and_said_to_be() {
    let place = super::fresh();
    let lines = "\n".repeat(5_000_001);
    let stream = format!(
        "commit refs/heads/main\ncommitter ana <ana@example.com> 1735776000 +0000\n\
         data 1\nm\nM 100644 inline f.txt\ndata {}\n{lines}\n\
         M 100644 inline g.txt\ndata 4\none\n\n",
        lines.len()
    );
    drop(Repository::import(&place, "r", stream.as_bytes()));
    let report = report(&place, "r");
    says(&report, "W-SIZE", false);
    assert_eq!(gaps(&report)["W-SIZE"], 1);
    let lines = place.run(["lines", "r", "--exact"]).ended(0).out();
    assert!(lines.contains("g.txt") && !lines.contains("f.txt"), "{lines}");
}

#[test]
fn what_stands_where_the_mainline_begins_at_a_merge_has_an_unknown_birth() {
    let place = super::fresh();
    let who = |day: u64| {
        let time = 1_735_776_000 + day * 86_400;
        format!("committer ana <ana@example.com> {time} +0000\ndata 1\nm\n")
    };
    let file = |path: &str, text: &str| {
        format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len())
    };
    let (main, side) = ("commit refs/heads/main\n", "commit refs/heads/side\n");
    let stream = [
        format!("{main}mark :1\n{}{}", who(0), file("f", "one\ntwo\nthree\n")),
        format!("{side}mark :2\n{}from :1\n{}", who(1), file("g", "side\n")),
        format!("{main}mark :3\n{}from :1\n{}", who(2), file("h", "lost\n")),
        format!("{main}mark :4\n{}from :3\nmerge :2\n", who(3)) + &file("g", "side\n"),
        format!("{main}mark :5\n{}from :4\n{}", who(4), file("z", "later\n")),
    ];
    let repository = Repository::import_loose(&place, "r", stream.join("\n").as_bytes());
    let first_parent = id_of(&repository, "HEAD~2");
    fs::remove_file(file_of(&repository, &first_parent)).expect("it is loose");
    drop(place.run(["facts", "r", "--output", "tables"]).ended(0));
    let rows = fs::read_to_string(place.path("tables/lifetimes.ndjson"));
    let rows: Vec<serde_json::Value> = rows
        .expect("it was written")
        .lines()
        .map(|row| serde_json::from_str(row).expect("a row is JSON"))
        .collect();
    // The other parent says who wrote `f` and `g`, and nothing of when they landed.
    let unknown = |row: &serde_json::Value| {
        (row["path"].as_str() == Some("z")) != (row["birth_unknown"] == true)
    };
    assert!(rows.len() >= 3 && rows.iter().all(unknown), "{rows:#?}");
}

#[test]
fn a_pack_without_its_index_is_not_there() {
    let place = super::fresh();
    let repository = packed(&place, "r");
    fs::remove_file(pack_file(&repository, ".idx")).expect("the repository is ours");
    for command in ["report", "lines"] {
        place.run([command, "r"]).refused(3, "[E-TIP]");
    }
}

/// Of a pack that was cut, what is before the cut may be read or not; the end is
/// documented either way, and no hang.
#[test]
fn a_pack_that_was_cut_short_is_left_out_or_refused() {
    for share in [2, 10, 1_000] {
        let place = super::fresh();
        let repository = packed(&place, "r");
        let pack = pack_file(&repository, ".pack");
        let bytes = fs::read(&pack).expect("it is there");
        replace(&pack, &bytes[..bytes.len() - bytes.len() / share - 1]);
        let run = place.run(["report", "r"]);
        let said = &run.stderr;
        match run.status {
            Some(0) => assert!(said.contains("[W-"), "1/{share}: {said}"),
            Some(3) => assert!(said.contains("[E-"), "1/{share}: {said}"),
            other => panic!("1/{share}: {other:?}: {said}"),
        }
    }
}

#[test]
fn an_index_of_a_pack_that_is_damaged_is_left_out_or_refused() {
    let place = super::fresh();
    let repository = packed(&place, "r");
    let file = pack_file(&repository, ".idx");
    let index = fs::read(&file).expect("it is there");
    let rows = 8 + 1_024;
    let n_objects = (index.len() - rows - 40) / 28;
    let spoil = |at: std::ops::Range<usize>, with: u8| {
        let mut bytes = index.clone();
        bytes[at].fill(with);
        bytes
    };
    let offsets = rows + n_objects * 24;
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("its head alone", index[..8].to_vec()),
        ("half of it", index[..index.len() / 2].to_vec()),
        ("another version", spoil(4..8, 9)),
        ("more objects than it has", spoil(rows - 4..rows, 0xff)),
        ("a table that goes down", spoil(8..12, 0xff)),
        ("offsets beyond the pack", spoil(offsets..offsets + 4 * n_objects, 0x7f)),
        (
            "offsets in a table that is not there",
            spoil(offsets..offsets + 4 * n_objects, 0xff),
        ),
        ("offsets of the head", spoil(offsets..offsets + 4 * n_objects, 0)),
        ("no names", spoil(rows..rows + 20 * n_objects, 0)),
    ] {
        replace(&file, bytes);
        let run = place.run(["report", "r"]);
        assert_eq!(run.status, Some(3), "{what}: {}", run.stderr);
        assert!(run.stderr.contains("[E-"), "{what}: {}", run.stderr);
    }
}

/// Replaces the one version of a file by entries of a pack made by hand, commits it,
/// and returns what is said about it under a limit on memory.
#[track_caller]
fn with_pack(id: hand::Id, fill: impl FnOnce(&mut Pack)) -> crate::harness::Run {
    let place = super::fresh();
    let repository = small(&place, "r");
    let mut pack = Pack::default();
    fill(&mut pack);
    pack.write(&repository);
    let tree =
        hand::loose(&repository, "tree", &hand::tree(&[("100644", b"made.rs", id)]));
    let parent = id_of(&repository, "HEAD");
    let commit = hand::commit(&repository, &tree, &[parent], 40);
    hand::set_branch(&repository, &commit);
    // With 50 MB more the allocator takes a large piece at once, which sometimes leaves no
    // room for the threads of the worker.
    super::bombs::limited(
        &place,
        "ulimit -v 350000",
        &["report", "r", "--format", "json"],
    )
}

/// Holds that it was reported with one of `codes`.
#[track_caller]
fn left_out(run: &crate::harness::Run, codes: &[&str]) {
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let report = serde_json::from_slice(&run.stdout).expect("the report is JSON");
    let gaps = gaps(&report);
    let n: u64 = codes.iter().filter_map(|code| gaps.get(*code)).sum();
    assert_eq!(n, 1, "{gaps:?}");
    assert_eq!(report["complete"], false);
}

#[test]
fn an_entry_of_a_pack_that_says_it_is_enormous_is_left_out_unread() {
    for size in [1 << 40, 1 << 62] {
        let id = [7; 20];
        let run = with_pack(id, |pack| {
            pack.entry(id, BLOB, size, &hand::deflated(b"let a;\n"));
        });
        left_out(&run, &["W-SIZE", "W-CORRUPT"]);
    }
}

#[test]
fn an_entry_that_inflates_to_more_than_it_says_is_damaged() {
    let id = [7; 20];
    let stream = hand::deflated(&vec![b'\n'; 80 << 20]);
    let run = with_pack(id, |pack| pack.entry(id, BLOB, 100, &stream));
    left_out(&run, &["W-SIZE", "W-CORRUPT"]);
}

#[test]
fn a_large_version_behind_a_small_entry_is_left_out_unread() {
    let data = vec![b'\n'; 80 << 20];
    let id = hand::id_of("blob", &data);
    let run = with_pack(id, |pack| pack.whole(id, BLOB, &data));
    left_out(&run, &["W-SIZE"]);
}

#[test]
fn a_large_version_behind_a_small_delta_is_left_out_unread() {
    let base = vec![b'\n'; 60_000];
    let base_id = hand::id_of("blob", &base);
    let id = [7; 20];
    let n_copies = 20_000;
    let mut delta = Delta::new(base.len(), base.len() * n_copies);
    for _ in 0..n_copies {
        delta = delta.copy(0, base.len());
    }
    let run = with_pack(id, |pack| {
        pack.whole(base_id, BLOB, &base);
        pack.delta_on(id, base_id, delta.bytes());
    });
    left_out(&run, &["W-SIZE"]);
}

#[test]
fn a_delta_that_copies_from_beyond_its_base_is_damaged() {
    let base = b"let a = 1;\n";
    let base_id = hand::id_of("blob", base);
    for delta in [
        Delta::new(base.len(), 50).copy(0, 50),
        Delta::new(base.len(), 11).copy(1 << 30, 11),
        Delta::new(base.len() + 1, 11).copy(0, 11),
        Delta::new(base.len(), 90).copy(0, 11),
        Delta::new(base.len(), 3).copy(0, 11),
    ] {
        let id = [7; 20];
        let run = with_pack(id, |pack| {
            pack.whole(base_id, BLOB, base);
            pack.delta_on(id, base_id, delta.bytes());
        });
        left_out(&run, &["W-CORRUPT"]);
    }
}

#[test]
fn a_delta_on_nothing_is_damaged_or_missing() {
    let id = [7; 20];
    let delta = Delta::new(11, 11).copy(0, 11);
    let run = with_pack(id, |pack| pack.delta_on(id, [8; 20], delta.bytes()));
    left_out(&run, &["W-CORRUPT", "W-MISSING"]);
}

/// Two deltas, each on the other: libraries go round for ever.
#[test]
fn a_circle_of_deltas_ends() {
    let (one, two) = ([7; 20], [8; 20]);
    let delta = Delta::new(11, 11).copy(0, 11);
    let run = with_pack(one, |pack| {
        pack.delta_on(one, two, delta.bytes());
        pack.delta_on(two, one, delta.bytes());
    });
    match run.status {
        Some(0) => left_out(&run, &["W-CORRUPT"]),
        // A worker that hangs is ended by its parent.
        _ => run.refused(3, "[E-WORKER]"),
    }
}

#[test]
fn a_long_chain_of_deltas_is_followed() {
    let whole = b"let b = 00000;\n".repeat(40);
    let (line, size) = (15, whole.len());
    let mut data = whole.clone();
    let mut deltas = Vec::new();
    for number in 1..=20_000 {
        let new = format!("let b = {number:05};\n");
        data.splice(..line, new.bytes());
        let delta = Delta::new(size, size).add(new.as_bytes()).copy(line, size - line);
        deltas.push((hand::id_of("blob", &data), delta));
    }
    let last = deltas.last().expect("there are many").0;
    let run = with_pack(last, |pack| {
        pack.whole(hand::id_of("blob", &whole), BLOB, &whole);
        for (id, delta) in &deltas {
            pack.delta_on_last(*id, delta.bytes());
        }
    });
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).expect("the report is JSON");
    assert!(gaps(&report).is_empty(), "{:?}", gaps(&report));
}

/// Holds that a list that git keeps to be faster changes nothing, sound or damaged.
#[track_caller]
fn check_list(name: &str, write: &[&str]) {
    let place = super::fresh();
    let repository = packed(&place, "r");
    let control = answer(&place, "r");
    repository.git(write);
    assert_eq!(control, answer(&place, "r"));
    let file = repository.path.join("objects").join(name);
    let bytes = fs::read(&file).expect("git wrote it");
    for keep in [0, 7, bytes.len() / 2] {
        let mut damaged = bytes[..keep].to_vec();
        damaged.resize(bytes.len(), 0x5a);
        replace(&file, &damaged);
        assert_eq!(control, answer(&place, "r"), "{name} from {keep}");
        assert_eq!(report(&place, "r")["complete"], true, "{name} from {keep}");
    }
}

#[test]
fn a_damaged_list_of_commits_changes_nothing() {
    check_list("info/commit-graph", &["commit-graph", "write", "--reachable"]);
}

#[test]
fn a_damaged_list_of_packs_changes_nothing() {
    check_list("pack/multi-pack-index", &["multi-pack-index", "write"]);
}

/// A list of commits that says the tip has no parents, with a sound checksum: git
/// itself believes it.
#[test]
fn a_list_of_commits_that_lies_changes_nothing() {
    let place = super::fresh();
    let repository = packed(&place, "r");
    let control = answer(&place, "r");
    repository.git(["commit-graph", "write", "--reachable"]);
    let file = repository.path.join("objects/info/commit-graph");
    let mut graph = fs::read(&file).expect("git wrote it");
    let chunk = |name: &[u8]| {
        let rows = graph[8..].chunks_exact(12);
        let mut rows = rows.filter(|row| &row[..4] == name);
        let at = &rows.next().expect("the chunk is there")[4..];
        usize::try_from(u64::from_be_bytes(at.try_into().expect("eight bytes")))
            .expect("it is small")
    };
    let (ids, data) = (chunk(b"OIDL"), chunk(b"CDAT"));
    let tip = id_of(&repository, "HEAD");
    let number = graph[ids..data].chunks_exact(20).position(|id| id == tip);
    let row = data + 36 * number.expect("the tip is in it");
    graph[row + 20..row + 24].copy_from_slice(&0x7000_0000_u32.to_be_bytes());
    let end = graph.len() - 20;
    let checksum = hand::sha1(&graph[..end]);
    graph[end..].copy_from_slice(&checksum);
    replace(&file, &graph);
    assert_eq!(
        repository.words(["rev-list", "--count", "HEAD"]),
        ["1"],
        "git believes it"
    );
    assert_eq!(control, answer(&place, "r"));
}

/// What borrows from a blobless clone fetches as soon as git touches it.
#[test]
fn a_partial_clone_says_what_is_missing_and_fetches_nothing() {
    for filter in ["blob:none", "tree:0"] {
        let place = super::fresh();
        let repository = small(&place, "r");
        repository.git(["config", "uploadpack.allowFilter", "true"]);
        let from = format!("file://{}", repository.path.display());
        let filter_flag = format!("--filter={filter}");
        repository.git(["clone", "-q", "--bare", &filter_flag, &from, "../partial"]);
        let partial = Repository { path: place.path("partial") };
        let trap = format!("touch {}; exit 1", place.path("fetched").display());
        partial.git(["config", "remote.origin.uploadpack", &trap]);
        partial.git(["config", "extensions.partialClone", "origin"]);
        partial.git(["config", "core.repositoryFormatVersion", "1"]);
        let report = report(&place, "partial");
        says(&report, "W-MISSING", false);
        drop(place.run(["doctor", "partial"]).ended(0));
        assert!(!place.path("fetched").exists(), "{filter}: it was fetched");
    }
}
