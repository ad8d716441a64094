//! A hazard that the author accepts.

use std::collections::BTreeSet;

use crate::{
    action::usage::Arguments, invariant::Hazard, source::Span, syntax::tree::Phrase, world::id::ChannelId,
};

use super::{Plan, lines::WAIVERS, other_use::WaivedUse, resolve::Draft};

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

impl Plan {
    /// The flows of which the author accepts a hazard.
    #[must_use]
    pub fn waived(&self, hazard: Hazard) -> BTreeSet<ChannelId> {
        self.waivers.iter().filter(|waiver| waiver.hazard == hazard).map(|waiver| waiver.flow).collect()
    }
}

/// Reads a waiver. One of a use beside the flows is kept with those uses, one of a key with the kinds of keys.
pub(super) fn read(draft: &mut Draft, phrase: &Phrase) -> Option<Waiver> {
    let (row, arguments) = draft.read("a waiver", &WAIVERS, phrase)?;
    let (mut arguments, span) = (Arguments::new(arguments), phrase.span());
    let hazard = match row {
        0 => Hazard::Rejected,
        1 => Hazard::Interrupted,
        3 => {
            let (key, because) = (arguments.key()?, arguments.text()?);
            draft.may_be_weak(key, because, span);
            return None;
        }
        _ => {
            let (by, because) = (arguments.text()?, arguments.text()?);
            draft.leaves_out(WaivedUse { by, because, span });
            return None;
        }
    };
    let (flow, because) = (arguments.flow()?, arguments.text()?);
    Some(Waiver { flow, hazard, because, span })
}
