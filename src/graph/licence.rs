//! By what right a role may rely on a condition: it owns the thing, or it was told.

use foldhash::HashMap;

use crate::{
    condition::Asks,
    plan::Plan,
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::{Fact, Value},
    },
};

use super::{knowledge::Knowledge, order::Order};

/// What a role knows, by the order of the steps, when it relies on a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Licence {
    /// Steps that it knows to be done.
    pub learned: Vec<StepId>,
    /// Agreements that it has heard of.
    pub windows: Vec<StepId>,
    /// Whether it relies on news alone: the thing belongs to another role.
    pub foreign: bool,
}

/// Why a role may not rely on a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlicensed {
    /// Nobody makes it so.
    NeverSo(Fact),
    /// The step makes it so, and the role is not told.
    NoNews(StepId),
    /// The role is told of the first step; the second one may have changed it since.
    Stale(Option<StepId>, StepId),
    /// No step stops the flow from signing with the key.
    NoStop(ChannelId, KeyId),
    /// The step stops it, and the role is not told.
    StopNotTold(StepId),
    /// The first step stops it, but the second one may start it again before.
    Restart(StepId, StepId),
    /// No step agrees on the window.
    NoAgreement(WindowId),
    /// The step agrees on the window, and the role does not hear of it.
    AgreementNotTold(StepId),
}

/// What of a plan tells whether somebody may rely on something.
#[derive(Debug)]
pub struct News<'a> {
    plan: &'a Plan,
    order: &'a Order,
    knowledge: &'a Knowledge,
    /// The steps that write a fact, in the order of the text, with what they leave it at.
    writers: HashMap<Fact, Vec<(StepId, Value)>>,
    /// The steps that see by a test that an acceptor accepts a credential.
    witnesses: HashMap<Fact, Vec<StepId>>,
    /// The steps that agree on a window.
    agreements: HashMap<WindowId, Vec<StepId>>,
}

impl<'a> News<'a> {
    /// The news of a plan.
    #[must_use]
    pub fn of(plan: &'a Plan, order: &'a Order, knowledge: &'a Knowledge) -> Self {
        let mut writers: HashMap<Fact, Vec<(StepId, Value)>> = HashMap::default();
        let mut agreements: HashMap<WindowId, Vec<StepId>> = HashMap::default();
        let mut witnesses: HashMap<Fact, Vec<StepId>> = HashMap::default();
        for (id, step) in plan.steps.iter() {
            for effect in step.action.value.effects() {
                if let Effect::Try { channel, key } = effect {
                    let seen = Fact::Accepts(plan.landscape.channels[channel].acceptor, key);
                    witnesses.entry(seen).or_default().push(id);
                }
            }
            for (fact, value) in step.action.value.effects().iter().flat_map(|effect| effect.writes()) {
                let row = writers.entry(fact).or_default();
                match row.last_mut().filter(|(writer, _)| *writer == id) {
                    Some(last) => last.1 = value,
                    None => row.push((id, value)),
                }
            }
            if let Some((window, _)) = plan.proposal(id) {
                agreements.entry(window).or_default().push(id);
            }
        }
        Self { plan, order, knowledge, writers, witnesses, agreements }
    }

    /// The licence of one need of a step.
    ///
    /// # Errors
    /// When the role may not rely on it.
    pub fn licence(&self, step: StepId, asks: &Asks) -> Result<Licence, Unlicensed> {
        match asks {
            Asks::Facts(facts) => {
                let mut licence = Licence::default();
                for (fact, value) in facts {
                    if self.plan.landscape.owner(*fact) == Some(self.plan.steps[step].role.value) {
                        continue;
                    }
                    licence.foreign = true;
                    licence.learned.extend(self.writer(step, *fact, *value)?);
                }
                Ok(licence)
            }
            Asks::Drained(flow, key) => {
                let learned = vec![self.stop(step, *flow, *key)?];
                Ok(Licence { learned, ..Licence::default() })
            }
            Asks::Open(window) => {
                let windows = vec![self.agreement(step, *window)?];
                Ok(Licence { windows, ..Licence::default() })
            }
        }
    }

    fn writers(&self, fact: Fact) -> &[(StepId, Value)] {
        self.writers.get(&fact).map_or(&[], Vec::as_slice)
    }

