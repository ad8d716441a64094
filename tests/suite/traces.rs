//! The proof and a run follow the same rules: what the proof tells can be run, and what a run takes
//! down is among what the proof looked at.

#![cfg(test)]

mod packing;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use keyroll::{
    backend::Outcome,
    check::Checked,
    proof::{
        explicit::search::{Found, explore},
        pack::Packing,
        rules::{Fault, Move, Rules},
    },
    transition::{
        event::{Actor, Drain, Event, Record},
        next::{Verdict, Why, next},
        state::State,
    },
    world::{
        id::{Id, KeyId, KeySet, StepId, Table},
        material::Fingerprint,
        state::World,
    },
};

use super::{
    random_plans::{generated::Chance, sound},
    reference::read,
};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");
const ENOUGH: usize = 1_500;

/// A run of a plan, event by event.
struct Run<'a> {
    checked: &'a Checked,
    state: State,
    clock: i64,
}

impl<'a> Run<'a> {
    fn begin(checked: &'a Checked) -> Self {
        let mut run = Self { checked, state: State::new(checked), clock: 0 };
        let digest = Fingerprint::of(b"a test");
        let started = Event::Started { plan: digest, site: digest, certificates: BTreeMap::new() };
        assert!(matches!(run.take(started), Verdict::Applied(_)));
        run
    }

    fn take(&mut self, event: Event) -> Verdict {
        // A runtime keeps no key for so long as it takes until nothing is under way.
        self.clock += if matches!(event, Event::Drained { .. }) { 3_600 } else { 1 };
        let at = Timestamp::from_second(self.clock).unwrap();
        next(self.checked, &mut self.state, &Record { at, event })
    }

    fn step(&self, step: StepId) -> String {
        self.checked.plan().steps[step].name.value.clone()
    }

    fn actor(&self, role: keyroll::world::id::RoleId) -> Actor {
        Actor { role: self.checked.plan().landscape.roles[role].clone(), person: None, automatic: true }
    }

    /// What a move of the proof is in a run. An act of speech is confirmed, another act is performed.
    fn events(&self, step: Move) -> Vec<Event> {
        let plan = self.checked.plan();
        match step {
            Move::Act(id) if plan.steps[id].speech.is_some() => {
                let by = self.actor(plan.steps[id].role.value);
                vec![Event::Confirmed { step: self.step(id), by, opens: None, certificates: BTreeMap::new() }]
            }
            Move::Act(id) => {
                let attempt = self.state.steps[id].attempts + 1;
                vec![
                    Event::Begun { step: self.step(id), attempt },
                    Event::Ended {
                        step: self.step(id),
                        attempt,
                        outcome: Outcome::Changed,
                        certificates: BTreeMap::new(),
                    },
                ]
            }
            Move::Answer(id) => {
                let (_, other) = plan.proposal(id).expect("an answer has its proposal");
                vec![Event::Answered { step: self.step(id), by: self.actor(other), yes: true, because: None }]
            }
            Move::Receive(id) => {
                let delivery = plan.deliveries[id];
                vec![Event::Received { step: self.step(delivery.step), by: self.actor(delivery.to) }]
            }
            Move::Open(id) => vec![Event::Opened { window: plan.landscape.windows[id].name.clone() }],
            // A run does not take single messages down: it assumes one as soon as there may be one.
            Move::Send(..) => Vec::new(),
            // Nobody learns of it.
            Move::Late(_) => Vec::new(),
            Move::Arrive(flow, key) => vec![Event::Drained {
                flow: plan.landscape.channels[flow].name.clone(),
                key: plan.landscape.keys[key].clone(),
                how: Drain::Seen,
            }],
        }
    }

    /// Says of each key that no message is under way with it, where the proof's world says so.
    fn drain(&mut self, world: &World) {
        let plan = self.checked.plan();
        for (flow, _) in plan.landscape.channels.iter() {
            for key in plan.landscape.keys.ids() {
                if world.is_drained(&plan.landscape, flow, key)
                    && self.state.world.under_way[flow].contains(key)
                {
                    let [drained] = self.events(Move::Arrive(flow, key)).try_into().expect("one event");
                    assert!(matches!(self.take(drained), Verdict::Applied(_)));
                }
            }
        }
    }

    /// Takes a move down; the first verdict that is not `Applied`, if there is one.
    fn go(&mut self, step: Move) -> Option<Verdict> {
        let events = self.events(step);
        events
            .into_iter()
            .map(|event| self.take(event))
            .find(|verdict| !matches!(verdict, Verdict::Applied(_)))
    }
}

/// A world but for the messages under way, of which a run knows less.
fn quiet(world: &World) -> World {
    let mut world = world.clone();
    world.under_way = Table::like(&world.under_way, KeySet::default());
    world
}

