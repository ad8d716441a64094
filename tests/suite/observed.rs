//! What a run observes: how a drain is known, and the promises of its plan in the world.

#![cfg(test)]

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
};

use keyroll::{
    backend::{
        Outcome,
        bench::Bound,
        clock::WallClock,
        keystore::{Entry, Exchange, KeySpec, Keystore, KeystoreError},
        receiver::{Judgement, Message, Receiver, ReceiverError},
    },
    check::Checked,
    journal::{Host, HostError, memory::MemoryHost},
    name::Alias,
    run::{
        bind::bind,
        runner::{Ending, Parts, Runner},
    },
    transition::{
        command::Command,
        event::{Event, Record},
        next::Verdict,
        state::State,
    },
    world::material::{Certificate, Fingerprint},
};
use serde_json::Value;

use crate::runs::{
    Place,
    faults::{Nobody, read},
    plan,
};

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// A run of the two-key plan that waits for the receiver to hear of the exchange.
fn exchanged() -> Place {
    exchanged_by(|place| place.played_by_a_person("receiver_admin"))
}

fn exchanged_by(site: impl FnOnce(&Place)) -> Place {
    let place = Place::two_keys();
    site(&place);
    place.run().ends(3);
    for step in ["provide_certificate", "confirm_trust"] {
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        place.run().ends(3);
    }
    place
}

/// Binds a table of the site to people.
pub(crate) fn by_hand(place: &Place, table: &str) {
    let site = place.read("site.toml");
    let from = site.find(&format!("[{table}]")).unwrap();
    let until = site[from..].find("\n\n").map_or(site.len(), |at| from + at);
    let manual = format!("[{table}]\nbackend = \"manual\"");
    place.write("site.toml", format!("{}{manual}{}", &site[..from], &site[until..]));
}

/// The file of the trust folder that holds the newest certificate, or the oldest one.
fn trusted(place: &Place, newest: bool) -> std::path::PathBuf {
    let files = fs::read_dir(place.folder.join("partner-trust")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    let begins =
        |path: &std::path::PathBuf| Certificate::from_pem(&fs::read(path).unwrap()).unwrap().not_before();
    files.sort_by_key(begins);
    if newest { files.pop().unwrap() } else { files.remove(0) }
}

#[test]
fn a_drain_says_whether_it_was_seen_or_waited_for() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let seen = |line: &str| place.keyroll(line).ends(0).out;
    // The flow still signs with it.
    assert!(!seen("status").contains("drained of old:"), "{}", seen("status"));
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    place.keyroll("confirm confirm_trust --as receiver_admin").ends(0);
    let said = place.run().ends(3);
    assert!(said.err.contains("drained of old (seen)"), "{}", said.err);
    let told = "orders drained of old: seen at ";
    for line in ["status", "why", "why retire_old"] {
        assert!(seen(line).contains(told) && seen(line).contains("nothing was under way"), "{}", seen(line));
    }
    assert!(!seen("why trust_both").contains(told), "it needs none");
    for line in ["status --format json", "why --format json", "why retire_old --format json"] {
        let drained = json(&seen(line))["drained"].clone();
        assert_eq!(drained[0]["how"], "seen", "{line}: {drained}");
        assert_eq!((&drained[0]["flow"], &drained[0]["key"]), (&"orders".into(), &"old".into()));
    }
    assert_eq!(json(&seen("why trust_both --format json"))["drained"], Value::Null);
}

#[test]
fn a_drain_that_nobody_saw_says_that_it_waited() {
    let text = plan("two-keys.renewal").replace("= 24h", "= 1s");
    let place = Place::of(&text);
    by_hand(&place, "flows.orders");
    // It stays until the second has passed.
    let said = place.keyroll("run plan.renewal --follow").ends(0);
    assert!(said.err.contains("drained of old (waited)"), "{}", said.err);
    let told = place.keyroll("status").ends(0).out;
    assert!(
        told.contains("orders drained of old: waited until ") && told.contains("nobody looked"),
        "{told}"
    );
    assert_eq!(json(&place.keyroll("status --format json").ends(0).out)["drained"][0]["how"], "waited");
}

