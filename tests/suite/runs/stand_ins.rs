//! What a rehearsal plays by something that stands in for it: credentials that a receiver makes, and
//! certificates that another role issues.

use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};

use super::Place;

const QUICK: &str = "--messages 40 --rate 50 --key-type ec-p256";

fn library(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Rehearses a plan of the library and keeps the sandbox in `out`: what was said.
fn rehearsed(name: &str) -> (Place, String) {
    let place = Place::two_keys();
    place.write("plan.renewal", library(name));
    let said = place.keyroll(&format!("rehearse plan.renewal {QUICK} --keep ./out")).ends(0);
    assert!(said.out.contains("Not one message was rejected."), "{}", said.out);
    (place, said.out)
}

/// What keytool says of a store of the sandbox.
fn keytool(place: &Place, store: &str) -> String {
    let password = place.read("out/password");
    let mut command = Command::new("keytool");
    command.args(["-list", "-v", "-keystore", store, "-storepass", password.trim()]);
    let output = command.current_dir(place.folder.join("out")).output().expect("keytool is needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_pair_that_the_receiver_makes_is_imported_and_used() {
    let (place, out) = rehearsed("cms/decryptor-sender-two-keys.renewal");
    let sent = out.lines().find(|line| line.trim_start().starts_with("key new")).unwrap();
    assert!(!sent.contains(" 0 sent") && sent.contains(" 0 rejected"), "{sent}");
    let mode = |file: &str| place.folder.join(file).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("out/pairs.p12"), mode("out/sender.p12")), (0o600, 0o600));
    // What was made lies under the kept alias, and the receiver takes nothing else any more.
    let print =
        |text: &str| text.lines().find_map(|line| Some(line.split_once("SHA256: ")?.1.to_owned())).unwrap();
    let (made, sender) = (keytool(&place, "pairs.p12"), keytool(&place, "sender.p12"));
    assert!(sender.contains("Alias name: tenant-encryption\n"), "{sender}");
    assert!(sender.contains(&print(&made)), "{made}\n{sender}");
    let trusted = std::fs::read_dir(place.folder.join("out/decryptor-trust")).unwrap();
    let trusted: Vec<_> = trusted
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .collect();
    assert_eq!(trusted.len(), 1);
    let report = place.read("out/report.html");
    assert!(report.contains("an XML signature stands in for what"), "{report}");
    assert!(!report.contains("thrown away"), "{report}");
    // No private key lies outside of a keystore.
    let mut looked = 0;
    for entry in std::fs::read_dir(place.folder.join("out")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        looked += bytes.len();
        assert!(!bytes.windows(11).any(|at| at == b"PRIVATE KEY"), "{}", path.display());
    }
    assert!(looked > 0);
}

#[test]
fn a_certificate_is_issued_by_an_authority_that_is_thrown_away() {
    let (place, out) = rehearsed("ca/issued-certificate.renewal");
    assert!(out.contains("All 11 steps are done."), "{out}");
    let store = std::fs::read_dir(place.folder.join("out")).unwrap().map(|entry| entry.unwrap().file_name());
    let store = store.map(|name| name.into_string().unwrap()).find(|name| name.ends_with(".p12")).unwrap();
    let listed = keytool(&place, &store);
    assert!(listed.contains("Certificate chain length: 2"), "{listed}");
    assert!(listed.contains("Issuer: CN=thrown away"), "{listed}");
    assert!(
        place.read("out/report.html").contains("an authority that is thrown away issues the certificate of")
    );
}

/// A run is no rehearsal: nobody issues anything of itself there, though the role is automatic.
#[test]
fn a_run_waits_for_the_role_that_issues() {
    let place = Place::of(&library("ca/issued-certificate.renewal"));
    place.run().ends(3);
    place.keyroll("inbox --as tenant_admin").ends(0).says("order");
}

/// All of the library can be played, but plans that ask.
#[test]
fn every_plan_of_the_library_is_set_up_for_a_rehearsal() {
    let place = Place::two_keys();
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let mut staged = 0;
    for folder in std::fs::read_dir(plans).unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        if ["std", "scenarios"].contains(&name.as_str()) {
            continue;
        }
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&file).unwrap();
            if text.contains("\nexpect refused") || text.contains("\nask ") || text.contains("\n  ask ") {
                continue;
            }
            place.write("plan.renewal", &text);
            let said = place
                .keyroll(&format!("rehearse plan.renewal --keep ./stage{staged} --stage --key-type ec-p256"));
            assert_eq!(said.exit, 0, "{}: {}", file.display(), said.err);
            let site = place.read(&format!("stage{staged}/site.toml"));
            let makes = text.contains("generate ")
                || text.contains("make decryption key")
                || text.contains("add user");
            assert_eq!(site.contains("pairs.p12"), makes, "{}", file.display());
            staged += 1;
        }
    }
    assert!(staged > 50, "{staged}");
}

/// Such a flow has no messages under way by which it could be told how many were sent.
#[test]
fn a_flow_that_delivers_at_once_comes_to_its_end() {
    let (_, out) = rehearsed("ssh/sftp-server-key.renewal");
    assert!(out.contains("All 8 steps are done."), "{out}");
    let sent = |key: &str| {
        let line = out.lines().find(|line| line.trim_start().starts_with(key)).unwrap();
        line.split_whitespace().nth(2).unwrap().replace(',', "").parse::<u64>().unwrap()
    };
    assert!(sent("key old") > 0 && sent("key old") + sent("key new") >= 40, "{out}");
}

/// Steps that take their time leave little of a window: the pauses between them are fitted to that.
#[test]
fn a_window_with_steps_that_take_long_is_kept() {
    let (_, out) = rehearsed("tls/client-certificate-one-key.renewal");
    assert!(out.contains("steps are done.") && !out.contains("broken"), "{out}");
}

/// A receiver that accepts a key which nobody has made goes by something else than its certificate: a person may
/// stand for it, a folder of certificates does not.
#[test]
fn a_key_that_is_accepted_before_it_is_made_is_no_certificate_in_a_folder() {
    let place = Place::two_keys();
    let text = super::plan("two-keys.renewal");
    let before = text.replacen("  accepts old\n", "  accepts old\n  accepts new\n", 1);
    place.write("before.renewal", &before);
    place.keyroll("prove before.renewal").ends(0);
    let refused = place.keyroll(&format!("rehearse before.renewal {QUICK} --keep ./out")).ends(1);
    assert!(refused.err.contains("keyroll::weak_binding"), "{}", refused.err);
    assert!(refused.err.contains("and `new` is made by a step of"), "{}", refused.err);
    assert!(
        !place.folder.join("out").exists()
            || std::fs::read_dir(place.folder.join("out")).unwrap().next().is_none()
    );
    let refused = place.keyroll("dry-run before.renewal").ends(1);
    assert!(refused.err.contains("a `directory` accepts certificates that are"), "{}", refused.err);
    let site = place.read("site.toml");
    let (head, rest) = site.split_once("[receivers.partner]\n").unwrap();
    let tail = rest.find("\n[").map_or("", |at| &rest[at..]);
    place.write("by-hand.toml", format!("{head}[receivers.partner]\nbackend = \"manual\"\n{tail}"));
    place.keyroll("dry-run before.renewal --site by-hand.toml").ends(0);
}
