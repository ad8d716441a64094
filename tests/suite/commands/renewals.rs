//! Whole renewals through programs.

use std::{collections::BTreeMap, fs};

use keyroll::backend::{
    command::{CHANGES, CommandFlow, CommandKeystore, CommandReceiver, LOOKS},
    deployer::{Deployer, FlowState},
    keystore::Keystore,
    receiver::Receiver,
};
use keyroll::world::material::KeyType;
use serde_json::Value;

use super::{Shop, alias, example, program, spec};
use crate::runs::Place;

/// Writes each request down and passes it on.
const RECORDER: &str = "IFS= read -r line\nprintf '%s\\n' \"$line\" >>requests\n\
    printf '%s\\n' \"$line\" | exec sh tokens.sh \"$@\"\n";

/// How often each act was asked for, by face and act.
fn requests(shop: &Shop) -> BTreeMap<(String, String), usize> {
    let mut acts = BTreeMap::new();
    for line in shop.read("requests").lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        assert_eq!(request["keyroll"], 1);
        let word = |name: &str| request[name].as_str().unwrap().to_owned();
        *acts.entry((word("face"), word("act"))).or_default() += 1;
    }
    acts
}

fn is_among(table: &[(&str, &[&str])], (face, act): &(String, String)) -> bool {
    table.iter().any(|(known, acts)| known == face && acts.contains(&act.as_str()))
}

