//! Figures of a run for monitoring, in a file that is replaced whole.

pub mod resting;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        file,
    },
    check::Checked,
    journal::Host,
    page::openmetrics::{Exposition, HEAD, Labels},
    run::{
        casting::Casting,
        opening,
        site::Site,
        slack::{Kind, slack},
        status::{Word, standings},
        wait::waits,
    },
    transition::{
        event::{Event, Record},
        state::State,
    },
};

use super::{
    at_site::{failed, shown_path},
    exit::Exit,
    own_file::is_something_else,
    screen::Screen,
};

/// Where figures go.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Metrics {
    /// Write figures for monitoring to this file, as OpenMetrics text
    #[arg(long = "metrics", value_name = "FILE")]
    file: Option<PathBuf>,
}

/// What a run is told to be. The words are public and do not change.
const STATES: &[&str] =
    &["running", "waiting", "done", "failed", "broken", "moved", "interrupted", "called_off"];

/// The words of the steps.
const STEPS: &[Word] = &[
    Word::Blocked,
    Word::Ready,
    Word::Begun,
    Word::Waiting,
    Word::Done,
    Word::AlreadySo,
    Word::Failed,
    Word::Declined,
];

impl Metrics {
    /// The file, if one is wanted and may be written over.
    ///
    /// # Errors
    /// The exit: it is there and is something else.
    pub fn file(&self, screen: &mut Screen) -> Result<Option<&Path>, Exit> {
        let path = self.file.as_deref();
        if let Some(path) = path.filter(|path| is_something_else(path, HEAD)) {
            let name = shown_path(path);
            screen.talk(format_args!(
                "{name} is there and holds no figures of keyroll: name another file, or take it away"
            ));
            return Err(Exit::Usage);
        }
        Ok(path)
    }
}

/// Puts figures into their place. They hold no secret, and whoever collects them is another user: all may
/// read the file.
fn place(path: &Path, figures: &Exposition) -> std::io::Result<()> {
    file::replace_own(path, figures.to_string().as_bytes(), Some(0o644))
}

/// Writes figures.
///
/// # Errors
/// The exit; what is wrong has been said.
pub fn write(path: &Path, figures: &Exposition, screen: &mut Screen) -> Result<(), Exit> {
    place(path, figures).map_err(|error| {
        screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
        Exit::Backend
    })
}

/// A run whose figures are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The plan that it is under.
    pub checked: &'a Checked,
    /// The site.
    pub site: &'a Site,
    /// The run's id.
    pub run: &'a str,
    /// Where it stands.
    pub state: &'a State,
    /// What was recorded of it.
    pub records: &'a [Record],
    /// How the call of `run` ended that has just been; nothing where it has not, or there was none.
    pub ended: Option<(Exit, &'static str)>,
}

