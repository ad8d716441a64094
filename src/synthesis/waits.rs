//! How long a written plan waits for messages under way.

use std::collections::BTreeMap;

use crate::world::id::{ChannelId, KeyId};

use super::{
    access::Need,
    library::Library,
    order::After,
    search::{Deed, Done},
};

/// The longest time that a plan waits for messages under way if its steps take no time themselves, in
/// seconds: what is waited for side by side counts once.
pub(super) fn waited(library: &Library, way: &[Done], after: &After) -> u64 {
    let land = &library.landscape;
    let mut world = library.start.clone();
    // When each step is done, and until when each flow may sign with a key that it has left.
    let mut done: Vec<u64> = Vec::with_capacity(way.len());
    let mut signs: BTreeMap<(ChannelId, KeyId), u64> = BTreeMap::new();
    for (number, one) in way.iter().enumerate() {
        let before = after.get(number).into_iter().flatten().filter_map(|at| done.get(*at)).copied().max();
        let arrived = one.access.needs.iter().filter_map(|need| match need {
            Need::Drained(flow, key) => {
                signs.get(&(*flow, *key)).map(|until| until.saturating_add(land.transit(*flow).as_secs()))
            }
            _ => None,
        });
        let time = arrived.max().max(before).unwrap_or_default();
        done.push(time);
        let Deed::Act(act) = one.deed else { continue };
        let Some(act) = library.acts.get(act) else { continue };
        let old = world.clone();
        // Each act of a way fits.
        let _applied = library.apply(&act.effect, &mut world);
        for flow in land.channels.ids() {
            let (was, now) = (old.stamp(land, flow), world.stamp(land, flow));
            let cache = if world.running[flow] { land.channels[flow].cache.as_secs() } else { 0 };
            if old.running[flow] && !world.running[flow] {
                signs
                    .iter_mut()
                    .filter(|((of, _), _)| *of == flow)
                    .for_each(|(_, until)| *until = (*until).min(time));
            }
            if let Some(key) = was.filter(|key| now != Some(*key)) {
                signs.insert((flow, key), time.saturating_add(cache));
            }
        }
    }
    done.into_iter().max().unwrap_or_default()
}
