//! How long interruptions last: of each step on the way it is said within what time it is done.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    certificate::{Bound, Refused, Subject, form::steps},
    check::Checked,
    duration::gate::{Gate, Gates},
    invariant::Invariant,
    world::{
        id::StepId,
        landscape::{Fact, Value},
    },
};

/// Shows the limits of which there are bounds, and gives their sentences: after each stop of the flow, and
/// after the start where it does not run then, a step that starts it is done in time.
pub(in crate::certificate) fn kept(subject: &Subject<'_>, bounds: &[Bound]) -> Result<Vec<String>, Refused> {
    let (checked, plan) = (subject.checked, subject.checked.plan());
    let gates = Gates::of(plan, checked.order());
    let (mut left, mut sentences) = (bounds.iter().peekable(), Vec::new());
    for (number, limit) in (0..).zip(&plan.limits) {
        if left.peek().is_none_or(|bound| bound.limit != number) {
            continue;
        }
        let fact = Fact::Running(limit.value.flow);
        let writes = |step: StepId, is| {
            let mut effects = plan.steps[step].action.value.effects().into_iter();
            effects.any(|effect| effect.writes().contains(&(fact, Value::Is(is))))
        };
        let stands = (subject.start.value(&subject.checked.plan().landscape, fact) == Value::Is(false))
            .then_some(None);
        let stops = plan.steps.ids().filter(|step| writes(*step, false)).map(Some);
        for stop in stands.into_iter().chain(stops) {
            let bound = left.next().filter(|bound| bound.limit == number && subject.start.done.is_clear());
            let shown = bound.is_some_and(|bound| {
                let (begin, start) = (steps(bound.stop.as_slice()), steps(&[bound.start]));
                begin.first() == stop.as_ref()
                    && start.iter().all(|start| writes(*start, true))
                    && is_within((checked, &gates), (stop, &start), &bound.within, limit.value.at_most)
            });
            if !shown {
                return Err(Refused::gap("that each interruption ends in time"));
            }
        }
        sentences.push(limit.value.sentence(&plan.landscape));
    }
    if left.next().is_none() { Ok(sentences) } else { Err(Refused::gap("which limit each bound is about")) }
}

/// Whether steps are done in these times, counted from where a stop begins, and the last of them in time.
fn is_within(
    (checked, gates): (&Checked, &Gates<'_>),
    (stop, last): (Option<StepId>, &[StepId]),
    times: &[(u32, u64)],
    most: Duration,
) -> bool {
    let times =
        times.iter().flat_map(|(step, time)| steps(&[*step]).into_iter().zip([Duration::from_secs(*time)]));
    let times: BTreeMap<StepId, Duration> = times.collect();
    let is_early = |step| stop.is_some_and(|stop| checked.order().is_before(step, stop));
    // What comes before the stop is done when it begins, and a window for which that waited is open.
    let done = |step| if is_early(step) { Some(Duration::ZERO) } else { times.get(&step).copied() };
    let is_open = |gate| {
        let mut early = checked.plan().steps.ids().filter(|step| stop == Some(*step) || is_early(*step));
        early.any(|step| gates.before(step).contains(&gate))
    };
    let is_right = |(step, time): (&StepId, &Duration)| {
        let takes = gates.most(*step).ok().filter(|takes| takes <= time);
        let mut waits = gates.before(*step).into_iter().filter(|_| stop != Some(*step));
        let is_waited = |takes: Duration, gate: Gate| match gate.step() {
            Some((before, wait)) => {
                let until = done(before).and_then(|done| done.checked_add(wait)?.checked_add(takes));
                until.is_some_and(|until| until <= *time)
            }
            None => matches!(gate, Gate::Open(_)) && is_open(gate),
        };
        takes.is_some_and(|takes| waits.all(|gate| is_waited(takes, gate)))
    };
    let is_after = |last| stop.is_none_or(|stop| checked.order().is_before(stop, last));
    times.iter().all(is_right)
        && last.iter().all(|last| is_after(*last) && times.get(last).is_some_and(|time| *time <= most))
}