/// The world after a move of the proof.
fn after(rules: &Rules<'_>, world: &World, step: Move) -> Option<Result<World, Fault>> {
    let mut found = None;
    rules.next(world, |candidate, result| {
        if candidate == step {
            assert!(found.is_none(), "{step:?} is offered twice");
            found = Some(result);
        }
    });
    found
}

/// Runs a story; gives how many moves were taken.
fn replay(checked: &Checked, moves: &[Move], fault: Fault) -> usize {
    let text = &checked.plan().source.text;
    let rules = Rules::of(checked);
    let mut run = Run::begin(checked);
    let mut world = checked.plan().start.clone();
    for (number, step) in moves.iter().enumerate() {
        run.drain(&world);
        let result =
            after(&rules, &world, *step).unwrap_or_else(|| panic!("{step:?} cannot happen in\n{text}"));
        let last = number + 1 == moves.len();
        match result {
            Ok(next) => {
                if !matches!(step, Move::Arrive(..)) {
                    let refused = run.go(*step);
                    assert_eq!(refused, None, "{step:?} of the story of\n{text}");
                }
                world = next;
                assert_eq!(quiet(&run.state.world), quiet(&world), "after {step:?} of\n{text}");
                let far = checked.plan().landscape.channels.ids().all(|flow| {
                    world.under_way[flow].iter().all(|k| run.state.world.under_way[flow].contains(k))
                });
                assert!(far, "a message is under way that the run does not know of:\n{text}");
            }
            Err(found) => {
                assert!(last, "a fault ends its story");
                assert_eq!(found, fault);
                let verdict = run.go(*step).expect("a run does not take a fault down");
                match fault {
                    Fault::Misfit(_, misfit) => {
                        assert!(
                            matches!(verdict, Verdict::Refused(Why::Misfit(_, m)) if m == misfit),
                            "{verdict:?}"
                        );
                    }
                    _ => assert!(matches!(verdict, Verdict::Refused(Why::NotYet { .. })), "{verdict:?}"),
                }
            }
        }
    }
    moves.len()
}

#[test]
fn every_story_can_be_run() {
    let (mut stories, mut moments) = (0, 0);
    let mut replayed = |checked: &Checked| {
        if let Found::Fault(moves, _, fault) = explore(&Rules::of(checked), &checked.plan().start, ENOUGH)
            && !moves.iter().any(|step| matches!(step, Move::Late(_)))
        {
            moments += replay(checked, &moves, fault);
            stories += 1;
        }
    };
    for stock in [TWO_KEYS, ONE_KEY] {
        let undrained = stock.replace("  needs orders drained of old\n", "");
        assert_ne!(undrained, stock);
        replayed(&read(&undrained).unwrap());
    }
    for checked in sound(20_000..22_500) {
        replayed(&checked);
    }
    println!("stories: {stories} run, {moments} moments");
    assert!(stories >= 300 && moments > 1_000, "{stories} {moments}");
}

/// The worlds that a clean plan can reach, but for the messages under way.
fn reachable(checked: &Checked) -> Option<BTreeSet<Vec<u64>>> {
    let packing = Packing::of(checked.plan());
    match explore(&Rules::of(checked), &checked.plan().start, ENOUGH) {
        Found::Clean(space) => {
            let worlds = (0..space.states()).map(|n| space.world(u32::try_from(n).unwrap()));
            Some(worlds.map(|world| packed(&packing, &quiet(&world))).collect())
        }
        _ => None,
    }
}

fn packed(packing: &Packing<'_>, world: &World) -> Vec<u64> {
    let mut words = Vec::new();
    packing.pack(world, &mut words);
    words
}

/// Any event about the things of the plan, whether it makes sense or not.
fn any_event(chance: &mut Chance, run: &Run<'_>) -> Vec<Event> {
    let plan = run.checked.plan();
    if chance.percent(40) {
        let mut moves = Vec::new();
        Rules::of(run.checked).next(&run.state.world, |step, _| moves.push(step));
        return if moves.is_empty() { Vec::new() } else { run.events(chance.of(&moves)) };
    }
    let step = StepId::at(chance.below(plan.steps.len()));
    let role = keyroll::world::id::RoleId::at(chance.below(plan.landscape.roles.len()));
    let by = run.actor(if chance.percent(70) { plan.steps[step].role.value } else { role });
    let name = run.step(step);
    let attempt = run.state.steps[step].attempts + u32::try_from(chance.below(2)).unwrap();
    let certificates = BTreeMap::new();
    let flow = plan.landscape.channels.ids().nth(chance.below(plan.landscape.channels.len())).unwrap();
    let key = KeyId::at(chance.below(plan.landscape.keys.len()));
    match chance.below(9) {
        0 | 1 if plan.steps[step].speech.is_some() => {
            vec![Event::Confirmed { step: name, by, opens: None, certificates }]
        }
        0 | 1 => run.events(Move::Act(step)),
        2 if plan.steps[step].speech.is_none() => {
            vec![Event::Confirmed { step: name, by, opens: None, certificates }]
        }
        2 if plan.proposal(step).is_some() => {
            let by = run.actor(role);
            vec![Event::Answered { step: name, by, yes: true, because: None }]
        }
        3 => vec![Event::Received { step: name, by: run.actor(role) }],
        4 => plan.landscape.windows.ids().flat_map(|window| run.events(Move::Open(window))).collect(),
        5 => run.events(Move::Arrive(flow, key)),
        6 => vec![Event::Failed { step: name, attempt, cause: "a test".to_owned() }],
        7 => vec![Event::Declined { step: name, by, because: "a test".to_owned() }],
        _ => vec![Event::Received { step: name, by: run.actor(role) }],
    }
}

