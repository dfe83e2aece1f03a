//! The columns of the generic CSV, with the other names they go by.

/// What a column says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// When it was.
    Time,
    /// Whose it was.
    Identity,
    /// How much it was: tokens, money, requests.
    Measure,
    /// A measure that is read past.
    Activity,
    /// What else tells records apart.
    Dimension,
}

/// A column of the generic CSV.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// What it says.
    pub role: Role,
}

/// Every column the generic CSV knows.
pub static FIELDS: &[Field] = &[
    field("date", &["day"], Role::Time),
    field("period_start", &["start", "timestamp"], Role::Time),
    field("period_end", &["end"], Role::Time),
    field("email", &["user_email"], Role::Identity),
    field("login", &["username", "github_login"], Role::Identity),
    field("user", &["user_id", "account_id"], Role::Identity),
    field("api_key_name", &[], Role::Identity),
    field("vendor", &[], Role::Dimension),
    field("tool", &["product"], Role::Dimension),
    field("model", &[], Role::Dimension),
    field("surface", &[], Role::Dimension),
    field("requests", &[], Role::Measure),
    field("input_tokens", &[], Role::Measure),
    field("prompt_tokens", &[], Role::Measure),
    field("cache_read_tokens", &[], Role::Measure),
    field("cache_write_tokens", &["cache_creation_tokens"], Role::Measure),
    field("output_tokens", &["completion_tokens"], Role::Measure),
    field("reasoning_tokens", &[], Role::Activity),
    field("total_tokens", &[], Role::Measure),
    field("cost_usd", &[], Role::Measure),
    field("cost_basis", &[], Role::Dimension),
    field("credits", &[], Role::Measure),
    field("credit_unit", &[], Role::Dimension),
    field("repo", &[], Role::Dimension),
    field("branch", &[], Role::Dimension),
    field("commit", &[], Role::Dimension),
    field("cwd", &[], Role::Dimension),
    field("session_id", &[], Role::Dimension),
    field("request_id", &[], Role::Dimension),
    field("team", &[], Role::Dimension),
    field("cost_center", &[], Role::Dimension),
    field("lines_added", &[], Role::Activity),
    field("lines_accepted", &[], Role::Activity),
    field("sessions", &[], Role::Activity),
    field("prompts", &[], Role::Activity),
    field("record_id", &[], Role::Dimension),
];

const fn field(
    name: &'static str,
    aliases: &'static [&'static str],
    role: Role,
) -> Field {
    Field { name, aliases, role }
}

/// The field of this name or alias.
pub fn field_named(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name || field.aliases.contains(&name))
}

/// The names of all fields, for messages.
pub fn names() -> String {
    FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_field() {
        let names: Vec<&str> = FIELDS
            .iter()
            .flat_map(|f| f.aliases.iter().copied().chain([f.name]))
            .collect();
        let distinct: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
