//! `test FLOW with KEY`: what it proves, what its role knows then, and that it really is signed and verified.

#![cfg(test)]

use std::{
    io::{Read, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use keyroll::{
    backend::{
        Outcome,
        bench::{ActError, Backends, Bound, Material, Signing, Workbench},
        clock::WallClock,
        deployer::FlowState,
        keystore::{KeySpec, Keystore},
        memory::{MemoryFlow, MemoryReceiver, keystore::MemoryKeystore},
        receiver::{Judgement, Message, Receiver, ReceiverError},
        signer::{Signer, SignerError},
        verifier::{Verifier, VerifierError},
    },
    journal::{Host, memory::MemoryHost},
    name::Alias,
    proof::engine::Engine,
    run::{
        bind::bind,
        error::RunError,
        runner::{Ending, Parts, Runner},
    },
    world::material::{Certificate, Fingerprint, KeyType},
};

use crate::{
    certificate::{certified, judged, proven},
    reference::{Compared, LIMIT, compare, read},
    runs::{Place, faults},
};

/// The receiver asks for a test, and whoever tests sees what it need not be told.
const TESTED: &str = r#"keyroll 1
plan tested
role tenant_admin
role receiver_admin
key old
key new
keystore tenant of tenant_admin {
  alias "signer" is old
}
receiver partner of receiver_admin {
  accepts old
  accepts at most 2
}
flow orders of tenant_admin {
  signs xml with tenant["signer"]
  sends to partner
  delivers within 1h
  deployed
}
step create by tenant_admin {
  create new in tenant as "signer-next"
}
step provide by tenant_admin {
  after create
  provide new to receiver_admin
}
step trust by receiver_admin {
  after provide
  accept new at partner
}
step ask by receiver_admin {
  after trust
  request tenant_admin to test orders with new
}
step try by tenant_admin {
  after ask
  test orders with new
}
step exchange by tenant_admin {
  after try
  needs partner accepts new
  exchange tenant["signer"] for new
}
promise orders never rejected
promise orders never interrupted
promise can always abort
finally tenant["signer"] is new
"#;

fn changed(from: &str, to: &str) -> String {
    assert!(TESTED.contains(from), "{from}");
    TESTED.replace(from, to)
}

#[test]
fn whoever_tests_knows_that_the_receiver_accepts() {
    let Compared::Proved(_) = compare(TESTED, LIMIT) else { panic!("{:?}", compare(TESTED, LIMIT)) };
    for engine in [Engine::Cuts, Engine::Explicit] {
        let proven = proven(read(TESTED).unwrap(), engine).unwrap();
        let certificate = certified(&proven).text();
        assert!(judged(proven.checked(), certificate.as_bytes()).is_ok());
    }
    // A request reports nothing as done.
    let untested = changed("step try by tenant_admin {\n  after ask\n  test orders with new\n}\n", "");
    let untested = untested.replace("after try", "after ask");
    assert_eq!(compare(&untested, LIMIT), Compared::Unread(vec!["unknowable_need".to_owned()]));
}

/// Whom the tester informs knows it too; a request of the tester says nothing of it.
#[test]
fn what_was_seen_is_reported_like_what_was_done() {
    let other = |said: &str| {
        let text = changed("role receiver_admin\n", "role receiver_admin\nrole developer\n");
        let text = text.replace("flow orders of tenant_admin", "flow orders of developer");
        let text = text.replace("  request tenant_admin to test", "  request developer to test");
        let text = text.replace("step try by tenant_admin", "step try by developer");
        let tell = format!("step tell by developer {{\n  after try\n  {said}\n}}\nstep exchange");
        text.replace("step exchange", &tell).replace("after try\n  needs", "after tell, create\n  needs")
    };
    assert!(matches!(compare(&other("inform tenant_admin"), LIMIT), Compared::Proved(_)));
    let asked = other("request tenant_admin to exchange tenant[\"signer\"] for new");
    assert_eq!(compare(&asked, LIMIT), Compared::Unread(vec!["unknowable_need".to_owned()]));
    let owner = changed("step try by tenant_admin", "step try by receiver_admin");
    let Compared::Unread(codes) = compare(&owner, LIMIT) else { panic!("it is not its flow") };
    assert!(codes.contains(&"role_without_authority".to_owned()), "{codes:?}");
}

#[test]
fn a_test_that_may_fail_is_refused_with_a_story() {
    let early = changed("  after ask\n", "  after create\n").replace("  needs partner accepts new\n", "");
    let early = early.replace("  after try\n", "  after try, ask\n");
    assert_eq!(compare(&early, LIMIT), Compared::Refuted("trust_gap".to_owned(), 2));
    // Its pair may not be there yet, or not any more.
    let trusting = changed("  accepts old\n", "  accepts old\n  accepts new\n");
    let absent = trusting.replace("  after ask\n", "").replace("  after try\n", "  after try, create\n");
    assert_eq!(compare(&absent, LIMIT), Compared::Refuted("step_misfit".to_owned(), 1));
    let retired = format!(
        "{TESTED}step tell by tenant_admin {{\n  after exchange\n  inform receiver_admin\n}}\n\
         step retire by receiver_admin {{\n  after tell\n  needs orders drained of old\n  retire old at partner\n}}\n\
         step again by tenant_admin {{\n  after exchange\n  test orders with old\n}}\n"
    );
    let Compared::Refuted(code, _) = compare(&retired, LIMIT) else { panic!("it may be retired") };
    assert_eq!(code, "trust_gap");
    // Under whichever alias it lies: staged, in use, or kept.
    let kept = format!("{TESTED}step again by tenant_admin {{\n  after try\n  test orders with old\n}}\n");
    assert!(matches!(compare(&kept, LIMIT), Compared::Proved(_)));
    let kept = kept.replace("test orders with old", "test orders with new");
    assert!(matches!(compare(&kept, LIMIT), Compared::Proved(_)));
    let wiped = format!(
        "{}step wipe by tenant_admin {{\n  after exchange\n  destroy old in tenant\n}}\n\
         step again by tenant_admin {{\n  after create\n  test orders with old\n}}\n",
        changed("promise can always abort\n", "")
    );
    let Compared::Refuted(code, _) = compare(&wiped, LIMIT) else { panic!("the old pair may be gone") };
    assert_eq!(code, "step_misfit");
}

/// What signs as another one than it should, or as it should.
#[derive(Debug)]
struct Pen(Certificate);

impl Signer for Pen {
    fn sign(
        &mut self,
        _: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        let mut text = String::new();
        document.read_to_string(&mut text)?;
        assert!(text.starts_with("<canary ") && text.contains("not to be processed"), "{text}");
        write!(out, "{}", self.0.fingerprint())?;
        Ok(self.0.clone())
    }
}

#[derive(Debug)]
struct Reader;

impl Verifier for Reader {
    fn verify(&self, message: &mut dyn Message, _: &[Certificate]) -> Result<Fingerprint, VerifierError> {
        let mut text = String::new();
        message.read_to_string(&mut text).map_err(VerifierError::Unreadable)?;
        let rejected = |_| VerifierError::Rejected { reason: "no signature".to_owned(), claimed: None };
        Fingerprint::try_from(text).map_err(rejected)
    }
}

#[test]
fn the_receiver_has_the_last_word() {
    let checked = read(TESTED).unwrap();
    let land = &checked.plan().landscape;
    let spec = |subject: &str| KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), subject.to_owned())],
        not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
        days: 365,
    };
    let mut store = MemoryKeystore::new();
    let mut make = |alias: &str| store.create_key_pair(&Alias::new(alias).unwrap(), &spec(alias)).unwrap().1;
    let (old, new) = (make("signer"), make("signer-next"));
    let key = |name: &str| land.keys.find(|key| key == name).unwrap();
    let flow = land.channels.ids().next().unwrap();
    let mut material = Material::default();
    material.pin(key("old"), old.clone());
    material.pin(key("new"), new.clone());
    let mut backends = Backends::default();
    backends.keystores.push(Bound::To(Box::new(store)));
    let mut receiver = MemoryReceiver::new(2, Box::new(Reader));
    receiver.change(std::slice::from_ref(&old), &[]).unwrap();
    backends.receivers.push(Bound::To(Box::new(receiver)));
    backends.flows.push(Bound::To(Box::new(MemoryFlow::new(FlowState::Undeployed))));
    let mut test = |backends: &mut Backends, name: &str| {
        let now = Timestamp::UNIX_EPOCH;
        Workbench { landscape: land, backends, material: &mut material, now }.test(flow, key(name))
    };
    // Nothing signs here: a person does it.
    assert!(matches!(test(&mut backends, "old"), Err(ActError::Manual(_))));
    backends.signers.insert(flow, Signing::With(Box::new(Pen(old.clone()))));
    assert_eq!(test(&mut backends, "old").unwrap(), Outcome::Changed);
    assert!(matches!(test(&mut backends, "new"), Err(ActError::Rejected { .. })), "it is not accepted");
    let at = land.acceptors.ids().next().unwrap();
    let Bound::To(receiver) = &mut backends.receivers[at] else { panic!("a receiver") };
    receiver.change(std::slice::from_ref(&new), &[]).unwrap();
    let wrong = test(&mut backends, "new").unwrap_err().to_string();
    assert!(wrong.contains("it verifies with"), "another key signed: {wrong}");
    backends.signers.insert(flow, Signing::With(Box::new(Pen(new))));
    assert_eq!(test(&mut backends, "new").unwrap(), Outcome::Changed);
}

