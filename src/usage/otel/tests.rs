use super::*;
use crate::problem::GapKind;
use crate::units::UtcDay;
use crate::untrusted::Untrusted;
use crate::usage::record::{Flag, Granularity};
use crate::usage::tests::read_as;
use crate::usage::{Export, ReadOptions, read_export, settle};

const START: u64 = 1_791_190_800;

/// One attribute.
fn text(key: &str, value: &str) -> String {
    format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#)
}

fn resource(service: &str, more: &[String]) -> String {
    let all = [vec![text("service.name", service)], more.to_vec()].concat();
    format!(r#""resource":{{"attributes":[{}]}}"#, all.join(","))
}

/// A line with one point of a metric; times are seconds after the start.
fn point(
    name: &str,
    temporality: &str,
    attributes: &[String],
    from: u64,
    until: u64,
    value: &str,
) -> String {
    let service = if name.starts_with("gemini") { "gemini-cli" } else { "claude-code" };
    format!(
        r#"{{"resourceMetrics":[{{{},"scopeMetrics":[{{"metrics":[{{"name":"{name}","sum":{{
        "aggregationTemporality":{temporality},"dataPoints":[{{"attributes":[{}],
        "startTimeUnixNano":"{}000000000","timeUnixNano":"{}000000000",{value}}}]}}}}]}}]}}]}}"#,
        resource(service, &[]),
        attributes.join(","),
        START + from,
        START + until,
    )
    .replace('\n', "")
        + "\n"
}

fn tokens(temporality: &str, from: u64, until: u64, value: &str) -> String {
    let attributes = [text("type", "input"), text("session.id", "s"), text("model", "m")];
    point("claude_code.token.usage", temporality, &attributes, from, until, value)
}

fn event(service: &str, name: &str, attributes: &[String]) -> String {
    let all = [vec![text("event.name", name)], attributes.to_vec()].concat();
    format!(
        r#"{{"resourceLogs":[{{{},"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"{START}000000000","attributes":[{}]}}]}}]}}]}}"#,
        resource(service, &[text("user.email", "Ada@example.com")]),
        all.join(","),
    ) + "\n"
}

fn request(attributes: &[String]) -> String {
    event("claude-code", "api_request", attributes)
}

fn claude(lines: &str) -> Export {
    read_as(&claude_code::FORMAT, lines)
}

fn total(export: &Export) -> u128 {
    export.tokens().total().unwrap_or(0)
}

