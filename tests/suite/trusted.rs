//! Trust in a site that has programs started: given by its digest, taken by any change of it or of them.

#![cfg(test)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use serde_json::Value;

use crate::{
    commands::{Shop, trust},
    runs::{
        Place, Said,
        canaries::{betrays, of_store},
    },
};

/// A shop that nobody has trusted yet.
fn untrusted() -> Shop {
    let shop = Shop::new();
    fs::remove_file(shop.folder.join("site.toml.trust")).unwrap();
    shop
}

fn digest(shop: &Shop) -> String {
    let shown = shop.keyroll("site show --format json").ends(0).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    shown["digest"].as_str().unwrap().to_owned()
}

/// The verbs that start programs.
const STARTS: [&str; 4] = [
    "dry-run tokens.renewal",
    "rehearse tokens.renewal --site site.toml --messages 20 --rate 50",
    "watch tokens.renewal",
    "run tokens.renewal",
];

/// A program that tells that it was started.
fn tells_of_itself(shop: &Shop) {
    let text = fs::read_to_string(shop.folder.join("tokens.sh")).unwrap();
    shop.write("tokens.sh", &text.replacen("set -eu\n", "set -eu\n: >started\n", 1));
}

fn was_started(shop: &Shop) -> bool {
    shop.folder.join("started").exists()
}

#[test]
fn nothing_is_started_before_somebody_has_trusted_the_site() {
    let shop = untrusted();
    tells_of_itself(&shop);
    for line in STARTS {
        let said = shop.keyroll(line).ends(1);
        assert!(said.err.contains("keyroll::untrusted"), "{line}: {}", said.err);
        assert!(said.err.contains("site.toml:"), "it points nowhere: {}", said.err);
        assert!(!was_started(&shop), "{line}");
        assert!(!shop.folder.join("keyroll.db").exists(), "{line}");
    }
    shop.keyroll("site check tokens.renewal").ends(0).says("not asked: the site is not trusted");
    let shown = shop.keyroll("site show").ends(0);
    assert!(shown.out.contains("tokens.sh (") && shown.out.contains("trusted   not yet"), "{}", shown.out);
    assert!(!was_started(&shop));
    let digest = digest(&shop);
    shop.keyroll(&format!("site trust {digest}")).ends(0).says("trusted   since");
    shop.keyroll("site check tokens.renewal").ends(0).says("token");
    assert!(was_started(&shop));
    for line in STARTS {
        shop.keyroll(line).ends(0);
    }
}

/// A run that waits looks at the site, too, before it goes on, is called off, or moves.
#[test]
fn a_run_that_waits_starts_nothing_that_nobody_trusts_any_more() {
    let shop = Shop::new();
    let site = fs::read_to_string(shop.folder.join("site.toml")).unwrap();
    shop.write("site.toml", &site.replacen("automatic = true", "automatic = false", 1));
    shop.is_trusted();
    shop.keyroll("run tokens.renewal").ends(3);
    tells_of_itself(&shop);
    let shown = shop.keyroll("status --format json").out;
    let run = shown.split("\"run\":\"").nth(1).and_then(|run| run.split('"').next()).unwrap();
    let by = "--as operations --person Ada --because later";
    for line in [
        "run".to_owned(),
        "run tokens.renewal".to_owned(),
        "abort --as operations".to_owned(),
        format!("amend {run} tokens.renewal {by}"),
    ] {
        let said = shop.keyroll(&line).ends(6);
        assert!(said.err.contains("is not the one that was trusted"), "{line}: {}", said.err);
        assert!(!was_started(&shop), "{line}");
    }
    shop.is_trusted();
    shop.keyroll("abort --as operations");
    assert!(was_started(&shop));
}

