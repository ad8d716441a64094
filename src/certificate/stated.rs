//! No moment breaks what a plan states of its facts, and each statement speaks of some moment.

use crate::{
    invariant::stated::Literal,
    world::{
        id::{StepId, WindowId},
        landscape::{Fact, Value},
    },
};

use super::{history::Term, promises::Moments};

/// A moment that must not be: these steps are done then and those are not, these windows have begun
/// and those have not.
#[derive(Clone, Default)]
struct Case {
    done: Vec<StepId>,
    undone: Vec<StepId>,
    open: Vec<WindowId>,
    shut: Vec<WindowId>,
}

impl Moments<'_> {
    /// At no moment all of these are so.
    pub(super) fn never_so(&self, literals: &[Literal]) -> bool {
        self.never_in(literals, &Case::default())
    }

    /// At no moment all of `occasion` are so where all of `beginning` never were so together up to then.
    pub(super) fn never_unprepared(&self, beginning: &[Literal], occasion: &[Literal]) -> bool {
        let mut case = Case::default();
        if let [Literal::Open(window)] = beginning {
            // A window that has begun stays so.
            return self.never_so(&[occasion, &[Literal::NotOpen(*window)]].concat());
        }
        let terms = |literal: &Literal| match *literal {
            Literal::Is(fact, value) => self.history.when(fact, |other| other == value),
            Literal::IsNot(..) | Literal::Open(_) | Literal::NotOpen(_) => Vec::new(),
        };
        let all: Vec<Vec<Term>> = beginning.iter().map(terms).collect();
        if all.iter().all(|terms| terms.iter().any(|term| term.from.is_none())) {
            return true;
        }
        // Where such a step is done, all of it was so when it was done.
        let is_then = |term: &Term, step: StepId| {
            term.from.is_none_or(|from| from == step || self.history.is_before(from, step))
                && term.until.is_none_or(|until| self.history.is_before(step, until))
        };
        case.undone = all.iter().flatten().filter_map(|term| term.from).collect();
        case.undone.retain(|step| all.iter().all(|terms| terms.iter().any(|term| is_then(term, *step))));
        self.never_in(occasion, &case)
    }

    fn never_in(&self, literals: &[Literal], case: &Case) -> bool {
        if case.open.iter().any(|window| case.shut.contains(window)) {
            return true;
        }
        if self.history.is_never(&case.done, &case.undone) {
            return true;
        }
        let Some((first, rest)) = literals.split_first() else { return false };
        let with = |change: &dyn Fn(&mut Case)| {
            let mut case = case.clone();
            change(&mut case);
            self.never_in(rest, &case)
        };
        let in_turn = |fact: Fact, holds: &dyn Fn(Value) -> bool| {
            self.history.when(fact, holds).iter().all(|term| {
                with(&|case| {
                    case.done.extend(term.from);
                    case.undone.extend(term.until);
                })
            })
        };
        match *first {
            Literal::Is(fact, value) => in_turn(fact, &|other| other == value),
            Literal::IsNot(fact, value) => in_turn(fact, &|other| other != value),
            // It begins after it is agreed, and before the first step that waits for it.
            Literal::Open(window) => self.agreements(window).iter().all(|step| {
                with(&|case| {
                    case.done.push(*step);
                    case.open.push(window);
                })
            }),
            Literal::NotOpen(window) => with(&|case| {
                case.undone.extend(self.opened.get(&window).into_iter().flatten());
                case.shut.push(window);
            }),
        }
    }

    /// Whether these steps can be what is done at some moment, and all of this can be so then.
    pub(super) fn is_moment(&self, done: &[StepId], literals: &[Literal]) -> bool {
        let plan = self.history.checked.plan();
        let is_done = |step: &StepId| done.binary_search(step).is_ok();
        let is_cut = done.is_sorted_by(|one, next| one < next)
            && done.iter().all(|step| plan.steps[*step].after.iter().all(|before| is_done(&before.value)));
        let value = |fact: Fact| {
            let mut terms = self.history.when(fact, |_| true).into_iter();
            let now =
                terms.find(|t| t.from.as_ref().is_none_or(is_done) && !t.until.as_ref().is_some_and(is_done));
            now.map(|term| term.value)
        };
        let begins = |window: WindowId| self.agreements(window).iter().any(is_done);
        let waits = |window: WindowId| !self.opened.get(&window).into_iter().flatten().any(is_done);
        let both = |literal: &Literal| matches!(literal, Literal::Open(window) if literals.contains(&Literal::NotOpen(*window)));
        let is_so = |literal: &Literal| match *literal {
            Literal::Is(fact, wanted) => value(fact) == Some(wanted),
            Literal::IsNot(fact, other) => value(fact).is_some_and(|value| value != other),
            Literal::Open(window) => begins(window),
            Literal::NotOpen(window) => waits(window),
        };
        is_cut && literals.iter().all(|literal| is_so(literal) && !both(literal))
    }

    /// The steps that agree on a window.
    fn agreements(&self, window: WindowId) -> &[StepId] {
        self.history.agreements.get(&window).map_or(&[], Vec::as_slice)
    }
}
