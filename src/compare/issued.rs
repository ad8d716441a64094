//! Who issues the certificate of which key.

use std::collections::BTreeMap;

use crate::{check::Checked, plan::Plan, source::shown};

use super::difference::{About, Difference, Weight};

/// A certificate that is issued no more is one that nobody has to wait for: the plan asks for less.
pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let (old, new) = (issuers(old.plan()), issuers(new.plan()));
    let mut found = Vec::new();
    let mut tell = |weight, text| found.push(Difference { weight, about: About::Assumption, text });
    for (key, was) in &old {
        match new.get(key) {
            Some(is) if is != was => {
                tell(Weight::Changed, format!("the certificate of {key} is issued by {is}; it was by {was}"));
            }
            Some(_) => {}
            None => tell(Weight::Weaker, format!("the certificate of {key} is not issued by {was} any more")),
        }
    }
    for (key, is) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        tell(
            Weight::Changed,
            format!("the certificate of {key} is issued by {is}, of which nothing was said"),
        );
    }
    found
}

fn issuers(plan: &Plan) -> BTreeMap<String, String> {
    let land = &plan.landscape;
    let keys = plan.declared.issuers.keys();
    keys.filter_map(|key| Some((shown(&land.keys[*key]), shown(&land.roles[plan.issuer(*key)?])))).collect()
}
