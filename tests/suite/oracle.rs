//! A third judge: the meaning of plans as the second judge has it, searched by another model checker.

#![cfg(test)]

use std::collections::BTreeSet;

use keyroll::{
    check::Checked,
    proof::{
        explicit::search::{Found, explore},
        rules::{Fault, Rules},
    },
};
use stateright::{Checker, Model, Property};

use super::random_plans::{counted, generated::plan};
use super::reference::{Judge, Moment, Told, Wrong, read};

/// More moments than one plan is worth.
const ENOUGH: usize = 1_500;

/// A plan as the model checker wants it: what goes wrong is a state of its own, in which it ends.
struct Whole {
    judge: Judge<'static>,
    first: Moment,
}

impl Model for Whole {
    type State = Result<Moment, BTreeSet<Wrong>>;
    type Action = usize;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.judged(Ok(self.first.clone()))]
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<usize>) {
        if let Ok(moment) = state {
            actions.extend(0..self.judge.moves(moment).len());
        }
    }

    fn next_state(&self, state: &Self::State, action: usize) -> Option<Self::State> {
        let moves = self.judge.moves(state.as_ref().ok()?);
        let next = moves.into_iter().nth(action)?;
        Some(self.judged(next.map_err(|wrong| BTreeSet::from([wrong]))))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("nothing is wrong", |_, state: &Self::State| state.is_ok())]
    }
}

impl Whole {
    fn judged(&self, next: Result<Moment, BTreeSet<Wrong>>) -> Result<Moment, BTreeSet<Wrong>> {
        let moment = next?;
        let wrong = self.judge.wrong(&moment);
        if wrong.is_empty() { Ok(moment) } else { Err(wrong) }
    }
}

#[test]
fn another_model_checker_finds_what_the_search_finds() {
    let counts = counted(0..4_000, |seed| {
        // The model checker keeps its model for as long as its threads may run.
        let checked: &'static Checked = Box::leak(Box::new(read(&plan(seed)).ok()?));
        let text = &checked.plan().source.text;
        let told: &'static Told<'static> = Box::leak(Box::new(Told::of(checked.plan())));
        let judge = Judge::of(checked.plan(), told);
        let first = Moment::of(checked.plan(), &checked.plan().start);
        let found = explore(&Rules::of(checked), &checked.plan().start, ENOUGH);
        if matches!(found, Found::Exhausted(_)) {
            return Some("too many");
        }
        let checker = Whole { judge, first }.checker().threads(1).spawn_bfs().join();
        let broken = checker.discovery("nothing is wrong");
        Some(match (found, broken) {
            (Found::Clean(space), None) => {
                assert_eq!(space.states(), checker.unique_state_count(), "{text}");
                "proved"
            }
            // It asks neither whether the plan can finish, nor whether a promise says anything, nor what
            // has been so before.
            (Found::Fault(_, _, Fault::Untrue(number)), None)
                if checked.plan().statements[number].value.is_before() =>
            {
                "always kept"
            }
            (Found::Fault(moves, _, Fault::Untrue(number)), Some(path))
                if checked.plan().statements[number].value.is_before() =>
            {
                assert!(moves.len() < path.into_actions().len(), "{text}");
                "broken before"
            }
            (Found::Fault(_, _, Fault::Stuck | Fault::Vacuous(_)), None) => "always kept",
            (Found::Fault(moves, ..), Some(path)) => {
                assert_eq!(path.into_actions().len(), moves.len(), "{text}");
                "broken"
            }
            (found, broken) => panic!("{found:?}\n{:?}\n{text}", broken.map(|p| p.into_actions())),
        })
    });
    println!("another model checker: {counts:?}");
    assert!(counts["proved"] > 300 && counts["broken"] > 500 && counts["always kept"] > 10, "{counts:?}");
}