/// The drains of a part that a run has left are told as well.
#[test]
fn a_drain_of_an_earlier_part_is_told_too() {
    let text = format!(
        "{}\nstep tell by receiver_admin {{\n  after retire_old\n  inform tenant_admin\n}}\n",
        plan("two-keys.renewal")
    );
    let place = Place::of(&text);
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    for step in ["provide_certificate", "confirm_trust", "announce_exchange"] {
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        place.run().ends(3);
    }
    assert!(place.keyroll("status").ends(0).out.contains("drained of old: seen at"));
    let run = json(&place.keyroll("status --format json").ends(0).out)["run"].as_str().unwrap().to_owned();
    let who = "--as tenant_admin --person Ada --because agreed --not-done tell";
    place.keyroll(&format!("amend {run} plan.renewal {who}")).ends(0);
    let status = place.keyroll("status --format json").ends(0).out;
    assert!(json(&status)["run"].as_str().unwrap().ends_with(".2"), "{status}");
    assert_eq!(json(&status)["drained"][0]["how"], "seen", "{status}");
}

#[test]
fn a_receiver_that_no_longer_accepts_what_is_signed_stops_the_run() {
    let place = exchanged();
    let (path, away) = (trusted(&place, true), place.folder.join("away.pem"));
    fs::rename(&path, &away).unwrap();
    let before = place.files();
    let said = place.run().ends(4).says("a promise is broken in the world");
    let line =
        place.read("plan.renewal").lines().position(|line| line == "promise orders never rejected").unwrap()
            + 1;
    let told =
        format!("plan.renewal:{line}: orders never rejected: orders signs with new, and partner accepts old");
    assert!(said.err.contains(&told), "{told}:\n{}", said.err);
    assert!(said.err.contains("the way out: let partner accept new again"), "{}", said.err);
    assert!(said.err.contains("keyroll abort --run ") && said.err.contains("keyroll run"), "{}", said.err);
    assert_eq!(place.files(), before, "nothing more is done");
    let told = json(&place.keyroll("run plan.renewal --format json").ends(4).out);
    assert_eq!(told["outcome"], "broken");
    assert_eq!(told["breaches"][0]["line"], line);
    assert_eq!(told["breaches"][0]["promise"], "orders never rejected");
    assert_eq!(told["differences"].as_array().unwrap().len(), 1);
    // It was broken once, however often it was looked at; and stays so when it is mended.
    assert_eq!(told["broken"].as_array().unwrap().len(), 1);
    assert_eq!(json(&place.keyroll("status --format json").ends(0).out)["broken"], told["broken"]);
    fs::rename(&away, &path).unwrap();
    place.run().ends(3);
    place.keyroll("confirm announce_exchange --as receiver_admin").ends(0);
    place.run().ends(4).says("broken: orders never rejected: orders signs with new");
}

/// What is still under way counts, not only what is signed now.
#[test]
fn a_message_under_way_that_would_be_rejected_stops_the_run() {
    let place = exchanged_by(|place| {
        place.played_by_a_person("receiver_admin");
        by_hand(place, "flows.orders");
    });
    fs::remove_file(trusted(&place, false)).unwrap();
    let said = place.run().ends(4);
    let told =
        "orders never rejected: messages of orders signed with old may be under way, and partner accepts new";
    assert!(said.err.contains(told), "{}", said.err);
    assert!(said.err.contains("let partner accept old again"), "{}", said.err);
}

#[test]
fn a_flow_that_is_down_or_signs_with_nothing_breaks_its_promise() {
    let place = exchanged();
    place.edit("orders-flow/flow.json", "\"deployed\"", "\"undeployed\"");
    let said = place.run().ends(4);
    assert!(said.err.contains("orders never interrupted: orders is undeployed"), "{}", said.err);
    assert!(said.err.contains("the way out: deploy orders again"), "{}", said.err);
    place.edit("orders-flow/flow.json", "\"undeployed\"", "\"deployed\"");
    let key = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    place.tool("keytool", &[&["-delete", "-alias", "orders-signer"][..], &key].concat());
    let said = place.run().ends(4);
    assert!(said.err.contains("orders never interrupted: the alias of orders names nothing"), "{}", said.err);
    assert!(said.err.contains("the way out: put back new under tenant[\"orders-signer\"]"), "{}", said.err);
}

/// A world that moved and breaks nothing is told as before.
#[test]
fn a_world_that_moved_and_breaks_no_promise_ends_with_six() {
    let place = exchanged();
    let key = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    place.tool("keytool", &[&["-delete", "-alias", "orders-signer-backup"][..], &key].concat());
    let said = place.run().ends(6).says("the world is not as recorded, and nothing was changed");
    assert!(!said.err.contains("a promise is broken"), "{}", said.err);
    assert_eq!(json(&place.keyroll("status --format json").ends(0).out)["broken"], Value::Array(Vec::new()));
}

