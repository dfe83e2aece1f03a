use super::*;
use crate::usage::FORMATS;
use crate::usage::record::{Draft, Period};

fn record(format: &'static str, day: Option<i32>, person: Option<&str>) -> UsageRecord {
    let mut draft = Draft::new(1);
    draft.facets.vendor = Some(Untrusted::from("anthropic"));
    draft.facets.tool = Some(Untrusted::from("claude_code"));
    draft.tokens.input = Some(1);
    draft.period = day.map(|day| Period::of_day(UtcDay(day)));
    draft.facets.account = person.map(Account::of_email).unwrap_or_default();
    kept(format, draft)
}

fn kept(format: &'static str, mut draft: Draft) -> UsageRecord {
    let facets = Arc::new(std::mem::take(&mut draft.facets));
    UsageRecord::new(format, draft, facets).unwrap()
}

fn month(format: &'static str, first: i32, person: Option<&str>) -> UsageRecord {
    let mut one = record(format, Some(first), person);
    one.period =
        Some(Period { start: UtcDay(first).start(), end: UtcDay(first + 30).start() });
    one
}

/// What is shadowed of each, once all are known.
fn shadows(records: &[UsageRecord]) -> Vec<Parts> {
    let all: Vec<&UsageRecord> = records.iter().collect();
    let mut covered = Covered::of(&all, &Account::key);
    records.iter().map(|record| covered.shadowed(record).0).collect()
}

const ANALYTICS: &str = "anthropic.claude_code_analytics";
const ADA: Option<&str> = Some("ada.okafor@example.com");
const LIN: Option<&str> = Some("lin.zhou@example.com");
const NONE: Parts = Parts(0);

#[test]
fn every_format_has_its_place() {
    for format in FORMATS {
        assert!(PRECEDENCE.contains(&format.name), "{}", format.name);
    }
    assert!(BILL_PRECEDENCE.iter().all(|name| PRECEDENCE.contains(name)));
}

#[test]
fn the_same_person_tool_and_day_count_once() {
    let generic = |day, person| record("slopnexus.usage", Some(day), person);
    let mut other_tool = generic(20_000, ADA);
    Arc::make_mut(&mut other_tool.facets).tool = Some(Untrusted::from("chat"));
    let mut any_tool = generic(20_000, ADA);
    Arc::make_mut(&mut any_tool.facets).tool = None;
    let records = [
        record(ANALYTICS, Some(20_000), ADA),
        generic(20_000, ADA),
        generic(20_001, ADA),
        generic(20_000, LIN),
        other_tool,
        any_tool,
    ];
    let expected = [NONE, Parts::TOKENS, NONE, NONE, NONE, Parts::TOKENS];
    assert_eq!(shadows(&records), expected);
}

#[test]
fn what_names_nobody_is_shadowed_by_what_names_somebody() {
    let records = [
        record("slopnexus.usage", Some(20_000), ADA),
        record("anthropic.messages_usage", Some(20_000), None),
        record("anthropic.messages_usage", Some(20_001), None),
    ];
    assert_eq!(shadows(&records), [NONE, Parts::TOKENS, NONE]);
}

#[test]
fn bill_and_tokens_are_settled_apart() {
    let mut tokens = record("anthropic.enterprise_user_usage", Some(20_000), ADA);
    tokens = with_bill(&tokens, 5);
    let mut both =
        with_bill(&record("anthropic.enterprise_user_cost", Some(20_000), ADA), 7);
    both.position = 2;
    assert_eq!(shadows(&[tokens, both]), [Parts::BILL, Parts::TOKENS]);
}

fn with_bill(record: &UsageRecord, nanos: i128) -> UsageRecord {
    let mut draft = Draft::new(1);
    draft.facets = (*record.facets).clone();
    draft.tokens = record.tokens();
    draft.period = record.period;
    draft.cost.billed = Some(crate::units::Usd(nanos));
    kept(record.format, draft)
}

fn of_tokens(mut record: UsageRecord, tokens: u64) -> UsageRecord {
    let mut draft = Draft::new(1);
    draft.facets = (*record.facets).clone();
    draft.facets.granularity = record.facets.granularity;
    draft.period = record.period;
    draft.tokens.input = Some(tokens);
    record = kept(record.format, draft);
    record
}

