//! What is asked of the way to a moment, and not of the moment alone. Runtimes that keep a key, word for word: after an exchange one may still sign with the old key, until
//! it looks the alias up again or is stopped.

use std::collections::{BTreeSet, HashSet};

use super::{
    moment::Moment,
    search::{Judge, Judgement, Wrong},
};

impl Judge<'_> {
    /// The shortest way on which the second condition of a promise comes and the first one never did:
    /// followed with what has been so as a part of each moment.
    pub(super) fn out_of_turn(&self, first: &Moment) -> Option<Judgement> {
        for (number, stated) in self.plan.statements.iter().enumerate() {
            if !stated.value.is_before() {
                continue;
            }
            let is_so = |moment: &Moment| moment.is_so(self.plan, &stated.value.what().asks());
            let start = (first.clone(), is_so(first));
            let (mut seen, mut row) = (HashSet::from([start.clone()]), vec![start]);
            for depth in 0.. {
                if row.iter().any(|(moment, been)| !been && self.speaks_of(moment, number)) {
                    return Some(Judgement::Refuted(depth, BTreeSet::from([Wrong::Untrue(number)])));
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
