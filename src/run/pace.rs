//! The pace at which a run goes over its partners: who goes first, how many at once, and when no further one is
//! begun.
//!
//! A plan is proved for every order of its steps, so that to let a step wait is only a matter of when. What waits for
//! its turn never waits for something that waits for it: a partner whose next steps come after those of others has no
//! place among those that are under way, nor has one whose calendar is closed or that is paused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::{
    check::Checked,
    condition::Asks,
    plan::Plan,
    source::shown,
    transition::{
        ready::Blocker,
        state::{State, Status},
        unsettled::barred_at,
    },
    world::{
        id::{RoleId, StepId, Table},
        landscape::Fact,
    },
};

use super::{
    casting::Casting,
    pace_binding::Count,
    partner::{partners, whose},
    site::Site,
    stretch::{Stretch, Stretches},
};

/// So many partners are named where there are many.
const NAMED: usize = 5;

/// The pace of a site.
#[derive(Clone, Debug)]
pub struct Pace {
    first: Vec<RoleId>,
    at_once: Option<usize>,
    stop_after: Option<usize>,
    whose: Table<StepId, Option<RoleId>>,
}

impl Pace {
    /// That of a site that was compared with the plan, where it says one.
    #[must_use]
    pub fn of(plan: &Plan, site: &Site) -> Option<Self> {
        let said = site.partners.as_ref()?;
        let role = |name: &String| plan.landscape.roles.find(|role| role == name);
        Some(Self {
            first: said.first.iter().filter_map(role).collect(),
            at_once: said.at_once.map(Count::number),
            stop_after: said.stop_after.map(Count::number),
            whose: whose(plan, &partners(plan)),
        })
    }

    /// The partner whose a step is.
    #[must_use]
    pub fn partner(&self, step: StepId) -> Option<RoleId> {
        self.whose[step]
    }

    /// With how many partners a step has failed when no further one is begun.
    #[must_use]
    pub const fn stop_after(&self) -> Option<usize> {
        self.stop_after
    }

    /// What the site says, a phrase each.
    #[must_use]
    pub fn said(&self, plan: &Plan) -> Vec<String> {
        let names = |roles: &[RoleId]| shown(&named(plan, roles));
        let first = (!self.first.is_empty()).then(|| format!("first {}", names(&self.first)));
        let most = self.at_once.map(|most| format!("no more than {most} at once"));
        let stop = self.stop_after.map(|most| format!("no further one after {most} with a failed step"));
        first.into_iter().chain(most).chain(stop).collect()
    }
}

/// Whose turn it is at a moment of a run.
#[derive(Debug)]
pub struct Queue {
    of: Table<StepId, Option<usize>>,
    /// Why the stretches wait that do.
    held: BTreeMap<usize, String>,
    /// The partners with a step that failed or was declined.
    pub wrong: Vec<RoleId>,
    /// Whether no further partner is begun because of them.
    pub is_stopped: bool,
}

impl Queue {
    /// By the pace of the site; nothing waits where it says none.
    #[must_use]
    pub fn of(checked: &Checked, casting: &Casting, state: &State, now: Timestamp) -> Self {
        let plan = checked.plan();
        let of = Table::like(&plan.steps, None);
        let mut queue = Self { of, held: BTreeMap::new(), wrong: Vec::new(), is_stopped: false };
        if let Some(pace) = casting.pace().filter(|_| state.started && !state.left) {
            let stretches = Stretches::of(checked, state, &pace.whose);
            let look = Look { checked, casting, state, now, pace, stretches: &stretches };
            let writers = look.writers();
            let standings: Vec<Standing> =
                stretches.rows.iter().map(|stretch| look.standing(stretch, &writers)).collect();
            queue.fill(plan, pace, &standings);
            queue.of = stretches.of;
        }
        queue
    }

    /// Why a step that could begin waits for its turn, if it does.
    #[must_use]
    pub fn holds(&self, step: StepId) -> Option<&str> {
        self.of[step].and_then(|stretch| self.held.get(&stretch)).map(String::as_str)
    }

    fn fill(&mut self, plan: &Plan, pace: &Pace, standings: &[Standing]) {
        let wrong: BTreeSet<RoleId> =
            standings.iter().filter(|one| one.is_wrong).map(|one| one.role).collect();
        self.wrong = wrong.into_iter().collect();
        self.is_stopped = pace.stop_after.is_some_and(|most| self.wrong.len() >= most);
        let mut taken: BTreeSet<RoleId> =
            standings.iter().filter(|one| one.takes_a_place).map(|one| one.role).collect();
        let mut waiting: Vec<(usize, &Standing)> = Vec::new();
        for (number, one) in standings.iter().enumerate().filter(|(_, one)| !one.is_begun && !one.is_over) {
            let ahead = before(pace, standings, one);
            if self.is_stopped {
                let why = format!(
                    "{} went wrong ({}), and no further partner is begun",
                    if self.wrong.len() == 1 { "one".to_owned() } else { self.wrong.len().to_string() },
                    shown(&named(plan, &self.wrong))
                );
                self.held.insert(number, why);
            } else if !ahead.is_empty() {
                let verb = if ahead.len() == 1 { "goes" } else { "go" };
                self.held.insert(number, format!("{} {verb} first", shown(&named(plan, &ahead))));
            } else if one.is_ready {
                waiting.push((number, one));
            }
        }
        let Some(most) = pace.at_once else { return };
        let rank = |role: RoleId| pace.first.iter().position(|first| *first == role).unwrap_or(usize::MAX);
        waiting.sort_by_key(|(_, one)| (rank(one.role), one.role, one.round));
        for (number, one) in waiting {
            if taken.contains(&one.role) || taken.len() < most {
                taken.insert(one.role);
                continue;
            }
            let under_way: Vec<RoleId> = taken.iter().copied().collect();
            let why = format!(
                "no more than {most} at once, and it is the turn of {}",
                shown(&named(plan, &under_way))
            );
            self.held.insert(number, why);
        }
    }
}

