//! What `abort`, `retry`, `skip`, `amend` and `handover` say and do.

use std::{fs, os::unix::process::ExitStatusExt, path::Path, process::Stdio};

use serde_json::Value;

use crate::runs::{Place, Said, plan};

const WHO: &str = "--as tenant_admin --person Ada --because late --yes";

fn json(said: Said) -> Value {
    serde_json::from_str(&said.out).unwrap()
}

fn run_of(place: &Place) -> String {
    json(place.keyroll("status --format json").ends(0))["run"].as_str().unwrap().to_owned()
}

/// A run of two keys that waits for the receiver's people before this step of theirs.
fn waiting_before(step: &str) -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    for next in ["provide_certificate", "confirm_trust", "announce_exchange"] {
        if next == step {
            break;
        }
        place.keyroll(&format!("confirm {next} --as receiver_admin")).ends(0);
        place.run();
    }
    place
}

/// Every entry of a keystore as OpenSSL shows it, private keys included, by alias.
fn entry(place: &Place, alias: &str) -> String {
    let words = ["pkcs12", "-in", "tenant.p12", "-nodes", "-passin", "file:password"];
    let out = place.tool("openssl", &words).out;
    let mut found = String::new();
    for bag in out.split("Bag Attributes").filter(|bag| bag.contains(&format!("friendlyName: {alias}\n"))) {
        // Which pair a certificate belongs to is told by a number that means nothing by itself.
        let lines = bag.lines().filter(|line| !line.contains("localKeyID"));
        found.extend(lines.map(|line| format!("{line}\n")));
    }
    assert!(found.contains("PRIVATE KEY"), "{alias}: {out}");
    found
}

fn entries(place: &Place) -> Vec<String> {
    let listed =
        json(place.keyroll("keystore list tenant.p12 --password file:password --format json").ends(0));
    let rows = listed["entries"].as_array().unwrap().iter();
    rows.map(|row| row["alias"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_way_back_is_shown_and_taken_only_when_that_is_said() {
    let place = waiting_before("announce_exchange");
    let (run, before) = (run_of(&place), place.files());
    let shown = place.keyroll("abort --as tenant_admin").ends(0);
    assert!(shown.out.contains("the way back, proved"), "{}", shown.out);
    assert!(shown.out.contains("restore tenant[\"orders-signer\"] to old"), "{}", shown.out);
    assert!(
        shown.err.contains(&format!("keyroll abort {run} --as tenant_admin --person NAME")),
        "{}",
        shown.err
    );
    assert_eq!(place.files(), before, "to look changes nothing");
    assert_eq!(run_of(&place), run);
    // Who, why and that it is meant: none goes without the others.
    for line in ["--yes", "--yes --because x", "--yes --person Ada"] {
        place.keyroll(&format!("abort --as tenant_admin {line}")).ends(2);
    }
    let told = json(place.keyroll("abort --as tenant_admin --format json").ends(0));
    assert_eq!((&told["way"], &told["taken"]), (&Value::from("back"), &Value::from(false)), "{told}");
    assert_eq!(told["told"], serde_json::json!(["receiver_admin"]), "{told}");
    assert_eq!(told["steps"][0]["step"], "stop_report");
    assert_eq!(run_of(&place), run);
    // An earlier keyroll goes on with a journal until a run has left its plan in it.
    assert_eq!(version(&place), "1");
    place.keyroll(&format!("abort {WHO}")).ends(0);
    assert_eq!(run_of(&place), format!("{run}.2"));
    assert_eq!(version(&place), "2");
    place.keyroll(&format!("abort {WHO}")).ends(2).says("on its way back already");
}

fn version(place: &Place) -> String {
    let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
    journal.query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0)).unwrap()
}

#[test]
fn people_go_back_as_they_went_forward() {
    let place = waiting_before("announce_exchange");
    assert!(entries(&place).contains(&"orders-signer-backup".to_owned()), "{:?}", entries(&place));
    let old = entry(&place, "orders-signer-backup").replace("orders-signer-backup", "orders-signer");
    place.keyroll(&format!("abort {WHO}")).ends(0);
    // The flow stays as it is until the partner has said that nothing more is done.
    place.keyroll("run").ends(3).says("waits for receiver_admin");
    assert!(entries(&place).contains(&"orders-signer-backup".to_owned()));
    let inbox = place.keyroll("inbox --as receiver_admin").ends(0);
    assert!(inbox.out.contains("stop_report"), "{}", inbox.out);
    place.keyroll("confirm acknowledge_stop --as receiver_admin").ends(0);
    for _ in 0..12 {
        let said = place.keyroll("run");
        if said.exit == 0 {
            break;
        }
        let said = said.ends(3);
        let inbox = json(place.keyroll("inbox --as receiver_admin --format json").ends(0));
        for wait in inbox["waits"].as_array().unwrap() {
            let step = wait["step"].as_str().unwrap();
            place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        }
        assert!(said.out.contains("waits"), "{}", said.out);
    }
    let status = place.keyroll("status").ends(0).out;
    assert!(status.contains(", done"), "{status}");
    assert_eq!(entry(&place, "orders-signer"), old);
    let left = entries(&place);
    assert!(
        !left.contains(&"orders-signer-backup".to_owned()) && left.contains(&"orders-signer-next".to_owned())
    );
    assert!(!place.folder.join("tenant.p12.held").exists(), "what it held is free");
    // The same command begins nothing anew; that has to be said.
    place.run().ends(0).says("is done already");
}

#[test]
fn what_somebody_may_have_done_by_hand_is_asked() {
    let text = plan("two-keys.renewal");
    let place = Place::of(&text);
    place.played_by_a_person("receiver_admin");
    let site = place.read("site.toml");
    let at = site.find("[receivers.partner").unwrap();
    let end = site[at + 1..].find("\n[").map_or(site.len(), |end| at + 1 + end);
    let manual = format!("{}[receivers.partner]\nbackend = \"manual\"\n{}", &site[..at], &site[end..]);
    place.write("site.toml", manual);
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3).says("trust_both");
    let asked = place.keyroll(&format!("abort {WHO}")).ends(3);
    assert!(asked.out.contains("has receiver_admin done `trust_both`"), "{}", asked.out);
    let told = json(place.keyroll("abort --as tenant_admin --format json").ends(3));
    assert_eq!(told["asked"], serde_json::json!(["trust_both"]));
    let told = json(place.keyroll("abort --as tenant_admin --not-done trust_both --format json").ends(0));
    assert_eq!(
        (&told["way"], &told["told"]),
        (&"back".into(), &serde_json::json!(["receiver_admin"])),
        "{told}"
    );
    // Done, it has to be taken back.
    place.keyroll("confirm trust_both --as receiver_admin").ends(0);
    let told = json(place.keyroll("abort --as tenant_admin --format json").ends(0));
    let acts = told["steps"].to_string();
    assert!(acts.contains("replace new by old at partner"), "{acts}");
}

