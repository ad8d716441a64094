//! A hazard that the author accepts.

use crate::{invariant::Hazard, source::Span, world::id::ChannelId};

/// `waive orders rejected because "..."`
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The flow.
    pub flow: ChannelId,
    /// What is accepted.
    pub hazard: Hazard,
    /// Why.
    pub because: String,
    /// Where it is written.
    pub span: Span,
}