#[test]
fn a_sum_over_a_month_gives_way_to_days_that_show_as_much_and_to_no_others() {
    let days = |last: i32, tokens: u64| {
        (20_001..=last)
            .map(move |day| of_tokens(record(ANALYTICS, Some(day), ADA), tokens))
    };
    let sum = of_tokens(month("anthropic.spend_report_csv", 20_000, ADA), 2_800);
    let mut whole: Vec<UsageRecord> = days(20_028, 100).collect();
    whole.push(sum.clone());
    let shadowed = shadows(&whole);
    assert_eq!(shadowed.last(), Some(&Parts::TOKENS));
    assert!(shadowed[..28].iter().all(|parts| *parts == NONE));
    let mut part: Vec<UsageRecord> = days(20_010, 100).collect();
    part.push(sum.clone());
    let shadowed = shadows(&part);
    assert_eq!(shadowed.last(), Some(&NONE));
    assert!(shadowed[..10].iter().all(|parts| *parts == Parts::TOKENS));
    // A sum of less than its days is none of them: it shows the overage alone.
    let mut more: Vec<UsageRecord> = days(20_010, 100_000).collect();
    more.push(sum);
    let shadowed = shadows(&more);
    assert_eq!(shadowed.last(), Some(&Parts::TOKENS));
    assert!(shadowed[..10].iter().all(|parts| *parts == NONE));
}

#[test]
fn what_has_requests_alone_shadows_no_tokens() {
    let mut requests = Draft::new(1);
    requests.facets = (*record(ANALYTICS, Some(20_000), ADA).facets).clone();
    requests.period = Some(Period::of_day(UtcDay(20_000)));
    requests.requests = Some(3);
    let records = [
        kept("anthropic.enterprise_user_usage", requests),
        record("claude_code.transcript", Some(20_000), ADA),
    ];
    assert_eq!(shadows(&records), [NONE, NONE]);
}

#[test]
fn two_invoices_are_both_paid_and_two_reports_of_one_are_one() {
    let bill = |format, person, nanos| {
        let mut draft = Draft::new(1);
        draft.facets = (*record(format, Some(20_000), person).facets).clone();
        draft.period = Some(Period::of_day(UtcDay(20_000)));
        draft.cost.billed = Some(crate::units::Usd(nanos));
        kept(format, draft)
    };
    let records = [
        bill("anthropic.cost_report", None, 1_000),
        bill("anthropic.enterprise_user_cost", ADA, 5),
        bill("anthropic.console_cost_csv", LIN, 1),
    ];
    assert_eq!(shadows(&records), [NONE, NONE, Parts::BILL]);
}

#[test]
fn one_format_by_the_day_and_by_the_month_counts_once() {
    let mut sum = month("ccusage.report", 20_000, ADA);
    Arc::make_mut(&mut sum.facets).granularity = Granularity::Month;
    let mut day = record("ccusage.report", Some(20_003), ADA);
    Arc::make_mut(&mut day.facets).granularity = Granularity::Day;
    assert_eq!(shadows(&[sum, day]), [Parts::TOKENS, NONE]);
}

#[test]
fn one_session_is_one_whatever_day_and_whoever_it_names() {
    let with_session = |format, day, person| {
        let mut one = record(format, Some(day), person);
        Arc::make_mut(&mut one.facets).session_id = Some(Untrusted::from("s1"));
        one
    };
    let records = [
        with_session("codex.rollout", 20_000, None),
        with_session("codex.exec_json", 20_009, ADA),
    ];
    // Who names somebody counts first.
    assert_eq!(shadows(&records), [Parts::TOKENS, NONE]);
}

#[test]
fn only_a_checkpoint_may_lack_its_day() {
    let records = [
        record(ANALYTICS, Some(20_000), ADA),
        record("repo.entire_checkpoint", None, None),
        record("slopnexus.usage", None, None),
    ];
    assert_eq!(shadows(&records), [NONE, Parts::TOKENS, NONE]);
}
