//! Who can know what: the second law, by looking for chains.

use std::collections::{BTreeMap, BTreeSet};

use keyroll::{
    action::SpeechKind,
    condition::Asks,
    plan::Plan,
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, PlaceId, RoleId, StepId, WindowId},
        landscape::{Fact, Value},
    },
};

/// Which step comes before which, and what each role can know at each of its steps.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    plan: &'a Plan,
    before: BTreeSet<(StepId, StepId)>,
    know: BTreeMap<StepId, BTreeSet<StepId>>,
    heard_of: BTreeMap<StepId, BTreeSet<StepId>>,
}

/// What a role goes by when it relies on a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grounds {
    /// It may not rely on it.
    None,
    /// It sees by itself whether it is so.
    Sees,
    /// It waits until it sees, and knows that it may look once it learned of one of these.
    SeesAfter(Vec<StepId>),
    /// It waits for the window, and knows of it once it heard of one of these agreements.
    Agreed(Vec<StepId>),
    /// It believes what it was told: for each fact one of these steps (none: it is so from the start).
    Told(Vec<Vec<Option<StepId>>>),
}

impl<'a> Told<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let mut before: BTreeSet<(StepId, StepId)> = BTreeSet::new();
        for (step, row) in plan.steps.iter() {
            before.extend(row.after.iter().map(|earlier| (earlier.value, step)));
        }
        loop {
            let more: Vec<_> = before
                .iter()
                .flat_map(|(a, b)| before.iter().filter(move |(c, _)| c == b).map(move |(_, d)| (*a, *d)))
                .filter(|pair| !before.contains(pair))
                .collect();
            if more.is_empty() {
                break;
            }
            before.extend(more);
        }
        let mut told = Self { plan, before, know: BTreeMap::new(), heard_of: BTreeMap::new() };
        for step in plan.steps.ids() {
            let (know, heard_of) =
                (told.chains(step, |kind| kind == SpeechKind::Report), told.chains(step, |_| true));
            told.know.insert(step, know);
            told.heard_of.insert(step, heard_of);
        }
        told
    }

    pub(crate) fn is_before(&self, a: StepId, b: StepId) -> bool {
        self.before.contains(&(a, b))
    }

    /// `know(s)`.
    pub(crate) fn knows(&self, s: StepId, t: StepId) -> bool {
        self.know[&s].contains(&t)
    }

    /// The same where every message passes word on.
    pub(crate) fn has_heard_of(&self, s: StepId, t: StepId) -> bool {
        self.heard_of[&s].contains(&t)
    }

    fn role(&self, step: StepId) -> RoleId {
        self.plan.steps[step].role.value
    }

    /// The beginnings of all chains `t = x0 < ... < xn = s` in which each pair has one role, or is a
    /// message and a step of a role that it addresses. Inside a chain a message must tell all.
    fn chains(&self, s: StepId, tells_all: impl Fn(SpeechKind) -> bool) -> BTreeSet<StepId> {
        let mut begins = BTreeSet::new();
        let mut through = BTreeSet::from([s]);
        let mut open = vec![s];
        while let Some(next) = open.pop() {
            for x in self.plan.steps.ids().filter(|x| self.is_before(*x, next)) {
                let one_role = self.role(x) == self.role(next);
                let speech = self.plan.steps[x].speech.as_ref().filter(|sp| sp.to.contains(&self.role(next)));
                if !one_role && speech.is_none() {
                    continue;
                }
                begins.insert(x);
                let goes_on = one_role || speech.is_some_and(|sp| tells_all(sp.kind));
                if goes_on && through.insert(x) {
                    open.push(x);
                }
            }
        }
        begins
    }

    /// What the role of `s` goes by when it relies on a need.
    pub(crate) fn grounds(&self, s: StepId, asks: &Asks) -> Grounds {
        match asks {
            Asks::Facts(facts) => self.facts(s, facts),
            Asks::Drained(flow, key) => match self.stops(s, *flow, *key) {
                stops if stops.is_empty() => Grounds::None,
                stops => Grounds::SeesAfter(stops),
            },
            Asks::Open(window) => match self.agreements(s, *window) {
                agreements if agreements.is_empty() => Grounds::None,
                agreements => Grounds::Agreed(agreements),
            },
        }
    }

    fn facts(&self, s: StepId, facts: &[(Fact, Value)]) -> Grounds {
        let mut all = Vec::new();
        for (fact, value) in facts {
            if self.plan.landscape.owner(*fact) == Some(self.role(s)) {
                continue;
            }
            let writers = self.writers(*fact);
            let mut sources: Vec<Option<StepId>> = Vec::new();
            let others = || writers.iter().filter(|(w, v)| v != value && *w != s && !self.is_before(s, *w));
            for (writer, _) in writers.iter().filter(|(w, v)| v == value && self.knows(s, *w)) {
                if others().all(|(other, _)| self.is_before(*other, *writer)) {
                    sources.push(Some(*writer));
                }
            }
            for test in self.tests(*fact).filter(|t| *value == Value::Is(true) && self.knows(s, *t)) {
                if others().all(|(other, _)| self.is_before(*other, test)) {
                    sources.push(Some(test));
                }
            }
            if self.plan.start.value(&self.plan.landscape, *fact) == *value && others().next().is_none() {
                sources.push(None);
            }
            if sources.is_empty() {
                return Grounds::None;
            }
            all.push(sources);
        }
        if all.is_empty() { Grounds::Sees } else { Grounds::Told(all) }
    }

    /// The steps that end signing with the key, that `s` knows of, and that nothing undoes before `s`.
    fn stops(&self, s: StepId, flow: ChannelId, key: KeyId) -> Vec<StepId> {
        let row = &self.plan.landscape.channels[flow];
        let used = Value::Key(Some(key));
        let mut stops = Vec::new();
        let mut look = |fact: Fact, signs: &dyn Fn(Value) -> bool| {
            let writers = self.writers(fact);
            for (stop, _) in writers.iter().filter(|(w, value)| !signs(*value) && self.knows(s, *w)) {
                let undone = |w: StepId| !self.is_before(s, w) && !self.is_before(w, *stop);
                if !writers.iter().any(|(w, value)| signs(*value) && undone(*w)) {
                    stops.push(*stop);
                }
            }
        };
        let listed: Vec<PlaceId> = [row.stamps].into_iter().chain(row.beside).collect();
        for place in &listed {
            // The key is alone on a message where it lies at one alias and nothing at the other one.
            let elsewhere = listed.iter().any(|other| other != place && self.ever_at(*other, key));
            look(Fact::Place(*place), &|value| value == used || (elsewhere && value == Value::Key(None)));
        }
        look(Fact::Running(flow), &|value| value == Value::Is(true));
        stops
    }

    /// Whether a key may lie at a place at some moment; of what an exchange keeps, any.
    fn ever_at(&self, place: PlaceId, key: KeyId) -> bool {
        let kept = |effect: &Effect| matches!(effect, Effect::Exchange { backup, .. } if *backup == place);
        let effects = self.plan.steps.rows().flat_map(|step| step.action.value.effects());
        self.plan.start.places[place] == Some(key)
            || effects.into_iter().any(|effect| kept(&effect))
            || self.writers(Fact::Place(place)).iter().any(|(_, value)| *value == Value::Key(Some(key)))
    }

    fn agreements(&self, s: StepId, window: WindowId) -> Vec<StepId> {
        let is_agreement = |step: &StepId| {
            self.plan.steps[*step].speech.as_ref().is_some_and(|sp| sp.kind == SpeechKind::Proposal(window))
        };
        self.plan.steps.ids().filter(is_agreement).filter(|a| self.has_heard_of(s, *a)).collect()
    }

    /// The steps that see whether a receiver accepts a key.
    fn tests(&self, fact: Fact) -> impl Iterator<Item = StepId> + '_ {
        let sees = move |effect: &Effect| match *effect {
            Effect::Try { channel, key } => {
                fact == Fact::Accepts(self.plan.landscape.channels[channel].acceptor, key)
            }
            _ => false,
        };
        let rows = self.plan.steps.iter();
        rows.filter(move |(_, row)| row.action.value.effects().iter().any(sees)).map(|(step, _)| step)
    }

    /// Who writes a fact, and what.
    fn writers(&self, fact: Fact) -> Vec<(StepId, Value)> {
        let mut writers = Vec::new();
        for (step, row) in self.plan.steps.iter() {
            for (about, value) in row.action.value.effects().iter().flat_map(written) {
                if about == fact {
                    writers.push((step, value));
                }
            }
        }
        writers
    }
}

