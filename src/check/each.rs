//! Each check, over one plan, and each of many plans: where there is much to do, several at the same time.

use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{source::Finding, syntax::tree::SyntaxTree};

use super::{CHECKS, Check, Subject};

/// From so many steps on a thread costs less than it saves.
const MANY: usize = 4000;

/// What all checks find, in their order.
pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let workers = if subject.plan.steps.len() < MANY { 1 } else { processors() };
    found(CHECKS, subject, workers)
}

/// Makes checks by so many workers; what they find stands in the order of the checks.
fn found(checks: &[Check], subject: &Subject<'_>, workers: usize) -> Vec<Finding> {
    each(checks, workers, |check| check(subject)).into_iter().flatten().collect()
}

/// How many workers have a processor each.
#[must_use]
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does some work on the plan that was made of a tree, without the tree: that of a large plan takes as much
/// memory as all that is made of it, and to give it back takes its time, so another thread does.
pub(super) fn without<R>(tree: SyntaxTree, work: impl FnOnce() -> R) -> R {
    if tree.items.len() < MANY {
        drop(tree);
        return work();
    }
    thread::scope(|scope| {
        // Where there is no thread to be had, the tree is given back here and now.
        let _given_back = thread::Builder::new().spawn_scoped(scope, || drop(tree));
        work()
    })
}

/// Does some work for each of these, by so many workers, and gives what came of it in their order.
pub fn each<T: Sync, R: Send>(all: &[T], workers: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if workers < 2 {
        return all.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut mine = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(at) else { return mine };
            mine.push((at, work(one)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers.min(all.len())).map(|_| scope.spawn(worker)).collect();
        let ends = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ends.flat_map(|end| end.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
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
