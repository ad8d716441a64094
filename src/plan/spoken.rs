//! What a plan speaks of: every condition in it.

use crate::condition::Condition;

use super::Plan;

impl Plan {
    /// Every condition for which a step waits, or of which an end or a promise speaks.
    pub fn conditions(&self) -> impl Iterator<Item = &dyn Condition> {
        let needs = self.steps.rows().flat_map(|step| &step.needs).chain(&self.finals);
        let stated = self.statements.iter().map(|stated| &stated.value);
        let stated = stated.flat_map(|stated| [Some(stated.what()), stated.during()]).flatten();
        needs.map(|row| row.value.as_ref()).chain(stated)
    }
}
