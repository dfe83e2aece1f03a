//! Exports of Cursor: its dashboard and its APIs for administrators.

pub mod usage_csv;