/// Writes the figures of a run that lives in a host.
///
/// # Errors
/// The exit; what is wrong has been said.
pub fn write_of(
    (checked, site, host): (&Checked, &Site, &dyn Host),
    ended: Option<(Exit, &'static str)>,
    path: &Path,
    screen: &mut Screen,
) -> Result<(), Exit> {
    let records = host.records().map_err(|error| failed(&error, screen))?;
    let (run, state) = (host.run(), host.state());
    Seen { checked, site, run, state, records: &records, ended }.write(path, screen)
}

impl Seen<'_> {
    /// The figures.
    #[must_use]
    pub fn figures(&self) -> Exposition {
        let Self { checked, site, run, state, records, ended } = *self;
        let (plan, now) = (checked.plan(), WallClock.now());
        let casting = Casting::of(plan, site);
        let of = |more: &[(&'static str, &str)]| -> Labels {
            let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
            [("run", run.to_owned()), ("plan", plan.name.clone())].into_iter().chain(more).collect()
        };
        let rows = standings(checked, &casting, state, now);
        let found = waits(checked, &casting, state, now);
        let mut figures = Exposition::default();
        let word = match ended {
            Some((_, word)) => word,
            None if state.left => "called_off",
            None if state.is_finished() && !state.broken.is_empty() => "broken",
            None if !state.substituted.is_empty() => "broken",
            None if state.is_finished() => "done",
            None if rows.iter().any(|row| row.status == Word::Failed) => "failed",
            None if !found.is_empty() => "waiting",
            None => "running",
        };
        figures.states("keyroll_run_state", "How the run stands.", &of(&[]), (STATES, word));
        figures.gauge(
            "keyroll_run_exit_code",
            "The exit code with which run ended last.",
            ended.map(|(exit, _)| (of(&[]), i64::from(exit as u8))),
        );
        let moment = |at: Timestamp| at.as_second();
        let begun = records.first().map(|record| (of(&[]), moment(record.at)));
        figures.gauge("keyroll_run_begun_timestamp_seconds", "When the run began.", begun);
        let looked = [(of(&[]), moment(now))];
        figures.gauge("keyroll_run_looked_timestamp_seconds", "When these figures were taken.", looked);
        let last = state.steps.rows().filter_map(|step| step.ended).max();
        let last = last.map(|at| (of(&[]), moment(at)));
        figures.gauge("keyroll_run_success_timestamp_seconds", "When a step was done last.", last);
        let counted = |word: &Word| i64::try_from(rows.iter().filter(|row| row.status == *word).count());
        let steps = STEPS
            .iter()
            .map(|word| (of(&[("state", &word.shown().replace(' ', "_"))]), counted(word).unwrap_or(0)));
        figures.gauge("keyroll_run_steps", "How many steps stand so.", steps.collect::<Vec<_>>());
        let failed = records.iter().filter(|record| matches!(record.event, Event::Failed { .. })).count();
        let failed = i64::try_from(failed).unwrap_or(i64::MAX);
        figures.gauge("keyroll_run_failures", "How many attempts failed.", [(of(&[]), failed)]);
        let broken = i64::try_from(state.broken.len()).unwrap_or(i64::MAX);
        figures.gauge("keyroll_run_broken", "How many promises were broken.", [(of(&[]), broken)]);
        for wait in found.iter().map(|wait| wait.waiting(checked)) {
            let role = wait.role.as_deref().unwrap_or_default();
            let labels = || of(&[("step", &wait.step), ("role", role), ("what", wait.what.shown())]);
            let since = wait.since.map(|at| (labels(), moment(at)));
            figures.gauge("keyroll_waiting_since_timestamp_seconds", "Since when it waits.", since);
            let until = wait.until.map(|at| (labels(), moment(at)));
            figures.gauge("keyroll_waiting_until_timestamp_seconds", "Until when at the latest.", until);
        }
        let material = opening::material(checked, site, state, now);
        for row in slack(checked, state, &material, now) {
            let (at, left, label, help) = match row.kind {
                Kind::Certificate => (
                    "keyroll_certificate_expiry_timestamp_seconds",
                    "keyroll_certificate_left_seconds",
                    "key",
                    (
                        "When the certificate ends.",
                        "How long the certificate lasts from when these were taken.",
                    ),
                ),
                Kind::Deadline => (
                    "keyroll_deadline_timestamp_seconds",
                    "keyroll_deadline_left_seconds",
                    "step",
                    (
                        "The last second in which the step may begin.",
                        "How long that is from when these were taken.",
                    ),
                ),
                // It is not there yet.
                Kind::NewCertificate => continue,
            };
            figures.gauge(at, help.0, [(of(&[(label, &row.name)]), moment(row.ends))]);
            figures.gauge(left, help.1, [(of(&[(label, &row.name)]), row.left_seconds)]);
        }
        figures
    }

    /// Takes the figures and writes them.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn write(&self, path: &Path, screen: &mut Screen) -> Result<(), Exit> {
        write(path, &self.figures(), screen)
    }
}
