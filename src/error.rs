//! What stops the run: what could not be done, to what, why, and what to do.

use std::fmt;
use std::io;

use crate::untrusted::Untrusted;

/// How the program ends. The meaning of each number is a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; gaps, if any, are listed in the answer.
    Done = 0,
    /// A policy was broken. Never anything else.
    Gate = 1,
    /// Wrong flags, or trusted configuration that cannot be read.
    Usage = 2,
    /// Nothing could be analysed, an export was rejected whole, the gate could not
    /// be evaluated, or the answer could not be written.
    Input = 3,
    /// Stopped by SIGINT.
    Interrupted = 130,
    /// Stopped by SIGTERM.
    Terminated = 143,
}

/// Why the run cannot go on. Shown as
/// `error: <what> in <where>: <why>; <what to do> [E-CODE]`, on one line.
#[derive(Debug, Clone)]
pub struct Error {
    /// What could not be done, in lower case: `cannot open the repository`.
    pub what: String,
    /// Where: a path or an id, as given.
    pub place: Option<Untrusted>,
    /// Why not. Never the content of a file.
    pub why: String,
    /// What the reader can do about it.
    pub hint: String,
    /// A code scripts may match, `E-…`.
    pub code: &'static str,
    /// The exit status this ends with.
    pub exit: Exit,
}

impl Error {
    /// Wrong flags or unreadable trusted configuration: exit 2.
    pub fn usage(code: &'static str, what: &str, why: &str, hint: &str) -> Self {
        Self::new(code, Exit::Usage, what, why, hint)
    }

    /// Input that cannot be analysed or output that cannot be written: exit 3.
    pub fn input(code: &'static str, what: &str, why: &str, hint: &str) -> Self {
        Self::new(code, Exit::Input, what, why, hint)
    }

    /// The same error, naming where it happened.
    #[must_use]
    pub fn at(mut self, place: impl Into<Untrusted>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Why it stopped.
    pub fn cause(&self) -> &str {
        &self.why
    }

    fn new(code: &'static str, exit: Exit, what: &str, why: &str, hint: &str) -> Self {
        Self {
            what: what.to_owned(),
            place: None,
            why: why.to_owned(),
            hint: hint.to_owned(),
            code,
            exit,
        }
    }
}

/// Why the system refused, in words for somebody who named a file.
pub fn io_words(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::AlreadyExists => "there is a file of that name already".to_owned(),
        kind => kind.to_string(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(place) = &self.place {
            write!(f, " in '{}'", place.to_terminal())?;
        }
        write!(f, ": {}; {} [{}]", self.why, self.hint, self.code)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_what_where_why_and_what_to_do() {
        let error =
            Error::input("E-NOREPO", "cannot open", "not a repository", "name one")
                .at(&b"a\nb"[..]);
        assert_eq!(
            error.to_string(),
            r"error: cannot open in 'a\u{a}b': not a repository; name one [E-NOREPO]"
        );
    }
}
