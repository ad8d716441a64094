//! A second judge of proofs: small, and apart from the engines that find them.
//!
//! A certificate is the reason of a proof, written down. What has to be shown is found here from the
//! plan alone; for each part of it the certificate must hold a reason that can be seen to be true
//! with no search: a path along `after` lines, a chain of messages, a world and its distance from
//! the end. A reason that is missing, false or not asked for refuses it. Nothing here knows of
//! [`proof`](crate::proof): this room stands to its left.

mod course;
mod form;
mod history;
mod known;
mod late;
mod lines;
mod paths;
mod promises;
mod refused;
mod stated;
mod turn;
mod ways;
mod worlds;

use std::cell::Cell;

use crate::{
    check::Checked,
    world::{id::StepId, material::Fingerprint, state::World},
};

pub use form::{Certificate, Claim, LIMIT, MARK, News, Reason, Row, Statement};
pub use history::History;
pub use lines::Lines;
pub use promises::show;
pub use refused::{EXPLANATIONS, Refused};

/// What a certificate has to be about.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The plan.
    pub checked: &'a Checked,
    /// Where it starts.
    pub start: &'a World,
    /// Identifies that start.
    pub digest: Fingerprint,
    /// What a verdict on this plan says.
    pub statement: Statement,
}

/// Where it is said what comes before what.
pub trait Reasons {
    /// Whether it is shown that one step comes before another in every run.
    fn is_before(&self, earlier: StepId, later: StepId) -> bool;
    /// The steps by which word of something reaches a step, the thing first and the step last.
    fn chain(&self, news: News) -> Option<Vec<StepId>>;
    /// The steps that are done, in order, at a moment of which a statement (by number) speaks.
    fn moment(&self, number: usize) -> Option<Vec<StepId>>;
}

/// What was checked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// By the order of the steps: how many things had to be shown, by how many paths and chains.
    Cuts {
        /// What had to be shown.
        shown: usize,
        /// The paths and chains that show it, beside what one line of `after` says.
        reasons: usize,
    },
    /// By every world: how many, with how many moves from one to another.
    Explicit {
        /// The worlds.
        states: usize,
        /// The moves between them.
        transitions: usize,
    },
}

/// Checks a certificate.
///
/// # Errors
/// Why it is no proof of this plan from this start.
pub fn verify(subject: &Subject<'_>, text: &[u8]) -> Result<Verified, Refused> {
    let Certificate { proof: claim, .. } = Certificate::read(text)?;
    let plan = subject.checked.plan();
    if claim.plan != plan.digest() || claim.plan_name != plan.name {
        return Err(Refused::Foreign("the plan or a value of its parameters"));
    }
    if claim.start != subject.digest {
        return Err(Refused::Foreign("the start"));
    }
    let judged = promises::judged(plan);
    let stated = plan.statements.iter().map(|stated| stated.value.sentence(&plan.landscape));
    let courses = plan.judged_courses().map(|(course, _)| course.sentence().to_owned());
    let promised = judged.iter().map(|judged| judged.sentence(&plan.landscape)).chain(stated).chain(courses);
    if claim.statement != subject.statement || !promised.eq(claim.statement.promises.iter().cloned()) {
        return Err(Refused::Foreign("what it states: promises, what is waived, or assumptions"));
    }
    course::can_abort(plan)?;
    match &claim.reason {
        Reason::Cuts { lines, paths, news, moments } => {
            let lines = Lines::of(plan, lines)?;
            let paths = paths::Paths::of(plan, lines, (paths, news, moments))?;
            let shown = show(subject.checked, subject.start, &paths)?;
            paths.all_asked_for()?;
            Ok(Verified::Cuts { shown, reasons: paths.len() })
        }
        Reason::Explicit { worlds } => worlds::closed(subject, &judged, worlds),
    }
}

/// Counts something that is asked again and again.
fn count(counter: &Cell<usize>) {
    counter.set(counter.get() + 1);
}
