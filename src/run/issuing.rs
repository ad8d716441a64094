//! What is issued where nobody is there to issue it: by an authority that is thrown away.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{error::RunError, runner::Runner};
use crate::{
    action::certifying::Certifying,
    backend::{bench::Material, key_pair::issue, keystore::KeystoreError},
    plan::Plan,
    world::{id::StepId, material::Certificate},
};

/// What a step hands over that issues the certificate of a key whose pair is there: by the name of the key.
/// Nothing of any other step.
///
/// # Errors
/// When it cannot be made.
pub(super) fn issued(
    plan: &Plan,
    material: &Material,
    step: StepId,
    now: Timestamp,
) -> Result<BTreeMap<String, String>, KeystoreError> {
    let Some(Certifying::Certify(key)) = plan.steps[step].action.value.certifies() else {
        return Ok(BTreeMap::new());
    };
    let Some(made) = material.made(key) else { return Ok(BTreeMap::new()) };
    let answer = issue::issued(made, now)?;
    let pem = answer.iter().map(Certificate::pem).collect();
    Ok(BTreeMap::from([(plan.landscape.keys[key].clone(), pem)]))
}

impl Runner<'_> {
    /// The certificates that come with a step of a role that the site plays: in a sandbox, where nobody else
    /// issues any, what the step issues.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn handed_over(
        &self,
        step: StepId,
        now: Timestamp,
    ) -> Result<BTreeMap<String, String>, RunError> {
        if !self.is_everybody {
            return Ok(BTreeMap::new());
        }
        issued(self.checked.plan(), &self.material, step, now)
            .map_err(|error| RunError::Observe(error.into()))
    }
}
