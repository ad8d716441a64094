//! No moment breaks a promise or a law, and the end is as it must be.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    condition::Asks,
    invariant::{Hazard, Invariant, rejected::NeverRejected},
    plan::Plan,
    world::{
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::{Fact, Transit, Value},
        state::{WindowState, World},
    },
};

use super::{History, Reasons, Refused, history::Term};

/// What is judged of a plan.
pub(super) enum Judged<'a> {
    Promised(&'a dyn Invariant),
    /// Of every flow, unless it is waived.
    Unsaid(NeverRejected),
}

impl<'a> std::ops::Deref for Judged<'a> {
    type Target = dyn Invariant + 'a;
    fn deref(&self) -> &Self::Target {
        match self {
            Self::Promised(invariant) => *invariant,
            Self::Unsaid(invariant) => invariant,
        }
    }
}

/// The promises of a plan that are not waived; and of each flow that no message is rejected.
pub(super) fn judged(plan: &Plan) -> Vec<Judged<'_>> {
    let waived: BTreeSet<(ChannelId, Hazard)> = plan.waivers.iter().map(|w| (w.flow, w.hazard)).collect();
    let said: Vec<&dyn Invariant> = plan.promises.iter().map(|promise| promise.value.as_ref()).collect();
    let spoken: BTreeSet<(ChannelId, Hazard)> = said.iter().map(|promise| promise.hazard()).collect();
    let is_left = |flow: &ChannelId| {
        let rejected = (*flow, Hazard::Rejected);
        !spoken.contains(&rejected) && !waived.contains(&rejected)
    };
    let unsaid: Vec<ChannelId> = plan.landscape.channels.ids().filter(is_left).collect();
    let said = said.iter().filter(|promise| !waived.contains(&promise.hazard()));
    said.map(|promise| Judged::Promised(*promise))
        .chain(unsaid.into_iter().map(|flow| Judged::Unsaid(NeverRejected::of(flow))))
        .collect()
}

/// Shows by the order of the steps that a plan keeps its promises from a start; gives how many
/// things had to be shown.
///
/// # Errors
/// What the reasons do not show.
pub fn show(checked: &Checked, start: &World, reasons: &dyn Reasons) -> Result<usize, Refused> {
    let (plan, order) = (checked.plan(), checked.order());
    let history = History::of(checked, start, reasons)?;
    let fresh = start.done.is_clear()
        && start.heard.is_clear()
        && start.under_way.rows().all(|keys| keys.is_empty())
        && start.windows.rows().all(|window| *window == WindowState::Unagreed);
    history.must(fresh, || "what happens from the middle of something on".to_owned())?;
    let whole = order.sequence().len() == plan.steps.len()
        && order.sequence().iter().enumerate().all(|(at, step)| order.position(*step) == at);
    history.must(whole, || "that the steps have an order".to_owned())?;
    let in_time = checked.late().moves().is_empty();
    history.must(in_time, || "what an attempt changes that comes late".to_owned())?;
    plan.steps.ids().try_for_each(|step| history.can_be_done(step))?;
    let moments = Moments::of(&history);
    for promise in judged(plan) {
        let (flow, hazard) = promise.hazard();
        let kept = match hazard {
            Hazard::Rejected => moments.never_rejected(flow),
            Hazard::Interrupted => moments.never_down(flow, promise.window()),
        };
        let sentence = || crate::source::shown(&promise.sentence(&plan.landscape));
        history.must(kept, || format!("that a promise is kept: {}", sentence()))?;
    }
    for (number, stated) in plan.statements.iter().enumerate() {
        let sentence = || crate::source::shown(&stated.value.sentence(&plan.landscape));
        let prepared = stated
            .value
            .beginning()
            .is_none_or(|beginning| moments.never_unprepared(&beginning, &stated.value.occasion()));
        let kept = prepared && stated.value.breaches().iter().all(|breach| moments.never_so(breach));
        history.must(kept, || format!("that a promise is kept: {}", sentence()))?;
        let moment = reasons.moment(number);
        let speaks = moment.is_some_and(|done| moments.is_moment(&done, &stated.value.occasion()));
        history.must(speaks, || format!("a moment of which a promise speaks: {}", sentence()))?;
    }
    for (flow, row) in plan.landscape.channels.iter() {
        let name = || format!("that {} always finds a key", crate::source::shown(&row.name));
        history.must(moments.always_resolves(flow), name)?;
    }
    for gap in plan.gaps() {
        let row = &plan.landscape.channels[gap.flow];
        let name =
            || format!("that {} does not run while its alias names no key", crate::source::shown(&row.name));
        let runs = moments.runs(gap.flow, true);
        history.must(runs.iter().all(|run| history.is_never_at(gap.step, &[*run])), name)?;
    }
    for condition in &plan.finals {
        let sentence = || crate::source::shown(&condition.value.sentence(&plan.landscape));
        history.must(moments.ends(&condition.value.asks()), || format!("the end: {}", sentence()))?;
    }
    for known in &plan.known {
        let Some(condition) = plan.finals.get(known.value.what) else {
            return Err(Refused::gap("what is to be known at the end"));
        };
        for role in &known.value.roles {
            let is_known = history.is_known(*role, &condition.value.asks());
            let name = || crate::source::shown(&plan.landscape.roles[*role]);
            history.must(is_known, || format!("that {} knows the end", name()))?;
        }
    }
    Ok(history.shown.get())
}

