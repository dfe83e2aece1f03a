//! Names that records give to tools and models, by the rules.

use super::Rules;
use super::words::UNKNOWN_TOOL;

impl Rules {
    /// The tool that a short text names, by the rules; `None` when it is in none.
    pub fn tool_named(&self, text: &[u8]) -> Option<&str> {
        let models = self.words.models(text);
        Some(self.words.tool(text, &models)).filter(|tool| *tool != UNKNOWN_TOOL)
    }

    /// The first model that a short text names, by the rules; `None` when it is in none.
    pub fn model_named(&self, text: &[u8]) -> Option<String> {
        self.words.models(text).into_iter().next().map(|model| model.name)
    }

    /// Whether a text is the name of a tool, and nothing else.
    pub fn is_tool(&self, text: &[u8]) -> bool {
        self.words.is_tool(text)
    }

    /// Whether a text is the name of a model, and nothing else.
    pub fn is_model(&self, text: &[u8]) -> bool {
        self.words.is_model(text)
    }
}
