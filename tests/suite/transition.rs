//! The one function that moves a run: nothing that it is given makes it panic, and what does not
//! count changes nothing.
#![cfg(test)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::Outcome,
    check::{self, Checked},
    journal::{Host, chain::replay, sqlite::Store},
    plan::given::Given,
    source::Source,
    transition::{
        command::Command,
        event::{Actor, Drain, Event, Record},
        next::{Verdict, Why, next},
        ready::{Blocker, blockers},
        reasons::reasons,
        snapshot::Snapshot,
        state::{State, Status},
        unsettled::barred,
    },
    world::material::Fingerprint,
};

use crate::runs::{Place, plan};

pub(crate) fn checked(name: &str) -> Checked {
    check::read(&Source::new(name, plan(name)), &Given::default()).unwrap()
}

pub(crate) const PLANS: [&str; 2] = ["two-keys.renewal", "one-key.renewal"];

pub(crate) fn begin() -> Timestamp {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn actor(role: &str) -> Actor {
    Actor { role: role.to_owned(), person: None, automatic: false }
}

fn started() -> Event {
    let digest = Fingerprint::of(b"a digest");
    Event::Started { plan: digest, site: digest, certificates: BTreeMap::new() }
}

/// Everything that may come next.
pub(crate) fn moves(checked: &Checked, state: &State) -> Vec<Event> {
    if !state.started {
        return vec![started()];
    }
    let plan = checked.plan();
    let land = &plan.landscape;
    let mut found = Vec::new();
    for (id, row) in plan.steps.iter() {
        let (step, progress) = (row.name.value.clone(), &state.steps[id]);
        let by = actor(&land.roles[row.role.value]);
        match progress.status {
            Status::Begun => {
                let (attempt, certificates) = (progress.attempts, BTreeMap::new());
                found.push(Event::Ended { step, attempt, outcome: Outcome::Changed, certificates });
            }
            Status::Proposed => {
                let (_, other) = plan.proposal(id).unwrap();
                let by = actor(&land.roles[other]);
                found.push(Event::Answered { step, by, yes: true, because: None });
            }
            _ if !blockers(checked, &state.world, id).is_empty() => {}
            _ if row.speech.is_some() => {
                let certificates = BTreeMap::new();
                found.push(Event::Confirmed { step, by, opens: None, certificates });
            }
            _ => found.push(Event::Begun { step, attempt: progress.attempts + 1 }),
        }
        for (_, role) in
            plan.deliveries_of(id).filter(|(d, _)| state.world.is_done(id) && !state.world.is_heard(*d))
        {
            found.push(Event::Received { step: row.name.value.clone(), by: actor(&land.roles[role]) });
        }
    }
    for window in land.windows.rows() {
        found.push(Event::Opened { window: window.name.clone() });
    }
    for flow in land.channels.rows() {
        let (flow, key, how) = (flow.name.clone(), "old".to_owned(), Drain::Waited);
        found.push(Event::Drained { flow, key, how });
    }
    found
}

/// A run from its start to its end, an event an hour.
pub(crate) fn played(checked: &Checked) -> Vec<Record> {
    let (mut state, mut records, mut at) = (State::new(checked), Vec::new(), begin());
    while !state.is_finished() {
        at += SignedDuration::from_hours(1);
        let applied = moves(checked, &state).into_iter().find_map(|event| {
            let record = Record { at, event };
            matches!(next(checked, &mut state, &record), Verdict::Applied(_)).then_some(record)
        });
        // When nothing but time is left, it passes.
        records.extend(applied);
        assert!(at < begin() + SignedDuration::from_hours(500), "the plan comes to no end");
    }
    records
}

/// A generator of numbers whose seed says all of it.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn of<'a>(&mut self, words: &'a [String]) -> &'a str {
        &words[self.below(words.len())]
    }
}

