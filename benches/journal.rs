//! Durable steps, against what SQLite takes for one commit.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use keyroll::{
    check::{self, Checked},
    journal::{
        Host,
        sqlite::{Pinned, SqliteHost, Store},
    },
    plan::given::Given,
    source::Source,
    transition::event::{Event, Record},
    transition::next::Verdict,
    world::material::Fingerprint,
};
use rusqlite::Connection;

use super::{
    figure::{Demand, Figure},
    measure::{pair, shown},
};

type Failed = Box<dyn Error>;

/// What is taken down in one turn.
const EVENTS: u32 = 20;

/// One event takes little more than one commit.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let checked = plan()?;
    let mut host = begun(&folder.path().join("keyroll.db"), &checked, "bench")?;
    let bare = Connection::open(folder.path().join("bare.db"))?;
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE record (body TEXT) STRICT;",
    )?;
    let body = "x".repeat(2_000);
    let mut attempt = 0;
    let sides = pair(
        15,
        || {
            let begin = Instant::now();
            for _ in 0..EVENTS / 2 {
                attempt += 1;
                let step = || "create_key".to_owned();
                submit(&checked, &mut host, Event::Begun { step: step(), attempt })?;
                let cause = "the disk is full".to_owned();
                submit(&checked, &mut host, Event::Failed { step: step(), attempt, cause })?;
            }
            Ok(begin.elapsed() / EVENTS)
        },
        || {
            let begin = Instant::now();
            for _ in 0..EVENTS {
                bare.execute("INSERT INTO record VALUES (?1)", [&body])?;
            }
            Ok(begin.elapsed() / EVENTS)
        },
    )?;
    tell(Figure {
        subject: "take an event down".to_owned(),
        ours: shown(sides.ours),
        against: format!("one commit of SQLite: {}", shown(sides.theirs)),
        ratio: sides.ratio,
        demand: Demand::AtMost(1.5),
    });
    Ok(())
}

pub(crate) fn plan() -> Result<Checked, Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature/two-keys.renewal");
    let source = Source::new("two-keys", std::fs::read_to_string(path)?);
    check::read(&source, &Given::default()).map_err(|_| "the stock plan has findings".into())
}

pub(crate) fn begun(path: &Path, checked: &Checked, run: &str) -> Result<SqliteHost, Failed> {
    let plan = checked.plan();
    let (mut store, started) = (Store::open(path)?, Timestamp::now());
    let site = Fingerprint::of(b"a site");
    store.enter(
        checked,
        &Pinned {
            run: run.to_owned(),
            started,
            plan_name: plan.name.clone(),
            plan_file: plan.source.name.clone(),
            plan_text: plan.source.text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site,
            parameters: Default::default(),
            finished: false,
        },
    )?;
    let mut host = store.attach(checked, run, true)?;
    let certificates = Default::default();
    submit(checked, &mut host, Event::Started { plan: plan.digest(), site, certificates })?;
    Ok(host)
}

pub(crate) fn submit(checked: &Checked, host: &mut dyn Host, event: Event) -> Result<(), Failed> {
    let told = format!("{event:?}");
    match host.submit(checked, &Record { at: Timestamp::now(), event })? {
        Verdict::Applied(_) => Ok(()),
        other => Err(format!("{told} is not taken down: {other:?}").into()),
    }
}
