//! Patterns of paths, as `gitattributes(5)` and `gitignore(5)` describe them.
//!
//! A pattern without a slash is for names in any folder. In the others `*`, `?` and
//! sets stay within a folder, and `**` between slashes stands for any folders.

/// A pattern, read.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
    /// Whether it is for the name alone, whatever the folder.
    pub(super) is_name: bool,
    /// What every text that fits begins with.
    start: Vec<u8>,
    /// What every text that fits ends with, behind its start.
    end: Vec<u8>,
    /// How many bytes a text has at least that fits.
    least_bytes: usize,
}

/// Patterns that a table can look up, and others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape<'p> {
    /// Fits this text alone.
    Exact(&'p [u8]),
    /// `*` and letters: fits the names that end with these.
    Ending(&'p [u8]),
    /// Has to be tried.
    Other,
}

/// How many more steps may be taken to find what fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::history) struct Steps {
    left: u64,
}

impl Steps {
    /// So many steps.
    pub(super) fn new(left: u64) -> Self {
        Self { left }
    }

    /// Takes some; `false` when there are no more.
    pub(super) fn take(&mut self, steps: u64) -> bool {
        self.left = self.left.saturating_sub(steps);
        self.left > 0
    }

    /// How many were taken between one moment and a later one.
    #[cfg(test)]
    pub(super) fn taken_until(self, later: Self) -> u64 {
        self.left - later.left
    }

    /// Whether they were not enough.
    pub(super) fn are_over(self) -> bool {
        self.left == 0
    }
}

/// What a piece of a pattern stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Itself.
    Byte(u8),
    /// `?`: any byte but a slash.
    Any,
    /// `[...]`: one of these bytes.
    Set(Box<[bool; 256]>),
    /// `*`: any bytes but slashes.
    Star,
    /// `**` at the end: any bytes.
    Deep,
    /// `**/`: any folders, or none.
    Folders,
}

impl Pattern {
    /// Reads a pattern; `None` when it is for no file: those for folders alone, those
    /// that negate, and broken ones.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        // As for git, which keeps it as a C string.
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        if text.starts_with(b"!") || text.ends_with(b"/") {
            return None;
        }
        let is_name = !text.contains(&b'/');
        let text = text.strip_prefix(b"/").unwrap_or(text);
        let tokens = tokens(text, is_name)?;
        let start = literal(tokens.iter());
        let end = match start.len() < tokens.len() {
            true => literal(tokens.iter().rev()).into_iter().rev().collect(),
            false => Vec::new(),
        };
        let takes_one =
            |token: &&Token| matches!(token, Token::Byte(_) | Token::Any | Token::Set(_));
        let least_bytes = tokens.iter().filter(takes_one).count();
        Some(Self { tokens, is_name, start, end, least_bytes })
    }

    /// How it can be looked up.
    pub(super) fn shape(&self) -> Shape<'_> {
        match self.tokens.len() {
            all if all == self.start.len() => Shape::Exact(&self.start),
            all if self.tokens[0] == Token::Star && all == self.end.len() + 1 => {
                match self.is_name {
                    true => Shape::Ending(&self.end),
                    false => Shape::Other,
                }
            }
            _ => Shape::Other,
        }
    }

    /// Whether it is for a path, given without the folder of the attributes, and its
    /// name. When there are not enough steps to tell, it is not.
    pub(super) fn matches(&self, path: &[u8], name: &[u8], steps: &mut Steps) -> bool {
        let text = if self.is_name { name } else { path };
        steps.take(1)
            && text.len() >= self.least_bytes
            && text.starts_with(&self.start)
            && text[self.start.len()..].ends_with(&self.end)
            && fits(&self.tokens, text, steps)
    }
}

/// The bytes that tokens begin with.
fn literal<'t>(tokens: impl Iterator<Item = &'t Token>) -> Vec<u8> {
    let byte = |token: &Token| match token {
        Token::Byte(byte) => Some(*byte),
        _ => None,
    };
    tokens.map_while(byte).collect()
}

