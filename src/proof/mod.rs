//! Shows that a plan keeps its promises in every order of events that it allows, or tells the
//! shortest story in which it does not.
//!
//! Two engines, in this order: [`cuts`] asks the order of the steps and looks at no state; where it
//! cannot tell, [`explicit`] looks at every state, breadth first. [`reason`] writes down why a plan is
//! proved, for a second judge. Declared faults and repair have their places beside them.

mod after;
pub mod assumption;
pub mod budget;
pub mod by_row;
pub mod cuts;
pub mod ending;
pub mod engine;
pub mod explicit;
mod late;
mod misfit;
pub mod pack;
pub mod reason;
pub mod refusal;
pub mod refused;
mod rejected;
pub mod rules;
pub mod story;
pub mod survey;
pub mod verdict;
