//! Where in the author's text something of a step can be put in, and how it is indented there.

use std::collections::BTreeSet;

use crate::{
    source::{Source, Span, Spanned},
    syntax::NAME_LIMIT,
    syntax::tree::{Item, Line, Phrase, StepDecl, StepLine, SyntaxTree, Term, Trivia},
};

use super::edit::Change;

/// The steps of a text, in its order.
#[derive(Debug)]
pub(super) struct Sketch<'a> {
    text: &'a str,
    pub(super) steps: Vec<Drawn<'a>>,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn<'a> {
    line: &'a Line<Item>,
    decl: &'a StepDecl,
}

impl<'a> Sketch<'a> {
    pub(super) fn of(source: &'a Source, tree: &'a SyntaxTree) -> Self {
        let step = |line: &'a Line<Item>| match &line.node {
            Item::Step(decl) => Some(Drawn { line, decl }),
            _ => None,
        };
        Self { text: &source.text, steps: tree.items.iter().filter_map(step).collect() }
    }

    /// A name for a new step that no other has.
    pub(super) fn fresh(&self, wish: &str) -> String {
        // As long as a name may be, with a number behind it.
        let wish: String = wish.chars().take(NAME_LIMIT - 8).collect();
        let taken: BTreeSet<&str> = self.steps.iter().map(Drawn::name).collect();
        let numbered = (2..).map(|number| format!("{wish}_{number}"));
        let mut names = std::iter::once(wish.clone()).chain(numbered);
        names.find(|name| !taken.contains(name.as_str())).unwrap_or_else(|| wish.clone())
    }

    /// A line more that a step needs something.
    pub(super) fn need(&self, step: Drawn<'_>, condition: &str) -> Option<Change> {
        let before = |line: &&Line<StepLine>| !matches!(line.node, StepLine::Act(_));
        let line = format!("needs {condition}");
        match step.decl.body.lines.iter().rfind(before) {
            Some(last) => self.below(last.span.span.end, step, &line),
            None => self.first(step, &line),
        }
    }

    /// One more step after which a step comes.
    pub(super) fn after(&self, step: Drawn<'_>, other: &str) -> Option<Change> {
        match step.last_after() {
            Some(last) => {
                let at = Span::new(last.span.end, last.span.end);
                Some(Change { at, text: format!(", {other}") })
            }
            None => self.first(step, &format!("after {other}")),
        }
    }

    /// One step less after which a step comes. Nothing where a comment speaks of it.
    pub(super) fn no_longer_after(&self, step: Drawn<'_>, other: &str) -> Option<Change> {
        let line = step.decl.body.lines.iter().find(|line| match &line.node {
            StepLine::After(names) => names.iter().any(|name| name.value == other),
            _ => false,
        })?;
        let StepLine::After(names) = &line.node else { return None };
        let left: Vec<&str> = names.iter().map(|n| n.value.as_str()).filter(|name| *name != other).collect();
        if left.is_empty() {
            let plain = line.comment.is_none() && line.before.is_empty();
            let start = self.text.get(..line.span.span.start)?.rfind('\n')?;
            let start = if self.text.get(..start)?.ends_with('\r') { start - 1 } else { start };
            let is_alone = self.text.get(start..line.span.span.start)?.trim().is_empty();
            let at = Span::new(start, line.span.span.end);
            return (plain && is_alone).then(|| Change { at, text: String::new() });
        }
        let (first, last) = (names.first()?, names.last()?);
        Some(Change { at: first.span.to(last.span), text: left.join(", ") })
    }

    /// One more role that a report tells.
    pub(super) fn tell(&self, report: Drawn<'_>, role: &str) -> Option<Change> {
        let end = report.act()?.span().end;
        Some(Change { at: Span::new(end, end), text: format!(", {role}") })
    }

    /// A step more, behind another one.
    pub(super) fn step(
        &self,
        behind: Drawn<'_>,
        (name, role): (&str, &str),
        lines: &[String],
    ) -> Option<Change> {
        let at = self.end_of_line(behind.line.span.span.end)?;
        let spaced = behind.line.before.contains(&Trivia::Blank);
        let newline = self.newline(at);
        let mut text = newline.repeat(if spaced { 2 } else { 1 });
        text.push_str(&format!("step {name} by {role} {{{newline}"));
        for line in lines {
            text.push_str(&format!("  {line}{newline}"));
        }
        text.push('}');
        Some(Change { at: Span::new(at, at), text })
    }

    /// A line more below the sentence that ends there.
    fn below(&self, end: usize, step: Drawn<'_>, line: &str) -> Option<Change> {
        let at = self.end_of_line(end)?;
        let text = format!("{}{}{line}", self.newline(at), self.indent(step));
        Some(Change { at: Span::new(at, at), text })
    }

    /// A line more at the beginning of a step.
    fn first(&self, step: Drawn<'_>, line: &str) -> Option<Change> {
        let head = step.decl.title.as_ref().map_or(step.decl.role.span.end, |title| title.span.end);
        let brace = head + self.text.get(head..)?.find('{')? + 1;
        match self.end_of_line(brace) {
            Some(at) if at < step.line.span.span.end => self.below(brace, step, line),
            _ => {
                let text = format!(" {line}{}", self.newline(brace));
                Some(Change { at: Span::new(brace, brace), text })
            }
        }
    }

    /// The line end that is used there.
    fn newline(&self, at: usize) -> &'static str {
        let next = self.text.get(at..).and_then(|rest| rest.find('\n')).map(|found| at + found);
        let end = next.or_else(|| self.text.get(..at)?.rfind('\n'));
        let is_long = end.and_then(|end| self.text.get(..end)).is_some_and(|line| line.ends_with('\r'));
        if is_long { "\r\n" } else { "\n" }
    }

    /// Where the line of a sentence ends, behind its comment. Nothing where another sentence stands
    /// on the same line.
    fn end_of_line(&self, end: usize) -> Option<usize> {
        let rest = self.text.get(end..)?;
        let line = rest.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let is_end = line.trim_start().is_empty() || line.trim_start().starts_with('#');
        is_end.then_some(end + line.len())
    }

    /// What stands before the lines of a step.
    fn indent(&self, step: Drawn<'_>) -> &'a str {
        let first = step.decl.body.lines.first().map(|line| line.span.span.start);
        let before = first.and_then(|start| self.text.get(..start)).unwrap_or_default();
        let blank = before.rsplit('\n').next().unwrap_or_default();
        if blank.trim().is_empty() { blank } else { "  " }
    }
}

