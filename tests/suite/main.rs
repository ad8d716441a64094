//! The one test binary.

mod flow;
mod keystore;
mod mutants;
mod random_plans;
mod reference;
mod report;
mod syntax;
mod traces;
mod vocabulary;
mod xml;
