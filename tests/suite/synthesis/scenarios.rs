//! Small scenarios made at random, from a seed.

use std::fmt::Write;

use crate::random_plans::generated::Chance;

/// How many are made: so many, or as many as are asked for.
pub(crate) fn counted(few: u64) -> u64 {
    let asked = std::env::var("KEYROLL_RANDOM_SCENARIOS").ok();
    asked.map_or(few, |asked| asked.parse().expect("a number of scenarios"))
}

/// The text of one.
pub(crate) fn scenario(seed: u64) -> String {
    let mut chance = Chance::new(seed.wrapping_add(9_000_000));
    let roles = ["ann", "bob", "cyd"];
    let roles = &roles[..2 + chance.below(2)];
    let (store, gate, owner) = (chance.of(roles), chance.of(roles), chance.of(roles));
    let mut text = "keyroll 1\n\nplan random\n\n".to_owned();
    for role in roles {
        writeln!(text, "role {role}").unwrap();
    }
    text.push_str("\nkey old\nkey new\n\n");
    let waits = if chance.percent(15) { "  alias \"b\" is new\n" } else { "" };
    let gap = if chance.percent(12) { "  exchanges with a gap\n" } else { "" };
    writeln!(text, "keystore store of {store} {{\n  alias \"a\" is old\n{waits}{gap}}}\n").unwrap();
    let more = chance.of(&["", "  accepts at most 1\n", "  accepts at most 2\n", "  accepts at most 1\n"]);
    let both = if more.contains("2") && chance.percent(20) { "  accepts new\n" } else { "" };
    writeln!(text, "receiver gate of {gate} {{\n  accepts old\n{both}{more}}}\n").unwrap();
    let delivery = chance.of(&[
        "delivers within 1h",
        "delivers within 1h",
        "delivers immediately",
        "delivers within 1h\n  caches keys for 10m",
    ]);
    let runs = if chance.percent(88) { "  deployed\n" } else { "  undeployed\n" };
    let flow = |name: &str, owner: &str| {
        format!(
            "flow {name} of {owner} {{\n  signs xml with store[\"a\"]\n  sends to gate\n  {delivery}\n{runs}}}\n\n"
        )
    };
    text.push_str(&flow("orders", owner));
    let second = chance.percent(10);
    if second {
        let bills = flow("bills", chance.of(roles));
        let other = if chance.percent(30) { bills.replace("  deployed", "  undeployed") } else { bills };
        text.push_str(&other);
    }
    let interrupted = chance.of(&["never", "window", "never", "window", "nothing"]);
    if interrupted == "window" {
        text.push_str("window pause at most 4h\n\n");
    }
    for name in if second { &["orders", "bills"][..] } else { &["orders"][..] } {
        let body = text.split(&format!("flow {name} ")).nth(1).unwrap().split('}').next().unwrap();
        let runs = !body.contains("undeployed");
        match interrupted {
            "never" if runs => writeln!(text, "promise {name} never interrupted").unwrap(),
            "window" if runs => writeln!(text, "promise {name} interrupted only in pause").unwrap(),
            _ => {}
        }
        if chance.percent(10) {
            writeln!(text, "waive {name} rejected because \"a test\"").unwrap();
        }
    }
    if chance.percent(12) {
        let promises = [
            "always gate accepts old",
            "never gate accepts new",
            "never store[\"a\"] is new",
            "always orders deployed",
            "never orders undeployed",
        ];
        writeln!(text, "promise {}", chance.of(&promises)).unwrap();
    }
    text.push('\n');
    finals(&mut text, &mut chance, roles);
    text
}

fn finals(text: &mut String, chance: &mut Chance, roles: &[&str]) {
    let whom = chance.of(roles);
    let known = |chance: &mut Chance| {
        if chance.percent(20) { format!(" known to {whom}") } else { String::new() }
    };
    let accepts = chance.of(&["accepts only new", "accepts only new", "accepts new"]);
    if chance.percent(80) {
        let known = known(chance);
        writeln!(text, "finally gate {accepts}{known}").unwrap();
    }
    if chance.percent(30) {
        let known = known(chance);
        let is = chance.of(&["deployed", "deployed", "undeployed"]);
        writeln!(text, "finally orders {is}{known}").unwrap();
    }
    let known = known(chance);
    writeln!(text, "finally store[\"a\"] is new{known}").unwrap();
}

