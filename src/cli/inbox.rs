//! `keyroll inbox --as ROLE`

use serde_json::json;

use crate::{
    journal::Host,
    run::{
        casting::Casting,
        time::to_the_second,
        wait::{Cause, waits},
    },
    source::shown,
};

use super::{
    at_site::{AtSite, Attached},
    exit::Exit,
    json::Format,
    screen::Screen,
};

/// Show what waits for a role.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The role
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON lines
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let Attached { checked, host, site, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let plan = checked.plan();
    let Some(role) = plan.landscape.roles.find(|r| *r == arguments.role) else {
        let names: Vec<String> = plan.landscape.roles.rows().cloned().collect();
        let help = crate::plan::suggest::did_you_mean(&arguments.role, "role", &names);
        screen.talk(format_args!("the plan has no role `{}`: {help}", shown(&arguments.role)));
        return Exit::Usage;
    };
    let found = waits(&checked, &Casting::of(plan, &site), host.state());
    let mine: Vec<_> = found.iter().filter(|wait| wait.cause.role() == Some(role)).collect();
    for wait in &mine {
        let step = shown(&plan.steps[wait.step].name.value);
        let confirm = format!("keyroll confirm {step} --as {}{}", arguments.role, arguments.at.options());
        let (what, next) = match wait.cause {
            Cause::Answer(_) => ("answer", format!("{confirm}, or reject")),
            Cause::Receipt(_) => ("message", confirm),
            _ => ("act", format!("{confirm} when it is done")),
        };
        let act = shown(&plan.sentence(wait.step));
        if arguments.format == Format::Json {
            screen.result(json!({ "step": step, "what": what, "act": act, "since": wait.since }));
        } else {
            let since = wait.since.map_or_else(String::new, |at| format!(" (since {})", to_the_second(at)));
            screen.result(format_args!("{what:<8} {step}: {act}{since}\n         {next}"));
        }
    }
    if mine.is_empty() && arguments.format == Format::Text {
        screen.result(format_args!("nothing waits for {}", shown(&arguments.role)));
    }
    Exit::Done
}
