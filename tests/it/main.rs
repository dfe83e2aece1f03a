//! Behaviour through the program: every test runs the real binary on real repositories,
//! or reads the source tree as a contributor would.

mod attributes;
mod cache;
mod clones;
mod cmd;
mod explain;
mod disclosure;
mod estuary;
mod exports;
mod faults;
mod function_history;
mod functions;
mod git;
mod harness;
mod identity;
mod laws;
mod landing_events;
mod line_operations;
mod lives;
mod metamorphic;
mod oracle;
mod org;
mod outliers;
mod packs;
mod people;
mod provenance_rules;
mod random_history;
mod records;
mod readme;
mod resumed;
mod reverts;
mod squashes;
mod stories;
mod tidy;
mod usage_coverage;
mod work;
