//! Who plays which role, and which steps people do by hand.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use crate::{
    condition::Asks,
    plan::Plan,
    source::shown,
    transition::{
        pause::{interrupted, pause},
        state::State,
    },
    world::{
        effect::Effect,
        id::{AcceptorId, ChannelId, OwnFactId, RoleId, StepId, StoreId, Table, WindowId},
        landscape::Fact,
    },
};

use super::{
    calendar::Calendar,
    pace::Pace,
    site::{FactBinding, FlowBinding, KeystoreBinding, ReceiverBinding, RoleBinding, Site},
    time::to_the_second,
};

/// Why a step is not begun yet although the plan would let it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The first moment at which it may begin.
    pub until: Timestamp,
    /// Why, in words.
    pub why: String,
}

/// Who does what at a site.
#[derive(Clone, Debug)]
pub struct Casting {
    roles: Table<RoleId, RoleBinding>,
    /// The calendars that each role keeps to.
    calendars: Table<RoleId, Vec<(String, Arc<Calendar>)>>,
    stores: Table<StoreId, bool>,
    receivers: Table<AcceptorId, bool>,
    flows: Table<ChannelId, bool>,
    facts: Table<OwnFactId, bool>,
    /// Whether certificates are ordered and issued without a person.
    is_authority: bool,
    pace: Option<Pace>,
}

impl Casting {
    /// The casting of a site that was compared with the plan.
    #[must_use]
    pub fn of(plan: &Plan, site: &Site) -> Self {
        let land = &plan.landscape;
        let stores = land
            .stores
            .rows()
            .map(|s| matches!(site.keystores.get(&s.name), None | Some(KeystoreBinding::Manual {})));
        let receivers = land
            .acceptors
            .rows()
            .map(|a| matches!(site.receivers.get(&a.name), None | Some(ReceiverBinding::Manual {})));
        let flows = land
            .channels
            .rows()
            .map(|c| matches!(site.flows.get(&c.name), None | Some(FlowBinding::Manual {})));
        let facts = land
            .own_facts
            .rows()
            .map(|f| matches!(site.facts.get(&f.name), None | Some(FactBinding::Manual {})));
        let calendars = land.roles.rows().map(|name| {
            let kept = site.role(name).calendars.into_iter();
            kept.filter_map(|name| Some((name.clone(), Arc::clone(site.opened.get(&name)?)))).collect()
        });
        Self {
            calendars: calendars.collect(),
            roles: land.roles.rows().map(|name| site.role(name)).collect(),
            stores: stores.collect(),
            receivers: receivers.collect(),
            flows: flows.collect(),
            facts: facts.collect(),
            is_authority: false,
            pace: Pace::of(plan, site),
        }
    }

    /// The same where certificates are ordered and issued without a person, as in a sandbox.
    #[must_use]
    pub fn with_an_authority(self) -> Self {
        Self { is_authority: true, ..self }
    }

    /// The pace at which partners are begun, where the site says one.
    #[must_use]
    pub const fn pace(&self) -> Option<&Pace> {
        self.pace.as_ref()
    }

    /// Until when a step is held and why: its run is paused, or a calendar of its role is closed; of several what
    /// ends last.
    #[must_use]
    pub fn held(&self, plan: &Plan, state: &State, step: StepId, now: Timestamp) -> Option<Held> {
        let paused = pause(plan, state, step, now);
        let paused = paused.map(|pause| Held { until: pause.until, why: pause.reason() });
        paused.into_iter().chain(self.closed(plan, state, step, now)).max_by_key(|held| held.until)
    }

    /// The calendar of a role that is closed at a moment, if one is; of several the one that opens last.
    #[must_use]
    pub fn closed_at(&self, role: RoleId, at: Timestamp) -> Option<Held> {
        let closed = self.calendars[role].iter().filter_map(|(name, calendar)| {
            let closed = calendar.closed_at(at)?;
            let why =
                if closed.why.is_empty() { String::new() } else { format!(" ({})", shown(&closed.why)) };
            Some(Held { until: closed.until, why: format!("the calendar {} is closed{why}", shown(name)) })
        });
        closed.max_by_key(|held| held.until)
    }

