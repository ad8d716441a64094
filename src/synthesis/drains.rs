//! How long messages under way still take.

use std::collections::BTreeSet;

use crate::world::{
    id::{ChannelId, KeyId},
    landscape::Landscape,
    state::World,
};

use super::access::Need;

/// For each flow and key of which messages may be under way although nothing is signed so any more: how
/// long the last one still takes at most, in seconds. All of these times pass at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Drains {
    left: Vec<(ChannelId, KeyId, u64)>,
}

impl Drains {
    /// How long an act has to wait.
    pub(super) fn wait(&self, needs: &[Need]) -> u64 {
        let needed = |flow: ChannelId, key: KeyId| needs.contains(&Need::Drained(flow, key));
        let waits = self.left.iter().filter(|(flow, key, _)| needed(*flow, *key));
        waits.map(|(_, _, left)| *left).max().unwrap_or_default()
    }

    /// How much of the waits that are under way is over already, at most.
    pub(super) fn over(&self, land: &Landscape) -> u64 {
        let over =
            |(flow, _, left): &(ChannelId, KeyId, u64)| land.transit(*flow).as_secs().saturating_sub(*left);
        self.left.iter().map(over).max().unwrap_or_default()
    }

    /// Some seconds pass, and then an act makes one world of another. Nobody waits for the flows of
    /// `waived`.
    pub(super) fn pass(
        &mut self,
        land: &Landscape,
        waived: &BTreeSet<ChannelId>,
        time: u64,
        (before, after): (&World, &World),
    ) {
        for (_, _, left) in &mut self.left {
            *left = left.saturating_sub(time);
        }
        for flow in land.channels.ids().filter(|flow| !waived.contains(flow)) {
            let (was, now) = (before.stamp(land, flow), after.stamp(land, flow));
            if before.running[flow] && !after.running[flow] {
                // A runtime that is undeployed keeps no key.
                let transit = land.transit(flow).as_secs();
                self.left.iter_mut().filter(|row| row.0 == flow).for_each(|row| row.2 = row.2.min(transit));
            }
            let Some(key) = was.filter(|key| now != Some(*key)) else { continue };
            let time = if after.running[flow] { land.drain(flow) } else { land.transit(flow) };
            self.left.retain(|row| (row.0, row.1) != (flow, key));
            self.left.push((flow, key, time.as_secs()));
        }
        let lasts = |row: &(ChannelId, KeyId, u64)| {
            after.under_way[row.0].contains(row.1) && after.stamp(land, row.0) != Some(row.1)
        };
        self.left.retain(lasts);
        self.left.sort_unstable();
    }
}
