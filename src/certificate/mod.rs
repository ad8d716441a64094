//! A second judge of proofs: small, and apart from the engines that find them.
//!
//! A certificate is the reason of a proof, written down. This room has its form, and in [`judge`] what decides
//! whether it is a proof. What writes a certificate needs no trust, and stands to the right: in
//! [`proof`](crate::proof), of which nothing here knows.

mod again;
mod asked;
mod form;
pub mod judge;
mod looks;
mod refused;
mod row;

use crate::{
    check::Checked,
    world::{id::StepId, material::Fingerprint, state::World},
};

pub use form::{Bound, Certificate, Claim, LIMIT, MARK, News, Reason, Row, Statement, number};
pub use judge::{show, verify};
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
    /// The steps that are done at a moment of which a statement (by number) speaks, one after the other.
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