/// The facts that an effect writes.
pub(super) fn written(effect: &Effect) -> Vec<(Fact, Value)> {
    match *effect {
        Effect::Put { place, key } => vec![(Fact::Place(place), Value::Key(Some(key)))],
        Effect::Exchange { place, staged, key, .. } if place == staged => {
            vec![(Fact::Place(place), Value::Key(Some(key)))]
        }
        Effect::Exchange { place, staged, key, .. } => {
            vec![(Fact::Place(place), Value::Key(Some(key))), (Fact::Place(staged), Value::Key(None))]
        }
        Effect::Remove { place, .. } => vec![(Fact::Place(place), Value::Key(None))],
        Effect::Accept { acceptor, key } => vec![(Fact::Accepts(acceptor, key), Value::Is(true))],
        Effect::Retire { acceptor, key } => vec![(Fact::Accepts(acceptor, key), Value::Is(false))],
        Effect::Replace { acceptor, old, new } if old == new => {
            vec![(Fact::Accepts(acceptor, new), Value::Is(true))]
        }
        Effect::Replace { acceptor, old, new } => vec![
            (Fact::Accepts(acceptor, old), Value::Is(false)),
            (Fact::Accepts(acceptor, new), Value::Is(true)),
        ],
        Effect::Repoint { own, key, .. } => vec![(Fact::Place(own), Value::Key(Some(key)))],
        Effect::Start(flow) => vec![(Fact::Running(flow), Value::Is(true))],
        Effect::Stop(flow) => vec![(Fact::Running(flow), Value::Is(false))],
        Effect::Set(own) => vec![(Fact::Own(own), Value::Is(true))],
        Effect::Clear(own) => vec![(Fact::Own(own), Value::Is(false))],
        Effect::Try { .. } | Effect::Propose(_) | Effect::Agree(_) => Vec::new(),
    }
}
