//! What messages say of the commits that brought in what they mend. Only what is said is
//! taken: guessing it from the lines that a mend touches is wrong in every third case, by
//! published tests of such methods.

use super::names::{PullName, id, pull, strip_word};

/// How many links one message may name.
const MOST_LINKS: usize = 1_000;

/// The commits and pull requests that a message says brought in a fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BugLinks {
    /// The first digits of ids, in lower case.
    pub ids: Vec<String>,
    /// Pull requests.
    pub pulls: Vec<PullName>,
}

/// Reads `Fixes: <id>`, `introduced in <id or #12>`, `regression from #12`.
pub fn bug_links(message: &[u8]) -> BugLinks {
    const PHRASES: [&[u8]; 8] = [
        b"introduced in ",
        b"introduced by ",
        b"regressed in ",
        b"regressed by ",
        b"regression from ",
        b"regression in ",
        b"regression introduced with ",
        b"broken by ",
    ];
    let mut found = BugLinks::default();
    for line in message.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
        if line.starts_with(b">") || found.ids.len() + found.pulls.len() > MOST_LINKS {
            continue;
        }
        if let Some(rest) = strip_word(line, b"Fixes: ") {
            found.ids.extend(first_id(rest));
            continue;
        }
        let lower = line.to_ascii_lowercase();
        for phrase in PHRASES {
            let Some(at) = memchr::memmem::find(&lower, phrase) else { continue };
            let rest = &line[at + phrase.len()..];
            let rest = strip_word(rest, b"commit ").unwrap_or(rest);
            match first_id(rest) {
                Some(id) => found.ids.push(id),
                None => found.pulls.extend(pull(rest)),
            }
        }
    }
    found
}

/// The id that a text begins with. A word of letters alone is a word.
fn first_id(text: &[u8]) -> Option<String> {
    let word = text.split(|byte| !byte.is_ascii_alphanumeric()).next()?;
    let has_digit = word.iter().any(u8::is_ascii_digit);
    id(std::str::from_utf8(word).ok()?).filter(|_| has_digit)
}

/// Whether a subject says that something is mended: `fix`, `hotfix`, `bug`, `broken`,
/// `regression`, as words.
pub fn says_mend(subject: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [
        b"fix",
        b"fixes",
        b"fixed",
        b"hotfix",
        b"bug",
        b"bugfix",
        b"broken",
        b"regression",
    ];
    let lower = subject.to_ascii_lowercase();
    let mut words = lower.split(|byte| !byte.is_ascii_alphanumeric());
    words.any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_led_back_to_what_a_message_names() {
        let links = |message: &str| {
            let found = bug_links(message.as_bytes());
            (found.ids, found.pulls.iter().map(|pull| pull.number).collect::<Vec<_>>())
        };
        let ids = |id: &str| (vec![id.to_owned()], Vec::new());
        assert_eq!(links("x\n\nFixes: 1a2b3c4d5e6f (\"net: add\")"), ids("1a2b3c4d5e6f"));
        assert_eq!(
            links("x\n\nThe bug was introduced in commit 1a2b3c4."),
            ids("1a2b3c4")
        );
        assert_eq!(links("x\n\nA regression from #12."), (Vec::new(), vec![12]));
        for none in [
            "Fixes #12",
            "Fixes: the defaced page",
            "introduced in defaced",
            "> Fixes: 1a2b3c4",
        ] {
            assert_eq!(links(none), (Vec::new(), Vec::new()), "{none}");
        }
    }

    #[test]
    fn a_mend_is_a_word_and_not_a_part_of_one() {
        assert!(says_mend(b"Fix the thing"));
        assert!(says_mend(b"core: bug in x"));
        assert!(!says_mend(b"Add prefix"));
        assert!(!says_mend(b"fixture for debugging"));
    }
}
