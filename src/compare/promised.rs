//! Promises, ends and waivers.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    invariant::{Hazard, course::Course},
    plan::Plan,
    source::shown,
};

use super::difference::{About, Difference, Weight, of_sets};

/// What is promised of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Level {
    /// Whether rejected messages are judged; only a waiver takes that out.
    judged: bool,
    /// Promised never to be interrupted.
    never_down: bool,
    /// The windows in which alone it may be.
    windows: BTreeSet<String>,
    /// How long an interruption may last, in seconds.
    at_most: Option<u64>,
    /// The keystore and the alias, folded, that its messages are signed with.
    signs: Vec<(String, String)>,
    /// Where they go.
    sends: String,
}

pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let (old, new) = (old.plan(), new.plan());
    let (before, after) = (levels(old), levels(new));
    let mut found = Vec::new();
    for (flow, was) in &before {
        match after.get(flow) {
            None => found.push(told(Weight::Weaker, format!("nothing is said any more of the flow {flow}"))),
            Some(is) => of_flow(flow, was, is, &mut found),
        }
    }
    for flow in after.keys().filter(|flow| !before.contains_key(*flow)) {
        found.push(told(Weight::Changed, format!("the flow {flow} is new")));
    }
    let stated = |plan: &Plan| -> BTreeSet<String> {
        // That a plan can always finish holds of each, said or not.
        let courses = plan.courses.iter().filter(|course| course.value != Course::CanFinish);
        let courses = courses.map(|course| course.value.sentence().to_owned());
        let facts = plan.statements.iter().map(|s| shown(&s.value.sentence(&plan.landscape)));
        facts.chain(courses).collect()
    };
    let sentence = |word: &str, what: &str| format!("{word} promised: {what}");
    let lost = (Weight::Weaker, Weight::Stronger);
    found.extend(of_sets(About::Promise, (&stated(old), &stated(new)), lost, sentence));
    // A use of which is said that nobody looks at it asks for less; a use that is told of asks for more.
    let sentence = |word: &str, what: &str| format!("{word} waived: {what}");
    let gained = (Weight::Stronger, Weight::Weaker);
    found.extend(of_sets(About::Promise, (&unjudged(old), &unjudged(new)), gained, sentence));
    let sentence = |word: &str, what: &str| format!("{word} said: {what}");
    found.extend(of_sets(About::Promise, (&used(old), &used(new)), lost, sentence));
    let sentence = |word: &str, what: &str| format!("{word} so at the end: {what}");
    found.extend(of_sets(About::Promise, (&ends(old), &ends(new)), lost, sentence));
    found
}

fn told(weight: Weight, text: String) -> Difference {
    Difference { weight, about: About::Promise, text }
}

fn levels(plan: &Plan) -> BTreeMap<String, Level> {
    let land = &plan.landscape;
    let (unjudged, let_down) = (plan.waived(Hazard::Rejected), plan.waived(Hazard::Interrupted));
    let level = |flow| {
        let declared = &land.channels[flow];
        let place =
            |place| (land.stores[land.places[place].store].name.clone(), land.places[place].alias.folded());
        let mut signs: Vec<(String, String)> = declared.aliases().map(place).collect();
        // It stamps with both, in whichever order they are listed.
        signs.sort_unstable();
        let mut level = Level {
            judged: !unjudged.contains(&flow),
            signs,
            sends: land.acceptors[declared.acceptor].name.clone(),
            ..Level::default()
        };
        if let_down.contains(&flow) {
            return level;
        }
        for promise in &plan.promises {
            match (promise.value.hazard(), promise.value.window()) {
                ((of, Hazard::Interrupted), None) if of == flow => level.never_down = true,
                ((of, Hazard::Interrupted), Some(window)) if of == flow => {
                    level.windows.insert(shown(&land.windows[window].name));
                }
                _ => {}
            }
        }
        let limits = plan.limits.iter().filter(|limit| limit.value.flow == flow);
        level.at_most = limits.map(|limit| limit.value.at_most.as_secs()).min();
        level
    };
    land.channels.iter().map(|(id, flow)| (shown(&flow.name), level(id))).collect()
}

