//! Code that nobody wrote: functions of Python put together from sentences and words.

use super::calendar::pick;
use crate::stats::rng::Rng;

const WORDS: &[&str] = &[
    "anchor", "berth", "bridge", "buoy", "cabin", "cargo", "chart", "crew", "deck",
    "dock", "draft", "fare", "ferry", "fleet", "gangway", "guest", "harbour", "hull",
    "island", "jetty", "keel", "lane", "ledger", "luggage", "mooring", "pilot", "port",
    "queue", "quota", "ramp", "refund", "route", "rudder", "sailing", "season", "ticket",
    "tide", "tonnage", "vessel", "voucher", "wharf", "winch",
];

const VERBS: &[&str] = &[
    "allot", "assign", "balance", "cancel", "charge", "check", "close", "collect",
    "compare", "confirm", "count", "delay", "draw", "estimate", "export", "hold", "list",
    "load", "match", "merge", "move", "name", "offer", "open", "order", "plan", "price",
    "rank", "release", "reserve", "round", "settle", "sort", "split", "sum", "trace",
];

/// Sentences: `{w}` and `{u}` are words, `{n}` is a number, each `{e}` an expression.
const SENTENCES: &[&str] = &[
    "    {w} = {e}\n",
    "    {w} = {e}\n    found.append({w})\n",
    "    {w}, {u} = divmod({e}, {n})\n",
    "    {w} = sum(row.{u} for row in rows if {e})\n",
    "    if {e}:\n        return {w}_{u}(rows, {e})\n",
    "    if {e}:\n        {w} = {e}\n    else:\n        {w} = {n}\n",
    "    for {w} in sorted(rows, key={u}_key):\n        found.append({e})\n",
    "    while limit > {n}:\n        limit -= {e}\n",
    "    assert {e}, \"{w} without {u}\"\n",
    "    {w} = [one.{u} for one in rows[{n}:] if {e}]\n",
    "    with {w}_lock({e}) as {u}:\n        found.append({u}.{w})\n",
    "    found.append({w}_table.get({e}, {n}))\n",
    "    {w}_log.info(\"{u} %s\", {e})\n",
];

/// Sentences that hide that something failed, or put it off.
const SLOPPY: &[&str] = &[
    "    try:\n        found.append(call_{w}({e}))\n    except Exception:\n        pass\n",
    "    # TODO: what if the {w} has no {u}?\n",
    "    try:\n        limit = ask_model(\"{w}\", {e})\n    except:\n        pass\n",
];

/// What stands between two expressions.
const OPERATORS: &[&str] =
    &["+", "-", "*", "//", "%", "&", "|", "<<", "<", ">=", "==", "and", "or"];

/// A function.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: String,
    /// Its lines, without the first.
    pub(super) body: String,
}

impl Function {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        format!("def {}(rows, limit, found):\n{}", self.name, self.body)
    }

    /// A test of it.
    pub(super) fn test(&self, rng: &mut Rng) -> String {
        let words = (word(rng), word(rng));
        let numbers = (2 + rng.below(900), 2 + rng.below(900));
        format!(
            "def test_{name}():\n    {0} = {name}([], {2}, [{3}])\n    assert {0} == \
             expected(\"{1}\", {2}, {3})\n",
            words.0,
            words.1,
            numbers.0,
            numbers.1,
            name = self.name,
        )
    }
}

/// Makes a name that no other number has.
pub(super) fn name(rng: &mut Rng, number: u64) -> String {
    let verb = pick(rng, VERBS).copied().unwrap_or("do");
    format!("{verb}_{}_{number}", word(rng))
}

/// Makes a function of a name.
pub(super) fn function(rng: &mut Rng, name: &str, is_sloppy: bool) -> Function {
    let (verb, about) = (pick(rng, VERBS).copied().unwrap_or("do"), word(rng));
    let mut body =
        format!("    \"\"\"Would {verb} the {about} of a {}.\"\"\"\n", word(rng));
    for _ in 0..3 + rng.below(5) {
        body.push_str(&sentence(rng, SENTENCES));
    }
    if is_sloppy {
        body.push_str(&sentence(rng, SLOPPY));
        body.push_str(&sentence(rng, SENTENCES));
    }
    body.push_str(&format!("    return found, \"{}\"\n", word(rng)));
    Function { name: name.to_owned(), body }
}

/// Makes a function that is not written yet.
pub(super) fn stub(rng: &mut Rng, name: &str) -> Function {
    let body =
        format!("    raise NotImplementedError(\"{} of {}\")\n", word(rng), word(rng));
    Function { name: name.to_owned(), body }
}

fn word(rng: &mut Rng) -> &'static str {
    pick(rng, WORDS).copied().unwrap_or("sea")
}

fn sentence(rng: &mut Rng, from: &[&str]) -> String {
    let text = pick(rng, from).copied().unwrap_or_default();
    let (first, second) = (word(rng), word(rng));
    let text = text
        .replace("{w}", first)
        .replace("{u}", second)
        .replace("{n}", &(2 + rng.below(97)).to_string());
    let mut parts = text.split("{e}");
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        made.push_str(&expression(rng, 2));
        made.push_str(part);
    }
    made
}

/// An expression, nested at most so deep. Many shapes: two functions that look alike are
/// copies, and not chance.
fn expression(rng: &mut Rng, depth: u32) -> String {
    let (first, second) = (word(rng), word(rng));
    if depth == 0 {
        return match rng.below(5) {
            0 => first.to_owned(),
            1 => format!("{first}.{second}"),
            2 => format!("rows[{}]", rng.below(40)),
            3 => "limit".to_owned(),
            _ => rng.below(1_000).to_string(),
        };
    }
    let inner = |rng: &mut Rng| expression(rng, depth - 1);
    let (one, other) = (inner(rng), inner(rng));
    match rng.below(9) {
        0..3 => {
            let operator = pick(rng, OPERATORS).copied().unwrap_or("+");
            format!("({one} {operator} {other})")
        }
        3 => format!("{first}_{second}({one}, {other})"),
        4 => format!("{first}.{second}({one})"),
        5 => format!("max({one}, {other}, {})", rng.below(90)),
        6 => format!("({one} if {other} else \"{first}\")"),
        7 => format!("[{one}, \"{first}\"][{other}]"),
        _ => format!("(not {one})"),
    }
}
