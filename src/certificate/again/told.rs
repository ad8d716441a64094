//! Who knows what, and when: every step is told in time what it waits for, and whoever is to know the end
//! learns of it.

use crate::{
    action::SpeechKind,
    certificate::{News, Refused, judge::cuts::moments::Moments},
    condition::Asks,
    source::shown,
    world::id::{RoleId, StepId},
};

/// Shows it by the reasons to which questions about these moments are put.
pub(in crate::certificate) fn told(all: &Moments<'_>) -> Result<(), Refused> {
    let (checked, plan, land) = (all.checked, all.checked.plan(), &all.checked.plan().landscape);
    for (step, row) in plan.steps.iter() {
        let name = all.name(step);
        let hears = |of: &StepId, window| {
            all.must(all.hears(step, *of, window), || format!("that {name} hears in time"))
        };
        let foreign = row.after.iter().filter(|before| plan.steps[before.value].role.value != row.role.value);
        foreign.into_iter().try_for_each(|before| hears(&before.value, false))?;
        let handed = checked.provisions(step);
        let comes = handed.iter().any(|id| all.is_before(plan.deliveries[*id].step, step));
        all.must(handed.is_empty() || comes, || format!("that {name} is handed its key"))?;
        let licences = checked.licences(step);
        all.must(licences.len() == row.needs.len(), || format!("by what right {name} relies on its needs"))?;
        for licence in licences {
            licence.learned.iter().try_for_each(|of| hears(of, false))?;
            licence.windows.iter().try_for_each(|of| hears(of, true))?;
        }
    }
    for known in plan.known.iter().map(|known| &known.value) {
        let what = plan.finals.get(known.what).map(|condition| condition.value.asks());
        for role in &known.roles {
            let is_known = what.as_ref().is_some_and(|asks| all.is_known(*role, asks));
            all.must(is_known, || format!("that {} knows the end", shown(&land.roles[*role])))?;
        }
    }
    Ok(())
}

impl Moments<'_> {
    /// Whether word of a step comes to the role of another one before it does that: by its own doing, by
    /// a message to it, or by the chain that the reasons hold.
    fn hears(&self, to: StepId, of: StepId, window: bool) -> bool {
        let passes = |by, to| self.passes(of, window, by, self.checked.plan().steps[to].role.value);
        let is_link =
            |pair: &[StepId]| matches!(*pair, [one, next] if passes(one, next) && self.is_before(one, next));
        if passes(of, to) {
            return is_link(&[of, to]);
        }
        self.reasons.chain(News::new(of, to, window)).is_some_and(|chain| {
            (chain.first(), chain.last()) == (Some(&of), Some(&to)) && chain.windows(2).all(is_link)
        })
    }

    /// Whether a role has word of one step by another one: it did that itself, or is told of it. A report
    /// tells of all that its sender knows; another message of itself, and of windows.
    fn passes(&self, of: StepId, window: bool, by: StepId, role: RoleId) -> bool {
        let row = &self.checked.plan().steps[by];
        let told = row.speech.as_ref().filter(|said| said.to.contains(&role));
        row.role.value == role
            || told.is_some_and(|said| by == of || window || said.kind == SpeechKind::Report)
    }

    /// Whether a role knows at the end, when all messages to it have arrived, that something is so.
    fn is_known(&self, role: RoleId, asks: &Asks) -> bool {
        let plan = self.checked.plan();
        let tells = |by: &StepId, of: StepId| self.passes(of, false, *by, role);
        let learns = |of: StepId| {
            let mut by = plan.steps.ids().filter(|by| tells(by, of));
            by.any(|by| by == of || self.hears(by, of, false))
        };
        match asks {
            Asks::Facts(facts) => {
                let mut foreign = facts.iter().filter(|(fact, _)| plan.landscape.owner(*fact) != Some(role));
                foreign.all(|(fact, value)| {
                    let terms = self.terms(*fact, None);
                    // From each of these on it stays so.
                    let mut kept = terms.iter().rev().take_while(|term| term.value == *value);
                    kept.any(|term| term.from.map_or(terms.len() == 1, learns))
                })
            }
            Asks::Open(window) => self.agreed.get(window).copied().is_some_and(learns),
            // Nobody is told of it.
            Asks::Drained(..) => false,
        }
    }
}
