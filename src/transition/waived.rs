//! A partner that a run goes on without, because somebody has it so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::shown;

use super::event::Actor;

/// A partner that is waited for no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// Its role.
    pub partner: String,
    /// Who has it so.
    pub by: Actor,
    /// Why.
    pub because: String,
}

impl Waived {
    /// Who has it so and why, as in `by Dana (tenant_admin): nobody answers`.
    #[must_use]
    pub fn reason(&self) -> String {
        let who = match &self.by.person {
            Some(person) => format!("{} ({})", shown(person), shown(&self.by.role)),
            None => shown(&self.by.role),
        };
        format!("by {who}: {}", shown(&self.because))
    }
}
