//! The steps on the way to a certificate that another role issues. None of them changes a fact of the
//! core: that they come in their order, and before the key is used, is told by the order of the plan.

use crate::world::id::{KeyId, PlaceId, RoleId};

/// What an act does on that way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certifying {
    /// Sends a request for the certificate of this key to this role.
    Order(KeyId, RoleId),
    /// Issues the certificate of this key, and hands it over.
    Certify(KeyId),
    /// Puts the certificate of this key in place of the one with which it was made, at this place.
    Install(KeyId, PlaceId),
}

impl Certifying {
    /// Whose certificate it is about.
    #[must_use]
    pub const fn key(self) -> KeyId {
        match self {
            Self::Order(key, _) | Self::Certify(key) | Self::Install(key, _) => key,
        }
    }
}
