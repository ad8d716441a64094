//! What `explain` says of this room.

use crate::explanation::Explanation;

use super::{
    answers, date, declare, duplicate, expected, flow, group, head, inner, key_kind, no_reason, no_steps,
    parameter, phrase, promise, range, repointed, settled, steps, table, takes, vocabulary, waits,
};

/// What `explain` says of this room's findings.
#[must_use]
pub fn explanations() -> Vec<Explanation> {
    [
        answers::EXPLANATIONS,
        declare::EXPLANATIONS,
        flow::EXPLANATIONS,
        duplicate::EXPLANATIONS,
        expected::EXPLANATIONS,
        group::EXPLANATIONS,
        head::EXPLANATIONS,
        inner::EXPLANATIONS,
        key_kind::EXPLANATIONS,
        parameter::EXPLANATIONS,
        range::EXPLANATIONS,
        phrase::EXPLANATIONS,
        promise::EXPLANATIONS,
        no_reason::EXPLANATIONS,
        no_steps::EXPLANATIONS,
        steps::EXPLANATIONS,
        repointed::EXPLANATIONS,
        settled::EXPLANATIONS,
        table::EXPLANATIONS,
        vocabulary::EXPLANATIONS,
        takes::EXPLANATIONS,
        waits::EXPLANATIONS,
        date::EXPLANATIONS,
    ]
    .concat()
}
