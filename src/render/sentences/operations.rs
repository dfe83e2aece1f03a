//! Sentences of what landings did.

use crate::render::number::{count, count_of, percent};
use crate::report::{
    FunctionsReport, GrowthReport, LineOperationsReport, Report, RevertsReport,
};
use crate::units::count_to_f64;

/// What landings did to lines; `None` where they changed none.
pub(in crate::render) fn line_operations(found: &LineOperationsReport) -> Option<String> {
    let total = &found.total;
    let share = |lines: u64| percent(count_to_f64(lines) / count_to_f64(total.changed));
    let bulk = match found.bulk_landings {
        0 => String::new(),
        1 => " One import is left out.".to_owned(),
        n => format!(" {} imports are left out.", count(n)),
    };
    (total.changed > 0).then(|| {
        format!(
            "Of {} lines that landings changed {} came new, {} moved and {} were copied from \
             what stands elsewhere. Blank lines count here, files that are generated or \
             vendored do not. Others who use these words count otherwise: \
             docs/metrics.md.{bulk}",
            count(total.changed),
            share(total.added),
            share(total.moved),
            share(total.copied),
        )
    })
}

/// What was taken back; `None` where nothing was.
pub(in crate::render) fn reverts(found: &RevertsReport) -> Option<String> {
    let n = found.said + found.silent + found.relands + found.hotfixes;
    (n > 0).then(|| {
        format!(
            "{} that it takes another back; of {} it is known which. {} undone without a word. \
             {} back what had been taken back.",
            match found.said {
                1 => "1 commit says".to_owned(),
                n => format!("Of {} each says", count_of(n, "commit", "commits")),
            },
            count(found.resolved),
            count_of(found.silent, "landing was", "landings were"),
            count_of(found.relands, "commit brings", "commits bring"),
        )
    })
}

/// How soon landings were taken back.
pub(in crate::render) fn revert_latency(reverts: &RevertsReport) -> Option<String> {
    let latency = reverts.latency_days.as_ref()?;
    Some(match latency.n {
        1 => format!("It came within {:.1} days.", latency.median),
        n => format!(
            "Half of {} came within {:.1} days, nine of ten within {:.1}.",
            count(n),
            latency.median,
            latency.p90
        ),
    })
}

/// What is told beside reverts.
pub(in crate::render) fn beside_reverts(reverts: &RevertsReport) -> String {
    format!(
        "Beside them, and not added: mends within three days: {}; commits that name the one \
         they suspect of the fault they mend: {}; landings whose files all went again: {}.",
        count(reverts.hotfixes),
        count(reverts.bug_links),
        count(reverts.removals),
    )
}

/// What landings did to functions, or why that is not known.
pub(in crate::render) fn function_history(found: &FunctionsReport) -> Option<String> {
    let Some(history) = &found.history else {
        return found.why_no_history.map(|why| {
            format!("Which landings touched which function is not known: {why}.")
        });
    };
    let growth = |of: &GrowthReport| {
        format!(
            "{} of {} by more than a quarter, and shrank in {}",
            count(of.grew),
            count(of.n),
            count(of.shrank)
        )
    };
    Some(format!(
        "{} of the product that stand now were touched by the last {}; {} of them are new \
         since. Of those that stood before, cognitive complexity grew in {}; code grew in {}.",
        count_of(history.touched, "function", "functions"),
        count_of(history.landings, "landing", "landings"),
        count(history.new),
        growth(&history.cognitive),
        growth(&history.code_lines),
    ))
}

/// Lines that were not counted, by what they are; `None` where all were.
pub(in crate::render) fn filtered_lines(report: &Report) -> Option<String> {
    let filtered: Vec<String> = report
        .inputs
        .filtered_lines
        .iter()
        .map(|(reason, lines)| format!("{} {}", reason.replace('_', " "), count(*lines)))
        .collect();
    (!filtered.is_empty()).then(|| {
        format!("Lines not counted, by kind or file class: {}.", filtered.join(", "))
    })
}
