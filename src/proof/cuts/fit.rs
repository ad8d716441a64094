//! Whether every step can be done when its turn has come: its needs are met then, and it fits.

use std::collections::BTreeSet;

use crate::{
    condition::Asks,
    moment::Reign,
    world::{
        effect::Effect,
        id::{AcceptorId, KeyId, PlaceId, StepId},
        landscape::{Fact, Value},
    },
};

use super::{Unsettled, history::History};

/// More ways to fill a receiver than are looked at before one step.
const WAYS: usize = 4096;

/// More keys that a receiver holds at once than are looked at together, where others may come.
const MOST: usize = 256;

impl History<'_> {
    /// Asks of each step whether it can be done whenever its turn has come.
    ///
    /// # Errors
    /// The first step of which that cannot be said.
    pub(super) fn every_step_fits(&self) -> Result<(), Unsettled> {
        let checked = self.checked();
        let plan = checked.plan();
        for (step, row) in plan.steps.iter() {
            self.is_worth_it()?;
            for (number, need) in row.needs.iter().enumerate() {
                if !self.is_met(step, &need.value.asks()) {
                    return Err(Unsettled::Guard(step, number));
                }
            }
            let effects = row.action.value.effects();
            for effect in &effects {
                self.fits(step, *effect)?;
            }
            // Of several effects each would find what the one before it left.
            if effects.len() > 1 {
                return Err(Unsettled::Misfit(step));
            }
        }
        Ok(())
    }

    /// Whether a need holds whenever the turn of its step has come, or comes to hold by itself.
    fn is_met(&self, step: StepId, asks: &Asks) -> bool {
        match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, value)| {
                self.when(*fact, |other| other != *value).iter().all(|reign| !self.before(step, &[*reign]))
            }),
            // Nothing is signed with the key any more; the last message arrives some day.
            Asks::Drained(flow, key) => {
                let channel = &self.checked().plan().landscape.channels[*flow];
                let runs = self.when(Fact::Running(*flow), |value| value == Value::Is(true));
                let named = self.when(Fact::Place(channel.stamps), |value| value == Value::Key(Some(*key)));
                runs.iter().all(|run| named.iter().all(|name| !self.before(step, &[*run, *name])))
            }
            // It was agreed before, so it opens some day.
            Asks::Open(window) => {
                let checked = self.checked();
                let (plan, order) = (checked.plan(), checked.order());
                let agrees = |other: &StepId| plan.proposal(*other).is_some_and(|(w, _)| w == *window);
                let licences = checked.licences(step).iter();
                let mut agreements =
                    licences.flat_map(|licence| licence.windows.iter()).filter(|o| agrees(o));
                let all = || agreements.clone().all(|other| order.is_before(*other, step));
                all() && agreements.next().is_some()
            }
        }
    }

    /// Whether an effect changes the world as it says, whenever the turn of its step has come.
    fn fits(&self, step: StepId, effect: Effect) -> Result<(), Unsettled> {
        let found = |fact| self.found_by(step, fact);
        let empty = Some(Value::Key(None));
        let held = |key: KeyId| Some(Value::Key(Some(key)));
        let fits = match effect {
            Effect::Put { place, key } => {
                let elsewhere = self.places_of(key).iter().filter(|other| **other != place).any(|other| {
                    let there = self.when(Fact::Place(*other), |value| Some(value) == held(key));
                    there.iter().any(|reign| self.before(step, &[*reign]))
                });
                found(Fact::Place(place)) == empty && !elsewhere
            }
            Effect::Exchange { place, staged, key, backup } => {
                let old = found(Fact::Place(place));
                let apart = place != staged && place != backup && staged != backup;
                apart
                    && old.is_some_and(|old| old != Value::Key(None))
                    && old != held(key)
                    && found(Fact::Place(staged)) == held(key)
                    && found(Fact::Place(backup)) == empty
            }
            Effect::Remove { place, key } => found(Fact::Place(place))
                .is_some_and(|there| Some(there) == empty || Some(there) == held(key)),
            Effect::Accept { acceptor, key } => {
                let already = found(Fact::Accepts(acceptor, key)) == Some(Value::Is(true));
                already || self.has_room(step, acceptor, &[key])?
            }
            Effect::Replace { acceptor, old, new } => {
                let already = found(Fact::Accepts(acceptor, new)) == Some(Value::Is(true));
                already || self.has_room(step, acceptor, &[old, new])?
            }
            Effect::Try { channel, key } => {
                let channel = &self.checked().plan().landscape.channels[channel];
                let refused = self.when(Fact::Accepts(channel.acceptor, key), |v| v == Value::Is(false));
                refused.iter().all(|reign| !self.before(step, &[*reign]))
                    && self.lies_in_store(step, channel.stamps, key)?
            }
            Effect::Repoint { alias, key, .. } => {
                let absent = self.when(Fact::Place(alias), |value| Some(value) != held(key));
                absent.iter().all(|reign| !self.before(step, &[*reign]))
            }
            Effect::Retire { .. } | Effect::Start(_) | Effect::Stop(_) => true,
            Effect::Set(_) | Effect::Clear(_) => true,
            // A window is proposed and agreed once: the checks see to it.
            Effect::Propose(_) | Effect::Agree(_) => true,
        };
        if fits { Ok(()) } else { Err(Unsettled::Misfit(step)) }
    }

    /// Whether a key lies somewhere in the store of a place whenever the turn of a step has come.
    fn lies_in_store(&self, step: StepId, beside: PlaceId, key: KeyId) -> Result<bool, Unsettled> {
        let places = &self.checked().plan().landscape.places;
        let inside: BTreeSet<PlaceId> = self
            .places_of(key)
            .iter()
            .copied()
            .filter(|p| places[*p].store == places[beside].store)
            .collect();
        let elsewhere = |place: &PlaceId| self.when(Fact::Place(*place), |v| v != Value::Key(Some(key)));
        let absent: Vec<Vec<Reign<Value>>> = inside.iter().map(elsewhere).collect();
        let mut search = Filling { history: self, step, chosen: Vec::new(), ways: WAYS };
        let nowhere = search.is_possible(&absent, absent.len());
        if search.ways == 0 { Err(Unsettled::Crowded(step)) } else { Ok(!nowhere) }
    }

    /// Whether one more key fits beside the others than `but` that the receiver accepts then.
    fn has_room(&self, step: StepId, acceptor: AcceptorId, but: &[KeyId]) -> Result<bool, Unsettled> {
        let landscape = &self.checked().plan().landscape;
        let Some(most) = landscape.acceptors[acceptor].capacity else { return Ok(true) };
        if most == 0 {
            return Ok(false);
        }
        let ever = self.ever_accepted(acceptor);
        if ever.len() < most {
            return Ok(true);
        }
        let others = ever.iter().filter(|key| !but.contains(key));
        let accepted: Vec<Vec<Reign<Value>>> = others
            .map(|key| self.when(Fact::Accepts(acceptor, *key), |value| value == Value::Is(true)))
            .filter(|reigns| !reigns.is_empty())
            .collect();
        let mut filling = Filling { history: self, step, chosen: Vec::new(), ways: WAYS };
        let full = filling.is_possible(&accepted, most);
        if filling.ways == 0 { Err(Unsettled::Crowded(step)) } else { Ok(!full) }
    }
}

/// A search for things that are so together before a step: keys that fill a receiver, or places without
/// a key.
struct Filling<'a> {
    history: &'a History<'a>,
    step: StepId,
    chosen: Vec<Reign<Value>>,
    /// How many ways may still be looked at.
    ways: usize,
}

impl Filling<'_> {
    /// Whether so many more of these are accepted together, beside those that were chosen.
    fn is_possible(&mut self, mut from: &[Vec<Reign<Value>>], more: usize) -> bool {
        if more == 0 {
            self.ways = self.ways.saturating_sub(1);
            return self.ways == 0 || self.history.before(self.step, &self.chosen);
        }
        if from.len() >= more && more > MOST {
            self.ways = 0;
        }
        while let Some((first, rest)) = from.split_first().filter(|_| from.len() >= more && self.ways > 0) {
            for reign in first {
                self.chosen.push(*reign);
                let found = self.is_possible(rest, more - 1);
                self.chosen.pop();
                if found {
                    return true;
                }
            }
            from = rest;
        }
        self.ways == 0
    }
}
