//! A site: read, compare with a plan, write, read again.
#![no_main]

use std::sync::LazyLock;

use keyroll::check::{self, Checked};
use keyroll::plan::given::Given;
use keyroll::run::{bind::compare, site::Site};
use keyroll::source::{Refusal, Source};
use libfuzzer_sys::fuzz_target;

static PLAN: LazyLock<Checked> = LazyLock::new(|| {
    let text = include_str!("../../plans/xml-signature/two-keys.renewal");
    check::read(&Source::new("plan", text), &Given::default()).ok().expect("the stock plan is good")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source::new("site.toml", text);
    let site = match Site::read(&source) {
        Ok(site) => site,
        Err(fault) => {
            let _said = fault.to_string();
            return;
        }
    };
    let written = toml::to_string(&site).expect("what was read can be written");
    let again = Site::read(&Source::new("site.toml", written.clone())).expect("and read again");
    assert_eq!(again, site, "it is the same site:\n{written}");
    assert_eq!(again.digest(), site.digest());
    let contacts = site.clone().with_contacts(&source).err().unwrap_or_default();
    assert!(contacts.iter().all(|finding| !finding.to_string().contains('\u{1b}')));
    if let Err(findings) = compare(PLAN.plan(), &site, &source, std::path::Path::new(".")) {
        let page = keyroll::page::page(&Refusal::new(source, findings), false, 100);
        assert!(!page.contains('\u{1b}'), "no control character comes through");
    }
});
