//! What there is: the things that do not come and go while a plan runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::name::Alias;

use super::{
    id::{AcceptorId, ChannelId, GroupId, KeyId, OwnFactId, PlaceId, RoleId, StoreId, Table, WindowId},
    named::Named,
    pair::Pairs,
    wording::Wording,
};

/// The things that a plan names.
#[derive(Clone, Debug, Default)]
pub struct Landscape {
    /// Who acts.
    pub roles: Table<RoleId, String>,
    /// Credentials, and behind them the [pairs](Self::pairs) of two with which one message is stamped.
    pub keys: Table<KeyId, String>,
    /// Which two credentials each of those pairs is.
    pairs: Pairs,
    /// Stores with aliases.
    pub stores: Table<StoreId, Store>,
    /// The aliases that the plan names, backup aliases included.
    pub places: Table<PlaceId, Place>,
    /// Groups of roles.
    pub groups: Table<GroupId, Group>,
    /// The places by store and folded alias.
    entries: BTreeMap<(StoreId, String), PlaceId>,
    /// Other ways in which they are written.
    spellings: BTreeSet<(PlaceId, String)>,
    /// Acceptors.
    pub acceptors: Table<AcceptorId, Acceptor>,
    /// Channels.
    pub channels: Table<ChannelId, Channel>,
    /// Windows.
    pub windows: Table<WindowId, Window>,
    /// Facts of the author's own.
    pub own_facts: Table<OwnFactId, OwnFact>,
    /// In which words the author speaks of them.
    pub wording: Wording,
}

/// A store with aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its name in the plan.
    pub name: String,
    /// Who may change it.
    pub owner: RoleId,
    /// Whether an exchange in it leaves its place without a credential for a moment.
    pub has_gap: bool,
}

/// One alias of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The store.
    pub store: StoreId,
    /// The alias in it.
    pub alias: Alias,
    /// The flow whose own place this is: what a flow that is repointed signs with is kept here, beside the
    /// alias under which it lies.
    pub of: Option<ChannelId>,
}

/// Whatever judges messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptor {
    /// Its name in the plan.
    pub name: String,
    /// Who may change it.
    pub owner: RoleId,
    /// How many credentials it can hold; `None`: not declared.
    pub capacity: Option<usize>,
    /// The keys of which the plan speaks here.
    pub named: Named,
}

/// Whatever stamps messages and carries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name in the plan.
    pub name: String,
    /// Who may start and stop it.
    pub owner: RoleId,
    /// What its messages carry.
    pub stamp: Stamp,
    /// The alias that it lists first.
    pub alias: PlaceId,
    /// Where it finds the credential that it stamps with: under that alias, or at a place of its own where steps
    /// repoint it.
    pub stamps: PlaceId,
    /// Where it finds a second one, if it lists two aliases: each message carries what lies at either.
    pub beside: Option<PlaceId>,
    /// Who judges.
    pub acceptor: AcceptorId,
    /// How long a message may be under way.
    pub transit: Transit,
    /// How long its runtime may go on to stamp with a credential after another came to lie in its place.
    pub cache: Duration,
}

/// What a message carries of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// An XML signature (XML-DSig), by its private half.
    XmlSignature,
    /// Anything else: another signature, an encryption for whoever has the private half, a client
    /// certificate, a password.
    Other,
}

/// How long a message may be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transit {
    /// It is judged in the moment in which it is sent.
    Immediately,
    /// It is judged at any moment up to this long after it was sent, in any order.
    Within(Duration),
}

impl Channel {
    /// Where it finds what it stamps with: one place, or two.
    pub fn aliases(&self) -> impl Iterator<Item = PlaceId> + use<> {
        [Some(self.stamps), self.beside].into_iter().flatten()
    }

    /// Whether it lists a place.
    #[must_use]
    pub fn lists(&self, place: PlaceId) -> bool {
        self.stamps == place || self.beside == Some(place)
    }
}

impl Transit {
    /// The same where sending and judging are two moments: a runtime that keeps a credential stamps with
    /// it at moments at which it does not lie there any more.
    #[must_use]
    pub const fn with_moments(self) -> Self {
        match self {
            Self::Immediately => Self::Within(Duration::ZERO),
            within @ Self::Within(_) => within,
        }
    }
}

/// Several roles under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name in the plan.
    pub name: String,
    /// Its roles.
    pub roles: Vec<RoleId>,
}

/// A time span that partners agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its name in the plan.
    pub name: String,
    /// How long it may last; `None`: not declared.
    pub at_most: Option<Duration>,
}

/// Something that is so or is not, of which only the author knows what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFact {
    /// Its name in the plan.
    pub name: String,
    /// Who may change it.
    pub owner: RoleId,
    /// What it says, for people.
    pub title: Option<String>,
}

/// One thing that can change, and that a role owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fact {
    /// Which credential lies at a place.
    Place(PlaceId),
    /// Whether an acceptor accepts a credential.
    Accepts(AcceptorId, KeyId),
    /// Whether an acceptor accepts a key of the plan of which the plan does not speak there. No step
    /// changes it.
    AcceptsOther(AcceptorId),
    /// Whether a channel runs.
    Running(ChannelId),
    /// Whether a window is agreed.
    Window(WindowId),
    /// Whether a fact of the author's own is set.
    Own(OwnFactId),
}

