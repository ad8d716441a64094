//! Findings about a site, each with the page beside the site that brings it about. The plan is the
//! stock plan of two keys.

use keyroll::run::{bind::compare, site::Site};
use keyroll::source::Finding;

use super::*;

fn findings(source: &Source) -> Vec<Finding> {
    // A site that says who plays two roles is one for a plan in which they agree on something.
    let agree = source.text.matches("people").count() > 1;
    let name = if agree { "one-key" } else { "two-keys" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature");
    let mut plan = read(&folder.join(format!("{name}.renewal")));
    // A site that says who plays a role is one for a plan that asks for two of them.
    if source.text.contains("people") && !agree {
        let text = plan.text.replacen("  accept new at", "  two people\n  accept new at", 1);
        plan = Source::new("two-keys.renewal", text);
    }
    if source.text.contains("a plan with two facts") {
        let facts =
            "fact approved of receiver_admin \"The change is approved\"\nfact frozen of receiver_admin\n";
        plan = Source::new("two-keys.renewal", format!("{}\n{facts}", plan.text));
    }
    if source.text.contains("accepts the new key from the start") {
        let text = plan.text.replacen("  accepts old\n", "  accepts old\n  accepts new\n", 1);
        plan = Source::new("two-keys.renewal", text);
    }
    let checked = check::read(&plan, &Given::default()).unwrap();
    let site = Site::read(source).map_err(|finding| vec![finding]);
    let folder = super::folder("refused");
    let site = site.and_then(|site| site.with_calendars(&folder, source));
    match site.and_then(|site| site.with_contacts(source)) {
        Err(findings) => findings,
        Ok(site) => compare(checked.plan(), &site, source, &folder).err().unwrap_or_default(),
    }
}

#[test]
fn every_finding_about_a_site_earns_the_page_beside_it() {
    with_settings!({ snapshot_path => "../../golden/refused", prepend_module_to_snapshot => false, omit_expression => true }, {
        for stem in stems(&folder("refused"), "toml") {
            let source = read(&folder("refused").join(format!("{stem}.toml")));
            let refusal = Refusal::new(source.clone(), findings(&source));
            let text = page(&refusal, false, 100);
            assert_eq!(refusal.codes().collect::<Vec<_>>(), [code(&stem)], "{stem}\n{text}");
            for finding in &refusal.findings {
                assert!(finding.help().is_some_and(|help| !help.to_string().ends_with('.')), "{stem}");
                for label in finding.labels().into_iter().flatten() {
                    let words = source.text.get(label.offset()..label.offset() + label.len());
                    assert!(words.is_some(), "{stem}: outside of the site");
                }
            }
            assert_snapshot!(stem, text);
        }
    });
}
