//! The rules, compiled.

use std::collections::BTreeSet;

use regex::bytes::Regex;
use xxhash_rust::xxh3::Xxh3;

use super::file::{
    BranchRow, ConfidenceTable, HumanRow, Kind, LineRow, RulesFile, TrailerRow,
};
use super::memo::Memo;
use super::patterns::{Patterns, Source, compile_one, source};
use super::people::{PeopleRules, PersonKind, Who};
use super::row::Row;
use super::squash::SquashRules;
use super::words::Words;
use super::{
    BranchRule, CommitText, Confidence, Provenance, Role, bad_rule, classify, disclosure,
    examples, user,
};
use crate::error::Error;
use crate::units::len_to_u64;

/// The rules that come with the program.
pub(super) const EMBEDDED: &[u8] = include_bytes!("rules.toml");

/// The version of the rules file this reads.
const SCHEMA: u32 = 1;

/// All rules by which commits are classified.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The date of the rules, as the file gives it, with what the user's own file gives:
    /// `2026-11-21 + ours`.
    pub ruleset: String,
    digest: u64,
    pub(super) people: PeopleRules,
    pub(super) trailers: KeyRules<Trailer>,
    pub(super) disclosures: KeyRules<disclosure::Disclosure>,
    pub(super) lines: LineRules,
    pub(super) subjects: LineRules,
    pub(super) squash: SquashRules,
    pub(super) words: Words,
    pub(super) precedence: Vec<Kind>,
    probabilities: ConfidenceTable,
    pub(super) branches: Named,
    pub(super) branch_rules: Vec<BranchRule>,
    pub(super) paths: Named,
    records: Vec<String>,
}

impl Rules {
    /// The rules that come with the program.
    ///
    /// # Errors
    ///
    /// Never, as long as the tests pass.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(EMBEDDED)
    }

    /// Those rules with the user's before them, which go first: an account that is only
    /// known as a bot can be named an agent.
    ///
    /// # Errors
    ///
    /// When the file is no rules file, one of its rules does not do what its own examples
    /// say, or its patterns cost too much. It names the rule, and ends the run as wrong
    /// flags do.
    pub fn with(user: &[u8]) -> Result<Self, Error> {
        let own = user::read(user)?;
        let mut rules = Self::compile(user::before(own.clone(), read(EMBEDDED)?)?)?;
        rules.digest = digest(Some(user));
        examples::check(&rules, examples::cases(&own))?;
        Ok(rules)
    }

    /// Reads a whole rules file. It is configuration: what is wrong with it stops the run.
    ///
    /// # Errors
    ///
    /// As [`Rules::with`], but for examples, which tests hold.
    pub fn parse(toml: &[u8]) -> Result<Self, Error> {
        let mut rules = Self::compile(read(toml)?)?;
        rules.digest = digest_of(&[toml]);
        Ok(rules)
    }

    fn compile(file: RulesFile) -> Result<Self, Error> {
        let (Some(confidence), Some(precedence), Some(squash)) =
            (file.confidence, file.precedence, file.squash)
        else {
            let why = "a table is missing: confidence, precedence or squash";
            return Err(bad_rule("the file", &why));
        };
        Ok(Self {
            ruleset: file.ruleset,
            digest: 0,
            people: PeopleRules::compile(file.identity, file.bot)?,
            trailers: trailers(file.trailer)?,
            disclosures: disclosure::compile(file.disclosure)?,
            lines: LineRules::compile(file.line, file.human)?,
            subjects: LineRules::compile(file.subject, Vec::new())?,
            squash: SquashRules::compile(&squash)?,
            words: Words::compile(file.tool_word, file.model)?,
            precedence: precedence.order,
            probabilities: confidence,
            branch_rules: file.branch.iter().map(branch_rule).collect(),
            branches: Named::compile(
                file.branch.iter().map(|row| source(row, &row.rule.pattern)),
            )?,
            paths: Named::compile(
                file.repo_signal.iter().map(|row| source(row, &row.rule.path)),
            )?,
            records: file.record.into_iter().map(|row| row.id).collect(),
        })
    }

    /// What stands for all that the rules are: as [`digest`] gives it.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Classifies a commit by what it says about itself.
    pub fn classify(&self, commit: &CommitText<'_>) -> Provenance {
        classify::classify(self, commit)
    }

    /// Whether a raw name and address are those of an agent, a bot or a person. People
    /// who mark agent-made commits in their own name are people.
    pub fn kind_of(&self, name: &[u8], email: &[u8]) -> PersonKind {
        match self.people.who(name, email) {
            Who::Agent(identity) if identity.mark_in_name.is_none() => PersonKind::Agent,
            Who::Agent(_) | Who::Person => PersonKind::Person,
            Who::Bot(_) => PersonKind::Bot,
        }
    }

    /// The probability that a degree of confidence stands for.
    pub fn probability(&self, confidence: Confidence) -> f64 {
        match confidence {
            Confidence::Certain => self.probabilities.certain,
            Confidence::High => self.probabilities.high,
            Confidence::Medium => self.probabilities.medium,
            Confidence::Low => self.probabilities.low,
            Confidence::Hint => self.probabilities.hint,
        }
    }

    /// The rule that the name of a branch fits. It speaks for the commits that only
    /// the branch had, never for one commit by its text.
    pub fn branch_rule(&self, branch: &[u8]) -> Option<&str> {
        self.branches.first(branch)
    }

    /// The rule that the path of a file fits: a tool is configured here. It says
    /// nothing about any commit.
    pub fn path_rule(&self, path: &[u8]) -> Option<&str> {
        self.paths.first(path)
    }

    /// The ids of the places where tools record lines or sessions.
    pub fn records(&self) -> &[String] {
        &self.records
    }
}

