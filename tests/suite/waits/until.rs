//! Steps that have to begin by a date: what is found in the plan, what is left, and what a run does.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    check::{self, Checked},
    compare::{Weight, differences},
    duration::{
        deadline::{Due, Latest, deadlines},
        gate::Gates,
    },
    plan::given::Given,
    source::Source,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, Why, next},
        ready::Blocker,
        snapshot::Snapshot,
        state::State,
        unsettled::{barred, barred_at},
    },
    world::id::StepId,
};

use crate::{
    random_plans::{timed, untimed},
    reference::{Compared, compare},
    runs::Place,
    transition::{actor, begin, moves},
};

use super::{checked, destroying, read};

const AFTER: &str = "  after announce_exchange\n";

/// The two-key plan, with lines for the first step, the exchange and the last step.
fn dated(create: &str, exchange: &str, destroy: &str) -> String {
    destroying(&format!("{AFTER}{destroy}"))
        .replace("  create new in", &format!("{create}  create new in"))
        .replace("  exchange tenant", &format!("{exchange}  exchange tenant"))
}

/// The codes of all findings, advice too.
fn codes(text: &str) -> Vec<String> {
    match check::read(&Source::new("plan", text), &Given::default()) {
        Ok(checked) => {
            let all = checked.advice().iter().filter_map(|finding| finding.code());
            all.map(|code| code.to_string().trim_start_matches("keyroll::").to_owned()).collect()
        }
        Err(refusal) => {
            let found: Vec<String> = refusal.codes().collect();
            assert!(found.iter().any(|code| code.contains("deadline")), "{found:?} of\n{text}");
            found
        }
    }
}

fn found(text: &str) -> Vec<String> {
    codes(text).into_iter().filter(|code| code.contains("deadline")).collect()
}

#[test]
fn a_deadline_is_compared_with_what_has_to_pass_before_it() {
    let whole = |create: &str, exchange: &str| found(&dated(create, exchange, ""));
    let impossible = ["deadline_impossible"];
    // Its own date, to the day and to the second.
    assert_eq!(whole("  not before 2026-12-02\n  not after 2026-12-01\n", ""), impossible);
    assert_eq!(whole("  not before 2026-12-01\n  not after 2026-12-01\n", ""), [""; 0]);
    assert_eq!(whole("  not before 2026-12-01T06:00Z\n  not after 2026-12-01T06:00Z\n", ""), [""; 0]);
    assert_eq!(whole("  not before 2026-12-01T06:00:01Z\n  not after 2026-12-01T06:00Z\n", ""), impossible);
    // A date before it, a wait, and the least time of a step between.
    let first = "  not before 2026-12-01\n";
    assert_eq!(whole(first, "  waits 30d after create_key\n  not after 2026-12-30\n"), impossible);
    assert_eq!(whole(first, "  not after 2026-11-30\n"), impossible);
    assert_eq!(
        whole("  not before 2026-12-01\n  takes 25h to 26h\n", "  not after 2026-12-01\n"),
        impossible
    );
    // Without a date there is no beginning to count from; a drain may be over at once.
    assert_eq!(whole("", "  waits 30d after create_key\n  not after 2001-01-01\n"), [""; 0]);
    let drained = "  needs orders drained of old\n  not after 2026-12-01\n";
    let text = dated("", "  not before 2026-12-01\n", drained);
    assert_eq!(found(&text), [""; 0]);
}

#[test]
fn the_worst_case_is_advice_and_no_fault() {
    let tight = ["deadline_tight"];
    let of = |create: &str, exchange: &str| -> Vec<String> {
        let text = dated(create, &format!("  after create_key\n{exchange}"), "")
            .replace("accept new at", "takes 1s\n  accept new at");
        found(&text)
    };
    let first = "  not before 2026-12-01\n  takes 2h to 3d\n";
    assert_eq!(of(first, "  not after 2026-12-03\n"), tight);
    assert_eq!(of(first, "  not after 2026-12-04\n"), [""; 0]);
    // A step that keeps its own deadline may begin as late as that, where nothing says that it is earlier.
    assert_eq!(of("  not after 2026-12-01\n  takes 23h\n", "  not after 2026-12-02\n"), [""; 0]);
    assert_eq!(of("  not after 2026-12-01\n  takes 2d\n", "  not after 2026-12-02\n"), tight);
    let sooner = "  not before 2026-12-01\n  not after 2026-12-31\n  takes 1d\n";
    assert_eq!(of(sooner, "  not after 2026-12-02\n"), [""; 0]);
    // A drain counts as long as messages may be under way.
    let drained = |until: &str| {
        let lines = format!("  needs orders drained of old\n  not after {until}\n");
        found(&dated("", "  not before 2026-12-01\n  takes 1h\n", &lines))
    };
    assert_eq!((drained("2026-12-01"), drained("2026-12-02")), (vec!["deadline_tight".to_owned()], vec![]));
    // What is not declared has no worst case.
    assert_eq!(of("  not before 2026-12-01\n", "  not after 2026-12-01\n"), [""; 0]);
}

