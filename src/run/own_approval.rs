//! Agreements of which a site names one person for both sides.

use std::collections::BTreeSet;

use crate::{
    plan::Plan,
    source::{Finding, Source},
    transition::people::is_same,
    world::id::RoleId,
};

use super::{bind::place, site::Site, site_fault::own_approval};

/// Looks at each agreement of the plan; two roles that have several are told once.
pub(super) fn find(plan: &Plan, site: &Site, text: &Source) -> Vec<Finding> {
    let roles = &plan.landscape.roles;
    let people = |role: RoleId| {
        let named = site.roles.get(&roles[role]).map(|role| role.people.as_slice());
        named.unwrap_or_default()
    };
    let mut seen: BTreeSet<(RoleId, RoleId)> = BTreeSet::new();
    let mut found = Vec::new();
    for (id, step) in plan.steps.iter() {
        let Some((_, other)) = plan.proposal(id) else { continue };
        let role = step.role.value;
        let Some((one, rest)) = people(role).split_first() else { continue };
        let asked = people(other);
        let is_alone = !asked.is_empty() && rest.iter().chain(asked).all(|person| is_same(one, person));
        if is_alone && seen.insert((role, other)) {
            let at = place(text, "roles", &roles[other]);
            found.push(own_approval(one, &step.name.value, (&roles[role], &roles[other]), at));
        }
    }
    found
}
