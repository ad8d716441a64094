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

/// A text of so many bytes that is the same words over and over, where the head ends.
#[must_use]
pub(crate) fn filled(before: &str, words: &str, bytes: usize) -> String {
    HEAD.to_owned() + before + &words.repeat(bytes / words.len())
}

/// A renewal with many partners in a table: each has a role, a receiver, a flow and five steps; four more steps
/// are the tenant's.
#[must_use]
pub(crate) fn table(count: usize) -> String {
    let mut plan = String::from(
        "keyroll 1\n\nplan partners \"Renew a key that many partners trust\"\n\ntable partner {\n",
    );
    for n in 0..count {
        written(&mut plan, format_args!("  p{n}\n"));
    }
    plan.push_str(
        "}\nrole ops\nkey old\nkey new\nkeystore vault of ops {\n  alias \"signer\" is old\n}\n\
         step create by ops {\n  create new in vault as \"signer-next\"\n}\nfor each partner {\n\
         role $partner \"Partner $partner\"\nreceiver r-$partner of $partner {\n  accepts old\n}\n\
         flow f-$partner of ops {\n  signs xml with vault[\"signer\"]\n  sends to r-$partner\n\
         delivers within 1h\n  deployed\n}\n\
         step provide-$partner by ops {\n  after create\n  provide new to $partner\n}\n\
         step trust-$partner by $partner {\n  after provide-$partner\n  accept new at r-$partner\n}\n\
         step confirm-$partner by $partner {\n  after trust-$partner\n  inform ops\n}\n\
         step retire-$partner by $partner {\n  after announce\n  needs f-$partner drained of old\n\
         retire old at r-$partner\n}\n\
         step report-$partner by $partner {\n  after retire-$partner\n  inform ops\n}\n\
         promise f-$partner never rejected\n}\n\
         step exchange by ops {\n  after confirm-$partner for each partner\n  exchange vault[\"signer\"] for new\n}\n\
         step announce by ops {\n  after exchange\n  inform $partner for each partner\n}\n\
         step tidy by ops {\n  after report-$partner for each partner\n  destroy old in vault\n}\n",
    );
    plan
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
