//! Roles that are played by people.

use std::process::Stdio;

use insta::{assert_snapshot, with_settings};

use super::{Place, steady};

macro_rules! golden {
    ($name:expr, $text:expr) => {
        with_settings!({ snapshot_path => "../../golden/runs", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!($name, steady(&$text));
        });
    };
}

#[test]
fn a_receiver_of_flesh_and_blood_is_waited_for_told_and_heard() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let first = place.run().ends(3).says("waits for receiver_admin");
    assert!(!first.out.contains("waits for tenant_admin"));
    let again = place.run().ends(3);
    assert_eq!(steady(&again.out), steady(&first.out));
    golden!("inbox-message", place.keyroll("inbox --as receiver_admin").ends(0).out);
    golden!("status-message", place.keyroll("status").ends(0).out);
    golden!("why-message", place.keyroll("why").ends(0).out);
    golden!("inbox-empty", place.keyroll("inbox --as tenant_admin").ends(0).out);

    // Of another role, of a step that is not open, of one that does not exist, and of a backend.
    place.keyroll("confirm provide_certificate --as tenant_admin").ends(2);
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(3).says("cannot begin yet");
    place.keyroll("confirm confirm_trsut --as receiver_admin").ends(2).says("confirm_trust");
    place.keyroll("inbox --as reciever_admin").ends(2).says("receiver_admin");
    let done = place.keyroll("confirm trust_both --as receiver_admin").ends(2);
    assert!(done.err.contains("the site does `trust_both` by itself"), "{}", done.err);
    place.keyroll("confirm announce_exchange --as receiver_admin").ends(3).says("not sent yet");
    assert_eq!(steady(&place.run().ends(3).out), steady(&first.out), "a refused act left something");

    place.keyroll("confirm provide_certificate --as receiver_admin --person Pia").ends(0);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0).says("before");
    place.run().ends(3);
    golden!("inbox-act", place.keyroll("inbox --as receiver_admin").ends(0).out);
    golden!("why-act", place.keyroll("why confirm_trust").ends(0).out);
    golden!("status-act", place.keyroll("status").ends(0).out);
    let lines = place.keyroll("inbox --as receiver_admin --format json").ends(0).out;
    let inbox: serde_json::Value = serde_json::from_str(&lines).unwrap();
    let act = &inbox["waits"][0];
    assert_eq!((&act["step"], &act["what"]), (&"confirm_trust".into(), &"act".into()));

    let because = ["reject", "confirm_trust", "--as", "receiver_admin", "--because", "not \u{1b}[31m today"];
    assert!(place.program(&because).status().unwrap().success());
    let declined = place.keyroll("status").ends(0).out;
    assert!(declined.contains("declined") && !declined.contains('\u{1b}'), "{declined}");
    assert!(declined.contains("receiver_admin says: not"), "{declined}");
    place.run().ends(3);
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
    place.run().ends(3).says("waits for receiver_admin");
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(2).says("done already");
    place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
    place.run().ends(0).says("done");
    golden!("status-done", place.keyroll("status").ends(0).out);
    golden!("why-done", place.keyroll("why").ends(0).out);
}

