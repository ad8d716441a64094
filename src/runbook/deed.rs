//! What a step asks of its role, and whom it tells.

use crate::{
    action::{SpeechKind, certifying::Certifying},
    plan::Plan,
    run::compared::COMPUTE,
    transition::compared::sent,
    world::{
        effect::Effect,
        id::{PlaceId, RoleId, StepId, Table},
        landscape::OwnFact,
    },
};

use super::{role, title};

/// What to do, as an order to whoever does it.
pub(super) fn words(plan: &Plan, step: StepId) -> String {
    if let Some(certifying) = plan.steps[step].action.value.certifies() {
        return certified(plan, step, certifying);
    }
    if let Some(speech) = &plan.steps[step].speech {
        return said(plan, step, (speech.kind, &speech.to));
    }
    let effects = plan.steps[step].action.value.effects();
    effects.first().map_or_else(|| plan.sentence(step), |effect| done(plan, effect))
}

/// What is compared by whoever accepts a certificate that somebody else has sent: it may have been put in the place of what
/// was sent, and so might have been what stands beside it.
pub(super) fn compares(plan: &Plan, step: StepId) -> Option<String> {
    sent(plan, step).map(|_| {
        format!(
            "compute the fingerprint of the file that was installed ({COMPUTE}) and tell it to whoever sent the certificate, who \
             does not tell you what it should be: ________"
        )
    })
}

fn certified(plan: &Plan, step: StepId, certifying: Certifying) -> String {
    let land = &plan.landscape;
    let key = &land.keys[certifying.key()];
    match certifying {
        Certifying::Order(_, from) => {
            let from = role(plan, from);
            format!(
                "Make a certificate request for the key pair {key} and send it to {from}; the private key stays where it is"
            )
        }
        Certifying::Certify(_) => {
            let to = plan.steps[step].speech.as_ref().map_or(&[][..], |speech| &speech.to);
            format!(
                "Issue the certificate of {key} for the public key in the request, and hand it to {}",
                listed(plan, to)
            )
        }
        Certifying::Install(_, place) => {
            let place = &land.places[place];
            let store = &land.stores[place.store].name;
            format!(
                "Put the certificate that was issued for {key} in place of the one under the alias {} in {store}; its public key must be that of the pair",
                place.alias
            )
        }
    }
}

fn said(plan: &Plan, step: StepId, (kind, to): (SpeechKind, &[RoleId])) -> String {
    let roles = listed(plan, to);
    let sentence = plan.sentence(step);
    // Behind the roles, whose names hold no blanks, the act follows.
    let act = || sentence.split_once(" to ").map_or(sentence.as_str(), |(_, act)| act).to_owned();
    match kind {
        SpeechKind::Report => format!("Tell {roles} what is done"),
        SpeechKind::Provision(key) => {
            let key = &plan.landscape.keys[key];
            format!("Hand the certificate of {key} to {roles}; the private key stays where it is")
        }
        SpeechKind::Request => format!("Ask {roles} for this: {}", act()),
        SpeechKind::Permission => format!("Give {roles} leave for this: {}", act()),
        SpeechKind::Proposal(window) => {
            let window = &plan.landscape.windows[window].name;
            format!("Agree with {roles} when {window} is: propose a time, and wait for the answer")
        }
    }
}

fn done(plan: &Plan, effect: &Effect) -> String {
    let land = &plan.landscape;
    let place = |place: PlaceId| {
        let place = &land.places[place];
        (land.stores[place.store].name.as_str(), place.alias.as_str())
    };
    match *effect {
        Effect::Put { place: at, key } => {
            let (store, alias) = place(at);
            format!("Create the key pair {} in {store}, under the alias {alias}", land.keys[key])
        }
        Effect::Exchange { place: at, key, backup, .. } => {
            let ((store, alias), (_, kept)) = (place(at), place(backup));
            let key = &land.keys[key];
            format!("Let the alias {alias} in {store} name {key}; the pair that lay there goes to {kept}")
        }
        Effect::Remove { place: at, key } => {
            let (store, alias) = place(at);
            format!("Remove the key pair {} from {store} ({alias}); nothing brings it back", land.keys[key])
        }
        Effect::Accept { acceptor, key } => {
            let (name, key) = (&land.acceptors[acceptor].name, &land.keys[key]);
            format!("Let {name} accept {key}, beside what it accepts already")
        }
        Effect::Retire { acceptor, key } => {
            format!("Let {} accept {} no longer", land.acceptors[acceptor].name, land.keys[key])
        }
        Effect::Replace { acceptor, old, new } => {
            let name = &land.acceptors[acceptor].name;
            format!("Let {name} accept {} instead of {}", land.keys[new], land.keys[old])
        }
        Effect::Repoint { own, alias, .. } => {
            let (flow, (store, alias)) = (land.places[own].of, place(alias));
            let flow = flow.map_or("the flow", |flow| land.channels[flow].name.as_str());
            format!("Let {flow} sign with what lies under the alias {alias} in {store}; nothing moves there")
        }
        Effect::Start(flow) => format!("Deploy {}", land.channels[flow].name),
        Effect::Stop(flow) => {
            let flow = &land.channels[flow].name;
            format!("Undeploy {flow}; what is under way stays under way")
        }
        Effect::Try { channel, key } => {
            let (flow, key) = (&land.channels[channel].name, &land.keys[key]);
            format!(
                "Send one marked message of {flow} that is signed with {key}, and see that it is accepted"
            )
        }
        Effect::Set(own) => format!("See to it that this is so: {}", meant(&land.own_facts[own])),
        Effect::Clear(own) => {
            format!("See to it that this is so no longer: {}", meant(&land.own_facts[own]))
        }
        Effect::Propose(window) | Effect::Agree(window) => {
            format!("Agree when {} is", land.windows[window].name)
        }
    }
}

/// What a fact says, and what the plan calls it.
fn meant(fact: &OwnFact) -> String {
    let name = &fact.name;
    fact.title.as_ref().map_or_else(|| name.clone(), |title| format!("{title} ({name})"))
}

/// Whom to tell, and which of their steps waits for it.
pub(super) fn tells(plan: &Plan, step: StepId, numbers: &Table<StepId, usize>) -> Vec<String> {
    let Some(speech) = &plan.steps[step].speech else { return Vec::new() };
    let own = plan.steps[step].role.value;
    let news = plan.steps[step].after.iter().filter(|before| plan.steps[before.value].role.value == own);
    let news: Vec<String> = news
        .filter(|_| speech.kind == SpeechKind::Report)
        .map(|before| format!("step {} is done ({})", numbers[before.value], title(plan, before.value)))
        .collect();
    let that = if news.is_empty() { String::new() } else { format!(": {}", news.join("; ")) };
    speech.to.iter().map(|to| format!("{}{that}", role(plan, *to))).collect()
}

fn listed(plan: &Plan, roles: &[RoleId]) -> String {
    let titles: Vec<String> = roles.iter().map(|to| role(plan, *to)).collect();
    titles.join(", ")
}
