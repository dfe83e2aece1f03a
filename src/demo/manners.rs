//! How each repository came about: what is planted in it, as data.

use std::ops::Range;

use super::calendar::WEEKS;

/// How long what was written stays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    /// Of a hundred functions, how many are written anew or removed.
    pub(super) doomed_percent: u64,
    /// After how many days at the earliest.
    pub(super) first_day: u64,
    /// Over how many days that spreads.
    pub(super) spread_days: u64,
}

/// How a repository came about.
#[derive(Debug)]
pub(super) struct Manner {
    /// The number that its chances follow from.
    pub(super) number: u64,
    /// Its name.
    pub(super) repository: &'static str,
    /// The files of its code, with their folders and without their ending.
    pub(super) modules: &'static [&'static str],
    /// How many files each of them is.
    pub(super) files_a_module: u64,
    /// The weeks in which it is worked on.
    pub(super) weeks: Range<u32>,
    /// The week from which on only one landing of four is made.
    pub(super) quiet_week: u32,
    /// Functions a landing brings in anyway.
    pub(super) functions: u64,
    /// Of a hundred landings in weeks with AI, how many say so.
    pub(super) marked_percent: u64,
    /// What becomes of code of marked landings.
    pub(super) marked: Life,
    /// What becomes of the other code.
    pub(super) unmarked: Life,
    /// Whether functions come with tests.
    pub(super) is_tested: bool,
    /// Of a hundred functions, how many are copies, stubs, or hide that they fail.
    pub(super) sloppy_percent: u64,
    /// Whether landings are merges of branches.
    pub(super) is_merged: bool,
}

const LASTING: Life = Life { doomed_percent: 6, first_day: 20, spread_days: 300 };
const SHORT: Life = Life { doomed_percent: 78, first_day: 5, spread_days: 60 };
const MIDDLING: Life = Life { doomed_percent: 40, first_day: 20, spread_days: 120 };

/// The four repositories.
pub(super) const MANNERS: &[Manner] = &[
    Manner {
        number: 1,
        repository: "bookings",
        modules: &[
            "billing/calls",
            "billing/invoices",
            "billing/ledger",
            "billing/refunds",
            "bookings/changes",
            "bookings/guests",
            "bookings/offers",
            "bookings/tickets",
            "fleet/cabins",
            "fleet/crews",
            "fleet/decks",
            "fleet/docks",
            "onboard/cargo",
            "onboard/meals",
            "onboard/pets",
            "onboard/routes",
        ],
        files_a_module: 2,
        weeks: 0..WEEKS,
        quiet_week: WEEKS,
        functions: 1,
        marked_percent: 45,
        marked: LASTING,
        unmarked: LASTING,
        is_tested: true,
        sloppy_percent: 0,
        is_merged: true,
    },
    Manner {
        number: 2,
        repository: "tidetable",
        modules: &[
            "readers/gauges",
            "readers/moon",
            "readers/parse",
            "tidetable/almanac",
            "tidetable/harmonics",
            "tidetable/windows",
        ],
        files_a_module: 6,
        weeks: 2..WEEKS,
        quiet_week: WEEKS,
        functions: 1,
        marked_percent: 90,
        marked: LASTING,
        unmarked: LASTING,
        is_tested: true,
        sloppy_percent: 0,
        is_merged: true,
    },
    Manner {
        number: 3,
        repository: "fareoracle",
        modules: &[
            "agents/agent",
            "agents/jobs",
            "agents/prompts",
            "fareoracle/api",
            "fareoracle/cache",
            "fareoracle/fares",
            "fareoracle/quote",
            "helpers/helpers",
            "helpers/helpers2",
            "helpers/model",
        ],
        files_a_module: 4,
        weeks: 8..WEEKS,
        quiet_week: 47,
        functions: 2,
        marked_percent: 85,
        marked: SHORT,
        unmarked: MIDDLING,
        is_tested: false,
        sloppy_percent: 35,
        is_merged: false,
    },
    Manner {
        number: 4,
        repository: "deckbot",
        modules: &["deckbot/bot", "deckbot/deck", "deckbot/voice"],
        files_a_module: 2,
        weeks: 12..24,
        quiet_week: WEEKS,
        functions: 1,
        marked_percent: 80,
        marked: MIDDLING,
        unmarked: MIDDLING,
        is_tested: false,
        sloppy_percent: 15,
        is_merged: false,
    },
];
