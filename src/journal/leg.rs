//! Parts of one run: one that leaves its plan goes on in another part, which is pinned to another plan.
//!
//! The name of a later part is that of the run, a point and its number: `renewal-20261130-0badcafe.2`. No name of
//! a plan has a point in it.

use rusqlite::{Transaction, TransactionBehavior};

use crate::{
    check::Checked,
    transition::{
        event::{Event, Record},
        next::{Verdict, Why},
        snapshot::Snapshot,
        state::State,
    },
};

use super::{
    HostError,
    chain::origin,
    held::{Draft, Pen},
    kept::{Kept, head},
    notice::{Moment, take_down},
    schema::{LEFT, WAIVED},
    sheet::raise,
    sqlite::SqliteHost,
    store::{Pinned, failure, insert, written},
};

/// The run that a part is of.
#[must_use]
pub fn run(part: &str) -> &str {
    part.split_once('.').map_or(part, |(run, _)| run)
}

/// Which part it is, from one.
#[must_use]
pub fn number(part: &str) -> u32 {
    part.split_once('.').and_then(|(_, number)| number.parse().ok()).unwrap_or(1)
}

/// The name of the part after it.
#[must_use]
pub fn after(part: &str) -> String {
    format!("{}.{}", run(part), number(part).saturating_add(1))
}

/// The next part of a run: its plan, what it is pinned to, and its first record.
#[derive(Clone, Copy, Debug)]
pub struct Leg<'a> {
    /// The plan.
    pub checked: &'a Checked,
    /// What it is pinned to.
    pub pinned: &'a Pinned,
    /// Where it goes on.
    pub first: &'a Record,
}

impl SqliteHost {
    /// All records of the run, from the first one of its first part to the last one of this part.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn course(&self) -> Result<Vec<Record>, HostError> {
        let mut part = run(&self.run).to_owned();
        let mut all = Vec::new();
        loop {
            all.extend(self.records_of(&part)?);
            if number(&part) >= number(&self.run) {
                return Ok(all);
            }
            part = after(&part);
        }
    }

    /// Leaves the plan of this part, and enters the next one with its first record, in one act. It is refused
    /// where anything came to the record since the run was looked at.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing happened.
    pub fn leave(
        &mut self,
        checked: &Checked,
        left: &Record,
        next_leg: Option<Leg<'_>>,
    ) -> Result<Verdict, HostError> {
        let path = self.store.path.clone();
        let fail = |e: rusqlite::Error| failure(&path, &e);
        let connection = &self.store.connection;
        let transaction =
            Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(fail)?;
        if head(&transaction, &self.run).map_err(fail)?.as_ref() != Some(&self.draft.kept.head) {
            return Ok(Verdict::Refused(Why::Order("moved on meanwhile: ask again")));
        }
        let mut draft = self.draft.clone();
        let verdict = draft.take(&path, (checked, false), left)?;
        let Verdict::Applied(_) = &verdict else { return Ok(verdict) };
        let before = self.draft.kept.state.clone();
        let draft = self.pen(&transaction, checked).write(draft)?;
        // Nobody is to be told any more what the plan that is left had to tell.
        transaction.execute("DELETE FROM outbox WHERE run = ?1", [&self.run]).map_err(fail)?;
        let goes_without = next_leg.as_ref().is_some_and(|leg| {
            matches!(&leg.first.event, Event::Continued { standing, .. } if !standing.waived.is_empty())
        });
        let mut goes_on = Vec::new();
        if let Some(leg) = next_leg {
            let state = State::new(leg.checked);
            let text = written(&path, &Snapshot::of(leg.checked, &state))?;
            let parameters = written(&path, &leg.pinned.parameters)?;
            let Pinned { run, plan, site, .. } = leg.pinned;
            let head = origin(run, &plan.to_string(), &site.to_string());
            insert(&transaction, leg.pinned, [&parameters, &text, &head]).map_err(fail)?;
            let kept = Kept { state, head, position: 0, stated: 0, length: text.len() };
            let mut entered = Draft::of(kept);
            let verdict = entered.take(&path, (leg.checked, false), leg.first)?;
            let Verdict::Applied(_) = &verdict else { return Ok(verdict) };
            let pen = Pen { connection: &transaction, path: &path, run, checked: leg.checked, herald: None };
            let entered = pen.write(entered)?;
            if let Some(herald) = &self.herald {
                // What is still asked under the next plan is no news.
                goes_on = herald.asked(super::leg::run(run), leg.checked, &entered.state, left.at);
            }
        }
        if let Some(herald) = &self.herald {
            let moment = Moment {
                run: &self.run,
                checked,
                before: &before,
                after: &draft.state,
                record: Some(left),
                now: left.at,
            };
            take_down(&transaction, &path, herald.as_ref(), &moment, &goes_on)?;
        }
        raise(&transaction, if goes_without { WAIVED } else { LEFT }).map_err(fail)?;
        transaction.commit().map_err(fail)?;
        self.draft = draft;
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_run_are_told_by_their_names() {
        let first = "two-keys-20261130-0badcafe";
        assert_eq!((run(first), number(first)), (first, 1));
        let second = after(first);
        assert_eq!(second, "two-keys-20261130-0badcafe.2");
        assert_eq!((run(&second), number(&second)), (first, 2));
        assert_eq!(after(&second), "two-keys-20261130-0badcafe.3");
    }
}
