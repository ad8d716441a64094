//! What a moment changes: facts before and after, in words.

use crate::{
    plan::Plan,
    source::shown,
    world::{
        id::{ChannelId, DeliveryId, KeyId},
        landscape::{Fact, Landscape, Value},
        state::{WindowState, World},
    },
};

/// One thing that is otherwise after a moment than before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The fact, where it is one that a condition can ask for.
    pub fact: Option<Fact>,
    /// What changes: `partner accepts old`, `tenant["orders-signer"]`, `orders`.
    pub what: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

impl Change {
    /// In one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: {} -> {}", self.what, self.before, self.after)
    }
}

/// All that changes from one world to the next.
#[must_use]
pub fn changes(plan: &Plan, before: &World, after: &World) -> Vec<Change> {
    let land = &plan.landscape;
    let places = land.places.ids().filter(|place| before.places[*place] != after.places[*place]);
    let mut facts: Vec<Fact> = places.map(Fact::Place).collect();
    for receiver in land.acceptors.ids() {
        let keys = before.accepted[receiver].differing(&after.accepted[receiver]);
        facts.extend(keys.iter().map(|key| Fact::Accepts(receiver, key)));
    }
    let flows = land.channels.ids().filter(|flow| before.running[*flow] != after.running[*flow]);
    facts.extend(flows.map(Fact::Running));
    let windows = land.windows.ids().filter(|window| before.windows[*window] != after.windows[*window]);
    facts.extend(windows.map(Fact::Window));
    let own = land.own_facts.ids().filter(|own| before.set[*own] != after.set[*own]);
    facts.extend(own.map(Fact::Own));
    let fact = |fact: Fact| Change {
        fact: Some(fact),
        what: subject(land, fact),
        before: value(land, before, fact),
        after: value(land, after, fact),
    };
    let mut found: Vec<Change> = facts.into_iter().map(fact).collect();
    for flow in land.channels.ids() {
        let is = &after.under_way[flow];
        let keys = before.under_way[flow].differing(is);
        found.extend(keys.iter().map(|key| traffic(land, (flow, key), is.contains(key))));
    }
    let heard = plan.deliveries.ids().filter(|id| before.is_heard(*id) != after.is_heard(*id));
    found.extend(heard.map(|id| word(plan, id)));
    found
}

fn traffic(land: &Landscape, (flow, key): (ChannelId, KeyId), is: bool) -> Change {
    let what =
        format!("messages of {} signed with {}", shown(&land.channels[flow].name), shown(&land.keys[key]));
    let said = |is: bool| if is { "under way" } else { "none under way" }.to_owned();
    Change { fact: None, what, before: said(!is), after: said(is) }
}

fn word(plan: &Plan, id: DeliveryId) -> Change {
    let delivery = plan.deliveries[id];
    let what = format!(
        "{} has word of {}",
        shown(&plan.landscape.roles[delivery.to]),
        shown(&plan.steps[delivery.step].name.value)
    );
    Change { fact: None, what, before: "no".to_owned(), after: "yes".to_owned() }
}

/// What a fact is called.
#[must_use]
pub fn subject(land: &Landscape, fact: Fact) -> String {
    match fact {
        Fact::Place(place) => shown(&land.place_name(place)),
        Fact::Accepts(receiver, key) => {
            format!("{} accepts {}", shown(&land.acceptors[receiver].name), shown(&land.keys[key]))
        }
        Fact::AcceptsOther(receiver) => {
            format!("{} accepts another key", shown(&land.acceptors[receiver].name))
        }
        Fact::Running(flow) => shown(&land.channels[flow].name),
        Fact::Window(window) => shown(&land.windows[window].name),
        Fact::Own(own) => shown(&land.own_facts[own].name),
    }
}

/// What a fact is in a world.
#[must_use]
pub fn value(land: &Landscape, world: &World, fact: Fact) -> String {
    match fact {
        Fact::Window(window) => match world.windows[window] {
            WindowState::Unagreed => "not agreed",
            WindowState::Proposed => "proposed",
            WindowState::Agreed => "agreed",
            WindowState::Open => "open",
        }
        .to_owned(),
        _ => word_for(land, fact, world.value(land, fact)),
    }
}

/// The word for a value of a fact.
#[must_use]
pub fn word_for(land: &Landscape, fact: Fact, value: Value) -> String {
    match (fact, value) {
        (_, Value::Key(Some(key))) => shown(&land.keys[key]),
        (_, Value::Key(None)) => "nothing".to_owned(),
        (Fact::Running(_), Value::Is(is)) => if is { "deployed" } else { "undeployed" }.to_owned(),
        (Fact::Window(_), Value::Is(is)) => if is { "open" } else { "not open" }.to_owned(),
        (Fact::Own(_), Value::Is(is)) => if is { "set" } else { "clear" }.to_owned(),
        (_, Value::Is(is)) => if is { "yes" } else { "no" }.to_owned(),
    }
}

/// The messages that are under way in a world: of which flow, signed with which key.
#[must_use]
pub fn under_way(land: &Landscape, world: &World) -> Vec<(ChannelId, KeyId)> {
    land.channels.ids().flat_map(|flow| world.under_way[flow].iter().map(move |key| (flow, key))).collect()
}
