//! Looks at every moment that a plan can reach.

use std::collections::{BTreeSet, HashMap};

use keyroll::{
    action::SpeechKind,
    invariant::Hazard,
    plan::Plan,
    world::{
        effect::Effect,
        id::{ChannelId, RoleId, StepId},
        landscape::Transit,
        state::World,
    },
};

use super::{
    Grounds, Told,
    laws::issued,
    moment::{Carried, Moment},
};

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Wrong {
    Rejected(ChannelId, Carried),
    Interrupted(ChannelId),
    Unresolved(ChannelId),
    /// A flow runs while an exchange is half done.
    Gap(StepId, ChannelId),
    Misfit(StepId),
    Stale(StepId),
    Goal,
    Stuck,
    /// A statement, by number.
    Untrue(usize),
    Vacuous(usize),
}

/// What the second judge says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Nothing goes wrong in so many moments with so many ways between them.
    Proved(usize, usize),
    /// The shortest stories have so many moves, and these are the ways in which they end.
    Refuted(usize, BTreeSet<Wrong>),
    /// It is too much for a slow judge.
    TooMany,
}

/// Judges a plan that passed the checks.
pub(crate) fn judge(plan: &Plan, start: &World, limit: usize) -> Judgement {
    searched(plan, start, (limit, Grain::Steps))
}

/// What else is a moment of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    Steps,
    /// That a runtime keeps a key, and that a step is half done.
    Runtimes,
    /// That a step took effect and is not on record.
    Crashes,
    /// The same, where a role goes on as if nothing had been begun: no run lets it.
    HastyCrashes,
}

/// Judges a plan that passed the checks.
pub(super) fn searched(plan: &Plan, start: &World, (limit, grain): (usize, Grain)) -> Judgement {
    let told = Told::of(plan);
    let (keeps, hasty) = (grain == Grain::Runtimes, grain == Grain::HastyCrashes);
    let crashes = hasty || grain == Grain::Crashes;
    let judge = Judge { keeps, crashes, hasty, ..Judge::of(plan, &told) };
    let first = Moment::of(plan, start);
    let found = looked_through(&judge, first.clone(), (limit, *start == plan.start));
    let most = match &found {
        Judgement::TooMany => return found,
        // What every moment was looked at for is asked last.
        Judgement::Refuted(_, wrong)
            if wrong.iter().any(|w| matches!(w, Wrong::Stuck | Wrong::Vacuous(_))) =>
        {
            usize::MAX
        }
        Judgement::Refuted(depth, _) => *depth,
        Judgement::Proved(..) => usize::MAX,
    };
    judge.out_of_turn(&first, most).unwrap_or(found)
}

/// What is wrong with some moment, without what should have been so before it.
fn looked_through(judge: &Judge<'_>, first: Moment, (limit, is_declared): (usize, bool)) -> Judgement {
    let plan = judge.plan;
    let wrong = judge.wrong(&first);
    if !wrong.is_empty() {
        return Judgement::Refuted(0, wrong);
    }
    let mut moments = vec![first.clone()];
    let mut numbers = HashMap::from([(first, 0)]);
    let mut depths = vec![0];
    let mut ways: Vec<(usize, usize, bool)> = Vec::new();
    let mut wrongs: BTreeSet<Wrong> = BTreeSet::new();
    let mut at = 0;
    while at < moments.len() {
        let depth = depths[at];
        if !wrongs.is_empty() && depths[at - 1] < depth {
            return Judgement::Refuted(depth, wrongs);
        }
        let in_time = judge.in_time(&moments[at]).into_iter().map(|step| (step, true));
        let late = judge.late(&moments[at]).into_iter().map(|step| (step, false));
        for (step, is_in_time) in in_time.chain(late) {
            let after = match step {
                Ok(after) => after,
                Err(wrong) => {
                    wrongs.insert(wrong);
                    continue;
                }
            };
            let number = match numbers.get(&after) {
                Some(number) => *number,
                None => {
                    wrongs.extend(judge.wrong(&after));
                    let number = moments.len();
                    moments.push(after.clone());
                    numbers.insert(after, number);
                    depths.push(depth + 1);
                    number
                }
            };
            ways.push((at, number, is_in_time));
        }
        if moments.len() > limit {
            return Judgement::TooMany;
        }
        at += 1;
    }
    if !wrongs.is_empty() {
        return Judgement::Refuted(depths[at - 1] + 1, wrongs);
    }
    let mut can_end: Vec<bool> = moments.iter().map(|m| judge.is_over(m)).collect();
    loop {
        let before = can_end.iter().filter(|c| **c).count();
        for (from, to, is_in_time) in ways.iter().rev() {
            can_end[*from] |= *is_in_time && can_end[*to];
        }
        if can_end.iter().filter(|c| **c).count() == before {
            break;
        }
    }
    match can_end.iter().zip(&depths).filter(|(can, _)| !**can).map(|(_, depth)| *depth).min() {
        Some(depth) => Judgement::Refuted(depth, BTreeSet::from([Wrong::Stuck])),
        None if is_declared => {
            let empty = |number: &usize| !moments.iter().any(|moment| judge.speaks_of(moment, *number));
            let empty: BTreeSet<Wrong> =
                (0..plan.statements.len()).filter(empty).map(Wrong::Vacuous).collect();
            if empty.is_empty() {
                Judgement::Proved(moments.len(), ways.len())
            } else {
                Judgement::Refuted(0, empty)
            }
        }
        None => Judgement::Proved(moments.len(), ways.len()),
    }
}

