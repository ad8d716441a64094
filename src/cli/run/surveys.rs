//! The open surveys of a journal, carried on beside its runs.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    cli::{at_site::failed, exit::Exit, screen::Screen, text::pinned},
    journal::{
        HostError,
        sqlite::Store,
        survey::{Begun, Survey},
    },
    plan::given::Given,
    run::site::Site,
    source::Source,
};

use super::{
    Arguments, Job,
    all::worst,
    asked::{Call, Met, met, tomorrow},
    judged, kept,
    taken::entered,
};

/// How the surveys were left.
#[derive(Debug, Default)]
pub(super) struct Surveys {
    /// Each with what it was when it was carried on last, and when the time of somebody is up.
    left: BTreeMap<String, (Survey, Option<Timestamp>)>,
    are_open: bool,
}

impl Surveys {
    /// Whether somebody is asked.
    pub(super) const fn are_open(&self) -> bool {
        self.are_open
    }

    /// When something comes of itself: a time that is up, or a day on which people are told again.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.left.values().filter_map(|(_, due)| *due).filter(|due| *due > now).chain(tomorrow(now)).min()
    }

    /// An exit, where surveys that wait are taken into account.
    pub(super) fn and(&self, exit: Exit) -> Exit {
        worst([exit].into_iter().chain(self.are_open.then_some(Exit::Waiting)))
    }

    /// Carries on those of which something has come, and enters the runs of those that are over. Says whether a run was.
    ///
    /// # Errors
    /// When the journal fails.
    pub(super) fn carry_on(
        &mut self,
        (arguments, site): (&Arguments, (&Site, &Source)),
        store: &Store,
        (exits, screen): (&mut BTreeMap<String, Exit>, &Screen),
    ) -> Result<bool, HostError> {
        let mut has_begun = false;
        let (open, now) = (store.open_surveys()?, WallClock.now());
        self.left.retain(|run, _| open.iter().any(|survey| survey.run == *run));
        for survey in open {
            let run = survey.run.clone();
            let left = self.left.get(&run);
            let is_left = |(as_it_was, due): &(Survey, Option<Timestamp>)| {
                *as_it_was == survey && due.is_none_or(|due| due > now)
            };
            if left.is_some_and(is_left) {
                continue;
            }
            let mut screen = screen.beside(&run);
            let (exit, due) = match one((arguments, site), &survey, &mut screen) {
                Ok(None) => {
                    has_begun = true;
                    exits.remove(&run);
                    continue;
                }
                Ok(Some((exit, due))) => (exit, due),
                Err(exit) => (exit, None),
            };
            let exit = screen.finish(exit);
            if exit != Exit::Waiting {
                exits.insert(run.clone(), exit);
            }
            self.left.insert(run, (survey, due));
        }
        self.are_open = !self.left.is_empty();
        Ok(has_begun)
    }
}

/// Carries one on: nothing where its run is entered.
fn one(
    (arguments, site): (&Arguments, (&Site, &Source)),
    survey: &Survey,
    screen: &mut Screen,
) -> Result<Option<(Exit, Option<Timestamp>)>, Exit> {
    let (at, source) = (arguments.at.of(Some(&survey.run)), kept(survey));
    let answers = survey.given.clone().into_iter().chain(site.0.answers()).collect();
    let given = Given::at_site(site.0.parameters.clone(), answers);
    let checked = pinned(&source, &given, screen)?;
    let call = Call { arguments, at: &at, source: &source, site, beside: true };
    let ready = match met(call, (checked, given), screen)? {
        Met::Ends(exit, due) => return Ok(Some((exit, due))),
        Met::Begins(ready) => *ready,
    };
    // Somebody else has begun it meanwhile.
    let Some(survey) = &ready.survey else { return Ok(None) };
    let proven = judged(ready.checked, arguments.budget, screen)?;
    let (given, beside) = (&ready.given, None);
    let job = Job { arguments, proven: &proven, site: site.0, given, survey: Some(survey), beside };
    let begun = Store::open(&at.journal()).and_then(|mut store| entered(job, survey, &mut store));
    match begun.map_err(|error| failed(&error, screen))? {
        Begun::Entered => Ok(None),
        // It is looked at again at once.
        Begun::Moved => Ok(Some((Exit::Waiting, Some(Timestamp::MIN)))),
    }
}
