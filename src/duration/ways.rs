//! The longest way of each interruption and through each window, at a cost that grows with the plan.
//!
//! An interruption is followed on its own while that is cheap. Those whose stops wait for the same share
//! one pass, which comes to the same bound. What is left when the plan was looked through some times
//! shares a last pass, whose bound holds and may be longer than need be.

use std::{cell::OnceCell, collections::BTreeMap};

use crate::world::id::StepId;

use super::{
    gate::{Gate, Gates},
    interruption::Interruption,
    schedule::Schedule,
    shared::Shared,
    stretch::{Follower, Stretch, Worst},
    undeclared::{Unbounded, Undeclared},
};

/// So many interruptions of one window are followed from each stop to each start.
const TOGETHER: usize = 8;

/// So many looks at steps and waits are nothing.
const CHEAP: usize = 50_000;

/// Follows interruptions.
#[derive(Debug)]
pub(super) struct Ways<'a> {
    gates: &'a Gates<'a>,
    schedule: &'a Schedule,
    follower: Follower<'a>,
    /// The interruptions that have both ends, as stop and start.
    ends: Vec<(StepId, StepId)>,
    /// How many looks may still be taken.
    left: usize,
    /// How many steps of ways may still be named.
    named: usize,
    last: OnceCell<Shared>,
}

impl<'a> Ways<'a> {
    /// For the interruptions of a plan.
    pub(super) fn of(gates: &'a Gates<'a>, schedule: &'a Schedule, all: &[Interruption]) -> Self {
        let size: usize = schedule.gates.rows().map(|gates| 1 + gates.len()).sum();
        Self {
            gates,
            schedule,
            follower: Follower::of(gates, schedule),
            ends: all.iter().filter_map(|one| Some((one.stop?, one.start?))).collect(),
            left: 2 * size + CHEAP,
            named: 2 * size + CHEAP,
            last: OnceCell::new(),
        }
    }

    /// How long each interruption lasts.
    pub(super) fn stretches(&mut self, all: &[Interruption]) -> Vec<Stretch> {
        let mut found: Vec<Option<Stretch>> = vec![None; all.len()];
        let mut alike: BTreeMap<&[Gate], Vec<(usize, StepId, StepId)>> = BTreeMap::new();
        for (number, one) in all.iter().enumerate() {
            if let (Some(stop), Some(start)) = (one.stop, one.start) {
                let gates = self.schedule.gates[stop].as_slice();
                alike.entry(gates).or_default().push((number, stop, start));
            }
        }
        for group in alike.values() {
            let shared = (group.len() > 1)
                .then(|| self.together(group.iter().map(|(_, stop, start)| (*stop, *start))));
            let shared = match shared {
                Some(Some(shared)) if shared.looks() * group.len() > CHEAP => Some(shared),
                Some(Some(_)) => None,
                // There is no room for a pass of their own.
                Some(None) => continue,
                None => None,
            };
            for (number, stop, start) in group {
                let stretch = match &shared {
                    Some(shared) => Some(Stretch { worst: self.named(shared, *start), hops: None }),
                    None => self.alone(*stop, *start),
                };
                if let Some(slot) = found.get_mut(*number) {
                    *slot = stretch;
                }
            }
        }
        let rest =
            |(one, stretch): (&Interruption, Option<Stretch>)| stretch.unwrap_or_else(|| self.rest(*one));
        all.iter().zip(found).map(rest).collect()
    }

    /// From the first stop of a window to its last start, whichever they are.
    ///
    /// # Errors
    /// What is not declared.
    pub(super) fn within(&mut self, all: &[&(Interruption, Stretch)]) -> Result<Worst, Unbounded> {
        let mut longest: Option<Worst> = None;
        let mut keep = |worst: &Worst| {
            if longest.as_ref().is_none_or(|longest| worst.time > longest.time) {
                longest = Some(worst.clone());
            }
        };
        for (_, own) in all {
            keep(own.worst.as_ref().map_err(|why| *why)?);
        }
        // One that does not run at the start is before all others; it has its own bound from there.
        let ends: Vec<(StepId, StepId)> =
            all.iter().filter_map(|(one, _)| Some((one.stop?, one.start?))).collect();
        if ends.len() > 1 {
            keep(&self.span(&ends)?);
        }
        longest.ok_or(Unbounded::by(Undeclared::TooLong))
    }

