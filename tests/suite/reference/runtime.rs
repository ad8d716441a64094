//! What is asked of the way to a moment, and not of the moment alone. Runtimes that keep a key, word for
//! word: after an exchange one may still sign with the old key, until it looks the alias up again or is
//! stopped.

use std::collections::{BTreeSet, HashSet};

use keyroll::world::{
    effect::Effect,
    id::{ChannelId, StepId},
};

use super::{
    moment::Moment,
    search::{Judge, Judgement, Wrong},
};

impl Judge<'_> {
    /// The effect of a step that is done in two acts, where these are moments: an exchange with a gap, and a
    /// replacement at a receiver whose nodes change one after another.
    fn in_two_acts(&self, step: StepId) -> Option<Effect> {
        let land = &self.plan.landscape;
        let has_gap = |effect: &Effect| match *effect {
            Effect::Exchange { place, .. } => land.stores[land.places[place].store].has_gap,
            Effect::Replace { old, new, .. } => old != new,
            _ => false,
        };
        self.plan.steps[step].action.value.effects().into_iter().find(|effect| self.keeps && has_gap(effect))
    }

    /// The first act: the old pair is gone from its alias; or some node accepts only the old key and another
    /// only the new one. What does not fit does not begin.
    pub(super) fn taken(&self, moment: &Moment, step: StepId) -> Option<Result<Moment, Wrong>> {
        let effect = self.in_two_acts(step)?;
        if !moment.clone().change(self.plan, &effect) {
            return Some(Err(Wrong::Misfit(step)));
        }
        let mut after = moment.clone();
        let gone = match effect {
            Effect::Exchange { place, backup, key, .. } if after.holds.get(&place) != Some(&key) => {
                let gone = after.holds.remove(&place);
                gone.inspect(|old| {
                    after.holds.insert(backup, *old);
                })
            }
            Effect::Replace { acceptor, old, .. } => after.accepts.remove(&(acceptor, old)).then_some(old),
            _ => None,
        };
        after.taken.insert(step, gone);
        self.keep(moment, &mut after);
        Some(Ok(after))
    }

    /// The second act: everything is as the step says.
    pub(super) fn put(&self, moment: &Moment, step: StepId) -> Result<Moment, Wrong> {
        let mut after = moment.clone();
        let gone = after.taken.remove(&step).flatten();
        let effect = self.in_two_acts(step).expect("it was begun");
        let mut destroyed = false;
        match (effect, gone) {
            (Effect::Exchange { place, backup, .. }, Some(old)) => {
                after.holds.insert(place, old);
                destroyed = after.holds.remove(&backup).is_none();
            }
            (Effect::Replace { acceptor, .. }, Some(old)) => drop(after.accepts.insert((acceptor, old))),
            _ => {}
        }
        if !after.change(self.plan, &effect) {
            return Err(Wrong::Misfit(step));
        }
        // What was destroyed under the backup alias half-way stays gone.
        if let Effect::Exchange { backup, .. } = effect
            && destroyed
        {
            after.holds.remove(&backup);
        }
        after.done.insert(step);
        self.keep(moment, &mut after);
        Ok(after)
    }

    /// The flows that run though an exchange under their alias has its turn, where it leaves a gap.
    pub(super) fn half_done(&self, moment: &Moment) -> Vec<Wrong> {
        let land = &self.plan.landscape;
        let mut wrong = Vec::new();
        // Half a moment shows for itself that the alias names no key.
        if self.keeps {
            return wrong;
        }
        for (step, row) in self.plan.steps.iter().filter(|(step, _)| !moment.done.contains(step)) {
            let has_turn = row.after.iter().all(|before| moment.done.contains(&before.value));
            for effect in row.action.value.effects().into_iter().filter(|_| has_turn) {
                let Effect::Exchange { place, .. } = effect else { continue };
                let store = &land.stores[land.places[place].store];
                let looks = |flow: &&ChannelId| {
                    land.channels[**flow].stamps == place || land.channels[**flow].beside == Some(place)
                };
                let runs = moment.runs.iter().filter(|_| store.has_gap).filter(looks);
                wrong.extend(runs.map(|flow| Wrong::Gap(step, *flow)));
            }
        }
        wrong
    }

    /// The shortest ways on which the second condition of a promise comes and the first one never did:
    /// followed with what has been so as a part of each moment. Fewer than `most` moves are looked at.
    pub(super) fn out_of_turn(&self, first: &Moment, most: usize) -> Option<Judgement> {
        let mut shortest: Option<(usize, BTreeSet<Wrong>)> = None;
        for (number, stated) in self.plan.statements.iter().enumerate() {
            if stated.value.is_before()
                && let Some(depth) = self.first_out_of_turn(first, (number, most))
            {
                match &mut shortest {
                    Some((known, wrong)) if *known == depth => drop(wrong.insert(Wrong::Untrue(number))),
                    Some((known, _)) if *known < depth => {}
                    _ => shortest = Some((depth, BTreeSet::from([Wrong::Untrue(number)]))),
                }
            }
        }
        shortest.map(|(depth, wrong)| Judgement::Refuted(depth, wrong))
    }

    /// The same for one promise, by number: how many moves lead there.
    fn first_out_of_turn(&self, first: &Moment, (number, most): (usize, usize)) -> Option<usize> {
        let what = self.plan.statements[number].value.what().asks();
        let is_so = |moment: &Moment| moment.is_so(self.plan, &what);
        let start = (first.clone(), is_so(first));
        let (mut seen, mut row) = (HashSet::from([start.clone()]), vec![start]);
        for depth in 0..most {
            if row.iter().any(|(moment, been)| !been && self.speaks_of(moment, number)) {
                return Some(depth);
            }
            for (moment, been) in std::mem::take(&mut row) {
                for after in self.moves(&moment).into_iter().flatten() {
                    let next = (after.clone(), been || is_so(&after));
                    if seen.insert(next.clone()) {
                        row.push(next);
                    }
                }
            }
            if row.is_empty() {
                break;
            }
        }
        None
    }

    /// What the runtimes keep after a change: a key that a flow signed with before it, and goes on without.
    pub(super) fn keep(&self, before: &Moment, after: &mut Moment) {
        for (flow, row) in self.plan.landscape.channels.iter() {
            if !after.runs.contains(&flow) {
                after.kept.retain(|(of, _)| *of != flow);
            } else if !row.cache.is_zero()
                && let Some(key) = before.signs_with(self.plan, flow)
                && after.signs_with(self.plan, flow) != Some(key)
            {
                after.kept.insert((flow, key));
            }
        }
    }

    /// A runtime signs with what it keeps, or lets it go.
    pub(super) fn kept(&self, moment: &Moment, found: &mut Vec<Result<Moment, Wrong>>) {
        for kept in &moment.kept {
            let mut sent = moment.clone();
            if sent.under_way.insert(*kept) {
                found.push(Ok(sent));
            }
            let mut gone = moment.clone();
            gone.kept.remove(kept);
            found.push(Ok(gone));
        }
    }
}
