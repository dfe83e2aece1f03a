//! `slopnexus.toml` → a policy. What is not understood stops the run: a typo that is passed
//! over is a rule that nobody notices to be off.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::nearest::nearest;
use super::paths::{Patterns, complaint};
use super::{POLICY_FILE, Policy, RuleId, Rules, Section, Setting};
use crate::check::Level;
use crate::error::Error;
use crate::limits;
use crate::units::{count_to_f64, len_to_u64};

/// The levels as they are written.
const LEVELS: &[(&str, Level)] = &[
    ("off", Level::Off),
    ("note", Level::Note),
    ("warning", Level::Warning),
    ("error", Level::Error),
];

/// Reads a policy for rules with these ids, levels and names of thresholds. An empty text
/// is a policy that says nothing.
///
/// # Errors
///
/// When it is no TOML, too large, or says something that nothing here is called: with the
/// line, and the name that is nearest to it. It never shows what stands in the file.
pub fn parse(text: &[u8], rule_ids: &[RuleId<'_>]) -> Result<Policy, Error> {
    if len_to_u64(text.len()) > limits::POLICY_BYTES.value {
        let why = format!("it is larger than {} bytes", limits::POLICY_BYTES.value);
        return Err(bad(None, &why, "leave out what is not needed"));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|why| {
        let line = line_of(text, why.valid_up_to());
        bad(Some(line), "it is not UTF-8", "save it as UTF-8")
    })?;
    let table = DeTable::parse(text).map_err(|why| {
        let line = why.span().map(|span| line_of(text.as_bytes(), span.start));
        bad(line, "it is not TOML", "look at what stands there and before it")
    })?;
    Reader { text, rule_ids }.policy(table.get_ref())
}

fn bad(line: Option<usize>, why: &str, hint: &str) -> Error {
    let place = match line {
        Some(line) => format!("{POLICY_FILE}:{line}"),
        None => POLICY_FILE.to_owned(),
    };
    Error::usage("E-POLICY", "cannot read the policy", why, hint).at(place.as_str())
}

/// The line of a byte, from 1.
fn line_of(text: &[u8], byte: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text[..byte.min(text.len())]).count()
}

type Value<'t> = Spanned<DeValue<'t>>;

struct Reader<'t> {
    text: &'t str,
    rule_ids: &'t [RuleId<'t>],
}

