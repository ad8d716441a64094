//! Single messages of a flow, signed when they are told to be and held back until they are to arrive.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    backend::{
        local_flow::{FlowError, Sent},
        receiver::Judgement,
        signer::SignerError,
    },
    plan::Plan,
    world::{id::ChannelId, material::Fingerprint},
};

use super::{
    site::Site,
    traffic::{Down, Traffic, TrafficError, payload},
};

/// What became of a message that was to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It is signed with this certificate's key, and under way.
    UnderWay(Fingerprint),
    /// It was judged at once.
    Judged(Fingerprint, Judgement),
    /// None could leave.
    Down(Down),
}

/// One flow with its receiver.
#[derive(Debug)]
pub struct Courier {
    traffic: Traffic,
    sent: u64,
}

impl Courier {
    /// Takes a flow of a site over.
    ///
    /// # Errors
    /// When flow, keystore or receiver are not bound to things on this machine, or are in use.
    pub fn over(plan: &Plan, flow: ChannelId, site: &Site, folder: &Path) -> Result<Self, TrafficError> {
        Ok(Self { traffic: Traffic::over(plan, flow, site, folder)?, sent: 0 })
    }

    /// Signs a message with whatever the alias names now, to arrive so much later.
    ///
    /// # Errors
    /// When the flow fails otherwise than by being down.
    pub fn post(&mut self, now: Timestamp, delay: Duration) -> Result<Posted, TrafficError> {
        self.sent += 1;
        let mut order = Cursor::new(payload(self.sent, now));
        let Traffic { flow, receiver, .. } = &mut self.traffic;
        match flow.send(&mut order, now, delay, receiver) {
            Ok(Sent::Spooled(message)) => {
                flow.commit()?;
                Ok(Posted::UnderWay(message.key))
            }
            Ok(Sent::Delivered(delivered)) => Ok(Posted::Judged(delivered.message.key, delivered.judgement)),
            Ok(Sent::Held(_, error)) => Err(FlowError::Receiver(error).into()),
            Ok(Sent::NotDeployed) => Ok(Posted::Down(Down::Undeployed)),
            Err(FlowError::Signer(SignerError::Unresolved(_))) => Ok(Posted::Down(Down::Unresolved)),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets everything arrive that is due now: the certificate of the key of each message, and what the
    /// receiver says of it.
    ///
    /// # Errors
    /// When a message cannot be judged.
    pub fn deliver(&mut self, now: Timestamp) -> Result<Vec<(Fingerprint, Judgement)>, TrafficError> {
        let mut judged = Vec::new();
        let Traffic { flow, receiver, .. } = &mut self.traffic;
        flow.deliver_due(now, receiver, &mut |delivered| {
            judged.push((delivered.message.key, delivered.judgement));
        })?;
        Ok(judged)
    }
}
