//! Which values a parameter may have: `at least 30d at most 400d`, or `one of "orders", "invoices"`.

use std::time::Duration;

use jiff::Timestamp;
use miette::{Diagnostic, LabeledSpan, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    syntax::tree::{ParamDecl, Term},
};

use super::parameter::{ParameterValue, from_term};

/// Which values a parameter may have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Range {
    /// The least one.
    pub least: Option<ParameterValue>,
    /// The greatest one.
    pub most: Option<ParameterValue>,
    /// All that there are; any, where there is none.
    pub one_of: Vec<ParameterValue>,
}

/// What bounds a parameter is no value of its kind.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}, so it does not bound `{name}`")]
#[diagnostic(code(keyroll::bad_bound))]
struct BadBound {
    name: String,
    what: String,
    #[help]
    help: String,
    #[label("{kind} belongs here")]
    at: SourceSpan,
    kind: &'static str,
}

/// A range that holds no value.
#[derive(Debug, Diagnostic, Error)]
#[error("no value of `{name}` is {range}")]
#[diagnostic(code(keyroll::empty_range), help("let the bounds leave a value, or take one of them out"))]
struct EmptyRange {
    name: String,
    range: String,
    #[label(collection)]
    bounds: Vec<LabeledSpan>,
}

/// A value that a parameter may not have.
#[derive(Debug, Diagnostic, Error)]
#[error("the parameter `{name}` is {value}, and has to be {range}")]
#[diagnostic(code(keyroll::out_of_range))]
struct OutOfRange {
    name: String,
    value: String,
    range: String,
    #[help]
    help: &'static str,
    #[label("{from}")]
    at: SourceSpan,
    from: &'static str,
    #[label(collection)]
    bounds: Vec<LabeledSpan>,
}

impl Range {
    /// That of a declaration; any value where it says nothing.
    ///
    /// # Errors
    /// A finding for each bound that is no value of the parameter's kind.
    pub fn of(decl: &ParamDecl) -> Result<Self, Vec<Finding>> {
        let Some(written) = &decl.range else { return Ok(Self::default()) };
        let mut findings = Vec::new();
        let mut range = Self::default();
        for (bound, into) in [(&written.least, &mut range.least), (&written.most, &mut range.most)] {
            let Some(term) = bound else { continue };
            if decl.kind.value == "alias" {
                let what = "an alias is neither more nor less than another one".to_owned();
                let help = "write `one of \"...\", \"...\"`, or take the bound out".to_owned();
                findings.push(bad(decl, (what, help), term.span()));
                continue;
            }
            match from_term(&decl.kind.value, term) {
                Ok(value) => *into = Some(value),
                Err(help) => findings.push(bad(decl, (other(decl, term), help), term.span())),
            }
        }
        for term in &written.one_of {
            match from_term(&decl.kind.value, term) {
                Ok(value) => range.one_of.push(value),
                Err(help) => findings.push(bad(decl, (other(decl, term), help), term.span())),
            }
        }
        if findings.is_empty() { Ok(range) } else { Err(findings) }
    }

    /// Whether a parameter may have a value. A day counts from its beginning to its end.
    #[must_use]
    pub fn allows(&self, value: &ParameterValue) -> bool {
        let at_least = self.least.as_ref().is_none_or(|least| first(value) >= first(least));
        let at_most = self.most.as_ref().is_none_or(|most| last(value) <= last(most));
        at_least && at_most && (self.one_of.is_empty() || self.one_of.contains(value))
    }

    /// As in "at least 30d and at most 400d"; nothing where any value is allowed.
    #[must_use]
    pub fn sentence(&self) -> String {
        let least = self.least.as_ref().map(|least| format!("at least {least}"));
        let most = self.most.as_ref().map(|most| format!("at most {most}"));
        let one_of = (!self.one_of.is_empty()).then(|| {
            let values: Vec<String> = self.one_of.iter().map(|value| shown(&value.to_string())).collect();
            format!("one of {}", values.join(", "))
        });
        least.into_iter().chain(most).chain(one_of).collect::<Vec<_>>().join(" and ")
    }

    /// Whether some value is allowed.
    fn holds_any(&self) -> bool {
        let ends = [&self.least, &self.most].map(|bound| bound.as_ref());
        let in_order = !matches!(ends, [Some(least), Some(most)] if first(least) > last(most));
        in_order && (self.one_of.is_empty() || self.one_of.iter().any(|value| self.allows(value)))
    }
}