/// Any event at all, of names that the plan has and of some that it has not.
fn any(checked: &Checked, dice: &mut Dice) -> Event {
    let plan = checked.plan();
    let land = &plan.landscape;
    let with = |mut names: Vec<String>| {
        names.extend([String::new(), "nobody".to_owned(), "\u{202e}".to_owned()]);
        names
    };
    let steps = with(plan.steps.rows().map(|step| step.name.value.clone()).collect());
    let roles = with(land.roles.rows().cloned().collect());
    let keys = with(land.keys.rows().cloned().collect());
    let names = with(
        land.windows
            .rows()
            .map(|w| w.name.clone())
            .chain(land.channels.rows().map(|c| c.name.clone()))
            .collect(),
    );
    let step = dice.of(&steps).to_owned();
    let by = actor(dice.of(&roles));
    let attempt = u32::try_from(dice.below(4)).unwrap();
    let key = dice.of(&keys).to_owned();
    let known: BTreeMap<_, _> =
        (dice.below(3) == 0).then(|| (key.clone(), "no PEM".to_owned())).into_iter().collect();
    match dice.below(14) {
        0 => started(),
        1 => Event::Begun { step, attempt },
        2 => Event::Ended { step, attempt, outcome: Outcome::AlreadySo, certificates: known },
        3 => Event::Failed { step, attempt, cause: "a cause".to_owned() },
        4 | 5 => {
            let opens = [None, Some(Timestamp::MAX), Some(Timestamp::MIN), Some(begin())][dice.below(4)];
            Event::Confirmed { step, by, opens, certificates: known }
        }
        6 => Event::Declined { step, by, because: "why".to_owned() },
        7 => Event::Answered { step, by, yes: dice.below(2) == 0, because: None },
        8 => Event::Received { step, by },
        9 => Event::Opened { window: dice.of(&names).to_owned() },
        10 => {
            let how = if dice.below(2) == 0 { Drain::Seen } else { Drain::Waited };
            Event::Drained { flow: dice.of(&names).to_owned(), key, how }
        }
        11 => {
            let (role, until) = ((dice.below(2) == 0).then(|| by.role.clone()), begin());
            let until = until + SignedDuration::from_hours(dice.below(2_000) as i64);
            Event::Paused { until, role, by, because: "why".to_owned() }
        }
        12 => Event::Resumed { role: None, by, because: "why".to_owned() },
        _ => Event::Broken { what: "a promise".to_owned() },
    }
}

#[test]
fn whatever_comes_counts_once_or_not_at_all() {
    let (mut applied, mut refused, mut finished) = (0, 0, 0);
    for name in PLANS {
        let checked = checked(name);
        for seed in 0..40 {
            let mut dice = Dice(seed);
            let mut state = State::new(&checked);
            let mut records = Vec::new();
            for _ in 0..150 {
                let likely = moves(&checked, &state);
                let event = match dice.below(3) {
                    0 => any(&checked, &mut dice),
                    _ => likely[dice.below(likely.len())].clone(),
                };
                // Time leaps, and runs backwards now and then.
                let at = begin() + SignedDuration::from_hours(dice.below(2_000) as i64);
                let record = Record { at, event };
                let before = state.clone();
                match next(&checked, &mut state, &record) {
                    Verdict::Applied(_) => {
                        applied += 1;
                        records.push(record.clone());
                        assert!(state.now >= before.now);
                        let after = state.clone();
                        let again = next(&checked, &mut state, &record);
                        assert_eq!(state, after, "seed {seed}: {record:?} counts twice");
                        assert!(!matches!(again, Verdict::Applied(c) if !c.is_empty()), "{record:?}");
                    }
                    Verdict::Duplicate => assert_eq!(state, before, "seed {seed}: {record:?}"),
                    Verdict::Refused(why) => {
                        refused += 1;
                        assert_eq!(state, before, "seed {seed}: {record:?}: {why}");
                        assert!(!why.to_string().is_empty());
                    }
                }
                let stored = serde_json::to_string(&Snapshot::of(&checked, &state)).unwrap();
                let stored: Snapshot = serde_json::from_str(&stored).unwrap();
                assert_eq!(stored.restore(&checked).as_ref(), Some(&state), "seed {seed}: {record:?}");
            }
            assert_eq!(replay(&checked, &records), state, "seed {seed}");
            finished += usize::from(state.is_finished());
        }
    }
    println!("{applied} events counted, {refused} did not, {finished} runs came to their end");
    assert!(applied > 1_000 && refused > 1_000 && finished > 5);
}

