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
| `tidetable` | a small library, five people; agents write most of it | tested, reviewed, and as durable: agents are no sin |\n\
| `fareoracle` | a weekend hack that became critical | lines go within weeks, AI-marked ones faster; copies, stubs, swallowed errors, no tests. `bookings` imports it since September 2025 and deploys it to production; Lou, who owns it, left in December |\n\
| `deckbot` | a prototype of two people | nothing has landed since July 2025 |\n\
\n\
Sixty weeks, from 2025-02-03 to {AS_OF}, and nineteen people, of whom eighteen have a bill: from Claude, Cursor or\n\
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
    let shown = crate::untrusted::Untrusted::from(folder.as_os_str().as_encoded_bytes())
        .to_terminal()
        .to_string();
    format!(
        "A made-up organisation stands in {shown}, with the report on it in {shown}/{PAGE}.\n\
\n\
Open the page in a browser, and look at\n\
  the answer, at the top       weeks of more spend, and lines that lasted\n\
  where the spend went         a part of it is a machine's, and nobody's\n\
  lives by repository          bookings and tidetable last; fareoracle does not,\n\
                               though bookings needs it in production\n\
  AI-marked and unmarked       tidetable is nearly all of agents, and lasts\n\
\n\
{shown}/README.md says what was planted, and which commands to try next.\n"
    )
}
