//! Every limit, its default and its reason, in one table.

/// One limit on what is read from outside.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The name shown by `--version --limits` and in gaps.
    pub name: &'static str,
    /// The value, in the unit its name ends in.
    pub value: u64,
    /// Why there is such a limit.
    pub why: &'static str,
}

/// The largest blob that is read, in bytes; its header is read first.
pub const BLOB_BYTES: Limit = Limit {
    name: "BLOB_BYTES",
    value: 64 << 20,
    why: "a 250-byte pack can hold a blob of 1 GiB",
};

/// The largest commit or tree object that is read, in bytes.
pub const OBJECT_BYTES: Limit = Limit {
    name: "OBJECT_BYTES",
    value: 64 << 20,
    why: "as for blobs; a tree of a million entries has 40 MB",
};

/// The largest index of a pack that is read, in bytes.
pub const PACK_INDEX_BYTES: Limit = Limit {
    name: "PACK_INDEX_BYTES",
    value: 1 << 30,
    why: "memory is bounded by it; that of 35 million objects is smaller",
};

/// How many deltas a packed object may be away from a whole one.
pub const DELTA_DEPTH: Limit = Limit {
    name: "DELTA_DEPTH",
    value: 50_000,
    why: "git itself writes chains of at most 4,095",
};

/// How many bytes the objects on one chain of deltas may have together.
pub const DELTA_CHAIN_BYTES: Limit = Limit {
    name: "DELTA_CHAIN_BYTES",
    value: 16 << 30,
    why: "a small pack can make one object cost hours",
};

/// How much work one repository may make us do, in bytes read and made.
pub const READ_BYTES: Limit = Limit {
    name: "READ_BYTES",
    value: 128 << 30,
    why: "a pack of 71 KB can cost seconds for each file; a repository beyond is refused",
};

/// How much more work for each byte that is stored, in bytes.
pub const READ_BYTES_PER_BYTE: Limit = Limit {
    name: "READ_BYTES_PER_BYTE",
    value: 256,
    why: "packs hold objects at about a twentieth of their size, and some are made again",
};

/// The largest version a syntax parser is given, in bytes.
pub const PARSED_BYTES: Limit = Limit {
    name: "PARSED_BYTES",
    value: 2 << 20,
    why: "syntax trees take 45 to 240 bytes of memory a source byte",
};

/// The mean line length above which a version is not parsed, in bytes.
pub const PARSED_MEAN_LINE_BYTES: Limit =
    Limit { name: "PARSED_MEAN_LINE_BYTES", value: 1_000, why: "minified code" };

/// The longest time one version may take to parse, in milliseconds.
pub const PARSE_MILLIS: Limit = Limit {
    name: "PARSE_MILLIS",
    value: 2_000,
    why: "pathological input; the version then counts as text",
};

/// How deep a syntax tree is followed, in levels.
pub const SYNTAX_DEPTH: Limit = Limit {
    name: "SYNTAX_DEPTH",
    value: 5_000,
    why: "the deepest seen in the wild is about 3,300",
};

/// How deep directories are followed, in levels.
pub const TREE_DEPTH: Limit = Limit {
    name: "TREE_DEPTH",
    value: 1_024,
    why: "git refuses at 2,048; deeper trees are attacks",
};

/// The longest path followed, in bytes.
pub const PATH_BYTES: Limit = Limit {
    name: "PATH_BYTES",
    value: 4_096,
    why: "the longest path a Linux system call takes",
};

/// How many tree entries one comparison may visit.
pub const TREE_ENTRIES: Limit = Limit {
    name: "TREE_ENTRIES",
    value: 1_000_000,
    why: "a bomb of thirteen objects expands to billions; a million take 130 MB",
};

/// How many rename sources times destinations are compared for similarity.
pub const RENAME_CANDIDATES: Limit = Limit {
    name: "RENAME_CANDIDATES",
    value: 1_000,
    why: "git's own default, for each side",
};

/// How many bytes of renamed files one commit may make us compare.
pub const RENAME_BYTES: Limit = Limit {
    name: "RENAME_BYTES",
    value: 1 << 30,
    why: "a commit can rename thousands of large files; equal ones are still paired",
};

/// How many pieces of files are compared for the renames of one commit.
pub const RENAME_PIECES: Limit = Limit {
    name: "RENAME_PIECES",
    value: 1 << 32,
    why: "ten seconds; a thousand files of 150 KB renamed at once need a tenth",
};

