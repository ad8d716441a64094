//! What is promised of the course of a plan, held against judges that try every way.

#![cfg(test)]

use keyroll::{
    check::Checked,
    invariant::course::Course,
    proof::{
        engine::Engine,
        rules::Fault,
        verdict::{Verdict, prove, prove_by},
    },
    way_back::{Bar, bars, no_return},
};

use crate::{
    random_plans::{counted, generated},
    reference::{Means, endless, read, returning, tiny},
    returns::destroying,
    runs::plan,
};

/// More moments than a plan is worth.
const ENOUGH: usize = 800;

const ABORT: &str = "promise can always abort\n";

fn judged(checked: Checked) -> Verdict {
    let start = checked.plan().start.clone();
    prove(checked, &start, 4 * ENOUGH)
}

/// What a plan that is proved comes to when it promises that it can always abort.
fn aborting(text: &str) -> Option<&'static str> {
    let text = text.replace(ABORT, "");
    let Verdict::Proven(proven) = judged(read(&text).ok()?) else { return None };
    let (plan, order) = (proven.checked().plan(), proven.checked().order());
    let bars = bars(plan, order);
    let with = format!("{text}{ABORT}");
    let for_good = bars.iter().any(|bar| matches!(bar, Bar::Destroys { for_good: true, .. }));
    if bars.is_empty() {
        let proven = judged(read(&with).unwrap_or_else(|codes| panic!("{codes:?} of\n{with}")));
        assert!(matches!(proven, Verdict::Proven(_)), "the promise changes nothing else:\n{with}");
        let (back, gone) = returning(plan, ENOUGH, Means::Undoing)?;
        assert_eq!(gone, 0, "{back} moments with a way back, and no bar is seen in\n{with}");
        return Some("back");
    }
    assert_eq!(read(&with).unwrap_err(), vec!["cannot_abort"; bars.len()], "{with}");
    let (back, gone) = returning(plan, ENOUGH, Means::Everything)?;
    assert!(back > 0, "the start itself is reached in\n{with}");
    assert!(gone > 0 || !for_good, "the start is always reached again, in spite of {bars:?} in\n{with}");
    Some(match (for_good, gone > 0) {
        (true, _) => "gone",
        (false, true) => "not shown, gone",
        (false, false) => "not shown, back",
    })
}

#[test]
fn a_plan_can_abort_where_a_way_back_is_found_by_trying() {
    let counts = counted(0..1_200, |seed| {
        let text = generated::plan(seed);
        let more = destroying(&text).and_then(|more| aborting(&more));
        Some((aborting(&text), more))
    });
    println!("{counts:#?}");
    let of = |what| {
        let counts = counts.iter();
        counts.filter(|((one, two), _)| [*one, *two].contains(&Some(what))).map(|(_, n)| n).sum::<usize>()
    };
    assert!(of("back") >= 100 && of("gone") >= 40, "{counts:?}");
}

#[test]
fn the_stock_plans_can_abort_until_the_old_pair_is_destroyed() {
    for (name, after) in [("two-keys.renewal", "announce_exchange"), ("one-key.renewal", "allow_deploy")] {
        let text = plan(name);
        assert_eq!(aborting(&text), Some("back"), "{name}");
        let destroy = format!("step wipe by tenant_admin {{\n  after {after}\n  destroy old in tenant\n}}\n");
        assert_eq!(aborting(&format!("{text}\n{destroy}")), Some("gone"), "{name}");
    }
}