/// What can be so at the moments of a history.
pub(super) struct Moments<'a> {
    pub(super) history: &'a History<'a>,
    /// The steps that wait until no message with a key is under way.
    drains: BTreeMap<(ChannelId, KeyId), Vec<StepId>>,
    /// The steps that wait until a window has begun.
    pub(super) opened: BTreeMap<WindowId, Vec<StepId>>,
}

impl<'a> Moments<'a> {
    fn of(history: &'a History<'a>) -> Self {
        let mut moments = Self { history, drains: BTreeMap::new(), opened: BTreeMap::new() };
        for (step, row) in history.checked.plan().steps.iter() {
            for need in &row.needs {
                match need.value.asks() {
                    Asks::Drained(flow, key) => moments.drains.entry((flow, key)).or_default().push(step),
                    Asks::Open(window) => moments.opened.entry(window).or_default().push(step),
                    Asks::Facts(_) => {}
                }
            }
        }
        moments
    }

    fn runs(&self, flow: ChannelId, is: bool) -> Vec<Term> {
        self.history.when(Fact::Running(flow), |value| value == Value::Is(is))
    }

    fn names(&self, flow: ChannelId, holds: impl Fn(Value) -> bool) -> Vec<Term> {
        self.history.when(Fact::Place(self.history.checked.plan().landscape.channels[flow].stamps), holds)
    }

    /// No message arrives where its key is not accepted.
    fn never_rejected(&self, flow: ChannelId) -> bool {
        let channel = &self.history.checked.plan().landscape.channels[flow];
        let runs = self.runs(flow, true);
        self.names(flow, |value| value != Value::Key(None)).iter().all(|name| {
            let Value::Key(Some(key)) = name.value else { return false };
            let refused =
                self.history.when(Fact::Accepts(channel.acceptor, key), |value| value == Value::Is(false));
            runs.iter().all(|run| {
                refused.iter().all(|refused| self.never_under_way((flow, key), [run, name], Some(refused)))
            })
        })
    }

    /// No message is signed while `signs` is so and under way while `refused` is so, or at the end.
    fn never_under_way(
        &self,
        (flow, key): (ChannelId, KeyId),
        signs: [&Term; 2],
        refused: Option<&Term>,
    ) -> bool {
        let history = self.history;
        let mut sent: Vec<StepId> = signs.iter().filter_map(|term| term.from).collect();
        let until: Vec<StepId> = signs.iter().filter_map(|term| term.until).collect();
        // Where nothing is named, everything is done.
        let later =
            refused.map(|refused| -> Vec<StepId> { sent.iter().copied().chain(refused.from).collect() });
        let ended: Vec<StepId> = refused.and_then(|refused| refused.until).into_iter().collect();
        if self.history.checked.plan().landscape.channels[flow].transit == Transit::Immediately {
            return later.map_or(!until.is_empty(), |later| {
                history.is_never(&later, &ended) || history.is_never(&later, &until)
            });
        }
        if later.as_ref().is_some_and(|later| history.is_never(later, &ended)) {
            return true;
        }
        // A drain that is done when it arrives was done when it was sent: it would have waited.
        let drains = self.drains.get(&(flow, key)).into_iter().flatten();
        sent.extend(drains.filter(|drain| later.as_ref().is_none_or(|later| history.is_in(**drain, later))));
        history.is_never(&sent, &until)
    }

    /// The flow runs and its alias names a key, or the window has begun.
    fn never_down(&self, flow: ChannelId, window: Option<WindowId>) -> bool {
        let opened = window.and_then(|window| self.opened.get(&window)).map_or(&[][..], Vec::as_slice);
        let nameless = self.names(flow, |value| value == Value::Key(None));
        self.runs(flow, false).iter().chain(&nameless).all(|down| {
            let (from, until) = (down.from.as_slice(), down.until.as_slice());
            self.history.is_never(from, until) || self.history.is_never(from, opened)
        })
    }

    /// Whenever the flow runs, its alias names a key.
    fn always_resolves(&self, flow: ChannelId) -> bool {
        let nameless = self.names(flow, |value| value == Value::Key(None));
        self.runs(flow, true).iter().all(|run| {
            nameless.iter().all(|name| {
                let from: Vec<StepId> = run.from.into_iter().chain(name.from).collect();
                let until: Vec<StepId> = run.until.into_iter().chain(name.until).collect();
                self.history.is_never(&from, &until)
            })
        })
    }

    /// A condition holds when everything is done.
    fn ends(&self, asks: &Asks) -> bool {
        match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, value)| self.history.last(*fact).value == *value),
            Asks::Open(window) => self.opened.contains_key(window),
            Asks::Drained(flow, key) => {
                let names = self.names(*flow, |value| value == Value::Key(Some(*key)));
                self.runs(*flow, true).iter().all(|run| {
                    names.iter().all(|name| self.never_under_way((*flow, *key), [run, name], None))
                })
            }
        }
    }
}
