//! Small plans made at random, from a seed: some wholly, some from a safe story with a few changes.

use std::fmt::Write;

use super::{doubled, own_facts, repointed};

/// A small generator of numbers (xorshift64*), so that every run makes the same plans.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    /// True so many times of a hundred.
    pub(crate) fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    pub(crate) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) role: usize,
    pub(super) after: Vec<usize>,
    pub(super) needs: Vec<String>,
    pub(super) act: String,
    pub(super) to: Vec<usize>,
}

/// What there is in a random plan.
pub(super) struct Ground {
    pub(super) roles: usize,
    pub(super) flows: usize,
    pub(super) windows: usize,
    pub(super) flow_owner: usize,
    pub(super) keys: Vec<&'static str>,
    pub(super) second_store: bool,
    pub(super) gap: bool,
    /// The alias that the first flow lists beside its own.
    pub(super) beside: Option<&'static str>,
    /// Whether flows are repointed.
    pub(super) repoints: bool,
}

/// The text of one random plan. In one of eight some steps may come late, and one of eight has facts of its
/// own; in one of 16 flows are repointed.
pub(crate) fn plan(seed: u64) -> String {
    match seed % 8 {
        1 if seed % 16 == 9 => repointed::plan(seed),
        5 => late(seed),
        3 => own_facts::woven(seed, &in_time(seed, false)),
        _ => in_time(seed, false),
    }
}

/// The same with some steps that may come late.
pub(crate) fn late(seed: u64) -> String {
    lately(seed, in_time(seed, false))
}

pub(super) fn lately(seed: u64, lines: String) -> String {
    let mut chance = Chance::new(seed ^ 0x001A_7E00);
    let often = chance.of(&[20, 50, 90]);
    let mut text = String::new();
    for line in lines.lines() {
        writeln!(text, "{line}").unwrap();
        if line.starts_with("step ") && chance.percent(often) {
            text.push_str("  may come late\n");
        }
    }
    text
}

/// A random plan with times: some steps wait for seconds after others, and some do not begin before a date.
pub(crate) fn timed(seed: u64) -> String {
    let mut chance = Chance::new(seed ^ 0x7A11_0000);
    let lines = plan(seed ^ 0x0070_0000);
    let mut text = String::new();
    let dated = chance.below(4);
    let mut steps = 0;
    for line in lines.lines() {
        let names = line.strip_prefix("  after ").map(|names| names.split(", ").collect::<Vec<_>>());
        let Some(names) = names else {
            writeln!(text, "{line}").unwrap();
            if line.starts_with("step ") {
                steps += 1;
                if steps % 4 == dated || steps == 1 {
                    writeln!(text, "  not before 2026-12-0{}", 1 + chance.below(9)).unwrap();
                }
            }
            continue;
        };
        for name in names {
            match chance.below(3) {
                0 => writeln!(text, "  waits {}s after {name}", 1 + chance.below(9)).unwrap(),
                1 => writeln!(text, "  after {name}\n  waits 1s after {name}").unwrap(),
                _ => writeln!(text, "  after {name}").unwrap(),
            }
        }
    }
    text
}

/// The same orders without times.
pub(crate) fn untimed(text: &str) -> String {
    let is_date = |line: &&str| line.starts_with("  not before ") || line.starts_with("  not after ");
    let lines = text.lines().filter(|line| !is_date(line));
    let plain = lines.map(|line| match line.strip_prefix("  waits ") {
        Some(waits) => format!("  after {}\n", waits.split(" after ").nth(1).unwrap()),
        None => format!("{line}\n"),
    });
    plain.collect()
}

pub(super) fn in_time(seed: u64, is_doubled: bool) -> String {
    text(seed, is_doubled, false)
}

/// The same; of `repoints` hangs whether flows are repointed.
pub(super) fn text(seed: u64, is_doubled: bool, repoints: bool) -> String {
    let mut chance = Chance::new(seed);
    let ground = Ground {
        roles: 2 + chance.below(2),
        flows: 1 + usize::from(chance.percent(12)),
        windows: usize::from(chance.percent(40)) + usize::from(chance.percent(8)),
        flow_owner: 0,
        keys: if chance.percent(20) { vec!["old", "new", "spare"] } else { vec!["old", "new"] },
        second_store: chance.percent(15),
        gap: seed % 10 == 7,
        beside: None,
        repoints,
    };
    let ground = if is_doubled { doubled::ground(&mut chance, ground) } else { ground };
    let flow_owner = if chance.percent(70) { 0 } else { chance.below(ground.roles) };
    let ground = Ground { flow_owner, ..ground };
    let mut steps = if !chance.percent(70) {
        Vec::new()
    } else if is_doubled && chance.percent(75) {
        doubled::story(&mut chance, &ground)
    } else if repoints && chance.percent(80) {
        repointed::story(&mut chance, &ground)
    } else {
        story(&mut chance, &ground)
    };
    if steps.is_empty() {
        for _ in 0..2 + chance.below(5) {
            let step = any_step(&mut chance, &ground, &steps);
            steps.push(step);
        }
    } else {
        for _ in 0..chance.below(4) {
            change(&mut chance, &ground, &mut steps);
        }
    }
    written(&mut chance, &ground, &steps)
}

