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
    /// How many were ever kept, and how many of these, the first ones, have a durable name.
    kept: u64,
    settled: u64,
}

impl Spare {
    /// Whether one more may be kept.
    pub(super) const fn has_room(&self) -> bool {
        self.resting.len() + self.ready.len() < MOST
    }

    /// Keeps one.
    pub(super) fn keep(&mut self, name: String) {
        self.resting.push(name);
        self.kept += 1;
    }

    /// How many were ever kept.
    pub(super) const fn kept(&self) -> u64 {
        self.kept
    }

    /// All that were kept when there were so many have a durable name now. Several may find that out
    /// at a time.
    pub(super) fn settle(&mut self, kept: u64) {
        let count = usize::try_from(kept.saturating_sub(self.settled)).unwrap_or(usize::MAX);
        self.ready.extend(self.resting.drain(..count.min(self.resting.len())));
        self.settled = self.settled.max(kept);
    }

    /// One that may be written to.
    pub(super) fn take(&mut self) -> Option<String> {
        self.ready.pop()
    }

    /// All of them.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = String> {
        self.settled = self.kept;
        self.resting.drain(..).chain(self.ready.drain(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(spare: &mut Spare, name: &str) -> u64 {
        spare.keep(name.to_owned());
        spare.kept()
    }

    #[test]
    fn a_file_is_taken_only_after_its_name_is_durable() {
        let mut spare = Spare::default();
        let first = kept(&mut spare, "a");
        let second = kept(&mut spare, "b");
        assert_eq!(spare.take(), None);
        spare.settle(first);
        assert_eq!((spare.take().unwrap(), spare.take()), ("a".to_owned(), None));
        spare.settle(second);
        assert_eq!((spare.take().unwrap(), spare.take()), ("b".to_owned(), None));
        (0..MOST).for_each(|number| spare.keep(number.to_string()));
        assert!(!spare.has_room());
        assert_eq!(spare.drain().count(), MOST);
        assert!(spare.has_room());
        let last = kept(&mut spare, "c");
        spare.settle(last);
        assert_eq!(spare.take().unwrap(), "c");
    }

    #[test]
    fn two_that_make_names_durable_at_a_time_count_no_file_twice() {
        let mut spare = Spare::default();
        let both = kept(&mut spare, "a");
        spare.settle(both);
        kept(&mut spare, "b");
        spare.settle(both);
        assert_eq!((spare.take().unwrap(), spare.take()), ("a".to_owned(), None));
    }
}
