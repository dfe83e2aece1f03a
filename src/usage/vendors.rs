//! Exports of vendors of whom we know one or two reports each.

use super::json::Object;
use super::record::Draft;
use crate::untrusted::Untrusted;

pub mod windsurf_consumption;
pub mod windsurf_users;
pub mod windsurf_cascade;
pub mod kiro;
pub mod amazon_q;
pub mod devin;
pub mod code_assist;

/// A record of which the vendor and the tool are known.
fn draft(position: u64, vendor: &str, tool: &str) -> Draft {
    let mut draft = Draft::new(position);
    draft.facets.vendor = Some(Untrusted::from(vendor));
    draft.facets.tool = Some(Untrusted::from(tool));
    draft
}

/// A text field without white space around it; blank when it is absent.
fn field(row: &Object<'_>, name: &str) -> Result<String, &'static str> {
    Ok(row.text(name)?.unwrap_or_default().trim().to_owned())
}

/// The name of a file without its ending and the number that a browser adds to a second
/// download of it. It tells apart the exports that do not say whose they are.
fn stem(file_name: &str) -> &str {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem).trim_end();
    let copy = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once('('));
    match copy {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            name.trim_end()
        }
        _ => stem,
    }
}

/// The address a file is called after, for exports that do not say whose they are.
fn email_in(file_name: &str) -> Option<&str> {
    let is_of_address = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '@' | '.' | '-' | '_' | '+')
    };
    let words = stem(file_name).split(|letter| !is_of_address(letter));
    let mut addresses = words.filter(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        })
    });
    let address = addresses.next()?;
    addresses.next().is_none().then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_download_of_a_file_has_the_name_of_the_first() {
        for name in ["devin ada.json", "devin ada (1).json", "devin ada(12).json"] {
            assert_eq!(stem(name), "devin ada");
        }
        assert_eq!(stem("devin (old).json"), "devin (old)");
    }

    #[test]
    fn a_file_may_be_called_after_an_address() {
        assert_eq!(email_in("lin.zhou@example.com.json"), Some("lin.zhou@example.com"));
        assert_eq!(email_in("devin lin@example.com (2).json"), Some("lin@example.com"));
        for name in ["devin.json", "a@b", "a@b.c d@e.f.json"] {
            assert_eq!(email_in(name), None, "{name}");
        }
    }
}
