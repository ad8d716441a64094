//! The page of a refused plan: which promise breaks, on the author's lines, and what to do next. The
//! page labels the moments that matter for the fault; the story tells them all.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::{
    check::Checked,
    explanation::Explanation,
    invariant::Breach,
    source::{Finding, Span, shown},
    world::{
        effect::{Effect, Misfit},
        id::{ChannelId, KeyId, StepId, WindowId},
        state::World,
    },
};

use super::{
    ending::{belief, goal, promise, waiting},
    rules::{Fault, Move},
};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $code:ident, $message:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Diagnostic, Error)]
        #[error($message, what = self.what)]
        #[diagnostic(code(keyroll::$code))]
        struct $name {
            what: String,
            #[help]
            help: String,
            #[label(collection)]
            labels: Vec<LabeledSpan>,
        }
    )*};
}

refusals! {
    /// A message arrives after the trust in its key ended.
    Undrained: undrained, "{what}";
    /// A message is signed with a key that is not accepted yet.
    TrustGap: trust_gap, "{what}";
    /// A flow is down where it must not be.
    Interrupted: interrupted, "{what}";
    /// A flow runs and its alias names nothing.
    AliasLost: alias_lost, "{what}";
    /// A receiver would hold too much.
    OverCapacity: over_capacity, "{what}";
    /// A step finds another world than it needs.
    StepMisfit: step_misfit, "{what}";
    /// A step begins on a belief that is false.
    StaleBelief: stale_belief, "{what}";
    /// The plan ends, and what it is for is not so.
    GoalMissed: goal_missed, "{what}";
    /// The plan cannot finish.
    CannotFinish: cannot_finish, "{what}";
}

/// Makes the page for a fault. `world` is the moment at which it shows, `moves` lead there.
#[must_use]
pub fn refusal(checked: &Checked, world: &World, fault: Fault, moves: &[Move]) -> Finding {
    let page = Page { checked, world, moves };
    match fault {
        Fault::Breach(Breach::Rejected(flow, key)) => page.rejected(flow, key),
        Fault::Breach(Breach::Interrupted(flow)) => page.interrupted(flow),
        Fault::Breach(Breach::Unresolved(flow)) => page.alias_lost(flow),
        Fault::Misfit(step, misfit) => page.misfit(step, misfit),
        Fault::Stale(step, need) => page.stale(step, need),
        Fault::Goal(number) => page.goal(number),
        Fault::Stuck => page.stuck(),
    }
}

struct Page<'a> {
    checked: &'a Checked,
    world: &'a World,
    moves: &'a [Move],
}

