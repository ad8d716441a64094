//! Numbers for the things of a plan, and tables over them.

use std::{fmt, marker::PhantomData, ops};

pub use super::key_set::KeySet;

/// A number that counts one kind of thing.
pub trait Id: Copy + Eq + Ord + fmt::Debug {
    /// The id of the thing at a place of its table.
    fn at(index: usize) -> Self;
    /// The place in the table.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u32);

        impl Id for $name {
            fn at(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A role.
    RoleId;
    /// Several roles under one name.
    GroupId;
    /// A credential: a secret half that never leaves its holder and a public half.
    KeyId;
    /// A store with aliases.
    StoreId;
    /// One alias of one store.
    PlaceId;
    /// Whatever judges messages against a set of accepted credentials.
    AcceptorId;
    /// Whatever stamps messages and carries them to an acceptor.
    ChannelId;
    /// A time span that partners agree on.
    WindowId;
    /// A fact of the author's own.
    OwnFactId;
    /// A step of the plan.
    StepId;
    /// One message between roles: a step and one role that it addresses.
    DeliveryId;
}

/// A vector that is read by the ids that it gave out.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Table<I, T> {
    rows: Vec<T>,
    id: PhantomData<fn(I) -> I>,
}

impl<I: Id, T> Table<I, T> {
    /// A table without rows.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: Vec::new(), id: PhantomData }
    }

    /// An empty table with room for so many rows.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), ..Self::new() }
    }

    /// A table with the same row for each id of another.
    #[must_use]
    pub fn like<U>(other: &Table<I, U>, row: T) -> Self
    where
        T: Clone,
    {
        Self { rows: vec![row; other.len()], id: PhantomData }
    }

    /// Adds a row.
    pub fn push(&mut self, row: T) -> I {
        self.rows.push(row);
        I::at(self.rows.len() - 1)
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in order.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.iter()
    }

    /// The rows in order, given up.
    pub fn into_rows(self) -> impl Iterator<Item = T> {
        self.rows.into_iter()
    }

    /// The rows with their ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.rows.iter().enumerate().map(|(i, row)| (I::at(i), row))
    }

    /// The rows from a place on, with their ids.
    pub fn from(&self, first: usize) -> impl Iterator<Item = (I, &T)> {
        let rows = self.rows.get(first..).unwrap_or(&[]).iter().enumerate();
        rows.map(move |(number, row)| (I::at(first + number), row))
    }

    /// The place of the first row for which `before` does not hold, where it holds for all rows
    /// before one place and for none from there on.
    pub fn partition_point(&self, before: impl Fn(&T) -> bool) -> usize {
        self.rows.partition_point(before)
    }

    /// The ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.rows.len()).map(I::at)
    }

    /// The first row that fits.
    pub fn find(&self, fits: impl Fn(&T) -> bool) -> Option<I> {
        self.rows.iter().position(fits).map(I::at)
    }
}

impl<I: Id, T> Default for Table<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id, T> FromIterator<T> for Table<I, T> {
    fn from_iter<R: IntoIterator<Item = T>>(rows: R) -> Self {
        Self { rows: rows.into_iter().collect(), id: PhantomData }
    }
}

impl<I: Id, T> ops::Index<I> for Table<I, T> {
    type Output = T;
    #[expect(clippy::indexing_slicing, reason = "an id is given out by the table that it indexes")]
    fn index(&self, id: I) -> &T {
        &self.rows[id.index()]
    }
}

impl<I: Id, T> ops::IndexMut<I> for Table<I, T> {
    #[expect(clippy::indexing_slicing, reason = "an id is given out by the table that it indexes")]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.rows[id.index()]
    }
}

impl<I: Id, T: fmt::Debug> fmt::Debug for Table<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.rows).finish()
    }
}