/// How many steps the search for the difference of two versions may take.
pub const DIFF_STEPS: Limit = Limit {
    name: "DIFF_STEPS",
    value: 1 << 31,
    why: "about ten seconds; two versions of 300,000 lines in random order need it all",
};

/// How many lines a version of a file may have.
pub const VERSION_LINES: Limit = Limit {
    name: "VERSION_LINES",
    value: 5_000_000,
    why: "64 KB of a pack can hold 67 million line ends; large files have longer lines",
};

/// How many lines of one history may land.
pub const LANDED_LINES: Limit = Limit {
    name: "LANDED_LINES",
    value: 80_000_000,
    why: "each takes about 60 bytes of memory",
};

/// How many parents of a commit are followed.
pub const PARENTS: Limit =
    Limit { name: "PARENTS", value: 65_535, why: "the index of a parent is two bytes" };

/// The longest part of a commit message that is read, in bytes.
pub const MESSAGE_BYTES: Limit = Limit {
    name: "MESSAGE_BYTES",
    value: 64 << 10,
    why: "messages of 10 MB exist to hurt",
};

/// The largest mailmap or other control file that is read, in bytes.
pub const CONTROL_FILE_BYTES: Limit = Limit {
    name: "CONTROL_FILE_BYTES",
    value: 1 << 20,
    why: "git's own is smaller for attributes",
};

/// The largest record of who wrote which lines that is read, in bytes.
pub const RECORD_BYTES: Limit = Limit {
    name: "RECORD_BYTES",
    value: 4 << 20,
    why: "the largest of 582 MB of public notes, with whole conversations in it, has 3.2 MB",
};

/// How many files of records, refs and notes are looked through.
pub const RECORDS: Limit = Limit {
    name: "RECORDS",
    value: 1_000_000,
    why: "one for each commit of the largest history",
};

/// How many different writers records may name: agent, tool and model together.
pub const WRITERS: Limit =
    Limit { name: "WRITERS", value: 10_000, why: "the number of a writer is two bytes" };

/// How many steps through history the commits of edits are looked for.
pub const RECORD_STEPS: Limit = Limit {
    name: "RECORD_STEPS",
    value: 100_000_000,
    why: "about a second; an edit lands in one of the next commits",
};

/// How many rules of one file of attributes are kept.
pub const ATTRIBUTE_RULES: Limit = Limit {
    name: "ATTRIBUTE_RULES",
    value: 10_000,
    why: "each may be tried on every file that lands",
};

/// How many steps are taken to find the attributes of one version, times the versions
/// that landed until then. A step compares two bytes; 20,000 are always taken.
pub const ATTRIBUTE_STEPS: Limit = Limit {
    name: "ATTRIBUTE_STEPS",
    value: 1 << 28,
    why: "a pattern of stars can cost a second for each thousand files",
};

/// How many bytes of attributes of one history are read, in all versions together.
pub const ATTRIBUTE_BYTES: Limit = Limit {
    name: "ATTRIBUTE_BYTES",
    value: 64 << 20,
    why: "all of them are held while lines are classified",
};

/// How many commits one repository may have.
pub const COMMITS: Limit =
    Limit { name: "COMMITS", value: 2_000_000, why: "memory is bounded by it" };

/// How many refs are looked at to learn whether there is any.
pub const REFS: Limit =
    Limit { name: "REFS", value: 100_000, why: "memory is bounded by it" };

/// How many heads of pull requests are looked at.
pub const PULL_HEADS: Limit = Limit {
    name: "PULL_HEADS",
    value: 1_000_000,
    why: "memory is bounded by it; the largest projects have 200,000",
};

/// How many commits of a pull request are followed.
pub const PULL_COMMITS: Limit = Limit {
    name: "PULL_COMMITS",
    value: 1_000,
    why: "a wrong number must not make us read another history; GitHub shows 250",
};

/// How many folders one repository may have its objects in.
pub const OBJECT_FOLDERS: Limit = Limit {
    name: "OBJECT_FOLDERS",
    value: 100,
    why: "each is held open; git's own depth of borrowing is six",
};

/// The largest list of refs that is read, in bytes.
pub const PACKED_REFS_BYTES: Limit = Limit {
    name: "PACKED_REFS_BYTES",
    value: 256 << 20,
    why: "two million refs have 150 MB; more never ends",
};

