//! A plan that promises it can be aborted.

use std::collections::BTreeSet;

use crate::{
    certificate::Refused,
    invariant::{course::Course, stated::Literal},
    plan::Plan,
    world::{effect::Effect, id::WindowId},
};

/// Shows that a plan whose other promises are kept can be aborted, where it promises that: nothing is
/// removed, so each step can be taken back, and no statement depends on what does not come back, the windows
/// that have begun.
pub(in crate::certificate) fn can_abort(plan: &Plan) -> Result<(), Refused> {
    let agreed = plan.steps.ids().filter_map(|step| plan.proposal(step));
    let agreed: BTreeSet<WindowId> = agreed.map(|(window, _)| window).collect();
    let mut effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    let mut literals = plan.statements.iter().flat_map(|stated| stated.value.breaches()).flatten();
    let stays = |effect: &Effect| !matches!(effect, Effect::Try { .. });
    let mut late = plan.steps.rows().filter(|step| step.extra().comes_late.is_some());
    // What was taken back must not come again.
    let is_barred = effects.any(|effect| matches!(effect, Effect::Remove { .. }))
        || late.any(|step| step.action.value.effects().iter().any(stays))
        || literals.any(|literal| matches!(literal, Literal::Open(window) if agreed.contains(&window)));
    match is_barred && plan.promised(Course::CanAbort).is_some() {
        true => Err(Refused::gap("that each step can be taken back, and each promise kept on the way back")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        plan::{given::Given, resolve::resolve},
        source::Source,
        syntax::parse,
    };

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
        let plan = resolve(&source, &parse(&source).0, &Given::default());
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
