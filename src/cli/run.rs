//! `keyroll run PLAN`

mod all;
mod bell;
mod ended;

use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use crate::{
    backend::clock::{Clock, WallClock},
    journal::{
        Host, leg,
        sqlite::{Pinned, SqliteHost, Store, run_id},
    },
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
        approval::Approval,
        bind::bind_for,
        claims::Claims,
        notices::herald::SiteHerald,
        runner::{Ending, Parts, Runner},
        site::Site,
    },
    source::{Refusal, Source, shown},
    transition::event::Record,
};

use super::{
    answered::{Answered, vain},
    at_site::{AtSite, Attached, failed, fitting, shown_path},
    carried::{Carried, Told},
    claimed,
    exit::Exit,
    halted,
    json::Format,
    metrics::{
        Metrics,
        resting::{Figures, Resting},
        write_of,
    },
    moved::moved,
    notices::{self, Post},
    of_run::go_on::go_on,
    prove::told,
    rehearse::progress::Progress,
    screen::Screen,
    stop,
    tally::Tally,
    terminal::Terminal,
    text::{pinned, plan, resolved},
    trusted::trusted,
    validity::{self, At},
};

pub(super) use all::Beside;

/// Carry a proved plan out at a site, as far as it goes; the same command later goes on.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan, or - for standard input; without it the youngest run in the journal goes on
    plan: Option<PathBuf>,
    #[command(flatten)]
    pub(super) at: AtSite,
    #[command(flatten)]
    answered: Answered,
    /// Stay while the run waits for people or times, instead of ending with exit code 3
    #[arg(long, conflicts_with = "until_waiting")]
    follow: bool,
    /// End with exit code 3 when the run waits for people or times, as without it
    #[arg(long)]
    until_waiting: bool,
    /// Go on with every run of the journal that is under way
    #[arg(
        long,
        conflicts_with_all = ["plan", "run", "again", "approved", "file", "answer"]
    )]
    all: bool,
    /// With --all: how many runs go on at the same time
    #[arg(long, value_name = "N", default_value = "8", requires = "all")]
    at_once: NonZeroU8,
    /// Begin another run of a plan whose last run here is done
    #[arg(long, requires = "plan")]
    again: bool,
    /// Run only if plan, site and world are still those in this file of `dry-run --save`
    #[arg(long, value_name = "FILE", requires = "plan")]
    approved: Option<PathBuf>,
    /// Look at no more than this many states in the proof
    #[arg(long, default_value_t = BUDGET, value_name = "STATES")]
    pub(super) budget: usize,
    /// Text for people, or JSON lines
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) metrics: Metrics,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    // Before anything is done.
    match arguments.metrics.file(screen).and_then(|_| begin(arguments, screen)) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn begin(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    if arguments.all {
        return all::all(arguments, screen);
    }
    let Some(path) = &arguments.plan else { return go_on(arguments, None, None, screen) };
    let source = plan(path, screen)?;
    let (mut site, text) = arguments.at.read(screen)?;
    let given = arguments.answered.given(&site, screen)?;
    let proven = proven(&source, &given, arguments.budget, screen)?;
    vain(&given, &site, proven.checked(), screen)?;
    fitting(proven.checked(), (&site, &text), &arguments.at.folder(), screen)?;
    trusted(&arguments.at, (&site, &text), screen)?;
    if !is_over(&proven, arguments, screen)? {
        arguments.at.ask((&mut site, &text), screen)?;
    }
    let job = Job { arguments, proven: &proven, site: &site, given: &given, beside: None };
    if let Some(path) = &arguments.approved {
        approved(path, job, screen)?;
    }
    let mut host = match host(job, screen)? {
        Taken::Up(host) => host,
        Taken::Part(run) => return go_on(arguments, Some(&run), None, screen),
        Taken::Finished(run) => {
            // It may have been cut off between its last record and the giving back.
            let (holder, folder) = (claimed::holder(&arguments.at, &run, screen)?, arguments.at.folder());
            let plan = proven.checked().plan();
            claimed::give_back(&Claims { plan, site: &site, folder: &folder, holder: &holder }, screen)?;
            screen.remark(format_args!("run {run} of this plan is done already; --again begins another one"));
            Post { at: &arguments.at, site: &site, checked: proven.checked(), delivers: true }.rest(screen);
            if arguments.format == Format::Json {
                screen.document(&Carried::of("done", &Tally::default(), &run));
            }
            if let Some(path) = arguments.metrics.file(screen)? {
                let Attached { checked, host, site, .. } =
                    arguments.at.of(Some(&run)).attach(false, screen)?;
                let ended = Some((Exit::Done, "done"));
                write_of((&checked, &site, &host), ended, path, screen)?;
            }
            return Ok(Exit::Done);
        }
    };
    carry_out(job, &mut host, screen)
}

/// What is to be run, and how.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) proven: &'a Proven,
    pub(super) site: &'a Site,
    pub(super) given: &'a Given,
    /// The others, where it is carried on beside them.
    pub(super) beside: Option<&'a Beside>,
}

