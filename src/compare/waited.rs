//! How long steps wait, and the dates before and after which they do not begin.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use crate::{check::Checked, plan::date::in_utc, source::shown, syntax::spelt, world::id::StepId};

use super::difference::{About, Difference, Weight};

/// A step that both plans have may begin earlier: that is weaker; or later: that is stronger.
pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let mut found = Vec::new();
    for (was, row) in old.plan().steps.iter() {
        let Some(is) = new.plan().step(&row.name.value) else { continue };
        let name = shown(&row.name.value);
        let (waited, waits) = (waits(old, was), waits(new, is));
        for (after, time) in &waited {
            let (after, was) = (shown(after), spelt(*time));
            match waits.get(after.as_str()) {
                Some(now) if now < time => {
                    found.push(weaker(format!(
                        "`{name}` waits {} after `{after}`; it was {was}",
                        spelt(*now)
                    )));
                }
                Some(now) if now > time => {
                    found.push(stronger(format!(
                        "`{name}` waits {} after `{after}`; it was {was}",
                        spelt(*now)
                    )));
                }
                Some(_) => {}
                None => found.push(weaker(format!("`{name}` does not wait any more {was} after `{after}`"))),
            }
        }
        for (after, time) in waits.iter().filter(|(after, _)| !waited.contains_key(*after)) {
            found.push(stronger(format!("`{name}` waits {} after `{}`", spelt(*time), shown(after))));
        }
        found.extend(date(&name, begins(old, was), begins(new, is)));
        found.extend(deadline(&name, until(old, was), until(new, is)));
    }
    found
}

fn date(name: &str, was: Option<Timestamp>, is: Option<Timestamp>) -> Option<Difference> {
    match (was, is) {
        (Some(was), None) => {
            Some(weaker(format!("`{name}` may begin before {}, and might not", in_utc(was))))
        }
        (None, Some(is)) => Some(stronger(format!("`{name}` does not begin before {}", in_utc(is)))),
        (Some(was), Some(is)) if was != is => {
            let text = format!("`{name}` does not begin before {}; it was {}", in_utc(is), in_utc(was));
            Some(if is < was { weaker(text) } else { stronger(text) })
        }
        _ => None,
    }
}

/// A step that may begin later than it might is weaker.
fn deadline(name: &str, was: Option<Timestamp>, is: Option<Timestamp>) -> Option<Difference> {
    match (was, is) {
        (Some(was), None) => Some(weaker(format!("`{name}` may begin after {}, and might not", in_utc(was)))),
        (None, Some(is)) => Some(stronger(format!("`{name}` does not begin after {}", in_utc(is)))),
        (Some(was), Some(is)) if was != is => {
            let text = format!("`{name}` does not begin after {}; it was {}", in_utc(is), in_utc(was));
            Some(if is > was { weaker(text) } else { stronger(text) })
        }
        _ => None,
    }
}

/// How long a step waits after which others.
fn waits(checked: &Checked, step: StepId) -> BTreeMap<&str, Duration> {
    let plan = checked.plan();
    let waits = plan.steps[step].extra().waits.iter();
    waits.map(|waits| (plan.steps[waits.after].name.value.as_str(), waits.time)).collect()
}

fn begins(checked: &Checked, step: StepId) -> Option<Timestamp> {
    checked.plan().steps[step].extra().not_before.map(|date| date.at)
}

fn until(checked: &Checked, step: StepId) -> Option<Timestamp> {
    checked.plan().steps[step].extra().not_after.map(|deadline| deadline.at)
}

const fn weaker(text: String) -> Difference {
    Difference { weight: Weight::Weaker, about: About::Time, text }
}

const fn stronger(text: String) -> Difference {
    Difference { weight: Weight::Stronger, about: About::Time, text }
}
