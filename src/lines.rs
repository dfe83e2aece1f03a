//! Versions of files → when each line was born, landed and died.
//!
//! The road: compare trees along first parents and find renames ([`versions::delta`],
//! in parallel), draw the graph of all versions ([`versions::Builder`], serial and
//! cheap), split it into lineages that never met, and work through each lineage on its
//! own ([`tracker::track`], in parallel), reading its blobs in the order in which git
//! stores them as deltas of each other.

pub mod diff;
pub(crate) mod myers;
pub mod path_map;
pub mod renames;
pub mod runs;
pub mod schedule;
pub mod similarity;
pub(crate) mod slide;
pub(crate) mod tokens;
pub mod tracker;
pub mod versions;