impl Page<'_> {
    fn step(&self, step: StepId) -> String {
        shown(&self.checked.plan().steps[step].name.value)
    }

    fn key(&self, key: KeyId) -> String {
        shown(&self.checked.plan().landscape.keys[key])
    }

    fn window(&self, window: WindowId) -> String {
        shown(&self.checked.plan().landscape.windows[window].name)
    }

    fn role(&self, step: StepId) -> String {
        let plan = self.checked.plan();
        shown(&plan.landscape.roles[plan.steps[step].role.value])
    }

    fn act_at(&self, step: StepId) -> Span {
        self.checked.plan().steps[step].action.span
    }

    /// The last moment at which a step with such an effect was done: its number from 1, the step.
    fn last(&self, has: impl Fn(&Effect) -> bool) -> Option<(usize, StepId)> {
        let plan = self.checked.plan();
        self.moves.iter().enumerate().rev().find_map(|(number, step)| match step {
            Move::Act(id) if plan.steps[*id].action.value.effects().iter().any(&has) => {
                Some((number + 1, *id))
            }
            _ => None,
        })
    }

    /// A step of the plan, done or not, with such an effect.
    fn step_that(&self, has: impl Fn(&Effect) -> bool) -> Option<StepId> {
        let mut steps = self.checked.plan().steps.iter();
        steps.find(|(_, row)| row.action.value.effects().iter().any(&has)).map(|(id, _)| id)
    }

    /// How one step comes to be after another: an edge, and a report if the roles differ.
    fn order(&self, later: StepId, earlier: StepId) -> String {
        let (later_name, earlier_name) = (self.step(later), self.step(earlier));
        let (role, other) = (self.role(later), self.role(earlier));
        if self.checked.order().is_before(later, earlier) {
            format!("turn the two around: `{later_name}` must come after `{earlier_name}`")
        } else if role == other {
            format!("let `{later_name}` come `after {earlier_name}`")
        } else {
            format!(
                "let `{other}` report `{earlier_name}` to `{role}`, and `{later_name}` come after that report"
            )
        }
    }

    fn rejected(&self, flow: ChannelId, key: KeyId) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let (receiver, place) = (channel.acceptor, channel.stamps);
        let flow_name = shown(&channel.name);
        let receiver_name = shown(&plan.landscape.acceptors[receiver].name);
        let key_name = self.key(key);
        let what =
            format!("`{receiver_name}` rejects a message of `{flow_name}` that is signed with `{key_name}`");
        let ends = |effect: &Effect| match effect {
            Effect::Retire { acceptor, key: k } => *acceptor == receiver && *k == key,
            Effect::Replace { acceptor, old, .. } => *acceptor == receiver && *old == key,
            _ => false,
        };
        let begins = |effect: &Effect| match effect {
            Effect::Accept { acceptor, key: k } => *acceptor == receiver && *k == key,
            Effect::Replace { acceptor, new, .. } => *acceptor == receiver && *new == key,
            _ => false,
        };
        let exchanges_it_away = |effect: &Effect| matches!(effect, Effect::Exchange { place: p, key: k, .. } if *p == place && *k != key);
        let stops = |effect: &Effect| {
            exchanges_it_away(effect) || matches!(effect, Effect::Stop(channel) if *channel == flow)
        };
        let signs = |effect: &Effect| match effect {
            Effect::Exchange { place: p, key: k, .. } => *p == place && *k == key,
            Effect::Start(channel) => *channel == flow,
            _ => false,
        };
        let still_signed = self.world.stamp(&plan.landscape, flow) == Some(key);
        let mut labels = Vec::new();
        let ended = self.last(ends);
        let signing = self.last(signs).filter(|(began, _)| ended.is_none_or(|(end, _)| *began > end));
        if let (Some((moment, step)), None) = (ended, signing) {
            let text = format!("moment {moment}: `{receiver_name}` stops accepting `{key_name}`");
            labels.push(primary(&text, self.act_at(step)));
            let drain = format!("`needs {flow_name} drained of {key_name}`");
            let step_name = self.step(step);
            if still_signed {
                let text = format!("`{flow_name}` still signs with `{key_name}` then");
                labels.push(label(&text, plan.declared.flows[flow]));
                let help = self.step_that(stops).map_or_else(
                    || {
                        format!(
                            "no step stops `{flow_name}` from signing with `{key_name}`: exchange its key before `{step_name}`, and give that step the line {drain}"
                        )
                    },
                    |stop| format!("{}; give it the line {drain} too", self.order(step, stop)),
                );
                return Box::new(TrustGap { what, help, labels });
            }
            let sent = self.moves.iter().rposition(|m| *m == Move::Send(flow, key));
            if let Some(sent) = sent {
                let text = format!("moment {}: a message signed with `{key_name}` is under way", sent + 1);
                labels.push(label(&text, plan.declared.transits[flow]));
            }
            if let Some((moment, stop)) = self.last(stops) {
                let text = format!(
                    "moment {moment}: signing with `{key_name}` stops, and that message is still under way"
                );
                labels.push(label(&text, self.act_at(stop)));
            }
            let help = format!(
                "give `{step_name}` the line {drain}: it then waits until the last such message has arrived"
            );
            return Box::new(Undrained { what, help, labels });
        }
        let help = self.not_trusted(
            &mut labels,
            flow,
            key,
            signing,
            ended,
            (self.step_that(begins), self.step_that(exchanges_it_away)),
        );
        Box::new(TrustGap { what, help, labels })
    }

    /// A key signs that is not accepted yet, or never was.
    fn not_trusted(
        &self,
        labels: &mut Vec<LabeledSpan>,
        flow: ChannelId,
        key: KeyId,
        signing: Option<(usize, StepId)>,
        ended: Option<(usize, StepId)>,
        (begins, exchange): (Option<StepId>, Option<StepId>),
    ) -> String {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let flow_name = shown(&channel.name);
        let receiver_name = shown(&plan.landscape.acceptors[channel.acceptor].name);
        let key_name = self.key(key);
        let Some((moment, step)) = signing else {
            let text = format!("does not accept `{key_name}` at the start");
            labels.push(primary(&text, plan.declared.receivers[channel.acceptor]));
            labels.push(label(&format!("signs with `{key_name}` from the start"), plan.declared.flows[flow]));
            return format!(
                "write `accepts {key_name}` in `{receiver_name}`, or let `{flow_name}` begin `undeployed`"
            );
        };
        let text = format!("moment {moment}: `{flow_name}` signs with `{key_name}` from here on");
        labels.push(primary(&text, self.act_at(step)));
        if let Some((moment, end)) = ended {
            let text = format!("moment {moment}: `{receiver_name}` stops accepting `{key_name}`");
            labels.push(label(&text, self.act_at(end)));
            return exchange.map_or_else(
                || format!("exchange the key that `{flow_name}` signs with before `{}`", self.step(step)),
                |exchange| self.order(step, exchange),
            );
        }
        match begins {
            Some(accept) => {
                let text = format!("`{receiver_name}` accepts `{key_name}` only from here on");
                labels.push(label(&text, self.act_at(accept)));
                format!("{}; or undeploy `{flow_name}` until then", self.order(step, accept))
            }
            None => format!(
                "no step lets `{receiver_name}` accept `{key_name}`: add one that does `accept {key_name} at {receiver_name}` before `{}`",
                self.step(step)
            ),
        }
    }

    fn interrupted(&self, flow: ChannelId) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let flow_name = shown(&channel.name);
        let promise = promise(plan, (flow, crate::invariant::Hazard::Interrupted));
        let window = promise.and_then(|p| p.value.window());
        let mut labels: Vec<LabeledSpan> =
            promise.map(|p| label("promised here", p.span)).into_iter().collect();
        let place = shown(&plan.landscape.place_name(channel.stamps));
        let stopped = self.last(|effect| matches!(effect, Effect::Stop(c) if *c == flow));
        let help = match (stopped, window) {
            _ if self.world.running[flow] => {
                let text = format!("{place} names no key");
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

    fn alias_lost(&self, flow: ChannelId) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let place = &plan.landscape.places[channel.stamps];
        let flow_name = shown(&channel.name);
        let what = format!(
            "`{flow_name}` runs while {} names no key",
            shown(&plan.landscape.place_name(channel.stamps))
        );
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

    fn misfit(&self, step: StepId, misfit: Misfit) -> Finding {
        let plan = self.checked.plan();
        let landscape = &plan.landscape;
        let step_name = self.step(step);
        let moment = self.moves.len();
        let place_name = |place| shown(&landscape.place_name(place));
        let mut labels = Vec::new();
        let (what, help) = match misfit {
            Misfit::Full(receiver, key) => return self.over_capacity(step, receiver, key),
            Misfit::NotThere(place, key) => {
                let key_name = self.key(key);
                let text = format!("moment {moment}: `{key_name}` is not there");
                labels.push(primary(&text, self.act_at(step)));
                let creator = self.step_that(|e| matches!(e, Effect::Put { key: k, .. } if *k == key));
                let help = match creator.filter(|creator| !self.world.is_done(*creator)) {
                    Some(creator) => {
                        labels.push(label(&format!("creates `{key_name}`"), self.act_at(creator)));
                        self.order(step, creator)
                    }
                    None => "give each exchange a key pair of its own: an exchange moves it away".to_owned(),
                };
                (format!("`{step_name}` finds no `{key_name}` at {}", place_name(place)), help)
            }
            Misfit::Nothing(place) => {
                let text = format!("moment {moment}: the alias names no key");
                labels.push(primary(&text, self.act_at(step)));
                let row = &landscape.places[place];
                let help = format!(
                    "say which key it names at the start: `alias \"{}\" is ...` in `{}`",
                    shown(row.alias.as_str()),
                    shown(&landscape.stores[row.store].name)
                );
                (format!("`{step_name}` finds no key at {}", place_name(place)), help)
            }
            Misfit::Occupied(place, found) => {
                let found = self.key(found);
                let text = format!("moment {moment}: `{found}` lies there");
                labels.push(primary(&text, self.act_at(step)));
                let what = format!("`{step_name}` finds {} occupied by `{found}`", place_name(place));
                let effects = plan.steps[step].action.value.effects();
                let help = if effects.iter().any(|e| matches!(e, Effect::Exchange { .. })) {
                    format!(
                        "the exchange keeps the old pair there: let a step before `{step_name}` destroy what lies there, or keep `{found}` under another alias"
                    )
                } else {
                    "choose another alias, or remove what lies there first".to_owned()
                };
                (what, help)
            }
            Misfit::NoProposal(window) => {
                labels.push(primary(
                    &format!("moment {moment}: there is nothing to answer"),
                    self.act_at(step),
                ));
                let window = self.window(window);
                (
                    format!("nobody proposed the window `{window}`"),
                    format!("let one role do `agree {window} with ...`"),
                )
            }
        };
        Box::new(StepMisfit { what, help, labels })
    }

    fn over_capacity(&self, step: StepId, receiver: crate::world::id::AcceptorId, key: KeyId) -> Finding {
        let plan = self.checked.plan();
        let row = &plan.landscape.acceptors[receiver];
        let (receiver_name, key_name) = (shown(&row.name), self.key(key));
        let at = plan.declared.capacities.get(&receiver).copied();
        let mut labels = vec![primary(
            &format!("moment {}: there is no room for `{key_name}`", self.moves.len()),
            self.act_at(step),
        )];
        labels.extend(at.map(|at| label(&format!("`{receiver_name}` can hold no more"), at)));
        let held: Vec<KeyId> = self.world.accepted[receiver].iter().collect();
        let names: Vec<String> = held.iter().map(|key| format!("`{}`", self.key(*key))).collect();
        let names = if names.is_empty() { "nothing".to_owned() } else { names.join(" and ") };
        let what = format!("`{receiver_name}` accepts {names}, and cannot accept `{key_name}` too");
        let goes = held.first().map_or_else(|| "...".to_owned(), |key| self.key(*key));
        let replaces =
            plan.steps[step].action.value.effects().iter().any(|e| matches!(e, Effect::Replace { .. }));
        let flows: Vec<String> = plan
            .landscape
            .channels
            .rows()
            .filter(|channel| channel.acceptor == receiver)
            .map(|channel| format!("`{}`", shown(&channel.name)))
            .collect();
        let help = if replaces {
            format!(
                "the key that makes room must be one that is accepted: `replace {goes} by {key_name} at {receiver_name}`"
            )
        } else if flows.is_empty() {
            format!("`replace {goes} by {key_name} at {receiver_name}`")
        } else {
            format!(
                "two ways out: `replace {goes} by {key_name} at {receiver_name}` inside a window in which {} is undeployed and drained; or overlap at the producer, which signs with both keys for a while",
                flows.join(" and ")
            )
        };
        Box::new(OverCapacity { what, help, labels })
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
        let help = "add the step that makes it so, or take the sentence out".to_owned();
        Box::new(GoalMissed { what, help, labels: vec![primary(&found, at)] })
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
            Some(Move::Act(step)) => format!("{}; or take the need out", self.order(*step, wait.step)),
            _ => format!("add a step before `{}` after which `{}` holds", self.step(wait.step), wait.what),
        };
        Box::new(CannotFinish { what, help, labels })
    }
}

