//! What is declared and not used is told, and nothing else is.

#![cfg(test)]

use keyroll::{check, plan::given::Given, source::Source};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const WINDOWED: &str = include_str!("../../plans/xml-signature/one-key.renewal");
const ADVISED: &str = include_str!("../golden/advised/unused.renewal");

/// What of a plan is not used, as the findings tell it.
fn unused(text: &str) -> Vec<String> {
    let mut checked = check::read(&Source::new("plan.renewal", text), &Given::default())
        .unwrap_or_else(|refusal| panic!("{:?}\n{text}", refusal.findings));
    let found = checked.take_advice();
    let mine =
        found.iter().filter(|finding| finding.code().is_some_and(|c| c.to_string() == "keyroll::unused"));
    mine.map(|finding| finding.to_string()).collect()
}

#[test]
fn each_kind_of_thing_is_told_of_once_and_in_the_order_of_the_text() {
    let told: Vec<String> = [
        "role `auditor`",
        "key `spare`",
        "keystore `safe`",
        "receiver `attic`",
        "window `night`",
        "parameter `delay`",
    ]
    .iter()
    .map(|what| format!("nothing uses the {what}"))
    .collect();
    let mut found = unused(ADVISED);
    found.sort();
    let mut wanted = told.clone();
    wanted.sort();
    assert_eq!(found, wanted);
    // Each is told by itself: one use, and it is gone.
    for (use_it, name) in [
        ("  inform audit\n", "auditor"),
        ("alias $alias is old\n", "spare"),
        ("sends to archive\n", "attic"),
        ("delivers within 1h\n", "delay"),
        ("keystore safe of ops {\n", "safe"),
        ("promise nightly never rejected\n", "night"),
    ] {
        let with = match name {
            "auditor" => "  inform audit, auditor\n",
            "spare" => "alias $alias is old\n  alias \"x\" is spare\n",
            "attic" => "sends to attic\n",
            "delay" => "delivers within $delay\n",
            "safe" => "keystore safe of ops {\n  alias \"x\" is spare\n",
            _ => "promise nightly never rejected\npromise nightly interrupted only in night\n",
        };
        let text = ADVISED.replacen(use_it, with, 1);
        assert_ne!(text, ADVISED, "{name}");
        // What a keystore holds at the start is no use of it, but of the key.
        let gone = if name == "safe" { "spare" } else { name };
        let left = unused(&text);
        assert!(!left.iter().any(|line| line.contains(&format!("`{gone}`"))), "{name}: {left:?}");
        assert!(name != "safe" || left.iter().any(|line| line.contains("`safe`")), "{left:?}");
    }
}

#[test]
fn one_use_of_any_sort_is_enough() {
    for text in [TWO_KEYS, WINDOWED] {
        assert_eq!(unused(text), [""; 0]);
    }
    // A role that is told at the end only, one that owns a thing only, a parameter within a text only.
    let more = TWO_KEYS
        .replace("key old", "role auditor\nrole owner\nparam note : alias = \"n\"\n\nkey old")
        .replace(
            "receiver partner of receiver_admin",
            "receiver spare of owner {\n}\n\nreceiver partner of receiver_admin",
        );
    assert_eq!(unused(&more).len(), 3, "{:?}", unused(&more));
    let used = more.replace("\"$alias-next\"", "\"$alias-$note\"");
    let used = used.replace(
        "finally partner accepts only new",
        "finally partner accepts only new known to receiver_admin",
    );
    assert_eq!(
        unused(&used),
        ["nothing uses the role `auditor`", "nothing uses the receiver `spare`"],
        "the owner of what is not used owns it"
    );
}

#[test]
fn what_is_said_for_each_row_is_told_once_and_only_where_no_row_is_used() {
    let rows = |uses: &str| {
        TWO_KEYS.replace(
            "key old",
            &format!("table partner_of {{\n  acme\n  bolt\n}}\nfor each partner_of {{\n  role admin-$partner_of\n}}\n{uses}\nkey old"),
        )
    };
    assert_eq!(unused(&rows("")), ["nothing uses the role `admin-acme`"]);
    assert_eq!(unused(&rows("receiver spare of admin-bolt {\n}\n")), ["nothing uses the receiver `spare`"]);
}
