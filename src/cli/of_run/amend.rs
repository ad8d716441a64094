//! `keyroll amend RUN NEWPLAN`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::Checked,
    journal::{Host, leg},
    plan::given::Given,
    proof::verdict::BUDGET,
    rest::{
        carried::{carried, unchanged},
        way::proved,
    },
    source::shown,
    transition::{
        event::{Actor, Bound},
        next::Verdict,
        state::Status,
        waived::Waived,
    },
};

use crate::cli::{
    at_site::{AtSite, Attached, failed, fitting},
    exit::Exit,
    json::{Document, Format},
    of_run::abort::{self, question, stands},
    of_run::part::{Part, goes_over},
    screen::Screen,
    text,
};

/// Move a run to another plan, if what is left of that plan is proved from where the run stands.
///
/// Steps that are done and stand in both plans alike, with all that comes before them, count as done. Every
/// other step of the new plan is still to be done; what is so already is not done again.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run
    #[arg(value_name = "RUN")]
    called: String,
    /// The plan that it moves to, or - for standard input
    #[arg(value_name = "NEWPLAN")]
    plan: PathBuf,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// In whose name, and how far it is asked.
#[derive(Debug, clap::Args)]
pub struct How {
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Why, for the journal
    #[arg(long, value_name = "REASON")]
    because: String,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: String,
    /// A step by hand that may begin, and of which you know that nobody has done it
    #[arg(long, value_name = "STEP")]
    not_done: Vec<String>,
    /// Look at no more than this many states in the proof
    #[arg(long, default_value_t = BUDGET, value_name = "STATES")]
    budget: usize,
}

/// A run that goes on under another plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Amended {
    /// The run.
    run: String,
    /// The part in which it goes on; nothing where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    /// The digest of the plan.
    digest: String,
    /// How what is left of it was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
    /// The steps that are done, and count.
    done: Vec<String>,
    /// The steps that are done under the plan before, and that the new one says otherwise or not at all.
    otherwise: Vec<String>,
    /// The steps that are still to be done.
    open: Vec<String>,
    /// The partner that it goes on without, and what becomes of its flows.
    #[serde(skip_serializing_if = "Option::is_none")]
    waives: Option<Waives>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Document for Amended {
    const NAME: &'static str = "amend";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    match amended(arguments, screen) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn amended(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let at = arguments.at.of(Some(&arguments.called));
    let mut attached = at.attach(true, screen)?;
    let source = text::plan(&arguments.plan, screen)?;
    let given = Given::at_site(attached.site.parameters.clone(), attached.site.answers());
    let new = text::pinned(&source, &given, screen)?;
    fitting(&new, (&attached.site, &attached.text), &at.folder(), screen)?;
    let kept = given.to_keep(new.plan());
    let to = Move { new, kept, bound: Bound::Amended, waives: None, asked: None, takes: true };
    moves((&at, &mut attached), to, &arguments.how, screen)
}

/// The plan that a run moves to.
#[derive(Debug)]
pub(in crate::cli) struct Move {
    pub(in crate::cli) new: Checked,
    pub(in crate::cli) kept: std::collections::BTreeMap<String, String>,
    pub(in crate::cli) bound: Bound,
    /// The partner that it goes on without.
    pub(in crate::cli) waives: Option<Waives>,
    /// The same plan where that partner does all the same what it was asked for.
    pub(in crate::cli) asked: Option<Checked>,
    /// Whether it is taken down; otherwise it is only shown.
    pub(in crate::cli) takes: bool,
}

/// A partner that a run goes on without.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Waives {
    /// Its role.
    pub(in crate::cli) partner: String,
    /// The steps that are left out.
    pub(in crate::cli) left_out: Vec<String>,
    /// What is to be so no more at the end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::cli) not_asked: Vec<String>,
    /// When it was or is due, where the site or the plan says that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) due: Option<String>,
    /// Whether it is waived before that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::cli) early: bool,
    /// What becomes of its flows, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::cli) flows: Vec<String>,
}

impl How {
    /// The role in which somebody acts.
    pub(in crate::cli) fn role(&self) -> &str {
        &self.role
    }
}

