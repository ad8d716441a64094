//! Forty partners on one alias: three of them are silent, two have a freeze, and one can hold only one key. The real
//! runner goes over a real keystore, real trust folders and real flows, by a clock that is set.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::PathBuf,
    process::Command,
    sync::atomic::AtomicBool,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    backend::{
        clock::{Clock, SetClock},
        deployer::{Deployer, SignsWith},
        keystore::Keystore,
        local_flow::FlowSwitch,
        pkcs12::Pkcs12Keystore,
    },
    check,
    journal::{
        Host,
        sqlite::{Pinned, SqliteHost, Store},
    },
    name::Alias,
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
        bind::bind,
        casting::Casting,
        runner::{Ending, Parts, Runner},
        sandbox::{Props, Sandbox},
        site::Site,
        wait::{Cause, waits},
    },
    source::Source,
    transition::{
        event::{Actor, Event},
        next,
    },
    world::material::{Certificate, KeyType},
};
use zeroize::Zeroizing;

use crate::runs::{Said, faults::Nobody};

/// The plan, from its table on.
const REST: &str = r#"
role tenant_admin "Tenant administrator"

key old
key new

keystore tenant of tenant_admin {
  alias "orders-signer" is old
}

for each partner {
  role admin-$partner

  receiver gate-$partner of admin-$partner {
    accepts old
    accepts at most $holds
  }

  flow orders-$partner of tenant_admin {
    signs xml with tenant["orders-signer"]
    sends to gate-$partner
    delivers within 10m
    caches keys for 2h
    deployed
  }
}

step create_key by tenant_admin {
  create new in tenant as "orders-signer-next"
}

step provide_certificate by tenant_admin {
  after create_key
  provide new to admin-$partner for each partner
}

for each partner where holds is 2 {
  step trust-$partner by admin-$partner {
    after provide_certificate
    accept new at gate-$partner
  }

  step confirm-$partner by admin-$partner {
    after trust-$partner
    inform tenant_admin
  }

  step repoint-$partner by tenant_admin {
    after confirm-$partner
    needs gate-$partner accepts new
    repoint orders-$partner to tenant["orders-signer-next"]
  }

  step announce-$partner by tenant_admin {
    after repoint-$partner
    inform admin-$partner
  }

  step retire-$partner by admin-$partner {
    after announce-$partner
    needs orders-$partner drained of old
    retire old at gate-$partner
  }

  promise orders-$partner never interrupted
}

# It holds one key, so its flow stands still while that is replaced.
for each partner where holds is 1 {
  window downtime-$partner at most 8h

  step agree-$partner by tenant_admin {
    after provide_certificate
    agree downtime-$partner with admin-$partner
  }

  step undeploy-$partner by tenant_admin {
    after agree-$partner
    needs downtime-$partner open
    undeploy orders-$partner
  }

  step announce-$partner by tenant_admin {
    after undeploy-$partner
    inform admin-$partner
  }

  step retire-$partner by admin-$partner {
    after announce-$partner
    needs orders-$partner drained of old
    replace old by new at gate-$partner
  }

  step confirm-$partner by admin-$partner {
    after retire-$partner
    inform tenant_admin
  }

  step repoint-$partner by tenant_admin {
    after confirm-$partner
    repoint orders-$partner to tenant["orders-signer-next"]
  }

  step deploy-$partner by tenant_admin {
    after repoint-$partner
    deploy orders-$partner
  }

  promise orders-$partner interrupted only in downtime-$partner
}

for each partner {
  step report-$partner by admin-$partner {
    after retire-$partner
    inform tenant_admin
  }

  promise orders-$partner never rejected
  finally gate-$partner accepts only new
  finally orders-$partner deployed
}

step destroy_old by tenant_admin {
  after report-$partner for each partner
  after repoint-$partner for each partner
  destroy old in tenant
}

finally tenant["orders-signer-next"] is new
finally tenant["orders-signer"] empty
"#;

fn plan() -> String {
    let mut rows = String::new();
    for number in 1..=40 {
        // One can hold only one key.
        writeln!(rows, "  p{number:02}, {}", if number == 12 { 1 } else { 2 }).unwrap();
    }
    let head = "keyroll 1\n\nplan forty-in-waves\n  \"Renew the key that forty partners verify with\"\n\n";
    format!("{head}table partner with holds : number {{\n{rows}}}\n{REST}")
}

