//! Asks of every promise, of the laws and of the end whether some cut breaks them.

use std::collections::BTreeMap;

use crate::{
    check::Checked,
    condition::Asks,
    invariant::Hazard,
    proof::rules::Rules,
    world::{
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::{Fact, Transit, Value},
        state::{WindowState, World},
    },
};

use super::{
    Broken, Unsettled,
    history::{History, Reign},
};

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
    let begun = start.done.count_ones(..) > 0
        || start.heard.count_ones(..) > 0
        || start.under_way.rows().any(|keys| !keys.is_empty())
        || start.windows.rows().any(|window| *window != WindowState::Unagreed);
    if begun {
        return Err(Unsettled::Begun);
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
    Ok(Settled { questions: history.questions() })
}

/// What of a plan some cut breaks: one cut for each promise of each flow and for each law, one for the
/// end, one for the statements and one for what comes before what. Nothing where cuts cannot tell.
#[must_use]
pub fn broken(checked: &Checked, start: &World) -> Vec<Broken> {
    let Ok(history) = History::of(checked, start) else { return Vec::new() };
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
    drains: BTreeMap<(ChannelId, KeyId), Vec<StepId>>,
    /// The steps that wait until a window has begun.
    pub(super) opened: BTreeMap<WindowId, Vec<StepId>>,
}

impl<'a> Judge<'a> {
    fn of(history: &'a History<'a>) -> Self {
        let mut judge = Self { history, drains: BTreeMap::new(), opened: BTreeMap::new() };
        for (step, row) in history.checked().plan().steps.iter() {
            for need in &row.needs {
                match need.value.asks() {
                    Asks::Drained(flow, key) => judge.drains.entry((flow, key)).or_default().push(step),
                    Asks::Open(window) => judge.opened.entry(window).or_default().push(step),
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
        for named in history.reigns(Fact::Place(channel.stamps)).iter() {
            let Value::Key(Some(key)) = named.value else { continue };
            let refused =
                history.when(Fact::Accepts(channel.acceptor, key), |value| value == Value::Is(false));
            for run in &runs {
                let mut refused = refused.iter();
                refused.try_for_each(|r| self.never_under_way((flow, key), &[*run, *named], Some(*r)))?;
            }
        }
        Ok(())
    }

    /// No message is sent while `signs` are so and is under way while `refused` is so: at the end,
    /// without.
    ///
    /// It was sent at a cut that holds every drain of its key that the later cut holds: the drain
    /// would have waited for it.
    fn never_under_way(
        &self,
        (flow, key): (ChannelId, KeyId),
        signs: &[Reign],
        refused: Option<Reign>,
    ) -> Result<(), Unsettled> {
        let history = self.history;
        history.is_worth_it()?;
        let plan = history.checked().plan();
        let from: Vec<StepId> = signs.iter().filter_map(|reign| reign.from).collect();
        let until: Vec<StepId> = signs.iter().filter_map(|reign| reign.until).collect();
        let mut then = from.clone();
        let undone: Vec<StepId> = match refused {
            Some(refused) => {
                then.extend(refused.from);
                refused.until.into_iter().collect()
            }
            None => {
                then = plan.steps.ids().collect();
                Vec::new()
            }
        };
        if plan.landscape.channels[flow].transit == Transit::Immediately {
            return self.no_cut(then, &[undone, until].concat());
        }
        if !history.is_cut(&then, &undone) {
            return Ok(());
        }
        let drains = self.drains.get(&(flow, key)).map_or(&[][..], Vec::as_slice);
        let mut first = from;
        first.extend(drains.iter().filter(|drain| history.is_in(**drain, &then)));
        if history.is_cut(&first, &until) {
            return Err(Unsettled::Broken(Broken { first, sent: Some((flow, key)), then, open: Vec::new() }));
        }
        Ok(())
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
                    let then = run.from.into_iter().chain(before).collect();
                    return Err(Unsettled::Broken(Broken { then, ..Broken::default() }));
                }
            }
        }
        Ok(())
    }

    /// These are never so together before any of `undone` is done.
    fn never(&self, reigns: &[Reign], undone: &[StepId]) -> Result<(), Unsettled> {
        let done: Vec<StepId> = reigns.iter().filter_map(|reign| reign.from).collect();
        let until = reigns.iter().filter_map(|reign| reign.until);
        let undone: Vec<StepId> = until.chain(undone.iter().copied()).collect();
        self.no_cut(done, &undone)
    }

    /// There is no cut in which `done` are done and `undone` are not.
    fn no_cut(&self, done: Vec<StepId>, undone: &[StepId]) -> Result<(), Unsettled> {
        self.history.is_worth_it()?;
        if self.history.is_cut(&done, undone) {
            return Err(Unsettled::Broken(Broken { then: done, ..Broken::default() }));
        }
        Ok(())
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
            named.iter().try_for_each(|name| self.never_under_way((flow, key), &[run, *name], None))?;
        }
        Ok(())
    }

    fn running(&self, flow: ChannelId, is: bool) -> Vec<Reign> {
        self.history.when(Fact::Running(flow), |value| value == Value::Is(is))
    }
}
