//! The closed set of core effects, and the one function that applies them. Every vocabulary is
//! words over these.

use smallvec::{SmallVec, smallvec};

use super::{
    id::{AcceptorId, ChannelId, KeyId, OwnFactId, PlaceId, StoreId, WindowId},
    landscape::{Fact, Landscape, Value},
    state::{WindowState, World},
};

/// One change of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A fresh credential comes to lie at a free place.
    Put {
        /// Where.
        place: PlaceId,
        /// Which.
        key: KeyId,
    },
    /// The credential at `staged` moves to `place`, and what lay there moves to `backup`, at once.
    Exchange {
        /// The place that is kept.
        place: PlaceId,
        /// Where the new one waits.
        staged: PlaceId,
        /// Which one it is.
        key: KeyId,
        /// Where the old one goes.
        backup: PlaceId,
    },
    /// A credential is removed from a place.
    Remove {
        /// Where.
        place: PlaceId,
        /// Which.
        key: KeyId,
    },
    /// An acceptor accepts a credential too.
    Accept {
        /// Which acceptor.
        acceptor: AcceptorId,
        /// Which credential.
        key: KeyId,
    },
    /// An acceptor no longer accepts a credential.
    Retire {
        /// Which acceptor.
        acceptor: AcceptorId,
        /// Which credential.
        key: KeyId,
    },
    /// An acceptor accepts one credential instead of another, at once.
    Replace {
        /// Which acceptor.
        acceptor: AcceptorId,
        /// The one that goes.
        old: KeyId,
        /// The one that comes.
        new: KeyId,
    },
    /// A channel comes to stamp with what lies at another place: `own` is where that is kept.
    Repoint {
        /// The channel's own place.
        own: PlaceId,
        /// The place at which the credential lies.
        alias: PlaceId,
        /// Which one it is.
        key: KeyId,
    },
    /// A channel starts.
    Start(ChannelId),
    /// A channel stops; what is under way stays under way.
    Stop(ChannelId),
    /// A credential of the store that a channel stamps from is tried at its acceptor: nothing changes.
    Try {
        /// Which channel.
        channel: ChannelId,
        /// Which credential.
        key: KeyId,
    },
    /// A window is proposed.
    Propose(WindowId),
    /// A proposed window is agreed.
    Agree(WindowId),
    /// A fact of the author's own becomes so.
    Set(OwnFactId),
    /// It is so no longer.
    Clear(OwnFactId),
}

/// What an act changes: mostly one thing, which then takes no room of its own.
pub type Effects = SmallVec<[Effect; 1]>;

/// Facts with the values that they come to have.
pub type Writes = SmallVec<[(Fact, Value); 2]>;

/// What an effect did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It changed the world.
    Changed,
    /// The world was so already.
    AlreadySo,
}

/// Why an effect cannot happen in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// Another credential lies at the place.
    Occupied(PlaceId, KeyId),
    /// The credential does not lie at the place.
    NotThere(PlaceId, KeyId),
    /// The place holds nothing that could be exchanged.
    Nothing(PlaceId),
    /// The acceptor would hold more than it can.
    Full(AcceptorId, KeyId),
    /// The credential lies nowhere in the store.
    Absent(StoreId, KeyId),
    /// The acceptor does not accept the credential that is tried.
    Refused(AcceptorId, KeyId),
    /// There is no proposal to agree to.
    NoProposal(WindowId),
}

impl Effect {
    /// The facts that it writes, with their values after it.
    #[must_use]
    pub fn writes(&self) -> Writes {
        match *self {
            Self::Put { place, key } => smallvec![(Fact::Place(place), Value::Key(Some(key)))],
            // For a key that lies there already, as far as the plan knows: no other one moves.
            Self::Exchange { place, staged, key, .. } if place == staged => {
                smallvec![(Fact::Place(place), Value::Key(Some(key)))]
            }
            Self::Exchange { place, staged, key, .. } => {
                smallvec![
                    (Fact::Place(place), Value::Key(Some(key))),
                    (Fact::Place(staged), Value::Key(None))
                ]
            }
            Self::Remove { place, .. } => smallvec![(Fact::Place(place), Value::Key(None))],
            Self::Accept { acceptor, key } => smallvec![(Fact::Accepts(acceptor, key), Value::Is(true))],
            Self::Retire { acceptor, key } => smallvec![(Fact::Accepts(acceptor, key), Value::Is(false))],
            Self::Replace { acceptor, old, new } if old == new => {
                smallvec![(Fact::Accepts(acceptor, new), Value::Is(true))]
            }
            Self::Replace { acceptor, old, new } => smallvec![
                (Fact::Accepts(acceptor, new), Value::Is(true)),
                (Fact::Accepts(acceptor, old), Value::Is(false)),
            ],
            Self::Repoint { own, key, .. } => smallvec![(Fact::Place(own), Value::Key(Some(key)))],
            Self::Start(channel) => smallvec![(Fact::Running(channel), Value::Is(true))],
            Self::Stop(channel) => smallvec![(Fact::Running(channel), Value::Is(false))],
            Self::Try { .. } | Self::Propose(_) => Writes::new(),
            Self::Agree(window) => smallvec![(Fact::Window(window), Value::Is(true))],
            Self::Set(own) => smallvec![(Fact::Own(own), Value::Is(true))],
            Self::Clear(own) => smallvec![(Fact::Own(own), Value::Is(false))],
        }
    }

    /// The fact that it changes to a value that only the world can tell: where an exchange moves what
    /// lay under its alias.
    #[must_use]
    pub const fn displaces(&self) -> Option<Fact> {
        match *self {
            Self::Exchange { backup, .. } => Some(Fact::Place(backup)),
            _ => None,
        }
    }

