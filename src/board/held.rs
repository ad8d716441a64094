//! Whether a partner holds the certificate that was sent: its fingerprint compared, and both keys accepted, on whose word.

use crate::{
    transition::{compared::sent, event::Event, state::Status},
    world::{
        effect::Effect,
        id::{RoleId, StepId},
    },
};

use super::{
    Cell, Column, Condition, How, Subject,
    cell::{Turn, Turns},
    column::Grid,
};

/// The steps of a partner of which that is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// By which its people come to accept a certificate that somebody else has sent.
    compared: Vec<StepId>,
    /// By which it accepts a key beside another one.
    both: Vec<StepId>,
    /// By which that is tested.
    tested: Vec<StepId>,
}

/// That of each partner.
pub(super) fn held(subject: &Subject<'_>, grid: &Grid) -> Vec<Held> {
    let Subject { checked, casting, records, .. } = *subject;
    let plan = checked.plan();
    // Where nobody compares anything there is no such column.
    let is_demanded = plan.landscape.roles.ids().any(|role| casting.role(role).fingerprint.is_some());
    let is_told = is_demanded || records.iter().any(|one| matches!(one.event, Event::Compared { .. }));
    let is_both = |step: &StepId| {
        let effects = plan.steps[*step].action.value.effects();
        effects.iter().any(|effect| matches!(effect, Effect::Accept { .. }))
    };
    let of = |cells: &[Vec<StepId>; Column::ALL.len()]| {
        let column = |column: Column| cells.get(column.place()).cloned().unwrap_or_default();
        let accepts = column(Column::AcceptsNew);
        let is_compared =
            |step: &StepId| is_told && sent(plan, *step).is_some() && casting.is_by_hand(plan, *step);
        Held {
            compared: accepts.iter().copied().filter(is_compared).collect(),
            both: accepts.into_iter().filter(is_both).collect(),
            tested: column(Column::Tested),
        }
    };
    grid.iter().map(of).collect()
}

impl Held {
    /// The steps that a column tells of; nothing where it is a column of acts.
    pub(super) fn of(&self, column: Column) -> Option<&[StepId]> {
        match column {
            Column::Compared => Some(&self.compared),
            Column::HoldsBoth => Some(&self.both),
            _ => None,
        }
    }

    /// What such a column says of a partner.
    pub(super) fn cell(
        &self,
        (subject, turns): (&Subject<'_>, &Turns<'_>),
        role: RoleId,
        column: Column,
    ) -> Cell {
        let steps = self.of(column).unwrap_or_default();
        let turn = match column {
            _ if steps.is_empty() => Turn::of(Condition::Absent, None),
            Column::Compared => self.comparison(subject),
            _ => self.both(turns, role),
        };
        turns.as_cell(column, turn, steps)
    }

    /// What is worst is told: another certificate, one that is still to come, one that nobody has compared.
    fn comparison(&self, subject: &Subject<'_>) -> Turn {
        let Subject { checked, state, .. } = *subject;
        let plan = checked.plan();
        let name = |step: &StepId| &plan.steps[*step].name.value;
        let is_here = |other: &str| self.compared.iter().any(|step| name(step) == other);
        if let Some(other) = state.substituted.iter().find(|one| is_here(&one.step)) {
            return Turn::of(Condition::Substituted, Some(other.at)).because(other.sentence());
        }
        let row = |step: &StepId| &state.steps[*step];
        if self.compared.iter().any(|step| !matches!(row(step).status, Status::Done(_))) {
            return Turn::of(Condition::Blocked, None).because("no certificate came to be accepted yet");
        }
        if let Some(step) = self.compared.iter().find(|step| row(step).compared.is_none()) {
            return Turn::of(Condition::NotCompared, row(step).ended);
        }
        let at = self.compared.iter().filter_map(|step| row(step).compared).max();
        Turn { how: Some(How::Compared), ..Turn::of(Condition::Done, at) }
    }

    /// What a backend saw, and what a message was verified by, is better than a word.
    fn both(&self, turns: &Turns<'_>, role: RoleId) -> Turn {
        let with = |step: &StepId, column: Column| turns.with(role, *step, column);
        let accepts: Vec<Turn> = self.both.iter().map(|step| with(step, Column::AcceptsNew)).collect();
        if accepts.iter().any(|turn| turn.state != Condition::Done) {
            return Turn::of(Condition::Blocked, None).because("it does not accept both yet");
        }
        let mut tests = self.tested.iter().map(|step| with(step, Column::Tested));
        let tested = tests.find(|turn| turn.how == Some(How::Tested));
        let is_seen = accepts.iter().all(|turn| turn.how == Some(How::Seen));
        let last = accepts.iter().filter_map(|turn| turn.at).max();
        let how = match (&tested, is_seen) {
            (Some(_), _) | (_, true) => Some(How::Tested),
            (None, false) => accepts.iter().filter_map(|turn| turn.how).min(),
        };
        Turn { how, ..Turn::of(Condition::Done, tested.and_then(|turn| turn.at).or(last)) }
    }
}
