//! What a run would do, seen through backends that are only read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{
        Outcome,
        bench::Backends,
        clock::Clock,
        keystore::KeySpec,
        notifier::{Notice, Notifier, NotifierError},
        observe::observe,
    },
    check::Checked,
    journal::{Host, memory::MemoryHost},
    name::Alias,
    proof::verdict::Proven,
    source::shown,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, follow},
        state::State,
        unsettled::barred_at,
    },
    world::{id::StepId, key_kind::KeyKind, material::KeyType, weakness::Weakness},
};

use super::{
    casting::Casting,
    difference::{Difference, differences},
    error::RunError,
    fallout::Fallout,
    forecast::{by_two, somebody_else, waited},
    issuing::issued,
    noted::{notes, past, remarks},
    notices::foreseen::Foreseen,
    opening,
    pace::{Pace, Queue},
    read_only::{Leaping, imagined, read_only},
    runner::{Ending, Parts, Runner},
    site::Site,
    slack::{Slack, slack},
    time::to_the_second,
    validity::too_short,
    wait::{Cause, Wait},
    weak::weak,
};

pub use super::forecast::{Forecast, Word};

/// What a dry run found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DryRun {
    /// Where the world is not as the plan starts from.
    pub differences: Vec<Difference>,
    /// What each step would do.
    pub steps: Vec<Forecast>,
    /// What is worth knowing of the keys, validity and kind, and which run holds a keystore.
    pub notes: Vec<String>,
    /// What is left until certificates end and deadlines pass.
    pub slack: Vec<Slack>,
    /// Whom a run would tell what; nobody is told by a dry run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Foreseen>,
}

/// A site with the backends that stand behind it.
#[derive(Debug)]
pub struct Bound<'a> {
    /// The site.
    pub site: &'a Site,
    /// The folder that its paths begin at.
    pub folder: &'a Path,
    /// What its names are bound to.
    pub backends: Backends,
}

/// Runs what is left of a plan over backends that only read, by the same runner: persons do what
/// they are asked for, and the time comes that is waited for. A run that is under way is taken up
/// where it stands.
///
/// # Errors
/// When the world cannot be looked at.
pub fn dry_run(
    proven: &Proven,
    bound: Bound<'_>,
    under_way: Option<State>,
    now: Timestamp,
) -> Result<DryRun, RunError> {
    let checked = proven.checked();
    let plan = checked.plan();
    let begun = match &under_way {
        Some(state) => state.clone(),
        None => fresh(checked, &bound)?,
    };
    let material = opening::material(checked, bound.site, &begun, now);
    let seen =
        observe(&plan.landscape, &bound.backends, &material, &begun.world).map_err(RunError::Observe)?;
    let differences = differences(plan, &begun, &seen);
    let mut notes = notes(checked, &begun, &material, now);
    notes.extend(past(plan, &begun, now));
    notes.extend(too_short(checked, &begun.world, &material, now));
    notes.extend(weak(plan, &material));
    notes.extend(remarks(plan, &bound.backends)?);
    let pace = Pace::of(plan, bound.site).map(|pace| format!("partners: {}", pace.said(plan).join("; ")));
    notes.extend(pace);
    let mut play = Play::of(proven, bound, under_way, now);
    if differences.is_empty() {
        play.run()?;
    } else {
        play.stopped = Some("the world is not as the plan starts from".to_owned());
    }
    let open = checked.order().sequence().iter().filter(|step| !begun.world.is_done(**step));
    let steps = open.map(|step| play.forecast(*step)).collect();
    let slack = slack(checked, &begun, &material, now);
    Ok(DryRun { differences, steps, notes, slack, notices: Vec::new() })
}

/// A run that has not begun, with the certificates that are there.
fn fresh(checked: &Checked, bound: &Bound<'_>) -> Result<State, RunError> {
    let mut state = State::new(checked);
    for (name, pem) in opening::certificates(checked, bound.site, bound.folder, &bound.backends)? {
        if let Some(key) = checked.plan().key(&name) {
            state.certificates.insert(key, pem);
        }
    }
    Ok(state)
}

/// A run that is played ahead.
struct Play<'a> {
    proven: &'a Proven,
    site: &'a Site,
    folder: &'a Path,
    casting: Casting,
    backends: Option<Backends>,
    host: MemoryHost,
    clock: Leaping,
    /// What became of the steps so far.
    found: BTreeMap<StepId, (Word, String)>,
    /// The steps that wait for the turn of their partner, and why.
    queued: BTreeMap<StepId, String>,
    /// Why it went no further.
    stopped: Option<String>,
}

