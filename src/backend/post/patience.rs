//! An end to what may hang: a name that is looked up, a server that answers a byte at a time.

use std::{sync::mpsc, thread, time::Duration};

use super::fault::Undelivered;

/// Does something that takes no longer than this. What takes longer goes on beside, and nobody waits for it.
///
/// # Errors
/// What it says, and that it was late.
pub fn within(
    time: Duration,
    act: impl FnOnce() -> Result<(), Undelivered> + Send + 'static,
) -> Result<(), Undelivered> {
    let (tell, told) = mpsc::channel();
    let begun = thread::Builder::new().name("post".to_owned()).spawn(move || {
        // Whoever waited may have gone.
        let _heard = tell.send(act());
    });
    if begun.is_err() {
        return Err(Undelivered::Unusable("the system lets nothing more be begun".to_owned()));
    }
    told.recv_timeout(time).unwrap_or(Err(Undelivered::Late(time.as_secs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_left_and_what_answers_is_heard() {
        let (keep, forever) = mpsc::channel::<()>();
        let hangs = within(Duration::from_millis(20), move || {
            let _never = forever.recv();
            Ok(())
        });
        assert_eq!(hangs, Err(Undelivered::Late(0)));
        drop(keep);
        assert_eq!(within(Duration::from_secs(60), || Ok(())), Ok(()));
        let refused = within(Duration::from_secs(60), || Err(Undelivered::Refused(550)));
        assert_eq!(refused, Err(Undelivered::Refused(550)));
    }
}
