//! What a run would do, seen through backends that are only read.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    backend::{
        bench::{Backends, Material},
        observe::observe,
    },
    check::Checked,
    source::shown,
    transition::state::State,
    world::{
        effect::{Applied, Effect},
        id::StepId,
        landscape::Fact,
        material::Certificate,
        state::World,
    },
};

use super::{
    casting::Casting,
    difference::{Difference, differences},
    error::RunError,
    opening,
    site::Site,
};

/// What a dry run found.
#[derive(Clone, Debug, Serialize)]
pub struct DryRun {
    /// Where the world is not as the plan starts from.
    pub differences: Vec<Difference>,
    /// What each step would do.
    pub steps: Vec<Forecast>,
    /// What is worth knowing of the keys: validity, kind.
    pub notes: Vec<String>,
}

/// What one step would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// The step.
    pub step: String,
    /// Its role.
    pub role: String,
    /// What would become of it.
    pub forecast: Word,
    /// In one sentence.
    pub detail: String,
}

/// What would become of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The backend would change something.
    WouldDo,
    /// It is so already.
    AlreadySo,
    /// It cannot be done in this world.
    Blocked,
    /// A person does it.
    WaitsForPerson,
    /// Nobody can look at what it changes.
    Unknown,
}

impl Word {
    /// The word for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::WouldDo => "would do",
            Self::AlreadySo => "already so",
            Self::Blocked => "blocked",
            Self::WaitsForPerson => "waits for",
            Self::Unknown => "unknown",
        }
    }
}

/// A site with the backends that stand behind it.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// The site.
    pub site: &'a Site,
    /// The folder that its paths begin at.
    pub folder: &'a Path,
    /// What its names are bound to.
    pub backends: &'a Backends,
}

/// Looks at the world of a site and plays the steps that are not done over what it sees, changing
/// nothing. A run that is under way is taken up where it stands.
///
/// # Errors
/// When the world cannot be looked at.
pub fn dry_run(
    checked: &Checked,
    bound: Bound<'_>,
    under_way: Option<State>,
    now: Timestamp,
) -> Result<DryRun, RunError> {
    let Bound { site, backends, .. } = bound;
    let plan = checked.plan();
    let state = match under_way {
        Some(state) => state,
        None => fresh(checked, bound)?,
    };
    let material = opening::material(checked, site, &state, now);
    let seen = observe(&plan.landscape, backends, &material, &state.world).map_err(RunError::Observe)?;
    let differences = differences(plan, &state, &seen);
    let casting = Casting::of(plan, site);
    let mut world = seen.world.clone();
    let open = checked.order().sequence().iter().filter(|step| !state.world.is_done(**step));
    let view = View { checked, casting: &casting, backends, material: &material };
    let steps = open.map(|step| forecast(view, &mut world, *step));
    Ok(DryRun { differences, steps: steps.collect(), notes: notes(checked, &state, &material, now) })
}

/// A run that has not begun, with the certificates that are there.
fn fresh(checked: &Checked, Bound { site, folder, backends }: Bound<'_>) -> Result<State, RunError> {
    let mut state = State::new(checked);
    for (name, pem) in opening::certificates(checked, site, folder, backends)? {
        if let Some(key) = checked.plan().landscape.keys.find(|k| *k == name) {
            state.certificates.insert(key, pem);
        }
    }
    Ok(state)
}

/// What is the same for every forecast.
#[derive(Clone, Copy)]
struct View<'a> {
    checked: &'a Checked,
    casting: &'a Casting,
    backends: &'a Backends,
    material: &'a Material,
}

/// What would become of a step in this world, which is then as the step leaves it.
fn forecast(view: View<'_>, world: &mut World, step: StepId) -> Forecast {
    let View { checked, casting, backends, material } = view;
    let plan = checked.plan();
    let row = &plan.steps[step];
    let role = shown(&plan.landscape.roles[row.role.value]);
    let act = shown(&plan.sentence(step));
    let effects = row.action.value.effects();
    let mut changed = false;
    let mut misfit = None;
    for effect in &effects {
        match effect.apply(&plan.landscape, world) {
            Ok(applied) => changed |= applied == Applied::Changed,
            Err(why) => misfit = Some(why),
        }
    }
    let unspecified = effects.iter().any(|effect| match effect {
        Effect::Put { key, .. } => material.certificate(*key).is_none() && material.spec(*key).is_none(),
        _ => false,
    });
    let (forecast, detail) = if misfit.is_some() {
        (Word::Blocked, format!("{act}: this does not fit the world as it is seen"))
    } else if casting.is_by_hand(plan, step) {
        (Word::WaitsForPerson, format!("{role}: {act}"))
    } else if unspecified {
        (Word::Blocked, format!("{act}: nothing says what kind of key it is to be (see [keys] in the site)"))
    } else if row.speech.is_some() {
        (Word::WouldDo, format!("{act} (by the site, for {role})"))
    } else if !effects.iter().flat_map(Effect::writes).all(|(f, _)| reaches(backends, checked, f)) {
        (Word::Unknown, format!("{act}: nobody can look at it"))
    } else if changed {
        (Word::WouldDo, act)
    } else {
        (Word::AlreadySo, act)
    };
    Forecast { step: shown(&row.name.value), role, forecast, detail }
}

fn reaches(backends: &Backends, checked: &Checked, fact: Fact) -> bool {
    backends.reaches(&checked.plan().landscape, fact)
}

fn notes(checked: &Checked, state: &State, material: &Material, now: Timestamp) -> Vec<String> {
    let land = &checked.plan().landscape;
    let mut found = Vec::new();
    for key in state.certificates.keys() {
        let Some(certificate): Option<&Certificate> = material.certificate(*key) else { continue };
        let name = shown(&land.keys[*key]);
        let days = certificate.not_after().duration_since(now).as_hours() / 24;
        let kind = certificate.key_type().map_or_else(|| "an unknown kind".to_owned(), |k| k.to_string());
        found.push(format!(
            "{name}: {kind}, {}, valid until {} ({days} days), certificate {}",
            certificate.subject(),
            certificate.not_after(),
            certificate.fingerprint().short()
        ));
        if certificate.not_before() > now {
            found.push(format!("{name} is not valid yet: from {} on", certificate.not_before()));
        }
        if certificate.not_after() < now {
            found.push(format!("{name} has expired: a receiver that checks validity rejects it already"));
        }
    }
    for key in super::bind::created(checked.plan()) {
        if let Some(spec) = material.spec(key) {
            let subject: Vec<String> =
                spec.subject.iter().map(|(n, v)| format!("{n}={}", shown(v))).collect();
            found.push(format!(
                "{}: will be {}, {}, {} days",
                shown(&land.keys[key]),
                spec.key_type,
                subject.join(", "),
                spec.days
            ));
        }
    }
    found
}
