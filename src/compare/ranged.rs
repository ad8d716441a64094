//! Which values the parameters of a plan may have.

use crate::{check::Checked, plan::parameter::Parameter, source::shown};

use super::difference::{About, Difference, Weight};

/// A plan is proved for the values that it has, so what else they might be makes it neither weaker nor stronger.
pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let mut found = Vec::new();
    for was in &old.plan().parameters {
        let Some(is) = new.plan().parameters.iter().find(|is| is.name == was.name) else { continue };
        if was.range != is.range {
            let text = format!("`{}` may be {}; it was {}", shown(&is.name), said(is), said(was));
            found.push(Difference { weight: Weight::Changed, about: About::Assumption, text });
        }
    }
    found
}

fn said(parameter: &Parameter) -> String {
    Some(parameter.range.sentence()).filter(|said| !said.is_empty()).unwrap_or_else(|| "anything".to_owned())
}