#[test]
fn every_run_of_a_proved_plan_stays_where_the_proof_looked() {
    let (mut plans, mut applied, mut refused, mut finished) = (0, 0, 0, 0);
    let mut walk = |checked: &Checked, seeds: u64, events: usize| {
        let Some(worlds) = reachable(checked) else { return };
        let packing = Packing::of(checked.plan());
        let rules = Rules::of(checked);
        plans += 1;
        for seed in 0..seeds {
            let mut chance = Chance::new(seed);
            let mut run = Run::begin(checked);
            for _ in 0..events {
                for event in any_event(&mut chance, &run) {
                    let before = quiet(&run.state.world);
                    let verdict = run.take(event.clone());
                    let now = quiet(&run.state.world);
                    if !matches!(verdict, Verdict::Applied(_)) {
                        refused += 1;
                        assert_eq!(before, now, "{event:?} does not count, and changes the world");
                        continue;
                    }
                    applied += 1;
                    let text = &checked.plan().source.text;
                    let seen = worlds.contains(&packed(&packing, &now));
                    assert!(seen, "{event:?} leads where the proof did not look:\n{text}");
                    // And by a move of the rules: some messages under way allow it.
                    if before != now {
                        assert!(is_move(&rules, &before, &now), "{event:?} is no move of\n{text}");
                    }
                }
            }
            finished += usize::from(run.state.is_finished());
        }
    };
    for stock in [TWO_KEYS, ONE_KEY] {
        walk(&read(stock).unwrap(), 8, 600);
    }
    for checked in sound(30_000..31_500) {
        walk(&checked, 2, 120);
    }
    println!("runs: {plans} plans, {applied} events applied, {refused} refused, {finished} runs finished");
    assert!(plans >= 100 && applied > 3_000 && finished > 100, "{plans} {applied} {finished}");
}

/// Whether a move leads from one world to another; nothing is under way, so nothing is waited for.
fn is_move(rules: &Rules<'_>, before: &World, now: &World) -> bool {
    let mut found = false;
    rules.next(before, |_, result| found |= result.is_ok_and(|after| quiet(&after) == *now));
    found
}

#[test]
fn a_step_that_is_performed_while_another_one_ends_stays_where_the_proof_looked() {
    let (mut plans, mut overlaps) = (0, 0);
    for checked in sound(40_000..43_000) {
        let Some(worlds) = reachable(&checked) else { continue };
        let (packing, rules) = (Packing::of(checked.plan()), Rules::of(&checked));
        plans += 1;
        for seed in 0..6 {
            let mut chance = Chance::new(seed);
            let mut run = Run::begin(&checked);
            let mut begun: HashMap<StepId, Event> = HashMap::new();
            for _ in 0..120 {
                let mut moves = Vec::new();
                rules.next(&run.state.world, |step, _| moves.push(step));
                let is_work =
                    |step: &Move| matches!(step, Move::Act(s) if checked.plan().steps[*s].speech.is_none());
                let open: Vec<StepId> = begun.keys().copied().collect();
                if !open.is_empty() && chance.percent(25) {
                    let done = *open.iter().min_by_key(|_| chance.below(9)).expect("one is open");
                    let end = begun.remove(&done).expect("it is open");
                    run.take(end);
                } else if let Some(step) = (!moves.is_empty()).then(|| chance.of(&moves)) {
                    let events = run.events(step);
                    match (step, is_work(&step)) {
                        (Move::Act(id), true) if !begun.contains_key(&id) => {
                            let [begin, end] = events.try_into().expect("begun and ended");
                            if matches!(run.take(begin), Verdict::Applied(_)) {
                                begun.insert(id, end);
                                overlaps += usize::from(begun.len() > 1);
                            }
                        }
                        (_, true) => {}
                        _ => events.into_iter().for_each(|event| {
                            run.take(event);
                        }),
                    }
                }
                let now = packed(&packing, &quiet(&run.state.world));
                assert!(worlds.contains(&now), "an end leads elsewhere:\n{}", checked.plan().source.text);
            }
        }
    }
    println!("overlapping acts: {overlaps} in {plans} plans");
    assert!(plans >= 100 && overlaps > 100, "{plans} {overlaps}");
}
