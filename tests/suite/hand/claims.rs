//! Keystores that a run holds.

use std::{fs, os::unix::fs::PermissionsExt, process::Stdio, time::Duration};

use keyroll::{
    backend::clock::{Clock, WallClock},
    backend::custody::{Claim, Custody, Hold},
    name::Alias,
};
use serde_json::Value;

use super::unwrapped;
use crate::runs::{Place, Said};

fn keystore(place: &Place, line: &str) -> Said {
    place.keyroll(&format!("keystore {line} --password file:password"))
}

/// A run that waits for the receiver's people.
fn waiting() -> (Place, String) {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let status: Value = serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
    let run = status["run"].as_str().unwrap().to_owned();
    (place, run)
}

fn finish(place: &Place) {
    for step in ["provide_certificate", "confirm_trust"] {
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        place.run().ends(3);
    }
    place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
    place.run().ends(0);
}

#[test]
fn what_a_run_holds_is_changed_by_nobody_else() {
    let (place, run) = waiting();
    let held = place.folder.join("tenant.p12.held");
    assert_eq!(held.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let claim = Claim::read(&place.folder.join("tenant.p12")).unwrap().unwrap();
    let aliases: Vec<&str> = claim.of(&run).unwrap().aliases.iter().map(Alias::as_str).collect();
    assert_eq!(aliases.len(), 3, "{aliases:?}");
    let before = fs::read(place.folder.join("tenant.p12")).unwrap();
    for line in [
        "exchange tenant.p12 --alias orders-signer --with orders-signer-next --backup other",
        "remove tenant.p12 --alias Orders-Signer-Next",
        "create tenant.p12 --alias orders-signer-backup --subject CN=x",
    ] {
        let said = keystore(&place, line).ends(3);
        let err = unwrapped(&said.err);
        assert!(err.contains("keyroll::keystore_held") && err.contains(&run), "{err}");
        assert!(err.contains("the run is under way there"), "{err}");
    }
    assert_eq!(fs::read(place.folder.join("tenant.p12")).unwrap(), before);
    assert!(!place.folder.join("tenant.p12.record").exists());
    // Whoever looks is told of it.
    for line in ["keystore list tenant.p12", "keystore show tenant.p12"] {
        let said = place.keyroll(&format!("{line} --password file:password")).ends(0);
        let line =
            said.out.lines().find(|line| line.starts_with("held: ")).unwrap_or_else(|| panic!("{said:?}"));
        assert!(line.contains(&format!("by run {run} of ")) && line.contains("keyroll.db since "), "{line}");
        assert!(line.contains("`orders-signer-backup`"), "{line}");
    }
    for journal in ["keyroll.db", "other.db"] {
        let said = place.keyroll(&format!("dry-run plan.renewal --journal {journal}"));
        assert!(said.out.contains(&format!("tenant.p12 is held by run {run} of the journal ")), "{said:?}");
    }
    // Looking and signing are allowed, and so is every other alias.
    for line in ["list tenant.p12", "show tenant.p12", "export tenant.p12 --alias orders-signer"] {
        keystore(&place, line).ends(0);
    }
    place.write("a.xml", "<a/>");
    place.keyroll("sign a.xml --keystore tenant.p12 --alias orders-signer --password file:password").ends(0);
    keystore(&place, "create tenant.p12 --alias mine --subject CN=mine").ends(0);
    keystore(&place, "remove tenant.p12 --alias mine").ends(0);
    finish(&place);
    assert!(!held.exists());
    assert!(!keystore(&place, "list tenant.p12").ends(0).out.contains("held"));
    keystore(&place, "remove tenant.p12 --alias orders-signer-backup").ends(0);
}

#[test]
fn a_keystore_is_claimed_by_one_journal() {
    let (place, run) = waiting();
    let said = place.keyroll("run plan.renewal --journal other.db").ends(3);
    assert!(said.out.contains(&format!("waits for run {run} of the journal")), "{}", said.out);
    assert!(said.err.contains("keyroll::keystore_held"), "{}", said.err);
    let said = place.keyroll("run plan.renewal --journal other.db --format json").ends(3);
    let last: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["outcome"], "waiting");
    // A run of another journal that is refused holds nothing; the first goes on.
    finish(&place);
    assert!(!place.folder.join("tenant.p12.held").exists());
    // A dry run reads, whoever holds it.
    place.keyroll("dry-run plan.renewal").ends(6);
}

#[test]
fn a_run_that_is_given_up_is_released_by_name_and_with_a_reason() {
    let (place, run) = waiting();
    fs::remove_file(place.folder.join("keyroll.db")).unwrap();
    let said = keystore(&place, "remove tenant.p12 --alias orders-signer-next").ends(3);
    assert!(unwrapped(&said.err).contains("that is gone"), "{}", said.err);
    let release = |words: &[&str]| {
        let output =
            place.program(&[&["keystore", "release", "tenant.p12"], words].concat()).output().unwrap();
        Said::of(output)
    };
    release(&["--run", &run]).ends(2);
    release(&["--run", &run, "--because", " "]).ends(2);
    let said = release(&["--run", "another", "--because", "given up"]).ends(2);
    assert!(said.err.contains(&run), "{}", said.err);
    assert!(place.folder.join("tenant.p12.held").exists());
    release(&["--run", &run, "--because", "the journal was lost"]).ends(0);
    assert!(!place.folder.join("tenant.p12.held").exists());
    let told = place.keyroll("keystore record tenant.p12").ends(0).out;
    assert!(told.contains("release done") && told.contains("because: the journal was lost"), "{told}");
    keystore(&place, "remove tenant.p12 --alias orders-signer-next").ends(0);
}

