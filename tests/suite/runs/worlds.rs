//! Worlds that move behind the back of a run, and worlds that fail.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process,
};

use keyroll::transition::command::Command;

use super::{Place, Said};

/// Half a run: the new pair is made, and a message waits for its receiver.
fn halfway() -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place
}

/// The run stops with this exit, because the world moved: with 4 where a promise of the plan is broken there.
fn moved(place: &Place, exit: i32, words: &[&str]) {
    let before = place.files();
    let said = place.run().ends(exit).says("the world is not as recorded");
    for word in words {
        assert!(said.err.contains(word), "{word}: {}", said.err);
    }
    assert_eq!(place.files(), before);
    let last = place.keyroll("run plan.renewal --format json").ends(exit).out;
    let last: serde_json::Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!(last["outcome"], if exit == 4 { "broken" } else { "moved" });
    assert_eq!(last["differences"].as_array().unwrap().len(), 1);
}

#[test]
fn an_alias_that_was_exchanged_by_hand_stops_the_run() {
    let place = halfway();
    let store = fs::read(place.folder.join("tenant.p12")).unwrap();
    let common = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    let keytool = |words: &[&str]| place.tool("keytool", &[words, &common].concat());
    keytool(&["-delete", "-alias", "orders-signer"]);
    keytool(&[
        "-genkeypair",
        "-alias",
        "orders-signer",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=stranger",
    ]);
    moved(&place, 6, &["tenant[\"orders-signer\"]", "recorded is old", "CN=stranger"]);
    keytool(&["-delete", "-alias", "orders-signer"]);
    moved(&place, 4, &["tenant[\"orders-signer\"]", "recorded is old", "seen is nothing"]);
    place.write("tenant.p12", store);
    place.run().ends(3);
}

#[test]
fn a_certificate_that_was_taken_away_stops_the_run() {
    let place = halfway();
    let (path, away) = (place.trusted(), place.folder.join("away.pem"));
    fs::rename(&path, &away).unwrap();
    moved(&place, 4, &["partner", "recorded is old", "seen is no key of the plan"]);
    fs::rename(&away, &path).unwrap();
    place.run().ends(3);
}

#[test]
fn a_flow_that_was_undeployed_by_hand_stops_the_run() {
    let place = halfway();
    place.edit("orders-flow/flow.json", "\"deployed\"", "\"undeployed\"");
    moved(&place, 4, &["orders", "recorded is deployed", "seen is undeployed"]);
}

/// A world that is not the one that the plan starts from: nothing is recorded, so that the site or
/// the world can be put right.
#[test]
fn a_wrong_start_is_not_taken_for_the_truth() {
    let place = Place::two_keys();
    let (path, away) = (place.trusted(), place.folder.join("away.pem"));
    fs::rename(&path, &away).unwrap();
    moved(&place, 6, &["partner"]);
    place.edit("site.toml", "capacity = 2", "capacity = 3");
    fs::rename(&away, &path).unwrap();
    place.run().ends(0);
}

#[test]
fn every_fault_of_a_store_is_said_and_can_be_mended() {
    let at = |place: &Place, name: &str| place.folder.join(name);
    for begun in [false, true] {
        let place = if begun { halfway() } else { Place::two_keys() };
        let exit = if begun { 3 } else { 0 };
        let fails = |words: &str| {
            let before = place.files();
            place.run().ends(5).says(words);
            assert_eq!(place.files(), before, "{words}");
        };
        let (password, store) = (place.read("password"), fs::read(at(&place, "tenant.p12")).unwrap());
        place.write("password", "wrong-canary");
        fails("the password does not open");
        fs::remove_file(at(&place, "password")).unwrap();
        fails("the password file");
        place.write("password", &password);
        for cut in [0, 1, 40, store.len() - 1] {
            place.write("tenant.p12", &store[..cut]);
            fails("damaged or no PKCS#12 store");
        }
        fs::remove_file(at(&place, "tenant.p12")).unwrap();
        fails("there is no keystore at");
        place.write("tenant.p12", &store);
        let trusted = fs::read(place.trusted()).unwrap();
        fs::write(place.trusted(), "no certificate").unwrap();
        fails("holds no certificate");
        fs::write(place.trusted(), trusted).unwrap();
        place.write("orders-flow/flow.json", "deployed?");
        fails("does not say whether the flow is deployed");
        place.write("orders-flow/flow.json", "{\"state\":\"deployed\",\"since\":\"2026-01-01T00:00:00Z\"}");
        place.run().ends(exit);
    }
}

