//! Runtimes that keep a key, word for word: after an exchange one may still sign with the old key, until
//! it looks the alias up again or is stopped.

use super::{
    moment::Moment,
    search::{Judge, Wrong},
};

impl Judge<'_> {
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
