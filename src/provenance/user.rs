//! A rules file of the user's: more rules, which go before those that come with the
//! program.

use super::bad_rule;
use super::file::RulesFile;
use super::patterns::{Source, check_together, source};
use super::row::Row;
use super::{examples, rules};
use crate::error::Error;
use crate::limits;
use crate::units::len_to_u64;

/// The longest name of a set of rules, of a rule or of a tool, in bytes.
const NAME_BYTES: usize = 64;

/// Reads a file of the user's, within limits.
///
/// # Errors
///
/// When it is no such file, or compiling it would cost too much.
pub(super) fn read(toml: &[u8]) -> Result<RulesFile, Error> {
    if len_to_u64(toml.len()) > limits::RULES_BYTES.value {
        let why = format!("it is larger than {} bytes", limits::RULES_BYTES.value);
        return Err(bad_rule("the file", &why));
    }
    let file = rules::read(toml)?;
    reject_tables(&file)?;
    reject_names(&file)?;
    let n_rules = examples::cases(&file).count() + file.record.len();
    if len_to_u64(n_rules) > limits::RULES.value {
        let why = format!("it has more than {} rules", limits::RULES.value);
        return Err(bad_rule("the file", &why));
    }
    check_together(&sources(&file))?;
    Ok(file)
}

/// Puts the rules of a file before those of another.
pub(super) fn before(own: RulesFile, mut file: RulesFile) -> Result<RulesFile, Error> {
    fn put<T>(own: Vec<T>, rows: &mut Vec<T>) {
        rows.splice(0..0, own);
    }
    file.ruleset = format!("{} + {}", file.ruleset, own.ruleset);
    put(own.identity, &mut file.identity);
    put(own.bot, &mut file.bot);
    put(own.trailer, &mut file.trailer);
    put(own.disclosure, &mut file.disclosure);
    put(own.line, &mut file.line);
    put(own.human, &mut file.human);
    put(own.subject, &mut file.subject);
    put(own.branch, &mut file.branch);
    put(own.record, &mut file.record);
    put(own.repo_signal, &mut file.repo_signal);
    put(own.tool_word, &mut file.tool_word);
    put(own.model, &mut file.model);
    rules::reject_repeated_ids(&file)?;
    Ok(file)
}

/// How evidence is weighed is the same for everybody.
fn reject_tables(file: &RulesFile) -> Result<(), Error> {
    let tables = [
        ("confidence", file.confidence.is_some()),
        ("precedence", file.precedence.is_some()),
        ("squash", file.squash.is_some()),
    ];
    match tables.iter().find(|(_, is_there)| *is_there) {
        Some((table, _)) => {
            let why = "a file of yours has rules, and leaves this table to the program";
            Err(bad_rule(table, &why))
        }
        None => Ok(()),
    }
}

/// Names are printed in tables and reports: they are short and have no blanks.
fn reject_names(file: &RulesFile) -> Result<(), Error> {
    let is_plain = |name: &str| {
        let is_short = !name.is_empty() && name.len() <= NAME_BYTES;
        is_short && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let ids = examples::cases(file).map(|case| (case.id, case.id));
    let records = file.record.iter().map(|row| (row.id.as_str(), row.id.as_str()));
    let tools = file.tools().into_iter().map(|(_, id, tool)| (id, tool));
    let ruleset = ("ruleset", file.ruleset.as_str());
    let mut names = ids.chain(records).chain(tools).chain(std::iter::once(ruleset));
    match names.find(|(_, name)| !is_plain(name)) {
        Some((id, _)) => {
            let why = format!(
                "its name or that of its tool is not 1 to {NAME_BYTES} letters, digits and \
                 signs of ASCII"
            );
            Err(bad_rule(id, &why))
        }
        None => Ok(()),
    }
}

/// All patterns of a file.
fn sources(file: &RulesFile) -> Vec<Source> {
    let mut all = Vec::new();
    for row in &file.identity {
        push(&mut all, row, [row.rule.name.as_ref(), Some(&row.rule.email)]);
    }
    for row in &file.bot {
        push(&mut all, row, [&row.rule.name, &row.rule.email].map(Some));
    }
    for row in &file.trailer {
        push(&mut all, row, [&row.rule.key, &row.rule.value].map(Some));
    }
    for row in &file.disclosure {
        let rule = &row.rule;
        push(&mut all, row, [&rule.key, &rule.value_ai].map(Some));
        let others = [&rule.value_human, &rule.value_person, &rule.value_tool];
        push(&mut all, row, others.map(Option::as_ref));
    }
    for row in file.line.iter().chain(&file.subject) {
        let rule = &row.rule;
        push(&mut all, row, [Some(&rule.pattern)]);
        let others = [&rule.exclude, &rule.person, &rule.person_except];
        push(&mut all, row, others.map(Option::as_ref));
    }
    for row in &file.human {
        push(&mut all, row, [Some(&row.rule.pattern), row.rule.exclude.as_ref()]);
    }
    file.branch.iter().for_each(|row| push(&mut all, row, [Some(&row.rule.pattern)]));
    file.repo_signal.iter().for_each(|row| push(&mut all, row, [Some(&row.rule.path)]));
    file.tool_word.iter().for_each(|row| push(&mut all, row, [Some(&row.rule.pattern)]));
    file.model.iter().for_each(|row| push(&mut all, row, [Some(&row.rule.pattern)]));
    all
}

fn push<T, const N: usize>(
    all: &mut Vec<Source>,
    row: &Row<T>,
    patterns: [Option<&String>; N],
) {
    all.extend(patterns.into_iter().flatten().map(|pattern| source(row, pattern)));
}
