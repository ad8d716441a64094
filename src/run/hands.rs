//! What a plan asks of a backend that the backend has no hand for.

use std::collections::BTreeSet;

use crate::{
    action::certifying::Certifying,
    backend::xml_dsig::Shape,
    plan::Plan,
    source::{Finding, Source, shown},
    world::{
        effect::Effect,
        id::{AcceptorId, KeyId, StoreId},
        landscape::Stamp,
    },
};

use super::{
    bind::{created, place},
    site::{FlowBinding, KeystoreBinding, ReceiverBinding, Site},
    site_fault::weak_binding,
};

/// Something that a backend cannot do, and that the plan counts on.
#[derive(Debug)]
pub struct Lack {
    table: &'static str,
    name: String,
    what: String,
}

impl Lack {
    /// As a finding about the site that binds the name.
    #[must_use]
    pub fn finding(self, text: &Source) -> Finding {
        let help = "bind it as `manual`: then it is a task of its owner's role".to_owned();
        let at = place(text, self.table, &self.name);
        weak_binding(self.what, help, at)
    }
}

/// What the backends of a site cannot do of what a plan asks, in the plan's order.
#[must_use]
pub fn lacking(plan: &Plan, site: &Site) -> Vec<Lack> {
    let land = &plan.landscape;
    let mut found = Vec::new();
    for action in plan.steps.rows().map(|step| &step.action.value) {
        if let Some(Certifying::Install(_, place)) = action.certifies() {
            let name = &land.stores[land.places[place].store].name;
            if let Some(KeystoreBinding::Command(_)) = site.keystores.get(name) {
                let act = action.sentence(land);
                found.push(lack("keystores", name, format!("a `command` cannot `{act}`")));
            }
        }
        for effect in action.effects() {
            let act = action.sentence(land);
            match effect {
                Effect::Put { place, .. } if action.uses_public_half().is_some() => {
                    let name = &land.stores[land.places[place].store].name;
                    let bound = in_keystore(site, name);
                    found.extend(
                        bound.map(|bound| lack("keystores", name, format!("{bound} cannot `{act}`"))),
                    );
                }
                Effect::Accept { acceptor, .. } if action.makes().is_some() => {
                    let name = &land.acceptors[acceptor].name;
                    let bound = match site.receivers.get(name) {
                        Some(ReceiverBinding::Directory { pairs: None, .. }) => Some("a `directory`"),
                        Some(ReceiverBinding::Command(_)) => Some("a `command`"),
                        _ => None,
                    };
                    if let Some(bound) = bound {
                        let what = format!("{bound} cannot `{act}`");
                        found.push(Lack { table: "receivers", name: name.clone(), what });
                    }
                }
                _ => {}
            }
        }
    }
    for (receiver, key) in unmade(plan) {
        let (name, key) = (&land.acceptors[receiver].name, shown(&land.keys[key]));
        let bound = match site.receivers.get(name) {
            Some(ReceiverBinding::Directory { .. }) => "a `directory`",
            Some(ReceiverBinding::Command(_)) => "a `command`",
            Some(ReceiverBinding::Manual {}) | None => continue,
        };
        let what =
            format!("{bound} accepts certificates that are there, and `{key}` is made by a step of the plan");
        found.push(Lack { table: "receivers", name: name.clone(), what });
    }
    for channel in land.channels.rows().filter(|channel| channel.stamp == Stamp::Other) {
        if let Some(FlowBinding::Local { stand_in: false, .. }) = site.flows.get(&channel.name) {
            let what = format!("a `local` flow signs xml, and `{}` stamps with something else", channel.name);
            found.push(Lack { table: "flows", name: channel.name.clone(), what });
        }
    }
    for channel in land.channels.rows().filter(|channel| channel.beside.is_some()) {
        let shape = match site.flows.get(&channel.name) {
            Some(FlowBinding::Local { signature, .. }) => {
                signature.as_ref().map_or(Shape::Enveloped, |signature| signature.profile().shape)
            }
            _ => continue,
        };
        if shape != Shape::Enveloped {
            let what = format!(
                "a `local` flow puts two signatures on a message where they are enveloped, and `{}` lists two aliases",
                channel.name
            );
            found.push(Lack { table: "flows", name: channel.name.clone(), what });
        }
    }
    found
}

/// The receivers that accept a key from the start which only a step makes, each with that key. Such a receiver
/// goes by something else than the certificate, for instance by who issued it: nothing that lists certificates is
/// one, at a site and in a rehearsal.
pub fn unmade(plan: &Plan) -> impl Iterator<Item = (AcceptorId, KeyId)> + '_ {
    let made: BTreeSet<KeyId> = created(plan).collect();
    let accepted = plan
        .landscape
        .acceptors
        .ids()
        .flat_map(|receiver| plan.start.accepted[receiver].iter().map(move |key| (receiver, key)));
    accepted.filter(move |(_, key)| made.contains(key))
}

fn lack(table: &'static str, name: &str, what: String) -> Lack {
    Lack { table, name: name.to_owned(), what }
}

/// What stands behind a keystore that is not changed by hand.
fn in_keystore(site: &Site, name: &str) -> Option<&'static str> {
    match site.keystores.get(name) {
        Some(KeystoreBinding::Pkcs12 { pairs: None, .. }) => Some("`pkcs12`"),
        Some(KeystoreBinding::Command(_)) => Some("a `command`"),
        _ => None,
    }
}

/// Whether what another role made is imported into a keystore.
#[must_use]
pub fn imports(plan: &Plan, store: StoreId) -> bool {
    plan.steps.rows().map(|step| &step.action.value).any(|action| {
        let into = |effect: &Effect| matches!(effect, Effect::Put { place, .. } if plan.landscape.places[*place].store == store);
        action.uses_public_half().is_some() && action.effects().iter().any(into)
    })
}

/// Whether a credential is made at a receiver.
#[must_use]
pub fn generates(plan: &Plan, receiver: AcceptorId) -> bool {
    plan.steps.rows().map(|step| &step.action.value).any(|action| {
        let at = |effect: &Effect| matches!(effect, Effect::Accept { acceptor, .. } if *acceptor == receiver);
        action.makes().is_some() && action.effects().iter().any(at)
    })
}