#[test]
fn a_promise_over_facts_that_the_world_breaks_is_named_with_its_line() {
    let text = format!(
        "{}\npromise always partner accepts old while tenant[\"orders-signer\"] is old\n",
        plan("two-keys.renewal")
    );
    let text = text.replace("promise orders never rejected\n", "waive orders rejected because \"a test\"\n");
    let place = Place::of(&text);
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    fs::remove_file(trusted(&place, false)).unwrap();
    let said = place.run().ends(4);
    let line =
        place.read("plan.renewal").lines().position(|line| line.starts_with("promise always")).unwrap() + 1;
    let told = format!("plan.renewal:{line}: always partner accepts old while");
    assert!(said.err.contains(&told), "{told}:\n{}", said.err);
    assert!(said.err.contains("partner accepts old: no"), "{}", said.err);
    assert!(!said.err.contains("never rejected"), "it is waived: {}", said.err);
}

/// The bags of the keystore in the clear that carry these names, and no others.
fn entries(place: &Place, alias: &str) -> Vec<String> {
    let words = ["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nodes"];
    let out = place.tool("openssl", &words).out;
    let bags =
        out.split("Bag Attributes").skip(1).filter(|bag| bag.contains(&format!("friendlyName: {alias}")));
    let mut bags: Vec<String> = bags.map(str::to_owned).collect();
    bags.sort();
    bags
}

/// Two runs of one journal work on two aliases of one keystore. A third one that wants an alias that is held waits for
/// its run by name; and when one of the two is called off, what the other one holds stays as it is, to the byte.
#[test]
fn a_run_that_is_called_off_leaves_the_alias_of_another_one_alone() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.edit("site.toml", "capacity = 2", "capacity = 4");
    place
        .keyroll("keystore create tenant.p12 --alias mine --subject CN=mine --password file:password")
        .ends(0);
    let export =
        "keystore export tenant.p12 --alias mine --password file:password --output partner-trust/mine.pem";
    place.keyroll(export).ends(0);
    let text = place.read("plan.renewal");
    let renamed = text.replacen("plan xml-signature-two-keys", "plan other", 1);
    place.write("other.renewal", renamed.replace("orders-signer", "mine"));
    place.write("third.renewal", renamed.replacen("plan other", "plan third", 1));
    let run = |of: &str| {
        let said = place.keyroll(&format!("run {of} --format json"));
        (said.exit, json(&said.out)["run"].as_str().unwrap().to_owned())
    };
    let to_the_exchange = |file: &str, run: &str| {
        for step in ["provide_certificate", "confirm_trust"] {
            place.keyroll(&format!("confirm {step} --as receiver_admin --run {run}")).ends(0);
            place.keyroll(&format!("run {file} --run {run}")).ends(3);
        }
    };
    let (exit, first) = run("plan.renewal");
    assert_eq!(exit, 3);
    let (exit, second) = run("other.renewal");
    assert_eq!(exit, 3);
    to_the_exchange("plan.renewal", &first);
    to_the_exchange("other.renewal", &second);
    let said = place.keyroll("run third.renewal").ends(3);
    assert!(said.out.contains(&format!("waits for run {first} of the journal")), "{}", said.out);
    let (own, others) = (entries(&place, "orders-signer"), entries(&place, "mine"));
    assert!(own.len() >= 4 && others.len() >= 4, "{} and {}", own.len(), others.len());
    place.keyroll(&format!("abort {first} --as tenant_admin --person Ada --because enough --yes")).ends(0);
    for _ in 0..20 {
        let said = place.keyroll(&format!("run --run {first}"));
        if said.exit == 0 {
            break;
        }
        said.ends(3);
        for role in ["receiver_admin", "tenant_admin"] {
            let open = place.keyroll(&format!("inbox --as {role} --run {first} --format json")).ends(0);
            for wait in json(&open.out)["waits"].as_array().unwrap() {
                let step = wait["step"].as_str().unwrap();
                place.keyroll(&format!("confirm {step} --as {role} --run {first}"));
            }
        }
    }
    assert_ne!(entries(&place, "orders-signer"), own, "it went back");
    assert_eq!(entries(&place, "mine"), others);
    // The one that waited comes first now, and the other goes on with what it holds.
    place.keyroll(&format!("confirm announce_exchange --as receiver_admin --run {second}")).ends(0);
    place.keyroll(&format!("run other.renewal --run {second}")).ends(0);
}

/// Nothing that is signed now is recorded as under way: the messages of a pair that came under the alias by hand count too.
#[test]
fn a_pair_that_was_exchanged_by_hand_before_its_time_stops_the_run() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let key = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    for (from, to) in [("orders-signer", "orders-signer-backup"), ("orders-signer-next", "orders-signer")] {
        place.tool("keytool", &[&["-changealias", "-alias", from, "-destalias", to][..], &key].concat());
    }
    let said = place.run().ends(4);
    let told = "orders never rejected: orders signs with new, and partner accepts old";
    assert!(said.err.contains(told), "{}", said.err);
}

