//! How long a plan takes, its downtime, and the way back.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    check::Checked,
    duration::{Timing, undeclared::Unbounded},
    plan::Plan,
    source::shown,
    syntax::spelt,
    way_back::{no_return, undo_limits},
    world::id::{ChannelId, StepId},
};

use super::difference::{About, Difference, Weight, of_sets};

pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let (before, after) = (Timing::of(old.plan(), old.order()), Timing::of(new.plan(), new.order()));
    let mut found = Vec::new();
    let whole = |timing: &Timing| timing.whole.as_ref().map(|worst| worst.time).map_err(|why| *why);
    found.extend(bound("the whole plan", (old.plan(), whole(&before)), (new.plan(), whole(&after))));
    for (flow, row) in old.plan().landscape.channels.iter() {
        let name = shown(&row.name);
        let Some(same) = new.plan().landscape.channels.find(|other| other.name == row.name) else { continue };
        let what = format!("an interruption of {name}");
        let (was, is) = (longest(&before, flow), longest(&after, same));
        found.extend(bound(&what, (old.plan(), was), (new.plan(), is)));
        if let (Some(was), Some(is)) = (acts(&before, flow), acts(&after, same))
            && was != is
        {
            let weight = if is > was { Weight::Weaker } else { Weight::Stronger };
            let text = format!("the downtime of {name} is {is} acts one after the other; it was {was}");
            found.push(Difference { weight, about: About::Time, text });
        }
    }
    found.extend(ways_back(old, new));
    found
}

/// How long the longest interruption of a flow may last.
fn longest(timing: &Timing, flow: ChannelId) -> Result<Duration, Unbounded> {
    timing.longest(flow).map(|worst| worst.map_or(Duration::ZERO, |worst| worst.time))
}

/// The acts of the longest interruption of a flow; nothing where they are not counted.
fn acts(timing: &Timing, flow: ChannelId) -> Option<usize> {
    let mut most = 0;
    for (one, stretch) in timing.of_flow(flow) {
        if one.stop.is_some() && one.start.is_some() {
            most = most.max(stretch.hops?);
        }
    }
    Some(most)
}

fn bound(
    what: &str,
    (old, was): (&Plan, Result<Duration, Unbounded>),
    (new, is): (&Plan, Result<Duration, Unbounded>),
) -> Option<Difference> {
    let (weight, text) = match (was, is) {
        (Ok(was), Ok(is)) if is > was => {
            (Weight::Weaker, format!("{what} takes at most {}; it was {}", spelt(is), spelt(was)))
        }
        (Ok(was), Ok(is)) if is < was => {
            (Weight::Stronger, format!("{what} takes at most {}; it was {}", spelt(is), spelt(was)))
        }
        (Ok(was), Err(why)) => {
            let why = why.sentence(new);
            (Weight::Weaker, format!("{what} took at most {}, and is not bounded: {why}", spelt(was)))
        }
        (Err(why), Ok(is)) => {
            let why = why.sentence(old);
            (Weight::Stronger, format!("{what} takes at most {}; it was not bounded: {why}", spelt(is)))
        }
        _ => return None,
    };
    Some(Difference { weight, about: About::Time, text })
}

fn ways_back(old: &Checked, new: &Checked) -> Vec<Difference> {
    let named = |checked: &Checked, step: StepId| shown(&checked.plan().steps[step].name.value);
    let limits = |checked: &Checked| -> BTreeSet<String> {
        let limits = undo_limits(checked.plan(), checked.order(), checked.knowledge()).unwrap_or_default();
        let told = limits.iter().map(|limit| {
            let reports: Vec<String> = limit.reports.iter().map(|step| named(checked, *step)).collect();
            format!("{}, for `{}`", reports.join(" and "), named(checked, limit.act))
        });
        told.collect()
    };
    let ends = |checked: &Checked| -> BTreeSet<String> {
        no_return(checked.plan(), checked.order()).into_iter().map(|step| named(checked, step)).collect()
    };
    let changed = (Weight::Changed, Weight::Changed);
    let told = |word: &str, what: &str| format!("{word} an undo limit: {what}");
    let mut found = of_sets(About::Time, (&limits(old), &limits(new)), changed, told);
    let (was, is) = (ends(old), ends(new));
    let weights = match (was.is_empty(), is.is_empty()) {
        (true, false) => (Weight::Changed, Weight::Weaker),
        (false, true) => (Weight::Stronger, Weight::Changed),
        _ => changed,
    };
    let told = |word: &str, what: &str| format!("{word} a point of no return: `{what}`");
    found.extend(of_sets(About::Time, (&was, &is), weights, told));
    found
}
