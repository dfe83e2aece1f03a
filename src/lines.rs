//! Versions of files → when each line was born, landed and died.
//!
//! The road: compare trees along first parents and find renames ([`versions::delta`],
//! in parallel), draw the graph of all versions ([`versions::Builder`], serial and
//! cheap), split it into lineages that never met, and work through each lineage on its
//! own ([`tracker::track`], in parallel), reading its blobs in the order in which git
//! stores them as deltas of each other.
//!
//! What comes out is a book of every line that landed ([`book`]). Lines that went at
//! one place and came at another in the same landing are one line ([`landings`]), and
//! with those links the book becomes lifetimes ([`instances::settle`]).

pub mod marks;
pub mod diff;
pub(crate) mod myers;
pub mod path_map;
pub mod renames;
pub mod runs;
pub mod similarity;
pub(crate) mod slide;
pub(crate) mod tokens;
pub mod records;
pub mod versions;
pub mod edits;
pub mod ignored_revs;
pub mod reformat;
pub mod book;
pub mod contents;
pub(crate) mod origins;
pub mod attested;
pub(crate) mod heirs;
pub mod room;
pub mod tracker;
pub mod moves;
pub mod lookback;
pub mod undone;
pub mod instances;
pub mod operations;
pub mod landings;
pub mod schedule;
