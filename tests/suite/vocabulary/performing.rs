//! Each verb does to the backends what its effects say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyroll::{
    backend::{
        Outcome,
        bench::{ActError, Backends, Bound, Material, Signing, Workbench},
        deployer::{DeployerError, FlowState},
        fact_keeper::{FactError, Told},
        keystore::{Entry, KeySpec, Keystore, KeystoreError},
        memory::{MemoryFact, MemoryFlow, MemoryReceiver, keystore::MemoryKeystore},
        observe::observe,
        receiver::{Message, Receiver, ReceiverError},
        verifier::{Verifier, VerifierError},
    },
    plan::Plan,
    world::{
        effect::{Applied, Misfit},
        id::{Id, KeyId, KeySet, StepId},
        landscape::{Fact, Landscape},
        material::{Certificate, Fingerprint, KeyType},
        state::World,
    },
};

use super::{acts, plan};
use crate::random_plans::generated::Chance;

#[derive(Debug)]
struct Nobody;

impl Verifier for Nobody {
    fn verify(&self, _: &mut dyn Message, _: &[Certificate]) -> Result<Fingerprint, VerifierError> {
        Err(VerifierError::Rejected { reason: "nobody verifies here".to_owned(), claimed: None })
    }
}

/// Two keys of one kind with one subject: a renewal takes both from the key that it replaces.
fn spec(subject: &str) -> KeySpec {
    KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), subject.to_owned())],
        not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
        days: 365,
    }
}

/// A random world in backends.
struct Site {
    backends: Backends,
    material: Material,
    meant: World,
    /// Whether things lie there that the plan does not name.
    strange: bool,
}

fn site(chance: &mut Chance, plan: &Plan) -> Site {
    let land = &plan.landscape;
    let (mut material, mut meant) = (Material::default(), plan.start.clone());
    let new = land.keys.find(|key| key == "new").unwrap();
    let mut stores: Vec<MemoryKeystore> = land.stores.rows().map(|_| MemoryKeystore::new()).collect();
    let mut strange = false;
    let mut left: Vec<KeyId> = land.keys.ids().collect();
    for (id, place) in land.places.iter() {
        let store = &mut stores[place.store.index()];
        meant.places[id] = None;
        match chance.below(10) {
            0 => {
                strange = true;
                let subject = if chance.percent(50) { "renewed" } else { "stranger" };
                store.create_key_pair(&place.alias, &spec(subject)).unwrap();
            }
            1..=5 if !left.is_empty() => {
                let likely = plan.start.places[id].filter(|key| left.contains(key) && chance.percent(60));
                let key = likely.unwrap_or_else(|| chance.of(&left));
                left.retain(|k| *k != key);
                material.pin(key, store.create_key_pair(&place.alias, &spec("renewed")).unwrap().1);
                meant.places[id] = Some(key);
            }
            _ => {}
        }
    }
    // A key that lies nowhere may still be trusted; the new one may not have been created yet.
    let mut elsewhere = MemoryKeystore::new();
    for key in left.iter().filter(|key| **key != new) {
        let alias = keyroll::name::Alias::new(land.keys[*key].clone()).unwrap();
        material.pin(*key, elsewhere.create_key_pair(&alias, &spec("renewed")).unwrap().1);
    }
    material.specify(new, spec("renewed"));
    let mut backends = Backends::default();
    for store in stores {
        backends.keystores.push(Bound::To(Box::new(store)));
    }
    for (id, row) in land.acceptors.iter() {
        let room = row.capacity.unwrap_or(usize::MAX);
        let mut receiver = MemoryReceiver::new(room, Box::new(Nobody));
        let mut accepted = KeySet::default();
        for key in land.keys.ids().filter(|_| chance.percent(40)).take(room) {
            if let Some(certificate) = material.certificate(key) {
                receiver.change(std::slice::from_ref(certificate), &[]).unwrap();
                accepted.insert(key);
            }
        }
        if accepted.len() < room && chance.percent(15) {
            let alias = keyroll::name::Alias::new("unnamed").unwrap();
            let (_, unnamed) = elsewhere.create_key_pair(&alias, &spec("unnamed")).unwrap();
            receiver.change(&[unnamed], &[]).unwrap();
            strange = true;
        }
        meant.accepted[id] = accepted;
        backends.receivers.push(Bound::To(Box::new(receiver)));
    }
    for id in land.channels.ids() {
        meant.running[id] = chance.percent(50);
        let state = if meant.running[id] { FlowState::Deployed } else { FlowState::Undeployed };
        backends.flows.push(Bound::To(Box::new(MemoryFlow::new(state))));
        backends.signers.insert(id, Signing::Imagined);
    }
    for id in land.own_facts.ids() {
        meant.set[id] = chance.percent(50);
        backends.facts.push(Bound::To(Box::new(MemoryFact::new(meant.set[id]))));
    }
    Site { backends, material, meant, strange }
}