fn of_flow(flow: &str, was: &Level, is: &Level, found: &mut Vec<Difference>) {
    // Whatever is promised of it is promised of other messages then.
    if was.signs != is.signs {
        let alias = |(store, alias): &(String, String)| format!("{}[\"{}\"]", shown(store), shown(alias));
        let aliases =
            |signs: &[(String, String)]| signs.iter().map(alias).collect::<Vec<String>>().join(" and ");
        let text = format!("{flow} signs with {}; it was {}", aliases(&is.signs), aliases(&was.signs));
        found.push(told(Weight::Weaker, text));
    }
    if was.sends != is.sends {
        let text = format!("{flow} sends to {}; it was {}", shown(&is.sends), shown(&was.sends));
        found.push(told(Weight::Weaker, text));
    }
    match (was.judged, is.judged) {
        (true, false) => found.push(told(Weight::Weaker, format!("rejected messages of {flow} are waived"))),
        (false, true) => {
            found
                .push(told(Weight::Stronger, format!("rejected messages of {flow} are not waived any more")));
        }
        _ => {}
    }
    let down = |level: &Level| match (level.never_down, level.windows.is_empty()) {
        (true, _) => "never interrupted".to_owned(),
        (false, false) => {
            let names: Vec<&str> = level.windows.iter().map(String::as_str).collect();
            format!("interrupted only in {}", names.join(" and in "))
        }
        (false, true) => "of whose interruptions nothing is promised".to_owned(),
    };
    // More windows at once allow less: each of them must have begun.
    let rank = |level: &Level| (level.never_down, level.windows.len());
    let inside = |one: &Level, other: &Level| one.windows.is_superset(&other.windows);
    if (was.never_down, &was.windows) != (is.never_down, &is.windows) {
        let weight = match (was.never_down, is.never_down) {
            (true, true) => None,
            (true, false) => Some(Weight::Weaker),
            (false, true) => Some(Weight::Stronger),
            _ if inside(was, is) && rank(was) > rank(is) => Some(Weight::Weaker),
            _ if inside(is, was) => Some(Weight::Stronger),
            _ => Some(Weight::Changed),
        };
        let text = format!("{flow} is {}; it was {}", down(is), down(was));
        found.extend(weight.map(|weight| told(weight, text)));
    }
    let limit = |seconds: u64| crate::syntax::spelt(std::time::Duration::from_secs(seconds));
    match (was.at_most, is.at_most) {
        (Some(was), Some(is)) if is != was => {
            let weight = if is > was { Weight::Weaker } else { Weight::Stronger };
            let text = format!("{flow} is interrupted at most {}; it was {}", limit(is), limit(was));
            found.push(told(weight, text));
        }
        (Some(was), None) if !is.never_down => {
            let text = format!("no longer promised: {flow} interrupted at most {}", limit(was));
            found.push(told(Weight::Weaker, text));
        }
        (None, Some(is)) if !was.never_down => {
            let text = format!("now promised: {flow} interrupted at most {}", limit(is));
            found.push(told(Weight::Stronger, text));
        }
        _ => {}
    }
}

/// The uses beside the flows that are left out.
fn unjudged(plan: &Plan) -> BTreeSet<String> {
    plan.other_uses.waived.iter().map(|waived| format!("the use \"{}\"", shown(&waived.by))).collect()
}

/// Who uses which alias beside the flows.
fn used(plan: &Plan) -> BTreeSet<String> {
    let told = plan.other_uses.said.iter().map(|one| {
        let place = shown(&plan.landscape.place_name(one.place));
        format!("{place} is also used by \"{}\"", shown(&one.by))
    });
    told.collect()
}

/// What holds at the end, and who knows it.
fn ends(plan: &Plan) -> BTreeSet<String> {
    let land = &plan.landscape;
    let holds = plan.finals.iter().map(|condition| shown(&condition.value.sentence(land)));
    let known = plan.known.iter().flat_map(|known| {
        let condition = plan.finals.get(known.value.what);
        let sentence = condition.map_or_else(String::new, |c| shown(&c.value.sentence(land)));
        let told = move |role: &_| format!("{sentence}, known to {}", shown(&land.roles[*role]));
        known.value.roles.iter().map(told)
    });
    holds.chain(known).collect()
}
