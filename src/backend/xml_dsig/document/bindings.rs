//! Prefixes and what they stand for, while elements open and close.

use std::rc::Rc;

/// What is bound by each open element, the outermost first.
#[derive(Clone, Debug, Default)]
pub(in crate::backend::xml_dsig) struct Bindings {
    /// The prefixes, one after the other.
    text: String,
    bindings: Vec<Binding>,
    /// For each open element, how many bindings there were before it.
    opened: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Binding {
    hash: u64,
    /// Where the prefix begins and ends in the text.
    start: usize,
    end: usize,
    name: Rc<str>,
}

impl Bindings {
    /// How many elements are open.
    pub(in crate::backend::xml_dsig) const fn depth(&self) -> usize {
        self.opened.len()
    }

    /// How many bindings there are, shadowed ones included.
    pub(super) const fn len(&self) -> usize {
        self.bindings.len()
    }

    /// How many bindings there were before the element that was opened last.
    pub(super) fn above(&self) -> usize {
        self.opened.last().copied().unwrap_or(0)
    }

    /// Begins an element; its bindings follow.
    pub(in crate::backend::xml_dsig) fn open(&mut self) {
        self.opened.push(self.bindings.len());
    }

    /// Ends an element and forgets its bindings.
    pub(in crate::backend::xml_dsig) fn close(&mut self) {
        if let Some(before) = self.opened.pop()
            && let Some(first) = self.bindings.get(before)
        {
            self.text.truncate(first.start);
            self.bindings.truncate(before);
        }
    }

    /// Binds a prefix, empty for the default namespace, to a name, empty for none.
    pub(in crate::backend::xml_dsig) fn push(&mut self, prefix: &str, name: Rc<str>) {
        let start = self.text.len();
        self.text.push_str(prefix);
        self.bindings.push(Binding { hash: hash(prefix), start, end: self.text.len(), name });
    }

    /// What a prefix is bound to.
    pub(in crate::backend::xml_dsig) fn find(&self, prefix: &str) -> Option<&Rc<str>> {
        self.last(prefix, 0).map(|binding| &binding.name)
    }

    /// Whether the element that was opened last binds a prefix itself.
    pub(super) fn is_own(&self, prefix: &str) -> bool {
        self.last(prefix, self.above()).is_some()
    }

    /// The prefix and the name of each, the outermost first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Rc<str>)> {
        self.bindings.iter().map(|binding| (self.prefix(binding), &binding.name))
    }

    /// The last binding of a prefix that is not before the `first`.
    fn last(&self, prefix: &str, first: usize) -> Option<&Binding> {
        let hash = hash(prefix);
        // The default namespace is asked for most, and comparing nothing with nothing costs more than
        // comparing letters on some processors.
        let same = |binding: &&Binding| {
            let length = binding.end - binding.start;
            binding.hash == hash && length == prefix.len() && (length == 0 || self.prefix(binding) == prefix)
        };
        // From the end: the innermost counts, and it is nearly always near.
        self.bindings.get(first..).unwrap_or_default().iter().rev().find(same)
    }

    fn prefix(&self, binding: &Binding) -> &str {
        self.text.get(binding.start..binding.end).unwrap_or_default()
    }
}

/// Tells most prefixes apart without a look at them (FNV-1a).
fn hash(prefix: &str) -> u64 {
    prefix.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bindings: &Bindings, prefix: &str) -> Option<String> {
        bindings.find(prefix).map(|name| name.to_string())
    }

    #[test]
    fn the_innermost_binding_counts_until_its_element_ends() {
        let mut bindings = Bindings::default();
        bindings.push("p", "urn:context".into());
        bindings.open();
        bindings.push("p", "urn:a".into());
        bindings.push("", "urn:d".into());
        bindings.open();
        assert!(!bindings.is_own("p"));
        bindings.push("pp", "urn:b".into());
        bindings.push("p", "urn:c".into());
        assert!(bindings.is_own("p") && !bindings.is_own(""));
        assert_eq!(found(&bindings, "p").unwrap(), "urn:c");
        assert_eq!(found(&bindings, "pp").unwrap(), "urn:b");
        assert_eq!(found(&bindings, "").unwrap(), "urn:d");
        bindings.close();
        assert_eq!(found(&bindings, "p").unwrap(), "urn:a");
        assert_eq!(found(&bindings, "pp"), None);
        bindings.close();
        assert_eq!(found(&bindings, "p").unwrap(), "urn:context");
        assert_eq!((found(&bindings, ""), bindings.depth(), bindings.len()), (None, 0, 1));
    }
}
