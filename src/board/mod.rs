//! The board: where a renewal stands with each partner, and what the next common step still waits for.
//!
//! It is made from the plan, the site and the records of a run. Nothing is looked at in the world: what a
//! person has said is told as said, and what a backend has shown as seen, each with the time of its record.

mod asked;
mod awaited;
mod cell;
mod column;
mod document;
mod held;
mod latest;
mod page;
mod partner;
mod record;
mod text;
mod words;

pub use awaited::{Awaited, Because, Blocking};
pub use cell::{Cell, Condition, How};
pub use column::Column;
pub use document::{Board, Boards, Head, Partner, Standing};
pub use latest::Latest;
pub use page::Page;
pub use text::text;

use jiff::Timestamp;

use crate::{
    backend::bench::Material,
    check::Checked,
    journal::survey::Survey,
    run::casting::Casting,
    transition::{event::Record, state::State},
    world::id::RoleId,
};

/// What a board is made from: a run at a moment, or a plan that was not begun.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The plan.
    pub checked: &'a Checked,
    /// Who does what at the site.
    pub casting: &'a Casting,
    /// The certificates that are known.
    pub material: &'a Material,
    /// Where the run stands.
    pub state: &'a State,
    /// What was recorded of it, up to that moment.
    pub records: &'a [Record],
    /// The moment.
    pub now: Timestamp,
    /// What its roles are asked before it begins, or were asked.
    pub survey: Option<&'a Survey>,
    /// Who coordinates, where that is said; otherwise the role that speaks to most others.
    pub coordinator: Option<RoleId>,
}
