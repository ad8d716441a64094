//! `keyroll skip STEP --because WHY`

use crate::{
    check,
    journal::Host,
    plan::given::Given,
    rest::without::without,
    transition::{event::Bound, state::Status},
};

use crate::cli::{
    at_site::AtSite,
    confirm::unknown,
    exit::Exit,
    json::Format,
    of_run::amend::{How, Move, moves},
    screen::Screen,
};

/// Leave a step out, if what is left of the plan is proved without it from where the run stands.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The step
    step: String,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match skipped(arguments, screen) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn skipped(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let mut attached = arguments.at.attach(true, screen)?;
    let plan = attached.checked.plan();
    let Some(step) = plan.step(&arguments.step) else {
        return Err(unknown(&attached.checked, &arguments.step, screen));
    };
    if !matches!(attached.host.state().steps[step].status, Status::Open | Status::Declined) {
        screen.talk("not taken down: a step is left out that was never begun; this one was");
        return Err(Exit::Usage);
    }
    let Some(text) = without(plan, &arguments.step) else {
        screen.talk("not taken down: the step has no lines of its own in the plan; write the plan, and `keyroll amend` the run");
        return Err(Exit::Refused);
    };
    let source = plan.source.with_text(text);
    let kept = attached.pinned.parameters.clone();
    let given = Given::kept(&kept);
    let new = check::read(&source, &given).map_err(|refusal| {
        screen.page(&refusal);
        screen.talk("not taken down: without this step the plan is refused");
        Exit::Refused
    })?;
    let to = Move { new, kept, bound: Bound::Skipped, waives: None, asked: None, takes: true };
    moves((&arguments.at, &mut attached), to, &arguments.how, screen)
}
