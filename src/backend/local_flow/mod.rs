//! A flow on this machine: signs, spools and delivers.
//!
//! [`LocalFlow`] is the traffic: one process at a time sends and delivers. [`FlowSwitch`] brings the
//! flow up and down and counts what is under way; any process may hold one. What both know of each
//! other is on disk:
//!
//! | in the flow's folder | what it is |
//! |---|---|
//! | `flow.json` | whether the flow is deployed, and since when |
//! | `alias.json` | to which alias it was repointed, and when; not there for one that never was |
//! | `spool/SEQUENCE-SENT-DUE-KEY.xml` | a message under way |
//! | `spool/SEQUENCE-SENT-DUE-KEY.part` | a message whose group is not yet durable: not sent yet |
//! | `spool/SEQUENCE.part` | a message being signed |
//! | `spool/SEQUENCE.free` | the file of a message that was delivered, for another one |
//! | `sequence` | up to which number sequences are given out |
//! | `*.lock` | who sends, who stamps, who waits |
//!
//! Delivery is at least once: a crash between the receiver's judgement and the removal of the file
//! delivers the message again.

mod aimed;
mod flow;
mod locks;
mod places;
mod sequence;
mod spare;
mod spool;
mod spooled;
mod state;
mod switch;
mod twice;

pub use flow::{Delivered, FlowConfig, FlowError, LocalFlow, Sent, Transit};
pub use spooled::Spooled;
pub use switch::FlowSwitch;
pub use twice::of_both;
