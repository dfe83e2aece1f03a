//! What is said of the organisation: in its folder, and when it has been written.

use std::path::Path;

use super::{AS_OF, PAGE, PEOPLE, REPOSITORIES, TEAMS, USAGE};

/// What was planted, and which commands to try.
pub(super) fn readme() -> String {
    format!(
        "# Tern Ferries, an organisation that was made up\n\
\n\
`slopnexus demo` wrote this folder. Nobody in it exists, no line of code does anything, and the same command writes\n\
the same bytes again.\n\
\n\
## What was planted\n\
\n\
| repository | what it is | what to find |\n\
|---|---|---|\n\
| `bookings` | a durable service, six people | nearly all lines are still there after 90 days, whoever wrote them |\n\
| `tidetable` | a small library, six people; agents write most of it | tested, reviewed, and as durable: agents are no sin |\n\
| `fareoracle` | a weekend hack that became critical, six people | lines go within weeks, AI-marked ones faster; copies, stubs, swallowed errors, no tests. `bookings` imports it since September 2025 and deploys it to production; Lou, who owns it, left in December |\n\
| `deckbot` | a prototype of two people | nothing has landed since July 2025 |\n\
\n\
Sixty weeks, from 2025-02-03 to {AS_OF}, and twenty-one people, of whom twenty have a bill: from Claude, Cursor or\n\
Copilot, for 50 of these weeks. People who use more AI in a week land more functions in it: that lasts in `bookings`\n\
and `tidetable`, and does not in `fareoracle`, where a week costs twice as much.\n\
\n\
- Both files of Cursor hold the same four weeks, which count once.\n\
- Sol has a bill and lands nothing; `tern-ci[bot]` is a machine; `zed-contractor` is nobody.\n\
- Kai's account at Cursor has a private address, and Copilot knows people by their logins: `{PEOPLE}` tells who is who.\n\
\n\
## What to try\n\
\n\
In this folder; open `{PAGE}` first. The repositories are bare; `git -C {REPOSITORIES}/bookings log` shows one. What is\n\
observed ends on {AS_OF}: without `--as-of` it would end where the first repository fell silent.\n\
\n\
```sh\n\
slopnexus report {REPOSITORIES} --usage {USAGE} --people {PEOPLE} --teams {TEAMS} --as-of {AS_OF}\n\
slopnexus report {REPOSITORIES}/fareoracle --as-of {AS_OF}\n\
slopnexus usage {USAGE} --people {PEOPLE}\n\
slopnexus people {REPOSITORIES} --usage {USAGE} --people {PEOPLE} --as-of {AS_OF}\n\
slopnexus explain churn:30:ai_marked {REPOSITORIES}/fareoracle --as-of {AS_OF}\n\
slopnexus explain line:src/bookings/prices.py:3 {REPOSITORIES}/bookings\n\
slopnexus facts --help\n\
```\n"
    )
}

/// What to look at, when the organisation stands in a folder.
pub fn closing_words(folder: &Path) -> String {
    let folder = crate::untrusted::Untrusted::from(folder.as_os_str().as_encoded_bytes());
    let folder = folder.to_terminal();
    let words = [
        format!("A made-up organisation stands in {folder}."),
        format!("The report on it is {folder}/{PAGE}: open it in a browser, and look at"),
        String::new(),
        "  the answer, at the top   whether weeks of more spend brought more that lasted".into(),
        "  where the spend went     a part is a machine's, and a part is nobody's".into(),
        "  where the lines are      bookings and tidetable last; fareoracle does not, though".into(),
        "                           bookings needs it in production and its owner has left".into(),
        "  AI-marked and unmarked   tidetable is nearly all of agents, and lasts".into(),
        String::new(),
        format!("{folder}/README.md says what was planted, and which commands to try next."),
    ];
    words.join("\n") + "\n"
}
