//! Names of tools and vendors, as different sources write them.

use super::lower;
use crate::untrusted::Untrusted;

/// Who bills for a tool we know.
pub fn vendor_of_tool(tool: &Untrusted) -> Option<Untrusted> {
    let vendor = match tool.bytes() {
        b"claude_code" => "anthropic",
        b"codex" => "openai",
        b"copilot" | b"copilot_cli" => "github",
        b"cursor" => "cursor",
        b"gemini_cli" => "google",
        b"kiro" => "aws",
        b"amp" => "amp",
        b"droid" => "factory",
        b"kimi_cli" => "moonshot",
        _ => return None,
    };
    Some(Untrusted::from(vendor))
}

/// Who bills, by the name that gateways and telemetry give to a provider of models.
pub fn vendor_of_provider(provider: &str) -> Option<Untrusted> {
    let name = provider.trim().to_lowercase().replace(['-', ' '], "_");
    let vendor = match name.as_str() {
        "anthropic" | "anthropic_text" => "anthropic",
        "openai" | "text_completion_openai" => "openai",
        "aws"
        | "bedrock"
        | "bedrock_converse"
        | "aws.bedrock"
        | "amazon_bedrock"
        | "amazon"
        | "amazon_web_services"
        | "sagemaker" => "aws",
        "google" | "gemini" | "vertex_ai" | "vertex_ai_beta" | "vertexai"
        | "google_ai_studio" | "google_vertex" | "google_cloud" | "gcp.vertex_ai"
        | "gcp.gemini" | "gcp.gen_ai" => "google",
        "azure" | "azure_ai" | "azure_text" | "az.ai.openai" | "az.ai.inference"
        | "azure.ai.openai" | "azure.ai.inference" | "azure_openai" | "microsoft" => {
            "azure"
        }
        "github" | "github_copilot" => "github",
        _ => return lower(provider),
    };
    Some(Untrusted::from(vendor))
}

/// The tool behind a name that a client gives itself: of a program, or a user agent.
/// `None` for those we do not know.
pub fn tool_of_client(name: &str) -> Option<Untrusted> {
    const TOOLS: [(&str, &str); 11] = [
        ("claude-cli", "claude_code"),
        ("claude-code", "claude_code"),
        ("copilot-cli", "copilot_cli"),
        ("copilot", "copilot"),
        ("codex", "codex"),
        ("gemini-cli", "gemini_cli"),
        ("geminicli", "gemini_cli"),
        ("opencode", "opencode"),
        ("cursor", "cursor"),
        ("cline", "cline"),
        ("kiro", "kiro"),
    ];
    let name = name.trim().to_lowercase().replace([' ', '_'], "-");
    let known = TOOLS.iter().find(|(client, _)| name.contains(client));
    known.map(|(_, tool)| Untrusted::from(*tool))
}