/// What moved is named, for the site and for each program; nothing is started meanwhile.
#[test]
fn a_change_of_the_site_or_of_a_program_takes_the_trust_away() {
    let shop = Shop::new();
    let moved = |words: &str| {
        for line in STARTS {
            let said = shop.keyroll(line).ends(6);
            assert!(said.err.contains("is not the one that was trusted"), "{line}: {}", said.err);
            assert!(said.err.contains(words), "{line}: {words}: {}", said.err);
        }
        assert!(!was_started(&shop));
        let shown: Value =
            serde_json::from_str(&shop.keyroll("site show --format json").ends(0).out).unwrap();
        assert_eq!(shown["trust"], "moved");
        assert!(shown["moved"][0].as_str().unwrap().contains(words), "{shown}");
    };
    let (site, program) = ("site.toml", "tokens.sh");
    let read = |name: &str| fs::read_to_string(shop.folder.join(name)).unwrap();
    let (site_was, program_was) = (read(site), read(program));
    shop.write(site, &site_was.replace("capacity = 2", "capacity = 3"));
    moved("what the site binds: trusted on");
    // Blanks and comments bind nothing.
    shop.write(site, &format!("# looked at\n\n{site_was}"));
    shop.keyroll("dry-run tokens.renewal").ends(0);
    tells_of_itself(&shop);
    moved("tokens.sh: trusted on");
    // As it was, it is trusted again, without a word.
    shop.write(program, &program_was);
    shop.keyroll("dry-run tokens.renewal").ends(0);
    // Another program in the place of one of them.
    fs::copy(shop.folder.join(program), shop.folder.join("other.sh")).unwrap();
    shop.write(site, &site_was.replacen("./tokens.sh", "./other.sh", 1));
    moved("what the site binds");
    let said = shop.keyroll("run tokens.renewal").ends(6);
    assert!(said.err.contains("other.sh is started, and was not when the site was trusted"), "{}", said.err);
    trust(&shop.folder);
    shop.keyroll("run tokens.renewal").ends(0);
}

/// The script that a shell reads is as much a program as the shell.
#[test]
fn a_script_that_a_program_reads_counts() {
    let shop = Shop::new();
    shop.behind("exec sh tokens.sh \"$@\"\n", "");
    shop.keyroll("dry-run tokens.renewal").ends(0);
    shop.write("front.sh", ": >started\nexec sh tokens.sh \"$@\"\n");
    shop.keyroll("dry-run tokens.renewal").ends(6).says("front.sh: trusted on");
    assert!(!was_started(&shop));
}

#[test]
fn only_the_digest_of_what_is_there_is_trusted() {
    let shop = untrusted();
    let right = digest(&shop);
    let other = right.replace(char::is_alphabetic, "0");
    for (word, exit, says) in [
        ("12ab", 2, "is no digest"),
        ("nonsense", 2, "is no digest"),
        (&right[..63], 2, "is no digest"),
        (other.as_str(), 6, "are not those of that digest"),
    ] {
        shop.keyroll(&format!("site trust {word}")).ends(exit).says(says);
        assert!(!shop.folder.join("site.toml.trust").exists(), "{word}");
    }
    // Between the look and the word somebody changed it.
    tells_of_itself(&shop);
    shop.keyroll(&format!("site trust {right}")).ends(6);
    shop.keyroll("dry-run tokens.renewal").ends(1);
    shop.keyroll(&format!("site trust {}", digest(&shop).to_uppercase())).ends(0);
    shop.keyroll("dry-run tokens.renewal").ends(0);
    // Once more is no harm.
    let word = fs::read(shop.folder.join("site.toml.trust")).unwrap();
    shop.keyroll(&format!("site trust {}", digest(&shop))).ends(0);
    assert_eq!(fs::read(shop.folder.join("site.toml.trust")).unwrap(), word);
}

/// From another folder, and under another name.
#[test]
fn a_site_is_trusted_wherever_it_is_called_from() {
    let shop = untrusted();
    let outside = shop.folder.parent().unwrap();
    let keyroll = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        Said::of(command.args(line.split(' ')).current_dir(outside).env("TZ", "UTC").output().unwrap())
    };
    let said = keyroll("dry-run shop/tokens.renewal --site shop/site.toml").ends(1);
    assert!(said.err.contains("--site shop/site.toml"), "{}", said.err);
    keyroll(&format!("site trust {} --site shop/site.toml", digest(&shop))).ends(0);
    keyroll("dry-run shop/tokens.renewal --site shop/site.toml").ends(0);
    shop.keyroll("dry-run tokens.renewal").ends(0);
    // Another site beside it is another one.
    fs::copy(shop.folder.join("site.toml"), shop.folder.join("second.toml")).unwrap();
    shop.keyroll("dry-run tokens.renewal --site second.toml").ends(1);
}

