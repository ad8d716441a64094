//! Advice on steps of which nothing comes, on backups that go too early and on spellings, and what a site says
//! of both sides of an agreement: given where it is due, and nowhere else.

#![cfg(test)]

use std::collections::BTreeSet;

use keyroll::{
    check,
    plan::given::Given,
    run::{bind::compare, site::Site},
    source::Source,
    template::STOCK,
};

/// The codes of the advice on a plan, and those of the errors where there are any.
fn codes(text: &str) -> BTreeSet<String> {
    match check::read(&Source::new("plan.renewal", text), &Given::default()) {
        Ok(checked) => {
            let codes = checked.advice().iter().filter_map(|finding| finding.code());
            codes.map(|code| code.to_string().replace("keyroll::", "")).collect()
        }
        Err(refusal) => panic!("{:?}\n{text}", refusal.findings),
    }
}

fn read(name: &str) -> String {
    let path = format!("{}/tests/golden/advised/{name}.renewal", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_backup_that_outlives_the_trust_is_no_matter() {
    let unordered = read("destroyed_early");
    assert!(codes(&unordered).contains("destroyed_early"));
    let after = |step: &str| {
        unordered.replace("  after exchange_key\n  destroy", &format!("  after {step}\n  destroy"))
    };
    assert!(!codes(&after("retired")).contains("destroyed_early"));
    let before = unordered.replace(
        "  after exchange_key\n  inform receiver_admin",
        "  after destroy_old\n  inform receiver_admin",
    );
    assert_ne!(before, unordered);
    assert!(codes(&before).contains("destroyed_early"));
    // What another one made is still there with that one.
    let imported = unordered
        .replace("  create new in tenant", "  import new in tenant")
        .replace("signs xml with", "stamps with");
    let imported = imported.replace(
        "step create_key by tenant_admin {",
        "step hand by receiver_admin {\n  provide new to tenant_admin\n}\n\nstep create_key by tenant_admin {\n  after hand",
    );
    assert!(!codes(&imported).contains("destroyed_early"));
}

#[test]
fn a_step_that_leads_to_something_is_none_too_many() {
    let useless = |text: &str| codes(text).contains("useless_step");
    let spare = read("useless_step");
    assert!(useless(&spare));
    assert!(!useless(&format!("{spare}\nfinally tenant[\"orders-spare\"] is spare\n")));
    assert!(!useless(&format!(
        "{spare}\nstep hand by tenant_admin {{\n  after create_spare\n  provide spare to receiver_admin\n}}\n"
    )));
    let asked = read("useless_step.asked");
    assert!(useless(&asked));
    let followed = |before: &str| {
        format!("{asked}\nstep retire_old by receiver_admin {{\n  {before}\n  retire old at partner\n}}\n")
    };
    assert!(!useless(&followed("after ask")));
    // It counts that it comes after, and that it is a step of whoever is asked.
    assert!(useless(&followed("needs partner accepts old")));
    let through = format!(
        "{}\nstep told by tenant_admin {{\n  after ask\n  inform receiver_admin\n}}\n",
        followed("after told")
    );
    assert!(!useless(&through), "not at once, but after a while");
    let night = read("useless_step.window");
    assert!(useless(&night));
    assert!(!useless(&night.replace(
        "  after exchange_key\n  destroy",
        "  after exchange_key, agree_night\n  needs night open\n  destroy"
    )));
    assert!(!useless(&format!("{night}\npromise orders interrupted only in night\n")));
    assert!(!useless(&format!("{night}\npromise always orders deployed while night open\n")));
    // A promise in which the word of its name stands does not speak of it.
    assert!(useless(&night.replace("night", "rejected")));
}

#[test]
fn one_spelling_is_no_second_one() {
    let twice = read("alias_spelling");
    assert!(codes(&twice).contains("alias_spelling"));
    assert!(!codes(&twice.replace("Orders", "orders")).contains("alias_spelling"));
    let apart =
        twice.replace("tenant[\"Orders\"]", "tenant[\"orders\"]").replace("orders-next", "Orders-Next");
    assert!(!codes(&apart).contains("alias_spelling"));
}

/// The advice is for plans that have the fault, and the plans of the library have it on purpose only.
#[test]
fn the_plans_of_the_library_earn_little_of_it() {
    let mut early = BTreeSet::new();
    for template in STOCK {
        let Ok(checked) = template.checked() else { continue };
        for code in checked.advice().iter().filter_map(|finding| finding.code()) {
            let code = code.to_string();
            assert!(
                !code.ends_with("useless_step") && !code.ends_with("alias_spelling"),
                "{}: {code}",
                template.name
            );
            if code.ends_with("destroyed_early") {
                early.insert(template.name);
            }
        }
    }
    // In these the sender gives its old pair away as soon as it signs with the new one.
    let sender = [
        "cms/verifier-two-aliases",
        "openpgp/signer-inbound-as-documented",
        "xml-signature/verifier-two-aliases",
    ];
    assert!(early.iter().all(|name| sender.contains(name)), "{early:?}");
}

/// What is wrong with a site that says who plays the roles of the plan with a window.
fn site(proposes: &str, agrees: &str) -> Vec<String> {
    let plan = include_str!("../../plans/xml-signature/one-key.renewal");
    let checked = check::read(&Source::new("plan.renewal", plan), &Given::default()).unwrap();
    let manual = ["keystores.tenant", "receivers.partner", "flows.orders"]
        .map(|name| format!("[{name}]\nbackend = \"manual\"\n"));
    let text = format!(
        "site = 1\n[roles.tenant_admin]\npeople = [{proposes}]\n[roles.receiver_admin]\npeople = [{agrees}]\n{}",
        manual.concat()
    );
    let source = Source::new("site.toml", text);
    let read = Site::read(&source).unwrap();
    let found = compare(checked.plan(), &read, &source, std::path::Path::new(".")).err().unwrap_or_default();
    found.iter().filter_map(|finding| finding.code()).map(|code| code.to_string()).collect()
}

#[test]
fn an_agreement_has_two_people() {
    let alone = ["keyroll::own_approval"];
    assert_eq!(site("\"Ann\"", "\"Ann\""), alone);
    assert_eq!(site("\"Ann\"", "\" ann\""), alone);
    for (proposes, agrees) in [
        ("\"Ann\"", "\"Ben\""),
        ("\"Ann\", \"Ben\"", "\"Ann\""),
        ("\"Ann\"", "\"Ann\", \"Ben\""),
        ("", "\"Ann\""),
        ("\"Ann\"", ""),
        ("", ""),
    ] {
        assert_eq!(site(proposes, agrees), [""; 0], "{proposes} and {agrees}");
    }
}
