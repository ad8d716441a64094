//! What the name of a spooled file says.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::world::material::Fingerprint;

/// A message under way: everything but its content. It is the name of its file,
/// `0000001234-1764115200000-1764115260000-FINGERPRINT`, times in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spooled {
    /// Its number, given out once in the life of a flow.
    pub sequence: u64,
    /// When it was signed.
    pub sent: Timestamp,
    /// From when on it is delivered.
    pub due: Timestamp,
    /// The certificate of the key that signed it.
    pub key: Fingerprint,
}

impl Spooled {
    /// A message signed at `sent` that arrives so much later. Times are kept in milliseconds; the
    /// due time is rounded up, for a message never arrives early.
    pub(super) fn new(sequence: u64, sent: Timestamp, delay: SignedDuration, key: Fingerprint) -> Self {
        let due = sent.saturating_add(delay).unwrap_or(Timestamp::MAX);
        let up = SignedDuration::from_nanos(999_999);
        let due = due.saturating_add(up).unwrap_or(due);
        Self { sequence, sent: milliseconds(sent), due: milliseconds(due), key }
    }

    /// Reads a name without its ending. Only the one spelling that is written is read.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.splitn(4, '-');
        let sequence = parts.next()?.parse().ok()?;
        let mut time = || Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok();
        let (sent, due) = (time()?, time()?);
        let key = Fingerprint::try_from(parts.next()?.to_owned()).ok()?;
        let read = Self { sequence, sent, due, key };
        (read.to_string() == name).then_some(read)
    }
}

impl fmt::Display for Spooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, sent, due, key } = self;
        write!(f, "{sequence:010}-{}-{}-{key}", sent.as_millisecond(), due.as_millisecond())
    }
}

/// The time without its parts of a millisecond, and not before 1970, where names end.
fn milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond().max(0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled() -> Spooled {
        let sent = Timestamp::new(1_764_115_200, 400_001).unwrap();
        Spooled::new(7, sent, SignedDuration::from_secs(60), Fingerprint::of(b"key"))
    }

    #[test]
    fn a_name_says_what_it_was_made_of() {
        let name = spooled().to_string();
        assert!(name.starts_with("0000000007-1764115200000-1764115260001-"), "{name}");
        assert_eq!(Spooled::parse(&name), Some(spooled()));
    }

    #[test]
    fn another_spelling_is_no_name() {
        let name = spooled().to_string();
        for damaged in
            [name.replacen("00", "", 1), name.to_uppercase(), format!("{name} "), name.replace('-', "")]
        {
            assert_eq!(Spooled::parse(&damaged), None, "{damaged}");
        }
    }
}