fn label(text: &str, at: Span) -> LabeledSpan {
    LabeledSpan::new_with_span(Some(text.to_owned()), at)
}

fn primary(text: &str, at: Span) -> LabeledSpan {
    LabeledSpan::new_primary_with_span(Some(text.to_owned()), at)
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "undrained",
        title: "a message arrives after the trust in its key ended",
        text: "\
A message that was signed with the old key may be under way for its whole transit time. If the
receiver stops accepting the old key before the last one arrived, that message is rejected.

A drain counts from the moment at which signing with the key stopped, so the role must have been
told of that step. Where a message is judged in the moment in which it is sent, write
`delivers immediately` in the flow.

Right:
  step retire_old by receiver_admin {
    after announce_exchange
    needs orders drained of old
    retire old at partner
  }
",
    },
    Explanation {
        code: "trust_gap",
        title: "a key signs while the receiver does not accept it",
        text: "\
Either signing moved to the new key before the receiver accepted it, or the receiver ended the trust
in a key that is still in use.

Right:
  step exchange_key by tenant_admin {
    after confirm_trust
    needs partner accepts new
    exchange tenant[$alias] for new
  }
",
    },
    Explanation {
        code: "interrupted",
        title: "a flow is down where it must not be",
        text: "\
The plan promises that the flow is never interrupted, or only inside a window. A stop inside a
window needs that it is open.

Right:
  window downtime at most 4h
  step undeploy by integration_developer {
    after request_undeploy
    needs downtime open
    undeploy orders
  }
",
    },
    Explanation {
        code: "alias_lost",
        title: "a flow runs while its alias names no key",
        text: "While a flow is deployed, the alias that it signs with names a key at every moment.",
    },
    Explanation {
        code: "over_capacity",
        title: "a receiver would hold more keys than it can",
        text: "\
`accepts at most 1` means that old and new cannot lie beside each other. There are two ways out.
Replace the key inside a window: undeploy, drain, `replace old by new`, deploy. Or overlap at the
producer: sign with both keys for a while.

Right:
  step exchange_certificate by receiver_admin {
    after provide_certificate, announce_silence
    needs orders drained of old
    replace old by new at partner
  }
",
    },
    Explanation {
        code: "step_misfit",
        title: "a step finds another world than it needs",
        text: "In some order that the plan allows, the step comes too early or too late: an exchange before the\n\
               key is created, or under an alias that holds something else. Add the `after` that is missing.",
    },
    Explanation {
        code: "stale_belief",
        title: "a role acts on a belief that is false",
        text: "The role was told that something is so, and at the moment at which it acts it is not so any\n\
               more. Order the two steps, or report the change first.",
    },
    Explanation {
        code: "goal_missed",
        title: "the plan ends and what it is for is not so",
        text: "`finally ...` says what holds when every step is done. In the story every step is done and it\n\
               does not hold.",
    },
    Explanation {
        code: "cannot_finish",
        title: "the plan cannot finish",
        text: "From some moment that the plan allows, the last step can never be done, however long one waits:\n\
               a need that never holds, or a role that is never told.",
    },
];
