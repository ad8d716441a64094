//! The runner over backends that fail at the worst moment, and over plans that are not stock.

use std::{
    path::Path,
    sync::Arc,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use jiff::Timestamp;
use keyroll::{
    backend::{
        Outcome,
        bench::Bound,
        clock::WallClock,
        notifier::{Notice, Notifier, NotifierError},
        receiver::{Judgement, Message, Receiver, ReceiverError},
    },
    check,
    journal::memory::MemoryHost,
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    run::{
        bind::bind,
        error::RunError,
        runner::{Ending, Parts, Runner},
        site::Site,
    },
    source::Source,
    world::material::{Certificate, Fingerprint},
};

use super::{Place, plan};

#[derive(Debug)]
pub(crate) struct Nobody;

impl Notifier for Nobody {
    fn send(&mut self, _notice: &Notice) -> Result<(), NotifierError> {
        Err(NotifierError("nobody is there".to_owned()))
    }
}

/// A receiver that cannot be read this often, from some reading on.
#[derive(Debug)]
struct Blind(Box<dyn Receiver>, Arc<AtomicU32>);

impl Receiver for Blind {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        let left = self.1.load(Ordering::Relaxed);
        self.1.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 1 { Err(ReceiverError::NoCertificate("blind".into())) } else { self.0.accepted() }
    }
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        self.0.change(add, remove)
    }
    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        self.0.judge(message)
    }
    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

pub(crate) fn read(folder: &Path) -> (Box<keyroll::proof::verdict::Proven>, Site) {
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let site = Site::read(&Source::new("site.toml", file("site.toml"))).unwrap();
    let checked = check::read(&Source::new("plan.renewal", file("plan.renewal")), &Given::default()).unwrap();
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => (proven, site),
        other => panic!("{other:?}"),
    }
}

/// An attempt may have taken effect although it failed: what it did is no work of a stranger, and
/// it is made again.
#[test]
fn a_look_that_fails_at_any_moment_does_not_strand_the_run() {
    let mut failures = 0;
    for reading in 1.. {
        let place = Place::two_keys();
        let (proven, site) = read(&place.folder);
        let left = Arc::new(AtomicU32::new(reading));
        let mut host = MemoryHost::new(proven.checked());
        let mut go = || {
            let mut backends = bind(proven.checked().plan(), &site, &place.folder).unwrap();
            let id = backends.receivers.find(|_| true).unwrap();
            let Bound::To(receiver) = std::mem::replace(&mut backends.receivers[id], Bound::Manual) else {
                panic!("the receiver is bound");
            };
            backends.receivers[id] = Bound::To(Box::new(Blind(receiver, left.clone())));
            let parts = Parts {
                host: &mut host,
                backends,
                site: &site,
                folder: &place.folder,
                clock: &WallClock,
                notifier: &mut Nobody,
                stop: &AtomicBool::new(false),
            };
            Runner::over_site(&proven, parts).run(site.digest(), false, &mut |_| {})
        };
        match go() {
            Ok(Ending::Done) => {
                assert!(reading > 10 && failures == reading - 1, "{failures} of {reading}");
                break;
            }
            Err(RunError::Step { .. } | RunError::Observe(_)) => failures += 1,
            other => panic!("reading {reading}: {other:?}"),
        }
        assert_eq!(go().unwrap(), Ending::Done, "reading {reading}");
    }
    println!("{failures} looks failed, each in a run of its own");
}

/// The old pair is destroyed at the end.
#[test]
fn a_pair_is_destroyed_by_its_plan_and_by_nothing_else() {
    let step = "step report_retired by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}\n\n\
                step destroy_old by tenant_admin {\n  after report_retired\n  destroy old in tenant\n}\n\npromise";
    let aliases = |place: &Place| {
        let words =
            ["-list", "-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
        let listed = place.tool("keytool", &words).out;
        let mut names: Vec<String> = listed
            .lines()
            .filter(|l| l.contains("PrivateKeyEntry"))
            .map(|l| l.split(',').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let place = Place::two_keys();
    place.run().ends(0);
    assert_eq!(aliases(&place), ["orders-signer", "orders-signer-backup"]);
    let place = Place::of(&plan("two-keys.renewal").replacen("promise", step, 1));
    let said = place.run().ends(0);
    assert!(said.err.contains("destroy old in tenant"), "{}", said.err);
    assert_eq!(aliases(&place), ["orders-signer"]);
}

/// A second flow signs with the same alias, so both are drained.
#[test]
fn two_flows_are_rehearsed_and_run_in_one_plan() {
    let text = plan("two-keys.renewal");
    let from = text.find("flow orders").unwrap();
    let flow = &text[from..from + text[from..].find('}').unwrap() + 1];
    let text = text
        .replace(flow, &format!("{flow}\n\n{}", flow.replace("flow orders", "flow invoices")))
        .replace("  needs orders drained of old\n", "  needs orders drained of old\n  needs invoices drained of old\n")
        .replace(
            "promise orders never rejected\npromise orders never interrupted\n",
            "promise orders never rejected\npromise orders never interrupted\npromise invoices never rejected\n",
        );
    let place = Place::of(&text);
    place.run().ends(0).says("invoices");
    let report = "rehearse plan.renewal --messages 100 --rate 100 --key-type ec-p256 --format json";
    let said = place.keyroll(report).ends(0);
    let last: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["messages"]["rejected"], &last["interrupted_ms"]), (&0.into(), &0.into()), "{last}");
    let drained = said.out.lines().filter(|line| line.contains("\"drained\"")).count();
    assert_eq!(drained, 2);
}

/// A message that is longer under way than the plan says keeps a run waiting, and not busy.
#[test]
fn a_message_that_is_overdue_is_waited_for_without_follow_too() {
    let place = Place::two_keys();
    place.edit("plan.renewal", "delivery : duration = 24h", "delivery : duration = 1s");
    let spool = place.folder.join("orders-flow/spool");
    let name = stuck_message(&place);
    place.run().ends(3).says("drained of old");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    place.run().ends(3).says("drained of old");
    std::fs::remove_file(spool.join(name)).unwrap();
    place.run().ends(0);
}

/// Leaves a message in the spool that nobody delivers, and answers the name of its file.
fn stuck_message(place: &Place) -> String {
    use keyroll::backend::local_flow::{FlowConfig, LocalFlow, Sent, Transit};
    use keyroll::backend::pkcs12::Pkcs12Keystore;
    use keyroll::backend::xml_dsig::{SignatureProfile, XmlSigner};
    let password = zeroize::Zeroizing::new(place.read("password"));
    let keystore = Pkcs12Keystore::open(place.folder.join("tenant.p12"), password);
    let config = FlowConfig {
        folder: place.folder.join("orders-flow"),
        alias: keyroll::name::Alias::new("orders-signer").unwrap(),
        transit: Transit::Within(std::time::Duration::from_secs(1)),
        cache: std::time::Duration::ZERO,
    };
    let flow =
        LocalFlow::open(config, Box::new(XmlSigner::new(keystore, SignatureProfile::default()))).unwrap();
    let mut payload = &b"<order xmlns=\"urn:example\">payload-canary-31</order>"[..];
    let mut receiver = keyroll::backend::memory::MemoryReceiver::new(
        1,
        Box::new(keyroll::backend::xml_dsig::XmlVerifier::default()),
    );
    let sent = flow.send(&mut payload, Timestamp::now(), std::time::Duration::ZERO, &mut receiver).unwrap();
    flow.commit().unwrap();
    match sent {
        Sent::Spooled(message) => format!("{message}.xml"),
        other => panic!("{other:?}"),
    }
}
