//! A plan: read, format, resolve, check, prove, draw.
#![no_main]

use keyroll::check;
use keyroll::page::page;
use keyroll::plan::given::Given;
use keyroll::proof::verdict::prove;
use keyroll::source::Refusal;
use keyroll::syntax::{format, parse, read};
use libfuzzer_sys::fuzz_target;

/// How many moments are searched at most.
const BUDGET: usize = 300;

fn draw(refusal: &Refusal) {
    let page = page(refusal, false, 100);
    assert!(!page.contains('\u{1b}'), "no control character comes through");
}

fuzz_target!(|bytes: &[u8]| {
    let source = match read("plan", bytes.to_vec()) {
        Ok(source) => source,
        Err(refusal) => return draw(&refusal),
    };
    let (tree, findings) = parse(&source);
    if !findings.is_empty() {
        return draw(&Refusal::new(source, findings));
    }
    let text = format(&tree);
    let again = read("plan", text.clone().into_bytes()).expect("what is formatted can be read");
    let (same, findings) = parse(&again);
    assert!(findings.is_empty(), "what is formatted is parsed:\n{text}");
    assert_eq!(format(&same), text, "it formats to itself");
    let (first, second) = (check::read(&source, &Given::default()), check::read(&again, &Given::default()));
    match (first, second) {
        (Ok(checked), Ok(_)) => {
            let start = checked.plan().start.clone();
            let _verdict = prove(checked, &start, BUDGET);
        }
        (Err(first), Err(second)) => {
            let (mut one, mut other): (Vec<_>, Vec<_>) = (first.codes().collect(), second.codes().collect());
            one.sort();
            other.sort();
            assert_eq!(one, other, "its form changes no verdict:\n{text}");
            draw(&first);
        }
        (first, second) => panic!("{:?} {:?}\n{text}", first.is_ok(), second.is_ok()),
    }
});
