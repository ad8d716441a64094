//! The judge of certificates. Whether one is accepted rests on this folder, on what the plan says and on
//! what its words mean; on nothing that searches.
//!
//! What has to be shown is found here in the plan alone. For each part of it the certificate must hold a
//! reason that can be seen to be true by looking at it.

mod limits;
mod moments;
mod order;
mod promises;
mod worlds;

use std::collections::BTreeSet;

use crate::{
    invariant::{course::Course, stated::Literal},
    plan::Plan,
    world::{effect::Effect, id::WindowId},
};

use super::{Certificate, Reason, Refused, Subject, Verified};

pub use order::Reasons;
pub use promises::show;

/// Checks a certificate.
///
/// # Errors
/// Why it is no proof of this plan from this start.
pub fn verify(subject: &Subject<'_>, text: &[u8]) -> Result<Verified, Refused> {
    let Certificate { proof: claim, .. } = Certificate::read(text)?;
    let (plan, land) = (subject.checked.plan(), &subject.checked.plan().landscape);
    if claim.plan != plan.digest() || claim.plan_name != plan.name {
        return Err(Refused::Foreign("the plan or a value of its parameters"));
    }
    if claim.start != subject.digest {
        return Err(Refused::Foreign("the start"));
    }
    let laws = promises::laws(plan);
    let judged = promises::judged(plan, &laws).into_iter().map(|judged| judged.sentence(land));
    let stated = plan.statements.iter().map(|stated| stated.value.sentence(land));
    let courses = plan.judged_courses().map(|(course, _)| course.sentence().to_owned());
    let promised: Vec<String> = judged.chain(stated).chain(courses).collect();
    if claim.statement != subject.statement || claim.statement.promises != promised {
        return Err(Refused::Foreign("what it states: promises, what is waived, or assumptions"));
    }
    if !claim.is_orderly(plan.steps.len()) {
        return Err(Refused::gap("reasons in their order, about steps of this plan"));
    }
    can_abort(plan)?;
    if limits::kept(subject, &claim.limits)? != claim.statement.limits {
        return Err(Refused::gap("how long each interruption lasts"));
    }
    match &claim.reason {
        Reason::Cuts { lines, paths, news, moments } => {
            let reasons = order::Written::of(plan, (lines, paths), (news, moments))?;
            let shown = show(subject.checked, subject.start, &reasons)?;
            Ok(Verified::Cuts { shown, reasons: reasons.all()? })
        }
        Reason::Explicit { worlds } => worlds::closed(subject, worlds),
    }
}

/// Shows that a plan whose other promises are kept can be aborted, where it promises that: nothing is
/// removed, so each step can be taken back, and no statement depends on what does not come back, the windows
/// that have begun.
fn can_abort(plan: &Plan) -> Result<(), Refused> {
    let agreed = plan.steps.ids().filter_map(|step| plan.proposal(step));
    let agreed: BTreeSet<WindowId> = agreed.map(|(window, _)| window).collect();
    let mut effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    let mut literals = plan.statements.iter().flat_map(|stated| stated.value.breaches()).flatten();
    let is_barred = effects.any(|effect| matches!(effect, Effect::Remove { .. }))
        || literals.any(|literal| matches!(literal, Literal::Open(window) if agreed.contains(&window)));
    match is_barred && plan.promised(Course::CanAbort).is_some() {
        true => Err(Refused::gap("that each step can be taken back, and each promise kept on the way back")),
        false => Ok(()),
    }
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
