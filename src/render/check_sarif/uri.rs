//! Paths of a tree as relative URIs.

use std::fmt::Write as _;

/// A path as a relative reference of RFC 3986 that names the same file and can be nothing
/// else: no scheme, no host, no way up. A path that no checkout can have is written so that
/// it names no file.
pub(super) fn relative_uri(path: &[u8]) -> String {
    let segments: Vec<String> = path.split(|&byte| byte == b'/').map(segment).collect();
    segments.join("/")
}

fn segment(name: &[u8]) -> String {
    match name {
        // As a first segment it would be the top of a host, and as any other a second slash.
        b"" => "%2F".to_owned(),
        // A dot that is escaped is a dot to whoever resolves it, a percent sign is none.
        b"." => "%252E".to_owned(),
        b".." => "%252E%252E".to_owned(),
        _ => encoded(name),
    }
}

fn encoded(name: &[u8]) -> String {
    let mut shown = String::with_capacity(name.len());
    for &byte in name {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                shown.push(char::from(byte));
            }
            _ => write!(shown, "%{byte:02X}").unwrap_or_default(),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_file_and_nothing_else() {
        for (path, uri) in [
            (&b"src/a-b_c.rs"[..], "src/a-b_c.rs"),
            (b"a b/#1?.rs", "a%20b/%231%3F.rs"),
            (b"javascript:alert(1)", "javascript%3Aalert%281%29"),
            (b"C:/x", "C%3A/x"),
            (b"//host/x", "%2F/%2F/host/x"),
            (b"/etc/passwd", "%2F/etc/passwd"),
            (b"a/../../x", "a/%252E%252E/%252E%252E/x"),
            (b"./a", "%252E/a"),
            (b"\xff\n\xc3\xbc", "%FF%0A%C3%BC"),
            (b"100%.txt", "100%25.txt"),
        ] {
            assert_eq!(relative_uri(path), uri);
        }
    }
}