/// Everything that the backends hold, to the last certificate.
#[derive(Debug, PartialEq)]
struct Held {
    entries: Vec<Vec<Entry>>,
    accepted: Vec<Vec<Certificate>>,
    states: Vec<FlowState>,
    facts: Vec<Told>,
}

impl Site {
    fn held(&self) -> Held {
        let stores = self.backends.keystores.rows().filter_map(Bound::backend);
        let receivers = self.backends.receivers.rows().filter_map(Bound::backend);
        let flows = self.backends.flows.rows().filter_map(Bound::backend);
        let facts = self.backends.facts.rows().filter_map(Bound::backend);
        Held {
            entries: stores.map(|store| store.entries().unwrap()).collect(),
            accepted: receivers.map(|receiver| receiver.accepted().unwrap()).collect(),
            states: flows.map(|flow| flow.state()).collect::<Result<_, DeployerError>>().unwrap(),
            facts: facts.map(|fact| fact.is_set()).collect::<Result<_, FactError>>().unwrap(),
        }
    }

    fn seen(&self, landscape: &Landscape) -> World {
        observe(landscape, &self.backends, &self.material, &self.meant).unwrap().world
    }

    fn perform(&mut self, plan: &Plan, step: StepId) -> Result<Outcome, ActError> {
        let mut bench = Workbench {
            landscape: &plan.landscape,
            backends: &mut self.backends,
            material: &mut self.material,
            now: Timestamp::UNIX_EPOCH,
        };
        plan.steps[step].action.value.perform(&mut bench)
    }
}

/// Applies all effects of a step.
fn apply(plan: &Plan, step: StepId, world: &mut World) -> Result<Applied, Misfit> {
    let mut applied = Applied::AlreadySo;
    for effect in plan.steps[step].action.value.effects() {
        if effect.apply(&plan.landscape, world)? == Applied::Changed {
            applied = Applied::Changed;
        }
    }
    Ok(applied)
}

/// Speech, and what only looks: it is done anew each time.
fn writes_nothing(plan: &Plan, step: StepId) -> bool {
    plan.steps[step].action.value.effects().iter().all(|effect| effect.writes().is_empty())
}

/// Whether a backend may refuse what the world allows: it holds what the plan does not name.
fn is_refused_for_strangers(error: &ActError) -> bool {
    matches!(
        error,
        ActError::Keystore(KeystoreError::Occupied(_) | KeystoreError::Moved { .. })
            | ActError::Receiver(ReceiverError::Full { .. })
    )
}

