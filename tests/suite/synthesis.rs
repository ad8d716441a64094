//! Synthesis: what is found is proved by both judges and is no larger than it must be; what is called
//! impossible is so by trying everything.

#![cfg(test)]

mod end;
mod exhaustive;
mod facts;
mod gap;
mod interrupted;
mod keystores;
mod scenarios;
mod waits;

use std::process::{Command, Output};

use insta::{assert_snapshot, with_settings};
use keyroll::{
    duration::Timing,
    page::page,
    plan::given::Given,
    source::Source,
    syntax::{format, parse},
    synthesis::{Bound, Bounds, Found, Impossible, Scenario, Synthesis, synthesize},
};

use super::reference::{Compared, compare};
use exhaustive::{a_plan_exists, a_plan_exists_of};
use scenarios::{acts_on_keys, counted, keystore, scenario, with_facts};

const TWO_KEYS: &str = include_str!("../../plans/scenarios/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/scenarios/one-key.renewal");
const NO_DOWNTIME: &str = include_str!("../../plans/scenarios/one-key-no-downtime.renewal");

/// Moments that the second judge looks at.
const ENOUGH: usize = 20_000;

fn synthesis(text: &str, several: bool) -> Synthesis {
    let source = Source::new("scenario", text);
    let scenario = Scenario::read(&source, &Given::default());
    let scenario = scenario.unwrap_or_else(|refusal| panic!("{}\n{text}", page(&refusal, false, 100)));
    synthesize(&scenario, &Given::default(), Bounds { moments: 100_000, several }, &|_| true).0
}

fn found(text: &str, several: bool) -> Found {
    match synthesis(text, several) {
        Synthesis::Found(found) => *found,
        other => panic!("{other:?} of\n{text}"),
    }
}

fn impossible(text: &str) -> Impossible {
    match synthesis(text, true) {
        Synthesis::Impossible(why) => why,
        other => panic!("{other:?} of\n{text}"),
    }
}

/// A written plan is the scenario with steps behind it, in canonical form, and both judges prove it.
fn is_sound(scenario: &str, plan: &str) {
    let canonical = |text: &str| format(&parse(&Source::new("", text)).0);
    assert!(plan.starts_with(&canonical(scenario)), "the scenario is not kept:\n{plan}");
    assert_eq!(canonical(plan), plan, "it is not in canonical form");
    let told = compare(plan, ENOUGH);
    assert!(matches!(told, Compared::Proved(_) | Compared::TooMany), "{told:?}:\n{plan}");
}

/// What the steps of a found plan do, which both judges prove.
fn acts(scenario: &str) -> Vec<String> {
    let found = found(scenario, true);
    is_sound(scenario, &found.text);
    let checked = found.proven.checked();
    checked.plan().steps.ids().map(|step| checked.plan().sentence(step)).collect()
}

/// What `prove` counts of the downtime is no more than what the search found.
fn is_as_short_as_said(found: &Found) {
    let checked = found.proven.checked();
    let timing = Timing::of(checked.plan(), checked.order());
    let stops = timing.interruptions.iter().filter(|(one, _)| one.stop.is_some() && one.start.is_some());
    let hops: usize = stops.map(|(_, stretch)| stretch.hops.unwrap() - 1).sum();
    assert!(hops <= found.cost.downtime as usize, "{hops} of {:?}\n{}", found.cost, found.text);
}

/// The plan without one of its steps, and without the mention of it.
fn without(plan: &str, name: &str) -> String {
    let mut left = String::new();
    let mut inside = false;
    for line in plan.lines() {
        inside |= line.starts_with(&format!("step {name} by "));
        if !inside {
            let names = line.strip_prefix("  after ").map(|names| {
                let kept: Vec<&str> = names.split(", ").filter(|other| *other != name).collect();
                if kept.is_empty() { String::new() } else { format!("  after {}", kept.join(", ")) }
            });
            left.push_str(&names.unwrap_or_else(|| line.to_owned()));
            left.push('\n');
        }
        inside &= line != "}";
    }
    left
}

