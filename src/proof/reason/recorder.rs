//! Answers the second judge from the order of the plan, and keeps what it asked for.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    certificate::{News, Reason, Reasons, number},
    check::Checked,
    world::id::StepId,
};

use super::{chain::Chains, lines::Lines};

/// What a number takes in the text of a certificate at least.
const LEAST: usize = 2;

/// Keeps a path or a chain for each thing that is asked and is so.
pub(super) struct Recorder<'a> {
    checked: &'a Checked,
    lines: Lines,
    /// Which steps each step is named by in their `after` lines.
    followers: BTreeMap<StepId, Vec<StepId>>,
    chains: Chains<'a>,
    paths: RefCell<BTreeMap<(StepId, StepId), Vec<u32>>>,
    news: RefCell<BTreeMap<News, Vec<u32>>>,
    /// Moments of which the statements of the plan speak: the steps that are done then.
    moments: Vec<Vec<StepId>>,
    /// How many bytes a certificate takes at least.
    length: Cell<usize>,
    /// How many it may take.
    limit: usize,
}

impl<'a> Recorder<'a> {
    /// One that has kept nothing yet.
    pub(super) fn of(checked: &'a Checked, limit: usize) -> Self {
        let followers = followers(checked);
        let lines = Lines::of(checked.plan(), rows(checked, &followers));
        let chains = Chains::of(checked);
        let (paths, news, length) = (RefCell::default(), RefCell::default(), Cell::default());
        Self { checked, lines, followers, chains, paths, news, moments: Vec::new(), length, limit }
    }

    /// Keeps moments of which the statements speak, with all that these steps come after, in their order.
    pub(super) fn speak(&mut self, moments: Vec<Vec<StepId>>) {
        let order = self.checked.order();
        let whole = |done: Vec<StepId>| {
            let before = done.iter().flat_map(|step| order.set_before(*step).ones());
            let whole: BTreeSet<usize> =
                before.chain(done.iter().map(|step| order.position(*step))).collect();
            self.takes(whole.len());
            whole.into_iter().filter_map(|at| order.sequence().get(at).copied()).collect()
        };
        self.moments = moments.into_iter().map(whole).collect();
    }

    /// Whether a certificate would be too large; then nothing more is kept.
    pub(super) fn is_full(&self) -> bool {
        self.length.get() > self.limit
    }

    /// What was kept.
    pub(super) fn reason(self) -> Reason {
        Reason::Cuts {
            lines: self.lines.used(),
            paths: self.paths.into_inner().into_values().collect(),
            news: self.news.into_inner().into_iter().collect(),
            moments: self.moments.into_iter().map(|done| done.into_iter().map(number).collect()).collect(),
        }
    }

    fn takes(&self, numbers: usize) {
        self.length.set(self.length.get() + LEAST * numbers);
    }

    /// A path from one step to another that comes after it: from both ends, each time from the one
    /// that has fewer neighbours, along its line as far as it goes or by a word of the plan.
    fn path(&self, earlier: StepId, later: StepId) -> Option<Vec<StepId>> {
        let (plan, order) = (self.checked.plan(), self.checked.order());
        let (mut front, mut back) = (vec![earlier], vec![later]);
        loop {
            let (first, last) = (*front.last()?, *back.last()?);
            if first == last || self.lines.leads(&[first, last]) {
                back.reverse();
                front.extend(back.into_iter().filter(|step| *step != first));
                return Some(front);
            }
            let after = plan.steps[last].after.iter().map(|before| before.value);
            let followers = self.followers.get(&first).map_or(&[][..], Vec::as_slice);
            if followers.len() <= after.len() {
                let is_within = |step: &StepId| order.is_before(*step, last);
                let ahead = self.lines.around(first).and_then(|(line, at)| line.get(at + 1..));
                let ahead = ahead.unwrap_or_default();
                let along = ahead.partition_point(is_within).checked_sub(1).and_then(|at| ahead.get(at));
                front.push(along.or_else(|| followers.iter().find(|step| is_within(step))).copied()?);
            } else {
                let is_within = |step: &StepId| order.is_before(first, *step);
                let behind = self.lines.around(last).and_then(|(line, at)| line.get(..at));
                let behind = behind.unwrap_or_default();
                let along = behind.get(behind.partition_point(|step| !is_within(step))).copied();
                back.push(along.or_else(|| after.into_iter().find(is_within))?);
            }
        }
    }
}

impl Reasons for Recorder<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        if self.is_full() || !self.checked.order().is_before(earlier, later) {
            return false;
        }
        if self.lines.leads(&[earlier, later]) || self.paths.borrow().contains_key(&(earlier, later)) {
            return true;
        }
        let Some(path) = self.path(earlier, later) else { return false };
        // What of the lines it makes use of is kept with it.
        if !path.windows(2).all(|pair| self.lines.leads(pair)) {
            return false;
        }
        self.takes(path.len() + 1);
        self.paths.borrow_mut().insert((earlier, later), path.into_iter().map(number).collect());
        true
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        let chain = self.chains.find(news)?;
        let numbers = || chain.iter().copied().map(number).collect();
        self.news.borrow_mut().entry(news).or_insert_with(|| {
            self.takes(chain.len() + 1);
            numbers()
        });
        Some(chain)
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        self.moments.get(number).cloned()
    }
}

/// Rows of three steps and more, each after the one before it in words, and no step in two of them:
/// as long as they come without a search.
fn rows(checked: &Checked, followers: &BTreeMap<StepId, Vec<StepId>>) -> Vec<Vec<StepId>> {
    let (mut taken, mut rows) = (BTreeSet::new(), Vec::new());
    for first in checked.order().sequence() {
        let (mut row, mut at) = (Vec::new(), Some(*first));
        while let Some(step) = at.filter(|step| taken.insert(*step)) {
            row.push(step);
            let next = followers.get(&step).into_iter().flatten();
            at = next.copied().find(|follower| !taken.contains(follower));
        }
        if row.len() > 2 {
            rows.push(row);
        }
    }
    rows
}

/// Which steps each step is named by in their `after` lines.
fn followers(checked: &Checked) -> BTreeMap<StepId, Vec<StepId>> {
    let mut followers: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    for step in checked.order().sequence() {
        for before in &checked.plan().steps[*step].after {
            followers.entry(before.value).or_default().push(*step);
        }
    }
    followers
}
