//! Finished answers → bytes. Words for people are made here and in [`crate::error`].

pub mod check_github;
pub mod check_gitlab;
pub mod check_markdown;
pub mod check_sarif;
pub mod check_json;
pub mod check_text;
pub mod audit_csv;
pub mod audit_text;
mod audit_ties;
pub mod explain_text;
pub mod html;
pub mod json;
pub mod markdown;
mod findings;
mod markdown_text;
pub mod report_csv;
pub mod number;
mod page;
mod parquet;
mod sentences;
#[cfg(test)]
mod size_tests;
pub mod tables;
pub mod text;
pub mod people_text;
pub mod usage_text;
