//! In which worlds what must come before something else never was so, on some way there.

use std::collections::BTreeSet;

use crate::{plan::Plan, proof::explicit::space::Space};

/// Of each world, by number, the statements (by number) of which that is so.
pub(super) fn open(plan: &Plan, space: &Space) -> Vec<Vec<u32>> {
    let mut found = vec![Vec::new(); space.states()];
    let edges: BTreeSet<(u32, u32)> = match plan.statements.iter().any(|stated| stated.value.is_before()) {
        true => space.edges().into_iter().collect(),
        false => BTreeSet::new(),
    };
    for (number, stated) in (0..).zip(&plan.statements).filter(|(_, stated)| stated.value.is_before()) {
        let mut left = vec![0];
        while let Some(state) = left.pop() {
            let held = stated.value.what().holds(&plan.landscape, &space.world(state));
            let Some(row) = found.get_mut(state as usize).filter(|row| !held && row.last() != Some(&number))
            else {
                continue;
            };
            row.push(number);
            left.extend(edges.range((state, 0)..=(state, u32::MAX)).map(|(_, to)| *to));
        }
    }
    found
}
