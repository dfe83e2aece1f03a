//! What is made to cost much costs little, and what is left out is counted.

use super::*;
use crate::problem::GapKind;

fn random_keys(seed: u64, n: usize) -> Vec<u64> {
    let mut random = Random(seed);
    (0..n).map(|_| random.next()).collect()
}

#[test]
fn ten_thousand_equal_files_are_one_class() {
    let file = made_up(&random_keys(1, 600), Preset::Default);
    let mut index = Index::new(Preset::Default);
    for at in 0..10_000 {
        index.insert(format!("{at:05}").as_bytes(), file.clone());
    }
    let found = index.duplication();
    assert_eq!((found.classes.len(), found.classes[0].instances.len()), (1, 10_000));
    assert_eq!(found.product.duplicated_lines, 600_000);
    assert!(found.gaps.is_empty());
    // Each token is compared about once.
    assert!(found.work.steps < 3 * found.work.tokens, "{:?}", found.work);
}

#[test]
fn a_file_of_a_million_equal_tokens_holds_no_clone() {
    let mut index = Index::new(Preset::Default);
    index.insert(b"a", made_up(&vec![7; 1_000_000], Preset::Default));
    assert_eq!(index.n_tokens(), 2);
    assert_eq!(index.duplication().classes, []);
}

#[test]
fn a_long_file_that_repeats_itself_in_long_steps_ends_at_the_bound_on_work() {
    let mut index = Index::new(Preset::Default);
    index.insert(b"a", made_up(&random_keys(1, 100).repeat(5_000), Preset::Default));
    let found = index.duplication();
    let most = index.n_tokens() * crate::limits::CLONE_STEPS_PER_TOKEN.value + (2 << 26);
    assert!(found.work.steps < most, "{:?}", found.work);
    assert_eq!(found.gaps.list()[0].kind, GapKind::SearchLimit);
}

#[test]
fn files_that_each_part_elsewhere_end_at_the_bound_on_work() {
    // Each is another beginning of one text: every two share another length.
    let text = random_keys(1, 9_000);
    let mut index = Index::new(Preset::Default);
    for at in 0..300 {
        let mut keys = text[..at * 30].to_vec();
        keys.extend(random_keys(at as u64 + 2, 30));
        index.insert(format!("{at:04}").as_bytes(), made_up(&keys, Preset::Default));
    }
    let found = index.duplication();
    let most = index.n_tokens() * crate::limits::CLONE_STEPS_PER_TOKEN.value + (2 << 26);
    assert!(found.work.steps < most, "{:?}", found.work);
    assert!(found.product.duplicated_lines > 100_000);
}

#[test]
fn a_tree_with_too_much_code_leaves_files_out_and_counts_them() {
    let n_tokens = 4 << 20;
    let file = made_up(&random_keys(1, n_tokens), Preset::Default);
    let mut index = Index::new(Preset::Default);
    let n_files = crate::limits::CLONE_TOKENS.value / (4 << 20);
    for at in 0..n_files + 2 {
        // Files that share their tokens cost no memory, and count all the same.
        let file = if at < 2 { file.clone() } else { made_up(&[], Preset::Default) };
        index.insert(format!("{at:04}").as_bytes(), file);
    }
    assert!(index.gaps().is_empty());
    for at in 2..n_files + 2 {
        index.insert(format!("{at:04}").as_bytes(), file.clone());
    }
    let gap = &index.gaps().list()[0];
    assert_eq!((gap.kind, gap.count), (GapKind::OverLimit, 2));
    assert!(index.remove(format!("{:04}", n_files + 1).as_bytes()));
    assert_eq!(index.gaps().list()[0].count, 1);
}

#[test]
fn a_thousand_equal_files_that_come_at_once_end_at_the_bound_on_work() {
    let file = made_up(&random_keys(1, 600), Preset::Default);
    let mut index = Index::new(Preset::Default);
    let paths: Vec<String> = (0..1_000).map(|at| format!("{at:05}")).collect();
    let added = [Range { start: 0, end: 60 }];
    let changes: Vec<FileChange<'_>> = paths
        .iter()
        .map(|path| FileChange {
            before: None,
            after: Some((path.as_bytes(), file.clone())),
            is_unseen: false,
            added: &added,
            moved: &[],
            reformed: &[],
            deleted: &[],
            gone_on: &[],
        })
        .collect();
    let mut allowed = SearchSteps { left: 1 << 27 };
    let found = births(&mut index, &changes, &mut allowed);
    assert_eq!(found.product.repeated_lines, 60_000);
    // Of each fingerprint 64 places are looked at.
    assert!(allowed.left > 0, "{allowed:?}");
    assert_eq!(found.gaps.list()[0].kind, GapKind::SearchLimit);
}

#[test]
fn a_file_of_one_line_repeated_is_read_and_holds_no_clone() {
    let text = "total = total + item.price\n".repeat(70_000);
    for preset in Preset::ALL {
        let mut index = Index::new(preset);
        index.insert(b"a.py", file_of("a.py", &text, preset));
        assert!(index.n_tokens() <= 14, "{preset:?}");
        let found = index.duplication();
        assert_eq!((found.classes.len(), found.work.steps), (0, 0), "{preset:?}");
    }
    // Larger than a file that is parsed may be.
    let larger = "total = total + item.price\n".repeat(200_000);
    let language = language_of(b"a.py");
    let mut parsers = Parsers::new();
    let read =
        TokenStream::read(&mut parsers, language, larger.as_bytes(), Preset::Default);
    assert_eq!(read.err(), Some(crate::syntax::Fallback::TooLarge));
}

#[test]
fn a_minified_or_huge_file_is_not_read() {
    let read = |text: &[u8]| {
        let language = language_of(b"a.py");
        TokenStream::read(&mut Parsers::new(), language, text, Preset::Default).err()
    };
    assert_eq!(read(&b"a=1;".repeat(500_000)), Some(crate::syntax::Fallback::Minified));
    assert_eq!(
        read(&b"a = 1\n".repeat(500_000)),
        Some(crate::syntax::Fallback::TooLarge)
    );
}
