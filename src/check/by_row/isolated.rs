//! Whether the rows have nothing to do with each other but through what all of them share.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    invariant::stated::Literal,
    plan::{Plan, answers::Answers, table::once},
    source::{Finding, shown},
    world::{id::StepId, landscape::Fact},
};

use super::{
    alone::Alone,
    entangled::finding,
    outside::Outside,
    shape::{Change, Shape, Thing, shape},
    time::in_time,
};

/// How something is in the plans in which what is asked for no row is answered alike, and in which row it was
/// seen so.
type Alike<'a> = BTreeMap<(Thing, &'a Answers), String>;

/// Finds what a row alone does not tell.
pub(super) fn isolated(all: &[Alone], outside: &Outside) -> Vec<Finding> {
    let rows: BTreeSet<usize> = all.iter().map(|alone| alone.number).collect();
    // The plan with the only row is the whole plan.
    if rows.len() < 2 {
        return Vec::new();
    }
    let owners = Owners::of(all, rows.len());
    let mut found: Vec<Finding> = owners.named_alike(all, outside);
    found.extend(owners.differing(all));
    for alone in all {
        let plan = alone.variant.checked.plan();
        let mut own: Vec<Finding> = plan.steps.ids().flat_map(|step| owners.changes(plan, step)).collect();
        own.extend(beyond(plan));
        found.extend(plan.source.placed(own));
    }
    found.extend(in_time(all));
    once(found)
}

/// In how many rows each thing is there.
struct Owners {
    rows: BTreeMap<Thing, BTreeSet<usize>>,
    /// How many rows there are.
    all: usize,
}

impl Owners {
    fn of(all: &[Alone], count: usize) -> Self {
        let mut rows: BTreeMap<Thing, BTreeSet<usize>> = BTreeMap::new();
        for alone in all {
            for thing in shape(&alone.variant.checked).things().into_keys() {
                rows.entry(thing).or_default().insert(alone.number);
            }
        }
        Self { rows, all: count }
    }

    fn count(&self, thing: &Thing) -> usize {
        self.rows.get(thing).map_or(0, BTreeSet::len)
    }

    /// Whether a thing is of one row alone.
    fn is_own(&self, thing: &Thing) -> bool {
        self.count(thing) < 2
    }

    /// Whether a thing is there in all rows.
    fn is_shared(&self, thing: &Thing) -> bool {
        self.count(thing) == self.all
    }

    /// What several rows declare under one name.
    fn named_alike(&self, all: &[Alone], outside: &Outside) -> Vec<Finding> {
        let mut found = Vec::new();
        for alone in all {
            let plan = alone.variant.checked.plan();
            for (thing, (_, at)) in Shape(plan).things() {
                let is_once = thing.declared().is_none_or(|name| outside.has(name));
                if !self.is_own(&thing) && !is_once {
                    let what = format!("{thing} is declared for several rows under one name");
                    let help = "give it a name that no other row can come to";
                    found.extend(plan.source.placed(vec![finding(what, help, (at, "of several rows"))]));
                }
            }
        }
        found
    }

    /// What all rows share and is not the same in each, whatever is answered for it.
    fn differing(&self, all: &[Alone]) -> Vec<Finding> {
        let mut alike: Alike<'_> = BTreeMap::new();
        let mut found = Vec::new();
        for alone in all {
            let plan = alone.variant.checked.plan();
            for (thing, (told, at)) in Shape(plan).things() {
                if self.is_own(&thing) {
                    continue;
                }
                let what = format!("{thing} is of all rows, and is not the same in each of them");
                let first = alike.entry((thing, &alone.shared)).or_insert_with(|| told.clone());
                if *first != told {
                    let help =
                        "say of it what is so whatever a row is and answers, or declare one for each row";
                    let one = finding(what, help, (at, "hangs on a row"));
                    found.extend(plan.source.placed(vec![one]));
                }
            }
        }
        found
    }

    /// A step of a row that changes what is not its row's, or a step of all rows that changes what is of one.
    fn changes(&self, plan: &Plan, step: StepId) -> Vec<Finding> {
        let (shape, at) = (Shape(plan), plan.steps[step].action.span);
        let name = shown(&plan.steps[step].name.value);
        let mut found = Vec::new();
        let is_own = self.is_own(&shape.step(step));
        for Change { of, with } in shape.changes(step) {
            if is_own {
                if let Some(thing) = of.first().filter(|_| !of.iter().any(|thing| self.is_own(thing))) {
                    let what =
                        format!("`{name}` is a step of one row, and changes {thing}, which all rows share");
                    let help = "let it change what is declared for its row; what all rows share is changed by a step \
                                outside of `for each`";
                    found.push(finding(what, help, (at, "changes it for the other rows too")));
                }
            } else if let Some(thing) = of.iter().chain(&with).find(|thing| !self.is_shared(thing)) {
                let what =
                    format!("`{name}` is a step of all rows, and changes {thing}, which is of one row");
                let help = "let a step within `for each` do that, for its row";
                found.push(finding(what, help, (at, "of one row only")));
            }
        }
        found
    }
}

/// What of a plan is not told by a row alone, whatever it changes.
fn beyond(plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    for course in &plan.courses {
        let what = "the course of a plan is not judged row by row".to_owned();
        let help = "take the promise out, or answer all questions but six";
        found.push(finding(what, help, (course.span, "of all rows together")));
    }
    for step in plan.steps.rows() {
        if let Some(at) = step.extra().comes_late {
            let what = "what may come late is not judged row by row".to_owned();
            let help = "take the line out, or answer all questions but six";
            found.push(finding(what, help, (at, "among the steps of all rows")));
        }
    }
    // Where it speaks of several things at once, there may be a moment for a row alone, and none for all rows.
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    let changed: BTreeSet<Fact> = effects
        .flat_map(|effect| {
            effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces()).collect::<Vec<Fact>>()
        })
        .collect();
    for stated in &plan.statements {
        let moves = |literal: &Literal| match literal {
            Literal::Is(fact, _) | Literal::IsNot(fact, _) => changed.contains(fact),
            Literal::Open(_) | Literal::NotOpen(_) => true,
        };
        if stated.value.occasion().iter().filter(|literal| moves(literal)).count() > 1 {
            let what = "whether there is a moment of which this speaks is not told by a row alone".to_owned();
            let help = "let one thing stand behind `while` or `before`, or answer all questions but six";
            found.push(finding(what, help, (stated.span, "of several things at once")));
        }
    }
    found
}
