use super::*;
use crate::units::len_to_u64;
use crate::usage::{Draft, FORMATS, ReadOptions, read_export};

/// Reads every plain fixture of every format.
fn plain() -> Vec<Export> {
    let mut exports = Vec::new();
    for format in FORMATS {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/usage")
            .join(format.name);
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with("plain") {
                let bytes = std::fs::read(&path).unwrap();
                exports.push(read(&format!("{}/{name}", format.name), &bytes));
            }
        }
    }
    exports
}

fn read(name: &str, bytes: &[u8]) -> Export {
    read_export(&Untrusted::from(name), bytes, &ReadOptions::default()).unwrap()
}

fn csv(name: &str, rows: &str) -> Export {
    read(name, format!("start,end,email,tool,total_tokens,cost_usd\n{rows}").as_bytes())
}

#[test]
fn the_plain_fixtures_tie_out() {
    let exports = plain();
    let ledger = settle(&exports, false).unwrap().ledger;
    let records: usize = exports.iter().map(|export| export.records.len()).sum();
    assert_eq!(ledger.seen.records, len_to_u64(records));
    let tokens: u128 = exports.iter().filter_map(|e| e.tokens().total()).sum();
    assert_eq!(ledger.seen.tokens, tokens);
    // The checkpoint and one row of the generic CSV show, again, what the analytics
    // and the dashboard show of the same people on the same days.
    assert!(ledger.shadowed.records > 0);
    // Reports of one tool in several shapes repeat each other, and nothing else does.
    let ids = exports.iter().flat_map(|e| e.records.iter().map(|r| r.record_id));
    let n_repeats = records - ids.collect::<BTreeSet<_>>().len();
    let apart = settle(&exports, true).unwrap().ledger;
    assert_eq!(apart.shadowed.records, len_to_u64(n_repeats));
}

#[test]
fn importing_a_file_twice_keeps_the_same() {
    let once = plain();
    let twice: Vec<Export> = once.iter().chain(&once).cloned().collect();
    let (once, twice) = (settle(&once, false).unwrap(), settle(&twice, false).unwrap());
    assert_eq!(once.kept, twice.kept);
    assert_eq!(once.ledger.kept, twice.ledger.kept);
    assert_eq!(once.gaps, twice.gaps);
    assert_eq!(twice.ledger.seen.records, 2 * once.ledger.seen.records);
}

#[test]
fn the_order_of_files_and_of_records_changes_nothing() {
    let mut exports = plain();
    exports.push(csv("later", "2026-10-05,,ada.okafor@example.com,api,9,1\n"));
    exports.push(csv("earlier", "2026-10-05,,ada.okafor@example.com,api,7,2\n"));
    let straight = exports.clone();
    exports.reverse();
    for export in &mut exports {
        export.records.reverse();
    }
    let (one, two) =
        (settle(&straight, false).unwrap(), settle(&exports, false).unwrap());
    assert_eq!(one, two);
}

#[test]
fn of_two_states_of_one_record_the_larger_counts_and_it_is_said() {
    let exports = [
        csv("morning", "2026-10-05,,ada.okafor@example.com,api,7,0.1\n"),
        csv("evening", "2026-10-05,,ada.okafor@example.com,api,9,0.2\n"),
    ];
    let settled = settle(&exports, false).unwrap();
    assert_eq!((settled.ledger.kept.tokens, settled.ledger.shadowed.tokens), (9, 7));
    assert_eq!(settled.gaps.list()[0].first, Untrusted::from("morning:2"));
}

#[test]
fn amounts_that_floats_cannot_hold_add_up_exactly() {
    let rows: String = (0..10)
        .map(|hour| {
            format!("2026-10-05T0{hour}:00:01Z,,ada.okafor@example.com,api,1,0.1\n")
        })
        .collect();
    let exports = [csv("x", &rows)];
    let kept = settle(&exports, false).unwrap().ledger.kept;
    assert_eq!(kept.estimated, Usd(1_000_000_000));
}

#[test]
fn sums_over_periods_that_overlap_in_part_are_rejected() {
    let exports = [
        csv("a", "2026-10-01,2026-11-01,ada.okafor@example.com,api,10,1\n"),
        csv("b", "2026-10-15,2026-11-15,ada.okafor@example.com,api,20,2\n"),
        csv("c", "2026-10-15,2026-11-15,lin.zhou@example.com,api,30,3\n"),
        csv("d", "2026-11-01,2026-12-01,ada.okafor@example.com,api,40,4\n"),
    ];
    let settled = settle(&exports, false).unwrap();
    assert_eq!(settled.ledger.kept.tokens, 80);
    assert_eq!(settled.ledger.rejected.tokens, 20);
    assert_eq!(settled.rejected[0].0.file, &Untrusted::from("b"));
    assert!(!settled.gaps.is_complete());
}

