//! The second judge: small random plans are played with every choice of least and most times, each step
//! as early as all that it waits for is done.

use std::fmt::Write as _;

use super::{minutes, timing};
use crate::random_plans::generated::Chance;

/// How many plans are made. Every run makes the same ones.
const PLANS: u64 = 1_500;

/// A plan as numbers: `after`, least and most minutes of each step; the drain is of one step.
struct Made {
    after: Vec<Vec<usize>>,
    takes: Vec<(u64, u64)>,
    stop: usize,
    start: usize,
    drained: Option<usize>,
    transit: u64,
    /// How many minutes a step waits after each of `after`; nothing where it does not.
    waits: Vec<Vec<u64>>,
}

impl Made {
    fn at_random(chance: &mut Chance) -> Self {
        let steps = 2 + chance.below(7);
        let mut after: Vec<Vec<usize>> = Vec::new();
        for step in 0..steps {
            after.push((0..step).filter(|_| chance.percent(30)).collect());
        }
        let stop = chance.below(steps - 1);
        let start = stop + 1 + chance.below(steps - stop - 1);
        after[start].push(stop);
        let takes = (0..steps).map(|step| {
            let most = 1 + chance.below(59) as u64;
            match chance.below(4) {
                // A report takes no time of its own.
                0 if step != stop && step != start => (0, 0),
                1 => (1 + chance.below(most as usize) as u64, most),
                _ => (0, most),
            }
        });
        let takes = takes.collect();
        let later: Vec<usize> = (stop + 1..steps).filter(|s| *s < start).collect();
        let drained = (!later.is_empty() && chance.percent(60)).then(|| chance.of(&later));
        if let Some(drained) = drained {
            after[drained].push(stop);
            after[start].push(drained);
        }
        let waits = after.iter().map(|after| vec![0; after.len()]).collect();
        Self { after, takes, stop, start, drained, transit: 1 + chance.below(89) as u64, waits }
    }

    /// The same, with waits.
    fn waiting(mut self, chance: &mut Chance) -> Self {
        for (step, after) in self.after.iter_mut().enumerate() {
            // A step waits after another one once.
            after.sort_unstable();
            after.dedup();
            let wait = |_: &usize| if chance.percent(50) { 1 + chance.below(120) as u64 } else { 0 };
            self.waits[step] = after.iter().map(wait).collect();
        }
        self
    }

    fn text(&self) -> String {
        let mut text = format!(
            "keyroll 1\nplan made\nrole r\nrole q\nkey old\nkeystore store of r {{\n  alias \"a\" is old\n}}\n\
             receiver partner of q {{\n  accepts old\n}}\nflow f of r {{\n  signs xml with store[\"a\"]\n  sends to \
             partner\n  delivers within {}m\n  deployed\n}}\n",
            self.transit
        );
        for (step, after) in self.after.iter().enumerate() {
            let _ = writeln!(text, "step s{step} by r {{");
            for (before, wait) in after.iter().zip(&self.waits[step]) {
                let _ = match wait {
                    0 => writeln!(text, "  after s{before}"),
                    wait => writeln!(text, "  waits {wait}m after s{before}"),
                };
            }
            if self.drained == Some(step) {
                text.push_str("  needs f drained of old\n");
            }
            match self.takes[step] {
                (0, 0) => {}
                (0, most) => drop(writeln!(text, "  takes {most}m")),
                (least, most) => drop(writeln!(text, "  takes {least}m to {most}m")),
            }
            let act = match step {
                _ if step == self.stop => "undeploy f",
                _ if step == self.start => "deploy f",
                _ => "inform q",
            };
            let _ = writeln!(text, "  {act}\n}}");
        }
        text
    }

