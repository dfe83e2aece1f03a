//! From the rules that fit a commit to what they say together.

use std::collections::{BTreeMap, BTreeSet};

use super::disclosure::Said;
use super::file::{IdentityClass, Kind};
use super::message::{self, NamedPerson};
use super::operator::operator;
use super::people::{Identity, Who};
use super::rules::{LineRule, Rules};
use super::words::UNKNOWN_TOOL;
use super::{
    AiClass, CommitText, Confidence, Evidence, EvidenceLevel, Place, Provenance, Role,
    Squash,
};
use crate::units::Timestamp;

/// One rule that fits at one place, once.
#[derive(Debug)]
struct Found {
    rule: String,
    place: Place,
    line: Option<u32>,
    /// `None` for what is noted but never decides: a committer, a signature.
    kind: Option<Kind>,
    role: Role,
    confidence: Confidence,
    tool: Option<String>,
    models: Vec<String>,
}

impl Found {
    /// The class it speaks for, where it stands alone.
    fn class(&self) -> AiClass {
        match self.role {
            Role::Author => AiClass::Authored,
            Role::CoAuthor | Role::Session => AiClass::Coauthored,
            Role::Assisted => AiClass::Assisted,
            Role::Reviewer => AiClass::ReviewOnly,
            Role::Committer => AiClass::CommittedOnly,
            Role::Automation => AiClass::Bot,
            Role::Human => AiClass::DeclaredHuman,
            Role::Message | Role::Reporter => AiClass::Unknown,
        }
    }
}

/// Classifies a commit.
pub(super) fn classify(rules: &Rules, commit: &CommitText<'_>) -> Provenance {
    let message = message::readable(commit.message);
    let squash = rules.squash.state(message);
    let author = rules.people.who(commit.author_name, commit.author_email);
    if let Who::Bot(rule) = author {
        return bot(rule, squash);
    }
    let mut reading = Reading::new(rules, commit.committer_time);
    if let Who::Agent(agent) = author {
        let person = NamedPerson { name: commit.author_name, email: commit.author_email };
        reading.identity(agent, person, Place::Author, None, author_role(agent));
    }
    reading.committer(commit);
    reading.message(message);
    let operator =
        operator(&rules.people, commit, author, reading.first_human_coauthor.take());
    weigh(rules, &reading.found, squash, operator)
}

/// A bot's commit. The trailers in it are those of what it merges or updates.
fn bot(rule: &str, squash: Squash) -> Provenance {
    let evidence =
        Evidence { rule: rule.to_owned(), place: Place::Author, line: None, count: 1 };
    Provenance {
        class: AiClass::Bot,
        by_marks: AiClass::Bot,
        level: EvidenceLevel::E0,
        tools: Vec::new(),
        models: Vec::new(),
        role: Some(Role::Automation),
        confidence: Some(Confidence::High),
        squash,
        is_contradicted: false,
        evidence: vec![evidence],
        operator: None,
    }
}

/// What an agent in the author field did, whatever it mostly does.
fn author_role(agent: &Identity) -> Role {
    match agent.class {
        IdentityClass::Agent | IdentityClass::Orchestrator => match agent.role {
            Role::Assisted => Role::Assisted,
            _ => Role::Author,
        },
        IdentityClass::Autofix | IdentityClass::IdeMarker => Role::Assisted,
        IdentityClass::Reviewer => Role::Reviewer,
    }
}

/// What an agent named as a co-author did.
fn coauthor_role(agent: &Identity) -> Role {
    match agent.coauthor_role.unwrap_or(agent.role) {
        Role::Author => Role::CoAuthor,
        role => role,
    }
}

/// A commit while it is read.
#[derive(Debug)]
struct Reading<'r> {
    rules: &'r Rules,
    time: Option<Timestamp>,
    found: Vec<Found>,
    first_human_coauthor: Option<(Vec<u8>, Vec<u8>)>,
}

impl<'r> Reading<'r> {
    fn new(rules: &'r Rules, time: Option<Timestamp>) -> Self {
        Self { rules, time, found: Vec::new(), first_human_coauthor: None }
    }

    fn committer(&mut self, commit: &CommitText<'_>) {
        let (name, email) = (commit.committer_name, commit.committer_email);
        if let Who::Agent(agent) = self.rules.people.who(name, email) {
            let role = agent.committer_role.unwrap_or(Role::Committer);
            let person = NamedPerson { name, email };
            self.identity(agent, person, Place::Committer, None, role);
        }
    }

    fn message(&mut self, message: &[u8]) {
        let (number, subject) = message::subject(message);
        if let Some(rule) = self.rules.subjects.first(subject) {
            self.line(rule, subject, Place::Subject, number);
        }
        for line in message::body_lines(message) {
            let is_read = message::key_and_value(&line.text)
                .is_some_and(|(key, value)| self.key_line(&key, value, line.number));
            if !is_read && let Some(rule) = self.rules.lines.first(&line.text) {
                self.line(rule, &line.text, Place::Line, line.number);
            }
        }
    }

