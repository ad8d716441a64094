//! Every use of an alias whose key changes is judged, or somebody says why not.

#![cfg(test)]

use keyroll::{
    check::{self, Checked},
    compare::{Weight, differences},
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    runbook::Runbook,
    source::Source,
    template::STOCK,
};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const USED: &str = "  alias $alias is also used by \"invoice interface\"\n";
const WAIVED: &str = "waive use \"invoice interface\" because \"it is switched off\"\n";

/// The two-key plan with lines in its keystore, another flow and sentences behind.
fn plan(in_keystore: &str, flow: &str, behind: &str) -> String {
    let start = "alias $alias is old\n";
    assert!(TWO_KEYS.contains(start));
    format!("{}\n{flow}{behind}", TWO_KEYS.replacen(start, &format!("{start}{in_keystore}"), 1))
}

/// A flow that signs with an alias.
fn flow(line: &str, alias: &str) -> String {
    format!(
        "flow invoices of tenant_admin {{\n{line}  signs xml with {alias}\n  sends to partner\n  \
         delivers within 1h\n  deployed\n}}\n"
    )
}

fn read(text: &str) -> Result<Checked, Vec<String>> {
    check::read(&Source::new("plan", text), &Given::default()).map_err(|refusal| refusal.codes().collect())
}

fn checked(text: &str) -> Checked {
    read(text).unwrap_or_else(|codes| panic!("{codes:?} of\n{text}"))
}

/// The advice of one code.
fn advice(text: &str, code: &str) -> usize {
    let found = checked(text).take_advice();
    found.iter().filter(|f| f.code().is_some_and(|c| c.to_string() == format!("keyroll::{code}"))).count()
}

fn verdict(text: &str) -> Verdict {
    let checked = checked(text);
    let start = checked.plan().start.clone();
    prove(checked, &start, BUDGET)
}

#[test]
fn a_use_is_covered_by_a_flow_on_its_alias_or_waived_and_nothing_else() {
    let refused = Err(vec!["use_uncovered".to_owned()]);
    let codes = |text: &str| read(text).map(|_| ());
    let stands = "  stands for \"invoice interface\"\n";
    assert_eq!(codes(&plan("", "", "")), Ok(()));
    assert_eq!(codes(&plan(USED, "", "")), refused);
    assert_eq!(codes(&plan(USED, "", WAIVED)), Ok(()));
    assert_eq!(codes(&plan(USED, &flow(stands, "tenant[$alias]"), "")), Ok(()));
    // One that signs with the alias and says nothing does not cover it, and one with another alias neither.
    assert_eq!(codes(&plan(USED, &flow("", "tenant[$alias]"), "")), refused);
    let other = format!("{USED}  alias \"other\" is old\n");
    assert_eq!(codes(&plan(&other, &flow(stands, "tenant[\"other\"]"), "")), refused);
    // Either of two aliases counts.
    let both = flow(stands, "tenant[\"other\"] and tenant[$alias]");
    assert_eq!(codes(&plan(&other, &both, "")), Ok(()));
    // A use of two aliases is covered on each.
    let twice = "  alias $alias is also used by \"invoice interface\"\n  alias \"$alias-next\" is also used by \
                 \"invoice interface\"\n";
    assert_eq!(codes(&plan(twice, &flow(stands, "tenant[$alias]"), "")), refused);
    // An alias that no step changes asks for nothing, however it is used.
    let quiet = "  alias \"quiet\" is old\n  alias \"quiet\" is also used by \"invoice interface\"\n";
    assert_eq!(codes(&plan(quiet, "", "")), Ok(()));
}

#[test]
fn a_flow_that_stands_for_a_use_is_judged_for_it() {
    // What it sends is under way for longer than the plan waits, and nobody waits for it.
    let slow = flow("  stands for \"invoice interface\"\n", "tenant[$alias]");
    let Verdict::Refuted(refuted) = verdict(&plan(USED, &slow, "")) else { panic!("a use is not judged") };
    assert_eq!(refuted.finding.code().map(|c| c.to_string()).as_deref(), Some("keyroll::undrained"));
}

#[test]
fn a_waived_use_stands_in_the_verdict_and_in_the_runbook() {
    let text = plan(USED, "", WAIVED);
    let told = "use \"invoice interface\" of tenant[\"orders-signer\"]: it is switched off";
    let verdict = verdict(&text);
    let Verdict::Proven(proven) = &verdict else { panic!("a waived use refuses") };
    assert_eq!(proven.proof().waived, [told]);
    assert_eq!(Runbook::of(&verdict).head.waived, [told]);
}

#[test]
fn plans_that_leave_a_use_out_are_weaker() {
    let covered = plan(USED, &flow("  stands for \"invoice interface\"\n", "tenant[$alias]"), "");
    let waived = format!("{covered}{WAIVED}");
    let told = |old: &str, new: &str| -> Vec<(Weight, String)> {
        differences(&checked(old), &checked(new)).into_iter().map(|d| (d.weight, d.text)).collect()
    };
    let said = "waived: the use \"invoice interface\"";
    assert_eq!(told(&covered, &waived), [(Weight::Weaker, format!("now {said}"))]);
    assert_eq!(told(&waived, &covered), [(Weight::Stronger, format!("no longer {said}"))]);
    let silent = plan("", "", "");
    let said = "said: tenant[\"orders-signer\"] is also used by \"invoice interface\"";
    let gone = told(&plan(USED, "", WAIVED), &silent);
    assert!(gone.contains(&(Weight::Weaker, format!("no longer {said}"))), "{gone:?}");
}

#[test]
fn a_flow_without_a_promise_is_told_of_where_its_key_changes() {
    let silent = flow("", "tenant[$alias]");
    assert_eq!(advice(&plan("", &silent, ""), "flow_unpromised"), 1);
    for said in [
        "promise invoices never rejected\n",
        "promise invoices never interrupted\n",
        "promise invoices interrupted at most 1h\n",
        "waive invoices rejected because \"a test\"\n",
        "waive invoices interrupted because \"a test\"\n",
    ] {
        assert_eq!(advice(&plan("", &silent, said), "flow_unpromised"), 0, "{said}");
    }
    // A promise over facts says nothing of its messages.
    let fact = "promise never tenant[$alias] empty\n";
    assert_eq!(advice(&plan("", &silent, fact), "flow_unpromised"), 1);
    let quiet = flow("", "tenant[\"quiet\"]");
    assert_eq!(advice(&plan("  alias \"quiet\" is old\n", &quiet, ""), "flow_unpromised"), 0);
}

#[test]
fn the_plans_of_the_library_speak_of_all_their_flows() {
    let mut looked = 0;
    for template in STOCK {
        let Ok(mut checked) = template.checked() else { continue };
        let found = checked.take_advice();
        let mine =
            found.iter().filter(|f| f.code().is_some_and(|c| c.to_string().ends_with("flow_unpromised")));
        assert_eq!(mine.count(), 0, "{}", template.name);
        looked += 1;
    }
    assert!(looked > 50, "{looked}");
}
