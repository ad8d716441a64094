//! A second judge of plans, slow and plain: it follows the meaning of plans word for word over maps
//! and sets, and shares nothing with the proof but the resolved plan.

#![cfg(test)]

mod crashes;
mod fairness;
mod knowledge;
mod late;
mod laws;
mod moment;
mod returning;
mod runtime;
mod search;

use std::collections::BTreeSet;

use keyroll::{
    check::{self, Checked},
    condition::{Asks, Condition},
    invariant::Breach,
    plan::{Plan, resolve::resolve},
    proof::{
        cuts::{Unsettled, settle, walk},
        engine::{Engine, How},
        explicit::search::{Found, explore},
        rules::{Fault, Rules},
        verdict::{Verdict, prove_by},
    },
    source::{Source, Spanned},
    syntax::parse,
    world::{effect::Effect, state::World},
};

pub(crate) use fairness::endless;
pub(crate) use knowledge::{Grounds, Told};
use moment::Carried;
pub(crate) use moment::Moment;
pub(crate) use returning::{Means, returning};
use search::Grain;
pub(crate) use search::{Judge, Judgement, Wrong, judge};

/// More moments than the slow judge looks at.
pub(crate) const LIMIT: usize = 20_000;

/// What both judges say of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It has these findings, and neither judges it.
    Unread(Vec<String>),
    /// Both prove it, over so many moments.
    Proved(usize),
    /// Both refuse it: the code of the finding and the moves of the shortest story.
    Refuted(String, usize),
    /// It is too much for the slow judge.
    TooMany,
}

pub(crate) fn read(text: &str) -> Result<Checked, Vec<String>> {
    check::read(&Source::new("plan", text), &keyroll::plan::given::Given::default()).map_err(|refusal| {
        assert!(refusal.has_error(), "a text is refused for an error:\n{text}");
        refusal.codes().collect()
    })
}

/// Lets both judges judge a text from the start that it declares, and fails where they differ.
pub(crate) fn compare(text: &str, limit: usize) -> Compared {
    match read(text) {
        Err(codes) => {
            lawless(text, &codes);
            Compared::Unread(codes)
        }
        Ok(checked) => {
            let start = checked.plan().start.clone();
            compare_from(checked, &start, limit)
        }
    }
}

/// Where the checks refuse a plan, the second judge finds the same laws broken.
fn lawless(text: &str, codes: &[String]) {
    let source = Source::new("plan", text);
    let Ok(plan) = resolve(&source, &parse(&source).0, &keyroll::plan::given::Given::default()) else {
        return;
    };
    let broken = laws::broken(&plan);
    assert_eq!(broken, laws::named(codes), "{codes:?} of\n{text}");
    assert!(!broken.is_empty(), "{codes:?} is about no law:\n{text}");
}

pub(crate) fn compare_from(checked: Checked, start: &World, limit: usize) -> Compared {
    let text = checked.plan().source.text.clone();
    let broken = laws::broken(checked.plan());
    assert!(broken.is_empty(), "the checks pass a plan that breaks {broken:?}:\n{text}");
    let second = judge(checked.plan(), start, limit);
    if second == Judgement::TooMany {
        return Compared::TooMany;
    }
    by_runtimes(&checked, start, (&second, limit));
    by_record(&checked, start, (&second, limit));
    by_cuts(&checked, start, &second);
    match (prove_by(Engine::Explicit, checked, start, limit), second) {
        (Verdict::Proven(proven), Judgement::Proved(moments, ways)) => {
            let Found::Clean(space) = explore(&Rules::of(proven.checked()), start, limit) else {
                panic!("the whole search does not say the same of\n{text}");
            };
            assert_eq!((space.states(), space.transitions()), (moments, ways), "moments and ways of\n{text}");
            let How::Explicit { states, .. } = proven.proof().how else { panic!("no search") };
            assert!(states <= moments, "{states} of {moments} moments of\n{text}");
            Compared::Proved(moments)
        }
        (Verdict::Refuted(refuted), Judgement::Refuted(moves, wrong)) => {
            let told = refuted.story.moments.len();
            assert_eq!(
                told, moves,
                "the shortest story of\n{text}\n{:?}\n{:?} {wrong:?}",
                refuted.story, refuted.fault
            );
            let found = wrong_of(refuted.checked.plan(), refuted.fault);
            assert!(wrong.contains(&found), "{found:?} is not among {wrong:?} for\n{text}");
            let code = refuted.finding.code().expect("each refusal has its code").to_string();
            Compared::Refuted(code.trim_start_matches("keyroll::").to_owned(), moves)
        }
        (Verdict::Refuted(refuted), second) => {
            panic!(
                "{:?} {:?} is not what the second judge says: {second:?}\n{text}",
                refuted.fault, refuted.story
            )
        }
        (first, second) => panic!("{first:?}\nis not what the second judge says: {second:?}\n{text}"),
    }
}

