//! What scripts, timers, pipelines and monitoring rest on: `docs/automation.md` is true, and stays so.
#![cfg(test)]

mod all;
mod examples;
mod figures;
mod follow;
mod frozen;
mod home;
mod log;
mod results;
mod twenty;