#[test]
fn what_was_done_without_a_record_is_seen_and_what_nobody_expects_stops_it() {
    let place = waiting_before("confirm_trust");
    // Somebody takes the old certificate away, long before that is anybody's turn.
    for file in fs::read_dir(place.folder.join("partner-trust")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let said = place.keyroll(&format!("abort {WHO}")).ends(6);
    assert!(said.err.contains("the world is not as recorded"), "{}", said.err);
    assert!(!run_of(&place).ends_with(".2"));
}

#[test]
fn a_run_that_changed_nothing_is_over_at_once() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.played_by_a_person("tenant_admin");
    place.run().ends(3);
    let before = fs::read(place.folder.join("tenant.p12")).unwrap();
    place.keyroll(&format!("abort {WHO}")).ends(0).says("nothing is to be taken back");
    assert_eq!(fs::read(place.folder.join("tenant.p12")).unwrap(), before);
    assert!(!place.folder.join("tenant.p12.held").exists());
    let status = place.keyroll("status").ends(0).out;
    assert!(status.contains(", called off"), "{status}");
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(2).says("has left this plan");
    place.keyroll("inbox --as tenant_admin").ends(0).says("nothing waits");
    place.keyroll(&format!("abort {WHO}")).ends(2).says("nothing to call off");
    place.keyroll("run").ends(0).says("is over");
}

#[test]
fn killed_on_its_way_back_a_run_comes_to_the_same_end() {
    let place = waiting_before("announce_exchange");
    let old = entry(&place, "orders-signer-backup").replace("orders-signer-backup", "orders-signer");
    // The program is killed at whatever it does, again and again; in between the people act.
    let mut cut = 0;
    let mut killed = |words: &[&str]| {
        for microseconds in (500..40_000).step_by(2_300) {
            let mut child = place.program(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_micros(microseconds));
            child.kill().unwrap();
            cut += usize::from(child.wait().unwrap().signal() == Some(9));
        }
    };
    let words: Vec<&str> = ["abort"].into_iter().chain(WHO.split_whitespace()).collect();
    killed(&words);
    // Whether the last one took it is for the journal to say.
    if !run_of(&place).ends_with(".2") {
        place.keyroll(&format!("abort {WHO}")).ends(0);
    }
    for _ in 0..12 {
        killed(&["run"]);
        if place.keyroll("run").exit == 0 {
            break;
        }
        let inbox = json(place.keyroll("inbox --as receiver_admin --format json").ends(0));
        for wait in inbox["waits"].as_array().unwrap() {
            let step = wait["step"].as_str().unwrap();
            place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        }
    }
    assert!(cut > 20, "{cut} were killed");
    assert!(place.keyroll("status").ends(0).out.contains(", done"));
    assert_eq!(entry(&place, "orders-signer"), old);
    assert!(!place.folder.join("tenant.p12.held").exists());
}

