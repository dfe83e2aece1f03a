//! The same spend under the rules by which tools of this field give it to code. Which
//! rule is used moves the answer more than most findings do, so no rule is used alone:
//! figures are ranges over all of them.

use std::collections::BTreeMap;

use super::{Lines, Panel, Spent};
use crate::identity::IdentityId;
use crate::units::{IsoWeek, UtcDay, count_to_f64};

/// A rule: which lines of a person the spend of a day is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, for programs.
    pub id: &'static str,
    /// What it does, for people.
    pub about: &'static str,
    reach: Reach,
}

/// The days whose lines are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// From the spend's first day to so many days after its last.
    Days(i32),
    /// The spend's week and the next.
    Weeks,
    /// The first day with landed lines, from the spend's first day on, however late.
    FirstAfter,
}

/// All rules, the narrowest first.
pub const RULES: [Rule; 5] = [
    Rule {
        id: "same_day",
        about: "lines written on the day of the spend (tightest window)",
        reach: Reach::Days(0),
    },
    Rule {
        id: "three_days",
        about: "lines written on the day of the spend or the two days after",
        reach: Reach::Days(2),
    },
    Rule {
        id: "two_weeks",
        about: "lines written in the week of the spend or the next",
        reach: Reach::Weeks,
    },
    Rule {
        id: "days_14",
        about: "lines written within 14 days after the spend (window)",
        reach: Reach::Days(13),
    },
    Rule {
        id: "first_after",
        about: "lines of the first day with landed lines after the spend, however late",
        reach: Reach::FirstAfter,
    },
];

/// What one rule makes of the spend of people in mature weeks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleShares {
    /// The rule.
    pub rule: Rule,
    /// Share of the spend with at least one landed line of code.
    pub tied: f64,
    /// Share of the spend behind lines that lasted: of each amount, the part that its
    /// lines lasted in; nothing where none landed.
    pub durable: f64,
    /// Share of the spend whose lines cannot be judged yet; in neither of the others.
    pub undecided: f64,
}

impl Panel {
    /// What every rule makes of the spend of people in mature weeks; empty without any.
    pub fn under_all_rules(&self) -> Vec<RuleShares> {
        let days = days_by_person(&self.days);
        RULES.iter().filter_map(|&rule| self.under(rule, &days)).collect()
    }

    fn under(&self, rule: Rule, days: &DaysByPerson) -> Option<RuleShares> {
        let last = self.last_mature(self.age);
        let (mut all, mut tied, mut durable, mut undecided) = (0.0, 0.0, 0.0, 0.0);
        for spent in self.spent.iter().filter(|one| one.last.week() <= last) {
            let amount = self.measure.to_f64(spent.amount);
            let lines = days.get(&spent.person).map(|days| lines_of(rule, spent, days));
            let lines = lines.unwrap_or_default();
            all += amount;
            if lines.undecided[self.age] > 0 {
                undecided += amount;
            } else if lines.landed > 0 {
                let part = count_to_f64(lines.standing[self.age]);
                tied += amount;
                durable += amount * part / count_to_f64(lines.landed);
            }
        }
        (all > 0.0).then(|| RuleShares {
            rule,
            tied: tied / all,
            durable: durable / all,
            undecided: undecided / all,
        })
    }
}

type DaysByPerson = BTreeMap<IdentityId, Vec<(UtcDay, Lines)>>;

fn days_by_person(days: &BTreeMap<(IdentityId, UtcDay), Lines>) -> DaysByPerson {
    let mut by_person = DaysByPerson::new();
    for ((person, day), lines) in days {
        by_person.entry(*person).or_default().push((*day, *lines));
    }
    by_person
}

/// The lines that the spend is held against, of days in order.
fn lines_of(rule: Rule, spent: &Spent, days: &[(UtcDay, Lines)]) -> Lines {
    let end_of = |week: IsoWeek| IsoWeek(week.0.saturating_add(1)).monday().0 - 1;
    let (from, to) = match rule.reach {
        Reach::Days(after) => (spent.first.0, spent.last.0.saturating_add(after)),
        Reach::Weeks => {
            let week = spent.first.week();
            (week.monday().0, end_of(IsoWeek(week.0.saturating_add(1))))
        }
        Reach::FirstAfter => {
            let at = days.partition_point(|(day, _)| *day < spent.first);
            return days.get(at).map_or_else(Lines::default, |(_, lines)| *lines);
        }
    };
    let start = days.partition_point(|(day, _)| day.0 < from);
    let mut sum = Lines::default();
    for (_, lines) in days[start..].iter().take_while(|(day, _)| day.0 <= to) {
        sum.add(lines);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i32, landed: u64) -> (UtcDay, Lines) {
        (UtcDay(day), Lines { landed, ..Lines::default() })
    }

    /// Lines that each rule holds against spend of one day.
    fn landed(day: i32, days: &[(UtcDay, Lines)]) -> [u64; RULES.len()] {
        let (first, last) = (UtcDay(day), UtcDay(day));
        let (tool, model) = (None, None);
        let spent = Spent { person: IdentityId(0), first, last, tool, model, amount: 1 };
        RULES.map(|rule| lines_of(rule, &spent, days).landed)
    }

    #[test]
    fn the_rules_look_at_different_days_of_the_same_person() {
        // 1970-01-05, day 4, was a Monday.
        let days = [day(3, 1), day(4, 10), day(6, 100), day(17, 1_000), day(40, 10_000)];
        assert_eq!(landed(4, &days), [10, 110, 1_110, 1_110, 10]);
        assert_eq!(landed(7, &days), [0, 0, 1_110, 1_000, 1_000]);
        assert_eq!(landed(41, &days), [0, 0, 10_000, 0, 0]);
    }
}
