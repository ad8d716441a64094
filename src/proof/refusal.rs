//! The page of a refused plan: which promise breaks, on the author's lines, and what to do next. The
//! page labels the moments that matter for the fault; the story tells them all.

use miette::LabeledSpan;

use crate::{
    check::{Checked, unannounced_step::report},
    condition::Asks,
    invariant::Breach,
    plan::gap::Gap,
    source::{Finding, Span, shown},
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::Fact,
        state::World,
    },
};

use super::{
    ending::{belief, goal, promise, statement, waiting},
    refused::{AliasLost, CannotFinish, GoalMissed, Interrupted, PromiseBroken, PromiseVacuous, StaleBelief},
    rules::{Fault, Move},
};

/// Makes the page for a fault. `world` is the moment at which it shows, `moves` lead there.
#[must_use]
pub fn refusal(checked: &Checked, world: &World, fault: Fault, moves: &[Move]) -> Finding {
    let page = Page { checked, world, moves };
    match fault {
        Fault::Breach(Breach::Rejected(flow, key)) => page.rejected(flow, key),
        Fault::Breach(Breach::Interrupted(flow)) => page.interrupted(flow),
        Fault::Breach(Breach::Unresolved(flow)) => page.alias_lost(flow),
        Fault::Gap(gap) => page.gap(gap),
        Fault::Misfit(step, misfit) => page.misfit(step, misfit),
        Fault::Stale(step, need) => page.stale(step, need),
        Fault::Goal(number) => page.goal(number),
        Fault::Stuck => page.stuck(),
        Fault::Untrue(number) => page.untrue(number),
        Fault::Vacuous(number) => page.vacuous(number),
    }
}

/// A fault and what led to it.
pub(super) struct Page<'a> {
    pub(super) checked: &'a Checked,
    pub(super) world: &'a World,
    pub(super) moves: &'a [Move],
}