#[test]
fn another_run_on_the_same_keystore_stays_as_it_is() {
    let place = waiting_before("announce_exchange");
    // A second renewal, of another alias, by another flow, through the same journal.
    let text = plan("two-keys.renewal")
        .replace("plan xml-signature-two-keys", "plan other-renewal")
        .replace("\"orders-signer\"", "\"other-signer\"");
    place.write("other.renewal", &text);
    let site = place.read("site.toml");
    place.write(
        "other.toml",
        site.replace("partner-trust", "other-trust").replace("orders-flow", "other-flow"),
    );
    let create =
        "keystore create tenant.p12 --alias other-signer --subject CN=other --password file:password";
    place.keyroll(create).ends(0);
    let trust = place.folder.join("other-trust");
    fs::create_dir(&trust).unwrap();
    copied(&place.folder.join("orders-flow"), &place.folder.join("other-flow"));
    let export = "keystore export tenant.p12 --alias other-signer --password file:password --output other-trust/other.pem";
    place.keyroll(export).ends(0);
    place.keyroll("run other.renewal --site other.toml").ends(3);
    let names = ["other-signer", "other-signer-next"];
    let before: Vec<String> = names.iter().map(|alias| entry(&place, alias)).collect();
    let runs = json(place.keyroll("status --format json --site site.toml").ends(0));
    let other = runs["run"].as_str().unwrap().to_owned();
    assert!(other.starts_with("other-renewal"), "{other}");
    let mine = fs::read_to_string(place.folder.join("tenant.p12.held")).unwrap();
    let claim: Value = serde_json::from_str(&mine).unwrap();
    let runs = claim["runs"].as_array().unwrap().iter().map(|run| run["run"].as_str().unwrap().to_owned());
    let mine = runs.clone().find(|run| run.starts_with("xml-signature")).unwrap();
    place.keyroll(&format!("abort {mine} {WHO}")).ends(0);
    for _ in 0..12 {
        if place.keyroll(&format!("run --run {mine}")).exit == 0 {
            break;
        }
        let inbox =
            json(place.keyroll(&format!("inbox --as receiver_admin --format json --run {mine}")).ends(0));
        for wait in inbox["waits"].as_array().unwrap() {
            let step = wait["step"].as_str().unwrap();
            place.keyroll(&format!("confirm {step} --as receiver_admin --run {mine}")).ends(0);
        }
    }
    assert!(place.keyroll(&format!("status --run {mine}")).ends(0).out.contains(", done"));
    let after: Vec<String> = names.iter().map(|alias| entry(&place, alias)).collect();
    assert_eq!(after, before);
    let claim = fs::read_to_string(place.folder.join("tenant.p12.held")).unwrap();
    assert!(claim.contains(&other) && !claim.contains(&mine), "{claim}");
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let to = to.join(entry.file_name().unwrap());
        if entry.is_dir() { copied(&entry, &to) } else { _ = fs::copy(&entry, &to).unwrap() }
    }
}

#[test]
fn a_step_that_was_declined_is_tried_again() {
    let place = waiting_before("provide_certificate");
    place.keyroll("retry confirm_trust --as receiver_admin").ends(2).says("neither failed nor was declined");
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    place.keyroll("reject confirm_trust --as receiver_admin --because holidays").ends(0);
    assert!(place.keyroll("status").ends(0).out.contains("declined"));
    place.keyroll("retry confirm_trust --as receiver_admin --person Ben").ends(0);
    assert!(!place.keyroll("status").ends(0).out.contains("declined"));
    place.keyroll("retry create_key --as tenant_admin").ends(2).says("done already");
    place.keyroll("retry nothing --as tenant_admin").ends(2).says("no step `nothing`");
}

