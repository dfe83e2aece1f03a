//! Who an author, a committer or a person in a trailer is: agent, bot or person.

use regex::bytes::Regex;

use super::file::{BotRow, Case, IdentityClass, IdentityRow};
use super::patterns::{Patterns, compile_one};
use super::{Confidence, Role};
use crate::error::Error;
use crate::units::{Timestamp, UtcDay};

/// A pattern for any text, given no regex at all: `.` does not match bytes that are
/// not UTF-8.
const ANY: &str = ".*";

/// What an identity is, by the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonKind {
    /// A person, as far as anybody can tell.
    Person,
    /// An AI agent, reviewer or fixer under its own identity.
    Agent,
    /// Automation that is no AI.
    Bot,
}

/// Who somebody is, with the rule that says so.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'r> {
    Agent(&'r Identity),
    Bot(&'r str),
    Person,
}

/// An identity that is an agent.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) class: IdentityClass,
    pub(super) role: Role,
    pub(super) coauthor_role: Option<Role>,
    pub(super) committer_role: Option<Role>,
    pub(super) model_from_name: bool,
    /// What marks the agent in the name of the person whose address it is.
    pub(super) mark_in_name: Option<Regex>,
    confidence: Confidence,
    distrusted: Option<[UtcDay; 2]>,
}

impl Identity {
    /// How sure the rule is for a commit of this time.
    pub(super) fn confidence_at(&self, time: Option<Timestamp>) -> Confidence {
        match (self.distrusted, time.map(Timestamp::day)) {
            (Some([first, last]), Some(day)) if first <= day && day <= last => {
                Confidence::Hint
            }
            _ => self.confidence,
        }
    }
}

/// The identity and bot rules, matched together.
#[derive(Debug, Clone)]
pub(super) struct PeopleRules {
    identities: Vec<Identity>,
    bots: Vec<String>,
    /// Identity rules first, then bots: their order in the file decides.
    names: Column,
    emails: Column,
}

/// One pattern a rule, where the rule has one.
#[derive(Debug, Clone)]
struct Column {
    patterns: Patterns,
    /// The rule of each pattern.
    rule_of: Vec<usize>,
    /// Whether each rule takes any text.
    takes_any: Vec<bool>,
}

impl PeopleRules {
    pub(super) fn compile(
        identities: Vec<IdentityRow>,
        bots: Vec<BotRow>,
    ) -> Result<Self, Error> {
        let of_identities = identities.iter().map(|row| (row.name.clone(), row.case));
        let of_bots = bots.iter().map(|row| (Some(row.name.clone()), row.case));
        let names = Column::compile(of_identities.chain(of_bots).collect(), "name")?;
        let of_identities = identities.iter().map(|row| (&row.email, row.case));
        let of_bots = bots.iter().map(|row| (&row.email, row.case));
        let whole = |(email, case): (&String, Case)| (Some(whole_text(email)), case);
        let emails =
            Column::compile(of_identities.chain(of_bots).map(whole).collect(), "email")?;
        let identities =
            identities.into_iter().map(identity).collect::<Result<_, _>>()?;
        let bots = bots.into_iter().map(|row| row.id).collect();
        Ok(Self { identities, bots, names, emails })
    }

    /// Who somebody is: the first rule of the file that fits both name and address.
    pub(super) fn who(&self, name: &[u8], email: &[u8]) -> Who<'_> {
        let names = self.names.fits(name);
        let emails = self.emails.fits(email);
        let n_identities = self.identities.len();
        for rule in 0..n_identities + self.bots.len() {
            let fits = |fit: &Option<Vec<bool>>, column: &Column| {
                column.takes_any[rule] || fit.as_ref().is_some_and(|fit| fit[rule])
            };
            if fits(&names, &self.names) && fits(&emails, &self.emails) {
                return match rule.checked_sub(n_identities) {
                    None => Who::Agent(&self.identities[rule]),
                    Some(bot) => Who::Bot(&self.bots[bot]),
                };
            }
        }
        Who::Person
    }
}

impl Column {
    fn compile(cells: Vec<(Option<String>, Case)>, what: &str) -> Result<Self, Error> {
        let mut sources = Vec::new();
        let mut rule_of = Vec::new();
        let mut takes_any = vec![false; cells.len()];
        for (rule, (source, case)) in cells.into_iter().enumerate() {
            match source {
                Some(source) if source != ANY => {
                    sources.push((source, case == Case::Sensitive));
                    rule_of.push(rule);
                }
                Some(_) | None => takes_any[rule] = true,
            }
        }
        let patterns =
            Patterns::compile(&sources).map_err(|error| super::bad_rule(what, &error))?;
        Ok(Self { patterns, rule_of, takes_any })
    }

    /// Which rules have a pattern that fits; `None` when none has.
    fn fits(&self, text: &[u8]) -> Option<Vec<bool>> {
        let hits = self.patterns.hits(text);
        (!hits.is_empty()).then(|| {
            let mut fits = vec![false; self.takes_any.len()];
            for hit in hits {
                fits[self.rule_of[hit]] = true;
            }
            fits
        })
    }
}

/// An address must fit from end to end, whether or not the rule says so.
fn whole_text(source: &str) -> String {
    if source == ANY { source.to_owned() } else { format!(r"\A(?:{source})\z") }
}

fn identity(row: IdentityRow) -> Result<Identity, Error> {
    let mark_in_name = match (&row.name, row.person_in_name) {
        (Some(name), true) => Some(
            compile_one(name, row.case == Case::Sensitive)
                .map_err(|error| super::bad_rule(&row.id, &error))?,
        ),
        (None, true) | (_, false) => None,
    };
    let distrusted = row.distrust_committer_dates.as_ref().map(|[first, last]| {
        let days = super::day(first).zip(super::day(last));
        days.map(|(first, last)| [first, last])
    });
    if distrusted == Some(None) {
        return Err(super::bad_rule(&row.id, &"a date is not YYYY-MM-DD"));
    }
    Ok(Identity {
        id: row.id,
        tool: row.tool,
        class: row.class,
        role: row.role,
        coauthor_role: row.coauthor_role,
        committer_role: row.committer_role,
        model_from_name: row.model_from_name,
        mark_in_name,
        confidence: row.confidence,
        distrusted: distrusted.flatten(),
    })
}
