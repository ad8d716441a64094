//! `keyroll prove PLAN`

use std::path::PathBuf;

use crate::{
    plan::given::Given,
    proof::{
        story::Story,
        verdict::{BUDGET, Proof, Verdict, prove},
    },
    source::{Refusal, Source, shown},
};

use super::{
    exit::Exit,
    screen::Screen,
    text::{assignment, checked, plan, values},
};

/// Prove that a plan keeps its promises in every order of events, or tell how it does not.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan, or - for standard input
    plan: PathBuf,
    /// Give a parameter another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Look at no more than this many states
    #[arg(long, default_value_t = BUDGET, value_name = "STATES")]
    budget: usize,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let source = match plan(&arguments.plan, screen) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    let given = match values(&arguments.set, screen) {
        Ok(values) => Given::parameters(values),
        Err(exit) => return exit,
    };
    let mut checked = match checked(&source, &given, screen) {
        Ok(checked) => checked,
        Err(exit) => return exit,
    };
    let advice = checked.take_advice();
    let start = checked.plan().start.clone();
    match prove(checked, &start, arguments.budget) {
        Verdict::Proven(proven) => {
            if !advice.is_empty() {
                screen.page(&Refusal::new(source, advice));
            }
            let plan = proven.checked().plan();
            screen.result(format_args!("{}: proved", plan.name));
            for line in proved(proven.proof()) {
                screen.result(line);
            }
            Exit::Done
        }
        Verdict::Refuted(refuted) => {
            let name = refuted.checked.plan().name.clone();
            screen.page(&Refusal::new(source.clone(), vec![refuted.finding]));
            screen.result(format_args!("{name}: refused, this is the shortest story"));
            for line in told(&source, &refuted.story) {
                screen.result(line);
            }
            Exit::Refused
        }
        Verdict::NotProven(open) => {
            screen.result(format_args!(
                "{}: not proved: bound reached ({} states). Raise --budget, or split the plan.",
                open.checked.plan().name,
                open.states
            ));
            Exit::NotProved
        }
    }
}

/// What was proved, line by line.
#[must_use]
pub fn proved(proof: &Proof) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(proof.waived.iter().map(|w| format!("  waived      {w}")));
    for (promise, in_words) in &proof.promises {
        let how = if *in_words { "" } else { " (not promised in words, judged all the same)" };
        lines.push(format!("  promise     {}{how}", shown(promise)));
    }
    lines.extend(proof.finals.iter().map(|f| format!("  finally     {}", shown(f))));
    lines.push(
        "  always      a running flow's alias names a key; no receiver holds more than it can".to_owned(),
    );
    lines.push("  always      the plan can finish, from every moment".to_owned());
    lines.extend(proof.assumptions.iter().map(|a| format!("  assuming    {a}")));
    lines.push(format!(
        "  how         every order of events: {} states, {} transitions, breadth first",
        proof.states, proof.transitions
    ));
    lines
}

/// A story, line by line.
#[must_use]
pub fn told(source: &Source, story: &Story) -> Vec<String> {
    let name = shown(&source.name);
    let moments = story.lines().enumerate().map(|(number, moment)| {
        let (line, _) = source.line_column(moment.at);
        format!("  {:>2}  {}  [{name}:{line}]", number + 1, moment.text)
    });
    moments.collect()
}
