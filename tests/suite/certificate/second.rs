//! The second judge, given every reason that there is, proves no plan that the search refutes.

use std::collections::{BTreeMap, VecDeque};

use keyroll::{
    action::SpeechKind,
    certificate::{News, Reasons, show},
    check::Checked,
    proof::{
        cuts::{Unsettled, occasions, settle},
        explore::{Found, explore},
        rules::Rules,
    },
    world::id::{Id, StepId},
};

use super::{
    super::{
        random_plans::{counted, generated::plan},
        reference::read,
    },
    ENOUGH,
};

/// The whole order of a plan, and every chain that the second law of the language allows.
struct All<'a>(&'a Checked);

impl Reasons for All<'_> {
    fn is_before(&self, earlier: StepId, later: StepId) -> bool {
        self.0.order().is_before(earlier, later)
    }

    fn chain(&self, news: News) -> Option<Vec<StepId>> {
        let plan = self.0.plan();
        let (of, to) = (StepId::at(news.of as usize), StepId::at(news.to as usize));
        let role = |step: StepId| plan.steps[step].role.value;
        let says = |step: StepId, next: StepId| {
            let speech = plan.steps[step].speech.as_ref();
            speech.is_some_and(|speech| {
                let passes = step == of || news.window || speech.kind == SpeechKind::Report;
                speech.to.contains(&role(next)) && passes
            })
        };
        let mut came: BTreeMap<StepId, StepId> = BTreeMap::new();
        let mut queue = VecDeque::from([of]);
        while let Some(at) = queue.pop_front() {
            let receives = plan.deliveries_of(at).any(|(_, addressee)| addressee == role(to));
            if receives && says(at, to) && self.is_before(at, to) {
                let mut chain = vec![to, at];
                while let Some(earlier) = chain.last().and_then(|last| came.get(last)) {
                    chain.push(*earlier);
                }
                chain.reverse();
                return Some(chain);
            }
            for next in plan.steps.ids().filter(|next| self.is_before(at, *next)) {
                if next != of && !came.contains_key(&next) && (role(at) == role(next) || says(at, next)) {
                    came.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    fn moment(&self, number: usize) -> Option<Vec<StepId>> {
        let plan = self.0.plan();
        let occasions = occasions(self.0, &plan.start);
        let done = occasions.get(number)?;
        let order = self.0.order();
        let is_in = |step: &StepId| done.iter().any(|last| last == step || order.is_before(*step, *last));
        Some(plan.steps.ids().filter(is_in).collect())
    }
}

#[test]
fn the_second_judge_says_what_causal_cuts_and_the_search_say() {
    let texts = 12_000;
    let first = 3_000_000;
    let counts = counted(first..first + texts, |seed| {
        let checked = read(&plan(seed)).ok()?;
        let (start, text) = (&checked.plan().start, &checked.plan().source.text);
        let shown = show(&checked, start, &All(&checked));
        let settled = settle(&checked, start);
        assert_eq!(shown.is_ok(), settled.is_ok(), "{shown:?}\n{settled:?}\n{text}");
        let found = explore(Rules::of(&checked), start, ENOUGH);
        Some(match (shown, found) {
            (Ok(_), Found::Clean(_)) => "proved",
            (Ok(_), Found::Fault(_, _, fault)) => panic!("{fault:?}\n{text}"),
            (Err(_), Found::Fault(..)) => match settled {
                Err(Unsettled::Broken(_)) => "refuted",
                _ => "refuted, not by cuts",
            },
            (Err(_), Found::Clean(_)) => "proved by the search alone",
            (_, Found::Exhausted(_)) => "too many",
        })
    });
    println!("the second judge over {texts} texts: {counts:?}");
    for what in ["proved", "refuted", "refuted, not by cuts"] {
        assert!(counts[what] > 100, "{what} is hardly ever tried: {counts:?}");
    }
}