impl Reader<'_> {
    fn policy(&self, table: &DeTable<'_>) -> Result<Policy, Error> {
        let mut policy = Policy::built_in(self.rule_ids);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "check" => self.check(self.table(value)?, &mut policy)?,
                "rules" => policy.overall = self.rules(self.table(value)?)?,
                "paths" => policy.sections = self.sections(self.array(value)?)?,
                other => {
                    let names = ["check", "rules", "paths"];
                    return Err(self.unknown(key.span(), "table", other, &names));
                }
            }
        }
        Ok(policy)
    }

    fn check(&self, table: &DeTable<'_>, policy: &mut Policy) -> Result<(), Error> {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "small_change_lines" => policy.small_change_lines = self.whole(value)?,
                "max_new_suppressions" => {
                    policy.max_new_suppressions = Some(self.whole(value)?);
                }
                "unanalysed" => policy.unanalysed = self.patterns(value)?,
                other => {
                    let names =
                        ["small_change_lines", "max_new_suppressions", "unanalysed"];
                    return Err(self.unknown(key.span(), "key", other, &names));
                }
            }
        }
        Ok(())
    }

    fn sections(&self, array: &DeArray<'_>) -> Result<Vec<Section>, Error> {
        if len_to_u64(array.len()) > limits::POLICY_SECTIONS.value {
            let why =
                format!("it has more than {} sections", limits::POLICY_SECTIONS.value);
            return Err(bad(None, &why, "write patterns that fit more"));
        }
        array.iter().map(|value| self.section(value)).collect()
    }

    fn section(&self, value: &Value<'_>) -> Result<Section, Error> {
        let (mut patterns, mut rules) = (None, Rules::new());
        for (key, inner) in self.table(value)? {
            match key.get_ref().as_ref() {
                "match" => patterns = Some(self.patterns(inner)?),
                "rules" => rules = self.rules(self.table(inner)?)?,
                other => {
                    return Err(self.unknown(
                        key.span(),
                        "key",
                        other,
                        &["match", "rules"],
                    ));
                }
            }
        }
        let missing = || {
            let hint = "add `match = [\"folder/**\"]`";
            self.wrong(value.span(), "a section of paths does not say which", hint)
        };
        Ok(Section { patterns: patterns.ok_or_else(missing)?, rules })
    }

    fn rules(&self, table: &DeTable<'_>) -> Result<Rules, Error> {
        let mut rules = Rules::new();
        for (key, value) in table {
            let id = key.get_ref().as_ref();
            let Some(rule) = self.rule_ids.iter().find(|(known, ..)| *known == id) else {
                let names: Vec<&str> = self.rule_ids.iter().map(|(id, ..)| *id).collect();
                return Err(self.unknown(key.span(), "rule", id, &names));
            };
            let setting = match value.get_ref() {
                DeValue::Table(table) => self.setting(table, rule)?,
                _ => Setting { level: Some(self.level(value)?), ..Setting::default() },
            };
            rules.insert(id.to_owned(), setting);
        }
        Ok(rules)
    }

    fn setting(&self, table: &DeTable<'_>, rule: &RuleId<'_>) -> Result<Setting, Error> {
        let (_, _, names) = rule;
        let (mut level, mut thresholds) = (None, BTreeMap::new());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "level" => level = Some(self.level(value)?),
                name if names.contains(&name) => {
                    thresholds.insert(name.to_owned(), self.number(value)?);
                }
                other => {
                    let names: Vec<&str> = [&["level"], *names].concat();
                    let what = "level or threshold of this rule";
                    return Err(self.unknown(key.span(), what, other, &names));
                }
            }
        }
        Ok(Setting { level, thresholds })
    }

    fn level(&self, value: &Value<'_>) -> Result<Level, Error> {
        let written = self.string(value)?;
        let found = LEVELS.iter().find(|(name, _)| *name == written);
        let names: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).collect();
        match found {
            Some((_, level)) => Ok(*level),
            None => Err(self.unknown(value.span(), "level", written, &names)),
        }
    }

    fn patterns(&self, value: &Value<'_>) -> Result<Patterns, Error> {
        let array = self.array(value)?;
        if len_to_u64(array.len()) > limits::POLICY_SECTIONS.value {
            let why =
                format!("it has more than {} patterns", limits::POLICY_SECTIONS.value);
            return Err(self.wrong(value.span(), &why, "write patterns that fit more"));
        }
        let mut texts = Vec::new();
        for value in array {
            let text = self.string(value)?;
            if let Some((why, hint)) = complaint(text) {
                return Err(self.wrong(value.span(), why, hint));
            }
            texts.push(text.to_owned());
        }
        Ok(Patterns::new(texts))
    }

    fn whole(&self, value: &Value<'_>) -> Result<u64, Error> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => {
                u32::from_str_radix(number.as_str(), number.radix()).ok()
            }
            _ => None,
        };
        let why = "this is no whole number from 0 to 4,294,967,295";
        number.map(u64::from).ok_or_else(|| self.wrong(value.span(), why, "write one"))
    }

    fn number(&self, value: &Value<'_>) -> Result<f64, Error> {
        let number = match value.get_ref() {
            DeValue::Integer(_) => Some(count_to_f64(self.whole(value)?)),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let is_threshold = |number: &f64| number.is_finite() && *number >= 0.0;
        number.filter(is_threshold).ok_or_else(|| {
            self.wrong(value.span(), "this is no number from 0 on", "write one")
        })
    }

    fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, Error> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong(value.span(), "this is no text", "put it in quotes")),
        }
    }

    fn table<'v, 't>(&self, value: &'v Value<'t>) -> Result<&'v DeTable<'t>, Error> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong(
                value.span(),
                "this is no table",
                "write `[name]` above it",
            )),
        }
    }

    fn array<'v, 't>(&self, value: &'v Value<'t>) -> Result<&'v DeArray<'t>, Error> {
        match value.get_ref() {
            DeValue::Array(array) => Ok(array),
            _ => Err(self.wrong(
                value.span(),
                "this is no list",
                "write `[\"…\"]`, or `[[paths]]` for sections",
            )),
        }
    }

    fn unknown(
        &self,
        span: Range<usize>,
        what: &str,
        written: &str,
        names: &[&str],
    ) -> Error {
        let hint = match nearest(written, names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        self.wrong(span, &format!("there is no {what} of this name"), &hint)
    }

    fn wrong(&self, span: Range<usize>, why: &str, hint: &str) -> Error {
        bad(Some(line_of(self.text.as_bytes(), span.start)), why, hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &[RuleId<'static>] = &[
        ("new-duplication", Level::Warning, &["max_lines"]),
        ("function-complexity", Level::Error, &["max", "max_jump"]),
    ];

    fn complaint(text: &str) -> String {
        parse(text.as_bytes(), RULES).unwrap_err().to_string()
    }

    #[test]
    fn levels_and_thresholds_hold_for_all_and_for_paths_the_last_word_last() {
        let text = r#"
            [check]
            small_change_lines = 50
            unanalysed = ["fixtures/"]
            [rules]
            new-duplication = "error"
            function-complexity = { level = "note", max = 25 }
            [[paths]]
            match = ["legacy/**"]
            rules.new-duplication = "off"
            [[paths]]
            match = ["*.py"]
            [paths.rules.function-complexity]
            max = 40.5
        "#;
        let policy = parse(text.as_bytes(), RULES).unwrap();
        let level = |rule: &str, path: &str| policy.level(rule, path.as_bytes());
        let most =
            |path: &str| policy.threshold("function-complexity", "max", path.as_bytes());
        assert_eq!(level("new-duplication", "a.rs"), Level::Error);
        assert_eq!(level("new-duplication", "legacy/a.py"), Level::Off);
        assert_eq!(level("function-complexity", "legacy/a.py"), Level::Note);
        assert_eq!(["a.rs", "a.py", ""].map(most), [Some(25.0), Some(40.5), Some(25.0)]);
        assert_eq!(policy.threshold("function-complexity", "max_jump", b"a.py"), None);
        assert_eq!(policy.small_change_lines, 50);
        assert_eq!(policy.highest_level("new-duplication"), Level::Error);
        assert!(policy.may_stay_unanalysed(b"fixtures/a/b.bin"));
        assert!(!policy.may_stay_unanalysed(b"src/b.bin"));
    }

    #[test]
    fn nothing_said_is_the_built_in_policy() {
        assert_eq!(parse(b"", RULES).unwrap(), Policy::built_in(RULES));
    }

    #[test]
    fn a_name_that_nothing_has_is_an_error_with_its_line_and_the_nearest() {
        let cases = [
            ("[rule]\n", 1, "did you mean `rules`?"),
            (
                "\n[rules]\nnew-duplicaton = \"off\"\n",
                3,
                "did you mean `new-duplication`?",
            ),
            ("[rules]\nnew-duplication = \"of\"\n", 2, "did you mean `off`?"),
            ("[rules.function-complexity]\nmax_jmp = 1\n", 2, "did you mean `max_jump`?"),
            ("[check]\nsmall_changelines = 1\n", 2, "did you mean `small_change_lines`?"),
            ("[[paths]]\nmatch = []\nlevels = 1\n", 3, "there are match, rules"),
        ];
        for (text, line, hint) in cases {
            let complaint = complaint(text);
            assert!(
                complaint.contains(&format!("'slopnexus.toml:{line}'")),
                "{complaint}"
            );
            assert!(complaint.contains(hint), "{complaint}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        for text in [
            "[rules]\nnew-duplication = 3\n",
            "[rules.new-duplication]\nmax_lines = -1\n",
            "[rules.new-duplication]\nmax_lines = inf\n",
            "[rules.new-duplication]\nmax_lines = nan\n",
            "[check]\nsmall_change_lines = 1.5\n",
            "[[paths]]\nrules = {}\n",
            "[[paths]]\nmatch = [\"!a\"]\n",
            "paths = 3\n",
            "rules = []\n",
            "[rules]\n[rules]\n",
            "a = = \n",
        ] {
            assert!(complaint(text).contains("[E-POLICY]"), "{text}");
        }
    }

    #[test]
    fn a_policy_is_bounded_and_its_text_is_never_shown() {
        let large = vec![b'#'; 2 << 20];
        assert!(parse(&large, RULES).is_err());
        let deep = format!("a = {}", "[".repeat(100_000));
        assert!(parse(deep.as_bytes(), RULES).is_err());
        assert!(parse(b"\xff", RULES).is_err());
        let many = "[[paths]]\nmatch = []\n".repeat(1_001);
        assert!(complaint(&many).contains("more than 1000 sections"));
        for text in ["hunter2", "hunter2 = 1", "[rules]\nnew-duplication = \"hunter2\""] {
            assert!(!complaint(text).contains("hunter2"), "{text}");
        }
    }

    /// What stands between the fences of a language in the page.
    fn shown(language: &str) -> &'static str {
        let page = include_str!("../../docs/policy.md");
        let block = page.split("```").find_map(|block| block.strip_prefix(language));
        block.expect("the page shows one")
    }

    #[test]
    fn what_the_page_shows_can_be_read() {
        let rules: &[RuleId<'_>] = &[
            ("new-duplication", Level::Error, &["max_share"]),
            ("complexity-jump", Level::Warning, &["max_complexity"]),
        ];
        let policy = parse(shown("toml\n").as_bytes(), rules).unwrap();
        assert_eq!(policy.level("new-duplication", b"legacy/a.py"), Level::Off);
        assert_eq!(policy.level("new-duplication", b"src/a.py"), Level::Warning);
        let most =
            |path: &[u8]| policy.threshold("complexity-jump", "max_complexity", path);
        assert_eq!([most(b"a.gen.py"), most(b"a.py")], [Some(60.0), Some(20.0)]);
        let baseline =
            crate::policy::Baseline::parse(shown("json\n").as_bytes()).unwrap();
        assert_eq!(baseline.len(), 1);
    }

    #[test]
    fn the_schema_for_editors_has_the_keys_that_are_read() {
        let schema = include_str!("../../docs/slopnexus.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let keys = |at: &str| -> Vec<String> {
            let table =
                schema.pointer(at).and_then(serde_json::Value::as_object).unwrap();
            table.keys().cloned().collect()
        };
        for key in keys("/properties/check/properties") {
            let good = if key == "unanalysed" { "[]" } else { "1" };
            parse(format!("[check]\n{key} = {good}\n").as_bytes(), RULES).unwrap();
        }
        let said = complaint("[check]\nx-y-z = 1\n");
        for key in keys("/properties/check/properties") {
            assert!(said.contains(&key), "{said}");
        }
        assert_eq!(keys("/properties"), ["check", "paths", "rules"]);
        let levels = schema.pointer("/definitions/level/enum").unwrap();
        let names: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).collect();
        assert_eq!(*levels, serde_json::json!(names));
    }
}
