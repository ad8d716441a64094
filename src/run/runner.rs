//! The runner: turns until the plan is done, or waits.

use std::cell::OnceCell;
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
    duration::gate::Gates,
    journal::Host,
    proof::verdict::Proven,
    transition::{clock::leap, compared::Substituted, event::Record},
    world::{
        id::{ChannelId, StepId},
        material::Fingerprint,
        state::World,
    },
};

use super::{
    casting::Casting,
    difference::Difference,
    error::RunError,
    opening,
    promised::Broken,
    sandbox::Sandbox,
    site::Site,
    wait::{Cause, Wait, ready_since, waits},
};

/// The longest and the shortest time between two looks at the world, on the clock of the wall.
const LOOKS: (Duration, Duration) = (Duration::from_secs(30), Duration::from_millis(20));

/// How long at most nobody asks whether to stop, or whether somebody has acted, on that clock.
const BEAT: Duration = Duration::from_secs(1);

/// How a call of the runner ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every step is done, and the world is as promised.
    Done,
    /// It waits.
    Waiting(Vec<Wait>),
    /// The world is not as recorded.
    Moved(Vec<Difference>),
    /// The world is not as recorded, and a promise of the plan is broken there.
    Broken(Vec<Broken>, Vec<Difference>),
    /// A certificate at a partner is another one than the run knows.
    Substituted(Vec<Substituted>),
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
    /// What was taken in and is not durable yet.
    pub(super) untold: Vec<Record>,
    /// The steps that failed in this call while it goes on with other partners, each with its attempt.
    pub(super) spared: BTreeMap<StepId, u32>,
    /// The world as it is, where a story has let an attempt take effect of which no record can know.
    pub(super) unrecorded: Option<World>,
    /// What each step waits for; asked before a flow is stopped.
    pub(super) gates: OnceCell<Gates<'a>>,
    /// Whether it stands for the people of all roles, as in a sandbox.
    pub(super) is_everybody: bool,
}

impl<'a> Runner<'a> {
    /// A runner over a site. It takes only what was proved.
    #[must_use]
    pub fn over_site(proven: &'a Proven, parts: Parts<'a>) -> Self {
        Self::new(proven.checked(), parts, false)
    }

    /// A runner in a sandbox, which works on things that nobody else uses.
    #[must_use]
    pub fn in_sandbox(_sandbox: &Sandbox, checked: &'a Checked, parts: Parts<'a>) -> Self {
        Self::new(checked, parts, true)
    }

    fn new(checked: &'a Checked, parts: Parts<'a>, is_everybody: bool) -> Self {
        let mut casting = Casting::of(checked.plan(), parts.site);
        if is_everybody {
            casting = casting.with_an_authority();
        }
        // What is made is valid from now on, and a clock that is behind the last record does not count.
        let now = parts.clock.now().max(parts.host.state().now);
        let material = opening::material(checked, parts.site, parts.host.state(), now);
        let (ready_since, untold, gates) = (BTreeMap::new(), Vec::new(), OnceCell::new());
        let spared = BTreeMap::new();
        Self {
            checked,
            parts,
            casting,
            material,
            ready_since,
            untold,
            spared,
            unrecorded: None,
            gates,
            is_everybody,
        }
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
        loop {
            let ended = self.rounds(site_digest, follow, watch);
            // Whatever it ends with, what came about is taken down.
            let kept = self.keep(watch);
            let ending = ended?;
            // It ends so only if all counts that led there.
            if kept? {
                return Ok(ending);
            }
        }
    }

