//! When a run begins: all have answered, or the time of the silent is up.

use std::{collections::BTreeMap, process::Stdio};

use keyroll::{
    check,
    journal::{
        sqlite::{Pinned, Store},
        survey::{Begun, Survey},
    },
    plan::{answers::Answers, given::Given},
    run::site::Site,
    source::Source,
};

use super::{PLAN, asks, count, journal, json, mails, pass, place, told};
use crate::runs::{Place, Said};

#[test]
fn nothing_begins_before_the_answer_and_then_it_begins_with_it() {
    let place = place("  answers within 14d\n");
    place
        .keyroll("dry-run plan.renewal")
        .ends(0)
        .says("holds_two is not answered: receiver_admin would be asked, and have 14d");
    let said = place.run().ends(3);
    assert!(said.out.contains("waits for receiver_admin until 20"), "{}", said.out);
    assert!(said.out.contains("to answer holds_two"), "{}", said.out);
    assert_eq!((count(&place, "run"), count(&place, "survey"), count(&place, "record")), (0, 1, 0));
    let before = json(&place, "run plan.renewal", 3);
    assert_eq!(before["outcome"], "waiting");
    let question = &before["survey"]["questions"][0];
    assert_eq!(
        (&question["question"], &question["silence"], &question["open"]),
        (&"holds_two".into(), &"no".into(), &true.into())
    );
    place.keyroll("dry-run plan.renewal").ends(0).says("is asked, and may answer until 20");
    // What is said twice is said once; what is said otherwise counts, and both stay.
    let answer = format!("answer {PLAN}");
    for (words, told) in [
        ("holds_two=no --person Ben", "taken down; `keyroll run` goes on"),
        ("holds_two=no --person Ben", "this was taken down before"),
        ("holds_two=yes --person Ann", "taken down instead of the answer before"),
    ] {
        place.keyroll(&format!("{answer} {words} --as receiver_admin")).ends(0).says(told);
    }
    assert_eq!(count(&place, "answer"), 2);
    let said = place.run().ends(3);
    assert!(said.err.contains("the survey is over"), "{}", said.err);
    assert!(said.err.contains("holds_two is yes: answered by Ann (receiver_admin) on 20"), "{}", said.err);
    assert!(said.out.contains("waits for tenant_admin: create_key"), "{}", said.out);
    assert!(place.keyroll("status").ends(0).out.contains("trust_both"), "the steps of the answer");
    let after = json(&place, "status", 0);
    assert_eq!(after["run"], before["run"], "the run has the name of its survey");
    assert_eq!(after["answers"][0], "holds_two is yes: answered");
    assert_eq!(after["survey"]["questions"][0]["answers"].as_array().unwrap().len(), 2);
    // It goes on with what it began with, whatever is said now.
    place.run().ends(3).says("create_key");
    place
        .keyroll(&format!("{answer} holds_two=no --as receiver_admin"))
        .ends(2)
        .says("has begun with the answers");
    assert_eq!(count(&place, "answer"), 2);
    place.keyroll("run plan.renewal --answer holds_two=no").ends(6).says("began with the answer yes");
}

#[test]
fn silence_is_taken_when_the_time_is_up_and_not_before() {
    for (days, begins) in [(13, false), (14, true)] {
        let place = place("  answers within 14d\n");
        place.run().ends(3);
        pass(&place, days);
        let said = place.run().ends(3);
        assert_eq!(said.err.contains("the survey is over"), begins, "{days}: {}", said.err);
        assert_eq!(count(&place, "run"), i64::from(begins), "{days}");
        if begins {
            assert!(said.err.contains("holds_two is no: silence of receiver_admin until 20"), "{}", said.err);
            place
                .keyroll("status")
                .ends(0)
                .says("holds_two is no: silence taken as no")
                .says("agree_downtime");
            place.run().ends(3);
        }
    }
}

#[test]
fn one_answers_and_another_is_silent() {
    let text = asks("  answers within 14d\n");
    let text = text.replace("\nrole tenant_admin ", "\nask window_is_fine of tenant_admin\n  \"Is the window fine?\"\n  answers within 2d\n  silence means yes\n\nrole tenant_admin ");
    let text = text.replace("needs partner accepts new only if holds_two", "needs partner accepts new only if holds_two and window_is_fine\n  needs partner accepts new only if holds_two and not window_is_fine");
    let place = place("  answers within 14d\n");
    place.write("plan.renewal", &text);
    let first = place.run().ends(3).out;
    assert_eq!(first.matches("waits for").count(), 2, "{first}");
    place
        .keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin"))
        .ends(0)
        .says("others are still asked");
    let said = place.run().ends(3).out;
    assert!(
        said.contains("waits for tenant_admin until") && !said.contains("waits for receiver_admin"),
        "{said}"
    );
    pass(&place, 2);
    let said = place.run().ends(3).err;
    assert!(said.contains("window_is_fine is yes: silence of tenant_admin"), "{said}");
    assert!(said.contains("holds_two is yes: answered by receiver_admin"), "{said}");
}

