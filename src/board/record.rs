//! What the records of a run say beside where it stands: on whose word a step is done, when a message was
//! taken, when a role did something last.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::{
    plan::Plan,
    transition::event::{Actor, Event, Record},
    world::{
        effect::Effect,
        id::{RoleId, StepId, Table},
    },
};

use super::cell::How;

/// What is recorded.
#[derive(Debug)]
pub(super) struct Told {
    how: Table<StepId, Option<How>>,
    taken: BTreeMap<(StepId, RoleId), Timestamp>,
    last: Table<RoleId, Option<Timestamp>>,
}

impl Told {
    /// What these records say.
    pub(super) fn of(plan: &Plan, records: &[Record]) -> Self {
        let names: HashMap<&str, RoleId> =
            plan.landscape.roles.iter().map(|(id, name)| (name.as_str(), id)).collect();
        let mut told = Self {
            how: Table::like(&plan.steps, None),
            taken: BTreeMap::new(),
            last: Table::like(&plan.landscape.roles, None),
        };
        for record in records {
            let role = |by: &Actor| names.get(by.role.as_str()).copied();
            if let Some(by) = actor(&record.event).filter(|by| !by.automatic)
                && let Some(role) = role(by)
            {
                told.last[role] = Some(record.at);
            }
            match &record.event {
                Event::Ended { step, .. } => told.is_done(plan, step, How::Seen),
                Event::Confirmed { step, by, .. } | Event::Answered { step, by, yes: true, .. } => {
                    told.is_done(plan, step, if by.automatic { How::Sent } else { How::Said });
                }
                Event::Received { step, by } => {
                    if let (Some(step), Some(role)) = (plan.step(step), role(by)) {
                        told.taken.insert((step, role), record.at);
                    }
                }
                _ => {}
            }
        }
        told
    }

    fn is_done(&mut self, plan: &Plan, step: &str, how: How) {
        let Some(step) = plan.step(step) else { return };
        let tries =
            || plan.steps[step].action.value.effects().iter().any(|e| matches!(e, Effect::Try { .. }));
        self.how[step] = Some(if how == How::Seen && tries() { How::Tested } else { how });
    }

    /// On whose word a step is done; nothing where the records of this part of the run do not say.
    pub(super) fn how(&self, step: StepId) -> Option<How> {
        self.how[step]
    }

    /// When a role took the message of a step.
    pub(super) fn taken(&self, step: StepId, role: RoleId) -> Option<Timestamp> {
        self.taken.get(&(step, role)).copied()
    }

    /// When a person in a role did something last.
    pub(super) fn last_act(&self, role: RoleId) -> Option<Timestamp> {
        self.last[role]
    }
}

/// Who did what was recorded, where somebody did.
const fn actor(event: &Event) -> Option<&Actor> {
    match event {
        Event::Confirmed { by, .. }
        | Event::Agreed { by, .. }
        | Event::Declined { by, .. }
        | Event::Extended { by, .. }
        | Event::Answered { by, .. }
        | Event::Received { by, .. }
        | Event::Retried { by, .. } => Some(by),
        _ => None,
    }
}
