//! Attempts that were given up and take effect late: which matter, what a verdict says of them, and what
//! comes of those that a plan declares.

#![cfg(test)]

use keyroll::{
    certificate::{Certificate, Claim, News, Reason, Reasons, Refused, Verified, show},
    proof::{
        cuts::Unsettled,
        engine::{Engine, How},
        rules::Move,
        verdict::{BUDGET, Proven, Verdict, Why, prove, prove_by},
    },
    world::{id::StepId, state::World},
};

use super::certificate::{judged, stock};
use super::random_plans::counted;
use super::reference::{Compared, LIMIT, compare, read, tiny};
use super::story::refuted;

fn proven(text: &str) -> Proven {
    let checked = read(text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => *proven,
        other => panic!("{other:?}\n{text}"),
    }
}

/// What a verdict says of late effects, without what all sentences begin with.
fn said(text: &str) -> Vec<String> {
    let proven = proven(text);
    let late = proven.proof().assumptions.iter().filter_map(|said| said.strip_prefix("faults: an attempt "));
    late.map(str::to_owned).collect()
}

const ANY: &str =
    "may take effect at any later moment, any number of times: once its step is done it changes nothing";

fn all(more: &[&str]) -> Vec<String> {
    let any = if more.is_empty() { "that was given up" } else { "of any other step that was given up" };
    let first = format!("{any} {ANY}");
    std::iter::once(first).chain(more.iter().map(|said| (*said).to_owned())).collect()
}

const STOP: &str = "step stop by tenant {\nundeploy orders\n}\n";
const START: &str = "step start by tenant {\nafter stop\ndeploy orders\n}\n";
const LATE_STOP: &str = "step stop by tenant {\nmay come late\nundeploy orders\n}\n";

#[test]
fn a_verdict_names_the_steps_whose_late_effect_is_taken_not_to_come() {
    assert_eq!(said(&tiny(STOP)), all(&[]), "nothing undoes it");
    let named = "of stop that was given up does not take effect any more after start";
    assert_eq!(said(&tiny(&format!("{STOP}{START}"))), all(&[named]));
    let trust = "step hand by tenant {\nprovide new to partner\n}\nstep take by partner {\nafter hand\naccept new at gate\n}\n";
    let make = "step make by tenant {\ncreate new in store as \"b\"\n}\n";
    let trust = trust.replace("{\nprovide", "{\nafter make\nprovide");
    let drop = "step drop by partner {\nafter take\nretire new at gate\n}\n";
    let again = "step again by partner {\nafter drop\naccept new at gate\n}\n";
    assert_eq!(said(&tiny(&format!("{make}{trust}"))), all(&[]));
    let take = "of take that was given up does not take effect any more after drop";
    assert_eq!(said(&tiny(&format!("{make}{trust}{drop}"))), all(&[take]));
    let drop_late = "of drop that was given up does not take effect any more after again";
    assert_eq!(said(&tiny(&format!("{make}{trust}{drop}{again}"))), all(&[take, drop_late]));
}

#[test]
fn what_is_declared_and_changes_nothing_is_covered_without_a_search() {
    let text = tiny(&STOP.replace("undeploy", "may come late\nundeploy"));
    let idle = "of stop that was given up may take effect at any later moment, and changes nothing once its step is done (declared)";
    let mut expected = all(&[idle]);
    expected[0] = format!("that was given up {ANY}");
    assert_eq!(said(&text), expected);
    assert!(matches!(proven(&text).proof().how, How::Cuts { .. }), "no search is needed");
}

#[test]
fn what_is_declared_and_may_matter_is_searched() {
    let text = tiny(&format!("{LATE_STOP}{START}"));
    let found = proven(&text);
    assert!(matches!(found.proof().how, How::Explicit { .. }));
    let looked = "of stop that was given up may take effect at any later moment, whenever it fits and changes something: each such moment was looked at (declared)";
    let late_start =
        "of start that was given up does not take effect any more after one of stop, which may come late";
    assert_eq!(said(&text), all(&[looked, late_start]));
    assert!(matches!(compare(&text, LIMIT), Compared::Proved(_)));
    // A promise that the late effect breaks; and an end that does not last.
    let down = format!("{text}finally orders deployed\n");
    let told = refuted(&down);
    let moves = told.story.moves();
    assert!(matches!(moves.as_slice(), [Move::Act(_), Move::Act(_), Move::Late(_)]), "{moves:?}");
    assert_eq!(compare(&down, LIMIT), Compared::Refuted("goal_missed".to_owned(), 3));
}