#[test]
fn a_proposal_is_rejected_made_again_and_its_window_waited_for() {
    let place = Place::one_key();
    place.played_by_a_person("receiver_admin");
    place.played_by_a_person("tenant_admin");
    place.run().ends(3).says("waits for tenant_admin");
    place.keyroll("confirm agree_downtime --as receiver_admin").ends(2).says("tenant_admin");
    place.keyroll("confirm agree_downtime --as tenant_admin").ends(0);
    place.run().ends(3).says("waits for receiver_admin");
    golden!("inbox-answer", place.keyroll("inbox --as receiver_admin").ends(0).out);
    let lines = place.keyroll("inbox --as receiver_admin --format json").ends(0).out;
    let inbox: serde_json::Value = serde_json::from_str(&lines).unwrap();
    let [opens, closes] =
        ["opens", "closes"].map(|end| inbox["waits"][0][end].as_str().unwrap().parse().unwrap());
    let hours: jiff::SignedDuration = jiff::Timestamp::duration_since(closes, opens);
    assert_eq!(hours.as_hours(), 4);
    place.keyroll("reject agree_downtime --as receiver_admin --person Ina --because busy").ends(0);
    place.run().ends(3).says("waits for tenant_admin");
    let status = place.keyroll("status").ends(0).out;
    assert!(status.contains("receiver_admin (Ina) says: busy"), "{status}");
    place.keyroll("confirm agree_downtime --as receiver_admin").ends(2);
    let past = "confirm agree_downtime --as tenant_admin --opens 2026-01-01T00:00:00Z";
    place.keyroll(past).ends(2).says("2026-01-01 00:00:00 UTC is past; without --opens");
    place.keyroll("run plan.renewal --again").ends(3).says("is not finished; it goes on");

    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(20);
    place.keyroll(&format!("confirm agree_downtime --as tenant_admin --opens {later}")).ends(0);
    place.keyroll("confirm agree_downtime --as receiver_admin").ends(0);
    place.keyroll("confirm request_undeploy --as tenant_admin").ends(0);
    place.keyroll("confirm provide_certificate --as tenant_admin").ends(0);
    let waits = place.run().ends(3);
    let until = waits.out.lines().find(|line| line.contains("undeploy waits for time")).unwrap();
    assert!(until.contains(&keyroll::run::time::to_the_second(later)), "{until}");
    let flow = place.read("orders-flow/flow.json");
    assert!(flow.contains("\"deployed\""), "the flow went down before its window: {flow}");
    golden!("why-window", place.keyroll("why undeploy").ends(0).out);
}

#[test]
fn a_run_that_follows_hears_of_an_act_and_of_ctrl_c() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let mut following = place.program(&["run", "plan.renewal", "--follow"]);
    let mut following = following.stderr(std::process::Stdio::null()).spawn().unwrap();
    while !place.keyroll("confirm provide_certificate --as receiver_admin").err.is_empty() {}
    while place.keyroll("status").out.lines().all(|l| !l.contains("waiting") || !l.contains("confirm_trust"))
    {
        assert_eq!(following.try_wait().unwrap(), None);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // Another runner is refused meanwhile, and the acts of people are not.
    place.run().ends(5).says("another keyroll is at work");
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
    while !place.keyroll("confirm announce_exchange --as receiver_admin").out.contains("taken down") {
        assert_eq!(following.try_wait().unwrap(), None);
    }
    assert!(following.wait().unwrap().success());
    place.run().ends(0).says("done already");

    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let follow = || {
        let mut program = place.program(&["run", "plan.renewal", "--follow"]);
        program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut following = follow();
    // It follows when it holds the journal; that is asked by one who may be the first to have it.
    while place.run().exit != 5 {
        if following.try_wait().unwrap().is_some() {
            following = follow();
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    super::interrupt(&following);
    assert_eq!(following.wait().unwrap().code(), Some(130));
    place.run().ends(3);
}

#[test]
fn a_pause_is_counted_from_the_record() {
    let place = Place::two_keys();
    place.edit("site.toml", "pause = \"0s\"", "pause = \"1h\"");
    let mut waiting = place.program(&["run", "plan.renewal"]);
    let mut waiting = waiting.stderr(std::process::Stdio::null()).spawn().unwrap();
    while !place.folder.join("keyroll.db").exists() || !place.keyroll("status").out.contains("ready") {
        assert_eq!(waiting.try_wait().unwrap(), None);
    }
    // A role's pause is not a wait for somebody: the run stays.
    assert_eq!(waiting.try_wait().unwrap(), None);
    waiting.kill().unwrap();
    waiting.wait().unwrap();
}
