//! Plans of any size, made by rule.

use std::fmt::Write;

/// A head with two roles, two keys and a flow, for steps that follow.
const HEAD: &str = r#"keyroll 1

plan huge "As long as one likes"

role ops "Operations"
role audit "Audit"

key old
key new

keystore vault of ops {
  alias "signer" is old
}

receiver archive of audit {
  accepts old
  accepts at most 2
}

flow nightly of ops {
  signs xml with vault["signer"]
  sends to archive
  delivers within 1h
  deployed
}

promise nightly never rejected
"#;

/// A head, and a sentence for each number.
fn headed(count: usize, mut sentence: impl FnMut(&mut String, usize)) -> String {
    let mut plan = HEAD.to_owned();
    (0..count).for_each(|number| sentence(&mut plan, number));
    plan
}

fn written(plan: &mut String, words: std::fmt::Arguments<'_>) {
    plan.write_fmt(words).unwrap_or_default();
}

/// Reports, each after the one before.
#[must_use]
pub(crate) fn chain(steps: usize) -> String {
    headed(steps, |plan, n| {
        let after = n.checked_sub(1).map(|before| format!("  after s{before}\n")).unwrap_or_default();
        written(plan, format_args!("step s{n} by ops \"Step {n}\" {{\n{after}  inform audit\n}}\n"));
    })
}

/// The same, and what a search looks at: an act at the end.
#[must_use]
pub(crate) fn chain_to_an_act(steps: usize) -> String {
    let last = steps.saturating_sub(2);
    let act = format!("step halt by ops \"Halt\" {{\n  after s{last}\n  undeploy nightly\n}}\n");
    chain(last + 1) + &act
}

/// Windows that are agreed in any order.
#[must_use]
pub(crate) fn agreements(steps: usize) -> String {
    headed(steps, |plan, n| {
        written(
            plan,
            format_args!("window w{n}\nstep s{n} by ops \"Step {n}\" {{\n  agree w{n} with audit\n}}\n"),
        );
    })
}

/// Reports in any order.
#[must_use]
pub(crate) fn wide(steps: usize) -> String {
    headed(steps, |plan, n| {
        written(plan, format_args!("step s{n} by ops \"Step {n}\" {{\n  inform audit\n}}\n"));
    })
}

/// Two roles in turns; what one does is allowed by the other, which tells nothing else.
#[must_use]
pub(crate) fn turns(steps: usize) -> String {
    headed(steps, |plan, n| {
        let after = n.checked_sub(1).map(|before| format!("  after s{before}\n")).unwrap_or_default();
        let (role, act) = match n % 3 {
            0 => ("audit", "accept old at archive"),
            1 => ("audit", "allow ops to inform audit"),
            _ => ("ops", "request audit to accept old at archive"),
        };
        written(plan, format_args!("step s{n} by {role} {{\n{after}  {act}\n}}\n"));
    })
}

/// Steps that wait for each other in one circle.
#[must_use]
pub(crate) fn ring(steps: usize) -> String {
    headed(steps, |plan, n| {
        let before = (n + steps - 1) % steps;
        written(plan, format_args!("step s{n} by ops {{\n  after s{before}\n  inform audit\n}}\n"));
    })
}

/// Half of the steps wait for so many of the other half, no two for the same.
#[must_use]
pub(crate) fn entangled(steps: usize, each: usize) -> String {
    let mut chance = 1u64;
    headed(steps, |plan, n| {
        let mut draw = || {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("s{}", (chance >> 33) as usize % (steps / 2))
        };
        let earlier: Vec<String> = (0..each).map(|_| draw()).collect();
        let after = if n < steps / 2 { String::new() } else { format!("  after {}\n", earlier.join(", ")) };
        written(plan, format_args!("step s{n} by ops {{\n{after}  inform audit\n}}\n"));
    })
}

/// Steps that each wait for one that does not exist.
#[must_use]
pub(crate) fn lost(steps: usize) -> String {
    headed(steps, |plan, n| {
        written(plan, format_args!("step s{n} by ops {{\n  after t{n}\n  inform audit\n}}\n"));
    })
}

