//! How long interruptions last: of each step on the way it is said within what time it is done.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    certificate::{Bound, Refused, Subject},
    check::Checked,
    duration::gate::{Gate, Gates},
    invariant::{Invariant, limited::Limited},
};

/// Shows the limits of which there are bounds, and gives their sentences: there is a bound for each stop of
/// the flow, and for the start where it does not run then.
pub(super) fn kept(subject: &Subject<'_>, bounds: &[Bound]) -> Result<Vec<String>, Refused> {
    let (checked, plan) = (subject.checked, subject.checked.plan());
    let (gates, mut stops, mut sentences) = (Gates::of(plan, checked.order()), Vec::new(), Vec::new());
    let named: BTreeSet<u32> = bounds.iter().map(|bound| bound.limit).collect();
    for number in named {
        let limit = plan.limits.get(number as usize).map(|limit| limit.value);
        let limit = limit.ok_or_else(|| Refused::gap("which limit each bound is about"))?;
        let stands = (!subject.start.running[limit.flow]).then_some(None);
        let all = stands.into_iter().chain(plan.switches(limit.flow, false).map(Some));
        stops.extend(all.map(|stop| (number, stop)));
        let mut own = bounds.iter().filter(|bound| bound.limit == number);
        Refused::unless(
            own.all(|bound| is_kept(checked, &gates, bound, &limit)),
            "that each interruption ends in time",
        )?;
        sentences.push(limit.sentence(&plan.landscape));
    }
    let is_each = bounds.iter().map(|bound| (bound.limit, bound.stop())).eq(stops);
    let is_fresh = bounds.is_empty() || subject.start.done.is_clear();
    Refused::unless(is_each && is_fresh, "that each interruption ends in time")?;
    Ok(sentences)
}

/// Whether a step that starts the flow is done within the limit, counted from where the stop begins.
fn is_kept(checked: &Checked, gates: &Gates<'_>, bound: &Bound, limit: &Limited) -> bool {
    let (plan, order) = (checked.plan(), checked.order());
    let (stop, start, times) = (bound.stop(), bound.start(), bound.times());
    // What comes before the stop is done when it begins, and a window for which that waited is open.
    let is_early = |step| stop.is_some_and(|stop| order.is_before(step, stop));
    let done = |step| if is_early(step) { Some(Duration::ZERO) } else { times.get(&step).copied() };
    let is_open = |gate| {
        let mut early = plan.steps.ids().filter(|step| stop == Some(*step) || is_early(*step));
        matches!(gate, Gate::Open(_)) && early.any(|step| gates.before(step).contains(&gate))
    };
    let mut all_right = times.iter().map(|(step, time)| {
        let waits = if stop == Some(*step) { Vec::new() } else { gates.before(*step) };
        gates.done_by(*step, &waits, done, is_open).is_some_and(|by| by <= *time)
    });
    all_right.all(|is_right| is_right)
        && stop.is_none_or(|stop| order.is_before(stop, start))
        && plan.switches(limit.flow, true).any(|step| step == start)
        && times.get(&start).is_some_and(|time| *time <= limit.at_most)
}
