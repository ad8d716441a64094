//! The page for a message that is rejected: the trust ended too early, or signing began too early.

use miette::LabeledSpan;

use crate::{
    source::{Finding, shown},
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, KeyId, StepId},
    },
};

use super::{
    refusal::{Page, label, primary},
    refused::{TrustGap, Undrained},
    rules::Move,
};

/// A key that signs and is not accepted, with the moments and steps that have to do with it.
struct Untrusted {
    flow: ChannelId,
    key: KeyId,
    /// When signing with it began, if it did not sign from the start.
    signing: Option<(usize, StepId)>,
    /// When the receiver stopped accepting it.
    ended: Option<(usize, StepId)>,
    /// The plan's step that lets the receiver accept it.
    begins: Option<StepId>,
    /// The plan's step that exchanges it for another one.
    exchange: Option<StepId>,
}

impl Page<'_> {
    pub(super) fn rejected(&self, flow: ChannelId, key: KeyId) -> Finding {
        let plan = self.checked.plan();
        let channel = &plan.landscape.channels[flow];
        let receiver = channel.acceptor;
        let carried: Vec<KeyId> = plan.landscape.pairs().carried(key).collect();
        let flow_name = shown(&channel.name);
        let receiver_name = shown(&plan.landscape.acceptors[receiver].name);
        let key_name = self.key(key);
        let what =
            format!("`{receiver_name}` rejects a message of `{flow_name}` that is signed with `{key_name}`");
        let ends = |effect: &Effect| match effect {
            Effect::Retire { acceptor, key: k } => *acceptor == receiver && carried.contains(k),
            Effect::Replace { acceptor, old, .. } => *acceptor == receiver && carried.contains(old),
            _ => false,
        };
        let begins = |effect: &Effect| match effect {
            Effect::Accept { acceptor, key: k } => *acceptor == receiver && carried.contains(k),
            Effect::Replace { acceptor, new, .. } => *acceptor == receiver && carried.contains(new),
            _ => false,
        };
        let exchanges_it_away = |effect: &Effect| match effect {
            Effect::Exchange { place: at, key, .. } | Effect::Repoint { own: at, key, .. } => {
                channel.lists(*at) && !carried.contains(key)
            }
            _ => false,
        };
        let joins = |effect: &Effect| matches!(effect, Effect::Put { place, key } if channel.beside.is_some() && channel.lists(*place) && !carried.contains(key));
        let stops = |effect: &Effect| {
            exchanges_it_away(effect)
                || joins(effect)
                || matches!(effect, Effect::Stop(channel) if *channel == flow)
        };
        let signs = |effect: &Effect| match effect {
            Effect::Exchange { place: p, key: k, .. } | Effect::Repoint { own: p, key: k, .. } => {
                channel.lists(*p) && carried.contains(k)
            }
            Effect::Put { place: p, key: k } => {
                channel.beside.is_some() && channel.lists(*p) && carried.contains(k)
            }
            Effect::Start(channel) => *channel == flow,
            _ => false,
        };
        let still_signed = self.world.stamp(&plan.landscape, flow) == Some(key);
        let mut labels = Vec::new();
        let ended = self.last(ends);
        let signing = self.last(signs).filter(|(began, _)| ended.is_none_or(|(end, _)| *began > end));
        if carried.len() > 1 {
            let sent = self.moves.iter().rposition(|m| *m == Move::Send(flow, key)).map(|sent| sent + 1);
            return self.neither((flow, &carried), (what, sent, ended));
        }
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
            if let Some((moment, stop)) = self.first_after(sent, stops) {
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
        let untrusted = Untrusted {
            flow,
            key,
            signing,
            ended,
            begins: self.step_that(begins),
            exchange: self.step_that(exchanges_it_away),
        };
        let help = self.not_trusted(&untrusted, &mut labels);
        Box::new(TrustGap { what, help, labels })
    }

    /// A message carries two keys, and neither is accepted when it arrives.
    fn neither(
        &self,
        (flow, carried): (ChannelId, &[KeyId]),
        (what, sent, ended): (String, Option<usize>, Option<(usize, StepId)>),
    ) -> Finding {
        let plan = self.checked.plan();
        let receiver = plan.landscape.channels[flow].acceptor;
        let (name, keys) = (
            shown(&plan.landscape.acceptors[receiver].name),
            carried.iter().map(|key| format!("`{}`", self.key(*key))).collect::<Vec<String>>(),
        );
        let mut labels = vec![match ended {
            Some((moment, step)) => {
                primary(&format!("moment {moment}: `{name}` accepts neither from here on"), self.act_at(step))
            }
            None => primary("accepts neither at the start", plan.declared.receivers[receiver]),
        }];
        let at = plan.declared.transits[flow];
        labels
            .extend(sent.map(|sent| label(&format!("moment {sent}: a message with both is under way"), at)));
        let help = format!(
            "let `{name}` accept {} whenever such a message may arrive, up to the end of its time under way",
            keys.join(" or ")
        );
        Box::new(TrustGap { what, help, labels })
    }

    /// A marked message is signed with a key that is not accepted yet, or not any more.
    pub(super) fn untrusted(&self, step: StepId, receiver: AcceptorId, key: KeyId) -> Finding {
        let (name, key_name) = (self.step(step), self.key(key));
        let receiver_name = shown(&self.checked.plan().landscape.acceptors[receiver].name);
        let what = format!("`{receiver_name}` rejects the marked message of `{name}`");
        let text = format!("moment {}: it is signed with `{key_name}`", self.moves.len());
        let mut labels = vec![primary(&text, self.act_at(step))];
        let ends = |effect: &Effect| match *effect {
            Effect::Retire { acceptor, key: k } => (acceptor, k) == (receiver, key),
            Effect::Replace { acceptor, old, .. } => (acceptor, old) == (receiver, key),
            _ => false,
        };
        let begins = |effect: &Effect| match *effect {
            Effect::Accept { acceptor, key: k } => (acceptor, k) == (receiver, key),
            Effect::Replace { acceptor, new, .. } => (acceptor, new) == (receiver, key),
            _ => false,
        };
        if let Some((moment, end)) = self.last(ends) {
            let text = format!("moment {moment}: `{receiver_name}` stops accepting `{key_name}`");
            labels.push(label(&text, self.act_at(end)));
            let help = self.order(end, step);
            return Box::new(TrustGap { what, help, labels });
        }
        let help = match self.step_that(begins) {
            Some(accept) => {
                let text = format!("`{receiver_name}` accepts `{key_name}` only from here on");
                labels.push(label(&text, self.act_at(accept)));
                self.order(step, accept)
            }
            None => format!(
                "no step lets `{receiver_name}` accept `{key_name}`: add one that does `accept {key_name} at {receiver_name}` before `{name}`"
            ),
        };
        Box::new(TrustGap { what, help, labels })
    }

    /// A key signs that is not accepted yet, or never was.
    fn not_trusted(&self, untrusted: &Untrusted, labels: &mut Vec<LabeledSpan>) -> String {
        let Untrusted { flow, key, signing, ended, begins, exchange } = *untrusted;
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
}