    /// Reads a `Key: value` line; tells whether it was one of those we know.
    fn key_line(&mut self, key: &[u8], value: &[u8], number: u32) -> bool {
        match key {
            b"co-authored-by" => self.coauthor(message::person(value), number),
            b"co-developed-by" => {
                let person = message::person(value);
                // Without an address it is a disclosure like any other.
                if !person.email.is_empty() {
                    self.coauthor(person, number);
                } else {
                    self.disclosure(key, value, number);
                }
            }
            b"reviewed-by" => self.named(message::person(value), Role::Reviewer, number),
            // A signature is a promise that only people can make: noted, no authorship.
            b"signed-off-by" => self.named(message::person(value), Role::Message, number),
            _ => {
                return self.disclosure(key, value, number)
                    || self.trailer(key, value, number);
            }
        }
        true
    }

    fn coauthor(&mut self, person: NamedPerson<'_>, number: u32) {
        match self.rules.people.who(person.name, person.email) {
            Who::Agent(agent) => {
                let role = coauthor_role(agent);
                self.identity(agent, person, Place::CoAuthor, Some(number), role);
            }
            Who::Person if !person.email.is_empty() => {
                self.first_human_coauthor
                    .get_or_insert_with(|| (person.name.to_vec(), person.email.to_vec()));
            }
            Who::Person | Who::Bot(_) => {}
        }
    }

    fn named(&mut self, person: NamedPerson<'_>, role: Role, number: u32) {
        if let Who::Agent(agent) = self.rules.people.who(person.name, person.email)
            && agent.mark_in_name.is_none()
        {
            self.identity(agent, person, Place::Trailer, Some(number), role);
        }
    }

    fn disclosure(&mut self, key: &[u8], value: &[u8], number: u32) -> bool {
        let rules = self.rules;
        let mut is_known = false;
        for rule in rules.disclosures.of(key) {
            is_known = true;
            let (role, confidence, tool, models) =
                match rule.read(value, &rules.people, &rules.words) {
                    Said::Ai { tool, models, confidence } => {
                        (rule.role, confidence, Some(tool), models)
                    }
                    Said::Human(confidence) => {
                        (Role::Human, confidence, None, Vec::new())
                    }
                    Said::Nothing => continue,
                };
            self.found.push(Found {
                rule: rule.id.clone(),
                place: Place::Trailer,
                line: Some(number),
                kind: Some(Kind::DisclosureTrailer),
                role,
                confidence,
                tool,
                models,
            });
            break;
        }
        is_known
    }

    fn trailer(&mut self, key: &[u8], value: &[u8], number: u32) -> bool {
        let rules = self.rules;
        let Some(rule) = rules.trailers.of(key).find(|rule| rule.value.is_match(value))
        else {
            return false;
        };
        let models = rules.words.models(value);
        self.found.push(Found {
            rule: rule.id.clone(),
            place: Place::Trailer,
            line: Some(number),
            kind: Some(Kind::SessionTrailer),
            role: rule.role,
            confidence: rule.confidence,
            tool: Some(match rule.tool.as_str() {
                "from-value" => rules.words.tool(value, &models).to_owned(),
                tool => tool.to_owned(),
            }),
            models: models.into_iter().map(|model| model.name).collect(),
        });
        true
    }

    fn line(&mut self, rule: &LineRule, text: &[u8], place: Place, number: u32) {
        let words = &self.rules.words;
        let (tool, models) = match rule.tool.as_deref() {
            Some("from-line") => {
                let models = words.models(text);
                let tool = words.tool(text, &models).to_owned();
                (Some(tool), models.into_iter().map(|model| model.name).collect())
            }
            tool => (tool.map(str::to_owned), Vec::new()),
        };
        self.found.push(Found {
            rule: rule.id.clone(),
            place,
            line: Some(number),
            kind: Some(line_kind(rule.role, place)),
            role: rule.role,
            confidence: rule.confidence,
            tool,
            models,
        });
    }

    fn identity(
        &mut self,
        agent: &Identity,
        person: NamedPerson<'_>,
        place: Place,
        line: Option<u32>,
        role: Role,
    ) {
        let words = &self.rules.words;
        let models = words.models(person.name);
        let tool = match agent.tool.as_str() {
            "from-name" => words.tool(person.name, &models),
            tool => tool,
        };
        self.found.push(Found {
            rule: agent.id.clone(),
            place,
            line,
            kind: identity_kind(role, place),
            role,
            confidence: agent.confidence_at(self.time),
            tool: Some(tool.to_owned()),
            models: if agent.model_from_name {
                models.into_iter().map(|model| model.name).collect()
            } else {
                Vec::new()
            },
        });
    }
}

