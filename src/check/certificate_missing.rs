//! A key that is used before its issued certificate is there.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::{SpeechKind, certifying::Certifying},
    explanation::Explanation,
    plan::Plan,
    source::{Finding, shown},
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, RoleId, StepId},
        landscape::Fact,
    },
};

use super::Subject;

/// What a step does needs what comes later, or not at all.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` {what}")]
#[diagnostic(code(keyroll::certificate_missing), help("{help}"))]
struct CertificateMissing {
    step: String,
    what: String,
    help: String,
    #[label("{label}")]
    at: SourceSpan,
    label: &'static str,
}

/// The way of one key to its issued certificate.
struct Way {
    key: KeyId,
    issuer: RoleId,
    create: StepId,
    place: PlaceId,
    keeper: RoleId,
    order: Option<StepId>,
    certify: Option<StepId>,
    install: Option<StepId>,
}

impl Way {
    fn of(plan: &Plan, key: KeyId) -> Option<Self> {
        let issuer = plan.issuer(key)?;
        let (create, place) = creation(plan, key)?;
        let keeper = plan.landscape.stores[plan.landscape.places[place].store].owner;
        let first = |is_it: fn(Certifying) -> bool| {
            let mut steps = plan.steps.iter();
            let mine = |c: &Certifying| c.key() == key && is_it(*c);
            steps.find(|(_, row)| row.action.value.certifies().filter(mine).is_some()).map(|(id, _)| id)
        };
        Some(Self {
            key,
            issuer,
            create,
            place,
            keeper,
            order: first(|c| matches!(c, Certifying::Order(..))),
            certify: first(|c| matches!(c, Certifying::Certify(_))),
            install: first(|c| matches!(c, Certifying::Install(..))),
        })
    }
}

/// The step that makes a key in a keystore, and the alias under which it waits there.
fn creation(plan: &Plan, key: KeyId) -> Option<(StepId, PlaceId)> {
    plan.steps.iter().filter(|(_, row)| row.action.value.makes() == Some(key)).find_map(|(id, row)| {
        row.action.value.effects().into_iter().find_map(|effect| match effect {
            Effect::Put { place, .. } => Some((id, place)),
            _ => None,
        })
    })
}

/// The role whose keystore a step makes a key in.
#[must_use]
pub fn keeper(plan: &Plan, key: KeyId) -> Option<RoleId> {
    let (_, place) = creation(plan, key)?;
    Some(plan.landscape.stores[plan.landscape.places[place].store].owner)
}

/// Whether this check judges the use of a certificate by a step: an act on the way to it, or a use by a
/// role that issues it or keeps its key.
#[must_use]
pub fn waits(plan: &Plan, step: StepId, key: KeyId) -> bool {
    let row = &plan.steps[step];
    let role = row.role.value;
    let Some(issuer) = plan.issuer(key) else { return row.action.value.certifies().is_some() };
    row.action.value.certifies().is_some() || role == issuer || keeper(plan, key) == Some(role)
}

/// Finds steps on the way to a certificate that come out of their order, and uses of a key before its
/// certificate is issued and installed.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    plan.declared
        .issuers
        .keys()
        .filter_map(|key| Way::of(plan, *key))
        .flat_map(|way| of(subject, &way))
        .collect()
}

