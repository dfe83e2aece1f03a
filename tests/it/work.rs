//! What a run costs, in counts that are the same on any machine: each test holds a
//! budget, so that work that grows faster than the history is noticed.

use std::fmt::Write as _;

use slopnexus::facts::{CacheUse, Facts, Work};
use slopnexus::scan::{ScanOptions, scan};

use crate::git::Repository;
use crate::harness::Place;

/// A history to be made: each commit changes one line of one file.
#[derive(Debug, Clone, Copy)]
struct Made {
    commits: usize,
    folders: usize,
    files_in_each: usize,
    lines: usize,
    /// Whether each commit stands on a branch of its own and is merged at once, and how
    /// many landings behind the branch begins.
    merged: Option<usize>,
}

/// One file.
const ONE_FILE: Made =
    Made { commits: 200, folders: 1, files_in_each: 1, lines: 1_000, merged: None };

/// A hundred files of forty lines.
const MANY_FILES: Made = Made { folders: 10, files_in_each: 10, lines: 40, ..ONE_FILE };

/// Ten thousand files of three lines.
const WIDE: Made = Made { folders: 100, files_in_each: 100, lines: 3, ..ONE_FILE };

impl Made {
    /// The stream for `git fast-import`.
    fn stream(self) -> String {
        let mut stream = String::new();
        let mut files = vec![vec![0; self.lines]; self.folders * self.files_in_each];
        let (mut mark, mut landings) = (0, Vec::new());
        for number in 0..=self.commits {
            let file = number * 7_919 % files.len();
            files[file][number * 31 % self.lines] = number;
            let written = if number == 0 { 0..files.len() } else { file..file + 1 };
            let mut changes = String::new();
            for file in written {
                let folder = file % self.folders;
                let text: String = (0..)
                    .zip(&files[file])
                    .map(|(line, value): (u32, _)| {
                        format!("file_{file}({line}, {value});\n")
                    })
                    .collect();
                write!(
                    changes,
                    "M 100644 inline d{folder}/deep/f{file}.rs\ndata {}\n{text}\n",
                    text.len()
                )
                .expect("text takes anything");
            }
            let commit = |stream: &mut String,
                          mark: usize,
                          parents: &str,
                          changes: &str| {
                let time = 1_700_000_000 + mark * 3_600;
                let who = format!("Ana <ana@example.com> {time} +0000");
                writeln!(
                    stream,
                    "commit refs/heads/main\nmark :{mark}\nauthor {who}\ncommitter {who}\n\
                     data 2\nm\n{parents}{changes}"
                )
                .expect("text takes anything");
            };
            let before = *landings.last().unwrap_or(&0);
            mark += 1;
            let behind = self.merged.unwrap_or(0).min(landings.len().saturating_sub(1));
            let base =
                landings.len().checked_sub(1 + behind).map_or(0, |at| landings[at]);
            let parent =
                if base == 0 { String::new() } else { format!("from :{base}\n") };
            commit(&mut stream, mark, &parent, &changes);
            if self.merged.is_some() && before > 0 {
                mark += 1;
                let parents = format!("from :{before}\nmerge :{}\n", mark - 1);
                commit(&mut stream, mark, &parents, &changes);
            }
            landings.push(mark);
        }
        stream
    }

    /// What it costs to find out about its lines.
    fn work(self) -> Work {
        let place = Place::new();
        Repository::import(&place, "made", self.stream().as_bytes());
        facts(&place, &ScanOptions::default()).work
    }
}

/// The facts of the repository, found out on one thread: what is read depends on what
/// the thread had read before.
fn facts(place: &Place, options: &ScanOptions) -> Facts {
    let options = ScanOptions { jobs: Some(1), ..options.clone() };
    let path = place.path("made");
    scan(&path, std::slice::from_ref(&path), &options, &|_| ()).expect("it can be read")
}