/// The text of one in which something hangs on facts of its own.
pub(crate) fn with_facts(seed: u64) -> String {
    let mut chance = Chance::new(seed.wrapping_add(23_000_000));
    let plain = scenario(seed + 500);
    let roles: Vec<&str> = plain.lines().filter_map(|line| line.strip_prefix("role ")).collect();
    let names = if chance.percent(40) { &["change", "freeze"][..] } else { &["change"][..] };
    let (mut facts, mut more) = (String::new(), String::new());
    for name in names {
        let at_start = if chance.percent(30) { " set" } else { "" };
        writeln!(facts, "fact {name} of {} \"As {name} says\"{at_start}", chance.of(&roles)).unwrap();
        let is = chance.of(&["set", "clear"]);
        let other = if is == "set" { "clear" } else { "set" };
        let promises = [
            format!("never store[\"a\"] is new while {name} {other}"),
            format!("never store[\"a\"] is new while {name} {other}"),
            format!("{name} {is} before gate accepts new"),
            format!("{name} {is} before store[\"a\"] is new"),
            format!("store[\"a\"] is new before {name} {other}"),
            format!("always {name} {is} while orders undeployed"),
            format!("never {name} {is} while gate accepts old"),
            format!("gate accepts new before {name} {is}"),
            format!("{name} {is} before pause open"),
            format!("never {name} {other} while pause open"),
            format!("never {name} {other}"),
        ];
        let promise = &promises[chance.below(promises.len())];
        if plain.contains("window pause") || !promise.contains("pause") {
            writeln!(more, "promise {promise}").unwrap();
        }
        if chance.percent(45) {
            let known =
                if chance.percent(30) { format!(" known to {}", chance.of(&roles)) } else { String::new() };
            writeln!(more, "finally {name} {}{known}", chance.of(&["set", "clear"])).unwrap();
        }
    }
    plain.replacen("\nkeystore ", &format!("\n{facts}\nkeystore "), 1) + &more
}

/// The text of a scenario of one keystore, in which backup aliases are in the way and keys lie anywhere.
pub(crate) fn keystore(seed: u64) -> String {
    let mut chance = Chance::new(seed.wrapping_add(17_000_000));
    let mut text = "keyroll 1\n\nplan random\n\nrole ann\n\nkey old\nkey new\nkey odd\n\n".to_owned();
    let gap = if chance.percent(15) { "  exchanges with a gap\n" } else { "" };
    let mut keys = vec!["old", "odd", "new"];
    let mut lines = String::new();
    for alias in ["k", "m", "k-backup", "m-backup"] {
        let share = if alias == "k" { 85 } else { 35 };
        if chance.percent(share) && keys.len() > 1 {
            let key = keys.remove(chance.below(keys.len() - 1));
            writeln!(lines, "  alias \"{alias}\" is {key}").unwrap();
        }
    }
    writeln!(text, "keystore store of ann {{\n{lines}{gap}}}\n").unwrap();
    let runs = lines.contains("alias \"k\"") && chance.percent(35);
    if runs {
        writeln!(text, "receiver gate of ann {{\n  accepts old\n  accepts new\n  accepts odd\n}}\n").unwrap();
        text.push_str("flow orders of ann {\n  signs xml with store[\"k\"]\n  sends to gate\n  delivers immediately\n  deployed\n}\n\n");
        text.push_str("promise orders never interrupted\n");
    }
    for alias in ["k", "k-backup", "m"] {
        let share = if alias == "k" { 80 } else { 20 };
        if chance.percent(share) {
            let is = chance.of(&["is new", "is new", "is old", "is odd", "empty"]);
            writeln!(text, "finally store[\"{alias}\"] {is}").unwrap();
        }
    }
    if !text.contains("finally") {
        text.push_str("finally store[\"k\"] is new\n");
    }
    // Something is to be done.
    let is_so = |line: &str| {
        let mut parts = line.split('"').skip(1);
        let (alias, is) = (parts.next().unwrap(), parts.next().unwrap());
        match is.trim_start_matches(']') {
            " empty" => !lines.contains(&format!("\"{alias}\"")),
            is => lines.contains(&format!("\"{alias}\"{is}\n")),
        }
    };
    if text.lines().filter(|line| line.starts_with("finally")).all(is_so) {
        return keystore(seed + 100_000);
    }
    text
}

/// What can be done to such a keystore.
pub(crate) fn acts_on_keys() -> Vec<String> {
    let mut acts = Vec::new();
    for key in ["old", "new", "odd"] {
        acts.push(format!("destroy {key} in store"));
        for alias in ["k", "m", "k-backup", "x"] {
            acts.push(format!("create {key} in store as \"{alias}\""));
            acts.push(format!("exchange store[\"{alias}\"] for {key}"));
        }
    }
    acts
}
