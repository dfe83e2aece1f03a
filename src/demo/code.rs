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

/// Sentences: `{w}` and `{u}` are words, `{n}` and `{m}` numbers.
const SENTENCES: &[&str] = &[
    "    {w} = sum(row.{u} for row in rows if row.{w} > {n})\n",
    "    if limit > {n}:\n        return {w}_{u}(rows, limit - {m})\n",
    "    {w} = {\"{u}\": {n}, \"{w}\": {m}}\n",
    "    for {w} in sorted(rows, key={u}_key):\n        found.append(({w}.{u}, {n}))\n",
    "    {w}, {u} = divmod(limit * {n}, {m})\n",
    "    while limit % {n} != {m} % {n}:\n        limit += {n}\n",
    "    {w} = max(limit, {n}) * \"{u}\".count(\"{w}\")\n",
    "    assert limit < {n}_000, \"{w} without {u}\"\n",
    "    {w} = [one.{u} for one in rows[{n}:] if one]\n    found.extend({w})\n",
    "    with {w}_lock({n}) as {u}:\n        found.append({u}.{w})\n",
    "    {w} = not rows or rows[-1].{u} == {n}\n    if {w} and limit:\n        limit -= {m}\n",
    "    found.append({w}_table.get(limit, {u}_default({n})))\n",
    "    {w} = (lambda {u}: {u} + {n})(limit)\n    found.append({w})\n",
    "    if \"{w}\" in found or limit is None:\n        found = found[:{n}]\n    else:\n        found.append(\"{u}\")\n",
    "    {w} = f\"{w}-{limit:0{n}d}-{u}\"\n",
    "    del found[{n}:]\n    {w}_log.info(\"{u} %s\", limit + {m})\n",
];

/// Sentences that hide that something failed, or put it off.
const SLOPPY: &[&str] = &[
    "    try:\n        found.append(call_{w}(limit, {n}))\n    except Exception:\n        pass\n",
    "    # TODO: what if the {w} has no {u}?\n",
    "    try:\n        limit = ask_model(\"{w}\", \"{u}\", {n})\n    except:\n        pass\n",
];

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
    let (n, m) = (2 + rng.below(97), 100 + rng.below(900));
    text.replace("{w}", first)
        .replace("{u}", second)
        .replace("{n}", &n.to_string())
        .replace("{m}", &m.to_string())
}
