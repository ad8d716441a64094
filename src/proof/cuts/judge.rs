//! Asks of every promise, of the laws and of the end whether some cut breaks them.

use std::collections::BTreeMap;

use crate::{
    check::Checked,
    condition::Asks,
    invariant::Hazard,
    moment::{Event, Reign, Sent, Traffic},
    proof::rules::Rules,
    world::{
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::{Fact, Transit, Value},
        state::World,
    },
};

use super::{Broken, Unsettled, history::History};

/// What a proof by causal cuts rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// How many cuts were asked for; none of them is there.
    pub questions: usize,
}

/// Proves a plan from a start.
///
/// # Errors
/// Why it is not proved: it breaks what must hold, or causal cuts cannot tell.
pub fn settle(checked: &Checked, start: &World) -> Result<Settled, Unsettled> {
    if !start.is_fresh() {
        return Err(Unsettled::Begun);
    }
    if let Some(step) = checked.late().moves().first() {
        return Err(Unsettled::Late(*step));
    }
    if let Some(flow) = checked.plan().landscape.doubled() {
        return Err(Unsettled::Doubled(flow));
    }
    let history = History::of(checked, start)?;
    history.every_step_fits()?;
    let judge = Judge::of(&history);
    for (flow, hazard, window) in Rules::of(checked).judged() {
        match hazard {
            Hazard::Rejected => judge.never_rejected(flow)?,
            Hazard::Interrupted => judge.never_down(flow, window)?,
        }
    }
    for flow in checked.plan().landscape.channels.ids() {
        judge.always_resolves(flow)?;
    }
    judge.no_gap()?;
    judge.ends_well()?;
    judge.states_truly()?;
    judge.comes_before()?;
    if *start == checked.plan().start {
        judge.speaks_of_something()?;
    }
    Ok(Settled { questions: history.moments().questions() })
}

/// What of a plan some cut breaks: one cut for each promise of each flow and for each law, one for the
/// end, one for the statements and one for what comes before what. Nothing where cuts cannot tell.
#[must_use]
pub fn broken(checked: &Checked, start: &World) -> Vec<Broken> {
    let is_beyond = !checked.late().moves().is_empty() || checked.plan().landscape.doubled().is_some();
    let Some(history) = History::of(checked, start).ok().filter(|_| !is_beyond) else { return Vec::new() };
    if history.every_step_fits().is_err() {
        return Vec::new();
    }
    let judge = Judge::of(&history);
    let promises = Rules::of(checked).judged().into_iter().map(|(flow, hazard, window)| match hazard {
        Hazard::Rejected => judge.never_rejected(flow),
        Hazard::Interrupted => judge.never_down(flow, window),
    });
    let flows = checked.plan().landscape.channels.ids();
    let laws = flows.map(|flow| judge.always_resolves(flow)).collect::<Vec<_>>();
    let asked = promises.chain(laws).chain([judge.ends_well(), judge.states_truly(), judge.comes_before()]);
    let cut = |asked: Result<(), Unsettled>| match asked {
        Err(Unsettled::Broken(broken)) => Some(broken),
        _ => None,
    };
    asked.filter_map(cut).collect()
}

/// For each statement of a plan a moment of which it speaks: these steps are done then, with all
/// that they come after. Fewer where there is none, or where asking takes too long.
#[must_use]
pub fn occasions(checked: &Checked, start: &World) -> Vec<Vec<StepId>> {
    let Ok(history) = History::of(checked, start) else { return Vec::new() };
    let judge = Judge::of(&history);
    let statements = checked.plan().statements.iter();
    statements.map_while(|stated| judge.occasion(&stated.value.occasion())).collect()
}

/// What is asked of one history.
pub(super) struct Judge<'a> {
    pub(super) history: &'a History<'a>,
    /// The steps that wait until a key's messages have arrived.
    drains: BTreeMap<(ChannelId, KeyId), Vec<Event>>,
    /// The steps that wait until a window has begun.
    pub(super) opened: BTreeMap<WindowId, Vec<Event>>,
}

impl<'a> Judge<'a> {
    fn of(history: &'a History<'a>) -> Self {
        let mut judge = Self { history, drains: BTreeMap::new(), opened: BTreeMap::new() };
        for (step, row) in history.checked().plan().steps.iter() {
            for need in &row.needs {
                match need.value.asks() {
                    Asks::Drained(flow, key) => {
                        judge.drains.entry((flow, key)).or_default().push(history.event(step))
                    }
                    Asks::Open(window) => judge.opened.entry(window).or_default().push(history.event(step)),
                    Asks::Facts(_) => {}
                }
            }
        }
        judge
    }

    /// No message of the flow arrives where its key is not accepted.
    fn never_rejected(&self, flow: ChannelId) -> Result<(), Unsettled> {
        let history = self.history;
        let channel = &history.checked().plan().landscape.channels[flow];
        let runs = self.running(flow, true);
        for named in history.reigns(Fact::Place(channel.stamps)) {
            let Value::Key(Some(key)) = named.value else { continue };
            let refused =
                history.when(Fact::Accepts(channel.acceptor, key), |value| value == Value::Is(false));
            let traffic = self.traffic((flow, key), &runs, named);
            if let Some(sent) = history.moments().rejected(&traffic, &refused)? {
                return Err(self.arriving((flow, key), sent));
            }
        }
        Ok(())
    }

