//! Which steps come before which, for a quick look at every moment of a search.

use crate::{
    check::Checked,
    world::{
        id::{Id, RoleId, StepId, Table},
        state::World,
    },
};

/// Which steps each step comes after, as one row of numbers.
#[derive(Debug)]
pub(super) struct After {
    earlier: Vec<StepId>,
    /// Where the steps that a step comes after begin in the row.
    starts: Vec<usize>,
    /// How many messages its role may have to be asked for.
    messages: Vec<usize>,
}

impl After {
    /// Of a checked plan.
    pub(super) fn of(checked: &Checked) -> Self {
        let plan = checked.plan();
        let mut to: Table<RoleId, usize> = Table::like(&plan.landscape.roles, 0);
        for delivery in plan.deliveries.rows() {
            to[delivery.to] += 1;
        }
        let mut after = Self { earlier: Vec::new(), starts: vec![0], messages: Vec::new() };
        for step in plan.steps.rows() {
            let role = step.role.value;
            let before = step.after.iter().map(|before| before.value);
            let foreign = before.clone().filter(|before| plan.steps[*before].role.value != role).count();
            after.messages.push((foreign + step.needs.len()) * to[role]);
            after.earlier.extend(before);
            after.starts.push(after.earlier.len());
        }
        after
    }

    /// How many there are of steps and of what they come after.
    pub(super) fn len(&self) -> usize {
        self.starts.len() + self.earlier.len()
    }

    /// Whether all that a step comes after is done.
    pub(super) fn is_done(&self, world: &World, step: StepId) -> bool {
        let start = |step: usize| self.starts.get(step).copied().unwrap_or_default();
        let mine = self.earlier.get(start(step.index())..start(step.index() + 1)).unwrap_or_default();
        mine.iter().all(|earlier| world.is_done(*earlier))
    }

    /// How many messages may have to be asked for before a step.
    pub(super) fn messages(&self, step: StepId) -> usize {
        self.messages.get(step.index()).copied().unwrap_or_default()
    }
}
