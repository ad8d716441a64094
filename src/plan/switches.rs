//! Steps that start and stop a flow.

use crate::world::{
    id::{ChannelId, StepId},
    landscape::{Fact, Value},
};

use super::Plan;

impl Plan {
    /// The steps that leave a flow running, or stopped.
    pub fn switches(&self, flow: ChannelId, runs: bool) -> impl Iterator<Item = StepId> + '_ {
        let change = (Fact::Running(flow), Value::Is(runs));
        let steps = self.steps.iter().filter(move |(_, row)| {
            row.action.value.effects().iter().any(|effect| effect.writes().contains(&change))
        });
        steps.map(|(step, _)| step)
    }
}
