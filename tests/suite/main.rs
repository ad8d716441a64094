//! The one test binary.

mod flow;
mod house;
mod keystore;
mod readme;
mod report;
mod rooms;
mod syntax;
mod xml;
