//! Facts of a scenario's own: who makes them so, who hears of it, and what waits for them.

use keyroll::synthesis::Synthesis;

use super::{a_plan_exists, acts, found, impossible, is_sound, keyroll, synthesis};

/// A renewal at a receiver with room for both keys, and an approval of somebody else. What is promised and
/// wanted of it comes behind.
const HEAD: &str = "keyroll 1

plan approved

role operator
role partner
role board

key old
key new

keystore tenant of operator {
  alias \"signer\" is old
}

receiver gate of partner {
  accepts old
  accepts at most 2
}

flow orders of operator {
  signs xml with tenant[\"signer\"]
  sends to gate
  delivers within 1h
  deployed
}

fact change of board \"The change board approved the change\"
window pause at most 1h

promise orders never rejected
finally tenant[\"signer\"] is new
";

fn with(lines: &str) -> String {
    format!("{HEAD}{lines}")
}

/// The body of the step that does something.
fn step<'a>(plan: &'a str, act: &str) -> &'a str {
    let ends = format!("  {act}\n}}\n");
    let step = plan.split("\nstep ").find(|step| step.contains(&ends));
    step.unwrap_or_else(|| panic!("nothing does `{act}`:\n{plan}"))
}

#[test]
fn the_owner_sets_it_tells_of_it_and_the_other_one_waits_for_it() {
    for promise in [
        "promise never tenant[\"signer\"] is new while change clear",
        "promise change set before tenant[\"signer\"] is new",
    ] {
        let text = with(&format!("{promise}\n"));
        let plan = found(&text, true);
        is_sound(&text, &plan.text);
        assert_eq!(plan.refused, 0, "{}", plan.text);
        assert!(step(&plan.text, "set change").starts_with("set_change by board "), "{}", plan.text);
        let exchange = step(&plan.text, "exchange tenant[\"signer\"] for new");
        assert!(exchange.contains("  needs change set\n"), "{}", plan.text);
        assert!(plan.text.contains(" by board \"Report that change is set\""), "{}", plan.text);
        assert!(!plan.text.contains("clear change"), "nobody asks for it:\n{}", plan.text);
    }
}

/// What no promise and no end speaks of is left alone; what only the end speaks of waits for nothing.
#[test]
fn nobody_sets_what_nobody_asks_for() {
    let plain = acts(HEAD);
    assert!(plain.iter().all(|act| !act.ends_with(" change")), "{plain:?}");
    let wanted = acts(&with("finally change set\n"));
    assert_eq!(wanted.len(), plain.len() + 1, "{wanted:?}");
    let known = acts(&with("finally change set known to operator\n"));
    assert_eq!(known.len(), plain.len() + 2, "{known:?}");
}

/// As it is at the start, it stays until its owner changes it.
#[test]
fn what_is_set_at_the_start_is_cleared_where_it_is_in_the_way() {
    let set = HEAD.replace("approved the change\"", "approved the change\" set");
    let text = format!("{set}promise never tenant[\"signer\"] is new while change set\n");
    let plan = found(&text, true);
    is_sound(&text, &plan.text);
    assert!(step(&plan.text, "exchange tenant[\"signer\"] for new").contains("  needs change clear\n"));
    assert!(step(&plan.text, "clear change").starts_with("clear_change by board "));
    // It is so from the start, and a need says so. That nothing else ever is, a promise cannot say.
    let text = format!("{set}promise tenant[\"signer\"] is new before change clear\nfinally change clear\n");
    let plan = found(&text, true);
    is_sound(&text, &plan.text);
    assert!(step(&plan.text, "clear change").contains("  after report_exchanged\n"), "{}", plan.text);
}

/// Set for a time: the owner takes it back only when it has heard that what hung on it is over.
#[test]
fn what_is_set_for_a_time_is_cleared_after_it() {
    let text = with("promise always change set while gate accepts new\nfinally gate accepts only old\n")
        .replace("finally tenant[\"signer\"] is new\n", "")
        .replace("  accepts old\n", "  accepts old\n  accepts new\n")
        .replace("approved the change\"", "approved the change\" set")
        + "finally change clear known to operator\n";
    let plan = found(&text, true);
    is_sound(&text, &plan.text);
    let clear = step(&plan.text, "clear change");
    assert!(clear.contains("  after report_replaced\n"), "{}", plan.text);
    let late = plan.text.replace(clear, &clear.replace("  after report_replaced\n", ""));
    assert_ne!(late, plan.text);
    let told = crate::reference::compare(&late, super::ENOUGH);
    assert!(!matches!(told, crate::reference::Compared::Proved(_)), "{told:?}\n{late}");
}

