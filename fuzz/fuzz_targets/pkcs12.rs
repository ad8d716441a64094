//! The bytes of a keystore, as they are.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| keyroll_fuzz::store::worked_on(bytes));