pub(crate) struct Judge<'a> {
    pub(super) plan: &'a Plan,
    told: &'a Told<'a>,
    grounds: HashMap<StepId, Vec<Grounds>>,
    unwaived: Vec<ChannelId>,
    /// Whether keeping a key, and being half done, are moments of their own.
    pub(super) keeps: bool,
    /// Whether a crash may come between an effect and its record.
    crashes: bool,
    /// Whether a role goes on nevertheless.
    pub(super) hasty: bool,
    /// Flows that must not be down, and the window in which they may be.
    up: Vec<(ChannelId, Option<keyroll::world::id::WindowId>)>,
}

impl<'a> Judge<'a> {
    pub(crate) fn of(plan: &'a Plan, told: &'a Told<'a>) -> Self {
        let land = &plan.landscape;
        let waived =
            |flow: ChannelId, hazard| plan.waivers.iter().any(|w| w.flow == flow && w.hazard == hazard);
        let mut up = Vec::new();
        for promise in &plan.promises {
            let sentence = promise.value.sentence(land);
            let (flow, rest) = sentence.split_once(' ').expect("a flow and what is promised of it");
            let flow = land.channels.find(|c| c.name == flow).expect("a flow of the plan");
            if rest == "never rejected" || waived(flow, Hazard::Interrupted) {
                continue;
            }
            up.push(match rest.strip_prefix("interrupted only in ") {
                Some(window) => (flow, land.windows.find(|w| w.name == window)),
                None => {
                    assert_eq!(rest, "never interrupted", "a promise that the second judge does not know");
                    (flow, None)
                }
            });
        }
        let grounds = |step| {
            let needs = plan.steps[step].needs.iter();
            needs.map(|need| told.grounds(step, &need.value.asks())).collect()
        };
        Self {
            plan,
            told,
            grounds: plan.steps.ids().map(|step| (step, grounds(step))).collect(),
            unwaived: land.channels.ids().filter(|c| !waived(*c, Hazard::Rejected)).collect(),
            keeps: false,
            crashes: false,
            hasty: false,
            up,
        }
    }

    fn is_over(&self, moment: &Moment) -> bool {
        moment.done.len() == self.plan.steps.len()
    }

    /// Everything that is wrong with a moment.
    pub(crate) fn wrong(&self, moment: &Moment) -> BTreeSet<Wrong> {
        let mut wrong = BTreeSet::new();
        for flow in &self.unwaived {
            wrong
                .extend(moment.rejected(self.plan, *flow).into_iter().map(|key| Wrong::Rejected(*flow, key)));
        }
        for (flow, window) in &self.up {
            let allowed = window.is_some_and(|window| moment.begun.contains(&window));
            if moment.signs_with(self.plan, *flow).is_none() && !allowed {
                wrong.insert(Wrong::Interrupted(*flow));
            }
        }
        for flow in &moment.runs {
            if moment.signs_with(self.plan, *flow).is_none() {
                wrong.insert(Wrong::Unresolved(*flow));
            }
        }
        wrong.extend(self.half_done(moment));
        let missed = |asks| !moment.is_so(self.plan, &asks);
        for (number, stated) in self.plan.statements.iter().enumerate() {
            if self.speaks_of(moment, number)
                && !stated.value.is_before()
                && moment.is_so(self.plan, &stated.value.what().asks()) != stated.value.is_always()
            {
                wrong.insert(Wrong::Untrue(number));
            }
        }
        if self.is_over(moment) && self.plan.finals.iter().any(|f| missed(f.value.asks())) {
            wrong.insert(Wrong::Goal);
        }
        wrong
    }

