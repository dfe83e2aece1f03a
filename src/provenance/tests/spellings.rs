//! Spellings met in public histories, each with the rule, the tool, the role and the
//! model that it stands for.

use super::*;

/// Where a spelling stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Author,
    CoAuthor,
}

use Stands::{Author, CoAuthor};

/// Place, spelling, rule, tool, role, model or nothing.
type Spelling =
    (Stands, &'static str, &'static str, &'static str, &'static str, &'static str);

const CLAUDE: [Spelling; 14] = [
    (
        CoAuthor,
        "Claude Opus 4.6 <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "claude-opus-4.6",
    ),
    (
        CoAuthor,
        "Claude Opus 4.5 <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "claude-opus-4.5",
    ),
    (
        CoAuthor,
        "Claude <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "Claude Opus 4.6 (1M context) <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "claude-opus-4.6",
    ),
    (
        CoAuthor,
        "Claude Fable 5 <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "claude-fable-5",
    ),
    (
        CoAuthor,
        "Claude Opus 5 (1M context) <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "claude-opus-5",
    ),
    (
        CoAuthor,
        "Claude Code 2.1.63 / Claude Opus 4.6 <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "claude-opus-4.6",
    ),
    (
        CoAuthor,
        "Claude Code (${CLAUDE_PROJECT_DIR}) <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "Claude <no-reply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "mayor <noreply@anthropic.com>",
        "claude.code",
        "claude-code",
        "co-author",
        "",
    ),
    (CoAuthor, "Claude", "name.bare-agent", "claude", "co-author", ""),
    (
        Author,
        "claude[bot] <41898282+claude[bot]@users.noreply.github.com>",
        "claude.github-app",
        "claude-code",
        "author",
        "",
    ),
    (
        CoAuthor,
        "claude[bot] <41898282+claude[bot]@users.noreply.github.com>",
        "claude.github-app",
        "claude-code",
        "co-author",
        "",
    ),
    (
        Author,
        "claude[bot] <209825114+claude[bot]@users.noreply.github.com>",
        "claude.github-app",
        "claude-code",
        "author",
        "",
    ),
];

const COPILOT: [Spelling; 6] = [
    (
        Author,
        "Copilot <198982749+Copilot@users.noreply.github.com>",
        "copilot.coding-agent",
        "copilot-coding-agent",
        "author",
        "",
    ),
    (
        CoAuthor,
        "Copilot <198982749+Copilot@users.noreply.github.com>",
        "copilot.coding-agent",
        "copilot-coding-agent",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "Copilot <223556219+Copilot@users.noreply.github.com>",
        "copilot.cli",
        "copilot-cli",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "Copilot <175728472+Copilot@users.noreply.github.com>",
        "copilot.review-suggestion",
        "copilot-review",
        "reviewer",
        "",
    ),
    (
        CoAuthor,
        "Copilot Autofix powered by AI <175728472+Copilot@users.noreply.github.com>",
        "copilot.autofix",
        "copilot-autofix",
        "assisted",
        "",
    ),
    (
        CoAuthor,
        "Copilot <copilot@github.com>",
        "copilot.vscode-marker",
        "copilot-vscode",
        "assisted",
        "",
    ),
];

const CODEX: [Spelling; 6] = [
    (CoAuthor, "Codex <codex@openai.com>", "codex.openai", "codex", "co-author", ""),
    (Author, "GPT 5.5 <codex@openai.com>", "codex.openai", "codex", "author", "gpt-5.5"),
    (
        CoAuthor,
        "GPT 5.6 <codex@openai.com>",
        "codex.openai",
        "codex",
        "co-author",
        "gpt-5.6",
    ),
    (
        CoAuthor,
        "Codex GPT-5 <codex@openai.com>",
        "codex.openai",
        "codex",
        "co-author",
        "gpt-5",
    ),
    (CoAuthor, "Codex <noreply@openai.com>", "codex.noreply", "codex", "co-author", ""),
    (
        CoAuthor,
        "codex-cli 0.130.0 gpt-5.5 xhigh",
        "name.gpt-or-codex",
        "codex",
        "co-author",
        "gpt-5.5",
    ),
];

const OTHERS: [Spelling; 32] = [
    (
        CoAuthor,
        "openhands <openhands@all-hands.dev>",
        "openhands",
        "openhands",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "OpenHands-GPT-5 openhands@all-hands.dev",
        "openhands",
        "openhands",
        "co-author",
        "gpt-5",
    ),
    (
        Author,
        "OpenHands <opendevin@all-hands.dev>",
        "openhands",
        "openhands",
        "author",
        "",
    ),
    (
        CoAuthor,
        "aider (vertex_ai/gemini-2.5-pro-exp-03-25) <noreply@aider.dev>",
        "aider.co-author",
        "aider",
        "co-author",
        "gemini-2.5-pro",
    ),
    (
        CoAuthor,
        "aider (gpt-5.4) <aider@aider.chat>",
        "aider.co-author",
        "aider",
        "co-author",
        "gpt-5.4",
    ),
    (
        Author,
        "Rosa Lind (aider) <rosa@example.com>",
        "aider.author-suffix",
        "aider",
        "author",
        "",
    ),
    (CoAuthor, "Charm Crush <crush@charm.land>", "crush", "crush", "co-author", ""),
    (CoAuthor, "Charm Crush <crush@charm.land", "crush", "crush", "co-author", ""),
    (
        CoAuthor,
        "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>",
        "devin",
        "devin",
        "co-author",
        "",
    ),
    (
        Author,
        "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>",
        "devin",
        "devin",
        "author",
        "",
    ),
    (CoAuthor, "Devin <noreply@cognition.ai>", "devin", "devin", "co-author", ""),
    (Author, "v0 <v0[bot]@users.noreply.github.com>", "v0", "v0", "author", ""),
    (
        Author,
        "gpt-engineer-app[bot] <159125892+gpt-engineer-app[bot]@users.noreply.github.com>",
        "lovable",
        "lovable",
        "author",
        "",
    ),
    (
        Author,
        "lovable-dev[bot] <159125892+lovable-dev[bot]@users.noreply.github.com>",
        "lovable",
        "lovable",
        "author",
        "",
    ),
    (Author, "Replit Agent <agent@replit.com>", "replit", "replit-agent", "author", ""),
    (
        Author,
        "roomote[bot] <219738659+roomote[bot]@users.noreply.github.com>",
        "roo",
        "roo-code",
        "author",
        "",
    ),
    (CoAuthor, "Roo Code <roomote@roocode.com>", "roo", "roo-code", "co-author", ""),
    (CoAuthor, "Ona <no-reply@ona.com>", "ona", "ona", "co-author", ""),
    (CoAuthor, "Letta Code <noreply@letta.com>", "letta", "letta-code", "co-author", ""),
    (
        CoAuthor,
        "Mistral Vibe <vibe@mistral.ai>",
        "mistral-vibe",
        "mistral-vibe",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "Qwen-Coder <qwen-coder@alibabacloud.com>",
        "qwen-code",
        "qwen-code",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "Kimi K2.7 Code <noreply@kimi.com>",
        "kimi",
        "kimi-code",
        "co-author",
        "kimi-k2.7",
    ),
    (CoAuthor, "Oz <oz-agent@warp.dev>", "warp", "warp-oz", "co-author", ""),
    (
        CoAuthor,
        "Augment Agent <noreply@augmentcode.com>",
        "augment",
        "augment",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "factory-droid[bot] <138933559+factory-droid[bot]@users.noreply.github.com>",
        "factory-droid",
        "factory-droid",
        "co-author",
        "",
    ),
    (
        CoAuthor,
        "jetbrains-junie[bot] <201638009+jetbrains-junie[bot]@users.noreply.github.com>",
        "junie",
        "junie",
        "co-author",
        "",
    ),
    (
        Author,
        "jetbrains-junie[bot] <201638009+jetbrains-junie[bot]@users.noreply.github.com>",
        "junie",
        "junie",
        "author",
        "",
    ),
    (CoAuthor, "Kiro <kiro@amazon.com>", "kiro", "kiro", "co-author", ""),
    (
        CoAuthor,
        "gemini-cli <218195315+gemini-cli@users.noreply.github.com>",
        "gemini.cli",
        "gemini-cli",
        "co-author",
        "",
    ),
    (CoAuthor, "Amp <amp@ampcode.com>", "amp", "amp", "co-author", ""),
    (
        CoAuthor,
        "Cursor <cursoragent@cursor.com>",
        "cursor.agent",
        "cursor",
        "co-author",
        "",
    ),
    (
        Author,
        "google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>",
        "jules",
        "jules",
        "author",
        "",
    ),
];

/// What follows `Assisted-by:`, in every shape that projects ask for: tool, model.
const DISCLOSED: [(&str, &str, &str); 13] = [
    ("LLM", "unknown-agent", ""),
    ("LLM coccinelle", "unknown-agent", ""),
    ("LLM [coccinelle] [sparse]", "unknown-agent", ""),
    ("Claude:claude-opus-4.6 coccinelle", "claude", "claude-opus-4.6"),
    ("Claude:claude-opus-4-6 coccinelle sparse", "claude", "claude-opus-4.6"),
    ("GitHub Copilot (model: GPT-5.6 Sol, autonomous)", "copilot", "gpt-5.6-sol"),
    ("GitHub Copilot (model: GPT-5.6 Sol, supervised)", "copilot", "gpt-5.6-sol"),
    ("Claude Code (claude-opus-5)", "claude-code", "claude-opus-5"),
    ("GLM-5.1 via Crush <crush@charm.land>", "crush", "glm-5.1"),
    ("Opus 4.6 via Claude Code", "claude-code", "claude-opus-4.6"),
    ("Crush:qwen3.7-max", "crush", "qwen-3.7"),
    ("Claude Opus 4.6", "unknown-agent", "claude-opus-4.6"),
    ("GPT 5.6", "unknown-agent", "gpt-5.6"),
];

#[test]
fn identities_are_known_in_every_spelling_met() {
    let rules = Rules::embedded().unwrap();
    let all = CLAUDE.iter().chain(&COPILOT).chain(&CODEX).chain(&OTHERS);
    for (stands, spelling, rule, tool, role, model) in all {
        let (author, message) = match stands {
            Author => ((*spelling).to_owned(), "subject\n".to_owned()),
            CoAuthor => (rosa(), format!("subject\n\nCo-authored-by: {spelling}\n")),
        };
        let found = classify(&rules, &author, &rosa(), None, message.as_bytes());
        let fired: Vec<&str> =
            found.evidence.iter().map(|one| one.rule.as_str()).collect();
        assert_eq!(fired, [*rule], "{spelling}");
        assert_eq!(found.tools, [*tool], "{spelling}");
        assert_eq!(found.role.map(Role::as_str), Some(*role), "{spelling}");
        assert_eq!(found.models.first().map_or("", String::as_str), *model, "{spelling}");
    }
}

#[test]
fn disclosures_are_read_in_every_shape_met() {
    let rules = Rules::embedded().unwrap();
    for (value, tool, model) in DISCLOSED {
        for key in ["Assisted-by", "Generated-By"] {
            let message = format!("subject\n\n{key}: {value}\n");
            let found = classify(&rules, &rosa(), &rosa(), None, message.as_bytes());
            assert_eq!(found.class, AiClass::Assisted, "{value}: {found:?}");
            assert_eq!(found.tools, [tool], "{value}");
            let named = found.models.first().map_or("", String::as_str);
            assert_eq!(named, model, "{value}");
        }
    }
}
