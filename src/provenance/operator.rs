//! Whose work a commit is: the person whose bill the tokens are on.

use super::CommitText;
use super::people::{Identity, PeopleRules, Who};

/// The committer that GitHub's own site writes for whoever clicked.
const WEB_COMMITTER: &[u8] = b"noreply@github.com";

/// A name and an address.
type Named = (Vec<u8>, Vec<u8>);

/// The person behind a commit whose author is `author`. A person's own name with the
/// mark of an agent tells most; else an agent hides the person, who then is the first
/// human co-author, or the committer unless that is GitHub's site.
pub(super) fn operator(
    people: &PeopleRules,
    commit: &CommitText<'_>,
    author: Who<'_>,
    first_human_coauthor: Option<Named>,
) -> Option<Named> {
    match author {
        Who::Bot(_) => None,
        Who::Person => Some(named(commit.author_name, commit.author_email)),
        Who::Agent(agent) => own_name(agent, commit.author_name, commit.author_email)
            .or(first_human_coauthor)
            .or_else(|| human_committer(people, commit)),
    }
}

fn human_committer(people: &PeopleRules, commit: &CommitText<'_>) -> Option<Named> {
    let (name, email) = (commit.committer_name, commit.committer_email);
    if email.eq_ignore_ascii_case(WEB_COMMITTER) {
        return None;
    }
    match people.who(name, email) {
        Who::Person => Some(named(name, email)),
        Who::Agent(agent) => own_name(agent, name, email),
        Who::Bot(_) => None,
    }
}

/// The person who marks agent-made commits in their own name, without the mark.
fn own_name(agent: &Identity, name: &[u8], email: &[u8]) -> Option<Named> {
    let mark = agent.mark_in_name.as_ref()?;
    let name = mark.replace_all(name, &b" "[..]);
    let words: Vec<&[u8]> =
        name.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    (!email.is_empty()).then(|| (words.join(&b' '), email.to_vec()))
}

fn named(name: &[u8], email: &[u8]) -> Named {
    (name.to_vec(), email.to_vec())
}
