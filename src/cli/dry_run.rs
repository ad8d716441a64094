//! `keyroll dry-run PLAN`

use std::path::PathBuf;

use jiff::Timestamp;

use crate::{
    backend::clock::{Clock, WallClock},
    check::Checked,
    journal::{
        Host, HostError,
        sqlite::{Pinned, Store},
        survey::Survey,
    },
    page::junit::Case,
    plan::answers::Question,
    proof::verdict::{BUDGET, Proven, Verdict, prove},
    run::{
        approval::Approval,
        bind::bind,
        claims::Claims,
        difference::Difference,
        dry_run::{Bound, DryRun, Word, dry_run},
        error::RunError,
        notices::foreseen::foreseen,
        site::Site,
        time::to_the_second,
    },
    source::{Refusal, shown},
    syntax::spelt,
    transition::state::State,
};

use super::{
    answered::{Answered, vain},
    at_site::{AtSite, fitting, shown_path},
    exit::Exit,
    json::{Document, Format},
    screen::{Screen, cases::Junit},
    survey::found::{asking, read as known},
    text::plan,
    trusted::trusted,
};

/// Show what a run would do at a site. The backends are read and nothing is changed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan, or - for standard input
    plan: PathBuf,
    #[command(flatten)]
    at: AtSite,
    #[command(flatten)]
    answered: Answered,
    /// Write what was seen to a file that `run --approved` holds the run to
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[command(flatten)]
    junit: Junit,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

impl Document for DryRun {
    const NAME: &'static str = "dry-run";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match arguments.junit.begin("dry-run", screen).and_then(|()| look(arguments, screen)) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn look(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let source = plan(&arguments.plan, screen)?;
    let (mut site, text) = arguments.at.read(screen)?;
    let given = arguments.answered.given(&site, screen)?;
    let (checked, given, survey) = known(&arguments.at, (&source, given), screen)?;
    vain(&given, &site, &checked, screen)?;
    fitting(&checked, (&site, &text), &arguments.at.folder(), screen)?;
    trusted(&arguments.at, (&site, &text), screen)?;
    let start = checked.plan().start.clone();
    let proven = match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => proven,
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source, vec![refuted.finding]));
            screen.talk("the plan is not proved, so it would not be run");
            return Err(Exit::Refused);
        }
        Verdict::NotProven(open) => {
            screen.talk(format_args!("not proved: {}", open.reason()));
            return Err(Exit::NotProved);
        }
    };
    arguments.at.ask((&mut site, &text), screen)?;
    let folder = arguments.at.folder();
    let plan_text = proven.checked().plan().source.clone();
    let mut complain = |error: String| {
        screen.talk(shown(&error));
        Exit::Backend
    };
    let backends = bind(proven.checked().plan(), &site, &folder).map_err(|e| complain(e.to_string()))?;
    let now = WallClock.now();
    let under_way = standing(arguments, &proven, &site).map_err(|e| complain(e.to_string()))?;
    // Taken before the backends are covered: it is of the world, and not of what would become of it.
    let approval = arguments.save.as_ref().map(|_| Approval::of(&proven, &site, &folder, &backends));
    let told = foreseen(proven.checked().plan(), &site, under_way.as_ref());
    let under_way_is_none = under_way.is_none();
    let bound = Bound { site: &site, folder: &folder, backends };
    let mut found = match dry_run(&proven, bound, under_way, now) {
        Err(RunError::Weak(finding)) => {
            screen.page(&Refusal::new(plan_text, vec![finding]));
            screen.talk("a run would not begin");
            return Err(Exit::Refused);
        }
        found => found.map_err(|e| complain(e.to_string()))?,
    };
    found.notices = told;
    found.notes.extend(unanswered(proven.checked(), survey.as_deref(), under_way_is_none, now));
    let plan = proven.checked().plan();
    for (store, claim) in Claims::held(plan, &site, &folder).map_err(|e| complain(e.to_string()))? {
        found.notes.extend(claim.runs.iter().map(|hold| {
            let (store, journal) = (shown_path(&store), shown_path(&claim.journal));
            format!("{store} is held by run {} of the journal {journal}", shown(&hold.run))
        }));
    }
    let fits = found.differences.is_empty() && found.steps.iter().all(|s| s.forecast != Word::Blocked);
    if let (Some(path), Some(approval), true) = (&arguments.save, approval, fits) {
        let approval = approval.map_err(|e| complain(e.to_string()))?;
        approval.write(path).map_err(|e| complain(e.to_string()))?;
    }
    judge(&found, &plan.name, screen);
    if arguments.format == Format::Json {
        screen.document(&found);
    } else {
        draw(&found, screen);
    }
    match &arguments.save {
        Some(path) if fits => screen.remark(format_args!("saved: {}", shown_path(path))),
        Some(_) => screen.talk("not saved: the plan does not fit this world"),
        None => {}
    }
    Ok(if fits { Exit::Done } else { Exit::Stale })
}

