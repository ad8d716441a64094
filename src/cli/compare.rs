//! `keyroll compare OLD NEW`

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::{self, Checked},
    compare::{About, Difference, Weight, differences},
    page::findings::Entry,
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    source::Refusal,
};

use super::{
    answered::Answered,
    at_site::shown_path,
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
    text::plan,
};

/// Compare two plans: is the new one still as safe?
///
/// Tells which promises, orders, windows and worst cases changed. Ends with 1 where something got
/// weaker, or where the new plan is not proved.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan as it was
    old: PathBuf,
    /// The plan as it is now, or - for standard input
    new: PathBuf,
    /// Answer a question of either plan
    #[command(flatten)]
    answered: Answered,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// How two plans differ.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Compared {
    /// The file of the plan as it was.
    old: String,
    /// That of the plan as it is, or `<stdin>`.
    new: String,
    /// The word for it.
    outcome: Outcome,
    /// Whether the old plan is proved.
    old_proved: bool,
    /// Whether the new one is.
    new_proved: bool,
    /// The differences, those that make the new plan weaker first.
    differences: Vec<One>,
    /// Why a plan is not proved.
    findings: Vec<Entry>,
}

/// How they differ, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// There is no difference that matters.
    Same,
    /// Something is other, and nothing is weaker.
    AsSafe,
    /// Something got weaker, or the new plan is not proved.
    Weaker,
}

/// One difference.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct One {
    /// `weaker`, `stronger` or `changed`.
    weight: &'static str,
    /// `promise`, `assumption`, `time` or `step`.
    about: &'static str,
    /// In words.
    text: String,
}

impl Document for Compared {
    const NAME: &'static str = "compare";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    if arguments.old.as_os_str() == "-" {
        screen.talk("only the new plan can come on standard input");
        return Exit::Usage;
    }
    let read = arguments.answered.answers(screen).and_then(|answers| {
        let given = Given { answers, ..Given::default() };
        Ok((judged(&arguments.old, &given, screen)?, judged(&arguments.new, &given, screen)?, given))
    });
    let ((old, old_proved), (new, new_proved), mut given) = match read {
        Ok(both) => both,
        Err(exit) => return exit,
    };
    // An answer may be to a question of one of the two only.
    let asks = |name: &String| old.plan().questions.iter().any(|question| question.name.value == *name);
    given.answers.retain(|name, _| !asks(name));
    let vain = given.in_vain(new.plan());
    if !vain.is_empty() {
        screen.page(&Refusal::new(new.plan().source.clone(), vain));
        return Exit::Refused;
    }
    // The same thing in other words is the same.
    let alike = old.plan().landscape.wording == new.plan().landscape.wording;
    let (old, new) = if alike { (old, new) } else { (old.in_core_words(), new.in_core_words()) };
    let mut found = differences(&old, &new);
    let proved = match (old_proved, new_proved) {
        (true, false) => Some((Weight::Weaker, "the plan is not proved any more")),
        (false, true) => Some((Weight::Stronger, "the plan is proved; it was not")),
        (false, false) => Some((Weight::Weaker, "neither plan is proved")),
        (true, true) => None,
    };
    let about =
        |(weight, text): (Weight, &str)| Difference { weight, about: About::Promise, text: text.to_owned() };
    found.splice(0..0, proved.map(about));
    let outcome = match found.iter().map(|difference| difference.weight).min() {
        None => Outcome::Same,
        Some(Weight::Weaker) => Outcome::Weaker,
        Some(_) => Outcome::AsSafe,
    };
    if screen.is_text() {
        draw(arguments, outcome, &found, screen);
    } else {
        let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
        let name = |path: &Path| {
            if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() }
        };
        let one = |d: &Difference| One { weight: word(d.weight), about: kind(d.about), text: d.text.clone() };
        screen.document(&Compared {
            old: name(&arguments.old),
            new: name(&arguments.new),
            outcome,
            old_proved,
            new_proved,
            differences: found.iter().map(one).collect(),
            findings,
        });
    }
    if outcome == Outcome::Weaker { Exit::Refused } else { Exit::Done }
}

/// A plan, and whether it is proved; why not has been said.
fn judged(path: &Path, given: &Given, screen: &mut Screen) -> Result<(Checked, bool), Exit> {
    let source = plan(path, screen)?;
    let checked = check::read(&source, given).map_err(|refusal| {
        screen.page(&refusal);
        Exit::Refused
    })?;
    let start = checked.plan().start.clone();
    Ok(match prove(checked, &start, BUDGET) {
        Verdict::Proven(proven) => (proven.into_checked(), true),
        Verdict::Refuted(refuted) => {
            screen.page(&Refusal::new(source, vec![refuted.finding]));
            (refuted.checked, false)
        }
        Verdict::NotProven(open) => {
            screen.talk(format_args!("{}: not proved: {}", shown_path(path), open.reason()));
            (open.checked, false)
        }
    })
}

fn draw(arguments: &Arguments, outcome: Outcome, found: &[Difference], screen: &mut Screen) {
    let (old, new) = (shown_path(&arguments.old), shown_path(&arguments.new));
    screen.result(match outcome {
        Outcome::Same => format!("{new}: promises, order, windows and worst cases are those of {old}"),
        Outcome::AsSafe => format!("{new}: nothing is weaker than in {old}"),
        Outcome::Weaker => format!("{new}: weaker than {old}"),
    });
    for difference in found {
        screen.result(format_args!("  {:<10}  {}", word(difference.weight), difference.text));
    }
}

const fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Weaker => "weaker",
        Weight::Stronger => "stronger",
        Weight::Changed => "changed",
    }
}

const fn kind(about: About) -> &'static str {
    match about {
        About::Promise => "promise",
        About::Assumption => "assumption",
        About::Time => "time",
        About::Step => "step",
    }
}
