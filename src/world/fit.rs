//! What must be so of the facts for an effect to do all that it says.

use super::{
    effect::Effect,
    id::{AcceptorId, KeyId, PlaceId},
    landscape::{Fact, Landscape, Value},
};

/// Facts that have this value, or (where it says false) another one.
pub type Bar = Vec<(Fact, Value, bool)>;

impl Effect {
    /// What bars this effect: where everything that one of these says is so, it does not change all that
    /// [`Self::writes`] says. Each key lies at one of the places that `lies` gives for it, or nowhere. Whether
    /// an acceptor has room is another question ([`Self::needs_room`]).
    #[must_use]
    pub fn bars(&self, landscape: &Landscape, lies: impl Fn(KeyId) -> Vec<PlaceId>) -> Vec<Bar> {
        let holds = |place, key, is| (Fact::Place(place), Value::Key(key), is);
        let always = || vec![Bar::new()];
        match *self {
            Self::Put { place, key } => {
                let others = lies(key).into_iter().filter(|other| *other != place);
                let elsewhere = others.map(|other| vec![holds(other, Some(key), true)]);
                elsewhere.chain([vec![holds(place, None, false)]]).collect()
            }
            Self::Exchange { place, staged, backup, .. }
                if place == staged || place == backup || staged == backup =>
            {
                always()
            }
            Self::Exchange { place, staged, key, backup } => vec![
                vec![holds(place, None, true)],
                vec![holds(place, Some(key), true)],
                vec![holds(staged, Some(key), false)],
                vec![holds(backup, None, false)],
            ],
            Self::Remove { place, key } => {
                vec![vec![holds(place, None, false), holds(place, Some(key), false)]]
            }
            Self::Repoint { alias, key, .. } => vec![vec![holds(alias, Some(key), false)]],
            Self::Try { channel, key } => {
                let store = |place: PlaceId| landscape.places[place].store;
                let channel = &landscape.channels[channel];
                let is_inside = |place: &PlaceId| channel.aliases().any(|own| store(own) == store(*place));
                let inside = lies(key).into_iter().filter(is_inside);
                let absent = inside.map(|place| holds(place, Some(key), false));
                vec![vec![(Fact::Accepts(channel.acceptor, key), Value::Is(false), true)], absent.collect()]
            }
            // Windows are proposed and agreed by acts of speech, which change no fact.
            Self::Propose(_) | Self::Agree(_) => always(),
            Self::Accept { .. } | Self::Replace { .. } => Vec::new(),
            Self::Retire { .. } | Self::Start(_) | Self::Stop(_) => Vec::new(),
            Self::Set(_) | Self::Clear(_) => Vec::new(),
        }
    }

    /// The acceptor that must have room, for which credential, and the one that goes at once (or the same).
    #[must_use]
    pub const fn needs_room(&self) -> Option<(AcceptorId, KeyId, KeyId)> {
        match *self {
            Self::Accept { acceptor, key } => Some((acceptor, key, key)),
            Self::Replace { acceptor, old, new } => Some((acceptor, new, old)),
            _ => None,
        }
    }
}
