//! The slices of a plan: each holds something that is asked, and all that this depends on.
//!
//! Nothing outside a slice changes what can happen in it. So what can be so in the whole is, seen through
//! a slice, what can be so in the slice, and each question is about one of them. Slices may overlap.
//!
//! A step that needs nothing and changes nothing asks nothing: it fits whenever its turn has come. Where
//! no question depends on it, it is in no slice.

use std::collections::BTreeMap;

use fixedbitset::FixedBitSet;
use petgraph::{algo::kosaraju_scc, graph::NodeIndex, unionfind::UnionFind};

use crate::{
    proof::rules::Rules,
    world::{id::StepId, landscape::Transit, state::World},
};

use super::{part::Part, thing::Thing, ties::Ties};

/// The slices of a plan, as sets of numbers of things.
pub(super) struct Slices {
    ties: Ties,
    sets: Vec<FixedBitSet>,
}

/// To hold slices against each other takes a look at so many words at most.
const LOOKS: usize = 20_000_000;

impl Slices {
    /// The slices of a plan that starts there, so many that each question is in one; nothing where they are
    /// too many.
    pub(super) fn of(rules: &Rules<'_>, start: &World) -> Option<Self> {
        let ties = Ties::of(rules, start);
        let words = ties.numbers.all() / 64 + 1;
        let (moving, still): (Vec<usize>, Vec<usize>) =
            sinks(rules, &ties).into_iter().partition(|sink| moves(rules, ties.numbers.thing(*sink)));
        if (moving.len() + still.len()).saturating_mul(words) > LOOKS
            || moving.len().saturating_mul(still.len()) > LOOKS
        {
            return None;
        }
        let mut sets: Vec<FixedBitSet> =
            moving.into_iter().map(|sink| set(&ties, ties.below(sink))).collect();
        // What only looks is asked in a slice that holds all it looks at. The larger ones come first, for
        // they hold what others look at.
        let mut alone: Vec<(usize, Vec<usize>)> = Vec::new();
        for sink in still {
            if !joins(&ties, sink, &mut sets) {
                alone.push((sink, ties.below(sink)));
            }
        }
        alone.sort_by_key(|(sink, below)| (std::cmp::Reverse(below.len()), *sink));
        for (sink, below) in alone {
            if !joins(&ties, sink, &mut sets) {
                sets.push(set(&ties, below));
            }
        }
        Some(Self { ties, sets })
    }

    /// Each slice.
    pub(super) fn each(&self) -> Vec<Part> {
        self.parts(self.sets.iter())
    }

    /// The slices joined to parts that have nothing to do with each other.
    pub(super) fn joined(&self) -> Vec<Part> {
        let mut groups: UnionFind<usize> = UnionFind::new(self.sets.len());
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        let numbers = &self.ties.numbers;
        let happens = |thing: Thing| matches!(thing, Thing::Step(_) | Thing::Flow(_) | Thing::Window(_));
        for (slice, set) in self.sets.iter().enumerate() {
            for number in set.ones().filter(|number| happens(numbers.thing(*number))) {
                groups.union(slice, *first.entry(number).or_insert(slice));
            }
        }
        let mut joined: BTreeMap<usize, FixedBitSet> = BTreeMap::new();
        for (root, set) in groups.into_labeling().into_iter().zip(&self.sets) {
            joined.entry(root).and_modify(|all| all.union_with(set)).or_insert_with(|| set.clone());
        }
        self.parts(joined.values())
    }

    fn parts<'a>(&self, sets: impl Iterator<Item = &'a FixedBitSet>) -> Vec<Part> {
        let numbers = &self.ties.numbers;
        let mut parts: Vec<Part> =
            sets.map(|set| Part::of(set.ones().map(|number| numbers.thing(number)))).collect();
        parts.sort_unstable();
        parts
    }
}

/// Whether something can happen only with this, or be under way.
fn moves(rules: &Rules<'_>, thing: Thing) -> bool {
    match thing {
        Thing::Statement(_) | Thing::Final(_) => false,
        Thing::Flow(flow) => rules.checked().plan().landscape.channels[flow].transit != Transit::Immediately,
        _ => true,
    }
}

/// Whether something is asked of a thing.
fn asks(rules: &Rules<'_>, thing: Thing) -> bool {
    match thing {
        Thing::Step(step) => !is_talk(rules, step),
        Thing::Flow(_) | Thing::Statement(_) | Thing::Final(_) => true,
        _ => false,
    }
}

/// Whether a step needs nothing and changes nothing.
fn is_talk(rules: &Rules<'_>, step: StepId) -> bool {
    let plan = rules.checked().plan();
    let row = &plan.steps[step];
    row.needs.is_empty() && row.action.value.effects().is_empty() && plan.proposal(step).is_none()
}

/// Things of which something is asked, so many that what is asked depends on nothing beside them and what
/// they depend on; by number.
fn sinks(rules: &Rules<'_>, ties: &Ties) -> Vec<usize> {
    // Those that depend on each other, as one; what they depend on comes before them.
    let knots = kosaraju_scc(&ties.arrows);
    let mut knot_of = vec![0; ties.numbers.all()];
    for (number, knot) in knots.iter().enumerate() {
        for thing in knot {
            if let Some(of) = knot_of.get_mut(thing.index()) {
                *of = number;
            }
        }
    }
    let knot_of = |thing: NodeIndex| knot_of.get(thing.index()).copied().unwrap_or_default();
    let mut is_below = vec![false; knots.len()];
    let mut sinks = Vec::new();
    for (number, knot) in knots.iter().enumerate().rev() {
        let asked = knot.iter().copied().find(|thing| asks(rules, ties.numbers.thing(thing.index())));
        let is_known = is_below.get(number).copied().unwrap_or_default();
        sinks.extend(asked.filter(|_| !is_known).map(NodeIndex::index));
        if asked.is_none() && !is_known {
            continue;
        }
        let below = knot.iter().flat_map(|thing| ties.arrows.neighbors(*thing)).map(knot_of);
        for other in below.filter(|other| *other != number) {
            if let Some(other) = is_below.get_mut(other) {
                *other = true;
            }
        }
    }
    sinks.sort_unstable();
    sinks
}

fn set(ties: &Ties, things: Vec<usize>) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(ties.numbers.all());
    set.extend(things);
    set
}

/// Puts a thing into a slice that holds all that it depends on; says whether there is one.
fn joins(ties: &Ties, thing: usize, sets: &mut [FixedBitSet]) -> bool {
    let below: Vec<usize> = ties.arrows.neighbors(NodeIndex::new(thing)).map(NodeIndex::index).collect();
    let holder = sets.iter_mut().find(|set| below.iter().all(|other| set.contains(*other)));
    holder.map(|set| set.insert(thing)).is_some()
}