#[test]
fn a_dry_run_only_looks() {
    let shop = Shop::new();
    shop.behind(RECORDER, "");
    let before = shop.read("state/vault");
    shop.keyroll("fmt --check tokens.renewal api-tokens.renewal").ends(0);
    shop.keyroll("prove tokens.renewal").ends(0).says("api-token: proved");
    let said = shop.keyroll("dry-run tokens.renewal --save approval.json").ends(0);
    for words in [
        "would do    create",
        "would do    try_out",
        "issue new in vault as \"orders-api-next\"",
        "would do    retire ",
        "would do    destroy",
        "new: will be opaque, as its command makes it",
        "old: opaque, token-",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let acts = requests(&shop);
    let wrong: Vec<_> = acts.keys().filter(|act| !is_among(&LOOKS, act)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for look in [("keystore", "entry"), ("receiver", "accepted"), ("flow", "state"), ("fact", "state")] {
        assert!(acts[&(look.0.to_owned(), look.1.to_owned())] > 0, "{acts:?}");
    }
    assert_eq!(shop.read("state/vault"), before);
    // What was approved is run.
    shop.keyroll("run tokens.renewal --approved approval.json").ends(0);
    shop.is_renewed();
}

#[test]
fn a_token_is_renewed_while_calls_with_the_old_one_are_under_way() {
    let shop = Shop::new();
    shop.behind(RECORDER, "");
    let old = shop.old.text().unwrap().as_str().to_owned();
    shop.write("state/under_way", &format!("{old}\n"));
    let said = shop.run().ends(3);
    assert!(said.out.contains("waits for") && said.out.contains("old"), "{}", said.out);
    let vault = shop.vault();
    assert_eq!(vault.len(), 2, "the old one is kept: {vault:?}");
    assert_eq!(shop.read("state/accepted").lines().count(), 2);
    // Nothing is asked of a program by those who only read the journal.
    let asked = requests(&shop);
    shop.keyroll("status").ends(0);
    shop.keyroll("why retire").ends(0);
    shop.keyroll("inbox --as gateway_team").ends(0);
    assert_eq!(requests(&shop), asked);

    shop.write("state/under_way", "");
    shop.run().ends(0);
    shop.is_renewed();
    let acts = requests(&shop);
    let changes: Vec<_> = acts.iter().filter(|(act, _)| is_among(&CHANGES, act)).collect();
    let told: Vec<(&str, &str, usize)> =
        changes.iter().map(|((face, act), count)| (face.as_str(), act.as_str(), **count)).collect();
    let once = |act| ("keystore", act, 1);
    let wanted = [
        ("fact", "bring_to", 1),
        ("flow", "test", 1),
        once("create"),
        once("exchange"),
        once("remove"),
        ("receiver", "change", 2),
    ];
    assert_eq!(told, wanted);
    let count: usize = acts.values().sum();
    println!("{count} requests, {} of them looks", count - 7);
    // And once more, it is done already.
    shop.run().ends(0);
}

#[test]
fn a_gateway_that_rejects_the_new_token_stops_the_renewal_before_the_exchange() {
    let shop = Shop::new();
    let deaf = "IFS= read -r line\ncase $line in *'\"act\":\"test\"'*) \
        echo '{\"ok\":{\"rejected\":\"canary of a reason\"}}'; exit;; esac\n\
        printf '%s\\n' \"$line\" | exec sh tokens.sh \"$@\"\n";
    shop.behind(deaf, "");
    let said = shop.run().ends(5);
    assert!(said.err.contains("the program rejects it"), "{}", said.err);
    assert!(!said.err.contains("canary") && !said.out.contains("canary"));
    let old = shop.old.text().unwrap().as_str();
    assert!(shop.vault().iter().any(|[alias, id, _]| alias == "orders-api" && id == old));
    // It is mended, and the renewal goes on.
    shop.write("front.sh", RECORDER);
    shop.run().ends(6).says("front.sh: trusted on");
    shop.is_trusted();
    shop.run().ends(0);
    shop.is_renewed();
}

/// What a person keeps and is no certificate is named by a file with its public text.
#[test]
fn a_token_that_a_person_keeps_is_renewed_too() {
    let shop = Shop::new();
    let site = shop.read("site.toml");
    let vault = "[keystores.vault]\nbackend = \"command\"\ncommand = [\"./tokens.sh\", \"state\"]\n";
    assert!(site.contains(vault));
    let by_hand = "[keystores.vault]\nbackend = \"manual\"\n\n[keys.old]\ncertificate = \"old.txt\"\n";
    shop.write("site.toml", &site.replace(vault, by_hand));
    shop.is_trusted();
    shop.write("old.txt", &shop.old.pem());
    shop.write(
        "new.txt",
        "-----BEGIN KEYROLL PUBLIC TEXT-----\ntoken-18\n-----END KEYROLL PUBLIC TEXT-----\n",
    );
    shop.keyroll("dry-run tokens.renewal").ends(0).says("old: opaque, token-");
    for step in ["create --certificate new.txt", "try_out", "switch", "destroy"] {
        let said = shop.run().ends(3);
        assert!(said.out.contains("waits for operations"), "{step}: {}", said.out);
        shop.keyroll(&format!("confirm {step} --as operations")).ends(0);
    }
    shop.run().ends(0);
    assert_eq!(shop.read("state/accepted"), "token-18\n");
}

/// The stock plan, with key pairs that a program makes and keeps.
#[test]
fn the_stock_plan_goes_through_programs_as_through_files() {
    let place = Place::two_keys();
    fs::copy(example("store.py"), place.folder.join("store.py")).unwrap();
    let command = ["python3", "store.py", "state"];
    let mut tenant = CommandKeystore::new("tenant", program(&place.folder, &command));
    let old = tenant.create_key_pair(&alias("orders-signer"), &spec(KeyType::EcP256, "orders")).unwrap().1;
    let mut partner = CommandReceiver::new("partner", 2, program(&place.folder, &command));
    partner.change(std::slice::from_ref(&old), &[]).unwrap();
    let mut orders = CommandFlow::new("orders", program(&place.folder, &command));
    orders.bring_to(FlowState::Deployed, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let bound = |table: &str, more: &str| {
        format!(
            "[{table}]\nbackend = \"command\"\ncommand = [\"python3\", \"store.py\", \"state\"]\n{more}\n"
        )
    };
    let site = format!(
        "site = 1\n[roles.tenant_admin]\nautomatic = true\n[roles.receiver_admin]\nautomatic = true\n{}{}{}",
        bound("keystores.tenant", "timeout = \"1m\""),
        bound("receivers.partner", "capacity = 2"),
        bound("flows.orders", "")
    );
    place.write("site.toml", site);
    super::trust(&place.folder);
    place.keyroll("dry-run plan.renewal").ends(0).says("ec-p256, CN=orders");
    place.run().ends(0);
    let entries = tenant.entries().unwrap();
    let new = tenant.entry(&alias("orders-signer")).unwrap().unwrap();
    let new = new.certificate().unwrap();
    assert_ne!(*new, old);
    assert_eq!((new.key_type(), new.subject()), (old.key_type(), old.subject()));
    assert_eq!(partner.accepted().unwrap(), std::slice::from_ref(new));
    assert!(entries.iter().any(|entry| entry.certificate() == Some(&old)), "the backup: {entries:?}");
}

/// A rehearsal of the site works on a likeness, in which key pairs stand in for tokens.
#[test]
fn a_site_with_tokens_is_rehearsed_with_stand_ins() {
    let shop = Shop::new();
    shop.behind(RECORDER, "");
    let quick = "--messages 20 --rate 50";
    let said = shop.keyroll(&format!("rehearse tokens.renewal --site site.toml {quick}")).ends(0);
    assert!(said.err.contains("made anew") || said.out.contains("made anew"), "{}\n{}", said.out, said.err);
    let acts = requests(&shop);
    assert!(acts.keys().all(|act| is_among(&LOOKS, act)), "{acts:?}");
    assert!(acts.contains_key(&("keystore".to_owned(), "entries".to_owned())), "{acts:?}");
}

/// Faults of a site with commands that show only when it is bound.
#[test]
fn what_is_not_there_is_said_before_anything_is_done() {
    let shop = Shop::new();
    let site = shop.read("site.toml");
    for (from, to, words) in [
        ("[\"./tokens.sh\"", "[\"./nothing.sh\"", "nothing.sh is no file that may be executed"),
        (
            "[\"./tokens.sh\"",
            "[\"no-such-tool\"",
            "no program `no-such-tool` in /usr/local/bin:/usr/bin:/bin",
        ),
        (
            "capacity = 2",
            "capacity = 2\nenvironment = [\"KEYROLL_TEST_UNSET\"]",
            "`KEYROLL_TEST_UNSET` is not set",
        ),
    ] {
        shop.write("site.toml", &site.replace(from, to));
        for verb in ["dry-run", "run"] {
            let said = shop.keyroll(&format!("{verb} tokens.renewal")).ends(5);
            assert!(said.err.contains(words), "{words}: {}", said.err);
        }
    }
}
