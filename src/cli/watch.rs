//! `keyroll watch PLAN...`

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    journal::{
        HostError,
        sqlite::{Pinned, Store},
    },
    page::openmetrics::Exposition,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
        approval::Approval,
        bind::bind,
        dry_run::{Bound, dry_run},
        prospect::{Reason, reasons},
        site::Site,
    },
    source::{Refusal, shown},
    transition::pause::Pause,
};

use super::{
    answered::{Answered, vain},
    at_site::{AtSite, fitting},
    exit::Exit,
    json::{Document, Format},
    metrics::{self, Metrics},
    of_run::pause::lines,
    screen::Screen,
    survey::found::read as known,
    text::plan,
    trusted::trusted,
};

/// Look at plans that wait to be begun: which would fail now, and which will fail soon, and why.
///
/// The backends of the site are read and nothing is changed. One look, for cron: it ends with 0 where all
/// is well, with 1 where one will fail, with 6 where one would fail now.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plans
    #[arg(required = true)]
    plans: Vec<PathBuf>,
    /// The site: what stands behind the plans' names
    #[arg(long, default_value = "site.toml", value_name = "FILE")]
    site: PathBuf,
    /// The journal, if it is not keyroll.db beside the site
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    answered: Answered,
    /// A file of `dry-run --save`: say where it is stale for its plan
    #[arg(long, value_name = "FILE")]
    approved: Vec<PathBuf>,
    /// Say what will fail within so many days
    #[arg(long, default_value_t = 30, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=36_500))]
    within: u32,
    /// Text for people, or JSON, a line for each plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    metrics: Metrics,
}

/// What becomes of one plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Watched {
    /// The plan's name.
    plan: String,
    /// Its file.
    file: String,
    /// How it stands.
    outlook: Outlook,
    /// Until when its run stands still, and for whom, where somebody has it so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paused: Vec<Pause>,
    /// Why it fails, that which fails sooner first.
    reasons: Vec<Reason>,
}

/// How a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outlook {
    /// It could be begun now, and later.
    Fine,
    /// It could be begun now, and not for long.
    WillFail,
    /// It would fail if it were begun now.
    FailsNow,
    /// A run of it is under way: `status` tells of that one.
    UnderWay,
    /// A run of it is done.
    Done,
}

impl Outlook {
    const ALL: [Self; 5] = [Self::Fine, Self::WillFail, Self::FailsNow, Self::UnderWay, Self::Done];

    /// The word for machines.
    const fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::WillFail => "will_fail",
            Self::FailsNow => "fails_now",
            Self::UnderWay => "under_way",
            Self::Done => "done",
        }
    }
}

impl Document for Watched {
    const NAME: &'static str = "watch";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let file = match arguments.metrics.file(screen) {
        Ok(file) => file,
        Err(exit) => return exit,
    };
    let (mut worst, mut figures) = (Exit::Done, Exposition::default());
    let at = AtSite::by(&arguments.site, arguments.journal.as_deref());
    for path in &arguments.plans {
        let exit = match watched(path, &at, arguments, screen) {
            Ok(watched) => {
                let exit = match watched.outlook {
                    Outlook::Fine | Outlook::UnderWay | Outlook::Done => Exit::Done,
                    Outlook::WillFail => Exit::Refused,
                    Outlook::FailsNow => Exit::Stale,
                };
                tell(&watched, arguments.format, screen);
                count(&watched, &mut figures);
                exit
            }
            Err(exit) => exit,
        };
        let labels = vec![("file", path.display().to_string())];
        figures.gauge("keyroll_plan_exit_code", "What watch said of the plan.", [(labels, exit as i64)]);
        worst = worst.max(exit);
    }
    let Some(file) = file else { return worst };
    let looked = [(Vec::new(), WallClock.now().as_second())];
    figures.gauge("keyroll_plan_looked_timestamp_seconds", "When these figures were taken.", looked);
    metrics::write(file, &figures, screen).map_or_else(|failed| worst.max(failed), |()| worst)
}

/// The figures of one plan.
fn count(watched: &Watched, figures: &mut Exposition) {
    let labels = vec![("file", watched.file.clone()), ("plan", watched.plan.clone())];
    let states = Outlook::ALL.map(Outlook::word);
    let help = "How a plan stands that waits to be begun.";
    figures.states("keyroll_plan_outlook", help, &labels, (&states, watched.outlook.word()));
    let first = watched.reasons.iter().filter_map(|reason| reason.from).min();
    let first = first.map(|at| (labels, at.as_second()));
    figures.gauge("keyroll_plan_fails_timestamp_seconds", "From when on the plan fails.", first);
}