    /// When each step begins and is done, in minutes, where each takes so long.
    fn played(&self, takes: &[u64]) -> Vec<(u64, u64)> {
        let mut times: Vec<(u64, u64)> = Vec::new();
        for (step, after) in self.after.iter().enumerate() {
            let drained = (self.drained == Some(step)).then(|| times[self.stop].1 + self.transit);
            let ready = after.iter().zip(&self.waits[step]).map(|(before, wait)| times[*before].1 + wait);
            let begins = ready.chain(drained).max().unwrap_or(0);
            times.push((begins, begins + takes[step]));
        }
        times
    }

    /// The time between the beginning of the stop and the end of the start.
    fn down(&self, takes: &[u64]) -> u64 {
        let times = self.played(takes);
        times[self.start].1 - times[self.stop].0
    }

    /// The longest of these over every choice of least and most times.
    fn longest(&self) -> u64 {
        let all = 0..1_u32 << self.takes.len();
        let choice = |choice: u32| {
            let takes = self.takes.iter().enumerate();
            takes.map(|(step, t)| if choice >> step & 1 == 1 { t.1 } else { t.0 }).collect::<Vec<u64>>()
        };
        all.map(|number| self.down(&choice(number))).max().unwrap()
    }
}

#[test]
fn no_schedule_is_longer_than_the_worst_case() {
    let (mut exact, mut beside) = (0, 0);
    for seed in 0..PLANS {
        let made = Made::at_random(&mut Chance::new(seed));
        let text = made.text();
        let (_, timing) = timing(&text);
        let most: Vec<u64> = made.takes.iter().map(|takes| takes.1).collect();
        let end = made.played(&most).into_iter().map(|(_, done)| done).max().unwrap();
        assert_eq!(timing.whole.unwrap().time, minutes(end), "the whole of\n{text}");
        let worst = timing.interruptions[0].1.worst.as_ref().unwrap().time;
        let longest = minutes(made.longest());
        assert!(worst >= longest, "{worst:?} where {longest:?} may pass in\n{text}");
        if worst == longest {
            exact += 1;
        } else {
            // Only what has no order with the stop may make the bound looser than the truth.
            assert!(has_beside(&made), "{worst:?} is not {longest:?} in\n{text}");
        }
        beside += usize::from(has_beside(&made));
    }
    println!("{exact} of {PLANS} bounds are exact; {beside} plans have a step beside the stop");
    assert!(exact >= 1_400 && beside >= 300, "{exact} exact, {beside} with a step beside");
}

#[test]
fn no_schedule_with_waits_is_longer_than_the_worst_case() {
    let (mut exact, mut waiting) = (0, 0);
    for seed in PLANS..2 * PLANS {
        let chance = &mut Chance::new(seed);
        let made = Made::at_random(chance).waiting(chance);
        let text = made.text();
        waiting += usize::from(text.contains("  waits "));
        let (_, timing) = timing(&text);
        let most: Vec<u64> = made.takes.iter().map(|takes| takes.1).collect();
        let end = made.played(&most).into_iter().map(|(_, done)| done).max().unwrap();
        assert_eq!(timing.whole.unwrap().time, minutes(end), "the whole of\n{text}");
        let worst = timing.interruptions[0].1.worst.as_ref().unwrap().time;
        let longest = minutes(made.longest());
        assert!(worst >= longest, "{worst:?} where {longest:?} may pass in\n{text}");
        exact += usize::from(worst == longest);
    }
    println!("{exact} of {PLANS} bounds are exact; {waiting} plans wait");
    assert!(exact >= 1_200 && waiting >= 1_200, "{exact} exact, {waiting} wait");
}

/// Whether the start waits for a step that has no order with the stop.
fn has_beside(made: &Made) -> bool {
    let before = |last: usize| {
        let (mut seen, mut open) = (vec![false; made.after.len()], vec![last]);
        while let Some(step) = open.pop() {
            for before in &made.after[step] {
                if !std::mem::replace(&mut seen[*before], true) {
                    open.push(*before);
                }
            }
        }
        seen
    };
    let (start, stop) = (before(made.start), before(made.stop));
    (0..made.after.len()).any(|s| s != made.stop && start[s] && !stop[s] && !before(s)[made.stop])
}
