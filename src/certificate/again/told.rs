//! Who knows what, and when: every step is told in time what it waits for, and whoever is to know the end
//! learns of it.

use crate::{
    action::SpeechKind,
    certificate::{News, Refused, judge::moments::Moments},
    condition::Asks,
    source::shown,
    world::{
        id::{RoleId, StepId},
        landscape::{Fact, Value},
    },
};

/// Shows it by the reasons to which questions about these moments are put.
pub(in crate::certificate) fn told(all: &Moments<'_>) -> Result<(), Refused> {
    let (plan, land) = (all.checked.plan(), &all.checked.plan().landscape);
    plan.steps.ids().try_for_each(|step| all.is_told(step))?;
    for known in plan.known.iter().map(|known| &known.value) {
        let what = plan.finals.get(known.what).map(|condition| condition.value.asks());
        for role in &known.roles {
            let is_known = what.as_ref().is_some_and(|asks| all.is_known(*role, asks));
            all.must(is_known, format!("that {} knows the end", shown(&land.roles[*role])))?;
        }
    }
    Ok(())
}

impl Moments<'_> {
    /// Shows that a step is told in time what it waits for.
    fn is_told(&self, step: StepId) -> Result<(), Refused> {
        let (plan, row) = (self.checked.plan(), &self.checked.plan().steps[step]);
        let (name, licences) = (shown(&row.name.value), self.checked.licences(step));
        let has_rights = licences.len() == row.needs.len();
        self.must(has_rights, format!("by what right {name} relies on its needs"))?;
        let foreign = row.after.iter().map(|before| &before.value);
        let foreign = foreign.filter(|before| plan.steps[**before].role.value != row.role.value);
        let learned = licences.iter().flat_map(|licence| &licence.learned);
        let windows = licences.iter().flat_map(|licence| &licence.windows);
        let news = foreign.chain(learned).map(|of| (of, false)).chain(windows.map(|of| (of, true)));
        for (of, window) in news {
            self.must(self.hears(step, *of, window), format!("that {name} hears in time"))?;
        }
        let handed = self.checked.provisions(step);
        let comes = handed.iter().any(|id| self.is_before(plan.deliveries[*id].step, step));
        self.must(handed.is_empty() || comes, format!("that {name} is handed its key"))?;
        Ok(())
    }

    /// Whether word of a step comes to the role of another one before it does that: by its own doing, by
    /// a message to it, or by the chain that the reasons hold.
    fn hears(&self, to: StepId, of: StepId, window: bool) -> bool {
        let passes = |by, to| self.passes(of, window, by, self.checked.plan().steps[to].role.value);
        let is_link =
            |pair: &[StepId]| matches!(*pair, [one, next] if passes(one, next) && self.is_before(one, next));
        let itself = passes(of, to).then(|| vec![of, to]);
        let chain = itself.or_else(|| self.reasons.chain(News::new(of, to, window))).unwrap_or_default();
        (chain.first(), chain.last()) == (Some(&of), Some(&to)) && chain.windows(2).all(is_link)
    }

    /// Whether a role has word of one step by another one: it did that itself, or is told of it. A report
    /// tells of all that its sender knows; another message of itself, and of windows.
    fn passes(&self, of: StepId, window: bool, by: StepId, role: RoleId) -> bool {
        let row = &self.checked.plan().steps[by];
        let tells = |kind| by == of || window || kind == SpeechKind::Report;
        let is_told = row.speech.as_ref().is_some_and(|said| said.to.contains(&role) && tells(said.kind));
        row.role.value == role || is_told
    }

    /// Whether a role knows at the end, when all messages to it have arrived, that something is so.
    fn is_known(&self, role: RoleId, asks: &Asks) -> bool {
        let plan = self.checked.plan();
        let learns = |of: StepId| {
            let mut by = plan.steps.ids().filter(|by| self.passes(of, false, *by, role));
            by.any(|by| by == of || self.hears(by, of, false))
        };
        let stays = |(fact, value): &(Fact, Value)| {
            let terms = self.terms(*fact);
            // From each of these on it stays so.
            let mut kept = terms.iter().rev().take_while(|term| term.value == *value);
            kept.any(|term| term.from.map_or(terms.len() == 1, learns))
        };
        match asks {
            Asks::Facts(facts) => {
                facts.iter().all(|fact| plan.landscape.owner(fact.0) == Some(role) || stays(fact))
            }
            Asks::Open(window) => self.agreed.get(window).copied().is_some_and(learns),
            // Nobody is told of it.
            Asks::Drained(..) => false,
        }
    }
}
