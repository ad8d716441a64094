//! Carries a plan out through the backends of a site: asks `transition::next` at every turn, and
//! does what it commands.

pub mod approval;
pub mod bind;
pub mod casting;
pub mod difference;
pub mod dry_run;
pub mod error;
pub mod opening;
pub mod runner;
pub mod sandbox;
pub mod site;
pub mod site_fault;
pub mod status;
pub mod time;
pub mod traffic;
pub mod turn;
pub mod wait;
pub mod window;
