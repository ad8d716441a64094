//! Tries edits until one makes the plan provable.

use std::time::Instant;

use crate::{
    check::read,
    plan::{given::Given, resolve::resolve},
    proof::{
        cuts::{Settled, Unsettled, settle},
        explicit::sparing::{Spared, spared},
        rules::Rules,
    },
    source::Source,
    syntax::parse,
};

use super::{candidate::Candidates, edit::Edit, sketch::Sketch};

/// More edits than are joined to pairs.
const JOINED: usize = 2_000;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    /// Edited plans of so many bytes in all are judged at most.
    pub bytes: usize,
    /// So many states of each are looked at where causal cuts cannot tell.
    pub states: usize,
    /// And none is judged any more after this moment.
    pub until: Option<Instant>,
    /// Whether two edits are tried together when none does alone.
    pub pairs: bool,
}

/// A plan that is proved after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The edit.
    pub edit: Edit,
    /// The edited text.
    pub text: String,
    /// How many edited plans were judged before.
    pub tried: usize,
}

/// Looks for the smallest edit after which a plan is proved. `about` names the steps that are looked
/// at first; `progress` hears how many plans were judged.
#[must_use]
pub fn repair(
    source: &Source,
    given: &Given,
    about: &[String],
    attempts: Attempts,
    mut progress: impl FnMut(usize),
) -> Option<Repaired> {
    let (tree, findings) = parse(source);
    let plan = resolve(source, &tree, given).ok().filter(|_| findings.is_empty())?;
    let sketch = Sketch::of(source, &tree);
    let candidates = Candidates::of(&sketch, &plan, about);
    let (mut tried, most) = (0, attempts.bytes / source.text.len().max(1));
    let mut judged = |edit: &Edit| -> Option<Option<Repaired>> {
        if tried >= most || attempts.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        let Some(text) = edit.applied(&source.text) else { return Some(None) };
        tried += 1;
        progress(tried);
        let repaired = is_proved(&source.with_text(text.clone()), given, attempts.states);
        Some(repaired.then(|| Repaired { edit: edit.clone(), text, tried }))
    };
    let mut kept: Vec<Edit> = Vec::new();
    for edit in candidates.all() {
        match judged(&edit)? {
            Some(repaired) => return Some(repaired),
            None if attempts.pairs && kept.len() < JOINED => kept.push(edit),
            None => {}
        }
    }
    // What one step lacks is often two things. Then the fewest lines first: the list is in that order,
    // so a pair costs what its later edit does.
    for of_one_step in [true, false] {
        for (number, later) in kept.iter().enumerate() {
            for earlier in kept.iter().take(number).filter(|e| (e.step == later.step) == of_one_step) {
                if let Some(repaired) = judged(&earlier.and(later))? {
                    return Some(repaired);
                }
            }
        }
    }
    None
}

/// Whether a text is a plan that is proved.
fn is_proved(source: &Source, given: &Given, states: usize) -> bool {
    let Ok(checked) = read(source, given) else { return false };
    let start = &checked.plan().start;
    match settle(&checked, start) {
        Ok(Settled { .. }) => true,
        Err(Unsettled::Broken(_) | Unsettled::Vacuous(_)) => false,
        Err(_) => matches!(spared(&Rules::of(&checked), start, states), Spared::Kept { .. }),
    }
}
