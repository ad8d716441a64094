//! Which steps may go side by side with one.

use crate::{
    check::Checked,
    world::id::{StepId, Table},
};

/// So many steps on each side of one are looked at. It bounds the work; a plan of more steps is told so.
const NEAR: usize = 256;

/// So many are named.
const NAMED: usize = 12;

/// The steps that may go side by side with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Their numbers, rising, at most [`NAMED`] of them.
    numbers: Vec<usize>,
    /// Whether there may be others.
    others: bool,
}

impl Beside {
    /// Those of a step in a sequence.
    pub(super) fn of(
        checked: &Checked,
        (step, sequence): (StepId, &[StepId]),
        numbers: &Table<StepId, usize>,
    ) -> Self {
        let place = numbers[step].saturating_sub(1);
        let first = place.saturating_sub(NEAR);
        let near: Vec<StepId> = sequence.iter().skip(first).take(2 * NEAR + 1).copied().collect();
        let unordered = near.iter().filter(|other| checked.order().is_unordered(step, **other));
        let mut found: Vec<usize> = unordered.map(|other| numbers[*other]).collect();
        let others = found.len() > NAMED || near.len() < sequence.len();
        // The nearest are named.
        found.sort_by_key(|number| (number.abs_diff(place + 1), *number));
        found.truncate(NAMED);
        found.sort_unstable();
        Self { numbers: found, others }
    }

    /// The numbers of those that are named, rising.
    #[must_use]
    pub fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    /// As a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let named: Vec<String> = self.numbers.iter().map(usize::to_string).collect();
        match (self.numbers.len(), self.others) {
            (0, false) => "no other step: every other one comes before or after it".to_owned(),
            (0, true) => "none of the steps near it".to_owned(),
            (1, false) => format!("step {}, in either order", named.concat()),
            (_, false) => format!("steps {}, in any order", named.join(", ")),
            (_, true) => format!("steps {}, among others, in any order", named.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said() {
        let told = |numbers: &[usize], others| Beside { numbers: numbers.to_vec(), others }.sentence();
        assert_eq!(told(&[3], false), "step 3, in either order");
        assert_eq!(told(&[3, 4], false), "steps 3, 4, in any order");
        assert!(told(&[3, 4], true).contains("among others"));
    }
}