/// A folder that is copied or unpacked brings no trust along.
#[test]
fn trust_does_not_travel_with_a_folder() {
    let shop = Shop::new();
    let copy = shop.folder.parent().unwrap().join("copy");
    let made = Command::new("cp").args(["-a"]).arg(&shop.folder).arg(&copy).status().unwrap();
    assert!(made.success());
    let keyroll = |folder: &Path, line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        Said::of(command.args(line.split(' ')).current_dir(folder).env("TZ", "UTC").output().unwrap())
    };
    let said = keyroll(&copy, "dry-run tokens.renewal").ends(1);
    assert!(said.err.replace(['\n', '│'], " ").contains("not believed"), "{}", said.err);
    shop.keyroll("dry-run tokens.renewal").ends(0);
    fs::set_permissions(shop.folder.join("site.toml.trust"), fs::Permissions::from_mode(0o644)).unwrap();
    shop.keyroll("dry-run tokens.renewal").ends(1).says("keyroll::untrusted");
}

#[test]
fn a_site_without_programs_needs_no_trust() {
    let place = Place::two_keys();
    let shown = place.keyroll("site show").ends(0);
    assert!(shown.out.contains("it has nothing started"), "{}", shown.out);
    let digest = shown.out.lines().next().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    place.keyroll(&format!("site trust {digest}")).ends(0).says("nothing to trust");
    assert!(!place.folder.join("site.toml.trust").exists());
    place.run().ends(0);
}

#[test]
fn a_program_that_is_not_there_cannot_be_trusted() {
    let shop = untrusted();
    fs::remove_file(shop.folder.join("tokens.sh")).unwrap();
    for line in ["site show", "site trust 0000000000000000000000000000000000000000000000000000000000000000"] {
        shop.keyroll(line).ends(5).says("tokens.sh is no file that may be executed");
    }
    shop.keyroll("dry-run tokens.renewal").ends(5);
}

/// Nothing of the commands about sites shows a secret, and no file that they write holds one.
#[test]
fn no_secret_comes_out_of_the_commands_about_sites() {
    let place = Place::two_keys();
    let words = ["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nodes", "-nocerts"];
    let secrets = of_store(&place.read("password"), &place.tool("openssl", &words).out);
    assert!(secrets.len() > 3);
    let lines = ["site check plan.renewal", "site show", "watch plan.renewal", "dry-run plan.renewal"];
    let all = lines.iter().flat_map(|line| [(*line).to_owned(), format!("{line} --format json")]);
    for line in all.chain(["dry-run plan.renewal --save approval.json".to_owned()]) {
        let said = place.keyroll(&line).ends(0);
        assert_eq!(betrays(format!("{}{}", said.out, said.err).as_bytes(), &secrets), None, "{line}");
    }
    assert_eq!(betrays(&fs::read(place.folder.join("approval.json")).unwrap(), &secrets), None);
    place.write("password", "another-canary-9");
    for line in ["site check plan.renewal", "site check plan.renewal --format json"] {
        let said = place.keyroll(line).ends(1);
        assert!(said.out.contains("site_password") || said.err.contains("site_password"), "{said:?}");
        assert!(!format!("{said:?}").contains("another-canary"), "{said:?}");
    }
    place.edit("site.toml", "file:password", "env:KEYROLL_CANARY");
    let mut command = place.program(&["site", "check", "plan.renewal", "--format", "json"]);
    let said = Said::of(command.env("KEYROLL_CANARY", "third-canary-7").output().unwrap()).ends(1);
    assert!(said.out.contains("KEYROLL_CANARY") && !format!("{said:?}").contains("third-canary"));
    // The secrets of tokens are their program's, and what it is given stays out of the word of trust.
    let shop = Shop::new();
    let vault = fs::read_to_string(shop.folder.join("state/vault")).unwrap();
    let secret = vault.trim_end().rsplit('\t').next().unwrap();
    assert_eq!(secret.len(), 48);
    for line in ["site check tokens.renewal", "site show", "site check tokens.renewal --format json"] {
        let said = shop.keyroll(line).ends(0);
        assert!(!format!("{said:?}").contains(secret), "{line}");
    }
    assert!(!fs::read_to_string(shop.folder.join("site.toml.trust")).unwrap().contains(secret));
}