/// Moves a run to a plan, or says why what is left of it is not proved.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(in crate::cli) fn moves(
    (at, attached): (&AtSite, &mut Attached),
    Move { new, kept, bound, waives, asked, takes }: Move,
    how: &How,
    screen: &mut Screen,
) -> Result<Exit, Exit> {
    abort::acting(&attached.checked, &how.role, screen)?;
    if !attached.host.state().started || attached.host.state().is_over() {
        screen.talk("there is nothing to move: the run has not begun, or is over");
        return Err(Exit::Usage);
    }
    let standing = match stands(at, attached, &how.not_done, screen)? {
        Ok(standing) => standing,
        Err(asked) => {
            asked.iter().for_each(|step| screen.result(question(&attached.checked, *step)));
            return Ok(Exit::Waiting);
        }
    };
    let Attached { checked, host, pinned, site, .. } = attached;
    let keeps = unchanged((checked, host.state()), &new);
    let done =
        |step: &crate::plan::Step, status| matches!(status, Status::Done(_)).then(|| step.name.value.clone());
    let before = checked.plan().steps.iter().filter_map(|(id, row)| done(row, host.state().steps[id].status));
    let open = new.plan().steps.rows().map(|row| row.name.value.clone());
    let mut told = Amended {
        run: pinned.run.clone(),
        part: None,
        digest: new.plan().digest().to_string(),
        proof: None,
        otherwise: before.filter(|step| !keeps.contains(step)).collect(),
        open: open.filter(|step| !keeps.contains(step)).collect(),
        done: keeps.iter().cloned().collect(),
        waives,
        why: None,
    };
    let Some(mut state) = carried((checked, host.state()), &standing, &new, &keeps) else {
        told.why = Some("the new plan does not speak of all that is so where the run stands".to_owned());
        return Ok(say(&told, Exit::Refused, screen));
    };
    let proven = match proved(new, &state.world, how.budget) {
        Ok(proven) => proven,
        Err(why) => {
            let exit = if why.starts_with("not proved") { Exit::NotProved } else { Exit::Refused };
            told.why = Some(why);
            return Ok(say(&told, exit, screen));
        }
    };
    // What a partner was asked for it may do all the same, whenever it likes.
    if let Some(asked) = asked {
        let keeps = unchanged((checked, host.state()), &asked);
        let from = carried((checked, host.state()), &standing, &asked, &keeps);
        let held = match from {
            Some(from) => proved(asked, &from.world, how.budget),
            None => Err("the plan does not speak of all that is so where the run stands".to_owned()),
        };
        if let Err(why) = held {
            let exit = if why.starts_with("not proved") { Exit::NotProved } else { Exit::Refused };
            told.why = Some(format!("the partner may still do what it was asked for, and then {why}"));
            return Ok(say(&told, exit, screen));
        }
    }
    told.proof = Some(proven.proof().how.sentence());
    if !takes {
        return Ok(say(&told, Exit::Done, screen));
    }
    let by = Actor { role: how.role.clone(), person: Some(how.person.clone()), automatic: false };
    let early = told.waives.as_ref().filter(|waives| waives.early).and_then(|waives| waives.due.as_ref());
    let because = early.map_or_else(|| how.because.clone(), |due| format!("early, {due}: {}", how.because));
    if let Some(waives) = &told.waives {
        let (partner, because) = (waives.partner.clone(), because.clone());
        state.waived.push(Waived { partner, by: by.clone(), because });
    }
    let part = Part { proven: &proven, state: &state, parameters: kept, bound };
    let verdict = goes_over((checked, host), (pinned, site), part, (by, because));
    match verdict.map_err(|error| failed(&error, screen))? {
        Verdict::Applied(_) | Verdict::Duplicate => {}
        Verdict::Refused(why) => {
            screen.talk(format_args!("not taken down: {}", shown(&why.to_string())));
            return Err(Exit::Usage);
        }
    }
    told.part = Some(leg::after(&pinned.run));
    Ok(say(&told, Exit::Done, screen))
}

fn say(told: &Amended, exit: Exit, screen: &mut Screen) -> Exit {
    if !screen.is_text() {
        screen.document(told);
        return exit;
    }
    let mut row = |head: &str, steps: &[String]| {
        if !steps.is_empty() {
            screen.result(format_args!("  {head:<11} {}", shown(&steps.join(", "))));
        }
    };
    if let Some(waives) = &told.waives {
        row("waived", std::slice::from_ref(&waives.partner));
        row("due", waives.due.as_slice());
        row("left out", &waives.left_out);
        row("not asked", &waives.not_asked);
    }
    row("done", &told.done);
    row("otherwise", &told.otherwise);
    row("to do", &told.open);
    match &told.why {
        Some(why) => {
            screen.talk(format_args!("not taken down, for what is left is not proved: {}", shown(why)))
        }
        None => {
            told.proof.iter().for_each(|how| screen.result(format_args!("  {:<11} {how}", "how")));
            let flows = told.waives.iter().flat_map(|waives| &waives.flows);
            flows.for_each(|flow| screen.result(format_args!("  {flow}")));
            screen.result(if told.part.is_some() {
                "taken down; `keyroll run` goes on from here"
            } else {
                "nothing was changed; --yes takes it down"
            });
        }
    }
    exit
}
