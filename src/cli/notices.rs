//! Delivers what a run has to tell, beside it while it stays, and after it. Nothing of that changes how it ends.

use std::{
    sync::{
        atomic::Ordering,
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    journal::{
        Host, HostError, leg,
        sqlite::{SqliteHost, Store},
    },
    run::{
        error::RunError,
        notices::{
            herald::{SiteHerald, stopped},
            postman::Postman,
        },
        promised::Broken,
        runner::Ending,
        site::Site,
    },
    source::shown,
};

use super::{at_site::AtSite, screen::Screen, stop};

/// How often is looked at a run that stays, on the clock of the wall.
const BEAT: Duration = Duration::from_secs(1);

/// For how many beats it has to rest before somebody is told: what comes together goes in one letter.
const REST: u32 = 5;

/// What a run tells, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post<'a> {
    pub(super) at: &'a AtSite,
    pub(super) site: &'a Site,
    pub(super) checked: &'a Checked,
    /// Whether it is delivered here; otherwise whoever carries on several runs does so for all.
    pub(super) delivers: bool,
}

impl Post<'_> {
    /// Delivers what the journal holds, once.
    fn round(self) -> Result<(), HostError> {
        if !self.delivers {
            return Ok(());
        }
        let store = Store::open(&self.at.journal())?;
        Postman::new(self.site, &self.at.folder(), store).round(WallClock.now(), stop::flag())
    }

    /// Does the work of a run, and delivers beside it whenever it rests.
    pub(super) fn beside<T>(self, run: &str, work: impl FnOnce() -> T) -> T {
        if self.site.notices.is_empty() || !self.delivers {
            return work();
        }
        let (over, goes_on) = channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut host: Option<SqliteHost> = None;
                let mut rest: u32 = 0;
                while goes_on.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                    rest = rest.saturating_add(1);
                    if host.is_none() && rest >= REST {
                        host = self.look(run).ok();
                    }
                    let Some(host) = &mut host else { continue };
                    if host.refresh(self.checked).unwrap_or(false) {
                        rest = 0;
                    }
                    if rest >= REST
                        && rest.is_multiple_of(REST)
                        && host.tell(self.checked, WallClock.now(), &[]).is_ok()
                    {
                        // What fails here is tried again at the end, and said there.
                        let _again = self.round();
                    }
                }
            });
            let done = work();
            drop(over);
            done
        })
    }

    fn look(self, run: &str) -> Result<SqliteHost, HostError> {
        let mut host = Store::open(&self.at.journal())?.attach(self.checked, run, false)?;
        SiteHerald::of(self.site).into_iter().for_each(|herald| host.told_by(herald));
        Ok(host)
    }

    /// Takes down what is to be told of how a call of a run ended, and delivers it.
    pub(super) fn after(self, host: &mut SqliteHost, why: Option<&str>, screen: &mut Screen) {
        if self.site.notices.is_empty() {
            return;
        }
        let now = WallClock.now();
        let more =
            why.map(|why| stopped(self.site, self.checked.plan(), run(host), why, now)).unwrap_or_default();
        let told = host.tell(self.checked, now, &more);
        let interrupted = stop::flag().load(Ordering::Relaxed);
        let done = told.and_then(|()| if interrupted { Ok(()) } else { self.round() });
        said(done, screen);
    }

    /// Delivers what is left of a run that is over.
    pub(super) fn rest(self, screen: &mut Screen) {
        if !self.site.notices.is_empty() {
            said(self.round(), screen);
        }
    }
}

fn said(done: Result<(), HostError>, screen: &mut Screen) {
    if let Err(error) = done {
        screen.talk(format_args!("notices wait for the next call: {}", shown(&error.to_string())));
    }
}

fn run(host: &SqliteHost) -> &str {
    leg::run(host.run())
}

/// Why a call of a run ended, where its record does not say so.
pub(super) fn why(ending: &Result<Ending, RunError>) -> Option<String> {
    match ending {
        Ok(Ending::Moved(found)) => {
            let told = found
                .iter()
                .map(|one| format!("{}: recorded is {}, seen is {}", one.what, one.recorded, one.seen));
            Some(format!("the world is not as recorded: {}", told.collect::<Vec<_>>().join("; ")))
        }
        Ok(Ending::Broken(broken, _)) => {
            let told: Vec<String> = broken.iter().map(Broken::sentence).collect();
            Some(format!("a promise is broken in the world: {}", told.join("; ")))
        }
        // What is substituted is told with the act that showed it.
        Ok(Ending::Done | Ending::Waiting(_) | Ending::Substituted(_) | Ending::Interrupted)
        | Err(RunError::Step { .. }) => None,
        Err(error) => Some(error.to_string()),
    }
}
