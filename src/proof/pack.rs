//! A world as a few machine words, so that millions of them fit into memory.

use fixedbitset::FixedBitSet;

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
    /// How many bits tell one of the keys, or none; and how many keys there are in a set.
    key_bits: u32,
}

impl<'a> Packing<'a> {
    /// The packing for a plan.
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        let keys = u32::try_from(plan.landscape.keys.len()).unwrap_or(u32::MAX);
        Self { plan, key_bits: u32::BITS - keys.leading_zeros() }
    }

    /// Packs a world at the end of `out`. Of a set there is how many keys are in it, and which: what a
    /// world takes grows with what is in it, not with the keys of the plan.
    pub fn pack(&self, world: &World, out: &mut Vec<u64>) {
        let mut bits = Writer { out, word: 0, used: 0 };
        for place in world.places.rows() {
            bits.put(place.map_or(0, |key| key.index() as u64 + 1), self.key_bits);
        }
        for set in world.accepted.rows().chain(world.under_way.rows()) {
            bits.put(set.len() as u64, self.key_bits);
            set.iter().for_each(|key| bits.put(key.index() as u64, self.key_bits));
        }
        for running in world.running.rows() {
            bits.put(u64::from(*running), 1);
        }
        for window in world.windows.rows() {
            bits.put(*window as u64, 2);
        }
        for set in world.set.rows() {
            bits.put(u64::from(*set), 1);
        }
        bits.put_set(&world.done, self.plan.steps.len());
        bits.put_set(&world.heard, self.plan.deliveries.len());
        bits.finish();
    }

    /// Unpacks a world.
    #[must_use]
    pub fn unpack(&self, words: &[u64]) -> World {
        let landscape = &self.plan.landscape;
        let mut world = World::empty(landscape, self.plan.steps.len(), self.plan.deliveries.len());
        let mut bits = Reader { words, at: 0 };
        for place in landscape.places.ids() {
            let held = bits.take(self.key_bits);
            world.places[place] = usize::try_from(held).ok().and_then(|h| h.checked_sub(1)).map(KeyId::at);
        }
        self.fill(&mut world.accepted, &mut bits);
        self.fill(&mut world.under_way, &mut bits);
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
        for own in landscape.own_facts.ids() {
            world.set[own] = bits.take(1) == 1;
        }
        bits.take_set(&mut world.done, self.plan.steps.len());
        bits.take_set(&mut world.heard, self.plan.deliveries.len());
        world
    }

    fn fill<I: Id>(&self, table: &mut Table<I, KeySet>, bits: &mut Reader<'_>) {
        for id in table.ids() {
            let length = bits.take(self.key_bits);
            let key = |_| usize::try_from(bits.take(self.key_bits)).map(KeyId::at).ok();
            table[id] = (0..length).filter_map(key).collect();
        }
    }
}

struct Writer<'a> {
    out: &'a mut Vec<u64>,
    word: u64,
    used: u32,
}

impl Writer<'_> {
    fn put(&mut self, value: u64, bits: u32) {
        let value = value & ones(bits);
        self.word |= value << self.used;
        let rest = u64::BITS - self.used;
        if bits < rest {
            self.used += bits;
            return;
        }
        self.out.push(self.word);
        self.word = value.checked_shr(rest).unwrap_or(0);
        self.used = bits - rest;
    }

    fn put_set(&mut self, set: &FixedBitSet, length: usize) {
        for (block, bits) in set.as_slice().iter().zip(blocks(length)) {
            self.put(*block as u64, bits);
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
        let word = |number: usize| self.words.get(number).copied().unwrap_or(0);
        let (number, used) = (self.at / 64, (self.at % 64) as u32);
        let next = word(number + 1).checked_shl(u64::BITS - used).unwrap_or(0);
        self.at += bits as usize;
        (word(number) >> used | next) & ones(bits)
    }

    fn take_set(&mut self, set: &mut FixedBitSet, length: usize) {
        for (block, bits) in set.as_mut_slice().iter_mut().zip(blocks(length)) {
            *block = self.take(bits) as usize;
        }
    }
}

/// So many of the lowest bits.
const fn ones(bits: u32) -> u64 {
    if bits >= u64::BITS { u64::MAX } else { (1 << bits) - 1 }
}

/// How many bits of a set lie in each of its blocks.
fn blocks(length: usize) -> impl Iterator<Item = u32> {
    let block = usize::BITS as usize;
    (0..length).step_by(block).map(move |at| (length - at).min(block) as u32)
}