#[test]
fn both_documented_plans_come_out() {
    let two = found(TWO_KEYS, true);
    is_sound(TWO_KEYS, &two.text);
    assert_eq!((two.cost.downtime, two.cost.steps, two.cost.messages), (0, 7, 3), "{}", two.text);
    for (several, hops) in [(true, 4), (false, 5)] {
        let one = found(ONE_KEY, several);
        is_as_short_as_said(&one);
        is_sound(ONE_KEY, &one.text);
        assert_eq!(one.cost.downtime, hops, "{}", one.text);
        assert!(one.text.starts_with(ONE_KEY), "the text of the scenario is kept as it is");
    }
}

#[test]
fn no_step_of_a_found_plan_can_be_left_out() {
    for (scenario, several) in [(TWO_KEYS, true), (ONE_KEY, true), (ONE_KEY, false)] {
        let plan = found(scenario, several).text;
        let names = plan.lines().filter_map(|line| line.strip_prefix("step "));
        for name in names.map(|rest| rest.split(' ').next().unwrap()) {
            // It tells whoever stops the flow that all is ready: nothing is wrong without it.
            if name.ends_with("report_provided") {
                continue;
            }
            let told = compare(&without(&plan, name), ENOUGH);
            assert!(!matches!(told, Compared::Proved(_) | Compared::TooMany), "without {name}:\n{plan}");
        }
    }
}

/// Together, what is said to be always so rules out what is wanted, and nothing leaves it.
#[test]
fn with_one_key_and_no_downtime_there_is_no_plan() {
    let why = impossible(NO_DOWNTIME);
    assert_eq!(
        why.invariant,
        [
            "tenant[$alias] is old",
            "partner accepts old",
            "partner does not accept new",
            "orders deployed",
            "a message of orders signed with old may be under way, for up to 10m",
        ]
    );
    let acts: Vec<&str> = why.barred.iter().map(|barred| barred.act.as_str()).collect();
    let leaving = [
        "create new in tenant as $alias",
        "exchange another alias of tenant for old",
        "exchange tenant[$alias] for new",
        "retire old at partner",
        "accept new at partner",
        "replace old by new at partner",
        "undeploy orders",
    ];
    assert_eq!(acts, leaving);
    assert_eq!(why.never, ["partner accepts only new", "tenant[\"orders-signer\"] is new"]);
    assert!(!a_plan_exists(NO_DOWNTIME));
}

/// Each of the three things that make it impossible, taken away.
#[test]
fn what_makes_it_impossible_is_what_is_said() {
    for (said, instead) in [
        ("accepts at most 1 ", "accepts at most 2 "),
        ("promise orders never interrupted\n", ""),
        ("promise orders never rejected\n", "waive orders rejected because \"nobody minds\"\n"),
    ] {
        assert_eq!(NO_DOWNTIME.matches(said).count(), 1, "{said}");
        let possible = NO_DOWNTIME.replace(said, instead);
        is_sound(&possible, &found(&possible, true).text);
    }
    // Delivered at once, and yet the receiver cannot change at the moment at which the sender does.
    let at_once = NO_DOWNTIME.replace("delivers within $delivery", "delivers immediately");
    assert_eq!(impossible(&at_once).worlds, 2);
}

#[test]
fn a_start_that_breaks_what_is_promised_leads_nowhere() {
    for (said, instead) in [("  accepts old\n", "  accepts new\n"), ("  deployed\n", "  undeployed\n")] {
        let broken = NO_DOWNTIME.replace(said, instead);
        let why = impossible(&broken);
        assert!(why.start.is_some() && why.invariant.is_empty(), "{why:?} of\n{broken}");
    }
    assert_eq!(impossible(NO_DOWNTIME).start, None);
}