/// What nothing brings to its backup alias before is not removed: no way back ends there, and none is shown.
#[test]
fn a_destruction_that_finds_nothing_is_no_point_of_no_return() {
    let text = tiny(
        "step wipe by tenant {\ndestroy old in store\n}
step make by tenant {\nafter wipe\ncreate new in store as \"b\"\n}
step show by tenant {\nafter make\nprovide new to partner\n}
step trust by partner {\nafter show\naccept new at gate\n}
step tell by partner {\nafter trust\ninform tenant\n}
step swap by tenant {\nafter tell, make\nexchange store[\"a\"] for new\n}\n",
    );
    let last = |text: &str| {
        let checked = read(text).unwrap();
        no_return(checked.plan(), checked.order()).len()
    };
    assert_eq!((last(&text), aborting(&text)), (0, Some("not shown, back")));
    let late = text.replace("step wipe by tenant {\n", "step wipe by tenant {\nafter swap\n");
    let late = late.replace("after wipe\n", "");
    assert_eq!((last(&late), aborting(&late)), (1, Some("gone")));
}

/// An alias is exchanged a second time once its backup alias is free: so what the plan made itself is destroyed
/// only after a key of the start.
#[test]
fn a_destruction_of_a_key_that_the_plan_made_is_refused_too() {
    let renewal = |key: &str, alias: &str, after: &str| {
        format!(
            "step make_{key} by tenant {{\n{after}create {key} in store as \"{alias}\"\n}}
step show_{key} by tenant {{\nafter make_{key}\nprovide {key} to partner\n}}
step trust_{key} by partner {{\nafter show_{key}\naccept {key} at gate\n}}
step tell_{key} by partner {{\nafter trust_{key}\ninform tenant\n}}
step swap_{key} by tenant {{\nafter tell_{key}\nexchange store[\"a\"] for {key}\n}}\n"
        )
    };
    let wipe = |key: &str, after: &str| {
        format!("step wipe_{key} by tenant {{\nafter swap_{after}\ndestroy {key} in store\n}}\n")
    };
    let (first, second) = (renewal("new", "b", ""), renewal("spare", "c", "after wipe_old\n"));
    let text = tiny(&format!("key spare\n{first}{}{second}{}", wipe("old", "new"), wipe("new", "spare")));
    assert_eq!(aborting(&text), Some("gone"));
    let checked = read(&text).unwrap();
    let bars = bars(checked.plan(), checked.order());
    let of_start = |bar: &Bar| matches!(bar, Bar::Destroys { for_good: true, .. });
    assert_eq!((bars.len(), bars.iter().filter(|bar| of_start(bar)).count()), (2, 1), "{bars:?}");
}

/// On the way back a window stays begun.
#[test]
fn what_is_promised_of_an_open_window_may_bar_the_way_back() {
    let text = tiny(
        "window pause
step make by tenant {\ncreate new in store as \"b\"\n}
step show by tenant {\nafter make\nprovide new to partner\n}
step trust by partner {\nafter show\naccept new at gate\n}
step ask by partner {\nafter trust\nagree pause with tenant\n}
step wait by tenant {\nafter ask\nneeds pause open\nundeploy orders\n}
step start by tenant {\nafter wait\ndeploy orders\n}
promise orders interrupted only in pause\n",
    );
    assert_eq!(aborting(&text), Some("back"));
    let barred = format!("{text}promise always gate accepts new while pause open\n");
    assert_eq!(aborting(&barred), Some("not shown, gone"), "the start does not accept it");
    let kept = format!("{text}promise always gate accepts old while pause open\n");
    assert_eq!(aborting(&kept), Some("not shown, back"), "nothing retires it");
    let other = format!("{text}promise always pause open while orders undeployed\n");
    assert_eq!(aborting(&other), Some("back"), "the window is open, then as now");
}

/// Of each plan that is proved no fair run goes on for ever; of each that can get stuck one does.
#[test]
fn a_plan_finishes_in_every_fair_run_where_it_can_always_finish() {
    let counts = counted(0..1_500, |seed| {
        let checked = read(&generated::plan(seed)).ok()?;
        let start = checked.plan().start.clone();
        match prove_by(Engine::Explicit, checked, &start, ENOUGH) {
            Verdict::Proven(proven) => {
                let plan = proven.checked().plan();
                let (all, fair) = endless(plan, ENOUGH)?;
                assert_eq!(fair, 0, "a fair run does not end, of {all}, in\n{}", plan.source.text);
                Some(if all > 0 { "finishes, if all are fair" } else { "ends in every run" })
            }
            Verdict::Refuted(refuted) if refuted.fault == Fault::Stuck => {
                let (_, fair) = endless(refuted.checked.plan(), 4 * ENOUGH)?;
                assert!(fair > 0, "no fair run is stuck in\n{}", refuted.checked.plan().source.text);
                Some("stuck")
            }
            _ => None,
        }
    });
    println!("{counts:?}");
    assert!(counts["finishes, if all are fair"] >= 150 && counts["stuck"] >= 5, "{counts:?}");
}

#[test]
fn a_verdict_names_the_fairness_only_where_a_plan_promises_that_it_finishes() {
    let told = |more: &str| {
        let Verdict::Proven(proven) = judged(read(&format!("{}{more}", plan("two-keys.renewal"))).unwrap())
        else {
            panic!("{more} is kept")
        };
        proven.proof().clone()
    };
    let fair = |more: &str| told(more).assumptions.iter().filter(|a| a.starts_with("finishes: ")).count();
    assert_eq!((fair(""), fair("promise finishes\n")), (0, 2));
    let said = |more: &str| {
        told(more).promises.iter().filter(|(p, _)| p == "can always finish").cloned().collect::<Vec<_>>()
    };
    let sentence = Course::CanFinish.sentence().to_owned();
    assert_eq!(said(""), [(sentence.clone(), false)]);
    assert_eq!(said("promise can always finish\n"), [(sentence, true)]);
}
