//! Each check, over one plan: where there is much to do, several at the same time.

use crate::{source::Finding, worker::each};

use super::{CHECKS, Check, Subject};

/// What all checks find, in their order, by so many workers.
pub(super) fn findings(subject: &Subject<'_>, workers: usize) -> Vec<Finding> {
    found(CHECKS, subject, workers)
}

/// Makes checks by so many workers; what they find stands in the order of the checks.
fn found(checks: &[Check], subject: &Subject<'_>, workers: usize) -> Vec<Finding> {
    each(checks, workers, |check| check(subject)).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, Subject, found};
    use crate::{
        check::key_not_provided::Holders,
        graph::{StepGraph, knowledge::Knowledge, late::Late, licence::News, order::Order},
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
        let (news, holders) = (News::of(&plan, &order, &knowledge), Holders::of(&plan, &order));
        let (plan, order, knowledge, late) = (&plan, &order, &knowledge, &late);
        let subject = Subject { plan, order, knowledge, late, news: &news, holders: &holders };
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
