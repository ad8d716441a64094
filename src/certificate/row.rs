//! A world as a row of numbers.

use fixedbitset::FixedBitSet;

use crate::{
    check::Checked,
    world::{
        id::{ChannelId, Id, KeyId, KeySet, OwnFactId, Table},
        state::{WindowState, World},
    },
};

use super::Row;

impl Row {
    /// The row of a world that is so far from the end, and in which these promises are open.
    #[must_use]
    pub fn of(world: &World, rank: u32, open: Vec<u32>) -> Self {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let keys = |set: &KeySet| set.iter().map(|key| number(key.index())).collect();
        let ones = |set: &FixedBitSet| set.ones().map(number).collect();
        Self(
            rank,
            world.places.rows().map(|held| held.map(|key| number(key.index()))).collect(),
            world.accepted.rows().map(keys).collect(),
            // Facts of the plan's own are counted on behind the flows.
            (0..)
                .zip(world.running.rows().chain(world.set.rows()))
                .filter(|(_, is)| **is)
                .map(|(at, _)| at)
                .collect(),
            world.under_way.rows().map(keys).collect(),
            world.windows.rows().map(|window| *window as u8).collect(),
            ones(&world.done),
            ones(&world.heard),
            open,
        )
    }

    /// How many bytes it takes in a certificate at least.
    #[must_use]
    pub fn least(&self) -> usize {
        let Self(_, places, accepted, running, under_way, windows, done, heard, open) = self;
        let sets = accepted.iter().chain(under_way).map(|keys| 1 + keys.len()).sum::<usize>();
        2 * (1 + places.len() + sets + running.len() + windows.len() + done.len() + heard.len() + open.len())
    }

    /// The world, where the row is one of this plan, as [`Row::of`] writes it.
    pub(super) fn world(&self, checked: &Checked) -> Option<World> {
        let plan = checked.plan();
        let landscape = &plan.landscape;
        let mut world = World::empty(landscape, plan.steps.len(), plan.deliveries.len());
        let known = |number: u32, most: usize| ((number as usize) < most).then(|| KeyId::at(number as usize));
        let key = |key: u32| known(key, landscape.own_keys().count());
        let set = |keys: &Vec<u32>| keys.iter().map(|k| key(*k)).collect::<Option<KeySet>>();
        // Behind the keys there are the pairs that a message may carry.
        let stamps = |stamps: &Vec<u32>| {
            stamps.iter().map(|stamp| known(*stamp, landscape.keys.len())).collect::<Option<KeySet>>()
        };
        let held = |held: &Option<u32>| held.map_or(Some(None), |held| key(held).map(Some));
        world.places = filled(self.1.iter().map(held), landscape.places.len())?;
        world.accepted = filled(self.2.iter().map(set), landscape.acceptors.len())?;
        world.under_way = filled(self.4.iter().map(stamps), landscape.channels.len())?;
        let window = |state: &u8| match state {
            0 => Some(WindowState::Unagreed),
            1 => Some(WindowState::Proposed),
            2 => Some(WindowState::Agreed),
            3 => Some(WindowState::Open),
            _ => None,
        };
        world.windows = filled(self.5.iter().map(window), landscape.windows.len())?;
        let flows = landscape.channels.len();
        for number in &self.3 {
            let number = *number as usize;
            match number.checked_sub(flows) {
                None => world.running[ChannelId::at(number)] = true,
                Some(own) => {
                    (own < landscape.own_facts.len()).then(|| world.set[OwnFactId::at(own)] = true)?
                }
            }
        }
        for (set, ones) in [(&mut world.done, &self.6), (&mut world.heard, &self.7)] {
            for one in ones {
                ((*one as usize) < set.len()).then(|| set.insert(*one as usize))?;
            }
        }
        let is_sorted = self.8.is_sorted_by(|one, next| one < next);
        (is_sorted && Self::of(&world, self.0, self.8.clone()) == *self).then_some(world)
    }
}

/// A table of so many rows.
fn filled<I: Id, T>(rows: impl Iterator<Item = Option<T>>, length: usize) -> Option<Table<I, T>> {
    let table: Table<I, T> = rows.collect::<Option<_>>()?;
    (table.len() == length).then_some(table)
}
