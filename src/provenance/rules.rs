//! The rules, compiled.

use std::collections::BTreeSet;

use regex::bytes::Regex;

use super::file::{
    BranchRow, Case, ConfidenceTable, HumanRow, Kind, LineRow, RulesFile, TrailerRow,
};
use super::patterns::{Patterns, compile_one};
use super::people::{PeopleRules, PersonKind, Who};
use super::squash::SquashRules;
use super::words::Words;
use super::{
    BranchRule, CommitText, Confidence, Provenance, Role, bad_rule, classify, disclosure,
};
use crate::error::Error;

/// The rules that come with the program.
const EMBEDDED: &[u8] = include_bytes!("rules.toml");

/// The version of the rules file this reads.
const SCHEMA: u32 = 1;

/// All rules by which commits are classified.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The date of the rules, as the file gives it.
    pub ruleset: String,
    pub(super) people: PeopleRules,
    pub(super) trailers: KeyRules<Trailer>,
    pub(super) disclosures: KeyRules<disclosure::Disclosure>,
    pub(super) lines: LineRules,
    pub(super) subjects: LineRules,
    pub(super) squash: SquashRules,
    pub(super) words: Words,
    pub(super) precedence: Vec<Kind>,
    probabilities: ConfidenceTable,
    branches: Named,
    pub(super) branch_rules: Vec<BranchRule>,
    paths: Named,
    records: Vec<String>,
}

