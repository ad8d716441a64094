//! Findings about keystores, each with its page. They are brought about by the program where that
//! is possible, and otherwise drawn from the error.

use std::collections::BTreeSet;

use insta::{assert_snapshot, with_settings};
use jiff::Timestamp;
use keyroll::{
    backend::{
        custody::{CustodyError, Hold},
        keystore::KeystoreError,
    },
    cli::keystore::{explained::EXPLANATIONS, fault},
    name::Alias,
    page::page,
    source::{Refusal, Source},
};

use super::Shelf;

fn drawn(error: KeystoreError) -> String {
    page(&Refusal::new(Source::new("", ""), vec![fault::found(&error).0]), false, 100)
}

fn alias(text: &str) -> Alias {
    Alias::new(text).unwrap()
}

fn hold() -> Hold {
    Hold {
        run: "orders-20261125-0a1b2c3d".to_owned(),
        plan: "orders".to_owned(),
        since: Timestamp::UNIX_EPOCH,
        aliases: vec![alias("live")],
    }
}

/// What the program says to bring a finding about.
fn said(code: &str) -> String {
    let shelf = Shelf::with(&["live", "next", "live-backup"]);
    let run = |words: &[&str]| {
        let said = shelf.keystore(words);
        assert!([1, 3, 5, 6].contains(&said.exit), "{code}: {said:?}");
        said.err
    };
    match code {
        "keystore_missing" => run(&["list", "b.p12"]),
        "keystore_wrong_password" => {
            shelf.keyroll(&["keystore", "list", "a.p12", "--password", "env:PWD"]).ends(5).err
        }
        "keystore_damaged" => {
            let bytes = shelf.read("a.p12");
            shelf.write("b.p12", &bytes[..bytes.len() / 2]);
            run(&["list", "b.p12"])
        }
        "keystore_ambiguous" => {
            let pem = |alias: &str| run_out(&shelf, &["export", "a.p12", "--alias", alias]);
            shelf.write("two.pem", pem("live") + &pem("next"));
            let words = "pkcs12 -export -nokeys -in two.pem -caname same -caname same -out b.p12 -passout env:STORE_PASSWORD";
            shelf.tool("openssl", &words.split(' ').collect::<Vec<_>>());
            run(&["remove", "b.p12", "--alias", "same"])
        }
        "keystore_occupied" => run(&["exchange", "a.p12", "--alias", "live", "--with", "next"]),
        "keystore_no_key_pair" => {
            let words = "-importcert -noprompt -alias trusted -file live.pem -keystore a.p12 -storepass:env STORE_PASSWORD";
            shelf.write("live.pem", run_out(&shelf, &["export", "a.p12", "--alias", "live"]));
            shelf.tool("keytool", &words.split(' ').collect::<Vec<_>>());
            run(&["exchange", "a.p12", "--alias", "live", "--with", "trusted", "--backup", "none"])
        }
        "keystore_unknown_alias" => run(&["show", "a.p12", "--alias", "nexd"]),
        "keystore_failed" => run(&["create", "a.p12", "--alias", "x", "--subject", "CN=x, C=Germany"]),
        "keystore_io" => {
            std::fs::create_dir(shelf.path("folder.p12")).unwrap();
            run(&["list", "folder.p12"])
        }
        "keystore_held" => drawn(
            CustodyError::Held {
                store: "a.p12".into(),
                alias: Some(alias("live")),
                hold: Box::new(hold()),
                journal: "gone.db".into(),
            }
            .into(),
        ),
        "claim_unreadable" => {
            drawn(CustodyError::BadClaim { path: "a.p12.held".into(), why: "it is empty".to_owned() }.into())
        }
        "record_broken" => {
            let text = String::from_utf8(shelf.read("a.p12.record")).unwrap();
            shelf.write("a.p12.record", text.replacen("intent", "failed", 1));
            shelf.keyroll(&["keystore", "record", "a.p12"]).ends(1).err
        }
        "keystore_tampered" => drawn(KeystoreError::Tampered("a.p12".into())),
        "keystore_not_the_answer" => {
            shelf.keystore(&["export", "a.p12", "--alias", "next", "--output", "next.pem"]).ends(0);
            run(&["import", "a.p12", "--alias", "live", "--answer", "next.pem"])
        }
        "keystore_unsupported" => {
            drawn(KeystoreError::Unsupported { path: "a.p12".into(), what: "bags in bags".to_owned() })
        }
        "keystore_moved" => drawn(KeystoreError::Moved {
            alias: alias("live"),
            expected: "the one expected (0a1b2c3d)".to_owned(),
            found: "nothing".to_owned(),
        }),
        "keystore_locked" => drawn(KeystoreError::Locked("a.p12".into())),
        "keystore_released" => drawn(
            CustodyError::Lost {
                store: "a.p12".into(),
                alias: alias("live"),
                run: "orders-20261125-0a1b2c3d".to_owned(),
            }
            .into(),
        ),
        other => panic!("nothing brings {other} about"),
    }
}

fn run_out(shelf: &Shelf, words: &[&str]) -> String {
    shelf.keystore(words).ends(0).out
}

#[test]
fn every_finding_about_a_keystore_has_its_page() {
    with_settings!({ snapshot_path => "../../golden/hand", prepend_module_to_snapshot => false, omit_expression => true }, {
        for explanation in EXPLANATIONS {
            let text = said(explanation.code);
            assert!(text.starts_with(&format!("keyroll::{}\n", explanation.code)), "{text}");
            assert!(text.contains("help: ") && text.ends_with("1 error\n"), "{text}");
            assert_snapshot!(explanation.code, text);
        }
    });
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/hand");
    let pages: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".snap").map(str::to_owned))
        .collect();
    let codes: BTreeSet<String> = EXPLANATIONS.iter().map(|e| e.code.to_owned()).collect();
    assert_eq!(pages, codes);
}