fn line_kind(role: Role, place: Place) -> Kind {
    match role {
        Role::Author if place == Place::Subject => Kind::SessionTrailer,
        Role::Reviewer => Kind::AutofixOrReview,
        Role::Author | Role::CoAuthor | Role::Session => Kind::Footer,
        _ => Kind::Prose,
    }
}

fn identity_kind(role: Role, place: Place) -> Option<Kind> {
    match (place, role) {
        (_, Role::Message | Role::Committer) => None,
        (_, Role::Reviewer | Role::Assisted) => Some(Kind::AutofixOrReview),
        (Place::Author, _) => Some(Kind::AuthorIdentity),
        (_, _) => Some(Kind::CoAuthor),
    }
}

/// Decides between the pieces of evidence. The strongest kind wins, by the order of
/// the rules file; a person's statement wins over prose only, and is else noted as a
/// contradiction; what is known of the committer counts when nothing else does.
fn weigh(
    rules: &Rules,
    found: &[Found],
    squash: Squash,
    operator: Option<(Vec<u8>, Vec<u8>)>,
) -> Provenance {
    let says_human = found.iter().any(|piece| piece.role == Role::Human);
    let deciding: Vec<&Found> =
        found.iter().filter(|piece| decides(piece, says_human)).collect();
    let strongest =
        deciding.iter().min_by_key(|piece| place_in_order(&rules.precedence, piece));
    let own_class = strongest.map_or(AiClass::Unknown, |piece| piece.class());
    // All marks name tools, not only those of the strongest kind.
    let speaks = |piece: &&&Found| {
        piece.class() == own_class || own_class.is_marked() && piece.class().is_marked()
    };
    let speakers: Vec<&Found> = deciding.iter().filter(speaks).copied().collect();
    let of_class = speakers.iter().filter(|piece| piece.class() == own_class);
    // What decides no class: who found the bug, who wrote the message.
    let noted = found.iter().find(|piece| piece.confidence > Confidence::Hint);
    let is_mixed = own_class.is_marked() && squash == Squash::Multi;
    let class = if is_mixed { AiClass::Mixed } else { own_class };
    Provenance {
        class,
        by_marks: class,
        level: match class {
            AiClass::Mixed => EvidenceLevel::E3,
            class if class.is_marked() => EvidenceLevel::E2,
            _ => EvidenceLevel::E0,
        },
        tools: tools(&speakers),
        models: distinct(speakers.iter().flat_map(|piece| piece.models.iter())),
        role: strongest.copied().or(noted).map(|piece| piece.role),
        confidence: of_class
            .map(|piece| piece.confidence)
            .max()
            .or(noted.map(|piece| piece.confidence)),
        squash,
        is_contradicted: says_human && own_class.is_marked(),
        evidence: evidence(found),
        operator,
    }
}

/// Whether a piece has a say in the class.
fn decides(piece: &Found, says_human: bool) -> bool {
    piece.confidence > Confidence::Hint
        && piece.class() != AiClass::Unknown
        && !(says_human && is_prose(piece))
}

/// The weaker a piece, the greater. What has no kind comes last, but for a person's
/// statement; between equals the class with more AI goes first.
fn place_in_order(precedence: &[Kind], piece: &Found) -> (usize, bool, AiClass) {
    let is_human = piece.role == Role::Human;
    let kind = piece.kind.filter(|_| !is_human);
    let place =
        kind.and_then(|kind| precedence.iter().position(|listed| *listed == kind));
    (place.unwrap_or(usize::MAX), is_human, piece.class())
}

/// Whether a piece is loose talk about AI, which a person's statement outweighs.
fn is_prose(piece: &Found) -> bool {
    piece.kind == Some(Kind::Prose) && piece.role != Role::Human
}

/// The tools, without the word for "some tool" where one is known by name.
fn tools(speakers: &[&Found]) -> Vec<String> {
    let mut tools = distinct(speakers.iter().filter_map(|piece| piece.tool.as_ref()));
    if tools.len() > 1 {
        tools.retain(|tool| tool != UNKNOWN_TOOL);
    }
    tools
}

fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

fn evidence(found: &[Found]) -> Vec<Evidence> {
    let mut pieces: BTreeMap<(&str, Place), (Option<u32>, u32)> = BTreeMap::new();
    for piece in found {
        let first = pieces.entry((&piece.rule, piece.place)).or_insert((piece.line, 0));
        first.1 += 1;
    }
    pieces
        .into_iter()
        .map(|((rule, place), (line, count))| Evidence {
            rule: rule.to_owned(),
            place,
            line,
            count,
        })
        .collect()
}
