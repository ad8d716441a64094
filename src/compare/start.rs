//! What a plan takes for granted of its start (which key is where, what is accepted, what runs), and
//! whose each thing is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    plan::Plan,
    source::shown,
    world::{
        id::KeySet,
        landscape::{Landscape, OwnFact},
    },
};

use super::difference::{About, Difference, Weight};

/// What is so at the start, by what it is about.
type Facts = BTreeMap<String, Fact>;

/// One thing that is so.
struct Fact {
    /// In words.
    is: String,
    /// The same as the end of "it ...".
    was: String,
    /// Whether it says more than that something is not there.
    is_said: bool,
}

pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let (old, new) = (old.plan(), new.plan());
    let mut found = of_facts(&facts(old, new), &facts(new, old));
    for (kind, named) in KINDS {
        found.extend(of_owners(kind, &named(&old.landscape), &named(&new.landscape)));
    }
    found.extend(of_titles(&old.landscape, &new.landscape));
    found
}

fn told(weight: Weight, text: String) -> Difference {
    Difference { weight, about: About::Assumption, text }
}

/// Whatever the new plan alone takes for granted, or takes to be otherwise, makes it weaker: it is
/// proved of no other start, and a run begins from no other one.
fn of_facts(old: &Facts, new: &Facts) -> Vec<Difference> {
    let mut found = Vec::new();
    for (what, fact) in new {
        match old.get(what) {
            Some(before) if before.is != fact.is => {
                let text = format!("at the start {}; it {}", fact.is, before.was);
                found.push(told(Weight::Weaker, text));
            }
            None if fact.is_said => {
                let text = format!("at the start {}, of which nothing was said", fact.is);
                found.push(told(Weight::Weaker, text));
            }
            _ => {}
        }
    }
    for (what, fact) in old {
        if fact.is_said && !new.contains_key(what) {
            let text = format!("nothing is said any more of this: at the start {}", fact.is);
            found.push(told(Weight::Stronger, text));
        }
    }
    found
}

/// What a plan says of the start of the keystores, receivers, flows and facts that the other plan has too.
fn facts(plan: &Plan, other: &Plan) -> Facts {
    let (land, others, start) = (&plan.landscape, &other.landscape, &plan.start);
    let stores: BTreeSet<&String> = others.stores.rows().map(|store| &store.name).collect();
    let receivers = others.acceptors.iter().map(|(id, row)| (&row.name, &other.start.accepted[id]));
    let receivers: BTreeMap<&String, &KeySet> = receivers.collect();
    let mut facts = Facts::new();
    for (id, place) in land.places.iter().filter(|(_, place)| place.of.is_none()) {
        let store = &land.stores[place.store].name;
        if !stores.contains(store) {
            continue;
        }
        let key = start.places[id].map_or_else(|| "no key".to_owned(), |key| shown(&land.keys[key]));
        let fact = Fact {
            is: format!("{} names {key}", shown(&land.place_name(id))),
            was: format!("was {key}"),
            is_said: start.places[id].is_some(),
        };
        facts.insert(format!("{store}[{}]", place.alias.folded()), fact);
    }
    for (id, receiver) in land.acceptors.iter() {
        let Some(theirs) = receivers.get(&receiver.name) else { continue };
        // Of a key that neither accepts there is nothing to tell.
        let here =
            start.accepted[id].iter().chain(theirs.iter().filter_map(|key| plan.key(&others.keys[key])));
        for key in here.collect::<KeySet>().iter() {
            let name = &land.keys[key];
            let is_accepted = start.accepted[id].contains(key);
            let (word, was) = if is_accepted { ("accepts", "did") } else { ("does not accept", "did not") };
            let fact = Fact {
                is: format!("{} {word} {}", shown(&receiver.name), shown(name)),
                was: was.to_owned(),
                is_said: is_accepted,
            };
            facts.insert(format!("{} accepts {name}", receiver.name), fact);
        }
    }
    for (id, flow) in land.channels.iter() {
        if other.flow(&flow.name).is_none() {
            continue;
        }
        let word = if start.running[id] { "deployed" } else { "undeployed" };
        let is = format!("{} is {word}", shown(&flow.name));
        facts.insert(flow.name.clone(), Fact { is, was: format!("was {word}"), is_said: true });
    }
    for (id, own) in land.own_facts.iter() {
        if others.own_facts.find(|theirs| theirs.name == own.name).is_none() {
            continue;
        }
        let word = if start.set[id] { "set" } else { "clear" };
        let is = format!("{} is {word}", shown(&own.name));
        facts.insert(own.name.clone(), Fact { is, was: format!("was {word}"), is_said: true });
    }
    facts
}

/// The owners of all things of one kind, by name.
type Owners = BTreeMap<String, String>;

/// What the things of one kind are called, and who owns each.
type Kind = (&'static str, fn(&Landscape) -> Owners);

/// Each kind of thing that has an owner.
const KINDS: [Kind; 4] = [
    ("keystore", |land| {
        land.stores.rows().map(|row| (row.name.clone(), land.roles[row.owner].clone())).collect()
    }),
    ("receiver", |land| {
        land.acceptors.rows().map(|row| (row.name.clone(), land.roles[row.owner].clone())).collect()
    }),
    ("flow", |land| {
        land.channels.rows().map(|row| (row.name.clone(), land.roles[row.owner].clone())).collect()
    }),
    ("fact", |land| {
        land.own_facts.rows().map(|row| (row.name.clone(), land.roles[row.owner].clone())).collect()
    }),
];

/// What facts say: one that says something else is another one, and whoever relied on the old one has nothing.
fn of_titles(old: &Landscape, new: &Landscape) -> Vec<Difference> {
    let quoted = |title: &Option<String>| {
        title.as_ref().map_or_else(|| "nothing".to_owned(), |title| format!("\"{}\"", shown(title)))
    };
    let one = |fact: &OwnFact| {
        let was = old.own_facts.find(|known| known.name == fact.name)?;
        let (was, is) = (&old.own_facts[was].title, &fact.title);
        let text = || format!("the fact {} says {}; it said {}", shown(&fact.name), quoted(is), quoted(was));
        (was != is).then(|| told(Weight::Weaker, text()))
    };
    new.own_facts.rows().filter_map(one).collect()
}

/// Who owns what, and what is gone or new. Flows that are, are told with their promises. A fact of another
/// role is said by somebody else than those who rely on it agreed to.
fn of_owners(kind: &str, old: &Owners, new: &Owners) -> Vec<Difference> {
    let moved = if kind == "fact" { Weight::Weaker } else { Weight::Changed };
    let mut found = Vec::new();
    let mut tell = |weight, text: String| found.push(told(weight, text));
    for (name, was) in old {
        match new.get(name) {
            Some(is) if is != was => {
                let text =
                    format!("the {kind} {} is of {}; it was of {}", shown(name), shown(is), shown(was));
                tell(moved, text);
            }
            None if kind != "flow" => tell(Weight::Changed, format!("the {kind} {} is gone", shown(name))),
            _ => {}
        }
    }
    for name in new.keys().filter(|name| kind != "flow" && !old.contains_key(*name)) {
        tell(Weight::Changed, format!("the {kind} {} is new", shown(name)));
    }
    found
}
