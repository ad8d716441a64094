//! A place that only the whole plan can tell.

use crate::world::id::{ChannelId, KeyId, PlaceId, StoreId};

/// A place that an act does not name, because another act of the plan chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// Where this key waits in this store: its `create` says so.
    Staged(StoreId, KeyId),
    /// Where this key is kept in this store: the `exchange` that displaced it says so.
    Kept(StoreId, KeyId),
    /// Where it is kept with what this flow signs, and which key lies under this alias.
    Repointed(ChannelId, PlaceId),
}
