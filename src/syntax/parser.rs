//! A text, sentence by sentence: what can be read becomes the tree, what cannot becomes one finding
//! a sentence.

use miette::{Diagnostic, SourceSpan};
use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;
use thiserror::Error;

use super::block::StrayBrace;
use super::extent::{end_of_item, end_of_some};
use super::fault::{begins_item, fault};
use super::grammar::{PlanGrammar, Rule};
use super::header::{EmptyPlan, MissingHeader, UnknownVersion, VERSION, header_fault};
use super::hostile::{Screened, screen};
use super::item::near;
use super::lowering::{Lowering, collect, end_of_block};
use super::own_words::may_declare;
use super::raw;
use super::sentence::Sentences;
use super::tree::{Item, Line, SyntaxTree, Trivia};
use super::{nest, parts};
use crate::explanation::Explanation;
use crate::source::{Finding, Source, Span};

/// After this many findings nothing more is read.
const FAULT_LIMIT: usize = 1000;

/// So many findings that reading on would help nobody.
#[derive(Debug, Diagnostic, Error)]
#[error("reading stopped after {FAULT_LIMIT} findings")]
#[diagnostic(
    code(keyroll::too_many_faults),
    help("repair the first ones, or see whether this file is a plan at all")
)]
pub struct TooManyFaults {
    /// Where reading stopped.
    #[label("nothing from here on was read")]
    pub at: SourceSpan,
}

pub(super) const TOO_MANY_FAULTS: Explanation = Explanation {
    code: "too_many_faults",
    title: "reading stopped because of too many findings",
    text: "\
After a thousand findings the rest of the file is not read. Mostly the file is no plan but something
else, such as a log, or one fault early in a generated file is repeated in every sentence. Repair
the first findings and read it again.
",
};

/// Reads a plan. Never panics: whatever cannot be read is in the findings, at most one for each
/// sentence, in no particular order. The tree holds every sentence that could be read.
#[must_use]
pub fn parse(source: &Source) -> (SyntaxTree, Vec<Finding>) {
    let mut screened = screen(&source.text, FAULT_LIMIT);
    let findings = std::mem::take(&mut screened.findings);
    let kinds = may_declare(&source.text);
    if findings.is_empty()
        && let Some(tree) = parts::read(&screened, kinds)
    {
        return (tree, findings);
    }
    Reading { findings, ..Reading::new(&screened, kinds) }.run()
}

/// Where the grammar gave up, and what it had tried there.
type GaveUp = (usize, Vec<Rule>);

/// A plan that is being read.
pub(super) struct Reading<'t> {
    screened: &'t Screened<'t>,
    tree: SyntaxTree,
    /// The `for each` whose braces are not closed yet, the innermost last.
    open: Vec<Line<Item>>,
    findings: Vec<Finding>,
    /// Whether the text declares kinds of its own, or uses a file that may.
    kinds: bool,
    /// The end of the last item that was looked for: nothing before it begins another one.
    item_end: usize,
    /// The end of the last sentences that were looked for at once.
    some_end: usize,
    /// Whether another part stands before what is read.
    is_behind: bool,
    /// Where another part begins.
    until: Option<usize>,
}

impl<'t> Reading<'t> {
    /// Begins to read a text, of which is known whether it may declare kinds.
    pub(super) fn new(screened: &'t Screened<'t>, kinds: bool) -> Self {
        Self {
            screened,
            tree: SyntaxTree::default(),
            open: Vec::new(),
            findings: Vec::new(),
            kinds,
            item_end: 0,
            some_end: 0,
            is_behind: false,
            until: None,
        }
    }

    /// Reads from the header up to a place where a sentence ends. `None` where none does, and where
    /// anything is found.
    pub(super) fn beginning(mut self, until: usize) -> Option<SyntaxTree> {
        self.until = Some(until);
        let (at, missing) = self.header()?;
        self.alone(at, missing)
    }

    /// Reads from a place where a sentence ends up to another one, or to the end.
    pub(super) fn part(mut self, from: usize, until: Option<usize>) -> Option<SyntaxTree> {
        (self.is_behind, self.until) = (true, until);
        self.alone(from, None)
    }

    fn alone(mut self, at: usize, missing: Option<SourceSpan>) -> Option<SyntaxTree> {
        let end = self.sentences(at, missing);
        let is_whole = self.findings.is_empty() && self.open.is_empty();
        (is_whole && self.until.is_none_or(|until| until == end)).then_some(self.tree)
    }

    fn run(mut self) -> (SyntaxTree, Vec<Finding>) {
        if let Some((at, missing)) = self.header() {
            self.sentences(at, missing);
        }
        while let Some(line) = self.open.pop() {
            self.findings.push(nest::unclosed(&line, &self.screened.text));
            self.put(line);
        }
        (self.tree, self.findings)
    }

