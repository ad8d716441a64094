//! Carries a plan out through the backends of a site: asks `transition::next` at every turn, and
//! does what it commands.
//!
//! - Before a run: [`site`] is read, [`bind`] compares it with the plan and makes its backends,
//!   [`casting`] says who plays which role and keeps to which [`calendar`], [`dry_run`] what would happen (a `forecast` of each step by the
//!   same runner over what is [`read_only`], with what [`noted`] tells beside), [`approval`] what was
//!   agreed to, and [`seen`] that in words, [`slack`] what is left until something ends, [`prospect`] what
//!   becomes of a plan that waits, [`asked`] for which passwords somebody is asked, [`claims`] which keystores are its own, [`opening`] which certificates the run begins with, and
//!   [`validity`] whether they last as long as the plan may, and [`weak`] which are too weak.
//! - Of a site alone: [`site_check`] looks at all that it binds, [`programs`] tells what it has started, [`trust`] whether
//!   somebody has said that it may;
//!   [`site_schema`] is for editors.
//! - The run itself: [`runner`] takes one [`turn`] after the other, `people` confirm what two of them do, [`difference`] finds where the
//!   world is not as recorded, [`promised`] what is broken there, [`window`] what would last too long, `behind` when the clock cannot be counted by.
//! - Over many partners: who of them is a [`partner`] with which `stretch` of steps, and at which [`pace`] of the site, its
//!   [`pace_binding`], they are begun; what is the [`fallout`] where some fail; a certificate there is [`substituted`].
//! - While it waits: [`status`] of each step, for whom or what it [`wait`]s (`waiting`, for machines) and until when that is [`due`], how its [`drains`] are known, how a certificate is [`compared`], and what
//!   speaks against [`pausing`] it.
//! - Whoever is waited for is told by [`notices`], afterwards, and no run waits for that.
//! - A rehearsal: [`sandbox`] is a world of its own, or the likeness that [`rebuild`] makes of what
//!   [`origin`] sees at a site; [`traffic`] sends messages through it.
//! - A story: [`enact`] plays it in a sandbox, moment by moment by its [`timetable`], and a [`courier`]
//!   holds its messages back until they are to arrive.

pub mod approval;
pub mod asked;
mod behind;
pub mod bind;
pub mod calendar;
pub mod casting;
pub mod claims;
pub mod command_binding;
pub mod compared;
pub mod courier;
pub mod difference;
pub mod drains;
pub mod dry_run;
pub mod due;
pub mod enact;
pub mod error;
mod fact_file_binding;
pub mod fallout;
mod forecast;
pub mod hands;
mod issuing;
mod key_kind;
mod looking;
mod moment;
pub mod noted;
pub mod notices;
pub mod opening;
pub mod origin;
mod own_approval;
pub mod pace;
pub mod pace_binding;
pub mod partner;
pub mod pausing;
mod people;
pub mod programs;
pub mod promised;
pub mod prospect;
pub mod read_only;
pub mod rebuild;
pub mod runner;
pub mod sandbox;
pub mod seen;
mod shown;
pub mod signature_binding;
pub mod site;
pub mod site_check;
pub mod site_fault;
mod site_reading;
pub mod site_schema;
pub mod slack;
pub mod status;
mod stretch;
pub mod substituted;
pub mod time;
pub mod timetable;
pub mod traffic;
pub mod trust;
pub mod turn;
pub mod validity;
pub mod wait;
mod waiting;
pub mod weak;
pub mod window;
