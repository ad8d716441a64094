//! What kinds of pairs keys are, and which new ones may be weak.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checked,
    plan::Plan,
    source::shown,
    world::{key_kind::KeyKind, material::KeyType},
};

use super::difference::{About, Difference, Weight, of_sets};

pub(super) fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let (old, new) = (old.plan(), new.plan());
    let (was, is) = (kinds(old), kinds(new));
    let mut found = Vec::new();
    let mut tell = |weight, text| found.push(Difference { weight, about: About::Assumption, text });
    for (key, before) in &was {
        match is.get(key) {
            Some(after) if after != before => {
                tell(weight(*before, *after), format!("{key} is {after}; it was {before}"));
            }
            Some(_) => {}
            None => tell(Weight::Weaker, format!("the type of {key} is not said any more; it was {before}")),
        }
    }
    for (key, after) in is.iter().filter(|(key, _)| !was.contains_key(*key)) {
        tell(Weight::Changed, format!("{key} is {after}, of which nothing was said"));
    }
    let sentence = |word: &str, what: &str| format!("{word} waived: that {what} may be weak");
    let gained = (Weight::Stronger, Weight::Weaker);
    found.extend(of_sets(About::Promise, (&weak(old), &weak(new)), gained, sentence));
    found
}

/// Of two kinds of one family the smaller one is weaker; the others are not compared.
fn weight(before: KeyKind, after: KeyKind) -> Weight {
    match size(before).zip(size(after)) {
        Some(((family, less), (other, more))) if family == other && less < more => Weight::Stronger,
        Some(((family, more), (other, less))) if family == other && less < more => Weight::Weaker,
        _ => Weight::Changed,
    }
}

/// The family of a kind, and its size in bits.
const fn size(kind: KeyKind) -> Option<(u8, u32)> {
    Some(match kind {
        KeyKind::Handled(KeyType::Rsa(bits)) => (0, bits),
        KeyKind::Dsa(bits) => (1, bits),
        KeyKind::Pss(bits) => (3, bits),
        KeyKind::Curve(bits) => (2, bits),
        KeyKind::Handled(KeyType::EcP256) => (2, 256),
        KeyKind::Handled(KeyType::EcP384) => (2, 384),
        KeyKind::Handled(KeyType::EcP521) => (2, 521),
        KeyKind::Handled(KeyType::Ed25519 | KeyType::Opaque) => return None,
    })
}

fn kinds(plan: &Plan) -> BTreeMap<String, KeyKind> {
    let said = plan.declared.kinds.said.iter();
    said.map(|(key, (kind, _))| (shown(&plan.landscape.keys[*key]), *kind)).collect()
}

fn weak(plan: &Plan) -> BTreeSet<String> {
    plan.declared.kinds.waived.keys().map(|key| shown(&plan.landscape.keys[*key])).collect()
}