fn tell(watched: &Watched, format: Format, screen: &mut Screen) {
    if format == Format::Json {
        screen.document(watched);
        return;
    }
    let name = shown(&watched.file);
    match watched.outlook {
        Outlook::Fine => screen.result(format_args!("{name}: fine")),
        Outlook::UnderWay => {
            screen.result(format_args!("{name}: is under way"));
            let now = WallClock.now();
            lines(&watched.paused, now).iter().for_each(|line| screen.result(format_args!("{name}: {line}")));
        }
        Outlook::Done => screen.result(format_args!("{name}: is done")),
        Outlook::WillFail | Outlook::FailsNow => {}
    }
    for reason in &watched.reasons {
        screen.result(format_args!("{name}: {}", reason.sentence()));
    }
}

fn watched(path: &Path, at: &AtSite, arguments: &Arguments, screen: &mut Screen) -> Result<Watched, Exit> {
    let source = plan(path, screen)?;
    let (mut site, text) = at.read(screen)?;
    let given = arguments.answered.given(&site, screen)?;
    let (checked, given, _) = known(at, (&source, given), screen)?;
    vain(&given, &site, &checked, screen)?;
    fitting(&checked, (&site, &text), &at.folder(), screen)?;
    trusted(at, (&site, &text), screen)?;
    let (name, digest) = (checked.plan().name.clone(), checked.plan().digest());
    let watched = |outlook, reasons| Watched {
        plan: name.clone(),
        file: path.display().to_string(),
        outlook,
        paused: Vec::new(),
        reasons,
    };
    let mut complain = |error: String| {
        screen.talk(shown(&error));
        Exit::Backend
    };
    let last = last(at, &name).map_err(|error| complain(error.to_string()))?;
    if let Some((last, pauses)) = last {
        if !last.finished {
            let now = WallClock.now();
            let paused = pauses.into_iter().filter(|pause| now < pause.until).collect();
            return Ok(Watched { paused, ..watched(Outlook::UnderWay, Vec::new()) });
        }
        if last.plan == digest {
            return Ok(watched(Outlook::Done, Vec::new()));
        }
    }
    let start = checked.plan().start.clone();
    let proven = match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => proven,
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source, vec![refuted.finding]));
            return Err(Exit::Refused);
        }
        Verdict::NotProven(open) => {
            screen.talk(format_args!("not proved: {}", open.reason()));
            return Err(Exit::NotProved);
        }
    };
    at.ask((&mut site, &text), screen)?;
    let found = outlook(&proven, &site, at, arguments, screen)?;
    let outlook = match found.first() {
        None => Outlook::Fine,
        // What fails now comes first.
        Some(first) if first.from.is_some() => Outlook::WillFail,
        Some(_) => Outlook::FailsNow,
    };
    Ok(watched(outlook, found))
}

/// Why a proved plan fails.
fn outlook(
    proven: &Proven,
    site: &Site,
    at: &AtSite,
    arguments: &Arguments,
    screen: &mut Screen,
) -> Result<Vec<Reason>, Exit> {
    let folder = at.folder();
    let mut complain = |error: String| {
        screen.talk(shown(&error));
        Exit::Backend
    };
    let plan = proven.checked().plan();
    let mut found = Vec::new();
    for path in &arguments.approved {
        let approval = Approval::read(path).map_err(|error| {
            complain(error.to_string());
            Exit::Usage
        })?;
        if approval.plan_name == plan.name {
            let moved = approval.differences(proven, site, &folder);
            let moved = moved.map_err(|error| complain(error.to_string()))?;
            found.extend(
                moved.iter().map(|line| Reason::now(format!("the approval is stale: {}", line.trim()))),
            );
        }
    }
    let backends = bind(plan, site, &folder).map_err(|error| complain(error.to_string()))?;
    let now = WallClock.now();
    let bound = Bound { site, folder: &folder, backends };
    let dry = dry_run(proven, bound, None, now).map_err(|error| complain(error.to_string()))?;
    let within = SignedDuration::from_hours(i64::from(arguments.within) * 24);
    found.extend(reasons(&dry, now, within));
    Ok(found)
}

/// The youngest run of a plan that has begun, and its pauses.
fn last(at: &AtSite, plan: &str) -> Result<Option<(Pinned, Vec<Pause>)>, HostError> {
    let path = at.journal();
    if !path.exists() {
        return Ok(None);
    }
    Store::look(&path, |store| {
        let runs = store.runs()?.into_iter().filter(|run| run.plan_name == plan);
        for run in runs {
            if store.has_begun(&run.run)? {
                let pauses = store.pauses(&run.run)?;
                return Ok(Some((run, pauses)));
            }
        }
        Ok(None)
    })
}
