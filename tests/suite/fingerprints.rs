//! Nobody substitutes a certificate on its way: a partner computes the fingerprint of what it has installed, and where it is
//! another one than was sent, the run stops until somebody has seen to it.

#![cfg(test)]

use std::{fs, process::Command};

use keyroll::{
    backend::{keystore::Keystore, pkcs12::Pkcs12Keystore},
    check::Checked,
    name::Alias,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, next},
        state::{State, Status},
        why::Why,
    },
    world::material::{Certificate, Fingerprint},
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    observed::by_hand,
    runs::{Place, Said},
    transition::{begin, checked},
};

const CONFIRM: [&str; 4] = ["confirm", "trust_both", "--as", "receiver_admin"];

fn json(said: &Said) -> Value {
    serde_json::from_str(said.out.lines().last().unwrap()).unwrap()
}

/// A run that waits for the partner to accept the new certificate, by hand.
fn waiting() -> Place {
    waiting_at(|_| {})
}

fn waiting_at(site: impl FnOnce(&Place)) -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    by_hand(&place, "receivers.partner");
    let bound = place.read("site.toml");
    place.write("site.toml", format!("{bound}\n[keys.old]\ncertificate = \"old.pem\"\n"));
    place.write("old.pem", lies(&place, "orders-signer").pem());
    site(&place);
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3).says("trust_both");
    place
}

/// The certificate under an alias.
fn lies(place: &Place, alias: &str) -> Certificate {
    let password = Zeroizing::new(place.read("password").trim_end().to_owned());
    let store = Pkcs12Keystore::open(place.folder.join("tenant.p12"), password);
    let entry = store.entry(&Alias::new(alias).unwrap()).unwrap().unwrap();
    entry.certificate().unwrap().clone()
}

/// What the tool prints for a certificate that somebody has installed.
fn computed(place: &Place, alias: &str) -> String {
    place.write("installed.pem", lies(place, alias).pem());
    let words = ["x509", "-in", "installed.pem", "-noout", "-fingerprint", "-sha256"];
    place.tool("openssl", &words).out.trim_end().to_owned()
}

fn confirm(place: &Place, fingerprint: &str) -> Said {
    let mut words = CONFIRM.to_vec();
    words.extend(["--fingerprint", fingerprint]);
    Said::of(place.program(&words).output().unwrap())
}

fn step(place: &Place, name: &str) -> Value {
    let status = json(&place.keyroll("status --format json").ends(0));
    let steps = status["steps"].as_array().unwrap().clone();
    steps.into_iter().find(|step| step["step"] == name).unwrap()
}

fn cell(place: &Place, column: &str) -> Value {
    let board = json(&place.keyroll("board --format json").ends(0));
    let cells = board["boards"][0]["partners"][0]["cells"].as_array().unwrap().clone();
    cells.into_iter().find(|cell| cell["column"] == column).unwrap_or_default()
}

fn version(place: &Place) -> u32 {
    let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
    let sql = "SELECT value FROM meta WHERE name = 'schema'";
    journal.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap().parse().unwrap()
}

#[test]
fn a_fingerprint_that_is_right_is_on_record() {
    let place = waiting();
    assert!(cell(&place, "compared").is_null(), "nobody compares anything yet");
    let before = version(&place);
    let said = confirm(&place, &computed(&place, "orders-signer-next")).ends(0);
    assert!(said.out.contains("the fingerprint is that of the certificate that was sent"), "{}", said.out);
    assert_eq!(step(&place, "trust_both")["status"], "done");
    assert!(step(&place, "trust_both")["compared"].is_string());
    place.keyroll("why trust_both").ends(0).says("the fingerprint was compared");
    place.keyroll("status").ends(0).says("the fingerprint was compared");
    let compared = cell(&place, "compared");
    assert_eq!((&compared["state"], &compared["how"]), (&"done".into(), &"compared".into()));
    assert_eq!(cell(&place, "holds_both")["how"], "said");
    let board = place.keyroll("board").ends(0).out;
    assert!(board.contains("fingerprint") && board.contains("yes "), "{board}");
    assert!(place.keyroll("board --format html").ends(0).out.contains(">fingerprint compared<"));
    // An earlier keyroll does not open it; one that nobody compared in stays as it was.
    assert!(before < 5 && version(&place) > 5, "{before}");
    place.run().ends(3);
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
    place.run().ends(3).says("announce_exchange");
}

