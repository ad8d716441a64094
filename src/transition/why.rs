//! Why an event does not count.

use thiserror::Error;

use crate::world::effect::Misfit;

use super::ready::Blocker;

/// Why an event does not count.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Why {
    /// The run has not begun, or has begun already.
    #[error("the run has {0}")]
    Order(&'static str),
    /// The run has left this plan.
    #[error("the run has left this plan, and nothing more is taken down under it")]
    Left,
    /// Nothing holds the step that a new attempt would end.
    #[error("`{0}` neither failed nor was declined, so it is not tried again")]
    NotHeld(String),
    /// No such step, role, key, flow or window.
    #[error("the plan has no `{0}`")]
    Unknown(String),
    /// The act belongs to another role.
    #[error("this is an act of `{0}`")]
    WrongRole(String),
    /// The question is asked of another role.
    #[error("this is asked of `{0}`")]
    NotAsked(String),
    /// No such question is asked.
    #[error("no question `{0}` is asked")]
    Unasked(String),
    /// The clock is far ahead of a survey.
    #[error(
        "the clock says {now}, and the last word of the survey is of {last}: no time is taken for passed that may not have \
         passed; set the clock right, or call the survey off and ask anew: keyroll abort"
    )]
    Astray {
        /// What the clock says, in words.
        now: String,
        /// The last moment of the survey, in words.
        last: String,
    },
    /// The step is done.
    #[error("`{0}` is done already")]
    Closed(String),
    /// The step may not begin yet.
    #[error("`{step}` cannot begin yet: {reason}")]
    NotYet {
        /// Which step.
        step: String,
        /// What it waits for.
        reason: String,
        /// The same, for machines.
        blockers: Vec<Blocker>,
    },
    /// The step had to begin earlier.
    #[error(
        "`{step}` had to begin by {until}, which has passed: with --late --because \"...\" a person of its \
         role lets it begin all the same"
    )]
    Late {
        /// Which step.
        step: String,
        /// By when, in words.
        until: String,
    },
    /// The step needs nobody to let it begin late.
    #[error("`{0}` has no deadline that has passed, so it is not begun late")]
    NotLate(String),
    /// What another step of the role has done is not known yet, and this step asks for it.
    #[error(
        "`{step}` cannot begin yet: whether `{other}` has taken effect is not known, and changes what it needs"
    )]
    Unsettled {
        /// Which step.
        step: String,
        /// The step that was begun and has no outcome.
        other: String,
    },
    /// An act of speech has no backend: its role confirms it.
    #[error("`{0}` is an act of speech, which its role confirms")]
    NotPerformed(String),
    /// An outcome for another attempt than the one under way.
    #[error("`{0}` is not in this attempt")]
    OtherAttempt(String),
    /// The step does not fit the world as recorded.
    #[error("`{0}` does not fit the recorded world")]
    Misfit(String, Misfit),
    /// Two people stand behind the step, and this one has no name.
    #[error("two people do `{0}`: say who you are with --person")]
    Nameless(String),
    /// The second one of two people is the first one again.
    #[error("two people do `{step}`, and {person} has confirmed it already: it waits for another person")]
    SamePerson {
        /// Which step.
        step: String,
        /// Who.
        person: String,
    },
    /// Not enough people stand behind the step.
    #[error("two people do `{step}`: {open} still to confirm it")]
    Alone {
        /// Which step.
        step: String,
        /// How many people are missing.
        open: usize,
    },
    /// Nobody else is to confirm the step.
    #[error("`{0}` waits for no other person")]
    NoSecond(String),
    /// A certificate that is too weak for a key that is new.
    #[error("{0}")]
    Weak(String),
    /// A certificate of a key that the step neither makes nor issues.
    #[error("`{step}` brings no certificate of `{key}`")]
    NotItsCertificate {
        /// Which step.
        step: String,
        /// Whose certificate came with it.
        key: String,
    },
    /// The step lets no receiver accept a certificate.
    #[error("by `{0}` no certificate comes to be accepted, so there is no fingerprint to compare")]
    NothingToCompare(String),
    /// No certificate of the key is known in this run, or another one than was told.
    #[error("the run knows no certificate of `{0}` with which it could be compared")]
    NotKnown(String),
    /// No other certificate was named by the step.
    #[error("by `{0}` no other certificate was named than the run knows, or somebody has seen to it already")]
    NotSubstituted(String),
    /// A time has not come yet.
    #[error("too early: {0}")]
    Early(String),
    /// The run stands still, and so does the step.
    #[error("`{step}` is not begun: the run is paused until {until}")]
    Paused {
        /// Which step.
        step: String,
        /// Until when, in words.
        until: String,
    },
    /// The run may not stand still.
    #[error("the run is not paused: {0}")]
    NoPause(String),
    /// The clock has gone on for longer than is believed.
    #[error(
        "the clock says {now}, and the last record of the run is of {last}: no time is taken for passed that may not \
         have passed; set the clock right, or say that it is: keyroll resume --as ROLE --because \"the clock is right\""
    )]
    Leap {
        /// What the clock says, in words.
        now: String,
        /// The time of the last record, in words.
        last: String,
    },
}

impl Why {
    /// Whether nothing but a time is waited for that is still to come.
    #[must_use]
    pub fn is_early(&self) -> bool {
        matches!(self, Self::NotYet { blockers, .. } if blockers.iter().all(|b| b.until().is_some()))
    }

    /// Whether nothing but the clock is against it: it is too early, or a deadline has passed.
    #[must_use]
    pub fn is_of_time(&self) -> bool {
        let of_time = |blocker: &Blocker| blocker.until().is_some() || matches!(blocker, Blocker::Late(_));
        match self {
            Self::Late { .. } | Self::Paused { .. } | Self::Leap { .. } => true,
            Self::NotYet { blockers, .. } => blockers.iter().all(of_time),
            _ => false,
        }
    }
}