#[test]
fn a_checkpoint_and_its_sessions_count_once() {
    let root = r#"{"checkpoint_id":"a3b2c4d5e6f7","token_usage":{"input_tokens":5}}"#;
    let session = r#"{"checkpoint_id":"a3b2c4d5e6f7","session_id":"s","token_usage":{"input_tokens":5}}"#;
    let exports = [
        read("0/metadata.json", session.as_bytes()),
        read("metadata.json", root.as_bytes()),
    ];
    let settled = settle(&exports, true).unwrap();
    assert_eq!((settled.ledger.kept.tokens, settled.ledger.shadowed.tokens), (5, 5));
    assert_eq!(settled.kept[0].file, &Untrusted::from("metadata.json"));
}

#[test]
fn one_person_under_two_accounts_is_one_where_identities_are_known() {
    let analytics = include_bytes!(
        "../../../fixtures/usage/anthropic.claude_code_analytics/plain.json"
    );
    let exports = [
        read("analytics", analytics),
        csv("ours", "2026-10-05,,marco.reyes@example.com,claude_code,7,0.1\n"),
    ];
    assert_eq!(settle(&exports, false).unwrap().ledger.shadowed.records, 0);
    let person = |account: &Account| {
        let key = account.key()?;
        let marco = String::from_utf8_lossy(&key).contains("marco.reyes");
        Some(if marco { b"marco".to_vec() } else { key })
    };
    let settled = settle_as(&exports, false, &person).unwrap();
    assert_eq!(settled.ledger.shadowed.tokens, 7);
}

#[test]
fn what_is_kept_divides_into_persons_services_and_nobody() {
    let exports = plain();
    let mut settled = settle(&exports, false).unwrap();
    assert_eq!(settled.ledger.assigned, None);
    let party = |record: &UsageRecord| match &record.facets.account {
        account if account.email.is_some() => Party::Person,
        account if account.api_key_name.is_some() => Party::Service,
        _ => Party::Nobody,
    };
    settled.assign(&party).unwrap();
    let ledger = settled.ledger;
    let parts = [ledger.assigned, ledger.service, ledger.unassigned].map(Option::unwrap);
    assert_eq!(Entry::sum(&parts), ledger.kept);
    assert!(parts.iter().all(|part| part.records > 0));
}

#[test]
fn a_ledger_that_does_not_add_up_stops_the_run() {
    let mut ledger = Ledger::default();
    ledger.check().unwrap();
    ledger.kept.billed = Usd(1);
    assert_eq!(ledger.check().unwrap_err().code, "E-LEDGER");
    ledger.seen.billed = Usd(1);
    ledger.check().unwrap();
    ledger.assigned = Some(Entry::default());
    assert!(ledger.check().is_err());
}

#[test]
fn a_record_of_which_nothing_is_known_adds_nothing_but_itself() {
    let mut entry = Entry::default();
    let mut draft = Draft::new(1);
    draft.period = Some(Period::of_day(UtcDay(20_000)));
    draft.tokens = TokenCounts { reported_total: Some(9), ..TokenCounts::default() };
    let facets = std::sync::Arc::new(draft.facets.clone());
    let record = UsageRecord::new(FORMATS[0].name, draft, facets).unwrap();
    entry.add(&Kept { file: &Untrusted::from("x"), record: &record, parts: Parts::ALL });
    assert_eq!(entry, Entry { records: 1, ..Entry::default() });
}

#[test]
fn what_was_normalised_counts_beside_what_it_shadows_and_more_than_that_is_said() {
    let line = |format: &str, tokens: u64| {
        format!(
            "{{\"schema\":\"slopnexus.usage/1\",\"source_format\":\"{format}\",\
             \"period_start\":\"2026-10-05\",\"vendor\":\"cursor\",\"tool\":\"cursor\",\
             \"identity\":{{\"kind\":\"user\",\"email\":\"ada.okafor@example.com\"}},\
             \"tokens\":{{\"input\":{tokens}}}}}\n"
        )
    };
    let settled_with = |shadowed: u64| {
        let exports = [
            read("events", line("cursor.filtered_usage_events", 100).as_bytes()),
            read("csv", line("cursor.usage_csv", shadowed).as_bytes()),
        ];
        let settled = settle(&exports, false).unwrap();
        let beside = &settled.reconciliations[0];
        assert_eq!(beside.formats.winner, "cursor.filtered_usage_events");
        assert_eq!(
            (beside.kept.tokens, beside.shadowed.tokens),
            (100, u128::from(shadowed))
        );
        settled.gaps.list().iter().any(|gap| gap.kind == GapKind::UsageOverlap)
    };
    assert!(!settled_with(105), "a tenth more is a matter of clocks");
    assert!(settled_with(200));
}
