use super::*;
use crate::usage::feed::Feed;
use crate::usage::table::Table;

fn head(text: &str) -> Head {
    Head::candidates(text.as_bytes()).remove(0)
}

fn read(text: &str) -> crate::usage::Export {
    crate::usage::tests::read_as(&FORMAT, text)
}

/// Reads one table under the names that a map gives to its columns.
fn read_under(head: Head, text: &str) -> crate::usage::Export {
    let context = Context::default();
    let mut parsed = Parsed::new(FORMAT.name, &context);
    let table = Table::new(head, Feed::new(text.as_bytes()));
    parse(&mut Source::Table(Box::new(table)), &context, &mut parsed);
    crate::usage::Export::new(&Untrusted::from("x"), &FORMAT, parsed)
}

fn tokens(header: &str, row: &str) -> Result<TokenCounts, String> {
    let parsed =
        read(&format!("date,email,{header}\n2026-10-05,ada.okafor@example.com,{row}\n"));
    match parsed.records.first() {
        Some(record) => Ok(record.tokens()),
        None => Err(parsed.gaps.list()[0].why.clone()),
    }
}

#[test]
fn a_total_alone_is_unclassified_and_beside_its_parts_a_check() {
    assert_eq!(tokens("total_tokens", "70").unwrap().unclassified, Some(70));
    let checked = tokens("input_tokens,output_tokens,total_tokens", "60,10,70").unwrap();
    assert_eq!(checked.total(), Some(70));
    let text = "date,email,input_tokens,total_tokens\n2026-10-05,a@example.com,60,70\n";
    assert_eq!(read(text).gaps.list()[0].kind, GapKind::TokenMismatch);
}

#[test]
fn prompt_tokens_contain_the_cached_ones() {
    let split =
        tokens("prompt_tokens,cache_read_tokens,output_tokens", "100,80,5").unwrap();
    assert_eq!((split.input, split.total()), (Some(20), Some(105)));
    let unsplit = tokens("prompt_tokens,output_tokens", "100,5").unwrap();
    assert_eq!((unsplit.input_unsplit, unsplit.input), (Some(100), None));
    assert!(tokens("prompt_tokens,input_tokens", "100,5").is_err());
}

#[test]
fn a_column_of_any_name_can_be_mapped_and_either_way_round() {
    let foreign = "Day,Member,Spend\n2026-10-05,Lin.Zhou@example.com,$1.50\n";
    let map = |pairs: &[(&str, &str)]| {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        map_columns(head(foreign), &pairs)
    };
    for pairs in [
        [("Member", "email"), ("SPEND", "cost_usd")],
        [("email", "Member"), ("cost_usd", "Spend")],
    ] {
        let parsed = read_under(map(&pairs).unwrap(), foreign);
        let record = &parsed.records[0];
        assert_eq!(record.cost().estimated.unwrap().to_string(), "1.50");
        assert_eq!(
            record.facets.account.email,
            Some(Untrusted::from("lin.zhou@example.com"))
        );
    }
    assert!(map(&[("Member", "email"), ("Nope", "cost_usd")]).is_err());
    assert!(map(&[("Member", "email"), ("Spend", "nope")]).is_err());
    assert!(map(&[("Member", "email")]).is_err());
}

#[test]
fn rows_are_told_apart_by_every_column_that_is_no_measure() {
    let id = |row: &str| {
        read(&format!("date,email,workspace,cost_usd\n{row}\n")).records[0].record_id
    };
    let one = id("2026-10-05,ada.okafor@example.com,a,1");
    let two = id("2026-10-05,ada.okafor@example.com,b,1");
    assert_ne!(one, two);
    let again = id("2026-10-05,Ada.Okafor@example.com,b,2");
    assert_eq!(two, again, "the amount and the case of letters do not count");
}

#[test]
fn the_order_of_columns_does_not_change_an_id() {
    let one = read("date,email,cost_usd\n2026-10-05,ada.okafor@example.com,1\n");
    let two = read("cost_usd,user_email,day\n1,ada.okafor@example.com,2026-10-05\n");
    assert_eq!(one.records[0].record_id, two.records[0].record_id);
}

#[test]
fn a_row_without_date_amount_or_known_basis_is_rejected() {
    let parsed = read(
        "date,email,cost_usd,cost_basis\n\
         ,ada.okafor@example.com,1,\n\
         2026-10-05,ada.okafor@example.com,,\n\
         2026-10-05,ada.okafor@example.com,1,guessed\n",
    );
    assert_eq!(parsed.records, []);
    let mut lines: Vec<Untrusted> =
        parsed.gaps.list().into_iter().map(|gap| gap.first).collect();
    lines.sort();
    assert_eq!(lines, ["x:2", "x:3", "x:4"].map(Untrusted::from));
}

#[test]
fn a_column_of_prompts_is_remarked_and_not_kept() {
    let text =
        "date,email,cost_usd,prompt\n2026-10-05,ada.okafor@example.com,1,hunter2\n";
    let parsed = read(text);
    assert_eq!(parsed.gaps.list().len(), 1);
    assert!(!format!("{parsed:?}").contains("hunter2"));
}

#[test]
fn a_semicolon_file_may_have_decimal_commas() {
    let parsed = read(
        "date;email;cost_usd;total_tokens\n2026-10-05;a@example.com;1.204,11;1.204\n",
    );
    let record = &parsed.records[0];
    assert_eq!(record.cost().estimated.unwrap().to_string(), "1204.11");
    assert_eq!(record.tokens().unclassified, Some(1_204));
}

#[test]
fn rows_told_apart_by_their_amounts_alone_are_added_up_and_the_same_row_twice_is_one() {
    let parsed = read(
        "date,email,cost_usd\n\
         2026-10-05,a@example.com,1\n\
         2026-10-05,a@example.com,2\n\
         2026-10-06,a@example.com,4\n\
         2026-10-06,a@example.com,4\n",
    );
    let costs: Vec<String> = parsed
        .records
        .iter()
        .map(|record| record.cost().estimated.unwrap().to_string())
        .collect();
    assert_eq!(costs, ["3.00", "4.00", "4.00"]);
    let settled = crate::usage::settle(std::slice::from_ref(&parsed), false).unwrap();
    assert_eq!(settled.ledger.kept.estimated.to_string(), "7.00");
}
