//! `keyroll why STEP`

use crate::{
    journal::Host,
    run::{casting::Casting, status::standing, wait::waits},
    source::shown,
};

use super::{
    at_site::{AtSite, Attached},
    exit::Exit,
    screen::Screen,
};

/// Say why a step is not done: for whom or what it waits, since when, and what happens next.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The step; without one, everything that the run waits for
    step: Option<String>,
    #[command(flatten)]
    at: AtSite,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let Attached { checked, host, site, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let plan = checked.plan();
    let casting = Casting::of(plan, &site);
    let state = host.state();
    let Some(name) = &arguments.step else {
        let found = waits(&checked, &casting, state);
        for wait in &found {
            screen.result(wait.sentence(&checked));
        }
        if found.is_empty() {
            screen.result(if state.is_finished() {
                "the run is done"
            } else {
                "the run waits for nobody: `keyroll run` goes on"
            });
        }
        return Exit::Done;
    };
    let Some(step) = plan.step(name) else {
        let names: Vec<String> = plan.steps.rows().map(|s| s.name.value.clone()).collect();
        let help = crate::plan::suggest::did_you_mean(name, "step", &names);
        screen.talk(format_args!("the plan has no step `{}`: {help}", shown(name)));
        return Exit::Usage;
    };
    let row = standing(&checked, &casting, state, step);
    screen.result(format_args!("{} ({}, {}): {}", row.step, row.role, row.act, row.status.shown()));
    if let Some(why) = row.why {
        screen.result(format_args!("  {why}"));
    }
    let after = plan.steps.iter().filter(|(_, s)| s.after.iter().any(|b| b.value == step));
    let next: Vec<String> = after.map(|(_, s)| shown(&s.name.value)).collect();
    if !next.is_empty() {
        screen.result(format_args!("  then: {}", next.join(", ")));
    }
    Exit::Done
}
