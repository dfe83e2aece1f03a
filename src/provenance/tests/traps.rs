//! What real histories hold that looks like AI and is not, or is and does not look like
//! it.

use super::*;

/// What a commit of Rosa's with this message says.
fn says(message: &str) -> Provenance {
    said_by(&rosa(), message)
}

fn said_by(author: &str, message: &str) -> Provenance {
    classify(shared(), author, &rosa(), None, message.as_bytes())
}

/// The class of a commit with one more line in its body.
fn class_of(line: &str) -> AiClass {
    says(&format!("fix the parser\n\nIt read too far.\n\n{line}\n")).class
}

#[test]
fn a_person_named_claude_is_a_person() {
    let people = [
        "Claude Martin <claude.martin@example.com>",
        "Claude <claude@martin.fr>",
        "Claude <claude@users.noreply.github.com>",
        "Jules Moreau <jules@moreau.fr>",
        "Devin Hale <devin@hale.dev>",
        "Cody Rabbit <cody@example.com>",
        "Charlie Marsh-Lee <charlie@example.com>",
    ];
    for person in people {
        assert_eq!(said_by(person, "fix\n").class, AiClass::Unknown, "{person}");
        for key in ["Co-authored-by", "Co-developed-by", "Assisted-by", "Reviewed-by"] {
            assert_eq!(
                class_of(&format!("{key}: {person}")),
                AiClass::Unknown,
                "{key} {person}"
            );
        }
    }
}

#[test]
fn staff_at_a_vendors_domain_are_people() {
    let domains = [
        "anthropic.com",
        "openai.com",
        "all-hands.dev",
        "continue.dev",
        "cline.bot",
        "sourcegraph.com",
        "google.com",
        "entire.io",
        "cursor.com",
        "roocode.com",
        "charm.land",
        "block.xyz",
        "jetbrains.com",
        "amazon.com",
        "cognition.ai",
        "x.ai",
    ];
    for domain in domains {
        let person = format!("Ida Berg <ida@{domain}>");
        let found = said_by(&person, &format!("fix\n\nSigned-off-by: {person}\n"));
        assert_eq!(
            (found.class, found.evidence.len()),
            (AiClass::Unknown, 0),
            "{domain}"
        );
        for key in ["Co-authored-by", "Assisted-by"] {
            assert_eq!(
                class_of(&format!("{key}: {person}")),
                AiClass::Unknown,
                "{domain}"
            );
        }
    }
}

#[test]
fn an_accepted_review_suggestion_is_review() {
    let trailer = "Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>";
    let found = says(&format!("Apply suggestions from code review\n\n{trailer}\n"));
    assert_eq!(found.class, AiClass::ReviewOnly);
    let squashed = says(&format!("Add a parser (#7)\n\n* one\n\n* two\n\n{trailer}\n"));
    assert_eq!((squashed.class, squashed.squash), (AiClass::ReviewOnly, Squash::Multi));
}

#[test]
fn a_bot_that_repeats_trailers_is_a_bot() {
    let bots = [
        "bors <bors@rust-lang.org>",
        "mergify[bot] <37929162+mergify[bot]@users.noreply.github.com>",
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        "some-private-app[bot] <1+some-private-app[bot]@users.noreply.github.com>",
    ];
    for bot in bots {
        let found = said_by(
            bot,
            "Auto merge\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
        );
        assert_eq!(found.class, AiClass::Bot, "{bot}");
        assert!(found.tools.is_empty() && found.evidence.len() == 1, "{bot}");
    }
}

#[test]
fn assisted_by_names_checkers_and_people_too() {
    let not_ai = [
        "coccinelle",
        "coccinelle sparse",
        "clang-tidy 21",
        "Jane Doe <jane@example.com>",
        "Jane Doe",
        "Jane Claude Doe",
        "Ida Berg <ida@anthropic.com>",
    ];
    for value in not_ai {
        let found = says(&format!("fix\n\nAssisted-by: {value}\n"));
        assert_eq!((found.class, found.evidence.len()), (AiClass::Unknown, 0), "{value}");
    }
    assert_eq!(class_of("Assisted-by: LLM [TOOL1]"), AiClass::Assisted);
    assert_eq!(
        class_of("Assisted-by: Claude:claude-opus-4.6 coccinelle"),
        AiClass::Assisted
    );
}

