//! The paths and chains of a certificate, looked up and followed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::Plan,
    world::id::{Id, StepId},
};

use super::{Lines, News, Reasons, Refused, form::Told};

/// The paths and chains of a certificate.
#[derive(Debug)]
pub(super) struct Paths {
    lines: Lines,
    paths: BTreeMap<(StepId, StepId), Vec<StepId>>,
    news: BTreeMap<News, Vec<StepId>>,
    asked: RefCell<BTreeSet<(StepId, StepId)>>,
    told: RefCell<BTreeSet<News>>,
    moments: Vec<Vec<StepId>>,
}

impl Paths {
    /// These paths and chains; each stands in its place and no two are about the same.
    pub(super) fn of(
        plan: &Plan,
        lines: Lines,
        (paths, news, moments): (&[Vec<u32>], &[Told], &[Vec<u32>]),
    ) -> Result<Self, Refused> {
        let known = |steps: &Vec<u32>| -> Option<Vec<StepId>> {
            let within = steps.iter().all(|step| (*step as usize) < plan.steps.len());
            within.then(|| steps.iter().map(|step| StepId::at(*step as usize)).collect())
        };
        let strange = || Refused::gap("reasons in their order, about steps of this plan");
        let mut found = Self {
            lines,
            paths: BTreeMap::new(),
            news: BTreeMap::new(),
            asked: RefCell::default(),
            told: RefCell::default(),
            moments: moments.iter().map(known).collect::<Option<_>>().ok_or_else(strange)?,
        };
        if found.moments.len() != plan.statements.len() {
            return Err(strange());
        }
        for path in paths {
            let path = known(path).ok_or_else(strange)?;
            // One of one step leads nowhere, and would show that the step comes before itself.
            let [first, _, .., last] = path.as_slice() else { return Err(strange()) };
            let key = (*first, *last);
            let ordered = found.paths.last_key_value().is_none_or(|(last, _)| *last < key);
            found.paths.insert(key, path).map_or(ordered.then_some(()), |_| None).ok_or_else(strange)?;
        }
        for (about, chain) in news {
            let ordered = found.news.last_key_value().is_none_or(|(last, _)| last < about);
            let earlier = found.news.insert(*about, known(chain).ok_or_else(strange)?);
            earlier.map_or(ordered.then_some(()), |_| None).ok_or_else(strange)?;
        }
        Ok(found)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.paths.len() + self.news.len()
    }

    /// Says so where something was never asked for: it is no part of the reason.
    pub(super) fn all_asked_for(&self) -> Result<(), Refused> {
        let paths = self.asked.borrow().len() == self.paths.len();
        let news = self.told.borrow().len() == self.news.len();
        let all = paths && news && self.lines.all_asked_for();
        if all {
            Ok(())
        } else {
            Err(Refused::gap("that each of its reasons is one: some are not asked for"))
        }
    }
}

impl Reasons for Paths {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        if earlier == later {
            return false;
        }
        if self.lines.leads(&[earlier, later]) {
            return true;
        }
        let Some(path) = self.paths.get(&(earlier, later)) else { return false };
        // A path is followed once.
        let known = self.asked.borrow().contains(&(earlier, later));
        let holds = known || path.windows(2).all(|pair| self.lines.leads(pair));
        if holds {
            self.asked.borrow_mut().insert((earlier, later));
        }
        holds
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        let chain = self.news.get(&news)?;
        self.told.borrow_mut().insert(news);
        Some(chain.clone())
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.moments.get(number).cloned()
    }
}
