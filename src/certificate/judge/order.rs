//! What comes before what: each word of it is in the plan, or is a path along such words.

use std::collections::{HashMap, HashSet};

use crate::{
    certificate::{News, Reasons, Refused, asked::Asked, form::Rows, form::Told, form::steps},
    plan::Plan,
    world::id::StepId,
};

/// The reasons of a certificate.
pub(super) struct Written<'a> {
    /// Each pair of steps of which the second names the first in its `after` line.
    said: HashSet<(StepId, StepId)>,
    /// In which line a step stands, and where in it.
    places: HashMap<StepId, (usize, usize)>,
    /// From where to where there is a path.
    paths: Asked<(StepId, StepId), ()>,
    news: Asked<News, &'a [u32]>,
    moments: &'a Rows,
}

impl<'a> Written<'a> {
    /// These reasons; lines and paths are followed here, once each.
    pub(super) fn of(
        (plan, lines, paths): (&Plan, &Rows, &Rows),
        (news, moments): (&'a [Told], &'a Rows),
    ) -> Result<Self, Refused> {
        let said = plan.steps.iter().flat_map(|(step, row)| row.after.iter().map(move |b| (b.value, step)));
        let news = news.iter().map(|(about, chain)| (*about, chain.as_slice())).collect();
        let (said, places, paths_of) = (said.collect(), HashMap::new(), paths.iter().map(|path| steps(path)));
        let mut found = Self { said, places, paths: [].into_iter().collect(), news, moments };
        let mut places = HashMap::new();
        for (number, line) in lines.iter().enumerate() {
            let line = steps(line);
            let mut each = line.iter().enumerate();
            let is_fresh = each.all(|(at, step)| places.insert(*step, (number, at)).is_none());
            let is_line = line.len() > 2 && is_fresh && found.leads(&line);
            Refused::unless(is_line, "a line of steps that come one after the other")?;
        }
        found.places = places;
        let ends = paths_of.map(|path| match path.as_slice() {
            [first, .., last] if found.leads(&path) => Ok(((*first, *last), ())),
            _ => Err(Refused::gap("a path from one step to another")),
        });
        found.paths = ends.collect::<Result<_, _>>()?;
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
    pub(super) fn all(&self) -> Result<usize, Refused> {
        let are_all = self.paths.are_all() && self.news.are_all();
        Refused::unless(are_all, "that each of its reasons is one: some are not asked for")?;
        Ok(self.paths.len() + self.news.len())
    }
}

impl Reasons for Written<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.leads(&[earlier, later]) || self.paths.get(&(earlier, later)).is_some()
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        self.news.get(&news).map(|chain| steps(chain))
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.moments.get(number).map(|moment| steps(moment))
    }
}
