//! What happens in one renewal, and how often: not everything in each, so that each thing is also seen by itself.

use crate::dice::Dice;

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// The partner says what is not so, and does what it does not say.
    pub(crate) lies: bool,
    /// Somebody calls the run off.
    pub(crate) calls_off: bool,
    /// Somebody lets the run stand still.
    pub(crate) pauses: bool,
    /// Clocks leap by years.
    pub(crate) leaps: bool,
    /// How often in a hundred people act while the program is at work.
    pub(crate) busy: u64,
    /// The journal is in a file, on a disk whose power fails.
    pub(crate) disk: bool,
}

impl Habits {
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let lies = dice.chance(20);
        Self {
            lies,
            calls_off: !lies && dice.chance(8),
            pauses: dice.chance(20),
            leaps: dice.chance(25),
            busy: if dice.chance(40) { 10 } else { 0 },
            disk: dice.below(24) == 0,
        }
    }
}
