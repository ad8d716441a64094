//! From numbered prose to the draft of a plan.
//!
//! Everything that prose says between the lines is a guess here, and every guess and every gap is marked
//! as a doubt. A promise, a drain and a time that nobody said are never written.
//!
//! ```text
//! text --prose--> procedures --act--> steps --order, setting--> a draft --check--> its doubts
//! ```

mod act;
mod clause;
mod deed;
mod doubt;
pub mod fault;
mod lexicon;
mod mark;
mod name;
mod order;
mod prose;
mod role;
mod section;
mod sentence;
mod setting;
mod sheet;
mod subject;
mod table;
mod time;
mod word;
mod write;

use crate::source::{Finding, Source};

pub use doubt::Doubt;
pub use fault::EXPLANATIONS;
pub use sheet::DOUBT;

/// A plan that was drafted of prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The text of the plan, in canonical form.
    pub text: String,
    /// Its doubts, in the order of their lines.
    pub doubts: Vec<Doubt>,
    /// The heading of the procedure, if it has one.
    pub heading: Option<String>,
    /// How many steps it has.
    pub steps: usize,
    /// How many roles it has.
    pub roles: usize,
    /// How many of the steps have a verb.
    pub understood: usize,
}

/// Drafts a plan of the numbered steps of a text; of those below one heading, where it has several.
///
/// # Errors
/// When no step is numbered, it is not clear which procedure is meant, or there are too many steps.
pub fn draft(source: &Source, wanted: Option<&str>) -> Result<Draft, Finding> {
    let all = prose::procedures(&source.text);
    let procedure = section::chosen(source, &all, wanted)?;
    let (roles, acts) = act::acts(procedure);
    if let Some(more) = acts.get(fault::MOST_STEPS) {
        return Err(section::too_many(source, more.line));
    }
    let sheet = write::write(procedure, &source.name, (&roles, &acts));
    let (text, from) = sheet.finish();
    let text = doubt::checked(&text);
    let understood = |act: &&act::Act| !matches!(act.deed, deed::Deed::Unknown(_));
    Ok(Draft {
        doubts: doubt::listed(&text, &from),
        text,
        heading: procedure.headings.last().cloned(),
        steps: acts.len(),
        roles: roles.len() + usize::from(acts.iter().any(|act| act.actor.is_none())),
        understood: acts.iter().filter(understood).count(),
    })
}
