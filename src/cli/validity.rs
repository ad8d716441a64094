//! Says before a run that a certificate in use may end before the plan does, or is weak, and which deadlines have passed.

use std::path::Path;

use crate::{
    backend::{
        bench::{Backends, Material},
        clock::{Clock, WallClock},
    },
    check::Checked,
    run::{noted::passed, opening, site::Site, validity::too_short, weak::weak},
    transition::state::State,
    world::material::Certificate,
};

use super::screen::Screen;

/// Where a plan is carried out.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// The site.
    pub(super) site: &'a Site,
    /// The folder that its paths begin at.
    pub(super) folder: &'a Path,
    /// What its names are bound to.
    pub(super) backends: &'a Backends,
}

/// Says so, and stops nothing. A certificate that cannot be read is the run's to complain of.
pub(super) fn warn(checked: &Checked, at: &At<'_>, state: &State, screen: &mut Screen) {
    let now = WallClock.now();
    let material =
        if state.started { opening::material(checked, at.site, state, now) } else { seen(checked, at) };
    let short = too_short(checked, &state.world, &material, now);
    // Once it has begun, it says so of each when it waits for it.
    let dates = if state.started { Vec::new() } else { passed(checked.plan(), state, now) };
    for line in short.into_iter().chain(weak(checked.plan(), &material)).chain(dates) {
        screen.remark(line);
    }
}

/// The certificates that are in use before a run.
fn seen(checked: &Checked, at: &At<'_>) -> Material {
    let mut material = Material::default();
    let found = opening::certificates(checked, at.site, at.folder, at.backends).unwrap_or_default();
    for (name, pem) in found {
        let key = checked.plan().key(&name);
        if let (Some(key), Ok(certificate)) = (key, Certificate::from_pem(pem.as_bytes())) {
            material.pin(key, certificate);
        }
    }
    material
}
