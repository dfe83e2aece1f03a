use super::*;

fn read(text: &[u8]) -> (Vec<String>, Vec<Result<Row, BadRow>>) {
    let mut table = Table::of(text).unwrap();
    let rows = std::iter::from_fn(|| table.next_row()).collect();
    (table.head.names, rows)
}

fn row(line: u64, fields: &[&str]) -> Result<Row, BadRow> {
    Ok(Row { line, fields: fields.iter().map(|field| (*field).to_owned()).collect() })
}

#[test]
fn commas_semicolons_tabs_and_every_line_break_are_read() {
    for text in ["A,b  C\n1,2\n", "A;b C\r\n1;2\r\n", "A\tb C\r1\t2"] {
        let (header, rows) = read(text.as_bytes());
        assert_eq!(header, ["a", "b c"]);
        assert_eq!(rows, [row(2, &["1", "2"])]);
    }
}

#[test]
fn an_unclosed_quote_costs_its_own_line_only() {
    let (_, rows) = read(b"a,b\n1,\"2\n3,4\n5,6\n");
    let lost = Err((2, "a quote that is never closed"));
    assert_eq!(rows, [lost, row(3, &["3", "4"]), row(4, &["5", "6"])]);
}

#[test]
fn a_quote_that_two_rows_share_is_seen_by_the_number_of_fields() {
    let (_, rows) = read(b"a,b\n1,\"2\n3,4\"\n5,6\n");
    // The quoted field holds a line break: two lines, one row, nothing lost unseen.
    assert_eq!(rows, [row(2, &["1", "2\n3,4"]), row(4, &["5", "6"])]);
    let (_, rows) = read(b"a,b\n1,\"2\n3,4\",5,6\n7,8\n");
    assert_eq!(rows, [Err((2, "more fields than the header has")), row(4, &["7", "8"])]);
}

#[test]
fn a_row_over_the_limit_costs_its_own_line_only() {
    let mut text = b"a,b\n1,".to_vec();
    text.extend(std::iter::repeat_n(b'x', 2 << 20));
    text.extend(b"\n3,4\n");
    let (_, rows) = read(&text);
    assert_eq!(rows, [Err((2, "a row over 1 MiB")), row(3, &["3", "4"])]);
}

#[test]
fn lines_longer_than_several_windows_cost_themselves_only() {
    let mut text = b"a,b\n\"".to_vec();
    text.extend(std::iter::repeat_n(b'x', 5 << 20));
    text.extend(b"\n3,4\n");
    text.extend(std::iter::repeat_n(b'\n', 3 << 20));
    text.extend(b"5,6\n");
    let (_, rows) = read(&text);
    let lost = Err((2, "a row over 1 MiB"));
    assert_eq!(rows, [lost, row(3, &["3", "4"]), row(4 + (3 << 20), &["5", "6"])]);
}

#[test]
fn quotes_that_open_over_and_over_do_not_take_forever() {
    let text = "a,b\n".to_owned() + &"1,\"2\n".repeat(200_001);
    let (_, rows) = read(text.as_bytes());
    assert!(rows.len() >= 100_000);
}

#[test]
fn short_rows_are_filled_up_but_a_cut_last_row_is_not_trusted() {
    let (_, rows) = read(b"a,b,c\n1,2\n3,4");
    assert_eq!(rows, [row(2, &["1", "2", ""]), Err((3, "a last row that is cut off"))]);
}

#[test]
fn blank_rows_and_blank_columns_at_the_end_are_nothing() {
    let (header, rows) = read(b"a,b,,\n1,2,,\n,,,\n\n3,4\n");
    assert_eq!(header, ["a", "b"]);
    assert_eq!(rows, [row(2, &["1", "2"]), row(5, &["3", "4"])]);
}

#[test]
fn rows_that_are_wrapped_in_quotes_are_unwrapped() {
    let (header, rows) = read(b"\"a,\"\"b c\"\"\"\n\"1,\"\"2,3\"\"\"\n");
    assert_eq!(header, ["a", "b c"]);
    assert_eq!(rows, [row(2, &["1", "2,3"])]);
}

#[test]
fn bytes_that_are_no_text_cost_their_row() {
    let (_, rows) = read(b"a,b\n1,\xff\n3,4\n");
    assert_eq!(rows, [Err((2, "not UTF-8")), row(3, &["3", "4"])]);
}

#[test]
fn two_columns_of_one_name_are_a_fault_of_the_header() {
    assert!(Head::candidates(b"a,A \n1,2\n")[0].fault().is_some());
    assert!(Head::candidates(b"a,b\n1,2\n")[0].fault().is_none());
}
