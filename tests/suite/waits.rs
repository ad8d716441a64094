//! Times that steps wait for, and by which they have to begin: a step begins no earlier and no later, however
//! it is asked, and no proof rests on it.

#![cfg(test)]

mod begun;
mod closed;
mod due;
mod in_time;
mod proved;
mod until;

use keyroll::{
    check::{self, Checked},
    plan::given::Given,
    source::Source,
};

use crate::runs::plan;

/// The two-key plan, at the end of which the old pair is destroyed: its lines beside the act are filled in.
fn destroying(lines: &str) -> String {
    let text = plan("two-keys.renewal");
    format!("{text}\nstep destroy_old by tenant_admin {{\n{lines}  destroy old in tenant\n}}\n")
}

fn checked(text: &str) -> Checked {
    read(text).unwrap_or_else(|codes| panic!("{codes:?} of\n{text}"))
}

fn read(text: &str) -> Result<Checked, Vec<String>> {
    check::read(&Source::new("plan", text), &Given::default()).map_err(|refusal| refusal.codes().collect())
}