    /// The facts that it writes with their values after it, where `found` tells what it finds before: what an
    /// exchange moves too.
    #[must_use]
    pub fn changes(&self, found: impl Fn(Fact) -> Value) -> Writes {
        let mut writes = self.writes();
        if let (Some(backup), Some((alias, _))) = (self.displaces(), writes.first()) {
            writes.push((backup, found(*alias)));
        }
        writes
    }

    /// Changes a world, or says why it cannot be changed so; then the world is as it was.
    ///
    /// # Errors
    /// When the effect does not fit the world.
    pub fn apply(&self, landscape: &Landscape, world: &mut World) -> Result<Applied, Misfit> {
        match *self {
            Self::Put { place, key } => put(world, place, key),
            Self::Exchange { place, staged, key, backup } => exchange(world, place, staged, key, backup),
            Self::Remove { place, key } => match world.places[place] {
                None => Ok(Applied::AlreadySo),
                Some(found) if found == key => {
                    world.places[place] = None;
                    Ok(Applied::Changed)
                }
                Some(found) => Err(Misfit::Occupied(place, found)),
            },
            Self::Accept { acceptor, key } => {
                let set = &mut world.accepted[acceptor];
                if set.contains(key) {
                    return Ok(Applied::AlreadySo);
                }
                if landscape.acceptors[acceptor].capacity.is_some_and(|most| set.len() >= most) {
                    return Err(Misfit::Full(acceptor, key));
                }
                set.insert(key);
                Ok(Applied::Changed)
            }
            Self::Retire { acceptor, key } => Ok(changed(world.accepted[acceptor].remove(key))),
            Self::Replace { acceptor, old, new } => {
                let set = &mut world.accepted[acceptor];
                let (comes, goes) = (!set.contains(new), old != new && set.contains(old));
                let others = set.len() - usize::from(goes);
                if comes && landscape.acceptors[acceptor].capacity.is_some_and(|most| others >= most) {
                    return Err(Misfit::Full(acceptor, new));
                }
                if goes {
                    set.remove(old);
                }
                set.insert(new);
                Ok(changed(comes || goes))
            }
            Self::Repoint { alias, key, .. } if world.places[alias] != Some(key) => {
                Err(Misfit::NotThere(alias, key))
            }
            Self::Repoint { own, key, .. } => Ok(changed(world.places[own].replace(key) != Some(key))),
            Self::Start(channel) => Ok(changed(!std::mem::replace(&mut world.running[channel], true))),
            Self::Stop(channel) => Ok(changed(std::mem::replace(&mut world.running[channel], false))),
            Self::Set(own) => Ok(changed(!std::mem::replace(&mut world.set[own], true))),
            Self::Clear(own) => Ok(changed(std::mem::replace(&mut world.set[own], false))),
            Self::Try { channel, key } => tried(landscape, world, channel, key),
            Self::Propose(window) => {
                let fresh = world.windows[window] == WindowState::Unagreed;
                if fresh {
                    world.windows[window] = WindowState::Proposed;
                }
                Ok(changed(fresh))
            }
            Self::Agree(window) => match world.windows[window] {
                WindowState::Unagreed => Err(Misfit::NoProposal(window)),
                WindowState::Proposed => {
                    world.windows[window] = WindowState::Agreed;
                    Ok(Applied::Changed)
                }
                WindowState::Agreed | WindowState::Open => Ok(Applied::AlreadySo),
            },
        }
    }
}

fn tried(landscape: &Landscape, world: &World, channel: ChannelId, key: KeyId) -> Result<Applied, Misfit> {
    let declared = &landscape.channels[channel];
    let store = landscape.places[declared.stamps].store;
    let mut held = world.places.iter().filter(|(_, held)| **held == Some(key));
    if !held.any(|(place, _)| landscape.stamps_from(channel, landscape.places[place].store)) {
        return Err(Misfit::Absent(store, key));
    }
    if !world.accepts(landscape, channel, key) {
        return Err(Misfit::Refused(declared.acceptor, key));
    }
    Ok(Applied::AlreadySo)
}

const fn changed(yes: bool) -> Applied {
    if yes { Applied::Changed } else { Applied::AlreadySo }
}

fn put(world: &mut World, place: PlaceId, key: KeyId) -> Result<Applied, Misfit> {
    match world.places[place] {
        Some(found) if found == key => Ok(Applied::AlreadySo),
        Some(found) => Err(Misfit::Occupied(place, found)),
        None => {
            // One key is one pair: it is not made a second time while it lies elsewhere.
            if let Some((elsewhere, _)) = world.places.iter().find(|(_, held)| **held == Some(key)) {
                return Err(Misfit::Occupied(elsewhere, key));
            }
            world.places[place] = Some(key);
            Ok(Applied::Changed)
        }
    }
}

fn exchange(
    world: &mut World,
    place: PlaceId,
    staged: PlaceId,
    key: KeyId,
    backup: PlaceId,
) -> Result<Applied, Misfit> {
    let old = world.places[place].ok_or(Misfit::Nothing(place))?;
    if old == key {
        // It was exchanged, and the staging place is free since; else something else waits there.
        return world.places[staged]
            .map_or(Ok(Applied::AlreadySo), |found| Err(Misfit::Occupied(staged, found)));
    }
    if world.places[staged] != Some(key) {
        return Err(Misfit::NotThere(staged, key));
    }
    if let Some(found) = world.places[backup] {
        return Err(Misfit::Occupied(backup, found));
    }
    world.places[place] = Some(key);
    world.places[staged] = None;
    world.places[backup] = Some(old);
    Ok(Applied::Changed)
}
