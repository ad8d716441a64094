//! A keystore and a list of changes: each does what it says to the entries that it names, and nothing
//! to the others; a refused one leaves every byte.
#![no_main]

use keyroll_fuzz::{choices::Choices, edit::Session};
use libfuzzer_sys::fuzz_target;

/// Changes of one input at most.
const CHANGES: usize = 6;

fuzz_target!(|bytes: &[u8]| {
    let (mut choices, rest) = Choices::of(bytes);
    let count = choices.below(CHANGES) + 1;
    let changes: Vec<[usize; 4]> =
        (0..count).map(|_| [7, 8, 8, 8].map(|bound| choices.below(bound))).collect();
    let Some(mut session) = Session::begin(rest) else { return };
    for change in changes {
        session.change(change);
    }
});
