//! What `keyroll prove` says of the plans that lie in `plans`.

use super::*;

fn stock(name: &str) -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature").join(format!("{name}.renewal"));
    std::fs::read_to_string(path).unwrap()
}

fn without_drain(plan: &str) -> String {
    let kept: String =
        plan.lines().filter(|l| !l.contains("needs orders drained")).map(|l| format!("{l}\n")).collect();
    assert_eq!(kept.lines().count() + 1, plan.lines().count(), "one drain each");
    kept
}

fn immediately(plan: &str) -> String {
    assert!(plan.contains("delivers within $delivery"));
    plan.replace("delivers within $delivery", "delivers immediately")
}

fn verdict(name: &str, text: String) -> (Source, Verdict) {
    let source = Source::new(format!("{name}.renewal"), text);
    let checked =
        check::read(&source, &Given::default()).unwrap_or_else(|r| panic!("{}", page(&r, false, 100)));
    let start = checked.plan().start.clone();
    (source, prove(checked, &start, BUDGET))
}

#[test]
fn the_stock_plans_are_proved_as_written() {
    with_settings!({ snapshot_path => "../../golden/proven", prepend_module_to_snapshot => false, omit_expression => true }, {
        for name in ["two-keys", "one-key"] {
            for (case, text) in [("", stock(name)), (".immediately", immediately(&without_drain(&stock(name))))] {
                let (_, verdict) = verdict(name, text);
                let Verdict::Proven(proven) = verdict else { panic!("{name}{case} is not proved: {verdict:?}") };
                assert_snapshot!(format!("{name}{case}"), proved(proven.proof()).join("\n"));
            }
        }
    });
}

/// What happens in a story, without the lines; the ending last.
fn told_of(name: &str) -> Vec<String> {
    let (_, verdict) = verdict(name, without_drain(&stock(name)));
    let Verdict::Refuted(refuted) = verdict else { panic!("{name} is proved without its drain") };
    refuted.story.lines().map(|moment| moment.text).collect()
}

#[test]
fn the_stock_plans_without_their_drain_are_refused_with_their_stories() {
    with_settings!({ snapshot_path => "../../golden/story", prepend_module_to_snapshot => false, omit_expression => true }, {
        for name in ["two-keys", "one-key"] {
            let (source, verdict) = verdict(name, without_drain(&stock(name)));
            let Verdict::Refuted(refuted) = verdict else { panic!("{name} is proved without its drain") };
            let story = told(refuted.checked.plan(), &refuted.story, false).join("\n");
            let refusal = Refusal::new(source, vec![refuted.finding]);
            assert!(refusal.has_code("undrained"));
            assert_snapshot!(name, format!("{}{story}", page(&refusal, false, 100)));
        }
    });
}

/// The moments that make the story come in their order, whatever else happens between them.
#[test]
fn the_stories_are_the_ones_that_are_known() {
    for (name, known) in [
        (
            "two-keys",
            &[
                "orders: a message is signed with old",
                "tenant_admin: exchange tenant",
                "tenant_admin: inform receiver_admin",
                "receiver_admin: retire old at partner",
                "orders: the message signed with old arrives; partner rejects it",
            ][..],
        ),
        (
            "one-key",
            &[
                "orders: a message is signed with old",
                "integration_developer: undeploy orders",
                "integration_developer: inform tenant_admin",
                "tenant_admin: inform receiver_admin",
                "receiver_admin: replace old by new at partner",
                "orders: the message signed with old arrives; partner rejects it",
            ],
        ),
    ] {
        let story = told_of(name);
        let mut rest = story.iter();
        for moment in known {
            assert!(
                rest.any(|text| text.starts_with(moment)),
                "{name}: `{moment}` is missing from {story:#?}"
            );
        }
        assert!(rest.next().is_none(), "{name}: the rejection is the end");
    }
}
