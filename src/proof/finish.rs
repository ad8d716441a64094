//! Whether the plan can still finish from everywhere.

use super::{explore::Space, pack::Packing, rules::Rules};

/// The first world from which the end cannot be reached.
#[must_use]
pub fn stuck(rules: &Rules<'_>, packing: &Packing<'_>, space: &Space) -> Option<u32> {
    let count = space.states();
    let mut into: Vec<u32> = vec![0; count + 1];
    for (_, to) in space.edges() {
        if let Some(slot) = into.get_mut(*to as usize + 1) {
            *slot += 1;
        }
    }
    let mut sum = 0;
    for slot in &mut into {
        sum += *slot;
        *slot = sum;
    }
    let mut fill = into.clone();
    let mut from: Vec<u32> = vec![0; space.edges().len()];
    for (source, to) in space.edges() {
        if let Some(slot) = fill.get_mut(*to as usize) {
            if let Some(place) = from.get_mut(*slot as usize) {
                *place = *source;
            }
            *slot += 1;
        }
    }
    let mut ends = vec![false; count];
    let mut queue: Vec<usize> = Vec::new();
    for (state, can_end) in ends.iter_mut().enumerate() {
        let world = packing.unpack(space.packed(number(state)));
        if rules.is_ended(&world) {
            *can_end = true;
            queue.push(state);
        }
    }
    while let Some(state) = queue.pop() {
        let range = (into.get(state).copied().unwrap_or(0), into.get(state + 1).copied().unwrap_or(0));
        for source in from.get(range.0 as usize..range.1 as usize).unwrap_or(&[]) {
            if let Some(can_end) = ends.get_mut(*source as usize).filter(|e| !**e) {
                *can_end = true;
                queue.push(*source as usize);
            }
        }
    }
    ends.iter().position(|can_end| !can_end).map(number)
}

fn number(state: usize) -> u32 {
    u32::try_from(state).unwrap_or(u32::MAX)
}