    /// Whether a statement says something of a moment.
    pub(super) fn speaks_of(&self, moment: &Moment, number: usize) -> bool {
        let during = self.plan.statements[number].value.during();
        during.is_none_or(|during| moment.is_so(self.plan, &during.asks()))
    }

    /// Everything that may happen next.
    pub(crate) fn moves(&self, moment: &Moment) -> Vec<Result<Moment, Wrong>> {
        let mut found = self.in_time(moment);
        found.extend(self.late(moment));
        found
    }

    /// Everything that may happen next but for what comes late: nobody counts on that.
    pub(super) fn in_time(&self, moment: &Moment) -> Vec<Result<Moment, Wrong>> {
        let mut found = Vec::new();
        for step in self.plan.steps.ids().filter(|step| !moment.done.contains(step)) {
            if moment.taken.contains_key(&step) {
                found.push(self.put(moment, step));
            } else if moment.proposed.contains(&step) {
                found.push(Ok(self.answered(moment, step)));
            } else if moment.unrecorded.contains(&step) {
                found.push(self.taken_up(moment, step));
            } else if self.crashes && self.knows_enough(moment, step) {
                found.extend(self.acts_by_record(moment, step));
            } else if self.knows_enough(moment, step) {
                found.extend(self.acts(moment, step));
            }
        }
        self.words(moment, &mut found);
        for window in moment.agreed.difference(&moment.begun) {
            let mut after = moment.clone();
            after.begun.insert(*window);
            found.push(Ok(after));
        }
        self.traffic(moment, &mut found);
        self.kept(moment, &mut found);
        found
    }

    pub(super) fn acts(&self, moment: &Moment, step: StepId) -> Option<Result<Moment, Wrong>> {
        let row = &self.plan.steps[step];
        let needs = row.needs.iter().zip(&self.grounds[&step]);
        let mut misled = false;
        for (need, grounds) in needs {
            if moment.is_so(self.plan, &need.value.asks()) {
                continue;
            }
            if !matches!(grounds, Grounds::Told(_)) {
                return None;
            }
            misled = true;
        }
        if misled {
            return Some(Err(Wrong::Stale(step)));
        }
        if let Some(taken) = self.taken(moment, step) {
            return Some(taken);
        }
        let mut after = moment.clone();
        if row.speech.as_ref().is_some_and(|s| matches!(s.kind, SpeechKind::Proposal(_))) {
            after.proposed.insert(step);
            return Some(Ok(after));
        }
        for effect in row.action.value.effects() {
            if !after.change(self.plan, &effect) {
                return Some(Err(Wrong::Misfit(step)));
            }
        }
        after.done.insert(step);
        if self.keeps {
            self.keep(moment, &mut after);
        }
        Some(Ok(after))
    }

    fn answered(&self, moment: &Moment, step: StepId) -> Moment {
        let mut after = moment.clone();
        after.proposed.remove(&step);
        after.done.insert(step);
        if let Some(SpeechKind::Proposal(window)) = self.plan.steps[step].speech.as_ref().map(|s| s.kind) {
            after.agreed.insert(window);
        }
        after
    }

    /// Messages between roles arrive.
    fn words(&self, moment: &Moment, found: &mut Vec<Result<Moment, Wrong>>) {
        for step in &moment.done {
            let Some(speech) = &self.plan.steps[*step].speech else { continue };
            if matches!(speech.kind, SpeechKind::Proposal(_)) {
                continue;
            }
            for to in &speech.to {
                if !moment.received.contains(&(*step, *to)) {
                    let mut after = moment.clone();
                    after.received.insert((*step, *to));
                    found.push(Ok(after));
                }
            }
        }
    }

    /// Messages of flows are sent and arrive.
    fn traffic(&self, moment: &Moment, found: &mut Vec<Result<Moment, Wrong>>) {
        for (flow, row) in self.plan.landscape.channels.iter() {
            if row.transit == Transit::Immediately {
                continue;
            }
            if let Some(key) = moment.signs_with(self.plan, flow) {
                let mut after = moment.clone();
                if after.under_way.insert((flow, key)) {
                    found.push(Ok(after));
                }
            }
        }
        for sent in &moment.under_way {
            let mut after = moment.clone();
            after.under_way.remove(sent);
            found.push(Ok(after));
        }
    }

