//! What was approved: the digests of plan, site and world that a dry run saw.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    backend::{
        bench::{Backends, Material},
        file::{self, bounded},
        observe::observe,
    },
    proof::verdict::{Proven, world_digest},
    transition::state::State,
    world::material::{Certificate, Fingerprint},
};

use super::{
    bind::{BindError, bind},
    error::RunError,
    opening,
    site::Site,
};

/// The largest approval that is read, in bytes.
const LIMIT: usize = 1 << 20;

/// An approval, as `dry-run --save` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The version of the format: 1.
    pub approval: u32,
    /// The plan's name, for people.
    pub plan_name: String,
    /// Digest of the plan and its parameters.
    pub plan: Fingerprint,
    /// Digest of the site.
    pub site: Fingerprint,
    /// Digest of the world that was seen, certificates included.
    pub world: Fingerprint,
}

/// Why an approval cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// The file.
    #[error("the approval {}: {cause}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The site cannot be bound.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The world cannot be looked at.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Approval {
    /// Reads an approval.
    ///
    /// # Errors
    /// When the file is not one.
    pub fn read(path: &Path) -> Result<Self, ApprovalError> {
        let fail = |cause: String| ApprovalError::File { path: path.to_owned(), cause };
        let text = bounded::read(path, LIMIT).map_err(|e| fail(e.to_string()))?;
        if text.len() > LIMIT {
            return Err(fail(format!("has more than {LIMIT} bytes")));
        }
        let approval: Self = serde_json::from_slice(&text).map_err(|e| fail(e.to_string()))?;
        if approval.approval == 1 { Ok(approval) } else { Err(fail("is of another version".to_owned())) }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ApprovalError> {
        let fail = |cause: String| ApprovalError::File { path: path.to_owned(), cause };
        let text = serde_json::to_string_pretty(self).map_err(|e| fail(e.to_string()))? + "\n";
        file::replace_own(path, text.as_bytes(), None).map_err(|e| fail(e.to_string()))
    }

    /// The approval of what is there now.
    ///
    /// # Errors
    /// When the world cannot be looked at.
    pub fn of(proven: &Proven, site: &Site, folder: &Path, backends: &Backends) -> Result<Self, RunError> {
        let plan = proven.checked().plan();
        Ok(Self {
            approval: 1,
            plan_name: plan.name.clone(),
            plan: plan.digest(),
            site: site.digest(),
            world: seen(proven, site, folder, backends)?,
        })
    }

    /// What is otherwise than approved, one line each; nothing when all is as approved.
    ///
    /// # Errors
    /// When the world cannot be looked at.
    pub fn differences(
        &self,
        proven: &Proven,
        site: &Site,
        folder: &Path,
    ) -> Result<Vec<String>, ApprovalError> {
        let plan = proven.checked().plan();
        let backends = bind(plan, site, folder)?;
        let now = Self::of(proven, site, folder, &backends)?;
        Ok(self.moved(now.plan, now.site, Some(now.world)))
    }

    /// The same for digests that are known.
    #[must_use]
    pub fn moved(&self, plan: Fingerprint, site: Fingerprint, world: Option<Fingerprint>) -> Vec<String> {
        let row = |what: &str, approved: Fingerprint, is: Fingerprint| {
            (approved != is)
                .then(|| format!("{what}: approved is {}, there is {}", approved.short(), is.short()))
        };
        let rows = [
            row("the plan", self.plan, plan),
            row("the site", self.site, site),
            world.and_then(|world| row("the world", self.world, world)),
        ];
        rows.into_iter().flatten().collect()
    }
}

/// Identifies the world as it is seen, with the certificates of the keys in use.
fn seen(proven: &Proven, site: &Site, folder: &Path, backends: &Backends) -> Result<Fingerprint, RunError> {
    let checked = proven.checked();
    let plan = checked.plan();
    let certificates = opening::certificates(checked, site, folder, backends)?;
    let mut material = Material::default();
    let mut text = String::new();
    for (name, pem) in &certificates {
        let certificate = Certificate::from_pem(pem.as_bytes());
        if let (Some(key), Ok(certificate)) = (plan.key(name), certificate) {
            text.push_str(&format!("{name}={}\n", certificate.fingerprint()));
            material.pin(key, certificate);
        }
    }
    let state = State::new(checked);
    let observation =
        observe(&plan.landscape, backends, &material, &state.world).map_err(RunError::Observe)?;
    text.push_str(&world_digest(checked, &observation.world).to_string());
    for (_, what) in &observation.foreign {
        text.push_str(&format!("\nforeign={what}"));
    }
    // The world is as recorded there, and nobody could say so.
    for own in &observation.untold {
        text.push_str(&format!("\nuntold={}", plan.landscape.own_facts[*own].name));
    }
    Ok(Fingerprint::of(text.as_bytes()))
}