fn branch_rule(row: &Row<BranchRow>) -> BranchRule {
    let BranchRow { tool, confidence, .. } = &row.rule;
    BranchRule { id: row.id.clone(), tool: tool.clone(), confidence: *confidence }
}

/// What stands for the rules that come with the program and a file of the user's: other
/// rules, another number.
pub fn digest(user: Option<&[u8]>) -> u64 {
    match user {
        None => digest_of(&[EMBEDDED]),
        Some(user) => digest_of(&[EMBEDDED, user]),
    }
}

fn digest_of(files: &[&[u8]]) -> u64 {
    let mut hash = Xxh3::new();
    for file in files {
        hash.update(&len_to_u64(file.len()).to_le_bytes());
        hash.update(file);
    }
    hash.digest()
}

/// Reads a rules file as written.
pub(super) fn read(toml: &[u8]) -> Result<RulesFile, Error> {
    let text = std::str::from_utf8(toml).map_err(|error| bad_rule("the file", &error))?;
    let file: RulesFile = toml::from_str(text).map_err(|error| {
        let end = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(end).filter(|byte| *byte == b'\n').count() + 1;
        bad_rule("the file", &format!("line {line}: {}", error.message()))
    })?;
    if file.schema != SCHEMA {
        return Err(bad_rule("schema", &"this program reads schema 1"));
    }
    reject_repeated_ids(&file)?;
    Ok(file)
}

/// Rules that are matched by name, in the order of the file.
#[derive(Debug, Clone)]
pub(super) struct Named {
    ids: Vec<String>,
    patterns: Patterns,
}

impl Named {
    fn compile(sources: impl Iterator<Item = Source>) -> Result<Self, Error> {
        let sources: Vec<Source> = sources.collect();
        let patterns = Patterns::compile(&sources)?;
        Ok(Self {
            ids: sources.into_iter().map(|source| source.rule).collect(),
            patterns,
        })
    }

    fn first(&self, text: &[u8]) -> Option<&str> {
        self.patterns.hits(text).first().map(|hit| self.ids[*hit].as_str())
    }

    /// Whether one rule fits, whichever come before it.
    pub(super) fn fits(&self, rule: usize, text: &[u8]) -> bool {
        self.patterns.hit(rule, text)
    }
}

/// Rules that are found by the key of a `Key: value` line.
#[derive(Debug, Clone)]
pub(super) struct KeyRules<T> {
    keys: Patterns,
    rules: Vec<T>,
    known: Memo<Vec<usize>>,
}

impl<T> KeyRules<T> {
    pub(super) fn compile(keys: &[Source], rules: Vec<T>) -> Result<Self, Error> {
        Ok(Self { keys: Patterns::compile(keys)?, rules, known: Memo::default() })
    }

    /// One rule, if a key is its.
    pub(super) fn one(&self, rule: usize, key: &[u8]) -> Option<&T> {
        self.keys.hit(rule, key).then(|| &self.rules[rule])
    }

    /// The rules for a key, in the order of the file.
    pub(super) fn of(&self, key: &[u8]) -> impl Iterator<Item = &T> {
        let hits = self.known.get_or_find(key.to_vec(), || self.keys.hits(key));
        hits.into_iter().map(|hit| &self.rules[hit])
    }
}

