//! Binds the names of a plan to the backends of a site. Nothing is changed and nothing is read yet.

use std::{collections::BTreeSet, path::Path};

use zeroize::Zeroizing;

use crate::{
    backend::{
        bench::{Backends, Bound, Signing},
        command::{CommandFact, CommandFlow, CommandKeystore, CommandReceiver, ProgramError},
        custody::Holder,
        directory::TrustFolder,
        fact_file::FactFile,
        keystore::Keystore,
        local_flow::FlowSwitch,
        pkcs12::Pkcs12Keystore,
        receiver::Receiver,
        secret::SecretError,
        stand_in::{Maker, Taker},
        xml_dsig::XmlSigner,
    },
    plan::{Plan, suggest::did_you_mean},
    source::{Finding, Source, Span, shown},
    transition::people::is_same,
    world::{
        effect::Effect,
        id::{KeyId, RoleId},
        key_kind::KeyKind,
        material::KeyType,
    },
};

use super::{
    claims::Claims,
    command_binding::CommandBinding,
    fact_file_binding, hands, key_kind, own_approval, pace_binding,
    signature_binding::{SignatureBinding, verifier},
    site::{FactBinding, FlowBinding, KeystoreBinding, ReceiverBinding, Site, VALIDITY, subject},
    site_fault::{bad_binding, bad_command, bound_to_nothing, one_person, unbound, weak_binding},
};

/// Why a site could not be bound although it fits the plan.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// A password is not there.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// A program is not there, or what it is to be given.
    #[error("the command of `{name}`: {cause}")]
    Program {
        /// What the plan calls the thing that it stands for.
        name: String,
        /// Why.
        cause: ProgramError,
    },
}

/// Says whose program it is that is not there.
pub(super) fn of(name: &str) -> impl Fn(ProgramError) -> BindError {
    let name = shown(name);
    move |cause| BindError::Program { name: name.clone(), cause }
}

/// The roles behind whose steps two people stand, and that one person plays.
fn alone(plan: &Plan, site: &Site, text: &Source) -> Vec<Finding> {
    let roles = &plan.landscape.roles;
    let two = plan.steps.rows().filter(|step| step.extra().two_people.is_some());
    let mut first: Vec<(RoleId, &str)> = Vec::new();
    for step in two {
        if first.iter().all(|(role, _)| *role != step.role.value) {
            first.push((step.role.value, &step.name.value));
        }
    }
    let found = first.into_iter().filter_map(|(role, step)| {
        let (one, others) = site.roles.get(&roles[role])?.people.split_first()?;
        let is_alone = others.iter().all(|other| is_same(one, other));
        is_alone.then(|| one_person(&roles[role], one, step, place(text, "roles", &roles[role])))
    });
    found.collect()
}

