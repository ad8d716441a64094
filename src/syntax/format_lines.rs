//! The lines of sentences as canonical text.

use super::format::{phrase, term};
use super::text::quoted;
use super::tree::{Every, InnerLine, ParamDecl, StepLine, Term};
use crate::source::Spanned;

/// The cells of a row, in columns.
pub(super) fn row(cells: &[Term], widths: &[usize]) -> String {
    let mut out = String::new();
    for (number, cell) in cells.iter().enumerate() {
        let code = term(cell);
        out.push_str(&code);
        if number + 1 < cells.len() {
            let width = widths.get(number).copied().unwrap_or_default();
            out.push(',');
            out.push_str(&" ".repeat(1 + width.saturating_sub(code.chars().count())));
        }
    }
    out
}

/// For which rows.
pub(super) fn every(every: &Every) -> String {
    let only = every.only.as_ref().map(|only| {
        format!(" where {} is {}{}", only.column, if only.is { "" } else { "not " }, term(&only.value))
    });
    format!("for each {}{}", every.table, only.unwrap_or_default())
}

/// Which values a parameter may have.
pub(super) fn range(param: &ParamDecl) -> String {
    let Some(range) = &param.range else { return String::new() };
    let mut said = String::new();
    for (words, bound) in [(" at least ", &range.least), (" at most ", &range.most)] {
        if let Some(bound) = bound {
            said.push_str(words);
            said.push_str(&term(bound));
        }
    }
    if !range.one_of.is_empty() {
        let values: Vec<String> = range.one_of.iter().map(term).collect();
        said.push_str(" one of ");
        said.push_str(&values.join(", "));
    }
    said
}

/// Whose a fact is, what it says, and that it is so at the start.
pub(super) fn whose(
    (name, owner): (&Spanned<String>, &Spanned<String>),
    title: Option<&Spanned<String>>,
    set: bool,
) -> String {
    let title = title.map(|title| format!(" {}", quoted(&title.value))).unwrap_or_default();
    format!("{name} of {owner}{title}{}", if set { " set" } else { "" })
}

pub(super) fn step_line(line: &StepLine) -> String {
    match line {
        StepLine::After(names) => after(names),
        StepLine::AfterEach(listed) => format!("after {} {}", listed.name, every(&listed.every)),
        StepLine::Needs(words) => format!("needs {}", phrase(words)),
        StepLine::Takes(line) => match &line.least {
            Some(least) => format!("takes {} to {}", term(least), term(&line.most)),
            None => format!("takes {}", term(&line.most)),
        },
        StepLine::Waits(line) => format!("waits {} after {}", term(&line.time), line.after),
        StepLine::NotBefore(date) => format!("not before {}", term(date)),
        StepLine::NotAfter(date) => format!("not after {}", term(date)),
        StepLine::OnlyIf(words) => format!("only if {}", phrase(words)),
        StepLine::MayComeLate(_) => "may come late".to_owned(),
        StepLine::TwoPeople(_) => "two people".to_owned(),
        StepLine::Act(words) => phrase(words),
    }
}

pub(super) fn inner_line(line: &InnerLine) -> String {
    match line {
        InnerLine::After(names) => after(names),
        InnerLine::Bind(binding) => format!("{} = {}", binding.name, term(&binding.value)),
    }
}

pub(super) fn after(names: &[Spanned<String>]) -> String {
    let names: Vec<&str> = names.iter().map(|n| n.value.as_str()).collect();
    format!("after {}", names.join(", "))
}
