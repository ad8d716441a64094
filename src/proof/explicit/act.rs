//! What an effect does to a packed world.

use crate::{
    plan::Plan,
    world::{
        effect::Effect,
        id::{AcceptorId, KeyId, PlaceId},
        landscape::{Fact, Value},
        state::WindowState,
    },
};

use super::{
    layout::{Kept, Layout},
    test::{Any, Every, Write},
};

/// One way in which an effect fits a world, and what it changes there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    /// When.
    pub(super) when: Every,
    /// No more than so many of these are so, likewise.
    pub(super) room: Option<(Vec<Any>, usize)>,
    /// The bits that change, beside that the step is done.
    pub(super) writes: Vec<Write>,
    /// Whether the same can be done over and over.
    pub(super) is_idle: bool,
}

impl Case {
    /// Whether it is the one for a state.
    #[inline]
    pub(super) fn fits(&self, state: &[u64]) -> bool {
        let has_room = || {
            self.room.as_ref().is_none_or(|(others, most)| {
                others.iter().filter(|other| other.holds(state)).count() <= *most
            })
        };
        self.when.holds(state) && has_room()
    }
}

/// Effects of one plan.
pub(super) struct Effects<'a> {
    pub(super) plan: &'a Plan,
    pub(super) layout: &'a Layout,
}

impl Effects<'_> {
    /// The ways in which an effect fits a world; where none is so, it does not fit.
    pub(super) fn cases(&self, effect: Effect) -> Vec<Case> {
        let held = |key| Value::Key(Some(key));
        let empty = Value::Key(None);
        match effect {
            Effect::Put { place, key } => {
                let mut fresh = vec![self.layout.is(Fact::Place(place), empty)];
                let elsewhere = self.layout.lies(key).iter().filter(|other| **other != place);
                fresh.extend(elsewhere.map(|other| self.layout.has(Fact::Place(*other), |v| v != held(key))));
                vec![
                    self.case([self.layout.is(Fact::Place(place), held(key))], &[]),
                    self.case(fresh, &[(Fact::Place(place), held(key))]),
                ]
            }
            Effect::Exchange { place, staged, key, backup } => self.exchange((place, staged, key, backup)),
            Effect::Remove { place, key } => {
                let change = [(Fact::Place(place), empty)];
                vec![
                    self.case([self.layout.is(Fact::Place(place), empty)], &[]),
                    self.case([self.layout.is(Fact::Place(place), held(key))], &change),
                ]
            }
            Effect::Accept { acceptor, key } => self.accept(acceptor, (None, key)),
            Effect::Replace { acceptor, old, new } => self.accept(acceptor, (Some(old), new)),
            Effect::Retire { acceptor, key } => {
                vec![self.case([], &[(Fact::Accepts(acceptor, key), Value::Is(false))])]
            }
            Effect::Repoint { own, alias, key } => {
                let lies = self.layout.is(Fact::Place(alias), held(key));
                vec![self.case([lies], &[(Fact::Place(own), held(key))])]
            }
            Effect::Start(channel) => vec![self.case([], &[(Fact::Running(channel), Value::Is(true))])],
            Effect::Stop(channel) => vec![self.case([], &[(Fact::Running(channel), Value::Is(false))])],
            Effect::Set(own) => vec![self.case([], &[(Fact::Own(own), Value::Is(true))])],
            Effect::Clear(own) => vec![self.case([], &[(Fact::Own(own), Value::Is(false))])],
            Effect::Try { channel, key } => {
                let land = &self.plan.landscape;
                let row = &land.channels[channel];
                let store = |place: PlaceId| land.places[place].store;
                let is_own = |place: PlaceId| row.aliases().any(|own| store(own) == store(place));
                let inside = self.layout.lies(key).iter().filter(|place| is_own(**place));
                let lies = inside.map(|place| self.layout.is(Fact::Place(*place), held(key)));
                let lies = lies.fold(Any::known(false), Any::or);
                let accepted = self.layout.is(Fact::Accepts(row.acceptor, key), Value::Is(true));
                vec![self.case([lies, accepted], &[])]
            }
            Effect::Propose(window) => {
                let (field, proposed) = self.layout.window(window, WindowState::Proposed);
                let fresh = self.layout.is_window(window, &[WindowState::Unagreed]);
                let known = [WindowState::Proposed, WindowState::Agreed, WindowState::Open];
                let idle = Case { is_idle: true, ..self.case([self.layout.is_window(window, &known)], &[]) };
                let writes = vec![field.write(proposed)];
                vec![Case { writes, ..self.case([fresh], &[]) }, idle]
            }
            Effect::Agree(window) => {
                let (field, agreed) = self.layout.window(window, WindowState::Agreed);
                let proposed = self.layout.is_window(window, &[WindowState::Proposed]);
                let known = self.layout.is_window(window, &[WindowState::Agreed, WindowState::Open]);
                let writes = vec![field.write(agreed)];
                vec![Case { writes, ..self.case([proposed], &[]) }, self.case([known], &[])]
            }
        }
    }

    fn case(&self, when: impl IntoIterator<Item = Any>, changes: &[(Fact, Value)]) -> Case {
        let writes = changes.iter().filter_map(|(fact, value)| self.write(*fact, *value)).collect();
        Case { when: Every::of(when), writes, ..Case::default() }
    }

    /// What changes in the words when a fact gets a value.
    fn write(&self, fact: Fact, value: Value) -> Option<Write> {
        match self.layout.kept.get(&fact)? {
            Kept::Reigns(_) => None,
            Kept::Values(field, values) => {
                let code = values.iter().position(|known| *known == value)?;
                Some(field.write(code as u64))
            }
        }
    }

    fn exchange(&self, (place, staged, key, backup): (PlaceId, PlaceId, KeyId, PlaceId)) -> Vec<Case> {
        let held = |key| Value::Key(Some(key));
        let is = |place, value| self.layout.is(Fact::Place(place), value);
        let empty = Value::Key(None);
        // It was exchanged, and the staging place is free since.
        let mut cases = vec![self.case([is(place, held(key)), is(staged, empty)], &[])];
        for old in self.layout.held(place).iter().filter(|old| *old != key) {
            let when = [is(place, held(old)), is(staged, held(key)), is(backup, empty)];
            let changes = [
                (Fact::Place(place), held(key)),
                (Fact::Place(staged), empty),
                (Fact::Place(backup), held(old)),
            ];
            cases.push(self.case(when, &changes));
        }
        cases
    }

    /// An acceptor takes a key in, and lets another one go.
    fn accept(&self, acceptor: AcceptorId, (old, new): (Option<KeyId>, KeyId)) -> Vec<Case> {
        let accepts = |key, is_so| self.layout.is(Fact::Accepts(acceptor, key), Value::Is(is_so));
        let mut changes = vec![(Fact::Accepts(acceptor, new), Value::Is(true))];
        if let Some(old) = old.filter(|old| *old != new) {
            changes.push((Fact::Accepts(acceptor, old), Value::Is(false)));
        }
        let there = self.case([accepts(new, true)], &changes);
        let mut comes = self.case([accepts(new, false)], &changes);
        if let Some(most) = self.plan.landscape.acceptors[acceptor].capacity {
            let accepted = self.layout.accepted(acceptor);
            let stays = accepted.iter().filter(|key| *key != new && Some(*key) != old);
            let others = stays.map(|key| accepts(key, true));
            match most.checked_sub(1) {
                Some(most) => comes.room = Some((others.filter(|other| !other.is_never()).collect(), most)),
                None => comes.when = Every::of([Any::known(false)]),
            }
        }
        vec![there, comes]
    }
}
