//! A calendar: it is read or refused, and a closed time ends.
#![no_main]

use jiff::Timestamp;
use keyroll::run::calendar::Calendar;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for zone in ["UTC", "Europe/Vienna"] {
        let Ok(calendar) = Calendar::read(text, zone) else { continue };
        let at: Timestamp = "2026-07-01T08:30:00Z".parse().expect("it is one");
        if let Some(closed) = calendar.closed_at(at) {
            assert!(closed.from <= at && at < closed.until, "{closed:?}");
            assert!(calendar.closed_at(closed.until).is_none(), "{closed:?}");
        }
    }
});
