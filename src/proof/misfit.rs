//! The page for a step that does not fit the world in which it is done.

use crate::{
    source::{Finding, shown},
    world::{
        effect::{Effect, Misfit},
        id::{AcceptorId, KeyId, StepId},
    },
};

use super::{
    refusal::{Page, label, primary},
    refused::{OverCapacity, StepMisfit},
};

impl Page<'_> {
    pub(super) fn misfit(&self, step: StepId, misfit: Misfit) -> Finding {
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
            Misfit::Absent(store, key) => {
                let (store, name) = (shown(&landscape.stores[store].name), self.key(key));
                let text = format!("moment {moment}: `{name}` lies under no alias of `{store}`");
                labels.push(primary(&text, self.act_at(step)));
                let creator = self.step_that(|e| matches!(e, Effect::Put { key: k, .. } if *k == key));
                let help = match creator.filter(|creator| !self.world.is_done(*creator)) {
                    Some(creator) => {
                        labels.push(label(&format!("creates `{name}`"), self.act_at(creator)));
                        self.order(step, creator)
                    }
                    None => format!("test with a key that lies in `{store}` then"),
                };
                (format!("`{step_name}` finds no `{name}` in `{store}`"), help)
            }
            Misfit::Refused(receiver, key) => return self.untrusted(step, receiver, key),
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

    fn over_capacity(&self, step: StepId, receiver: AcceptorId, key: KeyId) -> Finding {
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
}
