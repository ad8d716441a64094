//! A flow that keeps its state and its messages in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    backend::{
        Outcome,
        deployer::{Deployer, DeployerError, FlowState, InFlight, SignsWith},
    },
    name::Alias,
    world::material::Fingerprint,
};

/// A flow with the laws of [`LocalFlow`](crate::backend::local_flow::LocalFlow), forgotten with the
/// process. It counts messages by the certificate of the key that signed them, and keeps none.
#[derive(Debug)]
pub struct MemoryFlow {
    state: FlowState,
    alias: Option<Alias>,
    under_way: BTreeMap<Fingerprint, u64>,
}

impl MemoryFlow {
    /// A flow in this state, with nothing under way.
    #[must_use]
    pub const fn new(state: FlowState) -> Self {
        Self { state, alias: None, under_way: BTreeMap::new() }
    }

    /// Sends a message that is signed with the key of this certificate; says whether the flow took
    /// it, for one that is undeployed takes none.
    pub fn send(&mut self, key: Fingerprint) -> bool {
        let takes = self.state == FlowState::Deployed;
        if takes {
            *self.under_way.entry(key).or_default() += 1;
        }
        takes
    }

    /// Lets a message that is signed with the key arrive; says whether one was under way.
    pub fn arrive(&mut self, key: &Fingerprint) -> bool {
        let Some(count) = self.under_way.get_mut(key) else { return false };
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.under_way.remove(key);
        }
        true
    }
}

impl Deployer for MemoryFlow {
    fn state(&self) -> Result<FlowState, DeployerError> {
        Ok(self.state)
    }

    fn bring_to(&mut self, state: FlowState, _: Timestamp) -> Result<Outcome, DeployerError> {
        let before = std::mem::replace(&mut self.state, state);
        Ok(if before == state { Outcome::AlreadySo } else { Outcome::Changed })
    }

    fn signs_with(&self) -> Result<SignsWith, DeployerError> {
        Ok(self.alias.clone().map_or(SignsWith::Declared, SignsWith::Alias))
    }

    fn repointed(&self) -> Result<Option<Alias>, DeployerError> {
        Ok(self.alias.clone())
    }

    fn repoint(&mut self, alias: &Alias, _: Timestamp) -> Result<Outcome, DeployerError> {
        let before = self.alias.replace(alias.clone());
        let is_so = before.is_some_and(|before| before.same_entry(alias));
        Ok(if is_so { Outcome::AlreadySo } else { Outcome::Changed })
    }

    fn in_flight(&self, key: &Fingerprint) -> Result<InFlight, DeployerError> {
        Ok(InFlight::Seen(self.under_way.get(key).copied().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_stays_under_way_when_the_flow_is_undeployed() {
        let (old, new) = (Fingerprint::of(b"old"), Fingerprint::of(b"new"));
        let mut flow = MemoryFlow::new(FlowState::Deployed);
        assert!(flow.send(old) && flow.send(old));
        let undeploy = |flow: &mut MemoryFlow| flow.bring_to(FlowState::Undeployed, Timestamp::UNIX_EPOCH);
        assert_eq!(undeploy(&mut flow).unwrap(), Outcome::Changed);
        assert_eq!(undeploy(&mut flow).unwrap(), Outcome::AlreadySo);
        assert!(!flow.send(new));
        assert_eq!(flow.in_flight(&old).unwrap(), InFlight::Seen(2));
        assert_eq!(flow.in_flight(&new).unwrap(), InFlight::Seen(0));
        assert!(flow.arrive(&old) && flow.arrive(&old) && !flow.arrive(&old));
        assert_eq!(flow.in_flight(&old).unwrap(), InFlight::Seen(0));
    }
}