/// A `Key: value` line that a tool writes.
#[derive(Debug, Clone)]
pub(super) struct Trailer {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) value: Regex,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
}

fn trailers(rows: Vec<Row<TrailerRow>>) -> Result<KeyRules<Trailer>, Error> {
    let keys: Vec<_> = rows.iter().map(|row| source(row, &row.rule.key)).collect();
    let compile = |row: Row<TrailerRow>| {
        let value = compile_one(&source(&row, &row.rule.value))?;
        let TrailerRow { tool, role, confidence, .. } = row.rule;
        Ok(Trailer { id: row.id, tool, value, role, confidence })
    };
    KeyRules::compile(&keys, rows.into_iter().map(compile).collect::<Result<_, Error>>()?)
}

/// Rules for whole lines.
#[derive(Debug, Clone)]
pub(super) struct LineRules {
    patterns: Patterns,
    /// Those for lines, then those for statements.
    rules: Vec<LineRule>,
    n_lines: usize,
}

/// A whole line that says something.
#[derive(Debug, Clone)]
pub(super) struct LineRule {
    pub(super) id: String,
    /// `None` for a statement that there was none.
    pub(super) tool: Option<String>,
    exclude: Option<Regex>,
    person: Option<Regex>,
    person_except: Option<Regex>,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
}

impl LineRule {
    fn compile(row: Row<LineRow>) -> Result<Self, Error> {
        let compile = |pattern: &String| compile_one(&source(&row, pattern));
        Ok(Self {
            exclude: row.rule.exclude.as_ref().map(compile).transpose()?,
            person: row.rule.person.as_ref().map(compile).transpose()?,
            person_except: row.rule.person_except.as_ref().map(compile).transpose()?,
            id: row.id,
            tool: Some(row.rule.tool),
            role: row.rule.role,
            confidence: row.rule.confidence,
        })
    }

    fn human(row: Row<HumanRow>) -> Result<Self, Error> {
        let compile = |pattern: &String| compile_one(&source(&row, pattern));
        Ok(Self {
            exclude: row.rule.exclude.as_ref().map(compile).transpose()?,
            id: row.id,
            tool: None,
            person: None,
            person_except: None,
            role: Role::Human,
            confidence: row.rule.confidence,
        })
    }

    /// Whether a line that fits the pattern is meant.
    fn means(&self, line: &[u8]) -> bool {
        let fits = |pattern: &Option<Regex>| {
            pattern.as_ref().is_some_and(|pattern| pattern.is_match(line))
        };
        let names_a_person = fits(&self.person) && !fits(&self.person_except);
        !fits(&self.exclude) && !names_a_person
    }
}

impl LineRules {
    fn compile(
        lines: Vec<Row<LineRow>>,
        humans: Vec<Row<HumanRow>>,
    ) -> Result<Self, Error> {
        let of_lines = lines.iter().map(|row| source(row, &row.rule.pattern));
        let of_humans = humans.iter().map(|row| source(row, &row.rule.pattern));
        let patterns = Patterns::compile(&of_lines.chain(of_humans).collect::<Vec<_>>())?;
        let n_lines = lines.len();
        let lines = lines.into_iter().map(LineRule::compile);
        let humans = humans.into_iter().map(LineRule::human);
        let rules = lines.chain(humans).collect::<Result<_, Error>>()?;
        Ok(Self { patterns, rules, n_lines })
    }

    /// Whether one rule of its table fits, whichever come before it.
    pub(super) fn fits(&self, is_statement: bool, place: usize, line: &[u8]) -> bool {
        let rule = if is_statement { self.n_lines + place } else { place };
        self.patterns.hit(rule, line) && self.rules[rule].means(line)
    }

    /// The first rule of the file that a line fits and that means it.
    pub(super) fn first(&self, line: &[u8]) -> Option<&LineRule> {
        let hits = self.patterns.hits(line).into_iter().map(|hit| &self.rules[hit]);
        hits.into_iter().find(|rule| rule.means(line))
    }
}

/// Evidence names its rule by id, so an id may stand for one rule only.
pub(super) fn reject_repeated_ids(file: &RulesFile) -> Result<(), Error> {
    let mut known = BTreeSet::new();
    let records = file.record.iter().map(|row| row.id.as_str());
    for id in examples::cases(file).map(|case| case.id).chain(records) {
        if !known.insert(id) {
            return Err(bad_rule(id, &"the id is given twice"));
        }
    }
    Ok(())
}