#[test]
fn causal_cuts_leave_such_a_plan_to_the_search_and_say_why() {
    let checked = read(&tiny(&format!("{LATE_STOP}{START}"))).unwrap();
    let start: World = checked.plan().start.clone();
    match prove_by(Engine::Cuts, checked, &start, BUDGET) {
        Verdict::NotProven(open) => {
            assert!(matches!(open.why, Why::Unsettled(Unsettled::Late(_))), "{:?}", open.why);
            let why = open.reason();
            assert!(
                why.ends_with("an attempt of stop may take effect late, and change something then"),
                "{why}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_way_to_the_end_counts_on_a_late_effect() {
    // Only a late start could bring about what is waited for.
    let wait = "step wait by tenant {\nafter start\nneeds orders deployed\ninform partner\n}\n";
    let text = tiny(&format!("{LATE_STOP}{}{wait}", START.replace("deploy", "may come late\ndeploy")));
    assert_eq!(compare(&text, LIMIT), Compared::Refuted("cannot_finish".to_owned(), 3));
}

#[test]
fn whoever_was_told_goes_by_what_is_not_so_any_more() {
    let tell = "step tell by tenant {\nafter start\ninform partner\n}\n";
    let go = "step go by partner {\nafter tell\nneeds orders deployed\ninform tenant\n}\n";
    let text = tiny(&format!("{LATE_STOP}{START}{tell}{go}"));
    let Compared::Refuted(code, _) = compare(&text, LIMIT) else { panic!("nobody is misled") };
    assert_eq!(code, "stale_belief");
}

#[test]
fn a_late_effect_asks_for_no_window() {
    let ask = "window pause at most 4h\nstep ask by tenant {\nagree pause with partner\n}\n";
    let stop = LATE_STOP.replace("{\n", "{\nafter ask\nneeds pause open\n");
    for promise in ["orders interrupted only in pause", "always pause open while orders undeployed"] {
        let text = tiny(&format!("{ask}{stop}{START}promise {promise}\n"));
        let Compared::Refuted(code, moves) = compare(&text, LIMIT) else { panic!("{promise} is kept") };
        assert!(["interrupted", "promise_broken"].contains(&code.as_str()), "{code}");
        assert_eq!(moves, 6, "asked, answered, begun, stopped, started and stopped late");
        assert!(matches!(refuted(&text).story.moves().last(), Some(Move::Late(_))));
        let in_time = text.replace("may come late\n", "");
        assert!(matches!(compare(&in_time, LIMIT), Compared::Proved(_)), "{in_time}");
    }
}

#[test]
fn an_interruption_that_begins_late_has_no_bound() {
    let timed = "takes 1h\n";
    let stop = LATE_STOP.replace("{\n", &format!("{{\n{timed}"));
    let start = START.replace("after stop\n", &format!("after stop\n{timed}"));
    let text = tiny(&format!("{stop}{start}promise orders interrupted at most 3h\n"));
    let bound = |text: &str| {
        let checked = read(text).unwrap();
        let timing = keyroll::duration::Timing::of(checked.plan(), checked.order());
        let flow = checked.plan().landscape.channels.ids().next().unwrap();
        let longest = timing.longest(flow);
        longest.map(|worst| worst.map(|w| w.time)).map_err(|why| why.sentence(checked.plan()))
    };
    let why = "an attempt of `stop` may come late and stop `orders` at any moment";
    assert_eq!(bound(&text), Err(why.to_owned()));
    assert!(bound(&text.replace("may come late\n", "")).unwrap().is_some(), "else it has one");
}

#[test]
fn a_certificate_shows_each_late_effect_and_one_without_them_is_none() {
    let late = tiny(&format!("{LATE_STOP}{START}"));
    let (proven, certificate) = stock(&late, Engine::Auto);
    let verified = judged(proven.checked(), certificate.text().as_bytes());
    let in_time = stock(&late.replace("may come late\n", ""), Engine::Explicit).1;
    let (Ok(Verified::Explicit { states, .. }), Reason::Explicit { worlds }) =
        (verified, in_time.proof.reason)
    else {
        panic!("every world is shown")
    };
    assert!(states > worlds.len(), "{states} worlds, and {} without late effects", worlds.len());
    // The worlds of the plan without the line are not all worlds of this one.
    let fewer = Claim { reason: Reason::Explicit { worlds }, ..certificate.proof };
    let refused = judged(proven.checked(), Certificate::of(fewer).text().as_bytes());
    assert_eq!(refused, Err(Refused::Gap("every world".to_owned())));
}

#[test]
fn no_order_of_steps_is_a_certificate_where_an_attempt_matters_late() {
    struct Believing;
    impl Reasons for Believing {
        fn is_before(&self, _: StepId, _: StepId) -> bool {
            true
        }
        fn chain(&self, _: News) -> Option<Vec<StepId>> {
            Some(Vec::new())
        }
        fn moment(&self, _: usize) -> Option<Vec<StepId>> {
            Some(Vec::new())
        }
    }
    let checked = read(&tiny(&format!("{LATE_STOP}{START}"))).unwrap();
    let shown = show(&checked, &checked.plan().start, &Believing);
    assert_eq!(shown, Err(Refused::Gap("what an attempt changes that comes late".to_owned())));
}

const GROUND: &str = r#"keyroll 1
plan chain
role ops
key old
key new
key more
keystore s of ops {
  alias "a" is old
  alias "b" is new
}
receiver p of ops {
  accepts old
}
flow f of ops {
  signs xml with s["a"]
  sends to p
  delivers immediately
  undeployed
}
waive f rejected because "a test"
"#;

const ACTS: [&str; 14] = [
    "undeploy f",
    "deploy f",
    "accept new at p",
    "retire new at p",
    "accept old at p",
    "retire old at p",
    "replace old by new at p",
    "replace new by old at p",
    "exchange s[\"a\"] for new",
    "exchange s[\"b\"] for old",
    "exchange s[\"a\"] for more",
    "create more in s as \"c\"",
    "destroy old in s",
    "destroy new in s",
];

/// Acts one after the other, each of which may come late.
fn chain(mut number: usize, length: usize) -> String {
    let mut text = GROUND.to_owned();
    for step in 0..length {
        let after = if step == 0 { String::new() } else { format!("  after x{}\n", step - 1) };
        let act = ACTS[number % ACTS.len()];
        text += &format!("step x{step} by ops {{\n{after}  may come late\n  {act}\n}}\n");
        number /= ACTS.len();
    }
    text
}

/// The judge tries every attempt, whether or not it can matter: where the plan's own analysis leaves one out
/// that changes something, there are moments of which the search knows nothing.
#[test]
fn every_short_chain_of_acts_that_come_late_is_what_the_second_judge_says() {
    let asked = std::env::var("KEYROLL_LATE_CHAIN").ok().and_then(|length| length.parse().ok());
    let length: usize = asked.unwrap_or(3);
    let all = u64::try_from(ACTS.len().pow(u32::try_from(length).unwrap())).unwrap();
    let counts = counted(0..all, |number| {
        let text = chain(usize::try_from(number).unwrap(), length);
        let matters = read(&text).is_ok_and(|checked| !checked.late().moves().is_empty());
        Some(match (compare(&text, LIMIT), matters) {
            (Compared::Proved(_), true) => "proved, late",
            (Compared::Proved(_), false) => "proved",
            (Compared::Refuted(..), _) => "refuted",
            (Compared::Unread(_), _) => "unread",
            (Compared::TooMany, _) => panic!("{text}"),
        })
    });
    println!("{counts:#?}");
    assert!(counts["proved, late"] > 100 && counts["proved"] > 100, "{counts:?}");
}

#[test]
fn many_steps_that_matter_are_not_all_named() {
    let rounds: String = (0..40)
        .map(|n| {
            let after = if n == 0 { String::new() } else { format!("after start{}\n", n - 1) };
            format!("step stop{n} by tenant {{\n{after}undeploy orders\n}}\nstep start{n} by tenant {{\nafter stop{n}\ndeploy orders\n}}\n")
        })
        .collect();
    let said = said(&tiny(&rounds));
    assert_eq!(said.len(), 1 + 12 + 1, "{said:#?}");
    assert_eq!(said[1], "of stop0 that was given up does not take effect any more after start0");
    // The last start alone is undone by nothing.
    let more = "of 67 more steps that was given up does not take effect any more after a step that undoes it";
    assert_eq!(said[13], more);
}
