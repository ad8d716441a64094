//! What comes before and after an inner plan: its first steps, and its last ones.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::Plan,
    source::{Span, Spanned},
    syntax::tree::{Block, Item, Line, StepLine, WaitsLine},
    world::id::StepId,
};

/// The steps at the ends of an inner plan, under their names in the outer one.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Those that come after none of it.
    pub(super) first: BTreeSet<String>,
    /// Those that none of it comes after.
    pub(super) last: Vec<String>,
}

impl Ends {
    /// Those of a plan that was read.
    pub(super) fn of(plan: &Plan, called: impl Fn(&str) -> String) -> Self {
        let before: BTreeSet<StepId> =
            plan.steps.rows().flat_map(|step| &step.after).map(|after| after.value).collect();
        let mut ends = Self::default();
        for (id, step) in plan.steps.iter() {
            if step.after.is_empty() {
                ends.first.insert(called(&step.name.value));
            }
            if !before.contains(&id) {
                ends.last.push(called(&step.name.value));
            }
        }
        ends
    }
}

/// A name behind `after`: for an inner plan, its last steps.
fn meant(name: &Spanned<String>, ends: &BTreeMap<String, Ends>) -> Vec<Spanned<String>> {
    match ends.get(&name.value) {
        Some(ends) => ends.last.iter().map(|last| Spanned::new(last.clone(), name.span)).collect(),
        None => vec![name.clone()],
    }
}

/// Names steps where the lines of a step name an inner plan.
pub(super) fn after_plans(body: &mut Block<StepLine>, ends: &BTreeMap<String, Ends>) {
    let is_one = |line: &Line<StepLine>| match &line.node {
        StepLine::After(names) => names.iter().any(|name| ends.contains_key(&name.value)),
        StepLine::Waits(waits) => ends.contains_key(&waits.after.value),
        _ => false,
    };
    if !body.lines.iter().any(is_one) {
        return;
    }
    for line in std::mem::take(&mut body.lines) {
        let said = match line.node {
            StepLine::After(names) => {
                vec![StepLine::After(names.iter().flat_map(|name| meant(name, ends)).collect())]
            }
            StepLine::Waits(waits) => {
                let WaitsLine { time, after, span } = *waits;
                let one = |after| {
                    StepLine::Waits(Box::new(WaitsLine { time: time.clone(), after, span: span.clone() }))
                };
                meant(&after, ends).into_iter().map(one).collect()
            }
            other => vec![other],
        };
        let line = |node| Line { before: Vec::new(), node, comment: None, span: line.span.clone() };
        body.lines.extend(said.into_iter().map(line));
    }
}

/// Lets the first steps of an inner plan come after what its sentence names.
pub(super) fn begin_after<'n>(
    item: &mut Item,
    names: impl Iterator<Item = &'n Spanned<String>>,
    ends: &BTreeMap<String, Ends>,
) {
    let Item::Step(step) = item else { return };
    let names: Vec<Spanned<String>> = names.flat_map(|name| meant(name, ends)).collect();
    let span = names.iter().map(|name| name.span).reduce(Span::to).unwrap_or_default();
    if !names.is_empty() {
        let node = StepLine::After(names);
        let line = Line { before: Vec::new(), node, comment: None, span: Spanned::new((), span) };
        step.body.lines.insert(0, line);
    }
}