/// A plan whose flows keep keys, whose exchanges leave a gap or whose receivers have several nodes is what it
/// is when each key that is kept, each exchange and each replacement that is half done is a moment of its own.
fn by_runtimes(checked: &Checked, start: &World, (second, limit): (&Judgement, usize)) {
    let plan = checked.plan();
    let has_gap = plan.landscape.stores.rows().any(|store| store.has_gap);
    let keeps = plan.landscape.channels.rows().any(|flow| !flow.cache.is_zero());
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    if !keeps && !has_gap && !effects.into_iter().any(|e| matches!(e, Effect::Replace { .. })) {
        return;
    }
    match (second, search::searched(plan, start, (4 * limit, Grain::Runtimes))) {
        (Judgement::Proved(fewer, _), Judgement::Proved(more, _)) => assert!(*fewer <= more),
        // A flow that runs while an exchange has its turn is refused at once, whatever the exchange needs:
        // what is proved is so in halves, and not always the other way round.
        (Judgement::Refuted(..), _) if has_gap => {}
        // What waits for a drain waits for the runtime to let the key go: a move more.
        (Judgement::Refuted(moves, _), Judgement::Refuted(with, _)) => {
            let waits = plan.landscape.channels.len() * plan.landscape.keys.len();
            let most = moves + waits + plan.steps.len();
            // What is kept is not drained, without a message that was sent.
            let asks = |last: &Spanned<Box<dyn Condition>>| matches!(last.value.asks(), Asks::Drained(..));
            let least = *moves - usize::from(*moves > 0 && keeps && plan.finals.iter().any(asks));
            assert!((least..=most).contains(&with), "{moves} and {with} moves of\n{}", plan.source.text);
        }
        (_, Judgement::TooMany) => {}
        (one, other) => {
            panic!("{one:?}, and {other:?} where runtimes keep keys:\n{}", plan.source.text)
        }
    }
}

/// A plan is what it is when a crash may come between the effect of each step and its record: what takes
/// effect early is done early, and nobody else goes by it. A third of all plans is asked.
fn by_record(checked: &Checked, start: &World, (second, limit): (&Judgement, usize)) {
    let plan = checked.plan();
    // What is not on record may be undone late, and is then done a second time: a judge of its own.
    let comes_late = plan.steps.rows().any(|step| step.extra().comes_late.is_some());
    if comes_late || !plan.source.text.len().is_multiple_of(3) {
        return;
    }
    match (second, search::searched(plan, start, (4 * limit, Grain::Crashes))) {
        (Judgement::Proved(fewer, _), Judgement::Proved(more, _)) => assert!(*fewer <= more),
        (Judgement::Refuted(moves, _), Judgement::Refuted(with, _)) => {
            assert_eq!(*moves, with, "moves of\n{}", plan.source.text);
        }
        (_, Judgement::TooMany) => {}
        (one, other) => panic!("{one:?}, and {other:?} where steps crash:\n{}", plan.source.text),
    }
}

/// What goes wrong with a plan where steps crash, and where a role ends what it began before it goes by what
/// that changes, or does not.
pub(crate) fn by_crashes(checked: &Checked, limit: usize, ends_first: bool) -> BTreeSet<Wrong> {
    let grain = if ends_first { Grain::Crashes } else { Grain::HastyCrashes };
    match search::searched(checked.plan(), &checked.plan().start, (limit, grain)) {
        Judgement::Proved(..) => BTreeSet::new(),
        Judgement::Refuted(_, wrong) => wrong,
        Judgement::TooMany => panic!("too much for the judge"),
    }
}