impl Page<'_> {
    pub(super) fn step(&self, step: StepId) -> String {
        shown(&self.checked.plan().steps[step].name.value)
    }

    pub(super) fn key(&self, key: KeyId) -> String {
        shown(&self.checked.plan().landscape.keys[key])
    }

    pub(super) fn window(&self, window: WindowId) -> String {
        shown(&self.checked.plan().landscape.windows[window].name)
    }

    pub(super) fn role(&self, step: StepId) -> String {
        let plan = self.checked.plan();
        shown(&plan.landscape.roles[plan.steps[step].role.value])
    }

    pub(super) fn act_at(&self, step: StepId) -> Span {
        self.checked.plan().steps[step].action.span
    }

    /// The last moment at which a step with such an effect was done: its number from 1, the step.
    pub(super) fn last(&self, has: impl Fn(&Effect) -> bool) -> Option<(usize, StepId)> {
        let plan = self.checked.plan();
        self.moves.iter().enumerate().rev().find_map(|(number, step)| match step {
            Move::Act(id) | Move::Late(id) if plan.steps[*id].action.value.effects().iter().any(&has) => {
                Some((number + 1, *id))
            }
            _ => None,
        })
    }

    /// The first moment after another one, by its place, at which a step with such an effect was done.
    pub(super) fn first_after(
        &self,
        place: Option<usize>,
        has: impl Fn(&Effect) -> bool,
    ) -> Option<(usize, StepId)> {
        let plan = self.checked.plan();
        let from = place.map_or(0, |place| place + 1);
        self.moves.iter().enumerate().skip(from).find_map(|(number, step)| match step {
            Move::Act(id) | Move::Late(id) if plan.steps[*id].action.value.effects().iter().any(&has) => {
                Some((number + 1, *id))
            }
            _ => None,
        })
    }

    /// A step of the plan, done or not, with such an effect.
    pub(super) fn step_that(&self, has: impl Fn(&Effect) -> bool) -> Option<StepId> {
        let mut steps = self.checked.plan().steps.iter();
        steps.find(|(_, row)| row.action.value.effects().iter().any(&has)).map(|(id, _)| id)
    }

    /// How one step comes to be after another: an edge, and a report if the roles differ.
    pub(super) fn order(&self, later: StepId, earlier: StepId) -> String {
        let (plan, order) = (self.checked.plan(), self.checked.order());
        if order.is_before(later, earlier) {
            let (later, earlier) = (self.step(later), self.step(earlier));
            return format!("turn the two around: `{later}` must come after `{earlier}`");
        }
        report((plan, order, self.checked.knowledge()), later, earlier, true)
    }

    /// Whether the move with this number, from 1, is a late effect.
    fn is_late(&self, moment: usize) -> bool {
        let at = moment.checked_sub(1).and_then(|index| self.moves.get(index));
        matches!(at, Some(Move::Late(_)))
    }

    /// The help where a late effect did it.
    fn in_time(&self, step: StepId) -> String {
        let name = self.step(step);
        format!(
            "let `{name}` be done by what ends with its attempt, and take `may come late` out of it; or let no \
             later step undo what it does"
        )
    }

    fn interrupted(&self, flow: ChannelId) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let flow_name = shown(&channel.name);
        let promise = promise(plan, (flow, crate::invariant::Hazard::Interrupted));
        let window = promise.and_then(|p| p.value.window());
        let mut labels: Vec<LabeledSpan> =
            promise.map(|p| label("promised here", p.span)).into_iter().collect();
        let stopped = self.last(|effect| matches!(effect, Effect::Stop(c) if *c == flow));
        let late = stopped.filter(|(moment, _)| self.is_late(*moment));
        let help = match (stopped, window) {
            (Some((moment, step)), _) if late.is_some() => {
                let text = format!("moment {moment}: {LATE}, and `{flow_name}` stops");
                labels.push(primary(&text, self.act_at(step)));
                self.in_time(step)
            }
            _ if self.world.running[flow] => {
                let text = shown(&plan.landscape.nameless(flow));
                labels.push(primary(&text, plan.declared.flows[flow]));
                format!("say which key the alias names at the start, or let `{flow_name}` begin `undeployed`")
            }
            (None, _) => {
                labels.push(primary("does not run at the start", plan.declared.flows[flow]));
                format!("let `{flow_name}` begin `deployed`, or take the promise out")
            }
            (Some((moment, step)), Some(window)) => {
                let window = self.window(window);
                let text = format!("moment {moment}: `{flow_name}` stops, and `{window}` is not open");
                labels.push(primary(&text, self.act_at(step)));
                format!("give `{}` the line `needs {window} open`", self.step(step))
            }
            (Some((moment, step)), None) => {
                labels.push(primary(&format!("moment {moment}: `{flow_name}` stops"), self.act_at(step)));
                let window = plan.landscape.windows.ids().next().map(|w| self.window(w));
                let declare =
                    if window.is_none() { ", and declare `window downtime at most 4h`" } else { "" };
                let window = window.unwrap_or_else(|| "downtime".to_owned());
                format!(
                    "leave `{}` out, or promise `{flow_name} interrupted only in {window}`{declare}",
                    self.step(step)
                )
            }
        };
        Box::new(Interrupted {
            what: format!("`{flow_name}` is interrupted where it must not be"),
            help,
            labels,
        })
    }

    fn gap(&self, Gap { step, flow }: Gap) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let (flow_name, name) = (shown(&channel.name), self.step(step));
        let place = plan.exchanged(step).unwrap_or(channel.stamps);
        let store = &plan.landscape.stores[plan.landscape.places[place].store].name;
        let place = shown(&plan.landscape.place_name(place));
        let what = format!("`{flow_name}` may run while `{name}` is half done and {place} names no key");
        let help = format!(
            "undeploy `{flow_name}` in a step before `{name}`, and deploy it after; or take a keystore for `{}` that \
             exchanges in one act, and `exchanges with a gap` out",
            shown(store)
        );
        let at = plan.declared.flows[flow];
        let labels = vec![
            primary("between its two acts the alias names no key", self.act_at(step)),
            label("looks its key up all the while", at),
        ];
        Box::new(AliasLost { what, help, labels })
    }

    fn alias_lost(&self, flow: ChannelId) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let place = &plan.landscape.places[channel.stamps];
        let flow_name = shown(&channel.name);
        let what = format!("`{flow_name}` runs while {}", shown(&plan.landscape.nameless(flow)));
        let mut labels = vec![label("signs with what lies there", plan.declared.flows[flow])];
        let line = format!(
            "`alias \"{}\" is ...` in `{}`",
            shown(place.alias.as_str()),
            shown(&plan.landscape.stores[place.store].name)
        );
        let help = match self.last(|effect| matches!(effect, Effect::Start(c) if *c == flow)) {
            Some((moment, step)) => {
                labels.push(primary(&format!("moment {moment}: it is deployed"), self.act_at(step)));
                format!(
                    "say which key the alias names at the start: {line}; or leave `{}` out",
                    self.step(step)
                )
            }
            None => format!(
                "say which key the alias names at the start: {line}; or let `{flow_name}` begin `undeployed`"
            ),
        };
        Box::new(AliasLost { what, help, labels })
    }

    fn stale(&self, step: StepId, need: usize) -> Finding {
        let (need, at) = belief(self.checked.plan(), step, need);
        let what = format!("`{}` is done in the belief that `{need}`, which is false", self.step(step));
        let text =
            format!("moment {}: `{}` believes this, and it is not so", self.moves.len(), self.role(step));
        let help =
            "let the step that changes it come after this one, or let its role report the change first"
                .to_owned();
        Box::new(StaleBelief { what, help, labels: vec![primary(&text, at)] })
    }

    fn goal(&self, number: usize) -> Finding {
        let (sentence, at, found) = goal(self.checked.plan(), self.world, number);
        let what = format!("every step is done, and `{sentence}` does not hold");
        let mut labels = vec![primary(&found, at)];
        let asked = match self.checked.plan().finals.get(number).map(|end| end.value.asks()) {
            Some(Asks::Facts(facts)) => facts,
            _ => Vec::new(),
        };
        let writes = |effect: &Effect| {
            let written = effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces());
            written.into_iter().any(|fact| asked.iter().any(|(about, _)| is_about(*about, fact)))
        };
        let help = match self.last(writes).filter(|(moment, _)| self.is_late(*moment)) {
            Some((moment, step)) => {
                labels.push(label(&format!("moment {moment}: {LATE}"), self.act_at(step)));
                self.in_time(step)
            }
            None => "add the step that makes it so, or take the sentence out".to_owned(),
        };
        Box::new(GoalMissed { what, help, labels })
    }

    fn untrue(&self, number: usize) -> Finding {
        let (sentence, at) = statement(self.checked.plan(), number);
        let what = format!("the promise `{sentence}` is broken");
        let (text, help) = match (self.moves.len(), self.moves.last()) {
            (count, Some(Move::Late(step))) => (
                Some((format!("moment {count}: {LATE}, and this breaks it"), self.act_at(*step))),
                self.in_time(*step),
            ),
            (count, Some(Move::Act(step))) => {
                let text = format!("moment {count}: this breaks it");
                (
                    Some((text, self.act_at(*step))),
                    format!("let `{}` come at another time, or take the promise out", self.step(*step)),
                )
            }
            (0, _) => (None, "say another start, or take the promise out".to_owned()),
            _ => (
                None,
                "let the step that it is about come at another time, or take the promise out".to_owned(),
            ),
        };
        let mut labels = vec![primary("promised here", at)];
        labels.extend(text.map(|(text, at)| label(&text, at)));
        Box::new(PromiseBroken { what, help, labels })
    }

    fn vacuous(&self, number: usize) -> Finding {
        let (sentence, at) = statement(self.checked.plan(), number);
        let what = format!("`{sentence}` promises nothing");
        let help = "say a moment that comes, or take the promise out".to_owned();
        let stated = self.checked.plan().statements.get(number);
        let word = if stated.is_some_and(|s| s.value.is_before()) { "before" } else { "while" };
        let text = format!("there is no moment at which what follows `{word}` holds");
        let labels = vec![primary(&text, at)];
        Box::new(PromiseVacuous { what, help, labels })
    }

    fn stuck(&self) -> Finding {
        let Some(wait) = waiting(self.checked, self.world) else {
            let at = self.checked.plan().declared.head;
            let help = "add the step that is missing".to_owned();
            let labels = vec![label("this plan", at)];
            return Box::new(CannotFinish { what: "the plan cannot finish".to_owned(), help, labels });
        };
        let role = self.role(wait.step);
        let what = format!("the plan cannot finish: `{role}` can never begin `{}`", self.step(wait.step));
        let mut labels = vec![primary("waited for, and it never comes", wait.at)];
        if let (Some(Move::Act(step)), count) = (self.moves.last(), self.moves.len()) {
            labels.push(label(
                &format!("moment {count}: from here on it cannot come any more"),
                self.act_at(*step),
            ));
        }
        let help = match self.moves.last() {
            Some(Move::Late(step)) => {
                labels.push(label(&format!("moment {}: {LATE}", self.moves.len()), self.act_at(*step)));
                self.in_time(*step)
            }
            Some(Move::Act(step)) => format!("{}; or take the need out", self.order(*step, wait.step)),
            _ => format!("add a step before `{}` after which `{}` holds", self.step(wait.step), wait.what),
        };
        Box::new(CannotFinish { what, help, labels })
    }
}

/// Whether a change of one fact may change another.
fn is_about(asked: Fact, written: Fact) -> bool {
    match (asked, written) {
        (Fact::AcceptsOther(asked), Fact::Accepts(written, _)) => asked == written,
        _ => asked == written,
    }
}

/// What a label says of a late effect.
const LATE: &str = "an attempt that was given up takes effect after all";

/// A label of the page.
pub(super) fn label(text: &str, at: Span) -> LabeledSpan {
    LabeledSpan::new_with_span(Some(text.to_owned()), at)
}

/// The label that the page is about.
pub(super) fn primary(text: &str, at: Span) -> LabeledSpan {
    LabeledSpan::new_primary_with_span(Some(text.to_owned()), at)
}
