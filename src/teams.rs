//! Who belongs to which team, and which paths do: from a table of the operator's, or from
//! a `CODEOWNERS` file as forges read it.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::identity::{IdentityId, People};

/// The columns of the table, in order.
const COLUMNS: [&str; 3] = ["team", "kind", "value"];

/// Teams by the addresses and logins of their members, and by paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Teams {
    /// The names, each once, in order.
    pub names: Vec<String>,
    members: BTreeMap<String, usize>,
    /// Rules in the order of the file; the last that fits decides.
    paths: Vec<PathRule>,
}

/// Paths that are a team's; nobody's where a rule takes the owner away.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PathRule {
    pattern: Pattern,
    team: Option<usize>,
}

/// A pattern of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// The path itself and everything below it.
    Prefix(String),
    /// As in `CODEOWNERS`: parts with `*` and `?`, `**` for any number of parts.
    Glob {
        parts: Vec<String>,
        /// Whether it is tied to the top of the repository.
        is_anchored: bool,
        /// Whether it stands for everything below what it matches, too.
        is_folder: bool,
    },
}

impl Teams {
    /// Reads teams: a table with the columns `team,kind,value`, where the kind is `email`,
    /// `login` or `path`; or else a `CODEOWNERS` file. Both are configuration: what is
    /// wrong with them stops the run.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text = std::str::from_utf8(text).map_err(|_| bad(0, "it is not UTF-8"))?;
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let first = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
        if first.replace(' ', "").to_lowercase() == COLUMNS.join(",") {
            Self::of_table(text)
        } else {
            Self::of_codeowners(text)
        }
    }

    fn of_table(text: &str) -> Result<Self, Error> {
        let mut teams = Self::default();
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                bad(line, "it is not CSV of three columns")
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let field = |at: usize| record.get(at).unwrap_or_default();
            let (name, kind, value) = (field(0), field(1), field(2));
            if name.is_empty() || value.is_empty() {
                return Err(bad(line, "its team or its value is empty"));
            }
            let team = teams.number(name);
            match kind {
                "email" | "login" => teams.add_member(value, team, line)?,
                "path" => {
                    let path = value.trim_matches('/').to_owned();
                    let pattern = Pattern::Prefix(path);
                    teams.paths.push(PathRule { pattern, team: Some(team) });
                }
                _ => return Err(bad(line, "its kind is none of email, login, path")),
            }
        }
        Ok(teams)
    }

    /// The owner of a path is the first one named; a name with a slash is a team, and so
    /// is one alone: whoever it is owns the path.
    fn of_codeowners(text: &str) -> Result<Self, Error> {
        let mut teams = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split(" #").next().unwrap_or_default().trim();
            // Sections of GitLab, `[Name]` and `^[Name]`, own nothing by themselves.
            if line.is_empty() || line.starts_with(['#', '[', '^']) {
                continue;
            }
            let mut words = line.split_whitespace();
            let Some(pattern) = words.next() else { continue };
            let owner = words.next();
            if owner.is_some_and(|owner| !owner.contains('@')) {
                return Err(bad(number, "an owner is neither @name nor an address"));
            }
            let team = owner.map(|owner| teams.number(owner.trim_start_matches('@')));
            teams.paths.push(PathRule { pattern: Pattern::of_codeowners(pattern), team });
        }
        if teams.names.is_empty() {
            return Err(bad(0, "it names no team"));
        }
        Ok(teams)
    }

    fn number(&mut self, name: &str) -> usize {
        if let Some(known) = self.names.iter().position(|known| known == name) {
            return known;
        }
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    fn add_member(&mut self, member: &str, team: usize, line: u64) -> Result<(), Error> {
        let member = member.trim_start_matches('@').to_lowercase();
        match self.members.insert(member, team) {
            Some(other) if other != team => {
                Err(bad(line, "it puts one person into two teams"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The team of each person, in the order of their numbers: that of their addresses
    /// and logins, if these are of one team.
    pub fn of_people(&self, people: &People) -> Vec<Option<usize>> {
        let team_of = |keys: &mut dyn Iterator<Item = &String>| {
            let mut teams = keys.filter_map(|key| self.members.get(key).copied());
            let first = teams.next()?;
            teams.all(|team| team == first).then_some(first)
        };
        let team = |person: &crate::identity::Person| {
            team_of(&mut person.addresses.iter().chain(&person.logins))
        };
        people.persons.iter().map(team).collect()
    }

    /// The team of one person.
    pub fn of_person(&self, people: &People, id: IdentityId) -> Option<&str> {
        let person = people.person(id)?;
        let keys = person.addresses.iter().chain(&person.logins);
        let team = keys.filter_map(|key| self.members.get(key)).next()?;
        self.names.get(*team).map(String::as_str)
    }

    /// The team that owns a path, by the last rule that fits.
    pub fn of_path(&self, path: &str) -> Option<&str> {
        let rule = self.paths.iter().rev().find(|rule| rule.pattern.fits(path))?;
        self.names.get(rule.team?).map(String::as_str)
    }
}

impl Pattern {
    fn of_codeowners(pattern: &str) -> Self {
        let is_anchored = pattern.trim_end_matches('/').contains('/');
        let is_folder = !pattern.ends_with("/*");
        let parts = pattern.split('/').filter(|part| !part.is_empty());
        Self::Glob { parts: parts.map(str::to_owned).collect(), is_anchored, is_folder }
    }

    fn fits(&self, path: &str) -> bool {
        match self {
            Self::Prefix(prefix) => {
                let rest = path.strip_prefix(prefix.as_str());
                prefix.is_empty()
                    || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Self::Glob { parts, is_anchored, is_folder } => {
                let path: Vec<&str> = path.split('/').collect();
                let starts = if *is_anchored { 0..1 } else { 0..path.len() };
                starts
                    .into_iter()
                    .any(|start| fits_parts(parts, &path[start..], *is_folder))
            }
        }
    }
}

/// Whether the parts of a pattern fit the parts of a path, or, for what may be a folder,
/// its first parts. Takes a step for each part of each: no pattern is slow.
fn fits_parts(pattern: &[String], path: &[&str], is_folder: bool) -> bool {
    // reached[n]: whether the pattern so far fits the first n parts.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            next[at] = if part == "**" {
                reached[..=at].contains(&true)
            } else {
                at > 0
                    && reached[at - 1]
                    && fits_name(part.as_bytes(), path[at - 1].as_bytes())
            };
        }
        reached = next;
    }
    if is_folder { reached[1..].contains(&true) } else { reached[path.len()] }
}

/// Whether a name fits a pattern with `*` and `?`. Goes back to the last `*` alone, so
/// that no pattern is slow.
fn fits_name(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, place));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[place] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (at, place) = (after, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

fn bad(line: u64, why: &str) -> Error {
    let why = if line == 0 { why.to_owned() } else { format!("line {line}: {why}") };
    Error::usage(
        "E-TEAMS",
        "cannot read the teams",
        &why,
        "give a table of team,kind,value (email, login, path) or a CODEOWNERS file",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{GitPerson, resolve};

    fn people() -> People {
        let git = |name: &str, email: &str| GitPerson {
            name: name.into(),
            email: email.into(),
            commits: 1,
            is_automation: false,
        };
        let git = [
            git("Ada", "ada@example.com"),
            git("Lin", "7+lin@users.noreply.github.com"),
            git("Rosa", "rosa@example.com"),
        ];
        resolve(&git, &[], &[])
    }

    #[test]
    fn members_are_known_by_any_of_their_addresses_and_logins() {
        let text = b"team,kind,value\n# who\npayments,email,Ada@example.com\n\
            payments,login,@lin\nplatform,path,/infra/\n";
        let teams = Teams::parse(text).unwrap();
        let people = people();
        let found: Vec<Option<&str>> =
            (0..3).map(|id| teams.of_person(&people, IdentityId(id))).collect();
        let mut names: Vec<_> = people
            .persons
            .iter()
            .zip(found)
            .map(|(p, team)| (p.canonical.as_str(), team))
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                ("7+lin@users.noreply.github.com", Some("payments")),
                ("ada@example.com", Some("payments")),
                ("rosa@example.com", None),
            ]
        );
        assert_eq!(teams.of_people(&people).iter().flatten().count(), 2);
        assert_eq!(teams.of_path("infra/main.tf"), Some("platform"));
        assert_eq!(teams.of_path("infrared/main.tf"), None);
    }

    #[test]
    fn the_last_rule_of_codeowners_that_fits_decides() {
        let text = b"# all\n* @org/everyone\n*.md @org/docs\n/build/ @org/build # ours\n\
            apps/ @octo\n/docs/* docs@example.com\n/secret/\n**/generated @org/gen\n\
            [Section]\n/a/**/z.rs @org/deep\n";
        let teams = Teams::parse(text).unwrap();
        for (path, team) in [
            ("src/main.rs", Some("org/everyone")),
            ("deep/down/README.md", Some("org/docs")),
            ("build/x/y.o", Some("org/build")),
            ("src/build/x.o", Some("org/everyone")),
            ("x/apps/y/z.rs", Some("octo")),
            ("docs/one.txt", Some("docs@example.com")),
            ("docs/deep/one.txt", Some("org/everyone")),
            ("secret/key", None),
            ("a/generated/b", Some("org/gen")),
            ("a/b/c/z.rs", Some("org/deep")),
            ("a/z.rs", Some("org/deep")),
        ] {
            assert_eq!(teams.of_path(path), team, "{path}");
        }
    }

    #[test]
    fn what_is_wrong_stops_the_run_and_names_the_line() {
        let why = |text: &str| Teams::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(why("team,kind,value\na,nick,b\n").contains("line 2"));
        assert!(why("team,kind,value\na,email,\n").contains("empty"));
        let twice = "team,kind,value\na,email,x@y.z\nb,email,X@y.z\n";
        assert!(why(twice).contains("line 3: it puts one person into two teams"));
        assert!(why("some text\n").contains("line 1"));
        assert!(why("").contains("names no team"));
    }

    #[test]
    fn no_pattern_is_slow() {
        let pattern = "*a".repeat(2_000);
        let name = "a".repeat(1_999) + "b";
        assert!(!fits_name(pattern.as_bytes(), name.as_bytes()));
    }
}
