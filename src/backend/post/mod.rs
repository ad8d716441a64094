//! Ways out of this machine for what people are told: a mail server, a webhook, a folder from which something else
//! sends. Each hands over what is written already, once, within a time, and says in keyroll's own words why it
//! could not: what a server answers is a stranger's text, and is not repeated.

pub mod address;
pub mod endpoint;
pub mod fault;
pub mod patience;
pub mod roots;
pub mod signed;
pub mod smtp;
pub mod spool;
pub mod webhook;

use std::time::Duration;

/// How long one attempt may take, whatever the other side does meanwhile.
pub const PATIENCE: Duration = Duration::from_secs(10);
