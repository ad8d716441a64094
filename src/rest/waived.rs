//! A plan without what is left to do of one partner, who is not ready and is waited for no longer.
//!
//! What it owns, its flows and what is promised of them stay in the plan: nothing of that is left out of the proof.
//! Left out are the steps that are its own, what others need of it, and what is to be so at the end of what it owns.
//! A partner may do all the same what it was asked for: so there is a second plan, in which it does that at any
//! moment and nobody waits for it, and that one is to be proved too.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    condition::{Asks, Condition},
    plan::{Plan, given::Given, resolve::resolve, written_out::WrittenOut},
    run::partner::{partners, whose},
    source::{Finding, Source, Span, Spanned},
    syntax::{
        format, parse,
        tree::{Item, StepLine, SyntaxTree},
    },
    transition::state::{State, Status},
    world::id::{RoleId, StepId},
};

/// A plan without a partner.
#[derive(Debug)]
pub struct Without {
    /// Its text.
    pub source: Source,
    /// The values of its parameters; it asks nothing.
    pub parameters: BTreeMap<String, String>,
    /// The same where the partner does all the same what it was asked for, if it was asked for anything.
    pub asked: Option<Source>,
    /// The steps that are left out, in the order of the plan.
    pub steps: Vec<String>,
    /// What is not asked for any more, in the words of the plan.
    pub not_asked: Vec<String>,
}

/// Why a partner cannot be left out.
#[derive(Debug)]
pub enum NotLeftOut {
    /// It has nothing left to do.
    Nothing,
    /// This step of it was begun and is not done.
    Begun(String),
    /// What is left is no plan.
    Refused(Source, Vec<Finding>),
}

/// The text of a plan without what is left to do of a partner, and without these other steps.
///
/// # Errors
/// When that cannot be said.
pub fn without_partner(
    plan: &Plan,
    given: &Given,
    state: &State,
    (partner, beside): (RoleId, &BTreeSet<StepId>),
) -> Result<Without, NotLeftOut> {
    let whose = whose(plan, &partners(plan));
    let is_left = |step: &StepId| {
        (whose[*step] == Some(partner) || beside.contains(step)) && !state.world.is_done(*step)
    };
    let left: Vec<StepId> = plan.steps.ids().filter(is_left).collect();
    let name = |step: StepId| plan.steps[step].name.value.clone();
    let begun = |step: &&StepId| !matches!(state.steps[**step].status, Status::Open | Status::Declined);
    if let Some(step) = left.iter().find(begun) {
        return Err(NotLeftOut::Begun(name(*step)));
    }
    if left.is_empty() {
        return Err(NotLeftOut::Nothing);
    }
    let refused = |found| NotLeftOut::Refused(plan.source.clone(), found);
    let WrittenOut { tree, given: parameters } = plan.written_out(given).map_err(refused)?;
    // It asks nothing any more: what was answered is what it is.
    let given = &Given::parameters(parameters);
    let names: BTreeSet<String> = left.iter().map(|step| name(*step)).collect();
    let asked = may_be_done(plan, state, partner, &left);
    let asked: BTreeSet<String> = asked.into_iter().map(name).collect();
    let (source, not_asked) = said(plan, given, partner, &tree, (&names, &BTreeSet::new()))?;
    let second =
        (!asked.is_empty()).then(|| said(plan, given, partner, &tree, (&names, &asked))).transpose()?;
    Ok(Without {
        source,
        parameters: given.parameters.clone(),
        asked: second.map(|(source, _)| source),
        steps: left.iter().map(|step| name(*step)).collect(),
        not_asked,
    })
}

