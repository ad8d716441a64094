//! The stock plans with one thing changed: each change is refused, or harmless by both judges.

#![cfg(test)]

mod classes;
mod edit;
mod operators;

use std::collections::BTreeMap;

use keyroll::syntax::format;

use super::reference::{Compared, LIMIT, compare};
use classes::{Mutant, mutants};
use edit::tree;

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

fn judged(mutant: &Mutant, stock: &str) -> Compared {
    let before = tree(stock);
    assert_ne!(mutant.tree, before, "{} {} changes nothing", mutant.class, mutant.name);
    let text = format(&mutant.tree);
    // What is judged is what was meant: the text reads as the changed tree.
    let after = tree(&text);
    assert_eq!(format(&after), text);
    assert_eq!(after.items.len(), mutant.tree.items.len());
    for (read, meant) in after.items.iter().zip(&mutant.tree.items) {
        assert_eq!(read.node, meant.node, "{} {}", mutant.class, mutant.name);
    }
    compare(&text, LIMIT)
}

fn outcome(compared: &Compared) -> String {
    match compared {
        Compared::Proved(_) => "proved".to_owned(),
        Compared::Refuted(code, moves) => format!("{code} {moves}"),
        Compared::Unread(codes) => codes.join(" "),
        Compared::TooMany => "too many".to_owned(),
    }
}

fn all(name: &str, stock: &'static str) -> BTreeMap<String, String> {
    let Compared::Proved(moments) = compare(stock, LIMIT) else { panic!("{name} is proved as it is") };
    let mutants = mutants(&tree(stock));
    let half = mutants.len() / 2;
    let (first, second) = mutants.split_at(half);
    let judge = |some: &[Mutant]| -> Vec<(&'static str, String, Compared)> {
        some.iter().map(|m| (m.class, m.name.clone(), judged(m, stock))).collect()
    };
    let mut found = std::thread::scope(|scope| {
        let other = scope.spawn(|| judge(second));
        let mut found = judge(first);
        found.extend(other.join().expect("both judges agree"));
        found
    });
    found.sort_by_key(|(class, ..)| *class);
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (class, mutant, compared) in &found {
        let slot = match compared {
            Compared::Unread(_) => 0,
            Compared::Refuted(..) => 1,
            Compared::Proved(_) => 2,
            Compared::TooMany => panic!("{class} {mutant} is too much to judge twice"),
        };
        counts.entry(class).or_default()[slot] += 1;
    }
    println!("{name} ({moments} moments): {} mutants", found.len());
    for (class, [unread, refuted, proved]) in &counts {
        println!("  {class:28} {unread:3} by the checks, {refuted:3} by the proof, {proved:3} harmless");
    }
    let outcomes: BTreeMap<String, String> = found
        .iter()
        .map(|(class, mutant, compared)| (format!("{class}: {mutant}"), outcome(compared)))
        .collect();
    assert_eq!(outcomes.len(), found.len(), "each mutant has a name of its own");
    outcomes
}

/// What is to come of some of them, by name: a code among the findings, or a code and the moves of the
/// shortest story, or `proved`.
fn pinned(outcomes: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    for (mutant, outcome) in expected {
        let found = outcomes.get(*mutant).unwrap_or_else(|| panic!("no mutant `{mutant}`"));
        let is_it = found == outcome || found.split(' ').any(|code| code == *outcome);
        assert!(is_it, "{mutant}: {found}, not {outcome}");
    }
}