/// Steps that one role may not know of, each with a finding.
#[must_use]
pub(crate) fn unannounced(steps: usize) -> String {
    headed(steps, |plan, n| {
        let (role, act) =
            if n % 2 == 0 { ("audit", "accept old at archive") } else { ("ops", "inform audit") };
        let after = n.checked_sub(1).map(|before| format!("  after s{before}\n")).unwrap_or_default();
        written(plan, format_args!("step s{n} by {role} {{\n{after}  {act}\n}}\n"));
    })
}

/// Steps that change one thing in any order.
#[must_use]
pub(crate) fn races(steps: usize) -> String {
    headed(steps, |plan, n| {
        let act = if n % 2 == 0 { "deploy nightly" } else { "undeploy nightly" };
        written(plan, format_args!("step s{n} by ops {{\n  {act}\n}}\n"));
    })
}

/// Parameters, roles, keystores, aliases, receivers, flows and windows, so many of each, and a step.
#[must_use]
pub(crate) fn things(each: usize) -> String {
    headed(each, |plan, n| {
        written(plan, format_args!("param a{n} : alias = \"alias-{n}\"\nrole r{n} \"Role {n}\"\n"));
        written(plan, format_args!("keystore k{n} of r{n} {{\n  alias $a{n} is old\n}}\n"));
        written(plan, format_args!("receiver v{n} of r{n} {{\n  accepts old\n}}\n"));
        written(plan, format_args!("flow f{n} of r{n} {{\n  signs xml with k{n}[\"alias-{n}\"]\n"));
        written(plan, format_args!("  sends to v{n}\n  delivers within 1h\n  deployed\n}}\n"));
        written(plan, format_args!("window w{n} at most 4h\n"));
    }) + "step only by ops {\n  inform audit\n}\n"
}

/// A text of so many bytes that is the same words over and over, where the head ends.
#[must_use]
pub(crate) fn filled(before: &str, words: &str, bytes: usize) -> String {
    HEAD.to_owned() + before + &words.repeat(bytes / words.len())
}

/// A renewal with many partners: each is handed the certificate, accepts it and says so; then the
/// alias is exchanged, and each takes the old one away. Four steps a partner and three more.
#[must_use]
pub(crate) fn partners(count: usize) -> String {
    let mut plan = String::from(
        "keyroll 1\n\nplan partners \"Renew a key that many partners trust\"\n\nrole ops\nkey old\nkey new\n",
    );
    plan.push_str("keystore vault of ops {\n  alias \"signer\" is old\n}\n");
    plan.push_str("step create by ops {\n  create new in vault as \"signer-next\"\n}\n");
    for n in 0..count {
        written(
            &mut plan,
            format_args!("role p{n} \"Partner {n}\"\nreceiver r{n} of p{n} {{\n  accepts old\n}}\n"),
        );
        written(&mut plan, format_args!("flow f{n} of ops {{\n  signs xml with vault[\"signer\"]\n"));
        written(&mut plan, format_args!("  sends to r{n}\n  delivers within 1h\n  deployed\n}}\n"));
        written(
            &mut plan,
            format_args!("step provide{n} by ops {{\n  after create\n  provide new to p{n}\n}}\n"),
        );
        written(
            &mut plan,
            format_args!("step trust{n} by p{n} {{\n  after provide{n}\n  accept new at r{n}\n}}\n"),
        );
        written(&mut plan, format_args!("step confirm{n} by p{n} {{\n  after trust{n}\n  inform ops\n}}\n"));
        written(&mut plan, format_args!("step retire{n} by p{n} {{\n  after announce\n"));
        written(&mut plan, format_args!("  needs f{n} drained of old\n  retire old at r{n}\n}}\n"));
    }
    let all = |name: &str| (0..count).map(|n| format!("{name}{n}")).collect::<Vec<_>>().join(", ");
    written(&mut plan, format_args!("step exchange by ops {{\n  after {}\n", all("confirm")));
    plan.push_str("  exchange vault[\"signer\"] for new\n}\n");
    written(
        &mut plan,
        format_args!("step announce by ops {{\n  after exchange\n  inform {}\n}}\n", all("p")),
    );
    plan
}
