//! Writes the reason of a proof down, so that a second judge can check it without a search.

mod chain;
mod limits;
mod lines;
mod open;
mod ranks;
mod recorder;

use crate::{
    certificate::{Certificate, Claim, LIMIT, Reason, Refused, Row, Statement, Subject, show},
    check::Checked,
    world::state::World,
};

use super::{
    assumption::assumptions,
    cuts::occasions,
    engine::How,
    explicit::search::{Found, explore},
    rules::Rules,
    verdict::{Proven, finals, waived, world_digest},
};

use recorder::Recorder;

/// Why there is no certificate of a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// It would be too large.
    #[error("a certificate of this proof would have more than {0} bytes")]
    TooLarge(usize),
    /// The second judge does not see it.
    #[error("the second judge does not follow this proof: {0}")]
    Differ(Refused),
}

/// What a certificate of a plan must be about.
#[must_use]
pub fn subject<'a>(checked: &'a Checked, start: &'a World) -> Subject<'a> {
    let plan = checked.plan();
    let statement = Statement {
        limits: limits::stated(plan, &limits::bounds(checked, start)),
        promises: Rules::of(checked).sentences().into_iter().map(|(sentence, _)| sentence).collect(),
        finals: finals(plan),
        waived: waived(plan),
        assumptions: assumptions(checked),
    };
    Subject { checked, start, digest: world_digest(checked, start), statement }
}

/// The certificate of a proof that started there and looked at no more than `budget` worlds.
///
/// # Errors
/// When it would be too large, or the second judge does not follow the proof.
pub fn certificate(proven: &Proven, start: &World, budget: usize) -> Result<Certificate, Unwritten> {
    within(LIMIT, proven, start, budget)
}

/// The same for one of at most so many bytes.
///
/// # Errors
/// As [`certificate`].
pub fn within(limit: usize, proven: &Proven, start: &World, budget: usize) -> Result<Certificate, Unwritten> {
    let checked = proven.checked();
    let reason = match proven.proof().how {
        How::Cuts { .. } => by_order(limit, checked, start)?,
        How::Explicit { .. } => by_worlds(limit, checked, start, budget)?,
    };
    let Subject { digest, statement, .. } = subject(checked, start);
    let plan = checked.plan();
    let (plan_name, limits) = (plan.name.clone(), limits::bounds(checked, start));
    let claim = Claim { plan_name, plan: plan.digest(), start: digest, statement, reason, limits };
    let certificate = Certificate::of(claim);
    if certificate.text().len() > limit { Err(Unwritten::TooLarge(limit)) } else { Ok(certificate) }
}

/// The paths and chains that the second judge asks for.
fn by_order(limit: usize, checked: &Checked, start: &World) -> Result<Reason, Unwritten> {
    let mut recorder = Recorder::of(checked, limit);
    recorder.speak(occasions(checked, start));
    let shown = show(checked, start, &recorder);
    if recorder.is_full() {
        return Err(Unwritten::TooLarge(limit));
    }
    shown.map_err(Unwritten::Differ)?;
    Ok(recorder.reason())
}

/// Every world as the search came upon it, with how far it is from the end.
fn by_worlds(limit: usize, checked: &Checked, start: &World, budget: usize) -> Result<Reason, Unwritten> {
    let space = match explore(&Rules::of(checked), start, budget) {
        Found::Clean(space) => space,
        // It was proved by fewer worlds than those that a certificate needs.
        Found::Exhausted(_) => return Err(Unwritten::TooLarge(limit)),
        Found::Fault(..) | Found::Unclear(_) => {
            return Err(Unwritten::Differ(Refused::Gap("that the search ends as it did before".to_owned())));
        }
    };
    let ranks = ranks::ranks(&space);
    let (mut worlds, mut length) = (Vec::new(), 0);
    for ((state, rank), open) in (0..).zip(ranks).zip(open::open(checked.plan(), &space)) {
        let row = Row::of(&space.world(state), rank, open);
        length += row.least();
        if length > limit {
            return Err(Unwritten::TooLarge(limit));
        }
        worlds.push(row);
    }
    Ok(Reason::Explicit { worlds })
}
