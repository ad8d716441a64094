//! The judge of certificates. Whether one is accepted rests on this folder, on what the plan says and on
//! what its words mean; on nothing that searches.
//!
//! What has to be shown is found here in the plan alone. For each part of it the certificate must hold a
//! reason that can be seen to be true by looking at it.

mod cuts;
mod limits;
pub(super) mod moments;
mod order;
mod worlds;

use crate::{check::Checked, world::state::World};

use super::{Certificate, Reason, Reasons, Refused, Subject, Verified, again};

/// Checks a certificate.
///
/// # Errors
/// Why it is no proof of this plan from this start.
pub fn verify(subject: &Subject<'_>, text: &[u8]) -> Result<Verified, Refused> {
    let claim = Certificate::read(text)?.proof;
    claim.is_about(subject)?;
    let (plan, land) = (subject.checked.plan(), &subject.checked.plan().landscape);
    let stated = plan.statements.iter().map(|stated| stated.value.sentence(land));
    let courses = plan.judged_courses().map(|(course, _)| course.sentence().to_owned());
    let promised =
        plan.judged().into_iter().map(|promise| promise.sentence(land)).chain(stated).chain(courses);
    if !promised.eq(subject.statement.promises.iter().cloned()) {
        return Err(Refused::Foreign("what it promises"));
    }
    again::can_abort(plan)?;
    let limits = limits::kept(subject, &claim.limits)?;
    Refused::unless(limits == subject.statement.limits, "how long each interruption lasts")?;
    match &claim.reason {
        Reason::Cuts { lines, paths, news, moments } => {
            let reasons = order::Written::of((plan, lines, paths), (news, moments))?;
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
    let all = moments::Moments::of(checked, start, reasons)?;
    all.keep()?;
    again::told(&all)?;
    Ok(all.looks.shown())
}