/// How deep directories are searched for repositories, in levels.
pub const SEARCH_DEPTH: Limit = Limit {
    name: "SEARCH_DEPTH",
    value: 12,
    why: "repositories lie near the top; what is below is content",
};

/// The longest record of an export, in bytes.
pub const USAGE_RECORD_BYTES: Limit = Limit {
    name: "USAGE_RECORD_BYTES",
    value: 1 << 20,
    why: "a csv reader aborts the process on a line of 10 GiB",
};

/// The most columns an export may have.
pub const USAGE_COLUMNS: Limit = Limit {
    name: "USAGE_COLUMNS",
    value: 1_000,
    why: "an attack, or the wrong delimiter",
};

/// The longest line or JSON value of an export, in bytes.
pub const USAGE_VALUE_BYTES: Limit = Limit {
    name: "USAGE_VALUE_BYTES",
    value: 64 << 20,
    why: "pages hold a thousand rows; a line of a transcript may hold pictures",
};

/// The most bytes an export may have once it is unpacked.
pub const USAGE_FILE_BYTES: Limit = Limit {
    name: "USAGE_FILE_BYTES",
    value: 64 << 30,
    why: "a year of transcripts of a hundred people; more is an attack",
};

/// The most that one packed byte of an export may unpack to, beyond the first 256 MiB.
pub const USAGE_UNPACK_RATIO: Limit = Limit {
    name: "USAGE_UNPACK_RATIO",
    value: 200,
    why: "logs shrink to a twentieth; a bomb to a thousandth",
};

/// The most files in an archive or a directory of exports.
pub const USAGE_FILES: Limit = Limit {
    name: "USAGE_FILES",
    value: 200_000,
    why: "a year of sessions of a hundred people is a tenth of it",
};

/// The largest file of landing events, in bytes.
pub const LANDING_EVENTS_BYTES: Limit = Limit {
    name: "LANDING_EVENTS_BYTES",
    value: 64 << 20,
    why: "a million landings have 60 MB; the file is held in memory",
};

/// How long a worker may show no progress, in milliseconds.
pub const STALL_MILLIS: Limit = Limit {
    name: "STALL_MILLIS",
    value: 30_000,
    why: "what makes no progress may never end; one large comparison may take long",
};

/// How long a worker may show no progress where others take the processor, in milliseconds.
pub const STARVED_MILLIS: Limit = Limit {
    name: "STARVED_MILLIS",
    value: 300_000,
    why: "on a busy machine what is slow is not stuck, and yet somebody waits for it",
};

/// The most memory a worker may hold, in bytes.
pub const WORKER_MEMORY_BYTES: Limit = Limit {
    name: "WORKER_MEMORY_BYTES",
    value: 6 << 30,
    why: "one hostile repository must not take the machine",
};

/// The largest file of the cache that is written or read, in bytes.
pub const CACHE_FILE_BYTES: Limit = Limit {
    name: "CACHE_FILE_BYTES",
    value: 2 << 30,
    why: "four times what the longest history tried needs",
};

/// How much the cache may hold in all, in bytes; what was written longest ago goes.
pub const CACHE_BYTES: Limit = Limit {
    name: "CACHE_BYTES",
    value: 8 << 30,
    why: "a question asked once a day in another way would fill a disk",
};

/// The largest file of provenance rules that a user may give, in bytes.
pub const RULES_BYTES: Limit = Limit {
    name: "RULES_BYTES",
    value: 1 << 20,
    why: "ten times the rules that come with the program",
};

/// How many provenance rules a user may give.
pub const RULES: Limit = Limit {
    name: "RULES",
    value: 10_000,
    why: "each is asked about each commit; two hundred come with the program",
};

/// The largest policy of a gate that is read, in bytes.
pub const POLICY_BYTES: Limit = Limit {
    name: "POLICY_BYTES",
    value: 1 << 20,
    why: "a section a path and a line a rule make some kilobytes",
};

/// How many sections a policy may have, and how many patterns each.
pub const POLICY_SECTIONS: Limit = Limit {
    name: "POLICY_SECTIONS",
    value: 1_000,
    why: "each is asked about each changed file",
};

/// The largest baseline that is read, in bytes.
pub const BASELINE_BYTES: Limit = Limit {
    name: "BASELINE_BYTES",
    value: 32 << 20,
    why: "a finding has some 200 bytes; 100,000 of them are no baseline but a decision",
};

