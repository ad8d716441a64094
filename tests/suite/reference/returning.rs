//! `promise can always abort` by trying: from each moment that a plan can come to, every way of taking
//! back and doing again is tried, and none may break a promise wherever a message may arrive.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use keyroll::{
    action::SpeechKind,
    plan::Plan,
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, WindowId},
        landscape::Transit,
    },
};

use super::{Judge, Told, Wrong, moment::Moment};

/// What a way back may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// What undoes the plan's acts, and nothing else.
    Undoing,
    /// Every act of the plan too, again and again, every trust in every key, and every window.
    Everything,
}

/// A moment of the way back: the facts, what may be under way, and of which `before` the first condition
/// has held. What is done, said and agreed is no part of it.
type Point = (Moment, Vec<bool>);

/// A search for ways back from the moments of one plan.
struct Search<'a> {
    plan: &'a Plan,
    judge: Judge<'a>,
    means: Means,
    start: Moment,
    /// The aliases of which the plan says a key.
    named: BTreeMap<PlaceId, KeyId>,
}

/// From how many moments of a plan that is proved the start can be reached again, and from how many not;
/// nothing where there are more moments than `limit`.
pub(crate) fn returning(plan: &Plan, limit: usize, means: Means) -> Option<(usize, usize)> {
    let told = Told::of(plan);
    let search = Search {
        plan,
        judge: Judge::of(plan, &told),
        means,
        start: Moment::of(plan, &plan.start),
        named: plan.places_in_use().collect(),
    };
    let mut returns: HashMap<Point, bool> = HashMap::new();
    for point in search.reachable(limit)? {
        search.decide(&point, &mut returns);
        if returns.len() > 40 * limit {
            return None;
        }
        assert!(returns.contains_key(&point));
    }
    let points: HashSet<Point> = search.reachable(limit)?.into_iter().collect();
    let back = points.iter().filter(|point| returns[*point]).count();
    Some((back, points.len() - back))
}