    /// Reads sentence after sentence, and says where it ended.
    fn sentences(&mut self, mut at: usize, mut missing: Option<SourceSpan>) -> usize {
        let text: &str = &self.screened.text;
        while self.until.is_none_or(|until| at < until) {
            let start = raw::skip_gap(text, at);
            if start >= text.len() {
                self.tree.trailing = self.last(at);
                break;
            }
            if self.findings.len() >= FAULT_LIMIT {
                let token = raw::token(text, start);
                self.findings.push(Box::new(TooManyFaults { at: token.into() }));
                break;
            }
            if raw::word(text, start) == "keyroll" {
                missing = None;
            }
            let next = self.items(at, start);
            at = if next == at { self.item(at, start) } else { next };
        }
        if let Some(at) = missing {
            self.findings.push(Box::new(MissingHeader { at }));
        }
        at
    }

    /// Reads the first line: the offset behind it, and where a header is missed. `None` when there
    /// is nothing to read on for.
    fn header(&mut self) -> Option<(usize, Option<SourceSpan>)> {
        let text: &str = &self.screened.text;
        let start = raw::skip_gap(text, 0);
        if start >= text.len() {
            if self.screened.places.is_empty() {
                let end = text.trim_end().len();
                self.findings.push(Box::new(EmptyPlan { at: Span::new(end, end).into() }));
            }
            return None;
        }
        if let Ok(pair) = grammar(Rule::header_line, text, 0, raw::next_line(text, start)) {
            let end = pair.as_span().end();
            let line = self.lower(pair, 0, true, |lowering, part| {
                let number = part.into_inner().find(|p| p.as_rule() == Rule::number)?;
                Some(lowering.words.number(&number))
            })?;
            let version = line.node.clone();
            self.tree.version = Some(line);
            if version.value != VERSION {
                let found = raw::found(text, version.span);
                self.findings.push(Box::new(UnknownVersion { found, at: version.span.into() }));
                return None;
            }
            return Some((end, None));
        }
        let word = raw::word(text, start);
        let token = raw::token(text, start);
        if word == "keyroll" {
            let next = raw::next_line(text, start);
            if self.screened.within(start, next) {
                return Some((next, None));
            }
            let (finding, go_on) = header_fault(text, start);
            self.findings.push(finding);
            return go_on.then_some((next, None));
        }
        // A misspelt header is no item: what it lacks is said once.
        if word.len() < 16 && strsim::damerau_levenshtein(word, "keyroll") <= 2 {
            self.findings.push(Box::new(MissingHeader { at: token.into() }));
            return Some((raw::next_line(text, start), None));
        }
        let hidden = self.screened.within(0, raw::next_line(text, start));
        Some((0, (!hidden).then_some(token.into())))
    }

    /// Reads sentences up to the first that has a fault, many at once: each application of the
    /// grammar costs as much as a short sentence does. The offset behind them.
    fn items(&mut self, at: usize, start: usize) -> usize {
        let text: &str = &self.screened.text;
        if !self.kinds && !begins_item(raw::word(text, start)) {
            return at;
        }
        if start >= self.some_end {
            self.some_end = end_of_some(text, start);
        }
        let Ok(lines) = grammar(Rule::item_lines, text, at, self.some_end) else { return at };
        let mut behind = at;
        for line in lines.into_inner() {
            let end = at + line.as_span().end();
            // A param may go on in the next line, but not with a sentence of its own.
            let begun = raw::skip_gap(text, at + line.as_span().start());
            if raw::word(text, begun) == "param" && end > end_of_item(text, begun) {
                break;
            }
            if !self.add(line, at) {
                break;
            }
            behind = end;
            if self.findings.len() >= FAULT_LIMIT || self.until.is_some_and(|until| behind >= until) {
                break;
            }
        }
        behind
    }