    /// Whether a role has done and received everything that comes before its step. What the second
    /// law lets it know and rely on must have reached it by then, step by step.
    fn knows_enough(&self, moment: &Moment, step: StepId) -> bool {
        let role = self.plan.steps[step].role.value;
        let has_come = |(earlier, row): (StepId, &keyroll::plan::Step)| {
            let told = row.speech.as_ref().is_some_and(|said| said.to.contains(&role));
            let answered = row.speech.as_ref().is_some_and(|s| matches!(s.kind, SpeechKind::Proposal(_)));
            (row.role.value != role || moment.done.contains(&earlier))
                && (!told
                    || moment.received.contains(&(earlier, role))
                    || (answered && moment.done.contains(&earlier)))
        };
        let ready = self.plan.steps.iter().filter(|(id, _)| self.told.is_before(*id, step)).all(has_come);
        assert!(!ready || self.has_learned_it_all(moment, step), "a role does not know what it goes by");
        ready
    }

    /// Whether a role has learned what must come before its step and what it relies on.
    fn has_learned_it_all(&self, moment: &Moment, step: StepId) -> bool {
        let row = &self.plan.steps[step];
        let role = row.role.value;
        self.plan.steps.ids().filter(|id| self.told.is_before(*id, step)).all(|id| moment.done.contains(&id))
            && row.after.iter().all(|earlier| self.learned(moment, role, earlier.value))
            && self
                .plan
                .steps
                .ids()
                .filter(|t| self.told.knows(step, *t))
                .all(|t| self.learned(moment, role, t))
            && self.has_the_certificate(moment, step)
            && self.grounds[&step].iter().all(|grounds| match grounds {
                Grounds::None => false,
                Grounds::Sees => true,
                Grounds::SeesAfter(stops) => stops.iter().any(|stop| self.learned(moment, role, *stop)),
                Grounds::Agreed(agreements) => agreements.iter().any(|a| self.heard_of(moment, role, *a)),
                Grounds::Told(facts) => facts.iter().all(|sources| {
                    sources.iter().any(|s| s.is_none_or(|source| self.learned(moment, role, source)))
                }),
            })
    }

    /// Whether the certificate that a step uses, if it uses one, is in the hands of its role: from
    /// the start, by its own making, or out of a message that arrived.
    fn has_the_certificate(&self, moment: &Moment, step: StepId) -> bool {
        let row = &self.plan.steps[step];
        let role = row.role.value;
        let Some(key) = row.action.value.uses_public_half() else { return true };
        let landscape = &self.plan.landscape;
        let in_own_store = landscape.places.iter().any(|(id, place)| {
            landscape.stores[place.store].owner == role && self.plan.start.places[id] == Some(key)
        });
        let at_own_receiver = landscape
            .acceptors
            .iter()
            .any(|(id, row)| row.owner == role && self.plan.start.accepted[id].contains(key));
        let puts = |effect: &Effect| matches!(effect, Effect::Put { key: made, .. } if *made == key);
        let made = self.plan.steps.iter().any(|(id, row)| {
            self.told.is_before(id, step)
                && row.role.value == role
                && if self.plan.issuer(key).is_some() {
                    issued(row, key)
                } else {
                    row.action.value.makes() == Some(key) || row.action.value.effects().iter().any(puts)
                }
        });
        let handed = moment.received.iter().any(|(message, to)| {
            let kind = self.plan.steps[*message].speech.as_ref().map(|s| s.kind);
            *to == role && self.told.is_before(*message, step) && kind == Some(SpeechKind::Provision(key))
        });
        in_own_store || at_own_receiver || made || handed
    }

    fn learned(&self, moment: &Moment, role: RoleId, step: StepId) -> bool {
        let tells = |message: StepId| {
            let kind = self.plan.steps[message].speech.as_ref().map(|s| s.kind);
            kind == Some(SpeechKind::Report) && self.told.knows(message, step)
        };
        self.hears(moment, role, step, tells)
    }

    fn heard_of(&self, moment: &Moment, role: RoleId, agreement: StepId) -> bool {
        self.hears(moment, role, agreement, |message| self.told.has_heard_of(message, agreement))
    }

    fn hears(&self, moment: &Moment, role: RoleId, step: StepId, tells: impl Fn(StepId) -> bool) -> bool {
        let row = &self.plan.steps[step];
        let agreed_by = row
            .speech
            .as_ref()
            .is_some_and(|s| matches!(s.kind, SpeechKind::Proposal(_)) && s.to.contains(&role));
        let received = moment.received.iter().filter(|(_, to)| *to == role).map(|(message, _)| *message);
        // Who answers a proposal has read it.
        let answered = moment.done.iter().copied().filter(|step| {
            let speech = self.plan.steps[*step].speech.as_ref();
            speech.is_some_and(|s| matches!(s.kind, SpeechKind::Proposal(_)) && s.to.contains(&role))
        });
        moment.done.contains(&step)
            && (row.role.value == role
                || agreed_by
                || received.chain(answered).any(|message| message == step || tells(message)))
    }
}
