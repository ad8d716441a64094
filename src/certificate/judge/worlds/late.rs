//! Late effects: each attempt that may come late, as the plan says, takes effect in every world in which its
//! step is done, wherever it fits and changes something.

use crate::{
    certificate::Refused,
    check::Checked,
    invariant::Invariant,
    world::state::{WindowState, World},
};

/// The worlds to which one late effect leads.
pub(super) fn late(
    checked: &Checked,
    judged: &[&dyn Invariant],
    world: &World,
) -> Result<Vec<World>, Refused> {
    let plan = checked.plan();
    let mut found = Vec::new();
    for (step, row) in plan.steps.iter().filter(|(_, row)| row.comes_late.is_some()) {
        let mut after = world.clone();
        let mut effects = row.action.value.effects().into_iter();
        let fits = effects.all(|effect| effect.apply(&plan.landscape, &mut after).is_ok());
        if !world.is_done(step) || !fits || after == *world {
            continue;
        }
        if is_untimely(checked, judged, (world, &after)) {
            return Err(Refused::gap("that what a window allows does not come when it is over"));
        }
        found.push(after);
    }
    Ok(found)
}

/// Whether a late effect breaks a promise that only an open window keeps: it may come when each is over.
fn is_untimely(checked: &Checked, judged: &[&dyn Invariant], (before, after): (&World, &World)) -> bool {
    let (plan, land) = (checked.plan(), &checked.plan().landscape);
    let over = |world: &World| {
        let mut over = world.clone();
        land.windows.ids().for_each(|window| over.windows[window] = WindowState::Unagreed);
        over
    };
    let (before, after) = (over(before), over(after));
    judged
        .iter()
        .any(|promise| promise.broken(land, &after).is_some() && promise.broken(land, &before).is_none())
        || plan
            .statements
            .iter()
            .any(|stated| stated.value.is_broken(land, &after) && !stated.value.is_broken(land, &before))
}
