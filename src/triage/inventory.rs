//! What is known to run where, and which units that is.

use std::collections::{BTreeMap, BTreeSet};

use super::signal::{Signal, SignalId, State};
use super::unit_name;

/// What runs where: a path or a name as it was given, and whether that is production.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory(pub BTreeMap<String, bool>);

/// A unit, by the path of its repository as it was named and the folder in that.
pub type UnitPath<'u> = (&'u str, &'u str);

/// What an inventory says of the units of a fleet.
#[derive(Debug, Default)]
pub struct Listed {
    /// For each unit whether it runs in production; `None` when that is not known.
    is_in_production: Vec<Option<bool>>,
    has_inventory: bool,
    /// Lines that name no unit, or of which it is not known which of several they name.
    pub unplaced: Vec<String>,
}

/// Places the lines of an inventory: by the whole path, else by the last part of it, if
/// one repository alone is called so.
pub fn place(inventory: Option<&Inventory>, units: &[UnitPath<'_>]) -> Listed {
    let Some(inventory) = inventory else { return Listed::default() };
    let mut is_in_production = vec![Some(false); units.len()];
    let mut unplaced = Vec::new();
    for (line, &is_production) in &inventory.0 {
        let found = meant(line, units);
        if found.is_empty() {
            unplaced.push(line.clone());
        }
        for (unit, is_part) in found {
            let known = &mut is_in_production[unit];
            *known = match (*known, is_production) {
                (Some(true), _) => Some(true),
                (known, false) => known,
                // Some part of the repository does, and nobody says which.
                (_, true) => (!is_part).then_some(true),
            };
        }
    }
    Listed { is_in_production, has_inventory: true, unplaced }
}

/// The units that a line means: each with whether only the whole of it is named.
fn meant(line: &str, units: &[UnitPath<'_>]) -> Vec<(usize, bool)> {
    let names: [fn(&str) -> &str; 2] = [plain, |path| unit_name(plain(path))];
    for name in names {
        let repositories: BTreeSet<&str> =
            units.iter().map(|one| one.0).filter(|path| fits(line, name(path))).collect();
        let mut repositories = repositories.into_iter();
        let (Some(repository), None) = (repositories.next(), repositories.next()) else {
            continue;
        };
        let folder = line[name(repository).len()..].trim_start_matches('/');
        let found: Vec<(usize, bool)> = units
            .iter()
            .enumerate()
            .filter(|(_, one)| one.0 == repository)
            .filter(|(_, one)| folder.is_empty() || one.1 == folder)
            .map(|(at, one)| (at, one.1 != folder))
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Whether a line names a repository, or a folder in it.
fn fits(line: &str, repository: &str) -> bool {
    let rest = line.strip_prefix(repository).filter(|_| !repository.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path without what does not change where it leads.
pub fn plain(path: &str) -> &str {
    path.trim().trim_end_matches('/').trim_start_matches("./")
}

impl Listed {
    /// X6 of a unit.
    pub fn signal(&self, unit: usize) -> Signal {
        if !self.has_inventory {
            return Signal::unknown(SignalId::X6, "no inventory was given");
        }
        let (state, value) = match self.is_in_production.get(unit) {
            Some(Some(true)) => (State::Yes, "it is listed as in production"),
            Some(Some(false)) => (State::No, "it is not listed as in production"),
            _ => {
                let why = "its repository is listed, and not which part of it";
                return Signal::unknown(SignalId::X6, why);
            }
        };
        Signal::new(SignalId::X6, state, value, "listed", Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(
        lines: &[(&str, bool)],
        units: &[UnitPath<'_>],
    ) -> (Vec<State>, Vec<String>) {
        let lines = lines.iter().map(|&(line, is)| (line.to_owned(), is)).collect();
        let listed = place(Some(&Inventory(lines)), units);
        let states = (0..units.len()).map(|at| listed.signal(at).state).collect();
        (states, listed.unplaced)
    }

    use State::{No, Unknown, Yes};

    #[test]
    fn a_line_means_one_repository_or_none() {
        let units = [("./f/a/api", ""), ("./f/b/api", ""), ("./f/web/.git", "")];
        assert_eq!(states(&[("f/a/api", true)], &units), (vec![Yes, No, No], vec![]));
        assert_eq!(states(&[("web", true)], &units), (vec![No, No, Yes], vec![]));
        let api = ("api", true);
        assert_eq!(states(&[api], &units), (vec![No; 3], vec!["api".to_owned()]));
        let typo = ("f/a/apl", true);
        assert_eq!(states(&[typo], &units), (vec![No; 3], vec!["f/a/apl".to_owned()]));
        assert_eq!(states(&[("web", false)], &units), (vec![No; 3], vec![]));
    }

    #[test]
    fn a_repository_that_is_listed_says_nothing_of_which_part_runs() {
        let units = [("f/mono", ""), ("f/mono", "svc/pay"), ("f/mono", "svc/old")];
        let whole = states(&[("mono", true)], &units);
        assert_eq!(whole, (vec![Yes, Unknown, Unknown], vec![]));
        let part = states(&[("f/mono/svc/pay", true)], &units);
        assert_eq!(part, (vec![No, Yes, No], vec![]));
        let none = states(&[("f/mono/svc/new", true)], &units);
        assert_eq!(none, (vec![No; 3], vec!["f/mono/svc/new".to_owned()]));
    }

    #[test]
    fn without_an_inventory_nothing_is_known() {
        let listed = place(None, &[("a", "")]);
        assert_eq!(listed.signal(0).state, Unknown);
    }
}
