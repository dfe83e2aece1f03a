use super::*;
use crate::usage::precedence::Parts;
use crate::usage::tests::{plain_exports, read_as};
use crate::usage::{Cost, Export, TokenSums, focus, generic};

fn written(records: &[Kept<'_>]) -> String {
    let mut bytes = Vec::new();
    write(records, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn all(export: &Export) -> Vec<Kept<'_>> {
    let kept = |record| Kept { file: &export.file, record, parts: Parts::ALL };
    export.records.iter().map(kept).collect()
}

/// Unknown is 0 in a bill.
fn known(tokens: TokenSums, cost: Cost) -> (TokenSums, Cost) {
    let zero = |sum: Option<u128>| sum.or(Some(0));
    let no_money = |sum: Option<crate::units::Usd>| sum.or(Some(crate::units::Usd::ZERO));
    let tokens = TokenSums {
        input: zero(tokens.input),
        cache_read: zero(tokens.cache_read),
        cache_write: zero(tokens.cache_write),
        output: zero(tokens.output),
        input_unsplit: zero(tokens.input_unsplit),
        unclassified: zero(tokens.unclassified),
    };
    let cost = Cost {
        billed: no_money(cost.billed),
        list: no_money(cost.list),
        estimated: no_money(cost.estimated),
        computed: no_money(cost.computed),
    };
    (tokens, cost)
}

#[test]
fn what_is_written_adds_up_to_what_counts_and_is_read_again() {
    for export in plain_exports() {
        let dated = export.records.iter().all(|record| record.period.is_some());
        if !dated {
            continue;
        }
        let text = written(&all(&export));
        let again = read_as(&focus::FORMAT, &text);
        assert_eq!(again.n_rejected, 0, "{}", export.format);
        let sums = known(export.tokens(), export.cost());
        assert_eq!(known(again.tokens(), again.cost()), sums, "{}", export.format);
        let distinct: std::collections::BTreeSet<_> =
            again.records.iter().map(|record| record.record_id).collect();
        assert_eq!(distinct.len(), again.records.len(), "{}", export.format);
    }
}

#[test]
fn only_the_parts_that_count_are_written() {
    let text =
        "date,email,tool,input_tokens,cost_usd\n2026-10-05,a@example.com,api,7,1\n";
    let export = read_as(&generic::FORMAT, text);
    let mut kept = all(&export);
    kept[0].parts = Parts::VALUE;
    let table = written(&kept);
    assert_eq!(table.lines().count(), 2);
    assert!(table.contains("estimated") && !table.contains("Input Tokens"));
}

#[test]
fn no_cell_is_a_formula() {
    let text = "date,email,tool,model,cost_center,cost_usd,input_tokens\n\
        2026-10-05,=cmd()@example.com,=1+1,@SUM(A1),+x,-1,3\n";
    let export = read_as(&generic::FORMAT, text);
    let table = written(&all(&export));
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    for row in reader.records() {
        for cell in row.unwrap().iter() {
            let is_amount = cell.parse::<f64>().is_ok();
            assert!(is_amount || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

#[test]
fn billing_periods_are_calendar_months_and_columns_are_those_of_the_standard() {
    let text = "date,email,tool,cost_usd\n2026-12-31,a@example.com,api,1\n";
    let export = read_as(&generic::FORMAT, text);
    let table = written(&all(&export));
    let (header, row) = table.trim_end().split_once('\n').unwrap();
    assert!(header.starts_with("BilledCost,BillingAccountId,"));
    assert!(row.contains("2027-01-01T00:00:00Z,2026-12-01T00:00:00Z,Usage"), "{row}");
    assert!(COLUMNS.is_sorted());
}
