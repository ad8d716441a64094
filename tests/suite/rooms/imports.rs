//! Which paths a source names, as Rust would resolve them: `use` lines with their groups, paths in
//! the middle of an expression, `super`, and paths in the text of an attribute.

/// What of a source matters to a path, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Colons,
    Mark(char),
}

/// A path that a source names, from the root of the library: none of its words are `crate`, `super`
/// or `self`. It is empty for the root itself, and a glob ends in `*`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
}

/// Every path of `text` that begins with `crate`, `super` or `self`. `module` is where the text
/// stands: `["graph", "cycle"]` for `src/graph/cycle.rs`.
pub(super) fn imports(module: &[String], text: &str) -> Vec<Import> {
    let mut walk = Walk { tokens: tokens(text), module: module.to_vec(), found: Vec::new() };
    walk.all();
    walk.found
}

struct Walk {
    tokens: Vec<(usize, Token)>,
    module: Vec<String>,
    found: Vec<Import>,
}

impl Walk {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at).map(|(_, token)| token)
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.token(at) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn mark(&self, at: usize, mark: char) -> bool {
        self.token(at) == Some(&Token::Mark(mark))
    }

    fn all(&mut self) {
        // Modules within this file, each with the depth of braces at which it began.
        let (mut depth, mut within) = (0_usize, Vec::new());
        let mut at = 0;
        while let Some(token) = self.token(at).cloned() {
            match token {
                Token::Word(word) if word == "mod" && self.mark(at + 2, '{') => {
                    self.module.push(self.word(at + 1).unwrap_or_default().to_owned());
                    within.push(depth);
                    at += 1;
                }
                Token::Mark('{') => depth += 1,
                Token::Mark('}') => {
                    depth = depth.saturating_sub(1);
                    if within.last() == Some(&depth) {
                        within.pop();
                        self.module.pop();
                    }
                }
                Token::Word(word) if self.begins_path(&word, at) => {
                    at = self.path(Vec::new(), at, true);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a path begins here: not in `pub(crate)`, not at a method's `self`.
    fn begins_path(&self, word: &str, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.token(before));
        let continues = self.token(at + 1) == Some(&Token::Colons);
        let renamed = self.word(at + 1) == Some("as");
        match word {
            _ if before == Some(&Token::Colons) => false,
            "crate" => continues || renamed || before == Some(&Token::Word("extern".to_owned())),
            "super" => continues || renamed,
            "self" => continues,
            _ => false,
        }
    }

    /// Reads the path or group that begins at a word, and answers with the place after it.
    fn path(&mut self, mut path: Vec<String>, mut at: usize, mut first: bool) -> usize {
        let line = self.tokens.get(at).map_or(0, |(line, _)| *line);
        loop {
            match self.token(at) {
                Some(Token::Word(word)) => match word.as_str() {
                    "crate" => path.clear(),
                    "self" if first => path.clone_from(&self.module),
                    "self" => {}
                    "super" => {
                        if first {
                            path.clone_from(&self.module);
                        }
                        path.pop();
                    }
                    word => path.push(word.to_owned()),
                },
                Some(Token::Mark('*')) => path.push("*".to_owned()),
                Some(Token::Mark('{')) => return self.group(&path, at + 1),
                _ => break,
            }
            first = false;
            at += 1;
            if self.token(at) != Some(&Token::Colons) {
                break;
            }
            at += 1;
        }
        self.found.push(Import { line, path });
        at
    }

    fn group(&mut self, path: &[String], mut at: usize) -> usize {
        loop {
            match self.token(at) {
                None => return at,
                Some(Token::Mark('}')) => return at + 1,
                Some(Token::Word(word)) if word == "as" => at += 2,
                Some(Token::Word(_) | Token::Mark('*' | '{')) => at = self.path(path.to_vec(), at, false),
                Some(_) => at += 1,
            }
        }
    }
}

/// Splits a source; comments and most text are left out.
fn tokens(text: &str) -> Vec<(usize, Token)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(c) = rest.chars().next() {
        let (taken, token) = next(rest, c);
        let (passed, after) = rest.split_at(taken);
        match token {
            Some(token) => found.push((line, token)),
            // A path that an attribute keeps in a text: `#[serde(with = "crate::world::id")]`.
            None => {
                let inner = passed.trim_matches(['"', '#', 'r']);
                if passed.contains('"') && (inner.starts_with("crate::") || inner.starts_with("super::")) {
                    found.extend(tokens(inner).into_iter().map(|(_, token)| (line, token)));
                }
            }
        }
        line += passed.matches('\n').count();
        rest = after;
    }
    found
}

/// The length of what stands at the start of `rest`, and what it is to a path.
fn next(rest: &str, c: char) -> (usize, Option<Token>) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), None);
    }
    if let Some(length) = string(rest) {
        return (length, None);
    }
    if rest.starts_with("::") {
        return (2, Some(Token::Colons));
    }
    if c == '\'' {
        return (quote(rest), None);
    }
    if c.is_alphanumeric() || c == '_' {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (end, Some(Token::Word(rest[..end].to_owned())));
    }
    (c.len_utf8(), (!c.is_whitespace()).then_some(Token::Mark(c)))
}

/// A comment may hold another.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                break;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length of a string with its quotes, raw or not, if `rest` begins with one.
fn string(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - body.len();
    let raw = body.strip_prefix('r').map(|raw| (raw, raw.len() - raw.trim_start_matches('#').len()));
    if let Some((raw, hashes)) = raw
        && let Some(inner) = raw[hashes..].strip_prefix('"')
        && prefix <= 1
    {
        let close = format!("\"{}", "#".repeat(hashes));
        let length = inner.find(&close).map_or(inner.len(), |end| end + close.len());
        return Some(prefix + 1 + hashes + 1 + length);
    }
    let inner = body.strip_prefix('"').filter(|_| prefix <= 1)?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    Some(prefix + 1 + end.map_or(inner.len(), |end| end + 1))
}

/// A character in quotes, or the mark of a lifetime.
fn quote(rest: &str) -> usize {
    let mut after = rest.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), Some(c)) => {
            let escape = 2 + c.len_utf8();
            rest[escape..].find('\'').map_or(rest.len(), |end| escape + end + 1)
        }
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}
