//! What a program in Rust calls: check a plan, and prove it. The names here stay as they are.

use crate::{
    check::{Checked, read},
    plan::given::Given,
    proof::verdict::{self, Verdict},
};

pub use crate::{
    plan::Plan,
    source::{Refusal, Source},
};

/// Reads a plan and checks it: grammar, names, authority, order, knowledge. Nothing is executed.
///
/// # Errors
/// The findings on the text, each with its place, a stable code and what to do next.
///
/// # Examples
/// ```
/// let text = include_str!("../plans/xml-signature/two-keys.renewal");
/// let checked = keyroll::check(&keyroll::Source::new("two-keys.renewal", text)).unwrap();
/// assert_eq!(checked.plan().steps.len(), 7);
///
/// let typo = text.replace("after create_key", "after creat_key");
/// let refusal = keyroll::check(&keyroll::Source::new("two-keys.renewal", typo)).unwrap_err();
/// assert_eq!(refusal.error_codes(), ["unknown_step"]);
/// ```
pub fn check(source: &Source) -> Result<Checked, Refusal> {
    read(source, &Given::default())
}

/// Proves a plan from the world that it declares, within the default budget, or tells how it fails.
///
/// # Examples
/// ```
/// use keyroll::{Source, proof::verdict::Verdict};
///
/// let text = include_str!("../plans/xml-signature/two-keys.renewal");
/// let checked = keyroll::check(&Source::new("two-keys.renewal", text)).unwrap();
/// assert!(matches!(keyroll::prove(checked), Verdict::Proven(_)));
///
/// let hasty = text.replace("  needs orders drained of old", "");
/// let checked = keyroll::check(&Source::new("hasty.renewal", hasty)).unwrap();
/// let Verdict::Refuted(refuted) = keyroll::prove(checked) else { panic!("nobody waits") };
/// assert_eq!(refuted.finding.code().unwrap().to_string(), "keyroll::undrained");
/// ```
#[must_use]
pub fn prove(checked: Checked) -> Verdict {
    let start = checked.plan().start.clone();
    verdict::prove(checked, &start, verdict::BUDGET)
}
