//! From the place where the grammar gave up to the finding that a person can act on.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use super::block::{StrayBrace, UnclosedBlock};
use super::grammar::Rule;
use super::header::MisplacedHeader;
use super::item::{UnknownItem, usage};
use super::name::{MalformedName, MissingName};
use super::raw;
use super::rule_words::expected;
use super::text::text_fault;
use crate::explanation::Explanation;
use crate::name::is_name;
use crate::source::{Finding, Span};

/// Something else stands where a sentence should go on.
#[derive(Debug, Diagnostic, Error)]
#[error("expected {expected}, found {found}")]
#[diagnostic(code(keyroll::unexpected_text), help("{advice}"))]
pub struct UnexpectedText {
    /// What could stand there.
    pub expected: String,
    /// What stands there, quoted.
    pub found: String,
    /// What to do about it.
    pub advice: String,
    /// What the drawing says at the place.
    pub label: &'static str,
    /// Its place.
    #[label("{label}")]
    pub at: SourceSpan,
}

pub(super) const UNEXPECTED_TEXT: Explanation = Explanation {
    code: "unexpected_text",
    title: "a sentence goes on with something that does not belong there",
    text: "\
The sentence began well, and then came something that cannot follow: a word is missing or left over,
two sentences share a line, or a sign was typed that plans do not use. The message lists what could
have followed.

Wrong:
  step tell of tenant_admin {
    inform receiver_admin
  }

Right:
  step tell by tenant_admin {
    inform receiver_admin
  }
",
};

/// What is wrong with the sentence at `start`, given where the grammar gave up and what it had
/// tried there.
pub(super) fn fault(text: &str, start: usize, at: usize, tried: &[Rule]) -> Finding {
    let word = raw::word(text, start);
    let first = raw::rest(text, start).chars().next();
    if let Some(brace @ ('{' | '}')) = first {
        return Box::new(StrayBrace::new(brace, Span::new(start, start + 1).into()));
    }
    if first == Some('"')
        && let Some(finding) = text_fault(text, start)
    {
        return finding;
    }
    if word == "keyroll" {
        let line = raw::line(text, start);
        return Box::new(MisplacedHeader { at: Span::new(start, start + raw::code_end(line)).into() });
    }
    let Some(usage) = usage(word) else {
        let token = raw::token(text, start);
        return UnknownItem::finding(word, raw::found(text, token), token.into());
    };
    if raw::rest(text, at).starts_with('"')
        && let Some(finding) = text_fault(text, at)
    {
        return finding;
    }
    let opened = open_brace(text, start, at);
    let at_top = raw::first_on_line(text, at) && begins_item(raw::word(text, at));
    if let Some(opened) = opened
        && (at >= text.len() || at_top)
    {
        let token = raw::token(text, at);
        let place =
            if at_top { format!("before `{}`", raw::word(text, at)) } else { "at the end".to_owned() };
        let opened = Span::new(opened, opened + 1).into();
        return Box::new(UnclosedBlock { item: word.to_owned(), place, opened, still: token.into() });
    }
    let place = place(text, start, at, opened.is_none());
    if let Some(malformed) = malformed(text, place, tried) {
        return malformed;
    }
    let names_only = !tried.is_empty() && tried.iter().all(|r| matches!(r, Rule::own_name | Rule::name));
    if names_only {
        let after = before(text, place.start).to_owned();
        return Box::new(MissingName { after, usage: name_usage(tried, usage, opened), at: place.into() });
    }
    let found = raw::found(text, place);
    let advice = advice(text, place, tried, usage, opened.is_some());
    let ended = place.start == place.end;
    let label = if ended { "something is missing here" } else { "not this" };
    // That the line could have ended helps nobody when it did.
    let tried = tried.iter().copied().filter(|r| !ended || !matches!(r, Rule::eol | Rule::EOI));
    let expected = expected(&tried.collect::<Vec<_>>());
    Box::new(UnexpectedText { expected, found, advice, label, at: place.into() })
}