pub(super) fn carry_out(job: Job<'_>, host: &mut SqliteHost, screen: &mut Screen) -> Result<Exit, Exit> {
    let Job { arguments, proven, site, beside, .. } = job;
    let checked = proven.checked();
    screen.about(host.run());
    screen.detail(format_args!("the run {}, proved by {}", host.run(), proven.proof().how.sentence()));
    SiteHerald::of(site).into_iter().for_each(|herald| host.told_by(herald));
    let folder = arguments.at.folder();
    let holder = claimed::holder(&arguments.at, host.run(), screen)?;
    let claims = Claims { plan: checked.plan(), site, folder: &folder, holder: &holder };
    let backends = bind_for(&claims).map_err(|error| {
        screen.talk(shown(&error.to_string()));
        Exit::Backend
    })?;
    if let Err(exit) = claimed::take(&claims, beside.map(|beside| &*beside.alive), arguments.format, screen) {
        withdrawn(host, screen)?;
        return Err(exit);
    }
    halted::behind(host.state(), WallClock.now(), screen);
    validity::warn(checked, &At { site, folder: &folder, backends: &backends }, host.state(), screen);
    let json = arguments.format == Format::Json;
    let progress = Progress::new(WallClock.now(), false, !json && !screen.is_quiet(), screen.log());
    let figures = arguments.metrics.file(screen)?.map(|path| Figures {
        path,
        checked,
        site,
        journal: arguments.at.journal(),
        run: host.run().to_owned(),
        log: screen.log(),
    });
    let clock = Resting::of(figures);
    let (post, run) =
        (Post { at: &arguments.at, site, checked, delivers: beside.is_none() }, host.run().to_owned());
    let ending = post.beside(&run, || {
        let mut terminal = Terminal { quiet: json || screen.is_quiet(), log: screen.log() };
        let parts = Parts {
            host: &mut *host,
            backends,
            site,
            folder: &folder,
            clock: &clock,
            notifier: &mut terminal,
            stop: stop::flag(),
        };
        let mut watch = |record: &Record| {
            progress.record(checked, record);
            clock.moved();
            if json {
                let run = beside.map(|_| &*run);
                screen.document(&Told { record, run });
            }
        };
        Runner::over_site(proven, parts).run(site.digest(), arguments.follow && beside.is_none(), &mut watch)
    });
    progress.finish();
    // A run that changed nothing yet holds nothing either.
    let over = matches!(ending, Ok(Ending::Done)) || !host.state().started;
    let given_back = if over { claimed::give_back(&claims, screen) } else { Ok(()) };
    let may_not_have_begun = matches!(ending, Ok(Ending::Moved(_)) | Err(_));
    if let Some(beside) = beside {
        beside.rests(&*host, &ending);
    }
    let why = notices::why(&ending);
    let exit = ended::end(job, &*host, ending, screen);
    post.after(host, why.as_deref(), screen);
    if may_not_have_begun {
        withdrawn(host, screen)?;
    }
    given_back.map_or_else(Err, |()| Ok(exit))
}

/// A run that did not come to its first record is none: it would stand before those that are.
fn withdrawn(host: &mut SqliteHost, screen: &mut Screen) -> Result<(), Exit> {
    host.withdraw().map(|_| ()).map_err(|error| failed(&error, screen))
}

/// Proves the plan from its declared start. A run that is under way stays pinned to this proof: its
/// plan, its parameters and its start are those that were proved.
fn proven(source: &Source, given: &Given, budget: usize, screen: &mut Screen) -> Result<Box<Proven>, Exit> {
    let checked = pinned(source, given, screen)?;
    let start = checked.plan().start.clone();
    match prove(checked, &start, budget) {
        Verdict::Proven(proven) => Ok(proven),
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source.clone(), vec![refuted.finding]));
            for line in told(refuted.checked.plan(), &refuted.story, screen.is_verbose()) {
                screen.talk(line);
            }
            screen.talk("the plan is not proved, so it is not run");
            Err(Exit::Refused)
        }
        Verdict::NotProven(open) => {
            screen.talk(format_args!("not proved: {}; raise --budget, or split the plan", open.reason()));
            Err(Exit::NotProved)
        }
    }
}

/// Holds the run to what was approved.
fn approved(path: &Path, job: Job<'_>, screen: &mut Screen) -> Result<(), Exit> {
    let Job { arguments, proven, site, .. } = job;
    let approval = Approval::read(path).map_err(|error| {
        screen.talk(shown(&error.to_string()));
        Exit::Usage
    })?;
    let begun = under_way(proven, arguments, screen)?;
    // A run that is under way moves the world itself; what it finds otherwise it says itself.
    let folder = arguments.at.folder();
    let moved = if begun {
        Ok(approval.moved(proven.checked().plan().digest(), site, None))
    } else {
        approval.differences(proven, site, &folder)
    };
    match moved {
        Ok(moved) if moved.is_empty() => Ok(()),
        Ok(moved) => {
            screen.talk("the approval is stale:");
            for line in moved {
                screen.talk(format_args!("  {}", shown(&line)));
            }
            screen.talk("make a dry run again, and have that one approved");
            Err(Exit::Stale)
        }
        Err(error) => {
            screen.talk(shown(&error.to_string()));
            Err(Exit::Backend)
        }
    }
}