/// A state of another plan is refused, whatever of its names is missing.
#[test]
fn a_state_without_a_name_of_the_plan_is_none() {
    let checked = checked("one-key.renewal");
    let state = replay(&checked, &played(&checked));
    let whole = serde_json::to_value(Snapshot::of(&checked, &state)).unwrap();
    for table in ["accepted", "under_way", "windows", "steps"] {
        let names: Vec<String> = whole[table].as_object().unwrap().keys().cloned().collect();
        for name in names {
            let mut less = whole.clone();
            less[table].as_object_mut().unwrap().remove(&name).unwrap();
            let less: Snapshot = serde_json::from_value(less).unwrap();
            assert_eq!(less.restore(&checked), None, "{table} {name}");
        }
    }
    let mut other = whole;
    other["places"]["tenant[\"orders-signer\"]"] = "stranger".into();
    let other: Snapshot = serde_json::from_value(other).unwrap();
    assert_eq!(other.restore(&checked), None);
}

/// What became of an event after so many of a run's records.
fn after(checked: &Checked, records: &[Record], event: Event) -> Verdict {
    let mut state = replay(checked, records);
    let at = state.now;
    next(checked, &mut state, &Record { at, event })
}

#[test]
fn early_late_and_foreign_acts_do_not_count() {
    let checked = checked("two-keys.renewal");
    let records = played(&checked);
    let confirm = |step: &str, role: &str| Event::Confirmed {
        step: step.to_owned(),
        by: actor(role),
        opens: None,
        certificates: BTreeMap::new(),
    };
    let refused = |records: &[Record], event: Event| match after(&checked, records, event) {
        Verdict::Refused(why) => why,
        other => panic!("{other:?}"),
    };
    let first = &records[..1];
    assert_eq!(refused(&[], confirm("create_key", "tenant_admin")), Why::Order("not begun"));
    assert_eq!(refused(first, started()), Why::Order("begun already"));
    let early = refused(first, confirm("confirm_trust", "receiver_admin"));
    assert!(matches!(early, Why::NotYet { .. }), "{early}");
    let foreign = refused(first, confirm("confirm_trust", "tenant_admin"));
    assert_eq!(foreign, Why::WrongRole("receiver_admin".to_owned()));
    let late = refused(&records, confirm("confirm_trust", "receiver_admin"));
    assert_eq!(late, Why::Closed("confirm_trust".to_owned()));
    let unknown = refused(first, confirm("confirm_trsut", "receiver_admin"));
    assert_eq!(unknown, Why::Unknown("confirm_trsut".to_owned()));
    for (attempt, step) in [(2, "create_key"), (0, "create_key")] {
        let begun = refused(first, Event::Begun { step: step.to_owned(), attempt });
        assert_eq!(begun, Why::OtherAttempt(step.to_owned()));
    }
    let ended = |attempt| Event::Ended {
        step: "create_key".to_owned(),
        attempt,
        outcome: Outcome::Changed,
        certificates: BTreeMap::new(),
    };
    assert_eq!(refused(first, ended(1)), Why::OtherAttempt("create_key".to_owned()));
    let begun = Event::Begun { step: "create_key".to_owned(), attempt: 1 };
    let command = Command::Perform { step: "create_key".to_owned(), attempt: 1 };
    assert_eq!(after(&checked, first, begun.clone()), Verdict::Applied(vec![command]));
    let under_way = [first, &[Record { at: begin(), event: begun.clone() }]].concat();
    assert_eq!(after(&checked, &under_way, begun), Verdict::Duplicate);
    assert_eq!(refused(&under_way, ended(2)), Why::OtherAttempt("create_key".to_owned()));
    let seen = Event::Drained { flow: "orders".to_owned(), key: "old".to_owned(), how: Drain::Seen };
    assert!(matches!(refused(&under_way, seen), Why::Early(_)), "a flow that signs on is not drained");
}

