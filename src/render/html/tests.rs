use hmac::digest::Digest;

use super::*;
use crate::render::page::{Cell, Column, Table};

/// Base64 with padding, as a policy writes digests (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for at in 0..4 {
            let letter = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap();
            let is_padding = at > chunk.len();
            text.push(if is_padding { '=' } else { char::from(LETTERS[letter]) });
        }
    }
    text
}

#[test]
fn the_policy_lets_the_script_of_the_page_through_and_no_other() {
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    assert_eq!(base64(&sha2::Sha256::digest(SCRIPT)), SCRIPT_SHA256);
}

/// A page that says one thing everywhere.
fn page_of(text: &str) -> Page {
    let table = Table {
        caption: text.to_owned(),
        columns: ["one", "other"]
            .map(|name| Column { name: format!("{name} {text}"), is_number: false })
            .to_vec(),
        rows: vec![vec![Cell { text: text.to_owned(), value: None }; 2]; 20],
    };
    let drawing = |drawing| {
        Block::Chart(Chart {
            title: text.to_owned(),
            description: text.to_owned(),
            drawing,
            table: table.clone(),
        })
    };
    let curve = page::Curve {
        name: text.to_owned(),
        points: vec![(0.0, 1.0, None), (30.0, 0.9, Some((0.8, 0.95)))],
    };
    let name = || text.to_owned();
    let blocks = vec![
        Block::Lead(name()),
        Block::Text(name()),
        Block::Warning(name()),
        Block::Table(table.clone()),
        Block::Figures(vec![Figure { value: name(), label: name(), support: name() }]),
        drawing(page::Drawing::Curves(vec![curve])),
        drawing(page::Drawing::Stacks {
            labels: vec![name(), name()],
            parts: vec![(name(), vec![1.0, 2.0])],
            unit: "lines",
        }),
        drawing(page::Drawing::Intervals {
            rows: vec![(name(), 0.5, 0.4, 0.6)],
            unit: "share",
        }),
        drawing(page::Drawing::Areas(vec![
            (name(), 9.0, Some(0.5)),
            (name(), 1.0, None),
        ])),
        Block::Choice(Choice {
            label: "one of",
            options: vec![(name(), vec![Block::Text(name())]), (name(), Vec::new())],
        }),
    ];
    Page {
        subject: name(),
        as_of: Some(name()),
        sections: vec![Section { id: "answer", title: "Answer", blocks }],
        colophon: name(),
    }
}

#[test]
fn text_is_text_in_every_part_of_the_page_and_of_its_drawings() {
    let hostile = "x\"'><script>alert(1)</script><img src=//x.example onerror=y>&amp;";
    let shown = document(&page_of(hostile)).into_string();
    assert!(shown.matches("&lt;script&gt;").count() > 30, "{shown}");
    assert!(!shown.contains("<script>alert"), "{shown}");
    assert!(!shown.contains("<img"), "{shown}");
    // One script, which is ours; attributes are closed by us alone.
    assert_eq!(shown.matches("<script").count(), 1);
    assert!(!shown.contains("=\"x\"'>"), "{shown}");
}

#[test]
fn the_page_asks_for_nothing_outside_of_itself() {
    let shown = document(&page_of("words")).into_string();
    // A name space is no address, and places within the page are the page.
    let names_only = shown.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    let names_only = names_only.replace("url(#", "");
    for asking in
        ["http:", "https:", "url(", "@import", "<link", "<iframe", "src=", "srcset"]
    {
        assert!(!names_only.contains(asking), "{asking} in {names_only}");
    }
    let policy = "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';";
    assert!(shown.contains(policy));
    // Nothing that could ask stands before the policy.
    let before = shown.split(policy).next().unwrap();
    assert!(!before.contains("<style") && !before.contains("<script"), "{before}");
}

#[test]
fn the_same_page_is_the_same_bytes() {
    let first = document(&page_of("words")).into_string();
    assert_eq!(document(&page_of("words")).into_string(), first);
    assert!(!first.contains("kuva"), "what drew it is no part of it");
}

#[test]
fn drawings_have_a_name_a_description_and_their_numbers_beside_them() {
    let shown = document(&page_of("words")).into_string();
    let n_drawings = shown.matches("<svg role=\"img\"").count();
    assert_eq!(n_drawings, 4);
    assert_eq!(shown.matches("<figure>").count(), n_drawings);
    assert_eq!(shown.matches("<details>").count(), n_drawings);
    for number in 1..=n_drawings {
        assert!(shown.contains(&format!("<title id=\"t{number}\">words</title>")));
        assert!(shown.contains(&format!("<desc id=\"d{number}\">words</desc>")));
    }
}

#[test]
fn colours_are_those_of_the_style_so_that_they_change_with_it() {
    let shown = document(&page_of("words")).into_string();
    let drawings = shown.split("<svg ").skip(1);
    for drawing in drawings {
        let drawing = drawing.split("</svg>").next().unwrap();
        for (at, _) in
            drawing.match_indices("fill=\"#").chain(drawing.match_indices("stroke=\"#"))
        {
            let color = &drawing[at..at + 20];
            assert!(
                color.contains("#fff"),
                "only words and seams in boxes are white: {color}"
            );
        }
    }
}

#[test]
fn one_of_several_is_chosen_without_a_script() {
    let shown = document(&page_of("words")).into_string();
    assert_eq!(shown.matches("<input type=\"radio\"").count(), 2);
    assert_eq!(shown.matches(" checked").count() - STYLE.matches(" checked").count(), 1);
    assert!(STYLE.contains("input:nth-of-type(16):checked ~ .option:nth-of-type(16)"));
}
