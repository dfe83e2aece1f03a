//! Finished answers → bytes. Words for people are made here and in [`crate::error`].

pub mod audit_csv;
pub mod audit_text;
pub mod explain_text;
pub mod html;
pub mod json;
pub mod markdown;
pub mod report_csv;
pub mod number;
mod page;
mod sentences;
pub mod tables;
pub mod text;
pub mod people_text;
pub mod usage_text;