impl<'a> Drawn<'a> {
    pub(super) fn name(&self) -> &'a str {
        &self.decl.name.value
    }

    pub(super) fn role(&self) -> &'a str {
        &self.decl.role.value
    }

    /// The steps that it comes after.
    pub(super) fn after(&self) -> impl Iterator<Item = &'a Spanned<String>> + use<'a> {
        let lines = self.decl.body.lines.iter();
        lines.flat_map(|line| match &line.node {
            StepLine::After(names) => names.as_slice(),
            StepLine::Waits(waits) => std::slice::from_ref(&waits.after),
            _ => &[],
        })
    }

    /// The last name of its last `after`.
    fn last_after(&self) -> Option<&'a Spanned<String>> {
        let lines = self.decl.body.lines.iter();
        lines.rev().find_map(|line| match &line.node {
            StepLine::After(names) => names.last(),
            _ => None,
        })
    }

    fn act(&self) -> Option<&'a Phrase> {
        self.decl.body.lines.iter().find_map(|line| match &line.node {
            StepLine::Act(act) => Some(act),
            _ => None,
        })
    }

    /// Whom it informs; nobody where it does something else.
    pub(super) fn informs(&self) -> Vec<&'a str> {
        let words = |act: &'a Phrase| {
            act.terms.iter().filter_map(|term| match term {
                Term::Word(word) => Some(word.value.as_str()),
                _ => None,
            })
        };
        let mut said = self.act().map(words).into_iter().flatten();
        if said.next() == Some("inform") { said.collect() } else { Vec::new() }
    }
}
