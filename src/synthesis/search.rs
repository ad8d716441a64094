//! The search for the best plan: by worlds and by what each role has heard, in rounds.
//!
//! In a round each role does one thing at most: an act, or a message. What is said in a round is heard
//! in the next one. The cheapest plan comes first (Dijkstra): the fewest rounds in which a flow stands
//! still, then the fewest acts that may fall into that, the shortest wait for messages under way, the fewest rounds,
//! messages and steps.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
};

use crate::{
    condition::Asks,
    invariant::Hazard,
    world::{
        effect::Effect,
        id::{ChannelId, Id, KeyId, RoleId, WindowId},
        landscape::Fact,
    },
};

use super::{
    access::{Access, Accesses, Need},
    bound::Rest,
    cost::{Bound, Bounds, Cost, PACE, Progress},
    drains::Drains,
    library::Library,
    mind::{Mind, Tokens},
    scenario::Scenario,
    speech::{Speech, partners},
    worlds::{Outcome, Worlds},
};

/// What a role does in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Nothing.
    Pass,
    /// An act of the library.
    Act(usize),
    /// It agrees on a window with another role.
    Agree(usize, WindowId, RoleId),
    /// It hands over a certificate.
    Provide(KeyId, Vec<RoleId>),
    /// It reports.
    Inform(Vec<RoleId>),
}

/// One thing that is done.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) round: u32,
    pub(super) role: RoleId,
    pub(super) deed: Deed,
    /// What an act relied on.
    pub(super) access: Access,
}

/// A moment: whose turn it is in which world, and what everybody has heard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Moment {
    world: u32,
    turn: usize,
    drains: Drains,
    mind: Mind,
}

/// How a moment was reached.
#[derive(Debug)]
struct Reached {
    moment: Moment,
    cost: Cost,
    parent: usize,
    deed: Deed,
}

/// A search under way. It can be asked for the next best plan.
pub(super) struct Search<'a> {
    scenario: &'a Scenario,
    library: &'a Library,
    worlds: &'a Worlds,
    accesses: Accesses<'a>,
    tokens: Tokens,
    rest: Rest,
    speech: Speech,
    bounds: Bounds,
    /// The flows that are not to stand still.
    minded: Vec<ChannelId>,
    /// The flows whose messages may be rejected.
    waived: BTreeSet<ChannelId>,
    goes_on: &'a dyn Fn(Progress) -> bool,
    reached: Vec<Reached>,
    queue: BinaryHeap<Reverse<(Cost, usize)>>,
    best: HashMap<Moment, Cost>,
    /// How many moments were looked at.
    pub(super) looked: usize,
}

/// What a search comes to.
pub(super) enum Next {
    /// The next best plan, as it is done round by round.
    Plan(Vec<Done>, Cost),
    /// There is no other.
    None,
    /// A bound was reached.
    Bound(Bound),
}

impl<'a> Search<'a> {
    pub(super) fn of(
        scenario: &'a Scenario,
        library: &'a Library,
        worlds: &'a Worlds,
        bounds: Bounds,
        goes_on: &'a dyn Fn(Progress) -> bool,
    ) -> Self {
        let tokens = Tokens::of(&scenario.plan);
        let mut mind = Mind::empty(&tokens);
        let land = &library.landscape;
        for token in
            (0..tokens.certificate(KeyId::at(0))).chain(land.roles.ids().map(|role| tokens.last(role)))
        {
            mind.settle(token);
        }
        for (place, key) in library.start.places.iter() {
            if let Some(key) = key {
                mind.learn(land.stores[land.places[place].store].owner, tokens.certificate(*key));
            }
        }
        for (acceptor, row) in land.acceptors.iter() {
            for key in library.start.accepted[acceptor].iter() {
                mind.learn(row.owner, tokens.certificate(key));
            }
        }
        let accesses = Accesses::of(scenario, library);
        let mut search = Self {
            scenario,
            library,
            worlds,
            accesses,
            speech: Speech::of(library, worlds, &tokens, bounds.several),
            tokens,
            rest: Rest::of(scenario, library, worlds),
            bounds,
            minded: scenario.minded(),
            waived: scenario.plan.waived(Hazard::Rejected),
            goes_on,
            reached: Vec::new(),
            queue: BinaryHeap::new(),
            best: HashMap::new(),
            looked: 0,
        };
        let start = Moment { world: 0, turn: 0, drains: Drains::default(), mind };
        search.enter(start, Cost::default(), 0, Deed::Pass);
        search
    }

    fn enter(&mut self, moment: Moment, cost: Cost, parent: usize, deed: Deed) {
        // Nothing is wanted there any more.
        let Some(rest) = self.rest.from(moment.world, moment.drains.over(&self.library.landscape)) else {
            return;
        };
        match self.best.entry(moment.clone()) {
            std::collections::hash_map::Entry::Occupied(known) if *known.get() <= cost => return,
            std::collections::hash_map::Entry::Occupied(mut known) => drop(known.insert(cost)),
            std::collections::hash_map::Entry::Vacant(new) => drop(new.insert(cost)),
        }
        self.queue.push(Reverse((cost.and(rest), self.reached.len())));
        self.reached.push(Reached { moment, cost, parent, deed });
    }