fn tokens(text: &[u8], is_name: bool) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            // A backslash at the end is for no file.
            b'\\' => {
                tokens.push(Token::Byte(*text.get(at)?));
                at += 1;
            }
            b'?' => tokens.push(Token::Any),
            b'[' => {
                let (set, end) = set(text, at)?;
                tokens.push(Token::Set(set));
                at = end;
            }
            b'*' => {
                let start = at - 1;
                at += text[at..].iter().take_while(|&&byte| byte == b'*').count();
                let alone = start == 0 || text[start - 1] == b'/';
                let rest = &text[at..];
                if is_name || at - start < 2 || !alone {
                    tokens.push(Token::Star);
                } else if rest.starts_with(b"/") {
                    tokens.push(Token::Folders);
                    at += 1;
                } else if rest.is_empty() || rest.starts_with(b"\\/") {
                    tokens.push(Token::Deep);
                } else {
                    tokens.push(Token::Star);
                }
            }
            byte => tokens.push(Token::Byte(byte)),
        }
    }
    Some(tokens)
}

/// Reads a set from behind its bracket, and where it ends; `None` when it does not.
fn set(text: &[u8], start: usize) -> Option<(Box<[bool; 256]>, usize)> {
    let mut at = start;
    let negated = matches!(text.get(at)?, b'!' | b'^');
    at += usize::from(negated);
    let mut set = Box::new([false; 256]);
    let mut before = None;
    let first = at;
    loop {
        match *text.get(at)? {
            b']' if at > first => break,
            b'\\' => {
                at += 1;
                let byte = *text.get(at)?;
                set[usize::from(byte)] = true;
                before = Some(byte);
            }
            b'-' if before.is_some()
                && text.get(at + 1).is_some_and(|&end| end != b']') =>
            {
                at += 1;
                if text[at] == b'\\' {
                    at += 1;
                }
                let end = *text.get(at)?;
                for byte in before.take().into_iter().flat_map(|start| start..=end) {
                    set[usize::from(byte)] = true;
                }
            }
            b'[' if text.get(at + 1) == Some(&b':') => {
                let name = at + 2;
                let end = name + memchr::memchr(b']', &text[name..])?;
                if end > name && text[end - 1] == b':' {
                    let holds = byte_class(&text[name..end - 1])?;
                    for byte in (0..=255).filter(holds) {
                        set[usize::from(byte)] = true;
                    }
                    before = None;
                    at = end;
                } else {
                    set[usize::from(b'[')] = true;
                    before = Some(b'[');
                }
            }
            byte => {
                set[usize::from(byte)] = true;
                before = Some(byte);
            }
        }
        at += 1;
    }
    if negated {
        set.iter_mut().for_each(|holds| *holds = !*holds);
    }
    Some((set, at + 1))
}

/// The bytes that a class in a set stands for; those of ASCII, in git's reading.
fn byte_class(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

/// Whether all of `text` fits. A star that took too little takes more; only the last
/// star within a folder and the last one over folders can have to, so the work is
/// bounded by the product of the lengths for each folder of the text.
fn fits(tokens: &[Token], text: &[u8], steps: &mut Steps) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut deep: Option<(usize, usize)> = None;
    while steps.take(1) {
        let fits = match tokens.get(token) {
            None => {
                if at == text.len() {
                    return true;
                }
                false
            }
            Some(Token::Star) => {
                star = Some((token, at));
                true
            }
            Some(Token::Deep | Token::Folders) => {
                (star, deep) = (None, Some((token, at)));
                true
            }
            Some(one) => {
                let fits = text.get(at).is_some_and(|&byte| fits_byte(one, byte));
                at += usize::from(fits);
                fits
            }
        };
        if fits {
            token += 1;
        } else if let Some((place, taken)) = star
            && text.get(taken).is_some_and(|&byte| byte != b'/')
        {
            star = Some((place, taken + 1));
            (token, at) = (place + 1, taken + 1);
        } else if let Some((place, taken)) = deep
            && let Some(more) = taken_by(&tokens[place], text, taken)
        {
            (star, deep) = (None, Some((place, more)));
            (token, at) = (place + 1, more);
        } else {
            return false;
        }
    }
    false
}

fn fits_byte(token: &Token, byte: u8) -> bool {
    match token {
        Token::Byte(wanted) => *wanted == byte,
        Token::Any => byte != b'/',
        Token::Set(set) => byte != b'/' && set[usize::from(byte)],
        Token::Star | Token::Deep | Token::Folders => false,
    }
}

/// Where a token over folders ends when it takes the least that is more.
fn taken_by(token: &Token, text: &[u8], taken: usize) -> Option<usize> {
    let rest = text.get(taken..)?;
    match token {
        Token::Folders => memchr::memchr(b'/', rest).map(|slash| taken + slash + 1),
        _ => (!rest.is_empty()).then_some(taken + 1),
    }
}