const SILENT: [&str; 3] = ["p07", "p21", "p40"];
const FROZEN: [&str; 2] = ["p33", "p34"];

const FREEZE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Freeze//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
    DTSTAMP:20260101T000000Z\r\nDTSTART:20261130T000000Z\r\nDTEND:20261215T000000Z\r\nSUMMARY:Audit\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";

const PACE: &str = "[partners]\nfirst = [\"admin-p01\"]\nat_once = 8\nstop_after = 3\n";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The run, its world and its clock.
struct Forty {
    _scratch: tempfile::TempDir,
    folder: PathBuf,
    proven: Box<Proven>,
    site: Site,
    host: SqliteHost,
    clock: SetClock,
}

impl Forty {
    fn new(start: &str) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("forty");
        let checked = check::read(&Source::new("plan.renewal", plan()), &Given::default()).unwrap();
        let props = Props { key_type: KeyType::EcP256, start: at(start), pause: Duration::ZERO };
        Sandbox::build(checked.plan(), &folder, &props).unwrap();
        let mut text = std::fs::read_to_string(folder.join("site.toml")).unwrap();
        for partner in SILENT {
            let table = format!("[roles.admin-{partner}]\nautomatic = ");
            assert!(text.contains(&table), "{text}");
            text = text.replace(&format!("{table}true"), &format!("{table}false"));
        }
        for partner in FROZEN {
            let table = format!("[roles.admin-{partner}]\n");
            text = text.replace(&table, &format!("{table}calendars = [\"freeze\"]\n"));
        }
        text += &format!("\n[calendars.freeze]\npath = \"freeze.ics\"\n\n{PACE}");
        std::fs::write(folder.join("freeze.ics"), FREEZE).unwrap();
        std::fs::write(folder.join("site.toml"), &text).unwrap();
        let source = Source::new("site.toml", text);
        let site = Site::read(&source).unwrap().with_calendars(&folder, &source).unwrap();
        let start_world = checked.plan().start.clone();
        let Verdict::Proven(proven) = prove(checked, &start_world, BUDGET) else { panic!("it is proved") };
        let plan = proven.checked().plan();
        let pinned = Pinned {
            run: "forty-in-waves-20261201-00000001".to_owned(),
            started: at(start),
            plan_name: plan.name.clone(),
            plan_file: "plan.renewal".to_owned(),
            plan_text: plan.source.text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site: site.digest(),
            parameters: BTreeMap::new(),
            finished: false,
        };
        let mut store = Store::open(&folder.join("keyroll.db")).unwrap();
        store.enter(proven.checked(), &pinned).unwrap();
        let host = store.attach(proven.checked(), &pinned.run, true).unwrap();
        let clock = SetClock::new(at(start));
        Self { _scratch: scratch, folder, proven, site, host, clock }
    }

    /// Somebody calls `run` at a moment; those who are awake do all that is asked of them, and it is called again.
    fn called(&mut self, time: Timestamp, awake: &[&str]) -> Ending {
        self.clock.set(time);
        loop {
            let parts = Parts {
                host: &mut self.host,
                backends: bind(self.proven.checked().plan(), &self.site, &self.folder).unwrap(),
                site: &self.site,
                folder: &self.folder,
                clock: &self.clock,
                notifier: &mut Nobody,
                stop: &AtomicBool::new(false),
            };
            let ending = Runner::over_site(&self.proven, parts).run(self.site.digest(), false, &mut |_| {});
            let ending = ending.unwrap();
            if !self.people_act(awake) {
                return ending;
            }
        }
    }

    fn people_act(&mut self, awake: &[&str]) -> bool {
        let checked = self.proven.checked();
        let (plan, now) = (checked.plan(), self.clock.now());
        let casting = Casting::of(plan, &self.site);
        let mut has_acted = false;
        for wait in waits(checked, &casting, &self.host.state().clone(), now) {
            let Some(role) = wait.cause.role().map(|role| plan.landscape.roles[role].clone()) else {
                continue;
            };
            if !awake.iter().any(|partner| role == format!("admin-{partner}")) {
                continue;
            }
            let step = plan.steps[wait.step].name.value.clone();
            let by = Actor { role, person: Some("somebody".to_owned()), automatic: false };
            let event = match wait.cause {
                Cause::Receipt(_) => Event::Received { step, by },
                Cause::Act(_) => Event::Confirmed { step, by, opens: None, certificates: BTreeMap::new() },
                cause => panic!("{cause:?}"),
            };
            let record = keyroll::transition::event::Record { at: now, event };
            let verdict = self.host.submit(checked, &record).unwrap();
            assert!(matches!(verdict, next::Verdict::Applied(_)), "{record:?}: {verdict:?}");
            has_acted = true;
        }
        has_acted
    }

    fn board(&self, time: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        let words = ["board", "--at", time];
        command.args(words).current_dir(&self.folder).env("TZ", "UTC").env_remove("COLUMNS");
        Said::of(command.output().unwrap()).ends(0).out
    }

    /// When the first step of each partner was begun, in the order of the records.
    fn begun(&self) -> Vec<(Timestamp, String)> {
        let mut found: Vec<(Timestamp, String)> = Vec::new();
        for record in self.host.records().unwrap() {
            let (Event::Begun { step, .. } | Event::Confirmed { step, .. }) = &record.event else { continue };
            if let Some((_, partner)) = step.split_once('-')
                && found.iter().all(|(_, known)| known != partner)
            {
                found.push((record.at, partner.to_owned()));
            }
        }
        found
    }

    /// Those who were begun at a moment, in their order.
    fn wave(&self, time: Timestamp) -> Vec<String> {
        self.begun().into_iter().filter(|(at, _)| *at == time).map(|(_, partner)| partner).collect()
    }

    /// The most partners that were begun and not over at once.
    fn most_at_once(&self) -> usize {
        let plan = self.proven.checked().plan();
        let mut left: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for step in plan.steps.rows() {
            if let Some((_, partner)) = step.name.value.split_once('-') {
                left.entry(partner.to_owned()).or_default().insert(step.name.value.clone());
            }
        }
        let (mut under_way, mut most) = (BTreeSet::new(), 0);
        for record in self.host.records().unwrap() {
            let (step, is_done) = match &record.event {
                Event::Begun { step, .. } => (step, false),
                // A proposal is none that is done, and its answer is.
                Event::Confirmed { step, .. } => (step, !step.starts_with("agree")),
                Event::Ended { step, .. } | Event::Answered { step, .. } => (step, true),
                _ => continue,
            };
            let Some((_, partner)) = step.split_once('-') else { continue };
            under_way.insert(partner.to_owned());
            let open = left.get_mut(partner).unwrap();
            if is_done {
                open.remove(step);
            }
            if open.is_empty() {
                under_way.remove(partner);
            }
            most = most.max(under_way.len());
        }
        most
    }

    /// The certificates in a folder of trust.
    fn trusted(&self, partner: &str) -> Vec<Certificate> {
        let files = std::fs::read_dir(self.folder.join(format!("gate-{partner}-trust"))).unwrap();
        files
            .map(|file| Certificate::from_pem(&std::fs::read(file.unwrap().path()).unwrap()).unwrap())
            .collect()
    }
}

