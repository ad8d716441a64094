//! The run of a plan that is taken up, or entered.

use crate::{
    backend::clock::{Clock, WallClock},
    cli::{
        at_site::{failed, shown_path},
        exit::Exit,
        moved::moved,
        screen::Screen,
        text::resolved,
    },
    journal::{
        leg,
        sqlite::{Pinned, SqliteHost, Store, run_id},
        survey::{Begun, Survey},
    },
    proof::verdict::Proven,
    run::notices::herald::SiteHerald,
    source::shown,
};

use super::{Arguments, Job};

/// What there is to run.
pub(super) enum Taken {
    Up(Box<SqliteHost>),
    /// It has left this plan, and goes on in another part.
    Part(String),
    Finished(String),
    /// Somebody has answered meanwhile: it is to be looked again.
    Moved,
}

/// Takes up the run of this plan that is under way, or enters a new one.
pub(super) fn host(job: Job<'_>, screen: &mut Screen) -> Result<Taken, Exit> {
    let Job { arguments, proven, site, given, .. } = job;
    let checked = proven.checked();
    let plan = checked.plan();
    let path = arguments.at.journal();
    screen.detail(format_args!("the journal {}", resolved(&path)));
    let mut store = Store::open(&path).map_err(|e| failed(&e, screen))?;
    if let Some(survey) = job.survey {
        return match entered(job, survey, &mut store).map_err(|e| failed(&e, screen))? {
            Begun::Moved => Ok(Taken::Moved),
            Begun::Entered => {
                let host = store.attach(checked, &survey.run, true).map_err(|e| failed(&e, screen))?;
                Ok(Taken::Up(Box::new(host)))
            }
        };
    }
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
    let pinned = pins(job, run_id(&plan.name, WallClock.now()));
    store.enter(checked, &pinned).map_err(|e| failed(&e, screen))?;
    let host = store.attach(checked, &pinned.run, true).map_err(|e| failed(&e, screen))?;
    Ok(Taken::Up(Box::new(host)))
}

/// Enters the run of a survey, if nobody has answered since it was read.
pub(super) fn entered(
    job: Job<'_>,
    survey: &Survey,
    store: &mut Store,
) -> Result<Begun, crate::journal::HostError> {
    let herald = SiteHerald::of(job.site);
    store.begin(job.proven.checked(), (&pins(job, survey.run.clone()), survey.last), herald.as_deref())
}

/// What a run that begins now is pinned to.
fn pins(job: Job<'_>, run: String) -> Pinned {
    let Job { arguments, proven, site, given, .. } = job;
    let plan = proven.checked().plan();
    let named = arguments.plan.as_deref().map(shown_path);
    Pinned {
        run,
        started: WallClock.now(),
        plan_name: plan.name.clone(),
        plan_file: named.or_else(|| job.survey.map(|survey| survey.plan_file.clone())).unwrap_or_default(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        plan: plan.digest(),
        site: site.digest(),
        parameters: given.to_keep(plan),
        finished: false,
    }
}

/// Whether the run of this plan is done, and no other one is to begin.
pub(super) fn is_over(proven: &Proven, arguments: &Arguments, screen: &mut Screen) -> Result<bool, Exit> {
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
