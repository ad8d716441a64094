//! `keyroll run PLAN`

mod all;
mod approved;
mod asked;
mod bell;
mod ended;
mod every_way;
mod surveys;
mod taken;

use std::num::NonZeroU8;
use std::path::PathBuf;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    journal::{Host, sqlite::SqliteHost, survey::Survey},
    plan::given::Given,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
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
    at_site::{AtSite, Attached, failed, fitting},
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
    notices::{self, Post},
    of_run::go_on::go_on,
    prove::told,
    rehearse::progress::Progress,
    screen::Screen,
    stop,
    survey::found::meant,
    tally::Tally,
    terminal::Terminal,
    text::{pinned, plan},
    trusted::trusted,
    validity::{self, At},
};

use approved::approved;
use asked::{Call, Met, Ready, met};
use taken::{Taken, host, is_over};

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
    let source = match &arguments.plan {
        Some(path) => plan(path, screen)?,
        // What is asked before a run is carried on like the run.
        None => match meant(&arguments.at).map_err(|error| failed(&error, screen))? {
            Some(survey) => kept(&survey),
            None => return go_on(arguments, None, None, screen),
        },
    };
    let (mut site, text) = arguments.at.read(screen)?;
    let given = arguments.answered.given(&site, screen)?;
    let checked = pinned(&source, &given, screen)?;
    let call = Call { arguments, at: &arguments.at, source: &source, site: (&site, &text), beside: false };
    let Ready { checked, given, survey } = match met(call, (checked, given), screen)? {
        Met::Ends(exit, _) => return Ok(exit),
        Met::Begins(ready) => *ready,
    };
    let proven = judged(checked, arguments.budget, screen)?;
    vain(&given, &site, proven.checked(), screen)?;
    fitting(proven.checked(), (&site, &text), &arguments.at.folder(), screen)?;
    trusted(&arguments.at, (&site, &text), screen)?;
    if !is_over(&proven, arguments, screen)? {
        arguments.at.ask((&mut site, &text), screen)?;
    }
    let job =
        Job { arguments, proven: &proven, site: &site, given: &given, survey: survey.as_ref(), beside: None };
    if let Some(path) = &arguments.approved {
        approved(path, job, screen)?;
    }
    let mut host = match host(job, screen)? {
        Taken::Up(host) => host,
        Taken::Moved => return begin(arguments, screen),
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
    /// The survey that it begins with the answers of.
    pub(super) survey: Option<&'a Survey>,
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
fn judged(checked: Checked, budget: usize, screen: &mut Screen) -> Result<Box<Proven>, Exit> {
    let (source, start) = (checked.plan().source.clone(), checked.plan().start.clone());
    match prove(checked, &start, budget) {
        Verdict::Proven(proven) => Ok(proven),
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source, vec![refuted.finding]));
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

/// The text that a survey was opened for.
fn kept(survey: &Survey) -> Source {
    Source::new(survey.plan_file.clone(), survey.plan_text.clone()).with_files(survey.plan_files.clone())
}