    /// From the first of some stops to the last of some starts.
    fn span(&mut self, ends: &[(StepId, StepId)]) -> Result<Worst, Unbounded> {
        let gates = |(stop, _): &(StepId, StepId)| self.schedule.gates[*stop].as_slice();
        let alike = ends.iter().all(|one| Some(gates(one)) == ends.first().map(gates));
        if !alike
            && ends.len() <= TOGETHER
            && let Some(worst) = self.pairs(ends)
        {
            return worst;
        }
        let own = self.together(ends.iter().copied());
        let shared = own.as_ref().unwrap_or_else(|| self.last());
        let mut last: Option<(std::time::Duration, StepId)> = None;
        for (_, start) in ends {
            let time = shared.time(*start)?;
            if last.is_none_or(|(latest, _)| time > latest) {
                last = Some((time, *start));
            }
        }
        let (_, start) = last.ok_or(Unbounded::by(Undeclared::TooLong))?;
        shared.worst(start)
    }

    /// From each stop to each start that does not come before it; nothing where that is too much.
    fn pairs(&mut self, ends: &[(StepId, StepId)]) -> Option<Result<Worst, Unbounded>> {
        let mut longest: Option<Worst> = None;
        for (stop, _) in ends {
            for (_, start) in ends.iter().filter(|(_, start)| !self.gates.order.is_before(*start, *stop)) {
                match self.alone(*stop, *start)?.worst {
                    Ok(worst) if longest.as_ref().is_some_and(|longest| longest.time >= worst.time) => {}
                    Ok(worst) => longest = Some(worst),
                    Err(why) => return Some(Err(why)),
                }
            }
        }
        longest.map(Ok)
    }

    /// One way on its own; nothing where too much was looked at already.
    fn alone(&mut self, stop: StepId, start: StepId) -> Option<Stretch> {
        let (stretch, looks) = self.follower.follow(stop, start, self.left)?;
        self.left = self.left.saturating_sub(looks);
        Some(stretch)
    }

    /// One pass for some; nothing where too much was looked at already.
    fn together(&mut self, ends: impl Iterator<Item = (StepId, StepId)>) -> Option<Shared> {
        if self.left == 0 {
            return None;
        }
        let (stops, starts): (Vec<StepId>, Vec<StepId>) = ends.unzip();
        let shared = Shared::of((self.gates, self.schedule), self.follower.openers(), &stops, starts);
        self.left = self.left.saturating_sub(shared.looks());
        Some(shared)
    }

    /// One pass for all.
    fn last(&self) -> &Shared {
        self.last.get_or_init(|| {
            let (stops, starts): (Vec<StepId>, Vec<StepId>) = self.ends.iter().copied().unzip();
            Shared::of((self.gates, self.schedule), self.follower.openers(), &stops, starts)
        })
    }

    fn rest(&mut self, one: Interruption) -> Stretch {
        let worst = match (one.stop, one.start) {
            (Some(_), Some(start)) => {
                let time = self.last().time(start);
                time.map(|time| Worst { time, path: Vec::new() })
            }
            (None, Some(start)) => self.schedule.until(start),
            (_, None) => Err(Unbounded::by(Undeclared::Start(one.flow))),
        };
        Stretch { worst, hops: None }
    }

    /// A way with its steps, unless so many were named already that a reader is not helped.
    fn named(&mut self, shared: &Shared, start: StepId) -> Result<Worst, Unbounded> {
        if self.named == 0 {
            return Ok(Worst { time: shared.time(start)?, path: Vec::new() });
        }
        let worst = shared.worst(start)?;
        self.named = self.named.saturating_sub(worst.path.len());
        Ok(worst)
    }
}