/// What a run does goes past the flow: nothing is spooled, and nothing counted.
#[test]
fn a_run_signs_with_the_staged_key_and_counts_nothing() {
    let place = Place::of(TESTED);
    let dry = place.keyroll("dry-run plan.renewal").ends(0).out;
    assert!(
        dry.lines().any(|line| line.contains("would do") && line.contains("test orders with new")),
        "{dry}"
    );
    let spooled = |place: &Place| {
        let files = std::fs::read_dir(place.folder.join("orders-flow")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = spooled(&place);
    place.run().ends(0).says("test orders with new").says("done");
    assert_eq!(spooled(&place), before, "nothing was put under way");
    assert!(!before.iter().any(|name| name == "counts.json"));
}

/// A receiver that lists what it accepts, and verifies nothing of it until it is mended.
#[derive(Debug)]
struct Misled(Box<dyn Receiver>, std::sync::Arc<AtomicBool>);

impl Receiver for Misled {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        self.0.accepted()
    }
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        self.0.change(add, remove)
    }
    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        if self.1.load(Ordering::Relaxed) {
            return self.0.judge(message);
        }
        Ok(Judgement::Rejected("its verifier reads another folder".to_owned()))
    }
    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

/// A marked message that is rejected at a site stops the run before anything is exchanged, as often as it is tried.
#[test]
fn a_marked_message_that_is_rejected_stops_the_run_before_the_exchange() {
    let place = Place::of(TESTED);
    let (proven, site) = faults::read(&place.folder);
    let (mended, mut host) = (std::sync::Arc::new(AtomicBool::new(false)), MemoryHost::new(proven.checked()));
    let go = |host: &mut MemoryHost| {
        let mut backends = bind(proven.checked().plan(), &site, &place.folder).unwrap();
        let id = backends.receivers.find(|_| true).unwrap();
        let Bound::To(receiver) = std::mem::replace(&mut backends.receivers[id], Bound::Manual) else {
            panic!()
        };
        backends.receivers[id] = Bound::To(Box::new(Misled(receiver, mended.clone())));
        let parts = Parts {
            host,
            backends,
            site: &site,
            folder: &place.folder,
            clock: &WallClock,
            notifier: &mut faults::Nobody,
            stop: &AtomicBool::new(false),
        };
        Runner::over_site(&proven, parts).run(site.digest(), false, &mut |_| {})
    };
    let exchanged = |host: &MemoryHost| {
        let exchange = proven.checked().plan().step("exchange").unwrap();
        host.state().steps[exchange].attempts
    };
    for attempt in 1..3 {
        let error = go(&mut host).unwrap_err();
        assert!(
            matches!(&error, RunError::Step { step, attempt: number, .. } if step == "try" && *number == attempt)
        );
        assert!(error.to_string().contains("its verifier reads another folder"), "{error}");
        assert_eq!(exchanged(&host), 0);
    }
    mended.store(true, Ordering::Relaxed);
    assert_eq!(go(&mut host).unwrap(), Ending::Done);
    assert_eq!(exchanged(&host), 1);
}

