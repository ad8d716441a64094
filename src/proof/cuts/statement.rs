//! What a plan states of its facts: whether some cut breaks it, and whether some cut is one that it
//! speaks of.

use crate::{
    invariant::stated::Literal,
    moment::{Event, Order, Reign},
    world::{
        id::{StepId, WindowId},
        landscape::{Fact, Value},
    },
};

use super::{Broken, Unsettled, judge::Judge};

/// A cut that is looked for: these steps are done, those are not, these windows have begun and
/// those have not.
#[derive(Clone, Debug, Default)]
struct Sought {
    done: Vec<Event>,
    undone: Vec<Event>,
    open: Vec<WindowId>,
    shut: Vec<WindowId>,
}

impl Judge<'_> {
    /// No statement is false at any moment.
    pub(super) fn states_truly(&self) -> Result<(), Unsettled> {
        for stated in &self.history.checked().plan().statements {
            for breach in stated.value.breaches() {
                if let Some(Sought { done, open, .. }) = self.some(&breach, Sought::default())? {
                    return Err(self.broken_by(&done, open));
                }
            }
        }
        Ok(())
    }

    /// Where one condition is to hold before another, there is no moment of the second up to which the
    /// first never held.
    pub(super) fn comes_before(&self) -> Result<(), Unsettled> {
        for (number, stated) in self.history.checked().plan().statements.iter().enumerate() {
            let Some(beginning) = stated.value.beginning() else { continue };
            let (mut occasion, mut sought) = (stated.value.occasion(), Sought::default());
            // What one step makes so has been so wherever that step is done, and nowhere else.
            let mut is_told = true;
            match beginning.as_slice() {
                [Literal::Open(window)] => occasion.push(Literal::NotOpen(*window)),
                facts => {
                    let Some(brought) = self.brought(facts) else { continue };
                    is_told = facts.len() == 1;
                    sought.undone = brought;
                }
            }
            let Some(Sought { done, open, .. }) = self.some(&occasion, sought)? else { continue };
            if !is_told {
                return Err(Unsettled::Before(number));
            }
            return Err(self.broken_by(&done, open));
        }
        Ok(())
    }

    fn broken_by(&self, done: &[Event], open: Vec<WindowId>) -> Unsettled {
        Unsettled::Broken(Broken { then: self.history.steps(done), open, ..Broken::default() })
    }

    /// The steps of which each brings a moment at which all of these facts are so; nothing where they are
    /// so from the start.
    fn brought(&self, facts: &[Literal]) -> Option<Vec<Event>> {
        let reigns = |literal: &Literal| match *literal {
            Literal::Is(fact, value) => self.history.when(fact, |other| other == value),
            _ => Vec::new(),
        };
        let all: Vec<Vec<Reign<Value>>> = facts.iter().map(reigns).collect();
        if all.iter().all(|reigns| reigns.iter().any(|reign| reign.from.is_none())) {
            return None;
        }
        let order = self.history.moments().order();
        let is_then = |reign: &Reign<Value>, step: Event| {
            reign.from.is_none_or(|from| from == step || order.is_before(from, step))
                && reign.until.is_none_or(|until| order.is_before(step, until))
        };
        let mut steps: Vec<Event> = all.iter().flatten().filter_map(|reign| reign.from).collect();
        steps.retain(|step| all.iter().all(|reigns| reigns.iter().any(|reign| is_then(reign, *step))));
        Some(steps)
    }

    /// Each statement speaks of some moment: one that does not would promise nothing.
    pub(super) fn speaks_of_something(&self) -> Result<(), Unsettled> {
        for (number, stated) in self.history.checked().plan().statements.iter().enumerate() {
            if self.some(&stated.value.occasion(), Sought::default())?.is_none() {
                return Err(Unsettled::Vacuous(number));
            }
        }
        Ok(())
    }

    /// The steps that are done, with all that they come after, at a moment at which all of these are
    /// so.
    pub(super) fn occasion(&self, literals: &[Literal]) -> Option<Vec<StepId>> {
        let found = self.some(literals, Sought::default()).ok().flatten()?;
        Some(self.history.steps(&found.done))
    }

    /// A cut at which all of these are so.
    fn some(&self, literals: &[Literal], sought: Sought) -> Result<Option<Sought>, Unsettled> {
        self.history.is_worth_it()?;
        let Some((first, rest)) = literals.split_first() else { return Ok(Some(sought)) };
        for narrower in self.narrowed(&sought, *first) {
            if self.history.moments().is_one(&narrower.done, &narrower.undone)
                && let Some(found) = self.some(rest, narrower)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The ways in which one more thing can be so.
    fn narrowed(&self, sought: &Sought, literal: Literal) -> Vec<Sought> {
        match literal {
            Literal::Is(fact, value) => self.reigning(sought, fact, |other| other == value),
            Literal::IsNot(fact, value) => self.reigning(sought, fact, |other| other != value),
            Literal::Open(window) if sought.shut.contains(&window) => Vec::new(),
            Literal::NotOpen(window) if sought.open.contains(&window) => Vec::new(),
            Literal::Open(window) => {
                let plan = self.history.checked().plan();
                let agrees = |step: &StepId| plan.proposal(*step).is_some_and(|(w, _)| w == window);
                let begun = |step: StepId| {
                    let mut narrower = sought.clone();
                    narrower.done.push(self.history.event(step));
                    narrower.open.push(window);
                    narrower
                };
                plan.steps.ids().filter(agrees).map(begun).collect()
            }
            // It begins whenever it likes, but before the first step that waits for it.
            Literal::NotOpen(window) => {
                let mut narrower = sought.clone();
                narrower.shut.push(window);
                narrower.undone.extend(self.opened.get(&window).into_iter().flatten());
                vec![narrower]
            }
        }
    }

    fn reigning(&self, sought: &Sought, fact: Fact, holds: impl Fn(Value) -> bool) -> Vec<Sought> {
        let reigns = self.history.when(fact, holds);
        let narrower = reigns.iter().map(|reign| {
            let mut narrower = sought.clone();
            narrower.done.extend(reign.from);
            narrower.undone.extend(reign.until);
            narrower
        });
        narrower.collect()
    }
}
