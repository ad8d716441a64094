//! The one test binary.
#![cfg(test)]

mod book;
mod certificate;
mod cli;
mod clumsy;
mod compare;
mod cuts;
mod durations;
mod explicit;
mod flow;
mod golden;
mod graph;
mod guard;
mod hand;
mod house;
mod huge;
mod journal;
mod keystore;
mod mutants;
mod oracle;
mod output;
mod random_plans;
mod readme;
mod reference;
mod repair;
mod report;
mod returns;
mod rooms;
mod runs;
mod stated;
mod syntax;
mod time_left;
mod traces;
mod transition;
mod vocabulary;
mod xml;