#[test]
fn a_mark_in_a_squash_of_several_commits_speaks_for_some_of_them() {
    let trailer = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>";
    let found = says(&format!("Add (#1)\n\n* one\n\n{trailer}\n\n* two\n\n{trailer}\n"));
    assert_eq!(found.class, AiClass::Mixed);
    assert_eq!(found.evidence[0].count, 2, "as many as had it");
    let gitlab = says(&format!(
        "Add\n\n* one\n* two\n\n{trailer}\n\nSee merge request group/project!12\n"
    ));
    assert_eq!((gitlab.class, gitlab.squash), (AiClass::Mixed, Squash::Multi));
}

#[test]
fn an_ai_that_found_the_bug_wrote_nothing() {
    for line in
        ["Found by Codex Security", "Pointed out by ZeroPath", "Reported-by: Claude"]
    {
        let found = says(&format!("fix a leak\n\n{line}\n"));
        assert_eq!(found.class, AiClass::Unknown, "{line}");
        assert_eq!(found.role, Some(Role::Reporter), "{line}");
        assert!(found.tools.is_empty(), "{line}");
    }
}

#[test]
fn a_disclosure_that_denies_is_a_statement() {
    let denials = [
        "AI-Origin: human",
        "AI-Assisted: no",
        "AI-Generated: false",
        "AI-Usage: none",
        "AI usage: none",
        "LLM disclosure: not used",
        "No AI was used.",
        "No LLMs were used",
        "This change was not written by an AI",
    ];
    for line in denials {
        assert_eq!(class_of(line), AiClass::DeclaredHuman, "{line}");
    }
}

#[test]
fn a_box_of_a_template_that_is_not_ticked_says_nothing() {
    let boxes = [
        "This PR was generated with AI",
        "This PR was written by an AI",
        "No AI was used",
        "AI usage: the tests",
        "Generated with GitHub Copilot",
        "The code was generated by an AI",
    ];
    for text in boxes {
        for open in ["[ ] ", "- [ ] ", "* [ ] ", "  - [ ] "] {
            let found = says(&format!("Add (#3)\n\n{open}{text}\n"));
            assert_eq!(found.class, AiClass::Unknown, "{open}{text}: {found:?}");
        }
    }
    assert_eq!(class_of("- [x] No AI was used"), AiClass::DeclaredHuman);
    assert_eq!(class_of("- [x] The code was generated by an AI"), AiClass::Assisted);
}

#[test]
fn what_a_review_bot_wrote_below_a_pull_request_is_review() {
    let line =
        "> Written by [Cursor Bugbot](https://cursor.com/dashboard) for commit abc.";
    let found = says(&format!("Add a panel (#3)\n\n* one\n\n* two\n\n{line}\n"));
    assert_eq!(found.class, AiClass::ReviewOnly);
    assert_eq!(found.tools, ["cursor-bugbot"]);
}

#[test]
fn blanks_of_templates_name_no_tool() {
    assert_eq!(class_of("Assisted-by: AGENT_NAME:MODEL_VERSION"), AiClass::Unknown);
    assert_eq!(
        class_of("Assisted-by: AGENT_NAME:MODEL_VERSION [TOOL1] [TOOL2]"),
        AiClass::Unknown
    );
    let open = says("fix\n\nAssisted-by: <Model-Name> via Crush <crush@charm.land>\n");
    assert_eq!((open.confidence, open.models.len()), (Some(Confidence::Low), 0));
    let path = "Claude Code (${CLAUDE_PROJECT_DIR}) <noreply@anthropic.com>";
    let open = says(&format!("fix\n\nCo-Authored-By: {path}\n"));
    assert_eq!((open.tools, open.models.len()), (vec!["claude-code".to_owned()], 0));
    for person in
        ["Debug Agent <debug@example.com>", "Cline Evaluation <cline@example.com>"]
    {
        assert_eq!(said_by(person, "fix\n").class, AiClass::Unknown, "{person}");
    }
}

#[test]
fn escapes_and_spelt_out_line_ends_are_read() {
    let line = r"\ud83e\udd16 Generated with [Claude Code](https://claude.ai/code)";
    assert_eq!(class_of(line), AiClass::Coauthored);
    let body = r"fix\n\nwhy\n\nCo-Authored-By: Continue <noreply@continue.dev>";
    let found = says(body);
    assert_eq!(
        (found.class, found.tools),
        (AiClass::Coauthored, vec!["continue".to_owned()])
    );
}

