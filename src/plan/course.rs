//! What is judged of the course of a plan.

use crate::{invariant::course::Course, source::Span};

use super::Plan;

impl Plan {
    /// What is judged of its course, and whether the plan promises it in words: that it can always finish
    /// is asked of every plan.
    pub fn judged_courses(&self) -> impl Iterator<Item = (Course, bool)> + '_ {
        let said = self.courses.iter().map(|course| (course.value, true));
        let unsaid = self.promised(Course::CanFinish).is_none().then_some((Course::CanFinish, false));
        said.chain(unsaid)
    }

    /// Where it promises something of its course, if it does.
    #[must_use]
    pub fn promised(&self, course: Course) -> Option<Span> {
        self.courses.iter().find(|promise| promise.value == course).map(|promise| promise.span)
    }
}
