//! Finished answers → bytes. Words for people are made here and in [`crate::error`].

pub mod explain_text;
pub mod json;
pub mod number;
pub mod tables;
pub mod text;
pub mod people_text;
pub mod usage_text;
