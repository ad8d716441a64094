//! Plays a story in a sandbox: acts through the runner and its backends, in the order of the story;
//! messages really signed at their moments, held back, and judged by a real verifier.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    backend::{
        clock::{Clock, SetClock},
        receiver::Judgement,
    },
    check::Checked,
    invariant::Breach,
    plan::Plan,
    proof::{
        rules::{Fault, Move},
        story::{Story, refused::Refused},
    },
    source::shown,
    transition::event::Record,
    world::{
        id::{ChannelId, KeyId},
        material::Fingerprint,
    },
};

use super::{
    courier::{Courier, Posted},
    error::RunError,
    runner::Runner,
    sandbox::Sandbox,
    timetable::Timetable,
    traffic::{Down, TrafficError},
};

/// Why a story was not played to its end.
#[derive(Debug, thiserror::Error)]
pub enum EnactError {
    /// It is refused: it cannot be played, or did not come true.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A flow.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
}

/// A moment as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number, from one.
    pub number: usize,
    /// What the story tells.
    pub text: String,
    /// What the backends showed.
    pub shown: String,
}

/// Hears of each moment as soon as it was played.
pub type Tell<'a> = &'a mut dyn FnMut(Seen);

/// A story on its stage.
#[derive(Debug)]
pub struct Enactment<'a> {
    pub(super) checked: &'a Checked,
    pub(super) story: &'a Story,
    pub(super) runner: Runner<'a>,
    pub(super) couriers: BTreeMap<ChannelId, Courier>,
    pub(super) clock: &'a SetClock,
    start: Timestamp,
    times: Timetable,
    pub(super) site: Fingerprint,
}

impl<'a> Enactment<'a> {
    /// Sets a story up in a sandbox that was built for its plan.
    ///
    /// # Errors
    /// When a flow of the sandbox cannot be taken over, or the story cannot be played.
    pub fn of(
        checked: &'a Checked,
        story: &'a Story,
        runner: Runner<'a>,
        sandbox: &Sandbox,
        clock: &'a SetClock,
    ) -> Result<Self, EnactError> {
        let plan = checked.plan();
        let mut couriers = BTreeMap::new();
        for flow in plan.landscape.channels.ids() {
            couriers.insert(flow, Courier::over(plan, flow, sandbox.site(), sandbox.folder())?);
        }
        let (times, site) = (Timetable::of(checked, story)?, sandbox.site().digest());
        // A flow counts whole milliseconds.
        let start = clock.now();
        let start = Timestamp::from_millisecond(start.as_millisecond() + 1).unwrap_or(start);
        Ok(Self { checked, story, runner, couriers, clock, start, times, site })
    }

    /// Plays it.
    ///
    /// # Errors
    /// When a moment cannot be played, or the end is not as the story tells it.
    pub fn play(&mut self, tell: Tell<'_>, watch: &mut dyn FnMut(&Record)) -> Result<(), EnactError> {
        let nothing_to_play = match self.story.ending.fault {
            Fault::Vacuous(_) => Some("the promise speaks of no moment, so there is none to play"),
            Fault::Gap(_) => Some("the keystore of a sandbox is exchanged in one act, without a gap"),
            _ => None,
        };
        if let Some(why) = nothing_to_play {
            return Err(Refused::NotPlayable(why.to_owned()).into());
        }
        let begun = self.runner.begin(self.site)?;
        self.runner.keep(watch)?;
        if let Some(moved) = begun {
            let what = moved.iter().map(|d| format!("{} is {}, not {}", d.what, d.seen, d.recorded));
            let what = what.collect::<Vec<_>>().join("; ");
            // A key that is accepted from the start and lies nowhere has no certificate to accept.
            let why = format!("no sandbox starts as the plan does: {what}");
            return Err(Refused::NotPlayable(why).into());
        }
        let (story, mut failure) = (self.story, String::new());
        for (index, moment) in story.moments.iter().enumerate() {
            let number = index + 1;
            self.turn_to(number);
            let is_last = number == story.moments.len();
            let goes_wrong = is_last && matches!(story.ending.fault, Fault::Misfit(..) | Fault::Stale(..));
            let shown = match moment.step {
                Move::Send(flow, key) => self.send(index, (flow, key))?,
                Move::Arrive(flow, key) => self.arrive(number, (flow, key))?,
                Move::Act(step) if goes_wrong && self.runner.unrecorded.is_some() && self.believes(step) => {
                    failure = self.not_so(step)?;
                    "not begun".to_owned()
                }
                step => match (self.act(step, watch), goes_wrong) {
                    (Ok(()), false) => "done".to_owned(),
                    (Ok(()), true) => {
                        return Err(Refused::NotShown("the last step could be done".to_owned()).into());
                    }
                    (Err(error), true) => {
                        failure = self.fails(error)?;
                        "tried".to_owned()
                    }
                    (Err(error), false) => return Err(error.into()),
                },
            };
            tell(Seen { number, text: moment.text.clone(), shown });
        }
        let number = story.last();
        self.turn_to(number);
        let shown = match story.ending.fault {
            Fault::Misfit(..) | Fault::Stale(..) => failure,
            _ => self.end(watch)?,
        };
        tell(Seen { number, text: story.ending.text.clone(), shown });
        Ok(())
    }

