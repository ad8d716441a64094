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
        bits.put_set(&world.done, self.plan.steps.len());
        bits.put_set(&world.heard, self.plan.deliveries.len());
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
        bits.take_set(&mut world.done, self.plan.steps.len());
        bits.take_set(&mut world.heard, self.plan.deliveries.len());
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
