//! What is found in many rows is told once, at the place where it is said.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::source::{Finding, Noted};

/// Of the findings with one code at one place the first is kept; its help says how many more there are.
#[must_use]
pub fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut places = BTreeMap::new();
    let mut kept: Vec<(Finding, usize)> = Vec::new();
    for finding in findings {
        match places.entry(key(&finding)) {
            Entry::Vacant(entry) => {
                entry.insert(kept.len());
                kept.push((finding, 0));
            }
            Entry::Occupied(entry) => {
                if let Some((_, more)) = kept.get_mut(*entry.get()) {
                    *more += 1;
                }
            }
        }
    }
    let told = kept.into_iter().map(|(first, more)| {
        let again = match more {
            0 => return first,
            1 => "once more".to_owned(),
            more => format!("{more} more times"),
        };
        Noted::with(first, format!("the same is found here {again}, in other rows"))
    });
    told.collect()
}

fn key(finding: &Finding) -> (Option<String>, Option<(usize, usize)>) {
    let at = finding.labels().and_then(|mut labels| labels.next());
    let place = at.map(|label| (label.offset(), label.len()));
    (finding.code().map(|code| code.to_string()), place)
}
