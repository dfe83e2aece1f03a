//! Real trees: what a search finds and what it costs. Run by hand:
//!
//! ```sh
//! CLONES_TREE=/tmp/tree cargo test --release --lib clones::tests::measure -- --ignored --nocapture
//! ```

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::*;
use crate::file_class::{FileClass, of_version};
use crate::history::attributes::Asserted;
use crate::syntax::Fallback;

/// A folder of files.
pub(super) struct Tree {
    /// Paths from the top and contents, in order.
    pub(super) files: Vec<(String, Vec<u8>, FileClass)>,
}

impl Tree {
    pub(super) fn of_environment() -> Self {
        let top = std::env::var("CLONES_TREE").expect("CLONES_TREE names a folder");
        Self::read(Path::new(&top))
    }

    fn read(top: &Path) -> Self {
        let extensions = std::env::var("CLONES_EXTENSIONS").unwrap_or("rs,py".to_owned());
        let extensions: Vec<&str> = extensions.split(',').collect();
        let mut files = Vec::new();
        let mut waiting: Vec<PathBuf> = vec![top.to_owned()];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_symlink() {
                    continue;
                }
                if path.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let is_wanted = path.extension().and_then(|it| it.to_str());
                if !is_wanted.is_some_and(|it| extensions.contains(&it)) {
                    continue;
                }
                let bytes = fs::read(&path).unwrap();
                let path = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
                let class = of_version(path.as_bytes(), &bytes, Asserted::default());
                let is_wanted = class.is_countable()
                    || std::env::var_os("CLONES_ALL_CLASSES").is_some();
                if is_wanted {
                    files.push((path, bytes, class));
                }
            }
        }
        files.sort();
        Self { files }
    }

    /// The index of the tree, and what could not be read.
    pub(super) fn index(&self, preset: Preset) -> (Index, Vec<(String, Fallback)>) {
        let mut parsers = Parsers::new();
        let mut index = Index::new(preset);
        let mut left_out = Vec::new();
        for (path, bytes, class) in &self.files {
            let language = language_of(path.as_bytes());
            match TokenStream::read(&mut parsers, language, bytes, preset) {
                Ok(stream) => {
                    let is_test = *class == FileClass::Test;
                    let file = IndexedFile { stream: Arc::new(stream), is_test };
                    index.insert(path.as_bytes(), file);
                }
                Err(why) => left_out.push((path.clone(), why)),
            }
        }
        (index, left_out)
    }
}

fn cpu_seconds() -> f64 {
    // Fields 14 and 15, in ticks of a hundredth.
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = after.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
#[ignore = "reads the tree that CLONES_TREE names"]
fn a_tree_is_searched() {
    let mut out = std::io::stderr();
    let preset = match std::env::var("CLONES_PRESET").as_deref() {
        Ok("sonar") => Preset::Sonar,
        Ok("gitclear") => Preset::GitClear,
        _ => Preset::Default,
    };
    let tree = Tree::of_environment();
    let bytes: usize = tree.files.iter().map(|(_, bytes, _)| bytes.len()).sum();
    let start_megabytes = peak_megabytes();
    let mut parsers = Parsers::new();
    let mut times = vec![("start", cpu_seconds(), Instant::now())];
    let mut streams = Vec::new();
    let mut n_left_out = 0;
    for (path, bytes, class) in &tree.files {
        let language = language_of(path.as_bytes());
        match TokenStream::read(&mut parsers, language, bytes, preset) {
            Ok(stream) => streams.push((path, Arc::new(stream), *class)),
            Err(_) => n_left_out += 1,
        }
    }
    times.push(("read", cpu_seconds(), Instant::now()));
    if let Ok(path) = std::env::var("CLONES_TOKENS") {
        // Where the tokens of each file are, for comparing with other programs.
        let line = |(path, stream, _): &(&String, Arc<TokenStream>, FileClass)| {
            let lines: Vec<String> =
                stream.lines.iter().map(|it| format!("{}", it + 1)).collect();
            format!("{path}\t{}\n", lines.join(" "))
        };
        fs::write(path, streams.iter().map(line).collect::<String>()).unwrap();
    }
    let mut index = Index::new(preset);
    for (path, stream, class) in streams {
        let is_test = class == FileClass::Test;
        index.insert(path.as_bytes(), IndexedFile { stream, is_test });
    }
    times.push(("index", cpu_seconds(), Instant::now()));
    let found = index.duplication();
    times.push(("search", cpu_seconds(), Instant::now()));
    writeln!(out, "{} files, {bytes} bytes, {n_left_out} left out", tree.files.len())
        .unwrap();
    for two in times.windows(2) {
        let cpu = two[1].1 - two[0].1;
        writeln!(out, "{}: {cpu:.2} s CPU, {:.2?}", two[1].0, two[1].2 - two[0].2)
            .unwrap();
    }
    let (before, peak) = (start_megabytes, peak_megabytes());
    writeln!(out, "peak {peak} MB, of which files {before} MB").unwrap();
    writeln!(out, "{:?}\n{:?} {:?}", found.work, found.product, found.tests).unwrap();
    let n_instances: usize = found.classes.iter().map(|it| it.instances.len()).sum();
    let n_one = found.classes.iter().filter(|it| it.clone_type == CloneType::One).count();
    writeln!(
        out,
        "{} classes ({n_one} of type 1), {n_instances} instances; gaps {:?}",
        found.classes.len(),
        found.gaps.list()
    )
    .unwrap();
    if let Ok(path) = std::env::var("CLONES_OUT") {
        fs::write(path, as_lines(&found)).unwrap();
    }
}

/// `class type tokens path first last is_test same_as`, a line an instance; lines from 1.
fn as_lines(found: &Duplication) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (at, class) in found.classes.iter().enumerate() {
        for it in &class.instances {
            let path = String::from_utf8_lossy(found.files[it.file as usize].bytes());
            writeln!(
                text,
                "{at}\t{:?}\t{}\t{path}\t{}\t{}\t{}\t{}",
                class.clone_type,
                class.tokens,
                it.lines.start + 1,
                it.lines.end,
                it.is_test,
                it.same_as
            )
            .unwrap();
        }
    }
    text
}
