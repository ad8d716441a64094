//! `keyroll synthesize SCENARIO`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::file,
    duration::Timing,
    page::findings::Entry,
    plan::Plan,
    source::shown,
    syntax::spelt,
    synthesis::{Acts, Bound, Bounds, Found, Impossible, Scenario, Synthesis, synthesize},
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Document, Format},
    output::Output,
    screen::Screen,
    text::PlanText,
};

/// How many moments are looked at unless another bound is given.
const BUDGET: usize = 1_000_000;

/// Find the best plan for a scenario, a plan text without steps, and prove it; or prove that none
/// exists.
///
/// The best plan has the least downtime, counted in hops; of those the shortest wait for messages under
/// way, then the fewest rounds, the fewest reports and the fewest steps. It is written behind the text
/// of the scenario, once it is proved.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: PlanText,
    /// Let each report reach one role only, and each role send one after the other
    #[arg(long)]
    one_addressee: bool,
    /// Look at so many moments at most; exit 8 when that was not enough
    #[arg(long, value_name = "MOMENTS", default_value_t = BUDGET)]
    budget: usize,
    /// Where the plan goes, if not to standard output; what is there already stays
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of --output if it is there
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What became of a scenario.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Synthesized {
    /// The scenario's file, or `<stdin>`.
    file: String,
    /// The word for it.
    outcome: Outcome,
    /// The plan, where one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Planned>,
    /// Why there is none, where that was proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    impossible: Option<Impossibility>,
    /// Which bound was reached, where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<String>,
    /// The verbs that were tried.
    verbs: Vec<String>,
    /// How many acts there are by them, on what the scenario declares.
    acts: usize,
    /// Why the scenario is refused.
    findings: Vec<Entry>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// A plan was found, and proved.
    Proved,
    /// It was proved that there is none.
    Impossible,
    /// A bound was reached first.
    NotFound,
    /// The scenario is refused.
    Refused,
}

/// A plan that was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Planned {
    /// Its text.
    text: String,
    /// The file that it was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<String>,
    /// Acts and reports after a stop up to the start, one after the other; of all flows together.
    downtime_hops: u32,
    /// Each interruption of a flow.
    interruptions: Vec<Interrupted>,
    /// How long it waits for messages under way, in seconds.
    wait_seconds: u64,
    /// Rounds, in each of which a role does one thing at most.
    rounds: u32,
    /// Messages between roles.
    messages: u32,
    /// Steps.
    steps: u32,
    /// How many moments were looked at.
    moments: usize,
}

/// An interruption of a flow, as `prove` counts it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Interrupted {
    /// The flow.
    flow: String,
    /// The step that stops it; none: it does not run at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<String>,
    /// The step that starts it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// Acts on the longest chain from the stop to the start, both counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    acts: Option<usize>,
}

/// The proof that there is no plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Impossibility {
    /// What is so in every world that can be reached.
    invariant: Vec<String>,
    /// What is wanted and is so in none of them.
    never: Vec<String>,
    /// The acts that would change what is always so.
    barred: Vec<Barred>,
    /// What is wrong with the start itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// How many worlds can be reached.
    worlds: usize,
}

/// An act that cannot be done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Barred {
    /// As a step would say it.
    act: String,
    /// Who could do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// What stands against it.
    why: Vec<String>,
}

