//! What people are told while a run goes on.

use crate::{
    backend::notifier::{Notice, Notifier, NotifierError},
    source::shown,
};

/// Tells people on standard error; the inbox tells them too.
#[derive(Debug)]
pub(super) struct Terminal {
    /// Whether nothing is said.
    pub(super) quiet: bool,
}

impl Notifier for Terminal {
    fn send(&mut self, notice: &Notice) -> Result<(), NotifierError> {
        if !self.quiet {
            use std::io::Write;
            writeln!(std::io::stderr().lock(), "  for {}: {}", shown(&notice.role), shown(&notice.text))
                .map_err(|e| NotifierError(e.to_string()))?;
        }
        Ok(())
    }
}
