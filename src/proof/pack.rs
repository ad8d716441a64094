//! A world as a few machine words, so that millions of them fit into memory.

use crate::{
    plan::Plan,
    world::{
        id::{Id, KeyId, KeySet, Table},
        state::{WindowState, World},
    },
};

/// How a plan's worlds are packed.
#[derive(Debug)]
pub struct Packing<'a> {
    plan: &'a Plan,
    keys: u32,
    place_bits: u32,
    words: usize,
}

impl<'a> Packing<'a> {
    /// The packing for a plan.
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        let landscape = &plan.landscape;
        let keys = u32::try_from(landscape.keys.len()).unwrap_or(u32::MAX);
        // A place holds one of the keys, or nothing.
        let place_bits = u32::BITS - keys.leading_zeros();
        let sets = landscape.acceptors.len() + landscape.channels.len();
        let bits = landscape.places.len() * place_bits as usize
            + sets * keys as usize
            + landscape.channels.len()
            + 2 * landscape.windows.len()
            + plan.steps.len()
            + plan.deliveries.len();
        Self { plan, keys, place_bits, words: bits.div_ceil(64).max(1) }
    }

    /// How many words a world takes.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.words
    }

    /// Packs a world at the end of `out`.
    pub fn pack(&self, world: &World, out: &mut Vec<u64>) {
        let end = out.len() + self.words;
        let mut bits = Writer { out, word: 0, used: 0 };
        for place in world.places.rows() {
            bits.put(place.map_or(0, |key| key.index() as u64 + 1), self.place_bits);
        }
        for set in world.accepted.rows().chain(world.under_way.rows()) {
            bits.put(set.bits(), self.keys);
        }
        for running in world.running.rows() {
            bits.put(u64::from(*running), 1);
        }
        for window in world.windows.rows() {
            bits.put(*window as u64, 2);
        }
        for step in 0..self.plan.steps.len() {
            bits.put(u64::from(world.done.contains(step)), 1);
        }
        for delivery in 0..self.plan.deliveries.len() {
            bits.put(u64::from(world.heard.contains(delivery)), 1);
        }
        bits.finish();
        out.resize(end, 0);
    }

    /// Unpacks a world.
    #[must_use]
    pub fn unpack(&self, words: &[u64]) -> World {
        let landscape = &self.plan.landscape;
        let mut world = World::empty(landscape, self.plan.steps.len(), self.plan.deliveries.len());
        let mut bits = Reader { words, at: 0 };
        for place in landscape.places.ids() {
            let held = bits.take(self.place_bits);
            world.places[place] = usize::try_from(held).ok().and_then(|h| h.checked_sub(1)).map(KeyId::at);
        }
        fill(&mut world.accepted, &mut bits, self.keys);
        fill(&mut world.under_way, &mut bits, self.keys);
        for channel in landscape.channels.ids() {
            world.running[channel] = bits.take(1) == 1;
        }
        for window in landscape.windows.ids() {
            world.windows[window] = match bits.take(2) {
                0 => WindowState::Unagreed,
                1 => WindowState::Proposed,
                2 => WindowState::Agreed,
                _ => WindowState::Open,
            };
        }
        for step in 0..self.plan.steps.len() {
            world.done.set(step, bits.take(1) == 1);
        }
        for delivery in 0..self.plan.deliveries.len() {
            world.heard.set(delivery, bits.take(1) == 1);
        }
        world
    }
}

fn fill<I: Id>(table: &mut Table<I, KeySet>, bits: &mut Reader<'_>, keys: u32) {
    for id in table.ids() {
        table[id] = KeySet::from_bits(bits.take(keys));
    }
}

struct Writer<'a> {
    out: &'a mut Vec<u64>,
    word: u64,
    used: u32,
}

impl Writer<'_> {
    fn put(&mut self, value: u64, bits: u32) {
        for bit in 0..bits {
            self.word |= (value >> bit & 1) << self.used;
            self.used += 1;
            if self.used == 64 {
                self.out.push(std::mem::take(&mut self.word));
                self.used = 0;
            }
        }
    }

    fn finish(self) {
        if self.used > 0 {
            self.out.push(self.word);
        }
    }
}

struct Reader<'a> {
    words: &'a [u64],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, bits: u32) -> u64 {
        let mut value = 0;
        for bit in 0..bits {
            let word = self.words.get(self.at / 64).copied().unwrap_or(0);
            value |= (word >> (self.at % 64) & 1) << bit;
            self.at += 1;
        }
        value
    }
}