#[test]
fn what_a_deadline_leaves_is_told_with_its_way() {
    let text = dated(
        "  not before 2026-12-01\n  takes 1h to 2h\n",
        "  after create_key\n  not after 2026-12-31\n",
        "  not after 2027-12-31\n",
    )
    .replace("accept new at", "takes 3h\n  accept new at");
    let place = Place::of(&text);
    let said = place.keyroll("prove plan.renewal").ends(0);
    assert!(
        said.out.contains("deadline    `exchange_key`, not after 2026-12-31 23:59:59 UTC: slack 30d19h, counted from the date of `create_key`"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("`destroy_old`, not after 2027-12-31 23:59:59 UTC: what it leaves is not bounded: `exchange_key` does not say how long"),
        "{}",
        said.out
    );
    assert!(said.out.contains("assuming    exchange_key begins by 2026-12-31 23:59:59 UTC"), "{}", said.out);
    let json = place.keyroll("prove plan.renewal --format json").ends(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let first = &json["durations"]["deadlines"][0];
    assert_eq!(first["slack_seconds"], 3600 * (24 * 30 + 19));
    assert_eq!(
        first["path"],
        serde_json::json!([
            "create_key",
            "provide_certificate",
            "trust_both",
            "confirm_trust",
            "exchange_key"
        ])
    );
    assert!(json["durations"]["deadlines"][1]["not_bounded"].is_string());
    // Without a date before it, the plan has to begin in time.
    let text = text.replace("  not before 2026-12-01\n", "");
    let said = Place::of(&text).keyroll("prove plan.renewal").ends(0);
    assert!(said.out.contains("in time where the plan begins by 2026-12-31 18:59:59 UTC"), "{}", said.out);
    let runbook = Place::of(&text).keyroll("runbook plan.renewal").ends(0);
    assert!(runbook.out.contains("Begin by: 2026-12-31 23\\:59\\:59 UTC;"), "{}", runbook.out);
    let page = Place::of(&text).keyroll("runbook plan.renewal --format html").ends(0);
    assert!(page.out.contains("<dt>Begin by</dt><dd>2026-12-31 23:59:59 UTC;"), "{}", page.out);
    let graph = Place::of(&text).keyroll("graph plan.renewal --format json").ends(0);
    assert!(graph.out.contains("not after 2026-12-31 23:59:59 UTC"), "{}", graph.out);
}

/// The longest way to each step, found by walking every way from each date: written once more.
fn walked(checked: &Checked, due: &Due) -> (Option<Timestamp>, Option<Timestamp>) {
    fn back(checked: &Checked, step: StepId, most: bool) -> Option<Timestamp> {
        let plan = checked.plan();
        let row = &plan.steps[step];
        let mut best = row.extra().not_before.map(|date| date.at);
        for before in &row.after {
            let other = &plan.steps[before.value];
            let mut from = back(checked, before.value, most);
            if let Some(deadline) = other.extra().not_after.filter(|_| most) {
                from = Some(from.map_or(deadline.at, |from| from.min(deadline.at)));
            }
            let takes =
                other.extra().takes.map_or(0, |takes| if most { takes.most } else { takes.least }.as_secs());
            let waits = row.extra().waits.iter().filter(|waits| waits.after == before.value);
            let waits = waits.map(|waits| waits.time.as_secs()).max().unwrap_or_default();
            let time = SignedDuration::from_secs(i64::try_from(takes + waits).unwrap());
            // Nobody knows when a step is done that does not say how long it takes; word is given at once.
            let is_told = other.speech.is_some() && plan.proposal(before.value).is_none();
            let is_open = most && (from == Some(Timestamp::MAX) || other.extra().takes.is_none() && !is_told);
            best = best.max(from.map(|from| if is_open { Timestamp::MAX } else { from + time }));
        }
        best
    }
    (back(checked, due.step, false), back(checked, due.step, true))
}

/// A random plan with times in which steps need nothing, say how long they take, and some by when they begin.
fn hurried(seed: u64) -> String {
    let (mut text, mut number) = (String::new(), seed);
    // Of what a step needs it is not always known when it comes.
    for line in timed(seed).lines().filter(|line| !line.starts_with("  needs ")) {
        text.push_str(line);
        text.push('\n');
        if line.starts_with("step ") {
            number += 1;
            if !text.contains("  agree ") {
                text.push_str(&format!("  takes {}s to {}s\n", 1 + number % 3, 3 + number % 7));
            }
            if number % 3 == 0 {
                text.push_str(&format!("  not after 2026-12-0{}\n", 1 + number % 9));
            }
        }
    }
    text
}

#[test]
fn the_earliest_and_the_latest_moment_are_those_of_every_way_walked_by_hand() {
    let (mut by_date, mut by_deadline, mut impossible) = (0, 0, 0);
    for seed in 0..2_000 {
        let text = hurried(seed);
        let codes = read(&text).err().unwrap_or_default();
        impossible += usize::from(codes.iter().any(|code| code == "deadline_impossible"));
        // What is impossible is looked at as well; and what has deadlines alone, all of them on some day.
        let late = text.replace("  not after 2026-12", "  not after 2027-12");
        let undated: Vec<&str> = late.lines().filter(|line| !line.starts_with("  not before")).collect();
        for text in [late.clone(), undated.join("\n") + "\n"] {
            let Ok(checked) = read(&text) else { continue };
            let plan = checked.plan();
            for due in deadlines(plan, &Gates::of(plan, checked.order())) {
                let (earliest, latest) = walked(&checked, &due);
                assert_eq!(due.earliest.as_ref().map(|moment| moment.at), earliest, "{text}");
                let last = due.earliest.map(|moment| *moment.path.last().unwrap());
                assert_eq!(last, earliest.map(|_| due.step), "{text}");
                match due.latest {
                    Ok(Latest::Dated(moment)) => {
                        assert_eq!(Some(moment.at), latest, "{text}");
                        by_date += usize::from(!moment.from_deadline);
                        by_deadline += usize::from(moment.from_deadline);
                    }
                    Ok(Latest::AfterStart(_)) => assert_eq!(latest, None, "{text}"),
                    Err(_) => {}
                }
            }
        }
    }
    let seen = format!("{by_date} by a date, {by_deadline} by a deadline, {impossible} impossible");
    assert!(by_date > 100 && by_deadline > 25 && impossible > 50, "{seen}");
}

/// No engine, no certificate and no reference looks at a clock.
#[test]
fn no_proof_rests_on_a_deadline() {
    let (mut proved, mut refused) = (0, 0);
    for seed in 0..200 {
        let text = timed(seed).replace("  not before 2026-12", "  not after 2027-12");
        let plain = untimed(&text);
        let code = |text: &str| match compare(text, 20_000) {
            Compared::Proved(_) => Some("proved".to_owned()),
            Compared::Refuted(code, _) => Some(code),
            Compared::Unread(_) | Compared::TooMany => None,
        };
        let (with, without) = (code(&text), code(&plain));
        assert_eq!(with, without, "seed {seed}:\n{text}");
        match with.as_deref() {
            Some("proved") => proved += 1,
            Some(_) => refused += 1,
            None => {}
        }
    }
    assert!(proved > 5 && refused > 5, "{proved} proved, {refused} refused");
}

#[test]
fn a_later_deadline_is_weaker_and_an_earlier_one_stronger() {
    let told = |old: &str, new: &str| -> Vec<(Weight, String)> {
        let (old, new) = (checked(&dated("", "", old)), checked(&dated("", "", new)));
        let found = differences(&old, &new).into_iter();
        found.filter(|d| d.text.starts_with("`destroy_old`")).map(|d| (d.weight, d.text)).collect()
    };
    let (soon, later) = ("  not after 2027-01-01\n", "  not after 2027-01-02\n");
    let one = |weight, text: &str| vec![(weight, text.to_owned())];
    let (first, second) = ("2027-01-01 23:59:59 UTC", "2027-01-02 23:59:59 UTC");
    let is_was = |is: &str, was: &str| format!("`destroy_old` does not begin after {is}; it was {was}");
    assert_eq!(told(soon, later), one(Weight::Weaker, &is_was(second, first)));
    assert_eq!(told(later, soon), one(Weight::Stronger, &is_was(first, second)));
    assert_eq!(
        told(soon, ""),
        one(Weight::Weaker, &format!("`destroy_old` may begin after {first}, and might not"))
    );
    assert_eq!(told("", soon), one(Weight::Stronger, &format!("`destroy_old` does not begin after {first}")));
    assert_eq!(told(soon, soon), []);
}

/// All but the last step done, an hour a look.
fn all_but_the_last(checked: &Checked) -> (State, Timestamp) {
    let (mut state, mut at) = (State::new(checked), begin());
    let last = checked.plan().step("destroy_old").unwrap();
    while checked.plan().steps.ids().any(|step| step != last && !state.world.is_done(step)) {
        at += SignedDuration::from_hours(1);
        for event in moves(checked, &state) {
            let is_last = matches!(&event, Event::Begun { step, .. } if step == "destroy_old");
            if !is_last {
                let _verdict = next(checked, &mut state, &Record { at, event });
            }
        }
    }
    (state, at)
}

fn last() -> String {
    "destroy_old".to_owned()
}

#[test]
fn no_event_begins_a_step_after_its_deadline_unless_its_role_has_said_so() {
    let (_, at) = all_but_the_last(&checked(&destroying(AFTER)));
    let until = at + SignedDuration::from_hours(1);
    let line = format!("  not after {}\n", until.strftime("%Y-%m-%dT%H:%M:%SZ"));
    let checked = checked(&dated("", "", &line));
    let step = checked.plan().step("destroy_old").unwrap();
    let (state, _) = all_but_the_last(&checked);
    let begun = || Event::Begun { step: last(), attempt: 1 };
    let take = |state: &State, at: Timestamp, event: Event| {
        let mut after = state.clone();
        let verdict = next(&checked, &mut after, &Record { at, event });
        (verdict, after)
    };
    let (in_time, over) = (until + SignedDuration::from_millis(999), until + SignedDuration::from_secs(1));
    assert!(matches!(take(&state, in_time, begun()).0, Verdict::Applied(_)));
    assert_eq!(barred_at(&checked, &state, step, in_time), []);
    let (Verdict::Refused(why), same) = take(&state, over, begun()) else { panic!("begun late") };
    assert!(matches!(&why, Why::Late { .. }) && why.is_of_time() && !why.is_early(), "{why}");
    assert_eq!(same, state, "a refused act left something");
    assert_eq!(barred_at(&checked, &state, step, over), [Blocker::Late(until)]);
    // Once a record is later than the deadline, no clock that is set back helps.
    let by = |role: &str| Actor { person: Some("Ann".to_owned()), ..actor(role) };
    let extended = |role: &str, because: &str| Event::Extended {
        step: last(),
        by: by(role),
        because: because.to_owned(),
    };
    let refused = |state: &State, at, event| match take(state, at, event).0 {
        Verdict::Refused(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&state, in_time, extended("tenant_admin", "x")), Why::NotLate(last()));
    assert!(matches!(refused(&state, over, extended("receiver_admin", "x")), Why::WrongRole(_)));
    let other =
        Event::Extended { step: "create_key".to_owned(), by: by("tenant_admin"), because: "x".to_owned() };
    assert_eq!(refused(&state, over, other), Why::Closed("create_key".to_owned()));
    let declined = Event::Declined { step: last(), by: by("tenant_admin"), because: "no".to_owned() };
    let (verdict, no) = take(&state, over, declined);
    assert!(matches!(verdict, Verdict::Applied(_)));
    assert_eq!(barred(&checked, &no, step), [Blocker::Late(until)], "a record is later than the deadline");
    assert_eq!(barred_at(&checked, &no, step, in_time), [Blocker::Late(until)], "a clock that is set back");
    let (Verdict::Applied(commands), late) =
        take(&state, over, extended("tenant_admin", "the partner agrees"))
    else {
        panic!("not taken down")
    };
    assert!(commands.is_empty() && barred(&checked, &late, step).is_empty());
    let why = late.steps[step].begun_late.clone();
    assert_eq!(why.as_deref(), Some("tenant_admin (Ann) says: the partner agrees"));
    let (verdict, again) = take(&late, over, extended("tenant_admin", "another reason"));
    assert_eq!((verdict, again.steps[step].begun_late.clone()), (Verdict::Duplicate, why));
    assert!(matches!(take(&late, over, begun()).0, Verdict::Applied(_)));
    // As it is stored.
    let text = serde_json::to_string(&Snapshot::of(&checked, &late)).unwrap();
    let read: Snapshot = serde_json::from_str(&text).unwrap();
    assert_eq!(read.restore(&checked).unwrap(), late);
    // An attempt that failed is made again in time only.
    let (_, begun_in_time) = take(&state, in_time, begun());
    let failed = Event::Failed { step: last(), attempt: 1, cause: "no".to_owned() };
    let (_, failed) = take(&begun_in_time, over, failed);
    assert!(matches!(refused(&failed, over, Event::Begun { step: last(), attempt: 2 }), Why::Late { .. }));
    let ended = Event::Ended {
        step: last(),
        attempt: 1,
        outcome: keyroll::backend::Outcome::Changed,
        certificates: BTreeMap::new(),
    };
    assert!(
        matches!(take(&begun_in_time, over, ended).0, Verdict::Applied(_)),
        "what was begun in time ends"
    );
}

#[test]
fn a_run_does_not_begin_what_is_late_and_goes_on_when_its_role_says_so() {
    let place = Place::of(&dated("", "", "  not after 2001-02-03\n"));
    let dry = place.keyroll("dry-run plan.renewal").ends(6);
    assert!(
        dry.out.contains("destroy_old: not after 2001-02-03 23:59:59 UTC has passed already"),
        "{}",
        dry.out
    );
    let line = dry.out.lines().find(|line| line.contains("blocked") && line.contains("destroy_old"));
    assert!(line.is_some_and(|line| line.contains("it has to begin by 2001-02-03")), "{}", dry.out);
    place
        .run()
        .ends(3)
        .says("had to begin by 2001-02-03")
        .says("keyroll confirm destroy_old --as tenant_admin --late");
    place
        .keyroll("why destroy_old")
        .ends(0)
        .says("waiting")
        .says("had to begin by")
        .says("not after 2001-02-03");
    place.keyroll("status").ends(0).says("not after 2001-02-03 23:59:59");
    place.keyroll("inbox --as tenant_admin").ends(0).says("deadline destroy_old").says("--late --because");
    place.keyroll("inbox --as receiver_admin").ends(0).says("nothing waits for");
    let json: serde_json::Value =
        serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
    let waits = &json["waiting"][0];
    assert_eq!((&waits["what"], &waits["role"]), (&"deadline".into(), &"tenant_admin".into()));
    assert_eq!(waits["not_after"], "2001-02-03T23:59:59Z");
    assert_eq!(json["steps"].as_array().unwrap().last().unwrap()["not_after"], "2001-02-03T23:59:59Z");
    let confirm = |words: &[&str]| {
        let all = [&["confirm", "destroy_old", "--as"], words].concat();
        crate::runs::Said::of(place.program(&all).output().unwrap())
    };
    assert!(confirm(&["tenant_admin"]).ends(2).err.contains("the site does `destroy_old` by itself"));
    confirm(&["tenant_admin", "--late"]).ends(2);
    confirm(&["tenant_admin", "--because", "alone"]).ends(2);
    let foreign = confirm(&["receiver_admin", "--late", "--because", "x"]).ends(2);
    assert!(foreign.err.contains("only tenant_admin lets `destroy_old` begin late"), "{}", foreign.err);
    place.run().ends(3);
    confirm(&["tenant_admin", "--late", "--because", "nobody uses it"]).ends(0).says("taken down");
    place.run().ends(0).says("done");
    place.keyroll("status").ends(0).says("begun after its deadline: tenant_admin says: nobody uses it");
    let done = confirm(&["tenant_admin", "--late", "--because", "again"]).ends(0);
    assert!(done.out.contains("nothing changed"), "{}", done.out);
}

#[test]
fn a_person_confirms_in_time_or_says_why_it_is_late() {
    let by_hand = |lines: &str| {
        let text = dated("", "", lines).replace("  destroy old in tenant\n", "  inform receiver_admin\n");
        let place = Place::of(&text);
        place.played_by_a_person("tenant_admin");
        for step in ["provide_certificate", "announce_exchange"] {
            place.run().ends(3);
            place.keyroll(&format!("confirm {step} --as tenant_admin")).ends(0);
            if step == "provide_certificate" {
                place.run().ends(3);
                place.keyroll("confirm confirm_trust --as tenant_admin").ends(0);
            }
        }
        place
    };
    let late = by_hand("  not after 2001-02-03\n");
    late.run().ends(3).says("had to begin by");
    let refused = late.keyroll("confirm destroy_old --as tenant_admin").ends(3);
    assert!(
        refused.err.contains("had to begin by 2001-02-03 23:59:59 UTC, which has passed"),
        "{}",
        refused.err
    );
    late.keyroll("reject destroy_old --as tenant_admin --because no").ends(0);
    late.keyroll("status").ends(0).says("declined");
    late.keyroll("confirm destroy_old --as tenant_admin --late --because agreed").ends(0);
    late.keyroll("status").ends(0).says("done");
    let ahead = by_hand("  not after 2999-12-31\n");
    ahead.run().ends(3).says("until 2999-12-31 23:59:59 UTC at the latest");
    ahead.keyroll("inbox --as tenant_admin").ends(0).says("(not after 2999-12-31 23:59:59");
    let early = ahead.keyroll("confirm destroy_old --as tenant_admin --late --because x").ends(2);
    assert!(early.err.contains("no deadline that has passed"), "{}", early.err);
    ahead.keyroll("confirm destroy_old --as tenant_admin").ends(0);
    let dry = Place::of(&dated("", "", "  not after 2999-12-31\n")).keyroll("dry-run plan.renewal").ends(0);
    assert!(dry.out.contains("(not after 2999-12-31 23:59:59"), "{}", dry.out);
}

/// A dry run plays ahead: what it would come to after the deadline is blocked today already.
#[test]
fn a_dry_run_sees_that_a_wait_ends_after_the_deadline() {
    let soon = Timestamp::now() + SignedDuration::from_hours(24 * 10);
    let line = format!("  not after {}\n", soon.strftime("%Y-%m-%d"));
    let waiting = |days: u8| destroying(&format!("  waits {days}d after announce_exchange\n{line}"));
    let dry = Place::of(&waiting(30)).keyroll("dry-run plan.renewal").ends(6);
    assert!(dry.out.contains("blocked") && dry.out.contains("its turn comes later"), "{}", dry.out);
    assert!(!dry.out.contains("has passed already"), "{}", dry.out);
    Place::of(&waiting(5)).keyroll("dry-run plan.renewal").ends(0);
}

/// A rehearsal keeps to no date: its people say so, and it is on record.
#[test]
fn a_rehearsal_begins_what_is_late_and_says_so() {
    let text = dated("", "", "  not after 2001-02-03\n").replace("= 24h", "= 1h");
    let said = Place::of(&text).keyroll("rehearse plan.renewal --messages 50 --format json").ends(0);
    assert!(
        said.out.contains("\"event\":\"extended\"") && said.out.contains("a trial keeps to no date"),
        "{}",
        said.out
    );
}

/// A day of a parameter is a whole day, and one of the site counts.
#[test]
fn a_day_that_a_parameter_names_ends_with_its_last_second() {
    let text = dated("", "", "  not after $last\n")
        .replace("role tenant_admin", "param last : date = 2999-12-31\nrole tenant_admin");
    let place = Place::of(&text);
    let dry = place.keyroll("dry-run plan.renewal").ends(0);
    assert!(dry.out.contains("(not after 2999-12-31 23:59:59"), "{}", dry.out);
    place.edit("site.toml", "[parameters]\n", "[parameters]\nlast = \"2001-02-03\"\n");
    place.keyroll("dry-run plan.renewal").ends(6).says("2001-02-03 23:59:59");
    let midnight = place.keyroll("prove plan.renewal --set last=2030-02-03T00:00Z").ends(0);
    assert!(midnight.out.contains("not after 2030-02-03 00:00:00 UTC"), "{}", midnight.out);
}