impl Document for Synthesized {
    const NAME: &'static str = "synthesize";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let read =
        arguments.scenario.source(screen).and_then(|source| Ok((source, arguments.scenario.given(screen)?)));
    let (source, given) = match read {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let scenario = match Scenario::read(&source, &given) {
        Ok(scenario) => scenario,
        Err(refusal) => {
            screen.page(&refusal);
            let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
            if arguments.format == Format::Json {
                let refused = Synthesized::of(&source.name, Outcome::Refused, None);
                screen.document(&Synthesized { findings, ..refused });
            }
            return Exit::Refused;
        }
    };
    if let Err(exit) = is_free(arguments, screen) {
        return exit;
    }
    let bounds = Bounds { moments: arguments.budget, several: !arguments.one_addressee };
    let (synthesis, acts) = synthesize(&scenario, &given, bounds);
    let (told, exit) = match synthesis {
        Synthesis::Found(found) => match placed(&found, arguments, screen) {
            Err(exit) => return exit,
            Ok(()) => {
                draw_plan(&found, arguments, screen);
                let planned = Planned::of(&found, arguments);
                let told = Synthesized::of(&source.name, Outcome::Proved, Some(&acts));
                (Synthesized { plan: Some(planned), ..told }, Exit::Done)
            }
        },
        Synthesis::Impossible(why) => {
            if screen.is_text() {
                draw_impossible(scenario.plan(), &why, &acts, screen);
            }
            let told = Synthesized::of(&source.name, Outcome::Impossible, Some(&acts));
            (Synthesized { impossible: Some(why.into()), ..told }, Exit::Refused)
        }
        Synthesis::Bound(bound) => {
            let line = sentence(bound);
            screen.talk(format_args!(
                "{}: no plan was found, and none is ruled out: {line}",
                shown(&scenario.plan().name)
            ));
            let told = Synthesized::of(&source.name, Outcome::NotFound, Some(&acts));
            (Synthesized { bound: Some(line), ..told }, Exit::NotProved)
        }
    };
    if arguments.format == Format::Json {
        screen.document(&told);
    }
    exit
}

/// Nothing is written over what is there, unless that is asked for.
fn is_free(arguments: &Arguments, screen: &mut Screen) -> Result<(), Exit> {
    let Some(path) = Output::of(arguments.output.as_deref()).file() else { return Ok(()) };
    if !arguments.overwrite && path.symlink_metadata().is_ok() {
        let name = shown_path(path);
        screen.talk(format_args!("{name} is there already: name another file, or add --overwrite"));
        return Err(Exit::Usage);
    }
    Ok(())
}

fn placed(found: &Found, arguments: &Arguments, screen: &mut Screen) -> Result<(), Exit> {
    match Output::of(arguments.output.as_deref()).file() {
        Some(path) => file::replace(path, found.text.as_bytes(), None).map_err(|error| {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
            Exit::Backend
        }),
        None => {
            if screen.is_text() {
                screen.text(&found.text);
            }
            Ok(())
        }
    }
}

/// Tells people what was found: beside the plan, or as the result where the plan went to a file.
fn draw_plan(found: &Found, arguments: &Arguments, screen: &mut Screen) {
    if !screen.is_text() {
        return;
    }
    let plan = found.proven.checked().plan();
    let cost = found.cost;
    let mut lines =
        vec![format!("{}: a plan of {}, proved", shown(&plan.name), many(cost.steps as usize, "step"))];
    if cost.downtime == 0 {
        lines.push("  downtime    none".to_owned());
    } else {
        lines.push(format!("  downtime    {}, and no plan has fewer", many(cost.downtime as usize, "hop")));
        for one in interruptions(found) {
            let (stop, start) = (one.stop.unwrap_or_default(), one.start.unwrap_or_default());
            let acts = one.acts.unwrap_or_default();
            let acts = many(acts, "act");
            lines.push(format!(
                "              {}, from `{stop}` to `{start}`: {acts} one after the other",
                shown(&one.flow)
            ));
        }
    }
    if cost.wait > 0 {
        let time = spelt(std::time::Duration::from_secs(cost.wait));
        lines.push(format!("  waits       {time} for messages under way"));
    }
    lines.push(format!(
        "  rounds      {}, in each of which a role does one thing at most; {} between roles",
        cost.rounds,
        many(cost.messages as usize, "message")
    ));
    lines.push(format!("  looked at   {}", many(found.moments, "moment")));
    match Output::of(arguments.output.as_deref()).file() {
        None => lines.iter().for_each(|line| screen.remark(line)),
        Some(path) => {
            lines.push(format!("  written to  {}", shown_path(path)));
            lines.iter().for_each(|line| screen.result(line));
        }
    }
}

fn draw_impossible(plan: &Plan, why: &Impossible, acts: &Acts, screen: &mut Screen) {
    let mut lines = vec![format!("{}: no plan exists", shown(&plan.name))];
    let mut rows = |head: &str, rows: &[String]| {
        for (number, row) in rows.iter().enumerate() {
            lines.push(format!("  {:<11} {}", if number == 0 { head } else { "" }, shown(row)));
        }
    };
    if let Some(start) = &why.start {
        rows("at once", &[format!("{start}: the start breaks what is promised")]);
    } else {
        let never: Vec<String> =
            why.never.iter().map(|row| format!("{row} is so in no world that can be reached")).collect();
        rows("wanted", &never);
        if never.is_empty() {
            rows(
                "wanted",
                &["each is so in some world that can be reached, and all together in none".to_owned()],
            );
        }
        rows("always so", &why.invariant);
        for barred in &why.barred {
            let by = barred.role.as_ref().map_or_else(String::new, |role| format!(" ({role})"));
            rows("barred", &[format!("{}{by}: {}", barred.act, barred.why.join("; or "))]);
        }
        rows("looked at", &[format!("all {} that can be reached", many(why.worlds, "world"))]);
    }
    rows(
        "relative to",
        &[
            format!(
                "{} by the owner of what they change: {}",
                many(acts.count, "act"),
                acts.verbs.join(", ")
            ),
            "any number of inform, provide, request and allow: words change nothing of this".to_owned(),
        ],
    );
    lines.iter().for_each(|line| screen.result(line));
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn sentence(bound: Bound) -> String {
    match bound {
        Bound::Worlds(most) => format!("more than {most} worlds can be reached; raise --budget"),
        Bound::Moments(most) => format!("{most} moments were looked at; raise --budget"),
        Bound::NotProved(count) => {
            format!(
                "the end can be reached, and of {} that were written none was proved",
                many(count, "plan")
            )
        }
    }
}

fn interruptions(found: &Found) -> Vec<Interrupted> {
    let checked = found.proven.checked();
    let plan = checked.plan();
    let timing = Timing::of(plan, checked.order());
    let name = |step| plan.steps[step].name.value.clone();
    let rows = timing.interruptions.iter().map(|(one, stretch)| Interrupted {
        flow: plan.landscape.channels[one.flow].name.clone(),
        stop: one.stop.map(name),
        start: one.start.map(name),
        acts: stretch.hops,
    });
    rows.collect()
}

impl Planned {
    fn of(found: &Found, arguments: &Arguments) -> Self {
        let written = Output::of(arguments.output.as_deref()).file();
        let cost = found.cost;
        Self {
            text: found.text.clone(),
            written: written.map(|path| path.display().to_string()),
            downtime_hops: cost.downtime,
            interruptions: interruptions(found),
            wait_seconds: cost.wait,
            rounds: cost.rounds,
            messages: cost.messages,
            steps: cost.steps,
            moments: found.moments,
        }
    }
}

impl From<Impossible> for Impossibility {
    fn from(why: Impossible) -> Self {
        let barred = why.barred.into_iter().map(|one| Barred { act: one.act, role: one.role, why: one.why });
        let Impossible { invariant, never, start, worlds, .. } = why;
        Self { invariant, never, barred: barred.collect(), start, worlds }
    }
}

impl Synthesized {
    fn of(file: &str, outcome: Outcome, acts: Option<&Acts>) -> Self {
        Self {
            file: file.to_owned(),
            outcome,
            plan: None,
            impossible: None,
            bound: None,
            verbs: acts
                .map(|acts| acts.verbs.iter().map(|verb| (*verb).to_owned()).collect())
                .unwrap_or_default(),
            acts: acts.map_or(0, |acts| acts.count),
            findings: Vec::new(),
        }
    }
}
