//! Every step can be done when its turn has come: its role knows enough, its needs hold, it fits.

use std::collections::BTreeSet;

use crate::{
    action::SpeechKind,
    condition::Asks,
    world::{
        effect::Effect,
        id::{AcceptorId, KeyId, PlaceId, StepId},
        landscape::{Fact, Value},
    },
};

use super::{History, News, Refused, count, history::Term};

/// More ways to fill a receiver than are looked at before one step.
const WAYS: usize = 500_000;

/// More keys that a receiver holds at once than are looked at together.
const MOST: usize = 256;

impl History<'_> {
    /// Shows it of a step.
    pub(super) fn can_be_done(&self, step: StepId) -> Result<(), Refused> {
        let (checked, plan) = (self.checked, self.checked.plan());
        let row = &plan.steps[step];
        let hears = |of: StepId, window| {
            self.must(self.hears(step, of, window), || format!("that {} hears in time", self.name(step)))
        };
        for before in row.after.iter().map(|before| before.value) {
            let forward = checked.order().position(before) < checked.order().position(step);
            self.must(forward, || "that the steps are in no circle".to_owned())?;
            if plan.steps[before].role.value != row.role.value {
                hears(before, false)?;
            }
        }
        let handed = checked.provisions(step);
        let comes = handed.iter().any(|id| self.is_before(plan.deliveries[*id].step, step));
        self.must(handed.is_empty() || comes, || format!("that {} is handed its key", self.name(step)))?;
        let licences = checked.licences(step);
        self.must(licences.len() == row.needs.len(), || "by what right each need is relied on".to_owned())?;
        for (need, licence) in row.needs.iter().zip(licences) {
            licence.learned.iter().try_for_each(|of| hears(*of, false))?;
            licence.windows.iter().try_for_each(|of| hears(*of, true))?;
            let sentence = || need.value.sentence(&plan.landscape);
            let what =
                || format!("that {} holds before {}", crate::source::shown(&sentence()), self.name(step));
            self.must(self.is_met(step, &need.value.asks()), what)?;
        }
        let effects = row.action.value.effects();
        let fits = effects.len() < 2 && effects.iter().all(|effect| self.fits(step, *effect));
        self.must(fits, || format!("that {} fits whenever it is done", self.name(step)))
    }

    /// Whether word of a step comes to the role of another one before it does that.
    pub(super) fn hears(&self, step: StepId, of: StepId, window: bool) -> bool {
        let plan = self.checked.plan();
        let role = |step: StepId| plan.steps[step].role.value;
        let speech = |step: StepId| plan.steps[step].speech.as_ref();
        let received = |message| self.received.contains(&(message, role(step)));
        if role(of) == role(step) || received(of) {
            return self.is_before(of, step);
        }
        let Some(chain) = self.reasons().chain(News::new(of, step, window)) else { return false };
        let Some((last, passed)) = chain.split_last() else { return false };
        let Some(message) = passed.last().copied() else { return false };
        // What begins a chain tells of itself; what stands in it must tell of others.
        let tells =
            |s: StepId| s == of || window || speech(s).is_some_and(|said| said.kind == SpeechKind::Report);
        let link = |pair: &[StepId]| match pair {
            [one, next] => {
                let told = speech(*one).is_some_and(|said| said.to.contains(&role(*next))) && tells(*one);
                self.is_before(*one, *next) && (role(*one) == role(*next) || told)
            }
            _ => false,
        };
        passed.first() == Some(&of)
            && *last == step
            && received(message)
            && tells(message)
            && self.is_before(message, step)
            && passed.windows(2).all(link)
    }

    /// Whether a need holds at the turn of its step, or comes to hold by itself.
    fn is_met(&self, step: StepId, asks: &Asks) -> bool {
        let plan = self.checked.plan();
        match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, value)| {
                let others = self.when(*fact, |other| other != *value);
                others.iter().all(|term| self.is_never_at(step, &[*term]))
            }),
            // Nothing more is signed with the key, so the last message arrives some day.
            Asks::Drained(flow, key) => {
                let stamps = Fact::Place(plan.landscape.channels[*flow].stamps);
                let names = self.when(stamps, |value| value == Value::Key(Some(*key)));
                let runs = self.when(Fact::Running(*flow), |value| value == Value::Is(true));
                names.iter().all(|name| runs.iter().all(|run| self.is_never_at(step, &[*name, *run])))
            }
            // It was agreed once and for all, so it begins some day.
            Asks::Open(window) => {
                let agreements = self.agreements.get(window).map_or(&[][..], Vec::as_slice);
                matches!(agreements, [once] if self.is_before(*once, step))
            }
        }
    }

    /// Whether an effect finds the world as it must, so that it leaves it as it says.
    fn fits(&self, step: StepId, effect: Effect) -> bool {
        let found = |fact| self.found(step, fact);
        let (empty, held) = (Some(Value::Key(None)), |key: KeyId| Some(Value::Key(Some(key))));
        let accepts = |acceptor, key| found(Fact::Accepts(acceptor, key)) == Some(Value::Is(true));
        match effect {
            Effect::Put { place, key } => {
                let others = self.lies.get(&key).into_iter().flatten().filter(|other| **other != place);
                let mut there =
                    others.flat_map(|o| self.when(Fact::Place(*o), |value| Some(value) == held(key)));
                found(Fact::Place(place)) == empty && there.all(|term| self.is_never_at(step, &[term]))
            }
            Effect::Exchange { place, staged, key, backup } => {
                let old = found(Fact::Place(place));
                (place != staged && place != backup && staged != backup)
                    && (old.is_some() && old != empty && old != held(key))
                    && found(Fact::Place(staged)) == held(key)
                    && found(Fact::Place(backup)) == empty
            }
            Effect::Remove { place, key } => [empty, held(key)].contains(&found(Fact::Place(place))),
            Effect::Accept { acceptor, key } => {
                accepts(acceptor, key) || self.has_room(step, acceptor, &[key])
            }
            Effect::Replace { acceptor, old, new } => {
                old != new && (accepts(acceptor, new) || self.has_room(step, acceptor, &[old, new]))
            }
            Effect::Try { channel, key } => {
                let channel = &self.checked.plan().landscape.channels[channel];
                let mut refused =
                    self.when(Fact::Accepts(channel.acceptor, key), |v| v == Value::Is(false)).into_iter();
                refused.all(|term| self.is_never_at(step, &[term]))
                    && self.is_held_beside(step, channel.stamps, key)
            }
            Effect::Retire { .. } | Effect::Start(_) | Effect::Stop(_) => true,
            // These belong to acts of speech, which change no fact.
            Effect::Propose(_) | Effect::Agree(_) => false,
        }
    }

    /// Whether a key lies somewhere in the store of a place at the turn of a step.
    fn is_held_beside(&self, step: StepId, beside: PlaceId, key: KeyId) -> bool {
        let places = &self.checked.plan().landscape.places;
        let lies = self.lies.get(&key).into_iter().flatten();
        let inside: BTreeSet<PlaceId> =
            lies.copied().filter(|place| places[*place].store == places[beside].store).collect();
        let without = |place: PlaceId| self.when(Fact::Place(place), |v| v != Value::Key(Some(key)));
        let rows: Vec<Vec<Term>> = inside.into_iter().map(without).collect();
        self.ways.set(0);
        !rows.is_empty() && self.never_so_many(step, &rows, &mut Vec::new(), rows.len())
    }

    /// Whether a receiver never holds as many other keys as it can when the step brings one more.
    fn has_room(&self, step: StepId, acceptor: AcceptorId, but: &[KeyId]) -> bool {
        let landscape = &self.checked.plan().landscape;
        let Some(most) = landscape.acceptors[acceptor].capacity else { return true };
        let others = self.ever_accepted(acceptor).into_iter().filter(|key| !but.contains(key));
        let accepted = others.map(|key| self.when(Fact::Accepts(acceptor, key), |v| v == Value::Is(true)));
        let accepted: Vec<Vec<Term>> = accepted.filter(|terms| !terms.is_empty()).collect();
        self.ways.set(0);
        self.never_so_many(step, &accepted, &mut Vec::new(), most)
    }

    /// Whether no `more` of these are accepted together beside the chosen ones.
    fn never_so_many(
        &self,
        step: StepId,
        mut from: &[Vec<Term>],
        chosen: &mut Vec<Term>,
        more: usize,
    ) -> bool {
        if !chosen.is_empty() && self.is_never_at(step, chosen) {
            return true;
        }
        while from.len() >= more {
            count(&self.ways);
            let is_worth_it = more > 0 && chosen.len() < MOST && self.ways.get() <= WAYS;
            let Some((first, rest)) = from.split_first().filter(|_| is_worth_it) else { return false };
            let with = first.iter().all(|term| {
                chosen.push(*term);
                let never = self.never_so_many(step, rest, chosen, more - 1);
                chosen.pop();
                never
            });
            if !with {
                return false;
            }
            from = rest;
        }
        true
    }
}
