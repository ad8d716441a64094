//! Which flows are drained of which keys, and how that is known: somebody looked, or a time has passed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::Checked,
    condition::Asks,
    source::shown,
    transition::{
        event::{Drain, Event, Record},
        state::State,
    },
    world::id::StepId,
};

use super::time::to_the_second;

/// A drain that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drained {
    /// The flow.
    pub flow: String,
    /// No message that is signed with this key is under way any more.
    pub key: String,
    /// How that is known.
    pub how: Drain,
    /// Since when.
    pub at: Timestamp,
}

impl Drained {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (flow, key, at) = (shown(&self.flow), shown(&self.key), to_the_second(self.at));
        match self.how {
            Drain::Seen => format!("{flow} drained of {key}: seen at {at}, nothing was under way"),
            Drain::Waited => {
                format!(
                    "{flow} drained of {key}: waited until {at}, the declared time had passed and nobody looked"
                )
            }
        }
    }
}

/// The drains that hold where a run stands, by its records: those of the parts before it too.
#[must_use]
pub fn drains(checked: &Checked, state: &State, records: &[Record]) -> Vec<Drained> {
    let plan = checked.plan();
    let mut found: Vec<Drained> = Vec::new();
    for record in records {
        let Event::Drained { flow, key, how } = &record.event else { continue };
        found.retain(|earlier| (&earlier.flow, &earlier.key) != (flow, key));
        found.push(Drained { flow: flow.clone(), key: key.clone(), how: *how, at: record.at });
    }
    found.retain(|drained| {
        let (flow, key) = (plan.flow(&drained.flow), plan.stamp(&drained.key));
        flow.zip(key).is_some_and(|(flow, key)| state.world.is_drained(&plan.landscape, flow, key))
    });
    found
}

/// Those of them that a step needs.
#[must_use]
pub fn needed(checked: &Checked, step: StepId, drains: &[Drained]) -> Vec<Drained> {
    let (plan, land) = (checked.plan(), &checked.plan().landscape);
    let asks: Vec<(&String, &String)> = plan.steps[step]
        .needs
        .iter()
        .filter_map(|need| match need.value.asks() {
            Asks::Drained(flow, key) => Some((&land.channels[flow].name, &land.keys[key])),
            _ => None,
        })
        .collect();
    drains.iter().filter(|drained| asks.contains(&(&drained.flow, &drained.key))).cloned().collect()
}
