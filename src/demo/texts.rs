//! What is said of the organisation: in its folder, and when it has been written.

use std::path::Path;

use super::{AS_OF, PAGE, PEOPLE, REPOSITORIES, TEAMS, USAGE};

/// What was planted, and which commands to try.
pub(super) fn readme() -> String {
    let all = REPOSITORIES.join(" ");
    let report = format!(
        "slopnexus report {all} --usage {USAGE} --people {PEOPLE} --teams {TEAMS} --as-of {AS_OF}"
    );
    README
        .replace("{report}", &report)
        .replace("{all}", &all)
        .replace("{usage}", USAGE)
        .replace("{people}", PEOPLE)
        .replace("{page}", PAGE)
        .replace("{as_of}", AS_OF)
}

const README: &str = "\
# Tern Ferries, an organisation that was made up

`slopnexus demo` wrote this folder. Nobody in it exists, no line of its code does anything, and the
same command writes the same bytes again. Open `{page}` first.

## What was planted

| repository | what it is | what to find |
|---|---|---|
| `bookings` | a durable service, six people | nearly all lines are still there after 90 days, whoever wrote them |
| `tidetable` | a small library, six people; agents write most of it | tested, reviewed and as durable: agents are no sin |
| `fareoracle` | a weekend hack of six people that became critical | half of the lines are gone after 90 days, of AI-marked ones two thirds; copies, stubs, swallowed errors, no tests. `bookings` imports it since September 2025 and deploys it to production; Lou, who owns it, left in December |
| `deckbot` | a prototype of two people | nothing has landed since July 2025 |

Twenty-one people and sixty weeks, from 2025-02-03 to {as_of}. Twenty people have a bill, from
Claude, Cursor or Copilot, which is known of the last fifty weeks. Who uses more AI lands more
functions in that week and the next. They last in `bookings` and `tidetable`; in `fareoracle`, where
a week costs twice as much, they do not.

- Both files of Cursor hold the same four weeks, which count once.
- Sol has a bill and lands nothing; `tern-ci[bot]` is a machine; `zed-contractor` is nobody.
- Kai's account at Cursor has a private address, and Copilot knows people by their logins:
  `{people}` tells who is who.

So weeks of more spend did go with more lines that lasted, and a part of the spend bought lines that
did not: one answer is not the other.

## What to try

In this folder. The repositories are bare; `git -C bookings log` shows one. What is observed ends on
{as_of}: without `--as-of` it would end where the first repository fell silent.

```sh
{report}
slopnexus report fareoracle --as-of {as_of}
slopnexus usage {usage} --people {people}
slopnexus people {all} --usage {usage} --people {people} --as-of {as_of}
slopnexus explain churn:30:ai_marked fareoracle --as-of {as_of}
slopnexus explain line:bookings/prices.py:3 bookings
slopnexus facts {all} --as-of {as_of} --output facts
```
";

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
