//! A run that goes on under the plan that it is pinned to, wherever the text of that plan is.

use std::sync::Arc;

use crate::{
    check::Checked,
    journal::{Host, sqlite::SqliteHost},
    plan::given::Given,
    proof::verdict::Proven,
    rest::way::proved,
    run::claims::Claims,
    source::shown,
    transition::event::Event,
    world::state::World,
};

use crate::cli::{
    at_site::{Attached, failed},
    carried::Carried,
    claimed,
    exit::Exit,
    json::Format,
    metrics::write_of,
    notices::Post,
    of_run::abort::is_same_site,
    run::{Arguments, Beside, Job, carry_out},
    screen::Screen,
    tally::Tally,
    trusted::trusted,
};

/// Goes on with a run of the journal: with this one, or else the one that is meant; alone, or beside others. Its plan is proved again from
/// where it began.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(in crate::cli) fn go_on(
    arguments: &Arguments,
    run: Option<&str>,
    beside: Option<&Beside>,
    screen: &mut Screen,
) -> Result<Exit, Exit> {
    let at = arguments.at.of(run);
    // Whoever carries on several has the journal for all of them.
    let Attached { checked, mut host, pinned, mut site, text } = at.attach(beside.is_none(), screen)?;
    if let Some(beside) = beside {
        host = host.writes_at(&beside.desk);
    }
    is_same_site(&site, &pinned, screen)?;
    trusted(&at, (&site, &text), screen)?;
    if host.state().is_over() && host.outbox().map_err(|error| failed(&error, screen))?.is_empty() {
        let (holder, folder) = (claimed::holder(&at, &pinned.run, screen)?, at.folder());
        let claims = Claims { plan: checked.plan(), site: &site, folder: &folder, holder: &holder };
        claimed::give_back(&claims, screen)?;
        Post { at: &at, site: &site, checked: &checked, delivers: beside.is_none() }.rest(screen);
        screen.remark(format_args!("run {} is over", shown(&pinned.run)));
        if arguments.format == Format::Json {
            screen.document(&Carried::of("done", &Tally::default(), &pinned.run));
        }
        if let Some(path) = arguments.metrics.file(screen)? {
            let word = if host.state().left { "called_off" } else { "done" };
            let ended = Some((Exit::Done, word));
            write_of((&checked, &site, &host), ended, path, screen)?;
        }
        return Ok(Exit::Done);
    }
    at.ask((&mut site, &text), screen)?;
    let proven = from_its_begin(checked, &host, (arguments.budget, beside), screen)?;
    let given = Given::kept(&pinned.parameters);
    carry_out(
        Job { arguments, proven: &proven, site: &site, given: &given, survey: None, beside },
        &mut host,
        screen,
    )
}

/// Proves the plan of a run from where the run began under it.
///
/// # Errors
/// The exit; what is wrong has been said.
fn from_its_begin(
    checked: Checked,
    host: &SqliteHost,
    (budget, beside): (usize, Option<&Beside>),
    screen: &mut Screen,
) -> Result<Arc<Proven>, Exit> {
    let start = begin(&checked, host).map_err(|error| failed(&error, screen))?;
    if let Some(proven) = beside.and_then(|beside| beside.proven(&checked, &start)) {
        return Ok(proven);
    }
    let proven = proved(checked, &start, budget).map_err(|why| {
        screen
            .talk(format_args!("the plan of this run is not proved, so it does not go on: {}", shown(&why)));
        Exit::NotProved
    })?;
    let proven = Arc::from(proven);
    if let Some(beside) = beside {
        beside.keep(start, &proven);
    }
    Ok(proven)
}

/// The world in which a run began under its plan.
fn begin(checked: &Checked, host: &SqliteHost) -> Result<World, crate::journal::HostError> {
    let first = host.records()?.into_iter().next();
    Ok(match first.map(|record| record.event) {
        Some(Event::Continued { standing, .. }) => standing.restore(checked).map(|state| state.world),
        _ => None,
    }
    .unwrap_or_else(|| checked.plan().start.clone()))
}
