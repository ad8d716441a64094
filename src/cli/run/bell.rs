//! Rings when something is written into a journal, or it is asked to stop. Until then nothing of this process wakes up.

use std::{
    io::Read,
    os::unix::net::UnixStream,
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::{
    cli::stop,
    journal::{HostError, look::beside},
};

/// A bell.
#[derive(Debug)]
pub(super) struct Bell(Receiver<()>);

impl Bell {
    /// A bell at a journal that somebody holds open.
    ///
    /// # Errors
    /// When the system does not tell of it.
    pub(super) fn at(journal: &Path) -> Result<Self, HostError> {
        let fail = |error: std::io::Error| HostError::Journal {
            path: journal.to_owned(),
            cause: format!("it cannot be watched: {error}"),
        };
        // The flag is set before the bell rings.
        let _listens = stop::flag();
        let (rings, hears) = channel();
        let (mut asked, asks) = UnixStream::pair().map_err(fail)?;
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let asks = asks.try_clone().map_err(fail)?;
            signal_hook::low_level::pipe::register(signal, asks).map_err(fail)?;
        }
        let rung = rings.clone();
        thread::spawn(move || {
            let mut byte = [0];
            while asked.read(&mut byte).is_ok_and(|length| length > 0) && rung.send(()).is_ok() {}
        });
        watch(&beside(journal), rings).map_err(fail)?;
        Ok(Self(hears))
    }

    /// Waits until it rings, or so long. That it rang several times is no more than once.
    pub(super) fn wait(&self, most: Option<Duration>) {
        let _rang = match most {
            Some(most) => self.0.recv_timeout(most).is_ok(),
            None => self.0.recv().is_ok(),
        };
        while self.0.try_recv().is_ok() {}
    }
}

/// Rings whenever a file is written.
#[cfg(target_os = "linux")]
fn watch(file: &Path, rings: Sender<()>) -> std::io::Result<()> {
    use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
    let system = init(CreateFlags::CLOEXEC)?;
    add_watch(&system, file, WatchFlags::MODIFY)?;
    thread::spawn(move || {
        let mut events = [0; 4096];
        while rustix::io::read(&system, &mut events).is_ok_and(|length| length > 0) && rings.send(()).is_ok()
        {
        }
    });
    Ok(())
}

/// Rings once a second, where the system does not tell.
#[cfg(not(target_os = "linux"))]
fn watch(_file: &Path, rings: Sender<()>) -> std::io::Result<()> {
    thread::spawn(move || {
        while rings.send(()).is_ok() {
            thread::sleep(Duration::from_secs(1));
        }
    });
    Ok(())
}