/// How many comments of a change's files are read that let findings pass.
pub const SUPPRESSIONS: Limit = Limit {
    name: "SUPPRESSIONS",
    value: 10_000,
    why: "a file made of nothing else must not take the memory",
};

/// The largest frame a worker may send, in bytes.
pub const FRAME_BYTES: Limit = Limit {
    name: "FRAME_BYTES",
    value: 1 << 30,
    why: "a damaged length must not become an allocation",
};

/// How many tokens are compared with each other when clones are looked for.
pub const CLONE_TOKENS: Limit = Limit {
    name: "CLONE_TOKENS",
    value: 48 << 20,
    why: "each takes about 18 bytes of memory; a million lines have ten million",
};

/// How many tokens may be compared in a search for clones, for each that there is.
pub const CLONE_STEPS_PER_TOKEN: Limit = Limit {
    name: "CLONE_STEPS_PER_TOKEN",
    value: 128,
    why: "code made to repeat itself costs the square of its length; trees need forty",
};

/// How many tokens and places may be compared when landings are followed for what they
/// copied.
pub const CLONE_HISTORY_STEPS: Limit = Limit {
    name: "CLONE_HISTORY_STEPS",
    value: 1 << 34,
    why: "a history made to repeat itself ends within a minute; large ones need a hundredth",
};

/// How many versions of files may be parsed for their functions when landings are
/// followed.
pub const FUNCTION_HISTORY_VERSIONS: Limit = Limit {
    name: "FUNCTION_HISTORY_VERSIONS",
    value: 200_000,
    why: "each takes some milliseconds; a year of a large repository has some thousands",
};

/// How many places clones may have, all together.
pub const CLONE_PLACES: Limit = Limit {
    name: "CLONE_PLACES",
    value: 8 << 20,
    why: "each takes about 40 bytes of memory",
};

/// How many classes of clones are listed.
pub const CLONE_CLASSES: Limit = Limit {
    name: "CLONE_CLASSES",
    value: 10_000,
    why: "nobody reads more; lines are counted of all",
};

/// All limits, in the order they are met: those of a repository, then of exports.
pub static LIMITS: &[&Limit] = &[
    &SEARCH_DEPTH,
    &REFS,
    &PACKED_REFS_BYTES,
    &PULL_HEADS,
    &PULL_COMMITS,
    &OBJECT_FOLDERS,
    &BLOB_BYTES,
    &OBJECT_BYTES,
    &PACK_INDEX_BYTES,
    &DELTA_DEPTH,
    &DELTA_CHAIN_BYTES,
    &READ_BYTES,
    &READ_BYTES_PER_BYTE,
    &PARSED_BYTES,
    &PARSED_MEAN_LINE_BYTES,
    &PARSE_MILLIS,
    &SYNTAX_DEPTH,
    &TREE_DEPTH,
    &PATH_BYTES,
    &TREE_ENTRIES,
    &RENAME_CANDIDATES,
    &RENAME_BYTES,
    &RENAME_PIECES,
    &DIFF_STEPS,
    &VERSION_LINES,
    &LANDED_LINES,
    &PARENTS,
    &MESSAGE_BYTES,
    &CONTROL_FILE_BYTES,
    &RECORD_BYTES,
    &RECORDS,
    &WRITERS,
    &RECORD_STEPS,
    &ATTRIBUTE_RULES,
    &ATTRIBUTE_STEPS,
    &ATTRIBUTE_BYTES,
    &CLONE_TOKENS,
    &CLONE_STEPS_PER_TOKEN,
    &CLONE_HISTORY_STEPS,
    &FUNCTION_HISTORY_VERSIONS,
    &CLONE_PLACES,
    &CLONE_CLASSES,
    &COMMITS,
    &LANDING_EVENTS_BYTES,
    &RULES_BYTES,
    &RULES,
    &POLICY_BYTES,
    &POLICY_SECTIONS,
    &BASELINE_BYTES,
    &SUPPRESSIONS,
    &USAGE_RECORD_BYTES,
    &USAGE_COLUMNS,
    &USAGE_VALUE_BYTES,
    &USAGE_FILE_BYTES,
    &USAGE_UNPACK_RATIO,
    &USAGE_FILES,
    &STALL_MILLIS,
    &STARVED_MILLIS,
    &WORKER_MEMORY_BYTES,
    &FRAME_BYTES,
    &CACHE_FILE_BYTES,
    &CACHE_BYTES,
];
