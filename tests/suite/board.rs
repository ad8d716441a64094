//! The board: a row a partner, and what the exchange waits for, at moments of a run that is driven on a set clock.

#![cfg(test)]

mod courses;
mod forty;
mod partners;
mod watched;

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyroll::{
    backend::{
        Outcome,
        clock::{Clock, SetClock},
    },
    board::{Board, Boards, Subject},
    check::{self, Checked},
    journal::{
        Host,
        sqlite::{Pinned, SqliteHost, Store},
    },
    plan::given::Given,
    run::{casting::Casting, opening::material, site::Site},
    source::Source,
    transition::{
        event::{Actor, Event, Record},
        next::Verdict,
        state::State,
    },
    world::material::Fingerprint,
};
use openssl::{
    asn1::Asn1Time,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::PKey,
    x509::{X509, X509NameBuilder},
};
use std::path::Path;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn checked(text: &str) -> Checked {
    check::read(&Source::new("plan.renewal", text), &Given::default())
        .unwrap_or_else(|refusal| panic!("{:?} of\n{text}", refusal.codes().collect::<Vec<_>>()))
}

/// A certificate that ends then, as PEM.
fn certificate(ends: Timestamp) -> String {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let pair = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "orders").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&pair).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(ends.as_second()).unwrap()).unwrap();
    builder.sign(&pair, MessageDigest::sha256()).unwrap();
    String::from_utf8(builder.build().to_pem().unwrap()).unwrap()
}

/// A run in a journal, on a clock that is set.
struct Driven {
    checked: Checked,
    host: SqliteHost,
    clock: SetClock,
}

impl Driven {
    fn begin(path: &Path, text: &str, start: &str, certificates: BTreeMap<String, String>) -> Self {
        let checked = checked(text);
        let clock = SetClock::new(at(start));
        let plan = checked.plan();
        let site = Fingerprint::of(b"a site");
        let pinned = Pinned {
            run: format!("{}-20261130-00000001", plan.name),
            started: clock.now(),
            plan_name: plan.name.clone(),
            plan_file: plan.source.name.clone(),
            plan_text: plan.source.text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site,
            parameters: BTreeMap::new(),
            finished: false,
        };
        let started = Event::Started { plan: plan.digest(), site, certificates };
        let mut store = Store::open(path).unwrap();
        store.enter(&checked, &pinned).unwrap();
        let host = store.attach(&checked, &pinned.run, true).unwrap();
        let mut driven = Self { checked, host, clock };
        driven.submit(started);
        driven
    }

    /// The clock shows this from here on.
    fn on(&mut self, time: &str) -> &mut Self {
        self.clock.set(at(time));
        self
    }

    fn submit(&mut self, event: Event) -> &mut Self {
        let told = format!("{event:?}");
        let record = Record { at: self.clock.now(), event };
        let verdict = self.host.submit(&self.checked, &record).unwrap();
        assert!(matches!(verdict, Verdict::Applied(_)), "{told}: {verdict:?}");
        self
    }

    /// A person says that a step is done.
    fn says(&mut self, role: &str, step: &str) -> &mut Self {
        let (opens, certificates) = (None, BTreeMap::new());
        self.submit(Event::Confirmed { step: step.to_owned(), by: person(role), opens, certificates })
    }

    /// A person takes the message of a step.
    fn takes(&mut self, role: &str, step: &str) -> &mut Self {
        self.submit(Event::Received { step: step.to_owned(), by: person(role) })
    }

    /// A backend does a step.
    fn does(&mut self, step: &str) -> &mut Self {
        let step = || step.to_owned();
        let (outcome, certificates) = (Outcome::Changed, BTreeMap::new());
        self.submit(Event::Begun { step: step(), attempt: 1 });
        self.submit(Event::Ended { step: step(), attempt: 1, outcome, certificates })
    }
}

fn person(role: &str) -> Actor {
    Actor { role: role.to_owned(), person: Some("somebody".to_owned()), automatic: false }
}

/// The board of a run that is held in memory.
fn board((checked, state, records): (&Checked, &State, &[Record]), site: &str, now: Timestamp) -> Boards {
    let site = Site::read(&Source::new("site.toml", site)).unwrap();
    let casting = Casting::of(checked.plan(), &site);
    let material = material(checked, &site, state, now);
    let subject = Subject {
        checked,
        casting: &casting,
        material: &material,
        state,
        records,
        now,
        survey: None,
        coordinator: None,
    };
    Boards { at: now, boards: vec![Board::of(&subject, None)] }
}
