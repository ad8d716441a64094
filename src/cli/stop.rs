//! Signals. Ctrl-C, and what a system sends to end a program, ask whatever is under way to come to a
//! good end; a limit on the size of files is an error like others.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ},
    flag::{register, register_conditional_shutdown, register_usize},
};

use super::exit::Exit;

static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// Which signal came last.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);
static LISTENING: OnceLock<bool> = OnceLock::new();

/// Set once the user or the system has asked to stop. The first call begins to listen; a second time ends the
/// program at once.
pub fn flag() -> &'static AtomicBool {
    let listen = |signal| {
        let number = usize::try_from(signal).unwrap_or(0);
        register_conditional_shutdown(signal, of(number) as i32, Arc::clone(&STOP))
            .and_then(|_| register_usize(signal, Arc::clone(&SIGNAL), number))
            .and_then(|_| register(signal, Arc::clone(&STOP)))
            .is_ok()
    };
    LISTENING.get_or_init(|| [SIGINT, SIGTERM, SIGHUP].into_iter().all(listen));
    &STOP
}

/// How a command ends that was asked to stop.
#[must_use]
pub fn exit() -> Exit {
    of(SIGNAL.load(Ordering::Relaxed))
}

/// By which exit a signal is told: 128 and its number, as shells do; one that comes with the terminal as
/// Ctrl-C does.
fn of(signal: usize) -> Exit {
    if i32::try_from(signal) == Ok(SIGTERM) { Exit::Terminated } else { Exit::Interrupted }
}

/// Lets a write beyond the limit of `ulimit -f` fail, where the system would end the program at once:
/// then nothing would be tidied up, and keys would be left in a sandbox.
pub fn outlive_limits() {
    let _registered = register(SIGXFSZ, Arc::default());
}