/// Those that go first and are not as far yet.
fn before(pace: &Pace, standings: &[Standing], one: &Standing) -> Vec<RoleId> {
    if pace.first.contains(&one.role) {
        return Vec::new();
    }
    let is_open = |role: &RoleId| {
        standings.iter().any(|other| {
            other.role == *role && other.round <= one.round && !other.is_over && !other.needs_others
        })
    };
    pace.first.iter().copied().filter(is_open).collect()
}

/// The names of partners; of many the first ones.
fn named(plan: &Plan, roles: &[RoleId]) -> String {
    let names: Vec<&str> =
        roles.iter().take(NAMED).map(|role| plan.landscape.roles[*role].as_str()).collect();
    match roles.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// How it stands with a stretch.
struct Standing {
    role: RoleId,
    round: usize,
    /// Whether a step of it was begun once.
    is_begun: bool,
    is_over: bool,
    /// Whether a step of it failed or was declined.
    is_wrong: bool,
    /// Whether a step of it could begin.
    is_ready: bool,
    /// Whether all that is left of it needs what another partner has still to do, although the plan gives no order.
    needs_others: bool,
    /// Whether its partner is under way with it.
    takes_a_place: bool,
}

struct Look<'a> {
    checked: &'a Checked,
    casting: &'a Casting,
    state: &'a State,
    now: Timestamp,
    pace: &'a Pace,
    stretches: &'a Stretches,
}

impl Look<'_> {
    fn standing(&self, stretch: &Stretch, writers: &BTreeMap<Fact, BTreeSet<RoleId>>) -> Standing {
        let Self { checked, casting, state, now, .. } = *self;
        let plan = checked.plan();
        let status = |step: &StepId| state.steps[*step].status;
        let open: Vec<StepId> =
            stretch.steps.iter().copied().filter(|step| !state.world.is_done(*step)).collect();
        let is_under_way = open.iter().any(|step| matches!(status(step), Status::Begun | Status::Proposed));
        let could =
            |step: &StepId| status(step) == Status::Open && barred_at(checked, state, *step, now).is_empty();
        let is_held = |step: &StepId| casting.held(plan, state, *step, now).is_some();
        let (resting, ready): (Vec<StepId>, Vec<StepId>) =
            open.iter().copied().filter(could).partition(is_held);
        let is_begun =
            stretch.steps.iter().any(|step| state.steps[*step].attempts > 0 || status(step) != Status::Open);
        let is_over = open.is_empty();
        let is_wrong = open.iter().any(|step| matches!(status(step), Status::Failed | Status::Declined));
        let is_ordered = |step: &StepId| self.stretches.is_after_others[*step];
        let waits = !is_under_way && ready.is_empty() && resting.is_empty() && !is_over && !is_wrong;
        let is_last = waits && open.iter().all(is_ordered);
        let needs_others = waits
            && !is_last
            && open.iter().all(|step| is_ordered(step) || self.needs(*step, stretch.role, writers));
        let is_resting = !is_under_way && ready.is_empty() && !resting.is_empty();
        Standing {
            role: stretch.role,
            round: stretch.round,
            is_begun,
            is_over,
            is_wrong,
            is_ready: !ready.is_empty(),
            needs_others,
            takes_a_place: is_begun && !is_over && !is_wrong && !is_last && !needs_others && !is_resting,
        }
    }

    /// Whether a step needs what a step of another partner has still to bring about.
    fn needs(&self, step: StepId, role: RoleId, writers: &BTreeMap<Fact, BTreeSet<RoleId>>) -> bool {
        let row = &self.checked.plan().steps[step];
        let unmet =
            barred_at(self.checked, self.state, step, self.now).into_iter().filter_map(
                |blocker| match blocker {
                    Blocker::Unmet(number) | Blocker::Stale(number) | Blocker::Unknown(number) => {
                        row.needs.get(number)
                    }
                    _ => None,
                },
            );
        let mut asked = unmet.flat_map(|need| match need.value.asks() {
            Asks::Facts(facts) => facts.into_iter().map(|(fact, _)| fact).collect(),
            Asks::Drained(..) | Asks::Open(_) => Vec::new(),
        });
        asked.any(|fact| writers.get(&fact).is_some_and(|roles| roles.iter().any(|other| *other != role)))
    }

    /// The partners whose steps have still to write each fact.
    fn writers(&self) -> BTreeMap<Fact, BTreeSet<RoleId>> {
        let mut found: BTreeMap<Fact, BTreeSet<RoleId>> = BTreeMap::new();
        for (step, row) in
            self.checked.plan().steps.iter().filter(|(step, _)| !self.state.world.is_done(*step))
        {
            let Some(role) = self.pace.whose[step] else { continue };
            for (fact, _) in row.action.value.effects().iter().flat_map(|effect| effect.writes()) {
                found.entry(fact).or_default().insert(role);
            }
        }
        found
    }
}