#[test]
fn a_password_in_a_variable_that_is_not_set_is_said() {
    let place = Place::two_keys();
    place.edit("site.toml", "file:password", "env:KEYROLL_TEST_STORE_PASSWORD");
    place.run().ends(5).says("the environment variable KEYROLL_TEST_STORE_PASSWORD is not set");
    let password = place.read("password");
    let mut run = place.program(&["run", "plan.renewal"]);
    Said::of(run.env("KEYROLL_TEST_STORE_PASSWORD", password).output().unwrap()).ends(0);
}

/// Runs the program as somebody whom modes and limits bind.
fn bound(place: &Place, before: &str) -> Said {
    let drop = "if [ $(id -u) = 0 ]; then exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"; else exec \"$@\"; fi";
    let mut command = process::Command::new("sh");
    command.args([
        "-c",
        &format!("{before} {drop}"),
        "sh",
        env!("CARGO_BIN_EXE_keyroll"),
        "run",
        "plan.renewal",
    ]);
    Said::of(command.current_dir(&place.folder).output().unwrap())
}

#[test]
fn a_folder_that_cannot_be_written_ends_the_run_and_loses_nothing() {
    let place = halfway();
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    // The journal is elsewhere: what fails is the step.
    let journal = place.folder.join("orders-flow/keyroll.db");
    fs::rename(place.folder.join("keyroll.db"), &journal).unwrap();
    place.edit("tenant.p12.held", "keyroll.db", "orders-flow/keyroll.db");
    fs::set_permissions(&place.folder, Permissions::from_mode(0o500)).unwrap();
    let mut run = process::Command::new("sh");
    let drop = "if [ $(id -u) = 0 ]; then exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"; else exec \"$@\"; fi";
    run.args(["-c", drop, "sh", env!("CARGO_BIN_EXE_keyroll"), "run", "plan.renewal", "--journal"]);
    let said = Said::of(run.arg(&journal).current_dir(&place.folder).output().unwrap()).ends(5);
    assert!(
        said.err.contains("plan.renewal:")
            && said.err.contains("step `trust_both` of receiver_admin failed (attempt 1)"),
        "{}",
        said.err
    );
    let status = place.keyroll("status --journal orders-flow/keyroll.db").ends(0).out;
    assert!(status.contains("failed") && status.contains("Permission denied"), "{status}");
    fs::set_permissions(&place.folder, Permissions::from_mode(0o700)).unwrap();
    place.keyroll("run plan.renewal --journal orders-flow/keyroll.db").ends(3).says("confirm_trust");
}

#[test]
fn a_journal_that_cannot_be_written_ends_the_run() {
    let place = halfway();
    fs::set_permissions(place.folder.join("keyroll.db"), Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(&place.folder, Permissions::from_mode(0o500)).unwrap();
    bound(&place, "").ends(5).says("the journal");
    fs::set_permissions(&place.folder, Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(place.folder.join("keyroll.db"), Permissions::from_mode(0o600)).unwrap();
    place.run().ends(3);
}

/// The limit on the size of files stands for a disk that is full.
#[test]
fn a_full_disk_ends_the_run_and_loses_nothing() {
    for blocks in [0, 1, 4, 8, 16, 40, 80] {
        let place = halfway();
        place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
        place.keyroll("status").ends(0);
        let said = bound(&place, &format!("trap '' XFSZ; ulimit -f {blocks};"));
        assert!([3, 5].contains(&said.exit), "{said:?}");
        assert!(blocks > 4 || said.exit == 5, "{said:?}");
        place.run().ends(3).says("confirm_trust");
        place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
        place.run().ends(3);
        place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
        place.run().ends(0);
    }
}

/// Cut off between the last record and what that commands, a run is done, and something is left to be done.
#[test]
fn what_is_left_of_a_run_that_is_done_is_carried_out_by_the_next_call() {
    for line in ["run plan.renewal", "run"] {
        let place = Place::two_keys();
        place.run().ends(0);
        let journal = || rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
        let left =
            || -> i64 { journal().query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap() };
        assert_eq!(left(), 0);
        let command = Command::Perform { step: "retire_old".to_owned(), attempt: 1 };
        let text = serde_json::to_string(&command).unwrap();
        let insert = "INSERT INTO outbox (run, id, command) SELECT id, ?1, ?2 FROM run";
        journal().execute(insert, [command.id(), text]).unwrap();
        let files = place.files();
        place.keyroll(line).ends(0);
        assert_eq!(left(), 0, "{line}");
        assert_eq!(place.files().keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
        place.keyroll(line).ends(0);
        assert!(!place.folder.join("tenant.p12.held").exists(), "what it held is free");
    }
}