/// A plan of the stock whose flow may keep its keys.
/// A step whose outcome is not known may have taken effect: its role begins nothing that asks for what it
/// changes, whatever the record says. Another step may begin.
#[test]
fn what_may_have_changed_is_not_gone_by() {
    let text = "keyroll 1\nplan two\nrole ops\nkey k\n\
        keystore s of ops {\n alias \"a\" is k\n}\nreceiver r of ops {\n accepts k\n}\n\
        flow f of ops {\n signs xml with s[\"a\"]\n sends to r\n delivers immediately\n undeployed\n}\n\
        flow g of ops {\n signs xml with s[\"a\"]\n sends to r\n delivers immediately\n undeployed\n}\n\
        step one by ops {\n needs g undeployed\n deploy f\n}\n\
        step two by ops {\n needs f undeployed\n deploy g\n}\n\
        step three by ops {\n needs r accepts k\n deploy f\n}\n";
    let checked = check::read(&Source::new("two", text.to_owned()), &Given::default()).unwrap();
    let mut state = State::new(&checked);
    let begun = |step: &str, attempt| Event::Begun { step: step.to_owned(), attempt };
    for event in [started(), begun("one", 1)] {
        let record = Record { at: begin(), event };
        assert!(matches!(next(&checked, &mut state, &record), Verdict::Applied(_)));
    }
    let [one, two, three] = ["one", "two", "three"].map(|step| checked.plan().step(step).unwrap());
    let found = barred(&checked, &state, two);
    assert_eq!(found, [Blocker::Unsettled(one)], "and nobody is told that it is ready");
    let why = reasons(&checked, two, &found);
    assert_eq!(why, "`one` has no outcome yet, and it changes what `two` asks for");
    assert_eq!(barred(&checked, &state, three), []);
    let mut take = |event: Event| next(&checked, &mut state, &Record { at: begin(), event });
    let unsettled = |verdict: Verdict| matches!(verdict, Verdict::Refused(Why::Unsettled { .. }));
    assert!(unsettled(take(begun("two", 1))));
    assert!(matches!(take(begun("three", 1)), Verdict::Applied(_)));
    let failed = Event::Failed { step: "one".to_owned(), attempt: 1, cause: "no answer".to_owned() };
    assert!(matches!(take(failed), Verdict::Applied(_)));
    assert!(unsettled(take(begun("two", 1))), "a failed attempt may have taken effect");
    assert!(matches!(take(begun("one", 2)), Verdict::Applied(_)), "and can be tried again");
    let certificates = BTreeMap::new();
    let ended =
        Event::Ended { step: "one".to_owned(), attempt: 2, outcome: Outcome::AlreadySo, certificates };
    assert!(matches!(take(ended), Verdict::Applied(_)));
    assert!(matches!(take(begun("two", 1)), Verdict::Refused(Why::NotYet { .. })));
}

fn caching(name: &str, time: &str) -> Checked {
    let text = plan(name).replace("  deployed\n", &format!("  caches keys for {time}\n  deployed\n"));
    check::read(&Source::new(name, text), &Given::default()).unwrap()
}