fn row<'a>(board: &'a str, partner: &str) -> Vec<&'a str> {
    board.lines().filter(|line| line.starts_with(&format!("admin-{partner} "))).collect()
}

const START: &str = "2026-12-01T08:00:00Z";

#[test]
fn forty_partners_are_renewed_in_waves() {
    let mut run = Forty::new(START);
    let hours = |hours: i64| at(START) + SignedDuration::from_hours(hours);
    let partners = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };

    // The first one alone. Its flow may keep the old key for two hours.
    assert!(matches!(run.called(hours(0), &[]), Ending::Waiting(_)));
    assert_eq!(run.begun().len(), 1, "{:?}", run.begun());
    let board = run.board(START);
    assert!(row(&board, "p01")[0].contains("seen 12-01"), "{board}");
    assert!(row(&board, "p02")[0].contains("queued"), "{board}");
    assert!(row(&board, "p07")[0].contains("waits 0 d"), "{board}");
    assert!(row(&board, "p33")[0].contains("until 12-15"), "{board}");
    let legend = board.replace("\n  ", " ");
    assert!(legend.contains("queued: its turn has not come, by the pace of the site"), "{board}");

    // Nothing more an hour later; then wave by wave. Who is silent or frozen has no place among the eight, and whoever
    // can hold only one key is through at once, since a flow that stands still keeps no key.
    run.called(hours(1), &[]);
    assert_eq!(run.begun().len(), 1);
    for hour in 2..=12 {
        run.called(hours(hour), &[]);
    }
    assert_eq!(run.wave(hours(0)), partners(&["p01"]));
    assert_eq!(run.wave(hours(2)), partners(&["p02", "p03", "p04", "p05", "p06", "p08", "p09", "p10"]));
    let with_p12 = ["p11", "p12", "p13", "p14", "p15", "p16", "p17", "p18", "p19"];
    let mut second = run.wave(hours(4));
    second.sort();
    assert_eq!(second, partners(&with_p12));
    assert_eq!(run.wave(hours(6)), partners(&["p20", "p22", "p23", "p24", "p25", "p26", "p27", "p28"]));
    assert_eq!(run.wave(hours(8)), partners(&["p29", "p30", "p31", "p32", "p35", "p36", "p37", "p38"]));
    assert_eq!(run.wave(hours(10)), partners(&["p39"]));
    assert_eq!(run.begun().len(), 35);
    assert_eq!(run.most_at_once(), 8);

    // What is left is the three who are silent and the two with a freeze, and the board says so.
    let board = run.board("2026-12-04T08:00:00Z").replace("\n  ", " ");
    let sentence = "`destroy_old` possible for 35 of 40; blocked by admin-p07 (silent 3 days), admin-p21 (silent 3 days), \
        admin-p40 (silent 3 days), admin-p33 (freeze until 2026-12-15 00:00:00 UTC) and admin-p34 (freeze until \
        2026-12-15 00:00:00 UTC)";
    assert!(board.contains(sentence), "{board}");

    // They come one after the other, each when it is ready.
    let day = |day: i64, hour: i64| hours(24 * (day - 1) + hour);
    let mut awake: Vec<&str> = Vec::new();
    for (date, partner) in [(10, Some("p07")), (12, Some("p21")), (15, None), (20, Some("p40"))] {
        awake.extend(partner);
        assert!(matches!(run.called(day(date, 0), &awake), Ending::Waiting(_)), "{date}");
        let ending = run.called(day(date, 3), &awake);
        assert_eq!(matches!(ending, Ending::Done), date == 20, "{date}: {ending:?}");
    }
    assert_eq!(run.wave(day(10, 0)), partners(&["p07"]));
    assert_eq!(run.wave(day(12, 0)), partners(&["p21"]));
    assert_eq!(run.wave(day(15, 0)), partners(&["p33", "p34"]));
    assert_eq!(run.wave(day(20, 0)), partners(&["p40"]));

    // Where it ends: one pair, forty who accept it and nothing else, and forty flows that sign with it.
    assert_eq!(run.host.state().broken, Vec::<String>::new());
    assert_eq!(run.most_at_once(), 8);
    let password = std::fs::read_to_string(run.folder.join("password")).unwrap();
    let keystore =
        Pkcs12Keystore::open(run.folder.join("tenant.p12"), Zeroizing::new(password.trim_end().to_owned()));
    let entries = keystore.entries().unwrap();
    let aliases: Vec<&str> = entries.iter().map(|entry| entry.alias.as_str()).collect();
    assert_eq!(aliases, ["orders-signer-next"]);
    let new = entries[0].certificate().unwrap().fingerprint();
    for number in 1..=40 {
        let partner = format!("p{number:02}");
        let trusted: Vec<_> = run.trusted(&partner).iter().map(Certificate::fingerprint).collect();
        assert_eq!(trusted, [new], "{partner}");
        let flow = FlowSwitch::at(run.folder.join(format!("orders-{partner}-flow")));
        let alias = Alias::new("orders-signer-next").unwrap();
        assert_eq!(flow.signs_with().unwrap(), SignsWith::Alias(alias), "{partner}");
    }
    let board = run.board("2026-12-20T12:00:00Z");
    assert!(board.contains("forty-in-waves (forty-in-waves-20261201-00000001): done\n"), "{board}");
    assert!(!board.contains("queued") && !board.contains("silent"), "{board}");
}
