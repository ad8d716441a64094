//! Facts of a plan's own: read, proved by each engine, judged again, run, and told.

#![cfg(test)]

mod place;

use std::collections::BTreeSet;

use keyroll::{
    certificate::{Certificate, Reason, Verified},
    check::{self, Checked},
    compare::{Weight, differences},
    plan::given::Given,
    proof::{
        engine::{Engine, How},
        verdict::{BUDGET, Verdict, prove_by},
    },
    source::Source,
    world::{effect::Effects, landscape::Fact},
};

use super::{
    certificate::{judged, stock},
    reference::{Compared, compare, read},
    runs::Place,
};

/// A renewal that waits for an approval.
pub(crate) const PLAN: &str = "keyroll 1

plan approved
  \"Renew the signing key once the change board has approved it\"

role operator \"Operator\"
role board    \"Change board\"

key old
key new

keystore tenant of operator {
  alias \"orders-signer\" is old
}

receiver partner of operator {
  accepts old
  accepts at most 2
}

flow orders of operator {
  signs xml with tenant[\"orders-signer\"]
  sends to partner
  delivers within 24h
  deployed
}

fact change of board \"The change board approved the change\"

step create_key by operator {
  create new in tenant as \"orders-signer-next\"
}

step ask by operator {
  after create_key
  request board to set change
}

step approve by board {
  after ask
  set change
}

step approved by board {
  after approve
  inform operator
}

step trust_both by operator {
  after approved
  needs change set
  accept new at partner
}

step exchange_key by operator {
  after trust_both
  exchange tenant[\"orders-signer\"] for new
}

step tell by operator {
  after exchange_key
  inform board
}

promise orders never rejected
promise never tenant[\"orders-signer\"] is new while change clear
promise change set before partner accepts new
promise can always abort

finally change set known to operator
";

fn verdict(text: &str, engine: Engine) -> Verdict {
    let checked = read(text).unwrap_or_else(|codes| panic!("{codes:?}\n{text}"));
    let start = checked.plan().start.clone();
    prove_by(engine, checked, &start, BUDGET)
}

/// The code of what is found; `proved` where nothing is.
fn found(text: &str) -> String {
    if let Err(codes) = read(text) {
        return codes.join(" ");
    }
    let said = [Engine::Auto, Engine::Explicit].map(|engine| match verdict(text, engine) {
        Verdict::Proven(_) => "proved".to_owned(),
        Verdict::Refuted(refuted) => {
            refuted.finding.code().unwrap().to_string().trim_start_matches("keyroll::").to_owned()
        }
        Verdict::NotProven(open) => panic!("{}", open.reason()),
    });
    assert_eq!(said[0], said[1], "the engines differ\n{text}");
    said[0].clone()
}

/// The plan with one change, which must be one.
#[track_caller]
fn with(from: &str, to: &str) -> String {
    assert_eq!(PLAN.matches(from).count(), 1, "{from}");
    PLAN.replace(from, to)
}

#[test]
fn an_approval_is_proved_by_each_engine_and_judged_again() {
    for (engine, by_order) in [(Engine::Cuts, true), (Engine::Explicit, false)] {
        let (proven, certificate) = stock(PLAN, engine);
        assert_eq!(matches!(proven.proof().how, How::Cuts { .. }), by_order);
        let verified = judged(proven.checked(), certificate.text().as_bytes()).unwrap();
        assert_eq!(matches!(verified, Verified::Cuts { .. }), by_order);
        let rests = proven.proof().assumptions.join("\n");
        assert!(rests.contains("change is what board says of it"), "{rests}");
    }
    assert!(matches!(compare(PLAN, 20_000), Compared::Proved(_)), "{:?}", compare(PLAN, 20_000));
}

/// Each of these takes something away without which the plan is not safe, and each is refused for that.
#[test]
fn what_is_missing_is_found() {
    for (from, to, code) in [
        ("  needs change set\n", "", "proved"),
        ("  after approved\n  needs change set\n", "  after create_key\n", "promise_broken"),
        (
            "  after approved\n  needs change set\n",
            "  after create_key\n  needs change set\n",
            "unknowable_need",
        ),
        (
            "  after approved\n  needs change set\n",
            "  after approve\n  needs change set\n",
            "unannounced_step unknowable_need",
        ),
        (
            "step approve by board {\n  after ask\n",
            "step approve by operator {\n  after ask\n",
            "role_without_authority",
        ),
        ("  set change\n}", "  clear change\n}", "unknowable_need"),
        ("  set change\n}", "  set chance\n}", "unknown_name"),
        ("  set change\n}", "  set orders\n}", "wrong_kind"),
        ("  needs change set\n", "  needs orders set\n", "wrong_kind"),
        ("  needs change set\n", "  needs change\n", "wrong_usage"),
        ("  needs change set\n", "  needs change clear\n", "stale_need"),
        (
            "finally change set known to operator\n",
            "finally change set\n\nstep withdraw by board {\n  after tell\n  clear change\n}\n",
            "promise_broken",
        ),
        ("finally change set known to operator\n", "finally change clear\n", "goal_missed"),
        ("promise change set before partner accepts new\n", "promise always change set\n", "promise_broken"),
        (
            "promise change set before partner accepts new\n",
            "promise always change set while partner accepts new\n",
            "proved",
        ),
        (
            "promise change set before partner accepts new\n",
            "promise partner accepts new before change set\n",
            "promise_broken",
        ),
        (
            "promise change set before partner accepts new\n",
            "promise never orders deployed while change set\n",
            "promise_broken",
        ),
        // It is so from the first moment on, so that the word never comes.
        ("the change\"\n\nstep", "the change\" set\n\nstep", "promise_vacuous"),
        ("fact change of board", "fact change of nobody", "unknown_name"),
        ("fact change of board", "fact orders of board", "duplicate_name unknown_name unknown_name"),
    ] {
        let text = with(from, to);
        let codes: BTreeSet<String> = found(&text).split(' ').map(str::to_owned).collect();
        let wanted: BTreeSet<String> = code.split(' ').map(str::to_owned).collect();
        assert!(wanted.is_subset(&codes), "{from} -> {to}: {codes:?}");
        assert!(codes.contains("proved") == (code == "proved"), "{from} -> {to}: {codes:?}");
    }
}

/// Of a fact that its owner needs and nobody sets the plan waits for ever.
#[test]
fn what_nobody_sets_is_waited_for_for_ever() {
    let text = "keyroll 1\nplan p\nrole ops\nrole board\nfact go of ops\nstep a by ops {\n  needs go set\n  inform board\n}\n";
    assert_eq!(found(text), "cannot_finish");
    assert_eq!(found(&text.replace("fact go of ops", "fact go of ops set")), "proved");
    let late = "keyroll 1\nplan p\nrole ops\nrole board\nfact go of ops\nstep on by ops {\n  set go\n}\n\
                step a by ops {\n  needs go set\n  inform board\n}\n";
    // It comes by itself, in whatever order.
    assert_eq!(found(late), "proved");
    let off = format!("{late}step off by ops {{\n  after on\n  clear go\n}}\n");
    // It may be over before it is looked at.
    assert_eq!(found(&off), "cannot_finish");
}

/// A late attempt sets the fact again after it was cleared.
#[test]
fn what_comes_late_is_seen() {
    let text = |late: &str| {
        format!(
            "keyroll 1\nplan p\nrole ops\nrole board\nfact go of ops\nstep on by ops {{\n{late}  set go\n}}\n\
             step off by ops {{\n  after on\n  clear go\n}}\nfinally go clear\n"
        )
    };
    assert_eq!(found(&text("")), "proved");
    assert_eq!(found(&text("  may come late\n")), "goal_missed");
    let checked = read(&text("")).unwrap();
    assert_eq!(checked.late().undeclared().count(), 1, "the verdict names it");
}

/// The rows of a certificate say which facts are set, behind which flows run: none of it can be left out or put
/// in.
#[test]
fn a_world_with_another_fact_is_no_reason() {
    let (proven, certificate) = stock(PLAN, Engine::Explicit);
    let Reason::Explicit { worlds } = &certificate.proof.reason else { panic!("by worlds") };
    let own = u32::try_from(proven.checked().plan().landscape.channels.len()).unwrap();
    let set = worlds.iter().filter(|row| row.3.contains(&own)).count();
    assert!(set > 0 && set < worlds.len(), "{set} of {}", worlds.len());
    for (at, row) in worlds.iter().enumerate() {
        let otherwise = match row.3.iter().position(|number| *number == own) {
            Some(at) => row.3.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, n)| *n).collect(),
            None => row.3.iter().copied().chain([own]).collect(),
        };
        let unknown = row.3.iter().copied().chain([own + 1]).collect();
        let twice: Vec<u32> = row.3.iter().copied().chain([own, own]).collect();
        for facts in [otherwise, unknown, twice] {
            let mut claim = certificate.proof.clone();
            let Reason::Explicit { worlds } = &mut claim.reason else { panic!("by worlds") };
            worlds[at].3 = facts;
            let verdict = judged(proven.checked(), Certificate::of(claim).text().as_bytes());
            assert!(verdict.is_err(), "world {at} is another one");
        }
    }
    // Another start is another claim.
    let other = read(&PLAN.replace("the change\"\n\nstep", "the change\" set\n\nstep")).unwrap();
    assert!(judged(&other, certificate.text().as_bytes()).is_err());
    let mut start = proven.checked().plan().start.clone();
    let own = proven.checked().plan().landscape.own_facts.ids().next().unwrap();
    start.set[own] = true;
    let subject = keyroll::proof::reason::subject(proven.checked(), &start);
    assert!(keyroll::certificate::verify(&subject, certificate.text().as_bytes()).is_err());
}

#[test]
fn a_fact_is_said_for_each_row_and_shared_with_a_part() {
    let rows = "keyroll 1\nplan many\ntable partner {\n  acme\n  bolt\n}\nrole ops\nfor each partner {\n  role admin-$partner\n  \
        fact ready-$partner of admin-$partner \"$partner is ready\"\n  step prepare-$partner by admin-$partner {\n    set ready-$partner\n  }\n  \
        step report-$partner by admin-$partner {\n    after prepare-$partner\n    inform ops\n  }\n}\n\
        step go by ops {\n  after report-$partner for each partner\n  needs ready-$partner set for each partner\n  \
        inform admin-$partner for each partner\n}\nfinally ready-$partner set for each partner\n";
    // An end is not said for each row.
    let rows = rows.replace(
        "finally ready-$partner set for each partner\n",
        "finally ready-acme set\nfinally ready-bolt set\n",
    );
    assert_eq!(found(&rows), "proved");
    let checked = read(&rows).unwrap();
    let titles: Vec<_> = checked.plan().landscape.own_facts.rows().map(|fact| fact.title.clone()).collect();
    assert_eq!(titles, [Some("acme is ready".to_owned()), Some("bolt is ready".to_owned())]);
    assert_eq!(found(&rows.replace("    after prepare-$partner\n", "")), "unknowable_need");

    let part = "keyroll 1\nplan part\nrole ops\nrole board\nfact go of board\nstep wait by ops {\n  inform board\n}\n\
        step on by board {\n  after wait\n  set go\n}\nstep off by board {\n  after on\n  clear go\n}\nfinally go clear\n";
    let outer = "keyroll 1\nplan outer\nrole admin\nrole chair\nfact open of chair \"It is open\"\n\
        plan first from \"part.renewal\" {\n  ops = admin\n  board = chair\n  go = open\n}\n\
        plan second from \"part.renewal\" {\n  after first\n  ops = admin\n  board = chair\n}\n\
        step end by chair {\n  after second\n  inform admin\n}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("part.renewal"), part).unwrap();
    let path = folder.path().join("outer.renewal");
    std::fs::write(&path, outer).unwrap();
    let said = place::keyroll(folder.path(), "prove outer.renewal").ends(1);
    // The second part begins with somebody whom nobody told.
    assert!(said.err.contains("unannounced_step"), "{}", said.err);
    let told =
        outer.replace("plan second", "step tell by chair {\n  after first\n  inform admin\n}\nplan second");
    std::fs::write(&path, told.replace("  after first\n  ops", "  after tell\n  ops")).unwrap();
    let said = place::keyroll(folder.path(), "prove outer.renewal").ends(0);
    assert!(said.out.contains("finally     open clear"), "{}", said.out);
    assert!(said.out.contains("finally     second-go clear"), "{}", said.out);
    // The part and the plan say the same of the start.
    let other = part.replace("fact go of board", "fact go of board set");
    std::fs::write(folder.path().join("part.renewal"), other).unwrap();
    let said = place::keyroll(folder.path(), "check outer.renewal").ends(1);
    assert!(said.err.contains("`open` is clear at the start here, and set in the part"), "{}", said.err);
    std::fs::write(folder.path().join("part.renewal"), part).unwrap();
    // Another thing is no fact.
    std::fs::write(&path, told.replace("go = open", "go = admin")).unwrap();
    let said = place::keyroll(folder.path(), "check outer.renewal").ends(1);
    assert!(said.err.contains("`admin` is a role, and `go` is a fact"), "{}", said.err);
}

#[test]
fn a_fact_is_told_in_the_words_of_its_kind() {
    let text = PLAN
        .replace("role operator", "use \"std/changes\" version 1\n\nrole operator")
        .replace("fact change of board", "approval change of board")
        .replace("request board to set change", "request board to approve as change")
        .replace("  set change\n", "  approve as change\n")
        .replace("needs change set", "needs approved by change")
        .replace("while change clear", "while not approved by change")
        .replace("promise change set before", "promise approved by change before")
        .replace("finally change set", "finally approved by change");
    assert!(!text.contains("change set") && !text.contains("change clear"), "{text}");
    let checked: Checked = check::read(&Source::new("plan", &*text), &Given::default())
        .unwrap_or_else(|refusal| panic!("{:?}", refusal.error_codes()));
    let plan = checked.plan();
    let said: Vec<String> = plan.steps.ids().map(|step| plan.sentence(step)).collect();
    assert!(said.contains(&"approve as change".to_owned()), "{said:?}");
    assert!(said.contains(&"request board to approve as change".to_owned()), "{said:?}");
    let core = read(PLAN).unwrap();
    let effects = |checked: &Checked| -> Vec<Effects> {
        checked.plan().steps.rows().map(|row| row.action.value.effects()).collect()
    };
    assert_eq!(effects(&checked), effects(&core));
    let start = plan.start.clone();
    let Verdict::Proven(proven) = prove_by(Engine::Auto, checked, &start, BUDGET) else {
        panic!("not proved")
    };
    let promises: Vec<&str> = proven.proof().promises.iter().map(|(promise, _)| promise.as_str()).collect();
    assert!(promises.contains(&"approved by change before partner accepts new"), "{promises:?}");
    // A freeze and a switch have words of their own, and what is one is not told as the other.
    let both = "keyroll 1\nplan p\nuse \"std/changes\"\nrole ops\nrole net\nfreeze holidays of ops \"Nothing is changed\" set\n\
        switch to_new of net \"Traffic goes to the new gateway\"\nstep thaw by ops {\n  end holidays\n}\n\
        step say by ops {\n  after thaw\n  inform net\n}\nstep over by net {\n  after say\n  needs holidays over\n  turn on to_new\n}\n\
        promise never to_new on while holidays in force\nfinally to_new on\n";
    assert_eq!(found(both), "proved");
    let checked = read(both).unwrap();
    let own: Vec<Fact> = checked.plan().landscape.own_facts.ids().map(Fact::Own).collect();
    assert_eq!(own.len(), 2);
    let said: Vec<String> = checked.plan().steps.ids().map(|step| checked.plan().sentence(step)).collect();
    assert_eq!(said, ["end holidays", "inform net", "turn on to_new"]);
}

#[test]
fn what_changes_of_a_fact_is_told_of_two_plans() {
    let told = |new: &str| -> Vec<(Weight, String)> {
        let (old, new) = (read(PLAN).unwrap(), read(new).unwrap());
        differences(&old, &new).into_iter().map(|found| (found.weight, found.text)).collect()
    };
    assert_eq!(told(PLAN), []);
    let set = told(&with("the change\"\n\nstep", "the change\" set\n\nstep"));
    assert!(
        set.contains(&(Weight::Weaker, "at the start change is set; it was clear".to_owned())),
        "{set:?}"
    );
    let mine = PLAN
        .replace("fact change of board", "fact change of operator")
        .replace("step approve by board", "step approve by operator")
        .replace("request board to set change", "inform board");
    let mine = told(
        &mine
            .replace("  after approve\n", "  after ask\n")
            .replace("  after approved\n", "  after approve, approved\n"),
    );
    assert!(
        mine.iter().any(|(_, text)| text == "the fact change is of operator; it was of board"),
        "{mine:?}"
    );
    let unpromised = told(&with("promise never tenant[\"orders-signer\"] is new while change clear\n", ""));
    assert!(unpromised.iter().any(|(weight, _)| *weight == Weight::Weaker), "{unpromised:?}");
}

/// The plans of the library that wait for a board: rehearsed, and refused where somebody does not wait.
#[test]
fn plans_under_change_control_are_rehearsed_and_rest_on_their_facts_and_groups() {
    let approved = include_str!("../../plans/changes/approved-by-a-board.renewal");
    let lifted = include_str!("../../plans/changes/freeze-lifted-for-a-window.renewal");
    let place = Place::two_keys();
    for (text, steps) in [(approved, 18), (lifted, 15)] {
        place.write("plan.renewal", text);
        let said = place.keyroll("rehearse plan.renewal --messages 50 --rate 300 --key-type ec-p256").ends(0);
        said.says("Not one message was rejected").says(&format!("All {steps} steps are done"));
    }
    for (text, said, instead, code) in [
        (
            approved,
            "  after provide_key, report_approval\n  needs approved by renewal\n  accept new at acme",
            "  after provide_key\n  accept new at acme",
            "promise_broken",
        ),
        (approved, "after ask_for_approval, end_freeze", "after ask_for_approval", "unknowable_need"),
        (
            approved,
            "group partners is acme_admin, bolt_admin",
            "group partners is acme_admin",
            "key_not_provided",
        ),
        (
            approved,
            "  after report_acme_done, report_bolt_done\n",
            "  after report_acme_done\n",
            "unknowable_need",
        ),
        (lifted, "  after report_over\n  needs orders deployed\n", "  after report_lifted\n", "stale_need"),
        (
            lifted,
            "  after ask_for_exemption\n  two people\n  end",
            "  after ask_for_exemption\n  begin",
            "unknowable_need",
        ),
    ] {
        assert_eq!(text.matches(said).count(), 1, "{said}");
        place.write("plan.renewal", text.replace(said, instead));
        place.keyroll("prove plan.renewal").ends(1).says(code);
    }
}
