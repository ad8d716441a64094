//! The judge of certificates. Whether one is accepted rests on this folder, on what the plan says and on
//! what its words mean; on nothing that searches.
//!
//! What has to be shown is found here in the plan alone. For each part of it the certificate must hold a
//! reason that can be seen to be true by looking at it.

pub(super) mod cuts;
mod worlds;

use std::collections::BTreeSet;

use crate::{
    invariant::{Hazard, Invariant, rejected::NeverRejected},
    plan::Plan,
    world::id::ChannelId,
};

use super::{Certificate, Reason, Refused, Subject, Verified, again};

use cuts::order::Written;
pub use cuts::show;

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
    let laws = laws(plan);
    let judged = judged(plan, &laws).into_iter().map(|judged| judged.sentence(land));
    let stated = plan.statements.iter().map(|stated| stated.value.sentence(land));
    let courses = plan.judged_courses().map(|(course, _)| course.sentence().to_owned());
    let promised: Vec<String> = judged.chain(stated).chain(courses).collect();
    if claim.statement != subject.statement || claim.statement.promises != promised {
        return Err(Refused::Foreign("what it states: promises, what is waived, or assumptions"));
    }
    if !claim.is_orderly(plan.steps.len()) {
        return Err(Refused::gap("reasons in their order, about steps of this plan"));
    }
    again::can_abort(plan)?;
    if again::kept(subject, &claim.limits)? != claim.statement.limits {
        return Err(Refused::gap("how long each interruption lasts"));
    }
    match &claim.reason {
        Reason::Cuts { lines, paths, news, moments } => {
            let reasons = Written::of(plan, (lines, paths), (news, moments))?;
            let shown = show(subject.checked, subject.start, &reasons)?;
            Ok(Verified::Cuts { shown, reasons: reasons.all()? })
        }
        Reason::Explicit { worlds } => worlds::closed(subject, worlds),
    }
}

/// The promise of each flow that is judged although nobody makes it.
fn laws(plan: &Plan) -> Vec<NeverRejected> {
    plan.landscape.channels.ids().map(NeverRejected::of).collect()
}

/// The promises of a plan, and the laws of which it does not speak; none that is waived.
fn judged<'a>(plan: &'a Plan, laws: &'a [NeverRejected]) -> Vec<&'a dyn Invariant> {
    let said: Vec<&dyn Invariant> = plan.promises.iter().map(|promise| promise.value.as_ref()).collect();
    let spoken: BTreeSet<(ChannelId, Hazard)> = said.iter().map(|promise| promise.hazard()).collect();
    let waived: BTreeSet<(ChannelId, Hazard)> = plan.waivers.iter().map(|w| (w.flow, w.hazard)).collect();
    let unsaid = laws.iter().filter(|law| !spoken.contains(&law.hazard()));
    let all = said.into_iter().chain(unsaid.map(|law| law as &dyn Invariant));
    all.filter(|promise| !waived.contains(&promise.hazard())).collect()
}
