//! Steps behind which two people stand.

use crate::{check::Checked, world::id::StepId};

use super::{
    event::Actor,
    state::{State, Status},
    unsettled::barred,
    why::Why,
};

/// How many people stand behind a step that `two people` do.
const PEOPLE: usize = 2;

/// How many people have still to confirm a step before it takes effect; none where one is enough.
#[must_use]
pub fn lacking(checked: &Checked, state: &State, step: StepId) -> usize {
    match checked.plan().steps[step].extra().two_people {
        Some(_) => PEOPLE.saturating_sub(state.steps[step].people.len()),
        None => 0,
    }
}

/// Whether two names are of one person, however they are written.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

/// Takes down that a person of the role agrees to what the step is about to do.
pub(super) fn agreed(checked: &Checked, state: &mut State, step: StepId, by: &Actor) -> Result<(), Why> {
    let name = &checked.plan().steps[step].name.value;
    if matches!(state.steps[step].status, Status::Begun | Status::Proposed) {
        return Err(Why::OtherAttempt(name.clone()));
    }
    if !barred(checked, state, step).is_empty() {
        // Whoever agrees sees what is so; what is still to come may be otherwise.
        return super::next::open(checked, state, step);
    }
    if checked.plan().steps[step].extra().two_people.is_none() {
        return Err(Why::NoSecond(name.clone()));
    }
    let person = another(checked, state, step, by)?;
    if lacking(checked, state, step) == 0 {
        return Err(Why::NoSecond(name.clone()));
    }
    let progress = &mut state.steps[step];
    if progress.status == Status::Declined {
        // Who agrees after a no begins anew.
        (progress.status, progress.cause) = (Status::Open, None);
    }
    progress.people.push(person);
    Ok(())
}

/// Whether enough people stand behind a step that begins now: those who have agreed, and the one who does it
/// by hand.
pub(super) fn stand_behind(
    checked: &Checked,
    state: &mut State,
    step: StepId,
    by: Option<&Actor>,
) -> Result<(), Why> {
    if checked.plan().steps[step].extra().two_people.is_none() {
        return Ok(());
    }
    let open = lacking(checked, state, step);
    if let Some(by) = by.filter(|by| open > 0 && !by.automatic) {
        let person = another(checked, state, step, by)?;
        if open == 1 {
            state.steps[step].people.push(person);
            return Ok(());
        }
    }
    match open {
        0 => Ok(()),
        _ => Err(Why::Alone { step: checked.plan().steps[step].name.value.clone(), open }),
    }
}

/// The name of whoever acts, who has not confirmed the step yet.
fn another(checked: &Checked, state: &State, step: StepId, by: &Actor) -> Result<String, Why> {
    let name = &checked.plan().steps[step].name.value;
    let person = by.person.as_deref().map(str::trim).filter(|person| !person.is_empty());
    let Some(person) = person else { return Err(Why::Nameless(name.clone())) };
    if state.steps[step].people.iter().any(|other| is_same(other, person)) {
        return Err(Why::SamePerson { step: name.clone(), person: person.to_owned() });
    }
    Ok(person.to_owned())
}
