//! The runner: turns until the plan is done, or waits.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::{
        bench::{Backends, Material},
        clock::Clock,
        notifier::Notifier,
    },
    check::Checked,
    journal::Host,
    proof::verdict::Proven,
    transition::event::Record,
    world::{id::StepId, material::Fingerprint},
};

use super::{
    casting::Casting,
    difference::Difference,
    error::RunError,
    opening,
    sandbox::Sandbox,
    site::Site,
    wait::{Wait, waits},
};

/// The longest and the shortest time between two looks at the world, on the clock of the wall.
const LOOKS: (Duration, Duration) = (Duration::from_secs(30), Duration::from_millis(20));

/// How a call of the runner ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every step is done, and the world is as promised.
    Done,
    /// It waits.
    Waiting(Vec<Wait>),
    /// The world is not as recorded.
    Moved(Vec<Difference>),
    /// Somebody asked it to stop.
    Interrupted,
}

/// Everything that a run works with.
#[derive(Debug)]
pub struct Parts<'a> {
    /// Where the run lives.
    pub host: &'a mut dyn Host,
    /// The backends.
    pub backends: Backends,
    /// The site.
    pub site: &'a Site,
    /// The folder that the site's paths begin at.
    pub folder: &'a Path,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Whoever tells people.
    pub notifier: &'a mut dyn Notifier,
    /// Set when the run is to stop at the next turn.
    pub stop: &'a AtomicBool,
}

/// Hears of every event as soon as it is durable.
pub type Watch<'a> = &'a mut dyn FnMut(&Record);

/// Carries one plan out.
#[derive(Debug)]
pub struct Runner<'a> {
    pub(super) checked: &'a Checked,
    pub(super) parts: Parts<'a>,
    pub(super) casting: Casting,
    pub(super) material: Material,
    pub(super) ready_since: BTreeMap<StepId, Timestamp>,
}

impl<'a> Runner<'a> {
    /// A runner over a site. It takes only what was proved.
    #[must_use]
    pub fn over_site(proven: &'a Proven, parts: Parts<'a>) -> Self {
        Self::new(proven.checked(), parts)
    }

    /// A runner in a sandbox, which works on things that nobody else uses.
    #[must_use]
    pub fn in_sandbox(_sandbox: &Sandbox, checked: &'a Checked, parts: Parts<'a>) -> Self {
        Self::new(checked, parts)
    }

    fn new(checked: &'a Checked, parts: Parts<'a>) -> Self {
        let casting = Casting::of(checked.plan(), parts.site);
        let material = opening::material(checked, parts.site, parts.host.state(), parts.clock.now());
        Self { checked, parts, casting, material, ready_since: BTreeMap::new() }
    }

    /// Runs until the plan is done or waits. With `follow` it stays while it waits.
    ///
    /// # Errors
    /// When a backend or the journal fails. Running again goes on from there.
    pub fn run(
        &mut self,
        site_digest: Fingerprint,
        follow: bool,
        watch: Watch<'_>,
    ) -> Result<Ending, RunError> {
        self.begin(site_digest, watch)?;
        loop {
            if self.parts.stop.load(Ordering::Relaxed) {
                return Ok(Ending::Interrupted);
            }
            if let Some(moved) = self.moved()? {
                return Ok(Ending::Moved(moved));
            }
            if self.parts.host.state().is_finished() && self.parts.host.outbox()?.is_empty() {
                return Ok(Ending::Done);
            }
            if self.turn(watch)? {
                continue;
            }
            let waits = waits(self.checked, &self.casting, self.parts.host.state());
            let next = self.next_time(&waits);
            if !follow && next.is_none_or(|at| at > self.parts.clock.now()) && !self.is_pausing() {
                return Ok(Ending::Waiting(waits));
            }
            self.nap(next);
        }
    }

    /// Whether a role's own pause is all that is waited for.
    fn is_pausing(&self) -> bool {
        !self.ready_since.is_empty()
    }

    fn next_time(&self, waits: &[Wait]) -> Option<Timestamp> {
        let pauses = self.ready_since.iter().filter_map(|(step, since)| self.due(*step, *since));
        waits.iter().filter_map(|wait| wait.until).chain(pauses).min()
    }

    /// When a step that is ready since then is done by the site.
    pub(super) fn due(&self, step: StepId, since: Timestamp) -> Option<Timestamp> {
        let role = self.checked.plan().steps[step].role.value;
        let pause = self.casting.role(role).pause.map_or(SignedDuration::ZERO, |length| length.signed());
        since.checked_add(pause).ok()
    }

    /// Sleeps for a part of what is left, so that the last look is near the time that is waited for
    /// and the world is not looked at all the while.
    fn nap(&self, next: Option<Timestamp>) {
        let clock = self.parts.clock;
        let (longest, shortest) = (LOOKS.0.mul_f64(clock.pace()), LOOKS.1.mul_f64(clock.pace()));
        let left = next.map(|at| Duration::try_from(at.duration_since(clock.now())).unwrap_or_default());
        clock.sleep(left.map_or(longest, |left| (left / 8).clamp(shortest, longest)));
    }
}
