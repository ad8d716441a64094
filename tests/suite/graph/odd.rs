//! Plans of any size and shape that are checked, made from a seed.

use std::fmt::Write as _;

use crate::random_plans::generated::Chance;

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Odd {
    pub(super) seed: u64,
    pub(super) steps: usize,
    pub(super) roles: usize,
    /// How many of a hundred steps come after others.
    pub(super) ordered: usize,
}

const TITLES: [&str; 5] = [
    "",
    " \"A title\"",
    " \"A title that is so long that no box can hold it, and <that> is \\\"cut off\\\" & told when pointed at\"",
    " \"漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 und Umlauten äöüß\"",
    " \"Oneverylongwordwithoutanyplaceatwhichitcouldbebrokenintopiecesthatmakesense\"",
];

/// The text of a plan. Every step but those of the flow's stop and start is one of speech, and
/// relies on nothing that its role does not know.
pub(super) fn odd(odd: Odd) -> String {
    let mut chance = Chance::new(odd.seed);
    let roles = odd.roles.max(2);
    let mut text = format!("keyroll 1\nplan odd-{}{}\n", odd.seed, chance.of(&TITLES));
    for role in 0..roles {
        writeln!(text, "role r{role}{}", chance.of(&TITLES)).unwrap();
    }
    text.push_str("key old\nkey new\nwindow w at most 4h\n");
    text.push_str("keystore s of r0 {\n  alias \"a\" is old\n}\nreceiver p of r1 {\n  accepts old\n}\n");
    text.push_str(
        "flow f of r0 {\n  signs xml with s[\"a\"]\n  sends to p\n  delivers within 1h\n  deployed\n}\n",
    );
    let mut known: Vec<Vec<String>> = vec![Vec::new(); roles];
    let mut own: Vec<String> = Vec::new();
    for number in 0..odd.steps {
        let role = chance.below(roles);
        let to = (role + 1 + chance.below(roles - 1)) % roles;
        let name = match chance.below(3) {
            0 => format!("x{number}"),
            1 => format!("tell_somebody_{number}"),
            _ => format!("do_something_that_has_a_very_long_name_indeed_and_goes_on_{number}"),
        };
        writeln!(text, "step {name} by r{role}{} {{", chance.of(&TITLES)).unwrap();
        let mut after: Vec<String> = Vec::new();
        if !known[role].is_empty() && chance.percent(odd.ordered) {
            let recent = known[role].len().min(if chance.percent(70) { 4 } else { 60 });
            for _ in 0..1 + chance.below(3) {
                let at = known[role].len() - 1 - chance.below(recent);
                after.push(known[role][at].clone());
            }
            after.sort();
            after.dedup();
        }
        // The flow stops and starts in one row, so that no two steps race for it.
        let acts = role == 0 && chance.percent(25);
        if acts {
            after.extend(own.last().cloned().filter(|last| !after.contains(last)));
        }
        if !after.is_empty() {
            writeln!(text, "  after {}", after.join(", ")).unwrap();
        }
        if acts {
            let verb = if own.len().is_multiple_of(2) { "undeploy" } else { "deploy" };
            if own.len() % 2 == 1 {
                text.push_str("  needs f undeployed\n");
            }
            writeln!(text, "  {verb} f\n}}").unwrap();
            own.push(name.clone());
        } else {
            let verb = match chance.below(5) {
                // Nobody but its owner is asked to.
                0 if to == 0 => format!("request r{to} to deploy f"),
                1 if to == 0 => format!("allow r{to} to undeploy f"),
                _ => format!("inform r{to}"),
            };
            writeln!(text, "  {verb}\n}}").unwrap();
            known[to].push(name.clone());
        }
        known[role].push(name);
    }
    text.push_str("promise f never rejected\n");
    text
}