/// The value of a [`Fact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// This credential, or none.
    Key(Option<KeyId>),
    /// Yes or no.
    Is(bool),
}

impl Landscape {
    /// Who may change a fact; windows belong to nobody, they are agreed.
    #[must_use]
    pub fn owner(&self, fact: Fact) -> Option<RoleId> {
        match fact {
            Fact::Place(place) => {
                let Place { store, of, .. } = self.places[place];
                Some(of.map_or(self.stores[store].owner, |channel| self.channels[channel].owner))
            }
            Fact::Accepts(acceptor, _) | Fact::AcceptsOther(acceptor) => Some(self.acceptors[acceptor].owner),
            Fact::Running(channel) => Some(self.channels[channel].owner),
            Fact::Window(_) => None,
            Fact::Own(own) => Some(self.own_facts[own].owner),
        }
    }

    /// A place as an author writes it: `tenant["orders-signer"]`; that of a flow in words.
    #[must_use]
    pub fn place_name(&self, place: PlaceId) -> String {
        let place = &self.places[place];
        if let Some(channel) = place.of {
            return format!("the key of {}", self.channels[channel].name);
        }
        format!("{}[\"{}\"]", self.stores[place.store].name, place.alias)
    }

    /// Whether an alias that a channel lists is one of a store.
    #[must_use]
    pub fn stamps_from(&self, channel: ChannelId, store: StoreId) -> bool {
        self.channels[channel].aliases().any(|place| self.places[place].store == store)
    }

    /// The first channel that lists two aliases.
    #[must_use]
    pub fn doubled(&self) -> Option<ChannelId> {
        self.channels.find(|channel| channel.beside.is_some())
    }

    /// The credentials that the plan declares: no pairs.
    pub fn own_keys(&self) -> impl Iterator<Item = KeyId> + use<> {
        self.keys.ids().take(self.keys.len() - self.pairs.len())
    }

    /// Gives each two of these keys that may be stamped together a number of their own, behind all keys.
    pub fn pair_up(&mut self, pairs: impl IntoIterator<Item = (KeyId, KeyId)>) {
        for (one, other) in pairs {
            if one != other && !self.pairs.has(one, other) {
                let pair = self.keys.push(format!("{} and {}", self.keys[one], self.keys[other]));
                self.pairs.insert(pair, one, other);
            }
        }
    }

    /// Which two credentials may be on one message.
    #[must_use]
    pub const fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// That no alias which a channel lists names a key, as a sentence.
    #[must_use]
    pub fn nameless(&self, channel: ChannelId) -> String {
        let declared = &self.channels[channel];
        let place = self.place_name(declared.stamps);
        declared.beside.map_or_else(
            || format!("{place} names no key"),
            |beside| format!("neither {place} nor {} names a key", self.place_name(beside)),
        )
    }

    /// The place of an alias in a store, made if it is not there yet.
    pub fn place(&mut self, store: StoreId, alias: &Alias) -> PlaceId {
        let places = &mut self.places;
        let made = || places.push(Place { store, alias: alias.clone(), of: None });
        let place = *self.entries.entry((store, alias.folded())).or_insert_with(made);
        if self.places[place].alias != *alias {
            self.spellings.insert((place, alias.as_str().to_owned()));
        }
        place
    }

    /// The place of its own of a channel that steps repoint, made if it is not there yet. From then on that is
    /// where the channel stamps from.
    pub fn own_place(&mut self, channel: ChannelId) -> PlaceId {
        let declared = self.channels[channel].alias;
        if self.places[self.channels[channel].stamps].of.is_none() {
            let Place { store, alias, .. } = self.places[declared].clone();
            self.channels[channel].stamps = self.places.push(Place { store, alias, of: Some(channel) });
        }
        self.channels[channel].stamps
    }

    /// The channels that steps repoint, each with its own place.
    pub fn repointed(&self) -> impl Iterator<Item = (ChannelId, PlaceId)> + '_ {
        self.places.iter().filter_map(|(place, row)| Some((row.of?, place)))
    }

    /// The aliases that are written in another way than at first, in upper and lower case.
    #[must_use]
    pub const fn other_spellings(&self) -> &BTreeSet<(PlaceId, String)> {
        &self.spellings
    }

    /// The place of an alias in a store, where it is one of those that there are.
    #[must_use]
    pub fn entry(&self, store: StoreId, alias: &Alias) -> Option<PlaceId> {
        self.entries.get(&(store, alias.folded())).copied()
    }

    /// The longest time that a message of this channel may be under way.
    #[must_use]
    pub fn transit(&self, channel: ChannelId) -> Duration {
        match self.channels[channel].transit {
            Transit::Immediately => Duration::ZERO,
            Transit::Within(time) => time,
        }
    }

    /// How long it may take until the last message that is stamped with a credential has arrived, from
    /// the moment on at which another one came to lie in its place.
    #[must_use]
    pub fn drain(&self, channel: ChannelId) -> Duration {
        self.transit(channel).saturating_add(self.channels[channel].cache)
    }
}