/// What a partner may do by itself, for it was told all that it waits for.
fn may_be_done(plan: &Plan, state: &State, partner: RoleId, left: &[StepId]) -> BTreeSet<StepId> {
    let mut found: BTreeSet<StepId> = BTreeSet::new();
    loop {
        let is_one = |step: &&StepId| {
            let row = &plan.steps[**step];
            let comes = |earlier: StepId| state.world.is_done(earlier) || found.contains(&earlier);
            row.role.value == partner && row.after.iter().all(|earlier| comes(earlier.value))
        };
        let more: Vec<StepId> =
            left.iter().filter(is_one).copied().filter(|step| !found.contains(step)).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Says the sentences again without some steps; those that are `kept` stay, and nobody waits for them.
fn said(
    plan: &Plan,
    given: &Given,
    partner: RoleId,
    tree: &SyntaxTree,
    (left, kept): (&BTreeSet<String>, &BTreeSet<String>),
) -> Result<(Source, Vec<String>), NotLeftOut> {
    let mut tree = tree.clone();
    let before = before(&tree, left);
    tree.items.retain(|line| match &line.node {
        Item::Step(step) => !left.contains(&step.name.value) || kept.contains(&step.name.value),
        _ => true,
    });
    for line in &mut tree.items {
        let Item::Step(step) = &mut line.node else { continue };
        let is_kept = kept.contains(&step.name.value);
        for line in &mut step.body.lines {
            let StepLine::After(names) = &mut line.node else { continue };
            if !is_kept {
                unlink(names, &before);
            }
        }
        step.body.lines.retain(|line| !matches!(&line.node, StepLine::After(names) if names.is_empty()));
    }
    let first = plan.source.with_text(format(&tree));
    let (mut tree, _) = parse(&first);
    let whole = resolve(&first, &tree, given).map_err(|found| NotLeftOut::Refused(first.clone(), found))?;
    let is_own = |asks: Asks| match asks {
        Asks::Facts(facts) => {
            !facts.is_empty() && facts.iter().all(|(fact, _)| whole.landscape.owner(*fact) == Some(partner))
        }
        Asks::Drained(..) | Asks::Open(_) => false,
    };
    let own = |said: &Spanned<Box<dyn Condition>>| is_own(said.value.asks()).then_some(said.span);
    // What it needs of itself it sees.
    let others = whole.steps.rows().filter(|row| row.role.value != partner);
    let needs: Vec<Span> = others.flat_map(|row| row.needs.iter().filter_map(own)).collect();
    let finals: Vec<Span> = whole.finals.iter().filter_map(own).collect();
    let is_in =
        |spans: &[Span], at: Span| spans.iter().any(|span| at.start <= span.start && span.end <= at.end);
    for line in &mut tree.items {
        if let Item::Step(step) = &mut line.node {
            step.body
                .lines
                .retain(|line| !matches!(&line.node, StepLine::Needs(words) if is_in(&needs, words.span())));
        }
    }
    tree.items.retain(|line| !matches!(&line.node, Item::Finally(words) if is_in(&finals, words.span())));
    let words = |span: &Span| first.text.get(span.start..span.end).unwrap_or_default().to_owned();
    let not_asked: BTreeSet<String> = finals.iter().map(words).collect();
    Ok((plan.source.with_text(format(&tree)), not_asked.into_iter().collect()))
}

/// What comes in the place of each step that is left out: what came before it.
fn before(tree: &SyntaxTree, left: &BTreeSet<String>) -> BTreeMap<String, Vec<Spanned<String>>> {
    let steps = tree.items.iter().filter_map(|line| match &line.node {
        Item::Step(step) if left.contains(&step.name.value) => Some(step),
        _ => None,
    });
    let earlier = steps.map(|step| {
        let lines = step.body.lines.iter().filter_map(|line| match &line.node {
            StepLine::After(names) => Some(names.clone()),
            _ => None,
        });
        (step.name.value.clone(), lines.flatten().collect())
    });
    earlier.collect()
}

fn unlink(names: &mut Vec<Spanned<String>>, before: &BTreeMap<String, Vec<Spanned<String>>>) {
    let mut open: Vec<Spanned<String>> = std::mem::take(names);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    open.reverse();
    while let Some(name) = open.pop() {
        if !seen.insert(name.value.clone()) {
            continue;
        }
        match before.get(&name.value) {
            Some(earlier) => open.extend(earlier.iter().rev().cloned()),
            None => names.push(name),
        }
    }
}
