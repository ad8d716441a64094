//! A flow that a program starts, stops and watches.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    backend::{
        Outcome,
        deployer::{Deployer, DeployerError, FlowState, InFlight, SignsWith},
        receiver::Judgement,
    },
    name::Alias,
    world::material::Fingerprint,
};

use super::{
    ask::{Asked, Fields, fields},
    fault::CommandError,
    half,
    program::Program,
    receiver::judgement,
};

/// A flow behind a program.
#[derive(Debug)]
pub struct CommandFlow(Asked);

impl CommandFlow {
    /// The flow that the plan calls `name`.
    #[must_use]
    pub fn new(name: &str, program: Program) -> Self {
        Self(Asked { name: name.to_owned(), face: "flow", program })
    }

    fn ask(&self, act: &'static str, request: Fields) -> Result<Fields, DeployerError> {
        Ok(self.0.ask(act, request).map_err(CommandError::from)?)
    }

    fn fit<T>(&self, act: &'static str, read: Result<T, &'static str>) -> Result<T, DeployerError> {
        read.map_err(|what| self.0.misfit(act, what).into())
    }
}

impl From<CommandError> for DeployerError {
    fn from(error: CommandError) -> Self {
        Self::Command(Box::new(error))
    }
}

/// How the protocol spells a state.
const fn word(state: FlowState) -> &'static str {
    match state {
        FlowState::Deployed => "deployed",
        FlowState::Undeployed => "undeployed",
    }
}

impl Deployer for CommandFlow {
    fn state(&self) -> Result<FlowState, DeployerError> {
        let ok = self.ask("state", Fields::new())?;
        let state = match ok.get("state").map(Value::as_str) {
            Some(Some("deployed")) => Ok(FlowState::Deployed),
            Some(Some("undeployed")) => Ok(FlowState::Undeployed),
            Some(_) => Err("`state` is neither `deployed` nor `undeployed`"),
            None => Err("`state` is missing"),
        };
        self.fit("state", state)
    }

    fn bring_to(&mut self, state: FlowState, _now: Timestamp) -> Result<Outcome, DeployerError> {
        let ok = self.ask("bring_to", fields([("state", word(state).into())]))?;
        self.fit("bring_to", half::outcome(&ok))
    }

    fn signs_with(&self) -> Result<SignsWith, DeployerError> {
        let ok = self.ask("signs_with", Fields::new())?;
        let alias = match ok.get("alias") {
            Some(Value::String(alias)) => {
                Alias::new(alias.clone()).map(SignsWith::Alias).map_err(|_| "`alias` is no alias")
            }
            Some(_) => Err("`alias` is no text"),
            None => Err("`alias` is missing"),
        };
        self.fit("signs_with", alias)
    }

    fn repoint(&mut self, alias: &Alias, _now: Timestamp) -> Result<Outcome, DeployerError> {
        let ok = self.ask("repoint", fields([("alias", alias.as_str().into())]))?;
        self.fit("repoint", half::outcome(&ok))
    }

    fn in_flight(&self, key: &Fingerprint) -> Result<InFlight, DeployerError> {
        let ok = self.ask("in_flight", fields([("key", key.to_string().into())]))?;
        let count = match ok.get("count") {
            Some(Value::Null) => Ok(InFlight::Unknown),
            Some(count) => count.as_u64().map(InFlight::Seen).ok_or("`count` is no number of messages"),
            None => Err("`count` is missing"),
        };
        self.fit("in_flight", count)
    }

    fn test(&mut self, alias: &Alias, key: &Fingerprint) -> Result<Judgement, DeployerError> {
        let request = fields([("alias", alias.as_str().into()), ("key", key.to_string().into())]);
        let ok = self.ask("test", request)?;
        self.fit("test", judgement(&ok, self.0.program.keep_output))
    }
}
