//! `keyroll inbox --as ROLE`

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    journal::{Host, survey::Survey},
    run::{
        casting::Casting,
        compared::BLANK,
        due::Due,
        time::to_the_second,
        wait::{Cause, Wait, Waiting, What, waits},
    },
    source::shown,
    transition::{
        compared::{known, sent},
        state::Opening,
    },
};

use super::{
    at_site::{AtSite, Attached, failed},
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
    survey::{Put, Surveyed, found::meant},
};

/// Show what waits for a role.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The role
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What waits for a role.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Inbox {
    /// The run.
    run: String,
    /// The role.
    role: String,
    /// What waits for it.
    waits: Vec<Waiting>,
    /// What it is asked before a run begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<Put>,
}

impl Document for Inbox {
    const NAME: &'static str = "inbox";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match meant(&arguments.at) {
        Ok(Some(survey)) => return asked(arguments, &survey, screen),
        Ok(None) => {}
        Err(error) => return failed(&error, screen),
    }
    let Attached { checked, host, site, pinned, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let plan = checked.plan();
    let Some(role) = plan.landscape.roles.find(|r| *r == arguments.role) else {
        let names: Vec<String> = plan.landscape.roles.rows().cloned().collect();
        let help = crate::plan::suggest::did_you_mean(&arguments.role, "role", &names).text;
        screen.talk(format_args!("the plan has no role `{}`: {help}", shown(&arguments.role)));
        return Exit::Usage;
    };
    let casting = Casting::of(plan, &site);
    let found = waits(&checked, &casting, host.state(), WallClock.now());
    let is_mine = |wait: &&Wait| match &wait.cause {
        // What the role will have to do when its time or its turn has come.
        Cause::Due(_) | Cause::Pace(_) => {
            plan.steps[wait.step].role.value == role && casting.is_by_hand(plan, wait.step)
        }
        cause => cause.role() == Some(role),
    };
    let mine: Vec<&Wait> = found.iter().filter(is_mine).collect();
    if arguments.format == Format::Json {
        let waits = mine.iter().map(|wait| wait.waiting(&checked)).collect();
        screen.document(&Inbox {
            run: pinned.run,
            role: arguments.role.clone(),
            waits,
            questions: Vec::new(),
        });
        return Exit::Done;
    }
    // Of a certificate that came from outside its fingerprint is computed, and never told.
    let is_sent = |step| sent(plan, step).is_some_and(|key| known(host.state(), key).is_some());
    for open in &mine {
        let wait = open.waiting(&checked);
        let (step, act) = (shown(&wait.step), shown(&wait.act));
        let confirm = format!("keyroll confirm {step} --as {}{}", arguments.role, arguments.at.options());
        let next = match wait.what {
            What::Answer => {
                format!("{}{confirm}, or reject", open.cause.proposed().map(proposed).unwrap_or_default())
            }
            What::Act if plan.proposal(open.step).is_some() => {
                format!("{confirm} --opens TIME (without it, at once)")
            }
            What::Approval => match wait.confirmed.first() {
                None => format!("{confirm} --person NAME; another person does so too"),
                Some(person) => format!("{confirm} --person NAME; {} has done so", shown(person)),
            },
            What::Message => confirm,
            What::Time | What::Pace => open.sentence(&checked),
            What::Deadline => {
                let at = wait.not_after.map(to_the_second).unwrap_or_default();
                format!("it had to begin by {at}: {confirm} --late --because \"...\" begins it all the same")
            }
            What::Act if is_sent(open.step) => {
                format!("{confirm} --fingerprint ____ when it is done; {BLANK}")
            }
            What::Act => format!("{confirm} when it is done"),
        };
        let since = wait.since.map_or_else(String::new, |at| format!(" (since {})", to_the_second(at)));
        // One that has passed is told below.
        let until = wait.not_after.filter(|_| !matches!(wait.what, What::Deadline));
        let until = until.map_or_else(String::new, |at| format!(" (not after {})", to_the_second(at)));
        let due = open.due.map(Due::told).unwrap_or_default();
        screen.result(format_args!(
            "{:<8} {step}: {act}{since}{until}{due}\n         {next}",
            wait.what.shown()
        ));
    }
    if mine.is_empty() {
        screen.result(format_args!("nothing waits for {}", shown(&arguments.role)));
    }
    Exit::Done
}

/// When a window is proposed to open and close, before the command that answers.
fn proposed(window: Opening) -> String {
    let closes = window.closes.map(|at| format!(" to {}", to_the_second(at)));
    format!("from {}{}: ", to_the_second(window.opens), closes.unwrap_or_default())
}

/// What a role is asked before a run begins.
fn asked(arguments: &Arguments, survey: &Survey, screen: &mut Screen) -> Exit {
    let told = Surveyed::of(survey, &survey.given, WallClock.now());
    let questions: Vec<Put> = told.questions.into_iter().filter(|put| put.role == arguments.role).collect();
    if arguments.format == Format::Json {
        let questions = questions.into_iter().filter(|put| put.open).collect();
        let (run, role) = (survey.run.clone(), arguments.role.clone());
        screen.document(&Inbox { run, role, waits: Vec::new(), questions });
        return Exit::Done;
    }
    let at = AtSite { run: None, ..arguments.at.clone() };
    for put in questions.iter().filter(|put| put.open) {
        let name = shown(&put.question);
        let earlier = put.earlier.as_ref().map_or_else(String::new, |earlier| {
            format!("; answered {} on {}", earlier.answer, to_the_second(earlier.at))
        });
        screen.result(format_args!(
            "question {name}: {} (since {}, due {}; silence is taken as {}{earlier})\n         keyroll answer {} {name}=yes \
             --as {}{}, or {name}=no",
            shown(&put.text),
            to_the_second(put.asked),
            to_the_second(put.due),
            put.silence,
            shown(&survey.run),
            shown(&arguments.role),
            at.options(),
        ));
    }
    if questions.iter().all(|put| !put.open) {
        screen.result(format_args!("nothing waits for {}", shown(&arguments.role)));
    }
    Exit::Done
}
