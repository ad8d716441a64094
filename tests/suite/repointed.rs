//! Flows that are repointed: what the proof says of them, and that they really sign with the other alias.
#![cfg(test)]

use std::collections::BTreeSet;

use keyroll::{
    backend::{
        deployer::{Deployer, SignsWith},
        local_flow::FlowSwitch,
    },
    name::Alias,
    proof::{
        engine::Engine,
        verdict::{Verdict, prove_by},
    },
};

use crate::{
    reference::read,
    runs::{Place, plan},
};

const WAVES: &str = "shared-alias-in-waves.renewal";
const MOMENT: &str = "shared-alias-one-moment.renewal";

/// One partner, whose flow is repointed.
const ONE: &str = "\
keyroll 1

plan one

role tenant_admin
role receiver_admin

key old
key new

keystore tenant of tenant_admin {
  alias \"orders-signer\" is old
}

receiver partner of receiver_admin {
  accepts old
  accepts at most 2
}

flow orders of tenant_admin {
  signs xml with tenant[\"orders-signer\"]
  sends to partner
  delivers within 1h
  deployed
}

step create_key by tenant_admin {
  create new in tenant as \"orders-2027\"
}

step provide by tenant_admin {
  after create_key
  provide new to receiver_admin
}

step trust by receiver_admin {
  after provide
  accept new at partner
}

step trusted by receiver_admin {
  after trust
  inform tenant_admin
}

step repoint by tenant_admin {
  after trusted
  repoint orders to tenant[\"orders-2027\"]
}

step told by tenant_admin {
  after repoint
  inform receiver_admin
}

step retire by receiver_admin {
  after told
  needs orders drained of old
  retire old at partner
}

step retired by receiver_admin {
  after retire
  inform tenant_admin
}

step destroy by tenant_admin {
  after retired
  destroy old in tenant
}

promise orders never rejected
promise orders never interrupted

finally partner accepts only new
";

fn said(text: &str, engine: Engine) -> BTreeSet<String> {
    let checked = match read(text) {
        Ok(checked) => checked,
        Err(codes) => return codes.into_iter().collect(),
    };
    let start = checked.plan().start.clone();
    match prove_by(engine, checked, &start, 200_000) {
        Verdict::Proven(_) => BTreeSet::new(),
        Verdict::Refuted(refuted) => {
            let code = refuted.finding.code().unwrap().to_string();
            BTreeSet::from([code.trim_start_matches("keyroll::").to_owned()])
        }
        Verdict::NotProven(open) => panic!("{}", open.reason()),
    }
}

#[track_caller]
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in\n{text}");
    text.replace(from, to)
}

#[test]
fn a_shared_alias_is_renewed_in_waves_or_at_one_moment_and_each_line_is_needed() {
    let (waves, moment) = (plan(WAVES), plan(MOMENT));
    for text in [&waves, &moment, &ONE.to_owned()] {
        for engine in [Engine::Cuts, Engine::Explicit] {
            assert_eq!(said(text, engine), BTreeSet::new(), "{engine:?}");
        }
    }
    for (text, from, to, code) in [
        (&waves, "    needs orders-$partner drained of old\n", "", "undrained"),
        (&moment, "    needs orders-$partner drained of old\n", "", "undrained"),
        (
            &waves,
            "    after confirm-$partner\n    needs gate-$partner accepts new\n",
            "    after provide_certificate\n",
            "trust_gap",
        ),
        (&waves, "  after report-$partner for each partner\n", "  after create_key\n", "alias_changed"),
        (
            &waves,
            "step repoint-$partner by tenant_admin",
            "step repoint-$partner by admin-$partner",
            "role_without_authority",
        ),
        (&waves, "to tenant[$next]", "to tenant[\"nowhere\"]", "cannot_repoint"),
        (
            &waves,
            "needs gate-$partner accepts new\n    repoint",
            "needs orders-$partner drained of old\n    repoint",
            "unstable_drain",
        ),
        (&moment, "  needs gate-$partner accepts new for each partner\n  exchange", "  exchange", ""),
        (
            &moment,
            "  after confirm-$partner for each partner\n",
            "  after provide_certificate\n",
            "unknowable_need",
        ),
    ] {
        let found = said(&replaced(text, from, to), Engine::Auto);
        assert!(if code.is_empty() { found.is_empty() } else { found.contains(code) }, "{from}: {found:?}");
    }
}

/// There and back: what is drained then is the new key, and the pair that waits is none to be destroyed.
#[test]
fn a_flow_is_repointed_back() {
    let back = replaced(
        ONE,
        "step told by tenant_admin {\n  after repoint\n",
        "step back by tenant_admin {\n  after repoint\n  repoint orders to tenant[\"orders-signer\"]\n}\n\n\
         step told by tenant_admin {\n  after back\n",
    );
    let gone = replaced(&back, "retire old at partner", "retire new at partner");
    let gone = replaced(&gone, "drained of old", "drained of new");
    let gone = replaced(&gone, "finally partner accepts only new", "finally partner accepts only old");
    let gone = replaced(&gone, "destroy old in tenant", "destroy new in tenant");
    for engine in [Engine::Cuts, Engine::Explicit] {
        assert_eq!(said(&gone, engine), BTreeSet::new());
    }
    assert!(said(&back, Engine::Auto).contains("alias_changed"), "{:?}", said(&back, Engine::Auto));
    // In either order nobody knows where it ends.
    let either =
        replaced(&back, "step back by tenant_admin {\n  after repoint\n", "step back by tenant_admin {\n");
    assert!(said(&either, Engine::Auto).contains("alias_changed"));
}

/// Where a flow signs otherwise than its steps say, nothing is proved.
#[test]
fn nothing_is_proved_from_a_start_that_strays() {
    let checked = read(ONE).unwrap();
    let mut start = checked.plan().start.clone();
    let (_, own) = checked.plan().landscape.repointed().next().unwrap();
    start.places[own] = checked.plan().key("new");
    match prove_by(Engine::Auto, checked, &start, 1_000) {
        Verdict::NotProven(open) => {
            let reason = open.reason().to_string();
            assert!(reason.contains("signs with another key"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_repoints_a_real_flow_once_and_sees_where_it_stands() {
    let place = Place::of(ONE);
    place.write("plan.renewal", ONE);
    let flow = place.folder.join("orders-flow");
    let alias = |name: &str| Alias::new(name).unwrap();
    place.keyroll("dry-run plan.renewal").ends(0).says("repoint");
    assert_eq!(FlowSwitch::at(&flow).signs_with().unwrap(), SignsWith::Declared);
    place.run().ends(0);
    assert_eq!(FlowSwitch::at(&flow).signs_with().unwrap(), SignsWith::Alias(alias("orders-2027")));
    let told = place.read("orders-flow/alias.json");
    place.run().ends(0);
    assert_eq!(place.read("orders-flow/alias.json"), told, "what is so is not done again");
}

/// A flow that signs with an alias of which the plan does not speak is another world than the plan's.
#[test]
fn a_flow_that_was_led_elsewhere_is_seen() {
    for text in [ONE.to_owned(), plan("two-keys.renewal")] {
        let place = Place::of(&text);
        place.write("plan.renewal", &text);
        let mut switch = FlowSwitch::open(place.folder.join("orders-flow")).unwrap();
        switch.repoint(&Alias::new("elsewhere").unwrap(), "2026-11-01T00:00:00Z".parse().unwrap()).unwrap();
        let said = place.run();
        assert_ne!(said.exit, 0, "{}", said.out);
        said.says("elsewhere");
    }
}

#[test]
fn both_plans_for_a_shared_alias_are_rehearsed() {
    let place = Place::two_keys();
    for (name, steps) in [(WAVES, 27), (MOMENT, 21)] {
        place.write("plan.renewal", plan(name));
        let said = place.keyroll("rehearse plan.renewal --messages 40 --rate 300 --key-type ec-p256").ends(0);
        said.says("Not one message was rejected").says(&format!("All {steps} steps are done"));
    }
}
