//! The hand on the switch of a flow.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;

use crate::{
    backend::{
        Outcome,
        deployer::{Deployer, DeployerError, FlowState, InFlight, SignsWith},
    },
    name::Alias,
    world::material::Fingerprint,
};

use super::{
    aimed,
    locks::Stillness,
    places::Places,
    spool::{Found, Spool},
    state::{self, Standing},
};

/// Deploys and undeploys a flow of this machine and sees what of it is under way, from any process,
/// while another one sends and delivers.
#[derive(Debug)]
pub struct FlowSwitch {
    places: Places,
}

impl FlowSwitch {
    /// The switch of the flow in this folder. The folder is made when it is not there; a flow that
    /// was never deployed is undeployed.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, DeployerError> {
        let switch = Self::at(folder);
        switch.create()?;
        Ok(switch)
    }

    /// The same without touching anything: the folder is made by the first change.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { places: Places::new(folder) }
    }

    fn create(&self) -> Result<(), DeployerError> {
        self.places.create().map_err(failed("cannot create", self.places.folder().to_owned()))
    }

    /// Since when the flow is as it is; `None` when it was never deployed.
    ///
    /// # Errors
    /// When its state cannot be read.
    pub fn since(&self) -> Result<Option<Timestamp>, DeployerError> {
        Ok(state::read(&self.places.state())?.map(|standing| standing.since))
    }

    fn stillness(&self) -> Result<Stillness, DeployerError> {
        Stillness::begin(&self.places).map_err(failed("cannot lock", self.places.stamping()))
    }
}

impl Deployer for FlowSwitch {
    fn state(&self) -> Result<FlowState, DeployerError> {
        let standing = state::read(&self.places.state())?;
        Ok(standing.map_or(FlowState::Undeployed, |standing| standing.state))
    }

    /// A state file that is damaged is written anew.
    fn bring_to(&mut self, state: FlowState, now: Timestamp) -> Result<Outcome, DeployerError> {
        self.create()?;
        let _still = self.stillness()?;
        let path = self.places.state();
        match state::read(&path) {
            Ok(Some(standing)) if standing.state == state => return Ok(Outcome::AlreadySo),
            Ok(_) | Err(DeployerError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
        state::write(&path, Standing { state, since: now })?;
        Ok(Outcome::Changed)
    }

    fn signs_with(&self) -> Result<SignsWith, DeployerError> {
        Ok(self.repointed()?.map_or(SignsWith::Declared, SignsWith::Alias))
    }

    fn repointed(&self) -> Result<Option<Alias>, DeployerError> {
        aimed::read(&self.places.alias())
    }

    /// A file that is damaged is written anew.
    fn repoint(&mut self, alias: &Alias, now: Timestamp) -> Result<Outcome, DeployerError> {
        self.create()?;
        let _still = self.stillness()?;
        let path = self.places.alias();
        match aimed::read(&path) {
            Ok(Some(before)) if before.same_entry(alias) => return Ok(Outcome::AlreadySo),
            Ok(_) | Err(DeployerError::Astray(_)) => {}
            Err(error) => return Err(error),
        }
        aimed::write(&path, alias, now)?;
        Ok(Outcome::Changed)
    }

    /// Counts messages that are not sent yet too, as long as their sender lives. It waits for the
    /// message that is being signed at that moment.
    fn in_flight(&self, key: &Fingerprint) -> Result<InFlight, DeployerError> {
        if !self.places.spool().exists() {
            return Ok(InFlight::Seen(0));
        }
        let still = self.stillness()?;
        let owner = still
            .ownership(&self.places, Duration::ZERO)
            .map_err(failed("cannot lock", self.places.owner()))?;
        let spool = Spool::open(self.places.spool()).map_err(failed("cannot open", self.places.spool()))?;
        let files = spool.scan().map_err(failed("cannot read", self.places.spool()))?;
        let sender_lives = owner.is_none();
        let under_way = files.iter().filter(|file| match file {
            Found::Sent(message) => message.key == *key,
            Found::Written(message) => sender_lives && message.key == *key,
            Found::Begun(_) | Found::Free(_) | Found::Stray(_) => false,
        });
        Ok(InFlight::Seen(u64::try_from(under_way.count()).unwrap_or(u64::MAX)))
    }

    fn tells_apart(&self) -> bool {
        true
    }
}

fn failed(doing: &'static str, path: PathBuf) -> impl FnOnce(std::io::Error) -> DeployerError {
    move |cause| DeployerError::Io { doing, path, cause }
}