#[test]
fn deltas_are_added() {
    let lines = tokens("1", 0, 60, r#""asInt":"100""#)
        + &tokens("1", 60, 120, r#""asDouble":50.0"#);
    let export = claude(&lines);
    assert_eq!((export.records.len(), total(&export)), (2, 150));
    assert_eq!(export.records[0].facets.granularity, Granularity::Minute);
}

#[test]
fn of_running_counts_the_growth_counts_by_number_and_by_name() {
    for kind in ["2", r#""AGGREGATION_TEMPORALITY_CUMULATIVE""#] {
        let lines =
            [(60, 100), (120, 150), (180, 150), (240, 180)].map(|(until, value)| {
                tokens(kind, 0, until, &format!(r#""asInt":"{value}""#))
            });
        let export = claude(&lines.concat());
        assert_eq!(total(&export), 80, "180 in the end less 100 at first");
        assert_eq!(export.gaps.list().len(), 1, "what is left out is said");
    }
}

#[test]
fn a_running_count_that_began_within_the_export_is_whole() {
    let lines = tokens("2", 0, 60, r#""asInt":"100""#)
        + &tokens("2", 60, 120, r#""asInt":"30""#)
        + &tokens("2", 60, 180, r#""asInt":"45""#);
    assert_eq!(total(&claude(&lines)), 45, "another start is another count");
    let lines =
        tokens("2", 0, 60, r#""asInt":"100""#) + &tokens("2", 0, 120, r#""asInt":"30""#);
    assert_eq!(total(&claude(&lines)), 30, "one that fell began again");
}

#[test]
fn a_metric_that_does_not_say_its_temporality_is_rejected() {
    let export = claude(&tokens("0", 0, 60, r#""asInt":"100""#));
    assert_eq!((export.records.len(), export.n_rejected), (0, 1));
}

#[test]
fn events_win_over_metrics_of_the_same_session_alone() {
    let metrics = tokens("1", 0, 60, r#""asInt":"100""#);
    let other = metrics.replace(r#""stringValue":"s""#, r#""stringValue":"other""#);
    let count = |session: &str| {
        request(&[
            text("session.id", session),
            text("input_tokens", "9"),
            text("request_id", "r"),
        ])
    };
    assert_eq!(total(&claude(&(metrics.clone() + &count("s")))), 9);
    assert_eq!(total(&claude(&(metrics.clone() + &other + &count("s")))), 109);
    let unnamed = metrics.replace("session.id", "terminal.type");
    assert_eq!(total(&claude(&(unnamed + &count("s")))), 9, "never both");
}

#[test]
fn what_a_tool_did_is_told_once_even_where_events_win() {
    let lines = point(
        "claude_code.commit.count",
        "1",
        &[text("session.id", "s")],
        0,
        60,
        r#""asInt":2"#,
    );
    let request = request(&[text("session.id", "s"), text("input_tokens", "9")]);
    let export = claude(&(tokens("1", 0, 60, r#""asInt":"7""#) + &lines + &request));
    let commits = export.records.iter().filter_map(|record| record.activity().commits);
    assert_eq!(commits.sum::<u64>(), 2);
    let commit = event(
        "claude-code",
        "tool_result",
        &[
            text("session.id", "s"),
            text("tool_parameters", r#"{\"git_commit_id\":\"00FF\"}"#),
        ],
    );
    let export = claude(&(lines + &commit));
    let known = export.records.iter().find(|r| r.facets.commit.is_some()).unwrap();
    assert_eq!(known.facets.commit, Some(Untrusted::from("00ff")));
    let commits = export.records.iter().filter_map(|record| record.activity().commits);
    assert_eq!(commits.sum::<u64>(), 1, "a commit known by name is not counted again");
}

#[test]
fn what_a_resource_says_holds_for_its_events_and_they_may_say_otherwise() {
    let export = claude(&request(&[text("input_tokens", "9")]));
    let account = export.records[0].facets.account.key().unwrap();
    assert_eq!(account, b"email:ada@example.com");
    let own = text("user.email", "lin@example.com");
    let export = claude(&request(&[text("input_tokens", "9"), own]));
    assert_eq!(export.records[0].facets.account.key().unwrap(), b"email:lin@example.com");
}

#[test]
fn an_attribute_given_twice_is_rejected_and_its_neighbours_are_not() {
    let twice = request(&[text("input_tokens", "9"), text("input_tokens", "8")]);
    let export = claude(&(twice + &request(&[text("input_tokens", "7")])));
    assert_eq!((export.n_rejected, total(&export)), (1, 7));
}

#[test]
fn one_request_has_one_id_however_often_it_is_sent() {
    let id = |more: &str| {
        let attributes = [
            text("input_tokens", "9"),
            text("request_id", "r"),
            text("terminal.type", more),
        ];
        claude(&request(&attributes)).records[0].record_id
    };
    assert_eq!(id("vscode"), id("xterm"));
}

#[test]
fn names_of_protocol_buffers_are_read_too() {
    let line = tokens("1", 0, 60, r#""asInt":"100""#)
        .replace("resourceMetrics", "resource_metrics")
        .replace("scopeMetrics", "scope_metrics")
        .replace("dataPoints", "data_points")
        .replace("aggregationTemporality", "aggregation_temporality")
        .replace("imeUnixNano", "ime_unix_nano")
        .replace("startTime_", "start_time_")
        .replace("asInt", "as_int")
        .replace("stringValue", "string_value");
    assert_eq!(total(&claude(&line)), 100);
}

#[test]
fn several_tools_in_one_export_are_each_read_as_their_own() {
    let codex = event(
        "codex_cli_rs",
        "codex.sse_event",
        &[
            text("event.kind", "response.completed"),
            text("input_token_count", "50"),
            text("cached_token_count", "20"),
            text("output_token_count", "5"),
            text("tool_token_count", "55"),
        ],
    );
    let export = claude(&(request(&[text("input_tokens", "9")]) + &codex));
    let formats: Vec<&str> = export.records.iter().map(|record| record.format).collect();
    assert_eq!(formats, [claude_code::FORMAT.name, codex::FORMAT.name]);
    assert_eq!(export.records[1].tokens().input, Some(30));
    assert!(export.gaps.is_empty());
}

#[test]
fn codex_with_more_cache_than_input_is_said_so() {
    let line = event(
        "codex-cli",
        "codex.websocket_event",
        &[
            text("event.kind", "response.completed"),
            text("input_token_count", "5"),
            text("cached_token_count", "20"),
        ],
    );
    let export = read_as(&codex::FORMAT, &line);
    assert_eq!(export.records[0].tokens().input, Some(0));
    assert_eq!(export.gaps.list()[0].kind, GapKind::TokenMismatch);
}

fn span(service: &str, operation: &str, input: u64, more: &[String]) -> String {
    let all = [
        vec![
            text("gen_ai.operation.name", operation),
            text("gen_ai.usage.input_tokens", &input.to_string()),
            text("gen_ai.provider.name", "aws.bedrock"),
        ],
        more.to_vec(),
    ];
    format!(
        r#"{{"resourceSpans":[{{{},"scopeSpans":[{{"spans":[{{"traceId":"t","spanId":"{operation}","name":"x",
        "endTimeUnixNano":"{START}000000000","attributes":[{}]}}]}}]}}]}}"#,
        resource(service, &[]),
        all.concat().join(","),
    )
    .replace('\n', "")
        + "\n"
}

fn genai(lines: &str) -> Export {
    read_as(&genai::FORMAT, lines)
}

#[test]
fn spans_that_contain_calls_are_not_added_to_them() {
    let lines = span("bot", "chat", 100, &[]) + &span("bot", "invoke_agent", 100, &[]);
    let export = genai(&lines);
    assert_eq!((export.records.len(), total(&export)), (1, 100));
    assert_eq!(export.records[0].facets.vendor, Some(Untrusted::from("aws")));
    assert_eq!(export.records[0].tokens().input_unsplit, Some(100));
}

#[test]
fn counts_that_cannot_contain_the_cache_are_disjoint() {
    let cache = [text("gen_ai.usage.cache_read.input_tokens", "80")];
    let input =
        |input| genai(&span("bot", "chat", input, &cache)).records[0].tokens().input;
    assert_eq!(input(100), Some(20));
    assert_eq!(input(60), Some(60));
}

#[test]
fn conventions_do_not_repeat_what_a_tool_says_itself() {
    let own = event(
        "gemini-cli",
        "gemini_cli.api_response",
        &[text("input_token_count", "70"), text("session.id", "s")],
    );
    let lines =
        own + &span("gemini-cli", "generate_content", 70, &[text("session.id", "s")]);
    let export = read_as(&gemini_cli::FORMAT, &lines);
    assert_eq!((export.records.len(), total(&export)), (1, 70));
    let alone = span("gemini-cli", "generate_content", 70, &[]);
    assert_eq!(genai(&alone).records[0].format, gemini_cli::FORMAT.name);
}

#[test]
fn of_a_histogram_the_sum_counts() {
    let line = format!(
        r#"{{"resourceMetrics":[{{{},"scopeMetrics":[{{"metrics":[{{"name":"gen_ai.client.token.usage","histogram":{{
        "aggregationTemporality":1,"dataPoints":[{{"attributes":[{}],"timeUnixNano":"{START}000000000","count":"3",
        "sum":120.0,"bucketCounts":["1","2"]}}]}}}}]}}]}}]}}"#,
        resource("bot", &[]),
        text("gen_ai.token.type", "input"),
    )
    .replace('\n', "");
    assert_eq!(total(&genai(&line)), 120);
    assert_eq!(total(&genai(&(line + "\n" + &span("bot", "chat", 100, &[])))), 100);
}

