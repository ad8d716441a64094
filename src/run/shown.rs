//! What the backends show at the end of a story.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    backend::{deployer::InFlight, receiver::Judgement},
    condition::{Asks, Condition},
    invariant::Breach,
    proof::{
        rules::{Fault, Move},
        story::{
            change::{subject, value},
            refused::Refused,
        },
    },
    source::shown,
    transition::{event::Record, ready::Blocker, reasons::reasons, unsettled::barred},
    world::{
        id::{ChannelId, KeyId, StepId},
        landscape::Fact,
        state::{WindowState, World},
    },
};

use super::{
    courier::Posted,
    enact::{EnactError, Enactment, down},
    error::RunError,
    runner::Ending,
};

impl Enactment<'_> {
    /// A step that was to fail has failed: why.
    pub(super) fn fails(&mut self, error: RunError) -> Result<String, EnactError> {
        match (self.story.ending.fault, error) {
            (Fault::Misfit(..), RunError::Step { cause, .. }) => {
                Ok(format!("the backend refuses: {}", shown(&cause)))
            }
            (Fault::Misfit(..), RunError::Inner(why)) => Ok(format!("the run refuses: {}", shown(&why))),
            (Fault::Stale(step, need), RunError::Inner(why)) => {
                let need = self.plan().steps[step].needs.get(need);
                let world = self.look()?;
                match need {
                    Some(need) if !need.value.holds(&self.plan().landscape, &world) => {
                        Ok(format!("the run does not begin it: {}", shown(&why)))
                    }
                    _ => Err(Refused::NotShown("what the role believes is so".to_owned()).into()),
                }
            }
            (_, error) => Err(error.into()),
        }
    }

    /// Whether the story ends with this step, on a false belief.
    pub(super) fn believes(&self, step: StepId) -> bool {
        matches!(self.story.ending.fault, Fault::Stale(other, _) if other == step)
    }

    /// A step that goes by the record, which knows nothing of a late effect: what it asks for is not so.
    pub(super) fn not_so(&self, step: StepId) -> Result<String, EnactError> {
        let Fault::Stale(_, need) = self.story.ending.fault else { return Ok(String::new()) };
        let need = self.plan().steps[step].needs.get(need);
        match need {
            Some(need) if !self.holds(need.value.as_ref())? => {
                Ok(format!("the record says otherwise; {}", self.seen(&[need.value.as_ref()])?))
            }
            _ => Err(Refused::NotShown("what the role believes is so".to_owned()).into()),
        }
    }

    /// The world as the backends show it.
    fn look(&self) -> Result<World, EnactError> {
        Ok(self.runner.look()?.world)
    }

    /// Shows the end; an error where the backends show something else.
    pub(super) fn end(&mut self, watch: &mut dyn FnMut(&Record)) -> Result<String, EnactError> {
        let not_shown = |why: &str| Err(Refused::NotShown(why.to_owned()).into());
        match self.story.ending.fault {
            Fault::Breach(Breach::Rejected(flow, key)) => self.rejected((flow, key)),
            Fault::Breach(Breach::Interrupted(flow) | Breach::Unresolved(flow)) => {
                let now = self.now();
                match self.courier(flow)?.post(now, Duration::ZERO)? {
                    Posted::Down(why) => Ok(format!("no message can leave: {}", down(why))),
                    Posted::UnderWay(_) | Posted::Judged(..) => not_shown("a message could leave"),
                }
            }
            Fault::Goal(number) => {
                let Some(goal) = self.plan().finals.get(number) else { return not_shown("no such end") };
                let holds = self.holds(goal.value.as_ref())?;
                if holds {
                    return not_shown("what must be so at the end is so");
                }
                self.seen(&[goal.value.as_ref()])
            }
            Fault::Untrue(number) => {
                let Some(stated) = self.plan().statements.get(number) else {
                    return not_shown("no such promise");
                };
                let (land, now) = (&self.plan().landscape, self.look()?);
                let is_late = matches!(self.story.moments.last().map(|m| m.step), Some(Move::Late(_)));
                let mut over = now.clone();
                land.windows.ids().for_each(|window| over.windows[window] = WindowState::Unagreed);
                // What was so before is in the story, which the rules have confirmed.
                let too_early = || stated.value.is_before() && stated.value.applies(land, &now);
                // A late effect may come when each window is over.
                let untimely = is_late && stated.value.is_broken(land, &over);
                let broken = stated.value.is_broken(land, &now) || too_early() || untimely;
                if !broken {
                    return not_shown("the promise holds");
                }
                let asked: Vec<&dyn Condition> =
                    [Some(stated.value.what()), stated.value.during()].into_iter().flatten().collect();
                self.seen(&asked)
            }
            Fault::Stuck => self.stuck(watch),
            // A step that fails is the last moment; the others are not played.
            Fault::Misfit(..) | Fault::Stale(..) | Fault::Vacuous(_) | Fault::Gap(_) => {
                not_shown("there is nothing to be seen after the last moment")
            }
        }
    }

    fn rejected(&mut self, (flow, key): (ChannelId, KeyId)) -> Result<String, EnactError> {
        let under_way = self.story.moments.last().is_some_and(|m| m.under_way.contains(&(flow, key)));
        let judged = if under_way {
            self.judged((flow, key))?
        } else {
            let now = self.now();
            match self.courier(flow)?.post(now, Duration::ZERO)? {
                Posted::Judged(certificate, said) if self.is_of(certificate, key) => Some(said),
                _ => None,
            }
        };
        match judged {
            Some(Judgement::Rejected(why)) => Ok(format!("rejected by the verifier: {}", shown(&why))),
            Some(Judgement::Accepted(_)) => {
                Err(Refused::NotShown("the verifier accepts the message".to_owned()).into())
            }
            None => Err(Refused::NotShown("no such message arrived".to_owned()).into()),
        }
    }

    /// Whether a condition holds in the world as the backends show it.
    fn holds(&self, condition: &dyn Condition) -> Result<bool, EnactError> {
        let (land, mut world) = (&self.plan().landscape, self.look()?);
        if let Asks::Drained(flow, key) = condition.asks()
            && let Some(certificate) = self.runner.material.certificate(key)
        {
            // A run knows less of what is under way than the flow does.
            let backend = self.runner.parts.backends.flows[flow].backend();
            let seen = backend.map(|backend| backend.in_flight(&certificate.fingerprint())).transpose();
            let seen = seen.map_err(|error| RunError::Observe(error.into()))?;
            if seen == Some(InFlight::Seen(0)) {
                world.under_way[flow].remove(key);
            } else {
                world.under_way[flow].insert(key);
            }
        }
        Ok(condition.holds(land, &world))
    }

    /// What conditions ask for, as the backends show it.
    fn seen(&self, conditions: &[&dyn Condition]) -> Result<String, EnactError> {
        let (land, world) = (&self.plan().landscape, self.look()?);
        let told = conditions.iter().flat_map(|condition| match condition.asks() {
            Asks::Facts(facts) => {
                let said = |(fact, _)| format!("{}: {}", subject(land, fact), value(land, &world, fact));
                facts.into_iter().map(said).collect()
            }
            Asks::Open(window) => {
                let fact = Fact::Window(window);
                vec![format!("{}: {}", subject(land, fact), value(land, &world, fact))]
            }
            Asks::Drained(flow, key) => {
                let (flow, key) = (shown(&land.channels[flow].name), shown(&land.keys[key]));
                vec![format!("{flow} is not drained of {key}")]
            }
        });
        Ok(format!("seen: {}", told.collect::<Vec<String>>().join("; ")))
    }

    /// Lets everything arrive and the run do what it can: it waits all the same.
    fn stuck(&mut self, watch: &mut dyn FnMut(&Record)) -> Result<String, EnactError> {
        let land = &self.plan().landscape;
        let drains = land.channels.ids().map(|flow| land.drain(flow));
        let waits = self.plan().steps.rows().flat_map(|step| &step.extra().waits).map(|waits| waits.time);
        let longest = drains.chain(waits).max().unwrap_or_default();
        let later = self.now().checked_add(longest).unwrap_or(Timestamp::MAX);
        self.clock.set(later);
        for courier in self.couriers.values_mut() {
            courier.deliver(later)?;
        }
        match self.runner.run(self.site, false, watch)? {
            Ending::Waiting(waits) => {
                let mut told: Vec<String> = waits.iter().map(|wait| wait.sentence(self.checked)).collect();
                told.extend(self.unmet());
                Ok(format!("the run waits: {}", told.join("; ")))
            }
            Ending::Done => Err(Refused::NotShown("the run came to its end".to_owned()).into()),
            // A run goes by its record, and no record knows of a late effect.
            Ending::Moved(moved) | Ending::Broken(_, moved) if self.runner.unrecorded.is_some() => {
                let told = moved.iter().map(|d| format!("{} is {}, not {}", d.what, d.seen, d.recorded));
                Ok(format!("the run stops: {}", told.collect::<Vec<String>>().join("; ")))
            }
            Ending::Moved(_) | Ending::Broken(..) | Ending::Substituted(_) | Ending::Interrupted => {
                Err(Refused::NotShown("the run came to another end".to_owned()).into())
            }
        }
    }

    /// Each step whose turn has come and that cannot begin, and why.
    fn unmet(&self) -> Vec<String> {
        let plan = self.checked.plan();
        let reason = |step: StepId| {
            let found = barred(self.checked, self.runner.state(), step);
            let is_its_turn = found.iter().all(|blocker| {
                matches!(
                    blocker,
                    Blocker::Unmet(_)
                        | Blocker::Unknown(_)
                        | Blocker::Stale(_)
                        | Blocker::Waits(..)
                        | Blocker::NotBefore(_)
                        | Blocker::Late(_)
                        | Blocker::Unsettled(_)
                        | Blocker::Substituted(_)
                )
            });
            let name = shown(&plan.steps[step].name.value);
            (is_its_turn && !found.is_empty())
                .then(|| format!("{name}: {}", shown(&reasons(self.checked, step, &found))))
        };
        plan.steps.ids().filter_map(reason).collect()
    }
}
