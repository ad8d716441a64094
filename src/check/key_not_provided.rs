//! A certificate used by a role that does not hold it.

use foldhash::{HashMap, HashSet};
use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::{SpeechKind, certifying::Certifying},
    explanation::Explanation,
    graph::order::Order,
    plan::Plan,
    source::{Finding, shown},
    world::{
        effect::Effect,
        id::{DeliveryId, KeyId, PlaceId, RoleId, StepId},
    },
};

use super::{Subject, certificate_missing};

/// The role does not hold the certificate.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` does not hold the certificate of `{key}` here")]
#[diagnostic(
    code(keyroll::key_not_provided),
    help("let `{owner}` do `provide {key} to {role}` in a step before `{step}`")
)]
struct KeyNotProvided {
    role: String,
    key: String,
    owner: String,
    step: String,
    #[label("needs the certificate of `{key}`")]
    at: SourceSpan,
}

/// Finds steps that use a certificate which their role neither owns nor was handed.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let holders = subject.holders;
    let mut findings: Vec<Finding> = Vec::new();
    for (id, step) in plan.steps.iter() {
        let Some(key) = step.action.value.uses_public_half() else { continue };
        // Of what waits for an issued certificate, that is said and nothing else.
        if certificate_missing::waits(plan, id, key) {
            continue;
        }
        if !holders.has(id, key) && holders.provisions(id).is_empty() {
            findings.push(Box::new(KeyNotProvided {
                role: shown(&plan.landscape.roles[step.role.value]),
                key: shown(&plan.landscape.keys[key]),
                owner: holders.owner(key),
                step: shown(&step.name.value),
                at: step.action.span.into(),
            }));
        }
    }
    findings
}

/// Who holds which certificate, and from where.
#[derive(Debug)]
pub struct Holders<'a> {
    plan: &'a Plan,
    order: &'a Order,
    /// From the start: it lies in a keystore of the role's, or a receiver of the role's accepts it.
    from_start: HashSet<(RoleId, KeyId)>,
    /// The steps of a role that create the pair, or issue or install the certificate that was ordered.
    created: HashMap<(RoleId, KeyId), Vec<StepId>>,
    /// The messages to a role that hand it over.
    handed: HashMap<(RoleId, KeyId), Vec<DeliveryId>>,
    /// Where a key lies at the start, or comes to lie.
    places: HashMap<KeyId, PlaceId>,
}

impl<'a> Holders<'a> {
    /// The holders of a plan.
    #[must_use]
    pub fn of(plan: &'a Plan, order: &'a Order) -> Self {
        let land = &plan.landscape;
        let mut from_start = HashSet::default();
        let mut places = HashMap::default();
        for (place, key) in plan.places_in_use() {
            from_start.insert((land.stores[land.places[place].store].owner, key));
            places.entry(key).or_insert(place);
        }
        for (id, acceptor) in land.acceptors.iter() {
            from_start.extend(plan.start.accepted[id].iter().map(|key| (acceptor.owner, key)));
        }
        let mut created: HashMap<_, Vec<StepId>> = HashMap::default();
        for (id, step) in plan.steps.iter() {
            let role = step.role.value;
            let made = |key: &KeyId| plan.issuer(*key).is_none();
            if let Some(key) = step.action.value.makes().filter(made) {
                created.entry((role, key)).or_default().push(id);
            }
            if let Some(Certifying::Certify(key) | Certifying::Install(key, _)) =
                step.action.value.certifies()
            {
                created.entry((role, key)).or_default().push(id);
            }
            for effect in step.action.value.effects() {
                if let Effect::Put { key, place } = effect {
                    let mine = created.entry((role, key)).or_default();
                    if made(&key) && mine.last() != Some(&id) {
                        mine.push(id);
                    }
                    places.entry(key).or_insert(place);
                }
            }
        }
        let mut handed: HashMap<_, Vec<DeliveryId>> = HashMap::default();
        for (id, delivery) in plan.deliveries.iter() {
            let speech = plan.steps[delivery.step].speech.as_ref();
            if let Some(SpeechKind::Provision(key)) = speech.map(|speech| speech.kind) {
                handed.entry((delivery.to, key)).or_default().push(id);
            }
        }
        Self { plan, order, from_start, created, handed, places }
    }

    /// The messages that hand over the certificate which a step uses; nothing for a step that uses
    /// none, or whose role has it without being handed it.
    #[must_use]
    pub fn provisions(&self, step: StepId) -> Vec<DeliveryId> {
        let Self { plan, order, .. } = self;
        let row = &plan.steps[step];
        let key = row.action.value.uses_public_half().filter(|key| !self.has(step, *key));
        let handed = key.and_then(|key| self.handed.get(&(row.role.value, key)));
        let mine = handed.into_iter().flatten().copied();
        mine.filter(|id| order.is_before(plan.deliveries[*id].step, step)).collect()
    }

    /// Whether a role has a certificate without being handed it.
    fn has(&self, step: StepId, key: KeyId) -> bool {
        let Self { plan, order, .. } = self;
        let one = (plan.steps[step].role.value, key);
        let created = || self.created.get(&one).into_iter().flatten();
        self.from_start.contains(&one) || created().any(|other| order.is_before(*other, step))
    }

    /// The role whose keystore holds the key or comes to hold it.
    fn owner(&self, key: KeyId) -> String {
        let land = &self.plan.landscape;
        let place = self.places.get(&key);
        let role = place.map(|place| land.stores[land.places[*place].store].owner);
        role.map_or_else(|| "whoever creates it".to_owned(), |role| shown(&land.roles[role]))
    }
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "key_not_provided",
    title: "a role uses a certificate that it does not hold",
    text: "The private half of a key never leaves its keystore; the certificate is handed over by\n\
           `provide new to receiver_admin`. Only then can that role accept it anywhere.",
};
