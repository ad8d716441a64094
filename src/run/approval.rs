//! What was approved: the digests of plan, site and world that a dry run saw.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

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
    seen::{Seen, differences, flattened, told},
    site::Site,
};

/// The largest approval that is read, in bytes.
const LIMIT: usize = 1 << 20;

/// An approval, as `dry-run --save` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The version of the format: 2, or 1 without what the world and the site were in words.
    pub approval: u32,
    /// The plan's name, for people.
    pub plan_name: String,
    /// Digest of the plan and its parameters.
    pub plan: Fingerprint,
    /// Digest of the site.
    pub site: Fingerprint,
    /// Digest of the world that was seen, certificates included.
    pub world: Fingerprint,
    /// What was seen of each thing of the plan, for people.
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
    /// What the site bound, for people: it holds references to secrets, and no secret.
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    pub bound: Seen,
}

/// The version that is written.
const VERSION: u32 = 2;

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
        let is_known = (1..=VERSION).contains(&approval.approval);
        if is_known { Ok(approval) } else { Err(fail("is of another version".to_owned())) }
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
        let (world, seen) = world(proven, site, folder, backends)?;
        Ok(Self {
            approval: VERSION,
            plan_name: plan.name.clone(),
            plan: plan.digest(),
            site: site.digest(),
            world,
            seen,
            bound: bound(site),
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
        Ok(self.moved(now.plan, site, Some((now.world, now.seen))))
    }

    /// The same where plan and site are known, and what is seen of the world if that counts. Under the line with
    /// the digests stands what differs, where the approval tells what there was.
    #[must_use]
    pub fn moved(&self, plan: Fingerprint, site: &Site, world: Option<(Fingerprint, Seen)>) -> Vec<String> {
        let row = |what: &str, approved: Fingerprint, is: Fingerprint| {
            (approved != is)
                .then(|| format!("{what}: approved is {}, there is {}", approved.short(), is.short()))
        };
        let mut lines: Vec<String> = row("the plan", self.plan, plan).into_iter().collect();
        if let Some(line) = row("the site", self.site, site.digest()) {
            lines.push(line);
            if !self.bound.is_empty() {
                lines.extend(differences(&self.bound, &bound(site)));
            }
        }
        if let Some((digest, seen)) = world
            && let Some(line) = row("the world", self.world, digest)
        {
            lines.push(line);
            if !self.seen.is_empty() {
                lines.extend(differences(&self.seen, &seen));
            }
        }
        lines
    }
}

/// What a site binds, value by value.
fn bound(site: &Site) -> Seen {
    serde_json::to_value(site).map(|document| flattened(&document)).unwrap_or_default()
}

/// Identifies the world as it is seen, with the certificates of the keys in use, and tells of it.
fn world(
    proven: &Proven,
    site: &Site,
    folder: &Path,
    backends: &Backends,
) -> Result<(Fingerprint, Seen), RunError> {
    let checked = proven.checked();
    let plan = checked.plan();
    let certificates = opening::certificates(checked, site, folder, backends)?;
    let mut material = Material::default();
    let mut text = String::new();
    let mut known = BTreeMap::new();
    for (name, pem) in &certificates {
        let certificate = Certificate::from_pem(pem.as_bytes());
        if let (Some(key), Ok(certificate)) = (plan.key(name), certificate) {
            text.push_str(&format!("{name}={}\n", certificate.fingerprint()));
            known.insert(key, certificate.clone());
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
    Ok((Fingerprint::of(text.as_bytes()), told(plan, &observation, &known)))
}
