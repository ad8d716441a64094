//! Questions: a plan with some is judged like the plans that it is, each written out by hand.

#![cfg(test)]

mod commands;
mod written_out;

use std::collections::BTreeSet;

use keyroll::{
    check::{self, Variant},
    plan::{answers::Answers, given::Given},
    proof::verdict::{Verdict, prove},
    source::{Refusal, Source},
};

pub(crate) const JOINED: &str = include_str!("../../plans/xml-signature/by-what-the-partner-holds.renewal");
const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

/// A site at which all is done by hand.
pub(crate) const BY_HAND: &str = r#"site = 1
[keystores.tenant]
backend = "manual"
[receivers.partner]
backend = "manual"
[flows.orders]
backend = "manual"
"#;

/// Each variant of a plan, judged as a whole.
pub(crate) fn variants(source: &Source, given: &Given) -> Result<Vec<Variant>, Refusal> {
    let family = check::family(source, given)?;
    assert!(family.rows.is_none(), "not every variant is looked at");
    Ok(family.variants)
}

/// So many states are looked at: a plan that is refused may have many more.
const STATES: usize = 5_000;

/// The codes of what is found under any answers; nothing where every variant passes the checks.
fn found(text: &str) -> BTreeSet<String> {
    match variants(&Source::new("plan", text), &Given::default()) {
        Ok(_) => BTreeSet::new(),
        Err(refusal) => refusal.error_codes().into_iter().collect(),
    }
}

/// The verdict on a plan that passed the checks, in a word.
fn word(checked: check::Checked) -> String {
    let start = checked.plan().start.clone();
    match prove(checked, &start, STATES) {
        Verdict::Proven(_) => "proved".to_owned(),
        Verdict::Refuted(refuted) => refuted.finding.code().unwrap().to_string(),
        Verdict::NotProven(open) => open.reason(),
    }
}

fn of(text: &str) -> Vec<Variant> {
    variants(&Source::new("plan", text), &Given::default())
        .unwrap_or_else(|refusal| panic!("{:?}\n{text}", refusal.findings))
}

/// The plan of the library is the two stock plans: their acts, one after the other, in each variant.
#[test]
fn the_joined_plan_does_what_the_two_stock_plans_do() {
    for (variant, stock) in of(JOINED).iter().zip([TWO_KEYS, ONE_KEY]) {
        let plain = check::read(&Source::new("plan", stock), &Given::default()).unwrap();
        let acts = |plan: &keyroll::plan::Plan| -> BTreeSet<(String, String)> {
            let one = |id| (plan.steps[id].name.value.clone(), plan.sentence(id));
            plan.steps.ids().map(one).collect()
        };
        assert_eq!(acts(variant.checked.plan()), acts(plain.plan()));
    }
    let words: Vec<String> = of(JOINED).into_iter().map(|variant| word(variant.checked)).collect();
    assert_eq!(words, ["proved", "proved"]);
}

/// Each line that a condition stands at is there for a reason: under the other answer as well, or not at all,
/// the plan is refused or says less.
#[test]
fn a_fault_in_one_variant_is_found_in_that_one() {
    for (from, to, yes, no) in [
        ("accepts at most 2 only if holds_two", "accepts at most 1 only if holds_two", false, true),
        ("  needs partner accepts new only if holds_two\n", "", true, true),
        (
            "  after announce_exchange\n  needs orders drained of old\n",
            "  after announce_exchange\n",
            false,
            true,
        ),
        ("announce_silence\n  needs orders drained of old\n", "announce_silence\n", true, false),
        (
            "promise orders never interrupted only if holds_two",
            "promise orders never interrupted",
            true,
            false,
        ),
    ] {
        assert_eq!(JOINED.matches(from).count(), 1, "{from}");
        let words: Vec<String> =
            of(&JOINED.replace(from, to)).into_iter().map(|variant| word(variant.checked)).collect();
        let are: Vec<bool> = words.iter().map(|word| word == "proved").collect();
        assert_eq!(are, [yes, no], "{from}: {words:?}");
    }
}

#[test]
fn what_is_found_says_under_which_answers() {
    let text = JOINED.replace("after request_undeploy", "after request_undeplyo");
    let refusal = variants(&Source::new("plan", &*text), &Given::default()).unwrap_err();
    assert_eq!(refusal.error_codes(), ["unknown_step"]);
    let help = refusal.findings[0].help().unwrap().to_string();
    assert!(help.ends_with("did you mean `request_undeploy`? this is so where holds_two is no"), "{help}");
    // What is wrong whatever is answered is told once, and of no answers.
    let text = JOINED.replace("after create_key\n", "after creat_key\n");
    let refusal = variants(&Source::new("plan", &*text), &Given::default()).unwrap_err();
    assert_eq!(refusal.findings.len(), 1);
    assert!(!refusal.findings[0].help().unwrap().to_string().contains("holds_two"));
}