/// Causal cuts say what the second judge says, or that they cannot tell.
fn by_cuts(checked: &Checked, start: &World, second: &Judgement) {
    let text = &checked.plan().source.text;
    match (settle(checked, start), second) {
        (Ok(_), Judgement::Proved(..)) => {}
        (Err(Unsettled::Broken(broken)), Judgement::Refuted(shortest, _)) => {
            let told = walk(checked, start, &broken);
            let (moves, _, fault) = told.unwrap_or_else(|| panic!("{broken:?} is no story of\n{text}"));
            assert!(
                moves.len() >= *shortest,
                "{moves:?} to {fault:?} is shorter than the shortest story of\n{text}"
            );
        }
        (Ok(_) | Err(Unsettled::Broken(_)), second) => {
            panic!("causal cuts do not say what the second judge says, {second:?}, of\n{text}")
        }
        (Err(Unsettled::Vacuous(number)), Judgement::Refuted(0, wrong)) => {
            assert!(wrong.contains(&Wrong::Vacuous(number)), "{number} is not empty in\n{text}");
        }
        (Err(Unsettled::Vacuous(number)), second) => panic!("{number} is empty, and {second:?} of\n{text}"),
        (Err(_), _) => {}
    }
}

/// The fault of the proof in the words of the second judge.
pub(crate) fn wrong_of(plan: &Plan, fault: Fault) -> Wrong {
    match fault {
        Fault::Breach(Breach::Rejected(flow, stamp)) => {
            let carried = Carried::of(plan.landscape.pairs().carried(stamp));
            Wrong::Rejected(flow, carried.expect("a message carries something"))
        }
        Fault::Breach(Breach::Interrupted(flow)) => Wrong::Interrupted(flow),
        Fault::Breach(Breach::Unresolved(flow)) => Wrong::Unresolved(flow),
        Fault::Gap(gap) => Wrong::Gap(gap.step, gap.flow),
        Fault::Misfit(step, _) => Wrong::Misfit(step),
        Fault::Stale(step, _) => Wrong::Stale(step),
        Fault::Goal(_) => Wrong::Goal,
        Fault::Stuck => Wrong::Stuck,
        Fault::Untrue(number) => Wrong::Untrue(number),
        Fault::Vacuous(number) => Wrong::Vacuous(number),
    }
}

const TINY: &str = r#"keyroll 1
plan tiny
role tenant
role partner
key old
key new
keystore store of tenant { alias "a" is old }
receiver gate of partner { accepts old }
flow orders of tenant { signs xml with store["a"] sends to gate delivers within 1h deployed }
"#;

pub(crate) fn tiny(more: &str) -> String {
    let lines =
        TINY.replace("{ signs", "{\nsigns").replace(" sends", "\nsends").replace(" delivers", "\ndelivers");
    format!("{}{more}", lines.replace(" deployed", "\ndeployed"))
}

const REST: &str = "
step ask by tenant {
  needs orders drained of new
  inform partner
}
";

#[test]
fn a_start_that_breaks_a_promise_has_an_empty_story() {
    let text = tiny("step tell by tenant { inform partner }\npromise orders never interrupted\n");
    assert!(matches!(compare(&text, LIMIT), Compared::Proved(_)), "{:?}", compare(&text, LIMIT));
    let down = text.replace("\ndeployed", "\nundeployed");
    assert_eq!(compare(&down, LIMIT), Compared::Refuted("interrupted".to_owned(), 0));
    let empty = text.replace(" is old", " is new").replace("within 1h", "immediately");
    assert_eq!(compare(&empty, LIMIT), Compared::Refuted("trust_gap".to_owned(), 0));
    let lost = text.replace("alias \"a\" is old", "alias \"b\" is old");
    assert_eq!(compare(&lost, LIMIT), Compared::Refuted("interrupted".to_owned(), 0));
    let lost = lost.replace("promise orders never interrupted", "");
    assert_eq!(compare(&lost, LIMIT), Compared::Refuted("alias_lost".to_owned(), 0));
    let missed = format!("{text}finally gate accepts only new\n");
    assert_eq!(compare(&missed, LIMIT), Compared::Refuted("goal_missed".to_owned(), 1));
}

#[test]
fn a_start_that_is_not_the_declared_one_is_judged_as_it_is() {
    let text = tiny("step tell by tenant {\nneeds gate accepts old\ninform partner\n}\n");
    assert!(matches!(compare(&text, LIMIT), Compared::Proved(_)));
    let checked = read(&format!("{text}waive orders rejected because \"a test\"\n")).unwrap();
    let mut start = checked.plan().start.clone();
    for set in checked.plan().landscape.acceptors.ids() {
        start.accepted[set] = keyroll::world::id::KeySet::default();
    }
    let told = compare_from(checked, &start, LIMIT);
    assert_eq!(told, Compared::Refuted("stale_belief".to_owned(), 1), "the belief is false there");
    let checked = read(&text).unwrap();
    let mut start = checked.plan().start.clone();
    let new = checked.plan().landscape.keys.find(|key| key == "new").unwrap();
    for flow in checked.plan().landscape.channels.ids() {
        start.under_way[flow].insert(new);
    }
    let told = compare_from(checked, &start, LIMIT);
    assert_eq!(told, Compared::Refuted("trust_gap".to_owned(), 0), "a message is under way already");
}

