//! Roles that are asked before a run: whether anybody tells them.

use std::collections::BTreeMap;

use crate::{run::notices::contact::Contact, source::shown};

use super::{complaint::Kind, sheet::Sheet};

/// Looks at all of them, each once. It has a row only where nobody tells one.
pub(super) fn examine(sheet: &mut Sheet<'_>) {
    let (plan, site) = (sheet.plan(), sheet.look.site);
    let mut asked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for question in plan.questions.iter().filter(|question| question.within.is_some() && !question.given) {
        asked.entry(&plan.landscape.roles[question.role]).or_default().push(&question.name.value);
    }
    for (role, questions) in asked {
        let bound = site.role(role);
        if !(Contact { notify: bound.notify, mail: bound.mail }).ends(site).is_empty() {
            continue;
        }
        let row = sheet.row("roles", role, "asked");
        let what = format!("{} is asked {}, and no channel leads to it", shown(role), questions.join(", "));
        let help = format!(
            "give [roles.{}] `notify = [\"NAME\"]` with a channel of `[notices.NAME]`, and its `mail`; or ask it yourself",
            shown(role)
        );
        sheet.advise(row, Kind::Untold, what, help);
    }
}
