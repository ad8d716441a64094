//! What random plans have beside others in which flows are repointed.

use super::generated::{Chance, Draft, Ground, lately, text};

/// The text of one random plan in which flows are repointed. In one of ten some steps may come late.
pub(crate) fn plan(seed: u64) -> String {
    let lines = text(seed, false, true);
    if seed % 10 == 3 { lately(seed, lines) } else { lines }
}

/// Acts that let a flow sign with what lies elsewhere.
pub(super) fn acts(chance: &mut Chance, flow: usize) -> Vec<String> {
    let alias = chance.of(&["n", "n", "a", "a-backup", "b"]);
    vec![format!("repoint f{flow} to s[\"n\"]"), format!("repoint f{flow} to s[\"{alias}\"]")]
}

/// A renewal in which the flow comes to sign with another alias.
pub(super) fn story(chance: &mut Chance, ground: &Ground) -> Vec<Draft> {
    let step = |role, after: &[usize], needs: &[&str], act: &str, to: &[usize]| Draft {
        role,
        after: after.to_vec(),
        needs: needs.iter().map(|n| (*n).to_owned()).collect(),
        act: act.to_owned(),
        to: to.to_vec(),
    };
    let owner = ground.flow_owner;
    let mut steps = vec![
        step(0, &[], &[], "create new in s as \"n\"", &[]),
        step(0, &[0], &[], "provide new to r1", &[1]),
        step(1, &[1], &[], "accept new at p", &[]),
    ];
    if owner != 1 {
        steps.push(step(1, &[2], &[], &format!("inform r{owner}"), &[owner]));
    }
    let last = steps.len() - 1;
    let needs: &[&str] = if chance.percent(50) { &["p accepts new"] } else { &[] };
    steps.push(step(owner, &[last], needs, "repoint f0 to s[\"n\"]", &[]));
    let mut told = last + 1;
    if chance.percent(10) {
        // There and back, and there again.
        steps.push(step(owner, &[told], &[], "repoint f0 to s[\"a\"]", &[]));
        steps.push(step(owner, &[told + 1], &[], "repoint f0 to s[\"n\"]", &[]));
        told += 2;
    }
    if owner != 1 {
        steps.push(step(owner, &[told], &[], "inform r1", &[1]));
    }
    let heard = steps.len() - 1;
    let drained: &[&str] = if chance.percent(85) { &["f0 drained of old"] } else { &[] };
    steps.push(step(1, &[heard], drained, "retire old at p", &[]));
    if owner == 0 && chance.percent(50) {
        let after = if chance.percent(70) { told } else { 0 };
        steps.push(step(0, &[after], &[], "destroy old in s", &[]));
    }
    steps
}
