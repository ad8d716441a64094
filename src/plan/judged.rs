//! The promises of flows that are judged: those of the plan, and the law of which it does not speak.

use std::{collections::BTreeSet, ops::Deref};

use crate::{
    invariant::{Hazard, Invariant, rejected::NeverRejected},
    world::id::ChannelId,
};

use super::Plan;

/// A promise that is judged.
#[derive(Debug)]
pub enum Judged<'a> {
    /// The plan makes it.
    Promised(&'a dyn Invariant),
    /// Not promised in words, judged all the same.
    Default(NeverRejected),
}

impl<'a> Deref for Judged<'a> {
    type Target = dyn Invariant + 'a;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Promised(invariant) => *invariant,
            Self::Default(invariant) => invariant,
        }
    }
}

impl Plan {
    /// The promises that are judged. A flow is judged for rejected messages even if nothing is promised of
    /// it; only a waiver takes it out.
    #[must_use]
    pub fn judged(&self) -> Vec<Judged<'_>> {
        let waivers: BTreeSet<(ChannelId, Hazard)> =
            self.waivers.iter().map(|waiver| (waiver.flow, waiver.hazard)).collect();
        let promised = self.promises.iter().map(|promise| promise.value.as_ref());
        let said: BTreeSet<(ChannelId, Hazard)> = promised.clone().map(Invariant::hazard).collect();
        let laws = self.landscape.channels.ids().map(NeverRejected::of);
        let unsaid = laws.filter(|law| !said.contains(&law.hazard())).map(Judged::Default);
        let all = promised.map(Judged::Promised).chain(unsaid);
        all.filter(|judged| !waivers.contains(&judged.hazard())).collect()
    }
}