/// What speaks for the first of two questions is told of the first alone.
#[test]
fn answers_are_told_in_few_words() {
    let more = "ask in_time of receiver_admin\n  \"Is it so?\"\n  silence means no\n\
                step late by tenant_admin {\n  only if in_time\n  inform receiver_admin\n}\n";
    let text = format!("{}\n{more}", JOINED.replace("after request_undeploy", "after nothing_near"));
    let refusal = variants(&Source::new("plan", &*text), &Given::default()).unwrap_err();
    let help = refusal.findings[0].help().unwrap().to_string();
    assert_eq!(refusal.findings.len(), 1, "{:?}", refusal.findings);
    assert!(help.ends_with("this is so where holds_two is no"), "{help}");
    let text = text.replace("  only if in_time\n", "  only if in_time and holds_two\n  after nowhere\n");
    let text = text.replace("after nothing_near", "after request_undeploy");
    let refusal = variants(&Source::new("plan", &*text), &Given::default()).unwrap_err();
    let help = refusal.findings[0].help().unwrap().to_string();
    assert!(help.ends_with("this is so where holds_two is yes, in_time is yes"), "{help}");
}

#[test]
fn every_way_to_answer_is_a_plan_and_the_answers_are_bound() {
    let all = of(JOINED);
    let told: Vec<String> = all.iter().map(|variant| variant.told().join(", ")).collect();
    assert_eq!(told, ["holds_two is yes", "holds_two is no"]);
    assert_ne!(all[0].checked.plan().digest(), all[1].checked.plan().digest());
    // An approval is of a plan, whoever gave the answer.
    let silent = Given { silence: true, ..Given::default() };
    let silent = check::read(&Source::new("plan", JOINED), &silent).unwrap();
    assert_eq!(silent.plan().digest(), all[1].checked.plan().digest());
    assert!(all[1].is_of_silence() && !all[0].is_of_silence());
    let question = &silent.plan().questions[0];
    assert_eq!((question.yes, question.given), (false, false));
    let refusal = check::read(&Source::new("plan", JOINED), &Given::default()).unwrap_err();
    assert_eq!(refusal.error_codes(), ["not_answered"]);
    let answered = Given { answers: Answers::from([("holds_two".to_owned(), true)]), ..Given::default() };
    let one = check::read(&Source::new("plan", JOINED), &answered).unwrap();
    assert_eq!(one.plan().digest(), all[0].checked.plan().digest());
}

/// Six questions are sixty-four plans, and each of them is judged.
#[test]
fn the_last_of_many_variants_is_judged_too() {
    let mut text = JOINED.to_owned();
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        text.push_str(&format!("ask {name} of receiver_admin\n  \"Is it {name}?\"\n  silence means no\n"));
    }
    let all = names.map(|name| format!("not {name}")).join(" and ");
    text.push_str(&format!(
        "step word by tenant_admin {{\n  only if {all} and not holds_two\n  inform receiver_admin\n}}\n"
    ));
    assert_eq!(of(&text).len(), 64);
    assert_eq!(found(&text), BTreeSet::new());
    let at = text.rfind("inform receiver_admin").unwrap();
    let broken = format!("{}inform nobody\n}}\n", &text[..at]);
    assert_eq!(found(&broken), BTreeSet::from(["unknown_name".to_owned()]));
    let more = format!("{text}ask f of receiver_admin\n  \"And f?\"\n  silence means no\n");
    assert_eq!(found(&more), BTreeSet::from(["too_many_questions".to_owned()]));
}

/// The rows of a table hang on answers like all else, and so do lists.
#[test]
fn steps_of_tables_are_left_out_by_their_own_names() {
    let rows = "keyroll 1\nplan rows\ntable partner {\n  acme\n  bolt\n}\nrole ops\n\
        ask wide of ops\n  \"All?\"\n  silence means no\n\
        key old\nkey new\nkeystore store of ops {\n  alias \"a\" is old\n}\n\
        for each partner {\n  role admin-$partner\n\
        step tell-$partner by ops {\n  only if wide\n  inform admin-$partner\n}\n}\n\
        step make by ops {\n  after tell-$partner for each partner\n  create new in store as \"b\"\n}\n\
        finally store[\"b\"] is new only if wide\n";
    let variants = of(rows);
    let steps = |variant: &Variant| -> Vec<String> {
        variant.checked.plan().steps.rows().map(|step| step.name.value.clone()).collect()
    };
    assert_eq!(steps(&variants[0]), ["tell-acme", "tell-bolt", "make"]);
    assert_eq!(steps(&variants[1]), ["make"]);
    assert_eq!(variants[0].checked.plan().finals.len(), 1);
    assert_eq!(variants[1].checked.plan().finals.len(), 0);
    // Who is spoken of in what is left out is not forgotten by the author.
    assert!(variants[1].checked.advice().iter().all(|one| !one.to_string().contains("nothing uses")));
}
