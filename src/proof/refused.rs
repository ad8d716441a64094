//! The findings of the proof: one kind for each way in which a plan can fail.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::explanation::Explanation;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $code:ident, $message:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Diagnostic, Error)]
        #[error($message, what = self.what)]
        #[diagnostic(code(keyroll::$code))]
        pub(super) struct $name {
            pub(super) what: String,
            #[help]
            pub(super) help: String,
            #[label(collection)]
            pub(super) labels: Vec<LabeledSpan>,
        }
    )*};
}

refusals! {
    /// A message arrives after the trust in its key ended.
    Undrained: undrained, "{what}";
    /// A message is signed with a key that is not accepted yet.
    TrustGap: trust_gap, "{what}";
    /// A flow is down where it must not be.
    Interrupted: interrupted, "{what}";
    /// A flow runs and its alias names nothing.
    AliasLost: alias_lost, "{what}";
    /// A receiver would hold too much.
    OverCapacity: over_capacity, "{what}";
    /// A step finds another world than it needs.
    StepMisfit: step_misfit, "{what}";
    /// A step begins on a belief that is false.
    StaleBelief: stale_belief, "{what}";
    /// The plan ends, and what it is for is not so.
    GoalMissed: goal_missed, "{what}";
    /// The plan cannot finish.
    CannotFinish: cannot_finish, "{what}";
    /// Something is not so at a moment at which the plan states it.
    PromiseBroken: promise_broken, "{what}";
    /// The plan states something of a moment that never comes.
    PromiseVacuous: promise_vacuous, "{what}";
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "undrained",
        title: "a message arrives after the trust in its key ended",
        text: "\
A message that was signed with the old key may be under way for its whole transit time. If the
receiver stops accepting the old key before the last one arrived, that message is rejected.

A drain counts from the moment at which signing with the key stopped, so the role must have been
told of that step. Where a message is judged in the moment in which it is sent, write
`delivers immediately` in the flow. Where the flow `caches keys for` a time, its runtime may sign
with the old key for so long after the exchange: the drain counts that too.

Right:
  step retire_old by receiver_admin {
    after announce_exchange
    needs orders drained of old
    retire old at partner
  }
",
    },
    Explanation {
        code: "trust_gap",
        title: "a key signs while the receiver does not accept it",
        text: "\
Either signing moved to the new key before the receiver accepted it, or the receiver ended the trust
in a key that is still in use.

Right:
  step exchange_key by tenant_admin {
    after confirm_trust
    needs partner accepts new
    exchange tenant[$alias] for new
  }
",
    },
    Explanation {
        code: "interrupted",
        title: "a flow is down where it must not be",
        text: "\
The plan promises that the flow is never interrupted, or only inside a window. A stop inside a
window needs that it is open.

Right:
  window downtime at most 4h
  step undeploy by integration_developer {
    after request_undeploy
    needs downtime open
    undeploy orders
  }
",
    },
    Explanation {
        code: "alias_lost",
        title: "a flow runs while its alias names no key",
        text: "While a flow is deployed, the alias that it signs with names a key at every moment. A keystore that\n\
               `exchanges with a gap` leaves an alias without one between the two acts of an exchange: no flow\n\
               that signs with it may run then.",
    },
    Explanation {
        code: "over_capacity",
        title: "a receiver would hold more keys than it can",
        text: "\
`accepts at most 1` means that old and new cannot lie beside each other. There are two ways out.
Replace the key inside a window: undeploy, drain, `replace old by new`, deploy. Or overlap at the
producer: sign with both keys for a while.

Right:
  step exchange_certificate by receiver_admin {
    after provide_certificate, announce_silence
    needs orders drained of old
    replace old by new at partner
  }
",
    },
    Explanation {
        code: "step_misfit",
        title: "a step finds another world than it needs",
        text: "In some order that the plan allows, the step comes too early or too late: an exchange before the\n\
               key is created, or under an alias that holds something else. Add the `after` that is missing.",
    },
    Explanation {
        code: "stale_belief",
        title: "a role acts on a belief that is false",
        text: "The role was told that something is so, and at the moment at which it acts it is not so any\n\
               more. Order the two steps, or report the change first.",
    },
    Explanation {
        code: "goal_missed",
        title: "the plan ends and what it is for is not so",
        text: "`finally ...` says what holds when every step is done. In the story every step is done and it\n\
               does not hold.",
    },
    Explanation {
        code: "cannot_finish",
        title: "the plan cannot finish",
        text: "From some moment that the plan allows, the last step can never be done, however long one waits:\n\
               a need that never holds, or a role that is never told.",
    },
    Explanation {
        code: "promise_broken",
        title: "a promise over facts that is not kept",
        text: "\
`promise always ...` and `promise never ...` say what must be so at every moment, in every order
that the plan allows. The story shows a moment at which it is not so.

`promise CONDITION before CONDITION` says what must have been so once. The story shows a way to the
second on which the first never was.

Right:
  promise always partner accepts old while tenant[$alias] is old
  promise never partner accepts new while downtime open
  promise partner accepts new before tenant[$alias] is new
",
    },
    Explanation {
        code: "promise_vacuous",
        title: "a promise over moments that never come",
        text: "What follows `while` or `before` never holds, in no order of events, so that the promise says\n\
               nothing: a slip more often than a wish. Say a moment that comes, or take the promise out.",
    },
];
