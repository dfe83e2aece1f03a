//! Exports of Anthropic: the Console, Claude for teams and enterprises, Claude Code.

pub mod claude_code_analytics;
