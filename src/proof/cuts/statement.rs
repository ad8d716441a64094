//! What a plan states of its facts: whether some cut breaks it, and whether some cut is one that it
//! speaks of.

use crate::{
    invariant::stated::Literal,
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
    done: Vec<StepId>,
    undone: Vec<StepId>,
    open: Vec<WindowId>,
    shut: Vec<WindowId>,
}

impl Judge<'_> {
    /// No statement is false at any moment.
    pub(super) fn states_truly(&self) -> Result<(), Unsettled> {
        for stated in &self.history.checked().plan().statements {
            for breach in stated.value.breaches() {
                if let Some(Sought { done, open, .. }) = self.some(&breach, Sought::default())? {
                    let broken = Broken { then: done, open, ..Broken::default() };
                    return Err(Unsettled::Broken(broken));
                }
            }
        }
        Ok(())
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
        self.some(literals, Sought::default()).ok().flatten().map(|sought| sought.done)
    }

    /// A cut at which all of these are so.
    fn some(&self, literals: &[Literal], sought: Sought) -> Result<Option<Sought>, Unsettled> {
        self.history.is_worth_it()?;
        let Some((first, rest)) = literals.split_first() else { return Ok(Some(sought)) };
        for narrower in self.narrowed(&sought, *first) {
            if self.history.is_cut(&narrower.done, &narrower.undone)
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
                    narrower.done.push(step);
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
