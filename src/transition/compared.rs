//! Fingerprints that a partner has computed from the certificate that it accepts, held against the one that the run
//! knows: whoever sends another certificate on the way, as by mail, shows there.
//!
//! Where one is another one the run stops, and stays so until somebody has it go on.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::Checked,
    plan::Plan,
    source::shown,
    world::{
        effect::Effect,
        id::{KeyId, StepId},
        key_kind::KeyKind,
        material::{Certificate, Fingerprint, KeyType},
    },
};

use super::{
    event::Actor,
    next::open,
    ready::Blocker,
    state::{State, Status},
    why::Why,
};

/// A certificate that is not the one that the run knows, where nobody has said yet what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Substituted {
    /// The step by which it would have been accepted.
    pub step: String,
    /// The key whose certificate it should have been.
    pub key: String,
    /// SHA-256 of the certificate that is there.
    pub named: Fingerprint,
    /// SHA-256 of the one that the run knows.
    pub known: Fingerprint,
    /// Who computed it.
    pub by: Actor,
    /// When that was taken down.
    pub at: Timestamp,
}

impl Substituted {
    /// Both fingerprints, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (step, key, role) = (shown(&self.step), shown(&self.key), shown(&self.by.role));
        format!(
            "{role} named {} by `{step}`, and the certificate of {key} that was sent has {}",
            self.named, self.known
        )
    }

    /// What is to be done now: whom to ask by what way, and with which command it goes on.
    #[must_use]
    pub fn mend(&self, options: &str) -> String {
        let (step, role) = (shown(&self.step), shown(&self.by.role));
        format!(
            "phone {role} by a number that you know from before, and not one from a mail; let it take the certificate \
             away that is not yours, and send yours again; do not go on before; then say `keyroll resume --substituted \
             {step} --as ROLE --because \"...\"{options}`, and `{step}` is confirmed with the right fingerprint"
        )
    }
}

/// The key whose certificate a receiver comes to accept by a step.
#[must_use]
pub fn accepted(plan: &Plan, step: StepId) -> Option<KeyId> {
    plan.steps[step].action.value.effects().iter().find_map(|effect| match effect {
        Effect::Accept { key, .. } | Effect::Replace { new: key, .. } => Some(*key),
        _ => None,
    })
}

/// The same where somebody else has made the key, so that the certificate came to its role from outside.
#[must_use]
pub fn sent(plan: &Plan, step: StepId) -> Option<KeyId> {
    let key = accepted(plan, step)?;
    let role = plan.steps[step].role.value;
    let made_by = plan.steps.rows().find(|row| row.action.value.makes() == Some(key))?.role.value;
    (made_by != role && plan.key_kind(key) != Some(KeyKind::Handled(KeyType::Opaque))).then_some(key)
}

/// The certificate of a key that is known in a run; of one that was issued, that and not the one with which the pair was
/// made. Nothing of a credential that is no certificate.
#[must_use]
pub fn known(state: &State, key: KeyId) -> Option<Certificate> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let held = state.certificates.get(&key)?;
    let last = held.rfind(BEGIN).and_then(|at| held.get(at..))?;
    Certificate::from_pem(last.as_bytes()).ok().filter(|certificate| certificate.text().is_none())
}

/// Takes down what a partner has computed; `false` where it did so before.
pub(super) fn compared(
    checked: &Checked,
    state: &mut State,
    step: StepId,
    (named, told): (Fingerprint, Fingerprint),
    by: &Actor,
) -> Result<bool, Why> {
    let plan = checked.plan();
    let name = plan.steps[step].name.value.clone();
    let Some(key) = accepted(plan, step) else { return Err(Why::NothingToCompare(name)) };
    if matches!(state.steps[step].status, Status::Done(_)) {
        return Err(Why::Closed(name));
    }
    open(checked, state, step)?;
    let known = known(state, key).map(|certificate| certificate.fingerprint());
    if known != Some(told) {
        return Err(Why::NotKnown(plan.landscape.keys[key].clone()));
    }
    if named == told {
        let was = state.steps[step].compared.replace(state.now);
        return Ok(was.is_none());
    }
    let (key, by, at) = (plan.landscape.keys[key].clone(), by.clone(), state.now);
    let is_said = |one: &Substituted| (&one.step, one.named, &one.by) == (&name, named, &by);
    if state.substituted.iter().any(is_said) {
        return Ok(false);
    }
    state.steps[step].compared = None;
    state.substituted.push(Substituted { step: name, key, named, known: told, by, at });
    Ok(true)
}

/// Lets a run go on after somebody has seen to a certificate that was another one.
pub(super) fn resolved(state: &mut State, step: &str) -> Result<(), Why> {
    let open = state.substituted.len();
    state.substituted.retain(|one| one.step != step);
    if state.substituted.len() == open { Err(Why::NotSubstituted(step.to_owned())) } else { Ok(()) }
}

/// What keeps every step of a run from beginning as long as a certificate is another one.
pub(super) fn barred(checked: &Checked, state: &State) -> Option<Blocker> {
    let first = state.substituted.first()?;
    checked.plan().step(&first.step).map(Blocker::Substituted)
}