#[test]
fn every_mutant_of_two_keys_is_refused_or_harmless() {
    let outcomes = all("two-keys", TWO_KEYS);
    assert!(outcomes.len() >= 100, "{}", outcomes.len());
    pinned(
        &outcomes,
        &[
            ("need removed: retire_old needs orders drained of old", "undrained 11"),
            // The report alone carries it; the need says so in words.
            ("need removed: exchange_key needs partner accepts new", "proved"),
            ("capacity: 2 to 1", "over_capacity 4"),
            ("capacity: 2 to 0", "capacity_exceeded"),
            ("capacity: 2 to 3", "proved"),
            ("immediate delivery: as documented", "proved"),
            ("drain of new: retire_old", "unstable_drain"),
            ("drain moved: to exchange_key", "unstable_drain"),
            // The report may wait as well as the act that it licenses.
            ("drain moved: to announce_exchange", "proved"),
            ("report asks: announce_exchange", "unstable_drain"),
            ("report asks: confirm_trust", "unknowable_need"),
            ("after removed: retire_old after announce_exchange", "unstable_drain"),
            ("after removed: exchange_key after confirm_trust", "unknowable_need"),
            ("after removed: trust_both after provide_certificate", "key_not_provided"),
            ("after turned: exchange_key after announce_exchange", "unstable_drain"),
            ("role swapped: exchange_key by receiver_admin", "role_without_authority"),
            ("trust replaced: trust_both: replace old by new at partner", "trust_gap 5"),
            ("trust turned: retire_old: accept old at partner", "goal_missed 10"),
            ("create at an occupied alias: create_key: create new in tenant as $alias", "step_misfit 1"),
            (
                "create at the backup alias: create_key: create new in tenant as \"$alias-backup\"",
                "step_misfit 7",
            ),
            ("exchange for another key: exchange_key: exchange tenant[$alias] for old", "unstable_drain"),
            ("exchange destroys: exchange_key: destroy old in tenant", "nothing_kept"),
            ("step removed: create_key", "nothing_staged"),
            ("undeployed at the start: orders", "interrupted 0"),
            ("promise turned: tenant[$alias] is new to tenant[$alias] is old", "goal_missed 10"),
        ],
    );
}

#[test]
fn every_mutant_of_one_key_is_refused_or_harmless() {
    let outcomes = all("one-key", ONE_KEY);
    assert!(outcomes.len() >= 150, "{}", outcomes.len());
    pinned(
        &outcomes,
        &[
            ("need removed: exchange_certificate needs orders drained of old", "undrained 15"),
            ("need removed: undeploy needs downtime open", "interrupted 5"),
            (
                "promise turned: orders interrupted only in downtime to orders never interrupted",
                "interrupted 6",
            ),
            ("immediate delivery: as documented", "proved"),
            ("drain of new: exchange_certificate", "undrained 15"),
            ("drain moved: to exchange_key", "undrained 15"),
            // Whoever reports may wait instead of the one who acts.
            ("drain moved: to announce_silence", "proved"),
            ("drain moved: to report_undeployed", "proved"),
            ("after removed: allow_deploy after exchange_key", "trust_gap 20"),
            ("after removed: exchange_key after report_undeployed", "trust_gap 3"),
            ("after removed: exchange_key after create_key", "race"),
            ("after turned: create_key after exchange_key", "step_misfit 9"),
            ("after removed: exchange_certificate after provide_certificate", "key_not_provided"),
            ("report asks: report_undeployed", "unstable_drain"),
            ("agreement reports: agree_downtime", "unknowable_need"),
            // Either side of the agreement may ask, and the one who undeployed may tell.
            ("role swapped: request_undeploy by receiver_admin", "proved"),
            ("role swapped: announce_silence by integration_developer", "proved"),
            ("role swapped: deploy by tenant_admin", "role_without_authority"),
            ("deployment turned: deploy: undeploy orders", "goal_missed 20"),
            ("deployments swapped: undeploy and deploy", "unstable_drain"),
            ("step removed: exchange_certificate", "trust_gap 16"),
            ("step removed: exchange_key", "goal_missed 19"),
            ("trust replaced: exchange_certificate: accept new at partner", "over_capacity 14"),
            ("need added: deploy needs orders deployed", "cannot_finish 0"),
            ("capacity: 1 to 0", "capacity_exceeded"),
            ("undeployed at the start: orders", "interrupted 0"),
        ],
    );
}
