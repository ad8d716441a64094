//! Why a story ends as it does: which message fell and since when its key is not accepted, which part
//! of a condition does not hold, and which moment made it so.

use crate::{
    check::Checked,
    condition::{Asks, Condition},
    invariant::{Breach, Hazard},
    plan::Plan,
    proof::{
        ending::{is_untimely, promise, waiting},
        rules::{Fault, Move},
    },
    source::{Span, shown},
    syntax::spelt,
    world::{
        effect::Misfit,
        id::{ChannelId, KeyId, WindowId},
        landscape::{Fact, Transit, Value},
        state::{WindowState, World},
    },
};

use super::{
    Moment,
    change::{subject, value, word_for},
    step_of,
};

/// One reason of an ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// What is so, as a sentence fragment.
    pub text: String,
    /// The number of the moment that made it so, from one; nothing where it is so from the start, or
    /// where the plan says so.
    pub moment: Option<usize>,
    /// The line of the plan.
    pub at: Span,
}

/// Why a fault shows in a world to which the moments lead.
pub(super) fn because(
    checked: &Checked,
    moments: &[Moment],
    (world, fault): (&World, Fault),
) -> Vec<Because> {
    let plan = checked.plan();
    let why = Why { plan, moments, world, is_over: is_untimely(plan, world, fault) };
    match fault {
        Fault::Breach(Breach::Rejected(flow, key)) => why.rejected(flow, key),
        Fault::Breach(Breach::Interrupted(flow)) => {
            let window = promise(plan, (flow, Hazard::Interrupted)).and_then(|p| p.value.window());
            let mut found = why.down(flow);
            found.extend(window.map(|window| why.window(window)));
            found
        }
        Fault::Breach(Breach::Unresolved(flow)) => {
            let at = plan.declared.flows[flow];
            let places = plan.landscape.channels[flow].aliases().map(Fact::Place);
            [Fact::Running(flow)].into_iter().chain(places).map(|fact| why.fact(fact, at)).collect()
        }
        Fault::Gap(gap) => vec![why.fact(Fact::Running(gap.flow), plan.declared.flows[gap.flow])],
        Fault::Misfit(step, misfit) => {
            let at = plan.steps[step].action.span;
            why.misfit(misfit).into_iter().map(|fact| why.fact(fact, at)).collect()
        }
        Fault::Stale(step, need) => {
            let need = plan.steps[step].needs.get(need);
            need.map(|need| why.missed(need.value.as_ref(), need.span)).unwrap_or_default()
        }
        Fault::Goal(number) => {
            let goal = plan.finals.get(number);
            goal.map(|goal| why.missed(goal.value.as_ref(), goal.span)).unwrap_or_default()
        }
        Fault::Untrue(number) => why.untrue(number),
        Fault::Stuck => waiting(checked, world)
            .map(|wait| Because { text: format!("it waits for {}", wait.what), moment: None, at: wait.at })
            .into_iter()
            .collect(),
        Fault::Vacuous(_) => Vec::new(),
    }
}

struct Why<'a> {
    plan: &'a Plan,
    moments: &'a [Moment],
    world: &'a World,
    /// Whether the windows count as over.
    is_over: bool,
}