fn written(chance: &mut Chance, ground: &Ground, steps: &[Draft]) -> String {
    let mut text = String::from("keyroll 1\nplan random\n");
    for role in 0..ground.roles {
        writeln!(text, "role r{role}").unwrap();
    }
    for key in &ground.keys {
        writeln!(text, "key {key}").unwrap();
    }
    for window in 0..ground.windows {
        writeln!(text, "window w{window} at most 4h").unwrap();
    }
    text.push_str("keystore s of r0 {\n  alias \"a\" is old\n");
    if ground.gap {
        text.push_str("  exchanges with a gap\n");
    }
    if ground.beside.is_some() && chance.percent(15) {
        let key = chance.of(&ground.keys);
        writeln!(text, "  alias \"b\" is {key}").unwrap();
    }
    if ground.keys.len() > 2 && chance.percent(50) {
        let place = chance.of(&["n", "b", "a-backup"]);
        writeln!(text, "  alias \"{place}\" is spare").unwrap();
    }
    text.push_str("}\n");
    if ground.second_store {
        text.push_str("keystore t of r1 {\n  alias \"a\" is old\n}\n");
    }
    text.push_str("receiver p of r1 {\n  accepts old\n");
    if chance.percent(12) {
        text.push_str("  accepts new\n");
    }
    if chance.percent(60) {
        writeln!(text, "  accepts at most {}", 1 + chance.below(2)).unwrap();
    }
    text.push_str("}\n");
    for flow in 0..ground.flows {
        let owner = ground.flow_owner;
        let place = if flow == 1 && chance.percent(40) { "s[\"a-backup\"]" } else { "s[\"a\"]" };
        let transit = if chance.percent(75) { "within 1h" } else { "immediately" };
        let state = if chance.percent(90) { "deployed" } else { "undeployed" };
        let cache = if chance.percent(20) { "  caches keys for 10m\n" } else { "" };
        let (cache, place) = match ground.beside {
            Some(beside) if flow == 0 || chance.percent(40) => ("", format!("{place} and {beside}")),
            _ => (cache, place.to_owned()),
        };
        writeln!(text, "flow f{flow} of r{owner} {{\n  signs xml with {place}\n  sends to p\n  delivers {transit}\n{cache}  {state}\n}}").unwrap();
    }
    for (number, step) in steps.iter().enumerate() {
        writeln!(text, "step x{number} by r{} {{", step.role).unwrap();
        if !step.after.is_empty() {
            let names: Vec<String> = step.after.iter().map(|before| format!("x{before}")).collect();
            writeln!(text, "  after {}", names.join(", ")).unwrap();
        }
        for need in &step.needs {
            writeln!(text, "  needs {need}").unwrap();
        }
        writeln!(text, "  {}\n}}", step.act).unwrap();
    }
    if chance.percent(40) {
        text.push_str("promise f0 never rejected\n");
    } else if chance.percent(15) {
        text.push_str("waive f0 rejected because \"a test\"\n");
    }
    if chance.percent(20) {
        text.push_str("promise f0 never interrupted\n");
    } else if ground.windows > 0 && chance.percent(50) {
        text.push_str("promise f0 interrupted only in w0\n");
    }
    if chance.percent(10) {
        text.push_str("waive f0 interrupted because \"a test\"\n");
    }
    if chance.percent(35) {
        writeln!(text, "finally {}", condition(chance, ground)).unwrap();
    }
    if chance.percent(20) {
        let role = chance.below(ground.roles);
        writeln!(text, "finally {} known to r{role}", condition(chance, ground)).unwrap();
    }
    if chance.percent(30) {
        writeln!(text, "promise {}", statement(chance, ground)).unwrap();
    }
    if chance.percent(12) {
        writeln!(text, "promise {}", chance.of(&["can always finish", "finishes", "can always abort"]))
            .unwrap();
    }
    text
}

