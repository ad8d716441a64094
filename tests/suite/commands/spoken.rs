//! The page about the protocol is what is spoken: each request on it is the one that keyroll writes, and
//! each answer on it is understood.

use std::collections::BTreeSet;
use std::fs;

use keyroll::{
    backend::{
        Outcome,
        command::{
            CHANGES, Code, CommandFact, CommandFlow, CommandKeystore, CommandReceiver, LOOKS, Program,
        },
        deployer::{Deployer, FlowState, InFlight, SignsWith},
        fact_keeper::{FactKeeper, Told},
        keystore::{Exchange, Keystore, KeystoreError},
        receiver::{Judgement, Receiver},
    },
    world::{
        material::{Certificate, Fingerprint, KeyType},
        public_text::PublicText,
    },
};
use serde_json::Value;

use super::{alias, program, spec};
use crate::readme::{blocks, read};

fn token(id: &str) -> Certificate {
    Certificate::of_text(PublicText::new(id).unwrap())
}

/// Asks for the act of the page, and makes sure that its answer is understood.
fn ask(face: &str, act: &str, asked: Program, is_refused: bool) {
    let (old, new) = (token("token-17"), token("token-18"));
    let (was, is): (Fingerprint, Fingerprint) = (old.fingerprint(), new.fingerprint());
    let mut vault = CommandKeystore::new("vault", asked.clone());
    let mut gateway = CommandReceiver::new("gateway", 2, asked.clone());
    let mut client = CommandFlow::new("client", asked.clone());
    let mut change = CommandFact::new("change", asked);
    let [live, next, backup] = ["orders-api", "orders-api-next", "orders-api-backup"].map(alias);
    match (face, act) {
        ("keystore", "entry") => {
            let entry = vault.entry(&live).unwrap().unwrap();
            assert_eq!((entry.certificate(), &entry.alias), (Some(&old), &live));
        }
        ("keystore", "entries") => {
            let entries = vault.entries().unwrap();
            let halves: Vec<_> = entries.iter().map(|entry| entry.certificate()).collect();
            assert_eq!(halves, [Some(&old), None]);
        }
        ("keystore", "create") => {
            let mut wanted = spec(KeyType::Opaque, "orders");
            wanted.subject.truncate(1);
            assert_eq!(vault.create_key_pair(&next, &wanted).unwrap(), (Outcome::Changed, new));
        }
        ("keystore", "exchange") => {
            let exchange =
                Exchange { alias: &live, expected: &was, staged: &next, wanted: &is, backup: Some(&backup) };
            assert_eq!(vault.exchange(&exchange).unwrap(), Outcome::Changed);
        }
        ("keystore", "remove") if is_refused => {
            let refused = vault.remove(&live, &is);
            assert!(
                matches!(&refused, Err(KeystoreError::Moved { alias, .. }) if *alias == live),
                "{refused:?}"
            );
        }
        ("keystore", "remove") => assert_eq!(vault.remove(&backup, &was).unwrap(), Outcome::AlreadySo),
        ("receiver", "accepted") => assert_eq!(gateway.accepted().unwrap(), [old]),
        ("receiver", "change") => assert_eq!(gateway.change(&[new], &[was]).unwrap(), Outcome::Changed),
        ("receiver", "judge") => {
            let said = gateway.judge(&mut std::io::Cursor::new("<canary/>")).unwrap();
            assert!(matches!(said, Judgement::Rejected(_)));
        }
        ("flow", "state") => assert_eq!(client.state().unwrap(), FlowState::Deployed),
        ("flow", "bring_to") => {
            let now = jiff::Timestamp::UNIX_EPOCH;
            assert_eq!(client.bring_to(FlowState::Undeployed, now).unwrap(), Outcome::Changed);
        }
        ("flow", "signs_with") => assert_eq!(client.signs_with().unwrap(), SignsWith::Alias(live)),
        ("flow", "repoint") => {
            assert_eq!(client.repoint(&next, jiff::Timestamp::UNIX_EPOCH).unwrap(), Outcome::Changed);
        }
        ("flow", "in_flight") => assert_eq!(client.in_flight(&was).unwrap(), InFlight::Seen(3)),
        ("flow", "test") => assert_eq!(client.test(&next, &is).unwrap(), Judgement::Accepted(is)),
        ("fact", "state") => assert_eq!(change.is_set().unwrap(), Told::Is(false)),
        ("fact", "bring_to") => assert_eq!(change.bring_to(true).unwrap(), Outcome::Changed),
        other => panic!("the page has an act {other:?}"),
    }
}

#[test]
fn the_page_shows_what_is_spoken() {
    let page = read("docs/commands.md");
    let mut told = BTreeSet::new();
    for block in blocks(&page).0.into_iter().filter(|block| block.fence == "json") {
        let lines: Vec<&str> = block.text.lines().collect();
        let [request, answer] = lines[..] else { panic!("a request and its answer: {}", block.text) };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("answer"), format!("{answer}\n")).unwrap();
        // A change of a receiver begins with a look.
        let script = "IFS= read -r line\ncase $line in *'\"act\":\"accepted\"'*) echo \"$line\" >looked\n\
            [ -e accepted ] && { cat accepted; exit; };; esac\necho \"$line\" >request\ncat answer\n";
        fs::write(folder.path().join("script.sh"), script).unwrap();
        let documented: Value = serde_json::from_str(request).unwrap();
        let word = |name: &str| documented[name].as_str().unwrap().to_owned();
        let (face, act) = (word("face"), word("act"));
        if act == "change" {
            let held = "{\"ok\":{\"accepted\":[{\"text\":\"token-17\"}]}}\n";
            fs::write(folder.path().join("accepted"), held).unwrap();
        }
        let is_refused = answer.contains("\"error\"");
        ask(&face, &act, program(folder.path(), &["sh", "script.sh"]), is_refused);
        let written = fs::read_to_string(folder.path().join("request")).unwrap();
        assert_eq!(written, format!("{request}\n"), "{face} {act}");
        told.insert((face, act));
    }
    let acts = LOOKS.iter().chain(&CHANGES);
    let all: BTreeSet<(String, String)> = acts
        .flat_map(|(face, acts)| acts.iter().map(|act| ((*face).to_owned(), (*act).to_owned())))
        .collect();
    assert_eq!(told, all);
}

#[test]
fn the_page_has_every_code_and_limit() {
    use keyroll::backend::command::{ANSWER_LIMIT, TIME_LIMITS};
    use keyroll::world::public_text::PUBLIC_TEXT_LIMIT;
    let page = read("docs/commands.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(rows.collect::<Vec<_>>(), Code::ALL.map(|(word, _)| word));
    assert!(page.contains(&format!("longer than {} MiB", ANSWER_LIMIT >> 20)));
    assert!(page.contains(&format!("at most {PUBLIC_TEXT_LIMIT} bytes")));
    let site = read("docs/site.md");
    let [least, most] = [TIME_LIMITS.start(), TIME_LIMITS.end()].map(|time| time.as_secs());
    assert!((least, most) == (1, 3600) && site.contains("from `\"1s\"` to `\"1h\"`"));
}
