//! `keyroll verify-proof PLAN FILE`

use std::fmt;
use std::path::PathBuf;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::file::bounded,
    certificate::{LIMIT, Refused, Statement, Verified, verify},
    proof::reason::subject,
    source::{Refusal, Source, shown},
};

use super::{
    at_site::shown_path,
    exit::Exit,
    json::{Document, Format},
    screen::Screen,
    text::PlanText,
};

/// Check again, without a search, that a plan is proved: by the certificate that `prove` wrote.
///
/// Ends with 0 when the certificate proves the plan and with 1 when not. Who verifies needs no trust
/// in the one who proved.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
    /// The certificate, as `keyroll prove --certificate` wrote it
    certificate: PathBuf,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What a certificate comes to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Again {
    /// The plan's name.
    plan: String,
    /// Its file, or `<stdin>`.
    file: String,
    /// The certificate's file.
    certificate: String,
    /// Whether it proves the plan.
    proved: bool,
    /// The promises that hold in every order of events, and how long interruptions last at most; nothing
    /// unless proved.
    promises: Vec<String>,
    /// What holds at the end; nothing unless proved.
    finals: Vec<String>,
    /// Hazards that the author accepts.
    waived: Vec<String>,
    /// What the proof rests on.
    assumptions: Vec<String>,
    /// How many things had to be shown, where it was done by the order of the steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<usize>,
    /// How many paths and chains show them, beside what one line of `after` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<usize>,
    /// How many states were checked, where it was done by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<usize>,
    /// How many transitions between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    transitions: Option<usize>,
    /// Why it does not prove the plan: a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Why it does not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A certificate that proves nothing.
#[derive(Debug, thiserror::Error)]
#[error("{file} proves nothing: {refused}")]
struct Wrong {
    file: String,
    refused: Refused,
}

impl Diagnostic for Wrong {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.refused.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.refused.help()
    }
}

impl Document for Again {
    const NAME: &'static str = "verify-proof";
}

impl Document for crate::certificate::Certificate {
    const NAME: &'static str = "proof";
    const VERSION: u32 = 2;
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    verified(arguments, screen).unwrap_or_else(|exit| exit)
}

fn verified(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let (source, checked) = arguments.plan.checked(None, screen)?;
    let path = &arguments.certificate;
    let text = bounded::read(path, LIMIT).map_err(|error| {
        screen.talk(format_args!("cannot read {}: {error}", shown_path(path)));
        Exit::Usage
    })?;
    let plan = checked.plan();
    let subject = subject(&checked, &plan.start);
    let verdict = verify(&subject, &text);
    let of = Again::of(&plan.name, &source, shown(&path.display().to_string()));
    match (verdict, arguments.format) {
        (Ok(verified), Format::Json) => {
            screen.document(&of.proved(subject.statement, verified));
            Ok(Exit::Done)
        }
        (Ok(verified), Format::Text) => {
            screen.result(format_args!("{}: proved, as {} shows", plan.name, of.certificate));
            lines(&subject.statement, verified).iter().for_each(|line| screen.result(line));
            Ok(Exit::Done)
        }
        (Err(refused), Format::Json) => {
            screen.document(&of.refused(&refused));
            Err(Exit::Refused)
        }
        (Err(refused), Format::Text) => {
            let wrong = Wrong { file: of.certificate, refused };
            screen.page(&Refusal::new(Source::new("", ""), vec![Box::new(wrong)]));
            Err(Exit::Refused)
        }
    }
}

impl Again {
    fn of(plan: &str, source: &Source, certificate: String) -> Self {
        Self {
            plan: plan.to_owned(),
            file: source.name.clone(),
            certificate,
            proved: false,
            promises: Vec::new(),
            finals: Vec::new(),
            waived: Vec::new(),
            assumptions: Vec::new(),
            shown: None,
            reasons: None,
            states: None,
            transitions: None,
            code: None,
            reason: None,
        }
    }

    fn proved(self, statement: Statement, verified: Verified) -> Self {
        let Statement { promises, limits, finals, waived, assumptions } = statement;
        let promises = [promises, limits].concat();
        let whole = Self { proved: true, promises, finals, waived, assumptions, ..self };
        match verified {
            Verified::Cuts { shown, reasons } => Self { shown: Some(shown), reasons: Some(reasons), ..whole },
            Verified::Explicit { states, transitions } => {
                Self { states: Some(states), transitions: Some(transitions), ..whole }
            }
        }
    }

    fn refused(self, refused: &Refused) -> Self {
        let code = refused.code().map(|code| code.to_string());
        Self { code, reason: Some(refused.to_string()), ..self }
    }
}

/// What is proved again, line by line.
fn lines(statement: &Statement, verified: Verified) -> Vec<String> {
    let rows = [
        ("waived", &statement.waived),
        ("promise", &statement.promises),
        ("finally", &statement.finals),
        ("assuming", &statement.assumptions),
        ("promise", &statement.limits),
    ];
    let row = |(word, said): (&str, &Vec<String>)| {
        said.iter().map(|said| format!("  {word:<11} {}", shown(said))).collect::<Vec<String>>()
    };
    let mut lines: Vec<String> = rows.into_iter().flat_map(row).collect();
    lines.push(match verified {
        Verified::Cuts { shown, reasons } => format!(
            "  checked     {shown} things that had to be shown, by the order of the steps and {reasons} reasons"
        ),
        Verified::Explicit { states, transitions } => {
            format!("  checked     {states} states and {transitions} transitions, each by itself")
        }
    });
    lines
}