    /// The best plan that was not given yet.
    pub(super) fn next(&mut self) -> Next {
        while let Some(Reverse((least, number))) = self.queue.pop() {
            let Some(row) = self.reached.get(number) else { continue };
            let cost = row.cost;
            if self.best.get(&row.moment).is_none_or(|best| *best < cost) {
                continue;
            }
            let moment = row.moment.clone();
            self.looked += 1;
            if self.looked > self.bounds.moments {
                return Next::Bound(Bound::Moments(self.bounds.moments));
            }
            if self.looked.is_multiple_of(PACE) && !(self.goes_on)(Progress::Moments(self.looked)) {
                return Next::Bound(Bound::Stopped { looked: self.looked, least: Some(least) });
            }
            if moment.turn == 0 && self.is_end(&moment) {
                return Next::Plan(self.way(number), cost);
            }
            self.expand(&moment, cost, number);
        }
        Next::None
    }

    /// Everything that the role whose turn it is may do.
    fn expand(&mut self, moment: &Moment, cost: Cost, number: usize) {
        if moment.turn == self.library.landscape.roles.len() {
            let mut next = Moment { turn: 0, ..moment.clone() };
            next.mind.hear();
            let world = self.worlds.world(moment.world);
            let still =
                world.map_or(0, |world| self.minded.iter().filter(|flow| !world.running[**flow]).count());
            let downtime = cost.downtime + u32::try_from(still).unwrap_or(u32::MAX);
            let cost = Cost { downtime, rounds: cost.rounds + 1, ..cost };
            self.enter(next, cost, number, Deed::Pass);
            return;
        }
        let role = RoleId::at(moment.turn);
        let passed = Moment { turn: moment.turn + 1, ..moment.clone() };
        self.enter(passed.clone(), cost, number, Deed::Pass);
        let within = u32::from(self.stands_still(moment.world));
        for (act, row) in self.library.acts.iter().enumerate() {
            if let Some((next, access)) = self.acted(moment, role, act) {
                let wait = cost.wait + moment.drains.wait(&access.needs);
                let early = if is_stop(&row.effect) { self.unheard(&moment.mind, role) } else { 0 };
                let inside = cost.inside + within + early;
                let cost = Cost { wait, inside, steps: cost.steps + 1, ..cost };
                self.enter(next, cost, number, Deed::Act(act));
            }
        }
        let said = Cost { messages: cost.messages + 1, steps: cost.steps + 1, ..cost };
        for (deed, next) in self.messages(&passed, role) {
            let inside = if matches!(deed, Deed::Provide(..)) { within } else { 0 };
            self.enter(next, Cost { inside: said.inside + inside, ..said }, number, deed);
        }
    }

    /// Whether a flow stands still that is not to.
    fn stands_still(&self, world: u32) -> bool {
        let world = self.worlds.world(world);
        world.is_some_and(|world| self.minded.iter().any(|flow| !world.running[*flow]))
    }

    /// How many other roles did something of which a role has not heard.
    fn unheard(&self, mind: &Mind, role: RoleId) -> u32 {
        let roles = self.library.landscape.roles.ids();
        let unheard = roles.filter(|other| !mind.has(role, self.tokens.last(*other))).count();
        u32::try_from(unheard).unwrap_or(u32::MAX)
    }

    /// The moment after an act, and what it relied on.
    fn acted(&self, moment: &Moment, role: RoleId, number: usize) -> Option<(Moment, Access)> {
        let act = self.library.acts.get(number).filter(|act| act.role == Some(role))?;
        let Outcome::To(world, _) = self.worlds.outcome(moment.world, number)? else { return None };
        let (tokens, mind) = (&self.tokens, &moment.mind);
        let access = self.access(moment, role, &act.effect)?;
        let certified = access.certificate.is_none_or(|key| mind.has(role, tokens.certificate(key)));
        let mut mind = certified.then(|| self.relying(mind, role, &access)).flatten()?;
        mind.renew(role, tokens.last(role));
        if let Effect::Put { key, .. } = act.effect {
            mind.learn(role, tokens.certificate(key));
        }
        let land = &self.library.landscape;
        let mut drains = moment.drains.clone();
        let worlds = (self.worlds.world(moment.world)?, self.worlds.world(*world)?);
        drains.pass(land, &self.waived, drains.wait(&access.needs), worlds);
        Some((Moment { world: *world, turn: moment.turn + 1, drains, mind }, access))
    }

    /// What an act of a role relies on at a moment; nothing where the role has not heard that.
    fn access(&self, moment: &Moment, role: RoleId, effect: &Effect) -> Option<Access> {
        let heard = |fact: Fact| self.tokens.made(fact).is_some_and(|token| moment.mind.has(role, token));
        self.accesses.access((role, effect), self.worlds.world(moment.world)?, heard)
    }

