//! How the aliases of a scenario are written in its steps: as its author wrote them.

use std::collections::BTreeMap;

use crate::{
    syntax::{
        quoted,
        tree::{Item, PlaceTerm, Term},
    },
    world::{id::PlaceId, landscape::Landscape},
};

use super::scenario::Scenario;

/// What stands for an alias in the text, quotes included.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    written: BTreeMap<PlaceId, Written>,
}

#[derive(Clone, Debug)]
enum Written {
    /// `$alias`
    Parameter(String),
    /// `"text with $params"`, without the quotes.
    Text(String),
}

impl Spelling {
    /// The aliases that flows sign with, as the flows name them.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut written = BTreeMap::new();
        for line in &scenario.tree.items {
            let Item::Flow(decl) = &line.node else { continue };
            let channels = &scenario.plan.landscape.channels;
            let Some(flow) = channels.find(|flow| flow.name == decl.name.value) else { continue };
            let terms = decl.body.lines.iter().flat_map(|line| &line.node.terms);
            let place = terms.filter_map(|term| match term {
                Term::Place(place) => Some(&place.value),
                _ => None,
            });
            if let Some(spelt) = place.into_iter().find_map(spelt) {
                written.entry(channels[flow].stamps).or_insert(spelt);
            }
        }
        Self { written }
    }

    /// Enters an alias that is another one with more behind it.
    pub(super) fn beside(
        &mut self,
        landscape: &Landscape,
        (place, beside): (PlaceId, PlaceId),
        suffix: &str,
    ) {
        let spelt = match self.written(landscape, place) {
            Written::Parameter(name) => Written::Text(format!("${name}{suffix}")),
            Written::Text(text) => Written::Text(format!("{text}{suffix}")),
        };
        self.written.insert(beside, spelt);
    }

    /// An alias with its quotes, or the parameter that stands for it.
    pub(super) fn alias(&self, landscape: &Landscape, place: PlaceId) -> String {
        match self.written(landscape, place) {
            Written::Parameter(name) => format!("${name}"),
            Written::Text(text) => quoted(&text),
        }
    }

    /// `tenant[$alias]`
    pub(super) fn place(&self, landscape: &Landscape, place: PlaceId) -> String {
        let store = &landscape.stores[landscape.places[place].store].name;
        format!("{store}[{}]", self.alias(landscape, place))
    }

    fn written(&self, landscape: &Landscape, place: PlaceId) -> Written {
        let plain = || Written::Text(landscape.places[place].alias.as_str().replace('$', "$$"));
        self.written.get(&place).cloned().unwrap_or_else(plain)
    }
}

fn spelt(place: &PlaceTerm) -> Option<Written> {
    match place.alias.as_ref() {
        Term::Param(name) => Some(Written::Parameter(name.value.clone())),
        Term::Text(text) => Some(Written::Text(text.value.clone())),
        _ => None,
    }
}