    /// The step that the role must know of to rely on `fact = value`; none for what is so from the
    /// start and changed by nobody before.
    fn writer(&self, step: StepId, fact: Fact, value: Value) -> Result<Option<StepId>, Unlicensed> {
        let writers = self.writers(fact);
        let mut why = None;
        for (writer, _) in writers.iter().filter(|(_, v)| *v == value) {
            if !self.knowledge.knows(step, *writer) {
                why = why.or(Some(Unlicensed::NoNews(*writer)));
            } else if let Some(other) = self.newer(step, writers, value, Some(*writer)) {
                why = why.or(Some(Unlicensed::Stale(Some(*writer), other)));
            } else {
                return Ok(Some(*writer));
            }
        }
        // Whoever tried it has seen it, and whoever was told of that knows.
        let tests = self.witnesses.get(&fact).filter(|_| value == Value::Is(true)).into_iter().flatten();
        for test in tests.filter(|test| self.knowledge.knows(step, **test)) {
            match self.newer(step, writers, value, Some(*test)) {
                None => return Ok(Some(*test)),
                Some(other) => why = why.or(Some(Unlicensed::Stale(Some(*test), other))),
            }
        }
        if self.plan.start.value(&self.plan.landscape, fact) == value {
            return match self.newer(step, writers, value, None) {
                None => Ok(None),
                Some(other) => Err(why.unwrap_or(Unlicensed::Stale(None, other))),
            };
        }
        Err(why.unwrap_or(Unlicensed::NeverSo(fact)))
    }

    /// A writer of another value that may come after `known` and before the step.
    fn newer(
        &self,
        step: StepId,
        writers: &[(StepId, Value)],
        value: Value,
        known: Option<StepId>,
    ) -> Option<StepId> {
        let may_be_newer = |other: StepId| {
            other != step
                && !self.order.is_before(step, other)
                && known.is_none_or(|known| !self.order.is_before(other, known))
        };
        writers.iter().find(|(other, v)| *v != value && may_be_newer(*other)).map(|(other, _)| *other)
    }

    /// The step after which nothing is signed with the key, and that the role knows of.
    fn stop(&self, step: StepId, flow: ChannelId, key: KeyId) -> Result<StepId, Unlicensed> {
        let channel = &self.plan.landscape.channels[flow];
        let runs = self.writers(Fact::Running(flow));
        let is_key = |value: Value| value == Value::Key(Some(key));
        let mut stops: Vec<(StepId, Vec<StepId>)> = Vec::new();
        for place in channel.aliases() {
            let places = self.writers(Fact::Place(place));
            // Alone it stands again where the other alias may name it, and nothing is left here.
            let alone = channel.aliases().any(|other| other != place && self.plan.may_name(other, key));
            let is_doubled = channel.beside.is_some();
            let empties = |value: Value| is_doubled && value == Value::Key(None);
            for (stop, value) in places.iter().filter(|(_, value)| !is_key(*value)) {
                if alone && empties(*value) {
                    continue;
                }
                let again = |value: Value| is_key(value) || empties(value) && alone;
                let again = places.iter().filter(|(_, value)| again(*value)).map(|(id, _)| *id);
                stops.push((*stop, again.collect()));
            }
        }
        for (stop, _) in runs.iter().filter(|(_, value)| *value == Value::Is(false)) {
            let again = runs.iter().filter(|(_, value)| *value == Value::Is(true)).map(|(id, _)| *id);
            stops.push((*stop, again.collect()));
        }
        let mut why = Unlicensed::NoStop(flow, key);
        for (stop, again) in stops {
            if !self.knowledge.knows(step, stop) {
                if matches!(why, Unlicensed::NoStop(..)) {
                    why = Unlicensed::StopNotTold(stop);
                }
                continue;
            }
            let early = again
                .into_iter()
                .find(|s| !self.order.is_before(step, *s) && !self.order.is_before(*s, stop));
            match early {
                None => return Ok(stop),
                Some(start) => why = Unlicensed::Restart(stop, start),
            }
        }
        Err(why)
    }

    fn agreement(&self, step: StepId, window: WindowId) -> Result<StepId, Unlicensed> {
        let agreements = self.agreements.get(&window).map_or(&[][..], Vec::as_slice);
        let heard = agreements.iter().find(|a| self.knowledge.has_heard_of(step, **a));
        match (heard, agreements.first()) {
            (Some(agreement), _) => Ok(*agreement),
            (None, Some(agreement)) => Err(Unlicensed::AgreementNotTold(*agreement)),
            (None, None) => Err(Unlicensed::NoAgreement(window)),
        }
    }
}
