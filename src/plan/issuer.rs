//! Who issues the certificate of a key.

use crate::{
    action::{certifying::Certifying, usage::Arguments},
    syntax::tree::Phrase,
    world::id::{KeyId, RoleId, StepId},
};

use super::{Plan, Step, lines::ISSUED, resolve::Draft};

/// Reads `of <key> issued by <role>`.
pub(super) fn read(draft: &mut Draft, phrase: &Phrase) {
    let Some((_, arguments)) = draft.read("what is said of a certificate", &[ISSUED], phrase) else { return };
    let mut arguments = Arguments::new(arguments);
    if let (Some(key), Some(roles)) = (arguments.key(), arguments.roles()) {
        let said = roles.into_iter().map(|role| (role, phrase.span()));
        draft.declared.issuers.entry(key).or_default().extend(said);
    }
}

impl Plan {
    /// The role that issues the certificate of a key; nothing for a key whose certificate is made with it.
    #[must_use]
    pub fn issuer(&self, key: KeyId) -> Option<RoleId> {
        self.declared.issuers.get(&key)?.first().map(|(role, _)| *role)
    }

    /// The step that issues the certificate of what this one creates.
    #[must_use]
    pub fn issued_by(&self, step: StepId) -> Option<StepId> {
        let key = self.steps[step].action.value.makes()?;
        let certifies = |row: &Step| row.action.value.certifies() == Some(Certifying::Certify(key));
        self.steps.iter().find(|(_, row)| certifies(row)).map(|(id, _)| id)
    }

    /// The key whose certificate is there from this step on: the pair is made by it, or, where a role
    /// issues the certificate, that is done by it.
    #[must_use]
    pub fn certificate_from(&self, step: StepId) -> Option<KeyId> {
        let action = &self.steps[step].action.value;
        match action.certifies() {
            Some(Certifying::Certify(key)) => Some(key),
            _ => action.makes().filter(|key| self.issuer(*key).is_none()),
        }
    }
}
