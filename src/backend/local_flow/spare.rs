//! Files of messages that were delivered, for messages to come.
//!
//! Some file systems look long for a new file's place while many were deleted shortly before: ext4
//! passes over each of them, for five seconds. A flow that deletes as many files as it creates spent
//! a third of its time there.

/// How many are kept.
const MOST: usize = 1024;

/// Names in a spool.
#[derive(Debug, Default)]
pub(super) struct Spare {
    /// Those whose new name would not survive a power loss yet. Their content must stay until it
    /// does, or the old name could come back with nothing behind it.
    resting: Vec<String>,
    ready: Vec<String>,
}

impl Spare {
    /// Whether one more may be kept.
    pub(super) const fn has_room(&self) -> bool {
        self.resting.len() + self.ready.len() < MOST
    }

    /// Keeps one.
    pub(super) fn keep(&mut self, name: String) {
        self.resting.push(name);
    }

    /// How many wait for their name to become durable.
    pub(super) const fn resting(&self) -> usize {
        self.resting.len()
    }

    /// The first so many have a durable name now.
    pub(super) fn settle(&mut self, count: usize) {
        self.ready.extend(self.resting.drain(..count.min(self.resting.len())));
    }

    /// One that may be written to.
    pub(super) fn take(&mut self) -> Option<String> {
        self.ready.pop()
    }

    /// All of them.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = String> {
        self.resting.drain(..).chain(self.ready.drain(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_only_after_its_name_is_durable() {
        let mut spare = Spare::default();
        spare.keep("a".to_owned());
        let before = spare.resting();
        spare.keep("b".to_owned());
        assert_eq!(spare.take(), None);
        spare.settle(before);
        assert_eq!((spare.take(), spare.take()), (Some("a".to_owned()), None));
        spare.settle(9);
        assert_eq!((spare.take(), spare.take()), (Some("b".to_owned()), None));
        (0..MOST).for_each(|number| spare.keep(number.to_string()));
        assert!(!spare.has_room());
        assert_eq!(spare.drain().count(), MOST);
        assert!(spare.has_room());
    }
}