/// What the receiver does not verify is not done, and the run says why.
#[test]
fn a_test_that_fails_at_a_site_fails_the_run() {
    let place = Place::of(TESTED);
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place.keyroll("confirm provide --as receiver_admin").ends(0);
    place.run().ends(3).says("request tenant_admin to test orders with new");
    place.keyroll("confirm ask --as receiver_admin").ends(0);
    // Another pair than the certificate beside it says.
    let key = ["-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    let delete = ["-delete", "-alias", "signer-next"];
    place.tool("keytool", &[&delete[..], &key[..]].concat());
    place.run().ends(6).says("signer-next");
}

#[test]
fn where_the_receiver_is_a_person_the_owner_of_the_flow_says_how_it_went() {
    let place = Place::of(TESTED);
    let text = place.read("site.toml");
    let from = text.find("[receivers.partner]").unwrap();
    let until = text[from..].find("\n\n").map_or(text.len(), |at| from + at);
    place.write(
        "site.toml",
        format!("{}[receivers.partner]\nbackend = \"manual\"{}", &text[..from], &text[until..]),
    );
    place.run().ends(3).says("trust");
    place.keyroll("confirm trust --as receiver_admin").ends(0);
    let waits = place.run().ends(3).out;
    assert!(waits.contains("waits for tenant_admin") && waits.contains("test orders with new"), "{waits}");
    place.keyroll("reject try --as tenant_admin --because no").ends(0);
    place.run().ends(3);
    place.keyroll("confirm try --as tenant_admin").ends(0);
    place.run().ends(0).says("done");
}
