//! What a plan takes for granted: of channels, of receivers, of windows.

use std::{collections::BTreeMap, time::Duration};

use crate::{check::Checked, plan::Plan, source::shown, syntax::spelt, world::landscape::Transit};

use super::difference::{About, Difference, Weight};

pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let mut found = Vec::new();
    // That an attempt which was given up comes no more is more to ask of whoever acts.
    compared(&in_time(old), &in_time(new), &mut found, |step, was, is| {
        let weight = if is && !was { Weight::Weaker } else { Weight::Stronger };
        let comes = if is { "is to come no more where it matters" } else { "may come late" };
        let came = if was { "it was to come no more where it matters" } else { "it might come late" };
        (weight, format!("an attempt of `{step}` that was given up {comes}; {came}"))
    });
    let (old, new) = (old.plan(), new.plan());
    // A message that may be under way for less time is more to ask of a channel.
    compared(&transits(old), &transits(new), &mut found, |flow, was, is| {
        let weight = if is < was { Weight::Weaker } else { Weight::Stronger };
        (weight, format!("a message of {flow} arrives {}; it was {}", arrives(is), arrives(was)))
    });
    // So is a runtime that keeps a key for less time.
    compared(&caches(old), &caches(new), &mut found, |flow, was, is| {
        let weight = if is < was { Weight::Weaker } else { Weight::Stronger };
        (weight, format!("the runtime of {flow} keeps a key {}; it was {}", keeps(is), keeps(was)))
    });
    // To exchange in one act is more to ask of a keystore.
    compared(&gaps(old), &gaps(new), &mut found, |store, was, is| {
        let weight = if was && !is { Weight::Weaker } else { Weight::Stronger };
        let acts = if is { "with a gap" } else { "in one act" };
        (weight, format!("{store} exchanges {acts}, and did not"))
    });
    // To hold more keys is more to ask of a receiver.
    compared(&capacities(old), &capacities(new), &mut found, |receiver, was, is| {
        let weight = if is > was { Weight::Weaker } else { Weight::Stronger };
        (weight, format!("{receiver} holds {}; it was {}", holds(is), holds(was)))
    });
    compared(&windows(old), &windows(new), &mut found, |window, was, is| {
        let weight = if is > was { Weight::Weaker } else { Weight::Stronger };
        (weight, format!("the window {window} lasts {}; it was {}", lasts(is), lasts(was)))
    });
    let gone = windows(old).into_keys().filter(|name| !windows(new).contains_key(name)).map(|n| (n, "gone"));
    let fresh = windows(new).into_keys().filter(|name| !windows(old).contains_key(name)).map(|n| (n, "new"));
    for (window, word) in gone.chain(fresh) {
        let text = format!("the window {window} is {word}");
        found.push(Difference { weight: Weight::Changed, about: About::Assumption, text });
    }
    found
}

fn compared<V: PartialEq + Copy>(
    old: &BTreeMap<String, V>,
    new: &BTreeMap<String, V>,
    found: &mut Vec<Difference>,
    tell: impl Fn(&str, V, V) -> (Weight, String),
) {
    for (name, was) in old {
        if let Some(is) = new.get(name).filter(|is| *is != was) {
            let (weight, text) = tell(name, *was, *is);
            found.push(Difference { weight, about: About::Assumption, text });
        }
    }
}

/// Of each step whether it is taken for granted that no attempt of it comes late. Where that matters only
/// after what another plan lets not come late at all, nothing more is asked.
fn in_time(checked: &Checked) -> BTreeMap<String, bool> {
    let plan = checked.plan();
    let mut all: BTreeMap<String, bool> =
        plan.steps.rows().map(|step| (shown(&step.name.value), false)).collect();
    let asked = checked.late().undeclared().filter(|hazard| !hazard.by_late);
    all.extend(asked.map(|hazard| (shown(&plan.steps[hazard.step].name.value), true)));
    all
}

/// How long a message of each flow may be under way; none at all where it arrives at once.
fn transits(plan: &Plan) -> BTreeMap<String, Option<Duration>> {
    let time = |transit| match transit {
        Transit::Immediately => None,
        Transit::Within(time) => Some(time),
    };
    plan.landscape.channels.rows().map(|flow| (shown(&flow.name), time(flow.transit))).collect()
}

/// How long the runtime of each flow may keep a key.
fn caches(plan: &Plan) -> BTreeMap<String, Duration> {
    plan.landscape.channels.rows().map(|flow| (shown(&flow.name), flow.cache)).collect()
}

/// Whether an exchange in each keystore leaves its alias without a key for a moment.
fn gaps(plan: &Plan) -> BTreeMap<String, bool> {
    plan.landscape.stores.rows().map(|store| (shown(&store.name), store.has_gap)).collect()
}

/// How many keys each receiver must be able to hold.
fn capacities(plan: &Plan) -> BTreeMap<String, usize> {
    let rows = plan.landscape.acceptors.rows();
    rows.map(|row| (shown(&row.name), row.capacity.unwrap_or(usize::MAX))).collect()
}

/// How long each window may last.
fn windows(plan: &Plan) -> BTreeMap<String, Duration> {
    let rows = plan.landscape.windows.rows();
    rows.map(|row| (shown(&row.name), row.at_most.unwrap_or(Duration::MAX))).collect()
}

fn arrives(transit: Option<Duration>) -> String {
    transit.map_or_else(|| "at once".to_owned(), |time| format!("within {}", spelt(time)))
}

fn keeps(time: Duration) -> String {
    if time.is_zero() { "for one message".to_owned() } else { format!("up to {}", spelt(time)) }
}

fn holds(most: usize) -> String {
    match most {
        usize::MAX => "any number of keys".to_owned(),
        1 => "at most 1 key".to_owned(),
        most => format!("at most {most} keys"),
    }
}

fn lasts(time: Duration) -> String {
    if time == Duration::MAX { "as long as it takes".to_owned() } else { format!("at most {}", spelt(time)) }
}