#[test]
fn a_run_goes_on_only_with_its_claim() {
    let (place, run) = waiting();
    let store = place.folder.join("tenant.p12");
    // Somebody releases it, and another journal comes first.
    let words = ["keystore", "release", "tenant.p12", "--run", &run, "--because", "test"];
    assert!(place.program(&words).output().unwrap().status.success());
    let hold = Hold {
        run: "other".to_owned(),
        plan: "other".to_owned(),
        since: WallClock.now(),
        aliases: vec![Alias::new("orders-signer").unwrap()],
    };
    let custody = Custody::take(&store, Duration::from_secs(10)).unwrap();
    custody.claim(&place.folder.join("other.db"), hold, &["other".to_owned()]).unwrap();
    drop(custody);
    let said = place.run().ends(3);
    assert!(said.out.contains("waits for run other"), "{}", said.out);
    Custody::take(&store, Duration::from_secs(10)).unwrap().release("other").unwrap();
    // Released while nobody else claims it, it is simply claimed again.
    finish(&place);
}

#[test]
fn a_claim_that_comes_while_a_change_waits_for_the_lock_is_seen() {
    let place = Place::two_keys();
    let store = place.folder.join("tenant.p12");
    let before = fs::read(&store).unwrap();
    let custody = Custody::take(&store, Duration::from_secs(10)).unwrap();
    let words =
        ["keystore", "remove", "tenant.p12", "--alias", "orders-signer", "--password", "file:password"];
    let child = place.program(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    let hold = Hold {
        run: "came-later".to_owned(),
        plan: "p".to_owned(),
        since: WallClock.now(),
        aliases: vec![Alias::new("orders-signer").unwrap()],
    };
    custody.claim(&place.folder.join("other.db"), hold, &["came-later".to_owned()]).unwrap();
    drop(custody);
    let said = Said::of(child.wait_with_output().unwrap()).ends(3);
    assert!(said.err.contains("came-later"), "{}", said.err);
    assert_eq!(fs::read(&store).unwrap(), before);
}

#[test]
fn a_run_that_changes_nothing_holds_nothing() {
    let place = Place::two_keys();
    // The backup alias is not free, so the world is not the one that the plan starts from.
    keystore(&place, "create tenant.p12 --alias orders-signer-backup --subject CN=x").ends(0);
    place.run().ends(6);
    assert!(!place.folder.join("tenant.p12.held").exists());
    keystore(&place, "remove tenant.p12 --alias orders-signer-backup").ends(0);
    place.run().ends(0);
    assert!(!place.folder.join("tenant.p12.held").exists());
}

#[test]
fn a_run_that_was_cut_off_at_its_very_end_gives_back_what_it_held() {
    let place = Place::two_keys();
    place.run().ends(0);
    let status: Value = serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
    let store = place.folder.join("tenant.p12").canonicalize().unwrap();
    let journal = place.folder.join("keyroll.db").canonicalize().unwrap();
    let hold = Hold {
        run: status["run"].as_str().unwrap().to_owned(),
        plan: "xml-signature-two-keys".to_owned(),
        since: WallClock.now(),
        aliases: vec![Alias::new("orders-signer").unwrap()],
    };
    let run = hold.run.clone();
    let custody = Custody::take(&store, Duration::from_secs(10)).unwrap();
    custody.claim(&journal, hold, &[run]).unwrap();
    drop(custody);
    let said = keystore(&place, "remove tenant.p12 --alias orders-signer").ends(3);
    assert!(unwrapped(&said.err).contains("the run is done there"), "{}", said.err);
    place.run().ends(0);
    assert!(!Claim::path(&store).exists());
}

/// The youngest run of the journal is the one that `status`, `inbox` and `confirm` mean.
#[test]
fn a_run_that_may_not_begin_leaves_nothing_in_the_journal() {
    let (place, run) = waiting();
    let is_youngest = || {
        let status: Value = serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
        status["run"] == run.as_str()
    };
    let plan = fs::read_to_string(place.folder.join("plan.renewal")).unwrap();
    let other = plan.replacen("plan xml-signature-two-keys", "plan other-name", 1);
    assert_ne!(plan, other);
    place.write("other.renewal", &other);
    let said = place.keyroll("run other.renewal").ends(3);
    assert!(said.err.contains("keyroll::keystore_held"), "{said:?}");
    assert!(is_youngest());
    let said = place.keyroll("run plan.renewal --run nope").ends(2);
    assert!(said.err.contains("holds no run nope"), "{said:?}");
    assert!(is_youngest());
    finish(&place);
    assert!(Claim::read(&place.folder.join("tenant.p12")).unwrap().is_none());
}

/// Nobody has to call `run` once more for a run that is over.
#[test]
fn an_act_by_hand_that_ends_a_run_frees_what_it_held() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let site = fs::read_to_string(place.folder.join("site.toml")).unwrap();
    let (before, receiver) = site.split_once("[receivers.partner]\n").unwrap();
    let after = receiver.find("\n[").map_or("", |next| &receiver[next..]);
    place.write("site.toml", format!("{before}[receivers.partner]\nbackend = \"manual\"\n{after}"));
    place.run().ends(3);
    let store = place.folder.join("tenant.p12");
    for step in ["provide_certificate", "trust_both", "confirm_trust", "announce_exchange", "retire_old"] {
        assert!(Claim::read(&store).unwrap().is_some(), "before {step}");
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        if step != "retire_old" {
            place.run().ends(3);
        }
    }
    assert!(Claim::read(&store).unwrap().is_none());
    place.keyroll("status").ends(0).says("done");
}