#[test]
fn a_step_is_left_out_only_where_the_rest_is_proved_without_it() {
    let text = plan("two-keys.renewal").replace(
        "step retire_old",
        "step note_it by tenant_admin {\n  after exchange_key\n  inform receiver_admin\n}\n\nstep retire_old",
    );
    let place = Place::of(&text);
    place.played_by_a_person("receiver_admin");
    place.played_by_a_person("tenant_admin");
    place.run().ends(3);
    let how = "--as tenant_admin --person Ada --because unneeded";
    // Without the trust in both the exchange would let messages be rejected.
    for step in ["trust_both", "announce_exchange", "exchange_key"] {
        let said = place.keyroll(&format!("skip {step} {how}"));
        assert!(matches!(said.exit, 1 | 8), "{step}: {} {} {}", said.exit, said.out, said.err);
        assert!(!run_of(&place).ends_with(".2"), "{step}");
    }
    let run = run_of(&place);
    place.keyroll(&format!("skip note_it {how}")).ends(0);
    assert_eq!(run_of(&place), format!("{run}.2"));
    let status = place.keyroll("status").ends(0).out;
    assert!(
        !status.contains("note_it") && status.contains("done        tenant_admin           create_key"),
        "{status}"
    );
    place.keyroll(&format!("skip create_key {how}")).ends(2).says("never begun");
    assert_eq!(run_of(&place), format!("{run}.2"));
}

#[test]
fn a_run_moves_to_another_plan_when_the_rest_of_it_is_proved() {
    let place = waiting_before("confirm_trust");
    let run = run_of(&place);
    let how = "--as tenant_admin --person Ada --because agreed";
    let hasty: String = place
        .read("plan.renewal")
        .lines()
        .filter(|line| !line.contains("drained of old"))
        .map(|l| format!("{l}\n"))
        .collect();
    place.write("hasty.renewal", hasty);
    let said = place.keyroll(&format!("amend {run} hasty.renewal {how}")).ends(1);
    assert!(said.err.contains("not taken down"), "{}", said.err);
    assert_eq!(run_of(&place), run);
    let longer = place.read("plan.renewal").replace(
        "promise orders never rejected",
        "step report_retired by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}\n\npromise orders never rejected",
    );
    place.write("longer.renewal", longer);
    let told = json(place.keyroll(&format!("amend {run} longer.renewal {how} --format json")).ends(0));
    assert_eq!(told["part"], format!("{run}.2"));
    let done = told["done"].to_string();
    assert!(done.contains("create_key") && done.contains("provide_certificate"), "{told}");
    assert!(told["open"].to_string().contains("report_retired"), "{told}");
    for _ in 0..12 {
        if place.keyroll("run").exit == 0 {
            break;
        }
        let inbox = json(place.keyroll("inbox --as receiver_admin --format json").ends(0));
        for wait in inbox["waits"].as_array().unwrap() {
            let step = wait["step"].as_str().unwrap();
            place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        }
    }
    let status = place.keyroll("status").ends(0).out;
    assert!(status.contains(", done") && status.matches(" done ").count() == 8, "{status}");
}

#[test]
fn a_run_is_handed_over_with_a_page() {
    let place = waiting_before("provide_certificate");
    let run = run_of(&place);
    let page = place.keyroll("handover --to Ben --person Ada --as tenant_admin").ends(0).out;
    for words in [
        "Handed over to Ben by Ada",
        "of 7 steps are done",
        "## What comes next",
        "waits for receiver_admin",
        "No step says until when",
        &format!("keyroll abort {run} --as tenant_admin"),
    ] {
        assert!(page.contains(words), "{words}:\n{page}");
    }
    let told = json(place.keyroll("handover --to Ben --person Ada --as tenant_admin --format json").ends(0));
    assert_eq!((&told["to"], &told["by"]), (&"Ben".into(), &"Ada".into()));
    place.keyroll("handover --to Ben --as tenant_admin").ends(2);
}

#[test]
fn no_secret_is_said_or_kept_by_a_run_that_is_called_off() {
    let place = waiting_before("announce_exchange");
    let password = place.read("password");
    let mut said = String::new();
    for line in [
        "abort --as tenant_admin".to_owned(),
        format!("abort {WHO} --format json"),
        "run -v".to_owned(),
        "handover --to Ben --person Ada --as tenant_admin".to_owned(),
        "status --format json".to_owned(),
    ] {
        let one = place.keyroll(&line);
        said.push_str(&one.out);
        said.push_str(&one.err);
    }
    let journal = fs::read(place.folder.join("keyroll.db")).unwrap();
    let log = fs::read(place.folder.join("keyroll.db-wal")).unwrap_or_default();
    let kept = String::from_utf8_lossy(&journal).into_owned() + &String::from_utf8_lossy(&log);
    for text in [&said, &kept] {
        assert!(!text.contains(password.trim()) && !text.contains("PRIVATE KEY"));
    }
    assert!(kept.contains("continued"), "the journal holds the way back");
}
