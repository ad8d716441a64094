//! A hazard that the author accepts.

use crate::{
    action::usage::Arguments, invariant::Hazard, source::Span, syntax::tree::Phrase, world::id::ChannelId,
};

use super::{lines::WAIVERS, resolve::Draft};

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

/// Reads one, and keeps what is found.
pub(super) fn waiver(draft: &mut Draft, phrase: &Phrase) -> Option<Waiver> {
    let (row, arguments) = draft.read("a waiver", &WAIVERS, phrase)?;
    let mut arguments = Arguments::new(arguments);
    let hazard = if row == 0 { Hazard::Rejected } else { Hazard::Interrupted };
    let (flow, because) = (arguments.flow()?, arguments.text()?);
    Some(Waiver { flow, hazard, because, span: phrase.span() })
}
