//! Names that carry no meaning.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The digits of RFC 4648, section 6, in lower case.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// How many digits a pseudonym has: 50 bits.
const DIGITS: usize = 10;

/// The pseudonym of a person: the first ten digits, in base 32 (RFC 4648), of the
/// HMAC-SHA-256 (RFC 2104) of the canonical address under a local key. Without the key
/// it leads to nobody; with it, the same person has the same one in every run.
pub fn pseudonym(key: &[u8; 32], canonical: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(canonical.as_bytes());
    base32(&mac.finalize().into_bytes())
}

fn base32(bytes: &[u8]) -> String {
    let bit = |place: usize| bytes[place / 8] >> (7 - place % 8) & 1;
    let digit = |place: usize| {
        (0..5).fold(0, |digit, offset| digit << 1 | usize::from(bit(place * 5 + offset)))
    };
    (0..DIGITS).map(|place| char::from(BASE32[digit(place)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_rfc_4648() {
        // Section 10: BASE32("foobar") = "MZXW6YTBOI======".
        assert_eq!(base32(b"foobar\0"), "mzxw6ytboi");
    }

    #[test]
    fn a_pseudonym_depends_on_key_and_person_alone() {
        let of = |key, person| pseudonym(&[key; 32], person);
        assert_eq!(of(1, "rosa@example.com"), of(1, "rosa@example.com"));
        assert_ne!(of(1, "rosa@example.com"), of(2, "rosa@example.com"));
        assert_ne!(of(1, "rosa@example.com"), of(1, "ben@example.com"));
    }

    #[test]
    fn a_pseudonym_is_the_mac_that_other_programs_compute() {
        // printf rosa@example.com | openssl dgst -sha256 -mac HMAC -macopt
        // hexkey:0707…07, its bytes through `base32`.
        assert_eq!(pseudonym(&[7; 32], "rosa@example.com"), "sabxns437r");
    }
}