/// A waiver takes the waits out: nobody minds.
#[test]
fn nobody_waits_for_messages_that_may_be_rejected() {
    let waived = TWO_KEYS
        .replace("promise orders never rejected\n", "waive orders rejected because \"nobody minds\"\n");
    let plan = found(&waived, true);
    assert_eq!(plan.cost.wait, 0, "{}", plan.text);
    assert!(!plan.text.contains("drained"), "{}", plan.text);
}

#[test]
fn a_bound_that_is_reached_says_nothing() {
    let source = Source::new("scenario", ONE_KEY);
    let scenario = Scenario::read(&source, &Given::default()).unwrap();
    for moments in [1, 100] {
        let bounds = Bounds { moments, several: true };
        let (told, _) = synthesize(&scenario, &Given::default(), bounds, &|_| true);
        assert!(matches!(told, Synthesis::Bound(_)), "{told:?}");
    }
}

/// Every found plan is proved by both judges; whether there is one is confirmed by trying everything.
#[test]
fn scenarios_at_random_are_solved_or_cannot_be() {
    let (mut solved, mut ruled_out, mut open) = (0, 0, 0);
    for seed in 0..counted(60) {
        let text = scenario(seed);
        let mut exists = None;
        for several in [true, false] {
            match synthesis(&text, several) {
                Synthesis::Found(found) => {
                    is_sound(&text, &found.text);
                    is_as_short_as_said(&found);
                    assert_eq!(found.refused, 0, "written and refused before:\n{}", found.text);
                    solved += 1;
                }
                Synthesis::Impossible(_) => {
                    let exists = exists.get_or_insert_with(|| a_plan_exists(&text));
                    assert!(!*exists, "seed {seed}: there is one\n{text}");
                    ruled_out += 1;
                }
                Synthesis::Bound(bound) => {
                    println!("seed {seed}: {bound:?}");
                    open += 1;
                }
            }
        }
    }
    println!("{solved} solved, {ruled_out} ruled out, {open} open");
    assert!(solved > 30 && ruled_out > 10, "{solved} solved, {ruled_out} ruled out");
    assert!(open * 10 <= solved + ruled_out, "{open} open");
}

/// The same where promises and ends hang on facts of the scenario's own.
#[test]
fn scenarios_with_facts_at_random_are_solved_or_cannot_be() {
    let (mut solved, mut ruled_out, mut open, mut waits) = (0, 0, 0, 0);
    for seed in 0..counted(50) {
        let text = with_facts(seed);
        match synthesis(&text, seed % 4 > 0) {
            Synthesis::Found(found) => {
                is_sound(&text, &found.text);
                let after = found.text.split("\nstep ").skip(1);
                waits += usize::from(after.clone().any(|step| {
                    ["change", "freeze"].iter().any(|own| step.contains(&format!("  needs {own} ")))
                }));
                solved += 1;
            }
            Synthesis::Impossible(_) => {
                assert!(!a_plan_exists(&text), "seed {seed}: there is one\n{text}");
                ruled_out += 1;
            }
            Synthesis::Bound(bound) => {
                println!("seed {seed}: {bound:?}\n{text}");
                open += 1;
            }
        }
    }
    println!("{solved} solved, {ruled_out} ruled out, {open} open; {waits} wait for a fact");
    assert!(
        solved > 15 && ruled_out > 5 && waits > 3,
        "{solved} solved, {ruled_out} ruled out, {waits} wait"
    );
    assert!(open * 10 <= solved + ruled_out, "{open} open");
}

/// Where trying everything finds a plan, so does the search.
#[test]
fn trying_everything_finds_plans_where_the_search_does() {
    for seed in 0..counted(25) {
        let text = scenario(seed);
        let found = matches!(synthesis(&text, true), Synthesis::Found(_));
        assert_eq!(a_plan_exists(&text), found, "seed {seed}:\n{text}");
    }
}