impl Why<'_> {
    /// The last moment that changed a fact: its number from one, and the place in the plan.
    fn since(&self, fact: Fact) -> Option<(usize, Span)> {
        let mut last = self.moments.iter().enumerate().rev();
        let changed = |moment: &Moment| moment.changes.iter().any(|change| change.fact == Some(fact));
        last.find(|(_, moment)| changed(moment)).map(|(number, moment)| (number + 1, moment.at))
    }

    /// Since when: ` since moment 11 (retire_old)`.
    fn when(&self, since: Option<(usize, Span)>) -> String {
        let Some((number, _)) = since else { return " from the start on".to_owned() };
        let moment = number.checked_sub(1).and_then(|index| self.moments.get(index));
        match moment.and_then(|moment| step_of(self.plan, moment.step)) {
            Some(step) => {
                format!(" since moment {number} ({})", shown(&self.plan.steps[step].name.value))
            }
            None => format!(" since moment {number}"),
        }
    }

    /// What a fact is, and since when.
    fn fact(&self, fact: Fact, otherwise: Span) -> Because {
        let since = self.since(fact);
        let is = self.is(fact, self.world.value(&self.plan.landscape, fact));
        Because {
            text: format!("{is}{}", self.when(since)),
            moment: since.map(|(number, _)| number),
            at: since.map_or(otherwise, |(_, at)| at),
        }
    }

    /// That a fact has a value, as a sentence.
    fn is(&self, fact: Fact, value: Value) -> String {
        let land = &self.plan.landscape;
        let name = subject(land, fact);
        match (fact, value) {
            (Fact::Accepts(..), Value::Is(true)) => name,
            (Fact::Accepts(receiver, key), _) => {
                format!(
                    "{} does not accept {}",
                    shown(&land.acceptors[receiver].name),
                    shown(&land.keys[key])
                )
            }
            (Fact::AcceptsOther(_), Value::Is(true)) => name,
            (Fact::AcceptsOther(receiver), _) => {
                format!("{} accepts no other key", shown(&land.acceptors[receiver].name))
            }
            (Fact::Place(_), Value::Key(None)) => format!("{name} names no key"),
            _ => format!("{name} is {}", word_for(land, fact, value)),
        }
    }

    fn rejected(&self, flow: ChannelId, key: KeyId) -> Vec<Because> {
        let plan = self.plan;
        let channel = &plan.landscape.channels[flow];
        let key_name = shown(&plan.landscape.keys[key]);
        let end = self.moments.len() + 1;
        let sent = self.moments.iter().rposition(|moment| moment.step == Move::Send(flow, key));
        let signed = match (channel.transit, sent) {
            (Transit::Within(_), Some(index)) => {
                let number = index + 1;
                let text =
                    format!("it was signed with {key_name} at moment {number} and arrives at moment {end}");
                Because { text, moment: Some(number), at: plan.declared.transits[flow] }
            }
            _ => {
                let at = plan.declared.flows[flow];
                let place = self.fact(Fact::Place(channel.stamps), at);
                let beside = channel.beside.map(|beside| self.fact(Fact::Place(beside), at).text);
                let beside = beside.map_or_else(String::new, |text| format!("; {text}"));
                Because { text: format!("it is signed with {key_name}: {}{beside}", place.text), ..place }
            }
        };
        let receiver = plan.declared.receivers[channel.acceptor];
        let carried = plan.landscape.pairs().carried(key);
        let refused = carried.map(|key| self.fact(Fact::Accepts(channel.acceptor, key), receiver));
        let kept = sent.and_then(|sent| self.kept((flow, key), sent));
        [signed].into_iter().chain(kept).chain(refused).collect()
    }

    /// That the runtime of a flow may sign on with a key after its exchange, where it went on to run.
    fn kept(&self, (flow, key): (ChannelId, KeyId), sent: usize) -> Option<Because> {
        let plan = self.plan;
        let channel = &plan.landscape.channels[flow];
        let at = *plan.declared.caches.get(&flow).filter(|_| !channel.cache.is_zero())?;
        let changes = |moment: &Moment, fact: Fact| moment.changes.iter().any(|c| c.fact == Some(fact));
        let after = || self.moments.iter().enumerate().skip(sent + 1);
        let stop = after().find(|(_, moment)| changes(moment, Fact::Running(flow))).map(|(index, _)| index);
        let exchange = after().find(|(_, moment)| changes(moment, Fact::Place(channel.stamps)));
        let key = shown(&plan.landscape.keys[key]);
        if let Some((index, _)) = exchange.filter(|(index, _)| stop.is_none_or(|stop| *index < stop)) {
            let (number, time) = (index + 1, spelt(channel.cache));
            let text = format!("the runtime may sign with {key} up to {time} after moment {number}");
            return Some(Because { text, moment: Some(number), at });
        }
        plan.landscape.transit(flow).is_zero().then(|| {
            let text = "messages of a flow that keeps keys are judged as if they took time".to_owned();
            Because { text, moment: None, at }
        })
    }

    fn down(&self, flow: ChannelId) -> Vec<Because> {
        let at = self.plan.declared.flows[flow];
        if !self.world.running[flow] {
            return vec![self.fact(Fact::Running(flow), at)];
        }
        let places = self.plan.landscape.channels[flow].aliases();
        places.map(|place| self.fact(Fact::Place(place), at)).collect()
    }

    fn window(&self, window: WindowId) -> Because {
        let name = shown(&self.plan.landscape.windows[window].name);
        let is = value(&self.plan.landscape, self.world, Fact::Window(window));
        let text = match self.world.windows[window] {
            WindowState::Open if self.is_over => {
                format!("the window {name} is open, and may be over when an attempt comes late")
            }
            WindowState::Open => format!("the window {name} is open"),
            _ => format!("the window {name} is {is}, and has not begun"),
        };
        Because { text, moment: None, at: self.plan.declared.windows[window] }
    }

    /// The facts that a step does not fit.
    fn misfit(&self, misfit: Misfit) -> Vec<Fact> {
        match misfit {
            Misfit::Occupied(place, _) | Misfit::NotThere(place, _) | Misfit::Nothing(place) => {
                vec![Fact::Place(place)]
            }
            Misfit::Full(receiver, _) => {
                let held = self.world.accepted[receiver].iter();
                held.map(|key| Fact::Accepts(receiver, key)).collect()
            }
            Misfit::Refused(receiver, key) => vec![Fact::Accepts(receiver, key)],
            Misfit::Absent(..) | Misfit::NoProposal(_) => Vec::new(),
        }
    }

    /// Each part of a condition that does not hold: what is asked for, what is so, and since when.
    fn missed(&self, condition: &dyn Condition, at: Span) -> Vec<Because> {
        let land = &self.plan.landscape;
        match condition.asks() {
            Asks::Facts(facts) => {
                let missed = facts
                    .into_iter()
                    .filter(|(fact, asked)| self.world.value(&self.plan.landscape, *fact) != *asked);
                missed
                    .map(|(fact, asked)| {
                        let found = self.fact(fact, at);
                        let sentence = shown(&condition.sentence(land));
                        let asked = self.is(fact, asked);
                        let text = format!("`{sentence}` asks that {asked}, and {}", found.text);
                        Because { text, ..found }
                    })
                    .collect()
            }
            Asks::Open(window) => vec![self.window(window)],
            Asks::Drained(flow, key) => {
                let (name, key_name) = (shown(&land.channels[flow].name), shown(&land.keys[key]));
                let sent = self.moments.iter().rposition(|moment| moment.step == Move::Send(flow, key));
                let text = match sent {
                    Some(index) if self.world.under_way[flow].contains(key) => {
                        format!(
                            "a message of {name} signed with {key_name} is under way since moment {}",
                            index + 1
                        )
                    }
                    _ => format!("{name} still signs with {key_name}"),
                };
                vec![Because { text, moment: sent.map(|index| index + 1), at }]
            }
        }
    }

    /// The parts of a statement that break it.
    fn untrue(&self, number: usize) -> Vec<Because> {
        let Some(stated) = self.plan.statements.get(number) else { return Vec::new() };
        let (at, stated) = (stated.span, &stated.value);
        let mut found = Vec::new();
        let during = stated.during().map(|during| self.held(during, at)).unwrap_or_default();
        found.extend(during);
        found.extend(if stated.is_always() || stated.is_before() {
            self.missed(stated.what(), at)
        } else {
            self.held(stated.what(), at)
        });
        found
    }

    /// Each part of a condition that holds, and since when.
    fn held(&self, condition: &dyn Condition, at: Span) -> Vec<Because> {
        match condition.asks() {
            Asks::Facts(facts) => facts.into_iter().map(|(fact, _)| self.fact(fact, at)).collect(),
            Asks::Open(window) => vec![self.window(window)],
            Asks::Drained(..) => Vec::new(),
        }
    }
}