/// Whether a word begins a sentence of its own.
pub(super) fn begins_item(word: &str) -> bool {
    word == "keyroll" || usage(word).is_some()
}

/// The place of the last brace that is open at `at`, outside of texts and comments.
fn open_brace(text: &str, start: usize, at: usize) -> Option<usize> {
    let mut open = None;
    let mut from = start;
    for line in text.get(start..at)?.split_inclusive('\n') {
        for (n, c) in raw::bare(line) {
            match c {
                '{' => open = Some(from + n),
                '}' => open = None,
                _ => {}
            }
        }
        from += line.len();
    }
    open
}

/// Where to point: at what stands there, or behind the last word when the sentence just stops.
fn place(text: &str, start: usize, at: usize, head: bool) -> Span {
    if head && at > start && (at >= text.len() || raw::first_on_line(text, at)) {
        let mut from = start;
        let mut end = at;
        for line in text.get(start..at).unwrap_or("").split_inclusive('\n') {
            let code = raw::code_end(line);
            if code > 0 {
                end = from + code;
            }
            from += line.len();
        }
        return Span::new(end, end);
    }
    let rest = raw::rest(text, at);
    let code = raw::code_end(raw::line(text, at));
    if code == 0 || rest.is_empty() { Span::new(at, at) } else { raw::token(text, at) }
}

/// The finding for a run of characters that was meant as a name or word.
fn malformed(text: &str, place: Span, tried: &[Rule]) -> Option<Finding> {
    let before = text.get(..place.start)?;
    let back =
        before.chars().rev().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).count();
    let next = raw::rest(text, place.start).chars().next()?;
    let wants_name = tried.iter().any(|r| matches!(r, Rule::own_name | Rule::name | Rule::kind));
    // A word that stopped early, as in `empfänger` and `a.b`: all of it is meant.
    let stopped = back > 0 && !raw::ends_token(next) && !matches!(next, '$');
    let begins = !raw::ends_token(next) && (next.is_alphabetic() || next == '_' || wants_name && next != '$');
    if !stopped && !begins {
        return None;
    }
    let start = place.start - if stopped { back } else { 0 };
    let span = Span::new(start, raw::token(text, start).end);
    let written = text.get(span.start..span.end)?;
    if is_name(written) || written.starts_with(|c: char| c.is_ascii_digit()) && !wants_name {
        return None;
    }
    Some(Box::new(MalformedName { written: raw::quote(written), at: span.into() }))
}

/// The last word in front of a place.
fn before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or("").trim_end();
    before.rsplit([' ', '\t', '\n']).next().unwrap_or(before)
}

fn name_usage(tried: &[Rule], item: &'static str, opened: Option<usize>) -> &'static str {
    if opened.is_some() && tried.contains(&Rule::name) { "`after STEP` or `after STEP, STEP`" } else { item }
}

fn advice(text: &str, place: Span, tried: &[Rule], usage: &str, in_block: bool) -> String {
    let next = raw::rest(text, place.start).chars().next().unwrap_or('\n');
    if matches!(next, '“' | '”' | '„' | '‘' | '’' | '\'' | '«' | '»') {
        return "texts stand between plain quotes, `\"`".to_owned();
    }
    if next.is_whitespace() && !matches!(next, ' ' | '\t' | '\n' | '\r') {
        return "delete this blank and type a plain one".to_owned();
    }
    if next.is_ascii_digit() {
        return "durations are written `90s`, `15m`, `24h`, `7d` or `1h30m`, numbers without a point"
            .to_owned();
    }
    if tried.contains(&Rule::close_bracket) {
        return "an alias stands between brackets: `store[$alias]` or `store[\"alias\"]`".to_owned();
    }
    if in_block && next == '{' {
        return "blocks do not lie within each other; close the block above first".to_owned();
    }
    if in_block {
        return "write one sentence a line, and `}` on a line of its own".to_owned();
    }
    format!("write {usage}")
}