/// The counters, by name.
fn counters(work: Work) -> [(&'static str, u64); 8] {
    [
        ("commits", work.commits),
        ("trees", work.trees_read),
        ("objects", work.objects_read),
        ("blobs", work.blobs_read),
        ("bytes read", work.bytes_read),
        ("versions", work.versions),
        ("bytes compared", work.bytes_compared),
        ("lines hashed", work.lines_hashed),
    ]
}

#[test]
fn twice_the_commits_cost_twice_as_much_in_every_count() {
    for made in [ONE_FILE, MANY_FILES, Made { merged: Some(3), ..MANY_FILES }] {
        let [one, two, four] =
            [200, 400, 800].map(|commits| counters(Made { commits, ..made }.work()));
        for (((name, one), (_, two)), (_, four)) in one.iter().zip(two).zip(four) {
            // What the first commit costs is left out by taking differences.
            let (less, more) = (2 * (two - one), four - two);
            assert!(
                more.abs_diff(less) * 20 <= less,
                "{name}: {one}, {two}, {four} for 200, 400, 800 commits of {made:?}"
            );
        }
    }
}

#[test]
fn lines_are_hashed_when_they_change_and_not_as_often_as_their_file_does() {
    for lines in [1_000, 4_000] {
        let made = Made { lines, ..ONE_FILE };
        let hashed = made.work().lines_hashed;
        // Each line once when it came, which is the same as once for each change.
        assert_eq!(hashed, (made.lines + made.commits) as u64, "{made:?}");
    }
}

#[test]
fn bytes_are_compared_no_more_than_twice_the_versions_that_changed() {
    let work = ONE_FILE.work();
    let Work { bytes_compared, bytes_read, .. } = work;
    assert!(bytes_compared <= 2 * bytes_read, "{work:?}");
    let work = MANY_FILES.work();
    let Work { bytes_compared, bytes_read, .. } = work;
    assert!(bytes_compared <= 2 * bytes_read, "{work:?}");
}

#[test]
fn a_commit_of_one_file_costs_its_trees_its_blob_and_itself() {
    // Two directories above each file, and the root.
    const OBJECTS_A_COMMIT: u64 = 1 + 3 + 1;
    for made in [ONE_FILE, MANY_FILES, WIDE] {
        let more = Made { commits: 2 * made.commits, ..made }.work();
        let less = made.work();
        let objects = more.objects_read - less.objects_read;
        let commits = more.commits - less.commits;
        assert!(
            objects <= commits * OBJECTS_A_COMMIT,
            "{objects} in {commits}: {made:?}"
        );
    }
}

#[test]
fn a_wide_tree_costs_the_directories_above_what_changed() {
    let work = WIDE.work();
    let n_folders = (1 + 2 * WIDE.folders) as u64;
    let most = n_folders + 3 * WIDE.commits as u64;
    assert!(work.trees_read <= most, "{most} are enough: {work:?}");
}

#[test]
fn a_blob_is_read_twice_at_most() {
    for merged in [None, Some(0), Some(3)] {
        let made = Made { merged, ..MANY_FILES };
        let work = made.work();
        // No two versions are equal.
        assert!(work.blobs_read <= 2 * work.versions, "{made:?}: {work:?}");
    }
}

#[test]
fn merges_do_not_multiply_the_work() {
    for made in [ONE_FILE, MANY_FILES, WIDE] {
        let straight = made.work();
        let merged = Made { merged: Some(0), ..made }.work();
        assert_eq!(merged.commits, 2 * straight.commits - 1);
        let objects = straight.objects_read + merged.commits - straight.commits;
        let Work { bytes_read, .. } = merged;
        // The merges themselves are read, and nothing else.
        let expected = Work {
            commits: merged.commits,
            objects_read: objects,
            bytes_read,
            ..straight
        };
        assert_eq!(merged, expected, "{made:?}");
        // A branch that began earlier shows its merge another tree, and no other file.
        let crossed = Made { merged: Some(3), ..made };
        if made.folders > 1 {
            let crossed = crossed.work();
            assert_eq!(crossed.versions, straight.versions, "{made:?}");
            assert_eq!(crossed.blobs_read, straight.blobs_read, "{made:?}");
            assert_eq!(crossed.lines_hashed, straight.lines_hashed, "{made:?}");
            assert!(
                crossed.trees_read <= 2 * straight.trees_read,
                "{made:?}: {crossed:?}"
            );
        }
    }
}

#[test]
fn what_was_kept_is_found_without_a_single_blob() {
    let place = Place::new();
    let made = Made { lines: 20, ..ONE_FILE };
    let repository = Repository::import_loose(&place, "made", made.stream().as_bytes());
    let kept =
        ScanOptions { cache_folder: Some(place.path("kept")), ..ScanOptions::default() };
    let first = facts(&place, &kept);
    let objects = ["cat-file", "--batch-all-objects", "--batch-check"];
    let objects = String::from_utf8(repository.git(objects)).expect("ids are ASCII");
    for line in objects.lines().filter(|line| line.contains(" blob ")) {
        let file = repository.path.join("objects").join(&line[..2]).join(&line[2..40]);
        std::fs::remove_file(file).expect("it is loose");
    }
    let again = facts(&place, &kept);
    assert_eq!(again.cache, CacheUse::Kept);
    assert_eq!(again.work, first.work, "they say what it cost to find them out");
    assert_eq!(again.lifetimes, first.lifetimes);
    assert!(again.gaps.list().is_empty(), "{:?}", again.gaps);
}