impl<'a> Play<'a> {
    fn of(proven: &'a Proven, bound: Bound<'a>, under_way: Option<State>, now: Timestamp) -> Self {
        let checked = proven.checked();
        Self {
            proven,
            site: bound.site,
            folder: bound.folder,
            casting: Casting::of(checked.plan(), bound.site),
            backends: Some(read_only(bound.backends)),
            host: MemoryHost::at(under_way.unwrap_or_else(|| State::new(checked))),
            clock: Leaping::from(now),
            found: BTreeMap::new(),
            queued: BTreeMap::new(),
            stopped: None,
        }
    }

    fn run(&mut self) -> Result<(), RunError> {
        loop {
            match self.turns() {
                Ok(Ending::Waiting(waits)) => {
                    if !self.pass(&waits)? {
                        self.note_late(&waits);
                        let lines = waits.iter().map(|wait| wait.sentence(self.proven.checked()));
                        self.stopped = Some(lines.collect::<Vec<_>>().join("; "));
                        return Ok(());
                    }
                }
                Ok(
                    Ending::Done
                    | Ending::Moved(_)
                    | Ending::Broken(..)
                    | Ending::Substituted(_)
                    | Ending::Interrupted,
                ) => {
                    return Ok(());
                }
                Err(RunError::Step { step, cause: why, .. } | RunError::TooLate { step, why, .. }) => {
                    if let Some(id) = self.proven.checked().plan().step(&step) {
                        let act = self.proven.checked().plan().sentence(id);
                        self.found.insert(id, (Word::Blocked, format!("{act}: {why}")));
                    }
                    self.stopped = Some(format!("`{step}` comes first"));
                    return Ok(());
                }
                Err(RunError::Partners(fallout)) => {
                    self.note_failures(&fallout);
                    if fallout.is_stopped || !self.pass(&fallout.waits)? {
                        self.stopped = Some(fallout.to_string());
                        return Ok(());
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn note_failures(&mut self, fallout: &Fallout) {
        let plan = self.proven.checked().plan();
        for failure in &fallout.failures {
            let detail = format!("{}: {}", plan.sentence(failure.id), failure.cause);
            self.found.insert(failure.id, (Word::Blocked, detail));
        }
    }

    /// Takes down which steps wait for the turn of their partner, from a state on over these records.
    fn note_turns(&mut self, state: &mut State, ended: &[Record]) {
        let checked = self.proven.checked();
        if self.casting.pace().is_none() {
            return;
        }
        for record in ended {
            let _applied = follow(checked, state, record);
            let queue = Queue::of(checked, &self.casting, state, record.at);
            let open = checked
                .plan()
                .steps
                .ids()
                .filter(|step| barred_at(checked, state, *step, record.at).is_empty());
            for (step, why) in open.filter_map(|step| Some((step, queue.holds(step)?))) {
                self.queued.entry(step).or_insert_with(|| why.to_owned());
            }
        }
    }

    /// Runs until the plan is done or waits.
    fn turns(&mut self) -> Result<Ending, RunError> {
        let mut ended: Vec<Record> = Vec::new();
        let mut before = self.host.state().clone();
        let parts = Parts {
            host: &mut self.host,
            backends: self.backends.take().unwrap_or_default(),
            site: self.site,
            folder: self.folder,
            clock: &self.clock,
            notifier: &mut Unheard,
            stop: &AtomicBool::new(false),
        };
        let mut runner = Runner::over_site(self.proven, parts);
        let ending = runner.run(self.site.digest(), false, &mut |record| ended.push(record.clone()));
        self.backends = Some(runner.parts.backends);
        for record in &ended {
            self.take_down(record);
        }
        self.note_turns(&mut before, &ended);
        ending
    }

    fn take_down(&mut self, record: &Record) {
        let plan = self.proven.checked().plan();
        let (step, word, by_site) = match &record.event {
            Event::Ended { step, outcome: Outcome::AlreadySo, .. } => (step, Word::AlreadySo, false),
            Event::Ended { step, .. } => (step, Word::WouldDo, false),
            Event::Confirmed { step, .. } => (step, Word::WouldDo, true),
            _ => return,
        };
        let Some(id) = plan.step(step) else { return };
        let act = format!("{}{}", plan.sentence(id), by_two(plan, id));
        let role = &plan.landscape.roles[plan.steps[id].role.value];
        let detail = if by_site { format!("{act} (by the site, for {role})") } else { act };
        let detail = format!("{detail}{}", waited(plan, id, record.at));
        self.found.insert(id, (word, detail));
    }

    /// Lets the persons do what is asked of them, or else the time come; `false` when neither helps.
    fn pass(&mut self, waits: &[Wait]) -> Result<bool, RunError> {
        let mut passed = false;
        for wait in waits {
            let Some(event) = self.done_by_a_person(wait)? else { continue };
            let record = Record { at: self.clock.now(), event };
            let verdict = self.host.submit(self.proven.checked(), &record)?;
            passed |= matches!(verdict, Verdict::Applied(_));
        }
        let next = waits.iter().filter_map(|wait| wait.until).filter(|at| *at > self.clock.now()).min();
        if let (false, Some(next)) = (passed, next) {
            let left = Duration::try_from(next.duration_since(self.clock.now())).unwrap_or_default();
            self.clock.sleep(left);
            passed = true;
        }
        Ok(passed)
    }

    /// What is not begun any more when its turn comes.
    fn note_late(&mut self, waits: &[Wait]) {
        let plan = self.proven.checked().plan();
        for wait in waits {
            if let Cause::Late(_, at) = wait.cause {
                let act = plan.sentence(wait.step);
                let at = to_the_second(at);
                let detail = format!("{act}: it has to begin by {at}, and its turn comes later");
                self.found.insert(wait.step, (Word::Blocked, detail));
            }
        }
    }

    fn done_by_a_person(&mut self, wait: &Wait) -> Result<Option<Event>, RunError> {
        let plan = self.proven.checked().plan();
        let Some(role) = wait.cause.role() else { return Ok(None) };
        let role = plan.landscape.roles[role].clone();
        let step = plan.steps[wait.step].name.value.clone();
        let mut by = Actor { role: role.clone(), person: None, automatic: false };
        Ok(Some(match &wait.cause {
            // Nobody is taken to say so.
            Cause::Late(..) => return Ok(None),
            Cause::Receipt(_) => Event::Received { step, by },
            Cause::Answer(..) => Event::Answered { step, by, yes: true, because: None },
            Cause::Second(_, people) if people.is_empty() || !self.casting.is_by_hand(plan, wait.step) => {
                by.person = Some(somebody_else(people));
                Event::Agreed { step, by }
            }
            Cause::Act(_) | Cause::Second(..) | Cause::Time(_) | Cause::Due(_) | Cause::Pace(_) => {
                if let Cause::Second(_, people) = &wait.cause {
                    by.person = Some(somebody_else(people));
                }
                let act = format!("{}{}", plan.sentence(wait.step), by_two(plan, wait.step));
                let from = waited(plan, wait.step, self.clock.now());
                self.found.insert(wait.step, (Word::WaitsForPerson, format!("{role}: {act}{from}")));
                Event::Confirmed { step, by, opens: None, certificates: self.made_by_hand(wait.step)? }
            }
        }))
    }

    /// Certificates in the place of those that a person will name.
    fn made_by_hand(&self, step: StepId) -> Result<BTreeMap<String, String>, RunError> {
        let checked = self.proven.checked();
        let plan = checked.plan();
        let material = opening::material(checked, self.site, self.host.state(), self.clock.now());
        let mut certificates = BTreeMap::new();
        if let Some(key) = plan.certificate_from(step) {
            let answer = issued(plan, &material, step, self.clock.now());
            let answer = answer.map_err(|error| RunError::Observe(error.into()))?;
            if !answer.is_empty() {
                return Ok(answer);
            }
            // A pair in its place that is made here is never a weak one.
            let strong = |spec: &&KeySpec| Weakness::of_kind(KeyKind::Handled(spec.key_type)).is_none();
            let spec = material.spec(key).filter(strong).cloned().unwrap_or_else(|| KeySpec {
                key_type: KeyType::EcP256,
                subject: vec![("CN".to_owned(), "made by hand".to_owned())],
                not_before: self.clock.now(),
                days: 1,
            });
            let Ok(alias) = Alias::new("made-by-hand") else { return Ok(certificates) };
            let certificate = imagined(&alias, &spec).map_err(|error| RunError::Observe(error.into()))?;
            certificates.insert(plan.landscape.keys[key].clone(), certificate.pem());
        }
        Ok(certificates)
    }

    /// What would become of a step.
    fn forecast(&self, step: StepId) -> Forecast {
        let plan = self.proven.checked().plan();
        let row = &plan.steps[step];
        let (forecast, detail) = self.found.get(&step).cloned().unwrap_or_else(|| {
            let why = self.stopped.as_deref().unwrap_or("it is not reached");
            let word = if self.casting.is_by_hand(plan, step) { Word::WaitsForPerson } else { Word::Blocked };
            (word, format!("{}: {why}", plan.sentence(step)))
        });
        let turn = self.queued.get(&step).map_or_else(String::new, |why| format!(" (in its turn: {why})"));
        Forecast {
            step: shown(&row.name.value),
            role: shown(&plan.landscape.roles[row.role.value]),
            forecast,
            detail: shown(&format!("{detail}{turn}")),
        }
    }
}

/// Nobody is told of what might be.
#[derive(Debug)]
struct Unheard;

impl Notifier for Unheard {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}
