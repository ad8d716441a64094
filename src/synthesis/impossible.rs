//! Why no plan exists: what is so in every world that can be reached, and what stands against each act
//! that would change it.

use std::collections::BTreeSet;

use crate::{
    invariant::{Breach, Hazard, interrupted},
    source::shown,
    syntax::spelt,
    world::{
        effect::{Effect, Misfit},
        id::{ChannelId, KeyId},
        landscape::{Fact, Landscape, Transit, Value},
        state::World,
    },
};

use super::{
    library::Library,
    scenario::{Scenario, Wrong},
    worlds::{Bar, Outcome, Worlds},
};

/// The proof that no plan exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// What is so in every world that can be reached: together, no act leaves it.
    pub invariant: Vec<String>,
    /// What is wanted and is so in none of them.
    pub never: Vec<String>,
    /// The acts that would change what is always so, each with what stands against it.
    pub barred: Vec<Barred>,
    /// What is wrong with the start itself, if anything is.
    pub start: Option<String>,
    /// How many worlds can be reached.
    pub worlds: usize,
}

/// An act that cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    /// The act, as a step would say it.
    pub act: String,
    /// Who could do it.
    pub role: Option<String>,
    /// What stands against it.
    pub why: Vec<String>,
}

/// Says why no world of these is what the scenario wants.
pub(super) fn impossible(scenario: &Scenario, library: &Library, worlds: &Worlds) -> Impossible {
    let teller = Teller { scenario, library };
    let land = &library.landscape;
    let written: BTreeSet<Fact> =
        library.acts.iter().flat_map(|act| act.effect.writes()).map(|(fact, _)| fact).collect();
    let constant = |fact: &Fact| {
        let value = library.start.value(land, *fact);
        worlds.rows.iter().all(|world| world.value(land, *fact) == value)
    };
    let told = |fact: &Fact| !matches!(fact, Fact::Place(place) if library.is_aside(*place));
    let fixed: BTreeSet<Fact> = written.into_iter().filter(|fact| told(fact) && constant(fact)).collect();
    let mut invariant: Vec<String> =
        fixed.iter().map(|fact| teller.fact(*fact, library.start.value(land, *fact))).collect();
    for flow in land.channels.ids() {
        let always = |key: &KeyId| worlds.rows.iter().all(|world| world.under_way[flow].contains(*key));
        invariant.extend(land.keys.ids().filter(always).map(|key| teller.under_way(flow, key)));
    }
    let leaves =
        |(fact, value): &(Fact, Value)| fixed.contains(fact) && library.start.value(land, *fact) != *value;
    let barred = teller.barred(worlds, |effect| effect.writes().iter().any(leaves));
    let is_never = |last: &&crate::source::Spanned<Box<dyn crate::condition::Condition>>| {
        !worlds.rows.iter().any(|world| last.value.holds(land, world))
    };
    let ends = scenario.plan.finals.iter().filter(is_never).map(|last| last.value.sentence(land));
    let mut never: Vec<String> = ends.collect();
    if worlds.is_reached(scenario, land) {
        // Each promise is to speak of a moment.
        never.extend(worlds.unspoken(scenario, land).into_iter().filter_map(|number| {
            let during = scenario.plan.statements.get(number)?.value.during()?;
            let is_so = worlds.rows.iter().any(|world| during.holds(land, world));
            let said = during.sentence(land);
            Some(if is_so { format!("what is wanted, after {said},") } else { said })
        }));
    }
    Impossible { invariant, never, barred, start: None, worlds: worlds.rows.len() }
}

/// The acts that would make something so that is wanted and never is, with what stood against each.
pub(super) fn missed(scenario: &Scenario, library: &Library, worlds: &Worlds) -> Vec<Barred> {
    let is_so = |(fact, value): (Fact, Value)| {
        worlds.rows.iter().any(|world| world.value(&library.landscape, fact) == value)
    };
    let wants = |(fact, value): (Fact, Value)| scenario.wants(fact) == Some(value) && !is_so((fact, value));
    Teller { scenario, library }.barred(worlds, |effect| effect.writes().into_iter().any(wants))
}

/// Why there is no plan where the start itself breaks what is promised; nothing where it does not.
pub(super) fn broken_start(scenario: &Scenario, library: &Library) -> Option<Impossible> {
    let judged = scenario.plan.judged();
    let start = (&library.start, &mut scenario.before_all());
    let wrong = scenario.wrong(&judged, &library.landscape, start)?;
    let start = Some(Teller { scenario, library }.wrong(&library.start, wrong));
    Some(Impossible { start, invariant: Vec::new(), never: Vec::new(), barred: Vec::new(), worlds: 0 })
}

/// Puts facts and bars into words.
struct Teller<'a> {
    scenario: &'a Scenario,
    library: &'a Library,
}

