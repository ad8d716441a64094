//! A hazard that the author accepts.

use std::collections::BTreeSet;

use crate::{
    action::usage::Arguments,
    invariant::Hazard,
    source::{Span, shown},
    syntax::tree::{Phrase, Term},
    world::id::ChannelId,
};

use super::{
    Plan, declare::said_twice, lines::WAIVERS, no_reason::no_reason, other_use::WaivedUse, resolve::Draft,
};

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
/// What a part says alike of a flow that it shares counts once.
pub(super) fn read(draft: &mut Draft, phrase: &Phrase, waivers: &mut Vec<Waiver>) -> Option<()> {
    let (row, arguments) = draft.read("a waiver", &WAIVERS, phrase)?;
    let (mut arguments, span) = (Arguments::new(arguments), phrase.span());
    if let Some(Term::Text(because)) = phrase.terms.last() {
        draft.findings.extend(no_reason(because, "a waiver"));
    }
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
    match waivers.iter().find(|waiver| waiver.flow == flow && waiver.hazard == hazard) {
        Some(known) if known.because != because => {
            let flow = shown(&draft.landscape.channels[flow].name);
            let word = match hazard {
                Hazard::Rejected => "rejected",
                Hazard::Interrupted => "interrupted",
            };
            let what = format!("why `{flow}` may be {}", word);
            draft.findings.push(said_twice(what, span, known.span));
        }
        Some(_) => {}
        None => waivers.push(Waiver { flow, hazard, because, span }),
    }
    Some(())
}