/// Without the option nothing is compared, and the board says so.
#[test]
fn what_nobody_compared_is_told_too() {
    let place = waiting();
    place.keyroll("confirm trust_both --as receiver_admin").ends(0);
    assert!(step(&place, "trust_both")["compared"].is_null());
    assert!(cell(&place, "compared").is_null(), "nobody compares anything");
    assert_eq!(cell(&place, "holds_both")["how"], "said");
    assert!(version(&place) < 5);
    // What was done before the site came to demand it.
    let from = "[roles.receiver_admin]\n";
    place.edit("site.toml", from, &format!("{from}fingerprint = \"demanded\"\n"));
    assert_eq!(cell(&place, "compared")["state"], "not_compared");
    // Where a backend keeps the receiver it has seen what is accepted, and nobody names anything.
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let said = confirm(&place, &computed(&place, "orders-signer-next")).ends(2);
    assert!(said.err.contains("the site does `trust_both` by itself"), "{}", said.err);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    assert_eq!(cell(&place, "holds_both")["how"], "tested");
    assert!(cell(&place, "compared").is_null(), "there is no such column");
}

#[test]
fn another_certificate_stops_the_run_until_somebody_has_seen_to_it() {
    let place = waiting();
    let right = computed(&place, "orders-signer-next");
    let (known, named) = (lies(&place, "orders-signer-next"), lies(&place, "orders-signer"));
    let both = [known.fingerprint().to_string(), named.fingerprint().to_string()];
    let said = confirm(&place, &both[1]).ends(4);
    for words in
        ["keyroll::substituted", &both[0], &both[1], "phone receiver_admin by a number", "--substituted"]
    {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/run/substituted.snap");
    let steady = said.err.replace(&both[0], "KNOWN").replace(&both[1], "NAMED");
    assert_eq!(steady, fs::read_to_string(golden).unwrap());
    assert!(!said.out.contains("taken down"), "{}", said.out);
    assert_ne!(step(&place, "trust_both")["status"], "done", "nothing counts as done");
    // It stays so, whoever calls it again, and whatever is said.
    for line in [
        "run",
        "run plan.renewal",
        "run plan.renewal --follow",
        "run --all",
        "run plan.renewal --until-waiting",
    ] {
        let said = place.keyroll(line).ends(4);
        assert!(said.err.contains(&both[0]) && said.err.contains(&both[1]), "{line}: {}", said.err);
    }
    let last = json(&place.keyroll("run --format json").ends(4));
    assert_eq!((&last["outcome"], &last["substituted"][0]["step"]), (&"broken".into(), &"trust_both".into()));
    confirm(&place, &both[1]).ends(4);
    let all = &json(&place.keyroll("status --format json"))["substituted"];
    assert_eq!(all.as_array().unwrap().len(), 1, "what is named again is one and the same");
    confirm(&place, &right).ends(4).says("a certificate is another one than was sent");
    place.keyroll("confirm trust_both --as receiver_admin").ends(4);
    place.keyroll("status").ends(0).says("substituted: receiver_admin named");
    place.keyroll("why").ends(0).says("phone receiver_admin");
    place.keyroll("why trust_both").ends(0).says("a certificate is another one");
    assert_eq!(json(&place.keyroll("status --format json"))["substituted"][0]["named"], both[1]);
    assert_eq!(cell(&place, "compared")["state"], "substituted");
    place.keyroll("board").ends(0).says("receiver_admin: trust_both substituted: receiver_admin named");
    assert!(version(&place) > 5);
    // Somebody has it go on: by name of the step, and with a reason.
    place.keyroll("resume --as tenant_admin --because called").ends(2).says("add --substituted trust_both");
    place.keyroll("resume --as tenant_admin --substituted confirm_trust --because called").ends(1);
    place.keyroll("resume --as tenant_admin --substituted trust_both").ends(2);
    place.keyroll("run").ends(4);
    place.keyroll("resume --as tenant_admin --person Dana --substituted trust_both --because called").ends(0);
    // The step is still to be done.
    place.run().ends(3).says("trust_both");
    assert_eq!(cell(&place, "compared")["state"], "blocked");
    confirm(&place, &right).ends(0);
    place.run().ends(3);
    assert_eq!(step(&place, "trust_both")["status"], "done");
    // All of it is on record.
    let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
    let mut rows = journal.prepare("SELECT body FROM record ORDER BY position").unwrap();
    let bodies: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let kinds: Vec<&str> = ["compared", "resolved"]
        .into_iter()
        .filter(|kind| bodies.iter().any(|body| body.contains(&format!("\"event\":\"{kind}\""))))
        .collect();
    assert_eq!(kinds, ["compared", "resolved"]);
    assert!(bodies.iter().any(|body| body.contains(&both[1]) && body.contains(&both[0])));
}

/// Who is asked reads how it is computed, and not what it is to be.
#[test]
fn a_request_leaves_the_fingerprint_blank() {
    let place = waiting();
    let known = lies(&place, "orders-signer-next").fingerprint().to_string();
    let inbox = place.keyroll("inbox --as receiver_admin").ends(0).out;
    for words in ["--fingerprint ____", "openssl x509 -in FILE -noout -fingerprint -sha256"] {
        assert!(inbox.contains(words), "{words}: {inbox}");
    }
    for line in
        ["inbox --as receiver_admin", "inbox --as receiver_admin --format json", "status", "why", "board"]
    {
        let said = place.keyroll(line).ends(0).out.to_lowercase();
        assert!(!said.contains(&known[..16]), "{line}: {said}");
    }
    let pages = place.keyroll("runbook plan.renewal").ends(0).out;
    assert!(pages.contains("openssl x509 -in FILE -noout -fingerprint -sha256"), "{pages}");
}

#[test]
fn a_site_may_demand_it() {
    let rule = |place: &Place| {
        let from = "[roles.receiver_admin]\n";
        place.edit("site.toml", from, &format!("{from}fingerprint = \"demanded\"\n"));
    };
    let place = waiting_at(rule);
    assert_eq!(cell(&place, "compared")["state"], "blocked");
    let said = place.keyroll("confirm trust_both --as receiver_admin").ends(2);
    for words in
        ["the site demands", "openssl x509", "keyroll confirm trust_both --as receiver_admin --fingerprint"]
    {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert_ne!(step(&place, "trust_both")["status"], "done");
    confirm(&place, &computed(&place, "orders-signer-next")).ends(0);
    // Of what is no act of accepting nothing is demanded.
    place.run().ends(3);
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
    // A key that is made by hand brings its certificate, or there would be nothing to compare with.
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    rule(&place);
    for table in ["keystores.tenant", "receivers.partner", "flows.orders"] {
        by_hand(&place, table);
    }
    place.run().ends(3);
    let said = place.keyroll("confirm create_key --as tenant_admin").ends(2);
    assert!(said.err.contains("receiver_admin compares its fingerprint"), "{}", said.err);
    fs::write(
        place.folder.join("plain.sh"),
        "openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=n -days 30 -keyout k -out new.pem",
    )
    .unwrap();
    assert!(Command::new("sh").arg("plain.sh").current_dir(&place.folder).output().unwrap().status.success());
    place.keyroll("confirm create_key --as tenant_admin --certificate new.pem").ends(0);
    // Another word is none.
    place.edit("site.toml", "\"demanded\"", "\"perhaps\"");
    place.keyroll("status").ends(1).says("bad_site");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = waiting();
    let right = lies(&place, "orders-signer-next").fingerprint().to_string();
    let refused = |line: &str, exit: i32, words: &str| {
        place.keyroll(&line.replace("HEX", &right)).ends(exit).says(words);
    };
    refused(
        "confirm provide_certificate --as receiver_admin --fingerprint HEX",
        2,
        "name it with `trust_both`",
    );
    refused("confirm trust_both --as tenant_admin --fingerprint HEX", 2, "only receiver_admin names");
    refused("confirm trust_both --as receiver_admin --fingerprint abc", 2, "64 hexadecimal digits");
    refused(
        "confirm trust_both --as receiver_admin --fingerprint da39a3ee5e6b4b0d3255bfef95601890afd80709",
        2,
        "SHA-1",
    );
    refused(
        "confirm confirm_trust --as receiver_admin --fingerprint HEX",
        2,
        "no certificate comes to be accepted",
    );
    assert_ne!(step(&place, "trust_both")["status"], "done");
    // Nobody told this run what the certificate is.
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    for table in ["keystores.tenant", "receivers.partner", "flows.orders"] {
        by_hand(&place, table);
    }
    place.run().ends(3);
    place.keyroll("confirm create_key --as tenant_admin").ends(0);
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    confirm(&place, &right).ends(2).says("the run knows no certificate of `new`");
}

/// A run of the plan for two keys up to where the certificate is to be accepted, with a certificate of each key.
fn at_the_partner(place: &Place) -> (Checked, State, [Fingerprint; 2]) {
    let checked = checked("two-keys.renewal");
    let mut state = State::new(&checked);
    let digest = checked.plan().digest();
    let (old, new) = (lies(place, "orders-signer"), lies(place, "orders-signer-next"));
    let by = |role: &str| Actor { role: role.to_owned(), person: None, automatic: false };
    let certificates = |key: &str, one: &Certificate| [(key.to_owned(), one.pem())].into();
    let (outcome, attempt) = (keyroll::backend::Outcome::Changed, 1);
    for event in [
        Event::Started { plan: digest, site: digest, certificates: certificates("old", &old) },
        Event::Begun { step: "create_key".to_owned(), attempt },
        Event::Ended {
            step: "create_key".to_owned(),
            attempt,
            outcome,
            certificates: certificates("new", &new),
        },
        Event::Confirmed {
            step: "provide_certificate".to_owned(),
            by: by("tenant_admin"),
            opens: None,
            certificates: Default::default(),
        },
        Event::Received { step: "provide_certificate".to_owned(), by: by("receiver_admin") },
    ] {
        let verdict = next(&checked, &mut state, &Record { at: begin(), event });
        assert!(matches!(verdict, Verdict::Applied(_)), "{verdict:?}");
    }
    (checked, state, [old.fingerprint(), new.fingerprint()])
}

/// The interpreter takes no word for it that two fingerprints are equal, or that one of them is what the run knows.
#[test]
fn no_record_says_that_what_is_not_so_was_compared() {
    let place = waiting();
    let (checked, state, [old, new]) = at_the_partner(&place);
    let by = |role: &str| Actor { role: role.to_owned(), person: None, automatic: false };
    let told = |step: &str, (named, known), role: &str| {
        let event = Event::Compared { step: step.to_owned(), named, known, by: by(role) };
        let mut after = state.clone();
        (next(&checked, &mut after, &Record { at: begin(), event }), after)
    };
    let (verdict, after) = told("trust_both", (new, new), "receiver_admin");
    assert_eq!(verdict, Verdict::Applied(Vec::new()));
    let row = checked.plan().step("trust_both").unwrap();
    assert!(after.steps[row].compared.is_some() && after.substituted.is_empty());
    assert_eq!(after.steps[row].status, Status::Open, "to compare is not to accept");
    let (verdict, after) = told("trust_both", (old, new), "receiver_admin");
    assert_eq!(verdict, Verdict::Applied(Vec::new()));
    assert!(after.steps[row].compared.is_none() && after.substituted.len() == 1);
    let refused = |(verdict, after): (Verdict, State)| {
        assert_eq!(after, state);
        match verdict {
            Verdict::Refused(why) => why,
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(refused(told("trust_both", (old, old), "receiver_admin")), Why::NotKnown(_)));
    assert!(matches!(refused(told("trust_both", (new, new), "tenant_admin")), Why::WrongRole(_)));
    assert!(matches!(
        refused(told("provide_certificate", (new, new), "tenant_admin")),
        Why::NothingToCompare(_)
    ));
    assert!(matches!(refused(told("retire_old", (old, old), "receiver_admin")), Why::NothingToCompare(_)));
}
