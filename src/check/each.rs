//! Each check, over one plan; of a large one several are made at the same time.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::source::Finding;

use super::{CHECKS, Check, Subject};

/// From so many steps on a thread costs less than it saves.
const MANY: usize = 4000;

/// What all checks find, in their order.
pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let workers = if subject.plan.steps.len() < MANY {
        1
    } else {
        thread::available_parallelism().map_or(1, NonZero::get)
    };
    found(CHECKS, subject, workers)
}

/// Makes checks by so many workers; what they find stands in the order of the checks.
fn found(checks: &[Check], subject: &Subject<'_>, workers: usize) -> Vec<Finding> {
    if workers < 2 {
        return checks.iter().flat_map(|check| check(subject)).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some((place, check)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            checks.get(place).map(|check| (place, check))
        } {
            found.push((place, check(subject)));
        }
        found
    };
    let mut all = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(found) => all.extend(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().flat_map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, Subject, found};
    use crate::{
        graph::{StepGraph, knowledge::Knowledge, late::Late, order::Order},
        plan::{given::Given, resolve::resolve},
        source::Source,
        syntax::parse,
    };

    #[test]
    fn several_workers_find_what_one_finds_in_the_same_order() {
        let text = include_str!("../../plans/xml-signature/two-keys.renewal")
            .replace("after announce_exchange", "")
            .replace("needs partner accepts new", "");
        let source = Source::new("plan", text);
        let (tree, findings) = parse(&source);
        assert!(findings.is_empty(), "{findings:?}");
        let plan = resolve(&source, &tree, &Given::default()).unwrap();
        let order = Order::of(&StepGraph::of(&plan)).unwrap();
        let (knowledge, late) = (Knowledge::of(&plan, &order).unwrap(), Late::of(&plan, &order));
        let subject = Subject { plan: &plan, order: &order, knowledge: &knowledge, late: &late };
        let told = |workers| {
            let found = found(CHECKS, &subject, workers);
            found.iter().map(|finding| format!("{finding:?}")).collect::<Vec<_>>()
        };
        let one = told(1);
        assert!(one.len() > 1, "{one:?}");
        for workers in 2..7 {
            assert_eq!(told(workers), one, "{workers}");
        }
        // Out of their order they are not the same.
        let mut turned: Vec<_> = CHECKS.to_vec();
        turned.reverse();
        let turned =
            found(&turned, &subject, 3).iter().map(|finding| format!("{finding:?}")).collect::<Vec<_>>();
        assert_ne!(turned, one);
    }
}