/// A promise over facts, of a kind that holds now and then.
fn statement(chance: &mut Chance, ground: &Ground) -> String {
    let fact = |chance: &mut Chance| loop {
        let condition = condition(chance, ground);
        if !condition.contains("drained") {
            return condition;
        }
    };
    let key = chance.of(&ground.keys);
    match chance.below(11) {
        8 => format!("p accepts {key} before s[\"a\"] is {key}"),
        9 | 10 => format!("{} before {}", fact(chance), fact(chance)),
        0 => format!("always p accepts {key} while s[\"a\"] is {key}"),
        1 => format!("never s[\"a\"] is {key} while f0 undeployed"),
        2 => "always p accepts old while f0 deployed".to_owned(),
        3 if ground.windows > 0 => format!("always w0 open while {}", fact(chance)),
        4 => format!("never {} while {}", fact(chance), fact(chance)),
        5 => format!("always {} while {}", fact(chance), fact(chance)),
        6 => format!("always {}", fact(chance)),
        _ => format!("never {}", fact(chance)),
    }
}

fn condition(chance: &mut Chance, ground: &Ground) -> String {
    let key = chance.of(&ground.keys);
    let flow = chance.below(ground.flows);
    match chance.below(12) {
        0 | 1 => format!("p accepts {key}"),
        2 => format!("p accepts only {key}"),
        // What an exchange fills half-way.
        4 | 5 if ground.gap => "s[\"a-backup\"] is old".to_owned(),
        3 | 4 => format!("s[\"a\"] is {key}"),
        5 if chance.percent(40) => format!("s[\"{}\"] empty", chance.of(&["n", "a", "a-backup"])),
        5 => format!("s[\"{}\"] is {key}", chance.of(&["n", "a-backup", "b"])),
        6 => format!("f{flow} deployed"),
        7 => format!("f{flow} undeployed"),
        8..=10 => format!("f{flow} drained of {key}"),
        _ if ground.windows > 0 => format!("w{} open", chance.below(ground.windows)),
        _ => format!("f{flow} drained of old"),
    }
}

fn others(chance: &mut Chance, ground: &Ground, role: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..ground.roles).filter(|r| *r != role).collect();
    while all.len() > 1 && chance.percent(60) {
        all.remove(chance.below(all.len()));
    }
    all
}

/// An act that this role may do, and whom it speaks to.
fn act(chance: &mut Chance, ground: &Ground, role: usize) -> (String, Vec<usize>) {
    let key = chance.of(&ground.keys);
    let (flow, other) = (chance.below(ground.flows), chance.of(&ground.keys));
    let mut acts: Vec<String> = Vec::new();
    if role == 0 {
        acts.push(format!("create new in s as \"{}\"", chance.of(&["n", "n", "b", "a"])));
        acts.push("exchange s[\"a\"] for new".to_owned());
        acts.push("exchange s[\"a\"] for new".to_owned());
        acts.push(format!("destroy {key} in s"));
        if ground.beside.is_some() {
            acts.extend(doubled::acts(chance, &ground.keys));
        }
    }
    if role == 1 {
        acts.extend([format!("accept {key} at p"), format!("retire {key} at p")]);
        acts.push(format!("replace {other} by {key} at p"));
    }
    if role == ground.flow_owner {
        acts.extend([format!("deploy f{flow}"), format!("undeploy f{flow}")]);
        acts.push(format!("test f{flow} with {key}"));
        if ground.repoints {
            acts.extend(repointed::acts(chance, flow));
        }
    }
    if !acts.is_empty() && chance.percent(50) {
        return (chance.of(&acts), Vec::new());
    }
    let to = others(chance, ground, role);
    let names = to.iter().map(|r| format!("r{r}")).collect::<Vec<_>>().join(", ");
    let said = match chance.below(10) {
        0..=4 => format!("inform {names}"),
        // Nobody but its owner is asked to.
        5 if to.contains(&ground.flow_owner) => format!("request {names} to undeploy f0"),
        6 if to.contains(&ground.flow_owner) => format!("allow {names} to deploy f0"),
        5..=7 => format!("provide {key} to {names}"),
        _ if ground.windows > 0 => {
            return (format!("agree w{} with r{}", chance.below(ground.windows), to[0]), vec![to[0]]);
        }
        _ => format!("inform {names}"),
    };
    (said, to)
}

