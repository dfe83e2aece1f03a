//! Who an author, a committer or a person in a trailer is: agent, bot or person.

use regex::bytes::Regex;

use super::file::{BotRow, IdentityClass, IdentityRow};
use super::memo::Memo;
use super::patterns::{Patterns, Source, compile_one, source};
use super::row::Row;
use super::{Confidence, Role, bad_rule};
use crate::error::Error;
use crate::units::{Timestamp, UtcDay, len_to_u64};

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
    known: Memo<Option<usize>>,
}

/// One pattern a rule, where the rule has one.
#[derive(Debug, Clone)]
struct Column {
    patterns: Patterns,
    /// The rule of each pattern, rising.
    rule_of: Vec<usize>,
    /// Whether each rule takes any text.
    takes_any: Vec<bool>,
}

impl PeopleRules {
    pub(super) fn compile(
        identities: Vec<Row<IdentityRow>>,
        bots: Vec<Row<BotRow>>,
    ) -> Result<Self, Error> {
        let of_identities = identities
            .iter()
            .map(|row| row.rule.name.as_ref().map(|name| source(row, name)));
        let of_bots = bots.iter().map(|row| Some(source(row, &row.rule.name)));
        let names = Column::compile(of_identities.chain(of_bots).collect())?;
        let of_identities =
            identities.iter().map(|row| Some(source(row, &whole_text(&row.rule.email))));
        let of_bots =
            bots.iter().map(|row| Some(source(row, &whole_text(&row.rule.email))));
        let emails = Column::compile(of_identities.chain(of_bots).collect())?;
        let ids =
            identities.iter().map(|row| &row.id).chain(bots.iter().map(|row| &row.id));
        let of_everybody = names.takes_any.iter().zip(&emails.takes_any);
        if let Some((id, _)) =
            ids.zip(of_everybody).find(|(_, (name, email))| **name && **email)
        {
            return Err(bad_rule(id, &"it fits everybody"));
        }
        let identities =
            identities.into_iter().map(identity).collect::<Result<_, _>>()?;
        let bots = bots.into_iter().map(|row| row.id).collect();
        Ok(Self { identities, bots, names, emails, known: Memo::default() })
    }

    /// Who somebody is: the first rule of the file that fits both name and address.
    pub(super) fn who(&self, name: &[u8], email: &[u8]) -> Who<'_> {
        let asked = name_and_email(name, email);
        let rule = self.known.get_or_find(asked, || self.first(name, email));
        let n_identities = self.identities.len();
        match rule.map(|rule| (rule, rule.checked_sub(n_identities))) {
            None => Who::Person,
            Some((rule, None)) => Who::Agent(&self.identities[rule]),
            Some((_, Some(bot))) => Who::Bot(&self.bots[bot]),
        }
    }

    /// Whether one rule of its table fits, whichever come before it.
    pub(super) fn fits(
        &self,
        is_bot: bool,
        place: usize,
        name: &[u8],
        email: &[u8],
    ) -> bool {
        let rule = if is_bot { self.identities.len() + place } else { place };
        self.names.fits(rule, &self.names.rules(name))
            && self.emails.fits(rule, &self.emails.rules(email))
    }

    fn first(&self, name: &[u8], email: &[u8]) -> Option<usize> {
        let (by_name, by_email) = (self.names.rules(name), self.emails.rules(email));
        // No rule takes any name and any address: what fits is in one of the lists.
        let fits = |rule: &&usize| {
            self.names.fits(**rule, &by_name) && self.emails.fits(**rule, &by_email)
        };
        by_name.iter().chain(&by_email).filter(fits).min().copied()
    }
}

impl Column {
    fn compile(cells: Vec<Option<Source>>) -> Result<Self, Error> {
        let mut sources = Vec::new();
        let mut rule_of = Vec::new();
        let mut takes_any = vec![false; cells.len()];
        for (rule, source) in cells.into_iter().enumerate() {
            match source {
                Some(source) if source.pattern != ANY => {
                    sources.push(source);
                    rule_of.push(rule);
                }
                Some(_) | None => takes_any[rule] = true,
            }
        }
        Ok(Self { patterns: Patterns::compile(&sources)?, rule_of, takes_any })
    }

    /// The rules that have a pattern that fits, rising.
    fn rules(&self, text: &[u8]) -> Vec<usize> {
        self.patterns.hits(text).into_iter().map(|hit| self.rule_of[hit]).collect()
    }

    /// Whether a rule fits a text of which those rules are given that have a pattern
    /// that fits.
    fn fits(&self, rule: usize, rules: &[usize]) -> bool {
        self.takes_any[rule] || rules.binary_search(&rule).is_ok()
    }
}

/// An address must fit from end to end, whether or not the rule says so.
fn whole_text(source: &str) -> String {
    if source == ANY { source.to_owned() } else { format!(r"\A(?:{source})\z") }
}

fn identity(row: Row<IdentityRow>) -> Result<Identity, Error> {
    let mark_in_name = match (&row.rule.name, row.rule.person_in_name) {
        (Some(name), true) => Some(compile_one(&source(&row, name))?),
        (None, true) | (_, false) => None,
    };
    let Row { id, rule: row, .. } = row;
    let distrusted = row.distrust_committer_dates.as_ref().map(|[first, last]| {
        let days = super::day(first).zip(super::day(last));
        days.map(|(first, last)| [first, last])
    });
    if distrusted == Some(None) {
        return Err(bad_rule(&id, &"a date is not YYYY-MM-DD"));
    }
    Ok(Identity {
        id,
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

/// Both in one, so that no other two make the same.
fn name_and_email(name: &[u8], email: &[u8]) -> Vec<u8> {
    [&len_to_u64(name.len()).to_le_bytes(), name, email].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_people_are_remembered_as_one() {
        assert_ne!(name_and_email(b"ab", b"c"), name_and_email(b"a", b"bc"));
        assert_ne!(name_and_email(b"", b"a"), name_and_email(b"a", b""));
    }
}
