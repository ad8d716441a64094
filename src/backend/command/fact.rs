//! A fact of the plan's own that a program keeps.

use serde_json::Value;

use crate::backend::{
    Outcome,
    fact_keeper::{FactError, FactKeeper, Told},
};

use super::{
    ask::{Asked, Fields, fields},
    fault::CommandError,
    half,
    program::Program,
};

/// A fact behind a program.
#[derive(Debug)]
pub struct CommandFact(Asked);

impl CommandFact {
    /// The fact that the plan calls `name`.
    #[must_use]
    pub fn new(name: &str, program: Program) -> Self {
        Self(Asked { name: name.to_owned(), face: "fact", program })
    }

    fn ask(&self, act: &'static str, request: Fields) -> Result<Fields, FactError> {
        Ok(self.0.ask(act, request).map_err(CommandError::from)?)
    }

    fn fit<T>(&self, act: &'static str, read: Result<T, &'static str>) -> Result<T, FactError> {
        read.map_err(|what| self.0.misfit(act, what).into())
    }
}

/// How the protocol spells whether a fact is so.
const fn word(set: bool) -> &'static str {
    if set { "set" } else { "clear" }
}

impl FactKeeper for CommandFact {
    fn is_set(&self) -> Result<Told, FactError> {
        let ok = self.ask("state", Fields::new())?;
        let told = match ok.get("state") {
            Some(Value::Null) => Ok(Told::Unknown),
            Some(Value::String(state)) if state == word(true) => Ok(Told::Is(true)),
            Some(Value::String(state)) if state == word(false) => Ok(Told::Is(false)),
            Some(_) => Err("`state` is neither `set` nor `clear`"),
            None => Err("`state` is missing"),
        };
        self.fit("state", told)
    }

    fn bring_to(&mut self, set: bool) -> Result<Outcome, FactError> {
        let ok = self.ask("bring_to", fields([("state", word(set).into())]))?;
        self.fit("bring_to", half::outcome(&ok))
    }
}