/// Whether a run of this plan is under way.
fn under_way(proven: &Proven, arguments: &Arguments, screen: &mut Screen) -> Result<bool, Exit> {
    let path = arguments.at.journal();
    if !path.exists() {
        return Ok(false);
    }
    let name = &proven.checked().plan().name;
    let begun = |store: Store| match arguments.at.meant(&store.runs()?, Some(name)) {
        Some(pinned) if !pinned.finished => store.has_begun(&pinned.run),
        _ => Ok(false),
    };
    Store::open(&path).and_then(begun).map_err(|e| failed(&e, screen))
}

/// Whether the run of this plan is done, and no other one is to begin.
fn is_over(proven: &Proven, arguments: &Arguments, screen: &mut Screen) -> Result<bool, Exit> {
    let path = arguments.at.journal();
    if arguments.again || !path.exists() {
        return Ok(false);
    }
    let plan = proven.checked().plan();
    let over = |store: Store| {
        let runs = store.runs()?;
        let last = arguments.at.meant(&runs, Some(&plan.name));
        let Some(last) = last.filter(|last| last.finished && last.plan == plan.digest()) else {
            return Ok(false);
        };
        Ok(!store.has_commands(&last.run)?)
    };
    Store::open(&path).and_then(over).map_err(|e| failed(&e, screen))
}

enum Taken {
    Up(Box<SqliteHost>),
    /// It has left this plan, and goes on in another part.
    Part(String),
    Finished(String),
}

/// Takes up the run of this plan that is under way, or enters a new one.
fn host(job: Job<'_>, screen: &mut Screen) -> Result<Taken, Exit> {
    let Job { arguments, proven, site, given, .. } = job;
    let checked = proven.checked();
    let plan = checked.plan();
    let path = arguments.at.journal();
    screen.detail(format_args!("the journal {}", resolved(&path)));
    let mut store = Store::open(&path).map_err(|e| failed(&e, screen))?;
    let runs = store.runs().map_err(|e| failed(&e, screen))?;
    let mut found = arguments.at.meant(&runs, Some(&plan.name));
    if let (None, Some(run)) = (found, &arguments.at.run) {
        let (path, run) = (shown_path(&path), shown(run));
        screen.talk(format_args!(
            "the journal {path} holds no run {run} of this plan; without --run one begins"
        ));
        return Err(Exit::Usage);
    }
    if let Some(part) = found.filter(|p| leg::number(&p.run) > 1 && !(p.finished && arguments.again)) {
        let run = part.run.clone();
        // It may have been cut off before the last thing that it was commanded was carried out.
        let is_through = part.finished && !store.has_commands(&run).map_err(|e| failed(&e, screen))?;
        return Ok(if is_through { Taken::Finished(run) } else { Taken::Part(run) });
    }
    let fits = |p: &&Pinned| p.plan == plan.digest() && p.site == site.digest();
    if let Some(pinned) = found.filter(|p| !p.finished && !fits(p)) {
        // A run that did not come to its first record changed nothing, and binds nobody.
        if store.withdraw(&pinned.run).map_err(|e| failed(&e, screen))? {
            found = None;
        }
    }
    if let Some(pinned) = found.filter(|p| !p.finished) {
        if !fits(&pinned) {
            screen.talk(moved(pinned, plan, &given.to_keep(plan)));
            return Err(Exit::Stale);
        }
        if arguments.again {
            let run = &pinned.run;
            screen.remark(format_args!(
                "run {run} is not finished; it goes on, and --again begins none beside it"
            ));
        }
        let host = store.attach(checked, &pinned.run, true).map_err(|e| failed(&e, screen))?;
        return Ok(Taken::Up(Box::new(host)));
    }
    if let Some(pinned) = found.filter(|p| !arguments.again && p.plan == plan.digest()) {
        let run = &pinned.run;
        if !fits(&pinned) || !store.has_commands(run).map_err(|e| failed(&e, screen))? {
            return Ok(Taken::Finished(run.clone()));
        }
        let host = store.attach(checked, run, true).map_err(|e| failed(&e, screen))?;
        return Ok(Taken::Up(Box::new(host)));
    }
    let now = WallClock.now();
    let pinned = Pinned {
        run: run_id(&plan.name, now),
        started: now,
        plan_name: plan.name.clone(),
        plan_file: arguments.plan.as_deref().map(shown_path).unwrap_or_default(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        plan: plan.digest(),
        site: site.digest(),
        parameters: given.to_keep(plan),
        finished: false,
    };
    store.enter(checked, &pinned).map_err(|e| failed(&e, screen))?;
    let host = store.attach(checked, &pinned.run, true).map_err(|e| failed(&e, screen))?;
    Ok(Taken::Up(Box::new(host)))
}