#[test]
fn a_span_that_failed_is_flagged_and_one_that_says_nothing_is_rejected() {
    let failed = span("bot", "chat", 1, &[text("error.type", "timeout")]);
    assert!(genai(&failed).records[0].flags.contains(Flag::Errored));
    let silent = span("bot", "chat", 1, &[]).replace("gen_ai.operation.name", "x");
    assert_eq!(genai(&silent).n_rejected, 1);
}

#[test]
fn an_interval_over_midnight_is_of_the_day_it_ends_on() {
    // The start is 09:00 UTC: fifteen hours later is midnight.
    let midnight = 15 * 3_600;
    let lines = tokens("1", midnight - 30, midnight + 30, r#""asInt":"1""#);
    let period = claude(&lines).records[0].period.unwrap();
    assert_eq!(period.single_day(), UtcDay::from_ymd(2026, 10, 6));
}

#[test]
fn lines_without_usage_are_no_damage() {
    let requests = request(&[text("input_tokens", "9")]).repeat(3);
    let export = claude(&(requests + "not json at all\n{\n"));
    assert_eq!((export.n_rejected, total(&export)), (0, 27));
}

#[test]
fn one_session_in_all_its_shapes_counts_once_also_in_files_of_their_own() {
    let fixture = |path: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/usage")
            .join(path);
        let bytes = std::fs::read(path).unwrap();
        let name = Untrusted::from("x");
        read_export(&name, &bytes[..], &ReadOptions::default()).unwrap()
    };
    let views = [
        fixture("otel.claude_code/plain.logs.jsonl"),
        fixture("otel.claude_code/plain.metrics.jsonl"),
        fixture("claude_code.transcript/plain.jsonl"),
        fixture("ccusage.report/plain.claude-session.json"),
        fixture("repo.entire_checkpoint/plain.json"),
    ];
    for view in &views {
        assert_eq!(total(view), 35_219, "{}", view.format);
    }
    for n in 2..=views.len() {
        let ledger = settle(&views[..n], false).unwrap().ledger;
        assert_eq!(ledger.kept.tokens, 35_219, "the first {n}");
    }
}
