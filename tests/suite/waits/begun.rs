//! What moves a run: no event begins a step before its time, whatever else is so.

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    check::Checked,
    transition::{
        early::due,
        event::{Actor, Event, Record},
        next::{Verdict, Why, next},
        ready::{Blocker, blockers},
        snapshot::Snapshot,
        state::State,
        unsettled::{barred, barred_at},
    },
    world::id::StepId,
};

use crate::{
    random_plans::timed,
    transition::{begin, moves},
};

use super::{checked, destroying, read};

const fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// What begins the step, or takes it as done.
fn begins(event: &Event) -> Option<&str> {
    match event {
        Event::Begun { step, .. } | Event::Confirmed { step, .. } | Event::Declined { step, .. } => {
            Some(step)
        }
        _ => None,
    }
}

/// When the plan lets a step begin at the earliest, from what its text says and the state tells; written
/// once more, from the plan alone.
fn earliest(checked: &Checked, state: &State, step: StepId) -> Timestamp {
    let row = &checked.plan().steps[step];
    let waits = row.extra().waits.iter().map(|waits| {
        let ended = state.steps[waits.after].ended.expect("what comes before it is done");
        Timestamp::from_second(ended.as_second() + i64::try_from(waits.time.as_secs()).unwrap()).unwrap()
    });
    waits.chain(row.extra().not_before.map(|date| date.at)).max().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Plays a plan an hour a look, each step as soon as it may, and tries each of them before its time.
/// Gives how many tries were too early.
fn played(checked: &Checked) -> usize {
    let (mut state, mut at, mut refused) = (State::new(checked), begin(), 0);
    for _ in 0..4_000 {
        if state.is_finished() {
            break;
        }
        at += hours(1);
        for event in moves(checked, &state) {
            let Some(step) = begins(&event).map(|name| checked.plan().step(name).unwrap()) else {
                let _verdict = next(checked, &mut state, &Record { at, event });
                continue;
            };
            if !blockers(checked, &state.world, step).is_empty() {
                continue;
            }
            let due = earliest(checked, &state, step);
            let before = state.clone();
            let verdict = next(checked, &mut state, &Record { at, event: event.clone() });
            if at.max(before.now) < due {
                refused += 1;
                let Verdict::Refused(why) = verdict else { panic!("{event:?} at {at}, due at {due}") };
                assert!(why.is_early(), "{why}");
                assert_eq!(state, before, "a refused act left something");
                let role = checked.plan().landscape.roles[checked.plan().steps[step].role.value].clone();
                let by = Actor { role, person: None, automatic: false };
                let step = checked.plan().steps[step].name.value.clone();
                let no = Event::Declined { step, by, because: "no".to_owned() };
                assert!(matches!(next(checked, &mut state, &Record { at, event: no }), Verdict::Refused(_)));
            } else {
                assert!(
                    !matches!(verdict, Verdict::Refused(Why::NotYet { .. })),
                    "{event:?} at {at}: {verdict:?}"
                );
            }
        }
    }
    refused
}

#[test]
fn no_event_begins_a_step_before_its_time() {
    let mut refused = 0;
    for seed in 0..400 {
        if let Ok(checked) = read(&timed(seed)) {
            refused += played(&checked);
        }
    }
    assert!(refused > 500, "only {refused} acts came too early");
    let checked = checked(&destroying("  waits 90d after announce_exchange\n"));
    assert!(played(&checked) > 90 * 20);
}

/// A run of the plan, up to the hour at which nothing but the last step is left.
fn all_but_the_last(checked: &Checked) -> (State, Timestamp) {
    let (mut state, mut at) = (State::new(checked), begin());
    let last = checked.plan().step("destroy_old").unwrap();
    while checked.plan().steps.ids().any(|step| step != last && !state.world.is_done(step)) {
        at += hours(1);
        for event in moves(checked, &state).into_iter().filter(|event| begins(event) != Some("destroy_old")) {
            let _verdict = next(checked, &mut state, &Record { at, event });
        }
    }
    (state, at)
}

#[test]
fn a_wait_ends_to_the_second_after_the_step_is_done_and_not_after_it_was_begun() {
    let checked = checked(&destroying("  waits 90d after exchange_key\n"));
    let last = checked.plan().step("destroy_old").unwrap();
    let exchange = checked.plan().step("exchange_key").unwrap();
    let (state, at) = all_but_the_last(&checked);
    let ended = state.steps[exchange].ended.unwrap();
    assert!(state.steps[exchange].begun.unwrap() < ended && ended < at, "else nothing is asked here");
    let end = ended + hours(24 * 90);
    assert_eq!(due(&checked, &state, last), Some(end));
    assert_eq!(barred(&checked, &state, last), [Blocker::Waits(0, end)]);
    let nearly = end - SignedDuration::from_nanos(1);
    assert_eq!(barred_at(&checked, &state, last, nearly), [Blocker::Waits(0, end)]);
    assert_eq!(barred_at(&checked, &state, last, end), []);
    let begun = |at| Record { at, event: Event::Begun { step: "destroy_old".to_owned(), attempt: 1 } };
    let mut early = state.clone();
    assert!(matches!(next(&checked, &mut early, &begun(nearly)), Verdict::Refused(_)));
    assert_eq!(early, state);
    assert!(matches!(next(&checked, &mut early, &begun(end)), Verdict::Applied(_)));
    // What is stored knows as much.
    let stored = serde_json::to_string(&Snapshot::of(&checked, &state)).unwrap();
    let restored = serde_json::from_str::<Snapshot>(&stored).unwrap().restore(&checked).unwrap();
    assert_eq!(due(&checked, &restored, last), Some(end));
}

#[test]
fn of_several_times_the_last_one_counts_and_each_is_told() {
    let lines =
        "  waits 90d after exchange_key\n  waits 1h after announce_exchange\n  not before 2030-01-01\n";
    let checked = checked(&destroying(lines));
    let last = checked.plan().step("destroy_old").unwrap();
    let (state, at) = all_but_the_last(&checked);
    let date: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(due(&checked, &state, last), Some(date));
    let found = barred_at(&checked, &state, last, at + hours(24));
    assert_eq!(found.len(), 2, "the hour is over: {found:?}");
    let text = keyroll::transition::reasons::reasons(&checked, last, &found);
    assert!(text.contains("90d after `exchange_key`"), "{text}");
    assert!(text.contains("it does not begin before 2030-01-01 00:00:00 UTC"), "{text}");
    assert_eq!(barred_at(&checked, &state, last, date), []);
}

/// The clock of the machine is set back and forward between the records of a run.
#[test]
fn a_clock_that_jumps_lets_no_step_begin_early() {
    let checked = checked(&destroying("  waits 90d after announce_exchange\n"));
    let (state, at) = all_but_the_last(&checked);
    let last = checked.plan().step("destroy_old").unwrap();
    let end = due(&checked, &state, last).unwrap();
    let begun = |at| Record { at, event: Event::Begun { step: "destroy_old".to_owned(), attempt: 1 } };
    // Set back: to before the run, to the hour before, to the moment of the last record.
    for back in [begin() - hours(10_000), at - hours(1), state.now] {
        let mut run = state.clone();
        assert!(matches!(next(&checked, &mut run, &begun(back)), Verdict::Refused(_)), "{back}");
        assert_eq!(run, state);
        assert_eq!(barred_at(&checked, &state, last, back), [Blocker::Waits(0, end)]);
    }
    // Set forward while nothing is recorded, and right again: nobody has seen it.
    assert_eq!(barred_at(&checked, &state, last, end + hours(1)), []);
    assert_eq!(barred_at(&checked, &state, last, at), [Blocker::Waits(0, end)]);
    // Once the time of the run is past the moment, a clock that is behind does not bring it back.
    let mut past = state.clone();
    past.now = end;
    assert_eq!(barred_at(&checked, &past, last, at), []);
    assert!(matches!(next(&checked, &mut past, &begun(at)), Verdict::Applied(_)));
    // A step that is done while the clock is behind counts from the last record, and not from before it.
    let announced = checked.plan().step("announce_exchange").unwrap();
    assert!(state.steps[announced].ended.unwrap() <= state.now);
}

/// A moment outside of the calendar does not come.
#[test]
fn a_time_beyond_the_calendar_is_waited_for() {
    let checked = checked(&destroying("  waits 36500d after announce_exchange\n"));
    let (mut state, _) = all_but_the_last(&checked);
    let announced = checked.plan().step("announce_exchange").unwrap();
    state.steps[announced].ended = Some(Timestamp::MAX);
    let last = checked.plan().step("destroy_old").unwrap();
    assert_eq!(due(&checked, &state, last), Some(Timestamp::MAX));
    state.steps[announced].ended = None;
    assert_eq!(barred(&checked, &state, last), [Blocker::Waits(0, Timestamp::MAX)]);
}
