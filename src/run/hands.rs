//! What a plan asks of a backend that the backend has no hand for.

use crate::{
    action::certifying::Certifying,
    plan::Plan,
    source::{Finding, Source},
    world::{effect::Effect, id::StepId, landscape::Stamp},
};

use super::{
    bind::place,
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
    for step in unplayable(plan) {
        if let Some(Certifying::Install(_, place)) = plan.steps[step].action.value.certifies() {
            let name = &land.stores[land.places[place].store].name;
            if let Some(KeystoreBinding::Command(_)) = site.keystores.get(name) {
                let act = plan.steps[step].action.value.sentence(land);
                found.push(lack("keystores", name, format!("a `command` cannot `{act}`")));
            }
        }
        for effect in plan.steps[step].action.value.effects() {
            let act = plan.steps[step].action.value.sentence(land);
            match effect {
                Effect::Put { place, .. } => {
                    let name = &land.stores[land.places[place].store].name;
                    let bound = in_keystore(site, name);
                    found.extend(
                        bound.map(|bound| lack("keystores", name, format!("{bound} cannot `{act}`"))),
                    );
                }
                Effect::Accept { acceptor, .. } => {
                    let name = &land.acceptors[acceptor].name;
                    let bound = match site.receivers.get(name) {
                        Some(ReceiverBinding::Directory { .. }) => Some("a `directory`"),
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
    for channel in land.channels.rows().filter(|channel| channel.stamp == Stamp::Other) {
        if let Some(FlowBinding::Local { stand_in: false, .. }) = site.flows.get(&channel.name) {
            let what = format!("a `local` flow signs xml, and `{}` stamps with something else", channel.name);
            found.push(Lack { table: "flows", name: channel.name.clone(), what });
        }
    }
    for channel in land.channels.rows().filter(|channel| channel.beside.is_some()) {
        if let Some(FlowBinding::Local { .. }) = site.flows.get(&channel.name) {
            let what = format!("a `local` flow signs once, and `{}` lists two aliases", channel.name);
            found.push(Lack { table: "flows", name: channel.name.clone(), what });
        }
    }
    found
}

fn lack(table: &'static str, name: &str, what: String) -> Lack {
    Lack { table, name: name.to_owned(), what }
}

/// What stands behind a keystore that is not changed by hand.
fn in_keystore(site: &Site, name: &str) -> Option<&'static str> {
    match site.keystores.get(name) {
        Some(KeystoreBinding::Pkcs12 { .. }) => Some("`pkcs12`"),
        Some(KeystoreBinding::Command(_)) => Some("a `command`"),
        _ => None,
    }
}

/// The steps that need more than the backends here can do: what another role made is imported, a
/// credential is made where it is accepted, or a certificate is issued by another role.
pub fn unplayable(plan: &Plan) -> impl Iterator<Item = StepId> + '_ {
    plan.steps.iter().filter_map(|(id, step)| {
        let action = &step.action.value;
        let (makes, uses) = (action.makes().is_some(), action.uses_public_half().is_some());
        let foreign = action.effects().iter().any(|effect| match effect {
            Effect::Put { .. } => uses,
            Effect::Accept { .. } => makes,
            _ => false,
        });
        (foreign || action.certifies().is_some()).then_some(id)
    })
}
