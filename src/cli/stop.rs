//! Ctrl-C, and what a system sends to end a program: asks whatever is under way to come to a good end.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);
static LISTENING: OnceLock<bool> = OnceLock::new();

/// Set once the user or the system has asked to stop. The first call begins to listen; a second time ends the
/// program at once.
pub fn flag() -> &'static AtomicBool {
    LISTENING.get_or_init(|| {
        ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(super::exit::Exit::Interrupted as i32);
            }
        })
        .is_ok()
    });
    &STOP
}
