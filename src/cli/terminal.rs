//! What people are told while a run goes on.

use crate::{
    backend::notifier::{Notice, Notifier, NotifierError},
    source::shown,
};

use super::screen::log::{Level, Log, Talk};

/// Tells people on standard error; the inbox tells them too.
#[derive(Debug)]
pub(super) struct Terminal {
    /// Whether nothing is said.
    pub(super) quiet: bool,
    /// Where it is said.
    pub(super) log: Log,
}

impl Notifier for Terminal {
    fn send(&mut self, notice: &Notice) -> Result<(), NotifierError> {
        if !self.quiet {
            let (role, text) = (shown(&notice.role), shown(&notice.text));
            self.log.say(&format!("  for {role}: {text}"), || {
                Talk::now(Level::Info, notice.text.clone())
                    .with("role", notice.role.clone())
                    .with("notice", notice.id.clone())
            });
        }
        Ok(())
    }
}