    /// The messages of a flow that are signed with a key while its alias names the key.
    fn traffic<'b>(
        &'b self,
        (flow, key): (ChannelId, KeyId),
        runs: &'b [Reign<Value>],
        named: Reign<Value>,
    ) -> Traffic<'b, Value> {
        let transit = self.history.checked().plan().landscape.channels[flow].transit;
        let drains = self.drains.get(&(flow, key)).map_or(&[][..], Vec::as_slice);
        Traffic { runs, named, drains, at_once: transit == Transit::Immediately }
    }

    /// A message that is under way where it must not be.
    fn arriving(&self, message: (ChannelId, KeyId), Sent { first, then }: Sent) -> Unsettled {
        let all = || self.history.checked().plan().steps.ids().collect();
        let then = then.map_or_else(all, |then| self.history.steps(&then));
        let sent = first.is_some().then_some(message);
        let first = first.map_or_else(Vec::new, |first| self.history.steps(&first));
        Unsettled::Broken(Broken { first, sent, then, open: Vec::new() })
    }

    /// The flow runs and can sign, or the window has begun.
    fn never_down(&self, flow: ChannelId, window: Option<WindowId>) -> Result<(), Unsettled> {
        let place = self.history.checked().plan().landscape.channels[flow].stamps;
        let stopped = self.running(flow, false);
        let nameless = self.history.when(Fact::Place(place), |value| value == Value::Key(None));
        let opened = window.and_then(|window| self.opened.get(&window)).map_or(&[][..], Vec::as_slice);
        stopped.iter().chain(&nameless).try_for_each(|down| self.never(&[*down], opened))
    }

    /// While the flow runs its alias names a key.
    fn always_resolves(&self, flow: ChannelId) -> Result<(), Unsettled> {
        let place = self.history.checked().plan().landscape.channels[flow].stamps;
        let nameless = self.history.when(Fact::Place(place), |value| value == Value::Key(None));
        for run in self.running(flow, true) {
            nameless.iter().try_for_each(|name| self.never(&[run, *name], &[]))?;
        }
        Ok(())
    }

    /// No flow runs while an exchange that leaves its alias without a key may be under way.
    fn no_gap(&self) -> Result<(), Unsettled> {
        let plan = self.history.checked().plan();
        for gap in plan.gaps() {
            self.history.is_worth_it()?;
            for run in self.running(gap.flow, true) {
                if self.history.before(gap.step, &[run]) {
                    let before = plan.steps[gap.step].after.iter().map(|before| before.value);
                    let then = self.history.steps(run.from.as_slice()).into_iter().chain(before).collect();
                    return Err(Unsettled::Broken(Broken { then, ..Broken::default() }));
                }
            }
        }
        Ok(())
    }

    /// These are never so together before any of `undone` is done.
    fn never(&self, reigns: &[Reign<Value>], undone: &[Event]) -> Result<(), Unsettled> {
        let Some(then) = self.history.moments().together(reigns, undone)? else { return Ok(()) };
        Err(Unsettled::Broken(Broken { then: self.history.steps(&then), ..Broken::default() }))
    }

    /// What must be so at the end is so then.
    fn ends_well(&self) -> Result<(), Unsettled> {
        let plan = self.history.checked().plan();
        let all = || Broken { then: plan.steps.ids().collect(), ..Broken::default() };
        for condition in &plan.finals {
            match condition.value.asks() {
                Asks::Facts(facts) => {
                    if facts.iter().any(|(fact, value)| self.history.at_the_end(*fact) != *value) {
                        return Err(Unsettled::Broken(all()));
                    }
                }
                Asks::Open(window) => {
                    if !self.opened.contains_key(&window) {
                        return Err(Unsettled::Broken(all()));
                    }
                }
                Asks::Drained(flow, key) => self.ends_drained(flow, key)?,
            }
        }
        Ok(())
    }

    /// At the end nothing is signed with the key, and no message that was is under way.
    fn ends_drained(&self, flow: ChannelId, key: KeyId) -> Result<(), Unsettled> {
        let plan = self.history.checked().plan();
        let channel = &plan.landscape.channels[flow];
        let named = self.history.when(Fact::Place(channel.stamps), |value| value == Value::Key(Some(key)));
        for run in self.running(flow, true) {
            for named in &named {
                let traffic = self.traffic((flow, key), std::slice::from_ref(&run), *named);
                if let Some(sent) = self.history.moments().left_over(&traffic)? {
                    return Err(self.arriving((flow, key), sent));
                }
            }
        }
        Ok(())
    }

    fn running(&self, flow: ChannelId, is: bool) -> Vec<Reign<Value>> {
        self.history.when(Fact::Running(flow), |value| value == Value::Is(is))
    }
}
