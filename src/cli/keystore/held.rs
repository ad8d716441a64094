//! Which runs hold a keystore, for people and for machines.

use std::path::Path;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{custody::Claim, file::atomic},
    cli::screen::Screen,
    run::time::to_the_second,
    source::shown,
};

/// What a run holds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HeldRow {
    /// The run.
    pub run: String,
    /// The name of its plan.
    pub plan: String,
    /// Its journal.
    pub journal: String,
    /// Since when.
    pub since: Timestamp,
    /// The aliases that nobody else changes meanwhile.
    pub aliases: Vec<String>,
}

impl HeldRow {
    /// What runs hold of a keystore. That nobody can tell is said, and is no reason not to look.
    pub fn all(store: &Path, screen: &mut Screen) -> Vec<Self> {
        let target = atomic::resolve(store).unwrap_or_else(|_| store.to_owned());
        match Claim::read(&target) {
            Ok(claim) => claim.iter().flat_map(Self::of).collect(),
            Err(error) => {
                screen.remark(shown(&error.to_string()));
                Vec::new()
            }
        }
    }

    fn of(claim: &Claim) -> Vec<Self> {
        let row = |hold: &crate::backend::custody::Hold| Self {
            run: hold.run.clone(),
            plan: hold.plan.clone(),
            journal: claim.journal.display().to_string(),
            since: hold.since,
            aliases: hold.aliases.iter().map(ToString::to_string).collect(),
        };
        claim.runs.iter().map(row).collect()
    }

    /// On one line.
    #[must_use]
    pub fn line(&self) -> String {
        let aliases: Vec<String> = self.aliases.iter().map(|alias| format!("`{}`", shown(alias))).collect();
        format!(
            "held: {} by run {} of {} since {}",
            aliases.join(", "),
            shown(&self.run),
            shown(&self.journal),
            to_the_second(self.since)
        )
    }
}
