//! Many runs that wait, under one process that stays: the memory it takes, and how often it wakes up.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use keyroll::{
    check,
    journal::sqlite::{Pinned, Store},
    plan::given::Given,
    run::site::Site,
    source::Source,
    transition::event::Event,
};

use super::{
    figure::{Demand, Figure},
    journal::submit,
    measure::grouped,
};

type Failed = Box<dyn Error>;

/// So many runs wait.
const RUNS: usize = 10_000;

/// So long it is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// So long it may take until all of them were looked at.
const PATIENCE: Duration = Duration::from_secs(600);

const SITE: &str = "site = 1\n\n[roles.ops]\n\n[roles.partner]\n";

const PLAN: &str = r#"keyroll 1

plan waiting

role ops

role partner

step ask by ops {
  inform partner
}

step answer by partner {
  after ask
  inform ops
}
"#;

/// The figures.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    fs::write(folder.path().join("site.toml"), SITE)?;
    entered(folder.path())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(["run", "--all", "--follow", "--quiet"]).current_dir(folder.path());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let seen = watched(&mut child);
    child.kill()?;
    child.wait()?;
    let (peak, woken) = seen?;
    let (ours, limit) = (peak as f64 / 1024.0, 100.0);
    tell(Figure {
        subject: format!("{} runs that wait: memory of who stays", grouped(RUNS)),
        ours: format!("{ours:.0} MiB"),
        against: format!("{limit:.0} MiB"),
        ratio: ours / limit,
        demand: Demand::AtMost(1.0),
    });
    tell(Figure {
        subject: format!("{} runs that wait: wake-ups", grouped(RUNS)),
        ours: format!("{woken} in {} s", WATCHED.as_secs()),
        against: "none".to_owned(),
        ratio: woken as f64,
        demand: Demand::AtMost(0.0),
    });
    Ok(())
}

/// Begins the runs, each of which waits for a person.
fn entered(folder: &Path) -> Result<(), Failed> {
    let checked = check::read(&Source::new("plan.renewal", PLAN), &Given::default())
        .map_err(|_| "the plan that waits has findings")?;
    let site = Site::read(&Source::new("site.toml", SITE)).map_err(|_| "the site has findings")?;
    let (plan, path) = (checked.plan(), folder.join("keyroll.db"));
    for number in 0..RUNS {
        let pinned = Pinned {
            run: format!("waiting-{number}"),
            started: Timestamp::now(),
            plan_name: plan.name.clone(),
            plan_file: plan.source.name.clone(),
            plan_text: plan.source.text.clone(),
            plan_files: plan.files.clone(),
            plan: plan.digest(),
            site: site.digest(),
            parameters: Default::default(),
            finished: false,
        };
        let mut store = Store::open(&path)?;
        store.enter(&checked, &pinned)?;
        let certificates = Default::default();
        let started = Event::Started { plan: plan.digest(), site: site.digest(), certificates };
        submit(&checked, &mut store.attach(&checked, &pinned.run, true)?, started)?;
    }
    Ok(())
}

/// The most memory that it took, in KiB, and how often it woke up while nothing happened.
fn watched(child: &mut Child) -> Result<(u64, u64), Failed> {
    let begin = Instant::now();
    let mut before = None;
    // Until it rests: for as long as a second nothing of it has woken up.
    loop {
        std::thread::sleep(Duration::from_secs(1));
        if let Some(status) = child.try_wait()? {
            return Err(format!("it ended: {status}").into());
        }
        let now = woken(child)?;
        if before == Some(now) {
            break;
        }
        before = Some(now);
        if begin.elapsed() > PATIENCE {
            return Err("it does not come to rest".into());
        }
    }
    let before = woken(child)?;
    std::thread::sleep(WATCHED);
    let after = woken(child)?;
    let peak = field(&format!("/proc/{}/status", child.id()), "VmHWM:")?;
    Ok((peak, after.saturating_sub(before)))
}

/// How often the system has let a thread of it go on, after it gave the processor up or had it taken away.
fn woken(child: &Child) -> Result<u64, Failed> {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{}/task", child.id()))? {
        let place = task?.path().join("status").display().to_string();
        sum += field(&place, "voluntary_ctxt_switches:")? + field(&place, "nonvoluntary_ctxt_switches:")?;
    }
    Ok(sum)
}

fn field(place: &str, name: &str) -> Result<u64, Failed> {
    let text = fs::read_to_string(place)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    let value = value.and_then(|value| value.split_whitespace().next()).ok_or("no such field")?;
    Ok(value.parse()?)
}
