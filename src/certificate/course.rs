//! What a plan promises of its course is kept.
//!
//! That it can always finish is in what every certificate shows: each step can be done when its turn has
//! come, or each world has a move that leads nearer to the end. With it a plan finishes in every fair run,
//! for steps are done once, and where none is done any more nothing changes for which one would have to
//! wait for ever. That it can abort is shown here: nothing is removed, so each step can be taken back, and
//! no statement depends on what does not come back, the windows that have begun, and nothing that was taken
//! back comes late.

use std::collections::BTreeSet;

use crate::{
    invariant::{course::Course, stated::Literal},
    plan::Plan,
    world::{effect::Effect, id::WindowId},
};

use super::Refused;

/// Shows that a plan whose other promises are kept can be aborted, where it promises that.
pub(super) fn can_abort(plan: &Plan) -> Result<(), Refused> {
    if plan.promised(Course::CanAbort).is_none() {
        return Ok(());
    }
    let mut effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    if effects.any(|effect| matches!(effect, Effect::Remove { .. })) {
        return Err(Refused::gap("that each step can be taken back"));
    }
    let stays = |effect: &Effect| !matches!(effect, Effect::Try { .. });
    let mut late = plan.steps.rows().filter(|step| step.comes_late.is_some());
    if late.any(|step| step.action.value.effects().iter().any(stays)) {
        return Err(Refused::gap("that what was taken back does not come late"));
    }
    let proposals = plan.steps.ids().filter_map(|step| plan.proposal(step));
    let agreed: BTreeSet<WindowId> = proposals.map(|(window, _)| window).collect();
    let mut statements = plan.statements.iter().flat_map(|stated| stated.value.breaches()).flatten();
    if statements.any(|literal| matches!(literal, Literal::Open(window) if agreed.contains(&window))) {
        return Err(Refused::gap("that no promise of an open window is broken on the way back"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{plan::resolve::resolve, source::Source, syntax::parse};

    use super::*;

    /// A plan that is read and not checked: the checks refuse these already.
    fn judged(more: &str) -> Result<(), Refused> {
        let text = format!(
            "keyroll 1\nplan back\nrole ops\nrole other\nkey old\nkey new\nwindow pause\n\
             keystore store of ops {{\nalias \"a\" is old\n}}\nreceiver gate of ops {{\naccepts old\n}}\n\
             step make by ops {{\ncreate new in store as \"b\"\n}}\n\
             step swap by ops {{\nafter make\nexchange store[\"a\"] for new\n}}\n\
             step ask by ops {{\nagree pause with other\n}}\n{more}"
        );
        let source = Source::new("plan", text);
        let plan = resolve(&source, &parse(&source).0, &BTreeMap::new());
        can_abort(&plan.unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    #[test]
    fn what_bars_the_way_back_is_seen_without_the_checks() {
        let promise = "promise can always abort\n";
        let destroy = "step wipe by ops {\nafter swap\ndestroy old in store\n}\n";
        let shut = "promise never gate accepts new while pause open\n";
        assert_eq!(judged(promise), Ok(()));
        for more in [destroy, shut] {
            assert_eq!(judged(more), Ok(()), "nothing is promised");
            assert!(matches!(judged(&format!("{more}{promise}")), Err(Refused::Gap(_))), "{more}");
        }
        let open = "promise always pause open while gate accepts new\n";
        assert_eq!(judged(&format!("{open}{promise}")), Ok(()), "a window that has begun stays so");
    }
}