impl Search<'_> {
    /// Every moment that the plan can come to, with nothing but its facts, and each window that is agreed
    /// begun: it begins some day, and who goes back may wait for that.
    fn reachable(&self, limit: usize) -> Option<Vec<Point>> {
        let first = (self.start.clone(), self.been(&self.start, &vec![false; self.plan.statements.len()]));
        let (mut seen, mut open) = (HashSet::from([first.clone()]), VecDeque::from([first]));
        let mut found = HashSet::new();
        while let Some((moment, been)) = open.pop_front() {
            let mut facts = bare(&moment);
            facts.begun.extend(moment.agreed.iter().copied());
            let been_then = self.been(&facts, &been);
            found.insert((self.sending(facts), been_then));
            for after in self.judge.moves(&moment) {
                let after = after.unwrap_or_else(|wrong| panic!("{wrong:?} in a plan that is proved"));
                let next = (after.clone(), self.been(&after, &been));
                if seen.insert(next.clone()) {
                    open.push_back(next);
                }
            }
            if seen.len() > limit {
                return None;
            }
        }
        Some(found.into_iter().collect())
    }

    /// Of each statement of what comes before what, whether its first condition has held.
    fn been(&self, moment: &Moment, before: &[bool]) -> Vec<bool> {
        let rows = self.plan.statements.iter().zip(before);
        let now = |stated: &keyroll::invariant::stated::Stated| {
            stated.is_before() && moment.is_so(self.plan, &stated.what().asks())
        };
        rows.map(|(stated, been)| *been || now(&stated.value)).collect()
    }

    /// The same moment with a message of each flow under way that can be.
    fn sending(&self, mut moment: Moment) -> Moment {
        for (flow, row) in self.plan.landscape.channels.iter() {
            if let (Transit::Within(_), Some(key)) = (row.transit, moment.signs_with(self.plan, flow)) {
                moment.under_way.insert((flow, key));
            }
        }
        moment
    }

    /// Whether nothing is wrong with a moment, whatever arrives.
    fn is_kept(&self, (moment, been): &Point) -> bool {
        let wrong = self.judge.wrong(moment);
        // Nothing is at its turn here; an exchange with a gap is asked for where it is done.
        let is_fine = wrong.iter().all(|wrong| matches!(wrong, Wrong::Gap(..) | Wrong::Goal));
        let statements = self.plan.statements.iter().enumerate();
        let unprepared = statements.filter(|(number, stated)| {
            stated.value.is_before() && !been[*number] && self.judge.speaks_of(moment, *number)
        });
        is_fine && unprepared.count() == 0
    }

    fn is_start(&self, (moment, _): &Point) -> bool {
        self.named.iter().all(|(place, key)| moment.holds.get(place) == Some(key))
            && moment.accepts == self.start.accepts
            && moment.runs == self.start.runs
            && moment.points == self.start.points
            && moment.own == self.start.own
    }

    /// Everything that may be done on the way back.
    fn acts(&self, moment: &Moment) -> Vec<Effect> {
        let mut acts = Vec::new();
        for effect in self.plan.steps.rows().flat_map(|step| step.action.value.effects()) {
            let is_again =
                !matches!(effect, Effect::Put { key, .. } if self.named.values().any(|k| *k == key));
            if self.means == Means::Everything && is_again {
                acts.push(effect);
            }
            match effect {
                Effect::Put { place, key } => acts.push(Effect::Remove { place, key }),
                Effect::Remove { .. } | Effect::Try { .. } | Effect::Propose(_) | Effect::Agree(_) => {}
                Effect::Exchange { place, staged, backup, .. } => {
                    let kept = moment.holds.get(&backup).copied();
                    acts.extend(kept.map(|key| Effect::Exchange {
                        place,
                        staged: backup,
                        key,
                        backup: staged,
                    }));
                }
                Effect::Accept { acceptor, key } => acts.push(Effect::Retire { acceptor, key }),
                Effect::Retire { acceptor, key } => acts.push(Effect::Accept { acceptor, key }),
                Effect::Replace { acceptor, old, new } => acts.extend([
                    Effect::Replace { acceptor, old: new, new: old },
                    Effect::Accept { acceptor, key: old },
                    Effect::Retire { acceptor, key: new },
                ]),
                Effect::Repoint { own, .. } => {
                    let land = &self.plan.landscape;
                    let first = land.places[own].of.map(|flow| land.channels[flow].alias);
                    let held = first.and_then(|alias| Some((alias, *moment.holds.get(&alias)?)));
                    acts.extend(held.map(|(alias, key)| Effect::Repoint { own, alias, key }));
                    acts.push(effect);
                }
                Effect::Start(flow) => acts.push(Effect::Stop(flow)),
                Effect::Stop(flow) => acts.push(Effect::Start(flow)),
                Effect::Set(own) => acts.push(Effect::Clear(own)),
                Effect::Clear(own) => acts.push(Effect::Set(own)),
            }
        }
        acts
    }

    /// Where one act, the arrival of the last message with a key, or a window leads.
    fn next(&self, (moment, been): &Point) -> Vec<Point> {
        let mut found: Vec<Moment> = Vec::new();
        for effect in self.acts(moment) {
            if let Effect::Exchange { place, .. } = effect
                && self.plan.landscape.stores[self.plan.landscape.places[place].store].has_gap
                && moment.runs.iter().any(|flow| self.plan.landscape.channels[*flow].lists(place))
            {
                continue;
            }
            let mut after = moment.clone();
            if after.change(self.plan, &effect) && after != *moment {
                found.push(self.sending(after));
            }
        }
        for (flow, key) in
            moment.under_way.iter().filter(|(f, k)| moment.signs_with(self.plan, *f) != Some(*k))
        {
            let mut after = moment.clone();
            after.under_way.remove(&(*flow, *key));
            found.push(after);
        }
        if self.means == Means::Everything {
            for window in self.agreed_some_day() {
                let mut after = moment.clone();
                if after.begun.insert(window) {
                    found.push(after);
                }
            }
        }
        found.into_iter().map(|after| (after.clone(), self.been(&after, been))).collect()
    }

    fn agreed_some_day(&self) -> BTreeSet<WindowId> {
        let proposed = self.plan.steps.rows().filter_map(|step| match step.speech.as_ref()?.kind {
            SpeechKind::Proposal(window) => Some(window),
            _ => None,
        });
        proposed.collect()
    }

    /// Whether a way leads from a point to the start, and of every point on the way too.
    fn decide(&self, from: &Point, returns: &mut HashMap<Point, bool>) {
        if returns.contains_key(from) {
            return;
        }
        let mut parents: HashMap<Point, Option<Point>> = HashMap::from([(from.clone(), None)]);
        let mut open = VecDeque::from([from.clone()]);
        let mut reached = None;
        while let Some(point) = open.pop_front() {
            match returns.get(&point) {
                Some(true) => {
                    reached = Some(point);
                    break;
                }
                Some(false) => continue,
                None => {}
            }
            if !self.is_kept(&point) {
                continue;
            }
            if self.is_start(&point) {
                reached = Some(point);
                break;
            }
            for next in self.next(&point) {
                if !parents.contains_key(&next) {
                    parents.insert(next.clone(), Some(point.clone()));
                    open.push_back(next);
                }
            }
        }
        match reached {
            Some(last) => {
                let mut at = Some(last);
                while let Some(point) = at {
                    at = parents[&point].clone();
                    returns.insert(point, true);
                }
            }
            // What was looked at leads nowhere, all of it.
            None => {
                for point in parents.into_keys() {
                    returns.entry(point).or_insert(false);
                }
            }
        }
    }
}

/// A moment without what was done, said and proposed.
fn bare(moment: &Moment) -> Moment {
    Moment {
        done: BTreeSet::new(),
        received: BTreeSet::new(),
        proposed: BTreeSet::new(),
        agreed: BTreeSet::new(),
        ..moment.clone()
    }
}