    /// What everybody has heard once a role relied on this and changed it; nothing where it may not do so yet.
    fn relying(&self, mind: &Mind, role: RoleId, access: &Access) -> Option<Mind> {
        let is_agreed = |need: &Need| match need {
            Need::Open(window) => mind.has(role, self.tokens.agreed(*window)),
            _ => true,
        };
        let agreed = access.needs.iter().all(is_agreed);
        agreed.then(|| mind.after(&self.tokens, &self.library.landscape, role, access)).flatten()
    }

    /// The messages that tell somebody something. `after` is the moment in which it is the next role's
    /// turn.
    fn messages(&self, after: &Moment, role: RoleId) -> Vec<(Deed, Moment)> {
        let land = &self.library.landscape;
        let others: Vec<RoleId> = land.roles.ids().filter(|other| *other != role).collect();
        let mut found = Vec::new();
        let told = self.tokens.conveyed(true);
        let news = |to: &RoleId| self.speech.is_news(&after.mind, role, *to);
        for to in self.speech.groups(others.iter().copied().filter(news).collect()) {
            let mut next = after.clone();
            for one in &to {
                next.mind.tell(role, *one, told);
            }
            found.push((Deed::Inform(to), next));
        }
        let passed = self.tokens.conveyed(false);
        for key in land.keys.ids().filter(|key| after.mind.has(role, self.tokens.certificate(*key))) {
            let token = self.tokens.certificate(key);
            let wants = |to: &RoleId| {
                !after.mind.has(*to, token) && land.acceptors.rows().any(|acceptor| acceptor.owner == *to)
            };
            for to in self.speech.groups(others.iter().copied().filter(wants).collect()) {
                let mut next = after.clone();
                next.mind.renew(role, self.tokens.last(role));
                for one in &to {
                    next.mind.send(*one, token);
                    next.mind.tell(role, *one, passed);
                }
                found.push((Deed::Provide(key, to), next));
            }
        }
        for (number, act) in self.library.acts.iter().enumerate() {
            let Effect::Agree(window) = act.effect else { continue };
            let Some(Outcome::To(world, _)) = self.worlds.outcome(after.world, number) else { continue };
            let access = self.access(after, role, &act.effect);
            let Some(mind) = access.and_then(|access| self.relying(&after.mind, role, &access)) else {
                continue;
            };
            for to in partners(&self.scenario.plan, window, role) {
                let mut next = Moment { world: *world, mind: mind.clone(), ..after.clone() };
                next.mind.learn(role, self.tokens.agreed(window));
                next.mind.send(to, self.tokens.agreed(window));
                next.mind.tell(role, to, passed);
                found.push((Deed::Agree(number, window, to), next));
            }
        }
        found
    }

    /// Whether what is wanted is so, and known to whom it is to be known.
    fn is_end(&self, moment: &Moment) -> bool {
        let land = &self.library.landscape;
        let plan = &self.scenario.plan;
        let knows = |role: RoleId, asks: &Asks| match asks {
            Asks::Facts(facts) => facts.iter().all(|(fact, _)| {
                let heard = |token| moment.mind.has(role, token);
                land.owner(*fact) == Some(role) || self.tokens.made(*fact).is_some_and(heard)
            }),
            Asks::Open(window) => moment.mind.has(role, self.tokens.agreed(*window)),
            Asks::Drained(..) => false,
        };
        let known = plan.known.iter().all(|known| {
            let asks = plan.finals.get(known.value.what).map(|last| last.value.asks());
            asks.is_some_and(|asks| known.value.roles.iter().all(|role| knows(*role, &asks)))
        });
        known && self.worlds.is_end(self.scenario, land, moment.world)
    }

    /// What was done until a moment, round by round.
    fn way(&self, number: usize) -> Vec<Done> {
        let mut rows = Vec::new();
        let mut at = number;
        while let Some(row) = self.reached.get(at).filter(|row| row.parent != at) {
            rows.push(at);
            at = row.parent;
        }
        rows.reverse();
        let mut way = Vec::new();
        for row in rows.iter().filter_map(|at| self.reached.get(*at)) {
            let Some(before) = self.reached.get(row.parent) else { continue };
            if row.deed == Deed::Pass {
                continue;
            }
            let role = RoleId::at(before.moment.turn);
            let access = match row.deed {
                Deed::Act(number) => self.acted(&before.moment, role, number).map(|(_, access)| access),
                Deed::Agree(number, ..) => {
                    let act = self.library.acts.get(number);
                    act.and_then(|act| self.access(&before.moment, role, &act.effect))
                }
                _ => None,
            };
            let (deed, round) = (row.deed.clone(), before.cost.rounds);
            way.push(Done { round, role, deed, access: access.unwrap_or_default() });
        }
        way
    }
}

/// Whether it stops a flow.
pub(super) const fn is_stop(effect: &Effect) -> bool {
    matches!(effect, Effect::Stop(_))
}