    fn rounds(
        &mut self,
        site_digest: Fingerprint,
        follow: bool,
        watch: Watch<'_>,
    ) -> Result<Ending, RunError> {
        if let Some(moved) = self.begin(site_digest)? {
            return Ok(Ending::Moved(moved));
        }
        self.ready_since = ready_since(self.checked, &self.parts.host.records()?);
        loop {
            if self.is_stopped() {
                return Ok(Ending::Interrupted);
            }
            // A moment that is not believed lets nothing come.
            if let Some(why) = leap(self.checked, self.parts.host.state(), self.parts.clock.now()) {
                return Err(RunError::Clock(why.to_string()));
            }
            if let Some(ending) = self.astray()? {
                return Ok(ending);
            }
            if self.parts.host.state().is_finished() && self.parts.host.outbox()?.is_empty() {
                // A person may have brought it to its end too late, while nobody looked.
                self.take_down_overruns()?;
                return Ok(Ending::Done);
            }
            let looked = self.now();
            let turned = match self.turn(watch) {
                Err(error) => self.goes_on_after(error)?,
                Ok(turned) => turned,
            };
            if turned {
                continue;
            }
            if !self.state().substituted.is_empty() {
                return Ok(Ending::Substituted(self.state().substituted.clone()));
            }
            let waits = waits(self.checked, &self.casting, self.parts.host.state(), looked);
            let times = self.times(&waits);
            // A time that came after the look was not taken into account by it.
            let now = self.now();
            let came = times.iter().any(|at| *at > looked && *at <= now);
            let rests = !came && !self.is_pausing();
            if let Some(fallout) = Some(()).filter(|()| rests).and_then(|()| self.fallout(&waits, follow)) {
                return Err(RunError::Partners(Box::new(fallout)));
            }
            if !follow && rests {
                return Ok(Ending::Waiting(waits));
            }
            self.keep(watch)?;
            self.skip(&waits);
            self.nap(&times)?;
        }
    }

    /// Whether the messages of a flow may carry two keys.
    pub(super) fn is_doubled(&self, flow: ChannelId) -> bool {
        self.checked.plan().landscape.channels[flow].beside.is_some()
    }

    /// Lets the time come in which nothing happens, on a clock that can: where a time is all that is waited
    /// for. What is under way arrives before it all the same.
    fn skip(&self, waits: &[Wait]) {
        let only_times = waits.iter().all(|wait| matches!(wait.cause, Cause::Due(_)));
        let next = waits.iter().filter_map(|wait| wait.until).min();
        let land = &self.checked.plan().landscape;
        let lead = land.channels.ids().map(|flow| land.drain(flow)).max().unwrap_or_default();
        if let (true, false, Some(next)) = (only_times, self.is_pausing(), next)
            && let Ok(to) = next.checked_sub(lead)
        {
            self.parts.clock.skip(to);
        }
    }

    /// Whether a role's own pause is all that is waited for.
    fn is_pausing(&self) -> bool {
        !self.ready_since.is_empty()
    }

    /// The times that something waits for.
    fn times(&self, waits: &[Wait]) -> Vec<Timestamp> {
        let pauses = self.ready_since.iter().filter_map(|(step, since)| self.due(*step, *since));
        waits.iter().filter_map(|wait| wait.until).chain(pauses).collect()
    }

    /// When a step that is ready since then is done by the site.
    pub(super) fn due(&self, step: StepId, since: Timestamp) -> Option<Timestamp> {
        let role = self.checked.plan().steps[step].role.value;
        let pause = self.casting.role(role).pause.map_or(SignedDuration::ZERO, |length| length.signed());
        since.checked_add(pause).ok()
    }

    /// Sleeps for a part of what is left, so that the last look is near the time that is waited for
    /// and the world is not looked at all the while; what is overdue is looked at ever less often.
    /// Somebody who acts or asks to stop ends the sleep.
    fn nap(&mut self, times: &[Timestamp]) -> Result<(), RunError> {
        let clock = self.parts.clock;
        let on_clock = |wall: Duration| wall.mul_f64(clock.pace());
        let (longest, shortest) = (on_clock(LOOKS.0), on_clock(LOOKS.1));
        let now = clock.now();
        let parts =
            times.iter().map(|at| (at.duration_since(now).unsigned_abs() / 8).clamp(shortest, longest));
        let until = now.saturating_add(parts.min().unwrap_or(longest)).unwrap_or(Timestamp::MAX);
        while let Ok(left) = Duration::try_from(until.duration_since(clock.now()))
            && !left.is_zero()
            && !self.parts.stop.load(Ordering::Relaxed)
        {
            clock.sleep(left.min(on_clock(BEAT)));
            if self.refresh()? {
                break;
            }
        }
        Ok(())
    }
}
