//! The few values of git configuration that are needed, read by ourselves: no include
//! is followed, and nothing in a file can make reading it fail but its own syntax.

/// A line that is no configuration, 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine(pub usize);

/// One value: the section without subsection, the key, both in lower case, and the
/// value. A key without a value is `true`, as git has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Such as `core`; a section with a subsection is `section.subsection`.
    pub section: String,
    /// Such as `worktree`.
    pub key: String,
    /// Its bytes, without quotes and escapes.
    pub value: Vec<u8>,
}

/// Reads all values of a configuration file, in order.
///
/// # Errors
///
/// The first line that git would not take.
pub fn parse(text: &[u8]) -> Result<Vec<Value>, BadLine> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut values = Vec::new();
    let mut section = None;
    let mut lines = Lines { rest: text, number: 0 };
    while let Some(line) = lines.next() {
        let number = lines.number;
        let bad = BadLine(number);
        let mut line = line.trim_ascii_start();
        if let Some(header) = line.strip_prefix(b"[") {
            let (name, rest) = section_name(header).ok_or(bad)?;
            section = Some(name);
            line = rest.trim_ascii_start();
        }
        if line.is_empty() || line[0] == b'#' || line[0] == b';' {
            continue;
        }
        let section = section.clone().ok_or(bad)?;
        let (key, rest) = key(line).ok_or(bad)?;
        let value = match rest.strip_prefix(b"=") {
            Some(text) => lines.value(text).ok_or(bad)?,
            None if rest.is_empty() || rest[0] == b'#' || rest[0] == b';' => {
                b"true".to_vec()
            }
            None => return Err(bad),
        };
        values.push(Value { section, key, value });
    }
    Ok(values)
}

/// The values of one key, in order.
pub fn all<'v>(
    values: &'v [Value],
    section: &'v str,
    key: &'v str,
) -> impl Iterator<Item = &'v [u8]> {
    let named = move |value: &&Value| value.section == section && value.key == key;
    values.iter().filter(named).map(|value| value.value.as_slice())
}

struct Lines<'t> {
    rest: &'t [u8],
    number: usize,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<&'t [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.number += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Reads a value, which may go on in the next line after a backslash. `None` for
    /// an unknown escape or an open quote.
    fn value(&mut self, first: &'t [u8]) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        // White space at the end does not count, unless it is quoted.
        let mut kept = 0;
        let mut quoted = false;
        let mut bytes = first.trim_ascii_start().iter();
        loop {
            match bytes.next().copied() {
                None if quoted => return None,
                None => break,
                Some(b'#' | b';') if !quoted => break,
                Some(b'"') => {
                    quoted = !quoted;
                    kept = value.len();
                }
                Some(b'\\') => match bytes.next() {
                    None => bytes = self.next()?.iter(),
                    Some(escape) => {
                        value.push(unescaped(*escape)?);
                        kept = value.len();
                    }
                },
                Some(byte) => {
                    value.push(byte);
                    if quoted || !byte.is_ascii_whitespace() {
                        kept = value.len();
                    }
                }
            }
        }
        value.truncate(kept);
        Some(value)
    }
}

fn unescaped(escape: u8) -> Option<u8> {
    Some(match escape {
        b'n' => b'\n',
        b't' => b'\t',
        b'b' => 8,
        b'"' | b'\\' => escape,
        _ => return None,
    })
}

/// Reads `section]` or `section "subsection"]` and returns what follows.
fn section_name(header: &[u8]) -> Option<(String, &[u8])> {
    let end =
        header.iter().position(|byte| !is_name(*byte) && *byte != b'.').unwrap_or(0);
    let name = String::from_utf8_lossy(header.get(..end)?).to_lowercase();
    let rest = header[end..].trim_ascii_start();
    if name.is_empty() {
        return None;
    }
    if let Some(rest) = rest.strip_prefix(b"]") {
        return Some((name, rest));
    }
    let mut subsection = Vec::new();
    let mut bytes = rest.strip_prefix(b"\"")?.iter();
    loop {
        match *bytes.next()? {
            b'"' => break,
            b'\\' => subsection.push(*bytes.next()?),
            byte => subsection.push(byte),
        }
    }
    let rest = bytes.as_slice().strip_prefix(b"]")?;
    Some((format!("{name}.{}", String::from_utf8_lossy(&subsection)), rest))
}

/// Reads a key and returns what follows it.
fn key(line: &[u8]) -> Option<(String, &[u8])> {
    let end = line.iter().position(|byte| !is_name(*byte)).unwrap_or(line.len());
    let starts = line.first().is_some_and(u8::is_ascii_alphabetic);
    let key = String::from_utf8_lossy(&line[..end]).to_lowercase();
    starts.then(|| (key, line[end..].trim_ascii_start()))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, section: &str, key: &str) -> Vec<String> {
        let values = parse(text.as_bytes()).unwrap();
        all(&values, section, key)
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    #[test]
    fn values_are_read_as_git_reads_them() {
        let text = "# a comment\n[safe]\n\tdirectory = /one  ; why\n\tdirectory = \"/two  \"\n\
                    [SAFE] Directory=/th\\\nree\n[core]\n\tbare\n";
        assert_eq!(one(text, "safe", "directory"), ["/one", "/two  ", "/three"]);
        assert_eq!(one(text, "core", "bare"), ["true"]);
    }

    #[test]
    fn a_subsection_is_a_section_of_its_own() {
        let text =
            "[safe \"x\"]\n\tdirectory = /x\n[remote \"a\\\"b\"]\n\turl = \"a\\\\b\"\n";
        assert!(one(text, "safe", "directory").is_empty());
        assert_eq!(one(text, "remote.a\"b", "url"), ["a\\b"]);
    }

    #[test]
    fn a_line_that_is_no_configuration_is_named_by_its_number() {
        for (text, number) in [
            ("[core]\nhunter2 hunter2\n", 2),
            ("key = 1\n", 1),
            ("[core\n", 1),
            ("[core]\n\n\ta = \"open\n", 3),
            ("[core]\n\ta = \\x\n", 2),
            ("[]\n", 1),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(BadLine(number)), "{text}");
        }
    }
}
