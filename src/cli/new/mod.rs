//! `keyroll new`

mod answers;
mod document;
mod listed;
mod names;
mod placed;
mod questions;

use std::path::PathBuf;

use crate::template::{Holder, Template, What, Wishes, begun, choose};

use super::{
    exit::Exit,
    json::Format,
    screen::Screen,
    text::{assignment, values},
};

pub use document::{Begun, Templates};

/// Begin a plan: with one that comes with keyroll, under your names and values.
///
/// Four answers choose the plan: what is renewed, who holds the private key, whether the other side can
/// hold two at once, and whether the flow may stand still. On a terminal what is not said is asked for, and
/// then the names. --from names a plan of the library instead. What comes out is proved before it is
/// written.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// List the plans to begin with, and do nothing else
    #[arg(long, conflicts_with_all = ["from", "what", "private_key", "two_keys", "interruption", "name", "rename", "title", "set", "output"])]
    list: bool,
    /// Begin with this plan of the library, such as xml-signature/two-keys
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["what", "private_key", "two_keys", "interruption"])]
    from: Option<String>,
    /// What is renewed
    #[arg(long, value_enum, value_name = "WHAT")]
    what: Option<What>,
    /// Who holds the private key, or logs in
    #[arg(long, value_enum, value_name = "SIDE")]
    private_key: Option<Holder>,
    /// Whether whoever accepts the key can hold the old and the new one at once
    #[arg(long, value_enum, value_name = "ANSWER")]
    two_keys: Option<YesNo>,
    /// Whether the flow may stand still for a time
    #[arg(long, value_enum, value_name = "ANSWER")]
    interruption: Option<YesNo>,
    /// Call the plan so
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Give a role, group, key, keystore, receiver, flow, window, fact or step another name, or an alias another text
    #[arg(long, value_name = "OLD=NEW", value_parser = assignment)]
    rename: Vec<(String, String)>,
    /// Give the plan, a role, a key, a fact or a step, by its name in the template, another title
    #[arg(long, value_name = "NAME=TEXT", value_parser = assignment)]
    title: Vec<(String, String)>,
    /// Give a parameter another value, one that the plan lets it have
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Where the plan goes, if not to standard output; what is there already stays
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of --output if it is there
    #[arg(long, visible_alias = "force")]
    overwrite: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum YesNo {
    /// It can, it may
    Yes,
    /// It cannot, it may not
    No,
}

/// A plan that is to be made.
struct Order {
    template: &'static Template,
    wishes: Wishes,
    output: Option<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    if arguments.list {
        return listed::list(screen);
    }
    let order = match ordered(arguments, screen) {
        Ok(order) => order,
        Err(exit) => return exit,
    };
    placed::place(&order, arguments.overwrite, screen).unwrap_or_else(|exit| exit)
}

/// What is to be made, asked for where that is needed.
fn ordered(arguments: &Arguments, screen: &mut Screen) -> Result<Order, Exit> {
    let mut wishes = wishes(arguments, screen)?;
    if let Some(name) = &arguments.from {
        let template = begun(name).map_err(|refusal| refused(&refusal, screen))?;
        return Ok(Order { template, wishes, output: arguments.output.clone() });
    }
    let (answers, asked) = answers::answers(arguments, screen)?;
    let name = choose(answers).map_err(|refusal| refused(&refusal, screen))?;
    let template = begun(name).map_err(|refusal| refused(&refusal, screen))?;
    screen.remark(format_args!("begins with {name}"));
    // Who names something on the command line has said all.
    let is_all_said = arguments.name.is_some() || wishes != Wishes::default();
    let output = match &arguments.output {
        None if asked && !is_all_said => Some(names::names(template, &mut wishes, screen)?),
        output => output.clone(),
    };
    Ok(Order { template, wishes, output })
}

fn refused(refusal: &crate::source::Refusal, screen: &mut Screen) -> Exit {
    screen.page(refusal);
    Exit::Refused
}

/// What the command line asks for.
fn wishes(arguments: &Arguments, screen: &mut Screen) -> Result<Wishes, Exit> {
    let mut wishes = Wishes::default();
    arguments.rename.iter().for_each(|(old, new)| wishes.rename(old, new));
    arguments.title.iter().for_each(|(name, title)| wishes.title(name, title));
    values(&arguments.set, screen)?.iter().for_each(|(name, value)| wishes.set(name, value));
    if let Some(name) = &arguments.name {
        wishes.call_plan(name);
    }
    Ok(wishes)
}
