//! Export requests → events, spans and points, each handed to the format of its tool.

use super::gather::Gathered;
use super::item::{Attributes, Item, Service, body_text, field, field_text};
use super::points::{self, Temporality};
use super::{claude_code, codex, gemini_cli, genai};
use crate::usage::dates::Moment;
use crate::usage::json::Object;
use crate::usage::{Context, Parsed};

/// The lists of one kind of telemetry: resources, scopes in them, items in these. Each
/// under its name in JSON and its name in protocol buffers.
type Lists = [(&'static str, &'static str); 3];

const LOGS: Lists = [
    ("resourceLogs", "resource_logs"),
    ("scopeLogs", "scope_logs"),
    ("logRecords", "log_records"),
];
const METRICS: Lists = [
    ("resourceMetrics", "resource_metrics"),
    ("scopeMetrics", "scope_metrics"),
    ("metrics", "metrics"),
];
const SPANS: Lists = [
    ("resourceSpans", "resource_spans"),
    ("scopeSpans", "scope_spans"),
    ("spans", "spans"),
];

/// What items of one scope share.
struct Place<'p> {
    position: u64,
    context: &'p Context<'p>,
    scope: &'p Attributes,
    resource: &'p Attributes,
}

/// Whether a value is telemetry.
pub(super) fn is_request(object: &Object<'_>) -> bool {
    let has = |(name, other): (&str, &str)| object.has(name) || object.has(other);
    [LOGS, METRICS, SPANS].iter().any(|lists| has(lists[0]) || has(lists[1]))
        || is_bare_event(object)
}

/// Whether it is an event as some tools write it themselves: attributes in a plain map.
fn is_bare_event(object: &Object<'_>) -> bool {
    let attributes = object.object("attributes").ok().flatten();
    attributes.is_some_and(|attributes| attributes.has("event.name"))
}

/// Reads one request. What cannot be read of it is rejected item by item.
pub(super) fn read(
    request: &Object<'_>,
    position: u64,
    context: &Context<'_>,
    parsed: &mut Parsed<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    if is_bare_event(request) {
        let resource = match request.object("resource")? {
            Some(resource) => Attributes::of(&resource).unwrap_or_default(),
            None => Attributes::default(),
        };
        let scope = Attributes::default();
        let place = Place { position, context, scope: &scope, resource: &resource };
        return read_event(request, &place, parsed, gathered);
    }
    for (lists, read_item) in [
        (LOGS, read_event as ReadItem),
        (METRICS, read_metric as ReadItem),
        (SPANS, read_span as ReadItem),
    ] {
        for resource in resources(request, lists)? {
            let given = resource.object("resource")?.unwrap_or_default();
            let attributes = Attributes::of(&given)?;
            for scope in list(&resource, lists[1])? {
                let given = scope.object("scope")?.unwrap_or_default();
                let place = Place {
                    position,
                    context,
                    scope: &Attributes::of(&given)?,
                    resource: &attributes,
                };
                for item in list(&scope, lists[2])? {
                    if let Err(why) = read_item(&item, &place, parsed, gathered) {
                        parsed.reject(position, why);
                    }
                }
            }
        }
    }
    Ok(())
}

type ReadItem = fn(
    &Object<'_>,
    &Place<'_>,
    &mut Parsed<'_>,
    &mut Gathered,
) -> Result<(), &'static str>;

/// The resources of a request; some write each as a value of its own.
fn resources<'a>(
    request: &Object<'a>,
    lists: Lists,
) -> Result<Vec<Object<'a>>, &'static str> {
    if field(request, lists[1].0, lists[1].1).is_some() {
        return Ok(vec![Object::parse(request.text_of_whole())?]);
    }
    list(request, lists[0])
}

fn list<'a>(
    object: &Object<'a>,
    (name, other): (&str, &str),
) -> Result<Vec<Object<'a>>, &'static str> {
    object.objects(if object.has(name) { name } else { other })
}

fn read_event(
    record: &Object<'_>,
    place: &Place<'_>,
    parsed: &mut Parsed<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    let own = Attributes::of(record)?;
    let levels = [&own, place.scope, place.resource];
    let Some(name) = event_name(record, &levels)? else { return Ok(()) };
    let written = [
        field_text(record, "timeUnixNano", "time_unix_nano")?,
        own.get("event.timestamp").map(str::to_owned),
        field_text(record, "observedTimeUnixNano", "observed_time_unix_nano")?,
    ];
    let moment = written.into_iter().flatten().find(|time| time != "0");
    let moment = moment.ok_or("an event without a time")?;
    let moment = moment_of(&moment, place.context)?;
    gathered.see(moment);
    let item = Item { name: &name, position: place.position, moment, levels };
    let ids = [("traceId", "trace_id"), ("spanId", "span_id")];
    let [trace, span] = ids.map(|(name, other)| field_text(record, name, other));
    let span = [trace?.unwrap_or_default(), span?.unwrap_or_default()];
    match name.split_once('.').map(|(tool, _)| tool) {
        Some("claude_code") => claude_code::read_event(&item, gathered),
        Some("codex") => codex::read_event(&item, parsed, gathered),
        Some("gemini_cli") => gemini_cli::read_event(&item, parsed, gathered),
        _ => genai::read_event(&item, &span, gathered),
    }
}