    /// The last moment up to another one at which no calendar of a role is closed; where one is, that at which
    /// it closes.
    #[must_use]
    pub fn last_open(&self, role: RoleId, at: Timestamp) -> Timestamp {
        let mut open = at;
        // What is closed begins before the moment that is looked at, so that each look goes further back.
        while let Some(from) = self.calendars[role]
            .iter()
            .filter_map(|(_, calendar)| Some(calendar.closed_at(open)?.from))
            .find(|from| *from < open)
        {
            open = from;
        }
        open
    }

    /// Why a window is not to open at a moment, if a calendar is closed then of a role that changes something in
    /// it: with the next moment at which it may.
    #[must_use]
    pub fn shut(&self, plan: &Plan, window: WindowId, opens: Timestamp) -> Option<String> {
        let roles = changing(plan, window);
        let held = |at: Timestamp| {
            let held = roles.iter().filter_map(|role| Some((*role, self.closed_at(*role, at)?)));
            held.max_by_key(|(_, held)| held.until)
        };
        let (role, first) = held(opens)?;
        let mut next = first.until;
        while let Some((_, other)) = held(next) {
            next = other.until;
        }
        let (window, role) =
            (shown(&plan.landscape.windows[window].name), shown(&plan.landscape.roles[role]));
        Some(format!(
            "the window {window} cannot open at {}: {} for {role}; the next moment is {}: --opens {next}",
            to_the_second(opens),
            first.why,
            to_the_second(next)
        ))
    }

    /// Until when a step is held because a calendar of its role is closed. Only what changes something is held,
    /// and nothing while a flow stands still that a later step starts: what was begun is brought to its end.
    fn closed(&self, plan: &Plan, state: &State, step: StepId, now: Timestamp) -> Option<Held> {
        let row = &plan.steps[step];
        if self.calendars[row.role.value].is_empty() || row.action.value.effects().is_empty() {
            return None;
        }
        if interrupted(plan, &state.world).is_some() {
            return None;
        }
        self.closed_at(row.role.value, now)
    }

    /// How a role is played.
    #[must_use]
    pub fn role(&self, role: RoleId) -> &RoleBinding {
        &self.roles[role]
    }

    /// Whether the site changes something through a backend in this step: then no word of a person
    /// stands for it.
    #[must_use]
    pub fn is_by_backend(&self, plan: &Plan, step: StepId) -> bool {
        plan.steps[step].speech.is_none() && !self.is_by_hand(plan, step)
    }

    /// Whether a person does this step: an act of speech of a role that is not automatic, one that orders or
    /// issues a certificate, or one that
    /// works with something that no backend reaches.
    #[must_use]
    pub fn is_by_hand(&self, plan: &Plan, step: StepId) -> bool {
        let row = &plan.steps[step];
        if row.speech.is_some() {
            // No program orders a certificate, or issues one, but in a sandbox.
            let of_authority = row.action.value.certifies().is_some() && !self.is_authority;
            return !self.roles[row.role.value].automatic || of_authority;
        }
        row.action.value.works_with().into_iter().any(|fact| match fact {
            Fact::Place(place) => self.stores[plan.landscape.places[place].store],
            Fact::Accepts(receiver, _) | Fact::AcceptsOther(receiver) => self.receivers[receiver],
            Fact::Running(flow) => self.flows[flow],
            Fact::Window(_) => false,
            Fact::Own(own) => self.facts[own],
        })
    }
}

/// The roles that change something in a window: in steps that need it open, and that stop a flow which stands still
/// only in it.
fn changing(plan: &Plan, window: WindowId) -> BTreeSet<RoleId> {
    let only_in = |flow: ChannelId| {
        let promises = plan.promises.iter().map(|promise| &promise.value);
        promises.filter(|p| p.hazard().0 == flow).any(|promise| promise.window() == Some(window))
    };
    let in_it = plan.steps.rows().filter(|row| {
        let effects = row.action.value.effects();
        let needs =
            row.needs.iter().any(|need| matches!(need.value.asks(), Asks::Open(open) if open == window));
        !effects.is_empty()
            && (needs || effects.iter().any(|effect| matches!(effect, Effect::Stop(flow) if only_in(*flow))))
    });
    in_it.map(|row| row.role.value).collect()
}
