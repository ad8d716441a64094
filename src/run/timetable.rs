//! When each moment of a story is played: as far apart as messages under way allow, and with a pause
//! where a step or a message waits until the runtime of a flow has let an old key go.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use crate::{
    check::Checked,
    condition::Asks,
    invariant::Breach,
    plan::Plan,
    proof::{
        rules::{Fault, Move, Rules},
        story::{Story, refused::Refused},
    },
    source::shown,
    world::{
        id::{ChannelId, KeyId, StepId},
        state::World,
    },
};

/// Moments are no further apart than this: it would add nothing.
const LONGEST: Duration = Duration::from_secs(60);

/// The times of the moments of a story, counted from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable {
    pace: Duration,
    /// What passes before each moment beside the pace, by its place.
    pauses: Vec<Duration>,
}

impl Timetable {
    /// The times of a story.
    ///
    /// # Errors
    /// When messages cannot be under way as it tells.
    pub fn of(checked: &Checked, story: &Story) -> Result<Self, Refused> {
        let plan = checked.plan();
        if let Some(flow) = plan.landscape.doubled() {
            let name = shown(&plan.landscape.channels[flow].name);
            return Err(Refused::NotPlayable(format!(
                "{name} lists two aliases, and here each message is signed once"
            )));
        }
        let mut plotter = Plotter {
            plan,
            pauses: Vec::new(),
            sent: BTreeMap::new(),
            named: BTreeMap::new(),
            left: BTreeMap::new(),
            ended: BTreeMap::new(),
            spans: Vec::new(),
        };
        let (rules, mut world) = (Rules::of(checked), plan.start.clone());
        for moment in &story.moments {
            // A step that ends the story does not take place.
            let after =
                rules.after(&world, moment.step).and_then(Result::ok).unwrap_or_else(|| world.clone());
            plotter.moment(moment.step, (&world, &after))?;
            world = after;
        }
        plotter.pauses.push(Duration::ZERO);
        if let Fault::Breach(Breach::Rejected(flow, key)) = story.ending.fault
            && world.under_way[flow].contains(key)
        {
            plotter.arrival((flow, key), &world)?;
        }
        plotter.timetable()
    }

    /// When a moment comes, by its number from one.
    #[must_use]
    pub fn at(&self, number: usize) -> SignedDuration {
        let pauses = self.pauses.iter().take(number).sum::<Duration>();
        let whole = u32::try_from(number).ok().and_then(|number| self.pace.checked_mul(number));
        let at = whole.and_then(|whole| whole.checked_add(pauses)).unwrap_or(Duration::MAX);
        SignedDuration::try_from(at).unwrap_or(SignedDuration::MAX)
    }

    /// How long the story takes.
    #[must_use]
    pub fn whole(&self) -> SignedDuration {
        self.at(self.pauses.len())
    }
}

/// From a moment to a later one no more time may pass than this.
#[derive(Clone, Copy, Debug)]
struct Span {
    flow: ChannelId,
    from: usize,
    to: usize,
    most: Duration,
}

/// Follows a story.
struct Plotter<'a> {
    plan: &'a Plan,
    pauses: Vec<Duration>,
    /// When a message was sent that is under way.
    sent: BTreeMap<(ChannelId, KeyId), usize>,
    /// The key with which the runtime of a flow signed last, and when it looked that up.
    named: BTreeMap<ChannelId, (KeyId, usize)>,
    /// When the alias of a flow that goes on to run came to name another key than this.
    left: BTreeMap<(ChannelId, KeyId), usize>,
    /// When a step was done.
    ended: BTreeMap<StepId, usize>,
    spans: Vec<Span>,
}