impl Rules {
    /// The rules that come with the program.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(EMBEDDED)
    }

    /// Reads a rules file. It is configuration: what is wrong with it stops the run.
    pub fn parse(toml: &[u8]) -> Result<Self, Error> {
        let text =
            std::str::from_utf8(toml).map_err(|error| bad_rule("the file", &error))?;
        let file: RulesFile = toml::from_str(text)
            .map_err(|error| bad_rule("the file", &error.message()))?;
        if file.schema != SCHEMA {
            return Err(bad_rule("schema", &"this program reads schema 1"));
        }
        reject_repeated_ids(&file)?;
        Ok(Self {
            ruleset: file.ruleset,
            people: PeopleRules::compile(file.identity, file.bot)?,
            trailers: trailers(file.trailer)?,
            disclosures: disclosure::compile(file.disclosure)?,
            lines: LineRules::compile(file.line, file.human)?,
            subjects: LineRules::compile(file.subject, Vec::new())?,
            squash: SquashRules::compile(file.squash)?,
            words: Words::compile(file.tool_word, file.model)?,
            precedence: file.precedence.order,
            probabilities: file.confidence,
            branch_rules: file.branch.iter().map(branch_rule).collect(),
            branches: Named::compile(
                file.branch.into_iter().map(|row| (row.id, row.pattern, row.case)),
            )?,
            paths: Named::compile(
                file.repo_signal.into_iter().map(|row| (row.id, row.path, row.case)),
            )?,
            records: file.record.into_iter().map(|row| row.id).collect(),
        })
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

fn branch_rule(row: &BranchRow) -> BranchRule {
    BranchRule { id: row.id.clone(), tool: row.tool.clone(), confidence: row.confidence }
}

/// Rules that are matched by name, in the order of the file.
#[derive(Debug, Clone)]
struct Named {
    ids: Vec<String>,
    patterns: Patterns,
}

impl Named {
    fn compile(
        rows: impl Iterator<Item = (String, String, Case)>,
    ) -> Result<Self, Error> {
        let (ids, sources): (Vec<_>, Vec<_>) = rows
            .map(|(id, source, case)| (id, (source, case == Case::Sensitive)))
            .unzip();
        let patterns =
            Patterns::compile(&sources).map_err(|error| bad_rule("branch", &error))?;
        Ok(Self { ids, patterns })
    }

    fn first(&self, text: &[u8]) -> Option<&str> {
        self.patterns.hits(text).first().map(|hit| self.ids[*hit].as_str())
    }
}

/// Rules that are found by the key of a `Key: value` line.
#[derive(Debug, Clone)]
pub(super) struct KeyRules<T> {
    keys: Patterns,
    rules: Vec<T>,
}

impl<T> KeyRules<T> {
    /// Compiles the keys of rules: source and whether letter case matters.
    pub(super) fn compile(
        keys: &[(String, bool)],
        rules: Vec<T>,
    ) -> Result<Self, regex::Error> {
        Ok(Self { keys: Patterns::compile(keys)?, rules })
    }

    /// The rules for a key, in the order of the file.
    pub(super) fn of(&self, key: &[u8]) -> impl Iterator<Item = &T> {
        self.keys.hits(key).into_iter().map(|hit| &self.rules[hit])
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

fn trailers(rows: Vec<TrailerRow>) -> Result<KeyRules<Trailer>, Error> {
    let keys: Vec<(String, bool)> =
        rows.iter().map(|row| (row.key.clone(), row.case == Case::Sensitive)).collect();
    let compile = |row: TrailerRow| {
        let value = compile_one(&row.value, row.case == Case::Sensitive)
            .map_err(|error| bad_rule(&row.id, &error))?;
        let TrailerRow { id, tool, role, confidence, .. } = row;
        Ok(Trailer { id, tool, value, role, confidence })
    };
    let rules = rows.into_iter().map(compile).collect::<Result<_, Error>>()?;
    KeyRules::compile(&keys, rules).map_err(|error| bad_rule("trailer", &error))
}

/// Rules for whole lines.
#[derive(Debug, Clone)]
pub(super) struct LineRules {
    patterns: Patterns,
    rules: Vec<LineRule>,
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
    fn compile(row: LineRow) -> Result<Self, Error> {
        let compile = |source: &String| {
            compile_one(source, row.case == Case::Sensitive)
                .map_err(|error| bad_rule(&row.id, &error))
        };
        Ok(Self {
            exclude: row.exclude.as_ref().map(compile).transpose()?,
            person: row.person.as_ref().map(compile).transpose()?,
            person_except: row.person_except.as_ref().map(compile).transpose()?,
            id: row.id,
            tool: Some(row.tool),
            role: row.role,
            confidence: row.confidence,
        })
    }

    fn human(row: HumanRow) -> Self {
        Self {
            id: row.id,
            tool: None,
            exclude: None,
            person: None,
            person_except: None,
            role: Role::Human,
            confidence: row.confidence,
        }
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
    fn compile(lines: Vec<LineRow>, humans: Vec<HumanRow>) -> Result<Self, Error> {
        let mut sources = Vec::new();
        let mut rules = Vec::new();
        for row in lines {
            sources.push((row.pattern.clone(), row.case == Case::Sensitive));
            rules.push(LineRule::compile(row)?);
        }
        for row in humans {
            sources.push((row.pattern.clone(), row.case == Case::Sensitive));
            rules.push(LineRule::human(row));
        }
        let patterns =
            Patterns::compile(&sources).map_err(|error| bad_rule("line", &error))?;
        Ok(Self { patterns, rules })
    }

    /// The first rule of the file that a line fits and that means it.
    pub(super) fn first(&self, line: &[u8]) -> Option<&LineRule> {
        let hits = self.patterns.hits(line).into_iter().map(|hit| &self.rules[hit]);
        hits.into_iter().find(|rule| rule.means(line))
    }
}

/// Evidence names its rule by id, so an id may stand for one rule only.
fn reject_repeated_ids(file: &RulesFile) -> Result<(), Error> {
    let ids = file
        .identity
        .iter()
        .map(|row| &row.id)
        .chain(file.bot.iter().map(|row| &row.id))
        .chain(file.trailer.iter().map(|row| &row.id))
        .chain(file.disclosure.iter().map(|row| &row.id))
        .chain(file.line.iter().map(|row| &row.id))
        .chain(file.human.iter().map(|row| &row.id))
        .chain(file.subject.iter().map(|row| &row.id))
        .chain(file.branch.iter().map(|row| &row.id))
        .chain(file.record.iter().map(|row| &row.id))
        .chain(file.repo_signal.iter().map(|row| &row.id))
        .chain(file.model.iter().map(|row| &row.id));
    let mut known = BTreeSet::new();
    for id in ids {
        if !known.insert(id) {
            return Err(bad_rule(id, &"the id is given twice"));
        }
    }
    Ok(())
}
