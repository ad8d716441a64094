//! The judge of certificates. Whether one is accepted rests on this folder, on what the plan says and on
//! what its words mean; on nothing that searches.
//!
//! What has to be shown is found here in the plan alone. For each part of it the certificate must hold a
//! reason that can be seen to be true by looking at it.

mod late;
pub(super) mod moments;
mod order;
mod promises;
mod worlds;

use crate::{check::Checked, world::state::World};

use super::{Certificate, Reason, Reasons, Refused, Subject, Verified, again};

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
    again::can_abort(plan)?;
    if again::kept(subject, &claim.limits)? != claim.statement.limits {
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

/// Shows by the order of the steps that a plan keeps its promises from a start; gives how many things had
/// to be shown.
///
/// # Errors
/// What the reasons do not show.
pub fn show(checked: &Checked, start: &World, reasons: &dyn Reasons) -> Result<usize, Refused> {
    let all = promises::kept(checked, start, reasons)?;
    again::told(&all)?;
    Ok(all.shown.get())
}
