//! Questions of a part that are asked by the plan, and parts of a version.

use std::collections::BTreeMap;

use keyroll::{check, plan::given::Given, source::Source};

use super::{TWO_KEYS, read_with};
use crate::{answers::variants, tables::steps};

/// A plan that asks, as a part: the question of a part is one of the plan, and each answer is judged.
const ASKS: &str = include_str!("../../../plans/xml-signature/by-what-the-partner-holds.renewal");

#[test]
fn a_question_of_a_part_is_passed_on() {
    let outer = |answer: &str, asks: &str| {
        format!(
            "keyroll 1\n\nplan partners\n\nrole admin\nrole acme_admin\nrole developer\n\n{asks}\nplan acme from \"asks\" {{\n  \
             tenant_admin = admin\n  receiver_admin = acme_admin\n  integration_developer = developer\n  holds_two = {answer}\n}}\n"
        )
    };
    let files = BTreeMap::from([("asks".to_owned(), ASKS.to_owned())]);
    let source = |text: String| Source::new("plan", text).with_files(files.clone());
    let ours = "ask acme_holds_two of acme_admin\n  \"Can you hold two?\"\n  silence means no\n";
    let passed = variants(&source(outer("acme_holds_two", ours)), &Given::default()).unwrap();
    assert_eq!(passed.len(), 2);
    for variant in &passed {
        let yes = variant.answers["acme_holds_two"];
        let fixed = source(outer(if yes { "yes" } else { "no" }, ""));
        let fixed = check::read(&fixed, &Given::default()).unwrap();
        assert_eq!(steps(&variant.checked), steps(&fixed), "answered with {yes}");
        let questions = &variant.checked.plan().questions;
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].name.value, "acme_holds_two");
    }
    assert_ne!(steps(&passed[0].checked), steps(&passed[1].checked));
    // One that nothing here asks, and one that nothing hangs on.
    let codes = |text: String| variants(&source(text), &Given::default()).unwrap_err().error_codes();
    assert_eq!(codes(outer("acme_hold_two", ours)), ["question_unused"]);
    assert_eq!(codes(outer("acme_holds_two", "")), ["bad_part"]);
    // Passed on twice: through a part of a part.
    let middle = outer("theirs", "ask theirs of acme_admin\n  \"Two?\"\n  silence means yes\n");
    let files = BTreeMap::from([("asks".to_owned(), ASKS.to_owned()), ("middle".to_owned(), middle)]);
    let top = "keyroll 1\n\nplan top\n\nrole one\nrole two\nrole three\n\nask ours of two\n  \"Two?\"\n  silence means no\n\n\
               plan part from \"middle\" {\n  admin = one\n  acme_admin = two\n  developer = three\n  theirs = ours\n}\n";
    let passed = variants(&Source::new("plan", top).with_files(files), &Given::default()).unwrap();
    let count = |variant: &check::Variant| variant.checked.plan().steps.len();
    assert_eq!(passed.len(), 2);
    assert_ne!(count(&passed[0]), count(&passed[1]));
}

/// A part of a version is that version, or none.
#[test]
fn a_part_is_of_the_version_that_is_asked_for() {
    let of = |version: &str| {
        TWO_KEYS.replace("plan xml-signature-two-keys\n", &format!("plan xml-signature-two-keys{version}\n"))
    };
    let outer = |version: &str| {
        format!(
            "keyroll 1\nplan partners\nrole admin\nrole acme_admin\nplan acme from \"part\"{version} {{\n  \
             tenant_admin = admin\n  receiver_admin = acme_admin\n}}\n"
        )
    };
    let read = |wanted: &str, is: &str| read_with(&outer(wanted), &[("part", &of(is))]);
    for (wanted, is) in [("", ""), ("", " version 3"), (" version 3", " version 3")] {
        assert!(read(wanted, is).is_ok(), "{wanted} of {is}");
    }
    for (wanted, is, says) in [
        (" version 3", "", "is no version, and 3 is wanted"),
        (" version 3", " version 2", "is version 2, and 3 is wanted"),
    ] {
        let refusal = read(wanted, is).unwrap_err();
        assert_eq!(refusal.error_codes(), ["inner_plan_file"]);
        assert!(refusal.findings[0].to_string().contains(says), "{}", refusal.findings[0]);
    }
}
