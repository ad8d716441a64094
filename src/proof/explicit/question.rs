//! What the proof asks of a world, put to its packed form.

use crate::{
    condition::Asks,
    invariant::stated::Literal,
    world::{
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::{Fact, Value},
        state::WindowState,
    },
};

use super::{
    facts::Reign,
    layout::{Kept, Layout},
    test::{All, Any, Every, Field},
};

/// A bit is set, or is not; what is not kept is known.
fn bit(field: Option<Field>, otherwise: bool, is_set: bool) -> Any {
    match field {
        Some(field) => Any::of([All::one(field.is(u64::from(is_set)))]),
        None => Any::known(otherwise == is_set),
    }
}

impl Layout {
    /// Whether a step is done, or is not.
    pub(super) fn is_done(&self, step: StepId, is_so: bool) -> Any {
        bit(self.done[step], true, is_so)
    }

    /// Whether a fact has one of the values for which `wanted` holds.
    pub(super) fn has(&self, fact: Fact, wanted: impl Fn(Value) -> bool) -> Any {
        match self.kept.get(&fact) {
            None => Any::known(wanted(self.first(fact))),
            Some(Kept::Reigns(reigns)) => {
                let ways = reigns.iter().filter(|reign| wanted(reign.value));
                Any::of(ways.filter_map(|reign| self.during(reign)))
            }
            Some(Kept::Values(field, values)) => {
                let ways = values.iter().enumerate().filter(|(_, value)| wanted(**value));
                Any::of(ways.map(|(code, _)| All::one(field.is(code as u64))))
            }
        }
    }

    fn during(&self, reign: &Reign) -> Option<All> {
        let is = |step: Option<StepId>, is_done: bool| {
            let field = step.and_then(|step| self.done[step]);
            field.map_or_else(All::default, |field| All::one(field.is(u64::from(is_done))))
        };
        is(reign.from, true).and(&is(reign.until, false))
    }

    /// Whether a fact has a value.
    pub(super) fn is(&self, fact: Fact, value: Value) -> Any {
        self.has(fact, |other| other == value)
    }

    /// Whether a window is as it is asked for.
    pub(super) fn is_window(&self, window: WindowId, states: &[WindowState]) -> Any {
        let test = |state: &WindowState| {
            let (field, code) = self.window(window, *state);
            All::one(field.is(code))
        };
        Any::of(states.iter().map(test))
    }

    /// Whether a message of a channel is under way that is stamped with a key, or none is.
    pub(super) fn is_under_way(&self, channel: ChannelId, key: KeyId, is_so: bool) -> Any {
        let field = self.under_way[channel].iter().find(|(other, _)| *other == key).map(|(_, field)| *field);
        bit(field, self.start().under_way[channel].contains(key), is_so)
    }

    /// Whether something is so or is not so.
    pub(super) fn literal(&self, literal: Literal) -> Any {
        use WindowState::{Agreed, Open, Proposed, Unagreed};
        match literal {
            Literal::Is(fact, value) => self.is(fact, value),
            Literal::IsNot(fact, value) => self.has(fact, |other| other != value),
            Literal::Open(window) => self.is_window(window, &[Open]),
            Literal::NotOpen(window) => self.is_window(window, &[Unagreed, Proposed, Agreed]),
        }
    }

    /// Whether a condition holds.
    pub(super) fn asks(&self, asks: &Asks) -> Every {
        match asks {
            Asks::Facts(facts) => Every::of(facts.iter().map(|(fact, value)| self.is(*fact, *value))),
            Asks::Open(window) => Every::of([self.literal(Literal::Open(*window))]),
            Asks::Drained(channel, key) => {
                let silent = self.is(Fact::Running(*channel), Value::Is(false));
                let other = self.stamps(*channel, |stamp| stamp != Some(*key));
                Every::of([self.is_under_way(*channel, *key, false), silent.or(other)])
            }
        }
    }

    /// The ways in which a condition does not hold.
    pub(super) fn asks_not(&self, asks: &Asks) -> Vec<Every> {
        match asks {
            Asks::Facts(facts) => {
                let not =
                    |(fact, value): &(Fact, Value)| Every::of([self.literal(Literal::IsNot(*fact, *value))]);
                facts.iter().map(not).collect()
            }
            Asks::Open(window) => vec![Every::of([self.literal(Literal::NotOpen(*window))])],
            Asks::Drained(channel, key) => {
                let signs = [
                    self.is(Fact::Running(*channel), Value::Is(true)),
                    self.stamps(*channel, |stamp| stamp == Some(*key)),
                ];
                vec![Every::of([self.is_under_way(*channel, *key, true)]), Every::of(signs)]
            }
        }
    }
}
