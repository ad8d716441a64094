//! The receiver and the flow: a trusted set, a spool, and messages that really verify.

#![cfg(test)]

mod crash;
mod keys;
mod model;
mod receivers;
mod traffic;
mod trust_folder;
