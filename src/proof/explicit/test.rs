//! Questions to a packed world, as masks of its words.

/// Some bits of a packed world: a field that lies in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    word: usize,
    shift: u32,
    width: u32,
}

impl Field {
    /// The field of so many bits, at most 64, that lies in a word from a bit on.
    pub(super) const fn new(word: usize, shift: u32, width: u32) -> Self {
        Self { word, shift, width }
    }

    const fn ones(self) -> u64 {
        if self.width >= u64::BITS { u64::MAX } else { (1 << self.width) - 1 }
    }

    /// The value of the field.
    pub(super) fn read(self, state: &[u64]) -> u64 {
        state.get(self.word).map_or(0, |word| word >> self.shift & self.ones())
    }

    /// Whether it has a value.
    pub(super) const fn is(self, value: u64) -> Test {
        let mask = self.ones() << self.shift;
        Test { word: self.word, mask, value: value << self.shift & mask }
    }

    /// Gives it a value.
    pub(super) const fn write(self, value: u64) -> Write {
        let Test { word, mask, value } = self.is(value);
        Write { word, clear: mask, set: value }
    }
}

/// Some bits of one word have these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Test {
    word: usize,
    mask: u64,
    value: u64,
}

/// Some bits of one word get these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Write {
    word: usize,
    clear: u64,
    set: u64,
}

impl Test {
    /// Whether it is so in a state.
    #[inline]
    pub(super) fn holds(self, state: &[u64]) -> bool {
        state.get(self.word).is_some_and(|word| word & self.mask == self.value)
    }
}

impl Write {
    /// Changes a state.
    pub(super) fn to(self, state: &mut [u64]) {
        if let Some(word) = state.get_mut(self.word) {
            *word = *word & !self.clear | self.set;
        }
    }

    /// The bits that it changes, by number.
    pub(super) fn bits(self) -> impl Iterator<Item = usize> {
        bits(self.word, self.clear)
    }
}

/// The bits of a state that a mask has in one word, by number.
fn bits(word: usize, mask: u64) -> impl Iterator<Item = usize> {
    (0..u64::BITS)
        .filter(move |bit| mask >> bit & 1 == 1)
        .map(move |bit| word * u64::BITS as usize + bit as usize)
}

/// All of these are so, one for each word that is looked at, in their order. Without any it is so in
/// every state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct All(Vec<Test>);

impl All {
    /// Of one test.
    pub(super) fn one(test: Test) -> Self {
        Self(vec![test])
    }

    /// Whether it is so in a state.
    #[inline]
    pub(super) fn holds(&self, state: &[u64]) -> bool {
        self.0.iter().all(|test| test.holds(state))
    }

    /// Both; nothing where the two can never be so together.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for test in &other.0 {
            let place = both.0.binary_search_by_key(&test.word, |mine| mine.word);
            match place.map(|at| both.0.get_mut(at)) {
                Err(at) => both.0.insert(at, *test),
                Ok(Some(mine)) if (mine.value ^ test.value) & mine.mask & test.mask == 0 => {
                    mine.mask |= test.mask;
                    mine.value |= test.value;
                }
                Ok(_) => return None,
            }
        }
        Some(both)
    }
}

/// One of these is so. Without any it is so in no state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Any(Vec<All>);

impl Any {
    /// So in every state, or in none.
    pub(super) fn known(is_so: bool) -> Self {
        Self(if is_so { vec![All::default()] } else { Vec::new() })
    }

    /// One of several tests.
    pub(super) fn of(ways: impl IntoIterator<Item = All>) -> Self {
        Self(ways.into_iter().collect())
    }

    /// Whether it is so in no state whatever.
    pub(super) const fn is_never(&self) -> bool {
        self.0.is_empty()
    }

    /// One of these or one of the others.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// One of these and one of the others.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().flat_map(|one| other.0.iter().filter_map(|other| one.and(other))).collect())
    }

    /// Whether it is so in a state.
    #[inline]
    pub(super) fn holds(&self, state: &[u64]) -> bool {
        self.0.iter().any(|all| all.holds(state))
    }
}

/// One of each of these is so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Every {
    all: All,
    others: Vec<Any>,
    never: bool,
}

impl Every {
    /// Of some questions.
    pub(super) fn of(questions: impl IntoIterator<Item = Any>) -> Self {
        let mut every = Self::default();
        questions.into_iter().for_each(|any| every.and(any));
        every
    }

    /// Asks for one more.
    pub(super) fn and(&mut self, any: Any) {
        if any.0.iter().any(|way| way.0.is_empty()) {
            return;
        }
        match any.0.as_slice() {
            [] => self.never = true,
            [way] => match self.all.and(way) {
                Some(both) => self.all = both,
                None => self.never = true,
            },
            _ => self.others.push(any),
        }
    }

    /// One test that holds wherever all of it does.
    pub(super) fn gate(&self) -> Test {
        self.all.0.first().copied().unwrap_or(Test { word: 0, mask: 0, value: 0 })
    }

    /// Whether it is so in no state whatever.
    pub(super) const fn is_never(&self) -> bool {
        self.never
    }

    /// Whether it is so in a state.
    #[inline]
    pub(super) fn holds(&self, state: &[u64]) -> bool {
        !self.never && self.all.holds(state) && self.others.iter().all(|any| any.holds(state))
    }

    /// The bits on which it depends, by number; some more than once. None where it is never so.
    pub(super) fn bits(&self) -> impl Iterator<Item = usize> {
        let ways = self.others.iter().flat_map(|any| &any.0).chain([&self.all]).filter(|_| !self.never);
        ways.flat_map(|all| &all.0).flat_map(|test| bits(test.word, test.mask))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_what_is_written_to_it_and_nothing_else_changes() {
        let (low, high) = (Field::new(0, 0, 64), Field::new(1, 61, 3));
        let mut state = [0, u64::MAX];
        low.write(u64::MAX - 1).to(&mut state);
        high.write(5).to(&mut state);
        assert_eq!((low.read(&state), high.read(&state)), (u64::MAX - 1, 5));
        assert_eq!(state, [u64::MAX - 1, u64::MAX ^ 2 << 61]);
        assert!(All::one(high.is(5)).holds(&state) && !All::one(high.is(4)).holds(&state));
    }

    #[test]
    fn what_cannot_be_so_together_is_never_so() {
        let field = Field::new(0, 3, 2);
        let (one, two) = (All::one(field.is(1)), All::one(field.is(2)));
        assert_eq!(one.and(&two), None);
        assert_eq!(one.and(&one), Some(one.clone()));
        let mut every = Every::of([Any::of([one.clone(), two.clone()]), Any::known(true)]);
        assert!(every.holds(&[8]) && every.holds(&[16]) && !every.holds(&[0]));
        assert_eq!(every.bits().collect::<Vec<_>>(), [3, 4, 3, 4]);
        assert_eq!(Field::new(1, 5, 1).write(1).bits().collect::<Vec<_>>(), [69]);
        every.and(Any::known(false));
        assert!(every.is_never() && !every.holds(&[8]));
        assert!(Every::of([Any::of([one]), Any::of([two])]).is_never());
        assert!(Every::of([Any::known(false)]).is_never());
    }
}
