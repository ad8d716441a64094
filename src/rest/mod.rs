//! The rest of a run as a plan of its own: the way back to its start, or another plan that it moves to.
//!
//! Where a run [`stands`](standing) is told by its record and by what is seen. From there a plan is
//! [`declared`] whose end is how it was at the start, its steps are searched, and a partner who may act at
//! any moment is told to `stop` before. What comes out is proved from where the run stands, like any other
//! plan, and is [`carried`] over from the plan before: so a [`way`] is never taken that was not proved.

pub mod carried;
pub mod declared;
pub mod standing;
mod stop;
pub mod waived;
pub mod way;
pub mod without;