/// A receiver that holds nothing any more from some moment on.
#[derive(Debug)]
struct Losing(Box<dyn Receiver>, std::sync::Arc<AtomicBool>);

impl Receiver for Losing {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        let lost = self.1.load(Ordering::Relaxed);
        Ok(self.0.accepted()?.into_iter().take(if lost { 0 } else { usize::MAX }).collect())
    }
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        self.0.change(add, remove)
    }
    fn generate(
        &mut self,
        spec: &KeySpec,
        is_known: &dyn Fn(Fingerprint) -> bool,
    ) -> Result<Certificate, ReceiverError> {
        self.0.generate(spec, is_known)
    }
    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        self.0.judge(message)
    }
    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

/// A keystore during whose exchange the receiver loses what it holds.
#[derive(Debug)]
struct Exchanging(Box<dyn Keystore>, std::sync::Arc<AtomicBool>);

impl Keystore for Exchanging {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        self.0.entry(alias)
    }
    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        self.0.entries()
    }
    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        self.0.create_key_pair(alias, spec)
    }
    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        self.1.store(true, Ordering::Relaxed);
        self.0.exchange(exchange)
    }
    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        self.0.remove(alias, meant)
    }
}

/// A journal in memory, and what happens beside it where it takes something in, or keeps it.
struct Beside<'a> {
    host: MemoryHost,
    taken: &'a dyn Fn(&Record),
    /// Where it says so, so many events do not count.
    kept: &'a dyn Fn(&mut MemoryHost) -> Option<usize>,
}

impl std::fmt::Debug for Beside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.host.fmt(f)
    }
}

impl Host for Beside<'_> {
    fn run(&self) -> &str {
        self.host.run()
    }
    fn state(&self) -> &State {
        self.host.state()
    }
    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        self.host.refresh(checked)
    }
    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.host.submit(checked, record)
    }
    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        (self.taken)(record);
        self.host.take(checked, record)
    }
    fn keep(&mut self, checked: &Checked) -> Result<usize, HostError> {
        match (self.kept)(&mut self.host) {
            Some(dropped) => Ok(dropped),
            None => self.host.keep(checked),
        }
    }
    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        self.host.outbox()
    }
    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        self.host.settle(command)
    }
    fn records(&self) -> Result<Vec<Record>, HostError> {
        self.host.records()
    }
}

/// The world is looked at after each step, and before anything is said of it or done next: the step that took effect
/// is done, and the run stops.
#[test]
fn a_promise_that_breaks_during_a_step_stops_the_run_after_it() {
    let place = Place::two_keys();
    let (proven, site) = read(&place.folder);
    let lost = std::sync::Arc::new(AtomicBool::new(false));
    // The receiver loses what it holds with the record that begins the exchange.
    let begins = |record: &Record| {
        if matches!(&record.event, Event::Begun { step, .. } if step == "exchange_key") {
            lost.store(true, Ordering::Relaxed);
        }
    };
    let host = MemoryHost::new(proven.checked());
    let mut host = Beside { host, taken: &begins, kept: &|_| None };
    let mut backends = bind(proven.checked().plan(), &site, &place.folder).unwrap();
    let id = backends.receivers.find(|_| true).unwrap();
    let Bound::To(receiver) = std::mem::replace(&mut backends.receivers[id], Bound::Manual) else { panic!() };
    backends.receivers[id] = Bound::To(Box::new(Losing(receiver, lost.clone())));
    let parts = Parts {
        host: &mut host,
        backends,
        site: &site,
        folder: &place.folder,
        clock: &WallClock,
        notifier: &mut Nobody,
        stop: &AtomicBool::new(false),
    };
    let ending = Runner::over_site(&proven, parts).run(site.digest(), false, &mut |_| {}).unwrap();
    let Ending::Broken(broken, moved) = ending else { panic!("{ending:?}") };
    // The look before the exchange saw it: nothing was exchanged.
    assert_eq!((broken[0].promise.as_str(), moved.len()), ("orders never rejected", 1));
    let events: Vec<Event> = host.records().unwrap().into_iter().map(|record| record.event).collect();
    assert!(matches!(events.last(), Some(Event::Broken { .. })), "{events:?}");
    let ended = |name: &str| events.iter().any(|e| matches!(e, Event::Ended { step, .. } if step == name));
    assert!(ended("trust_both") && !ended("exchange_key"), "{events:?}");
}

