//! The worlds that the acts of a library can make of the start, each of which keeps every promise.
//!
//! Speech is free here: whatever a plan does, each role can be told of everything. A message of each
//! flow is sent as soon as it can be, and arrives when somebody waits for it and no earlier. Both are
//! things that may happen, so that a plan which is proved leads through these worlds only. Where a promise asks
//! what has been so before, two worlds that are alike are two if that differs.

use std::collections::HashMap;

use crate::world::{
    effect::{Applied, Effect, Misfit},
    id::{ChannelId, KeyId},
    landscape::Landscape,
    state::{WindowState, World},
};

use super::{
    cost::{Bound, PACE, Progress},
    library::Library,
    scenario::{Past, Scenario, Wrong},
};

/// What comes of an act in a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Another world, once the messages that are stamped so have arrived.
    To(u32, Vec<(ChannelId, KeyId)>),
    /// It is so already.
    Same,
    /// It cannot be done, or must not be.
    Barred(Bar),
}

/// What stands against an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bar {
    /// It does not fit the world.
    Misfit(Misfit),
    /// It would break a promise or a law.
    Wrong(Wrong),
    /// Nobody has the certificate.
    NoCertificate(KeyId),
    /// The flow runs, and would find no key for a moment.
    Gap(ChannelId),
}

/// All of them.
#[derive(Debug)]
pub(super) struct Worlds {
    pub(super) rows: Vec<World>,
    /// What comes of each act of the library, for each world.
    next: Vec<Vec<Outcome>>,
    /// For each world, what has been so up to it of what the promises ask.
    past: Vec<Past>,
    index: HashMap<(World, Past), u32>,
}

impl Worlds {
    /// Looks at every world.
    ///
    /// # Errors
    /// Where there are more than `most`, and where it is told to end.
    pub(super) fn of(
        scenario: &Scenario,
        library: &Library,
        most: usize,
        goes_on: &dyn Fn(Progress) -> bool,
    ) -> Result<Self, Bound> {
        let judged = scenario.plan.judged();
        let mut worlds = Self { rows: Vec::new(), next: Vec::new(), past: Vec::new(), index: HashMap::new() };
        let land = &library.landscape;
        let mut past = scenario.before_all();
        // The start breaks nothing, or nobody asks.
        let _wrong = scenario.wrong(&judged, land, (&library.start, &mut past));
        worlds.enter(library.start.clone(), past);
        let mut at = 0;
        while let Some((world, so_far)) = worlds.rows.get(at).cloned().zip(worlds.past.get(at).cloned()) {
            let mut row = Vec::with_capacity(library.acts.len());
            for act in &library.acts {
                row.push(match after(library, &world, &act.effect) {
                    Err(bar) => Outcome::Barred(bar),
                    Ok(None) => Outcome::Same,
                    Ok(Some((next, arrived))) => {
                        let mut past = so_far.clone();
                        match scenario.wrong(&judged, land, (&next, &mut past)) {
                            Some(wrong) => Outcome::Barred(Bar::Wrong(wrong)),
                            None => Outcome::To(worlds.enter(next, past), arrived),
                        }
                    }
                });
            }
            worlds.next.push(row);
            if worlds.rows.len() > most {
                return Err(Bound::Worlds(most));
            }
            at += 1;
            if at % PACE == 0 && !goes_on(Progress::Worlds(at)) {
                return Err(Bound::Stopped { looked: at, least: None });
            }
        }
        Ok(worlds)
    }

    fn enter(&mut self, world: World, past: Past) -> u32 {
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        match self.index.entry((world, past)) {
            std::collections::hash_map::Entry::Occupied(known) => *known.get(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let (world, past) = new.key();
                self.rows.push(world.clone());
                self.past.push(past.clone());
                *new.insert(next)
            }
        }
    }

    /// Whether a world is what a scenario wants, and each promise has spoken of a moment on the way to it.
    pub(super) fn is_end(&self, scenario: &Scenario, land: &Landscape, number: u32) -> bool {
        let spoken = |past: &Past| past.spoken.iter().all(|spoken| *spoken);
        self.past.get(number as usize).is_some_and(spoken)
            && self.world(number).is_some_and(|world| scenario.is_end(land, world))
    }

