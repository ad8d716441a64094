//! What the plans ask, until when, and what silence means.

use std::time::Duration;

use crate::{check::Checked, plan::answers::Question, source::shown, syntax::spelt};

use super::difference::{About, Difference, Weight};

/// Of each question that both plans ask, what is otherwise. None of it makes a plan weaker: each way to answer is
/// proved, and what hangs on an answer is compared where it stands.
pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let mut found = Vec::new();
    let role = |checked: &Checked, asked: &Question| shown(&checked.plan().landscape.roles[asked.role]);
    for was in &old.plan().questions {
        let Some(is) = new.plan().questions.iter().find(|is| is.name.value == was.name.value) else {
            continue;
        };
        let name = shown(&was.name.value);
        let (asked, asks) = (role(old, was), role(new, is));
        if asked != asks {
            found.push(changed(format!("`{name}` is asked of {asks}; it was asked of {asked}")));
        }
        if was.text != is.text {
            found.push(changed(format!(
                "`{name}` asks \"{}\"; it was \"{}\"",
                shown(&is.text),
                shown(&was.text)
            )));
        }
        if was.silence != is.silence {
            let word = if is.silence { "yes" } else { "no" };
            found.push(changed(format!("silence on `{name}` means {word}; it meant the other")));
        }
        found.extend(time(&format!("`{name}` is to be answered within"), was.within, is.within));
        found.extend(time(&format!("an answer to `{name}` holds for"), was.holds, is.holds));
    }
    found
}

fn time(what: &str, was: Option<Duration>, is: Option<Duration>) -> Option<Difference> {
    match (was, is) {
        (Some(was), Some(is)) if was != is => {
            Some(changed(format!("{what} {}; it was {}", spelt(is), spelt(was))))
        }
        (None, Some(is)) => Some(changed(format!("{what} {}; it was not said", spelt(is)))),
        (Some(was), None) => {
            Some(changed(format!("{what} a time that is not said any more; it was {}", spelt(was))))
        }
        _ => None,
    }
}

const fn changed(text: String) -> Difference {
    Difference { weight: Weight::Changed, about: About::Assumption, text }
}
