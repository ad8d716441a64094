//! The one test binary.
#![cfg(test)]

mod cli;
mod flow;
mod golden;
mod house;
mod journal;
mod keystore;
mod report;
mod rooms;
mod runs;
mod syntax;
mod transition;
mod xml;
