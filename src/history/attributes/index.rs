//! Which rules of a file can be for a path: those that name it or its ending are looked
//! up, the others are tried.

use std::collections::BTreeMap;

use std::collections::HashMap;

use super::pattern::{Pattern, Shape, Steps};
use crate::units::{len_to_u32, len_to_u64};

/// Rules by what they ask for, as numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleIndex {
    /// By the name of a file.
    names: HashMap<Vec<u8>, Vec<u32>>,
    /// By the path of a file.
    paths: HashMap<Vec<u8>, Vec<u32>>,
    /// By the end of a name, and how long it is.
    endings: BTreeMap<usize, HashMap<Vec<u8>, Vec<u32>>>,
    others: Vec<u32>,
}

impl RuleIndex {
    /// The index of rules with these patterns.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Self {
        let mut index = Self::default();
        for (rule, pattern) in patterns.enumerate() {
            let rules = match pattern.shape() {
                Shape::Exact(name) if pattern.is_name => {
                    index.names.entry(name.to_vec()).or_default()
                }
                Shape::Exact(path) => index.paths.entry(path.to_vec()).or_default(),
                Shape::Ending(end) => {
                    let alike = index.endings.entry(end.len()).or_default();
                    alike.entry(end.to_vec()).or_default()
                }
                Shape::Other => &mut index.others,
            };
            rules.push(len_to_u32(rule));
        }
        index
    }

    /// The rules that are for a path, the last first. `pattern` gives that of a rule.
    /// When the steps are over, some may be missing.
    pub(super) fn rules_for<'p>(
        &self,
        path: &[u8],
        name: &[u8],
        pattern: impl Fn(u32) -> &'p Pattern,
        steps: &mut Steps,
    ) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        found.extend(self.names.get(name).into_iter().flatten());
        found.extend(self.paths.get(path).into_iter().flatten());
        for (&bytes, alike) in self.endings.range(..=name.len()) {
            // To look an ending up is to hash it.
            if !steps.take(1 + len_to_u64(bytes) / 8) {
                return found;
            }
            found.extend(alike.get(&name[name.len() - bytes..]).into_iter().flatten());
        }
        let tried = self.others.iter().copied();
        found.extend(tried.filter(|&rule| pattern(rule).matches(path, name, steps)));
        found.sort_unstable_by(|one, other| other.cmp(one));
        found
    }
}
