//! What random plans have beside others in which a flow lists two aliases.

use super::generated::{Chance, Draft, Ground, in_time, lately};

/// The text of one random plan in which a flow lists two aliases. In one of eight some steps may come late.
pub(crate) fn plan(seed: u64) -> String {
    if seed % 8 == 5 { lately(seed, in_time(seed, true)) } else { in_time(seed, true) }
}

/// The ground of such a plan: the second alias is free at the start, or lies in another keystore.
pub(super) fn ground(chance: &mut Chance, ground: Ground) -> Ground {
    let aliases = ["s[\"b\"]", "s[\"b\"]", "s[\"b\"]", "s[\"n\"]", "s[\"a-backup\"]", "t[\"a\"]"];
    let beside = chance.of(&aliases);
    let second_store = ground.second_store || beside.starts_with('t');
    // Two flows with two stamps each are more moments than a random plan is worth, now and then.
    let flows = if chance.percent(50) { 1 } else { ground.flows };
    Ground { beside: Some(beside), second_store, flows, ..ground }
}

/// Acts that change what lies at the second alias.
pub(super) fn acts(chance: &mut Chance, keys: &[&'static str]) -> Vec<String> {
    let key = chance.of(keys);
    vec![
        format!("create {key} in s as \"b\""),
        format!("exchange s[\"b\"] for {key}"),
        format!("destroy {key} in s"),
    ]
}

/// A renewal with an overlap at the producer: both keys are on each message while the receiver changes from
/// one to the other at once.
pub(super) fn story(chance: &mut Chance, ground: &Ground) -> Vec<Draft> {
    let step = |role, after: &[usize], needs: &[&str], act: &str, to: &[usize]| Draft {
        role,
        after: after.to_vec(),
        needs: needs.iter().map(|n| (*n).to_owned()).collect(),
        act: act.to_owned(),
        to: to.to_vec(),
    };
    // Nothing is staged where an exchange keeps what it moves away.
    let fits = |beside: &&str| beside.starts_with('s') && !beside.contains("backup");
    let alias = ground.beside.filter(fits).unwrap_or("s[\"b\"]");
    let alias = alias.trim_start_matches("s[").trim_end_matches(']');
    let mut steps = vec![
        step(0, &[], &[], &format!("create new in s as {alias}"), &[]),
        step(0, &[0], &[], "provide new to r1", &[1]),
        step(0, &[0], &[], "inform r1", &[1]),
    ];
    if chance.percent(70) {
        steps.push(step(1, &[1, 2], &["f0 drained of old"], "replace old by new at p", &[]));
    } else {
        steps.push(step(1, &[1], &[], "accept new at p", &[]));
        steps.push(step(1, &[2, 3], &["f0 drained of old"], "retire old at p", &[]));
    }
    let last = steps.len() - 1;
    steps.push(step(1, &[last], &[], "inform r0", &[0]));
    let needs: &[&str] = if chance.percent(50) { &["p accepts new"] } else { &[] };
    let end = if chance.percent(70) { "destroy old in s" } else { "exchange s[\"a\"] for new" };
    steps.push(step(0, &[last + 1], needs, end, &[]));
    steps
}
