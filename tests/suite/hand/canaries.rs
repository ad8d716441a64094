//! Secrets come out nowhere, whatever the command and however it ends.

use std::collections::BTreeMap;

use super::{PASSWORD, Shelf};
use crate::runs::{
    Said,
    canaries::{Canaries, betrays, of_store},
};

const PAYLOAD: &str = "payload-canary-bolts";

fn secrets(shelf: &Shelf, store: &str) -> Canaries {
    let words = ["pkcs12", "-in", store, "-passin", "env:STORE_PASSWORD", "-nodes", "-nocerts"];
    of_store(PASSWORD, &shelf.tool("openssl", &words))
}

#[test]
fn no_command_by_hand_gives_a_secret_away() {
    let shelf = Shelf::with(&["live", "next", "other"]);
    let mut all = secrets(&shelf, "a.p12");
    all.push(("payload", PAYLOAD.as_bytes().to_vec()));
    let words = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -subj /CN=in -out own.pem";
    shelf.tool("openssl", &words.split(' ').collect::<Vec<_>>());
    let pair = [shelf.read("key.pem"), shelf.read("own.pem")].concat();
    all.extend(of_store(PASSWORD, &String::from_utf8(shelf.read("key.pem")).unwrap()));
    shelf.write("broken.pem", &pair[..900]);
    shelf.write("pair.pem", pair);
    shelf.write("order.xml", format!("<order>{PAYLOAD}</order>"));
    shelf.write("broken.xml", format!("<order>{PAYLOAD}</oder>"));
    shelf.write("damaged.p12", &shelf.read("a.p12")[..700]);
    let sign = |file: &'static str, alias: &'static str| {
        vec!["sign", file, "--keystore", "a.p12", "--alias", alias, "--output", "signed.xml"]
    };
    let lines: Vec<Vec<&str>> = vec![
        vec!["keystore", "list", "a.p12"],
        vec!["keystore", "list", "a.p12", "--format", "json"],
        vec!["keystore", "show", "a.p12"],
        vec!["keystore", "show", "a.p12", "--format", "json"],
        vec!["keystore", "show", "a.p12", "--alias", "nothing"],
        vec!["keystore", "export", "a.p12", "--alias", "live", "--chain"],
        vec!["keystore", "export", "a.p12", "--alias", "live", "--der", "--output", "live.der"],
        vec!["keystore", "export", "a.p12", "--alias", "live", "--output", "live.pem"],
        vec!["keystore", "create", "a.p12", "--alias", "more", "--subject", "CN=more"],
        vec!["keystore", "create", "a.p12", "--alias", "live", "--subject", "CN=more"],
        vec!["keystore", "exchange", "a.p12", "--alias", "live", "--with", "next", "--format", "json"],
        vec!["keystore", "exchange", "a.p12", "--alias", "live", "--with", "other"],
        vec!["keystore", "exchange", "a.p12", "--alias", "live", "--with", "more", "--backup", "none"],
        vec!["keystore", "remove", "a.p12", "--alias", "live-backup"],
        vec!["keystore", "import", "a.p12", "--alias", "in", "--pair", "pair.pem"],
        vec!["keystore", "import", "a.p12", "--alias", "in", "--pair", "broken.pem"],
        vec!["keystore", "import", "a.p12", "--alias", "other", "--pair", "pair.pem"],
        vec![
            "keystore",
            "import",
            "a.p12",
            "--alias",
            "in2",
            "--certificate",
            "pair.pem",
            "--format",
            "json",
        ],
        vec!["keystore", "import", "a.p12", "--alias", "other", "--answer", "pair.pem"],
        vec!["keystore", "import", "a.p12", "--alias", "in3", "--from", "a.p12", "--from-password", PASSWORD],
        vec!["keystore", "request", "a.p12", "--alias", "other"],
        vec!["keystore", "list", "damaged.p12"],
        vec!["keystore", "remove", "damaged.p12", "--alias", "live"],
        sign("order.xml", "live"),
        sign("broken.xml", "live"),
        sign("order.xml", "nothing"),
    ];
    let mut words: Vec<Said> = Vec::new();
    for source in ["env:STORE_PASSWORD", "env:WRONG", PASSWORD] {
        for line in &lines {
            let mut command = shelf.program(env!("CARGO_BIN_EXE_keyroll"));
            command.args(line).args(["--password", source]).env("WRONG", "another-canary-9");
            words.push(Said::of(command.output().unwrap()));
        }
    }
    words.push(shelf.keyroll(&["keystore", "record", "a.p12"]));
    words.push(shelf.keyroll(&["keystore", "record", "a.p12", "--format", "json"]));
    for trust in ["live.pem", "live.der"] {
        words.push(shelf.keyroll(&["verify", "signed.xml", "--trust", trust]));
        words.push(shelf.keyroll(&["verify", "broken.xml", "--trust", trust, "--format", "json"]));
    }
    all.extend(secrets(&shelf, "a.p12"));
    assert!(words.iter().filter(|said| said.exit == 0).count() >= 14);
    for said in &words {
        for text in [&said.out, &said.err] {
            assert_eq!(betrays(text.as_bytes(), &all), None, "{text}");
            assert!(!text.contains("another-canary"), "{text}");
        }
    }
    let holders: BTreeMap<String, &str> = shelf
        .names()
        .into_iter()
        .filter_map(|name| betrays(&shelf.read(&name), &all).map(|secret| (name, secret)))
        .collect();
    let given = ["broken.xml", "order.xml", "signed.xml"].map(|name| (name.to_owned(), "payload"));
    let keys = ["broken.pem", "key.pem", "pair.pem"].map(|name| (name.to_owned(), "a line of PEM"));
    assert_eq!(holders, given.into_iter().chain(keys).collect());
}
