//! What comes before what: each word of it is in the plan, or is a path along such words.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use crate::{
    certificate::{News, Reasons, Refused, form::Told, form::steps},
    plan::Plan,
    world::id::StepId,
};

/// The reasons of a certificate.
pub(crate) struct Written<'a> {
    /// Each pair of steps of which the second names the first in its `after` line.
    said: HashSet<(StepId, StepId)>,
    /// In which line a step stands, and where in it.
    places: HashMap<StepId, (usize, usize)>,
    /// From where to where there is a path, and whether it was asked for.
    paths: HashMap<(StepId, StepId), Cell<bool>>,
    /// The chains, likewise.
    news: HashMap<News, (&'a [u32], Cell<bool>)>,
    moments: &'a [Vec<u32>],
}

impl<'a> Written<'a> {
    /// These reasons; lines and paths are followed here, once each.
    pub(crate) fn of(
        plan: &Plan,
        (lines, paths): (&[Vec<u32>], &[Vec<u32>]),
        (news, moments): (&'a [Told], &'a [Vec<u32>]),
    ) -> Result<Self, Refused> {
        let said = plan.steps.iter().flat_map(|(step, row)| row.after.iter().map(move |b| (b.value, step)));
        let news = news.iter().map(|(about, chain)| (*about, (chain.as_slice(), Cell::default())));
        let (said, news) = (said.collect(), news.collect());
        let mut found = Self { said, places: HashMap::new(), paths: HashMap::new(), news, moments };
        let mut places = HashMap::new();
        for (number, line) in lines.iter().enumerate() {
            let line = steps(line);
            let mut each = line.iter().enumerate();
            let is_fresh = each.all(|(at, step)| places.insert(*step, (number, at)).is_none());
            if line.len() < 3 || !is_fresh || !found.leads(&line) {
                return Err(Refused::gap("a line of steps that come one after the other"));
            }
        }
        found.places = places;
        for path in paths {
            match steps(path).as_slice() {
                path @ [first, .., last] if found.leads(path) => {
                    found.paths.insert((*first, *last), Cell::default())
                }
                _ => return Err(Refused::gap("a path from one step to another")),
            };
        }
        Ok(found)
    }

    /// Whether each of these comes before the next one by a word of the plan, or as one line says.
    fn leads(&self, steps: &[StepId]) -> bool {
        let place = |step| self.places.get(step).copied().unzip();
        steps.windows(2).all(|pair| {
            let [one, next] = pair else { return false };
            let ((line, from), (other, to)) = (place(one), place(next));
            self.said.contains(&(*one, *next)) || (line.is_some() && line == other && from < to)
        })
    }

    /// How many paths and chains there are. Each of them must have been asked for.
    pub(crate) fn all(&self) -> Result<usize, Refused> {
        match self.paths.values().chain(self.news.values().map(|(_, asked)| asked)).all(Cell::get) {
            true => Ok(self.paths.len() + self.news.len()),
            false => Err(Refused::gap("that each of its reasons is one: some are not asked for")),
        }
    }
}

impl Reasons for Written<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        let path = || self.paths.get(&(earlier, later)).map(|asked| asked.set(true));
        self.leads(&[earlier, later]) || path().is_some()
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        let (chain, asked) = self.news.get(&news)?;
        asked.set(true);
        Some(steps(chain))
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.moments.get(number).map(|moment| steps(moment))
    }
}