impl Plotter<'_> {
    fn moment(&mut self, step: Move, (before, after): (&World, &World)) -> Result<(), Refused> {
        let (land, place) = (&self.plan.landscape, self.pauses.len());
        self.pauses.push(Duration::ZERO);
        match step {
            Move::Act(step) => {
                self.wait_for_drains(step, before);
                self.wait_for_times(step);
                self.ended.insert(step, place);
            }
            // A proposal is done when it is answered.
            Move::Answer(step) => {
                self.ended.insert(step, place);
            }
            Move::Send(flow, key) => {
                self.wait_for_the_key(flow, key);
                self.sent.insert((flow, key), place);
                self.named.insert(flow, (key, place));
            }
            Move::Arrive(flow, key) => {
                self.arrival((flow, key), before)?;
                self.sent.remove(&(flow, key));
            }
            Move::Receive(_) | Move::Open(_) | Move::Late(_) => {}
        }
        for flow in land.channels.ids().filter(|flow| !land.channels[*flow].cache.is_zero()) {
            if !after.running[flow] {
                // A runtime that is stopped keeps nothing.
                self.named.remove(&flow);
                self.left.retain(|(other, _), _| *other != flow);
            } else if let Some(key) = before.stamp(land, flow)
                && after.stamp(land, flow) != Some(key)
            {
                self.left.insert((flow, key), place);
            }
        }
        Ok(())
    }

    /// What passes from a moment to the one that is looked at, beside the pace.
    fn paused_since(&self, place: usize) -> Duration {
        self.pauses.iter().skip(place + 1).sum()
    }

    fn pause(&mut self, time: Duration) {
        if let Some(last) = self.pauses.last_mut() {
            *last = (*last).max(time);
        }
    }

    /// A run takes a drain down when the runtime may not sign with the key any more.
    fn wait_for_drains(&mut self, step: StepId, before: &World) {
        for need in &self.plan.steps[step].needs {
            let Asks::Drained(flow, key) = need.value.asks() else { continue };
            let cache = self.plan.landscape.channels[flow].cache;
            if let Some(left) = self.left.get(&(flow, key))
                && before.running[flow]
                && self.paused_since(*left) < cache
            {
                self.pause(cache);
            }
        }
    }

    /// A step that waits after another one begins no earlier. Dates have come when a story begins.
    fn wait_for_times(&mut self, step: StepId) {
        for waits in &self.plan.steps[step].extra().waits {
            let ended = self.ended.get(&waits.after).copied().unwrap_or_default();
            self.pause(waits.time.saturating_sub(self.paused_since(ended)));
        }
    }

    /// A runtime that keeps another key signs with this one only when it has let that go.
    fn wait_for_the_key(&mut self, flow: ChannelId, key: KeyId) {
        let cache = self.plan.landscape.channels[flow].cache;
        if let Some((other, named)) = self.named.get(&flow)
            && *other != key
            && self.paused_since(*named) < cache
        {
            self.pause(cache);
        }
    }

    /// A message arrives that was under way.
    fn arrival(&mut self, (flow, key): (ChannelId, KeyId), world: &World) -> Result<(), Refused> {
        let (land, to) = (&self.plan.landscape, self.pauses.len().saturating_sub(1));
        let transit = land.transit(flow);
        if !transit.is_zero() {
            let from = self.sent.get(&(flow, key)).copied().unwrap_or(to);
            self.spans.push(Span { flow, from, to, most: transit });
            return Ok(());
        }
        // What arrives at once is signed now, with the key that the runtime kept or looks up.
        let cache = land.channels[flow].cache;
        let kept = self.named.get(&flow).filter(|(_, named)| self.paused_since(*named) < cache);
        match kept {
            Some((other, named)) if *other == key => {
                self.spans.push(Span { flow, from: *named, to, most: cache });
                Ok(())
            }
            None if world.stamp(land, flow) == Some(key) => {
                self.named.insert(flow, (key, to));
                Ok(())
            }
            _ => {
                let (name, key) = (shown(&land.channels[flow].name), shown(&land.keys[key]));
                Err(Refused::NotPlayable(format!(
                    "a message of {name} arrives at once, and at moment {} its runtime does not keep {key} any more",
                    to + 1
                )))
            }
        }
    }

    fn timetable(self) -> Result<Timetable, Refused> {
        let moments = u32::try_from(self.pauses.len() + 1).unwrap_or(u32::MAX);
        let mut pace = LONGEST;
        for span in &self.spans {
            let paused: Duration = self.pauses.get(span.from + 1..=span.to).unwrap_or_default().iter().sum();
            let flow = shown(&self.plan.landscape.channels[span.flow].name);
            let left = span.most.checked_sub(paused).filter(|left| !left.is_zero()).ok_or_else(|| {
                Refused::NotPlayable(format!(
                    "a message of {flow} is to arrive at moment {}, and by then more time passes than it may be \
                     under way: a step waits, or a runtime keeps a key meanwhile",
                    span.to + 1
                ))
            })?;
            // A flow counts whole milliseconds.
            let each = u64::try_from(left.as_millis() / u128::from(moments)).unwrap_or(u64::MAX);
            if each == 0 {
                return Err(Refused::NotPlayable(format!(
                    "it has more moments than a message of {flow} is under way for, in milliseconds"
                )));
            }
            pace = pace.min(Duration::from_millis(each));
        }
        Ok(Timetable { pace, pauses: self.pauses })
    }
}
