//! The second judge: the rest of small random plans is played minute by minute.

use std::{collections::BTreeSet, fmt::Write as _};

use keyroll::{
    duration::{gate::Gates, rest::rest},
    transition::state::State,
    world::id::{Id, StepId},
};

use super::{checked, minutes};
use crate::random_plans::generated::Chance;

/// A plan as numbers: `after`, and minutes of each step; the drain is of one step after the stop.
struct Made {
    after: Vec<Vec<usize>>,
    takes: Vec<u64>,
    drained: usize,
    transit: u64,
}

const STOP: usize = 2;

impl Made {
    fn at_random(chance: &mut Chance) -> Self {
        let steps = 5 + chance.below(5);
        let mut after: Vec<Vec<usize>> =
            (0..steps).map(|step| (0..step).filter(|_| chance.percent(30)).collect()).collect();
        let (drained, start) = (STOP + 1 + chance.below(steps - STOP - 2), steps - 1);
        after[drained].push(STOP);
        after[start].push(drained);
        let takes = (0..steps).map(|_| 1 + chance.below(59) as u64).collect();
        Self { after, takes, drained, transit: 1 + chance.below(89) as u64 }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "keyroll 1\nplan made\nrole r\nrole q\nkey old\nkeystore store of r {{\n  alias \"a\" is old\n}}\n\
             receiver partner of q {{\n  accepts old\n}}\nflow f of r {{\n  signs xml with store[\"a\"]\n  \
             sends to partner\n  delivers within {}m\n  deployed\n}}\n",
            self.transit
        );
        for (step, after) in self.after.iter().enumerate() {
            let _ = writeln!(text, "step s{step} by r {{");
            for before in after {
                let _ = writeln!(text, "  after s{before}");
            }
            if step == self.drained {
                text.push_str("  needs f drained of old\n");
            }
            let act = match step {
                STOP => "undeploy f",
                _ if step + 1 == self.after.len() => "deploy f",
                _ => "inform q",
            };
            let _ = writeln!(text, "  takes {}m\n  {act}\n}}", self.takes[step]);
        }
        text
    }

    /// Some steps that are done, with all that come before them.
    fn done(&self, chance: &mut Chance) -> BTreeSet<usize> {
        let mut done = BTreeSet::new();
        for (step, after) in self.after.iter().enumerate() {
            if after.iter().all(|before| done.contains(before)) && chance.percent(50) {
                done.insert(step);
            }
        }
        done
    }

    /// In how many minutes a step is done, where each takes all its time, one minute after the other.
    fn played(&self, done: &BTreeSet<usize>, last: usize) -> u64 {
        let mut ended: Vec<Option<u64>> =
            (0..self.after.len()).map(|s| done.contains(&s).then_some(0)).collect();
        let mut begun: Vec<Option<u64>> = vec![None; self.after.len()];
        for now in 0.. {
            // Twice as often as there are steps, for those that take no time do not exist here.
            for step in 0..self.after.len() {
                if let Some(at) = begun[step].filter(|at| at + self.takes[step] == now) {
                    ended[step].get_or_insert(at + self.takes[step]);
                }
            }
            for step in (0..self.after.len()).filter(|s| !done.contains(s)) {
                let ready = self.after[step].iter().all(|b| ended[*b].is_some_and(|at| at <= now));
                let dry = step != self.drained || ended[STOP].is_some_and(|at| at + self.transit <= now);
                if begun[step].is_none() && ready && dry {
                    begun[step] = Some(now);
                }
            }
            if let Some(at) = ended[last] {
                return at;
            }
        }
        0
    }
}

#[test]
fn what_is_left_is_what_a_play_of_it_takes() {
    let (mut drains, mut begun) = (0, 0);
    for seed in 0..800 {
        let chance = &mut Chance::new(seed);
        let made = Made::at_random(chance);
        let done = made.done(chance);
        let text = made.text();
        let checked = checked(&text);
        let gates = Gates::of(checked.plan(), checked.order());
        let mut state = State::new(&checked);
        done.iter().for_each(|step| state.world.done.insert(*step));
        let steps: Vec<StepId> = checked.plan().steps.ids().collect();
        for (last, step) in steps.iter().enumerate() {
            let left = rest(&gates, &state.world, [*step]).unwrap();
            assert_eq!(left.time, minutes(made.played(&done, last)), "s{last} after {done:?} in\n{text}");
        }
        let whole = rest(&gates, &state.world, steps.iter().copied()).unwrap();
        let longest = (0..steps.len()).map(|last| made.played(&done, last)).max().unwrap();
        assert_eq!(whole.time, minutes(longest), "all after {done:?} in\n{text}");
        assert!(whole.path.iter().all(|step| !done.contains(&step.index())));
        begun += usize::from(!done.is_empty());
        drains += usize::from(done.contains(&STOP) && !done.contains(&made.drained));
    }
    assert!(begun >= 500 && drains >= 50, "{begun} under way, {drains} while they drain");
}
