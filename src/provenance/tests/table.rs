//! The page that lists the tools.

use super::*;

/// The words that stand for a tool to be found in the text.
const FOUND: [&str; 6] =
    ["any", "from-line", "from-name", "from-path", "from-prefix", "from-value"];

/// The table of `docs/provenance-rules.md`: each tool with the rules that name it.
fn tool_table(file: &RulesFile) -> String {
    let mut tools: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, id, named) in file.tools() {
        for tool in named.split('|').filter(|tool| !FOUND.contains(tool)) {
            let rules = tools.entry(tool).or_default();
            if kind != "tool_word" || id != format!("word.{tool}") {
                rules.push(id);
            }
        }
    }
    let row = |(tool, rules): (&str, Vec<&str>)| {
        let ids: Vec<String> = rules.iter().map(|id| format!("`{id}`")).collect();
        let told = if ids.is_empty() {
            "by its name in disclosures".to_owned()
        } else {
            ids.join(", ")
        };
        format!("| `{tool}` | {told} |\n")
    };
    let rows: String = tools.into_iter().map(row).collect();
    format!("| tool | told by |\n|---|---|\n{rows}")
}

#[test]
fn the_page_lists_every_tool_of_the_rules() {
    let page = include_str!("../../../docs/provenance-rules.md");
    let table = tool_table(&embedded_file());
    assert!(page.contains(&table), "docs/provenance-rules.md wants this table:\n{table}");
}
