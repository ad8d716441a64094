//! The worlds that a survey has found, each with the way to it.

use std::collections::HashMap;
use std::rc::Rc;

use crate::{
    proof::{
        pack::Packing,
        rules::{Move, Rules},
    },
    world::state::World,
};

/// Worlds by number, the start first.
pub(super) struct Worlds<'a> {
    packing: Packing<'a>,
    rows: Vec<Rc<[u64]>>,
    numbers: HashMap<Rc<[u64]>, u32>,
    /// From which world each was first reached, and by which move.
    came: Vec<(u32, Option<Move>)>,
    /// Which world leads to which.
    edges: Vec<(u32, u32)>,
    /// Those of the edges, in their order, that are late effects.
    late: Vec<(u32, u32)>,
    /// How many words the rows have.
    words: usize,
}

/// What a world takes in memory beside its words, in bytes: its places in the tables.
const BESIDE: usize = 112;

impl<'a> Worlds<'a> {
    /// The start alone.
    pub(super) fn of(packing: Packing<'a>, start: &World) -> Self {
        let mut worlds = Self {
            packing,
            rows: Vec::new(),
            numbers: HashMap::new(),
            came: Vec::new(),
            edges: Vec::new(),
            late: Vec::new(),
            words: 0,
        };
        let _is_new = worlds.enter(start, (0, None));
        worlds
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// What they take in memory, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let beside =
            self.rows.len() * BESIDE + (self.edges.len() + self.late.len()) * size_of::<(u32, u32)>();
        self.words * size_of::<u64>() + beside
    }

    /// One of them.
    pub(super) fn world(&self, number: u32) -> World {
        self.packing.unpack(self.rows.get(number as usize).map_or(&[][..], |row| row))
    }

    /// Enters a world that is reached from another one; says whether it was not there before.
    pub(super) fn enter(&mut self, world: &World, (from, step): (u32, Option<Move>)) -> bool {
        let mut packed = Vec::new();
        self.packing.pack(world, &mut packed);
        let known = self.numbers.get(packed.as_slice()).copied();
        let number = known.unwrap_or_else(|| number(self.rows.len()));
        self.edges.push((from, number));
        if matches!(step, Some(Move::Late(_))) {
            self.late.push((from, number));
        }
        if known.is_some() {
            return false;
        }
        let row: Rc<[u64]> = packed.into();
        self.words += row.len();
        self.rows.push(Rc::clone(&row));
        self.numbers.insert(row, number);
        self.came.push((from, step));
        true
    }

    /// Which worlds one leads to, each beside it. All worlds before it must have been looked at.
    pub(super) fn after(&self, from: u32) -> &[(u32, u32)] {
        // They were looked at in their order.
        let begin = self.edges.partition_point(|(other, _)| *other < from);
        let rest = self.edges.get(begin..).unwrap_or_default();
        rest.get(..rest.partition_point(|(other, _)| *other == from)).unwrap_or_default()
    }

    /// The moves from the start to a world.
    pub(super) fn path(&self, to: u32) -> Vec<Move> {
        let (mut moves, mut at) = (Vec::new(), to);
        while let Some((from, Some(step))) = self.came.get(at as usize) {
            moves.push(*step);
            at = *from;
        }
        moves.reverse();
        moves
    }

    /// The first world from which neither the end can be reached nor one of those that end a story.
    pub(super) fn stuck(&self, rules: &Rules<'_>, ends: &[bool]) -> Option<u32> {
        let ends_too = |at: usize| ends.get(at).copied().unwrap_or(false);
        let is_end = |at: usize| ends_too(at) || rules.is_ended(&self.world(number(at)));
        let mut can_end: Vec<bool> = (0..self.len()).map(is_end).collect();
        // No way to the end counts on a late effect.
        let mut late: Vec<(u32, u32)> = self.late.clone();
        late.sort_unstable();
        let in_time = self.edges.iter().filter(|edge| late.binary_search(edge).is_err());
        let mut into: Vec<(u32, u32)> = in_time.map(|(from, to)| (*to, *from)).collect();
        into.sort_unstable();
        let mut queue: Vec<u32> =
            can_end.iter().enumerate().filter(|(_, ends)| **ends).map(|(at, _)| number(at)).collect();
        while let Some(world) = queue.pop() {
            let begin = into.partition_point(|(to, _)| *to < world);
            let before = into.get(begin..).unwrap_or_default().iter().take_while(|(to, _)| *to == world);
            for (_, from) in before {
                if let Some(can_end) = can_end.get_mut(*from as usize).filter(|can_end| !**can_end) {
                    *can_end = true;
                    queue.push(*from);
                }
            }
        }
        can_end.iter().position(|can_end| !can_end).map(number)
    }
}

/// The number of a world by its place.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
