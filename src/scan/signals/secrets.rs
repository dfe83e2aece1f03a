//! Literals that look like secrets: where they are and of what sort. What they are is
//! never kept.

use regex::bytes::Regex;
use std::sync::OnceLock;

use super::patterns::pattern;
use super::tip::each_match;

/// Prefixes that services give their keys, by what they open.
const KNOWN: &[(&str, &str)] = &[
    ("AWS access key", r"\b((?:AKIA|ASIA)[0-9A-Z]{16})\b"),
    ("GitHub token", r"\b((?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,}))\b"),
    ("GitLab token", r"\b(glpat-[A-Za-z0-9_-]{20,})\b"),
    ("Anthropic key", r"\b(sk-ant-[A-Za-z0-9_-]{32,})\b"),
    ("OpenAI key", r"\b(sk-(?:proj-)?[A-Za-z0-9_-]{40,})\b"),
    ("Stripe live key", r"\b([sr]k_live_[A-Za-z0-9]{20,})\b"),
    ("Slack token", r"\b(xox[baprs]-[0-9A-Za-z-]{20,})\b"),
    ("Google key", r"\b(AIza[0-9A-Za-z_-]{35})\b"),
    ("npm token", r"\b(npm_[A-Za-z0-9]{36})\b"),
    ("private key", r"(-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----)"),
];

/// Calls for each: its line, counted from 0, and what sort it is.
pub(super) fn find(path: &[u8], bytes: &[u8], found: &mut dyn FnMut(usize, &str)) {
    if is_expected(path) {
        return;
    }
    for (word, at) in known() {
        each_match(at, bytes, &mut |line, secret| {
            if !is_sample(secret) {
                found(line, word);
            }
        });
    }
    let mut literal = |line: usize, secret: &[u8]| {
        if entropy_bits(secret) >= LEAST_BITS && !is_sample(secret) && has_mixture(secret)
        {
            found(line, "random literal named as a secret");
        }
    };
    each_match(assigned(), bytes, &mut literal);
    if is_bare(path) {
        each_match(bare(), bytes, &mut literal);
    }
}

/// Whether text has something in it that looks like a secret, whatever file it is of.
pub(super) fn is_in(text: &[u8]) -> bool {
    const LEAST_BYTES: usize = 24;
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let words = text.split(|byte| !is_key(byte) || matches!(byte, b'/' | b'='));
    let is_random = |word: &[u8]| {
        word.len() >= LEAST_BYTES && entropy_bits(word) >= LEAST_BITS && has_mixture(word)
    };
    known().iter().any(|it| it.1.is_match(text)) || words.into_iter().any(is_random)
}

/// Files in which a value needs no quotes.
fn is_bare(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    const ENDINGS: [&[u8]; 8] =
        [b".env", b".yml", b".yaml", b".properties", b".ini", b".cfg", b".conf", b".sh"];
    name.starts_with(b".env") || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Bits of entropy a character above which text is hardly written by hand.
const LEAST_BITS: f64 = 4.0;

/// Files in which such literals are made up: tests, samples and documentation.
fn is_expected(path: &[u8]) -> bool {
    let class = crate::file_class::by_path(path);
    !matches!(
        class,
        crate::file_class::FileClass::Product
            | crate::file_class::FileClass::Config
            | crate::file_class::FileClass::Infrastructure
    ) || super::patterns::is_aside(path)
        || [".example", ".sample", ".template", ".dist"]
            .iter()
            .any(|ending| path.ends_with(ending.as_bytes()))
}

/// Whether a literal says itself that it is made up.
fn is_sample(secret: &[u8]) -> bool {
    let text = String::from_utf8_lossy(secret).to_ascii_lowercase();
    ["example", "xxxx", "test", "dummy", "fake", "sample", "your", "0000", "1234"]
        .iter()
        .any(|word| text.contains(word))
}

fn has_mixture(secret: &[u8]) -> bool {
    secret.iter().any(u8::is_ascii_digit) && secret.iter().any(u8::is_ascii_alphabetic)
}

/// Shannon's entropy of the bytes, in bits a byte.
fn entropy_bits(text: &[u8]) -> f64 {
    let mut counts = [0_u64; 256];
    text.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let total = crate::units::len_to_f64(text.len());
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| crate::units::count_to_f64(count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

fn known() -> &'static [(&'static str, Regex)] {
    static PATTERNS: OnceLock<Vec<(&str, Regex)>> = OnceLock::new();
    PATTERNS.get_or_init(|| KNOWN.iter().map(|&(word, at)| (word, pattern(at))).collect())
}

fn assigned() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        pattern(
            r#"(?i)(?:secret|token|passw(?:or)?d|api_?key|access_?key|private_?key)[a-z_]{0,20}["']?\s*[:=]\s*["']([A-Za-z0-9+/=_-]{24,128})["']"#,
        )
    })
}

fn bare() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    PATTERN.get_or_init(|| {
        pattern(
            r"(?im)^\s*(?:-\s*)?(?:export\s+)?[a-z0-9_.-]*(?:secret|token|passw(?:or)?d|api[_-]?key|access[_-]?key|private[_-]?key)[a-z_-]{0,20}\s*[:=]\s*([A-Za-z0-9+/=_-]{24,128})\s*$",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        find(path.as_bytes(), text.as_bytes(), &mut |line, word| {
            all.push((line, word.to_owned()));
        });
        all
    }

    #[test]
    fn keys_are_found_by_prefix_and_by_entropy_and_samples_are_not() {
        // Made of parts, so that this file holds none.
        let key = ["AKIA", "QYLPMN5HHHFPZAM2"].concat();
        let found = lines("a.py", &format!("x = 1\nk = '{key}'\n"));
        assert_eq!(found, [(1, "AWS access key".to_owned())]);
        let random = ["q8Zr2LmX0vTb7", "KcWn4YpDs6HgJ1fE"].concat();
        assert_eq!(lines("a.py", &format!("API_KEY = '{random}'\n")).len(), 1);
        for (path, text) in [
            (".env", format!("A=1\nAPI_KEY={random}\n")),
            ("config.yml", format!("a: 1\napi_key: {random}\n")),
            (".env.production", format!("\nexport DB_PASSWORD={random}\n")),
        ] {
            assert_eq!(lines(path, &text).len(), 1, "{path}");
        }
        assert_eq!(lines("a.yml", "token: ${{ secrets.GITHUB_TOKEN }}\n"), []);
        assert!(is_in(format!("mvn -Dtoken={random} verify").as_bytes()));
        assert!(is_in(format!("Set {key} and run it").as_bytes()));
        assert!(!is_in(b"registry.acme.io/acme/parcel-service-backend:1.2"));
        assert_eq!(lines("a.py", "API_KEY = 'your-key-goes-here-please-1234'\n"), []);
        assert_eq!(lines("a.py", "token = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa1'\n"), []);
        assert_eq!(lines("tests/a.py", &format!("k = '{key}'\n")), []);
        assert_eq!(lines("docs/a.md", &format!("k = '{key}'\n")), []);
    }
}