    /// Does a move of the story, and follows what is so where the record cannot.
    fn act(&mut self, step: Move, watch: &mut dyn FnMut(&Record)) -> Result<(), RunError> {
        self.runner.enact(step, watch)?;
        if let (Move::Act(step), Some(world)) = (step, &mut self.runner.unrecorded) {
            for effect in self.checked.plan().steps[step].action.value.effects() {
                // What does not fit has failed before.
                let _changed = effect.apply(&self.checked.plan().landscape, world);
            }
        }
        Ok(())
    }

    fn turn_to(&self, number: usize) {
        let at = self.start.checked_add(self.times.at(number));
        self.clock.set(at.unwrap_or(Timestamp::MAX));
    }

    pub(super) fn plan(&self) -> &'a Plan {
        self.checked.plan()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn courier(&mut self, flow: ChannelId) -> Result<&mut Courier, Refused> {
        self.couriers.get_mut(&flow).ok_or_else(|| Refused::NotPlayable("a flow is not bound".to_owned()))
    }

    /// What the plan calls the key of a certificate.
    fn key(&self, certificate: Fingerprint) -> String {
        let key = self.runner.material.key_of(certificate);
        key.map_or_else(|| certificate.short(), |key| shown(&self.plan().landscape.keys[key]))
    }

    pub(super) fn is_of(&self, certificate: Fingerprint, key: KeyId) -> bool {
        self.runner.material.key_of(certificate) == Some(key)
    }

    /// Signs a message that arrives at its moment in the story, or not within it.
    fn send(&mut self, index: usize, (flow, key): (ChannelId, KeyId)) -> Result<String, EnactError> {
        if self.plan().landscape.transit(flow).is_zero() {
            // What arrives at once is under way as long as its runtime keeps the key: it may sign again.
            let name = shown(&self.plan().landscape.keys[key]);
            return match self.at_once((flow, key))? {
                Some(_) => Ok(format!("signed with {name}, which the runtime keeps")),
                None => Err(Refused::NotShown(format!("the message is not signed with {name}")).into()),
            };
        }
        let rest = self.story.moments.iter().enumerate().skip(index + 1);
        let mut arrivals = rest.filter(|(_, moment)| moment.step == Move::Arrive(flow, key));
        let falls = self.story.ending.fault == Fault::Breach(Breach::Rejected(flow, key));
        let arrives = arrivals.next().map(|(at, _)| at).or(falls.then_some(self.story.moments.len()));
        let delay = match arrives {
            Some(at) => {
                let delay = self.times.at(at + 1).saturating_sub(self.times.at(index + 1));
                Duration::try_from(delay).unwrap_or_default()
            }
            None => self.plan().landscape.transit(flow),
        };
        let now = self.now();
        match self.courier(flow)?.post(now, delay)? {
            Posted::UnderWay(certificate) if self.is_of(certificate, key) => {
                Ok(format!("signed with {} ({})", self.key(certificate), certificate.short()))
            }
            Posted::UnderWay(certificate) | Posted::Judged(certificate, _) => {
                let other = self.key(certificate);
                Err(Refused::NotShown(format!("the message is signed with {other}")).into())
            }
            Posted::Down(why) => {
                Err(Refused::NotShown(format!("no message could leave: {}", down(why))).into())
            }
        }
    }

    /// Lets the message arrive whose moment has come.
    fn arrive(&mut self, number: usize, (flow, key): (ChannelId, KeyId)) -> Result<String, EnactError> {
        match self.judged((flow, key))? {
            Some(Judgement::Accepted(certificate)) => {
                Ok(format!("accepted by the verifier, with {}", self.key(certificate)))
            }
            Some(Judgement::Rejected(why)) => Ok(format!("rejected by the verifier: {}", shown(&why))),
            None => Err(Refused::NotShown(format!("no message arrived at moment {number}")).into()),
        }
    }

    /// What the receiver says of a message that is signed now and arrives at once; nothing where it is
    /// signed with another key.
    fn at_once(&mut self, (flow, key): (ChannelId, KeyId)) -> Result<Option<Judgement>, EnactError> {
        let now = self.now();
        if let Posted::Down(why) = self.courier(flow)?.post(now, Duration::ZERO)? {
            return Err(Refused::NotShown(format!("no message could leave: {}", down(why))).into());
        }
        let judged = self.courier(flow)?.deliver(now)?;
        Ok(judged.into_iter().find(|(certificate, _)| self.is_of(*certificate, key)).map(|(_, said)| said))
    }

    /// What the receiver says of the message that is due now.
    pub(super) fn judged(
        &mut self,
        (flow, key): (ChannelId, KeyId),
    ) -> Result<Option<Judgement>, EnactError> {
        let now = self.now();
        if self.plan().landscape.transit(flow).is_zero() {
            return self.at_once((flow, key));
        }
        let judged = self.courier(flow)?.deliver(now)?;
        Ok(judged.into_iter().find(|(certificate, _)| self.is_of(*certificate, key)).map(|(_, said)| said))
    }
}

/// Why no message can leave.
pub(super) const fn down(why: Down) -> &'static str {
    match why {
        Down::Undeployed => "the flow is not deployed",
        Down::Unresolved => "the alias names no key pair",
    }
}
