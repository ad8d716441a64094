//! From a scenario to a plan that was proved, or to a proof that there is none.

use crate::{
    check::{Checked, read},
    plan::given::Given,
    proof::verdict::{Proven, Verdict, prove},
};

use super::{
    cost::{Bound, Bounds, Cost, Progress},
    impossible::{Barred, Impossible, broken_start, impossible, missed},
    library::{Library, Reach},
    order::order,
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

impl Acts {
    fn of(library: &Library) -> Self {
        Self { verbs: library.verbs(), count: library.count() }
    }
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
    let usual = Library::of(scenario, Reach::Usual);
    let attempt = Attempt { scenario, given, bounds, goes_on };
    if let Some(broken) = broken_start(scenario, &usual) {
        return (Synthesis::Impossible(broken), Acts::of(&usual));
    }
    match attempt.with(&usual) {
        Tried::Ends(told) => return (told, Acts::of(&usual)),
        Tried::InVain(_) => {}
        Tried::OutOfReach(_) => {
            let any = Library::of(scenario, Reach::Any);
            match Worlds::of(scenario, &any, bounds.moments, goes_on) {
                Err(stopped @ Bound::Stopped { .. }) => return (Synthesis::Bound(stopped), Acts::of(&usual)),
                Ok(worlds) if attempt.is_ruled_out(&any, &worlds) => {
                    let why = impossible(scenario, &any, &worlds);
                    return (Synthesis::Impossible(why), Acts::of(&any));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    let wide = Library::of(scenario, Reach::Wide);
    let told = match attempt.with(&wide) {
        Tried::Ends(told) => told,
        Tried::InVain(refused) => Synthesis::Bound(Bound::NotProved(refused)),
        Tried::OutOfReach(barred) => Synthesis::Bound(Bound::NotTried { aliases: wide.aliases(), barred }),
    };
    (told, Acts::of(&wide))
}

/// What comes of the acts of a library.
enum Tried {
    /// A plan, or a bound.
    Ends(Synthesis),
    /// Plans that are not proved, so many.
    InVain(usize),
    /// They do not lead to what is wanted; so the acts that would help, and what stood against them.
    OutOfReach(Vec<Barred>),
}

struct Attempt<'a> {
    scenario: &'a Scenario,
    given: &'a Given,
    bounds: Bounds,
    goes_on: &'a dyn Fn(Progress) -> bool,
}

impl Attempt<'_> {
    /// Whether no order of these acts leads to what is wanted, or none in which some promise says anything.
    fn is_ruled_out(&self, library: &Library, worlds: &Worlds) -> bool {
        let land = &library.landscape;
        !worlds.is_reached(self.scenario, land) || !worlds.unspoken(self.scenario, land).is_empty()
    }

    fn with(&self, library: &Library) -> Tried {
        let Self { scenario, bounds, goes_on, .. } = *self;
        let worlds = match Worlds::of(scenario, library, bounds.moments, goes_on) {
            Ok(worlds) => worlds,
            Err(bound) => return Tried::Ends(Synthesis::Bound(bound)),
        };
        let mut numbers = (0_u32..).zip(&worlds.rows).map(|(number, _)| number);
        if !numbers.any(|number| worlds.is_end(scenario, &library.landscape, number)) {
            return Tried::OutOfReach(missed(scenario, library, &worlds));
        }
        let mut search = Search::of(scenario, library, &worlds, bounds, goes_on);
        let mut refused = 0;
        while refused < REFUSED {
            let (way, cost) = match search.next() {
                Next::Plan(way, cost) => (way, cost),
                Next::None => break,
                Next::Bound(bound) => return Tried::Ends(Synthesis::Bound(bound)),
            };
            if let Some((text, proven, wait)) = self.written(library, &way) {
                let (cost, moments) = (Cost { wait, ..cost }, search.looked);
                let found = Found { text, proven, cost, moments, refused };
                return Tried::Ends(Synthesis::Found(Box::new(found)));
            }
            refused += 1;
        }
        Tried::InVain(refused)
    }

    /// The text of a way, where it is proved, and how long it waits.
    fn written(&self, library: &Library, way: &[Done]) -> Option<(String, Proven, u64)> {
        let after = order(self.scenario, library, way, !self.bounds.several)?;
        let text = text(self.scenario, library, way, &after);
        let source = self.scenario.plan.source.with_text(text);
        let proven = self.proved(read(&source, self.given).ok()?)?;
        Some((source.text, proven, waited(library, way, &after)))
    }

    /// A proof from where the scenario begins.
    fn proved(&self, checked: Checked) -> Option<Proven> {
        let begin = &self.scenario.plan.start;
        let mut start = checked.plan().start.clone();
        (start.under_way, start.windows) = (begin.under_way.clone(), begin.windows.clone());
        match prove(checked, &start, PROVED) {
            Verdict::Proven(proven) => Some(*proven),
            Verdict::Refuted(_) | Verdict::NotProven(_) => None,
        }
    }
}
