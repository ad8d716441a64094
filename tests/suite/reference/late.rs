//! Late effects, word for word: an attempt of a step that was given up does once more what the step does,
//! whenever that can be done and changes something. Nobody hears of it.

use std::collections::BTreeSet;

use super::{
    moment::Moment,
    search::{Judge, Wrong},
};

impl Judge<'_> {
    /// What comes of each attempt that may come late.
    pub(super) fn late(&self, moment: &Moment) -> Vec<Result<Moment, Wrong>> {
        let mut found = Vec::new();
        // What is half done is half a moment of this judge alone: no attempt finds it so.
        if !moment.taken.is_empty() {
            return found;
        }
        for step in &moment.done {
            let row = &self.plan.steps[*step];
            let mut after = moment.clone();
            let effects = row.action.value.effects();
            let fits = effects.iter().all(|effect| after.change(self.plan, effect));
            if row.extra().comes_late.is_none() || !fits || after == *moment {
                continue;
            }
            let wrong = self.wrong_when_over(&after);
            let fresh: BTreeSet<Wrong> = &wrong - &self.wrong_when_over(moment);
            if self.keeps {
                self.keep(moment, &mut after);
            }
            if fresh.is_empty() {
                found.push(Ok(after));
            }
            found.extend(fresh.into_iter().map(Err));
        }
        found
    }

    /// What would be wrong with a moment if no window were open: a late attempt does not ask for one.
    fn wrong_when_over(&self, moment: &Moment) -> BTreeSet<Wrong> {
        let over = Moment { begun: BTreeSet::new(), ..moment.clone() };
        let mut wrong = self.wrong(&over);
        wrong.retain(|wrong| matches!(wrong, Wrong::Interrupted(_) | Wrong::Untrue(_)));
        wrong
    }
}
