//! `promise can always finish`, `promise finishes` and `promise can always abort`: what is promised of
//! the course of a plan, and of no flow and no fact alone.
//!
//! No world by itself breaks one of these. That a plan can finish is asked of every plan, whether it is
//! promised or not; the two others are told in the verdict where the plan makes them in words.

/// A row of the list.
#[derive(Debug)]
pub struct Form {
    /// How it is written.
    pub usage: &'static str,
    /// What it means, for `explain`.
    pub meaning: &'static str,
    /// What it promises.
    pub course: Course,
}

/// What is promised of the course of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// From every moment the end can be reached.
    CanFinish,
    /// The end is reached, if nobody and nothing is put off for ever.
    Finishes,
    /// From every moment the world of the start can be reached again.
    CanAbort,
}

/// Every promise about the course of a plan.
pub const COURSES: &[Form] = &[
    Form {
        usage: "can always finish",
        meaning: "from every moment that the plan can come to, its last step can be reached. It is proved of every plan, promised or not.",
        course: Course::CanFinish,
    },
    Form {
        usage: "finishes",
        meaning: "every step is done some day, if each role does some day what it can do as long as it can, each message arrives some day, each agreed window begins, and each proposal is answered with yes.",
        course: Course::Finishes,
    },
    Form {
        usage: "can always abort",
        meaning: "from every moment the world of the start can be reached again, with the verbs, what undoes them and reports, each promise over moments kept on the way.",
        course: Course::CanAbort,
    },
];

impl Course {
    /// How it reads, as the author would write it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::CanFinish => "can always finish",
            Self::Finishes => "finishes",
            Self::CanAbort => "can always abort",
        }
    }
}