    /// Whether some world is what a scenario wants, whatever the promises speak of.
    pub(super) fn is_reached(&self, scenario: &Scenario, land: &Landscape) -> bool {
        self.rows.iter().any(|world| scenario.is_end(land, world))
    }

    /// The statements, by number, that speak of no moment on any way to what a scenario wants. As a plan may be done
    /// in several orders, each is asked for by itself.
    pub(super) fn unspoken(&self, scenario: &Scenario, land: &Landscape) -> Vec<usize> {
        let ends = self.rows.iter().zip(&self.past).filter(|(world, _)| scenario.is_end(land, world));
        let ends: Vec<&Past> = ends.map(|(_, past)| past).collect();
        let spoken = |number: usize| ends.iter().any(|past| past.spoken.get(number) == Some(&true));
        (0..scenario.plan.statements.len()).filter(|number| !spoken(*number)).collect()
    }

    /// One world.
    pub(super) fn world(&self, number: u32) -> Option<&World> {
        self.rows.get(number as usize)
    }

    /// What comes of an act there.
    pub(super) fn outcome(&self, world: u32, act: usize) -> Option<&Outcome> {
        self.next.get(world as usize)?.get(act)
    }

    /// What comes of an act in each of the worlds.
    pub(super) fn outcomes(&self, act: usize) -> impl Iterator<Item = (&World, &Outcome)> {
        self.rows.iter().zip(&self.next).filter_map(move |(world, row)| Some((world, row.get(act)?)))
    }
}

/// The world after an act, with the messages that must have arrived before; nothing where it is so
/// already.
type After = Option<(World, Vec<(ChannelId, KeyId)>)>;

fn after(library: &Library, world: &World, effect: &Effect) -> Result<After, Bar> {
    let land = &library.landscape;
    let mut next = world.clone();
    let mut arrived = Vec::new();
    match *effect {
        Effect::Agree(window) => {
            // It begins as soon as it is agreed: so it may be.
            let fresh = next.windows[window] != WindowState::Open;
            next.windows[window] = WindowState::Open;
            return Ok(fresh.then_some((next, arrived)));
        }
        Effect::Remove { place, key } if world.places[place] != Some(key) => return Ok(None),
        // As good as `accept`, and said of a key that is not there.
        Effect::Replace { acceptor, old, .. } if !world.accepted[acceptor].contains(old) => return Ok(None),
        Effect::Accept { key, .. } | Effect::Replace { new: key, .. } if !is_there(library, world, key) => {
            return Err(Bar::NoCertificate(key));
        }
        _ => {}
    }
    if let Effect::Retire { acceptor, key } | Effect::Replace { acceptor, old: key, .. } = *effect {
        for (flow, _) in land.channels.iter().filter(|(_, row)| row.acceptor == acceptor) {
            if world.stamp(land, flow) != Some(key) && next.under_way[flow].remove(key) {
                arrived.push((flow, key));
            }
        }
    }
    match library.apply(effect, &mut next).map_err(Bar::Misfit)? {
        Applied::AlreadySo => Ok(None),
        Applied::Changed => {
            if let Some(flow) = meets_gap(library, world, effect) {
                return Err(Bar::Gap(flow));
            }
            next.send_everywhere(land);
            Ok(Some((next, arrived)))
        }
    }
}

/// A flow that runs although the exchange leaves its alias without a key for a moment.
fn meets_gap(library: &Library, world: &World, effect: &Effect) -> Option<ChannelId> {
    let land = &library.landscape;
    let Effect::Exchange { place, .. } = *effect else { return None };
    let mut flows = land.channels.iter().filter(|(flow, row)| row.stamps == place && world.running[*flow]);
    flows.next().map(|(flow, _)| flow).filter(|_| land.stores[land.places[place].store].has_gap)
}

/// Whether there is a certificate that could be handed over.
fn is_there(library: &Library, world: &World, key: KeyId) -> bool {
    library.known.contains(&key) || world.places.rows().any(|held| *held == Some(key))
}