#[test]
fn what_is_given_is_not_asked_and_does_not_contradict() {
    let place = place("  answers within 14d\n");
    place.keyroll("run plan.renewal --answer holds_two=yes").ends(3).says("create_key");
    assert_eq!((count(&place, "survey"), count(&place, "run")), (0, 1));
    let other = super::place("  answers within 14d\n");
    other.run().ends(3);
    other.keyroll(&format!("answer {PLAN} holds_two=no --as receiver_admin")).ends(0);
    other.keyroll("run plan.renewal --answer holds_two=yes").ends(2).says("here and by receiver_admin");
    assert_eq!(count(&other, "run"), 0);
    // A question without a time is what it always was: silence counts when the run begins.
    let plain = super::place("");
    plain.run().ends(3).says("create_key");
    assert_eq!(count(&plain, "survey"), 0);
    let version: String = journal(&plain)
        .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, "1");
}

#[test]
fn nobody_is_asked_for_a_plan_that_is_not_proved_under_each_answer() {
    let hasty = asks("  answers within 14d\n")
        .replace("announce_silence\n  needs orders drained of old\n", "announce_silence\n");
    let place = place("  answers within 14d\n");
    place.write("plan.renewal", hasty);
    // It is proved for yes, and refused for no.
    place.run().ends(1).says("nobody is asked: the plan is not proved where holds_two is no");
    assert!(!place.folder.join("keyroll.db").exists());
}

#[test]
fn a_clock_that_leaps_by_years_lets_no_time_be_up() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    pass(&place, 14 + 367);
    place.run().ends(5).says("no time is taken for passed");
    place
        .keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin"))
        .ends(5)
        .says("no time is taken");
    assert_eq!((count(&place, "run"), count(&place, "answer")), (0, 0));
    // Called off, it is asked anew.
    place.keyroll("abort --as tenant_admin --person Ada --because clock --yes").ends(0).says("called off");
    place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(2).says("was called off");
    place.run().ends(3).says("to answer holds_two");
    assert_eq!(count(&place, "survey WHERE stage = 'open'"), 1);
}

#[test]
fn another_text_keeps_the_answers_to_the_same_words() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(0);
    place.edit("plan.renewal", "keyroll 1\n", "# Looked through once more.\nkeyroll 1\n");
    let said = place.run().ends(3).err;
    assert!(
        said.contains("the plan was changed since its roles were asked")
            && said.contains("nothing is asked anew"),
        "{said}"
    );
    assert!(said.contains("the survey is over"), "{said}");

    let other = super::place("  answers within 14d\n");
    other.run().ends(3);
    other.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(0);
    other.edit("plan.renewal", "for the same sender at once?", "for one sender at once?");
    let said = other.run().ends(3);
    assert!(said.err.contains("asked anew: holds_two"), "{}", said.err);
    assert!(said.out.contains("waits for receiver_admin until"), "{}", said.out);
    assert_eq!((count(&other, "run"), count(&other, "answer"), count(&other, "survey")), (0, 1, 1));

    // Nor does it give anybody more time.
    let third = super::place("  answers within 14d\n");
    third.run().ends(3);
    pass(&third, 13);
    third.edit("plan.renewal", "keyroll 1\n", "# Looked through once more.\nkeyroll 1\n");
    third.run().ends(3).says("waits for receiver_admin until");
    pass(&third, 1);
    third.run().ends(3).says("silence of receiver_admin until");
}

