//! Every proof has a certificate that the second judge accepts, and no false one passes it.

#![cfg(test)]

mod asked;
mod bars;
mod command;
mod forged;
mod known;
mod left_out;
mod limited;
mod limits;
mod mutants;
mod refused;
mod rules;
mod second;
mod words;

use keyroll::{
    certificate::{Certificate, Refused, Verified, verify},
    check::Checked,
    proof::{
        engine::Engine,
        reason::{Unwritten, certificate, subject, within},
        verdict::{Proven, Verdict, prove_by},
    },
};

use super::{
    random_plans::{counted, generated::plan},
    reference::read,
};

/// More states than a random plan is worth.
const ENOUGH: usize = 4_000;

pub(crate) const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
pub(crate) const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

/// A plan that was proved; nothing where it was not.
pub(crate) fn proven(checked: Checked, engine: Engine) -> Option<Box<Proven>> {
    let start = checked.plan().start.clone();
    match prove_by(engine, checked, &start, ENOUGH) {
        Verdict::Proven(proven) => Some(proven),
        Verdict::Refuted(_) | Verdict::NotProven(_) => None,
    }
}

/// Its certificate.
pub(crate) fn certified(proven: &Proven) -> Certificate {
    let text = &proven.checked().plan().source.text;
    let start = &proven.checked().plan().start;
    certificate(proven, start, ENOUGH).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// What the second judge says.
pub(crate) fn judged(checked: &Checked, text: &[u8]) -> Result<Verified, Refused> {
    verify(&subject(checked, &checked.plan().start), text)
}

/// Proves a text, writes the certificate and has it judged.
pub(crate) fn stock(text: &str, engine: Engine) -> (Box<Proven>, Certificate) {
    let proven = proven(read(text).unwrap(), engine).unwrap_or_else(|| panic!("not proved\n{text}"));
    let certificate = certified(&proven);
    (proven, certificate)
}

#[test]
fn both_stock_plans_have_certificates_by_each_engine() {
    for (text, engine, least) in [
        (TWO_KEYS, Engine::Cuts, 20),
        (ONE_KEY, Engine::Cuts, 20),
        (TWO_KEYS, Engine::Explicit, 20),
        (ONE_KEY, Engine::Explicit, 20),
    ] {
        let (proven, certificate) = stock(text, engine);
        let text = certificate.text();
        let verified = judged(proven.checked(), text.as_bytes()).unwrap();
        println!("{verified:?}, {} bytes", text.len());
        match (engine, verified) {
            (Engine::Cuts, Verified::Cuts { shown, .. }) => assert!(shown > least),
            (Engine::Explicit, Verified::Explicit { states, transitions }) => {
                assert!(states > least && transitions > states);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(Certificate::read(text.as_bytes()).unwrap(), certificate);
    }
}

#[test]
fn every_proof_of_a_random_plan_has_a_certificate() {
    let asked = std::env::var("KEYROLL_RANDOM_PLANS").ok().map(|texts| texts.parse::<u64>().unwrap());
    let texts = asked.unwrap_or(6_000);
    let first = 2_000_000;
    let counts = counted(first..first + texts, |seed| {
        let mut found = "unread";
        for engine in [Engine::Cuts, Engine::Explicit] {
            let Ok(checked) = read(&plan(seed)) else { return None };
            let Some(proven) = proven(checked, engine) else {
                found = "not proved";
                continue;
            };
            let text = certified(&proven).text();
            let verified = judged(proven.checked(), text.as_bytes());
            let by = |verified: &Verified| match verified {
                Verified::Cuts { .. } => Engine::Cuts,
                Verified::Explicit { .. } => Engine::Explicit,
            };
            assert_eq!(
                verified.as_ref().map(by),
                Ok(engine),
                "{verified:?}\n{text}\n{}",
                proven.checked().plan().source.text
            );
            found = if found == "by cuts" {
                "by both"
            } else if engine == Engine::Cuts {
                "by cuts"
            } else {
                "by worlds"
            };
        }
        Some(found)
    });
    println!("certificates of random plans: {counts:?}");
    assert!(counts["by both"] > 200 && counts["by worlds"] > 1, "{counts:?}");
}

#[test]
fn a_certificate_that_would_be_too_large_is_not_written() {
    for (text, engine) in [(ONE_KEY, Engine::Cuts), (ONE_KEY, Engine::Explicit)] {
        let (proven, whole) = stock(text, engine);
        let start = &proven.checked().plan().start;
        let length = whole.text().len();
        assert_eq!(within(length, &proven, start, ENOUGH).as_ref(), Ok(&whole));
        for less in [0, 5, length / 2, length - 1] {
            assert_eq!(within(less, &proven, start, ENOUGH), Err(Unwritten::TooLarge(less)), "{less}");
        }
    }
}
