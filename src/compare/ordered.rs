//! Steps, who does them, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    condition::Asks,
    source::shown,
    world::{
        id::{StepId, Table},
        landscape::{Fact, Landscape, Value},
    },
};

use super::difference::{About, Difference, Weight};

/// The things of a plan without its groups: whom a step speaks to is compared role by role, whatever the roles
/// are called together.
fn written_out(checked: &Checked) -> Landscape {
    let mut landscape = checked.plan().landscape.clone();
    landscape.groups = Table::default();
    landscape
}

pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let (before, after) = (named(old), named(new));
    let (was_said, is_said) = (written_out(old), written_out(new));
    let mut found = Vec::new();
    let mut tell =
        |text: String| found.push(Difference { weight: Weight::Changed, about: About::Step, text });
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        tell(format!("`{}` is not done any more", shown(name)));
    }
    for (name, step) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let role = shown(role(new, *step));
        tell(format!("`{}` is new: {role} does `{}`", shown(name), shown(&new.plan().sentence(*step))));
    }
    for (name, was) in &before {
        let Some(is) = after.get(name) else { continue };
        let name = shown(name);
        let (owner, other) = (role(old, *was), role(new, *is));
        if owner != other {
            tell(format!("`{name}` is done by {}; it was {}", shown(other), shown(owner)));
        }
        let act = old.plan().steps[*was].action.value.sentence(&was_said);
        let other = new.plan().steps[*is].action.value.sentence(&is_said);
        if act != other {
            tell(format!("`{name}` does `{}`; it was `{}`", shown(&other), shown(&act)));
        }
        match (comes_late(old, *was), comes_late(new, *is)) {
            (false, true) => tell(format!("`{name}` may come late, as it says now")),
            (true, false) => tell(format!("`{name}` does not say any more that it may come late")),
            _ => {}
        }
    }
    found.extend(of_needs(old, new, (&before, &after)));
    let mut tell =
        |text: String| found.push(Difference { weight: Weight::Changed, about: About::Step, text });
    for (earlier, later) in lost(old, (&before, &after), new) {
        tell(format!("`{later}` need not come after `{earlier}` any more"));
    }
    for (earlier, later) in lost(new, (&after, &before), old) {
        tell(format!("`{later}` comes after `{earlier}`"));
    }
    for (name, was) in &before {
        let Some(is) = after.get(name) else { continue };
        let two = |checked: &Checked, step: StepId| checked.plan().steps[step].extra().two_people.is_some();
        let (weight, text) = match (two(old, *was), two(new, *is)) {
            (true, false) => (Weight::Weaker, "need not be confirmed by two people any more"),
            (false, true) => (Weight::Stronger, "is confirmed by two people"),
            _ => continue,
        };
        let text = format!("`{}` {text}", shown(name));
        found.push(Difference { weight, about: About::Step, text });
    }
    found
}

fn named(checked: &Checked) -> BTreeMap<&str, StepId> {
    checked.plan().steps.iter().map(|(id, step)| (step.name.value.as_str(), id)).collect()
}

fn role(checked: &Checked, step: StepId) -> &str {
    &checked.plan().landscape.roles[checked.plan().steps[step].role.value]
}

/// Whether it is said of a step that could change nothing late; of another one it is what the plan takes
/// for granted, or does not.
fn comes_late(checked: &Checked, step: StepId) -> bool {
    checked.late().idle().binary_search(&step).is_ok()
}

/// What steps wait for. That a step does not wait for a fact of the plan's own any more, such as an approval,
/// makes the plan weaker: no proof says that it would be so all the same.
fn of_needs(
    old: &Checked,
    new: &Checked,
    (before, after): (&BTreeMap<&str, StepId>, &BTreeMap<&str, StepId>),
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut tell = |weight, text| found.push(Difference { weight, about: About::Step, text });
    let waited: BTreeSet<String> =
        after.values().flat_map(|step| needs(new, *step)).map(|(need, _)| need).collect();
    for (name, was) in before {
        let Some(is) = after.get(name) else {
            // Whoever does it under another name may have lost the need on the way.
            let lost =
                needs(old, *was).into_iter().filter(|(need, of_fact)| *of_fact && !waited.contains(need));
            lost.for_each(|(need, _)| tell(Weight::Weaker, format!("no step waits any more until {need}")));
            continue;
        };
        let (name, needed, needs) = (shown(name), needs(old, *was), needs(new, *is));
        for (need, is_of_fact) in needed.iter().filter(|(need, _)| !needs.contains_key(*need)) {
            let weight = if *is_of_fact { Weight::Weaker } else { Weight::Changed };
            tell(weight, format!("`{name}` does not wait any more until {need}"));
        }
        for (need, is_of_fact) in needs.iter().filter(|(need, _)| !needed.contains_key(*need)) {
            let weight = if *is_of_fact { Weight::Stronger } else { Weight::Changed };
            tell(weight, format!("`{name}` waits until {need}"));
        }
    }
    found
}

/// What a step needs, and whether it is a fact of the plan's own.
fn needs(checked: &Checked, step: StepId) -> BTreeMap<String, bool> {
    let plan = checked.plan();
    let is_own = |fact: &(Fact, Value)| matches!(fact, (Fact::Own(_), _));
    let told = plan.steps[step].needs.iter().map(|need| {
        let is_of_fact = matches!(need.value.asks(), Asks::Facts(facts) if facts.iter().any(is_own));
        (shown(&need.value.sentence(&plan.landscape)), is_of_fact)
    });
    told.collect()
}

/// What one plan says of the order of two steps, and the other one, which has both, does not even
/// imply.
fn lost(
    says: &Checked,
    (own, others): (&BTreeMap<&str, StepId>, &BTreeMap<&str, StepId>),
    other: &Checked,
) -> Vec<(String, String)> {
    let plan = says.plan();
    let mut found = Vec::new();
    for (later, step) in own {
        for before in &plan.steps[*step].after {
            let earlier = plan.steps[before.value].name.value.as_str();
            if let (Some(first), Some(then)) = (others.get(earlier), others.get(later))
                && !other.order().is_before(*first, *then)
            {
                found.push((shown(earlier), shown(later)));
            }
        }
    }
    found
}