#[test]
fn two_who_open_it_at_once_open_one() {
    let place = told();
    let mut both: Vec<_> = (0..2)
        .map(|_| {
            let mut program = place.program(&["run", "plan.renewal"]);
            program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for one in both.drain(..) {
        Said::of(one.wait_with_output().unwrap()).ends(3).says("waits for receiver_admin until");
    }
    assert_eq!((count(&place, "survey"), count(&place, "question"), count(&place, "notice")), (1, 1, 1));
    assert_eq!(mails(&place).len(), 1);
}

#[test]
fn whoever_follows_wakes_up_when_the_answer_comes() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    for line in ["run plan.renewal --follow", "run --all --follow"] {
        let follower = follows(&place, line);
        place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(0);
        let said = until_begun(&place, follower);
        assert!(said.out.contains("waits for receiver_admin until"), "{}", said.out);
        // And once more, from where nobody has answered.
        journal(&place).execute_batch("DELETE FROM outbox; DELETE FROM record; DELETE FROM run; DELETE FROM answer; UPDATE survey SET stage = 'open'").unwrap();
    }
}

fn follows(place: &Place, line: &str) -> std::process::Child {
    let words: Vec<&str> = line.split(' ').collect();
    let mut program = place.program(&words);
    let mut child =
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It has said that it waits before anything comes.
    let mut first = [0; 16];
    let out = child.stdout.as_mut().unwrap();
    std::io::Read::read_exact(out, &mut first).unwrap();
    child.stdout.as_mut().unwrap();
    child
}

/// Waits until the run is entered, and asks whoever follows to stop.
fn until_begun(place: &Place, mut child: std::process::Child) -> Said {
    let begun = "SELECT count(*) FROM record";
    let is_begun = || journal(place).query_row(begun, [], |row| row.get::<_, i64>(0)).is_ok_and(|n| n > 0);
    while !is_begun() {
        assert!(child.try_wait().unwrap().is_none(), "it does not stay");
        std::thread::yield_now();
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .unwrap();
    let mut said = Said::of(child.wait_with_output().unwrap());
    said.out = format!("waits for receiver_admin until{}", said.out);
    said
}

#[test]
fn all_carries_on_what_is_asked_and_begins_what_is_answered() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    place.keyroll("run --all").ends(3).says("waits for receiver_admin until");
    place.keyroll("run").ends(3).says("waits for receiver_admin until");
    assert_eq!(count(&place, "run"), 0);
    place.keyroll(&format!("answer {PLAN} holds_two=no --as receiver_admin")).ends(0);
    place.keyroll("run --all").ends(3).says("waits for tenant_admin");
    assert_eq!((count(&place, "run"), count(&place, "survey WHERE stage = 'begun'")), (1, 1));
    place.keyroll("status").ends(0).says("holds_two is no: answered by receiver_admin");
}

/// What is answered while a run is about to begin counts; and a run that did not begin gives its survey back.
#[test]
fn no_answer_is_lost_between_the_last_look_and_the_beginning() {
    let place = place("  answers within 14d\n");
    place.run().ends(3);
    let path = place.folder.join("keyroll.db");
    let mut store = Store::open(&path).unwrap();
    let survey = store.open_surveys().unwrap().pop().unwrap();
    let enter = |store: &mut Store, survey: &Survey| {
        let source = Source::new(survey.plan_file.clone(), survey.plan_text.clone());
        let given = Given::at_site(BTreeMap::new(), survey.answers(&Answers::new()));
        let checked = check::read(&source, &given).unwrap();
        let site = Site::read(&Source::new("site.toml", place.read("site.toml"))).unwrap();
        let plan = checked.plan();
        let pinned = Pinned {
            run: survey.run.clone(),
            started: survey.opened,
            plan_name: plan.name.clone(),
            plan_file: survey.plan_file.clone(),
            plan_text: survey.plan_text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site: site.digest(),
            parameters: given.to_keep(plan),
            finished: false,
        };
        store.begin(&checked, (&pinned, survey.last), None).unwrap()
    };
    // Somebody answers after it was looked.
    place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(0);
    assert_eq!(enter(&mut store, &survey), Begun::Moved);
    assert_eq!(count(&place, "run"), 0);
    let survey = store.open_surveys().unwrap().pop().unwrap();
    assert_eq!(enter(&mut store, &survey), Begun::Entered);
    assert_eq!(enter(&mut store, &survey), Begun::Moved, "it begins once");
    assert!(store.open_surveys().unwrap().is_empty());
    drop(store);
    // Nothing of it is recorded, and the plan is changed: nobody is bound by it.
    place.edit("plan.renewal", "for the same sender at once?", "for one sender at once?");
    let said = place.run().ends(3);
    assert!(said.err.contains("asked anew: holds_two"), "{}", said.err);
    assert_eq!((count(&place, "run"), count(&place, "survey WHERE stage = 'open'")), (0, 1));
}