fn edges(chance: &mut Chance, steps: &[Draft], role: usize) -> Vec<usize> {
    let mut after = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let likely = if step.role == role {
            60
        } else if step.to.contains(&role) {
            55
        } else {
            2
        };
        if chance.percent(likely) {
            after.push(number);
        }
    }
    after
}

fn any_step(chance: &mut Chance, ground: &Ground, steps: &[Draft]) -> Draft {
    let role = chance.below(ground.roles);
    let (act, to) = act(chance, ground, role);
    let after = edges(chance, steps, role);
    let needs = if chance.percent(25) { vec![condition(chance, ground)] } else { Vec::new() };
    Draft { role, after, needs, act, to }
}

/// A renewal that is safe, told in one of two ways.
fn story(chance: &mut Chance, ground: &Ground) -> Vec<Draft> {
    let step = |role, after: &[usize], needs: &[&str], act: &str, to: &[usize]| Draft {
        role,
        after: after.to_vec(),
        needs: needs.iter().map(|n| (*n).to_owned()).collect(),
        act: act.to_owned(),
        to: to.to_vec(),
    };
    let mut steps = vec![
        step(0, &[], &[], "create new in s as \"n\"", &[]),
        step(0, &[0], &[], "provide new to r1", &[1]),
    ];
    if ground.windows == 0 || ground.flow_owner != 0 || chance.percent(50) {
        steps.push(step(1, &[1], &[], "accept new at p", &[]));
        if ground.flow_owner == 0 && chance.percent(20) {
            // Whoever tests sees it, and need not be told.
            steps.push(step(1, &[2], &[], "request r0 to test f0 with new", &[0]));
            steps.push(step(0, &[3], &[], "test f0 with new", &[]));
        } else {
            steps.push(step(1, &[2], &[], "inform r0", &[0]));
        }
        let last = steps.len() - 1;
        let needs: &[&str] = if chance.percent(50) { &["p accepts new"] } else { &[] };
        steps.push(step(0, &[last], needs, "exchange s[\"a\"] for new", &[]));
        steps.push(step(0, &[last + 1], &[], "inform r1", &[1]));
        steps.push(step(1, &[last + 2], &["f0 drained of old"], "retire old at p", &[]));
    } else {
        steps.push(step(0, &[], &[], "agree w0 with r1", &[1]));
        steps.push(step(0, &[2], &["w0 open"], "undeploy f0", &[]));
        steps.push(step(0, &[0, 3], &[], "exchange s[\"a\"] for new", &[]));
        steps.push(step(0, &[3], &[], "inform r1", &[1]));
        steps.push(step(1, &[1, 5], &["f0 drained of old"], "replace old by new at p", &[]));
        steps.push(step(1, &[6], &[], "inform r0", &[0]));
        steps.push(step(0, &[4, 7], &[], "deploy f0", &[]));
    }
    steps
}

fn change(chance: &mut Chance, ground: &Ground, steps: &mut Vec<Draft>) {
    let at = chance.below(steps.len());
    match chance.below(9) {
        0 => steps[at].needs.clear(),
        1 if !steps[at].after.is_empty() => {
            let edge = chance.below(steps[at].after.len());
            steps[at].after.remove(edge);
        }
        2 if steps.len() > 2 => {
            let gone = steps.remove(at);
            for step in steps.iter_mut() {
                let was = std::mem::take(&mut step.after);
                let bridged =
                    was.into_iter().flat_map(|n| if n == at { gone.after.clone() } else { vec![n] });
                step.after = bridged.map(|n| if n > at { n - 1 } else { n }).collect();
                step.after.sort_unstable();
                step.after.dedup();
            }
        }
        3 => {
            let role = steps[at].role;
            let (said, to) = act(chance, ground, role);
            (steps[at].act, steps[at].to) = (said, to);
        }
        4 => {
            let need = condition(chance, ground);
            steps[at].needs.push(need);
        }
        5 => {
            let step = any_step(chance, ground, steps);
            steps.push(step);
        }
        6 if at > 0 => {
            let before = chance.below(at);
            if !steps[at].after.contains(&before) {
                steps[at].after.push(before);
            }
        }
        7 => steps[at].role = chance.below(ground.roles),
        _ => {
            let other = chance.below(steps.len());
            let (one, two) = (steps[at].clone(), steps[other].clone());
            (steps[at].act, steps[at].to, steps[at].role) = (two.act, two.to, two.role);
            (steps[other].act, steps[other].to, steps[other].role) = (one.act, one.to, one.role);
        }
    }
}
