//! One turn of a run: carry out what is commanded, take down what has come about, begin what is
//! ready.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

use jiff::Timestamp;

use crate::{
    backend::{Outcome, bench::Workbench, notifier::Notice},
    transition::{
        command::Command,
        early::due,
        event::{Actor, Event, Record},
        next::Verdict,
        pause::{of_role, whole},
        state::{State, Status},
        unsettled::barred_at,
    },
    world::{
        id::{KeyId, StepId},
        material::Fingerprint,
        state::WindowState,
    },
};

use super::{
    difference::Difference,
    error::RunError,
    opening,
    runner::{Runner, Watch},
    window::overrun,
};

impl Runner<'_> {
    pub(super) fn state(&self) -> &State {
        self.parts.host.state()
    }

    /// The time of the run: that of the clock, and never before the last record.
    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now().max(self.state().now)
    }

    /// Takes in an event of the runner's own; `false` when it was known already or came too late. It is durable, and
    /// told, with the next [`keep`](Self::keep): what comes one after the other costs one commit.
    pub(super) fn submit(&mut self, event: Event) -> Result<bool, RunError> {
        let record = Record { at: self.now(), event };
        match self.parts.host.take(self.checked, &record)? {
            Verdict::Applied(_) => {
                self.untold.push(record);
                Ok(true)
            }
            Verdict::Duplicate => Ok(false),
            // The clock was set back since it looked: the time will come. Or it went on, and a deadline passed.
            Verdict::Refused(why) if why.is_of_time() => Ok(false),
            Verdict::Refused(why) => Err(RunError::Inner(why.to_string())),
        }
    }

    /// Makes durable what was taken in, and tells it; says whether all of it counts. This is done before anything that
    /// the world sees rests on it, before anybody is told, and before the run rests or ends.
    pub(super) fn keep(&mut self, watch: Watch<'_>) -> Result<bool, RunError> {
        let untold = std::mem::take(&mut self.untold);
        // Somebody else may have acted since this runner looked: then it looks anew.
        let dropped = self.parts.host.keep(self.checked)?;
        untold.iter().take(untold.len().saturating_sub(dropped)).for_each(watch);
        Ok(dropped == 0)
    }

    /// Takes down the start of the run, once. In a world that is not the one that the plan starts
    /// from nothing is taken down, and the differences come back.
    pub(super) fn begin(&mut self, site: Fingerprint) -> Result<Option<Vec<Difference>>, RunError> {
        if self.state().started {
            return Ok(None);
        }
        let parts = &self.parts;
        let certificates = opening::certificates(self.checked, parts.site, parts.folder, &parts.backends)?;
        self.pin(&certificates);
        if let Some(moved) = self.moved()? {
            return Ok(Some(moved));
        }
        super::weak::inherited(self.checked.plan(), self.parts.site, &self.casting, &self.material)?;
        let plan = self.checked.plan().digest();
        self.submit(Event::Started { plan, site, certificates })?;
        let now = self.parts.clock.now();
        self.material = opening::material(self.checked, self.parts.site, self.state(), now);
        Ok(None)
    }

    /// Takes in what others have submitted; says whether there was anything.
    pub(super) fn refresh(&mut self) -> Result<bool, RunError> {
        let come = self.parts.host.refresh(self.checked)?;
        if come {
            self.learn();
        }
        Ok(come)
    }

    /// Takes in the certificates that are recorded.
    pub(super) fn learn(&mut self) {
        let keys = &self.checked.plan().landscape.keys;
        let known = &self.parts.host.state().certificates;
        let known = known.iter().map(|(key, pem)| (keys[*key].clone(), pem.clone())).collect();
        self.pin(&known);
    }

    fn pin(&mut self, certificates: &BTreeMap<String, String>) {
        for (name, pem) in certificates {
            let key = self.checked.plan().key(name);
            if let Some(key) = key {
                self.material.learn(key, pem);
            }
        }
    }

    /// One turn; `false` when nothing could be done.
    pub(super) fn turn(&mut self, watch: Watch<'_>) -> Result<bool, RunError> {
        if whole(self.checked.plan(), self.state(), self.now()).is_some() && !self.state().is_finished() {
            // No step is about to begin.
            self.ready_since.clear();
            return Ok(false);
        }
        let attempts = |state: &State| state.steps.rows().filter(|row| row.status == Status::Begun).count();
        let begun = attempts(self.state());
        let mut moved = self.carry_out(watch)?;
        if attempts(self.state()) < begun {
            // The world is looked at after each step, before anything is said of it.
            return Ok(true);
        }
        if self.is_stopped() {
            return Ok(true);
        }
        moved |= self.open_windows()?;
        moved |= self.take_down_drains()?;
        moved |= self.take_down_overruns()?;
        moved |= self.begin_ready()?;
        Ok(moved)
    }

    /// Whether somebody wants it to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.parts.stop.load(Ordering::Relaxed)
    }

    fn carry_out(&mut self, watch: Watch<'_>) -> Result<bool, RunError> {
        let mut moved = false;
        let commands = self.parts.host.outbox()?;
        // A command may come from an act of somebody else: it is read with the state that it is of.
        self.refresh()?;
        for command in commands {
            match &command {
                Command::Perform { step, attempt } => {
                    // That it is begun is durable before, and told: whoever stops the run then stops it here.
                    self.keep(watch)?;
                    if self.is_stopped() {
                        return Ok(true);
                    }
                    self.perform(step, *attempt)?;
                }
                Command::Tell { step, role } => self.tell(step, role, watch)?,
                // It answers when it goes on.
                Command::Ask { role, .. } if self.rests(role) => continue,
                Command::Ask { step, role, .. } => self.ask(step, role, watch)?,
            }
            self.parts.host.settle(&command)?;
            moved = true;
        }
        Ok(moved)
    }

    /// Performs a step that is begun, which is durable, and takes its outcome in, once its effect is seen.
    pub(super) fn perform(&mut self, name: &str, attempt: u32) -> Result<(), RunError> {
        let plan = self.checked.plan();
        let Some(step) = plan.step(name) else { return Ok(()) };
        let progress = &self.state().steps[step];
        if progress.status != Status::Begun || progress.attempts != attempt {
            return Ok(()); // Its outcome was taken down before the command was settled.
        }
        self.is_not_behind(step)?;
        let known: BTreeSet<KeyId> = plan.landscape.own_keys().filter(|k| self.knows(*k)).collect();
        let performed = self.act_on_backends(step);
        let done = performed.and_then(|outcome| self.not_to_be_seen(step).map(|()| outcome));
        match done {
            Ok(outcome) => {
                let fresh = plan.landscape.keys.iter().filter(|(key, _)| !known.contains(key));
                let pem = |(key, name): (KeyId, &String)| {
                    self.material.certificate(key).map(|c| (name.clone(), c.pem()))
                };
                let certificates: BTreeMap<String, String> = fresh.filter_map(pem).collect();
                let step = name.to_owned();
                self.submit(Event::Ended { step, attempt, outcome, certificates })?;
                Ok(())
            }
            Err(cause) => {
                let event = Event::Failed { step: name.to_owned(), attempt, cause: cause.clone() };
                self.submit(event)?;
                self.parts.host.settle(&Command::Perform { step: name.to_owned(), attempt })?;
                let row = &plan.steps[step];
                let role = plan.landscape.roles[row.role.value].clone();
                Err(RunError::Step { step: name.to_owned(), role, attempt, cause, at: row.action.span })
            }
        }
    }

    fn knows(&self, key: KeyId) -> bool {
        self.material.certificate(key).is_some()
    }

    /// Lets the backends do what a step does, or says why they did not.
    pub(super) fn act_on_backends(&mut self, step: StepId) -> Result<Outcome, String> {
        let (plan, now) = (self.checked.plan(), self.now());
        let mut bench = Workbench {
            landscape: &plan.landscape,
            backends: &mut self.parts.backends,
            material: &mut self.material,
            now,
        };
        plan.steps[step].action.value.perform(&mut bench).map_err(|error| error.to_string())
    }

    /// Whether a role stands still.
    fn rests(&self, role: &str) -> bool {
        of_role(self.checked.plan(), self.state(), role, self.now()).is_some()
    }

    fn tell(&mut self, step: &str, role: &str, watch: Watch<'_>) -> Result<(), RunError> {
        let automatic = self.is_automatic(role);
        if automatic {
            let by = Actor { role: role.to_owned(), person: None, automatic };
            self.submit(Event::Received { step: step.to_owned(), by })?;
            return Ok(());
        }
        self.keep(watch)?;
        let text = format!("the message of {step} is there to be taken");
        self.notify(format!("tell/{step}/{role}"), role, text);
        Ok(())
    }

    fn ask(&mut self, step: &str, role: &str, watch: Watch<'_>) -> Result<(), RunError> {
        let automatic = self.is_automatic(role);
        let id = self.checked.plan().step(step);
        let open = id.is_some_and(|id| self.state().steps[id].status == Status::Proposed);
        if automatic && open {
            let by = Actor { role: role.to_owned(), person: None, automatic };
            let event = Event::Answered { step: step.to_owned(), by, yes: true, because: None };
            self.submit(event)?;
        } else if open {
            self.keep(watch)?;
            self.notify(
                format!("ask/{step}/{role}"),
                role,
                format!("the proposal of {step} is there to be answered"),
            );
        }
        Ok(())
    }

    fn notify(&mut self, id: String, role: &str, text: String) {
        let id = format!("{}/{id}", self.parts.host.run());
        let notice = Notice { id, role: role.to_owned(), text };
        // A notice never holds a run up: the inbox shows the same, and `status` too.
        let _not_handed_over = self.parts.notifier.send(&notice);
    }

    fn is_automatic(&self, role: &str) -> bool {
        let roles = &self.checked.plan().landscape.roles;
        roles.find(|r| r == role).is_some_and(|id| self.casting.role(id).automatic)
    }

    fn open_windows(&mut self) -> Result<bool, RunError> {
        let plan = self.checked.plan();
        let now = self.now();
        let due = |id| {
            let state = self.state();
            state.world.windows[id] == WindowState::Agreed
                && state.windows[id].is_some_and(|o| now >= o.opens)
        };
        let open: Vec<String> =
            plan.landscape.windows.iter().filter(|(id, _)| due(*id)).map(|(_, w)| w.name.clone()).collect();
        for window in &open {
            self.submit(Event::Opened { window: window.clone() })?;
        }
        Ok(!open.is_empty())
    }

    /// A flow that is down when its window is over stays down until the plan is through; it is said
    /// once.
    pub(super) fn take_down_overruns(&mut self) -> Result<bool, RunError> {
        let mut moved = false;
        for what in overrun(self.checked, self.state(), self.now()) {
            if !self.state().broken.contains(&what) {
                moved |= self.submit(Event::Broken { what })?;
            }
        }
        Ok(moved)
    }

    fn begin_ready(&mut self) -> Result<bool, RunError> {
        let plan = self.checked.plan();
        let queue = self.queue();
        for step in plan.steps.ids() {
            let progress = &self.state().steps[step];
            let open = matches!(progress.status, Status::Open | Status::Failed) && !self.is_spared(step);
            let mine = open && !self.casting.is_by_hand(plan, step);
            let now = self.now();
            if mine {
                self.stand_in_for_late(step, now)?;
            }
            let held = || self.casting.held(plan, self.state(), step, now).is_some();
            let queued = queue.holds(step).is_some();
            let waits = || queued || !barred_at(self.checked, self.state(), step, now).is_empty() || held();
            if !mine || waits() || self.waits_for_people(step) {
                self.ready_since.remove(&step);
                continue;
            }
            // It became ready with the last record, or when its time came.
            let last = self.state().now;
            let last = due(self.checked, self.state(), step).map_or(last, |due| last.max(due));
            let since: Timestamp = *self.ready_since.entry(step).or_insert(last);
            if self.due(step, since).is_none_or(|due| now < due) {
                continue;
            }
            self.ready_since.remove(&step);
            if let Some(why) = self.too_late(step, now)? {
                let row = &plan.steps[step];
                return Err(RunError::TooLate { step: row.name.value.clone(), why, at: row.action.span });
            }
            self.is_not_behind(step)?;
            if self.is_everybody {
                self.agree(step)?;
            }
            let attempt = self.state().steps[step].attempts + 1;
            let row = &plan.steps[step];
            let name = row.name.value.clone();
            let event = if row.speech.is_some() {
                let role = plan.landscape.roles[row.role.value].clone();
                let by = Actor { role, person: None, automatic: true };
                let certificates = self.handed_over(step, now)?;
                Event::Confirmed { step: name, by, opens: None, certificates }
            } else {
                Event::Begun { step: name, attempt }
            };
            self.submit(event)?;
            if plan.steps[step].action.value.certifies().is_some() {
                self.learn();
            }
            // What is commanded is carried out before the next step begins: the world is looked at between.
            return Ok(true);
        }
        Ok(false)
    }
}
