//! `keyroll abort RUN`

mod not_begun;

use std::{collections::BTreeSet, sync::atomic::Ordering};

use crate::{
    backend::{
        clock::{Clock, WallClock},
        observe::observe,
    },
    check::Checked,
    journal::{Host, leg, sqlite::Pinned},
    plan::given::Given,
    proof::verdict::BUDGET,
    rest::{
        standing::{Standing, Unclear, standing},
        way::{Back, Run, Way, way},
    },
    run::{bind::bind, casting::Casting, claims::Claims, opening, site::Site},
    source::shown,
    synthesis::{Bounds, Progress},
    transition::{
        event::{Actor, Bound, Event, Record},
        next::Verdict,
    },
    world::id::{RoleId, StepId},
};

use crate::cli::{
    at_site::{AtSite, Attached, failed},
    claimed,
    exit::Exit,
    json::Format,
    of_run::called_off::{CalledOff, lines},
    of_run::part::{Part, goes_over},
    screen::Screen,
    stop,
    survey::found::meant,
    trusted::trusted,
};

/// How many moments a search for the way back looks at unless it is told otherwise.
const MOMENTS: usize = 1_000_000;

/// Call a run off: show the proved way back to its start, and take it with --yes.
///
/// The way back is a plan of its own, proved from where the run stands: no message is rejected on it, and what
/// the plan promises is kept. Where a partner may act at any moment, it begins with a report to stop, which the
/// partner acknowledges. Once it is taken, `keyroll run` goes on over it, and `status`, `why`, `inbox` and
/// `confirm` speak of its steps. Where no way leads back any more, the rest of the plan is shown.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run, if it is not the youngest in the journal
    #[arg(value_name = "RUN")]
    called: Option<String>,
    /// The role that you act for: it tells the others to stop
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Take the way that is shown
    #[arg(long, requires = "because", requires = "person")]
    yes: bool,
    /// Why, for the journal
    #[arg(long, value_name = "REASON")]
    because: Option<String>,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// A step by hand that may begin, and of which you know that nobody has done it
    #[arg(long, value_name = "STEP")]
    not_done: Vec<String>,
    #[command(flatten)]
    at: AtSite,
    /// Look at no more than this many states in the proof
    #[arg(long, default_value_t = BUDGET, value_name = "STATES")]
    budget: usize,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match called_off(arguments, screen) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn called_off(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let at = arguments.at.of(arguments.called.as_deref());
    if let Some(survey) = meant(&at).map_err(|error| failed(&error, screen))? {
        return not_begun::call_off((arguments, &at), &survey, screen);
    }
    let mut attached = at.attach(arguments.yes, screen)?;
    let by = acting(&attached.checked, &arguments.role, screen)?;
    if !attached.host.state().started || attached.host.state().is_over() {
        screen.talk("there is nothing to call off: the run has not begun, or is over");
        return Err(Exit::Usage);
    }
    let mut told = CalledOff::of(&attached.pinned.run);
    let records = attached.host.records().map_err(|error| failed(&error, screen))?;
    if matches!(records.first(), Some(Record { event: Event::Continued { bound: Bound::Back, .. }, .. })) {
        screen.talk("the run is on its way back already; `keyroll amend` moves it to another plan");
        return Err(Exit::Usage);
    }
    let stands = match stands(&at, &attached, &arguments.not_done, screen)? {
        Ok(stands) => stands,
        Err(asked) => {
            told.asked = asked.iter().map(|step| name(&attached.checked, *step)).collect();
            if arguments.format == Format::Json {
                screen.document(&told);
            } else {
                asked.iter().for_each(|step| screen.result(question(&attached.checked, *step)));
            }
            return Ok(Exit::Waiting);
        }
    };
    let given = Given::kept(&attached.pinned.parameters);
    let casting = Casting::of(attached.checked.plan(), &attached.site);
    let run = Run {
        checked: &attached.checked,
        given: &given,
        state: attached.host.state(),
        standing: &stands,
        casting: &casting,
        by,
    };
    let goes_on = |_: Progress| !stop::flag().load(Ordering::Relaxed);
    let found = way(run, Bounds { moments: MOMENTS, several: true }, arguments.budget, &goes_on);
    told.unrecorded = stands.unrecorded.iter().map(|step| name(&attached.checked, *step)).collect();
    told.fill(&found, &attached);
    if !arguments.yes || matches!(found, Way::None { .. }) {
        return Ok(show(arguments, &told, &found, screen));
    }
    take(arguments, (&at, &mut attached), &found, &mut told, screen)
}

/// The role that somebody acts for.
///
/// # Errors
/// The exit: the plan has no such role.
pub fn acting(checked: &Checked, role: &str, screen: &mut Screen) -> Result<RoleId, Exit> {
    let roles = &checked.plan().landscape.roles;
    roles.find(|one| one == role).ok_or_else(|| {
        let names: Vec<String> = roles.rows().cloned().collect();
        let help = crate::plan::suggest::did_you_mean(role, "role", &names).text;
        screen.talk(format_args!("the plan has no role `{}`: {help}", shown(role)));
        Exit::Usage
    })
}