    /// Reads the sentence at `start`, whose comments begin at `at`: the offset behind it, or where
    /// to go on after a fault.
    fn item(&mut self, at: usize, start: usize) -> usize {
        let text: &str = &self.screened.text;
        let next = raw::next_line(text, start);
        // A text with many faults would be searched to its end for each of them.
        if next > self.item_end {
            self.item_end = end_of_item(text, start);
        }
        // What begins like no sentence is none, whatever follows it.
        let end = if self.kinds || begins_item(raw::word(text, start)) { self.item_end } else { next };
        let (gave_up, tried) = match grammar(Rule::item_line, text, at, end) {
            Ok(pair) => {
                let end = at + pair.as_span().end();
                if self.add(pair, at) {
                    return end;
                }
                // It reads as a thing of a kind that nobody declared: what it lacks to be another sentence.
                match grammar(Rule::known_line, text, at, next) {
                    Err(gave_up) if begins_item(raw::word(text, start)) => gave_up,
                    _ => (start, Vec::new()),
                }
            }
            Err(gave_up) => gave_up,
        };
        let gave_up = gave_up.max(start);
        let next = resume(text, start, gave_up);
        if raw::word(text, start) == "for" && raw::bare(raw::line(text, start)).any(|(_, c)| c == '{') {
            // Its closing brace is not another fault.
            self.open.push(nest::unread(start));
        }
        // What hides in the sentence was told already, and may be all that is wrong with it.
        if !self.screened.within(start, next) {
            self.findings.push(fault(text, start, gave_up, &tried));
        }
        next
    }

    /// Adds a sentence to the tree. Whether it could be.
    fn add(&mut self, line: Pair<'_, Rule>, base: usize) -> bool {
        let first = match self.open.last() {
            Some(around) => nest::is_empty(around),
            None => !self.is_behind && self.tree.version.is_none() && self.tree.items.is_empty(),
        };
        let mut is_closed = false;
        let read = |lowering: &mut Lowering<'_, '_>, part: Pair<'_, Rule>| {
            is_closed = part.as_rule() == Rule::each_open && nest::is_closed(&part);
            if part.as_rule() == Rule::each_close { Some(None) } else { lowering.item(part).map(Some) }
        };
        let Some(Line { before, node, comment, span }) = self.lower(line, base, first, read) else {
            return false;
        };
        match node {
            Some(node @ Item::ForEach(_)) if !is_closed => {
                self.open.push(Line { before, node, comment, span })
            }
            Some(node) => self.put(Line { before, node, comment, span }),
            None => match self.open.pop() {
                Some(around) => self.put(nest::closed(around, before, comment)),
                None => self.findings.push(Box::new(StrayBrace::new('}', span.span.into()))),
            },
        }
        true
    }

    /// Puts a sentence behind those that stand where it does.
    fn put(&mut self, line: Line<Item>) {
        match self.open.last_mut() {
            Some(Line { node: Item::ForEach(around), .. }) => around.body.lines.push(line),
            _ => self.tree.items.push(line),
        }
    }

    fn lower<T>(
        &mut self,
        pair: Pair<'_, Rule>,
        base: usize,
        first: bool,
        read: impl FnOnce(&mut Lowering<'_, '_>, Pair<'_, Rule>) -> Option<T>,
    ) -> Option<Line<T>> {
        let words = Sentences { text: &self.screened.text, base, findings: &mut self.findings };
        Lowering { words, loose: Vec::new(), behind: None, kinds: self.kinds }.line(pair, first, read)
    }

    /// Comments after the last sentence.
    fn last(&self, at: usize) -> Vec<Trivia> {
        let mut trailing = Vec::new();
        if let Ok(pair) = grammar(Rule::last_lines, &self.screened.text, at, self.screened.text.len()) {
            pair.into_inner().for_each(|part| collect(&mut trailing, &part));
        }
        end_of_block(trailing)
    }
}

/// Applies a rule to the text between two offsets. The end matters: what the grammar does after a
/// fault takes time with all the text that it was given.
fn grammar(rule: Rule, text: &str, at: usize, end: usize) -> Result<Pair<'_, Rule>, GaveUp> {
    match PlanGrammar::parse(rule, text.get(at..end).unwrap_or("")) {
        Ok(mut pairs) => pairs.next().ok_or((at, Vec::new())),
        Err(error) => {
            let (InputLocation::Pos(place) | InputLocation::Span((place, _))) = error.location;
            let tried = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Err((at + place, tried))
        }
    }
}

/// Where to read on after a fault: behind the block that was begun, or at the next line that begins
/// a sentence of its own, or is meant to.
fn resume(text: &str, start: usize, gave_up: usize) -> usize {
    let mut depth: usize = 0;
    let mut from = start;
    loop {
        let line = raw::line(text, from);
        let code = line.trim_start();
        let word = raw::word(code, 0);
        let is_behind = from > start && from + line.len() - code.len() >= gave_up;
        let is_meant = || depth == 0 && code.len() == line.len() && near(word).is_some();
        if is_behind && (begins_item(word) || is_meant()) {
            return from;
        }
        let was_open = depth > 0;
        for (_, c) in raw::bare(line) {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let next = raw::next_line(text, from);
        let closed = was_open && depth == 0;
        if next >= text.len() || (closed && next > gave_up) {
            return next;
        }
        from = next;
    }
}