/// The full name of an event of ours: tools put it in a field, an attribute or the body,
/// with their own name before it or without. `None` for the events of others.
fn event_name(
    record: &Object<'_>,
    levels: &[&Attributes; 3],
) -> Result<Option<String>, &'static str> {
    const TOOLS: [&str; 4] = ["claude_code.", "codex.", "gemini_cli.", "gen_ai."];
    let own = levels[0].get("event.name").map(str::to_owned);
    let field = field_text(record, "eventName", "event_name")?;
    let names = [field, own.clone(), body_text(record)];
    let is_ours = |name: &String| TOOLS.iter().any(|tool| name.starts_with(tool));
    let found = names.into_iter().flatten().find(is_ours);
    let service = levels[2].get("service.name").unwrap_or_default();
    let by_service = || {
        let is_claude = service.starts_with("claude-code");
        own.filter(|_| is_claude).map(|name| format!("claude_code.{name}"))
    };
    Ok(found.or_else(by_service))
}

fn moment_of(written: &str, context: &Context<'_>) -> Result<Moment, &'static str> {
    if written.bytes().all(|byte| byte.is_ascii_digit()) {
        return context.bounds.epoch(written);
    }
    context.bounds.moment(written)
}

fn read_span(
    span: &Object<'_>,
    place: &Place<'_>,
    _: &mut Parsed<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    let own = Attributes::of(span)?;
    if !own.pairs().any(|(key, _)| key.starts_with("gen_ai.usage.")) {
        return Ok(());
    }
    let end = field_text(span, "endTimeUnixNano", "end_time_unix_nano")?;
    let start = field_text(span, "startTimeUnixNano", "start_time_unix_nano")?;
    let given = [end, start].into_iter().flatten().find(|time| time != "0");
    let moment = context_epoch(place, given.as_deref())?;
    gathered.see(moment);
    let name = span.text("name")?.unwrap_or_default();
    let levels = [&own, place.scope, place.resource];
    let item = Item { name: &name, position: place.position, moment, levels };
    let ids = [("traceId", "trace_id"), ("spanId", "span_id")];
    let [trace, id] = ids.map(|(name, other)| field_text(span, name, other));
    let ids = [trace?.unwrap_or_default(), id?.unwrap_or_default()];
    let status = span.object("status")?.unwrap_or_default().text("code")?;
    let failed = matches!(status.as_deref(), Some("2" | "STATUS_CODE_ERROR"));
    genai::read_span(&item, &ids, failed, gathered)
}

fn context_epoch(
    place: &Place<'_>,
    written: Option<&str>,
) -> Result<Moment, &'static str> {
    place.context.bounds.epoch(written.ok_or("telemetry without a time")?)
}

fn read_metric(
    metric: &Object<'_>,
    place: &Place<'_>,
    parsed: &mut Parsed<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    let name = metric.text("name")?.unwrap_or_default();
    if !points::is_ours(&name) {
        return Ok(());
    }
    let kinds = ["sum", "histogram", "exponentialHistogram", "exponential_histogram"];
    let data = kinds.iter().find_map(|kind| metric.object(kind).transpose());
    let data = data.ok_or("a metric that is neither a sum nor a histogram")??;
    let temporality =
        field_text(&data, "aggregationTemporality", "aggregation_temporality")?;
    let temporality = Temporality::named(temporality.as_deref())?;
    for point in list(&data, ("dataPoints", "data_points"))? {
        let read = read_point(&point, &name, temporality, place, gathered);
        if let Err(why) = read {
            parsed.reject(place.position, why);
        }
    }
    Ok(())
}

fn read_point(
    point: &Object<'_>,
    name: &str,
    temporality: Temporality,
    place: &Place<'_>,
    gathered: &mut Gathered,
) -> Result<(), &'static str> {
    let own = Attributes::of(point)?;
    let end = field_text(point, "timeUnixNano", "time_unix_nano")?;
    let moment = context_epoch(place, end.as_deref())?;
    let start = field_text(point, "startTimeUnixNano", "start_time_unix_nano")?;
    let start = start.filter(|start| start != "0");
    let start = start.map(|start| place.context.bounds.epoch(&start)).transpose()?;
    gathered.see(moment);
    let levels = [&own, place.scope, place.resource];
    let item = Item { name, position: place.position, moment, levels };
    let written = ["asInt", "as_int", "asDouble", "as_double", "sum"];
    let written = written.iter().find_map(|name| point.text(name).transpose());
    // A histogram in which nothing was recorded has no sum.
    let Some(written) = written.transpose()? else { return Ok(()) };
    let Some(point) = points::measure(&item, &written)? else { return Ok(()) };
    gathered.add_point(&item, start, temporality, point);
    Ok(())
}

/// Whether the tool has better telemetry of its own than what every program may send.
pub(super) fn has_own(service: Service) -> bool {
    service != Service::Other
}