#[test]
fn a_revert_speaks_for_itself_and_not_for_what_it_quotes() {
    let trailer = "Co-Authored-By: Claude <noreply@anthropic.com>";
    let quoted =
        format!("Revert \"a\"\n\nThis reverts commit abc.\n\n> a\n>\n> {trailer}\n");
    assert_eq!(says(&quoted).class, AiClass::Unknown);
    let indented =
        format!("Revert \"a\"\n\nThis reverts commit abc.\n\n    a\n\n    {trailer}\n");
    assert_eq!(says(&indented).class, AiClass::Unknown);
    let own = format!("Revert \"a\"\n\nThis reverts commit abc.\n\n{trailer}\n");
    assert_eq!(says(&own).class, AiClass::Coauthored);
}

#[test]
fn a_cherry_pick_brings_the_work_and_its_marks() {
    let trailer = "Co-Authored-By: Claude <noreply@anthropic.com>";
    let picked = format!("a\n\n{trailer}\n(cherry picked from commit 0123456789)\n");
    assert_eq!(says(&picked).class, AiClass::Coauthored);
}

#[test]
fn scopes_of_conventional_commits_are_no_trailers() {
    let scopes = [
        "* coding-agent: add a panel",
        "* ai: rename a field",
        "AI-assistant: add a panel",
        "* tool: read the file",
        "model: add a field",
        "* ai-agent: fix the panel",
    ];
    for line in scopes {
        assert_eq!(class_of(line), AiClass::Unknown, "{line}");
    }
}

#[test]
fn the_address_tells_the_tool_and_only_the_name_tells_the_model() {
    let of = |name: &str| {
        let message = format!("fix\n\nCo-Authored-By: {name} <noreply@anthropic.com>\n");
        let found = says(&message);
        (found.tools.join(","), found.models.join(","))
    };
    let tool = || "claude-code".to_owned();
    assert_eq!(of("GPT-5.5"), (tool(), "gpt-5.5".to_owned()));
    assert_eq!(of("goose"), (tool(), String::new()));
    assert_eq!(of("beads/crew/dave"), (tool(), String::new()));
    assert_eq!(of("Claude Code"), (tool(), String::new()));
    assert_eq!(of("Rosa Lind"), (tool(), String::new()));
    let own =
        says("fix\n\nCo-Authored-By: Claude Code <1+rosa@users.noreply.github.com>\n");
    assert_eq!((own.tools, own.confidence), (vec![tool()], Some(Confidence::Medium)));
}

#[test]
fn a_login_decides_and_not_the_number_before_it() {
    let actions = "41898282+github-actions[bot]@users.noreply.github.com";
    assert_eq!(
        said_by(&format!("github-actions[bot] <{actions}>"), "fix\n").class,
        AiClass::Bot
    );
    let claude = "claude[bot] <41898282+claude[bot]@users.noreply.github.com>";
    assert_eq!(said_by(claude, "fix\n").class, AiClass::Authored);
}

#[test]
fn words_about_tools_are_no_marks() {
    let lines = [
        "Teach the cursor to move",
        "Continue when the file is gone",
        "Support Claude, Codex and Gemini as providers",
        "Add a Copilot button",
        "This fixes the amp and the goose",
        "The docs say how code is generated",
    ];
    for line in lines {
        let found = says(&format!("{line}\n\n{line}\n"));
        assert_eq!((found.class, found.evidence.len()), (AiClass::Unknown, 0), "{line}");
    }
}

#[test]
fn silence_is_unknown() {
    let found = says("fix the parser\n");
    assert_eq!(
        (found.class, found.role, found.confidence),
        (AiClass::Unknown, None, None)
    );
    assert!(!found.class.is_marked());
}

#[test]
fn the_name_of_a_tool_may_hold_that_of_a_model() {
    for (value, tool) in [("Qwen Code", "qwen-code"), ("Mistral Vibe", "mistral-vibe")] {
        let found = says(&format!("fix\n\nAssisted-by: {value}\n"));
        assert_eq!(found.tools, [tool], "{value}");
    }
}
