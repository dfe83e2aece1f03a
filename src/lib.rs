//! Did the AI tokens buy code that lasted?
//!
//! The library behind the program `slopnexus`. It walks git repositories, computes when
//! every line was born, landed and died, reads what commits say about AI and what
//! exports say about usage, joins them by person and week, and says what is known, with
//! intervals, and what is not.
//!
//! The flow goes one way, and the modules stand in its order: each uses only those
//! above it.
//!
//! ```text
//!  paths ─discover─▶ repositories ─┬─ worker: history ▶ lines ▶ facts, one process each ─┐
//!                                  └─ (provenance and kinds of lines on the way)         │
//!  exports ─usage─▶ records ─ledger─┐                                                     │
//!  mailmap, people ─────────────────┴─identity─▶ people ────────────────────────panel─▶ ◀─┘
//!  panel, cohorts ─stats─▶ estimates ─verdict─▶ report ─render─▶ bytes
//! ```
//!
//! The words: a line's *origin* is the commit `git blame` names. Its *landing* is the
//! mainline commit that brought it in, its *death* the one that removed it. *Churn* at
//! N days is the share of landed lines dead by age N. *AI-marked* is what a commit says
//! of itself; *unmarked* is not human. *Unattributed* is spend that no landed line can
//! be tied to.

// What everything is made of.
pub mod units;
pub mod untrusted;
pub mod problem;
pub mod error;
pub mod limits;

// Columns of numbers → estimates; knows nothing of git.
pub mod stats;

// Exports → records.
pub mod usage;

// One repository → facts, in a worker.
pub mod history;
pub mod syntax;
pub mod clones;
pub mod file_class;
pub mod lines;
pub mod provenance;
pub mod attestation;
pub mod reverts;
pub mod identity;
pub mod teams;
pub mod facts;
pub mod cache;
pub mod scan;
pub mod worker;
pub mod discover;

// Facts, records and people → the answer.
pub mod cohorts;
pub mod panel;
pub mod verdict;
pub mod report;
pub mod explain;
pub mod check;
pub mod policy;
pub mod triage;
pub mod lineage;
pub mod dependence;
pub mod audit;
pub mod render;

// An organisation to try it on.
pub mod demo;

// What was asked → what is said.
pub mod cli;
pub mod output;
pub mod request;
pub mod pipeline;
pub mod commands;

// What must hold of any bytes, for tests and fuzzing.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