#[test]
fn a_step_that_can_never_begin_is_seen() {
    let text = tiny(
        "step halt by tenant { undeploy orders }\nstep tell by tenant {\nneeds orders deployed\nafter halt\ninform partner\n}\n",
    );
    assert_eq!(compare(&text, LIMIT), Compared::Refuted("cannot_finish".to_owned(), 0));
    let some = tiny(
        "step halt by tenant { undeploy orders }\nstep tell by tenant {\nneeds orders deployed\ninform partner\n}\n",
    );
    assert_eq!(
        compare(&some, LIMIT),
        Compared::Refuted("cannot_finish".to_owned(), 1),
        "in one order of two"
    );
    let Compared::Unread(codes) = compare(&tiny(REST), LIMIT) else {
        panic!("no step stops signing with new")
    };
    assert_eq!(codes, ["unstable_drain"]);
}

#[test]
fn a_budget_ends_a_proof_and_proves_nothing() {
    let text = tiny(
        "window pause\nstep ask by tenant { agree pause with partner }\nstep halt by tenant { undeploy orders }\n",
    );
    let Compared::Proved(moments) = compare(&text, LIMIT) else { panic!("a plan that is fine") };
    let judged = |budget| {
        let checked = read(&text).unwrap();
        let start = checked.plan().start.clone();
        prove_by(Engine::Explicit, checked, &start, budget)
    };
    assert!(moments > 5, "{moments}");
    let Verdict::Proven(proven) = judged(moments) else { panic!("a plan that is fine") };
    let How::Explicit { states: fewest, slices: 2, .. } = proven.proof().how else { panic!("{proven:?}") };
    assert!(fewest > 4 && fewest < moments, "{fewest} of {moments}");
    assert!(matches!(judged(3), Verdict::NotProven(open) if open.states > 3 && open.states < moments));
    assert!(matches!(judged(0), Verdict::NotProven(_)));
    assert!(matches!(judged(fewest), Verdict::Proven(_)));
    assert!(matches!(judged(fewest - 1), Verdict::NotProven(_)));
}

#[test]
fn a_destruction_waits_for_the_exchange_that_leaves_the_pair() {
    let text = tiny(
        "step make by tenant { create new in store as \"b\" }
step show by tenant {\nafter make\nprovide new to partner\n}
step trust by partner {\nafter show\naccept new at gate\n}
step tell by partner {\nafter trust\ninform tenant\n}
step swap by tenant {\nafter tell, make\nexchange store[\"a\"] for new\n}
step wipe by tenant {\nafter swap\ndestroy old in store\n}\n",
    );
    assert!(matches!(compare(&text, LIMIT), Compared::Proved(_)), "{:?}", compare(&text, LIMIT));
    // Done first it would find nothing, and the old pair would stay for ever.
    let early = text.replace("after swap\n", "after make\n");
    assert_eq!(compare(&early, LIMIT), Compared::Unread(vec!["race".to_owned()]));
}

#[test]
fn a_window_is_agreed_once() {
    let agree = "window pause\nstep one by tenant { agree pause with partner }\n";
    assert!(matches!(compare(&tiny(agree), LIMIT), Compared::Proved(_)));
    let twice = tiny(&format!("{agree}step two by partner {{\nafter one\nagree pause with tenant\n}}\n"));
    assert_eq!(compare(&twice, LIMIT), Compared::Unread(vec!["agreed_twice".to_owned()]));
}

#[test]
fn a_proposal_is_answered_whatever_has_changed_since() {
    let text = tiny(
        "window pause
step offer by tenant {\nneeds orders deployed\nagree pause with partner\n}
step halt by tenant { undeploy orders }\n",
    );
    // Halted first, it is never proposed; halted after it was proposed, it is answered all the same.
    assert_eq!(compare(&text, LIMIT), Compared::Refuted("cannot_finish".to_owned(), 1));
    let again = format!("{text}step start by tenant {{\nafter halt\ndeploy orders\n}}\n");
    assert!(matches!(compare(&again, LIMIT), Compared::Proved(_)), "{:?}", compare(&again, LIMIT));
}
