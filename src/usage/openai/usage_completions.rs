//! The usage of an organisation's API: one row a bucket of time and whatever it was
//! grouped by. What Codex spends on a ChatGPT plan is not in it.

use super::{Counts, Dimensions, PAGES, id_of, mentions, period_of};
use crate::usage::framing::{Sample, Source};
use crate::usage::json::Object;
use crate::usage::record::Draft;
use crate::usage::rows::each_bucket;
use crate::usage::{Context, Format, Parsed};

/// Pages of the API, one after another or in arrays.
pub static FORMAT: Format = Format {
    name: "openai.usage_completions",
    tier: 2,
    about: "OpenAI organization usage API: usage/completions pages",
    recognizes,
    parse,
};

const KIND: &str = "organization.usage.completions.result";

fn recognizes(sample: Sample<'_>) -> bool {
    mentions(sample, "\"organization.usage.")
        || (mentions(sample, "\"num_model_requests\"")
            && sample.any_row("data", |bucket| bucket.has("results")))
}

fn parse(source: &mut Source<'_>, context: &Context<'_>, parsed: &mut Parsed<'_>) {
    each_bucket(source, parsed, PAGES, |row, parsed| {
        let results = row.row.array("results")?;
        if results.is_empty() && row.row.has("results") {
            return Ok(());
        }
        let (period, granularity) = period_of(row.row, &context.bounds)?;
        if results.is_empty() {
            return Err("a bucket without results");
        }
        for result in results {
            let result = Object::record(result.get());
            let draft = result.and_then(|result| {
                let mut draft = Draft::new(row.position);
                draft.period = Some(period);
                draft.facets.granularity = granularity;
                read_result(&result, draft, parsed)
            });
            parsed.push(row.position, draft);
        }
        Ok(())
    });
}

fn read_result(
    result: &Object<'_>,
    mut draft: Draft,
    parsed: &mut Parsed<'_>,
) -> Result<Draft, &'static str> {
    if result.text("object")?.is_some_and(|kind| kind != KIND) {
        return Err("usage of another kind than completions");
    }
    let field = |name| Ok::<_, &str>(result.text(name)?.unwrap_or_default());
    let dimensions = Dimensions {
        project: field("project_id")?,
        user: field("user_id")?,
        key: field("api_key_id")?,
        model: field("model")?,
    };
    dimensions.fill(&mut draft);
    let counts = Counts {
        input: result.count("input_tokens")?,
        cached: result.count("input_cached_tokens")?,
        cache_write: result.count("input_cache_write_tokens")?,
        uncached: result.count("input_uncached_tokens")?,
        output: result.count("output_tokens")?,
    };
    counts.fill(&mut draft, parsed)?;
    draft.requests = result.count("num_model_requests")?;
    let batch = result.get("batch").map_or("", |batch| batch.get()).to_owned();
    let tier = field("service_tier")?;
    draft.record_id = id_of(FORMAT.name, draft.period, &dimensions, &[&batch, &tier]);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::GapKind;
    use crate::usage::record::{AccountKind, Flag};

    fn read(result: &str) -> crate::usage::Export {
        crate::usage::tests::read_as(
            &FORMAT,
            &format!(
                r#"{{"object":"page","data":[{{"start_time":1791158400,"end_time":1791244800,"results":[{result}]}}]}}"#
            ),
        )
    }

    #[test]
    fn input_includes_what_the_cache_was_read_for_and_written_with() {
        let export = read(
            r#"{"input_tokens":100,"input_cached_tokens":70,"input_cache_write_tokens":20,"output_tokens":5}"#,
        );
        let tokens = export.records[0].tokens();
        assert_eq!((tokens.input, tokens.cache_read), (Some(10), Some(70)));
        assert_eq!((tokens.cache_write, tokens.total()), (Some(20), Some(105)));
        assert!(export.gaps.is_empty());
    }

    #[test]
    fn a_share_of_the_cache_that_is_not_told_is_unknown_and_not_zero() {
        let tokens =
            read(r#"{"input_tokens":100,"output_tokens":5}"#).records[0].tokens();
        assert_eq!((tokens.input, tokens.input_unsplit), (None, Some(100)));
        assert_eq!(tokens.cache_read, None);
        let split = r#"{"input_uncached_tokens":30,"input_cached_tokens":70}"#;
        assert_eq!(read(split).records[0].tokens().total(), Some(100));
    }

    #[test]
    fn more_cached_than_input_never_goes_below_zero() {
        let export =
            read(r#"{"input_tokens":10,"input_cached_tokens":70,"output_tokens":5}"#);
        assert_eq!(export.records[0].tokens().total(), Some(15));
        assert_eq!(export.gaps.list()[0].kind, GapKind::TokenMismatch);
    }

    #[test]
    fn who_it_is_depends_on_what_it_was_grouped_by() {
        let kind = |more: &str| {
            let row = format!(r#"{{"input_tokens":1,"output_tokens":1{more}}}"#);
            let export = read(&row);
            let record = &export.records[0];
            (record.facets.account.kind, record.flags.contains(Flag::OrgLevel))
        };
        assert_eq!(kind(r#","user_id":"user-a","api_key_id":"k""#).0, AccountKind::User);
        assert_eq!(kind(r#","user_id":null,"api_key_id":"k""#).0, AccountKind::ApiKey);
        assert_eq!(kind(""), (AccountKind::Organization, true));
    }

    #[test]
    fn another_kind_of_usage_is_said_to_be_that() {
        let export = read(
            r#"{"object":"organization.usage.embeddings.result","input_tokens":1,"num_model_requests":1}"#,
        );
        assert_eq!(export.gaps.list()[0].why, "usage of another kind than completions");
    }
}