impl Teller<'_> {
    /// The acts of a kind that cannot be done, as they are written.
    fn barred(&self, worlds: &Worlds, is_of_kind: impl Fn(&Effect) -> bool) -> Vec<Barred> {
        let mut barred: Vec<Barred> = Vec::new();
        for (number, act) in self.library.acts.iter().enumerate().filter(|(_, act)| is_of_kind(&act.effect)) {
            let bars = worlds.outcomes(number).filter_map(|(world, outcome)| match outcome {
                Outcome::Barred(bar) => Some(self.bar(world, *bar)),
                Outcome::To(..) | Outcome::Same => None,
            });
            let why: BTreeSet<String> = bars.collect();
            if why.is_empty() {
                continue;
            }
            let role = act.role.map(|role| self.land().roles[role].clone());
            let act = self.library.sentence(&act.effect);
            match barred.iter_mut().find(|row| row.act == act) {
                Some(row) => {
                    row.why =
                        row.why.iter().cloned().chain(why).collect::<BTreeSet<_>>().into_iter().collect()
                }
                None => barred.push(Barred { act, role, why: why.into_iter().collect() }),
            }
        }
        barred
    }

    fn land(&self) -> &Landscape {
        &self.library.landscape
    }

    fn fact(&self, fact: Fact, value: Value) -> String {
        let land = self.land();
        match (fact, value) {
            (Fact::Place(place), Value::Key(Some(key))) => {
                format!("{} is {}", self.library.spelling.place(land, place), land.keys[key])
            }
            (Fact::Place(place), _) => format!("{} names no key", self.library.spelling.place(land, place)),
            (Fact::Accepts(acceptor, key), value) => {
                let word = if value == Value::Is(true) { "accepts" } else { "does not accept" };
                format!("{} {word} {}", land.acceptors[acceptor].name, land.keys[key])
            }
            (Fact::AcceptsOther(acceptor), value) => {
                let word = if value == Value::Is(true) { "accepts" } else { "does not accept" };
                format!("{} {word} another key", land.acceptors[acceptor].name)
            }
            (Fact::Running(flow), value) => {
                let word = if value == Value::Is(true) { "deployed" } else { "undeployed" };
                format!("{} {word}", land.channels[flow].name)
            }
            (Fact::Own(own), value) => {
                let word = if value == Value::Is(true) { "set" } else { "clear" };
                format!("{} {word}", land.own_facts[own].name)
            }
            (Fact::Window(window), value) => {
                let word = if value == Value::Is(true) { "agreed" } else { "not agreed" };
                format!("{} {word}", land.windows[window].name)
            }
        }
    }

    fn under_way(&self, flow: ChannelId, key: KeyId) -> String {
        let land = self.land();
        let (flow, key) = (&land.channels[flow], &land.keys[key]);
        let within = match flow.transit {
            Transit::Immediately => String::new(),
            Transit::Within(time) => format!(", for up to {}", spelt(time)),
        };
        format!("a message of {} signed with {key} may be under way{within}", flow.name)
    }

    fn bar(&self, world: &World, bar: Bar) -> String {
        let land = self.land();
        match bar {
            Bar::Wrong(wrong) => self.wrong(world, wrong),
            Bar::NoCertificate(key) => format!("nobody has a certificate of {}", land.keys[key]),
            Bar::Gap(flow) => {
                let flow = &land.channels[flow];
                let store = &land.stores[land.places[flow.stamps].store].name;
                format!("{} would run, and {store} exchanges with a gap", flow.name)
            }
            Bar::Misfit(Misfit::Full(acceptor, _)) => {
                let row = &land.acceptors[acceptor];
                let most = row.capacity.unwrap_or_default();
                let keys = if most == 1 { "key" } else { "keys" };
                format!("{} accepts at most {most} {keys}", row.name)
            }
            Bar::Misfit(Misfit::NotThere(place, key)) if self.library.is_aside(place) => {
                let store = &land.stores[land.places[place].store].name;
                format!("{} lies under no other alias of {store}", land.keys[key])
            }
            Bar::Misfit(Misfit::Occupied(place, key)) if self.library.is_aside(place) => {
                let store = &land.stores[land.places[place].store].name;
                format!("{} was created in {store} already", land.keys[key])
            }
            Bar::Misfit(Misfit::NotThere(place, key)) => {
                format!("{} does not lie at {}", land.keys[key], self.library.spelling.place(land, place))
            }
            Bar::Misfit(Misfit::Occupied(place, key)) => {
                format!("{} lies at {}", land.keys[key], self.library.spelling.place(land, place))
            }
            Bar::Misfit(Misfit::Nothing(place)) => {
                format!("{} names no key", self.library.spelling.place(land, place))
            }
            Bar::Misfit(Misfit::Absent(store, key)) => {
                format!("{} lies nowhere in {}", land.keys[key], land.stores[store].name)
            }
            Bar::Misfit(Misfit::Refused(acceptor, key)) => {
                format!("{} does not accept {}", land.acceptors[acceptor].name, land.keys[key])
            }
            Bar::Misfit(Misfit::NoProposal(window)) => {
                format!("nobody proposed {}", land.windows[window].name)
            }
        }
    }

    /// What would break, by an act in this world or by the world itself.
    fn wrong(&self, world: &World, wrong: Wrong) -> String {
        let land = self.land();
        match wrong {
            Wrong::Breach(Breach::Rejected(flow, key)) => {
                let (row, key_name) = (&land.channels[flow], &land.keys[key]);
                let receiver = &land.acceptors[row.acceptor].name;
                let signs = world.stamp(land, flow) == Some(key);
                if signs {
                    format!("{} signs with {key_name}, and {receiver} would reject its messages", row.name)
                } else {
                    format!("{} would sign with {key_name}, and {receiver} does not accept it", row.name)
                }
            }
            Wrong::Breach(Breach::Interrupted(flow)) => {
                let promised = self.scenario.plan.promises.iter().map(|promise| promise.value.as_ref());
                let mut of_flow = promised.filter(|one| one.hazard() == (flow, Hazard::Interrupted));
                let said = of_flow.next().map(|one| one.sentence(land));
                let said = said.unwrap_or_else(|| interrupted::NEVER.usage.to_owned());
                format!("promised: {said}")
            }
            Wrong::Breach(Breach::Unresolved(flow)) => {
                format!("{} would run, and its alias names no key", land.channels[flow].name)
            }
            Wrong::Untrue(number) => {
                let said = self.scenario.plan.statements.get(number);
                let said = said.map_or_else(String::new, |said| said.value.sentence(land));
                format!("promised: {}", shown(&said))
            }
        }
    }
}