/// The last events do not count at first, as where somebody else has acted meanwhile.
#[test]
fn a_run_is_done_only_when_all_counts_that_led_there() {
    let place = Place::two_keys();
    let (proven, site) = read(&place.folder);
    let has_lost = std::cell::Cell::new(false);
    let loses = |host: &mut MemoryHost| {
        if !host.state().is_finished() || has_lost.replace(true) {
            return None;
        }
        let before = host.records().unwrap().len();
        host.lose();
        Some(before - host.records().unwrap().len())
    };
    let host = MemoryHost::new(proven.checked());
    let mut host = Beside { host, taken: &|_| {}, kept: &loses };
    let parts = Parts {
        host: &mut host,
        backends: bind(proven.checked().plan(), &site, &place.folder).unwrap(),
        site: &site,
        folder: &place.folder,
        clock: &WallClock,
        notifier: &mut Nobody,
        stop: &AtomicBool::new(false),
    };
    let mut told = 0;
    let ending = Runner::over_site(&proven, parts).run(site.digest(), false, &mut |_| told += 1).unwrap();
    assert!(matches!(ending, Ending::Done), "{ending:?}");
    assert!(has_lost.get() && host.state().is_finished(), "{:?}", host.state());
    // What did not count was not told.
    assert_eq!(told, host.records().unwrap().len());
}

#[test]
fn whoever_stops_a_run_stops_it_before_the_next_step_is_performed() {
    let place = Place::two_keys();
    let (proven, site) = read(&place.folder);
    let (mut host, stop) = (MemoryHost::new(proven.checked()), AtomicBool::new(false));
    let parts = Parts {
        host: &mut host,
        backends: bind(proven.checked().plan(), &site, &place.folder).unwrap(),
        site: &site,
        folder: &place.folder,
        clock: &WallClock,
        notifier: &mut Nobody,
        stop: &stop,
    };
    let mut watch = |record: &Record| {
        if matches!(&record.event, Event::Ended { step, .. } if step == "exchange_key") {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let ending = Runner::over_site(&proven, parts).run(site.digest(), false, &mut watch).unwrap();
    assert!(matches!(ending, Ending::Interrupted), "{ending:?}");
    let records = host.records().unwrap();
    let mut ended = records.iter().filter_map(|record| match &record.event {
        Event::Ended { step, .. } => Some(step.as_str()),
        _ => None,
    });
    assert_eq!(ended.next_back(), Some("exchange_key"));
    // What was begun is there to be carried out by the next call.
    assert!(!host.outbox().unwrap().is_empty());
}

/// The same while a step is performed: its own effect is seen, so it is done; what else moved stops the run.
#[test]
fn what_moves_while_a_step_is_performed_does_not_fail_the_step() {
    let place = Place::two_keys();
    let (proven, site) = read(&place.folder);
    let mut host = MemoryHost::new(proven.checked());
    let lost = std::sync::Arc::new(AtomicBool::new(false));
    let mut backends = bind(proven.checked().plan(), &site, &place.folder).unwrap();
    let id = backends.receivers.find(|_| true).unwrap();
    let Bound::To(receiver) = std::mem::replace(&mut backends.receivers[id], Bound::Manual) else { panic!() };
    backends.receivers[id] = Bound::To(Box::new(Losing(receiver, lost.clone())));
    let store = backends.keystores.find(|_| true).unwrap();
    let Bound::To(keystore) = std::mem::replace(&mut backends.keystores[store], Bound::Manual) else {
        panic!()
    };
    backends.keystores[store] = Bound::To(Box::new(Exchanging(keystore, lost.clone())));
    let parts = Parts {
        host: &mut host,
        backends,
        site: &site,
        folder: &place.folder,
        clock: &WallClock,
        notifier: &mut Nobody,
        stop: &AtomicBool::new(false),
    };
    let ending = Runner::over_site(&proven, parts).run(site.digest(), false, &mut |_| {}).unwrap();
    let Ending::Broken(broken, _) = ending else { panic!("{ending:?}") };
    assert_eq!(broken[0].promise, "orders never rejected");
    assert!(broken[0].seen.ends_with("and partner accepts no key of the plan"), "{broken:?}");
    let events: Vec<Event> = host.records().unwrap().into_iter().map(|record| record.event).collect();
    let place_of = |is: &dyn Fn(&Event) -> bool| events.iter().position(is);
    let done = place_of(&|e| matches!(e, Event::Ended { step, .. } if step == "exchange_key")).unwrap();
    // Nobody was told of an exchange that broke a promise.
    assert!(matches!(&events[done + 1..], [Event::Broken { .. }]), "{events:?}");
}