#[test]
fn performing_does_what_the_effects_say() {
    let plan = plan(&acts(), "");
    let mut chance = Chance::new(4);
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for round in 0..600 {
        for step in plan.steps.ids() {
            let act = plan.sentence(step);
            let mut site = site(&mut chance, &plan);
            // Nothing was issued here: what would be installed is not known.
            if act.starts_with("install ") {
                let held = site.held();
                let refused = site.perform(&plan, step);
                assert!(matches!(refused, Err(ActError::Unanswered(_))), "{refused:?}");
                assert_eq!(site.held(), held);
                *counts.entry((act, "no answer")).or_default() += 1;
                continue;
            }
            let unknown = |key: &str| {
                let key = plan.landscape.keys.find(|k| k == key).unwrap();
                site.material.certificate(key).is_none()
                    && act.split(' ').any(|word| word == plan.landscape.keys[key])
            };
            // Nothing can be done with a key that is not created yet, but create it.
            if unknown("new")
                && !act.starts_with("create")
                && !act.starts_with("generate")
                && !plan.steps[step].action.value.effects().is_empty()
            {
                let before = site.held();
                let refused = site.perform(&plan, step);
                assert!(matches!(refused, Err(ActError::UnknownKey(_))), "{act}: {refused:?}");
                assert_eq!(site.held(), before);
                *counts.entry((act, "unknown key")).or_default() += 1;
                continue;
            }
            let before = site.seen(&plan.landscape);
            assert_eq!(before, site.meant, "what is there is seen");
            let held = site.held();
            let mut wanted = before.clone();
            let applied = apply(&plan, step, &mut wanted);
            let performed = site.perform(&plan, step);
            let place = |world: &World| format!("{act} in round {round}\n{before:?}\n{world:?}");
            let what = match (applied, performed) {
                (Err(misfit), Err(_)) => {
                    assert_eq!(site.held(), held, "{act} is refused ({misfit:?}), and changes something");
                    assert_eq!(wanted, before, "an effect that does not fit changes nothing");
                    "refused"
                }
                (Ok(_), Err(error)) if site.strange && is_refused_for_strangers(&error) => {
                    assert_eq!(site.held(), held, "{act} is refused ({error}), and changes something");
                    "refused for strangers"
                }
                (Ok(applied), Ok(outcome)) => {
                    assert_eq!(site.seen(&plan.landscape), wanted, "{}", place(&wanted));
                    let speaks = writes_nothing(&plan, step);
                    let changes = applied == Applied::Changed;
                    let agrees = speaks || site.strange || changes == (outcome == Outcome::Changed);
                    assert!(agrees, "{applied:?} {outcome:?} {}", place(&wanted));
                    let after = site.held();
                    let again =
                        site.perform(&plan, step).unwrap_or_else(|e| panic!("{e} {}", place(&wanted)));
                    assert!(speaks || again == Outcome::AlreadySo, "done twice: {}", place(&wanted));
                    assert_eq!(site.held(), after, "done twice: {}", place(&wanted));
                    let mut twice = wanted.clone();
                    assert!(matches!(apply(&plan, step, &mut twice), Ok(Applied::AlreadySo)));
                    assert_eq!(twice, wanted);
                    if changes { "changed" } else { "as before" }
                }
                (applied, performed) => panic!("{applied:?} {performed:?} {}", place(&wanted)),
            };
            *counts.entry((act, what)).or_default() += 1;
        }
    }
    for ((act, what), count) in &counts {
        println!("{count:4} {what:22} {act}");
    }
    for step in plan.steps.ids() {
        let act = plan.sentence(step);
        let of = |what: &str| counts.get(&(act.clone(), what)).copied().unwrap_or_default();
        match writes_nothing(&plan, step) {
            true if act.starts_with("install ") => assert_eq!(of("no answer"), 600),
            true if act.starts_with("test ") => {
                assert!(of("as before") >= 10 && of("refused") >= 10, "{act}")
            }
            true => assert!(of("as before") >= 100, "{act}"),
            false if act.starts_with("replace old by old") => {
                assert!(of("changed") + of("as before") > 50, "{act}")
            }
            false => assert!(of("changed") >= 10 && of("as before") >= 5, "{act} is hardly ever tried"),
        }
    }
    let refused = counts.iter().filter(|((_, what), _)| *what == "refused").map(|(_, n)| n).sum::<usize>();
    assert!(refused > 100, "{refused}");
}

#[test]
fn what_an_effect_writes_is_what_it_changes() {
    let plan = plan(&acts(), "");
    let land = &plan.landscape;
    let mut chance = Chance::new(5);
    let mut changed = 0;
    for _ in 0..2_000 {
        let mut before = plan.start.clone();
        let keys: Vec<KeyId> = land.keys.ids().collect();
        for place in land.places.ids() {
            before.places[place] = chance.percent(50).then(|| chance.of(&keys));
        }
        for receiver in land.acceptors.ids() {
            before.accepted[receiver] = keys.iter().copied().filter(|_| chance.percent(35)).collect();
        }
        for own in land.own_facts.ids() {
            before.set[own] = chance.percent(50);
        }
        for effect in plan.steps.ids().flat_map(|step| plan.steps[step].action.value.effects()) {
            let mut after = before.clone();
            if effect.apply(land, &mut after).is_err() {
                assert_eq!(after, before, "{effect:?} does not fit and changes the world");
                continue;
            }
            changed += usize::from(after != before);
            let writes = effect.writes();
            let places = land.places.ids().map(Fact::Place);
            let accepts = land.acceptors.ids().flat_map(|a| keys.iter().map(move |k| Fact::Accepts(a, *k)));
            let runs = land.channels.ids().map(Fact::Running);
            let others =
                land.acceptors.ids().map(Fact::AcceptsOther).chain(land.own_facts.ids().map(Fact::Own));
            for fact in places.chain(accepts).chain(others).chain(runs) {
                match writes.iter().find(|(written, _)| *written == fact) {
                    Some((_, value)) => {
                        assert_eq!(after.value(land, fact), *value, "{effect:?} writes {fact:?}")
                    }
                    None if effect.displaces() == Some(fact) => {}
                    None => assert_eq!(
                        after.value(land, fact),
                        before.value(land, fact),
                        "{effect:?} touches {fact:?}"
                    ),
                }
            }
        }
    }
    assert!(changed > 1_000, "{changed}");
}
