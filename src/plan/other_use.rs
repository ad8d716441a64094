//! Who uses an alias beside the flows of the plan, and what the plan says of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    source::{Span, shown},
    world::{
        id::{ChannelId, PlaceId},
        landscape::Landscape,
    },
};

use super::{Plan, declare::said_twice, resolve::Draft};

/// `alias "orders" is also used by "invoice interface"`
#[derive(Clone, Debug)]
pub struct OtherUse {
    /// The alias.
    pub place: PlaceId,
    /// What people call the use.
    pub by: String,
    /// Where it is written.
    pub span: Span,
}

/// `stands for "invoice interface"`, in a flow.
#[derive(Clone, Debug)]
pub struct StandIn {
    /// The flow that is judged for the use.
    pub flow: ChannelId,
    /// What people call the use.
    pub by: String,
    /// Where it is written.
    pub span: Span,
}

/// `waive use "invoice interface" because "..."`
#[derive(Clone, Debug)]
pub struct WaivedUse {
    /// What people call the use.
    pub by: String,
    /// Why nothing is proved of it.
    pub because: String,
    /// Where it is written.
    pub span: Span,
}

/// The uses of aliases beside the flows, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct OtherUses {
    /// The uses.
    pub said: Vec<OtherUse>,
    /// The flows that stand for them.
    pub stand_ins: Vec<StandIn>,
    /// Those that the author leaves out.
    pub waived: Vec<WaivedUse>,
    /// Where each of these sentences stands first.
    first: BTreeMap<Sentence, Span>,
}

/// One of the sentences, to find it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sentence {
    Said(PlaceId, String),
    Stands(ChannelId, String),
    Waived(String),
}

impl OtherUses {
    /// Whether a flow that signs with the alias stands for the use.
    #[must_use]
    pub fn is_covered(&self, landscape: &Landscape, one: &OtherUse) -> bool {
        let mine = |stand: &&StandIn| stand.by == one.by && landscape.channels[stand.flow].lists(one.place);
        self.stand_ins.iter().any(|stand| mine(&stand))
    }

    /// Whether the author leaves the use out.
    #[must_use]
    pub fn is_waived(&self, one: &OtherUse) -> bool {
        self.waived.iter().any(|waived| waived.by == one.by)
    }
}

impl Draft {
    /// Keeps a use of an alias beside the flows.
    pub(super) fn used_by(&mut self, one: OtherUse) {
        if self.is_new(Sentence::Said(one.place, one.by.clone()), one.span) {
            self.other_uses.said.push(one);
        }
    }

    /// Keeps that a flow stands for a use.
    pub(super) fn stands_for(&mut self, one: StandIn) {
        if self.is_new(Sentence::Stands(one.flow, one.by.clone()), one.span) {
            self.other_uses.stand_ins.push(one);
        }
    }

    /// Keeps that a use is left out.
    pub(super) fn leaves_out(&mut self, one: WaivedUse) {
        if self.is_new(Sentence::Waived(one.by.clone()), one.span) {
            self.other_uses.waived.push(one);
        }
    }

    /// Whether a sentence is said for the first time; a second one gets its finding.
    fn is_new(&mut self, sentence: Sentence, span: Span) -> bool {
        let Some(first) = self.other_uses.first.get(&sentence).copied() else {
            self.other_uses.first.insert(sentence, span);
            return true;
        };
        // What is said for each row of a table stands at one place.
        if first != span {
            let what = match &sentence {
                Sentence::Said(place, by) => {
                    format!("that `{}` uses `{}`", shown(by), shown(&self.landscape.place_name(*place)))
                }
                Sentence::Stands(flow, by) => {
                    let flow = shown(&self.landscape.channels[*flow].name);
                    format!("that `{flow}` stands for `{}`", shown(by))
                }
                Sentence::Waived(by) => format!("that `{}` is waived", shown(by)),
            };
            self.findings.push(said_twice(what, span, first));
        }
        false
    }
}

impl Plan {
    /// The uses that the author leaves out, each with the aliases that it uses and the reason.
    #[must_use]
    pub fn waived_uses(&self) -> Vec<String> {
        let told = self.other_uses.waived.iter().map(|waived| {
            let mine = self.other_uses.said.iter().filter(|one| one.by == waived.by);
            let places = mine.map(|one| shown(&self.landscape.place_name(one.place)));
            let places: BTreeSet<String> = places.collect();
            let places: Vec<String> = places.into_iter().collect();
            format!("use \"{}\" of {}: {}", shown(&waived.by), places.join(", "), shown(&waived.because))
        });
        told.collect()
    }
}