/// Compares a site with the plan that it is for; its paths begin at `folder`.
///
/// # Errors
/// All findings, which point into the site's text.
pub fn compare(plan: &Plan, site: &Site, text: &Source, folder: &Path) -> Result<(), Vec<Finding>> {
    let land = &plan.landscape;
    let stores: Vec<String> = land.stores.rows().map(|s| s.name.clone()).collect();
    let receivers: Vec<String> = land.acceptors.rows().map(|a| a.name.clone()).collect();
    let flows: Vec<String> = land.channels.rows().map(|c| c.name.clone()).collect();
    let facts: Vec<String> = land.own_facts.rows().map(|f| f.name.clone()).collect();
    let roles: Vec<String> = land.roles.rows().cloned().collect();
    let keys: Vec<String> = land.own_keys().map(|key| land.keys[key].clone()).collect();
    let parameters: Vec<String> = plan.parameters.iter().map(|p| p.name.clone()).collect();
    let questions: Vec<String> = plan.questions.iter().map(|q| q.name.value.clone()).collect();
    let mut findings = Vec::new();
    let tables = [
        ("keystore", "keystores", &stores, site.keystores.keys().collect::<Vec<_>>(), true),
        ("receiver", "receivers", &receivers, site.receivers.keys().collect(), true),
        ("flow", "flows", &flows, site.flows.keys().collect(), true),
        ("fact", "facts", &facts, site.facts.keys().collect(), true),
        ("role", "roles", &roles, site.roles.keys().collect(), false),
        ("key", "keys", &keys, site.keys.keys().collect(), false),
        ("parameter", "parameters", &parameters, site.parameters.keys().collect(), false),
        ("question", "answers", &questions, site.answers.keys().collect(), false),
    ];
    for (kind, table, planned, bound, needed) in tables {
        let (is_planned, is_bound): (BTreeSet<&String>, BTreeSet<&String>) =
            (planned.iter().collect(), bound.iter().copied().collect());
        for name in planned.iter().filter(|name| needed && !is_bound.contains(name)) {
            findings.push(unbound(kind, table, name, first_line(text)));
        }
        for name in bound.iter().filter(|name| !is_planned.contains(*name)) {
            let help = did_you_mean(name, kind, planned).text;
            findings.push(bound_to_nothing(kind, name, help, place(text, table, name)));
        }
    }
    for receiver in land.acceptors.rows() {
        let capacity = match site.receivers.get(&receiver.name) {
            Some(ReceiverBinding::Directory { capacity, .. }) => capacity,
            Some(ReceiverBinding::Command(bound)) => &bound.capacity,
            Some(ReceiverBinding::Manual {}) | None => continue,
        };
        let most = receiver.capacity.unwrap_or_else(|| land.own_keys().count());
        if *capacity < most {
            findings.push(weak_binding(
                format!(
                    "the plan counts on {most} keys at `{}`, and the site allows {capacity}",
                    receiver.name
                ),
                "raise the capacity, or take a plan for a receiver that holds fewer keys".to_owned(),
                place(text, "receivers", &receiver.name),
            ));
        }
    }
    findings.extend(alone(plan, site, text));
    findings.extend(own_approval::find(plan, site, text));
    findings.extend(pace_binding::faults(plan, site, text));
    for (table, name, binding) in commands(site) {
        if let Some((what, help)) = binding.fault(name) {
            findings.push(bad_command(what, help, place(text, table, name)));
        }
    }
    for (store, key) in opaque_elsewhere(plan, site) {
        let what = format!("`{key}` is to be opaque, and `{store}` is no command that could make it");
        let help = "bind the keystore to a command, or take a type that keyroll makes".to_owned();
        findings.push(bad_binding(what, help, place(text, "keys", &key)));
    }
    for (name, key) in &site.keys {
        let at = || place(text, "keys", name);
        findings
            .extend(key.key_type.as_deref().and_then(|word| key_kind::fault(plan, site, (name, word), at())));
        if key.subject.as_deref().is_some_and(|s| subject(s).is_none()) {
            let help = "write it as `CN=orders, O=Example`".to_owned();
            findings.push(bad_binding(format!("the subject of `{name}` cannot be read"), help, at()));
        }
        if key.days.is_some_and(|days| !VALIDITY.contains(&days)) {
            let help = format!("write a number of days from {} to {}", VALIDITY.start(), VALIDITY.end());
            findings.push(bad_binding(format!("`{name}` cannot be valid so long"), help, at()));
        }
    }
    findings.extend(fact_file_binding::faults(site, text, folder));
    findings.extend(key_kind::unmade(plan, site, text));
    findings.extend(key_kind::unfit(plan, site, text));
    findings.extend(hands::lacking(plan, site).into_iter().map(|lack| lack.finding(text)));
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Every program that a site names: its table, the name that it is bound to, and how.
#[must_use]
pub fn commands(site: &Site) -> Vec<(&'static str, &String, CommandBinding)> {
    let stores = site.keystores.iter().filter_map(|(name, bound)| match bound {
        KeystoreBinding::Command(binding) => Some(("keystores", name, binding.clone())),
        _ => None,
    });
    let receivers = site.receivers.iter().filter_map(|(name, bound)| match bound {
        ReceiverBinding::Command(binding) => Some(("receivers", name, binding.binding())),
        _ => None,
    });
    let flows = site.flows.iter().filter_map(|(name, bound)| match bound {
        FlowBinding::Command(binding) => Some(("flows", name, binding.clone())),
        _ => None,
    });
    let facts = site.facts.iter().filter_map(|(name, bound)| match bound {
        FactBinding::Command(binding) => Some(("facts", name, binding.clone())),
        _ => None,
    });
    stores.chain(receivers).chain(flows).chain(facts).collect()
}

/// Keys that are to be opaque in a keystore that keyroll keeps itself, by the names of both.
fn opaque_elsewhere(plan: &Plan, site: &Site) -> Vec<(String, String)> {
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    let puts = effects.filter_map(|effect| match effect {
        Effect::Put { place, key } => Some((plan.landscape.places[place].store, key)),
        _ => None,
    });
    let named = puts.map(|(store, key)| (&plan.landscape.stores[store].name, &plan.landscape.keys[key]));
    let wrong = named.filter(|(store, key)| {
        plan.key(key).and_then(|id| key_kind::to_be(plan, site, id))
            == Some(KeyKind::Handled(KeyType::Opaque))
            && matches!(site.keystores.get(*store), Some(KeystoreBinding::Pkcs12 { .. }))
    });
    wrong.map(|(store, key)| (store.clone(), key.clone())).collect()
}

fn first_line(text: &Source) -> Span {
    Span::new(0, text.text.lines().next().map_or(0, str::len))
}

/// Where a site speaks of a name.
pub(super) fn place(text: &Source, table: &str, name: &str) -> Span {
    let header = format!("[{table}.{name}]");
    text.text.find(&header).or_else(|| text.text.find(name)).map_or_else(
        || first_line(text),
        |at| {
            let length = if text.text.get(at..).is_some_and(|t| t.starts_with(&header)) {
                header.len()
            } else {
                name.len()
            };
            Span::new(at, at + length)
        },
    )
}

/// Makes the backends of a site that was compared with the plan. They change nothing that a run
/// holds.
///
/// # Errors
/// When a password is not there.
pub fn bind(plan: &Plan, site: &Site, folder: &Path) -> Result<Backends, BindError> {
    bind_by(plan, site, folder, None)
}

/// As [`bind`], for a run: its keystores change what it holds, and nothing else.
///
/// # Errors
/// When a password is not there.
pub fn bind_for(claims: &Claims<'_>) -> Result<Backends, BindError> {
    bind_by(claims.plan, claims.site, claims.folder, Some(claims.holder))
}

fn bind_by(plan: &Plan, site: &Site, folder: &Path, holder: Option<&Holder>) -> Result<Backends, BindError> {
    let mut backends = Backends::default();
    for store in plan.landscape.stores.rows() {
        backends.keystores.push(match site.keystores.get(&store.name) {
            Some(KeystoreBinding::Pkcs12 { path, password, pairs }) => {
                let password: Zeroizing<String> = password.fetch(folder)?;
                let mut keystore = Pkcs12Keystore::open(folder.join(path), password);
                if let Some(holder) = holder {
                    keystore = keystore.held_by(holder.clone());
                }
                let keystore: Box<dyn Keystore> = match pairs {
                    Some(pairs) => Box::new(Taker::new(keystore, pairs.open(folder)?)),
                    None => Box::new(keystore),
                };
                Bound::To(keystore)
            }
            Some(KeystoreBinding::Command(binding)) => {
                let program = binding.program(folder).map_err(of(&store.name))?;
                Bound::To(Box::new(CommandKeystore::new(&store.name, program)))
            }
            Some(KeystoreBinding::Manual {}) | None => Bound::Manual,
        });
    }
    for (id, receiver) in plan.landscape.acceptors.iter() {
        backends.receivers.push(match site.receivers.get(&receiver.name) {
            Some(ReceiverBinding::Directory { path, capacity, pairs }) => {
                let receiver: Box<dyn Receiver> =
                    Box::new(TrustFolder::new(folder.join(path), *capacity, Box::new(verifier(plan, id))));
                Bound::To(match pairs {
                    Some(pairs) => Box::new(Maker::new(receiver, pairs.open(folder)?)),
                    None => receiver,
                })
            }
            Some(ReceiverBinding::Command(binding)) => {
                let program = binding.binding().program(folder).map_err(of(&receiver.name))?;
                Bound::To(Box::new(CommandReceiver::new(&receiver.name, binding.capacity, program)))
            }
            Some(ReceiverBinding::Manual {}) | None => Bound::Manual,
        });
    }
    for flow in plan.landscape.channels.rows() {
        backends.flows.push(match site.flows.get(&flow.name) {
            Some(FlowBinding::Local { path, .. }) => Bound::To(Box::new(FlowSwitch::at(folder.join(path)))),
            Some(FlowBinding::Command(binding)) => {
                let program = binding.program(folder).map_err(of(&flow.name))?;
                Bound::To(Box::new(CommandFlow::new(&flow.name, program)))
            }
            Some(FlowBinding::Manual {}) | None => Bound::Manual,
        });
    }
    for fact in plan.landscape.own_facts.rows() {
        backends.facts.push(match site.facts.get(&fact.name) {
            Some(FactBinding::File { path }) => Bound::To(Box::new(FactFile::at(folder.join(path)))),
            Some(FactBinding::Command(binding)) => {
                let program = binding.program(folder).map_err(of(&fact.name))?;
                Bound::To(Box::new(CommandFact::new(&fact.name, program)))
            }
            Some(FactBinding::Manual {}) | None => Bound::Manual,
        });
    }
    for (flow, row) in plan.landscape.channels.iter() {
        let store = &plan.landscape.stores[plan.landscape.places[row.stamps].store].name;
        if let (
            Some(FlowBinding::Local { signature, .. }),
            Some(KeystoreBinding::Pkcs12 { path, password, .. }),
        ) = (site.flows.get(&row.name), site.keystores.get(store))
        {
            let keystore = Pkcs12Keystore::open(folder.join(path), password.fetch(folder)?);
            let profile = signature.as_ref().map(SignatureBinding::profile).unwrap_or_default();
            backends.signers.insert(flow, Signing::With(Box::new(XmlSigner::new(keystore, profile))));
        }
        if let Some(FlowBinding::Command(_)) = site.flows.get(&row.name) {
            backends.signers.insert(flow, Signing::ByTheFlow);
        }
    }
    Ok(backends)
}

/// The keys that some step of the plan creates.
pub fn created(plan: &Plan) -> impl Iterator<Item = KeyId> + '_ {
    plan.steps.rows().filter_map(|step| step.action.value.makes())
}
