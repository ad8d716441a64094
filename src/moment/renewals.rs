//! Renewals made by rule, as many as one likes: of independent partners, and of one alias that many
//! receivers share. What a proof asks of a plan is asked of them, without a text.

use super::{Course, Event, FactId, Facts, Long, Misplaced, Moments, Reign, Sent, Traffic};

/// Renewals, as events and facts.
#[derive(Clone, Debug)]
pub struct Renewals {
    course: Course,
    facts: Facts<State>,
    flows: Vec<Flow>,
}

/// What a fact can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The alias names the old key.
    Old,
    /// The alias names the new key.
    New,
    /// The flow runs; the receiver accepts the key.
    Yes,
    /// It does not.
    No,
}

/// One flow of messages from an alias to a receiver.
#[derive(Clone, Copy, Debug)]
struct Flow {
    runs: FactId,
    names: FactId,
    accepts_old: FactId,
    accepts_new: FactId,
    /// The event that waits until no message with the old key is on its way.
    drain: Option<Event>,
}

/// What a renewal is made without, by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// This partner retires the old key without waiting for messages that are on their way.
    Drain(usize),
    /// The alias is exchanged without waiting for this partner's word that it accepts the new key.
    Confirmation(usize),
}

/// What a flow promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// No message arrives where its key is not accepted.
    NeverRejected,
    /// It runs, and its alias names a key.
    NeverInterrupted,
}

/// What comes of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How many moments were asked for.
    pub questions: usize,
    /// The first promise that is broken; nothing: all are kept.
    pub broken: Option<Broken>,
}

/// A promise that some moment breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which flow promised it.
    pub flow: usize,
    /// What.
    pub promise: Promise,
    /// How it comes about.
    pub sent: Sent,
}

impl Renewals {
    /// So many partners that have nothing in common: each renews its key with two keys, in seven steps,
    /// three receipts and a drain.
    ///
    /// # Errors
    /// When they do not fit into so many bytes.
    pub fn independent(partners: usize, slip: Option<Slip>, room: usize) -> Result<Self, Misplaced> {
        let mut made = Self::nothing(room);
        for partner in 0..partners {
            let names = made.facts.start(State::Old);
            let create = made.course.tell(&[])?;
            let provide = made.course.tell(&[create])?;
            let handed = made.course.tell(&[provide])?;
            let accept = made.course.tell(&[handed])?;
            let confirm = made.course.tell(&[accept])?;
            let heard = made.course.tell(&[confirm])?;
            let waits = if slip == Some(Slip::Confirmation(partner)) { provide } else { heard };
            let exchange = made.course.tell(&[waits])?;
            let announce = made.course.tell(&[exchange])?;
            let noticed = made.course.tell(&[announce])?;
            made.write((exchange, names), State::New);
            made.receiver(names, accept, (exchange, noticed), slip == Some(Slip::Drain(partner)))?;
        }
        Ok(made)
    }

    /// One alias and so many receivers: each is handed the new certificate, accepts it and says so;
    /// then the alias is exchanged, and each is told and retires the old one after a drain.
    ///
    /// # Errors
    /// When they do not fit into so many bytes.
    pub fn shared(receivers: usize, slip: Option<Slip>, room: usize) -> Result<Self, Misplaced> {
        let mut made = Self::nothing(room);
        let names = made.facts.start(State::Old);
        let create = made.course.tell(&[])?;
        let (mut accepts, mut confirms) = (Vec::new(), Vec::new());
        for receiver in 0..receivers {
            let provide = made.course.tell(&[create])?;
            let accept = made.course.tell(&[provide])?;
            let confirm = made.course.tell(&[accept])?;
            accepts.push(accept);
            if slip != Some(Slip::Confirmation(receiver)) {
                confirms.push(confirm);
            }
        }
        let exchange = made.course.tell(&confirms)?;
        made.write((exchange, names), State::New);
        for (receiver, accept) in accepts.into_iter().enumerate() {
            let announce = made.course.tell(&[exchange])?;
            made.receiver(names, accept, (exchange, announce), slip == Some(Slip::Drain(receiver)))?;
        }
        Ok(made)
    }

    fn nothing(room: usize) -> Self {
        Self { course: Course::within(room), facts: Facts::new(), flows: Vec::new() }
    }

    /// Adds a receiver of an alias, which retires the old key at the end, and the flow to it.
    fn receiver(
        &mut self,
        names: FactId,
        accept: Event,
        (exchange, told): (Event, Event),
        is_hasty: bool,
    ) -> Result<(), Misplaced> {
        let drain = if is_hasty { None } else { Some(self.course.tell(&[exchange])?) };
        let after: Vec<Event> = std::iter::once(told).chain(drain).collect();
        let retire = self.course.tell(&after)?;
        let runs = self.facts.start(State::Yes);
        let (accepts_old, accepts_new) = (self.facts.start(State::Yes), self.facts.start(State::No));
        self.write((accept, accepts_new), State::Yes);
        self.write((retire, accepts_old), State::No);
        self.flows.push(Flow { runs, names, accepts_old, accepts_new, drain });
        Ok(())
    }

    fn write(&mut self, writes: (Event, FactId), value: State) {
        let written = self.facts.write(&self.course, writes, value);
        debug_assert!(written.is_ok(), "each fact is written once");
    }

    /// How many events there are.
    #[must_use]
    pub const fn events(&self) -> usize {
        self.course.len()
    }

    /// Asks of each flow whether some moment breaks what it promises, up to the first one that does.
    ///
    /// # Errors
    /// When asking takes too long.
    pub fn judge(&self) -> Result<Judged, Long> {
        let moments = Moments::of(&self.course, usize::MAX);
        let mut broken = None;
        for (number, flow) in self.flows.iter().enumerate() {
            let of = |promise| move |sent| Broken { flow: number, promise, sent };
            broken = self.rejected(&moments, flow)?.map(of(Promise::NeverRejected));
            if broken.is_none() {
                broken = self.interrupted(&moments, flow)?.map(of(Promise::NeverInterrupted));
            }
            if broken.is_some() {
                break;
            }
        }
        Ok(Judged { questions: moments.questions(), broken })
    }

    fn rejected(&self, moments: &Moments<&Course>, flow: &Flow) -> Result<Option<Sent>, Long> {
        let runs = self.when(flow.runs, |state| state == State::Yes);
        for named in self.facts.reigns(flow.names) {
            let (accepts, drains) = match named.value {
                State::Old => (flow.accepts_old, flow.drain.as_slice()),
                State::New => (flow.accepts_new, &[][..]),
                State::Yes | State::No => continue,
            };
            let refused = self.when(accepts, |state| state == State::No);
            let traffic = Traffic { runs: &runs, named, drains, at_once: false };
            if let Some(sent) = moments.rejected(&traffic, &refused)? {
                return Ok(Some(sent));
            }
        }
        Ok(None)
    }

    fn interrupted(&self, moments: &Moments<&Course>, flow: &Flow) -> Result<Option<Sent>, Long> {
        let stopped = self.when(flow.runs, |state| state != State::Yes);
        let nameless = self.when(flow.names, |state| !matches!(state, State::Old | State::New));
        for down in stopped.iter().chain(&nameless) {
            if let Some(then) = moments.together(&[*down], &[])? {
                return Ok(Some(Sent { first: None, then: Some(then) }));
            }
        }
        Ok(None)
    }

    fn when(&self, fact: FactId, is: impl Fn(State) -> bool) -> Vec<Reign<State>> {
        self.facts.reigns(fact).filter(|reign| is(reign.value)).collect()
    }
}