/// What a run would ask before it begins, and what silence would mean.
fn unanswered(checked: &Checked, survey: Option<&Survey>, not_begun: bool, now: Timestamp) -> Vec<String> {
    let plan = checked.plan();
    let open = asking(checked).filter(|question| not_begun && !question.given);
    let note = |question: &Question| {
        let (name, role) = (shown(&question.name.value), shown(&plan.landscape.roles[question.role]));
        let silence = if question.silence { "yes" } else { "no" };
        let put = survey.and_then(|survey| survey.asked.iter().find(|put| put.name == question.name.value));
        let until = match put {
            Some(put) if put.due <= now => format!("did not answer until {}", to_the_second(put.due)),
            Some(put) => format!("is asked, and may answer until {}", to_the_second(put.due)),
            None => {
                let within = question.within.map(spelt).unwrap_or_default();
                format!("would be asked, and have {within} to answer")
            }
        };
        format!("{name} is not answered: {role} {until}; what is shown is for {silence}, which silence means")
    };
    open.map(note).collect()
}

/// Where the run of this plan stands that is under way at this site, if there is one.
fn standing(arguments: &Arguments, proven: &Proven, site: &Site) -> Result<Option<State>, HostError> {
    let path = arguments.at.journal();
    if !path.exists() {
        return Ok(None);
    }
    let plan = proven.checked().plan();
    let fits = |p: &&Pinned| !p.finished && p.plan == plan.digest() && p.site == site.digest();
    Store::look(&path, |store| {
        let runs = store.runs()?;
        let run = arguments.at.meant(&runs, Some(&plan.name)).filter(fits).map(|p| p.run.clone());
        let Some(run) = run else { return Ok(None) };
        let state = store.attach(proven.checked(), &run, false)?.state().clone();
        // A run that did not come to its first record has looked at nothing yet.
        Ok(Some(state).filter(|state| state.started))
    })
}

/// Where a world is not as the plan starts from, in words.
pub(super) fn differs(difference: &Difference) -> String {
    let (recorded, seen) = (shown(&difference.recorded), shown(&difference.seen));
    format!("differs     {}: the plan starts from {recorded}, there is {seen}", difference.what)
}

/// A test case for each step, and for each place where the world is not as the plan starts from.
fn judge(found: &DryRun, plan: &str, screen: &mut Screen) {
    let Some(cases) = screen.cases() else { return };
    for difference in &found.differences {
        let line = differs(difference);
        let fault = Some(("differs", line.trim_start_matches("differs").trim_start().to_owned()));
        cases.add(Case::judged(plan, format!("{} is as recorded", difference.what), fault));
    }
    for step in &found.steps {
        let fault = (step.forecast == Word::Blocked).then(|| ("blocked", step.detail.clone()));
        cases.add(Case::judged(plan, format!("{} ({})", step.step, step.role), fault));
    }
}

fn draw(found: &DryRun, screen: &mut Screen) {
    for difference in &found.differences {
        screen.result(differs(difference));
    }
    for (number, step) in found.steps.iter().enumerate() {
        screen.result(format_args!(
            "{:>3}  {:<10}  {:<22} {}",
            number + 1,
            step.forecast.shown(),
            step.step,
            step.detail
        ));
    }
    for note in &found.notes {
        screen.result(format_args!("     note        {note}"));
    }
    for slack in &found.slack {
        screen.result(format_args!("     slack       {}", slack.sentence()));
    }
    found.notices.iter().for_each(|told| screen.result(format_args!("     notice      {}", told.line())));
}