/// After an exchange a drain counts the time for which the runtime may keep the old key, whoever looked
/// at what is under way; a runtime that is stopped keeps none.
#[test]
fn a_key_that_the_runtime_may_keep_is_not_drained() {
    let hours = SignedDuration::from_hours;
    let checked = caching("two-keys.renewal", "3h");
    let records = played(&checked);
    let is = |record: &Record, name: &str| matches!(&record.event, Event::Ended { step, .. } if step == name);
    let at = records.iter().position(|record| is(record, "exchange_key")).unwrap();
    let mut state = replay(&checked, &records[..=at]);
    let exchanged = state.now;
    let land = &checked.plan().landscape;
    let (flow, key) = (land.channels.ids().next().unwrap(), land.keys.find(|key| key == "old").unwrap());
    assert_eq!(state.drained_by(land, flow, key), Some(exchanged + hours(24 + 3)));
    for (how, early, late) in [(Drain::Seen, hours(2), hours(3)), (Drain::Waited, hours(26), hours(27))] {
        let event = Event::Drained { flow: "orders".to_owned(), key: "old".to_owned(), how };
        let mut state = state.clone();
        let mut told =
            |after| next(&checked, &mut state, &Record { at: exchanged + after, event: event.clone() });
        assert!(matches!(told(early), Verdict::Refused(Why::Early(_))), "{how:?}");
        assert!(matches!(told(late), Verdict::Applied(_)), "{how:?}");
    }
    // The snapshot of a run holds it, so that one that is taken up waits as long.
    let snapshot = serde_json::to_string(&Snapshot::of(&checked, &state)).unwrap();
    let again: Snapshot = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(again.restore(&checked).unwrap().stopped, state.stopped);
    state.stopped.clear();
    assert_eq!(state.drained_by(land, flow, key), None);

    let checked = caching("one-key.renewal", "3h");
    let records = played(&checked);
    let at = records.iter().position(|record| is(record, "undeploy")).unwrap();
    let state = replay(&checked, &records[..=at]);
    let land = &checked.plan().landscape;
    let (flow, key) = (land.channels.ids().next().unwrap(), land.keys.find(|key| key == "old").unwrap());
    assert_eq!(state.drained_by(land, flow, key), Some(state.now + SignedDuration::from_mins(10)));
}

#[test]
fn a_real_run_is_the_fold_of_its_records() {
    for name in PLANS {
        let place = Place::of(&plan(name));
        place.run().ends(0);
        let checked = checked(name);
        let store = Store::open(&place.folder.join("keyroll.db")).unwrap();
        let run = store.runs().unwrap()[0].run.clone();
        let host = store.attach(&checked, &run, true).unwrap();
        let records = host.records().unwrap();
        assert_eq!(replay(&checked, &records), *host.state());
        assert_ne!(replay(&checked, &records[..records.len() - 1]), *host.state());
        assert!(host.state().is_finished());
    }
}

/// Whoever agrees on something else cannot name the certificate of a pair that is still to be made.
#[test]
fn a_certificate_comes_with_the_step_that_makes_it_alone() {
    let checked = checked("one-key.renewal");
    let brings = |step: &str, key: &str| {
        let mut state = State::new(&checked);
        let at = state.now;
        assert!(matches!(next(&checked, &mut state, &Record { at, event: started() }), Verdict::Applied(_)));
        let (before, certificates) = (state.clone(), [(key.to_owned(), "a stranger's".to_owned())].into());
        let (step, by) = (step.to_owned(), actor("tenant_admin"));
        let event = Event::Confirmed { step, by, opens: None, certificates };
        let verdict = next(&checked, &mut state, &Record { at, event });
        (verdict, state == before)
    };
    for key in ["new", "old", "nothing"] {
        let (verdict, is_as_before) = brings("agree_downtime", key);
        let Verdict::Refused(why) = verdict else { panic!("{key}: {verdict:?}") };
        assert_eq!(why.to_string(), format!("`agree_downtime` brings no certificate of `{key}`"));
        assert!(is_as_before, "{key}");
    }
    assert!(matches!(brings("create_key", "old").0, Verdict::Refused(Why::NotItsCertificate { .. })));
    assert!(matches!(brings("create_key", "new").0, Verdict::Applied(_)));
}