/// Where a run stands, or the steps that are to be asked for.
///
/// # Errors
/// The exit: the world is not as recorded, or cannot be looked at.
pub fn stands(
    at: &AtSite,
    attached: &Attached,
    not_done: &[String],
    screen: &mut Screen,
) -> Result<Result<Standing, Vec<StepId>>, Exit> {
    let Attached { checked, host, pinned, site, text } = attached;
    let mut site = site.clone();
    let plan = checked.plan();
    is_same_site(&site, pinned, screen)?;
    trusted(at, (&site, text), screen)?;
    let mut denied = BTreeSet::new();
    for step in not_done {
        let Some(id) = plan.step(step) else {
            return Err(crate::cli::confirm::unknown(checked, step, screen));
        };
        denied.insert(id);
    }
    at.ask((&mut site, text), screen)?;
    let unreadable = |error: String, screen: &mut Screen| {
        screen.talk(shown(&error));
        Exit::Backend
    };
    let (folder, now) = (at.folder(), WallClock.now());
    let backends = bind(plan, &site, &folder).map_err(|error| unreadable(error.to_string(), screen))?;
    let material = opening::material(checked, &site, host.state(), now);
    let seen = observe(&plan.landscape, &backends, &material, &host.state().world)
        .map_err(|error| unreadable(format!("cannot look at the world: {error}"), screen))?;
    match standing(checked, (host.state(), now), (&seen, &backends), &denied) {
        Ok(standing) => Ok(Ok(standing)),
        Err(Unclear::Asked(steps)) => Ok(Err(steps)),
        Err(Unclear::Moved(differences)) => {
            screen.talk("the world is not as recorded, and nothing was changed:");
            for one in differences {
                let (recorded, seen) = (shown(&one.recorded), shown(&one.seen));
                screen.talk(format_args!("  {}: recorded is {recorded}, seen is {seen}", one.what));
            }
            screen.talk("put it right by hand, and ask again");
            Err(Exit::Stale)
        }
    }
}

/// Refuses a site that is another one than that of the run.
///
/// # Errors
/// The exit; it has been said.
pub fn is_same_site(site: &Site, pinned: &Pinned, screen: &mut Screen) -> Result<(), Exit> {
    if site.digest() == pinned.site {
        return Ok(());
    }
    screen.talk(format_args!("the site was changed since run {} began; put it back", shown(&pinned.run)));
    Err(Exit::Stale)
}

/// What is to be said of a step by hand that may be done already.
pub fn question(checked: &Checked, step: StepId) -> String {
    let plan = checked.plan();
    let role = shown(&plan.landscape.roles[plan.steps[step].role.value]);
    let (step, act) = (shown(&plan.steps[step].name.value), shown(&plan.sentence(step)));
    format!(
        "has {role} done `{step}` ({act})? if so: keyroll confirm {step} --as {role}; if not: add --not-done {step}"
    )
}

fn name(checked: &Checked, step: StepId) -> String {
    checked.plan().steps[step].name.value.clone()
}

/// Shows a way, and says how it is taken.
fn show(arguments: &Arguments, told: &CalledOff, found: &Way, screen: &mut Screen) -> Exit {
    let exit = if matches!(found, Way::None { .. }) { Exit::NotProved } else { Exit::Done };
    if arguments.format == Format::Json {
        screen.document(told);
        return exit;
    }
    lines(told).iter().for_each(|line| screen.result(line));
    if exit == Exit::Done && !told.taken {
        let with = format!("--as {} --person NAME --because \"...\" --yes", shown(&arguments.role));
        screen.remark(format_args!(
            "keyroll abort {}{} {with} takes it",
            shown(&told.run),
            arguments.at.options()
        ));
    }
    exit
}

/// Takes down that a way is taken.
fn take(
    arguments: &Arguments,
    (at, attached): (&AtSite, &mut Attached),
    found: &Way,
    told: &mut CalledOff,
    screen: &mut Screen,
) -> Result<Exit, Exit> {
    let by = Actor { role: arguments.role.clone(), person: arguments.person.clone(), automatic: false };
    let because = arguments.because.clone().unwrap_or_default();
    let event = |event| Record { at: WallClock.now(), event };
    let Attached { checked, host, pinned, site, .. } = attached;
    let verdict = match found {
        Way::None { .. } => return Err(Exit::NotProved),
        Way::Forward(_) => host.submit(checked, &event(Event::NoWayBack { by, because })),
        Way::Nothing(_) => {
            let left = event(Event::Left { to: None, bound: Bound::Back, by, because });
            host.leave(checked, &left, None)
        }
        Way::Back(back) => {
            let Back { proven, state, parameters, .. } = &**back;
            let part = Part { proven, state, parameters: parameters.clone(), bound: Bound::Back };
            told.part = Some(leg::after(&pinned.run));
            goes_over((checked, host), (pinned, site), part, (by, because))
        }
    };
    match verdict.map_err(|error| failed(&error, screen))? {
        Verdict::Applied(_) | Verdict::Duplicate => {}
        Verdict::Refused(why) => {
            screen.talk(format_args!("not taken down: {}", shown(&why.to_string())));
            return Err(Exit::Usage);
        }
    }
    told.taken = true;
    if matches!(found, Way::Nothing(_)) {
        let (holder, folder) = (claimed::holder(at, &pinned.run, screen)?, at.folder());
        let claims = Claims { plan: checked.plan(), site, folder: &folder, holder: &holder };
        claimed::give_back(&claims, screen)?;
    }
    let exit = show(arguments, told, found, screen);
    if arguments.format == Format::Text {
        screen.remark(match found {
            Way::Nothing(_) => "taken down; the run is over",
            _ => "taken down; `keyroll run` goes on from here",
        });
    }
    Ok(exit)
}