/// Whoever agrees on a window has heard of what is to be so before it begins.
#[test]
fn a_window_that_hangs_on_it_is_agreed_after_it() {
    let base = with("promise orders interrupted only in pause\n")
        .replace("accepts at most 2", "accepts at most 1")
        .replace("finally tenant", "finally gate accepts only new\nfinally tenant");
    for promise in ["promise change set before pause open", "promise never change clear while pause open"] {
        let text = format!("{base}{promise}\n");
        let plan = found(&text, true);
        is_sound(&text, &plan.text);
        assert_eq!(plan.refused, 0, "{}", plan.text);
        let agree = step(&plan.text, "agree pause with partner");
        assert!(agree.contains("  needs change set\n"), "{}", plan.text);
    }
}

/// Each is impossible for a reason of its own, and trying everything finds none either.
#[test]
fn there_is_none_where_the_facts_bar_each_other() {
    for (lines, always) in [
        (
            "promise never tenant[\"signer\"] is new while change clear\npromise never change set\n",
            "change clear",
        ),
        (
            "promise change set before tenant[\"signer\"] is new\npromise tenant[\"signer\"] is new before change set\n",
            "change clear",
        ),
    ] {
        let why = impossible(&with(lines));
        assert!(why.invariant.iter().any(|said| said == always), "{lines}{:?}", why.invariant);
        assert_eq!(why.never, ["tenant[\"signer\"] is new"], "{lines}");
        let set = why.barred.iter().find(|barred| barred.act == "set change").unwrap();
        assert_eq!(set.role.as_deref(), Some("board"));
        assert!(!a_plan_exists(&with(lines)), "{lines}");
    }
    // Already broken where it begins.
    let early = with("promise change set before gate accepts old\n");
    assert!(impossible(&early).start.is_some());
    assert!(!a_plan_exists(&early));
}

/// Two worlds that differ in nothing but in what has been so are two: an approval may be taken back.
#[test]
fn what_has_been_so_is_remembered() {
    let text =
        with("promise change set before gate accepts new\npromise never gate accepts new while change set\n");
    let plan = found(&text, true);
    is_sound(&text, &plan.text);
    for act in ["set change", "clear change"] {
        step(&plan.text, act);
    }
    // As much as nobody has heard of it.
    let never = format!("{text}promise never change set\n");
    assert!(matches!(synthesis(&never, true), Synthesis::Impossible(_)));
}

/// A promise is to speak of some moment: the plan comes to one, or there is none that does.
#[test]
fn a_promise_that_would_speak_of_no_moment_is_given_one() {
    let set = HEAD.replace("approved the change\"", "approved the change\" set");
    let text = format!("{set}promise never tenant[\"signer\"] is new while change clear\n");
    let plan = found(&text, true);
    is_sound(&text, &plan.text);
    assert_eq!(plan.refused, 0, "{}", plan.text);
    assert!(plan.text.contains("  clear change\n"), "nothing speaks of it:\n{}", plan.text);
    let never = format!("{text}promise never change clear\n");
    assert_eq!(impossible(&never).never, ["change clear"]);
    assert!(!a_plan_exists(&never));
    // There is such a moment, and no way on from it.
    let stuck = with("promise never change set while pause open\nfinally change set\n");
    assert_eq!(impossible(&stuck).never, ["what is wanted, after pause open,"]);
    assert!(!a_plan_exists(&stuck));
}

/// In the words of a vocabulary, where the scenario uses one.
#[test]
fn steps_speak_as_the_author_does() {
    let text = include_str!("../../../plans/scenarios/approved-change.renewal");
    let plan = found(text, true);
    is_sound(text, &plan.text);
    for line in [
        "  approve as change\n",
        "  end year_end\n",
        "  needs year_end over\n",
        "  needs approved by change\n",
    ] {
        assert!(plan.text.contains(line), "{line}{}", plan.text);
    }
}

#[test]
fn what_is_written_is_checked_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("found.renewal").display().to_string();
    let told = keyroll(&format!("synthesize plans/scenarios/approved-change.renewal --output {path}"));
    assert_eq!(told.status.code(), Some(0));
    for line in
        ["check --deny fact_unasked --deny fact_unchanged --deny useless_step", "fmt --check", "prove"]
    {
        let told = keyroll(&format!("{line} {path}"));
        assert_eq!(told.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&told.stderr));
    }
}
