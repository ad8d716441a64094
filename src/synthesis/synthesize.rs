//! From a scenario to a plan that was proved, or to a proof that there is none.

use crate::{
    check::{Checked, read},
    plan::given::Given,
    proof::verdict::{Proven, Verdict, prove},
    source::Source,
};

use super::{
    cost::{Bound, Bounds, Cost, Progress},
    impossible::{Impossible, broken_start, impossible},
    library::Library,
    order::{After, order},
    scenario::Scenario,
    search::{Done, Next, Search},
    waits::waited,
    worlds::Worlds,
    written::text,
};

/// So many worlds of a written plan are looked at where causal cuts cannot tell.
const PROVED: usize = 200_000;

/// So many written plans may be refused before the search is given up.
const REFUSED: usize = 50;

/// What becomes of a scenario.
#[derive(Debug)]
pub enum Synthesis {
    /// A plan, which was proved.
    Found(Box<Found>),
    /// There is none.
    Impossible(Impossible),
    /// A bound was reached: nothing is said.
    Bound(Bound),
}

/// A plan that was found.
#[derive(Debug)]
pub struct Found {
    /// Its text.
    pub text: String,
    /// Its proof.
    pub proven: Proven,
    /// What it costs.
    pub cost: Cost,
    /// How many moments were looked at.
    pub moments: usize,
    /// How many better plans were written, and refused by the proof.
    pub refused: usize,
}

/// What the acts of a scenario are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acts {
    /// The verbs.
    pub verbs: Vec<&'static str>,
    /// How many acts there are by them.
    pub count: usize,
}

/// Looks for the best plan of a scenario. `given` is what it was read with; `goes_on` is told now and then
/// how far the search has come, and ends it by saying no.
#[must_use]
pub fn synthesize(
    scenario: &Scenario,
    given: &Given,
    bounds: Bounds,
    goes_on: &dyn Fn(Progress) -> bool,
) -> (Synthesis, Acts) {
    let library = Library::of(scenario);
    let acts = Acts { verbs: library.verbs(), count: library.acts.len() };
    (searched(scenario, &library, given, (bounds, goes_on)), acts)
}

fn searched(
    scenario: &Scenario,
    library: &Library,
    given: &Given,
    (bounds, goes_on): (Bounds, &dyn Fn(Progress) -> bool),
) -> Synthesis {
    if let Some(broken) = broken_start(scenario, library) {
        return Synthesis::Impossible(broken);
    }
    let worlds = match Worlds::of(scenario, library, bounds.moments, goes_on) {
        Ok(worlds) => worlds,
        Err(bound) => return Synthesis::Bound(bound),
    };
    if !worlds.rows.iter().any(|world| scenario.is_end(&library.landscape, world)) {
        return Synthesis::Impossible(impossible(scenario, library, &worlds));
    }
    let mut search = Search::of(scenario, library, &worlds, bounds, goes_on);
    let mut refused = 0;
    loop {
        let (way, cost) = match search.next() {
            Next::Plan(way, cost) => (way, cost),
            Next::None => return Synthesis::Bound(Bound::NotProved(refused)),
            Next::Bound(bound) => return Synthesis::Bound(bound),
        };
        let after = order(scenario, library, &way, !bounds.several);
        if let Some(after) = after
            && let source = written(scenario, library, &way, &after)
            && let Ok(checked) = read(&source, given)
            && let Some(proven) = proved(checked)
        {
            let cost = Cost { wait: waited(library, &way, &after), ..cost };
            let (text, moments) = (source.text, search.looked);
            return Synthesis::Found(Box::new(Found { text, proven, cost, moments, refused }));
        }
        refused += 1;
        if refused >= REFUSED {
            return Synthesis::Bound(Bound::NotProved(refused));
        }
    }
}

fn written(scenario: &Scenario, library: &Library, way: &[Done], after: &After) -> Source {
    Source::new(scenario.plan.source.name.clone(), text(scenario, library, way, after))
}

fn proved(checked: Checked) -> Option<Proven> {
    let start = checked.plan().start.clone();
    match prove(checked, &start, PROVED) {
        Verdict::Proven(proven) => Some(*proven),
        Verdict::Refuted(_) | Verdict::NotProven(_) => None,
    }
}