/// Findings of the range of a parameter, of its default, and of the value that is given from outside.
pub(super) fn check(decl: &ParamDecl, value: &ParameterValue, is_given: bool) -> (Range, Vec<Finding>) {
    let range = match Range::of(decl) {
        Ok(range) => range,
        Err(findings) => return (Range::default(), findings),
    };
    let mut findings: Vec<Finding> = Vec::new();
    let name = || shown(&decl.name.value);
    if !range.holds_any() {
        let (name, said, bounds) = (name(), range.sentence(), bounds(decl));
        findings.push(Box::new(EmptyRange { name, range: said, bounds }));
        return (range, findings);
    }
    let mut refuse = |value: &ParameterValue, (from, help): (&'static str, &'static str), at: Span| {
        findings.push(Box::new(OutOfRange {
            name: name(),
            value: shown(&value.to_string()),
            range: range.sentence(),
            help,
            at: at.into(),
            from,
            bounds: bounds(decl),
        }));
    };
    if let Some((term, Ok(default))) =
        decl.default.as_ref().map(|term| (term, from_term(&decl.kind.value, term)))
        && !range.allows(&default)
    {
        refuse(&default, ("the default", "write a default that it may be, or widen the range"), term.span());
    }
    if is_given && !range.allows(value) {
        let said = ("given from outside", "give it another value in the site, or by `--set`");
        refuse(value, said, decl.name.span);
    }
    (range, findings)
}

/// What a value is compared by: a duration in itself, a date by a moment of it.
#[derive(PartialEq, PartialOrd)]
enum Measure {
    Long(Duration),
    At(Timestamp),
    Text,
}

/// What a value begins with.
const fn first(value: &ParameterValue) -> Measure {
    match value {
        ParameterValue::Alias(_) => Measure::Text,
        ParameterValue::Date(when) => Measure::At(when.at),
        ParameterValue::Duration(time) => Measure::Long(*time),
    }
}

/// What it ends with.
fn last(value: &ParameterValue) -> Measure {
    match value {
        ParameterValue::Date(when) => Measure::At(when.last_second()),
        _ => first(value),
    }
}

fn bad(decl: &ParamDecl, (what, help): (String, String), at: Span) -> Finding {
    let kind = match decl.kind.value.as_str() {
        "alias" => "an alias",
        "date" => "a date",
        _ => "a duration",
    };
    Box::new(BadBound { name: shown(&decl.name.value), what, help, at: at.into(), kind })
}

/// What stands in the place of a value.
fn other(decl: &ParamDecl, term: &Term) -> String {
    let article = if decl.kind.value == "alias" { "an" } else { "a" };
    let is = match term {
        Term::Text(_) => "a text",
        Term::Duration(_) => "a duration",
        Term::Date(_) if decl.kind.value == "date" => "no date that there is",
        Term::Date(_) => "a date",
        Term::Number(_) => "a number without a unit",
        Term::Param(_) => "another parameter",
        _ => "a word",
    };
    format!("this is {is}, where {article} {} belongs", decl.kind.value)
}

/// Where the bounds are said.
fn bounds(decl: &ParamDecl) -> Vec<LabeledSpan> {
    let Some(range) = &decl.range else { return Vec::new() };
    let label = |words: &str, term: &Term| LabeledSpan::new_with_span(Some(words.to_owned()), term.span());
    let least = range.least.iter().map(|term| label("at least", term));
    let most = range.most.iter().map(|term| label("at most", term));
    let (first, last) = (range.one_of.first(), range.one_of.last());
    let one_of = first.zip(last).map(|(first, last)| {
        LabeledSpan::new_with_span(Some("one of these".to_owned()), first.span().to(last.span()))
    });
    least.chain(most).chain(one_of).collect()
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "bad_bound",
        title: "a bound that is no value of its parameter's kind",
        text: "\
`at least` and `at most` bound a parameter that is a duration or a date, by a duration or a date.
`one of` lists all values that a parameter may have, also of an alias. Bounds are written out: no
parameter stands there.

Wrong:
  param keep : duration = 90d at most 2027-01-31

Right:
  param keep  : duration = 90d at least 30d at most 400d
  param alias : alias    = \"orders\" one of \"orders\", \"invoices\"
",
    },
    Explanation {
        code: "empty_range",
        title: "bounds that leave no value",
        text: "\
No value is at least the lower bound and at most the upper one, or none of those that are listed is.

Wrong:
  param keep : duration = 90d at least 400d at most 30d

Right:
  param keep : duration = 90d at least 30d at most 400d
",
    },
    Explanation {
        code: "out_of_range",
        title: "a value that its parameter may not have",
        text: "\
The plan says which values the parameter may have: `at least`, `at most`, `one of`. Both bounds are
allowed themselves; a day counts from its beginning to its end. The default has to be one of them,
and so has a value from `[parameters]` in the site, from `--set`, or one that `new` is given.

Wrong:
  param keep : duration = 20d at least 30d

Right:
  param keep : duration = 90d at least 30d
",
    },
];