fn of(subject: &Subject<'_>, way: &Way) -> Vec<Finding> {
    let Subject { plan, order, .. } = *subject;
    let key = shown(&plan.landscape.keys[way.key]);
    let (keeper, issuer) = (&plan.landscape.roles[way.keeper], &plan.landscape.roles[way.issuer]);
    let store = shown(&plan.landscape.stores[plan.landscape.places[way.place].store].name);
    let mut findings: Vec<Finding> = Vec::new();
    for (id, row) in plan.steps.iter() {
        let action = &row.action.value;
        let mine = action.certifies().filter(|certifying| certifying.key() == way.key);
        let (earlier, what, does, label) = match mine {
            Some(Certifying::Order(..)) => (
                Some(way.create),
                format!("orders the certificate of `{key}` before the key is there"),
                format!("create {key} in {store} as \"...\""),
                "signs the request with it",
            ),
            Some(Certifying::Certify(_)) => (
                way.order,
                format!("issues the certificate of `{key}` before it was asked for"),
                format!("order certificate of {key} from {}", shown(issuer)),
                "needs the request",
            ),
            Some(Certifying::Install(..)) => (
                way.certify.filter(|certify| speaks_to(plan, *certify, row.role.value)),
                format!("installs the certificate of `{key}` before it was handed over"),
                format!("certify {key} for {}", shown(keeper)),
                "needs what was issued",
            ),
            None if !uses(plan, id, way) => continue,
            None if is_shown_alone(plan, id, way) => (
                way.certify,
                format!("uses the certificate of `{key}` before it is issued"),
                format!("certify {key} for {}", shown(keeper)),
                "there is no certificate yet",
            ),
            None => (
                way.install,
                format!("uses `{key}` before its issued certificate is installed"),
                format!("install certificate of {key} in {store}"),
                "uses it with another certificate",
            ),
        };
        let help = match earlier {
            Some(earlier) if order.is_before(earlier, id) => continue,
            Some(_) if id == way.create => {
                format!(
                    "create {key} under a staging alias, and let the alias name it by `exchange` once `install certificate of {key} in {store}` is done"
                )
            }
            Some(earlier) => {
                format!("let it come after `{}`, which does `{does}`", shown(&plan.steps[earlier].name.value))
            }
            None => format!("add a step before it that does `{does}`"),
        };
        let step = shown(&row.name.value);
        findings.push(Box::new(CertificateMissing { step, what, help, at: row.action.span.into(), label }));
    }
    findings
}

fn speaks_to(plan: &Plan, step: StepId, role: RoleId) -> bool {
    plan.steps[step].speech.as_ref().is_some_and(|speech| speech.to.contains(&role))
}

/// Whether a step other than those on the way uses the key, hands it over, or moves what lies where it waits.
fn uses(plan: &Plan, step: StepId, way: &Way) -> bool {
    let row = &plan.steps[step];
    let staged = Fact::Place(way.place);
    let of_key = |effect: &Effect| match *effect {
        // Where a flow lists the alias, it is used as soon as it lies there.
        Effect::Put { key, place } if key == way.key => {
            step != way.create || plan.landscape.channels.rows().any(|flow| flow.lists(place))
        }
        Effect::Put { .. } => false,
        Effect::Exchange { key, .. } | Effect::Repoint { key, .. } | Effect::Try { key, .. }
            if key == way.key =>
        {
            true
        }
        Effect::Accept { key, .. } | Effect::Replace { new: key, .. } if key == way.key => {
            is_near(row.role.value, way)
        }
        _ => effect.writes().iter().any(|(fact, _)| *fact == staged) || effect.displaces() == Some(staged),
    };
    let provides = row.speech.as_ref().is_some_and(|speech| speech.kind == SpeechKind::Provision(way.key));
    row.action.value.effects().iter().any(of_key) || provides && is_near(row.role.value, way)
}

/// Whether a role issues the certificate or keeps the key; to others it is handed.
fn is_near(role: RoleId, way: &Way) -> bool {
    role == way.issuer || role == way.keeper
}

/// Whether a step is one of the issuer, for which the certificate is enough and where it lies is not asked.
fn is_shown_alone(plan: &Plan, step: StepId, way: &Way) -> bool {
    let row = &plan.steps[step];
    let certificate_alone = row
        .action
        .value
        .effects()
        .iter()
        .all(|effect| matches!(effect, Effect::Accept { .. } | Effect::Replace { .. }));
    row.role.value == way.issuer && row.role.value != way.keeper && certificate_alone
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "certificate_missing",
    title: "a key is used before its issued certificate is there",
    text: "\
Where a plan says `certificate of new issued by receiver_admin`, the key is created, its certificate
is ordered, issued and installed, each after the other. Only then is the key handed over, tried or
used: before that the pair lies in its keystore with a certificate that nobody is to see. The role
that issues the certificate may accept it at its own receivers once it is issued.

Right:
  step order_certificate by tenant_admin {
    after create_key
    order certificate of new from receiver_admin
  }
  step issue_certificate by receiver_admin {
    after order_certificate
    certify new for tenant_admin
  }
  step install_certificate by tenant_admin {
    after issue_certificate
    install certificate of new in tenant
  }
",
};
