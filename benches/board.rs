//! What one asks of runs under way: where one stands, among how many others, and the board of a thousand partners.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use keyroll::{
    backend::Outcome,
    check,
    plan::given::Given,
    source::Source,
    transition::event::{Actor, Event},
};
use rusqlite::{Connection, params};

use super::{
    figure::{Demand, Figure},
    journal::{begun, plan, submit},
    measure::{Measured, grouped, pair, peak_of, shown, wall_of},
};

type Failed = Box<dyn Error>;

/// A site in which people do everything.
const SITE: &str = "site = 1\n";

/// So many partners have a row.
const PARTNERS: usize = 1_000;

/// So many runs lie in a large journal beside the one that is meant, of eight events each.
const RUNS: usize = 125_000;

/// The figures.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    status(tell)?;
    board(tell)
}

fn folder() -> Result<tempfile::TempDir, Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    std::fs::write(folder.path().join("site.toml"), SITE)?;
    Ok(folder)
}

fn keyroll(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(line.split(' ')).current_dir(folder);
    command
}

fn within(
    tell: &mut dyn FnMut(Figure),
    subject: String,
    limit: Duration,
    mut ours: impl FnMut() -> Measured,
) -> Result<(), Failed> {
    let pair = pair(15, &mut ours, || wall_of(&mut Command::new("true")))?;
    tell(Figure {
        subject,
        ours: shown(pair.ours),
        against: format!("{} (`true` takes {})", shown(limit), shown(pair.theirs)),
        ratio: pair.ours.as_secs_f64() / limit.as_secs_f64(),
        demand: Demand::AtMost(1.0),
    });
    Ok(())
}

/// Alone in its journal, and as one of many.
fn status(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = folder()?;
    let journal = folder.path().join("keyroll.db");
    let checked = plan()?;
    drop(begun(&journal, &checked, "bench")?);
    let mut ours = keyroll(folder.path(), "status");
    within(tell, "status, whole process".to_owned(), Duration::from_millis(20), || wall_of(&mut ours))?;

    fill(&journal)?;
    let events = grouped(RUNS * 8);
    let mut ours = keyroll(folder.path(), "status --run bench");
    let subject = format!("status, in a journal of {events} events");
    within(tell, subject, Duration::from_secs(1), || wall_of(&mut ours))?;
    let (peak, _) = peak_of(&mut keyroll(folder.path(), "status --run bench"), &[0])?;
    let (ours, limit) = (peak as f64 / 1024.0, 100.0);
    tell(Figure {
        subject: format!("status, among {} runs that wait: memory", grouped(RUNS)),
        ours: format!("{ours:.0} MiB"),
        against: format!("{limit:.0} MiB"),
        ratio: ours / limit,
        demand: Demand::AtMost(1.0),
    });
    Ok(())
}

/// Puts runs beside the one that is there, as large as that: each waits.
fn fill(journal: &Path) -> Result<(), Failed> {
    let mut connection = Connection::open(journal)?;
    let transaction = connection.transaction()?;
    {
        let mut run = transaction.prepare(
            "INSERT INTO run SELECT ?1, '2020-01-01T00:00:00Z', plan_name, plan_file, plan_text, plan_digest, site_digest, \
             parameters, core, state, head, 0 FROM run WHERE id = 'bench'",
        )?;
        let mut record = transaction.prepare(
            "INSERT INTO record SELECT ?1, ?2, body, digest FROM record WHERE run = 'bench' AND position = 0",
        )?;
        for number in 0..RUNS {
            let name = format!("other-{number}");
            run.execute([&name])?;
            for position in 0..8 {
                record.execute(params![name, position])?;
            }
        }
    }
    transaction.commit()?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// One key, and a thousand who verify with it; half of them have said that they do.
fn board(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = folder()?;
    let checked = check::read(&Source::new("plan", partners()), &Given::default())
        .map_err(|_| "the plan of many partners has findings")?;
    let mut host = begun(&folder.path().join("keyroll.db"), &checked, "bench")?;
    let mut say = |event| submit(&checked, &mut host, event);
    say(Event::Begun { step: "create_key".to_owned(), attempt: 1 })?;
    let (step, outcome, certificates) = ("create_key".to_owned(), Outcome::Changed, Default::default());
    say(Event::Ended { step, attempt: 1, outcome, certificates })?;
    say(confirmed("ops", "provide".to_owned()))?;
    for number in 0..PARTNERS / 2 {
        let role = format!("p{number}-admin");
        say(Event::Received { step: "provide".to_owned(), by: actor(&role) })?;
        say(confirmed(&role, format!("trust-p{number}")))?;
        say(confirmed(&role, format!("tell-p{number}")))?;
    }
    drop(host);
    for format in ["text", "html"] {
        let mut ours = keyroll(folder.path(), &format!("board --format {format} --output board"));
        let subject = format!("board of {} partners, {format}, whole process", grouped(PARTNERS));
        within(tell, subject, Duration::from_millis(100), || wall_of(&mut ours))?;
    }
    Ok(())
}

fn actor(role: &str) -> Actor {
    Actor { role: role.to_owned(), person: None, automatic: false }
}

fn confirmed(role: &str, step: String) -> Event {
    Event::Confirmed { step, by: actor(role), opens: None, certificates: Default::default() }
}

fn partners() -> String {
    let mut rows = String::new();
    for number in 0..PARTNERS {
        let _always = writeln!(rows, "  p{number}");
    }
    format!(
        r#"keyroll 1

plan partners

table partner {{
{rows}}}

role ops

key old
key new

keystore store of ops {{
  alias "signer" is old
}}

for each partner {{
  role $partner-admin

  receiver gate-$partner of $partner-admin {{
    accepts old
    accepts at most 2
  }}

  flow orders-$partner of ops {{
    signs xml with store["signer"]
    sends to gate-$partner
    delivers within 24h
    deployed
  }}
}}

step create_key by ops {{
  create new in store as "signer-next"
}}

step provide by ops {{
  after create_key
  provide new to $partner-admin for each partner
}}

for each partner {{
  step trust-$partner by $partner-admin {{
    after provide
    accept new at gate-$partner
  }}

  step tell-$partner by $partner-admin {{
    after trust-$partner
    inform ops
  }}
}}

step exchange by ops {{
  after tell-$partner for each partner
  exchange store["signer"] for new
}}

for each partner {{
  promise orders-$partner never rejected
}}
"#
    )
}