/// Whatever is under the aliases, and whatever they are to name: no plan that there is is ruled out.
#[test]
fn keystores_at_random_are_not_given_up_too_early() {
    let (mut solved, mut ruled_out, mut open) = (0, 0, 0);
    for seed in 0..counted(60) {
        let text = keystore(seed);
        match synthesis(&text, true) {
            Synthesis::Found(found) => {
                is_sound(&text, &found.text);
                solved += 1;
            }
            Synthesis::Impossible(_) => {
                let exists = a_plan_exists_of(&text, &acts_on_keys(), 4);
                assert!(!exists, "seed {seed}: there is one\n{text}");
                ruled_out += 1;
            }
            Synthesis::Bound(bound) => {
                let exists = a_plan_exists_of(&text, &acts_on_keys(), 4);
                assert!(!exists, "seed {seed}: there is one, and {bound:?}\n{text}");
                let is_honest = matches!(bound, Bound::NotTried { .. } | Bound::NotProved(_));
                assert!(is_honest, "seed {seed}: {bound:?}\n{text}");
                open += 1;
            }
        }
    }
    println!("{solved} solved, {ruled_out} ruled out, {open} open");
    assert!(solved > 20 && ruled_out > 2, "{solved} solved, {ruled_out} ruled out, {open} open");
}

fn keyroll(line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(line.split(' ')).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

/// What the command says, and the plan that it writes.
#[test]
fn the_scenarios_that_come_with_it_come_to_these_pages() {
    with_settings!({
        snapshot_path => "../golden/synthesized",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for (page, exit) in [
            ("two-keys", 0),
            ("one-key", 0),
            ("one-key --one-addressee", 0),
            ("one-key-no-downtime", 1),
            ("backup-taken", 0),
            ("approved-change", 0),
        ] {
            let (name, option) = page.split_once(' ').map_or((page, String::new()), |(name, option)| (name, format!(" {option}")));
            let told = keyroll(&format!("synthesize plans/scenarios/{name}.renewal{option}"));
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            assert_eq!(told.status.code(), Some(exit), "{page}");
            let (out, beside) = (text(told.stdout), text(told.stderr));
            assert_snapshot!(page.replace(" --", "."), format!("{out}\n---- beside it\n{beside}"));
        }
    });
}

/// What comes out passes `fmt --check`, `check` and `prove`, and nothing is written over.
#[test]
fn what_is_written_passes_every_command_and_what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("found.renewal").display().to_string();
    let ends = |line: &str| keyroll(line).status.code().unwrap();
    for scenario in ["two-keys", "one-key"] {
        let line = format!("synthesize plans/scenarios/{scenario}.renewal --output {path}");
        assert_eq!(ends(&line), 0);
        let plan = std::fs::read_to_string(&path).unwrap();
        for command in ["fmt --check", "check", "prove"] {
            assert_eq!(ends(&format!("{command} {path}")), 0, "{command}\n{plan}");
        }
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(ends(&line), 2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(ends(&format!("{line} --overwrite")), 0);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), plan);
        std::fs::remove_file(&path).unwrap();
    }
    // No plan, no file.
    let line = format!("synthesize plans/scenarios/one-key-no-downtime.renewal --output {path}");
    assert_eq!(ends(&line), 1);
    assert!(!std::path::Path::new(&path).exists());
}

#[test]
fn every_finding_of_a_scenario_earns_its_page() {
    with_settings!({
        snapshot_path => "../golden/scenario",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/scenario");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if path.extension().is_some_and(|extension| extension == "renewal") {
                let name = path.file_name().unwrap().to_str().unwrap();
                let source = Source::new(name, std::fs::read_to_string(&path).unwrap());
                let refusal = Scenario::read(&source, &Given::default()).unwrap_err();
                assert!(refusal.codes().eq([stem.as_str()]), "{stem}");
                assert_snapshot!(stem, page(&refusal, false, 100));
            }
        }
    });
}
